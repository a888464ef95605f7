//! What is sent is enough, and what is shared is the same: `touched` and `class` are honest.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::common::{Room, all_shipped, made, n, play_out, ready, seated, shipped, tiny, tiny_files, tiny_files_with};
use serde_json::json;
use sofia_engine::command::Projected;
use sofia_engine::view::{Part, class, parts_of, render, tables_touched, touched};
use sofia_engine::{Answer, Code, Command, DeskAct, Event, Scenario, SeatAct, SeatId, State, Viewer};

fn bytes(sc: &Scenario, st: &State, viewer: Viewer, lang: usize, part: Part) -> String {
    let mut out = String::new();
    render(sc, st, viewer, lang, part, &mut out);
    out
}

/// Viewers of one class get equal bytes.
#[track_caller]
fn classes_hold(room: &Room, what: &str) {
    let mut written: BTreeMap<(Part, u64), (Viewer, String)> = BTreeMap::new();
    for viewer in room.viewers() {
        for lang in 0..room.sc.langs.len() {
            for part in parts_of(viewer) {
                let class = class(&room.sc, &room.st, viewer, lang, *part);
                let now = bytes(&room.sc, &room.st, viewer, lang, *part);
                let (first, then) = written.entry((*part, class)).or_insert_with(|| (viewer, now.clone()));
                assert_eq!(*then, now, "{what}, {}: {part:?} of {first:?} and of {viewer:?}", room.phase());
            }
        }
    }
}

/// What no event of a commit touches is the same before and after.
#[track_caller]
fn touched_holds(sc: &Scenario, before: &State, room: &Room, events: &[Event], what: &str) {
    let named = touched(sc, &room.st, events);
    let tables = tables_touched(sc, &room.st, events);
    for viewer in room.viewers() {
        if matches!(viewer, Viewer::Seat(s) if s.ix() >= before.seats.len()) {
            continue;
        }
        // Whoever sits where nothing happened sees nothing new in any part.
        if let (Viewer::Seat(s), Some(tables)) = (viewer, &tables)
            && !tables.contains(&room.st.seats[s.ix()].table)
        {
            for part in parts_of(viewer) {
                let (then, now) = (bytes(sc, before, viewer, 0, *part), bytes(sc, &room.st, viewer, 0, *part));
                assert_eq!(then, now, "{what}, {}: {part:?} of {viewer:?} changed, away from {tables:?}, by {events:#?}", room.phase());
            }
        }
        for part in parts_of(viewer).iter().filter(|p| !named.has(**p)) {
            let (then, now) = (bytes(sc, before, viewer, 0, *part), bytes(sc, &room.st, viewer, 0, *part));
            assert_eq!(then, now, "{what}, {}: {part:?} of {viewer:?} changed untouched by {events:#?}", room.phase());
        }
    }
}

#[track_caller]
fn does(room: &mut Room, command: &Command, what: &str) {
    let before = room.st.clone();
    let events = room.go(command);
    touched_holds(&room.sc.clone(), &before, room, &events, what);
    classes_hold(room, what);
}

fn walked(slug: &str, sc: &Arc<Scenario>, tables: u32, people: usize, seed: u64) {
    let mut room = seated(sc, tables, people, seed);
    let mut rng = seed;
    let mut steps = 0;
    play_out(&mut room, &mut rng, &mut |room, command| {
        does(room, &command, slug);
        steps += 1;
        let desk = |act| Command::Desk { act };
        let also = match steps {
            7 => desk(DeskAct::Say { text: "Mancano due minuti.".into(), table: None }),
            11 => desk(DeskAct::Pause),
            12 => desk(DeskAct::Resume),
            13 => desk(DeskAct::Extend { ms: 60_000, table: None }),
            15 => Command::Presence { seat: SeatId(1), here: false },
            19 => Command::Presence { seat: SeatId(1), here: true },
            23 => Command::Join { bot: false, table: None },
            24 => Command::Seat { seat: SeatId(0), act: SeatAct::Help { on: true } },
            26 => Command::Seat { seat: SeatId(0), act: SeatAct::SitOut { on: true } },
            28 => Command::Seat { seat: SeatId(0), act: SeatAct::SitOut { on: false } },
            60 => Command::Seat { seat: SeatId(2), act: SeatAct::Leave },
            _ => return,
        };
        if !(room.ended() || steps == 11 && room.st.paused.is_some()) {
            does(room, &also, slug);
            if steps == 11 {
                does(room, &desk(DeskAct::Resume), slug);
            }
        }
    });
    for on in [true, false] {
        does(&mut room, &Command::Desk { act: DeskAct::Uncover { on } }, slug);
    }
}

