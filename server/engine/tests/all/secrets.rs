//! Nobody receives what their role may not see: two worlds that differ in a secret look the same to everybody else,
//! and words marked as somebody's are found nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::common::{Room, edit, play_out, ready, roll, seated, shipped};
use sofia_engine::event::{Event, Secret, Spot};
use sofia_engine::legal::random_move;
use sofia_engine::scenario::model::{NONE, Scope, Val};
use sofia_engine::view::{Mode, Part, Stage, snapshot};
use sofia_engine::{Answer, Command, DeskAct, Scenario, SeatAct, SeatId, State, Viewer, decide};

fn others(st: &State, but: u32) -> Vec<Viewer> {
    let seats = (0..st.seats.len() as u32).filter(|s| *s != but).map(|s| Viewer::Seat(SeatId(s)));
    seats.chain([Viewer::Projector]).collect()
}

#[track_caller]
fn same(sc: &Scenario, a: &State, b: &State, viewer: Viewer, what: &str) {
    for lang in 0..sc.langs.len() {
        for ((part, x), (_, y)) in snapshot(sc, a, viewer, lang).into_iter().zip(snapshot(sc, b, viewer, lang)) {
            assert_eq!(x, y, "{what}: part {part:?} tells {viewer:?}");
        }
    }
}

// ---------------------------------------------------------------- two worlds, by commands

/// The world in which seat `who` gave another answer, kept beside the first until the answers open.
struct Twin {
    st: State,
    who: u32,
    unit: Vec<u32>,
    phase: u16,
    opened: i64,
}

fn sealed_move(sc: &Scenario, act: &SeatAct) -> Option<u16> {
    let SeatAct::Move { name, .. } = act else { return None };
    let m = sc.moves.iter().position(|m| m.id == *name)?;
    matches!(sc.moves[m].mode, Mode::Sealed | Mode::Final).then_some(m as u16)
}

fn twin(room: &Room, seat: u32, act: &SeatAct, rng: &mut u64) -> Option<Twin> {
    let m = sealed_move(&room.sc, act)?;
    let strand = room.st.strand_of(seat)?;
    let run = room.st.strands[strand as usize].running.as_ref()?;
    let def = &room.sc.moves[usize::from(m)];
    let unit = match def.joint {
        Some(scope @ Scope::Team) => room.st.members(scope, u32::try_from(room.st.seats[seat as usize].team).ok()?),
        Some(_) => return None,
        None => sofia_engine::event::Seats::from_slice(&[seat]),
    };
    for _ in 0..30 {
        let Some(SeatAct::Move { name, item, mut inputs }) = random_move(&room.sc, &room.st, SeatId(seat), rng) else { continue };
        for a in inputs.values_mut() {
            if let Answer::Text(t) = a {
                *t = format!("{t} {}", "x".repeat(roll(rng, 40) as usize + 1));
            }
        }
        let other = SeatAct::Move { name, item, inputs };
        if other == *act || sealed_move(&room.sc, &other) != Some(m) {
            continue;
        }
        let command = Command::Seat { seat: SeatId(seat), act: other };
        if let Ok(d) = decide(&room.sc, &room.st, &command, room.at) {
            return Some(Twin { st: d.state, who: seat, unit: unit.into_vec(), phase: run.phase, opened: run.opened });
        }
    }
    None
}

fn still_shut(st: &State, t: &Twin) -> bool {
    let run = st.strand_of(t.who).and_then(|s| st.strands[s as usize].running.as_ref());
    run.is_some_and(|r| r.phase == t.phase && r.opened == t.opened)
}

