//! `sofia load`: how many moves a second a server takes, how soon everybody has them, and what each one costs.
//!
//! The work is "table talk": tables of six in a closed loop, the one in turn moves as soon as the turn arrives.
//! `--against-relay` runs the same generator against a bare relay, so that the figures of one machine can be
//! compared with those of another.

mod driver;
mod house;
mod http;
mod process;
mod progress;
mod relay;
mod report;
mod tongue;
mod wire;

pub use relay::{RelayArgs, run as relay};

use super::{Outcome, put};
use crate::trouble::Trouble;
use clap::Args;
use driver::{Driver, Seated};
use http::Http;
use process::{Cores, Running, Scratch};
use progress::Progress;
use report::{Figures, Idle, Ratios, Report};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tongue::Tongue;
use wire::Wire;

type Fault = Trouble;

/// A fault that only the machine can explain.
fn plain(error: &impl ToString) -> Fault {
    Fault::new(error.to_string(), error.to_string())
}

#[derive(Args, Clone, Debug)]
pub struct LoadArgs {
    /// Start a server for the measurement: own folder, free port, the load scenario
    #[arg(long, conflicts_with_all = ["url", "first_key", "name", "pid"])]
    spawn: bool,
    /// A running server; it needs the load scenario (see --write-scenario) and --seat-commands
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Facilitator's name
    #[arg(long, requires = "password")]
    name: Option<String>,
    #[arg(long)]
    password: Option<String>,
    /// Key of a first start, instead of a name
    #[arg(long)]
    first_key: Option<String>,
    /// Process of the running server, to know its CPU and memory
    #[arg(long)]
    pid: Option<u32>,
    /// Folder in which the spawned server's data folder is made; a real disk, or the figures mean nothing
    #[arg(long)]
    data: Option<PathBuf>,
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=600))]
    tables: u32,
    /// People of a table
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(2..=8))]
    people: u32,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Seconds of play that do not count
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(0..=600))]
    warmup: u64,
    /// Milliseconds each person thinks before moving
    #[arg(long, default_value_t = 0)]
    think: u64,
    /// Sessions over which the tables are spread: a number, or "auto": one table each as far as the server allows
    #[arg(long, default_value = "auto", value_parser = sessions)]
    sessions: Sessions,
    /// Leave each session's desk connected
    #[arg(long)]
    desk: bool,
    /// Also measure memory with so many people who only sit
    #[arg(long, default_value_t = 0)]
    idle: u32,
    /// The same against a bare relay, and the ratios
    #[arg(long)]
    against_relay: bool,
    /// Only the bare relay: does the machine allow figures at all?
    #[arg(long, hide = true, conflicts_with_all = ["against_relay", "url"])]
    relay_only: bool,
    /// Figures as JSON
    #[arg(long)]
    json: bool,
    /// Write the load scenario into this folder of scenarios, and do nothing else
    #[arg(long)]
    write_scenario: Option<PathBuf>,
    #[arg(long, default_value = "it", value_parser = ["it", "en"])]
    pub lang: String,
}

/// `None`: as many as the server allows.
#[derive(Clone, Copy, Debug)]
struct Sessions(Option<usize>);

fn sessions(text: &str) -> Result<Sessions, String> {
    match text {
        "auto" => Ok(Sessions(None)),
        number => number.parse().ok().filter(|n| *n > 0).map(|n| Sessions(Some(n))).ok_or_else(|| "auto, 1, 2, ...".into()),
    }
}

/// How many sit where.
#[derive(Clone, Debug)]
struct Shape {
    tables: usize,
    people: usize,
    sessions: Option<usize>,
    desk: bool,
}

impl LoadArgs {
    fn shape(&self) -> Shape {
        Shape { tables: self.tables as usize, people: self.people as usize, sessions: self.sessions.0, desk: self.desk }
    }

    fn idle_shape(&self) -> Shape {
        Shape { tables: self.idle.div_ceil(self.people) as usize, sessions: None, ..self.shape() }
    }
}

