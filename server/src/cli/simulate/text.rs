//! The report in plain words, and the sentences that the page uses, too.

use super::Whole;
use crate::cli::say;
use crate::limits::REPORT_ROWS;
use sofia_engine::simulate::{CardRow, EndingRow, Fault, OptionRow, Report, RoleRow, Share, Shift, Size};
use std::fmt::Write;

pub fn text(whole: &Whole, lang: &str) -> String {
    let mut out = format!("{}\n", whole.title);
    for report in &whole.sizes {
        let _ = one(&mut out, report, lang);
    }
    for f in &whole.faults {
        let _ = write!(
            out,
            "\n{} ({}, {} ×): {}\n    → {}\n",
            say(lang, "GUASTO", "FAULT"),
            size(f.size, lang),
            f.times,
            fault(&f.fault, lang),
            f.command
        );
    }
    out
}

fn one(out: &mut String, r: &Report, lang: &str) -> std::fmt::Result {
    let it = |it, en| say(lang, it, en);
    writeln!(out, "\n== {} · {} {}", size(r.size, lang), r.sessions, it("sessioni", "sessions"))?;
    let (median, p10, p90) = (r.moves.median, r.moves.p10, r.moves.p90);
    writeln!(
        out,
        "{}: {} {:.2} ({} {median}, {p10}–{p90})",
        it("Mosse di un tavolo", "Moves of a table"),
        it("in media", "mean"),
        r.moves.mean,
        it("mediana", "median")
    )?;
    writeln!(out, "{}: {:.0} ({}–{})", it("Minuti stimati", "Estimated minutes"), r.minutes.mean, r.minutes.p10, r.minutes.p90)?;
    for e in &r.endings {
        writeln!(out, "  {:<28} {}", ending(e, lang), share(&e.share))?;
    }
    if r.roles.len() > 1 || r.roles.iter().any(|r| r.id.is_some()) {
        writeln!(out, "{}:", it("Quante volte decide chi ha il ruolo", "How often each role decides"))?;
        for role in &r.roles {
            writeln!(out, "  {:<28} {:.1}", role_name(role, lang), role.decisions)?;
        }
    }
    let idle: Vec<String> = r.seats.iter().map(|s| format!("{}: {:.0} %", s.seat, s.idle * 100.0)).collect();
    writeln!(out, "{}: {}", it("Attende mentre altri decidono, per posto", "Waits while others decide, by place"), idle.join("  "))?;
    for i in &r.indicators {
        let (least, most) = i.phases.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), p| (a.min(p.min), b.max(p.max)));
        if let Some(last) = i.phases.last() {
            let when = it("in media, quando si chiude", "on average, when this closes:");
            writeln!(out, "{}: {least} … {most} ({:.1} {when} {})", i.name, last.mean, last.name)?;
        }
    }
    let names = |rows: Vec<String>| rows.join(" · ");
    if !r.phases_never.is_empty() {
        writeln!(out, "{}: {}", it("Fasi mai giocate", "Phases never played"), names(r.phases_never.iter().map(|p| p.id.clone()).collect()))?;
    }
    let moves: Vec<String> = r.moves_made.iter().filter(|m| m.times == 0).map(|m| m.id.clone()).collect();
    if !moves.is_empty() {
        writeln!(out, "{}: {}", it("Mosse mai fatte", "Moves never made"), names(moves))?;
    }
    list(out, it("Scelte mai fatte", "Options never taken"), &r.never, option)?;
    list(out, it("Scelte sempre fatte", "Options always taken"), &r.always, option)?;
    list(out, it("Carte mai uscite", "Cards never drawn"), &r.cards_never, card)?;
    list(out, it("Scelte che pesano", "Options that weigh"), &r.dominant, |s| shift(s, lang))
}

fn list<T>(out: &mut String, title: &str, rows: &[T], say: impl Fn(&T) -> String) -> std::fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}:")?;
    rows.iter().take(REPORT_ROWS).try_for_each(|r| writeln!(out, "  {}", say(r)))?;
    if rows.len() > REPORT_ROWS { writeln!(out, "  … (+{})", rows.len() - REPORT_ROWS) } else { Ok(()) }
}

// ---------------------------------------------------------------- sentences

pub fn size(s: Size, lang: &str) -> String {
    let (people, tables) = (say(lang, "persone a tavolo", "people at a table"), say(lang, "tavoli", "tables"));
    if s.tables == 1 { format!("{} {people}", s.seats) } else { format!("{} {people}, {} {tables}", s.seats, s.tables) }
}

pub fn share(s: &Share) -> String {
    format!("{:5.1} %  [{:.1}–{:.1}]", s.share * 100.0, s.low * 100.0, s.high * 100.0)
}

pub fn ending(e: &EndingRow, lang: &str) -> String {
    match &e.id {
        Some(_) => e.name.clone(),
        None => say(lang, "fine del percorso", "end of the flow").into(),
    }
}

pub fn role_name(r: &RoleRow, lang: &str) -> String {
    if r.id.is_some() { r.name.clone() } else { say(lang, "senza ruolo", "no role").into() }
}

pub fn option(o: &OptionRow) -> String {
    format!("{} → {}: {}", o.mv, o.input, o.name)
}

pub fn card(c: &CardRow) -> String {
    format!("{}: {}", c.kind, c.name)
}

pub fn shift(s: &Shift, lang: &str) -> String {
    let what = match s.ending.as_deref() {
        None => say(lang, "vince chi la sceglie", "who chooses it wins").into(),
        Some("") => say(lang, "fine del percorso", "end of the flow").into(),
        Some(id) => format!("{} {id}", say(lang, "finale", "ending")),
    };
    format!("{} · {what} {:.1} % ({} {:.1} %)", option(&s.option), s.chosen.share * 100.0, say(lang, "di solito", "usually"), s.all.share * 100.0)
}

pub fn fault(f: &Fault, lang: &str) -> String {
    let (it, en) = match f {
        Fault::Begin { code } => (format!("non si può cominciare ({code})"), format!("it cannot begin ({code})")),
        Fault::Stuck { phases } => {
            let p = phases.join(", ");
            (
                format!("tutto fermo in {p}: nessuno può agire, e solo la regia può forzare"),
                format!("stuck in {p}: nobody can act, only the desk can force it on"),
            )
        }
        Fault::Runaway { by } => (format!("una regola non si fermava ({by})"), format!("a rule ran away ({by})")),
        Fault::Endless { phases } => {
            let p = phases.join(", ");
            (format!("la partita non finisce: dopo 100.000 comandi è in {p}"), format!("it does not end: after 100,000 commands it is in {p}"))
        }
        Fault::Refused { code, command } => (
            format!("il motore rifiuta ({code}) una mossa che aveva offerto: {command}"),
            format!("the engine refuses ({code}) a move it had offered: {command}"),
        ),
        Fault::Panic => ("il motore si è rotto".into(), "the engine failed".into()),
    };
    if lang == "en" { en } else { it }
}
