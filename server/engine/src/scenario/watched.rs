//! What triggers and endings read, so that they are looked at again only when some of it has changed.

use crate::event::Event;
use crate::scenario::model::{Scenario, X};
use crate::scenario::walk;

#[derive(Clone, Default, Debug)]
pub struct Watched {
    vars: Vec<bool>,
    tokens: bool,
    /// Who is asked, who is done, how long there is left.
    flow: bool,
    pub clock: bool,
}

impl Watched {
    #[must_use]
    pub fn new(sc: &Scenario) -> Self {
        let mut out = Watched { vars: vec![false; sc.vars.len()], ..Watched::default() };
        let mut values = vec![false; sc.values.len()];
        let mut todo: Vec<&X> = sc.triggers.iter().map(|t| &t.when).chain(sc.endings.iter().filter_map(|e| e.when.as_ref())).collect();
        while let Some(x) = todo.pop() {
            walk::each(x, &mut |x| match x {
                X::Var { v, .. } | X::Past { v, .. } | X::Answered { v, .. } => out.vars[usize::from(*v)] = true,
                X::Value { v, .. } if !std::mem::replace(&mut values[usize::from(*v)], true) => todo.push(&sc.values[usize::from(*v)].is),
                X::TokenItem(_)
                | X::TokenSpace(_)
                | X::TokenOwner { .. }
                | X::TokenTable(_)
                | X::TokenPlayer(_)
                | X::TokenHeading(_)
                | X::PerToken { .. }
                | X::OnlyToken { .. }
                | X::AllTokens { .. }
                | X::ZoneTokens { .. }
                | X::Places { .. }
                | X::TokensOn { .. }
                | X::Free { .. }
                | X::Fits { .. } => out.tokens = true,
                X::Asked(_) | X::Done(_) | X::Defaulted { .. } | X::AllAnswers(_) | X::Succeeds { .. } | X::ChannelOpen(_) => out.flow = true,
                X::Elapsed | X::Remaining | X::TimerOver(_) => out.clock = true,
                _ => {}
            });
        }
        out
    }

    /// May this make a trigger or an ending true, or no longer true? What is not known to leave them alone, may.
    #[must_use]
    pub fn by(&self, sc: &Scenario, event: &Event) -> bool {
        match event {
            Event::Set { var, .. } | Event::Emptied { var, .. } => self.vars[usize::from(*var)],
            Event::Pass { id, .. } => {
                let def = &sc.loops[usize::from(*id)];
                def.fresh.iter().chain(&def.item).chain([&def.count]).any(|v| self.vars[usize::from(*v)])
            }
            Event::TokenMoved { .. } | Event::TokensOrdered { .. } | Event::Headed { .. } => self.tokens,
            Event::At { .. }
            | Event::Forked { .. }
            | Event::Waits { .. }
            | Event::PhaseOpened { .. }
            | Event::PhaseClosed { .. }
            | Event::DoneSet { .. }
            | Event::AskedSet { .. }
            | Event::Frozen { .. }
            | Event::Deadline { .. }
            | Event::Floor { .. }
            | Event::Hand { .. }
            | Event::Sealed { .. }
            | Event::Unsealed { .. }
            | Event::Version { .. }
            | Event::VersionsGone { .. }
            | Event::Made { .. } => self.flow,
            Event::Told { .. }
            | Event::Noted { .. }
            | Event::Marked { .. }
            | Event::Drew { .. }
            | Event::Rolled { .. }
            | Event::Walked { .. }
            | Event::Widened { .. }
            | Event::Concealed { .. }
            | Event::Wrote { .. }
            | Event::Fired { .. } => false,
            _ => true,
        }
    }
}
