//! Damaged folders, by the seed: whatever is lost, doubled or put in, reader, checker, compiler and plays end with
//! faults or with a scenario, never with a panic. A few hundred in each run of the tests; many more by
//! `SOFIA_FUZZ=100000 SOFIA_FUZZ_SEED=7 cargo test -p sofia-engine --release --test all fuzz`.

use crate::common::{all_shipped, shipped};
use sofia_engine::Files;
use sofia_engine::scenario::load_and_prove;
use std::panic::catch_unwind;

const PIECES: [&[u8]; 24] = [
    b"",
    b"\"",
    b"'''",
    b"[",
    b"]",
    b"{",
    b"}",
    b"=",
    b"\n",
    b"end\n",
    b"\xff\xfe",
    "“".as_bytes(),
    "\u{a0}".as_bytes(),
    b"((((((((",
    b" of ",
    b" where ",
    b"9999999999999999999",
    b"-1",
    b"each s in seats",
    b"#",
    b";",
    b",",
    b"repeat 100000 times:\n",
    b"none",
];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// SplitMix64, as the engine has it.
fn next(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) % below.max(1) as u64) as usize
}

/// One to three damages: bytes lost, a piece put in, a stretch doubled elsewhere.
fn damage(files: &mut Files, seed: &mut u64) {
    for _ in 0..=next(seed, 3) {
        let n = next(seed, files.len());
        let Some(bytes) = files.values_mut().nth(n) else { continue };
        let at = next(seed, bytes.len() + 1);
        let end = (at + next(seed, 30)).min(bytes.len());
        let stretch = bytes[at..end].to_vec();
        match next(seed, 3) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, PIECES[next(seed, PIECES.len())].iter().copied())),
            _ => {
                let to = next(seed, bytes.len() + 1);
                bytes.splice(to..to, stretch);
            }
        }
    }
}

#[test]
fn damaged_folders_end_in_faults_not_in_a_panic() {
    let (rounds, first) = (number("SOFIA_FUZZ", 150), number("SOFIA_FUZZ_SEED", 1));
    let folders: Vec<(String, Files)> = all_shipped().into_iter().map(|slug| (slug.clone(), shipped(&slug))).collect();
    for round in first..first + rounds {
        let mut seed = round;
        let (slug, whole) = &folders[next(&mut seed, folders.len())];
        let mut files = whole.clone();
        damage(&mut files, &mut seed);
        let loaded = catch_unwind(|| load_and_prove(&files)).unwrap_or_else(|_| panic!("{slug}: SOFIA_FUZZ=1 SOFIA_FUZZ_SEED={round} panics"));
        assert!(loaded.scenario.is_some() || !loaded.diagnostics.is_empty(), "{slug}, seed {round}: refused without a word");
    }
}
