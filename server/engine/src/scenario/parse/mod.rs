//! Three readers (TOML, Markdown, CSV) give one tree. None stops at a fault.

pub mod csv;
pub mod markdown;
pub mod quotes;
pub mod toml;

use std::ops::Range;

use super::Files;
use super::check::nearest::nearest;
use super::faults::Faults;
use super::limits;
use super::tree::{Image, SourceFile, Span, Tree};

/// The trunk of every scenario.
pub const TRUNK: &str = "scenario.toml";

/// What a file of the folder is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind<'p> {
    Trunk,
    /// The language.
    Words(&'p str),
    Sheet,
    /// The name without folder and ending.
    Play(&'p str),
    Image,
    /// `README.md`, `.gitignore`, `texts.lock`: of the house, not of the game.
    Aside,
    Unknown,
}

/// A picture of a kind that every browser shows.
pub fn image(path: &str, bytes: &[u8]) -> Option<Image> {
    let (item, ending) = path.strip_prefix("img/")?.rsplit_once('.')?;
    let ending = super::PICTURES.iter().find(|e| e.eq_ignore_ascii_case(ending))?;
    Some(Image { item: item.to_lowercase(), name: format!("{}.{ending}", &super::digest(bytes)[..32]) })
}

/// Reads a whole folder. What is missing or unreadable is a fault and stands empty in the tree.
#[must_use]
pub fn read(files: &Files, faults: &mut Faults) -> Tree {
    let mut tree = Tree::default();
    check_folder(files, faults);
    let mut trunk = add_missing(TRUNK, files, "S120", &mut tree, faults);
    // The trunk first: what is wrong there explains faults elsewhere.
    let others = files.iter().filter(|(path, _)| *path != TRUNK);
    for (path, bytes) in files.get_key_value(TRUNK).into_iter().chain(others).take(limits::FILES) {
        let kind = kind_of(path);
        if kind == FileKind::Image {
            tree.images.extend(image(path, bytes));
            continue;
        }
        if kind == FileKind::Aside {
            continue;
        }
        let file = tree.files.len() as u16;
        let text = decode(bytes, file, kind, faults);
        read_one(path, &text, file, kind, &mut tree, faults);
        if kind == FileKind::Trunk {
            trunk = Some(file);
        }
        tree.files.push(SourceFile { path: path.clone(), text });
    }
    if tree.nodes.is_empty() {
        tree.nodes = toml::scenario("", trunk.unwrap_or(0), faults);
    }
    own_language_first(files, &mut tree, faults);
    tree
}

fn read_one(path: &str, text: &str, file: u16, kind: FileKind<'_>, tree: &mut Tree, faults: &mut Faults) {
    match kind {
        FileKind::Trunk => tree.nodes = toml::scenario(text, file, faults),
        FileKind::Words(lang) if !text.is_empty() => tree.words.push(markdown::words(text, file, lang, faults)),
        FileKind::Sheet => tree.sheets.push(csv::sheet(text, file, path, faults)),
        FileKind::Play(name) => tree.plays.push(toml::play(text, file, name, faults)),
        FileKind::Unknown => {
            let known = [TRUNK, "it.md", "en.md"];
            faults.add("W128", span(file, 0..0), &[path, nearest(path, known.into_iter()).unwrap_or("")]);
        }
        FileKind::Words(_) | FileKind::Image | FileKind::Aside => {}
    }
}

/// By path alone.
#[must_use]
pub fn kind_of(path: &str) -> FileKind<'_> {
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    if path == TRUNK {
        FileKind::Trunk
    } else if path.starts_with("img/") {
        FileKind::Image
    } else if hidden || path == "texts.lock" || path.starts_with("README") || path.starts_with("LICENSE") {
        FileKind::Aside
    } else if let Some(name) = path.strip_prefix("plays/").and_then(|p| p.strip_suffix(".toml")) {
        FileKind::Play(name)
    } else if let Some(lang) = path.strip_suffix(".md").filter(|l| is_language(l)) {
        FileKind::Words(lang)
    } else if path.ends_with(".csv") {
        FileKind::Sheet
    } else {
        FileKind::Unknown
    }
}

fn is_language(name: &str) -> bool {
    (2..=3).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase())
}

fn check_folder(files: &Files, faults: &mut Faults) {
    let bytes: usize = files.values().map(Vec::len).sum();
    if files.len() > limits::FILES {
        faults.add("S124", Span::default(), &[&files.len().to_string(), &limits::FILES.to_string()]);
    }
    if bytes > limits::FOLDER_BYTES {
        let mebibytes = |n: usize| n.div_ceil(1024 * 1024).to_string();
        faults.add("S123", Span::default(), &[&mebibytes(bytes), &mebibytes(limits::FOLDER_BYTES)]);
    }
}

/// A file that must be there: an empty one stands for it, so that the fault has a place.
fn add_missing(path: &str, files: &Files, code: &'static str, tree: &mut Tree, faults: &mut Faults) -> Option<u16> {
    if files.contains_key(path) {
        return None;
    }
    let file = tree.files.len() as u16;
    tree.files.push(SourceFile { path: path.into(), text: String::new() });
    let near = nearest(path, files.keys().map(String::as_str)).unwrap_or("");
    faults.add(code, span(file, 0..0), &[path, near]);
    Some(file)
}

/// The scenario's own language comes first; without its file it is empty words.
fn own_language_first(files: &Files, tree: &mut Tree, faults: &mut Faults) {
    let language = tree.nodes[0].text("language").map_or("it", |(l, _)| l).to_string();
    if !tree.words.iter().any(|w| w.lang == language) {
        let path = format!("{language}.md");
        let file = add_missing(&path, files, "S121", tree, faults);
        let file = file.or_else(|| tree.files.iter().position(|f| f.path == path).map(|n| n as u16)).unwrap_or(0);
        tree.words.push(super::tree::Words { lang: language.clone(), file, ..Default::default() });
    }
    tree.words.sort_by_key(|w| w.lang != language);
}

/// UTF-8 text. What cannot be read at all is empty, with its fault.
fn decode(bytes: &[u8], file: u16, kind: FileKind<'_>, faults: &mut Faults) -> String {
    let whole = span(file, 0..0);
    if bytes.len() > limits::FILE_BYTES {
        faults.add("S122", whole, &[&(limits::FILE_BYTES / 1024).to_string()]);
        return String::new();
    }
    if kind == FileKind::Unknown {
        return String::new();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                faults.add("S127", whole, &[]);
            }
            text.to_string()
        }
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            faults.add("S126", whole, &[&line.to_string()]);
            // Accents in an old coding: the rest can still be checked. Zero bytes: another coding altogether.
            if bytes.contains(&0) { String::new() } else { String::from_utf8_lossy(bytes).into_owned() }
        }
    }
}

/// Byte range to span; an empty one at 0 means the whole file.
pub(super) fn span(file: u16, range: Range<usize>) -> Span {
    Span { file, start: range.start as u32, end: range.end as u32 }
}

/// Cuts what is longer than its bound.
fn check_count<T>(all: &mut Vec<T>, most: usize, place: Span, faults: &mut Faults) {
    if all.len() > most {
        faults.add("S147", place, &[&all.len().to_string(), &most.to_string()]);
        all.truncate(most);
    }
}

fn check_length(text: &str, place: Span, faults: &mut Faults) {
    if text.len() > limits::TEXT_SIGNS && text.chars().count() > limits::TEXT_SIGNS {
        faults.add("S125", place, &[&text.chars().count().to_string(), &limits::TEXT_SIGNS.to_string()]);
    }
}
