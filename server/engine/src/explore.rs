//! Bounded search over all that can happen in a small session: what is never reached, where it gets stuck, what has no end.
//!
//! It goes in breadth, so the first way to a state is a shortest one. States that differ only in what nothing reads count as
//! one (`matters`, `canon`), and so do those that differ only in who sits where, if nothing tells (`order`, `seats`); answers that nobody sees before the phase closes come in one order (`steps`); draws take each of
//! their outcomes. Wherever something was left out it is written down, and then nothing is called impossible.

mod apart;
mod canon;
mod matters;
mod order;
mod seats;
mod seen;
mod steps;
mod told;
mod verdict;

pub use told::{Told, Who, line, name_of};
pub use verdict::{Finding, Kind, verdict};

use std::collections::VecDeque;

use canon::Canon;
use matters::Matters;
use order::Order;
use seats::{Names, Seats};
use seen::Seen;
use serde::Serialize;
use steps::{Looker, Step};

use crate::command::{Command, DeskAct};
use crate::decide::{Branch, Decision, decide_branch, mix};
use crate::event::{Event, Spot};
use crate::refusal::Code;
use crate::scenario::model::{Scenario, TimeoutDef};
use crate::simulate::{Fault, Size, lobby};
use crate::state::State;
use crate::view::Stage;

/// Outcomes of the draws of one act; where there are more, so many are tried.
const OUTCOMES: u64 = 256;
const TRIED: u64 = 24;

/// What the search has come upon.
#[derive(Clone, Default, Debug, Serialize)]
pub struct Reached {
    pub phases: Vec<bool>,
    pub moves: Vec<bool>,
    pub endings: Vec<bool>,
    pub cards: Vec<Vec<bool>>,
    pub seats: Vec<bool>,
}

/// Somewhere it should not be, and a shortest way there.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    pub phases: Vec<String>,
    pub path: Vec<Told>,
    /// States of this kind.
    pub states: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub size: Size,
    pub states: u64,
    /// Acts carried out, with each outcome of chance.
    pub transitions: u64,
    /// States known but not looked at.
    pub left: u64,
    /// Moves of which not every answer was tried, and acts of which not every outcome.
    pub answers_cut: u64,
    pub chance_cut: u64,
    /// What no search here can branch over: a time-out that answers at random.
    pub by_lot: bool,
    pub longest: u32,
    /// Where it makes a difference who sits where: the id of a phase, move, trigger. `None`: seats were exchanged.
    pub told_apart: Option<String>,
    /// Arrivals at states that were known with other people in the same places.
    pub exchanged: u64,
    #[serde(skip)]
    pub reached: Reached,
    pub stuck: Option<Place>,
    pub endless: Option<Place>,
    pub runaway: Option<Place>,
}

impl Found {
    /// Nothing was left out: what was not reached cannot be.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.left == 0 && self.answers_cut == 0 && self.chance_cut == 0 && !self.by_lot
    }
}

#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    /// Which step of the parent, and which outcome of its draws.
    step: u32,
    outcome: u32,
    depth: u32,
    ended: bool,
    /// Not looked at, or not wholly.
    open: bool,
    stuck: bool,
    names: Names,
}

pub struct Search<'a> {
    looker: Looker<'a>,
    canon: Canon,
    seats: Seats,
    seen: Seen,
    nodes: Vec<Node>,
    todo: VecDeque<(u32, State, u64)>,
    edges: Vec<(u32, u32)>,
    start: State,
    found: Found,
    stuck: Vec<u32>,
    /// For each seat one that it was exchanged with: all that one does the other does in some session.
    same: Vec<usize>,
    ran_away: Option<(u32, u32)>,
}

/// What is known of a scenario before the search.
pub struct Ground {
    matters: Matters,
    order: Order,
}

impl Ground {
    #[must_use]
    pub fn new(sc: &Scenario) -> Self {
        let matters = Matters::new(sc);
        let order = Order::new(sc, &matters);
        Ground { matters, order }
    }

    /// For a search in which every seat stays who it is, whatever the rules read.
    #[must_use]
    pub fn apart(sc: &Scenario) -> Self {
        let ground = Ground::new(sc);
        Ground { order: Order { seats: Some(String::new()), ..ground.order }, ..ground }
    }

