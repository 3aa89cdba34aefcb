//! `keysieve scan` from outside: the real binary over real trees, whose secrets are made at
//! run time so that no file of ours contains one.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;
use serde_json::Value;

use crate::support;

use support::FORMATS;
use support::repository::all_output;
use support::timed::locations;
use support::tokens::localstack_auth_token as token;

const LETTERS: &[u8; 52] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

mod what_is_scanned {
    use super::*;

    #[test]
    fn ignored_files_are_left_out() {
        let tree = Tree::with_git();
        tree.write(".gitignore", "*.env\n");
        tree.write("prod.env", token(1));
        tree.write("deep/down/prod.env", token(2));
        tree.write("kept.txt", token(3));
        assert_eq!(tree.locations(&["."]), ["kept.txt:1"]);
    }

    #[test]
    fn ignored_files_are_scanned_on_request() {
        let tree = Tree::with_git();
        tree.write(".gitignore", "*.env\n");
        tree.write("prod.env", token(1));
        assert_eq!(tree.locations(&[".", "--no-ignore"]), ["prod.env:1"]);
    }

    #[test]
    fn an_ignored_file_that_git_tracks_is_scanned() {
        let tree = Tree::with_git();
        tree.write(".gitignore", "*.env\nsecrets/\n");
        tree.write("prod.env", token(1));
        tree.write("secrets/key", token(2));
        assert_eq!(tree.scan(&["."]).status.code(), Some(0));
        tree.git(&["add", "--force", "prod.env", "secrets/key"]);
        assert_eq!(tree.locations(&["."]), ["prod.env:1", "secrets/key:1"]);
        assert_eq!(tree.locations(&["secrets"]), ["secrets/key:1"]);
        // Tracked, but gone from the tree: nothing is left to scan, and nothing failed.
        fs::remove_dir_all(tree.at("secrets")).unwrap();
        assert_eq!(tree.locations(&["."]), ["prod.env:1"]);
    }

    #[test]
    fn hidden_files_are_scanned() {
        let tree = Tree::new();
        tree.write(".env", token(1));
        tree.write(".config/app/token", token(2));
        assert_eq!(tree.locations(&["."]), [".config/app/token:1", ".env:1"]);
    }

