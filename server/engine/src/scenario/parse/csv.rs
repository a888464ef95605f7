//! Lists from a spreadsheet, with the place of every cell.

use std::ops::Range;

use super::{check_count, check_length, span};
use crate::scenario::diagnostic::Cell;
use crate::scenario::faults::Faults;
use crate::scenario::limits;
use crate::scenario::tree::{Sheet, SheetRow, Span};

const QUOTE: u8 = b'"';

/// A cell as read, and the raw bytes it comes from.
type RawCell = (String, Range<usize>);

pub fn sheet(text: &str, file: u16, path: &str, faults: &mut Faults) -> Sheet {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader { text, at: start, delimiter: delimiter(&text[start..]), file, faults };
    let mut rows = (1u32..).map_while(|number| reader.row().map(|cells| (number, cells)));
    let located = |cells: Vec<RawCell>| cells.into_iter().map(|(cell, at)| (cell, span(file, at)));
    let mut columns: Vec<_> = match rows.next() {
        Some((_, cells)) => located(cells).map(|(name, at)| (name.trim().to_lowercase(), at)).collect(),
        None => Vec::new(),
    };
    // A sheet often comes with empty rows at its end.
    let filled = rows.take(limits::ROWS * 2).filter(|(_, cells)| cells.iter().any(|(cell, _)| !cell.trim().is_empty()));
    let mut rows: Vec<_> = filled.map(|(number, cells)| SheetRow { number, cells: located(cells).collect() }).collect();
    check_count(&mut columns, limits::COLUMNS, span(file, 0..0), faults);
    check_count(&mut rows, limits::ROWS, span(file, 0..0), faults);
    for row in &mut rows {
        check_row(row, columns.len(), delimiter(&text[start..]), faults);
    }
    Sheet { file, path: path.into(), columns, rows }
}

/// The cell that holds a byte of the file.
#[must_use]
pub fn cell_at(text: &str, at: u32) -> Option<Cell> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut unheard = Faults::default();
    let mut reader = Reader { text, at: start, delimiter: delimiter(&text[start..]), file: 0, faults: &mut unheard };
    let mut names = Vec::new();
    for row in 1.. {
        let cells = reader.row()?;
        if row == 1 {
            names = cells.iter().map(|(name, _)| name.trim().to_string()).collect();
        }
        if let Some(n) = cells.iter().position(|(_, range)| (at as usize) <= range.end) {
            return Some(Cell { row, column: letters(n), name: names.get(n).cloned().unwrap_or_default() });
        }
    }
    None
}

/// A, B, … Z, AA, …
fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8).to_string();
    if column < 26 { last } else { letters(column / 26 - 1) + &last }
}

fn check_row(row: &mut SheetRow, columns: usize, delimiter: u8, faults: &mut Faults) {
    let count = row.cells.len();
    let (first, last) = (row.cells[0].1, row.cells[count - 1].1);
    for (cell, at) in &row.cells {
        check_length(cell, *at, faults);
    }
    // Empty cells beyond the last column are a spreadsheet's own doing.
    while row.cells.len() > columns && row.cells.last().is_some_and(|(cell, _)| cell.trim().is_empty()) {
        row.cells.pop();
    }
    if row.cells.len() != columns {
        let place = Span { end: last.end, ..first };
        let sign = if delimiter == b'\t' { "tab".to_string() } else { char::from(delimiter).to_string() };
        let numbers = [row.number, row.cells.len() as u32, columns as u32].map(|n| n.to_string());
        faults.add("S106", place, &[&numbers[0], &numbers[1], &numbers[2], &sign]);
    }
    row.cells.resize(columns, (String::new(), Span { start: last.end, ..last }));
}

/// The sign that parts the names of the columns.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or("").as_bytes();
    let count = |d: u8| first.iter().filter(|b| **b == d).count();
    [b',', b'\t', b';'].into_iter().max_by_key(|d| count(*d)).unwrap_or(b';')
}

