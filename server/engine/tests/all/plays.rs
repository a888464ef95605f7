//! The shipped scenarios prove themselves.

use crate::common::{SHIPPED, all_shipped, edit, proved, shipped, tiny_files};
use sofia_engine::scenario::load_and_prove;

#[test]
fn plays_of_every_shipped_scenario_hold() {
    let names = all_shipped();
    for slug in SHIPPED {
        assert!(names.contains(&slug.to_string()), "{slug} is shipped");
    }
    for slug in names {
        let sc = proved(&shipped(&slug));
        assert!(!sc.plays.is_empty(), "{slug} ships its proof");
        let loaded = load_and_prove(&shipped(&slug));
        assert!(loaded.diagnostics.is_empty(), "{slug}: {:#?}", loaded.diagnostics);
    }
}

/// The proof bites: one rule of the game changed, and a play says so, at its line.
#[test]
fn a_changed_rule_is_caught_by_a_play() {
    for (slug, from, to) in [
        ("un-passo-avanti", "if si: passi += 1", "if si: passi += 2"),
        ("oca-dei-servizi", "then 26 else 53", "then 53 else 26"),
        ("la-ricevuta-non-basta", "  reveal timore of s to table\n", ""),
    ] {
        let mut files = shipped(slug);
        edit(&mut files, "scenario.toml", |t| t.replacen(from, to, 1));
        let loaded = load_and_prove(&files);
        assert!(loaded.scenario.is_none(), "{slug} without «{from}»");
        let found = loaded.diagnostics.iter().find(|d| d.code.starts_with("R90")).unwrap_or_else(|| panic!("{slug}: {:?}", loaded.diagnostics));
        assert!(found.file.starts_with("plays/") && found.line > 3, "{slug}: {} {}", found.file, found.line);
    }
}

/// Not to see what is not there proves nothing.
#[test]
fn not_seeing_a_piece_that_never_came_is_a_fault() {
    let scenario = "flow = \"fine\"\n[token]\nparola = { rows = [\"mare\"] }\n[variable]\nindizio = { of = \"parola\", seen = \"table\", start = 3 }\n\
                    [phase.fine]\nends = \"desk\"\n";
    let mut files = tiny_files(scenario, "");
    let play = "title = \"Prova\"\nseats = [[\"ada\", \"bea\"]]\nscript = \"expect ada does not see indizio of mare\"\n";
    files.insert("plays/prova.toml".into(), play.into());
    let found = load_and_prove(&files).diagnostics;
    assert!(found.iter().any(|d| d.code == "R909"), "{found:#?}");
}

/// What a play of a small scenario tells: each fault with its sentence and its advice. Ada, Bruno and Carla sit at the table.
fn told(scenario: &str, head: &str, script: &str) -> Vec<String> {
    let mut files = tiny_files(scenario, "");
    let play = format!("title = \"Prova\"\nseats = [[\"ada\", \"bruno\", \"carla\"]]\n{head}\nscript = '''\n{script}\n'''\n");
    files.insert("plays/prova.toml".into(), play.into());
    let found = load_and_prove(&files).diagnostics;
    found.iter().filter(|d| !d.code.starts_with('W')).map(|d| format!("{} {} → {}", d.code, d.it, d.advice_it)).collect()
}

/// Given a move that asks "sure?", a play says yes to that, and without a yes the advice says how.
#[test]
fn a_play_says_that_it_is_sure() {
    let scenario = "flow = \"voto\"\n[phase.voto]\nends = \"all done\"\nlimit = \"1 min\"\nwho = \"all\"\n\
                    [phase.voto.move.vota]\nmode = \"sealed\"\ntimeout = \"pass\"\nask.si = \"yes/no\"\nwarn.x = \"si\"\n";
    assert_eq!(
        told(
            scenario,
            "",
            "refused sure: ada: vota si = yes\nada: vota si = yes, sure = yes\nbruno: vota si = no\ncarla: vota si = no\nexpect: si of ada"
        ),
        Vec::<String>::new()
    );
    let found = told(scenario, "", "ada: vota si = yes");
    assert!(found.len() == 1 && found[0].starts_with("R903") && found[0].contains("`…, sure = yes`"), "{found:#?}");
}

/// The thing a move is for may be computed, with spaces.
#[test]
fn a_play_computes_what_a_move_is_for() {
    let scenario = "flow = \"colpi\"\n[list]\nlettera = { rows = [\"aa\", \"bb\", \"cc\"] }\n\
                    [variable]\nmia = { of = \"seat\", seen = \"owner\", type = \"lettera or none\" }\ntolti = { of = \"table\", seen = \"table\", each = \"lettera\" }\n\
                    [phase.colpi]\nends = \"desk\"\nwho = \"all\"\nbefore = \"for each s in seats: mia of s = nth(index(s, seats), all lettera)\"\n\
                    [phase.colpi.move.tolgo]\nmode = \"at once\"\nextra = true\ntimes = \"any\"\nanswers = \"each l in all lettera\"\n\
                    ask.quanti = \"number from 0 to 5\"\ndo = \"tolti[l] += quanti\"\n";
    let script = "ada: tolgo[mia of bruno] quanti = 2\nada: tolgo[nth(3, all lettera)] quanti = 4\nexpect: tolti[bb] is 2 and tolti[cc] is 4";
    assert_eq!(told(scenario, "", script), Vec::<String>::new());
}

