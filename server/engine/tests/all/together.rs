//! Answers given together, proposals, teams and groups at their own pace.

use crate::common::{Room, made, n, tiny, yes};
use sofia_engine::scenario::model::NONE;
use sofia_engine::{Answer, Answers, Code, Command, DeskAct, SeatAct, SeatId};

fn joint(agree: &str, timeout: &str, people: usize) -> Room {
    let sc = tiny(&format!(
        r#"
flow = "decidi, fine"
[variable]
deciso = {{ of = "table", seen = "table" }}
[phase.decidi]
ends = "all done"
limit = "30 s"
who = "all"
[phase.decidi.move.firma]
mode = "at once"
timeout = "{timeout}"
ask.scelta = "number from 1 to 9"
joint = "table"
agree = {agree}
do = "deciso = scelta"
[phase.fine]
ends = "desk"
"#
    ));
    Room::begun(&sc, people)
}

fn writes(r: &mut Room, seat: u32, v: i64) {
    r.makes(seat, "firma", &[("scelta", n(v))]);
}

fn backs(of: u32) -> SeatAct {
    SeatAct::Back { name: "firma".into(), item: None, of: SeatId(of) }
}

#[test]
fn so_many_must_hold_the_same_version() {
    // Who writes what, in order; the answer that counts, after how many.
    for (agree, versions, want) in [
        ("\"one\"", vec![4], 4),
        ("2", vec![4, 5, 6, 5], 5),
        ("\"majority\"", vec![4, 5, 4, 4], 4),
        ("\"all\"", vec![7, 7, 7, 7], 7),
        ("9", vec![7, 7, 7, 7], 7),
    ] {
        let mut r = joint(agree, "pass", 4);
        for (seat, v) in versions.iter().enumerate() {
            assert_eq!(r.phase(), "decidi", "{agree} before seat {seat}");
            writes(&mut r, seat as u32, *v);
        }
        assert_eq!((r.phase().as_str(), r.num("deciso", 0), r.num("scelta", 0)), ("fine", want, want), "{agree}");
    }
}

#[test]
fn backing_is_holding_and_changing_is_letting_go() {
    let mut r = joint("\"all\"", "pass", 3);
    assert_eq!(r.refused(0, backs(1)), Code::Unknown, "there is no version to back");
    writes(&mut r, 0, 4);
    r.act(1, backs(0));
    let versions = r.seat_view(2)["moves"][0]["joint"]["versions"].clone();
    assert_eq!(versions, serde_json::json!([{"inputs": {"scelta": 4}, "by": [0, 1]}]));
    writes(&mut r, 1, 5);
    r.act(2, backs(1));
    assert_eq!(r.phase(), "decidi");
    r.act(0, backs(2));
    assert_eq!((r.phase().as_str(), r.num("deciso", 0)), ("fine", 5));
    assert_eq!(r.refused(0, backs(1)), Code::Turn);
}

#[test]
fn time_settles_what_was_not_agreed() {
    for (timeout, want) in [("pass", 0), ("draft", 6), ("most", 4)] {
        let mut r = joint("\"all\"", timeout, 4);
        for (seat, v) in [(0, 4), (1, 5), (2, 4), (3, 6)] {
            writes(&mut r, seat, v);
        }
        r.wait(30_000);
        assert_eq!((r.phase().as_str(), r.num("deciso", 0)), ("fine", want), "{timeout}");
    }
    // Equal voices, and nobody's counts more: nothing.
    let mut r = joint("\"all\"", "most", 2);
    writes(&mut r, 0, 4);
    writes(&mut r, 1, 5);
    r.wait(30_000);
    assert_eq!((r.phase().as_str(), r.num("deciso", 0)), ("fine", 0));
}

