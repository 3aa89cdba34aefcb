//! The fuzz targets on any toolchain: seeds written by git, changed at random.
//!
//! `KEYSIEVE_TEST_SECONDS=600 cargo test --release --test mutations` runs each for ten minutes.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]

use crate::support;
#[path = "../../fuzz/src/targets/mod.rs"]
mod targets;

use std::time::{Duration, Instant};

use support::random::Random;
use support::repository::TempRepo;

/// Files as git writes them, without their trailers; headers and deltas as in a pack.
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
    let expected = |path: &std::path::PathBuf| match name {
        "index" => path.extension().is_some_and(|extension| extension == "idx"),
        "midx" => path.ends_with("multi-pack-index"),
        _ => false,
    };
    let mut seeds: Vec<Vec<u8>> = files
        .filter(expected)
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
        "staged_index" => {
            let bytes = std::fs::read(repository.path().join(".git/index")).unwrap();
            seeds.push(bytes[..bytes.len() - 20].to_vec());
        }
        "index" | "midx" => {}
        _ => seeds.extend(texts(name).into_iter().map(Vec::from)),
    }
    assert!(!seeds.is_empty());
    seeds
}

/// Texts of the kind that a target reads.
fn texts(name: &str) -> Vec<String> {
    let given: &[&str] = match name {
        "engine" | "decoders" | "contents" | "report" => {
            let catalogue = keysieve::rules::catalogue::Catalogue::built_in();
            let rules = catalogue.rules().iter().step_by(29);
            let examples = rules.flat_map(|rule| rule.examples.first());
            return examples.map(|one| one.replace("<>", "")).collect();
        }
        "objects" => &[
            "100644 file\0aaaaaaaaaaaaaaaaaaaa|40000 folder\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
             100644 other\0bbbbbbbbbbbbbbbbbbbb",
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b> 5 +0000\n\nmessage\n",
        ],
        "catalogue" => &["[provider]\nname = \"N\"\nrotate = \"https://n.example\"\n[[rule]]\n\
            id = \"p-a\"\nname = \"A\"\ndescription = \"A.\"\nseverity = \"high\"\n\
            confidence = \"high\"\nanchors = [\"nmb_\"]\nregex = '(?<secret>nmb_[a-z]{20})'\n"],
        "config" => {
            &["[rules]\ndisable = [\"a-*\"]\n[fail-on]\nconfidence = \"high\"\n[[exclude]]\n\
            paths = [\"a/**\"]\nreason = \"b\"\n[fingerprint]\nkey-env = \"K\"\n"]
        }
        "baseline" => &["version = 1\n\n[credential.2cc1252081]\nrule = \"a-b\"\n\
            disposition = \"accepted\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2026-03-01\n\
            paths = [\"a\"]\n"],
        "rule_import" => &["[[rules]]\nid = \"a\"\nregex = 'a-([a-z]{20})'\nkeywords = [\"a-\"]\n"],
        "report_import" => &[
            "path/file:rule-id:3\n",
            "[{\"RuleID\":\"a\",\"File\":\"f\",\"StartLine\":1,\"Secret\":\"s\"}]",
        ],
        "hook_script" => {
            &["#!/bin/sh\nset -e\nexec echo hello\n", "#!/usr/bin/env bash\n# a\nexit 0"]
        }
        "agent" => &["{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Edit\",\"tool_input\":\
            {\"file_path\":\"a\",\"old_string\":\"b\",\"new_string\":\"c\"}}"],
        name => panic!("no seeds for {name}"),
    };
    given.iter().map(|text| (*text).to_owned()).collect()
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const EDGES: [u8; 8] = [0, 1, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x20];
    for _ in 0..1 + random.below(6) {
        let offset = random.below(bytes.len() + 1);
        let end = offset + random.below((bytes.len() - offset).min(64) + 1);
        match random.below(7) {
            0 if offset < bytes.len() => bytes[offset] ^= 1 << random.below(8),
            1 if offset < bytes.len() => bytes[offset] = EDGES[random.below(EDGES.len())],
            2 if offset < bytes.len() => bytes[offset] = random.below(256) as u8,
            3 => drop(bytes.drain(offset..end)),
            4 => {
                let doubled = bytes[offset..end].to_vec();
                bytes.splice(offset..offset, doubled);
            }
            5 => bytes[offset..end].fill(EDGES[random.below(EDGES.len())]),
            _ => bytes.insert(offset, random.below(256) as u8),
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
                let (started, mut runs) = (Instant::now(), 0u64);
                let mut pool = seeds.clone();
                while started.elapsed() < time {
                    let mut bytes = pool[random.below(pool.len())].clone();
                    mutate(&mut bytes, &mut random);
                    bytes.truncate(1 << 16);
                    target(&bytes);
                    // Mutate the mutations for a while, then return to the seeds.
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
