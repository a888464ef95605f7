//! Checks that look at the tree alone: keys, sheets, words.

pub mod fix;
pub mod keys;
pub mod nearest;
pub mod sections;
pub mod sheets;
pub mod words;

use super::faults::Faults;
use super::tree::Tree;

/// All checks of the tree.
pub fn check(tree: &Tree, faults: &mut Faults) {
    keys::check(tree, faults);
    sheets::check(tree, faults);
    words::check(tree, faults);
}
