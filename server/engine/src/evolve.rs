//! Writes one event into the state. No rules; cannot fail: an event that names what is not there changes nothing.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::event::{Event, Frame, Frames, Seats, Secret, Spot, TextBody};
use crate::scenario::model::{Aud, NONE, Scenario, Scope, Val};
use crate::state::{
    Ask, Group, Keys, Message, MessageKind, NewsLine, NewsWhat, Over, Past, Running, SealedAnswer, Seat, State, Strand, Text, Token, Version,
};
use crate::view::{Stage, Status};

/// Lines of news kept of each table.
const NEWS_KEPT: usize = 40;
/// Messages kept in the state: more than a session tells, because readers count theirs from the first.
pub const MESSAGES_KEPT: usize = 4_000;

pub fn evolve(sc: &Scenario, st: &mut State, event: &Event) {
    match event {
        Event::Opened { .. }
        | Event::Joined { .. }
        | Event::SeatedAt { .. }
        | Event::StatusSet { .. }
        | Event::Here { .. }
        | Event::Help { .. }
        | Event::SatOut { .. }
        | Event::Bot { .. }
        | Event::RoleSet { .. }
        | Event::TeamSet { .. }
        | Event::Grouped { .. }
        | Event::GroupSet { .. }
        | Event::Dissolved { .. }
        | Event::Rested { .. } => people(sc, st, event),
        Event::TokenMade { .. }
        | Event::Gathered { .. }
        | Event::Signed { .. }
        | Event::TokenMoved { .. }
        | Event::TokensOrdered { .. }
        | Event::Headed { .. }
        | Event::Rolled { .. }
        | Event::Walked { .. } => {
            tokens(sc, st, event);
        }
        Event::Forked { .. }
        | Event::At { .. }
        | Event::StrandDone { .. }
        | Event::PhaseOpened { .. }
        | Event::AskedSet { .. }
        | Event::Frozen { .. }
        | Event::DoneSet { .. }
        | Event::Deadline { .. }
        | Event::PhaseClosed { .. }
        | Event::Waits { .. }
        | Event::Floor { .. }
        | Event::Hand { .. } => flow(sc, st, event),
        Event::Sealed { .. }
        | Event::Unsealed { .. }
        | Event::Version { .. }
        | Event::VersionsGone { .. }
        | Event::Made { .. }
        | Event::Proposed { .. }
        | Event::Judged { .. }
        | Event::Lapsed { .. } => answers(sc, st, event),
        Event::Set { .. } | Event::Emptied { .. } | Event::Pass { .. } => values(sc, st, event),
        _ => session(sc, st, event),
    }
}

/// What grows with the session is shared between a state and its copies, and copied only when it is written.
fn edit<T: Clone>(shared: &mut Arc<T>) -> &mut T {
    Arc::make_mut(shared)
}

fn session(sc: &Scenario, st: &mut State, event: &Event) {
    match event {
        Event::Locked { on } => st.locked = *on,
        Event::Begun => {
            st.stage = Stage::Play;
            st.begun = Some(st.clock);
        }
        Event::Paused => st.paused = Some(st.clock),
        Event::Resumed { after } => resume(st, *after),
        Event::Ended => {
            st.stage = Stage::Ended;
            st.paused = None;
        }
        Event::Drew { got, .. } => st.draws += got.len().max(1) as u64,
        Event::Told { text, vals, to } => {
            let what = MessageKind::Text { text: *text, vals: Arc::from(vals.as_slice()) };
            message(st, to.clone(), what);
        }
        Event::Said { text, table } => {
            let to = table.map_or(crate::event::People::All, |t| crate::event::People::Table(t.0));
            message(st, to, MessageKind::Desk { text: *text });
        }
        Event::Injected { inject, table, to } => {
            *edit(&mut st.injected).entry((*inject, *table)).or_default() += 1;
            let to = to.clone().unwrap_or(crate::event::People::Table(*table));
            message(st, to, MessageKind::Inject { inject: *inject });
        }
        Event::Widened { what, to } => edit(&mut st.widened).push((what.clone(), to.clone())),
        Event::Concealed { what } => edit(&mut st.widened).retain(|(w, _)| w != what),
        Event::Timer { timer, inst, until } => {
            match until {
                Some(t) => st.timers.insert((*timer, *inst), *t),
                None => st.timers.remove(&(*timer, *inst)),
            };
        }
        Event::Fired { trigger, inst, on } => {
            edit(&mut st.fired).insert((*trigger, *inst), *on);
        }
        Event::Finished { table, ending, winners, .. } => finished(sc, st, *table, *ending, winners),
        Event::Wrote { author, body, unkept, .. } => {
            let body = match body {
                TextBody::Plain(t) => Some(Arc::from(t.as_str())),
                TextBody::Sealed(_) | TextBody::Gone => None,
            };
            edit(&mut st.texts).push(Text { author: *author, body, unkept: *unkept });
        }
        Event::Projecting { show } => st.projected = show.clone(),
        Event::Uncovered { on } => st.uncovered = *on,
        Event::Resolved { mv, fails } => {
            st.verdicts.insert(*mv, fails.clone());
        }
        Event::Channel { channel, table, on } => {
            st.channels.insert((*channel, *table), *on);
        }
        _ => {}
    }
}

