//! `client/src/lib/wire.ts` is generated from the Rust types; this test fails when it is stale.
//! `SOFIA_WRITE_TS=1 cargo test --test all typescript` writes it anew.

use sofia::wire::{frames, http};
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use ts_rs::{Config, TS, TypeVisitor};

/// Gathers the declaration of each type that is reached, once.
struct Gather {
    config: Config,
    seen: HashSet<TypeId>,
    declared: BTreeMap<String, String>,
}

impl TypeVisitor for Gather {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Types without a file of their own (numbers, lists, options) have no declaration.
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let text = format!("{docs}export {}", T::decl(&self.config));
            self.declared.insert(T::ident(&self.config), text);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

const HEAD: &str = "// Generated from the Rust types by `SOFIA_WRITE_TS=1 cargo test --test all typescript`. Do not edit.

/** A line of words; names of people are put in from the seat. */
export type Line = Inline[];
export type Prose = Block[];
/** Milliseconds, on the session's clock. */
export type Millis = number;
export type Answers = { [input: string]: Answer };
/** Parts that changed; `null`: gone. */
export type Changed = Parts;

";

fn generate() -> String {
    let mut all = Gather { config: Config::new().with_large_int("number"), seen: HashSet::new(), declared: BTreeMap::new() };
    all.visit::<frames::ClientFrame>();
    all.visit::<frames::ServerFrame>();
    all.visit::<sofia_engine::view::Parts>();
    all.visit::<sofia_engine::command::Projected>();
    all.visit::<http::Problem>();
    all.visit::<http::SignIn>();
    all.visit::<http::FirstStart>();
    all.visit::<http::Account>();
    all.visit::<http::Offered>();
    all.visit::<http::NewSession>();
    all.visit::<http::Opened>();
    all.visit::<http::SessionRow>();
    all.visit::<http::SessionFacts>();
    all.visit::<http::Invite>();
    all.visit::<http::Join>();
    all.visit::<http::Return>();
    all.visit::<http::Joined>();
    all.visit::<http::TicketAsk>();
    all.visit::<http::Ticket>();
    all.visit::<http::Verified>();
    all.visit::<http::Rename>();
    all.visit::<http::Bots>();
    all.visit::<http::BotsAdded>();
    let mut out = HEAD.to_owned();
    for (name, text) in &all.declared {
        let text = if name == "Parts" { nullable(text) } else { text.clone() };
        out.push_str(text.trim_end());
        out.push_str("\n\n");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// A part that went away travels as `null`: `a?: A,` becomes `a?: A | null,`.
fn nullable(text: &str) -> String {
    let mut pieces = text.split("?: ");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (kind, rest) = piece.split_once(',').unwrap_or((piece, ""));
        out.push_str(&format!("?: {kind} | null,{rest}"));
    }
    out
}

#[test]
fn wire_ts_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/client/src/lib/wire.ts");
    let fresh = generate();
    if std::env::var_os("SOFIA_WRITE_TS").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, &fresh).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == fresh, "client/src/lib/wire.ts is stale; run: SOFIA_WRITE_TS=1 cargo test --test all typescript");
}

#[test]
fn no_bigint_reaches_the_browser() {
    assert!(!generate().contains("bigint"));
}
