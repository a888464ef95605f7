//! Phases, moves and the clock, on scenarios of a few lines.

use crate::common::{Room, made, n, ready, text, tiny, tiny_files, yes};
use sofia_engine::scenario::model::{NONE, Val};
use sofia_engine::{Answer, Code, Command, DeskAct, SeatAct, SeatId};

const FINE: &str = "\n[phase.fine]\nends = \"desk\"\n";

fn reopen(name: &str) -> SeatAct {
    SeatAct::Reopen { name: name.into(), item: None }
}

fn room(toml: &str, people: usize) -> Room {
    Room::begun(&tiny(&format!("{toml}{FINE}")), people)
}

// ---------------------------------------------------------------- sealed

const SEALED: &str = r#"
flow = "vota, fine"
[variable]
somma = { of = "table", seen = "table" }
[phase.vota]
ends = "all done"
limit = "30 s"
who = "all"
[phase.vota.move.dai]
mode = "sealed"
timeout = "pass"
ask.quanto = "number from 1 to 5"
seen = "table"
do = "somma += quanto"
"#;

#[test]
fn sealed_answers_open_together() {
    let mut r = room(SEALED, 3);
    r.makes(0, "dai", &[("quanto", n(1))]);
    r.makes(1, "dai", &[("quanto", n(2))]);
    assert_eq!((r.num("quanto", 0), r.num("somma", 0)), (NONE, 0), "nothing is known before the last");
    assert_eq!(r.phase(), "vota");
    r.makes(2, "dai", &[("quanto", n(5))]);
    assert_eq!((0..3).map(|s| r.num("quanto", s)).collect::<Vec<_>>(), [1, 2, 5]);
    assert_eq!((r.num("somma", 0), r.phase().as_str()), (8, "fine"));
}

#[test]
fn a_sealed_answer_may_be_taken_back_and_changed() {
    let mut r = room(SEALED, 2);
    assert_eq!(r.refused(0, reopen("dai")), Code::Unknown, "there is nothing to take back");
    r.makes(0, "dai", &[("quanto", n(1))]);
    r.act(0, reopen("dai"));
    assert_eq!(r.seat_view(0)["phase"]["asked"], true, "asked again");
    r.makes(0, "dai", &[("quanto", n(3))]);
    // Without taking it back, another answer takes its place.
    r.makes(0, "dai", &[("quanto", n(4))]);
    r.makes(1, "dai", &[("quanto", n(1))]);
    assert_eq!((r.num("quanto", 0), r.num("somma", 0)), (4, 5));
    assert_eq!(r.refused(0, reopen("dai")), Code::Turn, "the phase is over");
}

#[test]
fn a_taken_back_answer_that_is_not_given_again_passes() {
    let mut r = room(SEALED, 2);
    r.makes(0, "dai", &[("quanto", n(5))]);
    r.act(0, reopen("dai"));
    r.makes(1, "dai", &[("quanto", n(2))]);
    r.wait(30_000);
    assert_eq!((r.num("quanto", 0), r.num("somma", 0), r.phase().as_str()), (NONE, 2, "fine"));
}

#[test]
fn a_final_answer_stays() {
    let mut r = room(&SEALED.replace("\"sealed\"", "\"final\""), 2);
    r.makes(0, "dai", &[("quanto", n(1))]);
    assert_eq!(r.refuses(0, "dai", &[("quanto", n(2))]), Code::Times);
    assert_eq!(r.refused(0, reopen("dai")), Code::Times);
    r.makes(1, "dai", &[("quanto", n(2))]);
    assert_eq!(r.num("somma", 0), 3);
}

/// Another move takes the place of a sealed one; a final one keeps its own.
#[test]
fn one_sealed_answer_among_several_moves() {
    let toml = |mode: &str| format!("{}[phase.vota.move.astieniti]\nmode = \"sealed\"\ntimeout = \"pass\"\n", SEALED.replace("\"sealed\"", mode));
    let mut r = room(&toml("\"sealed\""), 2);
    r.makes(0, "dai", &[("quanto", n(5))]);
    r.makes(0, "astieniti", &[]);
    r.makes(1, "dai", &[("quanto", n(2))]);
    assert_eq!(r.num("somma", 0), 2, "the first answer is gone");
    let mut r = room(&toml("\"final\""), 2);
    r.makes(0, "dai", &[("quanto", n(5))]);
    assert_eq!(r.refuses(0, "astieniti", &[]), Code::Times);
}

/// What is sealed is looked at once more when it opens; what no longer holds counts as missing.
#[test]
fn a_sealed_answer_that_no_longer_holds_is_missing() {
    let mut r = room(
        r#"
flow = "vota, fine"
[variable]
aperto = { of = "table", seen = "table", type = "yes/no", start = "yes" }
somma = { of = "table", seen = "table" }
[phase.vota]
ends = "all done"
limit = "30 s"
who = "all"
[phase.vota.move.dai]
mode = "sealed"
timeout = "pass"
ask.quanto = "number from 1 to 5"
check.aperta = "aperto"
do = "somma += quanto"
[phase.vota.move.chiudi]
mode = "at once"
extra = true
do = "aperto = no"
"#
        .replace("start = \"yes\"", "start = true")
        .as_str(),
        2,
    );
    r.makes(0, "dai", &[("quanto", n(5))]);
    r.makes(1, "chiudi", &[]);
    assert_eq!(r.refuses(1, "dai", &[("quanto", n(1))]), Code::Check);
    r.wait(30_000);
    assert_eq!((r.num("somma", 0), r.num("quanto", 0)), (0, NONE));
}

