//! How large a scenario may be.

/// Bytes in one file.
pub const FILE_BYTES: usize = 1024 * 1024;
/// Bytes in all files of a folder, pictures too.
pub const FOLDER_BYTES: usize = 20 * 1024 * 1024;
/// Files in a folder.
pub const FILES: usize = 200;
/// Signs in one text: a rule, a paragraph, a cell.
pub const TEXT_SIGNS: usize = 20_000;
/// Signs in an id.
pub const ID_SIGNS: usize = 40;
/// Sections and rows of `scenario.toml`; headings of a file of words.
pub const SECTIONS: usize = 3_000;
/// Rows of a sheet, items of a list, children of a heading.
pub const ROWS: usize = 2_000;
/// Pieces of one kind at a table that rules make, where the file does not say `most`.
pub const PIECES: u32 = 200;
/// Cells that one piece covers.
pub const CELLS: usize = 64;
/// Columns of a sheet.
pub const COLUMNS: usize = 200;
/// Faults of one sort reported in one file, before its reader gives up.
pub const SYNTAX_FAULTS: usize = 25;
/// Faults of a whole folder: nobody reads more.
pub const FAULTS: usize = 500;