fn two_worlds(slug: &str, people: usize, seed: u64) -> u32 {
    let sc = ready(&shipped(slug));
    let mut room = seated(&sc, 1, people, seed);
    let (mut rng, mut rng2) = (seed, seed + 1);
    let mut twins: Vec<Twin> = Vec::new();
    let mut looked = 0;
    play_out(&mut room, &mut rng, &mut |room, command| {
        let fresh = match &command {
            Command::Seat { seat, act } => twin(room, seat.0, act, &mut rng2),
            _ => None,
        };
        for t in &mut twins {
            t.st = decide(&room.sc, &t.st, &command, room.at).expect("accepted in one world, refused in the other").state;
        }
        room.go(&command);
        twins.extend(fresh);
        twins.retain(|t| still_shut(&room.st, t));
        for t in &twins {
            for viewer in others(&room.st, u32::MAX).into_iter().filter(|v| !t.unit.iter().any(|s| *v == Viewer::Seat(SeatId(*s)))) {
                same(&room.sc, &room.st, &t.st, viewer, &format!("{slug}, {}, the answer of seat {} ", room.phase(), t.who));
                looked += 1;
            }
        }
    });
    looked
}

#[test]
fn another_sealed_answer_looks_the_same_to_everybody_else() {
    for (slug, people) in [("un-passo-avanti", 5), ("la-ricevuta-non-basta", 6), ("oca-dei-servizi", 8)] {
        let looked: u32 = [3, 4].into_iter().map(|seed| two_worlds(slug, people, seed)).sum();
        assert!(looked > 40, "{slug}: only {looked} pairs of views");
    }
}

/// A private note changes nothing for anybody, to the end of the session.
#[test]
fn a_private_note_is_nobodys_to_the_end() {
    let sc = ready(&shipped("un-passo-avanti"));
    let mut room = seated(&sc, 1, 4, 8);
    while room.phase() == "carte" {
        for s in 0..4 {
            room.act(s, SeatAct::Ack);
        }
    }
    let note = |t: &str| Command::Seat { seat: SeatId(0), act: crate::common::made("appunto", None, &[("nota", Answer::Text(t.into()))]) };
    let mut twin = decide(&sc, &room.st, &note("breve"), room.at).unwrap().state;
    room.go(&note("Una nota molto più lunga di quell'altra, e diversa."));
    let mut rng = 5;
    play_out(&mut room, &mut rng, &mut |room, command| {
        twin = decide(&room.sc, &twin, &command, room.at).unwrap().state;
        room.go(&command);
        for viewer in others(&room.st, 0).into_iter().chain([Viewer::Desk]) {
            same(&room.sc, &room.st, &twin, viewer, "a private note");
        }
    });
    for uncover in [true, false] {
        let command = Command::Desk { act: DeskAct::Uncover { on: uncover } };
        twin = decide(&sc, &twin, &command, room.at).unwrap().state;
        room.go(&command);
        for viewer in others(&room.st, 0).into_iter().chain([Viewer::Desk]) {
            same(&sc, &room.st, &twin, viewer, "a private note, with the key turned");
        }
    }
}

// ---------------------------------------------------------------- two worlds, by what lies covered

/// Other answers in the envelopes of those whom this viewer does not answer with.
fn other_envelopes(sc: &Scenario, st: &mut State, viewer: Viewer) {
    let mine = |st: &State, unit: &sofia_engine::event::Unit| match viewer {
        Viewer::Seat(s) => st.in_scope(s.0, unit.scope, unit.inst),
        _ => false,
    };
    let look = st.clone();
    for run in st.strands.iter_mut().filter_map(|s| s.running.as_mut()) {
        for a in run.sealed.iter_mut().filter(|a| !mine(&look, &a.unit)) {
            for v in &mut a.inputs {
                *v = if matches!(v, Val::N(NONE)) { Val::N(1) } else { Val::N(NONE) };
            }
        }
        for v in run.versions.iter_mut().filter(|v| !mine(&look, &v.unit)) {
            if sc.moves[usize::from(v.mv)].joint.is_some() {
                v.inputs = v.inputs.iter().map(|_| Val::N(NONE)).collect();
            }
        }
    }
}