/// What a person reads: the numbers of panels and of her sheet, as they are shown; a part of a number is not read.
#[test]
fn numbers_of_panels_and_of_the_sheet_are_read() {
    let scenario = "flow = \"fine\"\n[variable]\npunti = { of = \"seat\", seen = \"table\", start = 54 }\n\
                    mezzi = { of = \"seat\", seen = \"owner\", type = \"decimal\", start = 2.5, shown = \"number\" }\n\
                    pronta = { of = \"table\", seen = \"table\", type = \"yes/no\", start = true, shown = \"sign\" }\n\
                    [phase.fine]\nends = \"desk\"\npanels = [\"classifica\"]\n\
                    [panel.classifica]\nkind = \"table\"\non = [\"phone\"]\nrows = \"seats\"\ncolumn.punti = \"punti\"\n";
    let script = "expect ada reads \"54\"\nexpect ada reads \"2,5\"\nexpect ada does not read \"4\"\nexpect ada reads \"sì\"\n\
                  given: punti of carla = 7\nexpect ada reads \"7\"\nexpect ada does not read \"8\"";
    assert_eq!(told(scenario, "", script), Vec::<String>::new());
}

/// Who is named gets the role from the cards of the table: the others are dealt those that remain.
#[test]
fn roles_of_some_leave_the_remaining_ones_to_the_others() {
    let scenario = "flow = \"chi\"\n[people]\nseats = [2, 6]\ntables = [1, 1]\nabsent = \"wait\"\nlatecomers = \"join\"\ndeal = \"start\"\nmore_seats = \"rest\"\n\
                    [role]\nospite = { seen = \"table\", count = 1 }\nguida = { seen = \"table\", count = 1 }\naltro = { seen = \"table\", rest = true }\n\
                    [phase.chi]\nends = \"desk\"\n";
    for (roles, wanted) in [
        ("{ ada = \"ospite\" }", "role of ada is ospite and count(seats where role is ospite) is 1 and count(seats where role is guida) is 1"),
        ("{ carla = \"guida\" }", "role of carla is guida and count(seats where role is guida) is 1 and count(seats where role is ospite) is 1"),
        ("{ bruno = \"altro\" }", "role of bruno is altro and count(seats where role is altro) is 1 and held(altro, bruno) is 1"),
        ("{ ada = \"ospite\", bruno = \"ospite\" }", "count(seats where role is ospite) is 2 and role of carla is guida"),
    ] {
        assert_eq!(told(scenario, &format!("roles = {roles}"), &format!("expect: {wanted}")), Vec::<String>::new(), "{roles}");
    }
}

/// Whose turn it is has left: the next one is whoever sits after that place.
#[test]
fn the_next_after_somebody_who_left() {
    let scenario = "flow = \"giro\"\n[variable]\nturno = { of = \"table\", seen = \"table\", type = \"seat\", start = \"nth(2, seats)\" }\n\
                    [phase.giro]\nends = \"desk\"\n";
    let leaves = |rest: &str| format!("bruno leaves\n{rest}");
    for (script, who) in [
        (leaves("given: turno = next(turno, seats)"), "carla"),
        (leaves("given: turno = previous(turno, seats)"), "ada"),
        ("carla leaves\ngiven: turno = next(turno, seats)".into(), "ada"),
        ("given: turno = carla\ncarla leaves\ngiven: turno = next(turno, seats)".into(), "ada"),
        ("given: turno = ada\nada leaves\ngiven: turno = previous(turno, seats)".into(), "carla"),
    ] {
        assert_eq!(told(scenario, "", &format!("{script}\nexpect: turno is {who}")), Vec::<String>::new(), "{script}");
    }
}

/// After `where` stands `it`, also where what is looked at has a name further out.
#[test]
fn it_is_what_a_named_set_looks_at() {
    let scenario = "flow = \"uno\"\n[list]\ncosa = { rows = [\"aa\", \"bb\", \"cc\", \"dd\"] }\n[phase.uno]\nends = \"desk\"\n";
    let script = "expect: sum(1 for l in (all cosa where it is not dd)) is 3\nexpect: sum(1 for l in all cosa where it is not dd) is 3\n\
                  expect: count(all cosa where count(each c in all cosa where c is it) is 1) is 4";
    assert_eq!(told(scenario, "", script), Vec::<String>::new());
}
