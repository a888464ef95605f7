//! Answers to inputs: what is legal, checking what came, making up what is missing.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::{Exec, Res};
use crate::command::{Answer, Answers};
use crate::eval::{Ctx, Env, Regs, SoFar};
use crate::event::Filled;
use crate::refusal::{Code, Refusal};
use crate::scenario::model::{AskDef, DEC, InputDef, MoveDef, NONE, Scenario, Val, X};
use crate::state::State;

/// Signs of one typed text at most, whatever a scenario says.
pub const TEXT: i64 = 4_000;
/// Tries at a random legal answer before it counts as none.
const TRIES: u32 = 20;

/// The legal answers to one input, as things stand.
#[derive(Clone, Debug)]
pub struct Legal {
    pub set: Vec<i64>,
    pub min: i64,
    pub max: i64,
    /// What the chosen may weigh together, and what each weighs.
    pub weigh: Option<(i64, Vec<i64>)>,
}

/// Options and limits of an input, after the earlier inputs of the same move.
#[must_use]
pub fn legal_set(sc: &Scenario, st: &State, ask: &AskDef, cx: Ctx, item: i64, pending: &[(u16, Val)]) -> Legal {
    let mut regs = Regs::of(item);
    let mut env = Env::given(sc, st, cx, &mut regs, pending);
    let sized = |set: Vec<i64>, min: i64, max: i64| Legal { set, min, max, weigh: None };
    match &ask.input {
        InputDef::YesNo => sized(vec![0, 1], 1, 1),
        InputDef::Drawing => sized(Vec::new(), 0, TEXT),
        InputDef::Number { from, to, .. } => {
            let (from, to) = (env.num(from), env.num(to));
            sized(Vec::new(), from, to)
        }
        InputDef::Text { max, .. } => {
            let max = env.num(max).clamp(1, TEXT);
            sized(Vec::new(), 1, max)
        }
        InputDef::Choice { least, most, of } => {
            let set = env.list(of);
            let (least, most) = (env.num(least), env.num(most));
            sized(set, least, most)
        }
        InputDef::Any { of, weighing } => {
            let set = env.list(of);
            let n = set.len() as i64;
            let weigh = weighing.as_ref().map(|(x, reg, max)| {
                let max = env.num(max);
                let weights = set.iter().map(|i| weight(&mut env, *reg, *i, x)).collect();
                (max, weights)
            });
            Legal { set, min: 0, max: n, weigh }
        }
        InputDef::Order(of) | InputDef::Tiers { of, .. } => {
            let set = env.list(of);
            let n = set.len() as i64;
            sized(set, n, n)
        }
        InputDef::Share { total, over } => {
            let set = env.list(over);
            let total = env.num(total);
            sized(set, total, total)
        }
    }
}

/// Options and limits of an input in a covered phase: the widest list, the same for everybody; it does not tell who acts.
#[must_use]
pub fn widest_legal_set(sc: &Scenario, st: &State, ask: &AskDef, cx: Ctx, item: i64) -> Legal {
    legal_set(sc, st, &widest_ask(ask), cx, item, &[])
}

/// The inputs of a move as a covered phase shows them.
pub fn widest_asks(def: &MoveDef) -> Vec<AskDef> {
    def.asks.iter().map(|a| widest_ask(a).into_owned()).collect()
}

fn widest_ask(ask: &AskDef) -> Cow<'_, AskDef> {
    let InputDef::Choice { of, least, most } = &ask.input else {
        return Cow::Borrowed(ask);
    };
    let input = InputDef::Choice { least: least.clone(), most: most.clone(), of: widest(of).clone() };
    Cow::Owned(AskDef { input, ..ask.clone() })
}

/// A set without its `where`, `from` and `except`.
fn widest(x: &X) -> &X {
    match x {
        X::Where { set, .. } | X::Turned { set, .. } | X::Except { set, .. } | X::Sorted { set, .. } => widest(set),
        x => x,
    }
}

