//! A bar on standard error, when somebody looks and it takes long.

use std::cell::{Cell, RefCell};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

pub struct Progress {
    shown: bool,
    label: RefCell<String>,
    done: Cell<usize>,
    all: Cell<usize>,
    since: Cell<Instant>,
    drawn: Cell<Instant>,
}

const WIDTH: usize = 30;
const PATIENCE: Duration = Duration::from_millis(800);

impl Progress {
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            shown: std::io::stderr().is_terminal(),
            label: RefCell::default(),
            done: Cell::new(0),
            all: Cell::new(1),
            since: Cell::new(now),
            drawn: Cell::new(now),
        }
    }

    pub fn label(&self, text: &str) {
        *self.label.borrow_mut() = text.to_owned();
    }

    pub fn begin(&self, all: usize) {
        self.done.set(0);
        self.all.set(all.max(1));
        self.since.set(Instant::now());
    }

    pub fn step(&self) {
        self.set(self.done.get() + 1);
    }

    pub fn set(&self, done: usize) {
        let now = Instant::now();
        self.done.set(done.min(self.all.get()));
        if self.shown && now - self.since.get() > PATIENCE && now - self.drawn.get() > Duration::from_millis(100) {
            self.drawn.set(now);
            let full = WIDTH * self.done.get() / self.all.get();
            let bar = "#".repeat(full) + &".".repeat(WIDTH - full);
            eprint!("\r[{bar}] {:<40}", self.label.borrow());
            let _ = std::io::stderr().flush();
        }
    }

    /// Leaves the line empty.
    pub fn end(&self) {
        if self.shown {
            eprint!("\r{:width$}\r", "", width = WIDTH + 44);
            let _ = std::io::stderr().flush();
        }
    }
}