/// Other cards in zones that `hidden` names for this viewer: the items change places with one another.
fn other_cards(st: &mut State, hidden: &dyn Fn(u16, u32) -> bool) -> usize {
    let covered: Vec<usize> = (0..st.tokens.len()).filter(|t| matches!(st.tokens[*t].at, Spot::Zone(z, i) if hidden(z, i))).collect();
    let mut by_kind: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
    for t in covered {
        by_kind.entry(st.tokens[t].kind).or_default().push(t);
    }
    for tokens in by_kind.values().filter(|t| t.len() > 1) {
        let items: Vec<u32> = tokens.iter().map(|t| st.tokens[*t].item).collect();
        for (i, t) in tokens.iter().enumerate() {
            std::sync::Arc::make_mut(&mut st.tokens)[*t].item = items[(i + 1) % items.len()];
        }
    }
    for ((z, i), list) in std::sync::Arc::make_mut(&mut st.zones) {
        if hidden(*z, *i) {
            list.reverse();
        }
    }
    by_kind.values().map(Vec::len).filter(|n| *n > 1).sum()
}

/// The roles of two people swapped, who show theirs to nobody and are not looking on.
fn other_roles(st: &mut State, viewer: Viewer) -> bool {
    let shut = |s: &u32| Viewer::Seat(SeatId(*s)) != viewer && !st.widened.iter().any(|(w, _)| *w == Secret::Role(*s));
    let people: Vec<u32> = (0..st.seats.len() as u32).filter(shut).collect();
    let Some(pair) = people.windows(2).find(|p| st.seats[p[0] as usize].role != st.seats[p[1] as usize].role) else { return false };
    let (a, b) = (pair[0] as usize, pair[1] as usize);
    (st.seats[a].role, st.seats[b].role) = (st.seats[b].role, st.seats[a].role);
    true
}

fn other_texts(st: &mut State, viewer: Viewer) {
    for t in std::sync::Arc::make_mut(&mut st.texts) {
        if t.author.is_none_or(|a| Viewer::Seat(SeatId(a)) != viewer) {
            t.body = Some(Arc::from("tutt'altro, e più lungo di prima, o più corto"));
        }
    }
}

#[test]
fn what_lies_covered_may_be_anything() {
    for (slug, people, seed) in [("un-passo-avanti", 5, 1), ("la-ricevuta-non-basta", 7, 2), ("oca-dei-servizi", 6, 3)] {
        let sc = ready(&shipped(slug));
        let zone = |id: &str| sc.zones.iter().position(|z| z.id == id).map(|z| z as u16);
        let mut room = seated(&sc, 1, people, seed);
        let (mut rng, mut cards, mut roles) = (seed, 0, 0);
        let sheets_open = sc.phases.iter().position(|p| p.id == "confronto").map(|p| p as u16);
        play_out(&mut room, &mut rng, &mut |room, command| {
            room.go(&command);
            if room.st.stage != Stage::Play {
                return;
            }
            for viewer in room.viewers() {
                let mut st = room.st.clone();
                if viewer != Viewer::Desk {
                    other_envelopes(&sc, &mut st, viewer);
                    if slug == "un-passo-avanti" && other_roles(&mut st, viewer) {
                        roles += 1;
                    }
                    if slug == "un-passo-avanti" || sheets_open.is_some_and(|p| !st.visited.contains_key(&(p, 0))) {
                        other_texts(&mut st, viewer);
                    }
                }
                let own = |i: u32| viewer == Viewer::Desk || viewer == Viewer::Seat(SeatId(i));
                let shut = |z: u16, i: u32| {
                    let nobodys = ["archivio", "codice", "quesiti", "scartati"].iter().any(|id| zone(id) == Some(z));
                    nobodys || zone("carte") == Some(z) && !own(i)
                };
                cards += other_cards(&mut st, &shut);
                same(&sc, &room.st, &st, viewer, &format!("{slug}, {}", room.phase()));
            }
        });
        assert!(cards > 100 || slug == "un-passo-avanti", "{slug}: {cards} covered cards moved");
        assert!(roles > 100 || slug != "un-passo-avanti", "{slug}: {roles} pairs of roles swapped");
    }
}

