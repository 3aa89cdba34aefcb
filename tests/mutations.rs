//! The fuzz targets on any toolchain: seeds that git wrote, changed at random.
//!
//! `KEYSIEVE_TEST_SECONDS=600 cargo test --release --test mutations` runs each that long.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a test writes files")]

#[path = "support/mod.rs"]
mod support;
#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::time::{Duration, Instant};

use support::repository::TempRepo;

/// Xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Files as git writes them, less their trailers; headers and deltas as they may stand in a
/// pack.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let repository = TempRepo::new();
    for number in 0..4 {
        repository.write("file", format!("{number}\n{}", "line\n".repeat(50)));
        repository.commit("Change");
        repository.git(&["repack", "-dq"]);
    }
    repository.git(&["multi-pack-index", "write"]);
    let folder = repository.path().join(".git/objects/pack");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let wanted = |path: &std::path::PathBuf| match name {
        "index" => path.extension().is_some_and(|extension| extension == "idx"),
        "midx" => path.ends_with("multi-pack-index"),
        _ => false,
    };
    let mut seeds: Vec<Vec<u8>> = files
        .filter(wanted)
        .map(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes[..bytes.len() - 20].to_vec()
        })
        .collect();
    match name {
        "header" => seeds.push(
            [&[0x35, 0x95, 0x7f, 0x61, 0x08, 0x61, 0x83, 0x02, 0x71][..], &[0; 20], &[0xb5, 1]]
                .concat(),
        ),
        "delta" => seeds.push(
            [&[0x81, 0x80, 0x04, 0x0e, 0x91, 6, 2, 2, b'a', b'b', 0x90, 4, 0x91, 4, 6][..]]
                .concat(),
        ),
        _ => {}
    }
    assert!(!seeds.is_empty());
    seeds
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const EDGES: [u8; 8] = [0, 1, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x20];
    for _ in 0..1 + random.below(6) {
        let at = random.below(bytes.len() + 1);
        let end = at + random.below((bytes.len() - at).min(64) + 1);
        match random.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = EDGES[random.below(EDGES.len())],
            2 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            3 => drop(bytes.drain(at..end)),
            4 => {
                let doubled = bytes[at..end].to_vec();
                bytes.splice(at..at, doubled);
            }
            5 => bytes[at..end].fill(EDGES[random.below(EDGES.len())]),
            _ => bytes.insert(at, random.below(256) as u8),
        }
    }
}

#[test]
fn no_bytes_break_a_parser() {
    let seconds = std::env::var("KEYSIEVE_TEST_SECONDS").ok().and_then(|text| text.parse().ok());
    let time = Duration::from_millis(seconds.map_or(500, |seconds: u64| seconds * 1000));
    std::thread::scope(|scope| {
        for (name, target) in targets::ALL {
            scope.spawn(move || {
                let seeds = seeds(name);
                let mut random = Random(0x1dea);
                let (begun, mut runs) = (Instant::now(), 0u64);
                let mut pool = seeds.clone();
                while begun.elapsed() < time {
                    let mut bytes = pool[random.below(pool.len())].clone();
                    mutate(&mut bytes, &mut random);
                    bytes.truncate(1 << 16);
                    target(&bytes);
                    // Drift away from the seeds, and come back to them.
                    match random.below(50) {
                        0 if pool.len() < 200 => pool.push(bytes),
                        1 if pool.len() >= 200 => pool.truncate(seeds.len()),
                        _ => {}
                    }
                    runs += 1;
                }
                println!("{name}: {runs} runs");
            });
        }
    });
}