    #[test]
    fn git_folders_never_are() {
        let tree = Tree::with_git();
        tree.write(".git/leak", token(1));
        tree.write("vendored/.git/leak", token(2));
        let report = tree.json(&[".", "--no-ignore"]);
        assert_eq!(report["outcome"], "clean");
        assert_eq!(report["coverage"]["blobs"], 0);
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_not_followed() {
        use std::os::unix::fs::symlink;
        let elsewhere = Tree::new();
        elsewhere.write("token", token(1));
        let tree = Tree::new();
        symlink(elsewhere.at("token"), tree.at("to-a-file")).unwrap();
        symlink(elsewhere.path(), tree.at("to-a-folder")).unwrap();
        symlink("../..", tree.at("out")).unwrap();
        symlink("nowhere", tree.at("dangling")).unwrap();
        let report = tree.json(&["."]);
        assert_eq!(report["outcome"], "clean");
        assert_eq!(report["coverage"]["special"], 4);
    }

    #[test]
    fn a_binary_file_is_skipped_and_counted() {
        let tree = Tree::new();
        tree.write("image", [b"\x89PNG\0", token(1).as_bytes()].concat());
        tree.write("text", "nothing");
        let report = tree.json(&["."]);
        assert_eq!(report["outcome"], "clean");
        assert_eq!(report["coverage"]["binary"], 1);
        assert_eq!(report["coverage"]["blobs"], 1);
    }

    #[test]
    fn a_file_named_twice_is_scanned_once() {
        let tree = Tree::new();
        tree.write("a/token", token(1));
        assert_eq!(tree.locations(&["a", "a/token", "."]), ["a/token:1"]);
    }

    #[test]
    fn paths_are_relative_to_the_root_of_the_repository() {
        let tree = Tree::with_git();
        tree.write("below/token", token(1));
        let output =
            tree.command(&["scan", "--format", "json"]).current_dir(tree.at("below")).output();
        assert_eq!(locations(&json(&output.unwrap())), ["below/token:1"]);
    }

    #[test]
    fn standard_input_is_scanned() {
        let tree = Tree::new();
        let mut child = tree
            .command(&["scan", "-", "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = format!("one\n{}\n", token(1));
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let report = json(&child.wait_with_output().unwrap());
        assert_eq!(report["credentials"][0]["occurrences"][0]["source"], "stdin");
        assert_eq!(report["credentials"][0]["occurrences"][0]["start"]["line"], 2);
    }

    #[test]
    fn one_line_of_20_megabytes_is_scanned_to_its_end() {
        let tree = Tree::new();
        let mut line = b"(x);".repeat(5_000_000);
        line.extend_from_slice(token(1).as_bytes());
        tree.write("bundle.js", line);
        let report = tree.json(&["."]);
        let start = &report["credentials"][0]["occurrences"][0]["start"];
        assert_eq!((&start["line"], &start["column"]), (&1.into(), &20_000_001.into()));
    }
}

mod what_fails {
    use super::*;

    #[test]
    fn a_missing_path_stops_with_2() {
        let tree = Tree::new();
        tree.write("token", token(1));
        let output = tree.scan(&[".", "no-such-folder"]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(output.stdout, b"");
        assert!(all_output(&output).contains("no-such-folder"), "{}", all_output(&output));
    }

    /// Reading `/proc/self/mem` from its start fails for everybody, root included.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_rest_is_scanned_where_a_file_cannot_be_read() {
        let tree = Tree::new();
        tree.write("token", token(1));
        let output = tree.scan(&["token", "/proc/self/mem", "--format", "json"]);
        assert_eq!(output.status.code(), Some(2));
        let report = json(&output);
        assert_eq!(report["outcome"], "incomplete");
        assert_eq!(locations(&report), ["token:1"]);
        let failures = report["coverage"]["failures"].as_array().unwrap();
        assert_eq!(failures.len(), 1);
        assert!(failures[0]["name"].as_str().unwrap().ends_with("/mem"));
    }

    #[cfg(unix)]
    #[test]
    fn the_rest_is_scanned_where_a_permission_is_missing() {
        use std::os::unix::fs::PermissionsExt;
        let tree = Tree::new();
        tree.write("token", token(1));
        tree.write("private", token(2));
        fs::set_permissions(tree.at("private"), fs::Permissions::from_mode(0o000)).unwrap();
        if fs::File::open(tree.at("private")).is_ok() {
            // Root reads everything; the test above covers it.
            return;
        }
        let report = tree.json(&["."]);
        assert_eq!(report["outcome"], "incomplete");
        assert_eq!(locations(&report), ["token:1"]);
    }

    #[test]
    fn exit_zero_forgives_what_was_found_and_nothing_else() {
        let tree = Tree::new();
        tree.write("token", token(1));
        assert_eq!(tree.scan(&["."]).status.code(), Some(1));
        assert_eq!(tree.scan(&[".", "--exit-zero"]).status.code(), Some(0));
        assert_eq!(tree.scan(&["no-such-file", "--exit-zero"]).status.code(), Some(2));
        if cfg!(target_os = "linux") {
            let code = tree.scan(&[".", "/proc/self/mem", "--exit-zero"]).status.code();
            assert_eq!(code, Some(2));
        }
    }

    #[test]
    fn random_bytes_never_make_the_engine_panic() {
        let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
        let token = token(1);
        let parts: [&[u8]; 12] = [
            b"ls-",
            b"_TOKEN=\"",
            b"password: ",
            b"-----BEGIN PRIVATE KEY-----\n",
            b"eyJ",
            b"://user:",
            b"${",
            b"\r\n",
            b"\xff\xfe",
            "ü😀".as_bytes(),
            token.as_bytes(),
            &token.as_bytes()[..20],
        ];
        let mut random = XorShift(0x9E37_79B9_7F4A_7C15);
        for _ in 0..3000 {
            let mut bytes = Vec::new();
            while bytes.len() < 512 {
                match random.below(3) {
                    0 => bytes.extend_from_slice(parts[random.below(parts.len())]),
                    1 => bytes.extend((0..random.below(48)).map(|_| random.below(256) as u8)),
                    _ => bytes.extend(
                        (0..random.below(48)).map(|_| LETTERS[random.below(LETTERS.len())]),
                    ),
                }
            }
            for finding in engine.scan(&bytes) {
                assert!(finding.span.start < finding.span.end && finding.span.end <= bytes.len());
            }
            engine.redact(&bytes);
        }
    }
}

mod what_is_reported {
    use super::*;

    #[test]
    fn a_credential_is_one_entry_with_all_its_places() {
        let tree = Tree::new();
        tree.write("a.txt", format!("{0}\n{0}\n", token(1)));
        tree.write("b.txt", token(2));
        let report = tree.json(&["."]);
        let entries = report["credentials"].as_array().unwrap();
        assert_eq!(entries.len(), 2);
        let counts: Vec<usize> =
            entries.iter().map(|entry| entry["occurrences"].as_array().unwrap().len()).collect();
        assert_eq!(counts.iter().sum::<usize>(), 3);
        assert!(counts.contains(&2));
        for entry in entries {
            assert_eq!(entry["rule"], "localstack-auth-token");
            assert_eq!(entry["validation"], "valid");
            assert_eq!(entry["confidence"], "certain");
        }
        let human = tree.scan(&[".", "--format", "human"]);
        let human = String::from_utf8(human.stdout).unwrap();
        assert_eq!(human.matches("Rotate it: https://").count(), 2, "{human}");
        assert!(human.contains("2 credentials in 3 locations."), "{human}");
        assert!(human.contains(" --> a.txt:1:1\n"), "{human}");
        assert!(
            human.contains("  1 | ls-********\n    | ^^^^^^^^^^^\n   --> a.txt:2:1\n"),
            "{human}"
        );
    }

    #[test]
    fn a_credential_is_its_provider_s_if_one_occurrence_shows_it() {
        let tree = Tree::new();
        let digits = "8b5961e8<>27261f4a1c74d0695d27ff0f".replace("<>", "");
        let secret = digits;
        tree.write("a.env", format!("SERVICE_SECRET={secret}\n"));
        assert_eq!(tree.json(&["."])["credentials"][0]["rule"], "generic-secret");
        tree.write("b.env", format!("TWILIO_AUTH_TOKEN={secret}\n"));
        tree.write("c.env", format!("API_SECRET={secret}\n"));
        let report = tree.json(&["."]);
        let credentials = report["credentials"].as_array().unwrap();
        assert_eq!(credentials.len(), 1);
        assert_eq!(credentials[0]["rule"], "twilio-auth-token");
        // As sure as the surest of them.
        assert_eq!(credentials[0]["confidence"], "high");
        assert_eq!(locations(&report), ["a.env:1", "b.env:1", "c.env:1"]);
    }

    #[test]
    fn sarif_has_a_result_for_each_occurrence_with_its_exact_region() {
        let tree = Tree::new();
        // Columns count code points: two before the equals sign, in six bytes.
        tree.write("a dir/ü#1.env", format!("ü😀={0}\n\t{0}", token(1)));
        tree.write("b", token(2));
        let log: Value =
            serde_json::from_slice(&tree.scan(&[".", "--format", "sarif"]).stdout).unwrap();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        let mut found: Vec<String> = results
            .iter()
            .map(|result| {
                let location = &result["locations"][0]["physicalLocation"];
                let region = &location["region"];
                let (line, end_line) = (&region["startLine"], &region["endLine"]);
                let (column, end_column) = (&region["startColumn"], &region["endColumn"]);
                let uri = location["artifactLocation"]["uri"].as_str().unwrap();
                format!("{uri} {line}:{column}-{end_line}:{end_column}")
            })
            .collect();
        found.sort();
        let in_folder = ["a%20dir/%C3%BC%231.env 1:4-1:43", "a%20dir/%C3%BC%231.env 2:2-2:41"];
        assert_eq!(found, [in_folder[0], in_folder[1], "b 1:1-1:40"]);

        let mut hashes = Vec::new();
        for result in results {
            let prints = &result["partialFingerprints"];
            let credential = prints["keysieve/credential/v1"].as_str().unwrap();
            assert_eq!(
                prints.get("primaryLocationLineHash"),
                None,
                "the upload action computes it"
            );
            let occurrence = prints["keysieve/occurrence/v1"].as_str().unwrap();
            assert!(occurrence.starts_with(&format!("{credential}:")), "{occurrence}");
            hashes.push(occurrence);
            assert_eq!(result["ruleId"], "localstack-auth-token");
            assert_eq!(result["ruleIndex"], 0);
        }
        // The hash is the same in two files (GitHub keys by the path too), never in one.
        assert_eq!(hashes.iter().filter(|hash| hash.ends_with(":1")).count(), 2);
        assert_eq!(hashes.iter().filter(|hash| hash.ends_with(":2")).count(), 1);

        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), 1);
        assert!(rules[0]["helpUri"].as_str().unwrap().starts_with("https://"));
        assert!(rules[0]["help"]["text"].as_str().unwrap().contains("Rotate it"));
    }

    #[test]
    fn no_form_ever_holds_the_secret() {
        let secret = token(1);
        let tree = Tree::new();
        tree.write(format!("{secret}.txt"), format!("token = \"{secret}\"\n"));
        tree.write(format!("{secret}/twice"), format!("{secret} {secret}\n"));
        tree.write("unlikely", broken(&secret));
        for format in FORMATS {
            let output = tree.scan(&[".", "--format", format, "--min-confidence", "low"]);
            assert_eq!(output.status.code(), Some(1));
            let printed = all_output(&output);
            // Not whole, and no group of it either.
            for part in secret.split('-').filter(|part| part.len() >= 4) {
                assert!(!printed.contains(part), "{part} in {printed}");
            }
            assert!(printed.contains("ls-********"), "{printed}");
        }
    }

    #[test]
    fn a_token_whose_checksum_does_not_hold_is_shown_on_request_only() {
        let tree = Tree::new();
        tree.write("unlikely", broken(&token(1)));
        assert_eq!(tree.scan(&["."]).status.code(), Some(0));
        let report = tree.json(&[".", "--min-confidence", "low"]);
        assert_eq!(report["credentials"][0]["validation"], "invalid");
        assert_eq!(report["credentials"][0]["confidence"], "low");
    }

    #[test]
    fn the_clock_decides_whether_a_jwt_has_expired() {
        use base64::Engine as _;
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let claims = format!(r#"{{"sub":"{}","exp":1798761600}}"#, "x7Kq2".repeat(40));
        let jwt = [&encode(r#"{"alg":"HS256"}"#), &encode(&claims), "c2lnbmF0dXJl"].join(".");
        let tree = Tree::new();
        tree.write("session", &jwt);
        for (now, confidence) in
            [("2026-12-31T23:59:59Z", "high"), ("2027-01-01T01:00:01+01:00", "medium")]
        {
            let report = tree.json(&[".", "--now", now]);
            assert_eq!(report["credentials"][0]["rule"], "jwt");
            assert_eq!(report["credentials"][0]["confidence"], confidence, "{now}");
        }
        assert_eq!(tree.scan(&[".", "--now", "tomorrow"]).status.code(), Some(2));
    }

    #[test]
    fn the_number_of_threads_changes_no_byte() {
        let tree = Tree::with_git();
        for file in 0..60 {
            let text = format!("{}\n{}\n", token(file % 7), token(file));
            tree.write(format!("{}/{file}.txt", file % 5), text);
        }
        for format in FORMATS {
            let one = tree.scan(&[".", "--format", format, "--threads", "1"]);
            for _ in 0..3 {
                let four = tree.scan(&[".", "--format", format, "--threads", "4"]);
                assert_eq!(one.stdout, four.stdout);
                // A machine with fewer processors prints a note.
                let note = String::from_utf8_lossy(&four.stderr).into_owned();
                assert!(note.lines().all(|line| line.starts_with("note: --threads 4")), "{note}");
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_path_that_is_not_utf8_is_reported() {
        use std::os::unix::ffi::OsStrExt;
        let tree = Tree::new();
        tree.write(OsStr::from_bytes(b"caf\xe9.env"), token(1));
        assert_eq!(tree.locations(&["."]), ["caf\u{fffd}.env:1"]);
        let sarif = all_output(&tree.scan(&[".", "--format", "sarif"]));
        assert!(sarif.contains("\"caf%E9.env\""), "{sarif}");
        let human = String::from_utf8(tree.scan(&[".", "--format", "human"]).stdout).unwrap();
        assert!(human.contains("caf\u{fffd}.env:1:1"), "{human}");
    }

    #[cfg(unix)]
    #[test]
    fn a_path_cannot_steer_the_terminal() {
        let tree = Tree::new();
        tree.write("a\u{1b}[2Jb\n", token(1));
        let human = all_output(&tree.scan(&[".", "--format", "human"]));
        assert!(human.contains(r"a\u{1b}[2Jb\n:1:1"), "{human}");
    }
}

mod where_it_goes {
    use super::*;

    #[test]
    fn the_ending_of_the_file_chooses_the_form() {
        let tree = Tree::new();
        for (file, beginning) in [
            ("report.sarif", "{\n  \"$schema\""),
            ("report.json", "{\n  \"version\""),
            ("report.txt", "No secrets found."),
            ("report", "{\n  \"$schema\""),
        ] {
            let output = tree.scan(&[".", "--output", file]);
            assert_eq!((output.status.code(), all_output(&output)), (Some(0), String::new()));
            assert!(tree.read(file).starts_with(beginning), "{file}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_report_is_replaced_whole_and_keeps_its_permissions() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let tree = Tree::new();
        tree.write("tree/token", token(1));
        tree.write("reports/report.json", "old ".repeat(10_000));
        let file = tree.at("reports/report.json");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("reports/report.json", tree.at("latest.json")).unwrap();
        let reader = fs::File::open(&file).unwrap();

        assert_eq!(tree.scan(&["tree", "-o", "latest.json"]).status.code(), Some(1));
        serde_json::from_str::<Value>(&tree.read("reports/report.json")).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(tree.at("latest.json")).unwrap().is_symlink());
        // Who had it open still reads the old one to its end.
        assert_eq!(reader.metadata().unwrap().len(), 40_000);
        // No partial file is left next to it.
        assert_eq!(fs::read_dir(tree.at("reports")).unwrap().count(), 1);

        let before = tree.read("reports/report.json");
        assert_eq!(tree.scan(&["no-such-folder", "-o", "latest.json"]).status.code(), Some(2));
        assert_eq!(tree.read("reports/report.json"), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_report_is_no_more_private_than_other_new_files() {
        use std::os::unix::fs::PermissionsExt;
        let tree = Tree::new();
        tree.scan(&[".", "-o", "report.json"]);
        tree.write("other", "");
        let mode = |file: &str| fs::metadata(tree.at(file)).unwrap().permissions().mode();
        assert_eq!(mode("report.json"), mode("other"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_straight() {
        let tree = Tree::new();
        let output = tree.scan(&[".", "-f", "json", "-o", "/dev/stdout"]);
        assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
        assert_eq!(json(&output)["outcome"], "clean");
        assert_eq!(tree.scan(&[".", "-o", "/dev/null"]).status.code(), Some(0));
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_written_straight() {
        let tree = Tree::new();
        let pipe = tree.at("pipe.json");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        tree.write("tree/token", token(1));
        let mut child = tree.command(&["scan", "tree", "-o", "pipe.json"]).spawn().unwrap();
        let mut report = String::new();
        fs::File::open(&pipe).unwrap().read_to_string(&mut report).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        assert_eq!(serde_json::from_str::<Value>(&report).unwrap()["outcome"], "found");
        assert!(!fs::metadata(&pipe).unwrap().is_file());
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_error() {
        let tree = Tree::new();
        for file in 0..500 {
            tree.write(format!("{file}"), token(file));
        }
        let destinations: &[&[&str]] =
            if cfg!(target_os = "linux") { &[&[], &["-o", "/dev/stdout"]] } else { &[&[]] };
        for destination in destinations {
            let mut child = tree
                .command(&["scan", "--format", "json"])
                .args(*destination)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut first = [0; 16];
            child.stdout.take().unwrap().read_exact(&mut first).unwrap();
            let output = child.wait_with_output().unwrap();
            assert_eq!((output.status.code(), all_output(&output)), (Some(1), String::new()));
        }
    }
}

/// A folder to scan, with a home of its own, so that no configuration of the user applies.
struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    /// No git repository.
    fn new() -> Self {
        let tree = Tree { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(tree.path()).unwrap();
        tree
    }

    fn with_git() -> Self {
        let tree = Tree::new();
        tree.git(&["init", "--quiet"]);
        tree
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    /// Writes a file, its folders too.
    fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        let output = self.isolated("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", all_output(&output));
    }

    /// `keysieve` with these arguments, in the tree.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.isolated(env!("CARGO_BIN_EXE_keysieve"));
        command.args(arguments);
        command
    }

    fn isolated(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).stdin(Stdio::null()).env("HOME", self.folder.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("NO_COLOR", "1");
        for name in [
            "XDG_CONFIG_HOME",
            "KEYSIEVE_FINGERPRINT_KEY",
            "KEYSIEVE_CONFIG",
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// `keysieve scan` with these arguments.
    fn scan(&self, arguments: &[&str]) -> Output {
        self.command(&["scan"]).args(arguments).output().unwrap()
    }

    /// The JSON report of `keysieve scan` with these arguments.
    fn json(&self, arguments: &[&str]) -> Value {
        json(&self.scan(&[arguments, &["--format", "json"]].concat()))
    }

    /// `path:line` of everything that `keysieve scan` reports with these arguments, sorted.
    fn locations(&self, arguments: &[&str]) -> Vec<String> {
        locations(&self.json(arguments))
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|why| panic!("{why}: {}", all_output(output)))
}

/// The token with another last digit, so that its checksum is invalid.
fn broken(token: &str) -> String {
    let last = if token.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &token[..token.len() - 1])
}

/// Marsaglia's xorshift: the same numbers on every machine. The state is never zero.
struct XorShift(u64);

impl XorShift {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 16) % bound as u64) as usize
    }
}