struct Reader<'r> {
    text: &'r str,
    at: usize,
    delimiter: u8,
    file: u16,
    faults: &'r mut Faults,
}

impl Reader<'_> {
    fn next_byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn row(&mut self) -> Option<Vec<RawCell>> {
        self.next_byte()?;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell());
            match self.next_byte() {
                Some(b) if b == self.delimiter => self.at += 1,
                _ => break,
            }
        }
        if self.next_byte() == Some(b'\r') {
            self.at += 1;
        }
        if self.next_byte() == Some(b'\n') {
            self.at += 1;
        }
        Some(cells)
    }

    /// Stops at the delimiter or the end of the line.
    fn cell(&mut self) -> RawCell {
        let start = self.at;
        let quoted = if self.next_byte() == Some(QUOTE) { self.quoted() } else { None };
        let is_quoted = quoted.is_some();
        let mut cell = quoted.unwrap_or_default();
        let plain = self.at;
        while self.next_byte().is_some_and(|b| b != self.delimiter && b != b'\n' && !self.at_line_end(b)) {
            self.at += 1;
        }
        let rest = &self.text[plain..self.at];
        if is_quoted && !rest.trim().is_empty() {
            self.faults.add("S131", span(self.file, plain..self.at), &[rest.trim()]);
        }
        cell.push_str(rest);
        (cell, start..self.at)
    }

    fn at_line_end(&self, byte: u8) -> bool {
        byte == b'\r' && self.text.as_bytes().get(self.at + 1).is_none_or(|b| *b == b'\n')
    }

    /// From quote to quote; two quotes inside are one. An open one counts for nothing.
    fn quoted(&mut self) -> Option<String> {
        let start = self.at;
        let mut cell = String::new();
        self.at += 1;
        while let Some(n) = self.text[self.at..].find('"') {
            cell.push_str(&self.text[self.at..self.at + n]);
            self.at += n + 1;
            if self.next_byte() != Some(QUOTE) {
                return Some(cell);
            }
            cell.push('"');
            self.at += 1;
        }
        self.faults.add("S130", span(self.file, start..start + 1), &[]);
        self.at = start + 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Sheet, Vec<String>) {
        let mut faults = Faults::default();
        let sheet = sheet(text, 0, "x.csv", &mut faults);
        (sheet, faults.0.iter().map(|f| format!("{} {}", f.code, f.args.join(" "))).collect())
    }

    #[test]
    fn cells_as_a_spreadsheet_shows_them() {
        for (given, expected) in [
            ("id;text\na;b\n", vec!["a|b"]),
            ("id,text\na,\"b, c\"\n", vec!["a|b, c"]),
            ("id\ttext\r\na\tb\r\n", vec!["a|b"]),
            ("\u{feff}id;text\na;\n\n;\nb;c", vec!["a|", "b|c"]),
            ("id;text\na;\"uno\r\ndue\"\nb;\"dice \"\"sì\"\"\"\n", vec!["a|uno\r\ndue", "b|dice \"sì\""]),
            ("id;text\na;b;;\n", vec!["a|b"]),
        ] {
            let (sheet, faults) = read(given);
            assert!(faults.is_empty(), "{given}: {faults:?}");
            let rows: Vec<String> = sheet.rows.iter().map(|r| r.cells.iter().map(|c| c.0.as_str()).collect::<Vec<_>>().join("|")).collect();
            assert_eq!(rows, expected);
        }
    }

    #[test]
    fn rows_are_numbered_as_in_a_spreadsheet() {
        let (sheet, _) = read("id;t\na;\"x\ny\"\n\nb;z\n");
        assert_eq!(sheet.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn broken_rows_are_told() {
        for (given, expected) in
            [("id;t\na;b;c\n", "S106 2 3 2 ;"), ("id,t\na\n", "S106 2 1 2 ,"), ("id;t\na;\"b\n", "S130 "), ("id;t\na;\"b\" c\n", "S131 c")]
        {
            assert_eq!(read(given).1, [expected], "{given}");
        }
    }
}