// ---------------------------------------------------------------- refusals

const TURNS: &str = r#"
flow = "gioca, altra, fine"
[list]
colore = { rows = ["rosso", "blu"] }
[variable]
punti = { of = "seat", seen = "table" }
[phase.gioca]
ends = "desk"
who = "me is first(seats)"
[phase.gioca.move.una]
mode = "at once"
timeout = "pass"
ask.quanto = "number from 1 to 5"
ask.come = "one of all colore"
check.poco = "quanto < 4"
warn.troppo = "quanto is 3"
do = "punti += quanto"
[phase.gioca.move.tre]
mode = "at once"
extra = true
times = 3
do = "punti += 10"
[phase.gioca.move.se]
mode = "at once"
extra = true
times = "any"
if = "punti >= 30"
do = "punti += 100"
[phase.altra]
ends = "desk"
who = "all"
[phase.altra.move.due]
mode = "at once"
timeout = "pass"
"#;

fn turns() -> Room {
    let words = "## phase gioca\n### move una: Una\n- quanto: Quanto\n- come: Come\n- poco: Troppo.\n- troppo: Tanto.\n";
    let words = format!("{words}### move tre: Tre\n### move se: Se\n").replace("## phase gioca", "## phase gioca: Gioca");
    Room::begun(&ready(&tiny_files(&format!("{TURNS}{FINE}"), &words)), 2)
}

#[test]
fn each_refusal_has_its_reason() {
    let mut r = turns();
    let good = [("quanto", n(1)), ("come", n(0))];
    let with = |q: Answer, c: Answer| [("quanto", q), ("come", c)];
    for (seat, name, inputs, code) in [
        (1, "una", good.to_vec(), Code::Turn),
        (0, "due", vec![], Code::Turn),
        (0, "nessuna", vec![], Code::Unknown),
        (0, "una", vec![("quanto", n(1))], Code::Type),
        (0, "una", with(text("uno"), n(0)).to_vec(), Code::Type),
        (0, "una", with(yes(true), n(0)).to_vec(), Code::Type),
        (0, "una", with(Answer::Decimal(1.0), n(0)).to_vec(), Code::Type),
        (0, "una", [good.to_vec(), vec![("altro", n(1))]].concat(), Code::Type),
        (0, "una", with(n(0), n(0)).to_vec(), Code::Limit),
        (0, "una", with(n(6), n(0)).to_vec(), Code::Limit),
        (0, "una", with(n(NONE), n(0)).to_vec(), Code::Limit),
        (0, "una", with(n(1), n(2)).to_vec(), Code::Choice),
        (0, "una", with(n(1), n(-1)).to_vec(), Code::Choice),
        (0, "una", with(n(1), Answer::List(vec![0, 1])).to_vec(), Code::Limit),
        (0, "una", with(n(1), Answer::List(vec![0, 0])).to_vec(), Code::Choice),
        (0, "una", with(n(5), n(0)).to_vec(), Code::Check),
        (0, "una", with(n(3), n(0)).to_vec(), Code::Sure),
        (0, "se", vec![], Code::Condition),
        (7, "una", good.to_vec(), Code::Unknown),
    ] {
        assert_eq!(r.refuses(seat, name, &inputs), code, "{seat} {name} {inputs:?}");
    }
    let refusal = r.command_refused(&Command::Seat { seat: SeatId(0), act: made("una", None, &with(n(5), n(0))) });
    assert_eq!(refusal.what, "poco", "the check is named");
    assert_eq!(r.num("punti", 0), 0);
    r.makes(0, "una", &[("quanto", n(3)), ("come", n(0)), ("sure", yes(true))]);
    assert_eq!(r.num("punti", 0), 3);
    assert_eq!(r.refuses(0, "una", &good), Code::Times);
    for i in 1..=3 {
        r.makes(0, "tre", &[]);
        assert_eq!(r.num("punti", 0), 3 + 10 * i);
    }
    assert_eq!(r.refuses(0, "tre", &[]), Code::Times);
    for _ in 0..4 {
        r.makes(0, "se", &[]);
    }
    assert_eq!(r.num("punti", 0), 433);
    r.next();
    assert_eq!(r.refuses(0, "una", &good), Code::Turn, "the phase is over");
}

#[test]
fn before_the_start_in_a_pause_and_after_the_end_nothing_is_made() {
    let sc = tiny(&format!("{SEALED}{FINE}"));
    let mut r = Room::open(&sc, 1, 1);
    r.join(2);
    assert_eq!(r.refuses(0, "dai", &[("quanto", n(1))]), Code::Closed);
    assert_eq!(r.desk_refused(DeskAct::Next { table: None, seen: None }), Code::Closed);
    r.desk(DeskAct::Begin);
    assert_eq!(r.desk_refused(DeskAct::Begin), Code::Closed);
    r.desk(DeskAct::Pause);
    assert_eq!(r.refuses(0, "dai", &[("quanto", n(1))]), Code::Paused);
    assert_eq!(r.refused(0, SeatAct::Ack), Code::Paused);
    assert_eq!(r.desk_refused(DeskAct::Next { table: None, seen: None }), Code::Paused);
    r.desk(DeskAct::Resume);
    r.desk(DeskAct::End);
    assert_eq!(r.refuses(0, "dai", &[("quanto", n(1))]), Code::Closed);
    for act in [DeskAct::Pause, DeskAct::Next { table: None, seen: None }, DeskAct::End, DeskAct::Begin, DeskAct::EvenOut] {
        assert_eq!(r.desk_refused(act), Code::Closed);
    }
    assert_eq!(r.command_refused(&Command::Join { bot: false, table: None }).code, Code::Closed);
}