fn weight(env: &mut Env<'_>, reg: u16, item: i64, x: &X) -> i64 {
    env.regs.n[usize::from(reg)] = item;
    env.num(x)
}

/// A set that must be chosen from, and has too little in it.
pub fn is_empty_set(x: &Exec<'_>, ask: &AskDef, cx: Ctx, item: i64, pending: &[(u16, Val)]) -> bool {
    match &ask.input {
        InputDef::Choice { least, of, .. } => {
            let mut regs = Regs::of(item);
            let mut env = Env::given(x.sc, &x.st, cx, &mut regs, pending);
            let need = env.num(least).max(1);
            !env.has_so_many(of, need)
        }
        InputDef::Number { .. } => {
            let legal = legal_set(x.sc, &x.st, ask, cx, item, pending);
            legal.max < legal.min
        }
        _ => false,
    }
}

// ---------------------------------------------------------------- what came

pub fn validate(x: &mut Exec<'_>, def: &MoveDef, seat: u32, cx: Ctx, item: i64, inputs: &Answers) -> Res<Filled> {
    validate_asks(x, &def.asks, Some(seat), cx, item, inputs)
}

/// Inputs one after another: type, membership in the set as it is now, limits from earlier inputs.
pub fn validate_asks(x: &mut Exec<'_>, asks: &[AskDef], author: Option<u32>, cx: Ctx, item: i64, inputs: &Answers) -> Res<Filled> {
    let unknown = inputs.keys().find(|k| !["sure", "unkept"].contains(&k.as_str()) && !asks.iter().any(|a| a.id == **k));
    if let Some(k) = unknown {
        return Err(Refusal::at(Code::Type, k));
    }
    let mut pending: SoFar = SoFar::new();
    let mut typed: Vec<(usize, String)> = Vec::new();
    for (i, ask) in asks.iter().enumerate() {
        let val = match (inputs.get(&ask.id), one_of(ask)) {
            (Some(Answer::Number(n)), Some(of)) => {
                let mut regs = Regs::of(item);
                let mut env = Env::given(x.sc, &x.st, cx, &mut regs, &pending);
                // Whether it is among them is known without writing all of them out.
                Some(Val::N(*n)).filter(|_| env.has(of, *n)).ok_or_else(|| Refusal::at(Code::Choice, &ask.id))?
            }
            (Some(answer), _) => {
                check_one(ask, &legal_set(x.sc, &x.st, ask, cx, item, &pending), answer, &mut |text| typed.push((i, text.to_string())))?
            }
            (None, _) if ask.optional => nothing(ask, x),
            (None, _) => return Err(Refusal::at(Code::Type, &ask.id)),
        };
        pending.push((ask.var, val));
    }
    // Texts become events only when all inputs are good.
    let unkept = matches!(inputs.get("unkept"), Some(Answer::Yes(true)));
    for (i, text) in typed {
        let id = x.wrote(author, &text, TEXT as usize, unkept && asks[i].keep_asked)?;
        pending[i].1 = Val::N(i64::from(id));
    }
    Ok(pending.into_iter().map(|p| p.1).collect())
}

/// What exactly one must be chosen of.
fn one_of(ask: &AskDef) -> Option<&X> {
    match &ask.input {
        InputDef::Choice { least: X::K(1), most: X::K(1), of } => Some(of),
        _ => None,
    }
}

fn nothing(ask: &AskDef, x: &Exec<'_>) -> Val {
    x.sc.vars[usize::from(ask.var)].start.clone()
}

