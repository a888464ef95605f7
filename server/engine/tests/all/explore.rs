//! The search over everything that can happen: known numbers, faults where they are, and no false alarm.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::common::{all_shipped, edit, ready, shipped, tiny};
use crate::simulate::tris;
use sofia_engine::explore::{Finding, Found, Ground, Kind, Search, verdict};
use sofia_engine::scenario::{load, load_and_prove};
use sofia_engine::simulate::{Size, Tally, lobby, play, report, sizes};
use sofia_engine::{Files, Scenario};

fn search(sc: &Scenario, size: Size, forced: bool, states: u64) -> Found {
    search_on(sc, &Ground::new(sc), size, forced, states)
}

fn search_on(sc: &Scenario, ground: &Ground, size: Size, forced: bool, states: u64) -> Found {
    let mut search = Search::new(sc, ground, size, forced).unwrap();
    while search.go_on(1_000, states) {}
    search.found()
}

fn explored(sc: &Scenario, states: u64) -> (Found, Vec<Finding>) {
    let size = sizes(sc)[0];
    let found = search(sc, size, false, states);
    let wide = search(sc, size, true, states);
    let findings = verdict(sc, &found, Some(&wide), &[]);
    (found, findings)
}

#[test]
fn noughts_and_crosses_has_5478_states() {
    let (found, findings) = explored(&tris(), 10_000);
    assert_eq!((found.states, found.left, found.longest), (5_478, 0, 10));
    assert!(found.complete() && findings.is_empty(), "{findings:?}");
}

#[test]
fn a_search_that_was_stopped_is_sure_of_nothing_it_missed() {
    let (found, findings) = explored(&tris(), 40);
    assert!(!found.complete() && found.left > 0);
    assert!(findings.iter().any(|f| f.kind == Kind::Ending && f.id == "chi_comincia" && !f.certain), "{findings:?}");
    assert!(findings.iter().all(|f| !f.certain), "{findings:?}");
}

const VOTES: &str =
    "[phase.a]\nends = \"all done\"\nlimit = \"1 min\"\nwho = \"all\"\n[phase.a.move.m]\nmode = \"sealed\"\ntimeout = \"pass\"\nask.x = \"yes/no\"\n";

/// Each of three says yes, no or nothing, and what lasts is only whether most said yes. With seats exchanged: `folds`.
#[test]
fn answers_that_open_together_come_in_one_order() {
    let after = "after = \"if count(seats where x is yes) > 1: v = 1\"\n[phase.a.move.m]";
    let votes = VOTES.replace("[phase.a.move.m]", after);
    let sc = tiny(&format!(
        "flow = '''\na\nif v is 1:\n  b\nend\n'''\n[variable]\nv = {{ of = \"table\", seen = \"table\" }}\n{votes}[phase.b]\nends = \"desk\"\n"
    ));
    let found = search_on(&sc, &Ground::apart(&sc), Size { tables: 1, seats: 3 }, false, 10_000);
    // 1 + 3 + 9 with answers to come; 27 - 8 in which somebody stays silent and the clock must ring; then b, and the end with and without it.
    assert!(found.complete());
    assert_eq!(found.states, 13 + 19 + 3);
    assert!(found.reached.phases.iter().all(|p| *p));
}

/// (what it is, flow, sections, what is found, for certain, after how many acts)
#[test]
fn faults_are_found_where_they_are() {
    let once = "[phase.a]\nends = \"all done\"\nlimit = \"none\"\nwho = \"all\"\n[phase.a.move.m]\nmode = \"at once\"\ntimeout = \"pass\"\nask.x = \"yes/no\"\n";
    type Row<'a> = (&'a str, &'a str, String, Kind, &'a str, Option<usize>);
    let rows: [Row<'_>; 8] = [
        (
            "a phase that no answer leads to",
            "a\nif count(seats where x is yes) > 5:\n  b\nend",
            format!("{once}[phase.b]\nends = \"desk\"\n"),
            Kind::Phase,
            "b",
            None,
        ),
        (
            "a move whose condition never holds",
            "a",
            format!("{once}[phase.a.move.n]\nmode = \"at once\"\ntimeout = \"pass\"\nif = \"count(seats) > 9\"\n"),
            Kind::Move,
            "n",
            None,
        ),
        (
            "an ending that cannot be",
            "a",
            format!("{once}[ending.e]\nof = \"table\"\nwhen = \"count(seats where x is yes) > 5\"\n"),
            Kind::Ending,
            "e",
            None,
        ),
        ("a place that is never asked", "a", once.replace("\"all\"", "\"me is first(seats)\""), Kind::Seat, "2", None),
        (
            "who says no first stops everything",
            "a",
            format!(
                "[variable]\nv = {{ of = \"table\", seen = \"table\" }}\n{}",
                once.replace("\"all done\"\nlimit = \"none\"", "\"when v > 1\"") + "do = \"if x: v += 1\"\n"
            ),
            Kind::Stuck,
            "a",
            Some(3),
        ),
        ("a phase that begins again", "a", once.replace("who = \"all\"", "who = \"all\"\nafter = \"again\""), Kind::Endless, "a", Some(1)),
        (
            "a phase that needs nobody and begins again",
            "a\nb",
            format!("{once}[phase.b]\nends = \"at once\"\nafter = \"again\"\n"),
            Kind::Runaway,
            "a",
            Some(3),
        ),
        (
            "a card that stays in the box",
            "a",
            format!(
                "[list]\n[token]\nc = {{ rows = [\"p\", \"q\"] }}\n[zone]\nz = {{ of = \"table\", holds = \"c\", kind = \"pool\", seen = \"table\", start = \"all c\" }}\ny = {{ of = \"table\", holds = \"c\", kind = \"row\", seen = \"table\" }}\n{once}do = \"move p to y\"\n"
            ),
            Kind::Card,
            "c: q",
            None,
        ),
    ];
    for (name, flow, sections, kind, id, steps) in rows {
        let sc = tiny(&format!("flow = '''\n{flow}\n'''\n{sections}"));
        let (found, findings) = explored(&sc, 10_000);
        let [one] = findings.as_slice() else { panic!("{name}: {findings:#?}\n{found:?}") };
        assert_eq!((one.kind, one.id.as_str(), one.certain), (kind, id, true), "{name}");
        assert_eq!(one.place.as_ref().map(|p| p.path.len()), steps, "{name}: {:?}", one.place);
    }
}

