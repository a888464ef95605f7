//! Seats that nothing tells apart: which scenarios have them, that exchanging them is right, and how much less there is to look at.

use std::panic::catch_unwind;
use std::sync::Arc;

use crate::common::{Room, play_on, ready, seated, shipped, tiny};
use crate::language::after_a_wait;
use crate::manual::whole_examples;
use sofia_engine::decide::{Branch, decide_branch};
use sofia_engine::event::Spot;
use sofia_engine::explore::{Found, Ground, Search, verdict};
use sofia_engine::scenario::model::{AskDef, Base, KeyOf, Scope, Val};
use sofia_engine::simulate::{Size, sizes};
use sofia_engine::state::{Keys, State};
use sofia_engine::{Answer, Command, DeskAct, Scenario, SeatAct, SeatId};

fn search(sc: &Scenario, ground: &Ground, seats: u32, forced: bool) -> Found {
    let mut search = Search::new(sc, ground, Size { tables: 1, seats }, forced).unwrap();
    while search.go_on(1_000, 60_000) {}
    search.found()
}

const VOTE: &str =
    "[phase.a]\nends = \"all done\"\nlimit = \"1 min\"\nwho = \"all\"\n[phase.a.move.m]\nmode = \"sealed\"\ntimeout = \"pass\"\nask.x = \"yes/no\"\n";
const OPEN: &str =
    "[phase.a]\nends = \"all done\"\nlimit = \"none\"\nwho = \"all\"\n[phase.a.move.m]\nmode = \"at once\"\ntimeout = \"pass\"\nask.x = \"yes/no\"\n";
const SUM: &str = "if sum(p for seats) > 1:\n  b\nend";

fn after(rule: &str) -> String {
    VOTE.replace("[phase.a.move.m]", &format!("after = '''\n{rule}\n'''\n[phase.a.move.m]"))
}

fn with(vars: &str, phases: &str) -> String {
    format!("[variable]\n{vars}\n{phases}[phase.b]\nends = \"desk\"\n")
}

const P: &str = "p = { of = \"seat\", seen = \"table\" }";

struct Row {
    name: &'static str,
    flow: String,
    sections: String,
    /// Where people are told apart.
    told: Option<&'static str>,
}

fn rows() -> Vec<Row> {
    let row = |name, flow: &str, sections, told| Row { name, flow: flow.into(), sections, told };
    let v = "v = { of = \"table\", seen = \"table\" }";
    let who = "w = { of = \"table\", seen = \"table\", type = \"seat or none\" }";
    vec![
        row("a count of sealed answers", SUM, with(P, &after("for each s in seats: if x of s is yes: p of s += 1")), None),
        row("what a move adds to one's own", &format!("a\n{SUM}"), with(P, &format!("{VOTE}do = \"if x: p += 1\"\n")), None),
        row("a sum of all", "a\nif v > 1:\n  b\nend", with(v, &after("for each s in seats: if x of s is yes: v += 2")), None),
        row(
            "a sum that has a limit on both sides",
            "a\nif v > 1:\n  b\nend",
            with(
                "v = { of = \"table\", seen = \"table\", range = [0, 3] }",
                &after("for each s in seats:\n  if x of s is yes: v += 2\n  if x of s is no: v -= 1\nend"),
            ),
            Some("a"),
        ),
        row("the last one counts", "a\nif v is 1:\n  b\nend", with(v, &after("for each s in seats: v = if x of s is yes then 1 else 0")), Some("a")),
        row("a mark that all set alike", "a\nif v is 1:\n  b\nend", with(v, &after("for each s in seats: if x of s is yes: v = 1")), None),
        row(
            "a pass that reads what another has written",
            &format!("a\n{SUM}"),
            with(P, &after("for each s in seats: p of s = 1 + sum(p for seats)")),
            Some("a"),
        ),
        row("the first", "a\nif v is 1:\n  b\nend", with(v, &after("if x of first(seats) is yes: v = 1")), Some("a")),
        row(
            "the first of those who have most, in order of seats",
            "a\nif w is not none:\n  b\nend",
            with(&format!("{P}\n{who}"), &after("w = first(best(seats by p))")),
            Some("a"),
        ),
        row(
            "one of those who said yes, by lot",
            "a\nif w is not none:\n  b\nend",
            with(who, &after("pick 1 of (seats where x is yes) into w")),
            None,
        ),
        row("one after the other", "for each s in seats:\n  a\nend", OPEN.replace("\"all\"", "\"me is s\""), Some("flow")),
        row("so many times, whoever it is for", "for each s in seats:\n  a\nend", OPEN.to_string(), None),
        row("the word goes round", "a", OPEN.replace("who = \"all\"", "who = \"all\"\ntalk = \"in turn\""), Some("a")),
        row("who answers first, counts", "a\nif w is not none:\n  b\nend", with(who, &format!("{OPEN}do = \"if w is none: w = me\"\n")), None),
        row(
            "what time fills in for each, the last of them counts",
            "a\nif v is 1:\n  b\nend",
            with(
                &format!("{P}\n{v}"),
                &OPEN.replace("\"none\"", "\"1 min\"").replace(
                    "timeout = \"pass\"\nask.x = \"yes/no\"",
                    "timeout = \"default\"\nask.x = { is = \"yes/no\", default = \"yes\" }\ndo = \"v = p\"",
                ),
            ),
            Some("m"),
        ),
    ]
}