fn check_one(ask: &AskDef, legal: &Legal, answer: &Answer, text: &mut dyn FnMut(&str)) -> Res<Val> {
    let no = |code| Refusal::at(code, &ask.id);
    match (&ask.input, answer) {
        (InputDef::YesNo, Answer::Yes(b)) => Ok(Val::N(i64::from(*b))),
        (InputDef::Number { decimal: false, .. }, Answer::Number(n)) => within(*n, legal).ok_or_else(|| no(Code::Limit)),
        (InputDef::Number { decimal: true, .. }, Answer::Number(n)) => within(n.saturating_mul(DEC), legal).ok_or_else(|| no(Code::Limit)),
        (InputDef::Number { decimal: true, .. }, Answer::Decimal(f)) if f.is_finite() => {
            within((f * DEC as f64).round() as i64, legal).ok_or_else(|| no(Code::Limit))
        }
        (InputDef::Text { .. }, Answer::Text(t)) => {
            let clean = clean(t);
            let n = clean.chars().count() as i64;
            if n > legal.max {
                return Err(no(Code::Limit));
            }
            if clean.is_empty() {
                return if ask.optional { Ok(Val::N(NONE)) } else { Err(no(Code::Limit)) };
            }
            text(&clean);
            Ok(Val::N(NONE))
        }
        (InputDef::Drawing, Answer::Text(t)) => {
            if t.len() as i64 > legal.max {
                return Err(no(Code::Limit));
            }
            if t.trim().is_empty() {
                return if ask.optional { Ok(Val::N(NONE)) } else { Err(no(Code::Limit)) };
            }
            text(t);
            Ok(Val::N(NONE))
        }
        (InputDef::Choice { .. } | InputDef::Any { .. }, _) => chosen(ask, legal, answer),
        (InputDef::Order(_), Answer::List(l)) => permutation(l, &legal.set).ok_or_else(|| no(Code::Choice)),
        (InputDef::Tiers { sizes, .. }, Answer::Tiers(tiers)) => {
            let fits = tiers.len() == sizes.len() && tiers.iter().zip(sizes).all(|(t, s)| t.len() == *s as usize);
            let flat: Vec<i64> = tiers.iter().flatten().copied().collect();
            let known = flat.iter().all(|i| legal.set.contains(i)) && distinct(&flat);
            if fits && known { Ok(Val::L(flat)) } else { Err(no(Code::Limit)) }
        }
        (InputDef::Share { .. }, Answer::List(l)) => {
            let good = l.len() == legal.set.len() && l.iter().all(|n| *n >= 0) && l.iter().fold(0i64, |a, b| a.saturating_add(*b)) == legal.max;
            if good { Ok(shared(&legal.set, l)) } else { Err(no(Code::Limit)) }
        }
        _ => Err(no(Code::Type)),
    }
}

fn within(n: i64, legal: &Legal) -> Option<Val> {
    (legal.min <= n && n <= legal.max && n != NONE).then_some(Val::N(n))
}

fn chosen(ask: &AskDef, legal: &Legal, answer: &Answer) -> Res<Val> {
    let no = |code| Refusal::at(code, &ask.id);
    let single = one_of(ask).is_some();
    let list = match answer {
        Answer::Number(n) => vec![*n],
        Answer::List(l) => l.clone(),
        _ => return Err(no(Code::Type)),
    };
    if !list.iter().all(|i| legal.set.contains(i)) || !distinct(&list) {
        return Err(no(Code::Choice));
    }
    let n = list.len() as i64;
    if n < legal.min || n > legal.max {
        return Err(no(Code::Limit));
    }
    if let Some((max, weights)) = &legal.weigh {
        let sum: i64 = list.iter().filter_map(|i| legal.set.iter().position(|s| s == i)).map(|i| weights[i]).sum();
        if sum > *max {
            return Err(no(Code::Limit));
        }
    }
    Ok(if single { Val::N(list[0]) } else { Val::L(list) })
}

/// Points are kept with what they were given to: the set may be another for each, and later.
fn shared(set: &[i64], points: &[i64]) -> Val {
    Val::L(set.iter().zip(points).flat_map(|(thing, n)| [*thing, *n]).collect())
}

