//! `sofia new`: three questions, and a scenario that runs.

use super::check::{print_plain, prove};
use super::{Outcome, put, say};
use crate::scenario_files::read_folder;
use crate::trouble::Trouble;
use clap::{Args, ValueEnum};
use sofia_engine::Files;
use sofia_engine::scenario::check::keys::suggested_id;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct NewArgs {
    /// Folder in which the scenario's folder is made
    #[arg(long, default_value = "scenarios")]
    into: PathBuf,
    /// Its title, instead of the first question
    #[arg(long)]
    title: Option<String>,
    /// Fewest and most people of a table, such as 3-6, instead of the second question
    #[arg(long)]
    people: Option<String>,
    /// What people do, instead of the third question
    #[arg(long)]
    kind: Option<Kind>,
    #[arg(long, default_value = "it", value_parser = ["it", "en"])]
    pub lang: String,
}

/// What people do at the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    /// Decide in secret, then talk
    Decision,
    /// Play roles with hidden cards
    Roles,
    /// Walk on a board with a die
    Board,
}

impl Kind {
    /// Trunk, Italian words, English words, play.
    fn template(self) -> [&'static str; 4] {
        macro_rules! files {
            ($kind:literal) => {
                [
                    include_str!(concat!("new/", $kind, "/scenario.toml")),
                    include_str!(concat!("new/", $kind, "/it.md")),
                    include_str!(concat!("new/", $kind, "/en.md")),
                    include_str!(concat!("new/", $kind, "/plays/prova.toml")),
                ]
            };
        }
        match self {
            Self::Decision => files!("decision"),
            Self::Roles => files!("roles"),
            Self::Board => files!("board"),
        }
    }
}

/// The three answers.
struct Wanted {
    title: String,
    people: (u32, u32),
    kind: Kind,
}

