//! A fault in a scenario's files: code, place, and what to do about it.

use std::fmt::Write;

use serde::Serialize;
use ts_rs::TS;

use super::sentences::Lang;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

/// `code` is stable; the sentences are kept in two languages, filled with `args`.
#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct Diagnostic {
    pub code: &'static str,
    pub severity: Severity,
    /// Path inside the folder.
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: u32,
    /// From 1, in signs (not bytes).
    pub column: u32,
    /// Byte range in the file.
    pub span: (u32, u32),
    /// The line itself.
    pub source: String,
    /// In a CSV: the cell, in a spreadsheet's words.
    pub cell: Option<Cell>,
    /// Sentence and advice, in Italian and English.
    pub it: String,
    pub en: String,
    pub advice_it: String,
    pub advice_en: String,
}

/// A cell of a sheet: row 7, column F «giusta».
#[derive(Clone, PartialEq, Eq, Debug, Serialize, TS)]
pub struct Cell {
    pub row: u32,
    pub column: String,
    /// What the column is called; empty beyond the last one.
    pub name: String,
}

/// For a terminal: place, line with a mark below, sentence, advice.
#[must_use]
pub fn render(d: &Diagnostic, lang: Lang) -> String {
    let (sentence, advice) = match lang {
        Lang::It => (&d.it, &d.advice_it),
        Lang::En => (&d.en, &d.advice_en),
    };
    let mut out = format!("{} [{}]\n", place(d, lang), d.code);
    if d.line > 0 {
        // The mark stands right only if a tab is as wide as a blank.
        let _ = writeln!(out, "  | {}", d.source.replace('\t', " "));
        let _ = writeln!(out, "  | {}^", " ".repeat(d.column as usize - 1));
    }
    let _ = writeln!(out, "  {sentence}");
    if !advice.is_empty() {
        let _ = writeln!(out, "  → {advice}");
    }
    out
}

fn place(d: &Diagnostic, lang: Lang) -> String {
    let [row, line, column] = match lang {
        Lang::It => ["riga", "riga", "colonna"],
        Lang::En => ["row", "line", "column"],
    };
    match &d.cell {
        Some(cell) if cell.name.is_empty() => {
            format!("{}, {row} {}, {column} {}", d.file, cell.row, cell.column)
        }
        Some(cell) => format!("{}, {row} {}, {column} {} «{}»", d.file, cell.row, cell.column, cell.name),
        None if d.line == 0 => d.file.clone(),
        None => format!("{}, {line} {}, {column} {}", d.file, d.line, d.column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::faults::Faults;
    use crate::scenario::tree::{SourceFile, Span};

    #[test]
    fn a_fault_in_a_spreadsheet() {
        let text = "id;text;giusta\nuno;Sì;b\n";
        let files = [SourceFile { path: "quesiti.csv".into(), text: text.into() }];
        let mut faults = Faults::default();
        let start = text.find(";b").unwrap() as u32 + 1;
        faults.add("S133", Span { file: 0, start, end: start + 1 }, &["b"]);
        let shown = render(&faults.diagnostics(&files)[0], Lang::It);
        assert_eq!(
            shown,
            "quesiti.csv, riga 2, colonna C «giusta» [S133]\n  | uno;Sì;b\n  |        ^\n  La colonna «b» c'è due volte o non ha nome.\n"
        );
    }
}
