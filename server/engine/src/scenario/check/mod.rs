//! Checks that look at the tree alone: keys, sheets, words.

pub mod keys;
pub mod nearest;
pub mod sections;