fn finished(_sc: &Scenario, st: &mut State, table: Option<u32>, ending: u16, winners: &[u32]) {
    for t in table.map_or(0..st.tables, |t| t..t + 1) {
        edit(&mut st.over).insert(t, Over { ending, winners: winners.to_vec() });
    }
}

fn message(st: &mut State, to: crate::event::People, what: MessageKind) {
    let message = Message { at: st.clock, to, what };
    edit(&mut st.messages).push(message);
    if st.messages.len() > MESSAGES_KEPT {
        edit(&mut st.messages).remove(0);
    }
}

/// All that is on the clock moves on by the length of the pause.
fn resume(st: &mut State, after: i64) {
    st.paused = None;
    for strand in &mut st.strands {
        if let Some(run) = &mut strand.running {
            run.deadline = run.deadline.map(|d| d + after);
            run.floor_until = run.floor_until.map(|d| d + after);
            run.clocks.iter_mut().for_each(|c| c.1 += after);
            run.opened += after;
        }
        for frame in &mut strand.frames {
            if let Frame::Within { until, .. } = frame {
                *until += after;
            }
        }
    }
    for until in st.timers.values_mut().filter(|until| **until > 0) {
        *until += after;
    }
}

fn people(sc: &Scenario, st: &mut State, event: &Event) {
    match event {
        Event::Opened { tables, seed } => {
            st.tables = *tables;
            st.seed = *seed;
            for scope in [Scope::Session, Scope::Table, Scope::Team] {
                grow(sc, st, scope);
            }
        }
        Event::Joined { seat, table, bot } => {
            debug_assert_eq!(seat.ix(), st.seats.len());
            let status = if table.is_some() { Status::Playing } else { Status::Observer };
            st.seats.push(Seat {
                table: table.map_or(0, |t| t.0),
                status,
                here: true,
                bot: *bot,
                help: false,
                sitting_out: false,
                team: NONE,
                role: NONE,
                groups: vec![NONE; sc.groups.len()],
                rested: 0,
            });
            grow(sc, st, Scope::Seat);
        }
        Event::Grouped { kind, group, table, members } => grouped(sc, st, *kind, *group, *table, members),
        Event::Dissolved { group } => {
            let Some(g) = edit(&mut st.groups).get_mut(*group as usize) else {
                return;
            };
            g.alive = false;
            let kind = usize::from(g.kind);
            for m in std::mem::take(&mut g.members) {
                if st.seats[m as usize].groups[kind] == i64::from(*group) {
                    st.seats[m as usize].groups[kind] = NONE;
                }
            }
        }
        Event::GroupSet { seat, kind, group } => group_set(st, seat.0, *kind, *group),
        _ => person(sc, st, event),
    }
}

