//! `it.md`: words by kind and id. A splitter by headings; the prose itself stays as it stands in the file.

use std::ops::Range;

use super::{check_count, check_length, span};
use crate::scenario::check::sections;
use crate::scenario::faults::Faults;
use crate::scenario::limits;
use crate::scenario::tree::{Prose, WordSection, Words};

/// Reads one language's words.
pub fn words(text: &str, file: u16, lang: &str, faults: &mut Faults) -> Words {
    let mut reader = Reader { text, file, faults, words: Words { lang: lang.into(), file, ..Words::default() }, open: Open::Nothing };
    let mut fenced = false;
    for line in lines(text) {
        let content = &text[line.clone()];
        fenced ^= content.trim_start().starts_with("```");
        match heading(content) {
            Some((level, title)) if !fenced => reader.heading(line.start, level, title, line.end),
            _ => reader.line(line),
        }
    }
    reader.close();
    let whole = span(file, 0..0);
    check_count(&mut reader.words.sections, limits::SECTIONS, whole, reader.faults);
    for section in &mut reader.words.sections {
        check_count(&mut section.children, limits::ROWS, section.span, reader.faults);
    }
    if reader.words.title.is_none() {
        reader.faults.add("S140", span(file, 0..0), &[]);
    }
    reader.words
}

/// Ranges of the lines, without their ends; a byte order mark belongs to none.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    text[at..].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\n', '\r']).len()
    })
}

/// Level and text of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_start();
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let title = &line[level..];
    (level > 0 && title.starts_with(char::is_whitespace)).then(|| (level, title.trim()))
}

/// What the lines that come now belong to.
enum Open {
    Nothing,
    Summary(Range<usize>),
    Text(Range<usize>),
    Child(Range<usize>),
}

struct Reader<'r> {
    text: &'r str,
    file: u16,
    faults: &'r mut Faults,
    words: Words,
    open: Open,
}

impl Reader<'_> {
    fn heading(&mut self, start: usize, level: usize, title: &str, end: usize) {
        self.close();
        let place = span(self.file, start..end);
        if level == 1 && self.words.title.is_none() && self.words.sections.is_empty() {
            self.words.title = self.prose(end - title.len()..end);
            self.open = Open::Summary(end..end);
            return;
        }
        if level == 1 {
            self.faults.add("S142", place, &[]);
        }
        let (name, title) = match title.split_once(':') {
            Some((name, title)) => (name, title.trim()),
            None => (title, ""),
        };
        let mut parts = name.split_whitespace().map(str::to_lowercase);
        let kind = parts.next().unwrap_or_default();
        let id = parts.next();
        if parts.next().is_some() || kind.is_empty() {
            self.faults.add("S143", place, &[name.trim()]);
        } else if id.is_none() && !title.is_empty() && sections::of(&kind, true).is_some() {
            self.faults.add("S144", place, &[&kind, title]);
        }
        let title_end = start + self.text[start..end].trim_end().len();
        let title = self.prose(title_end - title.len()..title_end);
        self.words.sections.push(WordSection { kind, id, span: place, title, text: None, children: Vec::new() });
        self.open = Open::Text(end..end);
    }

    fn line(&mut self, line: Range<usize>) {
        let content = &self.text[line.clone()];
        if let Some((id, words_start)) = self.child(content, &line) {
            self.close();
            let id_start = line.start + content.find(|c: char| c.is_alphanumeric() || c == '_').unwrap_or(0);
            let place = span(self.file, id_start..id_start + id.len());
            let nothing = Prose { raw: String::new(), span: span(self.file, words_start..words_start) };
            if let Some(section) = self.words.sections.last_mut() {
                section.children.push((id.to_lowercase(), place, nothing));
            }
            self.open = Open::Child(words_start..line.end);
            return;
        }
        match &mut self.open {
            Open::Nothing if !content.trim().is_empty() => self.faults.add("S141", span(self.file, line), &[]),
            Open::Nothing => {}
            Open::Summary(range) | Open::Text(range) | Open::Child(range) => range.end = line.end,
        }
    }

    /// `- id: words`, under a heading that has children: the id, and where the words begin.
    fn child(&mut self, content: &str, line: &Range<usize>) -> Option<(String, usize)> {
        let section = self.words.sections.last()?;
        let structured = section.id.is_none() || sections::has_children(&section.kind);
        let bullet = content.trim_start().chars().next().filter(|c| structured && ['-', '•', '–', '—'].contains(c))?;
        let rest = content.trim_start()[bullet.len_utf8()..].trim_start();
        let is_dash = bullet == '–' || bullet == '—';
        match rest.split_once(':') {
            Some((id, words)) if is_id(id.trim(), is_dash) => Some((id.trim().to_string(), line.end - words.len())),
            // A dash also opens a line of dialogue; a rule of three hyphens is Markdown.
            _ if is_dash || rest.starts_with('-') || rest.is_empty() => None,
            _ => {
                self.faults.add("S145", span(self.file, line.clone()), &[]);
                None
            }
        }
    }

    fn close(&mut self) {
        let (range, summary, child) = match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => return,
            Open::Summary(range) => (range, true, false),
            Open::Text(range) => (range, false, false),
            Open::Child(range) => (range, false, true),
        };
        let prose = self.prose(range);
        if summary {
            self.words.summary = prose;
        } else if let Some(section) = self.words.sections.last_mut() {
            match (child, prose) {
                (false, prose) => section.text = prose,
                (true, Some(prose)) => {
                    if let Some(last) = section.children.last_mut() {
                        last.2 = prose;
                    }
                }
                (true, None) => {}
            }
        }
    }

    /// What stands in `range`, blank edges cut; nothing if it is blank.
    fn prose(&mut self, range: Range<usize>) -> Option<Prose> {
        let whole = &self.text[range.clone()];
        let raw = whole.trim();
        if raw.is_empty() {
            return None;
        }
        let start = range.start + (whole.len() - whole.trim_start().len());
        let place = span(self.file, start..start + raw.len());
        check_length(raw, place, self.faults);
        Some(Prose { raw: raw.to_string(), span: place })
    }
}