    /// The number of a state, and the same under exchanged seats.
    #[must_use]
    pub fn fold(&self, sc: &Scenario, st: &State) -> u128 {
        let canon = Canon::new(sc, &self.matters, &self.order);
        let seen = canon::Seen { sc, m: &self.matters, st, passed: 0 };
        canon.of(&seen, &Seats::new(sc, &self.matters, &self.order).names(&canon, &seen))
    }
}

impl<'a> Search<'a> {
    /// `forced`: the desk may also close phases before their time, and play event cards.
    ///
    /// # Errors
    /// The scenario does not take so many people.
    pub fn new(sc: &'a Scenario, ground: &'a Ground, size: Size, forced: bool) -> Result<Self, Fault> {
        let m = &ground.matters;
        let reached = Reached {
            phases: vec![false; sc.phases.len()],
            moves: vec![false; sc.moves.len()],
            endings: vec![false; sc.endings.len()],
            cards: sc.kinds.iter().map(|k| vec![false; sc.lists[usize::from(k.list)].items.len()]).collect(),
            seats: vec![false; size.people() as usize],
        };
        let lot = sc.moves.iter().any(|m| m.timeout == TimeoutDef::Random);
        let found = Found {
            size,
            states: 0,
            transitions: 0,
            left: 0,
            answers_cut: u64::from(m.words),
            chance_cut: 0,
            by_lot: lot,
            longest: 0,
            told_apart: ground.order.seats.clone(),
            exchanged: 0,
            reached,
            stuck: None,
            endless: None,
            runaway: None,
        };
        let root = Node { parent: 0, step: 0, outcome: 0, depth: 0, ended: false, open: true, stuck: false, names: Names::default() };
        Ok(Search {
            looker: Looker { sc, m, forced },
            canon: Canon::new(sc, m, &ground.order),
            seats: Seats::new(sc, m, &ground.order),
            seen: Seen::default(),
            nodes: vec![root],
            todo: VecDeque::new(),
            edges: Vec::new(),
            start: lobby(sc, size)?,
            same: (0..size.people() as usize).collect(),
            found,
            stuck: Vec::new(),
            ran_away: None,
        })
    }

    /// Looks at so many more states, as long as no more than `most` are known; `false`: there is nothing more to do.
    pub fn go_on(&mut self, states: u64, most: u64) -> bool {
        if self.nodes.len() == 1 {
            let start = self.start.clone();
            self.does(0, &start, 0, 0, &Command::Desk { act: DeskAct::Begin });
            self.nodes[0].open = false;
        }
        for _ in 0..states {
            if self.nodes.len() as u64 > most {
                return false;
            }
            let Some((id, st, passed)) = self.todo.pop_front() else { return false };
            self.look_at(id, &st, passed);
        }
        !self.todo.is_empty()
    }

