//! The short forms: how a phase ends, a time limit, who sees, a type, how an input is asked.

use super::ast::{Ex, Input, Kind, Who};
use super::lex::Tok;
use super::parse::{Parser, Told};
use crate::scenario::faults::Faults;
use crate::scenario::tree::Span;

#[derive(Clone, Debug)]
pub enum Ends {
    AllDone,
    /// So many have finished.
    Done(i64),
    Desk,
    Time,
    AtOnce,
    When(Ex),
}

pub fn ends(text: &str, span: Span, faults: &mut Faults) -> Option<Ends> {
    let mut p = Parser::new(text, span, faults, true);
    let ends = match p.peek().clone() {
        Tok::Word(w) if w == "all" => done(&mut p, Ends::AllDone),
        Tok::Number(n) => done(&mut p, Ends::Done(n)),
        Tok::Word(w) if w == "desk" => one(&mut p, Ends::Desk),
        Tok::Word(w) if w == "time" => one(&mut p, Ends::Time),
        Tok::Word(w) if w == "at" => {
            p.take();
            p.want("once").map(|()| Ends::AtOnce)
        }
        Tok::Word(w) if w == "when" => {
            p.take();
            p.set().map(Ends::When)
        }
        _ => Err(p.wrong()),
    };
    let ends = ends.ok()?;
    p.finish().ok()?;
    Some(ends)
}

fn done(p: &mut Parser<'_>, ends: Ends) -> Result<Ends, Told> {
    p.take();
    p.want("done").map(|()| ends)
}

#[allow(clippy::unnecessary_wraps)] // one shape for all arms of `ends`
fn one(p: &mut Parser<'_>, ends: Ends) -> Result<Ends, Told> {
    p.take();
    Ok(ends)
}

/// A duration or an expression for one; `None` inside means "none": no limit.
pub fn limit(text: &str, span: Span, faults: &mut Faults) -> Option<Option<Ex>> {
    let mut p = Parser::new(text, span, faults, true);
    if p.is("none") {
        p.take();
        p.finish().ok()?;
        return Some(None);
    }
    let ex = p.set().ok()?;
    p.finish().ok()?;
    Some(Some(ex))
}

pub fn audience(text: &str, span: Span, faults: &mut Faults) -> Option<Vec<Who>> {
    let mut p = Parser::new(text, span, faults, true);
    let mut out = Vec::new();
    loop {
        out.push(who(&mut p).ok()?);
        if !p.eat_sign(",") {
            break;
        }
    }
    p.finish().ok()?;
    Some(out)
}

/// In a verb: audience words that no expression could be. `None`: an expression follows.
pub fn audience_words(p: &mut Parser<'_>) -> Option<Vec<Who>> {
    let who = match p.peek() {
        Tok::Word(w) => match w.as_str() {
            "table" => Who::Table,
            "all" => Who::All,
            "desk" => Who::Desk,
            "owner" => Who::Owner,
            _ => return None,
        },
        _ => return None,
    };
    p.take();
    // `all role`, `table of x`: an expression after all.
    if !matches!(p.peek(), Tok::Line | Tok::End) && !p.is("else") {
        p.back();
        return None;
    }
    Some(vec![who])
}

fn who(p: &mut Parser<'_>) -> Result<Who, Told> {
    let (word, _) = p.name()?;
    Ok(match word.as_str() {
        "nobody" => Who::Nobody,
        "desk" => Who::Desk,
        "owner" => Who::Owner,
        "only" => {
            p.want("owner")?;
            Who::OnlyOwner
        }
        "role" => Who::Role(optional_name(p)),
        "team" => Who::Team(optional_name(p)),
        "table" => Who::Table,
        "all" => Who::All,
        _ => Who::Group(word),
    })
}

fn optional_name(p: &mut Parser<'_>) -> Option<String> {
    match p.peek() {
        Tok::Word(_) => p.name().ok().map(|(n, _)| n),
        _ => None,
    }
}

