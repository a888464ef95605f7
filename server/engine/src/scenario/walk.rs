//! Walks through compiled rules: the parts of an expression, what a statement reads, what stands inside it.
//! Every kind is named, so that a new one cannot be forgotten here.

use crate::scenario::model::{GroupByX, InputDef, Place, S, SortKey, Step, Thing, ToX, X};

/// Each expression inside another one, itself first.
pub fn each<'a>(x: &'a X, f: &mut dyn FnMut(&'a X)) {
    f(x);
    parts(x, &mut |p| each(p, f));
}

/// What an expression is made of.
pub fn parts<'a>(x: &'a X, f: &mut dyn FnMut(&'a X)) {
    let keys = |keys: &'a [SortKey], f: &mut dyn FnMut(&'a X)| keys.iter().for_each(|k| f(&k.x));
    match x {
        X::K(_)
        | X::Reg(_)
        | X::ListReg(_)
        | X::Me
        | X::CtxTable
        | X::CtxTeam
        | X::CtxGroup(_)
        | X::OnlyToken { .. }
        | X::RoleHolder { .. }
        | X::Elapsed
        | X::Remaining
        | X::TimerOver(_)
        | X::AllAnswers(_)
        | X::MaySpeak
        | X::ChannelOpen(_)
        | X::Tables
        | X::AllItems(_)
        | X::AllRoles
        | X::AllGroups { .. } => {}
        X::Var { inst, keys, .. } | X::Value { inst, keys, .. } => {
            f(inst);
            keys.iter().for_each(f);
        }
        X::Past { inst, keys, passes, .. } => {
            f(inst);
            keys.iter().for_each(&mut *f);
            passes.iter().for_each(|(p, _)| f(p));
        }
        X::Attr { item: a, .. }
        | X::TokenItem(a)
        | X::TokenSpace(a)
        | X::TokenOwner { token: a, .. }
        | X::TokenPlayer(a)
        | X::TokenTable(a)
        | X::TokenText(a)
        | X::WordsOf(a)
        | X::Shares(a)
        | X::AnswerSeat(a)
        | X::AnswerItem(a)
        | X::Succeeds { answer: a, .. }
        | X::TokenHeading(a)
        | X::PerToken { owner: a, .. }
        | X::SpaceNumber { space: a, .. }
        | X::SpaceCol { space: a, .. }
        | X::SpaceRow { space: a, .. }
        | X::SpaceAttr { space: a, .. }
        | X::SeatRole(a)
        | X::SeatTeam(a)
        | X::SeatTable(a)
        | X::SeatStatus(a)
        | X::SeatGroup(_, a)
        | X::TeamTable(a)
        | X::GroupTable(a)
        | X::TeamAt { table: a, .. }
        | X::TeamKind(a)
        | X::TableNumber(a)
        | X::Not(a)
        | X::Neg(a)
        | X::Abs(a)
        | X::Floor(a)
        | X::Round(a)
        | X::ToDec(a)
        | X::Empty(a)
        | X::Count(a)
        | X::First(a)
        | X::Last(a)
        | X::Rested(a)
        | X::Asked(a)
        | X::Done(a)
        | X::Present(a)
        | X::Answered { inst: a, .. }
        | X::Defaulted { inst: a, .. }
        | X::Length(a)
        | X::Free { space: a, .. }
        | X::Members { inst: a, .. }
        | X::ZoneTokens { inst: a, .. }
        | X::Places { inst: a, .. }
        | X::Spaces { inst: a, .. }
        | X::TokensOn { space: a, .. }
        | X::Distinct(a)
        | X::Most { set: a }
        | X::Neighbours { space: a, .. } => f(a),
        X::SpaceOf { inst: a, n: b, .. }
        | X::And(a, b)
        | X::Or(a, b)
        | X::Arith(_, a, b)
        | X::Cmp(_, a, b)
        | X::Eq(a, b)
        | X::EqList(a, b)
        | X::In(a, b)
        | X::Otherwise(a, b)
        | X::Nth(a, b)
        | X::Index(a, b)
        | X::Held(a, b)
        | X::Met(_, a, b)
        | X::Tier { v: a, item: b, .. }
        | X::Points { v: a, item: b }
        | X::Same(a, b)
        | X::Contains(a, b)
        | X::Distance { a, b, .. }
        | X::Range(a, b)
        | X::Turned { set: a, first: b }
        | X::Except { set: a, out: b }
        | X::Next { x: a, set: b, .. }
        | X::CountIf { set: a, cond: b, .. }
        | X::Where { set: a, cond: b, .. }
        | X::Map { set: a, x: b, .. }
        | X::Fold { set: a, x: b, .. }
        | X::Reach { space: a, n: b, .. } => {
            f(a);
            f(b);
        }
        X::Fits { token, space, .. } => {
            f(token);
            f(space);
        }
        X::If(a, b, c) | X::Inline { a, b, c, .. } | X::Way { a, b, cond: c, .. } => {
            f(a);
            f(b);
            f(c);
        }
        X::Seats(t) | X::Others(t) | X::Everyone(t) | X::Teams(t) | X::AllTokens { table: t, .. } => {
            if let Some(t) = t {
                f(t);
            }
        }
        X::List(all) | X::Union(all) => all.iter().for_each(f),
        X::Sorted { set, keys: k, .. } => {
            f(set);
            keys(k, f);
        }
        X::RankOf { x, set, keys: k, .. } => {
            f(x);
            f(set);
            keys(k, f);
        }
        X::Best { n, set, keys: k, .. } => {
            f(n);
            f(set);
            keys(k, f);
        }
    }
}

