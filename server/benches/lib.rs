//! Only benchmarks: `cargo bench -p sofia-benches`.
