//! Bots play whole sessions: the figures are known, do not depend on who counted them, and faults are found.

use std::sync::Arc;

use crate::common::{all_shipped, folder, ready, shipped, tiny, tiny_files_with};
use sofia_engine::scenario::{diagnostic, load, load_and_prove, sentences};
use sofia_engine::simulate::{Fault, Log, Report, Size, Tally, head, lobby, play, report, sizes};
use sofia_engine::{Files, Scenario};

pub fn tris() -> Arc<Scenario> {
    ready(&folder("engine/tests/scenarios/tris"))
}

/// Sessions of these numbers, added up.
fn counted(sc: &Scenario, size: Size, seed: u64, sessions: impl Iterator<Item = u64>) -> Tally {
    let start = lobby(sc, size).unwrap();
    let mut tally = Tally::new(sc, size);
    for k in sessions {
        if let Err(fault) = play(sc, &start, seed, k, &mut tally, None) {
            panic!("session {k}: {fault:?}");
        }
    }
    tally
}

fn said(sc: &Scenario, tally: &Tally) -> String {
    serde_json::to_string_pretty(&report(sc, tally, "it")).unwrap()
}

fn share(report: &Report, ending: Option<&str>) -> sofia_engine::simulate::Share {
    report.endings.iter().find(|e| e.id.as_deref() == ending).unwrap().share
}

/// Known from counting all 255,168 games: 58.5 % for who begins, 28.8 % for who follows, 12.7 % even, 7.63 moves.
#[test]
fn random_noughts_and_crosses_come_out_as_known() {
    let sc = tris();
    let tally = counted(&sc, sizes(&sc)[0], 1, 0..20_000);
    let report = report(&sc, &tally, "it");
    for (ending, known) in [(Some("chi_comincia"), 0.585), (Some("chi_segue"), 0.288), (None, 0.127)] {
        let s = share(&report, ending);
        assert!(s.low <= known && known <= s.high, "{ending:?}: {known} is outside {s:?}");
        assert!(s.high - s.low < 0.015, "{ending:?}: {s:?} is too wide to say anything");
    }
    assert!((report.moves.mean - 7.63).abs() < 0.03, "{}", report.moves.mean);
    assert_eq!((report.moves.counts.iter().position(|n| *n > 0), report.moves.most), (Some(5), 9));
}

#[test]
fn the_middle_is_the_better_square() {
    let sc = tris();
    let report = report(&sc, &counted(&sc, sizes(&sc)[0], 3, 0..3_000), "it");
    let best = &report.dominant[0];
    assert_eq!((best.option.option.as_str(), best.ending.as_deref()), ("b2", None), "{:?}", report.dominant);
    assert!(best.chosen.low > best.all.high);
}

/// Given sessions counted by one, by three in another order: when added up, then every figure is the same.
#[test]
fn figures_do_not_depend_on_who_counted() {
    for (sc, sessions) in [(tris(), 90), (ready(&shipped("oca-dei-servizi")), 6), (ready(&shipped("un-passo-avanti")), 6)] {
        let size = *sizes(&sc).last().unwrap();
        let one = counted(&sc, size, 5, 0..sessions);
        let mut three = counted(&sc, size, 5, (0..sessions).rev().filter(|k| k % 3 == 2));
        three.add(&counted(&sc, size, 5, (0..sessions).filter(|k| k % 3 == 0)));
        three.add(&counted(&sc, size, 5, (0..sessions).filter(|k| k % 3 == 1)));
        assert_eq!(said(&sc, &one), said(&sc, &three));
        assert_ne!(said(&sc, &one), said(&sc, &counted(&sc, size, 6, 0..sessions)), "another seed, other sessions");
    }
}