/// The rules inside a statement.
pub fn inside<'a>(s: &'a S, f: &mut dyn FnMut(&'a [S])) {
    match s {
        S::If(arms, other) => {
            arms.iter().for_each(|(_, body)| f(body));
            f(other);
        }
        S::ForEach { body, .. } | S::Repeat { body, .. } => f(body),
        _ => {}
    }
}

/// The expressions that a statement itself reads, without those of the rules inside it.
pub fn reads<'a>(s: &'a S, f: &mut dyn FnMut(&'a X)) {
    match s {
        S::Let { x, .. } | S::Remove { what: x, .. } | S::Dissolve(x) | S::StartTimer(_, x) | S::Extend(x) => f(x),
        S::Assign { place: p, x, .. } => {
            place(p, f);
            f(x);
        }
        S::If(arms, _) => arms.iter().for_each(|(cond, _)| f(cond)),
        S::GiveFloor(seat, time) => {
            f(seat);
            time.iter().for_each(f);
        }
        S::ForEach { set, .. } => f(set),
        S::Repeat { times, until, .. } => {
            f(times);
            until.iter().for_each(f);
        }
        S::MoveToZone { what: a, inst: b, .. }
        | S::MoveToSpace { what: a, space: b, .. }
        | S::Advance { what: a, by: b, .. }
        | S::SwapTokens(a, b)
        | S::Send { seat: a, table: b } => {
            f(a);
            f(b);
        }
        S::SwapPlaces(a, b) => {
            place(a, f);
            place(b, f);
        }
        S::Deal { n, from, to, .. } => {
            f(n);
            f(&from.1);
            f(to);
        }
        S::Draw { n, from, to } => {
            f(n);
            f(&from.1);
            f(&to.1);
        }
        S::ShuffleZone { inst, .. } | S::Gather { inst, .. } | S::Sign { inst, .. } => f(inst),
        S::ShuffleVar(p) => place(p, f),
        S::Make { n, item, inst, .. } => {
            f(n);
            f(item);
            f(inst);
        }
        S::Roll { n, faces, into, .. } => {
            f(n);
            faces.iter().for_each(&mut *f);
            place(into, f);
        }
        S::Pick { n, of, weighing, into, .. } => {
            f(n);
            f(of);
            weighing.iter().for_each(|(x, _)| f(x));
            place(into, f);
        }
        S::Rank { of, keys, into, .. } => {
            f(of);
            keys.iter().for_each(|k| f(&k.x));
            place(into, f);
        }
        S::Rotate { among, .. } => f(among),
        S::Group { of, size, by, .. } => {
            f(of);
            size.iter().for_each(&mut *f);
            match by {
                GroupByX::Lot | GroupByX::Order => {}
                GroupByX::Same(x, _) | GroupByX::Mixed(x, _) | GroupByX::Rank(x, _) => f(x),
            }
        }
        S::Form { with, into, .. } => {
            f(with);
            into.iter().for_each(|p| place(p, f));
        }
        S::Merge { n, .. } => f(n),
        S::Split { of, key, .. } => {
            f(of);
            f(&key.x);
        }
        S::Reveal { what, to } => {
            thing(what, f);
            people(to, f);
        }
        S::Conceal(what) => thing(what, f),
        S::ShowText { with, to, .. } => {
            with.iter().for_each(|(_, _, x)| f(x));
            people(to, f);
        }
        S::Note { with, .. } => with.iter().for_each(|(_, _, x)| f(x)),
        S::Finish { people, .. } => people.iter().for_each(f),
        S::TakeFloor | S::StopTimer(_) | S::ClosePhase | S::GoTo(_) | S::Again | S::LeaveLoop | S::Resolve(_) | S::Channel(..) => {}
    }
}