#[test]
fn those_who_are_there_agree() {
    let mut r = joint("\"all\"", "pass", 3);
    writes(&mut r, 0, 4);
    writes(&mut r, 1, 4);
    assert_eq!(r.phase(), "decidi");
    r.go(&Command::Presence { seat: SeatId(2), here: false });
    assert_eq!((r.phase().as_str(), r.num("deciso", 0)), ("fine", 4), "the third has dropped");
    let mut r = joint("\"all\"", "pass", 3);
    writes(&mut r, 0, 4);
    writes(&mut r, 1, 4);
    r.act(2, SeatAct::Leave);
    assert_eq!((r.phase().as_str(), r.num("deciso", 0)), ("fine", 4), "the third has left");
    let mut r = joint("\"all\"", "pass", 3);
    writes(&mut r, 0, 4);
    writes(&mut r, 1, 4);
    r.act(2, SeatAct::SitOut { on: true });
    assert_eq!((r.phase().as_str(), r.num("deciso", 0)), ("fine", 4), "the third sits out");
}

// ---------------------------------------------------------------- consent

const OFFER: &str = r#"
flow = "tratta, fine"
[variable]
soldi = { of = "seat", seen = "table", start = 5, range = [0, 20] }
no_detti = { of = "seat", seen = "table" }
[phase.tratta]
ends = "desk"
who = "all"
[phase.tratta.move.offri]
mode = "consent"
extra = true
times = 2
ask.chi = "one of others"
ask.quanto = "number from 1 to 5"
check.basta = "soldi >= quanto"
accept = "chi"
reply.mancia = "number from 0 to 1"
do = '''
soldi -= quanto
soldi of chi += quanto - mancia
'''
if_no = "no_detti += 1"
[phase.fine]
ends = "desk"
"#;

fn judge(ask: u32, yes: bool, mancia: Option<i64>) -> SeatAct {
    let inputs: Answers = mancia.map(|m| ("mancia".to_string(), n(m))).into_iter().collect();
    SeatAct::Judge { ask, yes, inputs, reason: String::new() }
}

#[test]
fn a_proposal_waits_for_its_judge() {
    let mut r = Room::begun(&tiny(OFFER), 3);
    r.makes(0, "offri", &[("chi", n(1)), ("quanto", n(3))]);
    assert_eq!((r.num("soldi", 0), r.num("soldi", 1)), (5, 5));
    let shown = |r: &Room, s: u32| r.seat_view(s)["asks"].as_array().unwrap().len();
    assert_eq!((shown(&r, 0), shown(&r, 1), shown(&r, 2)), (0, 1, 0), "laid before the judge alone");
    assert_eq!(r.refused(2, judge(0, true, Some(0))), Code::Unknown);
    assert_eq!(r.refused(0, judge(0, true, Some(0))), Code::Unknown);
    assert_eq!(r.refused(1, judge(0, true, None)), Code::Type);
    assert_eq!(r.refused(1, judge(0, true, Some(2))), Code::Limit);
    let long = SeatAct::Judge { ask: 0, yes: false, inputs: Answers::new(), reason: "x".repeat(501) };
    assert_eq!(r.refused(1, long), Code::Limit);
    r.act(1, judge(0, true, Some(1)));
    assert_eq!((r.num("soldi", 0), r.num("soldi", 1), r.num("no_detti", 0)), (2, 7, 0));
    assert_eq!(r.refused(1, judge(0, true, Some(0))), Code::Unknown, "answered once");
    r.makes(0, "offri", &[("chi", n(2)), ("quanto", n(1))]);
    r.act(2, judge(1, false, None));
    assert_eq!((r.num("soldi", 0), r.num("soldi", 2), r.num("no_detti", 0)), (2, 5, 1));
}

#[test]
fn a_proposal_whose_world_has_moved_lapses() {
    let mut r = Room::begun(&tiny(OFFER), 3);
    r.makes(0, "offri", &[("chi", n(1)), ("quanto", n(3))]);
    r.makes(0, "offri", &[("chi", n(2)), ("quanto", n(3))]);
    r.act(1, judge(0, true, Some(0)));
    r.act(2, judge(1, true, Some(0)));
    assert_eq!((r.num("soldi", 0), r.num("soldi", 1), r.num("soldi", 2)), (2, 8, 5));
    assert!(r.st.asks.is_empty());
    r.makes(1, "offri", &[("chi", n(2)), ("quanto", n(1))]);
    r.next();
    assert!(r.st.asks.is_empty(), "the phase has closed");
    assert_eq!(r.refused(2, judge(2, true, Some(0))), Code::Unknown);
}