// ---------------------------------------------------------------- time-outs

#[test]
fn a_time_out_does_what_is_declared() {
    for (timeout, ask, want) in [
        ("pass", "\"number from 1 to 5\"", vec![NONE]),
        ("default", "{ is = \"number from 1 to 5\", default = \"4\" }", vec![4]),
        ("random", "\"number from 1 to 5\"", vec![1, 2, 3, 4, 5]),
    ] {
        let toml = SEALED
            .replace("timeout = \"pass\"", &format!("timeout = \"{timeout}\""))
            .replace("ask.quanto = \"number from 1 to 5\"", &format!("ask.quanto = {ask}"));
        let mut r = room(&toml, 2);
        r.makes(0, "dai", &[("quanto", n(1))]);
        r.wait(29_999);
        assert_eq!(r.phase(), "vota", "{timeout}: not before time is up");
        r.wait(1);
        assert_eq!(r.phase(), "fine", "{timeout}");
        assert!(want.contains(&r.num("quanto", 1)), "{timeout}: {}", r.num("quanto", 1));
        assert_eq!(r.num("quanto", 0), 1, "{timeout}: who has answered keeps the answer");
        assert_eq!(r.num("somma", 0), 1 + r.num("quanto", 1).max(0), "{timeout}: the rule runs for what is filled in, not for a pass");
    }
}

/// The desk's next is a time-out as well; with nobody's answer missing it changes nothing.
#[test]
fn the_desk_closes_like_the_clock() {
    let mut r = room(
        &SEALED
            .replace("timeout = \"pass\"", "timeout = \"default\"")
            .replace("\"number from 1 to 5\"", "{ is = \"number from 1 to 5\", default = \"2\" }"),
        3,
    );
    r.makes(2, "dai", &[("quanto", n(5))]);
    r.next();
    assert_eq!((r.num("somma", 0), r.phase().as_str()), (9, "fine"));
}

/// A check refuses people, and a random or default answer that it would refuse is not made.
#[test]
fn a_random_answer_passes_the_checks() {
    for seed in 0..20 {
        let toml = format!("{SEALED}{FINE}").replace("timeout = \"pass\"", "timeout = \"random\"\ncheck.pari = \"quanto mod 2 is 0\"");
        let words = "## phase vota: Vota\n### move dai: Dai\n- quanto: Quanto\n- pari: Pari.\n";
        let sc = ready(&tiny_files(&toml, words));
        let mut r = Room::open(&sc, 1, seed);
        r.join(2);
        r.desk(DeskAct::Begin);
        r.wait(30_000);
        for s in 0..2 {
            let v = r.num("quanto", s);
            assert!(v == NONE || v % 2 == 0, "seed {seed}: {v}");
        }
    }
}

// ---------------------------------------------------------------- the clock

#[test]
fn a_pause_stands_still_and_everything_moves_on_by_its_length() {
    let mut r = room(
        r#"
flow = '''
within 2 min:
  vota
end
fine
'''
[phase.vota]
ends = "time"
limit = "60 s"
"#,
        2,
    );
    r.wait(10_000);
    r.desk(DeskAct::Pause);
    assert_eq!(r.st.next_due(), None);
    assert_eq!(r.seat_view(0)["session"]["paused"], 10_000);
    r.desk(DeskAct::Pause);
    r.at += 300_000;
    r.go(&Command::Tick);
    assert_eq!(r.phase(), "vota", "nothing rings in a pause");
    r.desk(DeskAct::Resume);
    let view = r.seat_view(0);
    assert_eq!((&view["phase"]["deadline"], &view["phase"]["opened_at"]), (&360_000.into(), &300_000.into()), "50 s are left, as before");
    r.wait(49_999);
    assert_eq!(r.phase(), "vota");
    r.wait(1);
    assert_eq!(r.phase(), "fine");
}

#[test]
fn time_is_lengthened_and_shortened_within_an_hour() {
    let mut r = room(SEALED, 2);
    let extend = |ms| DeskAct::Extend { ms, table: None };
    r.desk(extend(15_000));
    r.wait(44_999);
    assert_eq!(r.phase(), "vota");
    r.desk(extend(3_600_000));
    r.wait(3_600_000);
    assert_eq!(r.phase(), "vota");
    for ms in [3_600_001, -3_600_001, i64::MAX, i64::MIN] {
        assert_eq!(r.desk_refused(extend(ms)), Code::Limit, "{ms}");
    }
    r.wait(1);
    assert_eq!(r.phase(), "fine");
    let mut r = room(SEALED, 2);
    r.wait(10_000);
    r.desk(extend(-15_000));
    r.wait(4_999);
    assert_eq!(r.phase(), "vota");
    r.wait(1);
    assert_eq!(r.phase(), "fine");
}

#[test]
fn with_ends_desk_time_only_rings() {
    let mut r = room(&SEALED.replace("ends = \"all done\"", "ends = \"desk\""), 2);
    r.wait(100_000);
    assert_eq!(r.phase(), "vota");
    for s in 0..2 {
        r.makes(s, "dai", &[("quanto", n(1))]);
    }
    assert_eq!(r.phase(), "vota", "all done, and the desk still decides");
    r.next();
    assert_eq!(r.phase(), "fine");
}

