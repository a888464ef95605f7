//! Development helper: `cargo run --example check -- FOLDER…`
use std::collections::BTreeMap;
fn main() {
    for dir in std::env::args().skip(1) {
        let mut files = BTreeMap::new();
        walk(std::path::Path::new(&dir), "", &mut files);
        let t = std::time::Instant::now();
        let l = sofia_engine::scenario::load_and_prove(&files);
        println!("== {dir}: {} ({} diagnostics, {:?})", if l.scenario.is_some() { "ok" } else { "NO" }, l.diagnostics.len(), t.elapsed());
        for d in &l.diagnostics {
            println!("{} {}:{}:{} {} | {}", d.code, d.file, d.line, d.column, d.en, d.source.trim());
        }
    }
}
fn walk(dir: &std::path::Path, at: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for e in std::fs::read_dir(dir).unwrap().flatten() {
        let name = format!("{at}{}", e.file_name().to_string_lossy());
        if e.path().is_dir() {
            walk(&e.path(), &format!("{name}/"), files)
        } else {
            files.insert(name, std::fs::read(e.path()).unwrap());
        }
    }
}
