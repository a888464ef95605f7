//! The rules language: what stands in the rule texts, expressions and phrases of `scenario.toml`.
//!
//! `lex` cuts a text into words; `parse` builds the tree of `ast`; `phrase` reads the short forms
//! ("one of others", "3 done", "owner, team rossi"). Names and types are the compiler's business.

pub mod ast;
pub mod lex;
pub mod parse;
pub mod phrase;
