//! What can be chosen: each answer of each input that has few enough of them, as one numbered option.

use crate::eval::{Ctx, Env, Regs};
use crate::scenario::model::{AskDef, Base, InputDef, NONE, Scenario, Val, Words, X};
use crate::scenario::walk;
use crate::state::State;

/// Numbers of a range that are still looked at one by one.
const NUMBERS: i64 = 30;

/// For each move and each of its inputs: where its options begin, and how many there are.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    at: Vec<Vec<Asked>>,
    pub count: usize,
}

#[derive(Clone, PartialEq, Debug)]
struct Asked {
    first: u32,
    count: u32,
    /// Value of the first, for numbers.
    from: i64,
    /// The only ones that are ever offered, where that depends on nothing that happens.
    fixed: Option<Vec<i64>>,
}

/// What an option is called.
pub enum Named<'a> {
    Words(&'a str, &'a Words),
    Id(&'a str),
    YesNo(bool),
    Number(i64),
}

impl Options {
    pub fn new(sc: &Scenario) -> Self {
        let mut count = 0;
        let mut asked = |ask: &AskDef| {
            let (n, from) = domain(sc, ask);
            let first = count as u32;
            count += n as usize;
            Asked { first, count: n as u32, from, fixed: fixed(sc, ask) }
        };
        let at = sc.moves.iter().map(|m| m.asks.iter().map(&mut asked).collect()).collect();
        Options { at, count }
    }

    /// The options that one answer chose.
    pub fn chosen(&self, sc: &Scenario, st: &State, mv: u16, inputs: &[Val], mut each: impl FnMut(u32)) {
        for (i, (a, val)) in self.at[usize::from(mv)].iter().zip(inputs).enumerate().filter(|(_, (a, _))| a.count > 0) {
            let ask = &sc.moves[usize::from(mv)].asks[i];
            let mut one = |n: i64| {
                if n == NONE {
                    return;
                }
                let n = match ask.base {
                    Base::Token(_) if !matches!(ask.input, InputDef::YesNo | InputDef::Number { .. }) => {
                        usize::try_from(n).ok().and_then(|n| st.tokens.get(n)).map_or(-1, |t| i64::from(t.item))
                    }
                    Base::Team => n.rem_euclid(i64::from(a.count)),
                    Base::Space(_) => n.rem_euclid(i64::from(a.count)),
                    _ => n.saturating_sub(a.from),
                };
                if (0..i64::from(a.count)).contains(&n) {
                    each(a.first + n as u32);
                }
            };
            match val {
                Val::N(n) => one(*n),
                Val::L(l) => l.iter().for_each(|n| one(*n)),
            }
        }
    }

    /// Every option with its move and input; not those that an input leaves out whatever happens.
    pub fn all<'a>(&'a self, sc: &'a Scenario) -> impl Iterator<Item = (usize, u16, &'a AskDef, Named<'a>)> + 'a {
        self.at.iter().enumerate().flat_map(move |(m, asks)| {
            asks.iter().zip(&sc.moves[m].asks).flat_map(move |(a, ask)| {
                let offered = (0..a.count as usize).filter(|i| a.fixed.as_ref().is_none_or(|f| f.contains(&(*i as i64))));
                offered.map(move |i| (a.first as usize + i, m as u16, ask, named(sc, ask, i, a.from)))
            })
        })
    }

    /// Options of one input, as numbers.
    pub fn of(&self, mv: u16, ask: usize) -> std::ops::Range<usize> {
        let a = &self.at[usize::from(mv)][ask];
        a.first as usize..(a.first + a.count) as usize
    }
}

/// How many options an input has, and the value of the first; 0: they are not looked at one by one.
fn domain(sc: &Scenario, ask: &AskDef) -> (i64, i64) {
    let n = match (&ask.input, ask.base) {
        (InputDef::YesNo, _) => 2,
        (InputDef::Number { decimal: false, from: X::K(a), to: X::K(b) }, _) if (0..NUMBERS).contains(&(b - a)) => return (b - a + 1, *a),
        (InputDef::Choice { .. } | InputDef::Any { .. }, base) => match base {
            Base::Item(l) => sc.lists[usize::from(l)].items.len() as i64,
            Base::Token(k) => sc.lists[usize::from(sc.kinds[usize::from(k)].list)].items.len() as i64,
            Base::Space(b) => sc.boards[usize::from(b)].spaces.len() as i64,
            Base::Role => sc.roles.len() as i64,
            Base::Team => sc.teams.len() as i64,
            _ => 0,
        },
        _ => 0,
    };
    (n, 0)
}

/// The things an input offers, where they are chosen by what each of them is and by nothing else.
fn fixed(sc: &Scenario, ask: &AskDef) -> Option<Vec<i64>> {
    let (InputDef::Choice { of, .. } | InputDef::Any { of, .. }, Base::Item(_)) = (&ask.input, ask.base) else { return None };
    let (mut plain, mut looked_at) = (true, Vec::new());
    walk::each(of, &mut |x| match x {
        X::Where { reg, .. } => looked_at.push(*reg),
        X::Reg(reg) => plain &= looked_at.contains(reg),
        X::K(_) | X::AllItems(_) | X::Attr { .. } | X::List(_) | X::Union(_) | X::Except { .. } => {}
        X::Eq(..) | X::Cmp(..) | X::In(..) | X::And(..) | X::Or(..) | X::Not(_) | X::Arith(..) => {}
        _ => plain = false,
    });
    plain.then(|| Env::new(sc, &State::default(), Ctx::NOWHERE, &mut Regs::default()).list(of))
}

fn named<'a>(sc: &'a Scenario, ask: &AskDef, i: usize, from: i64) -> Named<'a> {
    match (&ask.input, ask.base) {
        (InputDef::YesNo, _) => Named::YesNo(i == 1),
        (InputDef::Number { .. }, _) => Named::Number(from + i as i64),
        (_, Base::Item(l)) => item(sc, l, i),
        (_, Base::Token(k)) => item(sc, sc.kinds[usize::from(k)].list, i),
        (_, Base::Space(b)) => Named::Id(&sc.boards[usize::from(b)].spaces[i].id),
        (_, Base::Role) => Named::Words(&sc.roles[i].id, &sc.roles[i].name),
        (_, Base::Team) => Named::Words(&sc.teams[i].id, &sc.teams[i].name),
        _ => Named::Number(i as i64),
    }
}

fn item(sc: &Scenario, list: u16, i: usize) -> Named<'_> {
    let item = &sc.lists[usize::from(list)].items[i];
    Named::Words(&item.id, &item.name)
}