#[test]
fn touched_and_class_are_honest_along_bot_plays() {
    for slug in all_shipped() {
        let sc = ready(&shipped(&slug));
        walked(&slug, &sc, 1, sc.people.seats[0].max(4) as usize, 12);
        if sc.people.tables[1] > 1 {
            walked(&slug, &sc, 2, 7, 13);
        }
    }
}

const AT_TABLES: &str = r#"
flow = "gira, fine"
[people]
seats = [2, 4]
tables = [1, 3]
leftover = "spread"
absent = "wait"
latecomers = "observe"
[variable]
conto = { of = "table", seen = "table", shown = "number" }
WHAT
[phase.gira]
ends = "desk"
who = "all"
[phase.gira.move.conta]
mode = "at once"
extra = true
do = "conto += 1"
[phase.fine]
ends = "desk"
"#;

/// A move at one table is no news at the others, unless something there is computed from it.
#[test]
fn a_move_at_one_table_concerns_that_table() {
    let concerned = |what: &str| {
        let sc = tiny(&AT_TABLES.replace("WHAT", what));
        let mut room = seated(&sc, 3, 6, 7);
        let before = room.st.clone();
        let events = room.go(&Command::Seat { seat: SeatId(0), act: made("conta", None, &[]) });
        touched_holds(&sc, &before, &room, &events, "tables");
        (room.st.seats[0].table, tables_touched(&sc, &room.st, &events))
    };
    let (table, tables) = concerned("");
    assert_eq!(tables, Some(vec![table]));
    let all = r#"[value]
tutti = { of = "table", seen = "table", is = "sum(conto of t for t in tables)", shown = "gauge" }"#;
    assert_eq!(concerned(all).1, None, "a value that is computed over all tables");
}

/// A block's time is lengthened while a phase without a time of its own runs in it.
#[test]
fn lengthening_a_block_is_sent_to_the_phase() {
    let sc = tiny(
        r#"
flow = '''
within 10 min:
  gira
end
'''
[phase.gira]
ends = "desk"
who = "all"
"#,
    );
    let mut room = Room::begun(&sc, 3);
    assert_eq!(room.seat_view(0)["phase"]["deadline"], 600_000);
    does(&mut room, &Command::Desk { act: DeskAct::Extend { ms: 60_000, table: None } }, "extend");
    assert_eq!(room.seat_view(0)["phase"]["deadline"], 660_000);
}

/// In a covered phase each sees only whether oneself has answered.
#[test]
fn a_covered_phase_is_not_shared_between_seats() {
    let sc = tiny(
        r#"
flow = "coperta, fine"
[variable]
sa = { of = "seat", seen = "owner", type = "yes/no" }
[phase.coperta]
ends = "time"
limit = "30 s"
who = "sa"
cover = true
before = "sa of first(seats) = yes"
[phase.coperta.move.dico]
mode = "sealed"
timeout = "pass"
ask.ok = "yes/no"
[phase.fine]
ends = "desk"
"#,
    );
    let mut room = Room::begun(&sc, 3);
    for s in [1, 0] {
        does(&mut room, &Command::Seat { seat: SeatId(s), act: made("dico", None, &[("ok", Answer::Yes(true))]) }, "cover");
    }
    let progress = |room: &Room, seat| room.seat_view(seat)["progress"].clone();
    assert_eq!(progress(&room, 2), json!({ "asked": [2], "done": [] }), "nobody knows who has acted");
    assert_eq!(progress(&room, 0), json!({ "asked": [0], "done": [0] }));
}

