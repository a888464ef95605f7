//! `sofia simulate`: bots play many sessions on all cores, and the designer reads what came of them.

mod page;
mod text;

pub use text::{fault, size};

use super::{Outcome, put, say};
use crate::limits;
use crate::scenario_files::{read_folder, scenario_folders};
use crate::trouble::Trouble;
use clap::Args;
use serde::Serialize;
use sofia_engine::Scenario;
use sofia_engine::simulate::{Fault, Report, Size, Tally, head, lobby, play, report, sizes};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

#[derive(Args)]
pub struct SimulateArgs {
    /// A scenario folder
    path: PathBuf,
    /// Sessions of each size
    #[arg(long, default_value_t = 1000)]
    sessions: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// People at a table; without it, the smallest, the usual and the largest size
    #[arg(long)]
    seats: Option<u32>,
    #[arg(long)]
    tables: Option<u32>,
    /// Threads; without it, one for each core
    #[arg(long)]
    threads: Option<usize>,
    /// Play only this session, and show its moves as lines of a play
    #[arg(long)]
    only: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write the report as a page, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[arg(long, default_value = "it", value_parser = ["it", "en"])]
    pub lang: String,
}

/// Everything that one simulation says.
#[derive(Serialize)]
struct Whole {
    scenario: String,
    title: String,
    seed: u64,
    sizes: Vec<Report>,
    faults: Vec<Failed>,
}

/// A fault that sessions ran into: the first of them, and how many.
#[derive(Clone, Serialize)]
struct Failed {
    #[serde(flatten)]
    fault: Fault,
    size: Size,
    session: u64,
    times: u64,
    /// What repeats it.
    command: String,
}

