//! The short forms: how a phase ends, a time limit, who sees, a type, how an input is asked.

use super::ast::{Bin, Ex, Input, Kind, Who};
use super::lex::Tok;
use super::parse::{Parser, Told};
use crate::scenario::faults::Faults;
use crate::scenario::tree::Span;

#[derive(Clone, Debug)]
pub enum Ends {
    AllDone,
    /// So many have finished.
    Done(Ex),
    Desk,
    Time,
    AtOnce,
    When(Ex),
    /// More of the condition before.
    OrWhen(Ex),
}

/// One or several, with `or` between them: whichever comes first.
pub fn ends(text: &str, span: Span, faults: &mut Faults) -> Option<Vec<Ends>> {
    read("ends", text, span, faults, |p| {
        let mut out = Vec::new();
        loop {
            match clause(p, out.last())? {
                Ends::OrWhen(ex) => *out.last_mut().ok_or(Told)? = Ends::When(ex),
                next => out.push(next),
            }
            if !p.eat("or") {
                break;
            }
        }
        p.finish()?;
        Ok(out)
    })
}

/// Reads a short form. Where it is none, what may stand there is told, not the word that was missed; what is wrong inside
/// an expression of it is told as it is.
fn read<T>(kind: &str, text: &str, span: Span, faults: &mut Faults, f: impl FnOnce(&mut Parser<'_>) -> Result<T, Told>) -> Option<T> {
    const WORDS: [&str; 9] = ["done", "once", "from", "to", "up", "of", "over", "owner", "none"];
    let told = faults.0.len();
    let out = f(&mut Parser::new(text, span, faults, true)).ok();
    if out.is_none()
        && let Some(first) = faults.0.get(told)
    {
        let missed = match first.code {
            "T309" => WORDS.contains(&first.args[0].as_str()),
            "T308" => kind != "input" || first.span.start == span.start,
            "T307" | "T304" => !matches!(kind, "input" | "ends"),
            _ => false,
        };
        if missed {
            let at = first.span;
            faults.0.truncate(told);
            faults.add("T324", at, &[text.trim(), kind]);
        }
    }
    out
}

fn clause(p: &mut Parser<'_>, before: Option<&Ends>) -> Result<Ends, Told> {
    if p.eat("all") {
        return p.want("done").map(|()| Ends::AllDone);
    }
    if p.eat("desk") {
        return Ok(Ends::Desk);
    }
    if p.eat("time") {
        return Ok(Ends::Time);
    }
    if p.eat("at") {
        return p.want("once").map(|()| Ends::AtOnce);
    }
    if p.eat("when") {
        return p.and().map(Ends::When);
    }
    let ex = p.and()?;
    if let (Some(Ends::When(first)), false) = (before, p.is("done")) {
        // `when a or b`: the condition goes on.
        let span = Span { end: ex.span.end, ..first.span };
        return Ok(Ends::OrWhen(Ex { span, kind: Box::new(Kind::Binary(Bin::Or, first.clone(), ex)) }));
    }
    p.want("done").map(|()| Ends::Done(ex))
}

/// A time limit: `each` gives every seat a clock of its own, `fixed` keeps the desk from extending it.
#[derive(Clone, Debug)]
pub struct Limit {
    pub time: Ex,
    pub each: bool,
    pub fixed: bool,
}

/// `None` inside means "none": no limit.
pub fn limit(text: &str, span: Span, faults: &mut Faults) -> Option<Option<Limit>> {
    read("limit", text, span, faults, |p| {
        if p.is("none") {
            p.take();
            p.finish()?;
            return Ok(None);
        }
        let time = p.duration()?;
        let (each, fixed) = (p.eat("each"), p.eat("fixed"));
        p.finish()?;
        Ok(Some(Limit { time, each, fixed }))
    })
}

pub fn audience(text: &str, span: Span, faults: &mut Faults) -> Option<Vec<Who>> {
    read("audience", text, span, faults, |p| {
        let mut out = Vec::new();
        loop {
            out.push(who(p)?);
            if !p.eat_sign(",") {
                break;
            }
        }
        p.finish()?;
        Ok(out)
    })
}

/// In a verb: audience words that no expression could be. `None`: an expression follows.
pub fn audience_words(p: &mut Parser<'_>) -> Option<Vec<Who>> {
    const WORDS: [&str; 8] = ["table", "all", "desk", "owner", "only", "role", "team", "nobody"];
    let start = p.place();
    let mut out = Vec::new();
    loop {
        let known = matches!(p.peek(), Tok::Word(w) if WORDS.contains(&w.as_str()));
        let told = p.faults.0.len();
        match if known { who(p) } else { Err(Told) } {
            Ok(w) => out.push(w),
            Err(Told) => {
                p.faults.0.truncate(told);
                p.go_back(start);
                return None;
            }
        }
        if !p.eat_sign(",") {
            break;
        }
    }
    // `all role`, `table of x`: an expression after all.
    if !matches!(p.peek(), Tok::Line | Tok::End) {
        p.go_back(start);
        return None;
    }
    Some(out)
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
    read("type", text, span, faults, |p| {
        let mut out = TypeWords { list: false, base: String::new(), space_of: false, optional: false };
        if p.is("list") {
            p.take();
            p.want("of")?;
            out.list = true;
        }
        if p.eat("yes") {
            // "yes/no": the only type with a sign in it.
            if !p.eat_sign("/") || !p.eat("no") {
                return Err(p.wrong());
            }
            out.base = "yes/no".into();
        } else if p.is("space") {
            p.take();
            p.want("of")?;
            out.space_of = true;
            out.base = p.name()?.0;
        } else {
            out.base = p.name()?.0;
        }
        if p.eat("or") {
            p.want("none")?;
            out.optional = true;
        }
        p.finish()?;
        Ok(out)
    })
}

pub fn input(text: &str, span: Span, faults: &mut Faults) -> Option<Input> {
    read("input", text, span, faults, |p| {
        let input = input_words(p)?;
        p.finish()?;
        Ok(input)
    })
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