#[test]
fn a_session_alone_is_the_session_among_others() {
    let sc = ready(&shipped("oca-dei-servizi"));
    let size = sizes(&sc)[0];
    let start = lobby(&sc, size).unwrap();
    let alone = |k: u64, tally: &mut Tally| {
        let mut log = Log::new();
        play(&sc, &start, 9, k, tally, Some(&mut log)).unwrap();
        log
    };
    let mut tally = Tally::new(&sc, size);
    let among: Vec<Log> = (0..4).map(|k| alone(k, &mut tally)).collect();
    assert_eq!(alone(2, &mut Tally::new(&sc, size)), among[2]);
    assert_ne!(among[2], among[3]);
}

/// What a session prints is a play: each line is understood, and where nothing is drawn all of it holds.
#[test]
fn a_session_is_written_as_lines_of_a_play() {
    let tris = folder("engine/tests/scenarios/tris");
    let all = all_shipped().into_iter().map(|slug| (shipped(&slug), false)).chain([(tris, true)]);
    let mut wrong = String::new();
    for (mut files, holds) in all {
        let sc = ready(&files);
        let size = sizes(&sc)[0];
        let mut log = Log::new();
        play(&sc, &lobby(&sc, size).unwrap(), 9, 1, &mut Tally::new(&sc, size), Some(&mut log)).unwrap();
        assert!(log.iter().any(|(_, line)| line.starts_with("p1")), "{log:?}");
        // A script has an end.
        let lines: String = log.iter().take(300).map(|(_, line)| format!("{line}\n")).collect();
        let text = format!("{}script = \'\'\'\n{lines}\'\'\'\n", head(size, "Di un bot"));
        files.insert("plays/di_un_bot.toml".into(), text.clone().into_bytes());
        let found = if holds { load_and_prove(&files) } else { load(&files) }.diagnostics;
        wrong.extend(found.iter().map(|d| diagnostic::render(d, sentences::Lang::En)));
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn shipped_scenarios_are_played_at_every_size_without_a_fault() {
    for slug in all_shipped() {
        let sc = ready(&shipped(&slug));
        for size in sizes(&sc) {
            let start = lobby(&sc, size).unwrap();
            let mut tally = Tally::new(&sc, size);
            for k in 0..3 {
                assert_eq!(play(&sc, &start, 2, k, &mut tally, None), Ok(()), "{slug}, {size:?}, session {k}");
            }
            let report = report(&sc, &tally, "it");
            assert!(report.phases_never.len() < sc.phases.len(), "{slug}");
            assert!(report.moves.mean > 0.0 && report.minutes.mean > 0.0, "{slug}");
            assert!(report.seats.iter().all(|s| (0.0..1.0).contains(&s.idle)), "{slug}");
        }
    }
}

/// (flow and phases, the fault that every session runs into)
#[test]
fn faults_are_found() {
    let stuck = "flow = \"a\"\n[phase.a]\nends = \"all done\"\nlimit = \"none\"\nwho = \"me is first(seats)\"\n[phase.a.move.m]\nmode = \"at once\"\ntimeout = \"pass\"\n\
                 ask.x = \"yes/no\"\ncheck.mai = \"false\"\n";
    let stuck = stuck.replace("\"false\"", "\"1 is 2\"");
    let endless = "flow = \"a\"\n[phase.a]\nends = \"all done\"\nlimit = \"none\"\nwho = \"all\"\nack = true\nafter = \"again\"\n";
    let runaway = "flow = \"a, b\"\n[phase.a]\nends = \"at once\"\nafter = \"go to a\"\n[phase.b]\nends = \"desk\"\n";
    type Row<'a> = (&'a str, &'a str, fn(&Fault) -> bool);
    let rows: [Row<'_>; 3] = [
        ("stuck", &stuck, |f| matches!(f, Fault::Stuck { phases } if phases == &["a"])),
        ("endless", endless, |f| matches!(f, Fault::Endless { .. })),
        ("runaway", runaway, |f| matches!(f, Fault::Runaway { .. })),
    ];
    for (name, toml, is) in rows {
        let sc = tiny(toml);
        let size = sizes(&sc)[0];
        let found = lobby(&sc, size).and_then(|start| play(&sc, &start, 1, 0, &mut Tally::new(&sc, size), None));
        assert!(found.as_ref().is_err_and(is), "{name}: {found:?}");
    }
}

/// A trade: one asks, the other agrees to talk, each puts a part, the check is on both, both must hold the whole.
#[test]
fn bots_carry_a_trade_to_its_end() {
    let sc = tiny(
        r#"
flow = "scambi"
[people]
seats = [2, 4]
tables = [1, 1]
absent = "wait"
latecomers = "join"
groups = ["affare"]
[list]
colore = { rows = ["oro", "blu"] }
[variable]
fatti = { of = "table", seen = "table" }
[phase.scambi]
ends = "time"
limit = "10 min"
who = "all"
[phase.scambi.move.tratta]
mode = "consent"
extra = true
if = "affare is none"
ask.con = "one of others where affare is none"
accept = "con"
do = "form affare with me, con"
[phase.scambi.move.scambia]
mode = "at once"
extra = true
if = "affare is not none"
ask.ceduto = "one of all colore"
joint = "affare"
fill = "each"
agree = "all"
check.colori = "count(distinct(ceduto for members of affare)) is 2"
do = '''
fatti += 1
dissolve affare
'''
[ending.scambiato]
of = "table"
when = "fatti > 0"
"#,
    );
    let report = report(&sc, &counted(&sc, Size { tables: 1, seats: 4 }, 5, 0..60), "it");
    let done = share(&report, Some("scambiato"));
    assert!(done.share > 0.5, "{done:?}");
    assert!(report.never.is_empty(), "what each puts in is counted: {:?}", report.never);
}

/// An option that the set leaves out for what it is, whatever happens, is not told as never taken.
#[test]
fn what_the_set_always_leaves_out_is_no_option() {
    let toml = "flow = \"scelta\"\n[list]\ncosa = { rows = \"cose.csv\", has = { colore = \"colore\", numero = \"number\" } }\n\
                colore = { rows = [\"rosso\", \"nero\"] }\n[variable]\nscelte = { of = \"table\", seen = \"table\", type = \"list of cosa\" }\n\
                [phase.scelta]\nends = \"all done\"\nlimit = \"1 min\"\nwho = \"all\"\n[phase.scelta.move.scelgo]\nmode = \"sealed\"\ntimeout = \"random\"\n\
                ask.quale = \"one of all cosa where colore is rosso and numero < 2\"\nask.mai = \"one of all cosa where it in scelte or numero is 1\"\n";
    let sheet = "id;name;colore;numero\nuno;Uno;rosso;1\ndue;Due;rosso;2\ntre;Tre;nero;1\nquattro;Quattro;nero;2\n";
    let sc = ready(&tiny_files_with(toml, "", Files::from([("cose.csv".into(), sheet.into())])));
    let tally = counted(&sc, sizes(&sc)[0], 1, 0..60);
    let never: Vec<String> = report(&sc, &tally, "it").never.into_iter().map(|o| format!("{} {}", o.input, o.option)).collect();
    assert_eq!(never, ["mai due", "mai quattro"]);
}

/// A session of less than half a minute and one of more: what is rounded is rounded everywhere.
#[test]
fn minutes_are_rounded_not_cut() {
    let sc = tiny("flow = \"uno\"\n[phase.uno]\nends = \"all done\"\nlimit = \"1 min\"\nwho = \"all\"\nack = true\n");
    let minutes = report(&sc, &counted(&sc, *sizes(&sc).last().unwrap(), 1, 0..60), "it").minutes;
    let (least, most) = (minutes.p10 as f64, minutes.p90 as f64);
    assert!(least <= minutes.mean.round() && minutes.mean.round() <= most, "{minutes:?}");
}