// ---------------------------------------------------------------- canaries

struct Typed {
    mark: String,
    author: u32,
    input: String,
}

/// Marks every text a bot types.
fn mark(command: &mut Command, typed: &mut Vec<Typed>) {
    let Command::Seat { seat, act: SeatAct::Move { inputs, .. } } = command else { return };
    for (id, answer) in inputs {
        if let Answer::Text(t) = answer {
            let mark = format!("zq{}zq", typed.len());
            t.clone_from(&mark);
            typed.push(Typed { mark, author: seat.0, input: id.clone() });
        }
    }
}

fn each_part(room: &Room, mut look: impl FnMut(Viewer, Part, &str)) {
    for viewer in room.viewers() {
        for lang in 0..room.sc.langs.len() {
            for (part, json) in snapshot(&room.sc, &room.st, viewer, lang) {
                look(viewer, part, &json);
            }
        }
    }
}

#[test]
fn typed_words_reach_only_those_who_may_read_them() {
    for (slug, people, late) in [("un-passo-avanti", 4, true), ("la-ricevuta-non-basta", 4, true), ("oca-dei-servizi", 4, true)] {
        let sc = ready(&shipped(slug));
        let mut room = seated(&sc, 1, people, 21);
        let (mut rng, mut typed, mut found, mut steps) = (21, Vec::new(), 0, 0);
        play_out(&mut room, &mut rng, &mut |room, mut command| {
            mark(&mut command, &mut typed);
            room.go(&command);
            steps += 1;
            if steps == 40 && late {
                // Whoever comes late looks on, or joins: the first snapshot is a view like any other.
                room.go(&Command::Join { bot: false, table: None });
            }
            let compared = room.sc.phases.iter().position(|p| p.id == "confronto").is_some_and(|p| room.st.visited.contains_key(&(p as u16, 0)));
            each_part(room, |viewer, part, json| {
                for t in typed.iter().filter(|t| json.contains(&t.mark)) {
                    found += 1;
                    let may = match (t.input.as_str(), viewer) {
                        (_, Viewer::Seat(s)) if s.0 == t.author => true,
                        ("diritto" | "requisito" | "forma" | "timore" | "tempo_perso" | "prassi", _) => compared,
                        // Written together by the whole table.
                        ("frase", _) => true,
                        _ => false,
                    };
                    assert!(may, "{slug}, {}: «{}» of seat {} in {part:?} of {viewer:?}", room.phase(), t.input, t.author);
                }
            });
        });
        assert!(found > 0 || typed.is_empty(), "{slug}: marks are seen by their authors");
        assert!(!typed.is_empty() || slug == "oca-dei-servizi", "{slug}: nobody typed anything");
    }
}

