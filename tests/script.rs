//! `sofia read`: the script of a small scenario, sign by sign; and that the shipped ones are read whole.

use sofia::scenario_files::read_folder;
use sofia::script::script;
use std::path::Path;

/// `SOFIA_WRITE_SCRIPT=1 cargo test --test all script` writes it anew; read the difference before keeping it.
#[test]
fn the_script_of_a_small_scenario() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let files = read_folder(&samples.join("scenarios/prova")).unwrap();
    let scenario = sofia_engine::load(&files).scenario.unwrap();
    for lang in ["it", "en"] {
        let kept = samples.join(format!("script-{lang}.md"));
        let fresh = script(&files, &scenario, lang);
        if std::env::var_os("SOFIA_WRITE_SCRIPT").is_some() {
            std::fs::write(&kept, &fresh).unwrap();
        }
        assert_eq!(fresh, std::fs::read_to_string(&kept).unwrap_or_default(), "{}", kept.display());
    }
}

#[test]
fn the_shipped_scenarios_are_read_whole() {
    for folder in crate::tidy::shipped() {
        let files = read_folder(&folder).unwrap();
        let scenario = sofia_engine::load(&files).scenario.unwrap();
        for (lang, file) in [("it", "it.md"), ("en", "en.md")] {
            let text = script(&files, &scenario, lang);
            let words = String::from_utf8(files[file].clone()).unwrap();
            // Every line of prose stands in the script: what a lawyer approves is all there is.
            for line in words.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
                let prose = line.split_once(": ").filter(|_| line.starts_with("- ")).map_or(line, |(_, words)| words);
                assert!(text.contains(prose), "{} {lang}: «{prose}» is missing", folder.display());
            }
            for phase in &scenario.phases {
                assert!(text.contains(&format!("(`{}`)", phase.id)), "{}: {}", folder.display(), phase.id);
            }
            assert!(text.contains(&scenario.hash[..8]));
        }
    }
}