fn scenario(row: &Row) -> Arc<Scenario> {
    let flow = if row.flow == SUM { format!("a\n{SUM}") } else { row.flow.clone() };
    let used = if flow.contains("  b") { row.sections.clone() } else { row.sections.split("[phase.b]").next().unwrap_or_default().to_string() };
    tiny(&format!("flow = '''\n{flow}\n'''\n{used}"))
}

#[test]
fn seats_are_exchanged_where_no_rule_tells_them_apart() {
    for row in rows() {
        let sc = scenario(&row);
        let found = search(&sc, &Ground::new(&sc), 3, false);
        assert_eq!(found.told_apart.as_deref(), row.told, "{}", row.name);
        assert_eq!(found.exchanged > 0, row.told.is_none(), "{}", row.name);
    }
}

#[test]
fn with_seats_exchanged_the_same_is_found_in_fewer_states() {
    for row in rows().iter().filter(|r| r.told.is_none()) {
        let sc = scenario(row);
        for forced in [false, true] {
            let (one, all) = (search(&sc, &Ground::new(&sc), 4, forced), search(&sc, &Ground::apart(&sc), 4, forced));
            assert!(one.complete() && all.complete(), "{}", row.name);
            assert!(one.states < all.states, "{}: {} {}", row.name, one.states, all.states);
            assert_same(&sc, row.name, &one, &all);
        }
    }
}

/// 3 people who say yes, no or nothing: 1 + 3 + 6 with answers to come, 10 - 4 in which somebody is silent and the clock must
/// ring; b, and the end with and without it. One by one they are 13 + 19 + 3.
#[test]
fn a_vote_of_three_has_so_many_states() {
    let rule = "if count(seats where x is yes) > 1: v = 1";
    let sections = with("v = { of = \"table\", seen = \"table\" }", &after(rule));
    let sc = tiny(&format!("flow = '''\na\nif v is 1:\n  b\nend\n'''\n{sections}"));
    assert_eq!(search(&sc, &Ground::new(&sc), 3, false).states, 10 + 6 + 3);
}

fn assert_same(sc: &Scenario, name: &str, one: &Found, all: &Found) {
    let reached =
        |f: &Found| (f.reached.phases.clone(), f.reached.moves.clone(), f.reached.endings.clone(), f.reached.cards.clone(), f.reached.seats.clone());
    assert_eq!(reached(one), reached(all), "{name}");
    let findings = |f: &Found| verdict(sc, f, Some(f), &[]).into_iter().map(|f| (f.kind, f.id, f.certain)).collect::<Vec<_>>();
    assert_eq!(findings(one), findings(all), "{name}");
    assert!(one.longest <= all.longest, "{name}");
}

