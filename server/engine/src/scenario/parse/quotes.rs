//! What word processors and lost keystrokes do to a TOML file: curly quotes, invisible blanks, `'''` never closed.
//!
//! The scan gives a copy of the text with the damage undone and every offset kept, so that the parser can go on.

use std::ops::Range;

/// A sign that must go, and what `check --fix` puts in its place.
pub struct Damage {
    pub code: &'static str,
    pub at: Range<usize>,
    pub put: &'static str,
}

/// A `'''` without its end.
pub struct Unclosed {
    pub opener: usize,
    /// The text as it probably was meant.
    pub content: Range<usize>,
}

pub struct Scan {
    pub masked: String,
    pub damages: Vec<Damage>,
    pub unclosed: Vec<Unclosed>,
    /// Where texts over several lines stand.
    pub blocks: Vec<Range<usize>>,
}

const CURLY_DOUBLE: [char; 6] = ['“', '”', '„', '‟', '«', '»'];
const CURLY_SINGLE: [char; 4] = ['‘', '’', '‚', '‛'];
/// Blanks that look like nothing; the second group has no width at all.
const BLANKS: [char; 4] = ['\u{a0}', '\u{202f}', '\u{2007}', '\u{3000}'];
const NO_WIDTH: [char; 4] = ['\u{200b}', '\u{2060}', '\u{feff}', '\u{ad}'];

pub fn scan(text: &str) -> Scan {
    let mut s = Scanner { text, masked: text.as_bytes().to_vec(), at: 0, damages: Vec::new(), unclosed: Vec::new(), blocks: Vec::new() };
    s.at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while let Some(c) = s.rest().chars().next() {
        s.step(c);
    }
    // Only whole signs were overwritten, with ASCII.
    let masked = String::from_utf8_lossy(&s.masked).into_owned();
    Scan { masked, damages: s.damages, unclosed: s.unclosed, blocks: s.blocks }
}

struct Scanner<'a> {
    text: &'a str,
    masked: Vec<u8>,
    at: usize,
    damages: Vec<Damage>,
    unclosed: Vec<Unclosed>,
    blocks: Vec<Range<usize>>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn step(&mut self, c: char) {
        if c == '#' {
            self.at = self.line_end(self.at);
        } else if let Some(n) = triple(self.rest()) {
            self.block(n);
        } else if c == '"' || CURLY_DOUBLE.contains(&c) {
            self.line_string(c, '"', &CURLY_DOUBLE);
        } else if c == '\'' || CURLY_SINGLE.contains(&c) {
            self.line_string(c, '\'', &CURLY_SINGLE);
        } else if BLANKS.contains(&c) || NO_WIDTH.contains(&c) {
            let end = self.at + c.len_utf8();
            self.masked[self.at..end].fill(b' ');
            let put = if NO_WIDTH.contains(&c) { "" } else { " " };
            self.damages.push(Damage { code: "S103", at: self.at..end, put });
            self.at = end;
        } else {
            self.at += c.len_utf8();
        }
    }

    fn line_end(&self, from: usize) -> usize {
        self.text[from..].find('\n').map_or(self.text.len(), |n| from + n)
    }

    /// A string that must end on its line. Left to the parser when it does not.
    fn line_string(&mut self, opener: char, straight: char, curly: &[char]) {
        let start = self.at;
        let first = start + opener.len_utf8();
        let line = &self.text[first..self.line_end(first)];
        let is_end = |c: char| {
            if opener == straight { c == straight } else { c == straight || curly.contains(&c) }
        };
        let end = find_unescaped(line, is_end, opener == '"').or_else(|| find_unescaped(line, |c| curly.contains(&c), false));
        let Some((n, closer)) = end else {
            if opener != straight {
                self.quote(start..first, straight, true);
            }
            self.at = self.line_end(first);
            return;
        };
        let close = first + n..first + n + closer.len_utf8();
        self.at = close.end;
        if opener != straight {
            self.quote(start..first, straight, true);
        }
        if closer != straight {
            self.quote(close, straight, false);
        }
    }

    /// Notes a curly quote and puts a straight one over it: at its end when it opens, at its start when it closes.
    fn quote(&mut self, at: Range<usize>, straight: char, opens: bool) {
        let (mark, put) = if straight == '"' { (b'"', "\"") } else { (b'\'', "'") };
        self.masked[at.clone()].fill(b' ');
        self.masked[if opens { at.end - 1 } else { at.start }] = mark;
        self.damages.push(Damage { code: "S102", at, put });
    }

    /// `'''` or `"""`, up to its end or to where a new section or key gives away that the end is missing.
    fn block(&mut self, opener_len: usize) {
        let start = self.at;
        let first = start + opener_len;
        let straight = self.text[start..].starts_with("\"\"\"");
        let close = find_triple(self.text, first, straight);
        let limit = close.as_ref().map_or(self.text.len(), |c| c.start);
        let intruder = foreign_line(&self.text[first..limit]).map(|n| first + n);
        if let (None, Some(close)) = (intruder, close) {
            if opener_len != 3 {
                self.triple_quote(start..first, true);
            }
            if close.len() != 3 {
                self.triple_quote(close.clone(), false);
            }
            self.blocks.push(start..close.end);
            self.at = close.end;
            return;
        }
        let end = intruder.unwrap_or(self.text.len());
        let mut content = first..end;
        while self.text[content.clone()].starts_with(['\r', '\n']) && self.text[first..content.start].matches('\n').count() == 0 {
            content.start += 1;
        }
        content.end = content.start + self.text[content.clone()].trim_end().len();
        for b in &mut self.masked[start..end] {
            if *b != b'\n' && *b != b'\r' {
                *b = b' ';
            }
        }
        self.masked[start..start + 2].fill(b'\'');
        self.unclosed.push(Unclosed { opener: start, content });
        self.at = end;
    }

    fn triple_quote(&mut self, at: Range<usize>, opens: bool) {
        self.masked[at.clone()].fill(b' ');
        let first = if opens { at.end - 3 } else { at.start };
        self.masked[first..first + 3].fill(b'\'');
        self.damages.push(Damage { code: "S102", at, put: "'''" });
    }
}

