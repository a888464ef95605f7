//! A journal as files that people keep: the commits as they are stored, or a table for a spreadsheet.

use crate::journal::{Commit, Journal, Opening, Row, record};
use crate::people::Crowd;
use crate::secret::Key;
use crate::session::fold_unseal;
use sofia_engine::Scenario;
use sofia_engine::report::Withheld;
use uuid::Uuid;

/// Which scenario a session was made from.
#[must_use]
pub fn opening(journal: &dyn Journal, session: Uuid) -> Option<Opening> {
    let rows = journal.read(session, 0).ok()?;
    record::decode(&rows.first()?.bytes).ok()?.opening
}

/// The stored bytes, one commit a line: each `prev` is the SHA-256 of the line before, without its newline.
#[must_use]
pub fn jsonl(rows: &[Row]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.iter().map(|r| r.bytes.len() + 1).sum());
    for row in rows {
        out.extend_from_slice(&row.bytes);
        out.push(b'\n');
    }
    out
}

/// Commits with their texts readable, as far as their authors' keys are still there.
///
/// # Errors
/// A commit that cannot be read.
pub fn commits(session: Uuid, rows: &[Row], crowd: &Crowd, desk_key: &Key) -> Result<Vec<Commit>, String> {
    rows.iter()
        .map(|row| {
            let mut commit = record::decode(&row.bytes)?;
            fold_unseal(session, &mut commit, crowd, desk_key);
            Ok(commit)
        })
        .collect()
}

/// One line for each event, without what people were promised to keep for themselves. `names`: nicknames by seat, where
/// the reader may know them; `scenario`: the one of the session, if it can still be had.
///
/// # Errors
/// Only if memory cannot be written.
pub fn csv(scenario: Option<&Scenario>, commits: &[Commit], names: &std::collections::BTreeMap<u32, String>) -> Result<Vec<u8>, String> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let withheld = Withheld::of(scenario, commits.iter().flat_map(|c| &c.events));
    table.write_record(["n", "time_ms", "clock_ms", "who", "name", "what", "detail"]).map_err(|e| e.to_string())?;
    for commit in commits {
        let name = match commit.actor {
            crate::journal::Actor::Seat(seat) => names.get(&seat).map_or("", String::as_str),
            _ => "",
        };
        for event in &commit.events {
            let mut event = event.clone();
            withheld.clear(&mut event);
            let (what, detail) = event_cells(&event);
            let cells = [commit.seq.to_string(), commit.at.to_string(), commit.t.to_string(), commit.actor.to_string(), name.into(), what, detail];
            table.write_record(cells.map(guarded)).map_err(|e| e.to_string())?;
        }
    }
    table.into_inner().map_err(|e| e.to_string())
}

/// An event is `{"kind": {…}}` or `"kind"`.
fn event_cells(event: &sofia_engine::Event) -> (String, String) {
    match serde_json::to_value(event) {
        Ok(serde_json::Value::Object(map)) if map.len() == 1 => {
            map.into_iter().next().map(|(kind, detail)| (kind, detail.to_string())).unwrap_or_default()
        }
        Ok(serde_json::Value::String(kind)) => (kind, String::new()),
        _ => Default::default(),
    }
}

/// A spreadsheet runs a cell that looks like a formula; an apostrophe keeps it a text.
fn guarded(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(guarded("=HYPERLINK(1)".into()), "'=HYPERLINK(1)");
        assert_eq!(guarded("@x".into()), "'@x");
        assert_eq!(guarded("-12".into()), "-12");
        assert_eq!(guarded("ciao".into()), "ciao");
    }
}