fn person(sc: &Scenario, st: &mut State, event: &Event) {
    let id = match event {
        Event::SeatedAt { seat, .. }
        | Event::StatusSet { seat, .. }
        | Event::Here { seat, .. }
        | Event::Help { seat, .. }
        | Event::SatOut { seat, .. }
        | Event::Bot { seat, .. }
        | Event::RoleSet { seat, .. }
        | Event::TeamSet { seat, .. }
        | Event::Rested { seat } => *seat,
        _ => return,
    };
    let Some(s) = st.seats.get_mut(id.ix()) else {
        return;
    };
    match event {
        Event::SeatedAt { table, .. } => {
            let old = s.table;
            s.table = table.0;
            // A team stays the same one, at the new table.
            let teams = sc.teams.len() as i64;
            if s.team != NONE && old != table.0 {
                s.team = s.team % teams + i64::from(table.0) * teams;
            }
        }
        Event::StatusSet { status, .. } => s.status = *status,
        Event::Here { on, .. } => s.here = *on,
        Event::Help { on, .. } => s.help = *on,
        Event::SatOut { on, .. } => s.sitting_out = *on,
        Event::Bot { on, .. } => s.bot = *on,
        Event::RoleSet { role, .. } => {
            s.role = role.map_or(NONE, i64::from);
            if let Some(role) = role {
                *edit(&mut st.held).entry((id.0, *role)).or_default() += 1;
            }
        }
        Event::TeamSet { team, .. } => s.team = team.map_or(NONE, i64::from),
        Event::Rested { .. } => s.rested += 1,
        _ => {}
    }
}

fn grouped(sc: &Scenario, st: &mut State, kind: u8, group: u32, table: u32, members: &[u32]) {
    debug_assert_eq!(group as usize, st.groups.len());
    edit(&mut st.groups).push(Group { kind, table, members: members.to_vec(), formed: members.len() as u32, alive: true });
    for (i, m) in members.iter().enumerate() {
        st.seats[*m as usize].groups[usize::from(kind)] = i64::from(group);
        for other in &members[i + 1..] {
            *edit(&mut st.met).entry((kind, *m.min(other), *m.max(other))).or_default() += 1;
        }
    }
    grow(sc, st, Scope::Group(kind));
}

fn group_set(st: &mut State, seat: u32, kind: u8, group: Option<u32>) {
    let k = usize::from(kind);
    let old = st.seats[seat as usize].groups[k];
    if let Some(g) = usize::try_from(old).ok().and_then(|o| edit(&mut st.groups).get_mut(o)) {
        g.members.retain(|m| *m != seat);
    }
    st.seats[seat as usize].groups[k] = group.map_or(NONE, i64::from);
    if let Some(g) = group.and_then(|g| edit(&mut st.groups).get_mut(g as usize)) {
        g.members.push(seat);
        g.members.sort_unstable();
    }
}

/// Rows for new instances of a scope, filled with starting values.
fn grow(sc: &Scenario, st: &mut State, scope: Scope) {
    let Some(at) = sc.rows.iter().position(|r| r.scope == scope) else {
        return;
    };
    let columns = &sc.rows[at].columns;
    let want = st.instances(sc, scope) as usize * columns.len();
    st.rows.resize_with(sc.rows.len(), Arc::default);
    let had = st.rows[at].len();
    edit(&mut st.rows[at]).extend(columns.iter().cycle().map(|(_, start)| *start).take(want.saturating_sub(had)));
}