#[test]
fn with_ends_time_the_last_answer_does_not_end_it() {
    let mut r = room(&SEALED.replace("ends = \"all done\"", "ends = \"time\""), 2);
    for s in 0..2 {
        r.makes(s, "dai", &[("quanto", n(1))]);
    }
    r.wait(29_999);
    assert_eq!(r.phase(), "vota");
    r.wait(1);
    assert_eq!((r.phase().as_str(), r.num("somma", 0)), ("fine", 2));
}

#[test]
fn some_done_is_enough_where_it_says_so() {
    let mut r = room(&SEALED.replace("ends = \"all done\"", "ends = \"2 done\""), 4);
    r.makes(3, "dai", &[("quanto", n(1))]);
    assert_eq!(r.phase(), "vota");
    r.makes(1, "dai", &[("quanto", n(1))]);
    assert_eq!((r.phase().as_str(), r.num("somma", 0)), ("fine", 2));
}

#[test]
fn within_closes_what_is_open_and_goes_on_after_the_block() {
    let mut r = room(
        r#"
flow = '''
within 1 min:
  repeat 10 times as giro:
    vota
  end
end
fine
'''
[variable]
somma = { of = "table", seen = "table" }
[phase.vota]
ends = "all done"
limit = "40 s"
who = "all"
[phase.vota.move.dai]
mode = "sealed"
timeout = "default"
ask.quanto = { is = "number from 1 to 5", default = "1" }
do = "somma += quanto"
"#,
        2,
    );
    r.wait(40_000);
    assert_eq!((r.num("giro", 0), r.num("somma", 0)), (2, 2));
    r.makes(0, "dai", &[("quanto", n(5))]);
    r.wait(19_999);
    assert_eq!(r.phase(), "vota");
    r.wait(1);
    assert_eq!((r.phase().as_str(), r.num("somma", 0)), ("fine", 8), "what was sealed opens, what is missing is filled in");
}

#[test]
fn opens_desk_freezes_then_opens() {
    let mut r = room(&SEALED.replace("who = \"all\"", "who = \"all\"\nopens = \"desk\""), 2);
    for s in 0..2 {
        r.makes(s, "dai", &[("quanto", n(2))]);
    }
    assert_eq!((r.phase().as_str(), r.num("somma", 0)), ("vota", 0));
    assert_eq!(r.seat_view(0)["phase"]["frozen"], true);
    assert_eq!(r.refuses(0, "dai", &[("quanto", n(1))]), Code::Closed);
    assert_eq!(r.refused(0, reopen("dai")), Code::Closed);
    r.wait(600_000);
    assert_eq!(r.phase(), "vota", "it waits for the desk");
    r.next();
    assert_eq!((r.phase().as_str(), r.num("somma", 0)), ("fine", 4));
    // The clock freezes it as well, with what is missing filled in.
    let mut r = room(&SEALED.replace("who = \"all\"", "who = \"all\"\nopens = \"desk\""), 2);
    r.makes(0, "dai", &[("quanto", n(2))]);
    r.wait(30_000);
    assert_eq!(r.seat_view(1)["phase"]["frozen"], true);
    assert_eq!(r.refuses(1, "dai", &[("quanto", n(1))]), Code::Closed);
    r.next();
    assert_eq!((r.phase().as_str(), r.num("somma", 0)), ("fine", 2));
}

#[test]
fn acknowledging_is_being_done() {
    let mut r = room("flow = \"leggi, fine\"\n[phase.leggi]\nends = \"all done\"\nlimit = \"none\"\nwho = \"all\"\nack = true\n", 2);
    r.act(0, SeatAct::Ack);
    r.act(0, SeatAct::Ack);
    assert_eq!(r.phase(), "leggi");
    r.act(1, SeatAct::Ack);
    assert_eq!(r.phase(), "fine");
    assert_eq!(r.refused(1, SeatAct::Ack), Code::Turn);
}

#[test]
fn speaking_in_turn_goes_round_and_ends() {
    let toml = "flow = \"parla, fine\"\n[phase.parla]\nends = \"all done\"\nlimit = \"none\"\nwho = \"all\"\ntalk = \"in turn\"\nspeech = \"30 s\"\n";
    let mut r = room(toml, 3);
    assert_eq!(r.seat_view(2)["phase"]["speaker"], 0);
    assert_eq!(r.refused(1, SeatAct::Spoken), Code::Turn);
    r.act(0, SeatAct::Spoken);
    assert_eq!(r.seat_view(2)["phase"]["speaker"], 1);
    r.wait(30_000);
    assert_eq!(r.seat_view(2)["phase"]["speaker"], 2, "time gives the word to the next");
    r.act(2, SeatAct::Spoken);
    assert_eq!(r.phase(), "fine");
}

#[test]
fn who_has_the_floor_may_leave() {
    let toml = "flow = \"parla, fine\"\n[phase.parla]\nends = \"all done\"\nlimit = \"none\"\nwho = \"all\"\ntalk = \"in turn\"\n";
    let mut r = room(toml, 3);
    r.act(0, SeatAct::Leave);
    assert_eq!(r.seat_view(2)["phase"]["speaker"], 1, "the word goes on");
    r.act(1, SeatAct::SitOut { on: true });
    assert_eq!(r.seat_view(2)["phase"]["speaker"], 2);
    r.act(2, SeatAct::Spoken);
    assert_eq!(r.phase(), "fine");
}