/// Length of the three quotes `s` begins with, straight or curly.
fn triple(s: &str) -> Option<usize> {
    if s.starts_with("\"\"\"") {
        return Some(3);
    }
    let mut len = 0;
    for c in s.chars().take(3) {
        if c != '\'' && !CURLY_SINGLE.contains(&c) {
            return None;
        }
        len += c.len_utf8();
    }
    (s.chars().take(3).count() == 3).then_some(len)
}

fn find_triple(text: &str, from: usize, double: bool) -> Option<Range<usize>> {
    if double {
        return text[from..].find("\"\"\"").map(|n| from + n..from + n + 3);
    }
    text[from..].char_indices().find_map(|(n, _)| {
        let at = from + n;
        (!text[at..].starts_with('"')).then(|| triple(&text[at..])).flatten().map(|len| at..at + len)
    })
}

fn find_unescaped(line: &str, wanted: impl Fn(char) -> bool, escapes: bool) -> Option<(usize, char)> {
    let mut escaped = false;
    for (n, c) in line.char_indices() {
        if !escaped && wanted(c) {
            return Some((n, c));
        }
        escaped = escapes && c == '\\' && !escaped;
    }
    None
}

/// Start of the first line that cannot be of a rule: `[header]`, or a key with a value in quotes.
fn foreign_line(rule: &str) -> Option<usize> {
    let mut at = rule.find('\n')? + 1;
    for line in rule[at..].split_inclusive('\n') {
        if is_header(line) || is_quoted_key(line) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// `[phase.voto]`, alone on its line.
pub fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or("").trim();
    let inner = line.strip_prefix('[').and_then(|l| l.strip_suffix(']'));
    inner.is_some_and(|i| !i.is_empty() && i.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.'))
}

/// `ends = "desk"`, `do = '''`, `ack = true`: a rule has no quotes, and no `true`.
fn is_quoted_key(line: &str) -> bool {
    let Some((key, value)) = line.split_once('=') else {
        return false;
    };
    let key = key.trim();
    let value = value.trim();
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    is_key && (value.starts_with(['"', '\'', '{']) || value.starts_with("[\"") || value == "true" || value == "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_keep_every_offset() {
        for (given, masked) in [
            ("a = “x”", "a =   \"x\"  "),
            ("a = \"x”", "a = \"x\"  "),
            ("\u{a0}a = 1", "  a = 1"),
            ("a = ’’’\nx\n’’’", "a =       '''\nx\n'''      "),
            ("a = \"l’oca\"", "a = \"l’oca\""),
            ("a = 1 # “x”", "a = 1 # “x”"),
            ("a = '''\n’x“\n'''", "a = '''\n’x“\n'''"),
        ] {
            let s = scan(given);
            assert_eq!(s.masked, masked, "{given}");
            assert_eq!(s.masked.len(), given.len());
        }
    }

    #[test]
    fn an_open_rule_ends_before_the_next_section() {
        let text = "do = '''\npassi += 1\n\n[phase.due]\nends = \"desk\"\nafter = '''\nx = 1\n'''\n";
        let s = scan(text);
        assert_eq!(s.unclosed.len(), 1);
        assert_eq!(&text[s.unclosed[0].content.clone()], "passi += 1");
        assert_eq!(s.blocks.len(), 1, "the rule after it is read");
        assert!(s.masked.starts_with("do = '' \n"));
    }

    #[test]
    fn assignments_do_not_look_like_keys() {
        assert!(scan("do = '''\nprotetto = none\naperte = [a, b]\nx = yes\n'''").unclosed.is_empty());
    }
}
