//! Words that a user's pattern file adds to the lists of `patterns/generic/`.

use std::path::Path;

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::rules::Confidence;
use keysieve::rules::catalogue::{Catalogue, CatalogueError};

/// How many findings are shown by default with these words added, and without them.
fn found(lists: &str, text: &str) -> [usize; 2] {
    let mut catalogue = Catalogue::built_in();
    catalogue.add_text(Path::new("words.toml"), lists).unwrap();
    [catalogue, Catalogue::built_in()].map(|catalogue| {
        let engine = Engine::new(catalogue, FingerprintKey::new(b""));
        let findings = engine.scan(text.replace("<>", "").as_bytes());
        findings.iter().filter(|finding| finding.confidence > Confidence::Low).count()
    })
}

fn entry(list: &str, word: &str, example: &str) -> String {
    format!("[[generic.{list}]]\nwords = ['{word}']\nreason = 'ours'\nexample = \"{example}\"\n")
}

#[test]
fn names_of_credentials_can_be_added() {
    let names = entry("password-names", "geheimwort", "{} = 'x'");
    assert_eq!(found(&names, "db_geheimwort = 'tR7xq9Lw2m'\n"), [1, 0]);
    let endings = entry("password-endings", "wort", "geheim{} = 'x'");
    assert_eq!(found(&endings, "dbgeheimwort = 'tR7xq9Lw2m'\n"), [1, 0]);
}

#[test]
fn calls_can_be_added() {
    let calls = entry("calls", "acme_open", "{}('me', 'x')");
    let calls = format!("{calls}argument = 1\nkind = 'password'\n");
    assert_eq!(found(&calls, "acme_open('me', 'tR7xq9Lw2m')\n"), [1, 0]);
}

#[test]
fn placeholders_can_be_added() {
    let parts = entry("placeholder-parts", "acmesandbox", "{}");
    assert_eq!(found(&parts, "DB_PASS<>WORD='acmesandboxR7xq9w'\n"), [0, 1]);
}

#[test]
fn a_wrong_entry_names_the_file_the_list_and_what_is_wrong() {
    let mut catalogue = Catalogue::built_in();
    let text = entry("password-names", "Geheim", "{}").replace("reason = 'ours'\n", "");
    let error = catalogue.add_text(Path::new("words.toml"), &text).unwrap_err();
    assert!(matches!(error, CatalogueError::Words { .. }));
    assert!(error.to_string().contains("words.toml") && error.to_string().contains("reason"));
    let error =
        catalogue.add_text(Path::new("words.toml"), &entry("password-names", "Geheim", "{}"));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("line 1, [[generic.password-names]]: words: \"Geheim\""), "{error}");
}
