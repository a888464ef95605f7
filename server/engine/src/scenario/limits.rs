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
/// Faults of TOML reported before the reader gives up on a file.
pub const SYNTAX_FAULTS: usize = 50;