fn tokens(sc: &Scenario, st: &mut State, event: &Event) {
    match event {
        Event::TokenMade { kind, item, owner, at } => {
            let id = st.tokens.len() as u32;
            let owner_value = owner.map_or(NONE, i64::from);
            edit(&mut st.tokens).push(Token {
                kind: *kind,
                item: *item,
                at: *at,
                owner: owner_value,
                player: NONE,
                heading: 1,
                answer: None,
                author: NONE,
            });
            if let (Some(o), true) = (owner, sc.kinds[usize::from(*kind)].per.is_some()) {
                edit(&mut st.per).insert((*kind, *o), id);
            }
            if let Spot::Zone(z, i) = at {
                edit(&mut st.zones).entry((*z, *i)).or_default().push(id);
            }
            grow(sc, st, Scope::Token(*kind));
        }
        Event::Gathered { kind, at, var, val, author, signed } => {
            let id = st.tokens.len() as u32;
            let author = author.map_or(NONE, i64::from);
            let player = if *signed { author } else { NONE };
            let answer = Some((*var, val.clone()));
            edit(&mut st.tokens).push(Token { kind: *kind, item: 0, at: *at, owner: NONE, player, heading: 1, answer, author });
            if let Spot::Zone(z, i) = at {
                edit(&mut st.zones).entry((*z, *i)).or_default().push(id);
            }
            grow(sc, st, Scope::Token(*kind));
        }
        Event::Signed { zone, inst } => {
            for t in st.zones.get(&(*zone, *inst)).cloned().unwrap_or_default() {
                let token = &mut edit(&mut st.tokens)[t as usize];
                if token.answer.is_some() {
                    token.player = token.author;
                }
            }
        }
        Event::TokenMoved { token, to, bottom, by } => {
            let Some(t) = edit(&mut st.tokens).get_mut(*token as usize) else {
                return;
            };
            let from = t.at;
            t.at = *to;
            if by.is_some() {
                t.player = by.map_or(NONE, i64::from);
            }
            if let Spot::Zone(z, i) = from {
                if let Some(list) = edit(&mut st.zones).get_mut(&(z, i)) {
                    list.retain(|x| x != token);
                }
                // What was shown of it in one zone is not shown in the next.
                if !st.widened.is_empty() {
                    edit(&mut st.widened).retain(|(w, _)| *w != Secret::Token(*token));
                }
            }
            if let Spot::Zone(z, i) = to {
                let list = edit(&mut st.zones).entry((*z, *i)).or_default();
                if *bottom {
                    list.insert(0, *token);
                } else {
                    list.push(*token);
                }
            }
        }
        Event::TokensOrdered { zone, inst, tokens } => {
            edit(&mut st.zones).insert((*zone, *inst), tokens.clone());
        }
        Event::Headed { token, dir } => {
            if let Some(t) = edit(&mut st.tokens).get_mut(*token as usize) {
                t.heading = *dir;
            }
        }
        Event::Rolled { table, seat, team, dice } => {
            let what = NewsWhat::Dice(dice.clone());
            add_news(st, *table, *seat, team.map_or(NONE, i64::from), what);
        }
        Event::Walked { token, board, spaces } => {
            let table = st.table_of(sc, Scope::Token(0), *token).unwrap_or(0);
            let what = NewsWhat::Walk { token: *token, board: *board, spaces: spaces.clone() };
            news(sc, st, table, None, what);
        }
        _ => {}
    }
}

fn news(sc: &Scenario, st: &mut State, table: u32, seat: Option<u32>, what: NewsWhat) {
    // What stands on a board that not everybody at the table sees is no news.
    let open = |b: u16| sc.boards[usize::from(b)].seen.iter().any(|a| matches!(a, Aud::Table | Aud::All));
    if matches!(&what, NewsWhat::Walk { board, .. } if !open(*board)) {
        return;
    }
    let team = match &what {
        NewsWhat::Walk { token, .. } if sc.kinds[usize::from(st.tokens[*token as usize].kind)].per == Some(Scope::Team) => {
            st.tokens[*token as usize].owner
        }
        _ => NONE,
    };
    add_news(st, table, seat, team, what);
}

/// The newest line of a table's news; the oldest of many goes.
fn add_news(st: &mut State, table: u32, seat: Option<u32>, team: i64, what: NewsWhat) {
    let mine = || st.news.iter().enumerate().filter(|(_, l)| l.table == table);
    let n = mine().next_back().map_or(1, |(_, l)| l.n + 1);
    let oldest = (mine().count() >= NEWS_KEPT).then(|| mine().next().map(|(i, _)| i)).flatten();
    edit(&mut st.news).push(NewsLine { n, at: st.clock, table, seat, team, what });
    if let Some(i) = oldest {
        edit(&mut st.news).remove(i);
    }
}