/// In a folder, marks each role's brief; a brief is read by who holds the card, and by nobody else ever.
#[test]
fn a_brief_is_read_by_its_holder_alone() {
    for (slug, people) in [("un-passo-avanti", 5), ("la-ricevuta-non-basta", 4)] {
        let mut files = shipped(slug);
        for path in ["it.md", "en.md"] {
            edit(&mut files, path, |t| {
                let mut out = String::new();
                for line in t.lines() {
                    out += &format!("{line}\n");
                    if let Some(id) = line.strip_prefix("## role ") {
                        let id = id.split(':').next().unwrap().trim();
                        out += &format!("\nzqbrief{}zq\n", id.replace('_', ""));
                    }
                }
                out
            });
        }
        let sc = ready(&files);
        let mut room = seated(&sc, 1, people, 4);
        let (mut rng, mut found, mut steps) = (4, 0, 0);
        play_out(&mut room, &mut rng, &mut |room, command| {
            room.go(&command);
            steps += 1;
            if steps == 30 {
                room.go(&Command::Join { bot: false, table: None });
            }
            if steps % 3 != 0 && !room.ended() {
                return;
            }
            let st = &room.st;
            each_part(room, |viewer, part, json| {
                for r in &sc.roles {
                    if json.contains(&format!("zqbrief{}zq", r.id.replace('_', ""))) {
                        found += 1;
                        let holds =
                            matches!(viewer, Viewer::Seat(s) if st.seats[s.ix()].role != NONE && sc.roles[st.seats[s.ix()].role as usize].id == r.id);
                        assert!(holds && part == Part::Me, "{slug}, {}: brief of {} in {part:?} of {viewer:?}", room.phase(), r.id);
                    }
                }
            });
        });
        room.desk(DeskAct::Uncover { on: true });
        each_part(&room, |viewer, part, json| {
            assert!(!json.contains("zqbrief") || part == Part::Me, "the key shows no brief: {part:?} of {viewer:?}");
        });
        assert!(found > 20, "{slug}: holders read their briefs ({found})");
    }
}

/// A question card and its solution are seen when the card lies open, the solution only when it is explained.
#[test]
fn a_card_in_the_deck_is_seen_by_nobody() {
    let mut files = shipped("oca-dei-servizi");
    let marked = |files: &mut sofia_engine::Files, path: &str, at: usize| {
        edit(files, path, |t| {
            let mut rows = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(t.as_bytes());
            let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
            for (i, row) in rows.records().enumerate() {
                let row = row.unwrap();
                let cell = |(n, c): (usize, &str)| if i > 0 && n == at { format!("zq{}zq {c}", row[0].replace('_', "-")) } else { c.to_string() };
                out.write_record(row.iter().enumerate().map(cell)).unwrap();
            }
            String::from_utf8(out.into_inner().unwrap()).unwrap()
        });
    };
    marked(&mut files, "quesiti.csv", 2);
    marked(&mut files, "soluzioni.csv", 2);
    let sc = ready(&files);
    let mut room = seated(&sc, 1, 6, 2);
    let aperto = sc.zones.iter().position(|z| z.id == "aperto").unwrap() as u16;
    let cards = sc.lists.iter().position(|l| l.id == "quesito").unwrap();
    let solutions = sc.lists.iter().position(|l| l.id == "soluzione").unwrap();
    let (mut rng, mut seen) = (2, [0, 0]);
    play_out(&mut room, &mut rng, &mut |room, command| {
        room.go(&command);
        let open: Vec<String> = room
            .st
            .zones
            .get(&(aperto, 0))
            .into_iter()
            .flatten()
            .map(|t| sc.lists[cards].items[room.st.tokens[*t as usize].item as usize].id.clone())
            .collect();
        let explained = room.phase() == "spiegazione";
        each_part(room, |viewer, part, json| {
            if !json.contains("zq") {
                return;
            }
            for c in &sc.lists[cards].items {
                if json.contains(&format!("zq{}zq", c.id.replace('_', "-"))) {
                    seen[0] += 1;
                    assert!(open.contains(&c.id), "{}: card {} in {part:?} of {viewer:?}", room.phase(), c.id);
                }
            }
            for s in &sc.lists[solutions].items {
                if json.contains(&format!("zq{}zq", s.id.replace('_', "-"))) {
                    seen[1] += 1;
                    assert!(explained && open.contains(&s.id.replacen("s_", "", 1)), "{}: solution {} in {part:?} of {viewer:?}", room.phase(), s.id);
                }
            }
        });
    });
    assert!(seen[0] > 0 && seen[1] > 0, "cards were drawn and explained: {seen:?}");
}

// ---------------------------------------------------------------- audiences

