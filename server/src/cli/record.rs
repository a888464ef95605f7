//! `sofia verify` and `sofia export`: the record without a server, or beside a running one.

use super::{Outcome, say};
use crate::journal::sqlite::{Sqlite, file_in};
use crate::journal::{self, Head, Journal, Row, Verdict, record};
use crate::trouble::Trouble;
use crate::{export, people};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use uuid::Uuid;

fn unreadable(error: &str) -> Trouble {
    Trouble::new(
        format!("Il registro non si legge ({error}): rimetti una copia della cartella dei dati."),
        format!("The record cannot be read ({error}): restore a copy of the data folder."),
    )
}

/// A session by its id, or by enough of its beginning.
fn find(journal: &dyn Journal, name: &str) -> Result<Uuid, Trouble> {
    let sessions = journal.sessions().map_err(|e| unreadable(&e))?;
    let mut found = sessions.iter().filter(|id| id.to_string().starts_with(name));
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(*id),
        (None, _) => Err(Trouble::new(
            format!("Nessuna sessione comincia per {name}: l'identificativo si legge nell'indirizzo della regia."),
            format!("No session begins with {name}: the identifier is in the address of the desk."),
        )),
        (Some(_), Some(_)) => Err(Trouble::new(
            format!("Più sessioni cominciano per {name}: scrivi qualche segno in più."),
            format!("More than one session begins with {name}: type a few more signs."),
        )),
    }
}

pub fn verify(what: &str, data: &Path, lang: &str) -> Outcome {
    let file = Path::new(what);
    let verdict = if file.is_file() {
        verify_file(file)?
    } else {
        let journal = Sqlite::open_read_only(&file_in(data))?;
        let session = find(&journal, what)?;
        journal::verify(&journal, session).map_err(|e| unreadable(&e))?
    };
    let (commits, mark) = (verdict.good.seq, journal::fingerprint(&verdict.good.hash));
    match verdict.broken_at {
        None => {
            tell!("{} {commits} · {} {mark}", say(lang, "Integro. Mosse registrate:", "Whole. Commits:"), say(lang, "impronta", "fingerprint"));
            Ok(ExitCode::SUCCESS)
        }
        Some(at) => {
            tell!(
                "{} {at}. {} {commits}",
                say(lang, "Alterato o incompleto dalla registrazione", "Changed or incomplete from commit"),
                say(lang, "Integre prima:", "Whole before it:")
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

/// An exported file: each line is a commit, and its hash must stand in the next one.
fn verify_file(file: &Path) -> Result<Verdict, Trouble> {
    let bytes = std::fs::read(file).map_err(|e| unreadable(&e.to_string()))?;
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()).collect();
    let rows: Vec<Row> =
        lines.iter().enumerate().map(|(i, line)| Row { seq: i as u64 + 1, bytes: line.to_vec(), hash: record::hash(line) }).collect();
    let session = rows.first().and_then(|r| record::link(&r.bytes)).map(|l| l.session).unwrap_or_default();
    // A file has no head beside it: only the printed fingerprint can show that its end is missing.
    let head = rows.last().map(|r| Head { seq: r.seq, hash: r.hash });
    Ok(journal::examine(session, &rows, head))
}

pub fn export(session: &str, format: &str, data: &Path) -> Outcome {
    let journal = Sqlite::open_read_only(&file_in(data))?;
    let session = find(&journal, session)?;
    let rows = journal.read(session, 0).map_err(|e| unreadable(&e))?;
    let bytes = if format == "csv" { table(&journal, session, &rows, data)? } else { export::jsonl(&rows) };
    std::io::stdout().write_all(&bytes).map_err(|e| unreadable(&e.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

fn table(journal: &Sqlite, session: Uuid, rows: &[Row], data: &Path) -> Result<Vec<u8>, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|e| unreadable(&e.to_string()))?;
    let people = people::People::open(data)?;
    let (crowd, key) = runtime.block_on(async {
        let crowd = people.crowd(session).await.unwrap_or_default();
        let card = people.session(session).await.ok().flatten();
        (crowd, card.map_or_else(crate::secret::Key::fresh, |c| c.key))
    });
    let commits = export::commits(session, rows, &crowd, &key).map_err(|e| unreadable(&e))?;
    let hash = commits.first().and_then(|c| c.opening.as_ref()).map(|o| o.scenario.clone());
    let files = hash.and_then(|hash| journal.scenario(&hash).ok().flatten());
    let scenario = files.and_then(|files| crate::session::engine_api::load(&files).scenario);
    export::csv(scenario.as_deref(), &commits, &crowd.names).map_err(|e| unreadable(&e))
}