// ---------------------------------------------------------------- loops

#[test]
fn loops_remember_their_passes() {
    let mut r = room(
        r#"
flow = '''
repeat 3 times as giro:
  vota
end
fine
'''
[variable]
fresca = { of = "table", seen = "table", per = "giro" }
prima = { of = "seat", seen = "table" }
dopo = { of = "table", seen = "table" }
mai = { of = "seat", seen = "table" }
[phase.vota]
ends = "all done"
limit = "30 s"
who = "all"
before = "fresca += giro * 10"
[phase.vota.move.dai]
mode = "sealed"
timeout = "pass"
ask.quanto = "number from 1 to 5"
after = ""
"#
        .replace("after = \"\"\n", "")
        .as_str(),
        2,
    );
    for pass in 1..=3 {
        assert_eq!((r.num("giro", 0), r.num("fresca", 0), r.num("quanto", 0)), (pass, pass * 10, NONE));
        r.makes(0, "dai", &[("quanto", n(pass))]);
        if pass == 2 {
            r.wait(30_000);
        } else {
            r.makes(1, "dai", &[("quanto", n(5))]);
        }
    }
    assert_eq!((r.phase().as_str(), r.num("giro", 0), r.num("quanto", 0)), ("fine", 3, 3), "after its loop a name reads as in the last pass");
}

#[test]
fn earlier_passes_are_read_by_number_and_by_item() {
    let words = "## panel storia: Storia\n- uno: 1\n- due: 2\n- nove: 9\n- verde: v\n- giallo: g\n";
    let toml = r#"
flow = '''
repeat 2 times as giro:
  for each c in all colore as n:
    vota
  end
  conta
end
fine
'''
[list]
colore = { rows = ["rosso", "verde"] }
[variable]
somma = { of = "table", seen = "table", per = "giro" }
visto = { of = "table", seen = "table", type = "list of number" }
[phase.vota]
ends = "all done"
limit = "none"
who = "all"
[phase.vota.move.dai]
mode = "sealed"
timeout = "pass"
ask.quanto = "number from 1 to 50"
do = "somma += quanto"
[phase.conta]
ends = "at once"
before = '''
visto += quanto[1] of first(seats)
visto += quanto[verde] of first(seats)
visto += somma[1]
if giro is 2: visto += quanto[1, rosso] of first(seats)
'''
[panel.storia]
kind = "table"
on = ["phone"]
rows = "seats"
column.uno = "quanto[1, 1]"
column.due = "quanto[2, 2]"
column.nove = "quanto[2, 9] otherwise 0"
column.verde = "quanto[1, verde]"
column.giallo = "giro"
"#;
    let mut r = Room::begun(&ready(&tiny_files(&format!("{toml}{FINE}"), words)), 2);
    for q in [11, 12, 21, 22] {
        r.makes(0, "dai", &[("quanto", n(q))]);
        r.makes(1, "dai", &[("quanto", n(1))]);
    }
    assert_eq!(r.phase(), "fine");
    assert_eq!(
        r.var("visto", 0),
        Val::L(vec![11, 12, 25, 21, 22, 25, 11]),
        "first pass, green, sum of the first round; then 2nd round's own, and 1st of the 1st"
    );
}

#[test]
fn for_each_passes_over_those_who_left() {
    let mut r = room(
        r#"
flow = '''
for each s in seats:
  tocca
end
fine
'''
[variable]
giocato = { of = "seat", seen = "table" }
[phase.tocca]
ends = "all done"
limit = "none"
who = "me is s"
[phase.tocca.move.fai]
mode = "at once"
timeout = "pass"
do = "giocato += 1"
"#,
        4,
    );
    assert_eq!(r.refuses(1, "fai", &[]), Code::Turn);
    r.makes(0, "fai", &[]);
    r.act(2, SeatAct::Leave);
    r.makes(1, "fai", &[]);
    assert_eq!(r.num("s", 0), 3, "seat 2 is passed over");
    r.act(3, SeatAct::Leave);
    assert_eq!(r.phase(), "fine", "and who leaves in one's own turn ends it");
    assert_eq!((0..4).map(|s| r.num("giocato", s)).collect::<Vec<_>>(), [1, 1, 0, 0]);
}

#[test]
fn until_is_looked_at_after_each_pass_and_jumps_jump() {
    let toml = r#"
flow = '''
repeat at most 5 times as giro until basta:
  vota
end
dopo
fine
'''
[variable]
basta = { of = "table", seen = "table", type = "yes/no", start = true }
[phase.vota]
ends = "desk"
who = "all"
[phase.vota.move.esci]
mode = "at once"
extra = true
do = "leave loop"
[phase.vota.move.ancora]
mode = "at once"
extra = true
do = "again"
[phase.vota.move.salta]
mode = "at once"
extra = true
do = "go to fine"
[phase.vota.move.chiudi]
mode = "at once"
extra = true
do = "close phase"
[phase.vota.move.no]
mode = "at once"
extra = true
do = "basta = no"
[phase.dopo]
ends = "desk"
"#;
    let mut r = room(toml, 2);
    r.next();
    assert_eq!(r.phase(), "dopo", "true from the start: one pass all the same");
    let mut r = room(toml, 2);
    r.makes(0, "no", &[]);
    for pass in 1..5 {
        assert_eq!(r.num("giro", 0), pass);
        r.next();
    }
    r.next();
    assert_eq!(r.phase(), "dopo", "five at most");
    let mut r = room(toml, 2);
    r.makes(0, "no", &[]);
    r.makes(0, "ancora", &[]);
    assert_eq!((r.phase().as_str(), r.num("giro", 0)), ("vota", 1));
    r.makes(0, "no", &[]);
    r.makes(1, "chiudi", &[]);
    assert_eq!((r.phase().as_str(), r.num("giro", 0)), ("vota", 2));
    r.makes(1, "esci", &[]);
    assert_eq!(r.phase(), "dopo");
    let mut r = room(toml, 2);
    r.makes(0, "salta", &[]);
    assert_eq!(r.phase(), "fine");
    r.next();
    assert!(r.ended());
}

