//! `sofia check` and `sofia read`.

use super::{Outcome, say};
use crate::scenario_files::{read_folder, scenario_folders};
use crate::trouble::Trouble;
use sofia_engine::scenario::diagnostic::Severity;
use sofia_engine::scenario::{Diagnostic, Loaded};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub fn check(paths: &[PathBuf], json: bool, lang: &str) -> Outcome {
    let folders: Vec<PathBuf> = paths.iter().flat_map(|p| scenario_folders(p)).collect();
    if folders.is_empty() {
        return Err(no_scenarios(paths));
    }
    let (mut errors, mut warnings) = (0, 0);
    for folder in &folders {
        let files = read_folder(folder)
            .map_err(|e| Trouble::new(format!("Non posso leggere {}: {e}", folder.display()), format!("Cannot read {}: {e}", folder.display())))?;
        let loaded = prove(&files);
        let faulty = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        // A folder that is refused has a fault, whether or not it has a sentence.
        errors += if loaded.scenario.is_none() { faulty.max(1) } else { faulty };
        warnings += loaded.diagnostics.len() - faulty;
        for diagnostic in &loaded.diagnostics {
            if json {
                print_json(folder, diagnostic);
            } else {
                print_plain(folder, diagnostic, lang);
            }
        }
        if !json && loaded.scenario.is_some() && loaded.diagnostics.is_empty() {
            println!("{}: {}", folder.display(), say(lang, "a posto", "fine"));
        }
    }
    if !json {
        let (f, e, w) = (say(lang, "scenari", "scenarios"), say(lang, "errori", "errors"), say(lang, "avvisi", "warnings"));
        println!("{} {f}, {errors} {e}, {warnings} {w}", folders.len());
    }
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Checks a folder and plays its plays. What makes the checker panic is a fault, not our end.
fn prove(files: &sofia_engine::Files) -> Loaded {
    let proved = std::panic::catch_unwind(|| sofia_engine::scenario::load_and_prove(files));
    proved.unwrap_or_else(|_| crate::session::engine_api::load(files))
}

pub fn no_scenarios(paths: &[PathBuf]) -> Trouble {
    let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let names = names.join(", ");
    Trouble::new(
        format!("In {names} non c'è nessuno scenario: uno scenario è una cartella con un file scenario.toml."),
        format!("There is no scenario in {names}: a scenario is a folder with a file scenario.toml."),
    )
}

fn print_json(folder: &Path, diagnostic: &Diagnostic) {
    let mut value = serde_json::to_value(diagnostic).unwrap_or_default();
    value["scenario"] = folder.display().to_string().into();
    println!("{value}");
}

pub fn print_plain(folder: &Path, d: &Diagnostic, lang: &str) {
    let (text, advice) = if lang == "en" { (&d.en, &d.advice_en) } else { (&d.it, &d.advice_it) };
    let kind = match d.severity {
        Severity::Error => say(lang, "errore", "error"),
        Severity::Warning => say(lang, "avviso", "warning"),
    };
    let (line, column) = (say(lang, "riga", "line"), say(lang, "colonna", "column"));
    println!("{}/{}, {line} {}, {column} {}: {kind} {}", folder.display(), d.file, d.line, d.column, d.code);
    if !d.source.is_empty() {
        println!("    {}", d.source);
    }
    println!("    {text}");
    if !advice.is_empty() {
        println!("    → {advice}");
    }
}

pub fn read(path: &Path, lang: &str) -> Outcome {
    let folder = scenario_folders(path).into_iter().next().ok_or_else(|| no_scenarios(&[path.to_owned()]))?;
    let files = read_folder(&folder)
        .map_err(|e| Trouble::new(format!("Non posso leggere {}: {e}", folder.display()), format!("Cannot read {}: {e}", folder.display())))?;
    let loaded = crate::session::engine_api::load(&files);
    match loaded.scenario {
        Some(scenario) => {
            print!("{}", crate::script::script(&files, &scenario, lang));
            Ok(ExitCode::SUCCESS)
        }
        None => {
            loaded.diagnostics.iter().for_each(|d| print_plain(&folder, d, lang));
            Ok(ExitCode::FAILURE)
        }
    }
}