pub fn run(args: &SimulateArgs) -> Outcome {
    let (folder, sc) = open(&args.path, &args.lang)?;
    let sizes = wanted(&sc, args)?;
    if let Some(k) = args.only {
        return one(&sc, sizes[0], args, k);
    }
    let mut whole = Whole {
        scenario: folder.display().to_string(),
        title: sc.card(&args.lang).title.iter().map(plain).collect(),
        seed: args.seed,
        sizes: Vec::new(),
        faults: Vec::new(),
    };
    for size in sizes {
        let (tally, faults) = simulate(&sc, size, args);
        whole.sizes.push(report(&sc, &tally, &args.lang));
        for f in faults.into_values() {
            whole.faults.push(Failed { command: again(&whole, &f), ..f });
        }
    }
    if args.json {
        tell!("{}", serde_json::to_string_pretty(&whole).unwrap_or_default());
    } else {
        put(&text::text(&whole, &args.lang));
    }
    if let Some(file) = &args.html {
        std::fs::write(file, page::page(&whole, &args.lang)).map_err(|e| cannot_write(file, &e))?;
    }
    Ok(if whole.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The folder's scenario; its faults are shown as `check` shows them.
pub fn open(path: &Path, lang: &str) -> Result<(PathBuf, std::sync::Arc<Scenario>), Trouble> {
    let folder = match scenario_folders(path).as_slice() {
        [one] => one.clone(),
        _ => return Err(super::check::no_scenarios(&[path.to_owned()])),
    };
    let files = read_folder(&folder)
        .map_err(|e| Trouble::new(format!("Non posso leggere {}: {e}", folder.display()), format!("Cannot read {}: {e}", folder.display())))?;
    let loaded = crate::session::engine_api::load(&files);
    loaded.scenario.map(|sc| (folder.clone(), sc)).ok_or_else(|| {
        loaded.diagnostics.iter().for_each(|d| super::check::print_plain(&folder, d, lang));
        let name = folder.display();
        Trouble::new(format!("{name} ha errori: prima vanno corretti."), format!("{name} has faults: mend them first."))
    })
}

fn plain(piece: &sofia_engine::view::Inline) -> String {
    use sofia_engine::view::Inline;
    match piece {
        Inline::Text(t) => t.clone(),
        Inline::Strong { b: l } | Inline::Emphasis { i: l } => l.iter().map(plain).collect(),
        Inline::Seat { .. } | Inline::Hidden { .. } => "…".into(),
    }
}

fn wanted(sc: &Scenario, args: &SimulateArgs) -> Result<Vec<Size>, Trouble> {
    let usual = sizes(sc);
    let out = match (args.seats, args.tables) {
        (None, None) if args.only.is_none() => usual,
        (seats, tables) => vec![Size { seats: seats.unwrap_or(usual[0].seats), tables: tables.unwrap_or(usual[0].tables) }],
    };
    let ([a, b], [c, d]) = (sc.people.seats, sc.people.tables);
    if out.iter().any(|s| !(a..=b).contains(&s.seats) || !(c..=d).contains(&s.tables)) {
        return Err(Trouble::new(
            format!("Questo scenario si gioca in {a}–{b} persone a tavolo, con {c}–{d} tavoli."),
            format!("This scenario is for {a}–{b} people at a table, and {c}–{d} tables."),
        ));
    }
    Ok(out)
}

fn cannot_write(file: &Path, e: &std::io::Error) -> Trouble {
    Trouble::new(format!("Non posso scrivere {}: {e}", file.display()), format!("Cannot write {}: {e}", file.display()))
}

fn again(whole: &Whole, f: &Failed) -> String {
    let Size { seats, tables } = f.size;
    format!("sofia simulate {} --seed {} --seats {seats} --tables {tables} --only {}", whole.scenario, whole.seed, f.session)
}

// ---------------------------------------------------------------- playing

/// Faults by kind; of each the session with the lowest number.
type Faults = BTreeMap<String, Failed>;

/// Sessions of one size, shared out among threads. The result is the same for any number of them.
fn simulate(sc: &Scenario, size: Size, args: &SimulateArgs) -> (Tally, Faults) {
    let mut tally = Tally::new(sc, size);
    let mut faults = Faults::new();
    let start = match lobby(sc, size) {
        Ok(start) => start,
        Err(fault) => {
            failed(&mut faults, size, 0, fault);
            return (tally, faults);
        }
    };
    let next = AtomicU64::new(0);
    let threads = args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let (told, done) = mpsc::channel::<u64>();
    std::thread::scope(|scope| {
        let work = || {
            let (told, mut tally, mut faults) = (told.clone(), Tally::new(sc, size), Faults::new());
            loop {
                let first = next.fetch_add(limits::SESSIONS_AT_A_TIME, Ordering::Relaxed);
                let last = (first + limits::SESSIONS_AT_A_TIME).min(args.sessions);
                for k in first..last {
                    if let Err(fault) = guarded(sc, &start, args.seed, k, &mut tally) {
                        failed(&mut faults, size, k, fault);
                    }
                }
                if first >= last {
                    return (tally, faults);
                }
                // Nobody listens any more only when the program ends.
                let _ = told.send(last - first);
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        progress(&done, size, args);
        for worker in workers {
            let (part, found) = worker.join().unwrap_or_else(|_| (Tally::new(sc, size), Faults::new()));
            tally.add(&part);
            for (kind, f) in found {
                let kept = faults.entry(kind).or_insert_with(|| Failed { times: 0, ..f.clone() });
                kept.times += f.times;
                if f.session < kept.session {
                    *kept = Failed { times: kept.times, ..f };
                }
            }
        }
    });
    (tally, faults)
}

/// A scenario that makes the engine panic has a fault; the other sessions go on.
fn guarded(sc: &Scenario, start: &sofia_engine::State, seed: u64, k: u64, tally: &mut Tally) -> Result<(), Fault> {
    catch_unwind(AssertUnwindSafe(|| play(sc, start, seed, k, tally, None))).unwrap_or_else(|_| {
        tally.leave(false);
        Err(Fault::Panic)
    })
}

fn failed(faults: &mut Faults, size: Size, session: u64, fault: Fault) {
    let kind = match &fault {
        // A refused command differs each time; its code is the kind.
        Fault::Refused { code, .. } => format!("refused {code}"),
        other => format!("{other:?}"),
    };
    let found = faults.entry(kind).or_insert(Failed { fault, size, session, times: 0, command: String::new() });
    found.times += 1;
}

/// A bar on the terminal, until all sessions are done.
fn progress(done: &mpsc::Receiver<u64>, size: Size, args: &SimulateArgs) {
    let shown = std::io::stderr().is_terminal();
    let (mut n, mut last) = (0, u64::MAX);
    while n < args.sessions {
        let Ok(more) = done.recv() else { break };
        n += more;
        let percent = n * 100 / args.sessions;
        if shown && percent != last {
            last = percent;
            let bar: String = (0..25).map(|i| if i * 4 < percent { '█' } else { '░' }).collect();
            let people = size.people();
            eprint!("\r{bar} {percent:3} %  {n} {} ({people} {})", say(&args.lang, "sessioni", "sessions"), say(&args.lang, "persone", "people"));
            let _ = std::io::stderr().flush();
        }
    }
    if shown {
        eprint!("\r{:78}\r", "");
    }
}

/// One session, as a play that can be pasted in a file of `plays/`. Chance is not in it.
fn one(sc: &Scenario, size: Size, args: &SimulateArgs, k: u64) -> Outcome {
    let mut log = Vec::new();
    let mut tally = Tally::new(sc, size);
    let played = lobby(sc, size).and_then(|start| {
        let played = catch_unwind(AssertUnwindSafe(|| play(sc, &start, args.seed, k, &mut tally, Some(&mut log))));
        played.unwrap_or(Err(Fault::Panic))
    });
    tell!("{}script = \'\'\'", head(size, &format!("{} {k}", say(&args.lang, "Partita", "Session"))));
    tell!(
        "# {}",
        say(
            &args.lang,
            "I tiri non ci sono: `chance …` prima della riga che li fa.",
            "Draws are not here: `chance …` before the line that makes them."
        )
    );
    for (at, line) in &log {
        tell!("{line:<60} # {}:{:02}", at / 60_000, at / 1000 % 60);
    }
    tell!("\'\'\'");
    match played {
        Ok(()) => {
            tell!("{}", say(&args.lang, "Arriva alla fine.", "It comes to its end."));
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            tell!("{}", text::fault(&fault, &args.lang));
            Ok(ExitCode::FAILURE)
        }
    }
}