#[test]
fn the_desk_picks_and_skips() {
    let mut r = room(
        r#"
flow = '''
desk picks one of mare, monte
desk may skip:
  giochi
end
fine
'''
[phase.mare]
ends = "desk"
[phase.monte]
ends = "desk"
[phase.giochi]
ends = "desk"
"#,
        2,
    );
    assert_eq!(r.phase(), "");
    assert_eq!(r.desk_refused(DeskAct::Next { table: None, seen: None }), Code::Closed, "a choice waits, not a phase");
    assert_eq!(r.desk_refused(DeskAct::Pick { strand: 0, choice: 2 }), Code::Unknown);
    assert_eq!(r.desk_refused(DeskAct::Pick { strand: 9, choice: 0 }), Code::Unknown);
    r.desk(DeskAct::Pick { strand: 0, choice: 1 });
    assert_eq!(r.phase(), "monte");
    assert_eq!(r.desk_refused(DeskAct::Pick { strand: 0, choice: 0 }), Code::Unknown, "nothing to skip here");
    r.next();
    assert_eq!(r.phase(), "giochi");
    r.desk(DeskAct::Pick { strand: 0, choice: 0 });
    assert_eq!(r.phase(), "fine");
}

// ---------------------------------------------------------------- landings, triggers, endings

#[test]
fn a_chain_of_landings_is_bounded() {
    let toml = |chain: &str| {
        format!(
            r#"
flow = "muovi, fine"
[token]
pedina = {{ per = "seat", start = "giro[1]" }}
[variable]
arrivi = {{ of = "table", seen = "table" }}
[board.giro]
of = "table"
seen = "table"
shape = "ring 4"
{chain}
[board.giro.land.ancora]
at = [1, 2, 3, 4]
then = '''
arrivi += 1
advance it by 1 steps, wrap
'''
[phase.muovi]
ends = "desk"
who = "all"
[phase.muovi.move.via]
mode = "at once"
extra = true
do = "advance pedina by 1 steps, wrap"
{FINE}"#
        )
    };
    let words = "## board giro: Giro\n- ancora: Ancora\n";
    for (chain, arrivals) in [("", 20), ("chain = 3", 3)] {
        let mut r = Room::begun(&ready(&tiny_files(&toml(chain), words)), 2);
        let events = r.makes(0, "via", &[]);
        assert_eq!(r.num("arrivi", 0), arrivals);
        assert!(events.iter().any(|e| matches!(e, sofia_engine::Event::Stopped { .. })), "the desk is told");
        assert_eq!(r.phase(), "muovi", "and the game goes on");
    }
}

#[test]
fn a_trigger_fires_once_on_the_rising_edge() {
    let mut r = room(
        r#"
flow = "gioca, fine"
[variable]
punti = { of = "table", seen = "table" }
volte = { of = "table", seen = "table" }
[trigger.tanti]
of = "table"
when = "punti >= 3"
then = "volte += 1"
[phase.gioca]
ends = "desk"
who = "all"
[phase.gioca.move.su]
mode = "at once"
extra = true
times = "any"
do = "punti += 1"
[phase.gioca.move.zero]
mode = "at once"
extra = true
times = "any"
do = "punti = 0"
"#,
        2,
    );
    for (name, volte) in [("su", 0), ("su", 0), ("su", 1), ("su", 1), ("zero", 1), ("su", 1), ("su", 1), ("su", 2)] {
        r.makes(0, name, &[]);
        assert_eq!(r.num("volte", 0), volte);
    }
    r.desk(DeskAct::Set { name: "punti".into(), table: crate::common::table(0), keys: Vec::new(), value: n(0) });
    r.desk(DeskAct::Set { name: "punti".into(), table: crate::common::table(0), keys: Vec::new(), value: n(9) });
    assert_eq!(r.num("volte", 0), 3, "a change of the desk fires it too");
}

#[test]
fn triggers_that_feed_each_other_are_stopped() {
    let mut r = room(
        r#"
flow = "gioca, fine"
[variable]
passo = { of = "table", seen = "table" }
[trigger.zero]
of = "table"
when = "passo mod 3 is 0"
then = "passo += 1"
[trigger.uno]
of = "table"
when = "passo mod 3 is 1"
then = "passo += 1"
[trigger.due]
of = "table"
when = "passo mod 3 is 2"
then = "passo += 1"
[phase.gioca]
ends = "desk"
"#,
        2,
    );
    let stopped = |e: &sofia_engine::Event| matches!(e, sofia_engine::Event::Stopped { .. });
    assert!(r.log.iter().flat_map(|l| &l.1).any(stopped), "stopped, and the desk is told: {}", r.num("passo", 0));
    r.next();
    assert_eq!(r.phase(), "fine", "the game goes on");
}