/// In a small group one sees who is with one, unless the group may not speak. The wall, which belongs to no group, does
/// not say what is a group's own; a text of several paragraphs keeps them; a loop is called by its words.
#[test]
fn a_small_group_reads_what_is_its_own() {
    let toml = r#"
flow = '''
coppie
repeat 2 times as giro:
  each coppia:
    in_due
  end
end
'''
[people]
seats = [4, 4]
tables = [1, 1]
absent = "wait"
latecomers = "observe"
groups = ["coppia"]
[list]
compito = { rows = "compiti.csv" }
[variable]
monete = { of = "coppia", seen = "coppia", start = 3 }
[phase.coppie]
ends = "at once"
before = "group seats into coppia of 2 by order, leftover rest"
[phase.in_due]
ends = "all done"
limit = "none"
who = "all"
ack = true
talk = "TALK"
"#;
    let words = "## phase in_due: In due\nAvete {monete} monete.\n\n{text of first(all compito)}\n\n## variable\n- giro: mano\n";
    let tasks = "id;text\nuno;\"Prima riga.\n\nSeconda riga.\"\n";
    for (talk, asked, with, missing) in [("free", 2, json!([2, 3]), json!([2, 3])), ("silent", 0, json!([]), json!(null))] {
        let more = [("compiti.csv".to_string(), tasks.as_bytes().to_vec())].into();
        let room = Room::begun(&ready(&tiny_files_with(&toml.replace("TALK", talk), words, more)), 4);
        let phase = room.seat_view(2)["phase"].clone();
        assert_eq!(phase["waiting"], json!({ "missing": 2, "asked": asked, "seats": missing, "with": with }), "{talk}");
        assert_eq!(phase["text"], json!([{ "p": ["Avete 3 monete."] }, { "p": ["Prima riga."] }, { "p": ["Seconda riga."] }]));
        assert_eq!(phase["passes"], json!([{ "name": ["mano"], "n": 1, "of": 2 }]));
        let wall = room.view(Viewer::Projector)["phase"]["text"].clone();
        assert_eq!(wall[0], json!({ "p": ["Avete ", { "hidden": true }, " monete."] }));
    }
}

/// A board of one team is drawn for that team.
#[test]
fn a_team_board_is_not_shared_with_the_other_team() {
    let sc = tiny(
        r#"
flow = "muovi, fine"
[people]
seats = [4, 4]
tables = [1, 1]
absent = "wait"
latecomers = "observe"
teams = ["rossi", "blu"]
teams_by = "even"
[token]
pedina = { per = "team", start = "pista[0]" }
[board.pista]
of = "team"
seen = "team"
shape = "path 0 to 9"
[phase.muovi]
ends = "all done"
limit = "30 s"
who = "all"
[phase.muovi.move.passo]
mode = "at once"
timeout = "pass"
do = "advance pedina by 1 steps, stop"
[phase.fine]
ends = "desk"
"#,
    );
    let mut room = Room::begun(&sc, 4);
    classes_hold(&room, "team boards");
    let mate = room.st.seats[0].team;
    let stranger = (0..4).find(|s| room.st.seats[*s as usize].team != mate).unwrap();
    let before = room.seat_view(stranger);
    does(&mut room, &Command::Seat { seat: SeatId(0), act: made("passo", None, &[]) }, "team boards");
    let after = room.seat_view(stranger);
    assert_eq!(before["pawns"], after["pawns"]);
    assert_eq!(before["news"], after["news"], "steps on a board one does not see are no news");
    assert_eq!(room.seat_view(0)["pawns"].as_array().unwrap().len(), 1);
}

