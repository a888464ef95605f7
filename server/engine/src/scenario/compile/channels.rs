//! Channels: a channel is a move that everybody in it may make at any time, and that tells the others.

use super::Compiler;
use super::expr::{Around, boxed};
use super::names::Decl;
use crate::scenario::model::{
    Agree, AskDef, Aud, Base, InputDef, ItemDef, ListDef, MoveDef, NONE, PhaseDef, Prose, S, Scope, Tie, TimeoutDef, ToX, Ty, Val, VarDef, Words, X,
};
use crate::scenario::tree::Node;
use crate::view::Mode;

/// Signs of one message.
const MESSAGE: i64 = 300;

impl<'t> Compiler<'t> {
    pub fn compile_channels(&mut self, phases: &mut [PhaseDef], moves: &mut Vec<MoveDef>) {
        for (c, n) in self.nodes("channel").into_iter().enumerate() {
            let mut kinds: Vec<&str> = n.list("kinds").iter().filter_map(|v| v.text()).map(|t| t.0).collect();
            if kinds.contains(&"drawing") {
                self.faults.add("W218", n.span, &[&n.id]);
            }
            // Gestures are sent as signs, like symbols.
            kinds.retain(|k| *k != "drawing");
            if kinds.contains(&"words") {
                let def = self.channel_move(c as u16, n, &n.id, InputDef::Text { max: X::K(MESSAGE), lines: false }, Base::Text);
                moves.push(def);
            }
            if kinds.iter().any(|k| *k != "words") {
                let Some(list) = self.signs(n) else { continue };
                let of = X::AllItems(list);
                let input = InputDef::Choice { least: X::K(1), most: X::K(1), of };
                let def = self.channel_move(c as u16, n, &format!("{}_segni", n.id), input, Base::Item(list));
                moves.push(def);
            }
            for m in self.move_ids.len()..moves.len() {
                phases.iter_mut().filter(|p| !p.moves.contains(&(m as u16))).for_each(|p| p.moves.push(m as u16));
            }
        }
    }

    /// The signs of a channel are the items of a list of the house.
    fn signs(&mut self, n: &Node) -> Option<u16> {
        let signs = super::texts_of(n, "symbols");
        if signs.is_empty() {
            self.faults.add("N216", n.span, &[&n.id]);
            return None;
        }
        let langs = self.tree.words.len();
        let items = signs.into_iter().map(|s| {
            let blocks = vec![crate::scenario::model::Para::Paragraph(vec![crate::scenario::model::Piece::Text(s.clone())])];
            let name = Words(vec![Some(Prose { blocks, places: Vec::new() }); langs]);
            ItemDef { id: s, name, text: Words::default(), alt: Words::default(), picture: None, qty: 1, covers: Vec::new(), attrs: Vec::new() }
        });
        let items = items.collect();
        self.lists.push(ListDef { id: format!("_{}", n.id), cols: Vec::new(), items, name: Words::default(), look: "card".into() });
        Some((self.lists.len() - 1) as u16)
    }

    fn channel_move(&mut self, c: u16, n: &'t Node, id: &str, input: InputDef, base: Base) -> MoveDef {
        let unkept = n.text("log").is_some_and(|t| t.0 != "full");
        let v = self.vars.len() as u16;
        self.vars.push(VarDef {
            id: format!("_{id}"),
            scope: Scope::Seat,
            ty: Ty::one(base).opt(),
            start: Val::N(NONE),
            seen: vec![Aud::Owner],
            input: true,
            private: unkept,
            ..VarDef::empty()
        });
        let words = matches!(base, Base::Text);
        let text = self.house_text(&n.id, super::say_of(base), false, true);
        self.texts[usize::from(text)].unkept = unkept;
        let (by, to) = self.channel_members(n);
        let value = X::Var { v, inst: boxed(X::Me), keys: Vec::new() };
        let rule = vec![S::ShowText { text, with: vec![(0, false, value), (1, false, X::Me)], to: ToX::Seats(to) }];
        let (label, _) = self.section_words("channel", &n.id, &Around::default());
        let ask = AskDef {
            id: "parole".into(),
            var: v,
            input,
            base,
            default: None,
            default_list: false,
            optional: false,
            private: unkept,
            keep_asked: false,
            label: label.clone(),
            given: None,
        };
        MoveDef {
            id: id.to_string(),
            mode: Mode::AtOnce,
            by: Some(X::And(boxed(X::ChannelOpen(c)), boxed(by))),
            by_desk: false,
            when: words.then_some(X::MaySpeak),
            asks: vec![ask],
            checks: Vec::new(),
            warns: Vec::new(),
            notes: Vec::new(),
            rule,
            extra: true,
            times: None,
            timeout: TimeoutDef::Pass,
            seen: Vec::new(),
            joint: None,
            agree: Agree::One,
            tie: Tie::None,
            each: false,
            accept: None,
            replies: Vec::new(),
            if_no: Vec::new(),
            answers: None,
            label,
            help: Words::default(),
            why: Words::default(),
            rolls: false,
            phases: Vec::new(),
            always: true,
            every: None,
            fails: None,
        }
    }

    /// Whether I am in it; and everybody who is in the same one.
    fn channel_members(&mut self, n: &'t Node) -> (X, X) {
        let scope = n.text("of").map_or(Scope::Table, |(t, span)| self.scope_of_word(t, span));
        let mut me = Around { table: true, me: true, ..Around::default() };
        me.push(Base::Table, X::CtxTable);
        me.push(Base::Seat, X::Me);
        let everybody = match scope {
            Scope::Session => X::Seats(None),
            Scope::Table | Scope::Seat | Scope::Token(_) => X::Seats(Some(boxed(X::CtxTable))),
            scope => {
                let inst = self.path(Base::Seat, &X::Me, scope).unwrap_or(X::K(NONE));
                X::Members { scope, inst: boxed(inst), but_me: false }
            }
        };
        let Some(ex) = n.get("members").and_then(|v| self.parsed(v)) else {
            return (X::K(1), everybody);
        };
        let by = self.with(me.clone(), |cx| cx.bool(&ex));
        // The same condition, of each of them: `me` is then whoever is looked at.
        let (reg, cond) = self.with(me, |cx| {
            cx.with_item(Some("me"), &X::K(0), Base::Seat, |cx| {
                cx.a.me = false;
                cx.bool(&ex)
            })
        });
        let in_it = match scope {
            Scope::Team | Scope::Group(_) => X::And(boxed(by), boxed(X::Not(boxed(X::Empty(boxed(everybody.clone())))))),
            _ => by,
        };
        (in_it, X::Where { set: boxed(everybody), reg, cond: boxed(cond) })
    }

    /// Channels are names from the first, so that rules and phases find them.
    pub fn declare_channels(&mut self) {
        for (i, n) in self.nodes("channel").into_iter().enumerate() {
            self.names.add(&n.id, Decl::Channel(i as u16), n.span, self.faults);
        }
    }
}