pub fn run(args: &LoadArgs) -> Outcome {
    if let Some(folder) = &args.write_scenario {
        house::write_scenario(folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    enough_files(args)?;
    // Before there is a second thread.
    let cores = if args.spawn || args.relay_only { Cores::pick().filter(|c| c.take_ours()) } else { None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| plain(&e))?;
    let report = tokio::task::LocalSet::new().block_on(&runtime, Bench::new(args.clone(), cores).run())?;
    if args.json {
        tell!("{}", serde_json::to_string_pretty(&report).unwrap_or_default());
    } else {
        put(&report.print(&args.lang));
    }
    Ok(ExitCode::SUCCESS)
}

/// Two ends of every connection need a file each, in two processes.
fn enough_files(args: &LoadArgs) -> Result<(), Fault> {
    let needed = (args.tables * args.people).max(args.idle) as usize + 200;
    match process::open_files() {
        Some(may) if may < needed => Err(Fault::new(
            format!("servono {needed} file aperti e se ne possono aprire {may}: prima dai  ulimit -n {needed}"),
            format!("{needed} open files are needed and {may} are allowed: first say  ulimit -n {needed}"),
        )),
        _ => Ok(()),
    }
}

/// A server to be measured: how to reach it, and the process if we know it. Dropped, it ends if it is ours.
struct Target {
    http: Http,
    pid: Option<u32>,
    tongue: Tongue,
    own: Option<(Running, Scratch)>,
}

struct Bench {
    args: LoadArgs,
    cores: Option<Cores>,
    progress: Rc<Progress>,
    file_system: Option<String>,
    signed_in: Option<Http>,
}

impl Bench {
    fn new(args: LoadArgs, cores: Option<Cores>) -> Self {
        Self { args, cores, progress: Rc::new(Progress::new()), file_system: None, signed_in: None }
    }

    async fn run(mut self) -> Result<Report, Fault> {
        let first = if self.args.relay_only { Tongue::Relay } else { Tongue::Sofia };
        let mut figures = vec![self.measure(first).await?];
        if self.args.against_relay {
            figures.push(self.measure(Tongue::Relay).await?);
        }
        let ratios = if let [sofia, relay] = figures.as_slice() { Some(Ratios::of(sofia, relay)) } else { None };
        Ok(Report { pinned: self.cores.is_some(), file_system: self.file_system, think_ms: self.args.think, figures, ratios })
    }

    /// A fresh process for the people who sit, and another for those who play.
    async fn measure(&mut self, tongue: Tongue) -> Result<Figures, Fault> {
        let idle = if self.args.idle > 0 {
            let target = self.target(tongue).await?;
            Some(self.sit_only(&target).await?)
        } else {
            None
        };
        let target = self.target(tongue).await?;
        Ok(Figures { idle, ..self.play(&target).await? })
    }

    // ------------------------------------------------------------ targets

    async fn target(&mut self, tongue: Tongue) -> Result<Target, Fault> {
        match tongue {
            Tongue::Relay => self.start_relay().await,
            Tongue::Sofia if self.args.spawn => self.start_sofia().await,
            Tongue::Sofia => self.running_sofia().await,
        }
    }

    async fn start_relay(&self) -> Result<Target, Fault> {
        let address = process::free_port()?;
        let folder = Scratch::make(&std::env::temp_dir())?;
        let people = self.args.people.to_string();
        let running = Running::start(self.cores, &["relay".into(), "--listen".into(), address.to_string().into(), "--people".into(), people.into()])?;
        process::reachable(address).await?;
        Ok(Target { http: Http::local(address), pid: Some(running.pid()), tongue: Tongue::Relay, own: Some((running, folder)) })
    }

    async fn start_sofia(&mut self) -> Result<Target, Fault> {
        let address = process::free_port()?;
        let folder = Scratch::make(&self.args.data.clone().unwrap_or_else(std::env::temp_dir))?;
        self.file_system = process::file_system(&folder.0);
        house::write_scenario(&folder.0.join("scenarios"))?;
        let mut running = Running::start(self.cores, &serve_arguments(address, &folder))?;
        let key = running.greeting(|line| line.split_once("/signin#").map(|(_, key)| key.trim().to_owned()));
        let key = key.ok_or_else(|| Fault::new("il server non si è avviato", "the server did not start"))?;
        process::reachable(address).await?;
        let mut http = Http::local(address);
        house::sign_in(&mut http, &house::Pass::FirstKey(key)).await?;
        Ok(Target { http, pid: Some(running.pid()), tongue: Tongue::Sofia, own: Some((running, folder)) })
    }

    async fn running_sofia(&mut self) -> Result<Target, Fault> {
        // Once: the key of a first start is good for one sign-in.
        if self.signed_in.is_none() {
            let mut http = Http::of_url(&self.args.url).await?;
            house::sign_in(&mut http, &self.pass()?).await?;
            self.signed_in = Some(http);
        }
        let http = self.signed_in.clone().ok_or_else(|| plain(&"no sign-in"))?;
        Ok(Target { http, pid: self.args.pid, tongue: Tongue::Sofia, own: None })
    }

    fn pass(&self) -> Result<house::Pass, Fault> {
        match (&self.args.first_key, &self.args.name, &self.args.password) {
            (Some(key), ..) => Ok(house::Pass::FirstKey(key.clone())),
            (None, Some(name), Some(password)) => Ok(house::Pass::Password { name: name.clone(), password: password.clone() }),
            _ => Err(Fault::new(
                "per entrare servono --name e --password, o --first-key; oppure --spawn, che fa tutto da sé",
                "--name and --password are needed to get in, or --first-key; or --spawn, which does everything by itself",
            )),
        }
    }

    // ------------------------------------------------------------ people

    /// Everybody connected and in place, nobody moving; and the sessions, where there are any.
    async fn seat(&self, target: &Target, shape: &Shape) -> Result<(Vec<Seated>, Option<house::House>), Fault> {
        self.progress.label(super::say(&self.args.lang, "le persone prendono posto", "people take their seats"));
        match target.tongue {
            Tongue::Sofia => {
                let mut house = house::seat_all(&target.http, shape, self.progress.clone()).await?;
                Ok((std::mem::take(&mut house.seated), Some(house)))
            }
            Tongue::Relay => {
                let mut seated = Vec::new();
                for (table, seat) in (0..shape.tables).flat_map(|t| (0..shape.people).map(move |s| (t, s))) {
                    let mut wire = Wire::open(&target.http, &format!("/{table}/{seat}")).await?;
                    let first = wire.next(|_| true).await.map_err(|e| plain(&e))?;
                    seated.push(Seated { wire, table, first });
                }
                Ok((seated, None))
            }
        }
    }

    async fn leave(&self, target: &Target, house: Option<house::House>) -> Result<(), Fault> {
        match house {
            Some(house) if target.own.is_none() => house::close_all(&target.http, &house.sessions).await,
            _ => Ok(()),
        }
    }

    async fn sit_only(&self, target: &Target) -> Result<Idle, Fault> {
        let pid = target.pid.ok_or_else(|| Fault::new("per la memoria serve --pid", "--pid is needed for the memory"))?;
        let gone = || Fault::new("il server è scomparso", "the server is gone");
        tokio::time::sleep(SETTLE).await;
        let before_kib = process::rss(pid).ok_or_else(gone)?;
        let shape = self.args.idle_shape();
        let (seated, house) = self.seat(target, &shape).await?;
        let people = seated.len();
        let driver = Driver::new(seated, target.tongue, Duration::ZERO);
        tokio::time::sleep(SETTLE).await;
        let after_kib = process::rss(pid).ok_or_else(gone)?;
        drop(driver);
        self.leave(target, house).await?;
        let kib_per_person = (after_kib as f64 - before_kib as f64) / people as f64;
        Ok(Idle { people, before_kib, after_kib, kib_per_person })
    }

    async fn play(&self, target: &Target) -> Result<Figures, Fault> {
        let shape = self.args.shape();
        let (seated, house) = self.seat(target, &shape).await?;
        let people = seated.len();
        let driver = Driver::new(seated, target.tongue, Duration::from_millis(self.args.think));
        if driver.spread() != (shape.people, shape.people) {
            let (least, most) = driver.spread();
            return Err(Fault::new(format!("ai tavoli siedono da {least} a {most} persone"), format!("tables hold {least} to {most} people")));
        }
        driver.begin();
        self.wait(&driver, Duration::from_secs(self.args.warmup), super::say(&self.args.lang, "riscaldamento", "warming up")).await?;
        let window = Window::open(target.pid);
        driver.start_counting();
        let wholly = self.wait(&driver, Duration::from_secs(self.args.seconds), super::say(&self.args.lang, "misura", "measuring")).await;
        let tally = driver.stop_counting();
        let figures = window.close(target, tally, people, &shape);
        wholly?;
        drop(driver);
        self.leave(target, house).await?;
        Ok(figures)
    }

    /// Lets the play go on; ends early when the server has broken it off.
    async fn wait(&self, driver: &Driver, time: Duration, what: &str) -> Result<(), Fault> {
        self.progress.label(what);
        self.progress.begin(time.as_millis() as usize);
        let since = Instant::now();
        while let Some(left) = time.checked_sub(since.elapsed()).filter(|l| !l.is_zero()) {
            if let Some(trouble) = driver.trouble() {
                return Err(trouble);
            }
            tokio::time::sleep(left.min(Duration::from_millis(200))).await;
            self.progress.set(since.elapsed().as_millis() as usize);
        }
        self.progress.end();
        driver.trouble().map_or(Ok(()), Err)
    }
}

/// Memory is looked at when the server has come to rest.
const SETTLE: Duration = Duration::from_millis(1_500);

/// The server of a measurement: all from one address, and nobody is too quick for it.
fn serve_arguments(address: std::net::SocketAddr, folder: &Scratch) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["serve".into(), "--listen".into(), address.to_string().into()];
    arguments.extend(["--data".into(), folder.0.join("data").into(), "--scenarios".into(), folder.0.join("scenarios").into()]);
    arguments.extend(["--sockets-per-address", "100000", "--seat-commands", "100000"].map(OsString::from));
    arguments
}

/// What the clocks said when the counting began.
struct Window {
    pid: Option<u32>,
    since: Instant,
    server: Option<u64>,
    journal: Option<u64>,
    generator: Option<u64>,
}

impl Window {
    fn open(pid: Option<u32>) -> Self {
        let journal = pid.and_then(|p| process::cpu_of_thread(p, "journal"));
        Self { pid, journal, server: pid.and_then(process::cpu), generator: process::cpu(std::process::id()), since: Instant::now() }
    }

    fn close(self, target: &Target, tally: driver::Tally, people: usize, shape: &Shape) -> Figures {
        let seconds = self.since.elapsed().as_secs_f64();
        let now = Self::open(self.pid);
        let used = |now: Option<u64>, then: Option<u64>| now.zip(then).map(|(n, t)| n.saturating_sub(t) as f64);
        let (server, generator) = (used(now.server, self.server), used(now.generator, self.generator));
        let sofia = target.tongue == Tongue::Sofia;
        let per_move = |micros: f64| micros / (tally.moves as f64).max(1.0);
        let mut sorted = tally.latencies;
        sorted.sort_unstable();
        Figures {
            target: if sofia { "sofia" } else { "relay" },
            tables: shape.tables,
            people,
            sessions: sofia.then(|| house::spread(shape).0),
            seconds,
            moves: tally.moves,
            moves_per_second: tally.moves as f64 / seconds,
            p50_ms: report::percentile(&sorted, 50.0),
            p95_ms: report::percentile(&sorted, 95.0),
            p99_ms: report::percentile(&sorted, 99.0),
            max_ms: report::percentile(&sorted, 100.0),
            cpu_us_per_move: server.map(per_move),
            journal_us_per_move: used(now.journal, self.journal).filter(|_| sofia).map(per_move),
            server_cpu: server.map(|s| s / 1e6 / seconds),
            generator_cpu: generator.map(|g| g / 1e6 / seconds),
            rss_kib: self.pid.and_then(process::rss),
            idle: None,
        }
    }
}