/// Panels, indicators and texts that count cards follow the cards.
#[test]
fn a_panel_over_cards_follows_them() {
    let files = tiny_files(
        r#"
flow = "gioca, fine"
[token]
carta = { rows = ["asso", "due", "tre"] }
[zone]
mazzo = { of = "table", holds = "carta", kind = "stack", seen = "nobody", start = "all carta" }
tavolo = { of = "table", holds = "carta", kind = "row", seen = "table" }
[value]
scoperte = { of = "table", seen = "table", is = "count(tavolo)", shown = "gauge" }
[phase.gioca]
ends = "desk"
who = "all"
panels = ["conta"]
[phase.gioca.move.scopri]
mode = "at once"
extra = true
do = "draw 1 from mazzo to tavolo"
[panel.conta]
kind = "number"
on = ["phone", "projector", "desk"]
rows = "tables"
column.quante = "count(tavolo)"
[phase.fine]
ends = "desk"
"#,
        "## panel conta: Sul tavolo\n- quante: Carte\n",
    );
    let sc = ready(&files);
    let mut room = Room::begun(&sc, 2);
    does(&mut room, &Command::Seat { seat: SeatId(0), act: made("scopri", None, &[]) }, "panel over cards");
    assert_eq!(room.seat_view(1)["panels"][0]["rows"][0]["cells"][0], 1.0);
}

/// Words with places in a role's brief, a question to a judge: whatever a variable stands in is sent again.
#[test]
fn a_brief_and_a_reply_follow_the_variables_they_name() {
    let files = tiny_files(
        r#"
flow = "tratta, fine"
[people]
seats = [2, 4]
tables = [1, 1]
absent = "wait"
latecomers = "observe"
deal = "start"
more_seats = "repeat"
[role]
oste = { seen = "table" }
cliente = { seen = "table" }
[variable]
prezzo = { of = "table", seen = "table", start = 3, range = [0, 9] }
[phase.tratta]
ends = "desk"
who = "all"
[phase.tratta.move.offri]
mode = "consent"
extra = true
times = "any"
ask.chi = "one of others"
accept = "chi"
reply.quanto = "number from 1 to prezzo"
[phase.tratta.move.alza]
mode = "at once"
extra = true
times = "any"
do = "prezzo += 1"
[phase.fine]
ends = "desk"
"#,
        "## role oste: Oste\nIl prezzo è {prezzo}.\n\n## role cliente: Cliente\nVuoi bere.\n",
    );
    let sc = ready(&files);
    let mut room = Room::begun(&sc, 2);
    does(&mut room, &Command::Seat { seat: SeatId(0), act: made("offri", None, &[("chi", n(1))]) }, "reply");
    does(&mut room, &Command::Seat { seat: SeatId(1), act: made("alza", None, &[]) }, "reply");
}

/// Numbers of messages tell nothing: a word to one seat leaves no gap in what the others get.
#[test]
fn a_secret_message_leaves_no_gap() {
    let files = tiny_files(
        r#"
flow = "parla, fine"
[variable]
spia = { of = "seat", seen = "owner", type = "yes/no" }
[phase.parla]
ends = "all done"
limit = "none"
who = "all"
[phase.parla.move.dico]
mode = "sealed"
timeout = "pass"
ask.io = "yes/no"
do = "if io: show soffiata to me"
[phase.fine]
ends = "desk"
before = "show avviso to table"
"#,
        "## text\n- soffiata: Sei tu.\n- avviso: Si riparte.\n",
    );
    let sc = ready(&files);
    let views: Vec<_> = [true, false]
        .into_iter()
        .map(|io| {
            let mut room = Room::begun(&sc, 2);
            room.makes(1, "dico", &[("io", Answer::Yes(false))]);
            room.makes(0, "dico", &[("io", Answer::Yes(io))]);
            assert_eq!(room.phase(), "fine");
            (room.seat_view(0)["told"].as_array().unwrap().len(), room.seat_view(1))
        })
        .collect();
    assert_eq!((views[0].0, views[1].0), (2, 1));
    assert_eq!(views[0].1, views[1].1, "seat 1 sees a gap where seat 0 was told something");
}

