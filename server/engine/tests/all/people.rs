//! Too few, too many, late, absent, odd one out, does not want to; several tables and what the desk does about them.

use crate::common::{Room, made, n, ready, table, tiny, tiny_files, yes};
use sofia_engine::view::Status;
use sofia_engine::{Answer, Answers, Code, Command, DeskAct, SeatAct, SeatId, TableId};

fn folder(people: &str, rest: &str) -> String {
    format!(
        r#"
flow = "gioca, fine"
[people]
{people}
{rest}
[variable]
punti = {{ of = "seat", seen = "table" }}
[phase.gioca]
ends = "all done"
limit = "60 s"
who = "all"
[phase.gioca.move.dai]
mode = "sealed"
timeout = "pass"
ask.quanto = {{ is = "number from 1 to 5", default = "2" }}
do = "punti += quanto"
[phase.fine]
ends = "desk"
"#
    )
}

fn one_table(extra: &str) -> String {
    folder(&format!("seats = [2, 4]\ntables = [1, 1]\n{extra}"), "")
}

fn tables(leftover: &str) -> String {
    folder(&format!("seats = [3, 5]\ntables = [1, 3]\nbest = 4\nleftover = \"{leftover}\"\nabsent = \"wait\"\nlatecomers = \"join\""), "")
}

fn statuses(r: &Room) -> Vec<Status> {
    r.st.seats.iter().map(|s| s.status).collect()
}

const DAI: &str = "dai";

// ---------------------------------------------------------------- the door

#[test]
fn a_session_opens_once_with_as_many_tables_as_the_file_allows() {
    let sc = tiny(&tables("spread"));
    for n in [0, 4] {
        let mut r = Room::open(&sc, 1, 1);
        r.st = sofia_engine::State::default();
        r.log.clear();
        assert_eq!(r.command_refused(&Command::Open { tables: n, seed: 1, set: Answers::new() }).code, Code::Limit, "{n} tables");
    }
    let mut r = Room::open(&sc, 3, 1);
    assert_eq!(r.command_refused(&Command::Open { tables: 3, seed: 1, set: Answers::new() }).code, Code::Closed);
}

#[test]
fn three_hundred_people_and_not_one_more() {
    let sc = tiny(&tables("spread"));
    let mut r = Room::open(&sc, 3, 1);
    r.join(300);
    assert_eq!(r.command_refused(&Command::Join { bot: false, table: None }).code, Code::Full);
    let seated = statuses(&r).iter().filter(|s| **s == Status::Playing).count();
    assert_eq!(seated, 15, "who finds no place looks on");
}

#[test]
fn a_locked_door_and_an_unknown_table() {
    let sc = tiny(&tables("spread"));
    let mut r = Room::open(&sc, 2, 1);
    r.desk(DeskAct::Lock { on: true });
    assert_eq!(r.command_refused(&Command::Join { bot: false, table: None }).code, Code::Locked);
    r.go(&Command::Join { bot: true, table: None });
    r.desk(DeskAct::Lock { on: false });
    assert_eq!(r.command_refused(&Command::Join { bot: false, table: table(2) }).code, Code::Unknown);
    for act in [
        DeskAct::SeatTo { seat: SeatId(0), table: TableId(2) },
        DeskAct::SeatTo { seat: SeatId(9), table: TableId(0) },
        DeskAct::ShowOut { seat: SeatId(9) },
        DeskAct::Bot { seat: SeatId(9), on: true },
        DeskAct::Helped { seat: SeatId(9) },
    ] {
        assert_eq!(r.desk_refused(act.clone()), Code::Unknown, "{act:?}");
    }
    for command in [Command::Presence { seat: SeatId(9), here: false }, Command::Seat { seat: SeatId(9), act: SeatAct::Leave }] {
        assert_eq!(r.command_refused(&command).code, Code::Unknown);
    }
}

#[test]
fn a_table_that_does_not_exist_is_refused_by_every_control() {
    let sc = tiny(&tables("spread"));
    let mut r = Room::open(&sc, 2, 1);
    r.join(6);
    r.desk(DeskAct::Begin);
    let none = table(9);
    for act in [
        DeskAct::Say { text: "Ciao".into(), table: none },
        DeskAct::Nudge { table: TableId(9) },
        DeskAct::Extend { ms: 1_000, table: none },
        DeskAct::Next { table: none, seen: None },
    ] {
        let code = r.desk_refused(act.clone());
        assert!(matches!(code, Code::Unknown | Code::Closed), "{act:?}: {code:?}");
    }
}

