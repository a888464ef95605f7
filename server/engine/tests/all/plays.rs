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