/// Where each shipped scenario tells people apart.
#[test]
fn of_the_shipped_scenarios_these_tell_people_apart() {
    let told = [
        ("alla-frontiera", Some("voci")),
        ("cinque-prese", Some("flow")),
        ("diamante", None),
        ("fiducia", None),
        ("intervisione", Some("consultazione")),
        ("la-ricevuta-non-basta", None),
        ("lepre-e-cani", None),
        ("notte-in-paese", Some("flow")),
        ("oca-dei-servizi", None),
        ("parole-in-codice", None),
        ("prima-io-poi-noi", Some("tocca_a")),
        ("tre-cerchi", Some("punteggio")),
        ("un-passo-avanti", None),
    ];
    let found: Vec<(&str, Option<String>)> = told.iter().map(|(slug, _)| (*slug, where_told(&ready(&shipped(slug))))).collect();
    let told: Vec<(&str, Option<String>)> = told.iter().map(|(slug, at)| (*slug, at.map(String::from))).collect();
    assert_eq!(found, told);
}

fn where_told(sc: &Scenario) -> Option<String> {
    Search::new(sc, &Ground::new(sc), sizes(sc)[0], false).unwrap().found().told_apart
}

// ---------------------------------------------------------------- exchanged by hand

/// Given a state that bots have come to, and the same with two people's seats exchanged; when in both the same is done,
/// under the other number; then what comes of it is the same with the seats exchanged, for every outcome of chance.
#[test]
fn exchanged_seats_do_the_same_whatever_happens() {
    let tinies = rows().into_iter().filter(|r| r.told.is_none()).map(|r| (r.name.to_string(), scenario(&r), 4));
    let slugs = ["diamante", "fiducia", "la-ricevuta-non-basta", "lepre-e-cani", "oca-dei-servizi", "parole-in-codice", "un-passo-avanti"];
    let shipped = slugs.into_iter().map(|slug| (slug.to_string(), ready(&shipped(slug)), 5));
    for (name, sc, people) in tinies.chain(shipped) {
        let looked_at: u32 = (0..4).map(|seed| exchanged_in_a_session(&name, &sc, people, seed)).sum();
        assert!(looked_at >= 8, "{name}: {looked_at}");
    }
}