fn distinct(list: &[i64]) -> bool {
    list.iter().enumerate().all(|(i, x)| !list[..i].contains(x))
}

fn permutation(l: &[i64], set: &[i64]) -> Option<Val> {
    (l.len() == set.len() && distinct(l) && l.iter().all(|i| set.contains(i))).then(|| Val::L(l.to_vec()))
}

/// Control and direction signs out, ends trimmed.
fn clean(text: &str) -> String {
    let bad = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.replace("\r\n", "\n").chars().filter(|c| !bad(*c)).collect::<String>().trim().to_string()
}

/// Is a stored answer still within its sets, and do the checks hold?
pub fn still_legal(x: &Exec<'_>, def: &MoveDef, cx: Ctx, item: i64, inputs: &[Val]) -> bool {
    if !sets_hold(x, def, cx, item, inputs) {
        return false;
    }
    let pending: SoFar = def.asks.iter().map(|a| a.var).zip(inputs.iter().cloned()).collect();
    let mut regs = Regs::of(item);
    let mut env = Env::given(x.sc, &x.st, cx, &mut regs, &pending);
    def.checks.iter().all(|c| env.yes(&c.cond))
}

/// Is a stored answer still within its sets, as they are now?
pub fn sets_hold(x: &Exec<'_>, def: &MoveDef, cx: Ctx, item: i64, inputs: &[Val]) -> bool {
    let mut pending: SoFar = SoFar::new();
    for (ask, val) in def.asks.iter().zip(inputs) {
        let legal = legal_set(x.sc, &x.st, ask, cx, item, &pending);
        let good = match (&ask.input, val) {
            (InputDef::Number { .. }, Val::N(n)) => *n == NONE && ask.optional || legal.min <= *n && *n <= legal.max,
            (InputDef::Choice { .. }, Val::N(n)) => *n == NONE && ask.optional || legal.set.contains(n),
            (InputDef::Choice { .. } | InputDef::Any { .. } | InputDef::Order(_) | InputDef::Tiers { .. }, Val::L(l)) => {
                l.iter().all(|i| legal.set.contains(i))
            }
            (InputDef::Share { .. }, Val::L(l)) => l.iter().step_by(2).eq(&legal.set),
            _ => true,
        };
        if !good {
            return false;
        }
        pending.push((ask.var, val.clone()));
    }
    true
}

// ---------------------------------------------------------------- what is missing

/// Each input's declared default; `None` when one has none and is needed.
pub fn defaults(x: &Exec<'_>, s: u32, def: &MoveDef, seat: u32, item: i64) -> Option<Filled> {
    let cx = x.move_ctx(s, def, seat);
    let mut regs = Regs::of(item);
    let mut out = Filled::new();
    for ask in &def.asks {
        let val = match &ask.default {
            Some(d) => Env::new(x.sc, &x.st, cx, &mut regs).val(d, ask.default_list),
            None if ask.optional => nothing(ask, x),
            None => return None,
        };
        out.push(val);
    }
    Some(out)
}

/// A random legal answer, sampled input by input; `None` when none is found.
pub fn random(x: &mut Exec<'_>, s: u32, def: &MoveDef, seat: u32, item: i64) -> Option<Filled> {
    let cx = x.move_ctx(s, def, seat);
    for t in 0..TRIES {
        let mut rng = super::mix(x.st.seed ^ (x.st.draws << 8) ^ u64::from(t));
        let Some(vals) = sample(x.sc, &x.st, def, cx, item, &mut rng) else {
            continue;
        };
        let vals: Filled = vals.into_iter().map(|v| v.val).collect();
        let texts = def.asks.iter().any(|a| matches!(a.input, InputDef::Text { .. } | InputDef::Drawing) && !a.optional);
        if !texts && still_legal(x, def, cx, item, &vals) {
            x.drew(crate::event::Draw::Pick, vec![t.into()]);
            return Some(vals);
        }
    }
    None
}

