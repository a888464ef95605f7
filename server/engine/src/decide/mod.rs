//! Every rule of the game. A command becomes events, or is refused and nothing has happened.

mod answer;
mod desk;
mod flow;
mod groups;
mod lobby;
mod moves;
mod phase;
mod rules;

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::command::Command;
use crate::eval::{Ctx, Env, Regs};
use crate::event::{Draw, Event};
use crate::id::Millis;
use crate::refusal::{Code, Refusal};
use crate::scenario::model::{NONE, Scenario, Val, X};
use crate::state::State;

pub use answer::{Every, Legal, Sample, every, in_tiers, legal_set, sample, widest_legal_set};
pub use lobby::PEOPLE;

/// Steps (statements, loop passes) that one command may take before it is stopped.
const STEPS: u32 = 200_000;

/// What a command leads to: the events to store, and the state after them (equal to folding them).
#[derive(Debug)]
pub struct Decision {
    pub events: Vec<Event>,
    pub state: State,
}

type Res<T = ()> = Result<T, Refusal>;

/// Every rule of the game. `at` is the session clock.
///
/// # Errors
/// The reason why the command is not carried out; nothing has happened then.
pub fn decide(sc: &Scenario, st: &State, command: &Command, at: Millis) -> Res<Decision> {
    Exec::new(sc, Cow::Borrowed(st), at, Chance::Seed).carried_out(command)
}

/// The same with prepared chance, for plays: each draw takes the next of `chance` while there is one.
///
/// # Errors
/// As `decide`.
pub fn decide_with(sc: &Scenario, st: &State, command: &Command, at: Millis, chance: &mut VecDeque<Val>) -> Res<Decision> {
    Exec::new(sc, Cow::Borrowed(st), at, Chance::Prepared(chance)).carried_out(command)
}

/// The same on a state that is given away, so that nothing of it is copied; `events` is an emptied list to be used again.
///
/// # Errors
/// As `decide`; the state is gone then.
pub fn decide_owned(sc: &Scenario, st: State, command: &Command, at: Millis, events: Vec<Event>) -> Res<Decision> {
    let mut x = Exec::new(sc, Cow::Owned(st), at, Chance::Seed);
    x.ev = events;
    x.carried_out(command)
}