#[test]
fn too_few_people_cannot_begin() {
    let sc = tiny(&tables("spread"));
    let mut r = Room::open(&sc, 2, 1);
    r.join(2);
    assert_eq!(r.desk_refused(DeskAct::Begin), Code::People);
    r.join(1);
    r.desk(DeskAct::Begin);
    assert_eq!(r.phase(), "gioca");
}

#[test]
fn people_who_do_not_fill_a_table() {
    // Five people, two of them at a table for three.
    for (leftover, at, playing) in [("spread", [5, 0], 5), ("smaller", [3, 2], 5), ("observe", [3, 0], 3)] {
        let sc = tiny(&tables(leftover));
        let mut r = Room::open(&sc, 2, 1);
        for t in [0, 0, 0, 1, 1] {
            r.go(&Command::Join { bot: false, table: table(t) });
        }
        r.desk(DeskAct::Begin);
        assert_eq!([r.st.at_table(0).count(), r.st.at_table(1).count()], at, "{leftover}");
        assert_eq!(statuses(&r).iter().filter(|s| **s == Status::Playing).count(), playing, "{leftover}");
        assert_eq!(r.phases().len(), at.iter().filter(|n| **n > 0).count(), "{leftover}: each table that plays has its play");
    }
}

#[test]
fn people_are_spread_evenly() {
    let sc = tiny(&tables("spread"));
    for people in 3..=15 {
        let mut r = Room::open(&sc, 3, 1);
        for _ in 0..people {
            // All at the first table they find, as friends do.
            let t = (0..3).find(|t| r.st.at_table(*t).count() < 5).unwrap();
            r.go(&Command::Join { bot: false, table: table(t) });
        }
        r.desk(DeskAct::EvenOut);
        let at: Vec<usize> = (0..3).map(|t| r.st.at_table(t).count()).collect();
        assert_eq!(at.iter().sum::<usize>(), people);
        assert!(at.iter().all(|n| *n == 0 || (3..=5).contains(n)), "{people}: {at:?}");
    }
}

// ---------------------------------------------------------------- late

#[test]
fn who_comes_late_joins_looks_on_or_is_refused() {
    let late = |how: &str| {
        let mut r = Room::begun(&tiny(&one_table(&format!("absent = \"wait\"\nlatecomers = \"{how}\""))), 2);
        let done = r.attempt(&Command::Join { bot: false, table: None });
        (r, done)
    };
    let (mut r, done) = late("join");
    done.unwrap();
    assert_eq!(r.seat_view(2)["phase"]["asked"], true, "asked like the others");
    for s in 0..3 {
        r.makes(s, DAI, &[("quanto", n(1))]);
    }
    assert_eq!(r.phase(), "fine");
    let (mut r, done) = late("observe");
    done.unwrap();
    assert_eq!(statuses(&r)[2], Status::Observer);
    assert_eq!(r.refuses(2, DAI, &[("quanto", n(1))]), Code::Turn);
    assert_eq!(r.seat_view(2)["phase"]["id"], "gioca", "looks on");
    let (_, done) = late("refuse");
    assert_eq!(done.unwrap_err().code, Code::Closed);
}

#[test]
fn the_desk_admits_an_observer() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"observe\"")), 2);
    r.join(1);
    r.desk(DeskAct::Admit { seat: SeatId(2), table: TableId(0) });
    for s in 0..3 {
        r.makes(s, DAI, &[("quanto", n(1))]);
    }
    assert_eq!(r.phase(), "fine");
}

#[test]
fn who_was_shown_out_may_be_let_in_again() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"observe\"")), 3);
    r.desk(DeskAct::ShowOut { seat: SeatId(2) });
    assert_eq!(r.refuses(2, DAI, &[("quanto", n(1))]), Code::Turn);
    r.desk(DeskAct::Admit { seat: SeatId(2), table: TableId(0) });
    assert_eq!(statuses(&r)[2], Status::Playing);
    r.makes(2, DAI, &[("quanto", n(1))]);
}

#[test]
fn a_full_table_takes_nobody() {
    let sc = tiny(&tables("spread"));
    let mut r = Room::open(&sc, 2, 1);
    for t in [0, 0, 0, 0, 0, 1, 1, 1] {
        r.go(&Command::Join { bot: false, table: table(t) });
    }
    assert_eq!(r.desk_refused(DeskAct::SeatTo { seat: SeatId(7), table: TableId(0) }), Code::Full);
    r.desk(DeskAct::SeatTo { seat: SeatId(0), table: TableId(1) });
    assert_eq!([r.st.at_table(0).count(), r.st.at_table(1).count()], [4, 4]);
}

// ---------------------------------------------------------------- absent, sitting out, leaving

