//! Time, as the shell sees it. Only this file asks the machine; tests move a clock by hand.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

pub type Shared = Arc<dyn Clock>;

pub trait Clock: Send + Sync + 'static {
    /// Milliseconds that never go backwards, from an unknown start. Everything that is *measured* uses these.
    fn mono(&self) -> i64;
    /// Milliseconds since 1970, as the machine believes; only ever shown or written down.
    fn wall(&self) -> i64;
    /// Until `mono` has reached `at`.
    fn until(&self, at: i64) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Keeps two turns of a thread apart.
pub struct Pace {
    every: Duration,
    next: Instant,
}

impl Pace {
    #[must_use]
    pub fn every(every: Duration) -> Self {
        Self { every, next: Instant::now() }
    }
    /// Sleeps until the time since the last turn has passed; not at all if it has.
    pub fn wait(&mut self) {
        std::thread::sleep(self.next.saturating_duration_since(Instant::now()));
        self.next = Instant::now() + self.every;
    }
}

/// The machine's clock.
pub struct System {
    start: Instant,
}

impl System {
    #[must_use]
    pub fn shared() -> Shared {
        Arc::new(Self { start: Instant::now() })
    }
}

impl Clock for System {
    fn mono(&self) -> i64 {
        self.start.elapsed().as_millis() as i64
    }
    fn wall(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64)
    }
    fn until(&self, at: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // One more millisecond: the timer may fire early by its own resolution.
        let when = self.start + Duration::from_millis(at.max(0) as u64 + 1);
        Box::pin(tokio::time::sleep_until(when.into()))
    }
}

/// A clock that stands until a test moves it.
pub struct Manual {
    mono: watch::Sender<i64>,
    wall: std::sync::atomic::AtomicI64,
}

impl Manual {
    #[must_use]
    pub fn new(wall: i64) -> Arc<Self> {
        Arc::new(Self { mono: watch::Sender::new(0), wall: wall.into() })
    }
    pub fn advance(&self, by: Duration) {
        let by = by.as_millis() as i64;
        self.wall.fetch_add(by, std::sync::atomic::Ordering::SeqCst);
        self.mono.send_modify(|m| *m += by);
    }
    /// The machine's clock was set by hand, or jumped: `mono` knows nothing of it.
    pub fn jump_wall(&self, to: i64) {
        self.wall.store(to, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for Manual {
    fn mono(&self) -> i64 {
        *self.mono.borrow()
    }
    fn wall(&self) -> i64 {
        self.wall.load(std::sync::atomic::Ordering::SeqCst)
    }
    fn until(&self, at: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut mono = self.mono.subscribe();
        Box::pin(async move {
            // When the clock itself is gone nobody waits any more.
            if mono.wait_for(|now| *now >= at).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