/// After a dash only small letters make an id: «– Amina: buongiorno» is dialogue.
fn is_id(text: &str, strict: bool) -> bool {
    let sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || (!strict && c.is_ascii_uppercase());
    !text.is_empty() && text.chars().all(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Words, Vec<&'static str>) {
        let mut faults = Faults::default();
        let words = words(text, 0, "it", &mut faults);
        (words, faults.0.iter().map(|f| f.code).collect())
    }

    #[test]
    fn headings_texts_and_children() {
        let text = "# Lo sportello\r\nUna mattina.\r\n\r\n## phase voto: Si vota\r\nDue righe\r\ndi testo.\r\n### move Invia:  Manda \r\n- why: Non ora.\r\n  Aspetta.\r\n• importo: Quanto\r\n## variable\r\n– passi: Passi\r\n";
        let (words, faults) = read(text);
        assert!(faults.is_empty(), "{faults:?}");
        let raw = |p: &Option<Prose>| p.as_ref().map(|p| p.raw.clone()).unwrap_or_default();
        assert_eq!((raw(&words.title), raw(&words.summary)), ("Lo sportello".into(), "Una mattina.".into()));
        let [phase, mv, variable] = &words.sections[..] else { panic!("{words:?}") };
        assert_eq!((phase.kind.as_str(), phase.id.as_deref(), raw(&phase.text)), ("phase", Some("voto"), "Due righe\r\ndi testo.".into()));
        assert_eq!((mv.id.as_deref(), raw(&mv.title)), (Some("invia"), "Manda".into()));
        let children: Vec<_> = mv.children.iter().map(|(id, _, p)| (id.as_str(), p.raw.as_str())).collect();
        assert_eq!(children, [("why", "Non ora.\r\n  Aspetta."), ("importo", "Quanto")]);
        assert_eq!((variable.id.as_deref(), variable.children[0].0.as_str()), (None, "passi"));
    }

    #[test]
    fn every_prose_stands_where_its_span_says() {
        let text = "\u{feff}# Città\n\n## role a: È così\n\nTesto «à».\n- public: Più\n\n### debrief x: D\n- uno: Perché?\n";
        let (words, _) = read(text);
        let mut all: Vec<&Prose> = words.title.iter().collect();
        for s in &words.sections {
            all.extend(s.title.iter().chain(&s.text).chain(s.children.iter().map(|c| &c.2)));
            for (id, place, _) in &s.children {
                assert_eq!(&text[place.start as usize..place.end as usize], id);
            }
        }
        assert_eq!(all.len(), 6);
        for p in all {
            assert_eq!(&text[p.span.start as usize..p.span.end as usize], p.raw);
        }
    }

    #[test]
    fn what_is_no_child_is_prose_or_told() {
        for (given, children, codes) in [
            ("# T\n## phase a: A\n* uno: due\n", 0, vec![]),
            ("# T\n## phase a: A\n– Amina: ciao\n", 0, vec![]),
            ("# T\n## phase a: A\n- senza nome\n", 0, vec!["S145"]),
            ("# T\n## ending a: A\n- uno: due\n", 0, vec![]),
            ("# T\n## phase a: A\n---\n", 0, vec![]),
            ("# T\n## phase la fine: A\n", 0, vec!["S143"]),
            ("# T\n## phase: A\n", 0, vec!["S144"]),
            ("prima\n# T\n", 0, vec!["S141"]),
            ("## phase a: A\n", 0, vec!["S140"]),
            ("# T\n## phase a: A\n# U\n", 0, vec!["S142"]),
            ("# T\n## phase a: A\n```\n# no\n```\n", 0, vec![]),
        ] {
            let (words, found) = read(given);
            assert_eq!(found, codes, "{given}");
            assert_eq!(words.sections.iter().map(|s| s.children.len()).sum::<usize>(), children, "{given}");
        }
    }
}
