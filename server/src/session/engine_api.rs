//! The one place where sessions ask the engine. Everything a session knows of rules, state and views is here.

use crate::journal::Actor;
use crate::limits;
use crate::secret;
use sofia_engine::id::Millis;
use sofia_engine::report;
use sofia_engine::view::{self, Part, PartSet, Stage};
use sofia_engine::{Card, Code, Command, Decision, Event, Files, Loaded, Refusal, Scenario, SeatAct, SeatId, State, Viewer};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub const PART_COUNT: usize = Part::ALL.len();

/// Reads and checks a folder. A folder that makes the checker panic is a folder with a fault, never our end.
#[must_use]
pub fn load(files: &Files) -> Loaded {
    catch_unwind(AssertUnwindSafe(|| sofia_engine::load(files))).unwrap_or_else(|_| Loaded {
        scenario: None,
        diagnostics: Vec::new(),
        hash: String::new(),
    })
}

/// Every rule. A rule that panics is stopped like one that runs away: this room's play goes on, others never notice.
///
/// # Errors
/// The engine's refusal.
pub fn decide(scenario: &Scenario, state: &State, command: &Command, at: Millis) -> Result<Decision, Refusal> {
    let decided = catch_unwind(AssertUnwindSafe(|| sofia_engine::decide(scenario, state, command, at)));
    decided.unwrap_or_else(|_| Err(Refusal::new(Code::Runaway)))
}

/// Folds stored events. `false`: they do not belong to this scenario.
#[must_use]
pub fn evolve_all(scenario: &Scenario, state: &mut State, events: &[Event], at: Millis) -> bool {
    catch_unwind(AssertUnwindSafe(|| sofia_engine::fold(scenario, state, at, events))).is_ok()
}

/// Which parts may look different to anybody after these events.
#[must_use]
pub fn touched(scenario: &Scenario, state: &State, events: &[Event]) -> PartSet {
    view::touched(scenario, state, events)
}

/// At which tables a seat may see something new; `None`: at all.
#[must_use]
pub fn tables_touched(scenario: &Scenario, state: &State, events: &[Event]) -> Option<Vec<u32>> {
    view::tables_touched(scenario, state, events)
}

/// Whether somebody at one of these tables; desk and projector look at all.
#[must_use]
pub fn looks_at(state: &State, viewer: Viewer, tables: &[u32]) -> bool {
    match viewer {
        Viewer::Seat(seat) => state.seats.get(seat.ix()).is_none_or(|s| tables.contains(&s.table)),
        Viewer::Desk | Viewer::Projector => true,
    }
}

/// The parts a viewer of this kind has.
#[must_use]
pub fn parts_of(viewer: Viewer) -> PartSet {
    view::parts_of(viewer).iter().copied().collect()
}

/// Viewers of equal class are given equal bytes.
#[must_use]
pub fn class(scenario: &Scenario, state: &State, viewer: Viewer, lang: usize, part: Part) -> u64 {
    view::class(scenario, state, viewer, lang, part)
}

/// Writes a part as JSON; nothing when there is nothing to see.
pub fn render(scenario: &Scenario, state: &State, viewer: Viewer, lang: usize, part: Part, out: &mut String) {
    let start = out.len();
    let written = catch_unwind(AssertUnwindSafe(|| view::render(scenario, state, viewer, lang, part, out)));
    if written.is_err() {
        // One part is missing on a screen; the session goes on.
        tracing::error!(part = part.name(), "a part of a view cannot be drawn");
        out.truncate(start);
    }
    if &out[start..] == "null" {
        out.truncate(start);
    }
}

#[must_use]
pub fn lang(scenario: &Scenario, code: &str) -> usize {
    scenario.lang(code)
}

#[must_use]
pub fn next_due(state: &State) -> Option<Millis> {
    state.next_due()
}

#[must_use]
pub fn seats(state: &State) -> usize {
    state.seats()
}

#[must_use]
pub fn stage(state: &State) -> Stage {
    state.stage
}

#[must_use]
pub fn locked(state: &State) -> bool {
    state.locked
}

/// Nobody else can sit down: told before somebody tries.
#[must_use]
pub fn is_full(scenario: &Scenario, state: &State, at: Millis) -> bool {
    seats(state) >= limits::PEOPLE
        || matches!(decide(scenario, state, &Command::Join { bot: false, table: None }, at), Err(r) if r.code == Code::Full)
}

/// Whether the journal believes this person to be here.
#[must_use]
pub fn is_here(state: &State, seat: SeatId) -> bool {
    state.seats.get(seat.ix()).is_some_and(|s| s.here)
}

#[must_use]
pub fn is_bot(state: &State, seat: SeatId) -> bool {
    state.is_bot(seat)
}

/// A legal act for a bot, if it has anything to do.
#[must_use]
pub fn bot_act(scenario: &Scenario, state: &State, seat: SeatId, rng: &mut u64) -> Option<SeatAct> {
    catch_unwind(AssertUnwindSafe(|| sofia_engine::legal::random_move(scenario, state, seat, rng))).ok().flatten()
}

