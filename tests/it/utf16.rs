//! UTF-16 files are scanned as text, and findings have the right offsets in the file.

use std::fs;

use keysieve::engine::Engine;
use keysieve::findings::{FingerprintKey, Span};
use keysieve::policy::Policy;
use keysieve::rules::catalogue::Catalogue;
use keysieve::scan::scan;
use keysieve::source::Silent;
use keysieve::source::worktree::{Ignored, WorkTree};

#[test]
fn a_token_in_utf_16_is_found_at_its_offset() {
    let token = ["ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
    let text = format!("# größer\r\nset LOCALSTACK_AUTH_TOKEN={token}\r\n");
    let plain = text.encode_utf16().collect::<Vec<u16>>();
    let marked = [&[0xFEFF], &plain[..]].concat();
    let bytes = |units: &[u16], order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        units.iter().flat_map(|&unit| order(unit)).collect()
    };
    for (content, mark) in [
        (bytes(&plain, u16::to_le_bytes), 0),
        (bytes(&plain, u16::to_be_bytes), 0),
        (bytes(&marked, u16::to_le_bytes), 2),
        (bytes(&marked, u16::to_be_bytes), 2),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("setup.cmd"), content).unwrap();
        let tree = WorkTree::list(&[folder.path().to_owned()], Ignored::Scanned).unwrap();
        let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
        let report = scan(&tree, &engine, &Policy::default(), &Silent);
        let [credential] = &report.credentials[..] else { panic!("one credential expected") };
        let [occurrence] = &credential.occurrences[..] else { panic!("one occurrence expected") };
        assert_eq!(occurrence.encoding.to_string(), "utf-16");
        let offset = text.chars().take_while(|&c| c != '=').count() + 1;
        let start = mark + 2 * offset;
        assert_eq!(occurrence.span, Span { start, end: start + 2 * token.len() });
        assert_eq!((occurrence.region.start.line, occurrence.region.start.column), (2, 27));
        assert_eq!((report.coverage.blobs, report.coverage.binary), (1, 0));
    }
}