#[test]
fn the_desk_judges_where_the_file_says_so() {
    let mut r = Room::begun(&tiny(&OFFER.replace("accept = \"chi\"", "accept = \"desk\"")), 2);
    r.makes(0, "offri", &[("chi", n(1)), ("quanto", n(3))]);
    assert_eq!(r.refused(1, judge(0, true, Some(0))), Code::Unknown);
    let inputs: Answers = [("mancia".to_string(), n(0))].into();
    r.desk(DeskAct::Judge { ask: 0, yes: true, inputs, reason: "Va bene.".into() });
    assert_eq!((r.num("soldi", 0), r.num("soldi", 1)), (2, 8));
}

// ---------------------------------------------------------------- strands

#[test]
fn teams_go_at_their_own_pace_and_wait_at_the_barrier() {
    let sc = tiny(
        r#"
flow = '''
each team:
  prima
  seconda
end
insieme
'''
[people]
seats = [4, 4]
tables = [1, 1]
absent = "wait"
latecomers = "observe"
teams = ["rossi", "blu"]
teams_by = "even"
[variable]
conto = { of = "team", seen = "table" }
[phase.prima]
ends = "all done"
limit = "none"
who = "all"
[phase.prima.move.uno]
mode = "sealed"
timeout = "pass"
do = "conto += 1"
[phase.seconda]
ends = "all done"
limit = "none"
who = "all"
[phase.seconda.move.due]
mode = "sealed"
timeout = "pass"
do = "conto += 10"
[phase.insieme]
ends = "desk"
"#,
    );
    let mut r = Room::begun(&sc, 4);
    assert_eq!(r.phases(), ["prima", "prima"]);
    let red: Vec<u32> = (0..4).filter(|s| r.st.seats[*s as usize].team == 0).collect();
    let blue: Vec<u32> = (0..4).filter(|s| r.st.seats[*s as usize].team == 1).collect();
    for s in &red {
        r.makes(*s, "uno", &[]);
    }
    assert_eq!(r.phases(), ["seconda", "prima"]);
    assert_eq!(r.refuses(red[0], "uno", &[]), Code::Turn);
    for s in &red {
        r.makes(*s, "due", &[]);
    }
    assert_eq!(r.phases(), ["prima"], "the reds wait");
    assert_eq!(r.refuses(red[0], "uno", &[]), Code::Turn);
    r.act(blue[0], SeatAct::Leave);
    r.makes(blue[1], "uno", &[]);
    r.makes(blue[1], "due", &[]);
    assert_eq!(r.phases(), ["insieme"]);
    assert_eq!((r.num("conto", 0), r.num("conto", 1)), (22, 11));
}

#[test]
fn pairs_play_side_by_side_and_the_odd_one_joins_or_rests() {
    for (leftover, sizes) in [("join", vec![2, 3]), ("small", vec![1, 2, 2]), ("rest", vec![2, 2]), ("observe", vec![2, 2])] {
        let sc = tiny(&format!(
            r#"
flow = '''
abbina
each coppia:
  parla
end
fine
'''
[people]
seats = [2, 6]
tables = [1, 1]
absent = "wait"
latecomers = "observe"
groups = ["coppia"]
[phase.abbina]
ends = "at once"
before = "group seats into coppia of 2 by lot, leftover {leftover}"
[phase.parla]
ends = "all done"
limit = "none"
who = "all"
[phase.parla.move.detto]
mode = "at once"
timeout = "pass"
ask.ok = "yes/no"
joint = "coppia"
agree = "all"
[phase.fine]
ends = "desk"
"#
        ));
        let mut r = Room::begun(&sc, 5);
        let mut got: Vec<usize> = r.st.groups.iter().filter(|g| g.alive).map(|g| g.members.len()).collect();
        got.sort_unstable();
        assert_eq!(got, sizes, "{leftover}");
        assert_eq!(r.phases().len(), sizes.len(), "{leftover}: a strand for each group");
        let groups: Vec<Vec<u32>> = r.st.groups.iter().map(|g| g.members.clone()).collect();
        for g in groups {
            for s in g {
                r.act(s, made("detto", None, &[("ok", yes(true))]));
            }
        }
        assert_eq!(r.phase(), "fine", "{leftover}");
    }
}

