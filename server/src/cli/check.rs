//! `sofia check` and `sofia read`.

use super::{Outcome, put, say};
use crate::limits;
use crate::scenario_files::{read_folder, scenario_folders, stamp};
use crate::trouble::Trouble;
use clap::Args;
use sofia_engine::Files;
use sofia_engine::scenario::diagnostic::Severity;
use sofia_engine::scenario::{Diagnostic, Loaded};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct CheckArgs {
    /// Scenario folders, or folders of them
    #[arg(default_value = "scenarios")]
    paths: Vec<PathBuf>,
    /// One JSON object per fault
    #[arg(long)]
    json: bool,
    /// Check again whenever a file is saved, until Ctrl-C
    #[arg(long, conflicts_with = "json")]
    watch: bool,
    /// First repair what needs no thought: curly quotes, invisible blanks, missing headings
    #[arg(long)]
    fix: bool,
    #[arg(long, default_value = "it", value_parser = ["it", "en"])]
    pub lang: String,
}

pub fn run(args: &CheckArgs) -> Outcome {
    if args.fix {
        fix(args)?;
    }
    if !args.watch {
        return check(args);
    }
    let stamps = || -> Vec<_> { folders(args).into_iter().map(|f| (stamp(&f), f)).collect() };
    loop {
        let seen = stamps();
        // A folder that is gone, or not yet saved whole, is a sentence here and not the end.
        if let Err(trouble) = check(args) {
            tell!("{}", trouble.say(&args.lang));
        }
        tell!("{}", say(&args.lang, "— guardo i file; Ctrl-C per finire —", "— watching the files; Ctrl-C to end —"));
        while stamps() == seen {
            std::thread::sleep(limits::WATCH);
        }
        tell!("");
    }
}

fn folders(args: &CheckArgs) -> Vec<PathBuf> {
    args.paths.iter().flat_map(|p| scenario_folders(p)).collect()
}

fn read(folder: &Path) -> Result<Files, Trouble> {
    read_folder(folder)
        .map_err(|e| Trouble::new(format!("Non posso leggere {}: {e}", folder.display()), format!("Cannot read {}: {e}", folder.display())))
}

/// Repairs are written beside and put in place whole: a cut leaves the file as it was.
fn fix(args: &CheckArgs) -> Result<(), Trouble> {
    for folder in folders(args) {
        for repair in sofia_engine::scenario::check::fix::fix(&read(&folder)?) {
            let path = folder.join(&repair.path);
            let beside = path.with_extension("new");
            std::fs::write(&beside, &repair.bytes).and_then(|()| std::fs::rename(&beside, &path)).map_err(|e| {
                Trouble::new(format!("Non posso scrivere {}: {e}.", path.display()), format!("Cannot write {}: {e}.", path.display()))
            })?;
            tell!("{}: {} {}", path.display(), repair.what.len(), say(&args.lang, "riparazioni", "repairs"));
        }
    }
    Ok(())
}

fn check(args: &CheckArgs) -> Outcome {
    let (json, lang) = (args.json, args.lang.as_str());
    let folders = folders(args);
    if folders.is_empty() {
        return Err(no_scenarios(&args.paths));
    }
    let (mut errors, mut warnings) = (0, 0);
    for folder in &folders {
        let loaded = prove(&read(folder)?);
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
            tell!("{}: {}", folder.display(), say(lang, "a posto", "fine"));
        }
    }
    if !json {
        let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let (n, of) = (folders.len(), |it, en| say(lang, it, en));
        let scenarios = count(n, of("scenario", "scenario"), of("scenari", "scenarios"));
        let errors = count(errors, of("errore", "error"), of("errori", "errors"));
        let warnings = count(warnings, of("avviso", "warning"), of("avvisi", "warnings"));
        tell!("{scenarios}, {errors}, {warnings}");
    }
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Checks a folder and plays its plays. What makes the checker panic is a fault, not our end.
pub fn prove(files: &Files) -> Loaded {
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
    tell!("{value}");
}

pub fn print_plain(folder: &Path, d: &Diagnostic, lang: &str) {
    let (text, advice) = if lang == "en" { (&d.en, &d.advice_en) } else { (&d.it, &d.advice_it) };
    let kind = match d.severity {
        Severity::Error => say(lang, "errore", "error"),
        Severity::Warning => say(lang, "avviso", "warning"),
    };
    let (line, column) = (say(lang, "riga", "line"), say(lang, "colonna", "column"));
    // Line 0: the whole file is meant.
    let place = if d.line == 0 { String::new() } else { format!(", {line} {}, {column} {}", d.line, d.column) };
    tell!("{}/{}{place}: {kind} {}", folder.display(), d.file, d.code);
    if !d.source.is_empty() {
        tell!("    {}", d.source);
    }
    tell!("    {text}");
    if !advice.is_empty() {
        tell!("    → {advice}");
    }
}

pub fn script(path: &Path, lang: &str) -> Outcome {
    let folder = scenario_folders(path).into_iter().next().ok_or_else(|| no_scenarios(&[path.to_owned()]))?;
    let files = read(&folder)?;
    let loaded = crate::session::engine_api::load(&files);
    match loaded.scenario {
        Some(scenario) => {
            put(&crate::script::script(&files, &scenario, lang));
            Ok(ExitCode::SUCCESS)
        }
        None => {
            loaded.diagnostics.iter().for_each(|d| print_plain(&folder, d, lang));
            Ok(ExitCode::FAILURE)
        }
    }
}