/// The same in the tiny scenarios of the language, and in those of the manual, where people are not told apart.
#[test]
fn no_construct_tells_people_apart_unnoticed() {
    let (mut alike, mut wrong) = (0, Vec::new());
    for (name, files) in after_a_wait().into_iter().chain(whole_examples()) {
        let sc = ready(&files);
        if where_told(&sc).is_some() {
            continue;
        }
        let [least, most] = sc.people.seats;
        let people = (least + 1).max(3).min(most) as usize;
        match catch_unwind(|| (0..2).map(|seed| exchanged_in_a_session(&name, &sc, people, seed)).sum::<u32>()) {
            Ok(looked_at) => alike += u32::from(looked_at > 0),
            Err(_) => wrong.push(name),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(alike >= 40, "{alike}");
}

/// How many commands of a session of bots were tried with exchanged seats.
fn exchanged_in_a_session(name: &str, sc: &Arc<Scenario>, people: usize, seed: u64) -> u32 {
    let grounds = (Ground::new(sc), Ground::apart(sc));
    let (mut looked_at, mut rng) = (0, seed);
    let mut room = seated(sc, 1, people, seed);
    let mut step = |room: &mut Room, command: Command| {
        let people = room.st.seats.len() as u64;
        if people > 1 {
            let a = (room.log.len() as u64 + seed) % people;
            let b = (a + 1 + room.at as u64 % (people - 1)) % people;
            let mut to: Vec<u32> = (0..people as u32).collect();
            to.swap(a as usize, b as usize);
            looked_at += u32::from(both(name, (&grounds.0, &grounds.1), room, &command, &to));
        }
        room.go(&command);
    };
    play_on(&mut room, &mut rng, 60, &mut step);
    looked_at
}

fn both(name: &str, (fold, exact): (&Ground, &Ground), room: &Room, command: &Command, to: &[u32]) -> bool {
    let (sc, other) = (&room.sc, renamed(&room.sc, &room.st, to));
    assert_eq!(fold.fold(sc, &room.st), fold.fold(sc, &other), "{name}: before {command:?}");
    let here = outcomes(sc, &room.st, command, room.at, &|st| exact.fold(sc, &renamed(sc, st, to)));
    let there = outcomes(sc, &other, &rename_command(sc, command, to), room.at, &|st| exact.fold(sc, st));
    if let (Some(here), Some(there)) = (&here, &there) {
        assert_eq!(here, there, "{name}: {command:?} with {to:?} in {}", room.phase());
    }
    here.is_some() && there.is_some()
}

/// Every outcome, as a bag; `None`: too many.
fn outcomes(sc: &Scenario, st: &State, command: &Command, at: i64, number: &dyn Fn(&State) -> u128) -> Option<Vec<u128>> {
    let mut branch = Branch::default();
    let mut found = Vec::new();
    for _ in 0..130 {
        let decision = decide_branch(sc, st, command, at, &mut branch).unwrap();
        found.push(number(&decision.state));
        let Some(next) = branch.next() else {
            found.sort_unstable();
            return Some(found);
        };
        branch = next;
    }
    None
}

fn rename_command(sc: &Scenario, command: &Command, to: &[u32]) -> Command {
    let seat = |s: &SeatId| SeatId(to[s.ix()]);
    let asks = |name: &str| sc.moves.iter().find(|m| m.id == name).map(|m| m.asks.as_slice()).unwrap_or_default();
    let item = |name: &str, item: Option<i64>| {
        let of_seats = sc.moves.iter().any(|m| m.id == name && m.answers.as_ref().is_some_and(|a| a.2 == Base::Seat));
        item.map(|i| if of_seats { i64::from(to[i as usize]) } else { i })
    };
    let answer = |asks: &[AskDef], id: &str, answer: &Answer| {
        let seats = asks.iter().any(|a| a.id == id && sc.vars[usize::from(a.var)].ty.base == Base::Seat);
        match answer {
            Answer::Number(n) if seats => Answer::Number(i64::from(to[*n as usize])),
            Answer::List(l) if seats => Answer::List(l.iter().map(|n| i64::from(to[*n as usize])).collect()),
            other => other.clone(),
        }
    };
    let all = |name: &str, inputs: &sofia_engine::Answers| inputs.iter().map(|(id, a)| (id.clone(), answer(asks(name), id, a))).collect();
    match command {
        Command::Seat { seat: s, act } => {
            let act = match act {
                SeatAct::Move { name, item: i, inputs } => SeatAct::Move { name: name.clone(), item: item(name, *i), inputs: all(name, inputs) },
                SeatAct::Back { name, item: i, of } => SeatAct::Back { name: name.clone(), item: item(name, *i), of: seat(of) },
                other => other.clone(),
            };
            Command::Seat { seat: seat(s), act }
        }
        Command::Desk { act: DeskAct::Move { name, table, inputs } } => {
            Command::Desk { act: DeskAct::Move { name: name.clone(), table: *table, inputs: all(name, inputs) } }
        }
        other => other.clone(),
    }
}

/// The same state with other people in the same places: seat `s` is now `to[s]`, wherever it is named.
fn renamed(sc: &Scenario, st: &State, to: &[u32]) -> State {
    let one = |s: u32| to[s as usize];
    let num = |n: i64| usize::try_from(n).map_or(n, |n| i64::from(to[n]));
    let inst = |scope: Scope, i: u32| if scope == Scope::Seat { one(i) } else { i };
    let var = |v: u16| &sc.vars[usize::from(v)];
    let val = |v: u16, x: &Val| match x {
        Val::N(n) if var(v).ty.base == Base::Seat => Val::N(num(*n)),
        Val::L(l) if var(v).ty.base == Base::Seat => Val::L(l.iter().map(|n| num(*n)).collect()),
        other => other.clone(),
    };
    let keys =
        |v: u16, keys: &[i64]| -> Vec<i64> { keys.iter().zip(&var(v).keys).map(|(k, of)| if *of == KeyOf::Seat { num(*k) } else { *k }).collect() };
    let sorted = |list: &[u32]| {
        let mut list: Vec<u32> = list.iter().map(|s| one(*s)).collect();
        list.sort_unstable();
        list
    };
    let filled = |mv: u16, inputs: &[Val]| {
        sc.moves[usize::from(mv)].asks.iter().zip(inputs).map(|(a, x)| val(a.var, x)).collect::<sofia_engine::event::Filled>()
    };
    let item = |mv: u16, i: i64| if sc.moves[usize::from(mv)].answers.as_ref().is_some_and(|a| a.2 == Base::Seat) { num(i) } else { i };
    let unit = |u: sofia_engine::event::Unit| sofia_engine::event::Unit { inst: inst(u.scope, u.inst), ..u };

    let mut out = st.clone();
    for (s, seat) in st.seats.iter().enumerate() {
        out.seats[to[s] as usize] = seat.clone();
    }
    for (at, def) in sc.rows.iter().enumerate().filter(|(at, _)| *at < st.rows.len()) {
        let width = def.columns.len();
        let mut rows = st.rows[at].to_vec();
        for (i, row) in st.rows[at].chunks(width).enumerate() {
            for (c, n) in row.iter().enumerate() {
                let seat = var(def.columns[c].0).ty.base == Base::Seat;
                rows[inst(def.scope, i as u32) as usize * width + c] = if seat { num(*n) } else { *n };
            }
        }
        out.rows[at] = Arc::new(rows);
    }
    let cells = st.cells.iter().map(|((v, i, k), x)| ((*v, inst(var(*v).scope, *i), Keys::new(&keys(*v, k))), val(*v, x)));
    out.cells = Arc::new(cells.collect());
    let past = st.past.iter().map(|((v, i), all)| {
        let mut all = all.clone();
        for p in &mut all {
            p.keys = keys(*v, &p.keys);
            p.val = val(*v, &p.val);
        }
        ((*v, inst(var(*v).scope, *i)), all)
    });
    out.past = Arc::new(past.collect());
    let mut tokens = st.tokens.to_vec();
    for t in &mut tokens {
        if sc.kinds[usize::from(t.kind)].per == Some(Scope::Seat) {
            t.owner = num(t.owner);
        }
        (t.player, t.author) = (num(t.player), num(t.author));
        if let Spot::Zone(z, i) = t.at {
            t.at = Spot::Zone(z, inst(sc.zones[usize::from(z)].scope, i));
        }
    }
    out.tokens = Arc::new(tokens);
    out.zones = Arc::new(st.zones.iter().map(|((z, i), l)| ((*z, inst(sc.zones[usize::from(*z)].scope, *i)), l.clone())).collect());
    let owner = |k: u16, o: u32| if sc.kinds[usize::from(k)].per == Some(Scope::Seat) { one(o) } else { o };
    out.per = Arc::new(st.per.iter().map(|((k, o), t)| ((*k, owner(*k, *o)), *t)).collect());
    let mut groups = st.groups.to_vec();
    groups.iter_mut().for_each(|g| g.members = sorted(&g.members));
    out.groups = Arc::new(groups);
    for run in out.strands.iter_mut().filter_map(|s| s.running.as_mut()) {
        (run.asked, run.done) = (sorted(&run.asked).into(), sorted(&run.done).into());
        run.floor = run.floor.map(one);
        for a in &mut run.sealed {
            (a.unit, a.item, a.inputs) = (unit(a.unit), item(a.mv, a.item), filled(a.mv, &a.inputs));
        }
        for v in &mut run.versions {
            (v.unit, v.item, v.inputs, v.seat) = (unit(v.unit), item(v.mv, v.item), filled(v.mv, &v.inputs), one(v.seat));
        }
        run.made.iter_mut().for_each(|m| (m.1, m.2) = (item(m.0, m.1), unit(m.2)));
        run.last.iter_mut().for_each(|l| l.1 = unit(l.1));
    }
    for a in &mut out.asks {
        (a.seat, a.judge, a.item, a.inputs) = (one(a.seat), a.judge.map(one), item(a.mv, a.item), filled(a.mv, &a.inputs));
    }
    out.held = Arc::new(st.held.iter().map(|((s, r), n)| ((one(*s), *r), *n)).collect());
    let pair = |a: u32, b: u32| (a.min(b), a.max(b));
    let met = st.met.iter().map(|((k, a, b), n)| {
        let (a, b) = pair(one(*a), one(*b));
        ((*k, a, b), *n)
    });
    out.met = Arc::new(met.collect());
    out.defaulted = Arc::new(st.defaulted.iter().map(|((v, i), on)| ((*v, inst(var(*v).scope, *i)), *on)).collect());
    out
}