/// A sampled answer: stored, and as it would travel.
#[derive(Clone)]
pub struct Sample {
    pub val: Val,
    pub answer: Answer,
}

/// One answer to each input, drawn at random from what is legal.
pub fn sample(sc: &Scenario, st: &State, def: &MoveDef, cx: Ctx, item: i64, rng: &mut u64) -> Option<SmallVec<[Sample; 1]>> {
    let mut pending: SoFar = SoFar::new();
    let mut out = SmallVec::new();
    for ask in &def.asks {
        let legal = legal_set(sc, st, ask, cx, item, &pending);
        let s = sample_one(ask, &legal, rng)?;
        pending.push((ask.var, s.val.clone()));
        out.push(s);
    }
    Some(out)
}

/// Answers to a whole move, one by one.
#[derive(Default)]
pub struct Every {
    /// `None`: an optional input left out.
    pub all: Vec<Vec<Option<Sample>>>,
    /// There were more than asked for, or an input has too many answers to be written out.
    pub cut: bool,
}

/// Every legal answer to a move's inputs, in order, up to `most`. Of an input that does not matter, one.
#[must_use]
#[allow(clippy::too_many_arguments)] // a move, where it is made, and what is wanted of it
pub fn every(sc: &Scenario, st: &State, asks: &[AskDef], cx: Ctx, item: i64, most: usize, matters: &dyn Fn(&AskDef) -> bool) -> Every {
    let mut out = Every { all: vec![Vec::new()], cut: false };
    for ask in asks {
        let mut next = Vec::new();
        for before in &out.all {
            let given =
                |(a, s): (&AskDef, &Option<Sample>)| (a.var, s.as_ref().map_or_else(|| sc.vars[usize::from(a.var)].start.clone(), |s| s.val.clone()));
            let pending: SoFar = asks.iter().zip(before).map(given).collect();
            let legal = legal_set(sc, st, ask, cx, item, &pending);
            let (answers, cut) = every_one(ask, &legal, most);
            out.cut |= cut && matters(ask);
            let mut answers: Vec<Option<Sample>> = answers.into_iter().map(Some).chain(ask.optional.then_some(None)).collect();
            if !matters(ask) {
                answers.truncate(1);
            }
            for answer in answers {
                if next.len() >= most {
                    out.cut = true;
                    break;
                }
                next.push(before.iter().cloned().chain([answer]).collect());
            }
        }
        out.all = next;
    }
    out
}

/// Answers to one input; `true`: these are not all.
fn every_one(ask: &AskDef, legal: &Legal, most: usize) -> (Vec<Sample>, bool) {
    let both = |n: i64| Sample { val: Val::N(n), answer: Answer::Number(n) };
    let lists =
        |(all, cut): (Vec<Vec<i64>>, bool)| (all.into_iter().map(|l| Sample { val: Val::L(l.clone()), answer: Answer::List(l) }).collect(), cut);
    match &ask.input {
        InputDef::YesNo => ([1, 0].map(|n| Sample { val: Val::N(n), answer: Answer::Yes(n == 1) }).into(), false),
        InputDef::Number { decimal, .. } => {
            let number = |n: i64| if *decimal { Sample { val: Val::N(n), answer: Answer::Decimal(n as f64 / DEC as f64) } } else { both(n) };
            let many = legal.max.saturating_sub(legal.min) >= most as i64;
            if !many {
                return ((legal.min..=legal.max).map(number).collect(), false);
            }
            // The ends and some between them stand for the rest.
            let mut some: Vec<i64> = (0..=4).map(|i| legal.min + (legal.max - legal.min) / 4 * i).chain([legal.max]).collect();
            some.dedup();
            (some.into_iter().map(number).collect(), true)
        }
        InputDef::Text { .. } | InputDef::Drawing => {
            let short: String = WORDS[0].chars().take(legal.max.max(1) as usize).collect();
            (vec![Sample { val: Val::N(NONE), answer: Answer::Text(short) }], false)
        }
        InputDef::Choice { least: X::K(1), most: X::K(1), .. } => (legal.set.iter().map(|n| both(*n)).collect(), false),
        InputDef::Choice { .. } | InputDef::Any { .. } => {
            let (all, cut) = subsets(legal, most);
            lists((all, cut))
        }
        InputDef::Order(_) => lists(orders(&legal.set, legal.set.len(), most)),
        InputDef::Tiers { sizes, .. } => {
            let need: usize = sizes.iter().map(|s| *s as usize).sum();
            if legal.set.len() < need {
                return (Vec::new(), false);
            }
            let (all, cut) = orders(&legal.set, need, most);
            (all.into_iter().map(|flat| Sample { answer: Answer::Tiers(in_tiers(&flat, sizes)), val: Val::L(flat) }).collect(), cut)
        }
        InputDef::Share { .. } => {
            let (all, cut) = shares(legal.set.len(), legal.max.max(0), most);
            (all.into_iter().map(|points| Sample { val: shared(&legal.set, &points), answer: Answer::List(points) }).collect(), cut)
        }
    }
}

