//! Engine throughput on one core, over text held in memory.
//!
//! `cargo bench --bench throughput -- FOLDER…` reads every text file below the folders (up to 512
//! MB) and scans each as one blob; it prints the median of the rounds in GB/s of CPU time (on
//! Linux; elsewhere of wall time). Without a folder it scans this package's own tree. `--rules=N`
//! keeps N rules of the catalogue, spread evenly over it, to show how the cost grows with their
//! number.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a benchmark prints its results"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;
use keysieve::source::Class;

const MOST_BYTES: usize = 512 << 20;
const ROUNDS: usize = 5;
/// The fewest bytes in a round; smaller input is scanned several times.
const ROUND: usize = 256 << 20;

fn main() {
    let folders: Vec<PathBuf> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).map(PathBuf::from).collect();
    let folders = if folders.is_empty() { vec![PathBuf::from(".")] } else { folders };
    let engine = Engine::new(catalogue(), FingerprintKey::new(b""));
    println!("{} rules", engine.rules().len());
    for folder in &folders {
        measure(folder, &engine);
    }
}

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::built_in();
    let all = catalogue.rules().len();
    let wanted = std::env::args().find_map(|arg| arg.strip_prefix("--rules=")?.parse().ok());
    if let Some(wanted) = wanted.filter(|&wanted: &usize| wanted < all) {
        let mut seen = 0;
        catalogue.retain(|_| {
            seen += 1;
            seen * wanted / all > (seen - 1) * wanted / all
        });
    }
    catalogue
}

fn measure(folder: &Path, engine: &Engine) {
    let texts = texts_below(folder);
    let once: usize = texts.iter().map(Vec::len).sum();
    // The CPU clock has a resolution of some milliseconds.
    let times = ROUND / once.max(1) + 1;
    let bytes = once * times;
    let mut rounds: Vec<(f64, usize)> = (0..ROUNDS)
        .map(|_| {
            let start = Clock::start();
            for _ in 1..times {
                texts.iter().for_each(|text| drop(std::hint::black_box(engine.scan(text))));
            }
            let findings = texts.iter().map(|text| engine.scan(text).len()).sum();
            (start.seconds(), findings)
        })
        .collect();
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (seconds, findings) = rounds[ROUNDS / 2];
    println!(
        "{:>6.2} GB/s  {:>7.1} MB  {:>6} files  {findings:>5} findings  {}",
        bytes as f64 / seconds / 1e9,
        once as f64 / 1e6,
        texts.len(),
        folder.display()
    );
}

/// The CPU time of this thread, which other processes on the machine do not affect.
struct Clock {
    wall: Instant,
    cpu: Option<u64>,
}

impl Clock {
    fn start() -> Self {
        Clock { wall: Instant::now(), cpu: cpu_nanoseconds() }
    }

    fn seconds(&self) -> f64 {
        match (self.cpu, cpu_nanoseconds()) {
            (Some(start), Some(end)) => (end - start) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// The first field of Linux's `schedstat`.
fn cpu_nanoseconds() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok()
}

fn texts_below(folder: &Path) -> Vec<Vec<u8>> {
    let mut total = 0;
    ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != "target")
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| std::fs::read(entry.path()).ok())
        .filter(|bytes| Class::detect(bytes) == Class::Text(keysieve::blob::TextEncoding::Utf8))
        .take_while(|bytes| {
            total += bytes.len();
            total <= MOST_BYTES
        })
        .collect()
}