fn people<'a>(to: &'a ToX, f: &mut dyn FnMut(&'a X)) {
    match to {
        ToX::Table | ToX::All | ToX::Desk | ToX::Owner => {}
        ToX::Seats(x) | ToX::Teams(x) | ToX::Groups(x) | ToX::Roles(x) => f(x),
        ToX::Many(many) => many.iter().for_each(|to| people(to, f)),
    }
}

fn place<'a>(p: &'a Place, f: &mut dyn FnMut(&'a X)) {
    match p {
        Place::Var { inst, keys, .. } => {
            f(inst);
            keys.iter().for_each(f);
        }
        Place::Role(x) | Place::Team(x) | Place::Group(_, x) | Place::Status(x) | Place::Heading(x) => f(x),
    }
}

fn thing<'a>(t: &'a Thing, f: &mut dyn FnMut(&'a X)) {
    match t {
        Thing::Var { inst, keys, passes, .. } => {
            f(inst);
            keys.iter().for_each(&mut *f);
            passes.iter().for_each(|(p, _)| f(p));
        }
        Thing::Value { inst, .. } | Thing::Zone { inst, .. } => f(inst),
        Thing::Token(x) | Thing::Role(x) => f(x),
    }
}

/// What an input's set and limits are computed from.
pub fn input<'a>(i: &'a InputDef, f: &mut dyn FnMut(&'a X)) {
    match i {
        InputDef::YesNo | InputDef::Drawing => {}
        InputDef::Number { from: a, to: b, .. } | InputDef::Share { total: a, over: b } => {
            f(a);
            f(b);
        }
        InputDef::Text { max: x, .. } | InputDef::Order(x) | InputDef::Tiers { of: x, .. } => f(x),
        InputDef::Choice { least, most, of } => {
            f(least);
            f(most);
            f(of);
        }
        InputDef::Any { of, weighing } => {
            f(of);
            weighing.iter().for_each(|(a, _, b)| {
                f(a);
                f(b);
            });
        }
    }
}

/// What a step of the flow reads.
pub fn step<'a>(s: &'a Step, f: &mut dyn FnMut(&'a X)) {
    match s {
        Step::LoopStart { times, list, .. } => times.iter().chain(list).for_each(f),
        Step::LoopUntil { until, .. } => until.iter().for_each(f),
        Step::Branch { cond: x, .. } | Step::WithinStart { time: x, .. } => f(x),
        Step::Phase(_)
        | Step::LoopNext { .. }
        | Step::Jump(_)
        | Step::Fork { .. }
        | Step::StrandEnd
        | Step::WithinEnd
        | Step::DeskPicks { .. }
        | Step::SkipStart { .. }
        | Step::SkipEnd
        | Step::End => {}
    }
}