#[test]
fn endings_end_and_name_the_winners() {
    let toml = r#"
flow = "gioca, fine"
[variable]
punti = { of = "seat", seen = "table" }
[phase.gioca]
ends = "desk"
who = "all"
[phase.gioca.move.su]
mode = "at once"
extra = true
times = "any"
do = "punti += 1"
[phase.gioca.move.resa]
mode = "at once"
extra = true
do = "finish as patta"
[ending.vittoria]
of = "table"
when = "any(punti >= 2 for seats)"
winners = "seats where punti >= 2"
[ending.tardi]
of = "table"
when = "any(punti >= 2 for seats)"
[ending.patta]
of = "table"
when = "no"
"#;
    let mut r = room(toml, 2);
    r.makes(1, "su", &[]);
    r.makes(1, "su", &[]);
    assert!(r.ended());
    let (mine, other) = (r.seat_view(1)["ending"].clone(), r.seat_view(0)["ending"].clone());
    assert_eq!(
        (&mine["id"], &mine["mine"], &other["mine"], &other["winners"]),
        (&"vittoria".into(), &true.into(), &false.into(), &serde_json::json!([1]))
    );
    let mut r = room(toml, 2);
    r.makes(0, "resa", &[]);
    assert_eq!((r.ended(), &r.seat_view(0)["ending"]["id"]), (true, &"patta".into()));
    let mut r = room(toml, 2);
    r.next();
    r.next();
    assert_eq!((r.ended(), &r.seat_view(0)["ending"]["id"]), (true, &serde_json::Value::Null), "the last line of the flow is an end as well");
}

#[test]
fn nobody_who_can_move_skips_a_phase_or_ends_the_game() {
    let toml = |stuck: &str| {
        format!(
            "flow = \"muovi, fine\"\n[phase.muovi]\nends = \"all done\"\nlimit = \"none\"\nwho = \"all\"\n{stuck}[phase.muovi.move.va]\nmode = \"at once\"\ntimeout = \"pass\"\nif = \"count(seats) > 9\"\n[ending.patta]\nof = \"table\"\nwhen = \"no\"\n"
        )
    };
    assert_eq!(room(&toml(""), 2).phase(), "fine");
    let r = room(&toml("stuck = \"patta\"\n"), 2);
    assert_eq!((r.ended(), &r.seat_view(0)["ending"]["id"]), (true, &"patta".into()));
}

/// Two press at once: the second is judged by the world the first has left.
#[test]
fn the_second_of_two_is_checked_against_the_new_world() {
    let mut r = room(
        r#"
flow = "prendi, fine"
[list]
posto = { rows = ["a", "b"] }
[variable]
preso = { of = "table", seen = "table", type = "list of posto" }
[phase.prendi]
ends = "all done"
limit = "none"
who = "all"
[phase.prendi.move.siedi]
mode = "at once"
timeout = "pass"
ask.dove = "one of all posto where it not in preso"
do = "preso += dove"
"#,
        2,
    );
    r.makes(0, "siedi", &[("dove", n(1))]);
    assert_eq!(r.refuses(1, "siedi", &[("dove", n(1))]), Code::Choice);
    let options = r.seat_view(1)["moves"][0]["inputs"][0]["options"].clone();
    assert_eq!(options.as_array().unwrap().len(), 1, "and the list has shrunk: {options}");
    r.makes(1, "siedi", &[("dove", n(0))]);
    assert_eq!(r.phase(), "fine");
}

// ---------------------------------------------------------------- boundaries of inputs