/// Who reads a number of Ada's in a panel that is open on every phone, on the wall and on the desk.
/// Ada and Bea are of one team, Ciro and Dan of the other; Ada and Ciro hold the same role. (What is `only owner` stands
/// in no panel without `least`: the checker refuses it.)
#[test]
fn a_panel_tells_each_reader_what_the_audience_says() {
    const WHO: [&str; 6] = ["ada", "bea", "ciro", "dan", "hall", "desk"];
    for (seen, readers) in [
        ("all", "ada bea ciro dan hall desk"),
        ("table", "ada bea ciro dan hall desk"),
        ("team", "ada bea desk"),
        ("role", "ada ciro desk"),
        ("role lupo", "ada ciro desk"),
        ("team blu", "ciro dan desk"),
        ("owner", "ada desk"),
        ("desk", "desk"),
        ("nobody", ""),
    ] {
        let sc = crate::common::tiny(&SHOWN.replace("SEEN", seen));
        let mut room = Room::begun(&sc, 4);
        for (seat, (team, role)) in [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().enumerate() {
            room.st.seats[seat].team = team;
            room.st.seats[seat].role = role;
        }
        let all = [0, 1, 2, 3].map(|s| Viewer::Seat(SeatId(s))).into_iter().chain([Viewer::Projector, Viewer::Desk]);
        let reads = |viewer: &Viewer| snapshot(&sc, &room.st, *viewer, 0).iter().any(|(_, json)| json.contains("7101"));
        let found: Vec<&str> = all.zip(WHO).filter(|(viewer, _)| reads(viewer)).map(|(_, who)| who).collect();
        assert_eq!(found.join(" "), readers, "{seen}");
    }
}

const SHOWN: &str = r#"
flow = "gioca"
[people]
seats = [2, 6]
tables = [1, 1]
absent = "wait"
latecomers = "join"
leftover = "spread"
teams = ["rossi", "blu"]
teams_by = "even"
deal = "start"
more_seats = "repeat"
[role]
lupo = { seen = "owner" }
pecora = { seen = "owner" }
[variable]
cifra = { of = "seat", seen = "SEEN" }
[panel.cifre]
kind = "table"
on = ["phone", "projector", "desk"]
rows = "seats"
column.quale = "cifra"
[phase.gioca]
ends = "desk"
before = "cifra of first(seats) = 7101"
panels = ["cifre"]
"#;

/// What is private is for the people it is meant for, not for the desk and the wall.
#[test]
fn a_private_answer_is_on_no_screen_of_the_house() {
    let sc = crate::common::tiny(
        r#"
flow = "scrivi"
[phase.scrivi]
ends = "desk"
limit = "none"
who = "all"
panels = ["detti"]
[phase.scrivi.move.scrivo]
mode = "at once"
timeout = "pass"
extra = true
seen = "table"
ask.aperto = "text up to 80"
ask.privato = { is = "text up to 80", private = true }
[panel.detti]
kind = "quotes"
on = ["phone", "projector", "desk"]
rows = "seats"
column.aperto = "aperto"
column.privato = "privato"
"#,
    );
    let mut room = Room::begun(&sc, 2);
    let inputs = [("aperto", Answer::Text("parole di tutti".into())), ("privato", Answer::Text("parole al tavolo".into()))];
    room.go(&Command::Seat { seat: SeatId(0), act: crate::common::made("scrivo", None, &inputs) });
    let reads = |viewer, words: &str| snapshot(&sc, &room.st, viewer, 0).iter().any(|(_, json)| json.contains(words));
    let phones = [0, 1].map(|s| Viewer::Seat(SeatId(s)));
    for viewer in phones.into_iter().chain([Viewer::Projector, Viewer::Desk]) {
        assert!(reads(viewer, "parole di tutti"), "{viewer:?}");
        assert_eq!(reads(viewer, "parole al tavolo"), phones.contains(&viewer), "{viewer:?}");
    }
}

// ---------------------------------------------------------------- what stays out of a copy for readers

/// A private note, and a choice that only its owner sees, are left out; the neighbour's ordinary words are kept.
#[test]
fn a_copy_for_readers_keeps_what_was_promised_to_be_ones_own() {
    use crate::common::{made, tiny};
    use sofia_engine::report::Withheld;
    let sc = tiny(
        r#"
flow = "scrivi, fine"
[list]
colore = { rows = ["rosso", "blu"] }
[phase.scrivi]
ends = "desk"
limit = "none"
who = "all"
[phase.scrivi.move.dico]
mode = "at once"
timeout = "pass"
extra = true
seen = "table"
ask.detto = "text up to 80"
[phase.scrivi.move.annoto]
mode = "at once"
timeout = "pass"
extra = true
ask.nota = { is = "text up to 80", private = true }
[phase.scrivi.move.scelgo]
mode = "at once"
timeout = "pass"
extra = true
seen = "only owner"
ask.mio = "one of all colore"
[phase.scrivi.move.racconto]
mode = "at once"
timeout = "pass"
extra = true
seen = "table"
ask.chiave = { is = "text up to 80", keep = "ask" }
[phase.fine]
ends = "desk"
"#,
    );
    let mut room = Room::begun(&sc, 2);
    let unkept = [("chiave", Answer::Text("parole da dimenticare".into())), ("unkept", Answer::Yes(true))];
    room.go(&Command::Seat { seat: SeatId(0), act: made("racconto", None, &unkept) });
    room.go(&Command::Seat { seat: SeatId(1), act: made("racconto", None, &[("chiave", Answer::Text("parole da dire".into()))]) });
    for (mv, input, answer) in [
        ("dico", "detto", Answer::Text("parole di tutti".into())),
        ("annoto", "nota", Answer::Text("parole mie".into())),
        ("scelgo", "mio", Answer::Number(1)),
    ] {
        room.go(&Command::Seat { seat: SeatId(0), act: made(mv, None, &[(input, answer)]) });
    }
    let events = || room.log.iter().flat_map(|(_, events)| events);
    let copy = |sc: Option<&Scenario>| {
        let withheld = Withheld::of(sc, events());
        let mut copy: Vec<_> = events().cloned().collect();
        copy.iter_mut().for_each(|e| withheld.clear(e));
        serde_json::to_string(&copy).unwrap()
    };
    let whole = serde_json::to_string(&events().collect::<Vec<_>>()).unwrap();
    assert!(whole.contains("parole mie") && whole.contains("parole di tutti"));
    let for_readers = copy(Some(&sc));
    assert!(for_readers.contains("parole da dire") && !for_readers.contains("dimenticare"), "{for_readers}");
    let entry = |(n, (t, events)): (usize, &(i64, Vec<_>))| sofia_engine::report::Entry {
        seq: n as u64 + 1,
        t: *t,
        at: 0,
        actor: "seat:0".into(),
        events: events.clone(),
    };
    let entries: Vec<_> = room.log.iter().enumerate().map(entry).collect();
    let story = serde_json::to_string(&sofia_engine::report::timeline(&sc, &entries, "it")).unwrap();
    assert!(story.contains("[testo non conservato]") && story.contains("parole da dire") && !story.contains("dimenticare"), "{story}");
    assert!(for_readers.contains("parole di tutti") && !for_readers.contains("parole mie"), "{for_readers}");
    let chosen = |withheld: Option<&Withheld<'_>>| {
        let all = events().filter_map(|e| {
            let mut e = e.clone();
            withheld.inspect(|w| w.clear(&mut e));
            if let Event::Made { mv: 2, inputs, .. } = e { Some(inputs.into_vec()) } else { None }
        });
        all.collect::<Vec<_>>()
    };
    assert_eq!(chosen(None), [vec![Val::N(1)]]);
    assert_eq!(chosen(Some(&Withheld::of(Some(&sc), events()))), [vec![Val::N(NONE)]], "that an answer was given is no secret, which one is");
    assert!(!copy(None).contains("parole"), "without its scenario nobody knows what was promised");
}
