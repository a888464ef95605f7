//! Spreadsheets: every one used and found, columns known, rows with an id of their own.

use super::keys::{check_id, is_yes_no};
use super::nearest::nearest;
use super::sections::{self, Need, Shape};
use crate::scenario::faults::Faults;
use crate::scenario::tree::{Node, Sheet, Span, Tree};

/// Columns for words, in every sheet.
const WORDS: [&str; 5] = ["name", "text", "brief", "public", "alt"];

pub fn check(tree: &Tree, faults: &mut Faults) {
    let mut used = Vec::new();
    for node in &tree.nodes {
        let key = if node.kind == "people" { "roles" } else { "rows" };
        if !["people", "list", "token", "data"].contains(&node.kind.as_str()) {
            continue;
        }
        if let Some((path, place)) = node.text(key) {
            used.push(path);
            match tree.sheets.iter().find(|s| s.path == path) {
                Some(sheet) => check_sheet(sheet, node, tree, faults),
                None => {
                    let near = nearest(path, tree.sheets.iter().map(|s| s.path.as_str())).unwrap_or("");
                    faults.add("S135", place, &[path, near]);
                }
            }
        }
    }
    for sheet in tree.sheets.iter().filter(|s| !used.contains(&s.path.as_str())) {
        faults.add("W136", Span { file: sheet.file, start: 0, end: 0 }, &[&sheet.path]);
    }
}

fn check_sheet(sheet: &Sheet, node: &Node, tree: &Tree, faults: &mut Faults) {
    check_columns(sheet, node, tree, faults);
    if node.kind == "data" {
        return;
    }
    check_ids(sheet, faults);
    if node.kind == "people" {
        check_role_cells(sheet, faults);
    }
}

fn check_columns(sheet: &Sheet, node: &Node, tree: &Tree, faults: &mut Faults) {
    for (n, (name, place)) in sheet.columns.iter().enumerate() {
        // A table of two keys has nothing to say in its corner.
        let is_corner = n == 0 && node.kind == "data";
        if (name.is_empty() && !is_corner) || sheet.columns[..n].iter().any(|c| c.0 == *name) {
            faults.add("S133", *place, &[name]);
        } else if node.kind != "data" && n > 0 && !is_known(name, node, tree) {
            match name.split_once('.') {
                // A translation, before the file of its language is there.
                Some((word, lang)) if known_columns(node).any(|c| c == word) && lang.len() == 2 => faults.add("S148", *place, &[name, lang]),
                _ => faults.add("S134", *place, &[name, nearest(name, known_columns(node)).unwrap_or("")]),
            }
        }
    }
    if node.kind != "data" && sheet.columns.first().is_some_and(|c| c.0 != "id") {
        faults.add("S132", sheet.columns[0].1, &[]);
    }
}

fn known_columns(node: &Node) -> impl Iterator<Item = &str> {
    let roles = sections::keys("role").unwrap_or(&[]).iter().map(|k| k.name).filter(|_| node.kind == "people");
    let attributes = node.map("has").iter().map(|e| e.key.as_str());
    let count = (node.kind == "token").then_some("qty");
    WORDS.into_iter().chain(roles).chain(attributes).chain(count)
}

/// `text.en` is the translation of `text`.
fn is_known(column: &str, node: &Node, tree: &Tree) -> bool {
    let (name, lang) = column.split_once('.').map_or((column, None), |(name, lang)| (name, Some(lang)));
    known_columns(node).any(|c| c == name) && lang.is_none_or(|l| tree.words.iter().any(|w| w.lang == l))
}

fn check_ids(sheet: &Sheet, faults: &mut Faults) {
    for (n, row) in sheet.rows.iter().enumerate() {
        let Some((id, place)) = row.cells.first() else {
            continue;
        };
        let first = sheet.rows[..n].iter().find(|r| r.cells.first().is_some_and(|c| c.0.trim() == id.trim()));
        if id.trim().is_empty() {
            faults.add("S138", *place, &["item", "id"]);
        } else if let Some(first) = first {
            faults.add("S137", *place, &[id.trim(), &first.number.to_string()]);
        } else {
            check_id(id.trim(), *place, faults);
        }
    }
}

/// Roles have keys like any section; here they are columns.
fn check_role_cells(sheet: &Sheet, faults: &mut Faults) {
    for key in sections::keys("role").unwrap_or(&[]) {
        let Some(column) = sheet.column(key.name) else {
            if matches!(key.need, Need::Required) {
                faults.add(
                    "S104",
                    sheet.columns.first().map_or(Span { file: sheet.file, ..Span::default() }, |c| c.1),
                    &["role", "", key.name, key.example],
                );
            }
            continue;
        };
        for row in &sheet.rows {
            let Some((cell, place)) = row.cells.get(column) else {
                continue;
            };
            let (cell, id) = (cell.trim(), row.cells[0].0.trim());
            let fits = cell.is_empty() || key.shapes.iter().any(|s| cell_fits(*s, cell));
            if cell.is_empty() && matches!(key.need, Need::Required) {
                faults.add("S104", *place, &["role", id, key.name, key.example]);
            } else if !fits {
                let shapes: Vec<String> = key.shapes.iter().map(|s| format!("{s:?}")).collect();
                faults.add("S115", *place, &[key.name, "role", &shapes.join("|"), ""]);
            }
        }
    }
}

fn cell_fits(shape: Shape, cell: &str) -> bool {
    match shape {
        Shape::Int { min, max } => cell.parse::<i64>().is_ok_and(|n| (min..=max).contains(&n)),
        Shape::Bool => is_yes_no(cell),
        _ => true,
    }
}
