//! Records that were played once and are kept for ever: each must open, verify and fold to the same end.
//!
//! `SOFIA_WRITE_SAMPLES=1 cargo test --test all samples` plays one session of each shipped scenario that has no sample of
//! today's format yet. What is there already is never written again.

use serde::{Deserialize, Serialize};
use sofia::journal::{Actor, Commit, Head, Opening, Row, examine, fingerprint, record};
use sofia::secret::Key;
use sofia_engine::scenario::model::Val;
use sofia_engine::view::Stage;
use sofia_engine::{Command, DeskAct, Event, Scenario, SeatId, State, decide, fold, legal, load};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Beside each `<format>-<name>.jsonl`: the scenario's files as they were, and where the play came to.
#[derive(Serialize, Deserialize)]
struct Beside {
    commits: u64,
    fingerprint: String,
    state: String,
    files: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/journals")
}

/// What a state says, in an order and in words of this test's own: a new field of the state does not change it.
fn facts(sc: &Scenario, st: &State) -> String {
    let seats: Vec<_> = st.seats.iter().map(|s| (s.table, format!("{:?}", s.status), s.team, s.role, s.groups.clone(), s.here)).collect();
    let tokens: Vec<_> = st.tokens.iter().map(|t| (t.kind, t.item, format!("{:?}", t.at), t.owner)).collect();
    let values: Vec<_> = (0..sc.vars.len() as u16).flat_map(|var| values(sc, st, var)).collect();
    let over: Vec<_> = st.over.iter().map(|(table, o)| (table, o.ending, o.winners.clone())).collect();
    let told: Vec<_> = st.messages.iter().map(|m| (m.at, format!("{:?}", m.to), format!("{:?}", m.what))).collect();
    let texts: Vec<_> = st.texts.iter().map(|t| (t.author, t.body.is_some())).collect();
    let facts = format!(
        "{:?} {} {} {} {seats:?} {tokens:?} {values:?} {:?} {over:?} {told:?} {texts:?} {:?}",
        st.stage, st.clock, st.seed, st.tables, st.zones, st.visited
    );
    sofia::secret::hex(&record::hash(facts.as_bytes()))
}

/// What a variable holds in each of its instances, and for each of its keys for which something has been written.
fn values(sc: &Scenario, st: &State, var: u16) -> Vec<(String, u32, Vec<i64>, Val)> {
    let def = &sc.vars[usize::from(var)];
    let value = |inst: u32, keys: Vec<i64>| (def.id.clone(), inst, keys.clone(), st.cell(sc, var, inst, &keys));
    let keys = |inst: u32| match &def.slot {
        Some(slot) => slot.columns().map(|(_, keys)| keys).collect(),
        None if def.keys.is_empty() => vec![Vec::new()],
        None => st.written(var, inst).map(|(keys, _)| keys.to_vec()).collect(),
    };
    (0..st.instances(sc, def.scope)).flat_map(|inst| keys(inst).into_iter().map(move |k| value(inst, k))).collect()
}

/// A whole session: eight bots, the clock, and a facilitator who goes on when nobody has anything to do.
fn play(sc: &Scenario, slug: &str, hash: &str) -> Vec<Row> {
    let (session, key) = (Uuid::from_u128(0x50F1_A000), Key([7; 32]));
    let (mut st, mut head, mut rows, mut t, mut rng) = (State::default(), Head::NONE, Vec::new(), 0, 11);
    let mut make = |st: &mut State, t: i64, actor: Actor, command: &Command| {
        let Ok(decision) = decide(sc, st, command, t) else { return false };
        if decision.events.is_empty() {
            return false;
        }
        *st = decision.state;
        let mut events = decision.events;
        record::seal(session, &mut events, |_| Some(key.clone()));
        let seq = head.seq + 1;
        let opening = (seq == 1).then(|| Opening { scenario: hash.to_owned(), slug: slug.to_owned(), lang: "it".into() });
        let commit = Commit { session, seq, command_id: format!("c{seq}"), actor, at: 1_790_000_000_000 + t, t, opening, events };
        let sealed = record::encode(&commit, &head.hash).unwrap();
        head = Head { seq, hash: sealed.hash };
        rows.push(Row { seq, bytes: sealed.bytes, hash: sealed.hash });
        true
    };
    assert!(make(&mut st, t, Actor::Desk, &Command::Open { tables: sc.people.tables[0], seed: 4_242, set: BTreeMap::default() }));
    for _ in 0..sc.people.seats[0].max(8).min(sc.people.seats[1]) {
        make(&mut st, t, Actor::House, &Command::Join { bot: false, table: None });
    }
    assert!(make(&mut st, t, Actor::Desk, &Command::Desk { act: DeskAct::Begin }));
    for _ in 0..400 {
        if st.stage != Stage::Play {
            break;
        }
        t += 1_500;
        let mut acted = false;
        for seat in (0..st.seats() as u32).map(SeatId) {
            if let Some(act) = legal::random_move(sc, &st, seat, &mut rng) {
                acted |= make(&mut st, t, Actor::Seat(seat.0), &Command::Seat { seat, act });
            }
        }
        if let Some(due) = st.next_due().filter(|due| !acted || *due <= t) {
            t = t.max(due);
            acted |= make(&mut st, t, Actor::House, &Command::Tick);
        }
        if !acted && !make(&mut st, t, Actor::Desk, &Command::Desk { act: DeskAct::Next { table: None, seen: None } }) {
            break;
        }
    }
    make(&mut st, t, Actor::Desk, &Command::Desk { act: DeskAct::End });
    rows
}

