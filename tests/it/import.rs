//! Rules brought over from a gitleaks configuration: what they find, and that no file is too odd.

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::import::{Options, import};
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::check::check_file;

const CONFIG: &str = include_str!("../cmd/import.in/gitleaks.toml");
const OPTIONS: Options = Options { provider: None, rotate: None };

#[test]
fn an_imported_rule_finds_what_its_regex_was_written_for() {
    let imported = import(CONFIG, &OPTIONS).unwrap();
    let mut catalogue = Catalogue::empty();
    catalogue.replace(check_file(&imported.file, None).unwrap()).unwrap();
    let engine = Engine::new(catalogue, FingerprintKey::new(b""));
    for (text, id, secret) in [
        // An optional part at the start, and a name of any letter case.
        (
            "my.app.NIMBUS_key: '3f2a1c9d8e7b<>6a5f4c3d2e1f0a9b8c7d'",
            "nimbus-legacy-key",
            "3f2a1c9d8e7b6a5f4c3d2e1f0a9b8c7d",
        ),
        // The group alone is the secret.
        ("nimbus_password  =  \"tr0ub4dor & 3\"", "nimbus-password", "tr0ub4dor & 3"),
        // Without a group all of the match is.
        (
            "see nimbus-aws-q8zpls4vt1mnc7rw2xyk5d.",
            "custom-aws-access-key-id",
            "nimbus-aws-q8zpls4vt1mnc7rw2xyk5d",
        ),
    ] {
        let text = text.replace("<>", "");
        let found = engine.scan(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(engine.rules()[found[0].rule].id, id);
        assert_eq!(&text[found[0].span.start..found[0].span.end], secret);
    }
    // Its entropy is asked for, too.
    let dull = format!("nmb_live_{}", "ab".repeat(18));
    assert!(engine.scan(dull.as_bytes()).is_empty());
}

#[test]
fn every_rule_that_is_not_imported_is_named() {
    let imported = import(CONFIG, &OPTIONS).unwrap();
    let skipped = imported.notes.iter().filter(|note| note.contains(": not imported: ")).count();
    assert_eq!((imported.carried, imported.rules), (4, 10));
    assert_eq!(skipped, 6, "{:?}", imported.notes);
}

/// Whatever a configuration contains, the result is correct or an error.
#[test]
fn a_damaged_configuration_is_no_trouble() {
    let mut state = 0x5eed_u64;
    let mut below = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let odd = ["(", ")", "{", "}", "*", "+", "?", "|", "[", "]", "\\", "ü", "0", "$", "^", "."];
    let mut read = 0;
    for _ in 0..40 {
        let mut text = CONFIG.to_owned();
        for _ in 0..1 + below(3) {
            // Within a regex, where there is most to go wrong.
            let offsets: Vec<usize> =
                text.match_indices("regex = '''").map(|(offset, _)| offset).collect();
            let from = offsets[below(offsets.len())] + 11;
            let end = from + text[from..].find("'''").unwrap_or(0);
            let offset = from + below(end - from + 1);
            if text.is_char_boundary(offset) {
                text.insert_str(offset, odd[below(odd.len())]);
            }
        }
        if let Ok(imported) = import(&text, &OPTIONS) {
            read += 1;
            assert!(check_file(&imported.file, None).is_ok(), "{}", imported.file);
        }
    }
    assert!(read > 20, "most are read: {read}");
}