#[test]
fn an_absent_person_is_answered_for_as_the_file_says() {
    for (absent, ends, points) in [("wait", false, 0), ("pass", true, 0), ("default", true, 2), ("desk", false, 0)] {
        let mut r = Room::begun(&tiny(&one_table(&format!("absent = \"{absent}\"\nlatecomers = \"join\""))), 2);
        r.go(&Command::Presence { seat: SeatId(1), here: false });
        r.go(&Command::Presence { seat: SeatId(1), here: false });
        r.makes(0, DAI, &[("quanto", n(1))]);
        assert_eq!((r.phase() == "fine", r.num("punti", 1)), (ends, points), "{absent}");
        r.wait(60_000);
        assert_eq!(r.phase(), "fine", "{absent}: the clock decides");
    }
    let mut r = Room::begun(&tiny(&one_table("absent = \"random\"\nlatecomers = \"join\"")), 2);
    r.go(&Command::Presence { seat: SeatId(1), here: false });
    r.makes(0, DAI, &[("quanto", n(1))]);
    assert!((1..=5).contains(&r.num("punti", 1)) && r.phase() == "fine");
}

#[test]
fn who_returns_acts_again() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"join\"")), 2);
    r.go(&Command::Presence { seat: SeatId(1), here: false });
    r.go(&Command::Presence { seat: SeatId(1), here: true });
    r.makes(1, DAI, &[("quanto", n(5))]);
    r.makes(0, DAI, &[("quanto", n(1))]);
    assert_eq!(r.num("punti", 1), 5);
}

#[test]
fn sitting_out_asks_nothing_and_may_end() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"join\"")), 3);
    r.act(1, SeatAct::SitOut { on: true });
    assert_eq!(r.refuses(1, DAI, &[("quanto", n(1))]), Code::Turn);
    assert_eq!(r.seat_view(1)["me"]["sitting_out"], true);
    r.act(1, SeatAct::SitOut { on: false });
    r.makes(1, DAI, &[("quanto", n(3))]);
    r.act(2, SeatAct::SitOut { on: true });
    r.makes(0, DAI, &[("quanto", n(1))]);
    assert_eq!((r.phase().as_str(), r.num("punti", 1), r.num("punti", 2)), ("fine", 3, 0));
}

#[test]
fn who_leaves_in_mid_phase_is_not_waited_for_and_counts_no_more() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"join\"")), 3);
    r.makes(2, DAI, &[("quanto", n(5))]);
    r.act(2, SeatAct::Leave);
    r.makes(0, DAI, &[("quanto", n(1))]);
    r.act(1, SeatAct::Leave);
    assert_eq!(r.phase(), "fine");
    let people = r.seat_view(0)["people"].as_array().unwrap().len();
    assert_eq!(people, 1, "who has left is not at the table");
    assert_eq!(r.refuses(1, DAI, &[("quanto", n(1))]), Code::Turn);
    r.act(0, SeatAct::Leave);
}

#[test]
fn help_is_asked_and_given() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"join\"")), 2);
    r.act(1, SeatAct::Help { on: true });
    assert_eq!(r.view(sofia_engine::Viewer::Desk)["tables"][0]["help"], true);
    r.desk(DeskAct::Helped { seat: SeatId(1) });
    assert_eq!(r.view(sofia_engine::Viewer::Desk)["tables"][0]["help"], false);
}

// ---------------------------------------------------------------- cards and people

fn dealt(policy: &str, roles: &str, people: usize) -> Room {
    let toml = folder(
        &format!("seats = [2, 6]\ntables = [1, 1]\nabsent = \"wait\"\nlatecomers = \"join\"\ndeal = \"start\"\n{policy}"),
        &format!("[role]\n{roles}"),
    );
    Room::begun(&tiny(&toml), people)
}

fn cards(r: &Room) -> Vec<i64> {
    let mut got: Vec<i64> = r.st.seats.iter().map(|s| if s.status == Status::Observer { -1 } else { s.role }).collect();
    got.sort_unstable();
    got
}