fn flow(sc: &Scenario, st: &mut State, event: &Event) {
    match event {
        Event::Forked { scope, inst, parent, pc } => {
            let parent = (*parent != u32::MAX).then_some(*parent);
            st.strands.push(Strand { scope: *scope, inst: *inst, parent, pc: *pc, frames: Frames::new(), running: None, waits: false, alive: true });
        }
        Event::PhaseOpened { strand, phase, asked, limit, at } => {
            let Some(s) = st.strands.get_mut(*strand as usize) else {
                return;
            };
            s.waits = false;
            let each = sc.phases[usize::from(*phase)].limit_each;
            s.running = Some(Running {
                phase: *phase,
                opened: *at,
                limit: *limit,
                deadline: limit.filter(|_| !each).map(|l| at + l),
                clocks: limit.filter(|_| each).map(|l| asked.iter().map(|a| (*a, at + l)).collect()).unwrap_or_default(),
                asked: asked.clone(),
                done: Seats::new(),
                sealed: Vec::new(),
                versions: Vec::new(),
                made: SmallVec::new(),
                last: Vec::new(),
                frozen: false,
                floor: None,
                floor_until: None,
                hands: Vec::new(),
            });
            let (scope, inst) = (s.scope, s.inst);
            let tables = st.table_of(sc, scope, inst).map_or(0..st.tables, |t| t..t + 1);
            for t in tables {
                *edit(&mut st.visited).entry((*phase, t)).or_default() += 1;
            }
        }
        Event::At { strand, pc, frames } => {
            if let Some(s) = st.strands.get_mut(*strand as usize) {
                s.pc = *pc;
                s.frames.clone_from(frames);
                s.waits = false;
            }
        }
        Event::StrandDone { strand } => {
            if let Some(s) = st.strands.get_mut(*strand as usize) {
                s.alive = false;
                s.running = None;
            }
        }
        Event::Waits { strand } => {
            if let Some(s) = st.strands.get_mut(*strand as usize) {
                s.waits = true;
            }
        }
        Event::PhaseClosed { strand } => {
            if let Some(s) = st.strands.get_mut(*strand as usize) {
                s.running = None;
            }
            st.asks.retain(|a| a.strand != *strand);
        }
        _ => running(sc, st, event),
    }
}

fn running(sc: &Scenario, st: &mut State, event: &Event) {
    let strand = match event {
        Event::AskedSet { strand, .. }
        | Event::Frozen { strand }
        | Event::DoneSet { strand, .. }
        | Event::Deadline { strand, .. }
        | Event::Floor { strand, .. }
        | Event::Hand { strand, .. } => *strand,
        _ => return,
    };
    let now = st.clock;
    let Some(run) = st.strands.get_mut(strand as usize).and_then(|s| s.running.as_mut()) else {
        return;
    };
    match event {
        Event::AskedSet { seat, on, .. } => {
            set_member(&mut run.asked, *seat, *on);
            let each = sc.phases[usize::from(run.phase)].limit_each;
            if let (true, true, Some(l)) = (*on, each && run.clocks.iter().all(|c| c.0 != *seat), run.limit) {
                run.clocks.push((*seat, now + l));
            }
        }
        Event::DoneSet { seat, on, .. } => set_member(&mut run.done, *seat, *on),
        Event::Frozen { .. } => run.frozen = true,
        Event::Deadline { at, .. } => {
            if let (Some(at), Some(limit), Some(old)) = (at, run.limit, run.deadline) {
                run.limit = Some(limit + (at - old).max(0));
            }
            run.deadline = *at;
        }
        Event::Floor { seat, until, .. } => {
            run.floor = *seat;
            run.floor_until = *until;
            run.hands.retain(|h| Some(*h) != *seat);
        }
        Event::Hand { seat, up, .. } => {
            run.hands.retain(|h| h != seat);
            if *up {
                run.hands.push(*seat);
            }
        }
        _ => {}
    }
}

fn set_member(list: &mut Seats, seat: u32, on: bool) {
    match (list.binary_search(&seat), on) {
        (Err(i), true) => list.insert(i, seat),
        (Ok(i), false) => {
            list.remove(i);
        }
        _ => {}
    }
}