pub fn run(args: &NewArgs) -> Outcome {
    let wanted = ask(args)?;
    let folder = args.into.join(folder_name(&wanted.title));
    if folder.exists() {
        let name = folder.display();
        return Err(Trouble::new(
            format!("{name} c'è già: scegli un altro titolo, o un'altra cartella con --into."),
            format!("{name} is already there: choose another title, or another folder with --into."),
        ));
    }
    let mut made = files(&wanted, &args.lang);
    // An editor's schema and the manual are spoken of where they are.
    let schema = args.into.join("scenario.schema.json").exists();
    if let Some(trunk) = made.get_mut("scenario.toml").filter(|_| !schema) {
        *trunk =
            String::from_utf8_lossy(trunk).lines().filter(|l| !l.starts_with("#:schema")).map(|l| format!("{l}\n")).collect::<String>().into_bytes();
    }
    write(&folder, &made)?;
    let read = read_folder(&folder).map_err(|e| Trouble::new(format!("Non posso rileggere: {e}"), format!("Cannot read back: {e}")))?;
    let proved = prove(&read);
    proved.diagnostics.iter().for_each(|d| print_plain(&folder, d, &args.lang));
    let name = folder.display();
    match args.lang.as_str() {
        "en" => tell!(
            "{name} is ready, and runs.\nWords are in en.md, rules in scenario.toml, its proof in plays/prova.toml.\n\
             While you write: sofia check --watch {name}"
        ),
        _ => tell!(
            "{name} è pronto, e funziona.\nLe parole sono in it.md, le regole in scenario.toml, la prova in plays/prova.toml.\n\
             Mentre scrivi: sofia check --watch {name}"
        ),
    }
    let manual = args.into.join(say(&args.lang, "README.md", "MANUAL.en.md"));
    if manual.exists() {
        tell!("{}: {}", say(&args.lang, "Il manuale", "The manual"), manual.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// "Uno, due, tre" → "uno-due-tre".
fn folder_name(title: &str) -> String {
    let id = suggested_id(title);
    id.split('_').filter(|w| !w.is_empty()).collect::<Vec<_>>().join("-")
}

fn ask(args: &NewArgs) -> Result<Wanted, Trouble> {
    let lang = &args.lang;
    let mut input = std::io::stdin().lock();
    let title = answer(
        &mut input,
        args.title.as_deref(),
        say(lang, "1. Come si chiama?", "1. What is its title?"),
        say(lang, "La fila", "The queue"),
        |t| {
            let sayable = !suggested_id(t).is_empty() && !t.contains(['\n', '{', '}', '"']) && t.chars().count() <= crate::limits::TITLE_CHARS;
            sayable.then(|| t.to_owned())
        },
        lang,
    )?;
    let people = answer(
        &mut input,
        args.people.as_deref(),
        say(lang, "2. Quante persone a un tavolo, dal meno al più?", "2. How many people at a table, from fewest to most?"),
        "3-6",
        range,
        lang,
    )?;
    let kinds = say(
        lang,
        "3. Che cosa fanno?\n   1  decidono in segreto, poi ne parlano\n   2  interpretano ruoli con carte coperte\n   3  camminano su un tabellone con un dado",
        "3. What do they do?\n   1  decide in secret, then talk\n   2  play roles with hidden cards\n   3  walk on a board with a die",
    );
    let kind = match args.kind {
        Some(kind) => kind,
        None => answer(
            &mut input,
            None,
            kinds,
            "1",
            |t| Some([Kind::Decision, Kind::Roles, Kind::Board][["1", "2", "3"].iter().position(|k| *k == t)?]),
            lang,
        )?,
    };
    Ok(Wanted { title, people, kind })
}

/// Asks until the answer makes sense; an empty one takes what is proposed. Where nobody can answer, it is taken at once.
fn answer<T>(
    input: &mut impl BufRead,
    given: Option<&str>,
    question: &str,
    proposed: &str,
    read: impl Fn(&str) -> Option<T>,
    lang: &str,
) -> Result<T, Trouble> {
    let wrong = |text: &str| {
        Trouble::new(format!("«{text}» non va bene qui: per esempio {proposed}."), format!("\"{text}\" does not do here: for example {proposed}."))
    };
    if let Some(given) = given {
        return read(given.trim()).ok_or_else(|| wrong(given));
    }
    loop {
        put(&format!("{question} [{proposed}] "));
        let _ = std::io::stdout().flush();
        let mut line = String::new();
        let read_on = input.read_line(&mut line).map_err(|e| Trouble::new(format!("Non riesco a leggere: {e}"), format!("Cannot read: {e}")))?;
        let text = if line.trim().is_empty() { proposed } else { line.trim() };
        match read(text) {
            Some(value) => return Ok(value),
            None if read_on == 0 || !std::io::stdin().is_terminal() => return Err(wrong(text)),
            None => tell!("{}", wrong(text).say(lang)),
        }
    }
}

/// "3-6", "3 6" or "4".
fn range(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).map(str::parse::<u32>);
    let least = numbers.next()?.ok()?;
    let most = numbers.next().unwrap_or(Ok(least)).ok()?;
    (numbers.next().is_none() && (2..=most).contains(&least) && most <= crate::limits::PEOPLE as u32).then_some((least, most))
}

fn files(wanted: &Wanted, lang: &str) -> Files {
    let [trunk, it, en, play] = wanted.kind.template();
    let names = ["ada", "bruno", "carla", "dino", "elsa", "fabio"];
    let played = (wanted.people.0 as usize).clamp(2, names.len());
    let list: Vec<String> = names[..played].iter().map(|n| format!("\"{n}\"")).collect();
    // A play of more seats than we have names for fills the rest with bots' names.
    let more = (names.len()..wanted.people.0 as usize).map(|n| format!("\"p{n}\""));
    let seats = format!("[{}]", list.into_iter().chain(more).collect::<Vec<_>>().join(", "));
    let play_title = say(lang, "La prima prova", "The first proof");
    let fill = |text: &str| {
        let pairs = [
            ("{lang}", lang),
            ("{title}", &wanted.title),
            ("{least}", &wanted.people.0.to_string()),
            ("{most}", &wanted.people.1.to_string()),
            ("{play}", play_title),
            ("{seats}", &seats),
            ("{ada}", names[0]),
            ("{bruno}", names[1]),
        ];
        pairs.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value)).into_bytes()
    };
    let words = if lang == "en" { ("en.md", en) } else { ("it.md", it) };
    [("scenario.toml", trunk), words, ("plays/prova.toml", play)].map(|(path, text)| (path.to_owned(), fill(text))).into()
}

fn write(folder: &Path, files: &Files) -> Result<(), Trouble> {
    let cannot = |e: std::io::Error| {
        let name = folder.display();
        Trouble::new(format!("Non posso scrivere in {name}: {e}."), format!("Cannot write into {name}: {e}."))
    };
    std::fs::create_dir_all(folder.join("plays")).map_err(cannot)?;
    for (path, bytes) in files {
        std::fs::write(folder.join(path), bytes).map_err(cannot)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_gives_a_scenario_that_runs() {
        for kind in [Kind::Decision, Kind::Roles, Kind::Board] {
            for people in [(2, 2), (3, 6), (8, 30)] {
                for lang in ["it", "en"] {
                    let made = files(&Wanted { title: "Città, d'estate".into(), people, kind }, lang);
                    let proved = prove(&made);
                    assert!(proved.scenario.is_some() && proved.diagnostics.is_empty(), "{kind:?} {people:?} {lang}: {:#?}", proved.diagnostics);
                }
            }
        }
    }

    #[test]
    fn a_folder_is_named_as_people_would() {
        for (title, name) in [("Uno, due, quattro, tutti", "uno-due-quattro-tutti"), ("Città d'estate!", "citta-d-estate"), ("Che fare?", "che-fare")]
        {
            assert_eq!(folder_name(title), name);
        }
    }

    #[test]
    fn the_number_of_people_is_read_as_people_write_it() {
        for (text, read) in
            [("3-6", Some((3, 6))), ("3 – 6", Some((3, 6))), ("4", Some((4, 4))), ("1-4", None), ("6-3", None), ("tanti", None), ("2-3-4", None)]
        {
            assert_eq!(range(text), read, "{text}");
        }
    }
}