/// Tiers are kept as one list; here it is cut where each ends.
#[must_use]
pub fn in_tiers(list: &[i64], sizes: &[u32]) -> Vec<Vec<i64>> {
    let mut rest = list;
    sizes
        .iter()
        .map(|s| {
            let (a, b) = rest.split_at((*s as usize).min(rest.len()));
            rest = b;
            a.to_vec()
        })
        .collect()
}

/// Sets of the wanted sizes that do not weigh too much.
fn subsets(legal: &Legal, most: usize) -> (Vec<Vec<i64>>, bool) {
    let mut out = Vec::new();
    let n = legal.set.len();
    if n > 20 {
        let few = legal.min.clamp(0, n as i64) as usize;
        return (vec![legal.set[..few].to_vec()], true);
    }
    for bits in 0u32..1 << n {
        let size = i64::from(bits.count_ones());
        let chosen = || (0..n).filter(|i| bits >> i & 1 == 1);
        let light = legal.weigh.as_ref().is_none_or(|(max, w)| chosen().map(|i| w[i]).sum::<i64>() <= *max);
        if legal.min <= size && size <= legal.max && light {
            if out.len() >= most {
                return (out, true);
            }
            out.push(chosen().map(|i| legal.set[i]).collect());
        }
    }
    (out, false)
}

/// The first so many of a set, in every order.
fn orders(set: &[i64], need: usize, most: usize) -> (Vec<Vec<i64>>, bool) {
    let mut out: Vec<Vec<i64>> = vec![Vec::new()];
    let mut cut = false;
    for _ in 0..need {
        let longer = out.iter().flat_map(|o| set.iter().filter(|i| !o.contains(i)).map(|i| o.iter().copied().chain([*i]).collect()));
        let mut next: Vec<Vec<i64>> = longer.take(most + 1).collect();
        cut |= next.len() > most;
        next.truncate(most);
        out = next;
    }
    (out, cut)
}

/// Every way of sharing so many points over so many things.
fn shares(things: usize, points: i64, most: usize) -> (Vec<Vec<i64>>, bool) {
    if things == 0 {
        return (Vec::new(), false);
    }
    let mut out: Vec<(Vec<i64>, i64)> = vec![(Vec::new(), points)];
    let mut cut = false;
    for i in 0..things {
        let last = i + 1 == things;
        let longer = out.iter().flat_map(|(given, left)| {
            let from = if last { *left } else { 0 };
            (from..=*left).map(move |p| (given.iter().copied().chain([p]).collect(), left - p))
        });
        let mut next: Vec<(Vec<i64>, i64)> = longer.take(most + 1).collect();
        cut |= next.len() > most;
        next.truncate(most);
        out = next;
    }
    (out.into_iter().map(|(given, _)| given).collect(), cut)
}