fn answers(sc: &Scenario, st: &mut State, event: &Event) {
    match event {
        Event::Proposed { ask, strand, mv, item, seat, judge, inputs } => {
            st.next_ask = ask + 1;
            let (ask, strand, mv, item, seat, judge) = (*ask, *strand, *mv, *item, *seat, *judge);
            st.asks.push(Ask { ask, strand, mv, item, seat, judge, inputs: inputs.clone() });
            return;
        }
        Event::Judged { ask, .. } | Event::Lapsed { ask } => {
            st.asks.retain(|a| a.ask != *ask);
            return;
        }
        _ => {}
    }
    let strand = match event {
        Event::Sealed { strand, .. }
        | Event::Unsealed { strand, .. }
        | Event::Version { strand, .. }
        | Event::VersionsGone { strand, .. }
        | Event::Made { strand, .. } => *strand,
        _ => return,
    };
    if let Event::Made { mv, unit, by_default, .. } = event {
        for ask in &sc.moves[usize::from(*mv)].asks {
            if st.defaulted.get(&(ask.var, unit.inst)).copied().unwrap_or(false) != *by_default {
                edit(&mut st.defaulted).insert((ask.var, unit.inst), *by_default);
            }
        }
    }
    st.counter += 1;
    let (n, now) = (st.counter, st.clock);
    let Some(run) = st.strands.get_mut(strand as usize).and_then(|s| s.running.as_mut()) else {
        return;
    };
    match event {
        Event::Sealed { mv, item, unit, inputs, .. } => {
            run.sealed.retain(|a| !(a.unit == *unit && a.item == *item));
            run.sealed.push(SealedAnswer { mv: *mv, item: *item, unit: *unit, inputs: inputs.clone() });
        }
        Event::Unsealed { mv, item, unit, .. } => run.sealed.retain(|a| !(a.mv == *mv && a.unit == *unit && a.item == *item)),
        Event::Version { mv, item, unit, seat, inputs, .. } => {
            let same = run.versions.iter().any(|v| v.mv == *mv && v.item == *item && v.seat == *seat && Some(&v.inputs) == inputs.as_ref());
            run.versions.retain(|v| !(v.mv == *mv && v.item == *item && v.seat == *seat));
            // A part that changes makes a new whole, which nobody else has agreed to.
            for v in run.versions.iter_mut().filter(|v| !same && v.mv == *mv && v.item == *item && v.unit == *unit) {
                v.held = false;
            }
            if let Some(inputs) = inputs {
                run.versions.push(Version { mv: *mv, item: *item, unit: *unit, seat: *seat, inputs: inputs.clone(), n, held: true });
            }
        }
        Event::VersionsGone { mv, item, unit, .. } => {
            run.versions.retain(|v| !(v.mv == *mv && v.item == *item && v.unit == *unit));
        }
        Event::Made { mv, unit, .. } if sc.moves[usize::from(*mv)].every.is_some() => {
            made(run, event);
            run.last.retain(|l| (l.0, l.1) != (*mv, *unit));
            run.last.push((*mv, *unit, now));
        }
        _ => made(run, event),
    }
}

fn made(run: &mut Running, event: &Event) {
    let Event::Made { mv, item, unit, .. } = event else { return };
    match run.made.iter_mut().find(|m| (m.0, m.1, m.2) == (*mv, *item, *unit)) {
        Some(m) => m.3 += 1,
        None => run.made.push((*mv, *item, *unit, 1)),
    }
}

fn values(sc: &Scenario, st: &mut State, event: &Event) {
    match event {
        Event::Set { var, inst, keys, val } => set(sc, st, *var, *inst, keys, val),
        Event::Emptied { var, inst } => empty(sc, st, *var, *inst),
        Event::Pass { id, inst, n, item } => pass(sc, st, *id, *inst, *n, *item),
        _ => {}
    }
}

fn set(sc: &Scenario, st: &mut State, var: u16, inst: u32, keys: &[i64], val: &Val) {
    let def = &sc.vars[usize::from(var)];
    let Some(slot) = &def.slot else {
        edit(&mut st.cells).insert((var, inst, Keys::new(keys)), val.clone());
        return;
    };
    if let (Some(column), Some(rows)) = (slot.at(keys.iter().copied()), st.rows.get_mut(slot.rows))
        && let Some(n) = edit(rows).get_mut(inst as usize * slot.width + column)
    {
        *n = val.num();
    }
}