/// A type as written: list, base words, may be none.
#[derive(Clone, Debug)]
pub struct TypeWords {
    pub list: bool,
    pub base: String,
    pub space_of: bool,
    pub optional: bool,
}

pub fn type_words(text: &str, span: Span, faults: &mut Faults) -> Option<TypeWords> {
    let mut p = Parser::new(text, span, faults, true);
    let mut out = TypeWords { list: false, base: String::new(), space_of: false, optional: false };
    if p.is("list") {
        p.take();
        p.want("of").ok()?;
        out.list = true;
    }
    if p.eat("yes") {
        // "yes/no": the only type with a sign in it.
        if !p.eat_sign("/") || !p.eat("no") {
            p.wrong();
            return None;
        }
        out.base = "yes/no".into();
    } else if p.is("space") {
        p.take();
        p.want("of").ok()?;
        out.space_of = true;
        out.base = p.name().ok()?.0;
    } else {
        out.base = p.name().ok()?.0;
    }
    if p.eat("or") {
        p.want("none").ok()?;
        out.optional = true;
    }
    p.finish().ok()?;
    Some(out)
}

pub fn input(text: &str, span: Span, faults: &mut Faults) -> Option<Input> {
    let mut p = Parser::new(text, span, faults, true);
    let input = input_words(&mut p).ok()?;
    p.finish().ok()?;
    Some(input)
}

fn input_words(p: &mut Parser<'_>) -> Result<Input, Told> {
    let start = p.span();
    let Tok::Word(word) = p.peek().clone() else {
        return choice(p);
    };
    match word.as_str() {
        "yes" => {
            p.take();
            if !p.eat_sign("/") || !p.eat("no") {
                return Err(p.wrong());
            }
            Ok(Input::YesNo)
        }
        "drawing" => {
            p.take();
            Ok(Input::Drawing)
        }
        "number" | "decimal" => {
            p.take();
            p.want("from")?;
            let from = p.sum()?;
            p.want("to")?;
            Ok(Input::Number { decimal: word == "decimal", from, to: p.sum()? })
        }
        "text" => {
            p.take();
            p.want("up")?;
            p.want("to")?;
            let max = p.sum()?;
            Ok(Input::Text { max, lines: p.eat("lines") })
        }
        "one" => {
            p.take();
            p.want("of")?;
            let one = Ex { span: start, kind: Box::new(Kind::Number(1)) };
            Ok(Input::Choice { least: one, most: None, of: p.set()? })
        }
        "any" => {
            p.take();
            p.want("of")?;
            let of = p.set()?;
            let mut weighing = None;
            if p.eat("weighing") {
                let weight = p.sum()?;
                p.want("up")?;
                p.want("to")?;
                weighing = Some((weight, p.sum()?));
            }
            Ok(Input::Any { of, weighing })
        }
        "order" => {
            p.take();
            p.want("of")?;
            Ok(Input::Order(p.set()?))
        }
        "tiers" => tiers(p),
        "share" => {
            p.take();
            let total = p.sum()?;
            p.want("over")?;
            Ok(Input::Share { total, over: p.set()? })
        }
        _ => choice(p),
    }
}

fn tiers(p: &mut Parser<'_>) -> Result<Input, Told> {
    p.take();
    let mut sizes = Vec::new();
    while let Tok::Number(n) = *p.peek() {
        sizes.push(n);
        p.take();
    }
    p.want("of")?;
    Ok(Input::Tiers { sizes, of: p.set()? })
}

/// `3 of S`, `1 to 3 of S`, `(massimo) of S`.
fn choice(p: &mut Parser<'_>) -> Result<Input, Told> {
    let least = p.count()?;
    let most = if p.eat("to") { Some(p.count()?) } else { None };
    p.want("of")?;
    Ok(Input::Choice { least, most, of: p.set()? })
}