    /// States found so far, and those still to be looked at.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.nodes.len() as u64 - 1, self.todo.len() as u64)
    }

    fn look_at(&mut self, id: u32, st: &State, passed: u64) {
        if st.stage == Stage::Ended {
            self.nodes[id as usize].ended = true;
            self.nodes[id as usize].open = false;
            return;
        }
        let steps = self.looker.steps(st, passed);
        self.found.answers_cut += u64::from(steps.cut);
        let before = self.edges.len();
        let mut cut = steps.cut;
        for (i, step) in steps.all.iter().enumerate() {
            match step {
                Step::Passes(seat) => self.arrive(id, i as u32, 0, st.clone(), passed | 1 << seat),
                Step::Does(command) => cut |= self.does(id, st, passed, i as u32, command),
            }
        }
        self.nodes[id as usize].open = cut;
        if self.edges.len() == before && !cut {
            self.nodes[id as usize].stuck = true;
            self.stuck.push(id);
        }
    }

    /// Carries an act out with every outcome of its draws. `true`: not with every one, or it ran away.
    fn does(&mut self, id: u32, st: &State, passed: u64, step: u32, command: &Command) -> bool {
        let mut branch = Branch::default();
        let mut sampled = 0;
        for outcome in 0.. {
            if !self.outcome(id, st, passed, (step, outcome), command, &mut branch) {
                return true;
            }
            let ways = branch.of.iter().fold(1u64, |a, n| a.saturating_mul(*n));
            if sampled > 0 || ways > OUTCOMES {
                sampled += 1;
                if sampled >= TRIED {
                    self.found.chance_cut += 1;
                    return true;
                }
                branch = some(sampled);
                continue;
            }
            match branch.next() {
                Some(next) => branch = next,
                None => return false,
            }
        }
        false
    }

    /// `false`: a rule ran away.
    fn outcome(&mut self, id: u32, st: &State, passed: u64, (step, outcome): (u32, u32), command: &Command, branch: &mut Branch) -> bool {
        let sc = self.looker.sc;
        let at = if matches!(command, Command::Tick) { st.next_due().unwrap_or(st.clock) } else { st.clock };
        let decision = match decide_branch(sc, st, command, at, branch) {
            Ok(decision) => decision,
            Err(e) => {
                if e.code == Code::Runaway {
                    self.ran_away.get_or_insert((id, step));
                }
                return e.code != Code::Runaway;
            }
        };
        self.found.transitions += 1;
        if let Command::Seat { seat, .. } = command {
            self.found.reached.seats[seat.ix()] = true;
        }
        for event in &decision.events {
            if matches!(event, Event::Stopped { .. }) {
                self.ran_away.get_or_insert((id, step));
                return false;
            }
            self.note(&decision.state, event);
        }
        let passed = still(passed, &decision);
        self.arrive(id, step, outcome, decision.state, passed);
        true
    }

    fn arrive(&mut self, from: u32, step: u32, outcome: u32, st: State, passed: u64) {
        let seen = canon::Seen { sc: self.looker.sc, m: self.looker.m, st: &st, passed };
        let names = self.seats.names(&self.canon, &seen);
        let hash = self.canon.of(&seen, &names);
        let next = self.nodes.len() as u32;
        let to = self.seen.put(hash, next);
        self.edges.push((from, to));
        if to == next {
            let depth = self.nodes[from as usize].depth + 1;
            self.found.longest = self.found.longest.max(depth);
            self.nodes.push(Node { parent: from, step, outcome, depth, ended: false, open: true, stuck: false, names });
            self.todo.push_back((to, st, passed));
        } else {
            self.exchange(names, self.nodes[to as usize].names);
        }
    }

    fn exchange(&mut self, here: Names, there: Names) {
        let mut any = false;
        for (a, b) in here.exchanged(there) {
            any = true;
            let (a, b) = (self.one_of(a), self.one_of(b));
            self.same[a.max(b)] = a.min(b);
        }
        self.found.exchanged += u64::from(any);
    }

    fn one_of(&self, mut seat: usize) -> usize {
        while self.same[seat] != seat {
            seat = self.same[seat];
        }
        seat
    }

    fn note(&mut self, st: &State, event: &Event) {
        let sc = self.looker.sc;
        let reached = &mut self.found.reached;
        match event {
            Event::PhaseOpened { phase, .. } => reached.phases[usize::from(*phase)] = true,
            Event::Made { mv, by_default: false, .. } | Event::Sealed { mv, .. } | Event::Version { mv, .. } | Event::Proposed { mv, .. } => {
                reached.moves[usize::from(*mv)] = true;
            }
            Event::Finished { ending, .. } if usize::from(*ending) < sc.endings.len() => reached.endings[usize::from(*ending)] = true,
            Event::TokenMoved { token, .. } => {
                let t = &st.tokens[*token as usize];
                reached.cards[usize::from(t.kind)][t.item as usize] = true;
            }
            Event::TokenMade { kind, item, at: Spot::Zone(z, _), .. } if sc.zones[usize::from(*z)].start.is_empty() => {
                reached.cards[usize::from(*kind)][*item as usize] = true;
            }
            _ => {}
        }
    }

    // ------------------------------------------------------------ what came of it

    #[must_use]
    pub fn found(mut self) -> Found {
        self.found.states = self.nodes.len() as u64 - 1;
        self.found.left = self.todo.len() as u64;
        let acts: Vec<usize> = (0..self.same.len()).filter(|s| self.found.reached.seats[*s]).map(|s| self.one_of(s)).collect();
        for seat in 0..self.same.len() {
            self.found.reached.seats[seat] |= acts.contains(&self.one_of(seat));
        }
        self.found.stuck = self.stuck.first().map(|id| self.place(*id, None, self.stuck.len() as u64));
        self.found.runaway = self.ran_away.map(|(id, step)| self.place(id, Some(step), 1));
        let trapped = self.trapped();
        self.found.endless = trapped.first().map(|id| self.place(*id, None, trapped.len() as u64));
        self.found
    }

    /// States from which no end, and nothing that was not looked at, can be reached.
    fn trapped(&self) -> Vec<u32> {
        let n = self.nodes.len();
        let mut first = vec![0u32; n + 1];
        for (_, to) in &self.edges {
            first[*to as usize + 1] += 1;
        }
        for i in 0..n {
            first[i + 1] += first[i];
        }
        let mut from = vec![0u32; self.edges.len()];
        let mut at = first.clone();
        for (f, to) in &self.edges {
            from[at[*to as usize] as usize] = *f;
            at[*to as usize] += 1;
        }
        let mut out: Vec<bool> = self.nodes.iter().map(|n| n.ended || n.open || n.stuck).collect();
        let mut todo: Vec<u32> = (0..n as u32).filter(|i| out[*i as usize]).collect();
        while let Some(to) = todo.pop() {
            for f in &from[first[to as usize] as usize..first[to as usize + 1] as usize] {
                if !std::mem::replace(&mut out[*f as usize], true) {
                    todo.push(*f);
                }
            }
        }
        (1..n as u32).filter(|i| !out[*i as usize]).collect()
    }

    /// The way to a state is played again from the start.
    fn place(&self, id: u32, last: Option<u32>, states: u64) -> Place {
        let mut way = Vec::new();
        let mut at = id;
        while at != 0 {
            way.push(at);
            at = self.nodes[at as usize].parent;
        }
        let (mut st, mut passed, mut path) = (self.start.clone(), 0, Vec::new());
        for node in way.into_iter().rev().map(|n| self.nodes[n as usize]) {
            let steps = if node.parent == 0 { None } else { Some(self.looker.steps(&st, passed)) };
            let begin = Step::Does(Command::Desk { act: DeskAct::Begin });
            let step = steps.as_ref().map_or(&begin, |s| &s.all[node.step as usize]);
            path.extend(told::told(self.looker.sc, &st, step));
            match step {
                Step::Passes(seat) => passed |= 1 << seat,
                Step::Does(command) => {
                    if let Some(decision) = self.again(&st, command, node.outcome) {
                        passed = still(passed, &decision);
                        st = decision.state;
                    }
                }
            }
        }
        if let Some(step) = last.and_then(|l| self.looker.steps(&st, passed).all.into_iter().nth(l as usize)) {
            path.extend(told::told(self.looker.sc, &st, &step));
        }
        let running = st.strands.iter().filter(|s| s.alive).filter_map(|s| s.running.as_ref());
        let mut phases: Vec<String> = running.map(|r| self.looker.sc.phases[usize::from(r.phase)].id.clone()).collect();
        phases.dedup();
        Place { phases, path, states }
    }

    /// One outcome of an act, once more.
    fn again(&self, st: &State, command: &Command, outcome: u32) -> Option<Decision> {
        let at = if matches!(command, Command::Tick) { st.next_due().unwrap_or(st.clock) } else { st.clock };
        let mut branch = Branch::default();
        let mut found = None;
        let mut sampled = 0;
        for _ in 0..=outcome {
            found = decide_branch(self.looker.sc, st, command, at, &mut branch).ok();
            let ways = branch.of.iter().fold(1u64, |a, n| a.saturating_mul(*n));
            if sampled > 0 || ways > OUTCOMES {
                sampled += 1;
                branch = some(sampled);
            } else if let Some(next) = branch.clone().next() {
                branch = next;
            }
        }
        found
    }
}

/// Who was given up on in one phase is asked again in the next.
fn still(passed: u64, decision: &Decision) -> u64 {
    let over = |e: &Event| matches!(e, Event::PhaseOpened { .. } | Event::PhaseClosed { .. } | Event::StrandDone { .. });
    if passed != 0 && decision.events.iter().any(over) { 0 } else { passed }
}

/// Draws of a sample: some way among too many.
fn some(n: u64) -> Branch {
    const DRAWS: u64 = 400;
    let taken = (0..DRAWS).map(|i| mix(n.wrapping_mul(DRAWS).wrapping_add(i)) >> 1).collect();
    Branch { taken, of: Vec::new() }
}