fn state_of(sc: &Scenario, rows: &[Row]) -> State {
    let mut st = State::default();
    for row in rows {
        let mut commit = record::decode(&row.bytes).unwrap();
        // Nobody has the keys any more: the words are gone, the play is not.
        record::unseal(commit.session, &mut commit.events, |_| None);
        fold(sc, &mut st, commit.t, &commit.events);
    }
    st
}

fn write_new() {
    std::fs::create_dir_all(folder()).unwrap();
    for path in crate::tidy::shipped() {
        let slug = path.file_name().unwrap().to_string_lossy().into_owned();
        let to = folder().join(format!("{}-{slug}.jsonl", record::FORMAT));
        if to.exists() {
            continue;
        }
        let files = sofia::scenario_files::read_folder(&path).unwrap();
        let loaded = load(&files);
        let sc = loaded.scenario.unwrap();
        let rows = play(&sc, &slug, &loaded.hash);
        let beside = Beside {
            commits: rows.len() as u64,
            fingerprint: fingerprint(&rows.last().unwrap().hash),
            state: facts(&sc, &state_of(&sc, &rows)),
            files: files.into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap())).collect(),
        };
        std::fs::write(&to, sofia::export::jsonl(&rows)).unwrap();
        std::fs::write(to.with_extension("json"), serde_json::to_string_pretty(&beside).unwrap()).unwrap();
    }
}

#[test]
fn old_records_open_for_ever() {
    if std::env::var_os("SOFIA_WRITE_SAMPLES").is_some() {
        write_new();
    }
    let mut seen = 0;
    for path in std::fs::read_dir(folder()).unwrap().flatten().map(|e| e.path()) {
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        seen += 1;
        let name = path.display();
        let beside: Beside = serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let lines = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty());
        let rows: Vec<Row> = lines.enumerate().map(|(i, l)| Row { seq: i as u64 + 1, bytes: l.to_vec(), hash: record::hash(l) }).collect();
        let session = record::link(&rows[0].bytes).unwrap().session;
        let head = rows.last().map(|r| Head { seq: r.seq, hash: r.hash });
        let verdict = examine(session, &rows, head);
        assert_eq!((verdict.broken_at, verdict.good.seq), (None, beside.commits), "{name}: the chain");
        assert_eq!(fingerprint(&verdict.good.hash), beside.fingerprint, "{name}: the bytes are not those that were kept");

        let files = beside.files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        let loaded = load(&files);
        let sc = loaded.scenario.unwrap_or_else(|| panic!("{name}: its scenario does not load any more: {:?}", loaded.diagnostics));
        let opening = record::decode(&rows[0].bytes).unwrap().opening.unwrap();
        assert_eq!(opening.scenario, loaded.hash, "{name}: another scenario");
        let st = state_of(&sc, &rows);
        assert_eq!(facts(&sc, &st), beside.state, "{name}: it folds to another end");
        assert_eq!(facts(&sc, &state_of(&sc, &rows)), facts(&sc, &st), "{name}: folding twice");
        assert_eq!(st.stage, Stage::Ended, "{name}");
    }
    assert!(seen >= 3, "the samples are missing");
}

/// The name of an event, as it stands in the record.
fn kind_of(event: &Event) -> String {
    let value = serde_json::to_value(event).unwrap();
    value.as_str().map_or_else(|| value.as_object().unwrap().keys().next().unwrap().clone(), str::to_owned)
}

/// Today's writer would write the same bytes: nothing is lost in reading.
#[test]
fn reading_and_writing_again_gives_the_same_bytes() {
    for path in std::fs::read_dir(folder()).unwrap().flatten().map(|e| e.path()) {
        let today = path.file_name().unwrap().to_string_lossy().starts_with(&format!("{}-", record::FORMAT));
        if !today || path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        let (bytes, mut kinds, mut prev) = (std::fs::read(&path).unwrap(), std::collections::BTreeSet::new(), [0; 32]);
        for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            let commit = record::decode(line).unwrap();
            kinds.extend(commit.events.iter().map(kind_of));
            let again = record::encode(&commit, &prev).unwrap();
            assert_eq!(String::from_utf8_lossy(&again.bytes), String::from_utf8_lossy(line), "{}", path.display());
            prev = again.hash;
        }
        assert!(kinds.len() >= 10, "{}: a play of little", path.display());
    }
}