fn empty(sc: &Scenario, st: &mut State, var: u16, inst: u32) {
    let def = &sc.vars[usize::from(var)];
    if let Some(slot) = &def.slot {
        let starts = &sc.rows[slot.rows].columns[slot.range(0)];
        let own = st.rows.get_mut(slot.rows).and_then(|rows| edit(rows).get_mut(slot.range(inst)));
        own.into_iter().flatten().zip(starts).for_each(|(n, (_, start))| *n = *start);
    } else {
        edit(&mut st.cells).retain(|(v, i, _), _| !(*v == var && *i == inst));
    }
    if st.defaulted.contains_key(&(var, inst)) {
        edit(&mut st.defaulted).remove(&(var, inst));
    }
}

/// A new pass: what the loop's variables and inputs hold is put by under the pass that ends, and emptied.
fn pass(sc: &Scenario, st: &mut State, id: u16, inst: u32, n: i64, item: i64) {
    let def = &sc.loops[usize::from(id)];
    // The same pass once more begins anew: what it held so far is no earlier pass.
    let again = st.passes.get(&(id, inst)) == Some(&(n, item));
    if def.name.is_some() {
        for var in &def.fresh {
            put_by(sc, st, *var, def.scope, inst, again);
        }
    }
    st.passes.insert((id, inst), (n, item));
    set(sc, st, def.count, inst, &[], &Val::N(n));
    if let Some(var) = def.item {
        set(sc, st, var, inst, &[], &Val::N(item));
    }
}

fn put_by(sc: &Scenario, st: &mut State, var: u16, scope: Scope, inst: u32, again: bool) {
    let def = &sc.vars[usize::from(var)];
    let passes: Vec<(i64, i64)> = def
        .history
        .iter()
        .map(|l| {
            let lp = &sc.loops[usize::from(*l)];
            let at = if lp.scope == scope { inst } else { outer(sc, st, scope, inst, lp.scope) };
            st.passes.get(&(*l, at)).copied().unwrap_or((0, NONE))
        })
        .collect();
    let first = passes.iter().any(|(n, _)| *n == 0);
    for i in 0..st.instances(sc, def.scope) {
        if !inside(sc, st, def.scope, i, scope, inst) {
            continue;
        }
        if !first && !again && sc.loops[usize::from(*def.history.last().unwrap_or(&0))].remembers {
            remember(sc, st, var, i, &passes);
        }
        empty(sc, st, var, i);
    }
}

fn remember(sc: &Scenario, st: &mut State, var: u16, inst: u32, passes: &[(i64, i64)]) {
    let def = &sc.vars[usize::from(var)];
    let found: Vec<(Vec<i64>, Val)> = if def.keys.is_empty() {
        vec![(Vec::new(), st.cell(sc, var, inst, &[]))]
    } else {
        st.written(var, inst).map(|(k, v)| (k.to_vec(), v.clone())).collect()
    };
    let past = edit(&mut st.past).entry((var, inst)).or_default();
    for (keys, val) in found {
        past.push(Past { passes: passes.to_vec(), keys, val });
    }
}

/// The instance of an outer scope in which an instance lies.
fn outer(sc: &Scenario, st: &State, scope: Scope, inst: u32, want: Scope) -> u32 {
    match want {
        Scope::Table => st.table_of(sc, scope, inst).unwrap_or(0),
        Scope::Team if scope == Scope::Seat => u32::try_from(st.seats[inst as usize].team).unwrap_or(0),
        _ => 0,
    }
}

/// Does instance `i` of `scope` lie within instance `inst` of `around`?
pub fn inside(sc: &Scenario, st: &State, scope: Scope, i: u32, around: Scope, inst: u32) -> bool {
    if scope == around {
        return i == inst;
    }
    match around {
        Scope::Session => true,
        Scope::Table => scope == Scope::Session || st.table_of(sc, scope, i) == Some(inst),
        _ => match scope {
            Scope::Seat => st.in_scope(i, around, inst),
            _ => false,
        },
    }
}
