//! From what was counted to what a designer reads.

use serde::Serialize;

use super::options::Named;
use super::{Size, Tally};
use crate::scenario::model::{Base, DEC, Scenario, Words};
use crate::view::prose::plain_words;

/// How sure a share's interval is: 95 %, and for what is called dominant 99.9 %.
const SURE: f64 = 1.96;
const VERY_SURE: f64 = 3.29;
/// Fewer tables than these say nothing about an option.
const FEW: u64 = 30;
/// A shift that is smaller is no news, however sure it is.
const SMALL: f64 = 0.05;
/// Rows of what is dominant at most.
const MOST_ROWS: usize = 20;

/// A share of a whole, with its Wilson interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Share {
    pub n: u64,
    pub of: u64,
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

impl Share {
    #[must_use]
    pub fn new(n: u64, of: u64) -> Self {
        Share::at(n, of, SURE)
    }

    fn at(n: u64, of: u64, z: f64) -> Self {
        if of == 0 {
            return Share { n, of, share: 0.0, low: 0.0, high: 1.0 };
        }
        let (k, p) = (of as f64, n as f64 / of as f64);
        let middle = p + z * z / (2.0 * k);
        let spread = z * (p * (1.0 - p) / k + z * z / (4.0 * k * k)).sqrt();
        let whole = 1.0 + z * z / k;
        Share { n, of, share: p, low: ((middle - spread) / whole).max(0.0), high: ((middle + spread) / whole).min(1.0) }
    }
}

