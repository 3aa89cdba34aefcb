//! Runs of keysieve under a time limit.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::repository::{TempRepo, all_output};

/// No run over a small repository takes longer.
const SOON: Duration = Duration::from_secs(40);

/// The result of a run.
pub struct Run {
    output: Output,
}

/// `keysieve` at the top of a repository; the report of a scan is JSON.
pub fn keysieve(repository: &TempRepo, arguments: &[&str]) -> Run {
    keysieve_in(repository, &repository.path(), arguments)
}

/// The same in a folder.
pub fn keysieve_in(repository: &TempRepo, folder: &Path, arguments: &[&str]) -> Run {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), folder);
    command.args(arguments);
    if arguments.first() == Some(&"scan") {
        command.args(["--format", "json"]);
    }
    Run::of(command)
}

/// Makes a named pipe.
pub fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

impl Run {
    /// Runs a command to its end; it must not take long.
    pub fn of(mut command: Command) -> Run {
        let begin = Instant::now();
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).map(|_| bytes)
        });
        let errors = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).map(|_| bytes)
        });
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begin.elapsed() > SOON {
                child.kill().unwrap();
                panic!("{command:?} still runs after {SOON:?}");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let stdout = reader.join().unwrap().unwrap();
        let stderr = errors.join().unwrap().unwrap();
        Run { output: Output { status, stdout, stderr } }
    }

    /// What the process wrote, and its exit status.
    pub fn into_output(self) -> Output {
        self.output
    }

    /// The exit code.
    pub fn code(&self) -> i32 {
        self.output.status.code().unwrap_or_else(|| panic!("{}", self.all_output()))
    }

    /// Both outputs.
    pub fn all_output(&self) -> String {
        all_output(&self.output)
    }

    /// `path:line` of all that the report shows, sorted.
    pub fn locations(&self) -> Vec<String> {
        locations(&self.report())
    }

    /// The failures in the report's coverage, as JSON; empty if there are none.
    pub fn failures(&self) -> String {
        self.listed("failures")
    }

    /// The notes in the report's coverage, as JSON; empty if there are none.
    pub fn notes(&self) -> String {
        self.listed("notes")
    }

    fn listed(&self, what: &str) -> String {
        let listed = &self.report()["coverage"][what];
        match listed.as_array().is_none_or(Vec::is_empty) {
            true => String::new(),
            false => listed.to_string(),
        }
    }

    fn report(&self) -> Value {
        let report = serde_json::from_slice(&self.output.stdout);
        report.unwrap_or_else(|why| panic!("{why}: {}", self.all_output()))
    }
}

/// `path:line` of every occurrence in a JSON report, sorted.
pub fn locations(report: &Value) -> Vec<String> {
    let credentials = report["credentials"].as_array().unwrap().iter();
    let mut locations: Vec<String> = credentials
        .flat_map(|credential| credential["occurrences"].as_array().unwrap())
        .map(|location| {
            format!("{}:{}", location["path"].as_str().unwrap(), location["start"]["line"])
        })
        .collect();
    locations.sort();
    locations
}