#[test]
fn texts_and_numbers_at_the_limit_and_one_past_it() {
    let mut r = room(
        r#"
flow = "scrivi, fine"
[list]
cosa = { rows = ["a", "b", "c", "d"] }
[phase.scrivi]
ends = "desk"
who = "all"
[phase.scrivi.move.lungo]
mode = "at once"
extra = true
times = "any"
ask.testo = "text up to 9000 lines"
[phase.scrivi.move.breve]
mode = "at once"
extra = true
times = "any"
ask.parola = "text up to 3"
[phase.scrivi.move.forse]
mode = "at once"
extra = true
times = "any"
ask.nota = { is = "text up to 3", optional = true }
[phase.scrivi.move.mezzo]
mode = "at once"
extra = true
times = "any"
ask.decimale = "decimal from 0.5 to 2.5"
[phase.scrivi.move.alcuni]
mode = "at once"
extra = true
times = "any"
ask.scelti = "2 to 3 of all cosa"
[phase.scrivi.move.ordina]
mode = "at once"
extra = true
times = "any"
ask.fila = "order of all cosa"
[phase.scrivi.move.livelli]
mode = "at once"
extra = true
times = "any"
ask.piani = "tiers 1 2 1 of all cosa"
[phase.scrivi.move.dividi]
mode = "at once"
extra = true
times = "any"
ask.parti = "share 10 over all cosa"
[phase.scrivi.move.pesa]
mode = "at once"
extra = true
times = "any"
ask.sacco = "any of all cosa weighing 2 up to 5"
[phase.scrivi.move.disegna]
mode = "at once"
extra = true
times = "any"
ask.segno = "drawing"
"#,
        2,
    );
    let list = |l: &[i64]| Answer::List(l.to_vec());
    let tiers = |t: &[&[i64]]| Answer::Tiers(t.iter().map(|x| x.to_vec()).collect());
    let cases: Vec<(&str, &str, Answer, Option<Code>)> = vec![
        ("lungo", "testo", text(&"è".repeat(4_000)), None),
        ("lungo", "testo", text(&"è".repeat(4_001)), Some(Code::Limit)),
        ("breve", "parola", text("sìì"), None),
        ("breve", "parola", text("sììì"), Some(Code::Limit)),
        ("breve", "parola", text("  sìì \u{202e} "), None),
        ("breve", "parola", text(""), Some(Code::Limit)),
        ("breve", "parola", text(" \n\u{feff} "), Some(Code::Limit)),
        ("forse", "nota", text(""), None),
        ("forse", "nota", n(1), Some(Code::Type)),
        ("mezzo", "decimale", Answer::Decimal(0.5), None),
        ("mezzo", "decimale", Answer::Decimal(2.5), None),
        ("mezzo", "decimale", n(1), None),
        ("mezzo", "decimale", n(0), Some(Code::Limit)),
        ("mezzo", "decimale", Answer::Decimal(0.4999), Some(Code::Limit)),
        ("mezzo", "decimale", Answer::Decimal(2.5001), Some(Code::Limit)),
        ("mezzo", "decimale", Answer::Decimal(f64::NAN), Some(Code::Type)),
        ("mezzo", "decimale", Answer::Decimal(f64::INFINITY), Some(Code::Type)),
        ("mezzo", "decimale", n(i64::MAX), Some(Code::Limit)),
        ("alcuni", "scelti", list(&[0, 3]), None),
        ("alcuni", "scelti", list(&[0, 1, 3]), None),
        ("alcuni", "scelti", list(&[0]), Some(Code::Limit)),
        ("alcuni", "scelti", list(&[0, 1, 2, 3]), Some(Code::Limit)),
        ("alcuni", "scelti", list(&[0, 4]), Some(Code::Choice)),
        ("alcuni", "scelti", list(&[1, 1]), Some(Code::Choice)),
        ("alcuni", "scelti", n(1), Some(Code::Limit)),
        ("ordina", "fila", list(&[3, 2, 1, 0]), None),
        ("ordina", "fila", list(&[3, 2, 1]), Some(Code::Choice)),
        ("ordina", "fila", list(&[3, 2, 1, 1]), Some(Code::Choice)),
        ("livelli", "piani", tiers(&[&[2], &[0, 1], &[3]]), None),
        ("livelli", "piani", tiers(&[&[2, 0], &[1], &[3]]), Some(Code::Limit)),
        ("livelli", "piani", tiers(&[&[2], &[0, 0], &[3]]), Some(Code::Limit)),
        ("livelli", "piani", list(&[0, 1, 2, 3]), Some(Code::Type)),
        ("dividi", "parti", list(&[10, 0, 0, 0]), None),
        ("dividi", "parti", list(&[4, 3, 2, 1]), None),
        ("dividi", "parti", list(&[4, 3, 2]), Some(Code::Limit)),
        ("dividi", "parti", list(&[5, 3, 2, 1]), Some(Code::Limit)),
        ("dividi", "parti", list(&[11, -1, 0, 0]), Some(Code::Limit)),
        ("dividi", "parti", list(&[i64::MAX, i64::MAX, 12, 0]), Some(Code::Limit)),
        ("pesa", "sacco", list(&[]), None),
        ("pesa", "sacco", list(&[0, 1]), None),
        ("pesa", "sacco", list(&[0, 1, 2]), Some(Code::Limit)),
        ("disegna", "segno", text(&"M".repeat(4_000)), None),
        ("disegna", "segno", text(&"M".repeat(4_001)), Some(Code::Limit)),
    ];
    for (name, input, answer, want) in cases {
        let got = r.attempt(&Command::Seat { seat: SeatId(0), act: made(name, None, &[(input, answer.clone())]) });
        let shown = format!("{answer:?}").chars().take(60).collect::<String>();
        assert_eq!(got.err().map(|e| e.code), want, "{name} {shown}");
    }
}

#[test]
fn an_answer_for_each_of_several_things() {
    let mut r = room(
        r#"
flow = "giudica, fine"
[list]
proposta = { rows = ["uno", "due"] }
[variable]
favore = { of = "table", seen = "table", each = "proposta" }
[phase.giudica]
ends = "all done"
limit = "30 s"
who = "all"
[phase.giudica.move.voto]
mode = "sealed"
timeout = "default"
answers = "each p in all proposta"
ask.ok = { is = "yes/no", default = "no" }
do = "if ok[p]: favore[p] += 1"
"#
        .replace("if ok[p]", "if ok")
        .as_str(),
        2,
    );
    let vote = |item, ok| made("voto", item, &[("ok", yes(ok))]);
    assert_eq!(r.refused(0, vote(None, true)), Code::Choice);
    assert_eq!(r.refused(0, vote(Some(2), true)), Code::Choice);
    r.act(0, vote(Some(0), true));
    assert_eq!(r.seat_view(0)["phase"]["done"], false, "one of two");
    r.act(0, vote(Some(1), false));
    assert_eq!(r.seat_view(0)["phase"]["done"], true);
    r.act(0, SeatAct::Reopen { name: "voto".into(), item: Some(1) });
    r.act(0, vote(Some(1), true));
    r.act(1, vote(Some(1), true));
    assert_eq!(r.phase(), "giudica");
    r.wait(30_000);
    let v = r.sc.vars.iter().position(|v| v.id == "favore").unwrap() as u16;
    let count = |k| r.st.cell(&r.sc, v, 0, &[k]).num();
    assert_eq!((r.phase().as_str(), count(0), count(1)), ("fine", 1, 2));
}
