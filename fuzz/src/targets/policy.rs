//! Targets for files that a repository or a user supplies, and for the input of agents.

use std::path::Path;

use keysieve::findings::OtherScanner;
use keysieve::import::{Options, import, triaged};
use keysieve::policy::baseline::Baseline;
use keysieve::policy::config::{Layer, Origin};
use keysieve::rules::catalogue::Catalogue;
use keysieve::source::agent::ToolCall;

use super::detection::token;

/// The text with a token inserted, if it is UTF-8: no error message repeats the token.
fn planted(data: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(data).ok()?;
    let middle = (0..=text.len() / 2).rev().find(|&offset| text.is_char_boundary(offset))?;
    Some([&text[..middle], &token(), &text[middle..]].concat())
}

fn silent(error: &impl ToString) {
    assert!(!error.to_string().contains(&token()), "an error repeats the file");
}

/// A configuration file.
pub fn config(data: &[u8]) {
    let Some(text) = planted(data) else { return };
    for origin in [Origin::Repository("c".to_owned()), Origin::Folder("c".to_owned())] {
        if let Err(error) = Layer::parse(&text, origin, "folder".into()) {
            silent(&error);
        }
    }
}

/// A baseline: writing it restores what was read.
pub fn baseline(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(read) = Baseline::of_text(text, Path::new("b")) {
        let again = Baseline::of_text(&read.to_text(), Path::new("b"));
        assert_eq!(again.ok(), Some(read));
    }
    if let Some(text) = planted(data)
        && let Err(error) = Baseline::of_text(&text, Path::new("b"))
    {
        silent(&error);
    }
}

/// A custom pattern file.
pub fn catalogue(data: &[u8]) {
    let Some(text) = planted(data) else { return };
    if let Err(error) = Catalogue::empty().add_text(Path::new("p.toml"), &text) {
        silent(&error);
    }
}

/// A configuration of another scanner.
pub fn rule_import(data: &[u8]) {
    let Some(text) = planted(data) else { return };
    if let Err(error) = import(&text, &Options { provider: None, rotate: None }) {
        silent(&error);
    }
}

/// A baseline, an ignore file or a report of another scanner.
pub fn report_import(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let all = [
        OtherScanner::Gitleaks,
        OtherScanner::Betterleaks,
        OtherScanner::DetectSecrets,
        OtherScanner::Kingfisher,
        OtherScanner::Trufflehog,
    ];
    for scanner in all {
        let _ = triaged::entries(scanner, text);
    }
}

/// What a coding agent passes to its hook.
pub fn agent(data: &[u8]) {
    // A folder that does not exist, so that no file of this machine is read by chance.
    let here = Path::new("/nowhere/at/all");
    for top in [None, Some(here)] {
        if let Err(error) = ToolCall::read(data, here, top) {
            silent(&error);
        }
    }
}
