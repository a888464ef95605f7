//! Pieces that cover several cells of a grid: `covers = ["##", "#."]`, drawn from the corner on which they stand.

use crate::event::Spot;
use crate::scenario::model::{Scenario, ShapeDef};
use crate::state::Token;

/// The cells a drawing covers with its corner on a space; the second tells whether all of it lies on the board.
#[must_use]
pub fn laid(sc: &Scenario, board: u16, corner: u32, covers: &[[u32; 2]]) -> (Vec<u32>, bool) {
    let def = &sc.boards[usize::from(board)];
    let ShapeDef::Grid { cols, rows } = def.shape else { return (vec![corner], covers.is_empty()) };
    let first = corner - corner % (cols * rows).max(1);
    let (col, row) = ((corner - first) % cols, (corner - first) / cols);
    let inside = |[c, r]: &&[u32; 2]| col + c < cols && row + r < rows;
    let cells: Vec<u32> = covers.iter().filter(inside).map(|[c, r]| first + (row + r) * cols + col + c).collect();
    let whole = cells.len() == covers.len();
    (cells, whole)
}

/// The drawing of a token, empty where it stands on one cell like any other.
#[must_use]
pub fn drawing<'a>(sc: &'a Scenario, token: &Token) -> &'a [[u32; 2]] {
    let kind = &sc.kinds[usize::from(token.kind)];
    if !kind.wide {
        return &[];
    }
    sc.lists[usize::from(kind.list)].items.get(token.item as usize).map_or(&[], |i| &i.covers)
}

/// Does a token stand on this space, or cover it?
#[must_use]
pub fn is_on(sc: &Scenario, token: &Token, board: u16, space: u32) -> bool {
    let Spot::Space(b, corner) = token.at else { return false };
    if b != board {
        return false;
    }
    match drawing(sc, token) {
        [] => corner == space,
        covers => laid(sc, board, corner, covers).0.contains(&space),
    }
}

/// Would a token lie there, all of it on the board and on nobody else's cells?
#[must_use]
pub fn fits(sc: &Scenario, tokens: &[Token], token: usize, board: u16, corner: u32) -> bool {
    let Some(own) = tokens.get(token) else { return false };
    let (cells, whole) = match drawing(sc, own) {
        [] => (vec![corner], true),
        covers => laid(sc, board, corner, covers),
    };
    let others = || tokens.iter().enumerate().filter(|(i, _)| *i != token);
    whole && cells.iter().all(|c| !others().any(|(_, t)| is_on(sc, t, board, *c)))
}