/// Changing one's mind in secret is seen by nobody, not even later, in the numbers of messages.
#[test]
fn a_changed_mind_leaves_no_trace() {
    let sc = ready(&tiny_files(
        r#"
flow = "parla, fine"
[phase.parla]
ends = "all done"
limit = "none"
who = "all"
[phase.parla.move.dico]
mode = "sealed"
timeout = "pass"
ask.io = "yes/no"
[phase.fine]
ends = "desk"
before = "show avviso to table"
"#,
        "## text\n- avviso: Si riparte.\n",
    ));
    let views: Vec<_> = [0, 1]
        .into_iter()
        .map(|changes| {
            let mut room = Room::begun(&sc, 2);
            room.makes(0, "dico", &[("io", Answer::Yes(true))]);
            for _ in 0..changes {
                room.act(0, SeatAct::Reopen { name: "dico".into(), item: None });
                room.makes(0, "dico", &[("io", Answer::Yes(true))]);
            }
            room.makes(1, "dico", &[("io", Answer::Yes(false))]);
            room.seat_view(1)
        })
        .collect();
    assert_eq!(views[0], views[1]);
}

/// Dice thrown behind the screen are no news.
#[test]
fn dice_that_only_their_owner_sees_are_no_news() {
    let sc = tiny(
        r#"
flow = "tira, fine"
[variable]
coperti = { of = "seat", seen = "owner", type = "list of number", shown = "dice" }
scoperti = { of = "table", seen = "table", type = "list of number", shown = "dice" }
[phase.tira]
ends = "desk"
who = "all"
[phase.tira.move.dietro]
mode = "at once"
extra = true
do = "roll 3 dice into coperti"
[phase.tira.move.davanti]
mode = "at once"
extra = true
do = "roll 2 dice into scoperti"
[phase.fine]
ends = "desk"
"#,
    );
    let mut room = Room::begun(&sc, 2);
    let before = room.seat_view(1);
    does(&mut room, &Command::Seat { seat: SeatId(0), act: made("dietro", None, &[]) }, "dice");
    let after = room.seat_view(1);
    assert_eq!((&before["news"], &before["sheet"]), (&after["news"], &after["sheet"]));
    does(&mut room, &Command::Seat { seat: SeatId(0), act: made("davanti", None, &[]) }, "dice");
    assert_eq!(room.seat_view(1)["news"].as_array().unwrap().len(), 1);
    assert_eq!(room.seat_view(0)["news"], room.seat_view(1)["news"]);
}

const TWO_TABLES: &str = r#"
flow = '''
muovi
repeat at most 3 times as giro:
  parla
end
repeat 2 times as prova:
  fine
end
'''
[people]
seats = [2, 4]
tables = [1, 3]
leftover = "spread"
absent = "wait"
latecomers = "observe"
[variable]
fatto = { of = "table", seen = "table", type = "yes/no", start = false }
[token]
pedina = { start = "pista[0]" }
[board.pista]
of = "table"
seen = "all"
shape = "path 0 to 9"
[phase.muovi]
ends = "desk"
who = "all"
panels = ["seconda", "prima"]
[phase.muovi.move.passo]
mode = "at once"
extra = true
do = "advance pedina by 1 steps, stop"
[phase.muovi.move.scegli]
by = "desk"
mode = "at once"
extra = true
ask.chi = "one of seats"
[phase.parla]
ends = "desk"
[phase.fine]
ends = "desk"
[panel.prima]
kind = "number"
on = ["phone", "projector", "desk"]
rows = "tables"
column.quante = "1"
[panel.seconda]
kind = "list"
on = ["phone", "projector", "desk"]
rows = "seats"
column.chi = "it"
"#;

