//! Cuts a rule text into words. Capitals, no-break spaces and the kind of line end mean nothing.

use crate::scenario::faults::Faults;
use crate::scenario::tree::Span;

#[derive(Clone, PartialEq, Debug)]
pub enum Tok {
    /// A name or keyword, in small letters.
    Word(String),
    Number(i64),
    /// Scaled by 10 000.
    Decimal(i64),
    /// One of `( ) [ ] , : + - * / < <= > >= = += -=`.
    Sign(&'static str),
    Line,
    End,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub tok: Tok,
    pub span: Span,
    /// Signs of indentation, for the first word of a line.
    pub indent: Option<u32>,
}

const SIGNS: [&str; 17] = ["<=", ">=", "+=", "-=", "(", ")", "[", "]", ",", ":", "+", "-", "*", "/", "<", ">", "="];

/// `at` is where the text stands in its file.
pub fn lex(text: &str, at: Span, faults: &mut Faults) -> Vec<Token> {
    let mut lexer = Lexer { text, at, pos: 0, depth: 0, out: Vec::new(), indent: Some(0) };
    lexer.run(faults);
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: Span,
    pos: usize,
    /// Open brackets: inside them a line break is a blank.
    depth: u32,
    out: Vec<Token>,
    indent: Option<u32>,
}

impl Lexer<'_> {
    fn run(&mut self, faults: &mut Faults) {
        while let Some(c) = self.text[self.pos..].chars().next() {
            match c {
                '\n' => self.line(),
                ' ' | '\t' | '\r' | '\u{a0}' | '\u{202f}' => {
                    if let Some(n) = &mut self.indent {
                        *n += 1;
                    }
                    self.pos += c.len_utf8();
                }
                '#' => self.pos += self.text[self.pos..].find('\n').unwrap_or(self.text.len() - self.pos),
                _ if c.is_ascii_digit() => self.number(),
                _ if c.is_alphabetic() || c == '_' => self.word(),
                _ => self.sign(c, faults),
            }
        }
        self.push(Tok::End, self.pos, self.pos);
    }

    fn push(&mut self, tok: Tok, from: usize, to: usize) {
        let span = self.span(from, to);
        let indent = self.indent.take();
        self.out.push(Token { tok, span, indent });
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span { file: self.at.file, start: self.at.start + from as u32, end: self.at.start + to as u32 }
    }

    fn line(&mut self) {
        if self.depth == 0 && !matches!(self.out.last().map(|t| &t.tok), None | Some(Tok::Line)) {
            self.indent = None;
            self.push(Tok::Line, self.pos, self.pos + 1);
        }
        self.pos += 1;
        self.indent = Some(0);
    }

    fn number(&mut self) {
        let rest = &self.text[self.pos..];
        let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
        let part = rest[whole..].strip_prefix('.').map_or(0, |r| r.bytes().take_while(u8::is_ascii_digit).count());
        let value = rest[..whole].parse::<i64>().unwrap_or(1_000_000_000_000).min(1_000_000_000_000);
        let start = self.pos;
        if part == 0 {
            self.pos += whole;
            self.push(Tok::Number(value), start, self.pos);
        } else {
            self.pos += whole + 1 + part;
            let digits: String = rest[whole + 1..whole + 1 + part].chars().chain("0000".chars()).take(4).collect();
            self.push(Tok::Decimal(value * 10_000 + digits.parse::<i64>().unwrap_or(0)), start, self.pos);
        }
    }

    fn word(&mut self) {
        let rest = &self.text[self.pos..];
        let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let start = self.pos;
        self.pos += len;
        self.push(Tok::Word(rest[..len].to_lowercase()), start, self.pos);
    }

    fn sign(&mut self, c: char, faults: &mut Faults) {
        let start = self.pos;
        if matches!(c, '–' | '−') {
            self.pos += c.len_utf8();
            let equals = self.text[self.pos..].starts_with('=');
            self.pos += usize::from(equals);
            return self.push(Tok::Sign(if equals { "-=" } else { "-" }), start, self.pos);
        }
        let Some(sign) = SIGNS.iter().find(|s| self.text[self.pos..].starts_with(**s)) else {
            self.pos += c.len_utf8();
            let code = if "“”‘’«»\"'".contains(c) { "T310" } else { "T304" };
            faults.add(code, self.span(start, self.pos), &[&c.to_string(), ""]);
            return;
        };
        self.pos += sign.len();
        match *sign {
            "(" | "[" => self.depth += 1,
            ")" | "]" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.push(Tok::Sign(sign), start, self.pos);
    }
}
