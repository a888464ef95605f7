//! Scenario folders on the disk: read within bounds, loaded once per content, looked at again when they change.

use crate::limits;
use dashmap::DashMap;
use sofia_engine::scenario::Diagnostic;
use sofia_engine::{Files, Scenario};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// One folder, playable or not.
#[derive(Clone)]
pub struct Folder {
    pub slug: String,
    /// `None` when there is at least one fault: listed, not offered.
    pub scenario: Option<Arc<Scenario>>,
    pub diagnostics: Arc<Vec<Diagnostic>>,
    pub hash: String,
    pub files: Arc<Files>,
    /// The folder could not be read at all.
    pub unreadable: Option<String>,
}

/// Newest change, number of files and bytes: enough to see that somebody saved.
pub type Stamp = (Option<SystemTime>, usize, u64);

pub struct Library {
    root: PathBuf,
    folders: Mutex<Vec<(PathBuf, Stamp, Folder)>>,
    /// Compiled scenarios by content, those of old sessions too.
    by_hash: DashMap<String, Arc<Scenario>>,
    /// By the name under which views speak of them.
    pictures: DashMap<String, Arc<[u8]>>,
}

impl Library {
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root, folders: Mutex::default(), by_hash: DashMap::new(), pictures: DashMap::new() }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every folder, in order of name; those that changed since the last look are read again. Blocks.
    #[must_use]
    pub fn list(&self) -> Vec<Folder> {
        let mut kept = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh = Vec::new();
        for path in scenario_folders(&self.root) {
            let stamp = stamp(&path);
            let known = kept.iter().position(|(p, s, _)| *p == path && *s == stamp);
            let folder = match known {
                Some(at) => kept.swap_remove(at).2,
                None => self.load(&path),
            };
            fresh.push((path, stamp, folder));
        }
        *kept = fresh;
        kept.iter().map(|(_, _, folder)| folder.clone()).collect()
    }

    #[must_use]
    pub fn find(&self, slug: &str) -> Option<Folder> {
        self.list().into_iter().find(|f| f.slug == slug)
    }

    /// The scenario of an old session, from the files kept with its journal.
    #[must_use]
    pub fn recall(&self, hash: &str, files: impl FnOnce() -> Option<Files>) -> Option<Arc<Scenario>> {
        if let Some(known) = self.by_hash.get(hash) {
            return Some(known.clone());
        }
        let files = files()?;
        let loaded = crate::session::engine_api::load(&files);
        let scenario = loaded.scenario?;
        self.keep_pictures(&files);
        self.by_hash.insert(hash.to_owned(), scenario.clone());
        Some(scenario)
    }

    /// A picture of a scenario that is, or was, on offer.
    #[must_use]
    pub fn picture(&self, name: &str) -> Option<Arc<[u8]>> {
        self.pictures.get(name).map(|p| p.clone())
    }

    fn keep_pictures(&self, files: &Files) {
        for (name, bytes) in sofia_engine::scenario::pictures(files) {
            self.pictures.entry(name).or_insert_with(|| bytes.into());
        }
    }

    fn load(&self, path: &Path) -> Folder {
        let slug = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let (files, unreadable) = match read_folder(path) {
            Ok(files) => (files, None),
            Err(why) => (Files::new(), Some(why)),
        };
        let loaded = crate::session::engine_api::load(&files);
        let scenario = loaded.scenario.filter(|_| unreadable.is_none());
        if let Some(scenario) = &scenario {
            self.keep_pictures(&files);
            self.by_hash.insert(loaded.hash.clone(), scenario.clone());
        }
        Folder { slug, scenario, diagnostics: Arc::new(loaded.diagnostics), hash: loaded.hash, files: Arc::new(files), unreadable }
    }
}

/// Folders with a `scenario.toml`; the root itself when it is one.
#[must_use]
pub fn scenario_folders(root: &Path) -> Vec<PathBuf> {
    if root.join("scenario.toml").is_file() {
        return vec![root.to_owned()];
    }
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.join("scenario.toml").is_file()).take(limits::SCENARIOS).collect();
    folders.sort();
    folders
}

/// All files of one folder, two levels deep at most. Hidden ones and links are left out.
///
/// # Errors
/// A sentence: too many files, too many bytes, or not readable.
pub fn read_folder(path: &Path) -> Result<Files, String> {
    let mut files = Files::new();
    let mut bytes = 0;
    walk(path, "", 0, &mut |name, at, size| {
        bytes += size;
        if size > limits::SCENARIO_FILE_BYTES {
            return Err(format!("{name}: larger than {} MiB", limits::SCENARIO_FILE_BYTES >> 20));
        }
        if bytes > limits::SCENARIO_BYTES || files.len() >= limits::SCENARIO_FILES {
            return Err(format!("more than {} files or {} MiB", limits::SCENARIO_FILES, limits::SCENARIO_BYTES >> 20));
        }
        let content = std::fs::read(at).map_err(|e| format!("{name}: {e}"))?;
        files.insert(name.to_owned(), content);
        Ok(())
    })?;
    Ok(files)
}

type Visit<'a> = &'a mut dyn FnMut(&str, &Path, u64) -> Result<(), String>;

fn walk(folder: &Path, prefix: &str, depth: u8, visit: Visit<'_>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(meta) = entry.path().symlink_metadata() else { continue };
        if name.starts_with('.') || meta.is_symlink() {
            continue;
        }
        let inside = format!("{prefix}{name}");
        if meta.is_dir() && depth < 2 {
            walk(&entry.path(), &format!("{inside}/"), depth + 1, visit)?;
        } else if meta.is_file() {
            visit(&inside, &entry.path(), meta.len())?;
        }
    }
    Ok(())
}

/// How a folder looks from outside; another look after a change.
pub fn stamp(folder: &Path) -> Stamp {
    let mut stamp: Stamp = (None, 0, 0);
    let _ = walk(folder, "", 0, &mut |_, at, size| {
        stamp.0 = stamp.0.max(at.metadata().and_then(|m| m.modified()).ok());
        stamp.1 += 1;
        stamp.2 += size;
        Ok(())
    });
    stamp
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_within_bounds() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("lupi");
        std::fs::create_dir_all(folder.join("plays")).unwrap();
        std::fs::write(folder.join("scenario.toml"), "x").unwrap();
        std::fs::write(folder.join("plays/fine.toml"), "y").unwrap();
        std::fs::write(folder.join(".hidden"), "z").unwrap();
        let names: Vec<String> = read_folder(&folder).unwrap().into_keys().collect();
        assert_eq!(names, ["plays/fine.toml", "scenario.toml"]);
        std::fs::write(folder.join("big"), vec![0; limits::SCENARIO_FILE_BYTES as usize + 1]).unwrap();
        assert!(read_folder(&folder).unwrap_err().contains("big"));
    }

    #[test]
    fn a_saved_file_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("lupi");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("scenario.toml"), "x").unwrap();
        let library = Library::new(root.path().to_owned());
        assert_eq!(library.list()[0].files["scenario.toml"], b"x");
        std::fs::write(folder.join("scenario.toml"), "xyz").unwrap();
        assert_eq!(library.find("lupi").unwrap().files["scenario.toml"], b"xyz");
    }
}