/// The name of a piece is a sentence of its own, also where nobody in particular reads it.
#[test]
fn a_piece_is_called_by_the_name_of_its_owner() {
    let toml = r#"
flow = "muovi"
[people]
seats = [2, 4]
tables = [1, 3]
leftover = "spread"
absent = "wait"
latecomers = "join"
teams = ["lago", "monte"]
teams_by = "even"
[token]
pedina = { per = "team", start = "pista[0]" }
[board.pista]
of = "table"
seen = "all"
shape = "path 0 to 9"
[phase.muovi]
ends = "desk"
who = "all"
"#;
    let sc =
        ready(&tiny_files(toml, "## team lago: Lago\n\n## team monte: Monte\n\n## token pedina: Pedina: {name of owner}\n\n## phase muovi: Muovi\n"));
    let room = seated(&sc, 2, 4, 7);
    for viewer in [Viewer::Projector, Viewer::Seat(SeatId(0))] {
        let pawns = room.view(viewer)["pawns"].to_string();
        assert!(pawns.contains("Lago") && pawns.contains("Monte") && !pawns.contains("hidden"), "{pawns}");
    }
}

/// Who looks at several tables sees of each its own board, its own panels, and its own moves of the desk.
#[test]
fn who_watches_several_tables_sees_each_of_them() {
    let sc = tiny(TWO_TABLES);
    let mut room = seated(&sc, 2, 6, 7);
    let mover = (0..6).find(|s| room.st.seats[*s as usize].table == 1).unwrap();
    room.go(&Command::Seat { seat: SeatId(mover), act: made("passo", None, &[]) });
    let hall = room.view(Viewer::Projector);
    let at = |list: &serde_json::Value, key: &str| list.as_array().unwrap().iter().map(|p| p[key].clone()).collect::<Vec<_>>();
    assert_eq!(at(&hall["boards"], "owner").len(), 2);
    assert_eq!(at(&hall["pawns"], "board"), [0, 1], "each pawn stands on the board of its table");
    assert_eq!(at(&hall["news"], "board"), [1], "and walks there");
    assert_eq!(at(&room.seat_view(mover)["pawns"], "board"), [0], "a seat has only its own");
    assert_eq!(at(&hall["panels"], "id"), ["seconda", "seconda", "prima"], "in the order of the phase");
    let moves = &room.view(Viewer::Desk)["desk"]["moves"];
    assert_eq!(at(moves, "table"), [1, 2]);
    let offered = |i: usize| at(&moves[i]["inputs"][0]["options"], "v").iter().map(|v| v.as_u64().unwrap() as usize).collect::<Vec<_>>();
    for (i, table) in [0, 1].into_iter().enumerate() {
        assert!(!offered(i).is_empty() && offered(i).iter().all(|s| room.st.seats[*s].table == table), "people of that table");
    }
}

/// How many passes are to come is told where it is a promise.
#[test]
fn a_loop_that_may_end_earlier_tells_no_number_of_passes() {
    let sc = tiny(TWO_TABLES);
    let mut room = seated(&sc, 1, 3, 7);
    room.next();
    assert_eq!(room.seat_view(0)["phase"]["passes"], json!([{ "name": ["giro"], "n": 1, "of": null }]));
    for _ in 0..3 {
        room.next();
    }
    assert_eq!(room.seat_view(0)["phase"]["passes"], json!([{ "name": ["prova"], "n": 1, "of": 2 }]));
}

/// The desk chooses one panel for the hall's screen, of those that there are.
#[test]
fn the_desk_chooses_a_panel_for_the_screen() {
    let sc = tiny(TWO_TABLES);
    let mut room = seated(&sc, 1, 3, 7);
    let show = |panel: &str| DeskAct::Project { show: Projected::Panel { panel: panel.into() } };
    room.desk(show("prima"));
    assert_eq!(room.view(Viewer::Projector)["session"]["projected"], json!({ "what": "panel", "panel": "prima" }));
    assert_eq!(room.desk_refused(show("terza")), Code::Unknown);
}
