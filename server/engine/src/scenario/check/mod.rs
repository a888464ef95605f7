//! Checks that look at the tree alone: keys, sheets, words.

pub mod fix;
pub mod keys;
pub mod nearest;
pub mod sections;
pub mod sheets;
pub mod words;

use super::faults::Faults;
use super::tree::Tree;

/// Faults that may have taken a whole section of `scenario.toml` along.
const SECTION_LOST: [&str; 10] = ["S101", "S107", "S111", "S113", "S117", "S120", "S122", "S126", "S127", "S146"];

/// Faults that only repeat the loss of a section: words, or a sheet, that belong to nothing.
const REPEATS: [&str; 2] = ["X805", "W136"];

/// All checks of the tree.
pub fn check(tree: &Tree, faults: &mut Faults) {
    keys::check(tree, faults);
    let trunk = tree.nodes[0].span.file;
    let section_lost = faults.0.iter().any(|f| f.span.file == trunk && SECTION_LOST.contains(&f.code));
    sheets::check(tree, faults);
    words::check(tree, faults);
    if section_lost {
        faults.0.retain(|f| !REPEATS.contains(&f.code));
    }
}
