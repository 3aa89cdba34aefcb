//! Scans a folder and prints the rule, the location and the rotation link of each credential.
//!
//! Run it with `cargo run --example scan -- FOLDER`. Exit codes: 0 nothing found, 1 credentials
//! found, 2 something could not be scanned.

#![allow(clippy::disallowed_macros, reason = "an example prints what it shows")]

use std::env;
use std::process::ExitCode;

use keysieve::{Error, Outcome, Scanner};

fn main() -> ExitCode {
    let folder = env::args_os().nth(1).unwrap_or_else(|| ".".into());
    match scan(&folder) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::FAILURE,
        Ok(_) => ExitCode::from(2),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn scan(folder: &std::ffi::OsStr) -> Result<Outcome, Error> {
    let report = Scanner::builder().build()?.scan_path(folder)?;
    for credential in report.credentials().iter().filter(|one| one.fails()) {
        let rule = report.rule(credential);
        println!("{} {}", rule.name, credential.redacted);
        for occurrence in credential.failing() {
            let path = occurrence.path.as_ref().map(ToString::to_string).unwrap_or_default();
            // A path may contain control characters.
            println!("  {}:{}", path.escape_debug(), occurrence.region.start.line);
        }
        println!("  Rotate it: {}", rule.rotate);
    }
    for failure in &report.coverage().failures {
        println!(
            "could not scan {}: {}",
            failure.name.escape_debug(),
            failure.reason.escape_debug()
        );
    }
    Ok(report.outcome())
}