#[test]
fn more_people_than_cards_and_fewer() {
    let two = "uno = { seen = \"table\" }\ndue = { seen = \"table\" }\n";
    let rest = format!("{two}altri = {{ seen = \"table\", rest = true }}\n");
    for seed_people in [2usize, 3, 5] {
        let over = seed_people - 2;
        let mut want = vec![0, 1];
        want.extend(vec![2; over]);
        assert_eq!(cards(&dealt("more_seats = \"rest\"", &rest, seed_people)), want, "rest, {seed_people}");
        let mut want = vec![-1; over];
        want.extend([0, 1]);
        assert_eq!(cards(&dealt("more_seats = \"observe\"", two, seed_people)), want, "observe, {seed_people}");
        let got = cards(&dealt("more_seats = \"repeat\"", two, seed_people));
        let zeros = got.iter().filter(|r| **r == 0).count();
        assert!(zeros.abs_diff(seed_people - zeros) <= 1 && got.len() == seed_people, "repeat, {seed_people}: {got:?}");
    }
    let four = format!("{two}tre = {{ seen = \"table\" }}\nquattro = {{ seen = \"table\" }}\n");
    assert_eq!(cards(&dealt("more_seats = \"repeat\"", &four, 3)), [0, 1, 2], "the last cards stay in the box");
    let got = cards(&dealt("more_seats = \"repeat\"\nfewer_seats = \"lot\"", &four, 3));
    assert!(got.windows(2).all(|w| w[0] < w[1]), "by lot, each card once: {got:?}");
}

#[test]
fn a_latecomer_gets_a_card_nobody_holds() {
    let three = "uno = { seen = \"table\" }\ndue = { seen = \"table\" }\ntre = { seen = \"table\" }\n";
    let mut r = dealt("more_seats = \"repeat\"", three, 2);
    r.join(1);
    assert_eq!(cards(&r), [0, 1, 2]);
}

// ---------------------------------------------------------------- the desk at several tables

#[test]
fn each_table_goes_on_by_itself() {
    let mut r = Room::open(&tiny(&tables("smaller")), 2, 1);
    for t in [0, 0, 0, 1, 1, 1] {
        r.go(&Command::Join { bot: false, table: table(t) });
    }
    r.desk(DeskAct::Begin);
    r.makes(4, DAI, &[("quanto", n(1))]);
    r.desk(DeskAct::Next { table: table(0), seen: None });
    assert_eq!(r.phases(), ["fine", "gioca"]);
    r.desk(DeskAct::Extend { ms: 5_000, table: table(1) });
    r.wait(60_000);
    assert_eq!(r.phases(), ["fine", "gioca"]);
    r.wait(5_000);
    assert_eq!(r.phases(), ["fine", "fine"]);
    r.desk(DeskAct::Next { table: table(0), seen: None });
    assert!(!r.ended());
    assert!(r.seat_view(0)["ending"].is_object() && r.seat_view(3)["ending"].is_null());
    r.desk(DeskAct::Next { table: None, seen: None });
    assert!(r.ended());
}

#[test]
fn the_desk_and_the_clock_press_at_the_same_moment() {
    let mut r = Room::open(&tiny(&tables("smaller")), 2, 1);
    for t in [0, 0, 0, 1, 1, 1] {
        r.go(&Command::Join { bot: false, table: table(t) });
    }
    r.desk(DeskAct::Begin);
    let seen = Some(r.st.clock);
    r.wait(5_000);
    r.desk(DeskAct::Next { table: table(0), seen });
    assert_eq!(r.phases(), ["fine", "gioca"]);
    // The desk has not yet seen that the first table is in its last phase.
    r.desk(DeskAct::Next { table: None, seen });
    assert_eq!(r.phases(), ["fine", "fine"]);
    assert_eq!(r.desk_refused(DeskAct::Next { table: None, seen }), Code::Closed);
    assert_eq!(r.phases(), ["fine", "fine"]);
    r.desk(DeskAct::Next { table: None, seen: Some(r.st.clock) });
    assert!(r.ended());
}

#[test]
fn words_and_cards_of_the_desk_reach_their_table() {
    let toml = tables("smaller") + "[inject.sirena]\nto = \"table\"\nthen = \"for each s in seats: punti of s += 7\"\n";
    let mut r = Room::open(&tiny(&toml), 2, 1);
    for t in [0, 0, 0, 1, 1, 1] {
        r.go(&Command::Join { bot: false, table: table(t) });
    }
    assert_eq!(r.desk_refused(DeskAct::Inject { inject: "sirena".into(), table: None }), Code::Closed);
    r.desk(DeskAct::Begin);
    let told = |r: &Room, s: u32| r.seat_view(s)["told"].as_array().unwrap().len();
    r.desk(DeskAct::Say { text: "x".repeat(500), table: table(1) });
    assert_eq!(r.desk_refused(DeskAct::Say { text: "x".repeat(501), table: None }), Code::Limit);
    assert_eq!((told(&r, 0), told(&r, 3)), (0, 1));
    r.desk(DeskAct::Inject { inject: "sirena".into(), table: table(0) });
    assert_eq!((told(&r, 0), told(&r, 3), r.num("punti", 0), r.num("punti", 3)), (1, 1, 7, 0));
    assert_eq!(r.desk_refused(DeskAct::Inject { inject: "altra".into(), table: None }), Code::Unknown);
    r.desk(DeskAct::Inject { inject: "sirena".into(), table: None });
    assert_eq!((r.num("punti", 0), r.num("punti", 3)), (14, 7));
}

