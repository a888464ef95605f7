//! Expressions, statements and the flow: recursive descent over the words of `lex`.
//! After a fault the parser goes on at the next line, so that all faults of a rule are told at once.

use super::ast::{Arg, AtEnd, Bin, Ex, Flow, FlowKind, GroupBy, Key, Kind, Leftover, Stmt, StmtKind, To, Verb};
use super::lex::{Tok, Token, lex};
use super::phrase;
use crate::scenario::faults::Faults;
use crate::scenario::tree::Span;

/// Deepest nesting of brackets and conditions in one expression.
const MAX_DEPTH: u32 = 30;
/// Deepest nesting of blocks.
const MAX_BLOCKS: u32 = 8;

/// A fault already told; whoever gets it goes on at the next line.
pub struct Told;
type Res<T> = Result<T, Told>;

pub struct Parser<'f> {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    blocks: u32,
    pub faults: &'f mut Faults,
}

pub fn expression(text: &str, span: Span, faults: &mut Faults) -> Option<Ex> {
    let mut p = Parser::new(text, span, faults, true);
    let ex = p.set().ok()?;
    p.finish().ok()?;
    Some(ex)
}

/// What stands between braces in the words: a set, or `X for SET`.
pub fn place(text: &str, span: Span, faults: &mut Faults) -> Option<Arg> {
    let mut p = Parser::new(text, span, faults, true);
    let arg = p.arg().ok()?;
    p.finish().ok()?;
    Some(arg)
}

pub fn rule(text: &str, span: Span, faults: &mut Faults) -> Option<Vec<Stmt>> {
    let before = faults.0.len();
    let mut p = Parser::new(text, span, faults, false);
    let body = p.statements(&[]);
    if !matches!(p.peek(), Tok::End) {
        p.wrong();
    }
    (faults.0[before..].iter().all(|f| f.code.starts_with('W'))).then_some(body)
}

pub fn flow(text: &str, span: Span, faults: &mut Faults) -> Vec<Flow> {
    let mut p = Parser::new(text, span, faults, false);
    let body = p.flow_lines();
    if !matches!(p.peek(), Tok::End) {
        p.wrong();
    }
    body
}

impl<'f> Parser<'f> {
    /// `flat`: line breaks are blanks (an expression or phrase, not a rule).
    pub fn new(text: &str, span: Span, faults: &'f mut Faults, flat: bool) -> Self {
        let mut tokens = lex(text, span, faults);
        if flat {
            tokens.retain(|t| t.tok != Tok::Line);
        }
        Parser { tokens, at: 0, depth: 0, blocks: 0, faults }
    }

    // ------------------------------------------------------------ words