/// Where draws come from.
pub enum Chance<'a> {
    /// The session's generator.
    Seed,
    /// What a play says, as long as there is some.
    Prepared(&'a mut VecDeque<Val>),
    /// One way through all draws.
    Branch(&'a mut Branch),
}

/// One way through the draws of a command: which of its outcomes each draw takes, and how many it has.
#[derive(Clone, Default, Debug)]
pub struct Branch {
    pub taken: Vec<u64>,
    pub of: Vec<u64>,
}

impl Branch {
    fn draw(&mut self, n: u64) -> u64 {
        if n <= 1 {
            return 0;
        }
        let at = self.of.len();
        self.of.push(n);
        if self.taken.len() <= at {
            self.taken.push(0);
        }
        self.taken[at] % n
    }

    /// The next way, once a command has been carried out: the last draw that has another outcome takes it.
    #[must_use]
    pub fn next(mut self) -> Option<Branch> {
        self.taken.truncate(self.of.len());
        while let (Some(taken), Some(of)) = (self.taken.pop(), self.of.pop()) {
            if taken + 1 < of {
                self.taken.push(taken + 1);
                self.of.clear();
                return Some(self);
            }
        }
        None
    }
}

/// As `decide`, with draws that are told beforehand.
///
/// # Errors
/// As `decide`.
pub fn decide_branch(sc: &Scenario, st: &State, command: &Command, at: Millis, branch: &mut Branch) -> Res<Decision> {
    Exec::new(sc, Cow::Borrowed(st), at, Chance::Branch(branch)).carried_out(command)
}

/// One command being carried out; the state is copied when something changes for the first time.
pub struct Exec<'a> {
    pub sc: &'a Scenario,
    pub st: Cow<'a, State>,
    pub ev: Vec<Event>,
    pub chance: Chance<'a>,
    pub steps: u32,
    /// Landings inside landings, now.
    pub chain: u32,
    /// A jump asked for by a rule, carried out when the rule is over.
    pub jump: Option<Jump>,
    /// Seats and the roles that a play has promised them: the others are dealt what remains.
    pub promised: Vec<(u32, u32)>,
    /// Events after which triggers, and endings, were last looked at; `None`: not yet.
    looked: [Option<usize>; 2],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Jump {
    Close,
    To(u16),
    Again,
    Leave,
}

impl<'a> Exec<'a> {
    pub fn new(sc: &'a Scenario, mut st: Cow<'a, State>, at: Millis, chance: Chance<'a>) -> Self {
        if st.clock < at {
            st.to_mut().clock = at;
        }
        Exec { sc, st, ev: Vec::new(), chance, steps: STEPS, chain: 0, jump: None, promised: Vec::new(), looked: [None; 2] }
    }

    fn carried_out(mut self, command: &Command) -> Res<Decision> {
        // Between commands all is settled; only a play may begin in the midst of things.
        if self.st.stage == crate::view::Stage::Play && !matches!(self.chance, Chance::Prepared(_)) {
            self.looked = [Some(0); 2];
        }
        self.command(command)?;
        self.settle();
        if self.steps == 0 {
            return Err(Refusal::new(Code::Runaway));
        }
        Ok(Decision { events: self.ev, state: self.st.into_owned() })
    }

    /// The only way in which anything changes.
    pub fn emit(&mut self, event: Event) {
        crate::evolve::evolve(self.sc, self.st.to_mut(), &event);
        self.ev.push(event);
    }

    pub fn command(&mut self, command: &Command) -> Res {
        match command {
            Command::Open { tables, seed, set } => self.open(*tables, *seed, set),
            Command::Join { bot, table } => self.join(*bot, *table),
            Command::Seat { seat, act } => self.seat_act(*seat, act),
            Command::Desk { act } => self.desk_act(act),
            Command::Presence { seat, here } => self.presence(*seat, *here),
            Command::Tick => {
                self.tick();
                Ok(())
            }
        }
    }

    // ------------------------------------------------------------ reading

    pub fn num(&self, x: &X, cx: Ctx, regs: &mut Regs) -> i64 {
        Env::new(self.sc, &self.st, cx, regs).num(x)
    }

    pub fn yes(&self, x: &X, cx: Ctx, regs: &mut Regs) -> bool {
        self.num(x, cx, regs) == 1
    }

    pub fn list(&self, x: &X, cx: Ctx, regs: &mut Regs) -> Vec<i64> {
        Env::new(self.sc, &self.st, cx, regs).list(x)
    }

    /// The surroundings of a strand.
    pub fn strand_ctx(&self, strand: u32) -> Ctx {
        Ctx::strand(self.sc, &self.st, strand)
    }

    /// A seat acting in a strand.
    pub fn seat_ctx(&self, strand: u32, seat: u32) -> Ctx {
        Ctx::acting(self.sc, &self.st, strand, seat)
    }

    // ------------------------------------------------------------ chance

    /// A number below `n` (at least 1). Drawn once; what comes of it is written in events.
    pub fn below(&mut self, n: u64, used: u64) -> u64 {
        if let Chance::Branch(branch) = &mut self.chance {
            return branch.draw(n);
        }
        let x = mix(self.st.seed.wrapping_add((self.st.draws + used + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        // Multiply-shift: the bias for the small numbers of games is below 2⁻⁵⁰.
        ((u128::from(x) * u128::from(n.max(1))) >> 64) as u64
    }

    /// What a play has laid out for this draw, if it can come out.
    pub fn prepared(&mut self, fits: impl Fn(&Val) -> bool) -> Option<Val> {
        match &mut self.chance {
            Chance::Prepared(chance) => chance.front().is_some_and(fits).then(|| chance.pop_front()).flatten(),
            Chance::Seed | Chance::Branch(_) => None,
        }
    }

    pub fn drew(&mut self, what: Draw, got: Vec<i64>) {
        self.emit(Event::Drew { what, got });
    }

    /// A random order of a list.
    pub fn shuffled(&mut self, list: &[i64], what: Draw) -> Vec<i64> {
        if let Some(Val::L(order)) = self.prepared(|v| matches!(v, Val::L(_))) {
            let mut out: Vec<i64> = order.iter().copied().filter(|x| list.contains(x)).collect();
            out.extend(list.iter().copied().filter(|x| !order.contains(x)));
            self.drew(what, out.clone());
            return out;
        }
        let mut out = list.to_vec();
        for i in (1..out.len()).rev() {
            let j = self.below(i as u64 + 1, i as u64) as usize;
            out.swap(i, j);
        }
        self.drew(what, out.clone());
        out
    }

    /// One of a list, evenly.
    pub fn one_of(&mut self, list: &[i64], what: Draw) -> i64 {
        if list.is_empty() {
            return NONE;
        }
        let got = match self.prepared(|v| list.contains(&v.num())) {
            Some(Val::N(n)) => n,
            _ => list[self.below(list.len() as u64, 0) as usize],
        };
        self.drew(what, vec![got]);
        got
    }
}

/// SplitMix64's mixing (Steele, Lea, Flood 2014; public domain).
#[must_use]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