fn below(rng: &mut u64, n: u64) -> u64 {
    *rng = rng.wrapping_add(0x9E37_79B9_7F4A_7C15);
    super::mix(*rng) % n.max(1)
}

/// What a bot types: short, plainly a bot's.
const WORDS: [&str; 4] = ["Va bene così.", "Non lo so ancora.", "Chiederei alla collega.", "Guardiamo la norma."];

fn sample_one(ask: &AskDef, legal: &Legal, rng: &mut u64) -> Option<Sample> {
    let both = |n: i64| Sample { val: Val::N(n), answer: Answer::Number(n) };
    let list = |l: Vec<i64>| Sample { val: Val::L(l.clone()), answer: Answer::List(l) };
    Some(match &ask.input {
        InputDef::YesNo => {
            let n = below(rng, 2) as i64;
            Sample { val: Val::N(n), answer: Answer::Yes(n == 1) }
        }
        InputDef::Number { decimal, .. } => {
            let n = legal.min + below(rng, (legal.max - legal.min + 1).max(1) as u64) as i64;
            if legal.max < legal.min {
                return None;
            }
            if *decimal { Sample { val: Val::N(n), answer: Answer::Decimal(n as f64 / DEC as f64) } } else { both(n) }
        }
        InputDef::Text { .. } | InputDef::Drawing => {
            let text = WORDS[below(rng, WORDS.len() as u64) as usize];
            Sample { val: Val::N(NONE), answer: Answer::Text(text.chars().take(legal.max.max(1) as usize).collect()) }
        }
        InputDef::Choice { least: X::K(1), most: X::K(1), .. } => {
            if legal.set.is_empty() {
                return None;
            }
            both(legal.set[below(rng, legal.set.len() as u64) as usize])
        }
        InputDef::Choice { .. } | InputDef::Any { .. } => some_of(legal, rng)?,
        InputDef::Order(_) => list(mixed(&legal.set, rng)),
        InputDef::Tiers { sizes, .. } => {
            let order = mixed(&legal.set, rng);
            let need: usize = sizes.iter().map(|s| *s as usize).sum();
            let flat: Vec<i64> = order.into_iter().take(need).collect();
            if flat.len() < need {
                return None;
            }
            Sample { answer: Answer::Tiers(in_tiers(&flat, sizes)), val: Val::L(flat) }
        }
        InputDef::Share { .. } => {
            let mut points = vec![0; legal.set.len()];
            if points.is_empty() {
                return None;
            }
            for _ in 0..legal.max.max(0) {
                points[below(rng, legal.set.len() as u64) as usize] += 1;
            }
            Sample { val: shared(&legal.set, &points), answer: Answer::List(points) }
        }
    })
}

fn some_of(legal: &Legal, rng: &mut u64) -> Option<Sample> {
    let most = legal.max.min(legal.set.len() as i64);
    if most < legal.min {
        return None;
    }
    let n = legal.min + below(rng, (most - legal.min + 1) as u64) as i64;
    let mut out = Vec::new();
    let mut left = legal.weigh.as_ref().map_or(i64::MAX, |w| w.0);
    for i in mixed(&legal.set, rng) {
        let w = legal.weigh.as_ref().map_or(0, |(_, ws)| legal.set.iter().position(|s| *s == i).map_or(0, |p| ws[p]));
        if (out.len() as i64) < n && w <= left {
            out.push(i);
            left -= w;
        }
    }
    Some(Sample { val: Val::L(out.clone()), answer: Answer::List(out) })
}

fn mixed(set: &[i64], rng: &mut u64) -> Vec<i64> {
    let mut out = set.to_vec();
    for i in (1..out.len()).rev() {
        out.swap(i, below(rng, i as u64 + 1) as usize);
    }
    out
}
