//! `sofia explore`: everything that can happen in a small session.

use super::{Outcome, say, simulate};
use crate::limits;
use crate::trouble::Trouble;
use clap::Args;
use serde::Serialize;
use sofia_engine::Scenario;
use sofia_engine::explore::{Finding, Found, Ground, Kind, Place, Search, Told, Who, verdict};
use sofia_engine::simulate::{Size, Tally, lobby, play, sizes};
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct ExploreArgs {
    /// A scenario folder
    path: PathBuf,
    /// States to find at most
    #[arg(long, default_value_t = 200_000)]
    states: u64,
    /// People at a table; without it, as few as the scenario allows
    #[arg(long)]
    seats: Option<u32>,
    #[arg(long)]
    tables: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[arg(long, default_value = "it", value_parser = ["it", "en"])]
    pub lang: String,
}

#[derive(Serialize)]
struct Whole {
    scenario: String,
    complete: bool,
    found: Found,
    findings: Vec<Finding>,
}

pub fn run(args: &ExploreArgs) -> Outcome {
    let (folder, sc) = simulate::open(&args.path, &args.lang)?;
    let least = sizes(&sc)[0];
    let size = Size { seats: args.seats.unwrap_or(least.seats), tables: args.tables.unwrap_or(least.tables) };
    let ground = Ground::new(&sc);
    let found = search(&sc, &ground, size, false, args)?;
    let mut findings = verdict(&sc, &found, None, &[]);
    if findings.iter().any(|f| f.place.is_none()) {
        // Before something is said to be out of reach: the desk may force things, and more people may sit down.
        let wide = search(&sc, &ground, size, true, args)?;
        let played: Vec<Tally> = sizes(&sc).into_iter().map(|size| bots(&sc, size)).collect();
        findings = verdict(&sc, &found, Some(&wide), &played);
    }
    let certain = findings.iter().any(|f| f.certain);
    let whole = Whole { scenario: folder.display().to_string(), complete: found.complete(), found, findings };
    if args.json {
        tell!("{}", serde_json::to_string_pretty(&whole).unwrap_or_default());
    } else {
        text(&whole, &args.lang);
    }
    Ok(if certain { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn search(sc: &Scenario, ground: &Ground, size: Size, forced: bool, args: &ExploreArgs) -> Result<Found, Trouble> {
    let broken = |_| Trouble::new("Il motore si è rotto su uno stato di questo scenario.", "The engine failed on a state of this scenario.");
    let searched = catch_unwind(AssertUnwindSafe(|| {
        let mut search = Search::new(sc, ground, size, forced)?;
        let shown = std::io::stderr().is_terminal();
        while search.go_on(limits::STATES_AT_A_TIME, args.states) {
            if shown {
                let (states, todo) = search.counts();
                eprint!("\r{states} {} ({todo} {})   ", say(&args.lang, "stati", "states"), say(&args.lang, "da guardare", "to look at"));
                let _ = std::io::stderr().flush();
            }
        }
        if shown {
            eprint!("\r{:60}\r", "");
        }
        Ok(search.found())
    }));
    searched.map_err(broken)?.map_err(|fault: sofia_engine::simulate::Fault| {
        let (it, en) = (simulate::fault(&fault, "it"), simulate::fault(&fault, "en"));
        Trouble::new(it, en)
    })
}

/// A few sessions of bots of one size.
fn bots(sc: &Scenario, size: Size) -> Tally {
    let mut tally = Tally::new(sc, size);
    if let Ok(start) = lobby(sc, size) {
        for k in 0..limits::EXPLORE_SESSIONS {
            // What a session runs into is for `simulate` to tell.
            let _ = catch_unwind(AssertUnwindSafe(|| play(sc, &start, 1, k, &mut tally, None)));
        }
    }
    tally
}

// ---------------------------------------------------------------- in words

fn text(whole: &Whole, lang: &str) {
    let it = |it, en| say(lang, it, en);
    let f = &whole.found;
    tell!("{} · {}", whole.scenario, simulate::size(f.size, lang));
    let (states, moves) = (it("stati", "states"), it("passaggi", "transitions"));
    tell!("{} {states}, {} {moves}, {} {}", f.states, f.transitions, it("il cammino più lungo ha passi:", "steps of the longest way:"), f.longest);
    if let Some(line) = exchanged(f, lang) {
        tell!("{line}");
    }
    for finding in &whole.findings {
        tell!("{} {}", if finding.certain { it("errore:", "error:") } else { it("nota:", "note:") }, sentence(finding, f, lang));
        if let Some(place) = &finding.place {
            way(place, lang);
        }
    }
    if whole.complete {
        tell!(
            "{}",
            it("Guardato tutto, con queste persone: niente è rimasto fuori.", "Everything was looked at, with these people: nothing was left out.")
        );
        return;
    }
    let looked = f.states.saturating_sub(f.left);
    let part = 100.0 * looked as f64 / f.states.max(1) as f64;
    if !whole.findings.iter().any(|f| f.certain) {
        tell!("{} ({looked} / {}, {part:.0} %).", it("Nessun guasto negli stati guardati", "No fault found in the states looked at"), f.states);
    }
    tell!("{}", it("Non è stato guardato tutto:", "Not everything was looked at:"));
    let share = |n: u64, it: &str, en: &str| {
        if n > 0 {
            tell!("  {n} {}", say(lang, it, en));
        }
    };
    share(f.left, "stati noti e non ancora guardati (--states ne guarda di più)", "states known and not looked at (--states looks at more)");
    share(f.answers_cut, "volte in cui non si sono provate tutte le risposte", "times when not every answer was tried");
    share(f.chance_cut, "volte in cui non si sono provati tutti i casi della sorte", "times when not every outcome of chance was tried");
    share(u64::from(f.by_lot), "mossa o più che, a tempo scaduto, risponde a caso", "move or more that answers at random when time is up");
}

/// Whether people who are alike were exchanged; `None`: there was nobody to exchange.
fn exchanged(f: &Found, lang: &str) -> Option<String> {
    let n = f.exchanged;
    let (it, en) = match &f.told_apart {
        _ if f.size.people() < 2 => return None,
        Some(at) => (
            format!("Persone non scambiate: in {at} conta chi è chi, o chi viene prima."),
            format!("People were not exchanged: in {at} it matters who is who, or who comes first."),
        ),
        None if n == 0 => return None,
        None => (
            format!("Persone alla pari scambiate: {n} volte uno stato era già noto, con altri agli stessi posti."),
            format!("People who are alike were exchanged: {n} times a state was known, with others in the same places."),
        ),
    };
    Some(if lang == "en" { en } else { it })
}

fn sentence(finding: &Finding, f: &Found, lang: &str) -> String {
    let id = &finding.id;
    let states = f.states;
    let (it, en) = match finding.kind {
        Kind::Stuck => (
            format!("tutto si ferma in {id}: nessuno può agire e nessun orologio corre"),
            format!("everything stops in {id}: nobody can act, no clock runs"),
        ),
        Kind::Endless => (
            format!("un giro senza uscita, da {id}: da lì nessuna fine si raggiunge"),
            format!("a loop with no exit, from {id}: no end can be reached from there"),
        ),
        Kind::Runaway => (format!("una regola non si ferma, in {id}"), format!("a rule runs away, in {id}")),
        kind => {
            let (what, thing) = match kind {
                Kind::Phase => (format!("la fase {id} non si gioca"), format!("phase {id} is not played")),
                Kind::Move => (format!("la mossa {id} non si può fare"), format!("move {id} cannot be made")),
                Kind::Ending => (format!("al finale {id} non si arriva"), format!("ending {id} is not reached")),
                Kind::Card => (format!("la carta {id} non esce"), format!("card {id} is not drawn")),
                _ => (format!("il posto {id} non agisce"), format!("seat {id} does not act")),
            };
            if finding.certain {
                let size = simulate::size(f.size, lang);
                (format!("{what} mai (con {size}, provati tutti i {states} stati)"), format!("{thing} ever (with {size}, all {states} states tried)"))
            } else {
                (format!("{what} in nessuno dei {states} stati guardati"), format!("{thing} in any of the {states} states looked at"))
            }
        }
    };
    if lang == "en" { en } else { it }
}

fn way(place: &Place, lang: &str) {
    let who = |t: &Told| match t.who {
        Who::Seat(n) => format!("p{n}"),
        Who::Desk => say(lang, "regia", "desk").to_string(),
        Who::Clock => say(lang, "orologio", "clock").to_string(),
    };
    for (i, step) in place.path.iter().enumerate() {
        tell!("  {:>3}. {}: {}", i + 1, who(step), step.what);
    }
}
