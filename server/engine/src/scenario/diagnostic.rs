//! A fault in a scenario's files: code, place, and what to do about it.

use serde::Serialize;
use ts_rs::TS;

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
    /// Sentence and advice, in Italian and English.
    pub it: String,
    pub en: String,
    pub advice_it: String,
    pub advice_en: String,
}