#[test]
fn the_desk_sets_what_it_may_see_and_within_its_range() {
    let toml = one_table("absent = \"wait\"\nlatecomers = \"join\"")
        + r#"
[parameter]
soglia = { value = 3, range = [1, 5], live = true }
fissa = { value = 3 }
"#;
    let toml = toml.replace(
        "[variable]\n",
        "[variable]\nfiducia = { of = \"table\", seen = \"table\", start = 5, range = [0, 10], shown = \"gauge\" }\nsegreta = { of = \"table\", seen = \"nobody\" }\nmia = { of = \"table\", seen = \"table\", type = \"yes/no\" }\n",
    );
    let mut r = Room::begun(&ready(&tiny_files(&toml, "")), 2);
    let set = |name: &str, value: Answer| DeskAct::Set { name: name.into(), table: table(0), keys: Vec::new(), value };
    for (name, value, code) in [
        ("segreta", n(1), Code::Unknown),
        ("punti", n(1), Code::Unknown),
        ("quanto", n(1), Code::Unknown),
        ("manca", n(1), Code::Unknown),
        ("fissa", n(1), Code::Unknown),
        ("fiducia", yes(true), Code::Type),
        ("mia", n(1), Code::Type),
    ] {
        assert_eq!(r.desk_refused(set(name, value)), code, "{name}");
    }
    r.desk(set("fiducia", n(99)));
    assert_eq!(r.num("fiducia", 0), 10, "clamped like a rule");
    r.desk(set("fiducia", n(-99)));
    assert_eq!(r.num("fiducia", 0), 0);
    r.desk(set("mia", yes(true)));
    r.desk(set("soglia", n(5)));
    assert_eq!((r.num("mia", 0), r.num("soglia", 0)), (1, 5));
}

#[test]
fn the_key_of_the_debrief_turns_after_the_end_only() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"join\"")), 2);
    assert_eq!(r.desk_refused(DeskAct::Uncover { on: true }), Code::Closed);
    r.desk(DeskAct::End);
    r.desk(DeskAct::Uncover { on: true });
    assert_eq!(r.seat_view(0)["session"]["uncovered"], true);
}

#[test]
fn a_bot_plays_for_a_seat_and_gives_it_back() {
    let mut r = Room::begun(&tiny(&one_table("absent = \"wait\"\nlatecomers = \"join\"")), 2);
    r.desk(DeskAct::Bot { seat: SeatId(1), on: true });
    assert!(r.st.is_bot(SeatId(1)));
    let mut rng = 3;
    let act = sofia_engine::legal::random_move(&r.sc, &r.st, SeatId(1), &mut rng).unwrap();
    r.act(1, act);
    r.desk(DeskAct::Bot { seat: SeatId(1), on: false });
    r.act(0, made(DAI, None, &[("quanto", n(1))]));
    assert_eq!(r.phase(), "fine");
}

/// Groups of four that are to avoid repeats: three rounds of new people where there are enough, and nobody again and again later.
#[test]
fn groups_of_four_avoid_repeats() {
    let toml = "flow = '''\nrepeat 10 times as giro:\n  abbina\n  sosta\nend\n'''\n[people]\nseats = [2, 40]\ntables = [1, 1]\nabsent = \"wait\"\nlatecomers = \"join\"\n\
                groups = [\"gruppo\"]\n[phase.abbina]\nends = \"at once\"\nbefore = \"group seats into gruppo of 4 by lot avoiding repeats, leftover rest\"\n\
                [phase.sosta]\nends = \"desk\"\n";
    let sc = tiny(toml);
    for (people, seed) in [(16, 1), (16, 2), (16, 3), (20, 1), (20, 2), (40, 1)] {
        let mut room = Room::open(&sc, 1, seed);
        room.join(people);
        room.desk(DeskAct::Begin);
        let most = |room: &Room| *room.st.met.values().max().unwrap();
        for _ in 1..3 {
            assert_eq!(room.phase(), "sosta");
            room.next();
        }
        assert_eq!(most(&room), 1, "{people} people, seed {seed}, three rounds");
        for _ in 3..10 {
            room.next();
        }
        assert!(most(&room) <= 3, "{people} people, seed {seed}, ten rounds: {}", most(&room));
    }
}
