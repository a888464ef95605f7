//! Collects the faults of one folder while it is read and compiled.

use super::diagnostic::{Diagnostic, Severity};
use super::limits;
use super::parse::csv;
use super::sentences::{self, Lang, Sentence};
use super::tree::{SourceFile, Span};

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
    /// More than anybody reads: the checks may stop.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.len() >= limits::FAULTS
    }
    /// Sentences, lines and columns, in order of file and place; each fault once.
    #[must_use]
    pub fn diagnostics(&self, files: &[SourceFile]) -> Vec<Diagnostic> {
        let mut order: Vec<&Fault> = self.0.iter().collect();
        order.sort_by_key(|f| (f.span.file, f.span.start, f.code));
        order.dedup_by(|a, b| a.code == b.code && a.span == b.span && a.args == b.args);
        order.truncate(limits::FAULTS);
        order.into_iter().map(|f| f.diagnostic(files)).collect()
    }
}

impl Fault {
    fn diagnostic(&self, files: &[SourceFile]) -> Diagnostic {
        static NOWHERE: SourceFile = SourceFile { path: String::new(), text: String::new() };
        let file = files.get(usize::from(self.span.file)).unwrap_or(&NOWHERE);
        let place = Place::of(self.span, &file.text);
        let sentence = sentences::find(self.code);
        debug_assert!(sentence.is_some(), "{} is not in the catalogue", self.code);
        let say = |template: fn(&Sentence) -> &'static str, lang| {
            sentence.map_or_else(|| self.code.to_string(), |s| sentences::fill(template(s), &self.args, lang))
        };
        Diagnostic {
            code: self.code,
            severity: if self.code.starts_with('W') { Severity::Warning } else { Severity::Error },
            file: file.path.clone(),
            line: place.line,
            column: place.column,
            span: (self.span.start, self.span.end),
            source: place.source,
            cell: if file.path.ends_with(".csv") && self.span.end > 0 { csv::cell_at(&file.text, self.span.start) } else { None },
            it: say(|s| s.it, Lang::It),
            en: say(|s| s.en, Lang::En),
            advice_it: say(|s| s.advice_it, Lang::It),
            advice_en: say(|s| s.advice_en, Lang::En),
        }
    }
}

/// Where a span stands, as an editor shows it.
struct Place {
    line: u32,
    column: u32,
    source: String,
}

impl Place {
    /// An empty span at 0 means the whole file.
    fn of(span: Span, text: &str) -> Place {
        if span.start == 0 && span.end == 0 {
            return Place { line: 0, column: 0, source: String::new() };
        }
        let mut start = (span.start as usize).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |n| n + 1);
        let source = text[line_start..].lines().next().unwrap_or("");
        let column = text[line_start..start].trim_start_matches('\u{feff}').chars().count() + 1;
        let line = text[..line_start].matches('\n').count() + 1;
        Place { line: line as u32, column: column as u32, source: source.trim_start_matches('\u{feff}').to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_signs_and_keep_order() {
        let files = [SourceFile { path: "scenario.toml".into(), text: "\u{feff}a = 1\nperché = “x”\n".into() }];
        let at = |needle: &str| {
            let start = files[0].text.find(needle).unwrap() as u32;
            Span { file: 0, start, end: start + needle.len() as u32 }
        };
        let mut faults = Faults::default();
        faults.add("S102", at("“"), &[]);
        faults.add("S102", at("“"), &[]);
        faults.add("S110", at("a ="), &["a"]);
        faults.add("S127", Span::default(), &[]);
        let found: Vec<_> = faults.diagnostics(&files).into_iter().map(|d| (d.code, d.line, d.column, d.source)).collect();
        assert_eq!(found, [("S127", 0, 0, String::new()), ("S110", 1, 1, "a = 1".into()), ("S102", 2, 10, "perché = “x”".into())]);
    }
}