    pub fn peek(&self) -> &Tok {
        &self.tokens[self.at].tok
    }
    fn peek_at(&self, n: usize) -> &Tok {
        &self.tokens[(self.at + n).min(self.tokens.len() - 1)].tok
    }
    pub fn span(&self) -> Span {
        self.tokens[self.at].span
    }
    fn since(&self, start: Span) -> Span {
        let end = self.tokens[self.at.saturating_sub(1)].span.end;
        Span { end: end.max(start.end), ..start }
    }
    pub fn take(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }
    pub fn place(&self) -> usize {
        self.at
    }
    pub fn go_back(&mut self, place: usize) {
        self.at = place;
    }
    pub fn is(&self, word: &str) -> bool {
        matches!(self.peek(), Tok::Word(w) if w == word)
    }
    fn is_at(&self, n: usize, word: &str) -> bool {
        matches!(self.peek_at(n), Tok::Word(w) if w == word)
    }
    pub fn eat(&mut self, word: &str) -> bool {
        let yes = self.is(word);
        if yes {
            self.take();
        }
        yes
    }
    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Tok::Sign(s) if *s == sign)
    }
    pub fn eat_sign(&mut self, sign: &str) -> bool {
        let yes = self.is_sign(sign);
        if yes {
            self.take();
        }
        yes
    }
    /// Tells that the next word is not understood.
    pub fn wrong(&mut self) -> Told {
        let span = self.span();
        match self.peek().clone() {
            Tok::Sign("=") => self.faults.add("T302", span, &[]),
            Tok::End | Tok::Line => self.faults.add("T307", span, &[]),
            Tok::Word(w) => self.faults.add("T308", span, &[&w]),
            Tok::Number(n) => self.faults.add("T308", span, &[&n.to_string()]),
            Tok::Decimal(_) => self.faults.add("T308", span, &["."]),
            Tok::Sign(s) => {
                let twin = if matches!((s, self.peek_at(1)), ("=", Tok::Sign("+" | "-"))) { "+=" } else { "" };
                self.faults.add("T304", span, &[s, twin]);
            }
        }
        Told
    }
    pub fn want(&mut self, word: &str) -> Res<()> {
        if self.eat(word) { Ok(()) } else { Err(self.missing(word)) }
    }
    fn want_sign(&mut self, sign: &str) -> Res<()> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.missing(sign)) }
    }
    fn missing(&mut self, what: &str) -> Told {
        if self.is_sign("=") {
            return self.wrong();
        }
        let span = self.span();
        self.faults.add("T309", span, &[what]);
        Told
    }
    pub fn name(&mut self) -> Res<(String, Span)> {
        match self.peek().clone() {
            Tok::Word(w) => {
                let span = self.span();
                self.take();
                Ok((w, span))
            }
            _ => Err(self.wrong()),
        }
    }
    pub fn finish(&mut self) -> Res<()> {
        if matches!(self.peek(), Tok::End) { Ok(()) } else { Err(self.wrong()) }
    }
    fn skip_line(&mut self) {
        while !matches!(self.peek(), Tok::Line | Tok::End) {
            self.take();
        }
    }

    // ------------------------------------------------------------ expressions

    fn ex(&self, start: Span, kind: Kind) -> Ex {
        Ex { span: self.since(start), kind: Box::new(kind) }
    }

    pub fn set(&mut self) -> Res<Ex> {
        let start = self.span();
        let mut item = None;
        if self.is("each") && self.is_at(2, "in") {
            self.take();
            item = Some(self.name()?.0);
            self.want("in")?;
        }
        let mut set = self.expr()?;
        if self.eat("to") {
            let end = self.expr()?;
            set = self.ex(start, Kind::Range(set, end));
        }
        if let Some(name) = item {
            set = self.ex(start, Kind::Each(name, set));
        }
        loop {
            if self.eat("where") {
                let cond = self.expr()?;
                set = self.ex(start, Kind::Where(set, cond));
            } else if self.is("sorted") && self.is_at(1, "by") {
                self.take();
                self.take();
                let keys = self.keys()?;
                set = self.ex(start, Kind::Sorted(set, keys));
            } else if self.eat("from") {
                let first = self.sum()?;
                set = self.ex(start, Kind::From(set, first));
            } else if self.eat("except") {
                let out = self.sum()?;
                set = self.ex(start, Kind::Except(set, out));
            } else {
                return Ok(set);
            }
        }
    }

    fn keys(&mut self) -> Res<Vec<Key>> {
        let mut keys = vec![self.key()?];
        while self.is_sign(",") && !self.is_at(1, "lot") {
            self.take();
            keys.push(self.key()?);
        }
        Ok(keys)
    }

    fn key(&mut self) -> Res<Key> {
        let by = self.sum()?;
        let down = self.eat("down");
        Ok(Key { by, down })
    }

    pub fn expr(&mut self) -> Res<Ex> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let span = self.span();
            self.faults.add("B602", span, &["30"]);
            return Err(Told);
        }
        let start = self.span();
        let result = if self.eat("if") {
            let cond = self.expr()?;
            self.want("then")?;
            let yes = self.expr()?;
            self.want("else")?;
            let no = self.expr()?;
            Ok(self.ex(start, Kind::If(cond, yes, no)))
        } else {
            self.or()
        };
        self.depth -= 1;
        result
    }

    fn or(&mut self) -> Res<Ex> {
        let start = self.span();
        let mut a = self.and()?;
        while self.eat("or") {
            let b = self.and()?;
            a = self.ex(start, Kind::Binary(Bin::Or, a, b));
        }
        Ok(a)
    }

    pub fn and(&mut self) -> Res<Ex> {
        let start = self.span();
        let mut a = self.not()?;
        while self.eat("and") {
            let b = self.not()?;
            a = self.ex(start, Kind::Binary(Bin::And, a, b));
        }
        Ok(a)
    }

    fn not(&mut self) -> Res<Ex> {
        let start = self.span();
        if self.eat("not") {
            let a = self.not()?;
            return Ok(self.ex(start, Kind::Not(a)));
        }
        self.cmp()
    }

    fn cmp(&mut self) -> Res<Ex> {
        let start = self.span();
        let a = self.other()?;
        if self.eat("is") {
            let not = self.eat("not");
            if self.eat("empty") {
                return Ok(self.ex(start, Kind::Empty { a, not }));
            }
            if let Kind::Name(timer) = &*a.kind
                && self.eat("over")
            {
                let over = self.ex(start, Kind::Over(timer.clone()));
                return Ok(if not { self.ex(start, Kind::Not(over)) } else { over });
            }
            let b = self.other()?;
            return Ok(self.ex(start, Kind::Is { a, b, not }));
        }
        if self.is("in") || self.is("not") && self.is_at(1, "in") {
            let not = self.eat("not");
            self.take();
            let mut b = self.other()?;
            // `x in 1 to 6`: between numbers there is no doubt.
            if matches!(*b.kind, Kind::Number(_)) && self.eat("to") {
                let end = self.other()?;
                b = self.ex(start, Kind::Range(b, end));
            }
            return Ok(self.ex(start, Kind::In { a, b, not }));
        }
        if self.eat("has") {
            let not = self.eat("no");
            let b = self.other()?;
            return Ok(self.ex(start, Kind::Has { a, b, not }));
        }
        for (sign, op) in [("<=", Bin::Le), (">=", Bin::Ge), ("<", Bin::Lt), (">", Bin::Gt)] {
            if self.eat_sign(sign) {
                let b = self.other()?;
                return Ok(self.ex(start, Kind::Binary(op, a, b)));
            }
        }
        Ok(a)
    }

    pub fn other(&mut self) -> Res<Ex> {
        let start = self.span();
        let mut a = self.sum()?;
        while self.eat("otherwise") {
            let b = self.sum()?;
            a = self.ex(start, Kind::Otherwise(a, b));
        }
        Ok(a)
    }

    pub fn sum(&mut self) -> Res<Ex> {
        let start = self.span();
        let mut a = self.term()?;
        loop {
            let op = if self.eat_sign("+") {
                Bin::Add
            } else if self.eat_sign("-") {
                Bin::Sub
            } else {
                return Ok(a);
            };
            let b = self.term()?;
            a = self.ex(start, Kind::Binary(op, a, b));
        }
    }

    fn term(&mut self) -> Res<Ex> {
        let start = self.span();
        let mut a = self.unary()?;
        loop {
            let op = if self.eat_sign("*") {
                Bin::Mul
            } else if self.eat_sign("/") {
                Bin::Div
            } else if self.eat("div") {
                Bin::IntDiv
            } else if self.eat("mod") {
                Bin::Mod
            } else {
                return Ok(a);
            };
            let b = self.unary()?;
            a = self.ex(start, Kind::Binary(op, a, b));
        }
    }

    fn unary(&mut self) -> Res<Ex> {
        let start = self.span();
        if self.eat_sign("-") {
            let a = self.owned()?;
            return Ok(self.ex(start, Kind::Neg(a)));
        }
        self.owned()
    }

    pub fn owned(&mut self) -> Res<Ex> {
        let start = self.span();
        let a = self.indexed()?;
        if self.eat("of") {
            let b = self.owned()?;
            return Ok(self.ex(start, Kind::Of(a, b)));
        }
        if matches!(&*a.kind, Kind::Name(n) if n == "tokens") && self.eat("on") {
            let b = self.owned()?;
            return Ok(self.ex(start, Kind::TokensOn(b)));
        }
        Ok(a)
    }

    fn indexed(&mut self) -> Res<Ex> {
        let start = self.span();
        let mut a = self.primary()?;
        while self.is_sign("[") {
            let index = self.bracket()?;
            a = self.ex(start, Kind::Index(a, index));
        }
        Ok(a)
    }

    fn bracket(&mut self) -> Res<Vec<Ex>> {
        self.want_sign("[")?;
        let mut items = Vec::new();
        while !self.eat_sign("]") {
            if !items.is_empty() {
                self.want_sign(",")?;
            }
            items.push(self.expr()?);
        }
        Ok(items)
    }

    fn primary(&mut self) -> Res<Ex> {
        let start = self.span();
        let kind = match self.peek().clone() {
            Tok::Number(n) => {
                self.take();
                match self.unit() {
                    Some(ms) => Kind::Duration(n * ms),
                    None => Kind::Number(n),
                }
            }
            Tok::Decimal(d) => {
                self.take();
                Kind::Decimal(d)
            }
            Tok::Sign("(") => {
                self.take();
                let mut inner = self.set()?;
                self.want_sign(")")?;
                inner.span = self.since(start);
                return Ok(inner);
            }
            Tok::Sign("[") => Kind::List(self.bracket()?),
            Tok::Word(w) => return self.word(&w),
            _ => return Err(self.wrong()),
        };
        Ok(self.ex(start, kind))
    }

    /// A time: `45 s`, `tempo min`, `(base + 2) min`, or anything that is a time already.
    pub fn duration(&mut self) -> Res<Ex> {
        let start = self.span();
        if self.is("if") {
            return self.expr();
        }
        let amount = self.other()?;
        let ms = match self.peek() {
            Tok::Word(w) if w == "s" => 1_000,
            Tok::Word(w) if w == "min" => 60_000,
            Tok::Word(w) if w == "h" => 3_600_000,
            _ => return Ok(amount),
        };
        self.take();
        let unit = self.ex(start, Kind::Duration(ms));
        Ok(self.ex(start, Kind::Binary(Bin::Mul, amount, unit)))
    }

    /// Milliseconds of the unit that follows a number, if one does.
    fn unit(&mut self) -> Option<i64> {
        let ms = match self.peek() {
            Tok::Word(w) => match w.as_str() {
                "ms" => 1,
                "s" => 1_000,
                "min" if !matches!(self.peek_at(1), Tok::Sign("(")) => 60_000,
                "h" => 3_600_000,
                _ => return None,
            },
            _ => return None,
        };
        self.take();
        Some(ms)
    }

    fn word(&mut self, word: &str) -> Res<Ex> {
        let start = self.span();
        self.take();
        let kind = match word {
            "yes" => Kind::Yes,
            "no" => Kind::No,
            "none" => Kind::None,
            _ if self.is_sign("(") => Kind::Call(word.to_string(), self.args()?),
            "all" => Kind::All(self.name()?.0),
            "then" | "else" | "end" | "where" | "is" | "in" | "has" | "of" | "to" | "and" | "or" | "if" | "for" | "by" | "sorted" | "otherwise"
            | "into" | "from" | "except" => {
                self.at -= 1;
                return Err(self.wrong());
            }
            _ => Kind::Name(word.to_string()),
        };
        Ok(self.ex(start, kind))
    }

    fn args(&mut self) -> Res<Vec<Arg>> {
        self.want_sign("(")?;
        let mut args = Vec::new();
        while !self.eat_sign(")") {
            if !args.is_empty() {
                self.want_sign(",")?;
            }
            args.push(self.arg()?);
        }
        Ok(args)
    }

    fn arg(&mut self) -> Res<Arg> {
        let value = self.set()?;
        let mut over = None;
        if self.eat("for") {
            let name = if self.is_at(1, "in") {
                let name = self.name()?.0;
                self.want("in")?;
                Some(name)
            } else {
                None
            };
            over = Some((name, self.set()?));
        }
        let by = if self.eat("by") { self.arg_keys()? } else { Vec::new() };
        Ok(Arg { value, over, by })
    }

    /// Keys inside a call: a comma could also begin the next argument, but none follows keys in any function.
    fn arg_keys(&mut self) -> Res<Vec<Key>> {
        let mut keys = vec![self.key()?];
        while self.eat_sign(",") {
            keys.push(self.key()?);
        }
        Ok(keys)
    }

    // ------------------------------------------------------------ statements

    fn statements(&mut self, until: &[&str]) -> Vec<Stmt> {
        let mut out: Vec<Stmt> = Vec::new();
        let mut indent = None;
        loop {
            while matches!(self.peek(), Tok::Line) {
                self.take();
            }
            if matches!(self.peek(), Tok::End) || until.iter().any(|w| self.is(w)) {
                return out;
            }
            self.check_indent(&mut indent, !out.is_empty());
            let start = self.span();
            match self.statement() {
                Ok(kind) => {
                    let span = self.since(start);
                    out.push(Stmt { span, kind });
                    if !matches!(self.peek(), Tok::Line | Tok::End) {
                        self.wrong();
                        self.skip_line();
                    }
                }
                Err(Told) => self.skip_line(),
            }
        }
    }

    /// A lost or misplaced `end` shows in lines of one block that are indented differently.
    fn check_indent(&mut self, indent: &mut Option<u32>, later: bool) {
        let token = &self.tokens[self.at];
        let (Some(here), span) = (token.indent, token.span) else {
            return;
        };
        match *indent {
            Some(first) if later && here != first => self.faults.add("W405", span, &[]),
            None => *indent = Some(here),
            Some(_) => {}
        }
    }

    fn statement(&mut self) -> Res<StmtKind> {
        if self.eat("let") {
            let name = self.name()?.0;
            self.want_sign("=")?;
            return Ok(StmtKind::Let(name, self.set()?));
        }
        if self.eat("if") {
            return self.if_statement();
        }
        if self.is("for") && self.is_at(1, "each") {
            self.take();
            self.take();
            let name = self.name()?.0;
            self.want("in")?;
            let set = self.set()?;
            return Ok(StmtKind::ForEach(name, set, self.body()?));
        }
        if self.eat("repeat") {
            if self.eat("at") {
                self.want("most")?;
            }
            let times = self.expr()?;
            self.want("times")?;
            let until = if self.eat("until") { Some(self.expr()?) } else { None };
            return Ok(StmtKind::Repeat { times, until, body: self.body()? });
        }
        if let Some(verb) = self.verb()? {
            return Ok(StmtKind::Verb(verb));
        }
        self.assignment()
    }

    fn assignment(&mut self) -> Res<StmtKind> {
        let place = self.owned()?;
        for (sign, op) in [("=", super::ast::Assign::Set), ("+=", super::ast::Assign::Add), ("-=", super::ast::Assign::Sub)] {
            if self.is_sign(sign) {
                let span = self.span();
                self.take();
                if matches!(self.peek(), Tok::Sign("+" | "=")) {
                    self.faults.add("T304", span, &["=+", "+="]);
                    return Err(Told);
                }
                return Ok(StmtKind::Assign(place, op, self.set()?));
            }
        }
        Err(self.wrong())
    }

    /// After the colon: one statement on the same line, or a block up to `end`.
    fn body(&mut self) -> Res<Vec<Stmt>> {
        self.want_sign(":")?;
        if !matches!(self.peek(), Tok::Line | Tok::End) {
            let start = self.span();
            let kind = self.statement()?;
            return Ok(vec![Stmt { span: self.since(start), kind }]);
        }
        let block = self.block(&["end"])?;
        self.end()?;
        Ok(block)
    }

    fn block(&mut self, until: &[&str]) -> Res<Vec<Stmt>> {
        self.blocks += 1;
        if self.blocks > MAX_BLOCKS {
            let span = self.span();
            self.faults.add("B603", span, &["8"]);
            return Err(Told);
        }
        let told = self.faults.0.len();
        let block = self.statements(until);
        self.blocks -= 1;
        self.not_empty(block.is_empty(), told);
        Ok(block)
    }

    /// Nothing stands in a block: its line is lost, or slipped past the `else` or `end`.
    fn not_empty(&mut self, empty: bool, told: usize) {
        let span = self.span();
        if empty && self.faults.0.len() == told && (self.is("end") || self.is("else")) {
            self.faults.add("W411", span, &[]);
        }
    }

    fn end(&mut self) -> Res<()> {
        if self.eat("end") {
            return Ok(());
        }
        let span = self.span();
        self.faults.add("F404", span, &[]);
        Err(Told)
    }

    fn if_statement(&mut self) -> Res<StmtKind> {
        let cond = self.expr()?;
        self.want_sign(":")?;
        if !matches!(self.peek(), Tok::Line | Tok::End) {
            let start = self.span();
            let kind = self.statement()?;
            let body = vec![Stmt { span: self.since(start), kind }];
            return Ok(StmtKind::If(vec![(cond, body)], Vec::new()));
        }
        let mut arms = vec![(cond, self.block(&["end", "else"])?)];
        let mut other = Vec::new();
        while self.eat("else") {
            if self.eat("if") {
                let cond = self.expr()?;
                self.want_sign(":")?;
                arms.push((cond, self.block(&["end", "else"])?));
            } else {
                self.want_sign(":")?;
                other = self.block(&["end"])?;
                break;
            }
        }
        self.end()?;
        Ok(StmtKind::If(arms, other))
    }

    // ------------------------------------------------------------ verbs

    /// `None`: the line does not begin with a verb; it is an assignment.
    fn verb(&mut self) -> Res<Option<Verb>> {
        let Tok::Word(word) = self.peek().clone() else {
            return Ok(None);
        };
        // A verb's name may also be a variable's: then an assignment sign, an index or `of` follows.
        if matches!(self.peek_at(1), Tok::Sign("=" | "+=" | "-=")) || self.is_at(1, "of") || self.indexed_place() {
            return Ok(None);
        }
        let start = self.at;
        self.take();
        let verb = match word.as_str() {
            "move" => self.verb_move()?,
            "advance" => self.verb_advance()?,
            "swap" => {
                let a = self.other()?;
                self.want("with")?;
                Verb::Swap(a, self.other()?)
            }
            "deal" => self.verb_deal()?,
            "draw" => {
                let n = self.other()?;
                self.want("from")?;
                if ["seats", "others", "everyone", "teams", "members"].iter().any(|w| self.is(w)) {
                    let span = self.span();
                    self.faults.add("T325", span, &[]);
                    return Err(Told);
                }
                let from = self.owned()?;
                self.want("to")?;
                Verb::Draw { n, from, to: self.owned()? }
            }
            "shuffle" => Verb::Shuffle(self.owned()?),
            "make" => {
                let n = self.count()?;
                let item = if self.is_sign("(") { self.owned()? } else { self.indexed()? };
                self.want("in")?;
                Verb::Make { n, item, zone: self.owned()? }
            }
            "remove" => Verb::Remove(self.set()?),
            "gather" => {
                let input = self.name()?.0;
                self.want("into")?;
                let into = self.owned()?;
                Verb::Gather { input, into, unsigned: self.eat("unsigned") }
            }
            "sign" => Verb::Sign(self.owned()?),
            "roll" => {
                let n = self.count()?;
                if self.is("of") {
                    let span = self.span();
                    self.faults.add("T331", span, &[]);
                    return Err(Told);
                }
                self.want("dice")?;
                let faces = if self.eat("of") { Some(self.sum()?) } else { None };
                self.want("into")?;
                Verb::Roll { n, faces, into: self.owned()? }
            }
            "pick" => {
                let n = self.count()?;
                self.want("of")?;
                let of = self.set()?;
                let weighing = if self.eat("weighing") { Some(self.sum()?) } else { None };
                self.want("into")?;
                Verb::Pick { n, of, weighing, into: self.owned()? }
            }
            "rank" => self.verb_rank()?,
            "rotate" => self.verb_rotate()?,
            "group" => self.verb_group()?,
            "form" => self.verb_form()?,
            "dissolve" => Verb::Dissolve(self.owned()?),
            "merge" => {
                let from = self.name()?.0;
                self.want("into")?;
                let into = self.name()?.0;
                self.want("by")?;
                let n = self.sum()?;
                let leftover = self.leftover()?;
                Verb::Merge { from, into, n, leftover }
            }
            "split" => self.verb_split()?,
            "send" => {
                let seat = self.other()?;
                self.want("to")?;
                Verb::Send { seat, table: self.other()? }
            }
            "reveal" => {
                let what = self.other()?;
                self.want("to")?;
                Verb::Reveal { what, to: self.audience()? }
            }
            "conceal" => Verb::Conceal(self.other()?),
            "show" => {
                let what = self.other()?;
                let with = self.with()?;
                self.want("to")?;
                Verb::Show { what, with, to: self.audience()? }
            }
            "note" => {
                let text = self.other()?;
                Verb::Note { text, with: self.with()? }
            }
            "open" if self.eat("channel") => Verb::OpenChannel(self.name()?.0),
            "close" if self.eat("channel") => Verb::CloseChannel(self.name()?.0),
            "close" if self.eat("phase") => Verb::ClosePhase,
            "give" if self.eat("floor") => {
                self.want("to")?;
                let seat = self.other()?;
                let time = if self.eat("for") { Some(self.duration()?) } else { None };
                Verb::GiveFloor(seat, time)
            }
            "take" if self.eat("floor") => Verb::TakeFloor,
            "start" if self.eat("timer") => {
                let name = self.name()?.0;
                self.want("for")?;
                Verb::StartTimer(name, self.duration()?)
            }
            "stop" if self.eat("timer") => Verb::StopTimer(self.name()?.0),
            "extend" => Verb::Extend(self.duration()?),
            "go" if self.eat("to") => {
                let (name, span) = self.name()?;
                Verb::GoTo(name, span)
            }
            "again" => Verb::Again,
            "leave" if self.eat("loop") => Verb::LeaveLoop,
            "finish" => {
                self.want("as")?;
                let (ending, span) = self.name()?;
                let people = if self.eat("for") { Some(self.set()?) } else { None };
                Verb::Finish { ending, span, people }
            }
            "resolve" => {
                let (name, span) = self.name()?;
                Verb::Resolve(name, span)
            }
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        Ok(Some(verb))
    }

    /// `name[…] =` or `name[…] of`: something to write to, not a verb with a list.
    fn indexed_place(&self) -> bool {
        if !matches!(self.peek_at(1), Tok::Sign("[")) {
            return false;
        }
        let mut depth = 0;
        for n in 1.. {
            match self.peek_at(n) {
                Tok::Sign("[") => depth += 1,
                Tok::Sign("]") => {
                    depth -= 1;
                    if depth == 0 {
                        return matches!(self.peek_at(n + 1), Tok::Sign("=" | "+=" | "-=")) || self.is_at(n + 1, "of");
                    }
                }
                Tok::End | Tok::Line => return false,
                _ => {}
            }
        }
        false
    }

    /// A count before `of`: number, name or bracket, so that `of` belongs to the verb.
    pub fn count(&mut self) -> Res<Ex> {
        self.primary()
    }

    fn verb_move(&mut self) -> Res<Verb> {
        let what = self.other()?;
        self.want("to")?;
        let to = self.owned()?;
        Ok(Verb::Move { what, to, bottom: self.eat("bottom") })
    }

    fn verb_advance(&mut self) -> Res<Verb> {
        let what = self.other()?;
        self.want("by")?;
        let by = self.other()?;
        self.want("steps")?;
        let mut end = AtEnd::Stop;
        if self.eat_sign(",") {
            end = match self.name()?.0.as_str() {
                "bounce" => AtEnd::Bounce,
                "stop" => AtEnd::Stop,
                "wrap" => AtEnd::Wrap,
                _ => {
                    self.at -= 1;
                    return Err(self.wrong());
                }
            };
        }
        Ok(Verb::Advance { what, by, end })
    }

    fn verb_deal(&mut self) -> Res<Verb> {
        let n = self.other()?;
        self.want("from")?;
        let from = self.owned()?;
        self.want("to")?;
        self.want("each")?;
        let zone = self.name()?.0;
        let to = if self.eat("of") { Some(self.set()?) } else { None };
        Ok(Verb::Deal { n, from, zone, to })
    }

    fn verb_rank(&mut self) -> Res<Verb> {
        let of = self.other()?;
        self.want("by")?;
        let keys = self.keys()?;
        let lot = self.eat_sign(",") && self.eat("lot");
        self.want("into")?;
        Ok(Verb::Rank { of, keys, lot, into: self.owned()? })
    }

    fn names(&mut self) -> Res<Vec<(String, Span)>> {
        let mut names = vec![self.name()?];
        while self.is_sign(",") && !self.is_at(1, "lot") {
            self.take();
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn verb_rotate(&mut self) -> Res<Verb> {
        let roles = self.names()?;
        self.want("among")?;
        let among = self.set()?;
        let lot = self.eat_sign(",") && self.eat("lot");
        Ok(Verb::Rotate { roles, among, lot })
    }

    fn verb_group(&mut self) -> Res<Verb> {
        let of = self.other()?;
        self.want("into")?;
        let kind = self.name()?.0;
        let size = if self.eat("of") { Some(self.sum()?) } else { None };
        let mut by = GroupBy::Order;
        if self.eat("by") {
            by = match self.name()?.0.as_str() {
                "lot" => GroupBy::Lot,
                "order" => GroupBy::Order,
                "same" => GroupBy::Same(self.sum()?),
                "mixed" => GroupBy::Mixed(self.sum()?),
                "rank" => GroupBy::Rank(self.sum()?),
                _ => {
                    self.at -= 1;
                    return Err(self.wrong());
                }
            };
        }
        let fresh = self.eat("avoiding");
        if fresh {
            self.want("repeats")?;
        }
        let leftover = self.leftover()?;
        Ok(Verb::Group { of, kind, size, by, fresh, leftover })
    }

    fn leftover(&mut self) -> Res<Leftover> {
        if !self.is_sign(",") || !self.is_at(1, "leftover") {
            // Further on it does stand: then what is not understood is what comes before it.
            let rest = self.tokens[self.at..].iter().map(|t| &t.tok).take_while(|t| **t != Tok::Line);
            if rest.clone().any(|t| matches!(t, Tok::Word(w) if w == "leftover")) {
                return Err(self.wrong());
            }
            let span = self.span();
            self.faults.add("P701", span, &[]);
            return Err(Told);
        }
        self.take();
        self.take();
        match self.name()?.0.as_str() {
            "join" => Ok(Leftover::Join),
            "small" => Ok(Leftover::Small),
            "rest" => Ok(Leftover::Rest),
            "observe" => Ok(Leftover::Observe),
            _ => {
                self.at -= 1;
                Err(self.wrong())
            }
        }
    }

    fn verb_form(&mut self) -> Res<Verb> {
        let kind = self.name()?.0;
        self.want("with")?;
        let mut with = vec![self.other()?];
        while self.eat_sign(",") {
            with.push(self.other()?);
        }
        let into = if self.eat("into") { Some(self.owned()?) } else { None };
        Ok(Verb::Form { kind, with, into })
    }

    fn verb_split(&mut self) -> Res<Verb> {
        let of = self.other()?;
        self.want("into")?;
        let teams = self.names()?;
        self.want("by")?;
        Ok(Verb::Split { of, teams, key: self.key()? })
    }

    fn with(&mut self) -> Res<Vec<(String, Ex)>> {
        let mut out = Vec::new();
        if !self.eat("with") {
            return Ok(out);
        }
        loop {
            let name = self.name()?.0;
            self.want_sign("=")?;
            out.push((name, self.other()?));
            if !self.eat_sign(",") {
                return Ok(out);
            }
        }
    }

    fn audience(&mut self) -> Res<To> {
        if let Some(who) = phrase::audience_words(self) {
            return Ok(To::Audience(who));
        }
        Ok(To::People(self.set()?))
    }

    // ------------------------------------------------------------ flow

    fn flow_lines(&mut self) -> Vec<Flow> {
        let mut out = Vec::new();
        let mut indent = None;
        loop {
            while matches!(self.peek(), Tok::Line) {
                self.take();
            }
            if matches!(self.peek(), Tok::End) || self.is("end") || self.is("else") {
                return out;
            }
            self.check_indent(&mut indent, !out.is_empty());
            let (start, line) = (self.span(), self.at);
            match self.flow_line().or_else(|Told| self.flow_held(line)) {
                Ok(kind) => out.push(Flow { span: self.since(start), kind }),
                Err(Told) => self.skip_line(),
            }
            if !matches!(self.peek(), Tok::Line | Tok::End) {
                self.wrong();
                self.skip_line();
            }
        }
    }

    fn flow_line(&mut self) -> Res<FlowKind> {
        if self.is("repeat") {
            return self.flow_repeat();
        }
        if self.is("for") && self.is_at(1, "each") {
            self.take();
            self.take();
            let item = self.name()?.0;
            self.want("in")?;
            let of = self.set()?;
            let name = if self.eat("as") { Some(self.name()?.0) } else { None };
            return Ok(FlowKind::ForEach { item, of, name, body: self.flow_body()? });
        }
        if self.is("each") {
            self.take();
            let what = self.name()?.0;
            return Ok(FlowKind::Each { what, body: self.flow_body()? });
        }
        if self.is("within") {
            self.take();
            let time = self.duration()?;
            return Ok(FlowKind::Within { time, body: self.flow_body()? });
        }
        if self.eat("if") {
            return self.flow_if();
        }
        if self.is("desk") && (self.is_at(1, "picks") || self.is_at(1, "may")) {
            return self.flow_desk();
        }
        let jump = [("leave", "loop"), ("go", "to"), ("close", "phase"), ("finish", "as")].into_iter().find(|(a, b)| self.is(a) && self.is_at(1, b));
        if let Some((verb, more)) = jump {
            let span = self.span();
            self.faults.add("F410", span, &[&format!("{verb} {more}")]);
            return Err(Told);
        }
        Ok(FlowKind::Phase(self.name()?.0))
    }

    /// The head of a block is not understood. What it holds is read all the same, and the name it gives to its passes is known:
    /// else whatever stands inside would be told as missing.
    fn flow_held(&mut self, line: usize) -> Res<FlowKind> {
        let colon = (self.at..self.tokens.len()).find(|t| matches!(self.tokens[*t].tok, Tok::Line | Tok::End)).map_or(line, |end| end - 1);
        let head = &self.tokens[line..=colon.max(line)];
        if self.tokens[colon].tok != Tok::Sign(":") || head.iter().any(|t| t.tok == Tok::Line) {
            return Err(Told);
        }
        let named = head.windows(2).find(|w| matches!(&w[0].tok, Tok::Word(w) if w == "as"));
        let name = named.and_then(|w| if let Tok::Word(name) = &w[1].tok { Some(name.clone()) } else { None });
        let times = Ex { span: head[0].span, kind: Box::new(Kind::Number(1)) };
        self.at = colon + 1;
        let mut body = self.flow_lines();
        while self.eat("else") {
            self.skip_line();
            body.extend(self.flow_lines());
        }
        self.end()?;
        Ok(FlowKind::Repeat { most: false, times, name, until: None, body })
    }

    fn flow_repeat(&mut self) -> Res<FlowKind> {
        self.take();
        let most = self.eat("at");
        if most {
            self.want("most")?;
        }
        let times = self.sum()?;
        self.want("times")?;
        let name = if self.eat("as") { Some(self.name()?.0) } else { None };
        let until = if self.eat("until") { Some(self.expr()?) } else { None };
        Ok(FlowKind::Repeat { most, times, name, until, body: self.flow_body()? })
    }

    fn flow_desk(&mut self) -> Res<FlowKind> {
        self.take();
        if self.eat("may") {
            self.want("skip")?;
            return Ok(FlowKind::DeskMaySkip(self.flow_body()?));
        }
        self.take();
        self.want("one")?;
        self.want("of")?;
        Ok(FlowKind::DeskPicks(self.names()?))
    }

    fn flow_body(&mut self) -> Res<Vec<Flow>> {
        self.want_sign(":")?;
        if !matches!(self.peek(), Tok::Line | Tok::End) {
            let start = self.span();
            let kind = self.flow_line()?;
            return Ok(vec![Flow { span: self.since(start), kind }]);
        }
        let body = self.flow_block();
        self.end()?;
        Ok(body)
    }

    fn flow_block(&mut self) -> Vec<Flow> {
        let told = self.faults.0.len();
        let body = self.flow_lines();
        self.not_empty(body.is_empty(), told);
        body
    }

    fn flow_if(&mut self) -> Res<FlowKind> {
        let cond = self.expr()?;
        self.want_sign(":")?;
        if !matches!(self.peek(), Tok::Line | Tok::End) {
            let start = self.span();
            let kind = self.flow_line()?;
            let body = vec![Flow { span: self.since(start), kind }];
            return Ok(FlowKind::If(vec![(cond, body)], Vec::new()));
        }
        let mut arms = vec![(cond, self.flow_block())];
        let mut other = Vec::new();
        while self.eat("else") {
            if self.eat("if") {
                let cond = self.expr()?;
                self.want_sign(":")?;
                arms.push((cond, self.flow_block()));
            } else {
                self.want_sign(":")?;
                other = self.flow_block();
                break;
            }
        }
        self.end()?;
        Ok(FlowKind::If(arms, other))
    }
}