/// Seats whose people are to be reminded by these events.
#[must_use]
pub fn nudged(state: &State, events: &[Event]) -> Vec<SeatId> {
    let tables: Vec<u32> = events.iter().filter_map(|e| if let Event::Nudged { table } = e { Some(table.0) } else { None }).collect();
    if tables.is_empty() {
        return Vec::new();
    }
    let running = state.strands.iter().filter(|s| s.alive).filter_map(|s| s.running.as_ref());
    let missing = running.flat_map(|r| r.asked.iter().filter(|s| !r.done.contains(s)));
    missing.filter(|s| tables.contains(&state.seats[**s as usize].table)).map(|s| SeatId(*s)).collect()
}

/// The smallest number of tables, and of seats of each.
#[must_use]
pub fn smallest(scenario: &Scenario) -> (u32, u32) {
    (scenario.people.tables[0], scenario.people.seats[0])
}

/// The catalogue card.
#[must_use]
pub fn card(scenario: &Scenario, lang: &str) -> Card {
    scenario.card(lang)
}

/// A line or prose of a view as plain text, for lists and titles.
#[must_use]
pub fn plain(words: &impl serde::Serialize) -> String {
    fn gather(value: &serde_json::Value, out: &mut String) {
        match value {
            serde_json::Value::String(text) => out.push_str(text),
            serde_json::Value::Array(all) => all.iter().for_each(|v| gather(v, out)),
            serde_json::Value::Object(map) => {
                map.values().for_each(|v| gather(v, out));
                if map.contains_key("p") || map.contains_key("h") {
                    out.push('\n');
                }
            }
            _ => {}
        }
    }
    let mut out = String::new();
    gather(&serde_json::to_value(words).unwrap_or_default(), &mut out);
    out.trim_end().to_owned()
}

/// What happened, for the debrief.
#[must_use]
pub fn timeline(scenario: &Scenario, commits: &[crate::journal::Commit], lang: &str) -> report::Timeline {
    let entries: Vec<report::Entry> = commits
        .iter()
        .map(|c| report::Entry { seq: c.seq, at: c.at, t: c.t, actor: reported(c.actor, &c.events), events: c.events.clone() })
        .collect();
    report::timeline(scenario, &entries, lang)
}

/// The report's word for who caused a commit: arrivals and absences are the server's, the rest of the house's the clock's.
fn reported(actor: Actor, events: &[Event]) -> String {
    match actor {
        Actor::Seat(seat) => format!("seat:{seat}"),
        Actor::Desk => "desk".into(),
        Actor::House if matches!(events.first(), Some(Event::Joined { .. } | Event::Here { .. })) => "server".into(),
        Actor::House => "clock".into(),
    }
}

/// A session's seed: drawn once, stored in its first event.
#[must_use]
pub fn fresh_seed() -> u64 {
    // Stays exact in JSON readers that know only doubles.
    u64::from_le_bytes(secret::random()) >> 12
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule that panics: here the state of one scenario is given to another, which has nothing of what it names.
    #[test]
    fn a_panic_in_the_rules_is_a_refusal() {
        let load = |flow: &str, phases: &str, words: &str| {
            let trunk = format!(
                "format = 1\nlanguage = \"it\"\nminutes = 5\nreview = \"pending\"\nflow = \"\"\"\n{flow}\"\"\"\n[people]\nseats = [1, 9]\ntables = [1, 3]\nleftover = \"smaller\"\nabsent = \"pass\"\nlatecomers = \"join\"\n{phases}"
            );
            let files = Files::from([("scenario.toml".to_owned(), trunk.into_bytes()), ("it.md".to_owned(), words.as_bytes().to_vec())]);
            let loaded = load(&files);
            loaded.scenario.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
        };
        let one = load("a\n", "[phase.a]\nends = \"desk\"\n", "# Uno\nUno.\n\n## phase a: A\n");
        let three = load(
            "a\nb\nc\n",
            "[phase.a]\nends = \"desk\"\n[phase.b]\nends = \"desk\"\n[phase.c]\nends = \"desk\"\n",
            "# Tre\nTre.\n\n## phase a: A\n\n## phase b: B\n\n## phase c: C\n",
        );
        let mut state = State::default();
        let commands = [
            Command::Open { tables: 1, seed: 7, set: Default::default() },
            Command::Join { bot: false, table: None },
            Command::Desk { act: sofia_engine::DeskAct::Begin },
            Command::Desk { act: sofia_engine::DeskAct::Next { table: None, seen: None } },
            Command::Desk { act: sofia_engine::DeskAct::Next { table: None, seen: None } },
        ];
        for command in &commands {
            state = decide(&three, &state, command, 0).unwrap().state;
        }
        let next = Command::Desk { act: sofia_engine::DeskAct::Next { table: None, seen: None } };
        assert!(
            catch_unwind(AssertUnwindSafe(|| sofia_engine::decide(&one, &state, &next, 0))).is_err(),
            "it does not panic: the test does not bite"
        );
        assert_eq!(decide(&one, &state, &next, 0).unwrap_err().code, Code::Runaway);
        let mut out = String::new();
        render(&one, &state, Viewer::Desk, 0, Part::Tables, &mut out);
        assert!(out.is_empty() || out.ends_with(['}', ']']), "never half a part: {out}");
        assert!(decide(&three, &state, &next, 0).is_ok(), "the right one goes on");
    }
}
