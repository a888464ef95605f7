//! The command line: `sofia` alone serves.

/// A line on standard output.
macro_rules! tell {
    ($($text:tt)*) => { $crate::cli::put(&(format!($($text)*) + "\n")) };
}

mod account;
mod check;
mod explore;
mod load;
mod lsp;
mod new;
mod record;
mod serve;
mod simulate;

use crate::config::ServeArgs;
use crate::trouble::Trouble;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Role-play cards, board games and case analyses for workshops.
#[derive(Parser)]
#[command(name = "sofia", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Serve sessions on the local network (the same as `sofia` alone)
    Serve(ServeArgs),
    /// Ask three questions and write a scenario that runs
    New(new::NewArgs),
    /// Show every fault of every scenario; exit 1 when there is any
    Check(check::CheckArgs),
    /// Speak with an editor: faults, completion, explanations, where a name was declared (language server protocol)
    Lsp {
        #[arg(long, default_value = "it", value_parser = ["it", "en"])]
        lang: String,
    },
    /// Print the JSON Schema of scenario.toml, for editors
    Schema,
    /// Print a scenario as a script for people
    Read {
        path: PathBuf,
        #[arg(long, default_value = "it", value_parser = ["it", "en"])]
        lang: String,
    },
    /// Let bots play many sessions: endings, length, who waits, what is never chosen; exit 1 when one cannot be played
    Simulate(simulate::SimulateArgs),
    /// Look at everything that can happen in a small session: what is never reached, where it gets stuck; exit 1 when there is a fault
    Explore(explore::ExploreArgs),
    /// Check that a record is as it was written: an exported file, or a session of the data folder
    Verify {
        what: String,
        #[arg(long, env = "SOFIA_DATA", default_value = "data")]
        data: PathBuf,
        #[arg(long, default_value = "it", value_parser = ["it", "en"])]
        lang: String,
    },
    /// Measure a server: moves per second, delays, CPU per move, memory per person
    Load(load::LoadArgs),
    /// The bare relay that `load --against-relay` compares with
    #[command(hide = true)]
    Relay(load::RelayArgs),
    /// Who may sign in
    Account {
        #[command(subcommand)]
        ask: account::Ask,
        #[arg(long, global = true, env = "SOFIA_DATA", default_value = "data")]
        data: PathBuf,
        #[arg(long, global = true, default_value = "it", value_parser = ["it", "en"])]
        lang: String,
    },
    /// Write a session's record to standard output
    Export {
        session: String,
        #[arg(long, default_value = "jsonl", value_parser = ["jsonl", "csv"])]
        format: String,
        #[arg(long, env = "SOFIA_DATA", default_value = "data")]
        data: PathBuf,
        #[arg(long, default_value = "it", value_parser = ["it", "en"])]
        lang: String,
    },
}

/// Runs the program; its last word is the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Serve(cli.serve));
    let (lang, result) = match command {
        Command::Serve(args) => (args.lang.clone(), serve::run(args)),
        Command::New(args) => (args.lang.clone(), new::run(&args)),
        Command::Check(args) => (args.lang.clone(), check::run(&args)),
        Command::Lsp { lang } => {
            let result = lsp::run(&lang);
            (lang, result)
        }
        Command::Schema => {
            put(&format!("{:#}\n", sofia_engine::scenario::schema::schema()));
            ("it".into(), Ok(ExitCode::SUCCESS))
        }
        Command::Read { path, lang } => {
            let result = check::script(&path, &lang);
            (lang, result)
        }
        Command::Explore(args) => (args.lang.clone(), explore::run(&args)),
        Command::Simulate(args) => (args.lang.clone(), simulate::run(&args)),
        Command::Verify { what, data, lang } => {
            let result = record::verify(&what, &data, &lang);
            (lang, result)
        }
        Command::Load(args) => (args.lang.clone(), load::run(&args)),
        Command::Relay(args) => ("en".into(), load::relay(&args).map(|()| ExitCode::SUCCESS)),
        Command::Account { ask, data, lang } => {
            let result = account::run(ask, &data, &lang);
            (lang, result)
        }
        Command::Export { session, format, data, lang } => {
            let result = record::export(&session, &format, &data);
            (lang, result)
        }
    };
    match result {
        Ok(code) => code,
        Err(trouble) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "sofia: {}", trouble.say(&lang));
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<ExitCode, Trouble>;

/// Writes to standard output; who has stopped reading has read enough.
fn put(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Picks the sentence of the language.
fn say<'a>(lang: &str, it: &'a str, en: &'a str) -> &'a str {
    if lang == "en" { en } else { it }
}