/// How long tables play.
#[derive(Clone, Debug, Serialize)]
pub struct Spread {
    pub mean: f64,
    pub p10: u64,
    pub median: u64,
    pub p90: u64,
    pub most: u64,
    /// How many tables, by length.
    pub counts: Vec<u64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct EndingRow {
    /// `None`: the end of the flow.
    pub id: Option<String>,
    pub name: String,
    pub share: Share,
}

#[derive(Clone, Debug, Serialize)]
pub struct MoveRow {
    pub id: String,
    pub name: String,
    pub times: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct RoleRow {
    /// `None`: seats without a role.
    pub id: Option<String>,
    pub name: String,
    pub seats: u64,
    /// Decisions of a seat in a session.
    pub decisions: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct SeatRow {
    /// Place at the table, from 1.
    pub seat: u32,
    /// Share of the time in which it waits while others decide.
    pub idle: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct IndicatorRow {
    pub id: String,
    pub name: String,
    pub range: Option<[f64; 2]>,
    pub phases: Vec<IndicatorAt>,
}

#[derive(Clone, Debug, Serialize)]
pub struct IndicatorAt {
    pub phase: String,
    pub name: String,
    pub min: f64,
    pub mean: f64,
    pub max: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct OptionRow {
    #[serde(rename = "move")]
    pub mv: String,
    pub input: String,
    pub option: String,
    pub name: String,
    pub times: u64,
    pub answers: u64,
}

/// An option whose choice goes with another share of an ending than usual.
#[derive(Clone, Debug, Serialize)]
pub struct Shift {
    #[serde(flatten)]
    pub option: OptionRow,
    /// The ending; `None`: winning, of whoever chose it.
    pub ending: Option<String>,
    pub chosen: Share,
    pub all: Share,
}

#[derive(Clone, Debug, Serialize)]
pub struct CardRow {
    pub kind: String,
    pub id: String,
    pub name: String,
    pub times: u64,
}

/// What simulated sessions of one size came to.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub size: Size,
    pub sessions: u64,
    pub failed: u64,
    pub tables: u64,
    pub endings: Vec<EndingRow>,
    pub moves: Spread,
    pub minutes: Spread,
    pub roles: Vec<RoleRow>,
    pub seats: Vec<SeatRow>,
    pub indicators: Vec<IndicatorRow>,
    pub phases_never: Vec<MoveRow>,
    pub moves_made: Vec<MoveRow>,
    pub never: Vec<OptionRow>,
    pub always: Vec<OptionRow>,
    pub cards_never: Vec<CardRow>,
    pub dominant: Vec<Shift>,
}

#[must_use]
pub fn report(sc: &Scenario, tally: &Tally, lang: &str) -> Report {
    let lang = sc.lang(lang);
    let ms_per_minute = 60_000.0;
    Report {
        size: tally.size,
        sessions: tally.sessions,
        failed: tally.failed,
        tables: tally.tables,
        endings: endings(sc, tally, lang),
        moves: spread(&tally.moves, tally.total_moves as f64, tally.tables),
        minutes: spread(&tally.minutes, tally.total_ms as f64 / ms_per_minute, tally.tables),
        roles: roles(sc, tally, lang),
        seats: tally
            .idle
            .iter()
            .enumerate()
            .map(|(i, [idle, all])| SeatRow { seat: i as u32 + 1, idle: if *all > 0 { *idle as f64 / *all as f64 } else { 0.0 } })
            .collect(),
        indicators: indicators(sc, tally, lang),
        phases_never: counted(sc.phases.iter().map(|p| (&p.id, &p.title)), &tally.opened, lang).filter(|r| r.times == 0).collect(),
        // Nobody plays the desk's own moves.
        moves_made: counted(sc.moves.iter().map(|m| (&m.id, &m.label)), &tally.made, lang)
            .zip(&sc.moves)
            .filter(|(_, m)| !m.by_desk)
            .map(|(row, _)| row)
            .collect(),
        never: options(sc, tally, lang, |times, _| times == 0),
        always: options(sc, tally, lang, |times, answers| answers >= FEW && times == answers),
        cards_never: cards(sc, tally, lang),
        dominant: dominant(sc, tally, lang),
    }
}

fn said(id: &str, words: &Words, lang: usize) -> String {
    let text = words.of(lang).map(plain_words).unwrap_or_default();
    if text.trim().is_empty() { id.to_string() } else { text.trim().to_string() }
}

fn endings(sc: &Scenario, tally: &Tally, lang: usize) -> Vec<EndingRow> {
    let row = |(i, n): (usize, &u64)| {
        let def = sc.endings.get(i);
        let name = def.map(|d| said(&d.id, &d.title, lang)).unwrap_or_default();
        EndingRow { id: def.map(|d| d.id.clone()), name, share: Share::new(*n, tally.tables) }
    };
    // The end of the flow is one only where something ends there.
    tally.endings.iter().enumerate().map(row).filter(|r| r.id.is_some() || r.share.n > 0).collect()
}

fn spread(counts: &[u64], total: f64, tables: u64) -> Spread {
    let at = |part: f64| {
        let mut left = (tables as f64 * part).ceil() as u64;
        let found = counts.iter().position(|n| {
            let here = *n >= left && left > 0;
            left = left.saturating_sub(*n);
            here
        });
        found.unwrap_or(0) as u64
    };
    let mean = if tables == 0 { 0.0 } else { total / tables as f64 };
    Spread { mean, p10: at(0.1), median: at(0.5), p90: at(0.9), most: counts.len().saturating_sub(1) as u64, counts: counts.to_vec() }
}

fn roles(sc: &Scenario, tally: &Tally, lang: usize) -> Vec<RoleRow> {
    let row = |(i, [decisions, seats]): (usize, &[u64; 2])| {
        let def = sc.roles.get(i);
        let name = def.map(|d| said(&d.id, &d.name, lang)).unwrap_or_default();
        let each = if *seats == 0 { 0.0 } else { *decisions as f64 / *seats as f64 };
        RoleRow { id: def.map(|d| d.id.clone()), name, seats: *seats, decisions: each }
    };
    tally.roles.iter().enumerate().map(row).filter(|r| r.seats > 0).collect()
}

fn indicators(sc: &Scenario, tally: &Tally, lang: usize) -> Vec<IndicatorRow> {
    let row = |i: &super::tally::Indicator| {
        let def = &sc.vars[usize::from(i.var)];
        let scale = if def.ty.base == Base::Decimal { DEC as f64 } else { 1.0 };
        let at = sc.phases.iter().zip(&i.at).filter(|(_, r)| r.n > 0).map(|(p, r)| IndicatorAt {
            phase: p.id.clone(),
            name: said(&p.id, &p.title, lang),
            min: r.min as f64 / scale,
            mean: r.sum as f64 / r.n as f64 / scale,
            max: r.max as f64 / scale,
        });
        let range = def.range.map(|(a, b)| [a as f64 / scale, b as f64 / scale]);
        IndicatorRow { id: def.id.clone(), name: said(&def.id, &def.name, lang), range, phases: at.collect() }
    };
    tally.indicators.iter().map(row).collect()
}

fn counted<'a>(things: impl Iterator<Item = (&'a String, &'a Words)> + 'a, times: &'a [u64], lang: usize) -> impl Iterator<Item = MoveRow> + 'a {
    things.zip(times).map(move |((id, words), times)| MoveRow { id: id.clone(), name: said(id, words, lang), times: *times })
}

fn option_row(sc: &Scenario, tally: &Tally, lang: usize, at: (usize, u16, &str, Named<'_>)) -> OptionRow {
    let (option, mv, input, named) = at;
    let (id, name) = match named {
        Named::Words(id, words) => (id.to_string(), said(id, words, lang)),
        Named::Id(id) => (id.to_string(), id.to_string()),
        Named::YesNo(yes) => {
            let id = if yes { "yes" } else { "no" };
            let it = if yes { "sì" } else { "no" };
            (id.to_string(), if sc.langs.get(lang).is_some_and(|l| l == "it") { it } else { id }.to_string())
        }
        Named::Number(n) => (n.to_string(), n.to_string()),
    };
    let answers = tally.answers[usize::from(mv)];
    OptionRow { mv: sc.moves[usize::from(mv)].id.clone(), input: input.to_string(), option: id, name, times: tally.chosen[option], answers }
}

fn options(sc: &Scenario, tally: &Tally, lang: usize, which: impl Fn(u64, u64) -> bool) -> Vec<OptionRow> {
    let all = tally.options.all(sc).filter(|(o, m, ..)| which(tally.chosen[*o], tally.answers[usize::from(*m)]));
    all.map(|(o, m, ask, named)| option_row(sc, tally, lang, (o, m, &ask.id, named))).collect()
}

/// Cards that lie somewhere from the start, or come from a source, and never moved.
fn cards(sc: &Scenario, tally: &Tally, lang: usize) -> Vec<CardRow> {
    let mut out = Vec::new();
    for (k, kind) in sc.kinds.iter().enumerate() {
        let items = &sc.lists[usize::from(kind.list)].items;
        let starts = sc.zones.iter().filter(|z| usize::from(z.holds) == k).flat_map(|z| &z.start);
        let mut there: Vec<u32> = starts.map(|(item, _)| *item).collect();
        there.sort_unstable();
        there.dedup();
        for item in there.into_iter().map(|i| i as usize).filter(|i| tally.drawn[k][*i] == 0) {
            let def = &items[item];
            out.push(CardRow { kind: kind.id.clone(), id: def.id.clone(), name: said(&def.id, &def.name, lang), times: 0 });
        }
    }
    out
}

/// Options whose choice goes with a share of an ending, or of winning, that lies outside the usual interval.
fn dominant(sc: &Scenario, tally: &Tally, lang: usize) -> Vec<Shift> {
    let endings = tally.endings.len();
    let mut out = Vec::new();
    for (option, mv, ask, named) in tally.options.all(sc) {
        let with = &tally.with[option * endings..(option + 1) * endings];
        let chose: u64 = with.iter().sum();
        let shares = (0..endings).map(|e| {
            let id = sc.endings.get(e).map_or_else(String::new, |d| d.id.clone());
            (Some(id), Share::at(with[e], chose, VERY_SURE), Share::at(tally.endings[e], tally.tables, VERY_SURE))
        });
        let [chose_it, won] = tally.won[option];
        let winning = (None, Share::at(won, chose_it, VERY_SURE), Share::at(tally.seats_won[1], tally.seats_won[0], VERY_SURE));
        let outside = |a: &Share, b: &Share| a.low > b.high || a.high < b.low;
        let best = shares
            .chain([winning])
            .filter(|(_, c, all)| c.of >= FEW && outside(c, all) && (c.share - all.share).abs() >= SMALL)
            .max_by(|a, b| (a.1.share - a.2.share).abs().total_cmp(&(b.1.share - b.2.share).abs()));
        if let Some((ending, chosen, all)) = best {
            out.push(Shift { option: option_row(sc, tally, lang, (option, mv, &ask.id, named)), ending, chosen, all });
        }
    }
    out.sort_by(|a, b| (b.chosen.share - b.all.share).abs().total_cmp(&(a.chosen.share - a.all.share).abs()));
    out.truncate(MOST_ROWS);
    out
}
