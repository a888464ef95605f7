//! The figures, and how they are printed.

use serde::Serialize;
use std::fmt::Write as _;

/// One server under one load.
#[derive(Clone, Serialize, Debug)]
pub struct Figures {
    pub target: &'static str,
    pub tables: usize,
    pub people: usize,
    pub sessions: Option<usize>,
    pub seconds: f64,
    pub moves: u64,
    pub moves_per_second: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    /// Of the server: user and system, all threads.
    pub cpu_us_per_move: Option<f64>,
    /// The part of it that the journal's thread takes.
    pub journal_us_per_move: Option<f64>,
    /// Share of one core.
    pub server_cpu: Option<f64>,
    pub generator_cpu: Option<f64>,
    /// After the run.
    pub rss_kib: Option<u64>,
    pub idle: Option<Idle>,
}

/// Memory for people who only sit.
#[derive(Clone, Copy, Serialize, Debug)]
pub struct Idle {
    pub people: usize,
    pub before_kib: u64,
    pub after_kib: u64,
    pub kib_per_person: f64,
}

/// Sofia over relay.
#[derive(Serialize, Debug)]
pub struct Ratios {
    pub cpu_per_move: Option<f64>,
    pub moves_per_second: f64,
    pub p99: f64,
    pub memory_per_person: Option<f64>,
}

#[derive(Serialize, Debug)]
pub struct Report {
    /// Server and generator had a core each.
    pub pinned: bool,
    /// Where the journal was written, if we know.
    pub file_system: Option<String>,
    pub think_ms: u64,
    pub figures: Vec<Figures>,
    pub ratios: Option<Ratios>,
}

/// Of sorted values; the smallest that so many do not exceed.
pub fn percentile(sorted: &[u32], percent: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1).min(last)).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}

impl Ratios {
    pub fn of(sofia: &Figures, relay: &Figures) -> Self {
        let both = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a / b);
        Self {
            cpu_per_move: both(sofia.cpu_us_per_move, relay.cpu_us_per_move),
            moves_per_second: sofia.moves_per_second / relay.moves_per_second,
            p99: sofia.p99_ms / relay.p99_ms,
            memory_per_person: both(sofia.idle.map(|i| i.kib_per_person), relay.idle.map(|i| i.kib_per_person)),
        }
    }
}

impl Report {
    pub fn print(&self, lang: &str) -> String {
        let w = |it: &'static str, en: &'static str| super::super::say(lang, it, en);
        let mut text = String::new();
        if let Some(first) = self.figures.first() {
            let _ = writeln!(
                text,
                "{} {} x {} {}, {:.0} s, {} {} ms",
                first.tables,
                w("tavoli", "tables"),
                first.people / first.tables.max(1),
                w("persone", "people"),
                first.seconds,
                w("pausa", "think"),
                self.think_ms
            );
        }
        let pinned = if self.pinned {
            w("server e generatore hanno un core ciascuno (taskset)", "server and generator have a core each (taskset)")
        } else {
            w("nessun core riservato: le cifre oscillano di più", "no core of their own: figures vary more")
        };
        let _ = writeln!(text, "{pinned}");
        if let Some(kind) = &self.file_system {
            let _ = writeln!(text, "{}: {kind}", w("registro su", "journal on"));
        }
        text.push('\n');
        self.table(&mut text, &w);
        text
    }

    fn table(&self, text: &mut String, w: &impl Fn(&'static str, &'static str) -> &'static str) {
        let all: Vec<&Figures> = self.figures.iter().collect();
        let ratios = self.ratios.as_ref();
        let _ = write!(text, "{:<34}", "");
        for figures in &all {
            let _ = write!(text, "{:>12}", figures.target);
        }
        let _ = writeln!(text, "{}", if ratios.is_some() { format!("{:>12}", w("rapporto", "ratio")) } else { String::new() });
        let mut row = |label: &str, value: &dyn Fn(&Figures) -> Option<f64>, digits: usize, ratio: Option<f64>| {
            let _ = write!(text, "{label:<34}");
            for figures in &all {
                let shown = value(figures).map_or_else(|| "-".to_owned(), |v| format!("{v:.digits$}"));
                let _ = write!(text, "{shown:>12}");
            }
            let _ = writeln!(text, "{}", ratio.map_or_else(String::new, |r| format!("{r:>12.2}")));
        };
        row(w("mosse al secondo", "moves per second"), &|f| Some(f.moves_per_second), 0, ratios.map(|r| r.moves_per_second));
        row(w("ms fino all'ultimo, p50", "ms to the last, p50"), &|f| Some(f.p50_ms), 2, None);
        row("p95", &|f| Some(f.p95_ms), 2, None);
        row("p99", &|f| Some(f.p99_ms), 2, ratios.map(|r| r.p99));
        row("max", &|f| Some(f.max_ms), 2, None);
        row(w("CPU del server, us per mossa", "server CPU, us per move"), &|f| f.cpu_us_per_move, 1, ratios.and_then(|r| r.cpu_per_move));
        row(w("  di cui registro", "  of which journal"), &|f| f.journal_us_per_move, 1, None);
        row(w("CPU del server, % di un core", "server CPU, % of a core"), &|f| f.server_cpu.map(|c| 100.0 * c), 0, None);
        row(w("CPU del generatore, %", "generator CPU, %"), &|f| f.generator_cpu.map(|c| 100.0 * c), 0, None);
        row(w("memoria dopo la prova, MiB", "memory after the run, MiB"), &|f| f.rss_kib.map(|k| k as f64 / 1024.0), 1, None);
        if let Some(idle) = all.iter().find_map(|f| f.idle) {
            let people = format!("{} ({})", w("KiB per persona ferma", "KiB per idle person"), idle.people);
            row(&people, &|f| f.idle.map(|i| i.kib_per_person), 1, ratios.and_then(|r| r.memory_per_person));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let values: Vec<u32> = (1..=100).map(|n| n * 1000).collect();
        assert_eq!([50.0, 95.0, 99.0, 100.0].map(|p| percentile(&values, p)), [50.0, 95.0, 99.0, 100.0]);
        assert_eq!(percentile(&[7_000], 99.0), 7.0);
        assert_eq!(percentile(&[], 99.0), 0.0);
    }
}