/// Nobody learns from a covered phase who is awake: neither the answer nor the clock tells.
#[test]
fn a_covered_phase_takes_everybodys_answer_and_counts_one() {
    let sc = tiny(
        r#"
flow = "notte, fine"
[variable]
lupo = { of = "seat", seen = "owner", type = "yes/no" }
vittima = { of = "table", seen = "nobody", type = "seat or none" }
[phase.notte]
ends = "time"
limit = "30 s"
who = "lupo"
cover = true
before = "lupo of first(seats) = yes"
[phase.notte.move.azzanna]
mode = "sealed"
timeout = "pass"
ask.preda = "one of others"
do = "vittima = preda"
[phase.fine]
ends = "desk"
"#,
    );
    let mut r = Room::begun(&sc, 3);
    for s in 0..3u32 {
        let view = r.seat_view(s);
        assert_eq!((&view["phase"]["asked"], view["moves"].as_array().unwrap().len()), (&true.into(), 1), "everybody gets the form");
    }
    r.makes(2, "azzanna", &[("preda", n(0))]);
    r.makes(0, "azzanna", &[("preda", n(1))]);
    assert_eq!(r.phase(), "notte");
    r.wait(30_000);
    assert_eq!((r.phase().as_str(), r.num("vittima", 0)), ("fine", 1));
    assert_eq!(r.num("preda", 2), NONE, "what does not count is thrown away");
    let _ = Answer::Yes(true);
}

/// Nor from a joint answer: who is not meant seems to answer alone, and is told nothing of what the others agree to.
#[test]
fn a_covered_joint_answer_does_not_tell_who_gives_it() {
    let sc = tiny(
        r#"
flow = "notte, fine"
[variable]
lupo = { of = "seat", seen = "owner", type = "yes/no" }
vittima = { of = "table", seen = "nobody", type = "seat or none" }
[phase.notte]
ends = "time"
limit = "30 s"
who = "lupo"
cover = true
before = '''
lupo of first(seats) = yes
lupo of first(seats where not lupo) = yes
'''
[phase.notte.move.azzanna]
mode = "sealed"
timeout = "pass"
joint = "table"
agree = "all"
ask.preda = "one of seats"
do = "vittima = preda"
[phase.fine]
ends = "desk"
"#,
    );
    let mut r = Room::begun(&sc, 4);
    let joint = |r: &Room, s: u32| r.seat_view(s)["moves"][0]["joint"].clone();
    let members = |r: &Room, s: u32| joint(r, s)["members"].to_string();
    assert_eq!(["[0,1]", "[0,1]", "[2]", "[3]"], [0, 1, 2, 3].map(|s| members(&r, s)).each_ref().map(String::as_str));
    let mine = |r: &Room, s: u32| r.seat_view(s)["moves"][0]["mine"]["preda"].as_u64();
    r.makes(0, "azzanna", &[("preda", n(3))]);
    assert_eq!(
        r.refused(2, SeatAct::Back { name: "azzanna".into(), item: None, of: SeatId(0) }),
        Code::Unknown,
        "nobody else can back what they hold"
    );
    let before = [2, 3].map(|s| r.seat_view(s));
    r.makes(1, "azzanna", &[("preda", n(3))]);
    assert_eq!(before, [2, 3].map(|s| r.seat_view(s)), "that they agree changes nothing for the others");
    r.makes(2, "azzanna", &[("preda", n(0))]);
    assert_eq!([0, 1, 2, 3].map(|s| mine(&r, s)), [Some(3), Some(3), Some(0), None], "each sees the own answer");
    assert_eq!([0, 1, 2, 3].map(|s| r.seat_view(s)["phase"]["done"] == true), [true, true, true, false]);
    r.wait(30_000);
    assert_eq!(r.num("vittima", 0), 3, "the two who are meant have agreed");
}