/// The first at the table may not be the one who can.
#[test]
fn a_joint_move_is_begun_by_whoever_can() {
    let sc = tiny(
        r#"
flow = "firma, fine"
[phase.firma]
ends = "all done"
limit = "1 min"
who = "all"
[phase.firma.move.decide]
mode = "at once"
timeout = "pass"
joint = "table"
agree = 1
if = "me is last(seats)"
ask.che = "yes/no"
[phase.fine]
ends = "desk"
"#,
    );
    let (found, findings) = explored(&sc, 10_000);
    assert!(found.complete());
    assert!(!findings.iter().any(|f| f.kind == Kind::Move), "{findings:#?}");
}

#[test]
fn shipped_scenarios_raise_no_alarm() {
    for slug in all_shipped() {
        let sc = ready(&shipped(&slug));
        let found = search(&sc, sizes(&sc)[0], false, 6_000);
        let sure: Vec<_> = verdict(&sc, &found, None, &[]).into_iter().filter(|f| f.certain).collect();
        assert!(sure.is_empty(), "{slug}: {sure:#?}");
    }
}

// ---------------------------------------------------------------- planted defects

#[derive(Deserialize)]
struct Corpus {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    scenario: String,
    #[serde(default = "trunk")]
    file: String,
    find: String,
    put: String,
    by: BTreeSet<String>,
}

fn trunk() -> String {
    "scenario.toml".into()
}

/// What `simulate` says of a few sessions of the smallest size, one line for each thing.
fn simulated(sc: &Arc<Scenario>) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut sizes = sizes(sc);
    sizes.truncate(1);
    for size in sizes {
        let start = lobby(sc, size).unwrap();
        let mut tally = Tally::new(sc, size);
        for k in 0..40 {
            if let Err(fault) = play(sc, &start, 1, k, &mut tally, None) {
                lines.insert(format!("{size:?} {}", serde_json::to_value(&fault).unwrap()["what"]));
            }
        }
        let r = report(sc, &tally, "it");
        lines.extend(r.phases_never.iter().map(|p| format!("{size:?} phase {}", p.id)));
        lines.extend(r.moves_made.iter().filter(|m| m.times == 0).map(|m| format!("{size:?} move {}", m.id)));
        lines.extend(r.endings.iter().filter(|e| e.share.n == 0).map(|e| format!("{size:?} ending {:?}", e.id)));
        lines.extend(r.never.iter().filter(|o| o.answers > 0).map(|o| format!("{size:?} never {} {} {}", o.mv, o.input, o.option)));
        lines.extend(r.always.iter().map(|o| format!("{size:?} always {} {} {}", o.mv, o.input, o.option)));
        lines.extend(r.cards_never.iter().map(|c| format!("{size:?} card {} {}", c.kind, c.id)));
    }
    lines
}

/// What `explore` is certain of, in few states.
fn certain(sc: &Scenario) -> BTreeSet<String> {
    let size = sizes(sc)[0];
    let found = search(sc, size, false, 6_000);
    // Only where everything was looked at can something be called out of reach.
    let wide = found.complete().then(|| search(sc, size, true, 6_000));
    let findings = verdict(sc, &found, wide.as_ref(), &[]);
    findings.into_iter().filter(|f| f.certain).map(|f| format!("{:?} {}", f.kind, f.id)).collect()
}

/// Which tools find something in a twin that they do not find in the original.
fn finders(twin: &Files, simulated_before: &BTreeSet<String>) -> BTreeSet<String> {
    let loaded = load(twin);
    let Some(sc) = loaded.scenario.filter(|_| loaded.diagnostics.is_empty()) else { return ["check".to_string()].into() };
    let mut out = BTreeSet::new();
    if load_and_prove(twin).scenario.is_none() {
        out.insert("play".to_string());
    }
    if !simulated(&sc).is_subset(simulated_before) {
        out.insert("simulate".to_string());
    }
    // Of the originals it is certain of nothing.
    if !certain(&sc).is_empty() {
        out.insert("explore".to_string());
    }
    out
}

#[test]
fn planted_defects_are_found_by_the_tools_that_the_table_names() {
    let rows: Corpus = toml::from_str(include_str!("../planted.toml")).unwrap();
    assert!(rows.row.len() >= 25);
    let mut wrong = Vec::new();
    let mut originals: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for row in &rows.row {
        let original = shipped(&row.scenario);
        let mut twin = original.clone();
        edit(&mut twin, &row.file, |text| {
            assert_eq!(text.matches(row.find.as_str()).count(), 1, "{}: «{}» must stand once", row.name, row.find);
            text.replace(&row.find, &row.put)
        });
        let before = originals.entry(&row.scenario).or_insert_with(|| simulated(&ready(&original)));
        let by = finders(&twin, before);
        if by != row.by || by.is_empty() {
            wrong.push(format!("{}: {by:?}", row.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
