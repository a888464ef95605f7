//! How fast the engine plays by itself: `cargo bench -p sofia-benches`. Figures of one run compare with each other only.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sofia::journal::{Actor, Commit, Head, Opening, Row, examine, record};
use sofia_engine::eval::{Env, Regs};
use sofia_engine::explore::{Ground, Search};
use sofia_engine::scenario::load;
use sofia_engine::scenario::model::{S, Step, X};
use sofia_engine::simulate::{Tally, lobby, play, sizes};
use sofia_engine::{Command, DeskAct, Files, Scenario, SeatId, State, decide, fold, legal};
use uuid::Uuid;

fn scenario(path: &str) -> Arc<Scenario> {
    fn walk(at: &Path, under: &str, files: &mut Files) {
        for entry in fs::read_dir(at).unwrap().flatten() {
            let path = format!("{under}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{path}/"), files);
            } else {
                files.insert(path, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut files = Files::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path), "", &mut files);
    load(&files).scenario.unwrap()
}

/// Whole sessions on one core, smallest size, each with its own seed.
fn playouts(c: &mut Criterion) {
    let mut group = c.benchmark_group("simulate");
    group.throughput(Throughput::Elements(1));
    for (name, path) in [("tris", "../engine/tests/scenarios/tris"), ("goose of two pawns", "../../scenarios/oca-dei-servizi")] {
        let sc = scenario(path);
        let size = sizes(&sc)[0];
        let (start, mut tally, mut k) = (lobby(&sc, size).unwrap(), Tally::new(&sc, size), 0);
        group.bench_function(name, |b| {
            b.iter(|| {
                k += 1;
                play(&sc, &start, 1, k, &mut tally, None).unwrap();
            });
        });
    }
    group.finish();
}

/// All of noughts and crosses: states found in a second.
fn states(c: &mut Criterion) {
    let mut group = c.benchmark_group("explore");
    group.throughput(Throughput::Elements(5_478));
    let sc = scenario("../engine/tests/scenarios/tris");
    let ground = Ground::new(&sc);
    group.bench_function("tris", |b| {
        b.iter(|| {
            let mut search = Search::new(&sc, &ground, sizes(&sc)[0], false).unwrap();
            while search.go_on(u64::MAX, u64::MAX) {}
            assert_eq!(search.counts().0, 5_478);
        });
    });
    group.finish();
}

/// A comparison of what a table has decided, and a majority of three votes.
fn conditions(c: &mut Criterion) {
    let sc = scenario("../../scenarios/la-ricevuta-non-basta");
    let st = lobby(&sc, sizes(&sc)[0]).unwrap();
    let branch = sc.flow.iter().find_map(|s| if let Step::Branch { cond, .. } = s { Some(cond) } else { None }).unwrap();
    let majority = sc.phases.iter().flat_map(|p| &p.after).find_map(|s| if let S::If(arms, _) = s { Some(&arms[0].0) } else { None }).unwrap();
    let mut group = c.benchmark_group("condition");
    let mut one = |name: &str, x: &X| {
        let mut cx = sofia_engine::eval::Ctx::seat(&st, 0);
        cx.strand = None;
        let mut regs = Regs::default();
        group.bench_function(name, |b| b.iter(|| Env::new(&sc, &st, cx, &mut regs).yes(std::hint::black_box(x))));
    };
    one("decided", branch);
    one("majority of three", majority);
    group.finish();
}

/// A record of so many commits: a table of six, one move after the other.
fn record_of(sc: &Scenario, commits: u64) -> Vec<Row> {
    let (mut st, mut head, mut rows, mut rng) = (State::default(), Head::NONE, Vec::new(), 7);
    let mut make = |st: &mut State, actor: Actor, command: &Command| {
        let decision = decide(sc, st, command, rows.len() as i64 * 1_500).unwrap();
        *st = decision.state;
        let seq = head.seq + 1;
        let opening = (seq == 1).then(|| Opening { scenario: sc.hash.clone(), slug: "misura".into(), lang: "it".into() });
        let t = rows.len() as i64 * 1_500;
        let commit = Commit { session: Uuid::nil(), seq, command_id: format!("c{seq}"), actor, at: t, t, opening, events: decision.events };
        let sealed = record::encode(&commit, &head.hash).unwrap();
        head = Head { seq, hash: sealed.hash };
        rows.push(Row { seq, bytes: sealed.bytes, hash: sealed.hash });
        seq
    };
    make(&mut st, Actor::Desk, &Command::Open { tables: 1, seed: 1, set: std::collections::BTreeMap::default() });
    for _ in 0..6 {
        make(&mut st, Actor::House, &Command::Join { bot: false, table: None });
    }
    let mut made = make(&mut st, Actor::Desk, &Command::Desk { act: DeskAct::Begin });
    while made < commits {
        let seats = (0..st.seats() as u32).map(SeatId);
        let next = seats.into_iter().find_map(|seat| Some((seat, legal::random_move(sc, &st, seat, &mut rng)?)));
        let (seat, act) = next.expect("somebody has the turn");
        made = make(&mut st, Actor::Seat(seat.0), &Command::Seat { seat, act });
    }
    rows
}

/// What a restart does for one session: the chain is walked, each commit read and folded.
fn replay(c: &mut Criterion) {
    let sc = scenario("../src/cli/load/scenario");
    let rows = record_of(&sc, 2_000);
    let mut group = c.benchmark_group("replay");
    group.throughput(Throughput::Elements(2_000));
    group.bench_function("2,000 commits", |b| {
        b.iter(|| {
            assert_eq!(examine(Uuid::nil(), &rows, None).good.seq, 2_000);
            let mut st = State::default();
            for row in &rows {
                let mut commit = record::decode(&row.bytes).unwrap();
                record::unseal(commit.session, &mut commit.events, |_| None);
                fold(&sc, &mut st, commit.t, &commit.events);
            }
            st
        });
    });
    group.finish();
}

criterion_group!(speed, playouts, states, conditions, replay);
criterion_main!(speed);
