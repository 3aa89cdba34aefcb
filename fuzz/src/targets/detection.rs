//! Bytes that are scanned.

use std::sync::LazyLock;

use keysieve::engine::Engine;
use keysieve::findings::{Encoding, Finding, FingerprintKey};
use keysieve::rules::MARGIN;
use keysieve::rules::catalogue::Catalogue;

pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b"")).at(1_700_000_000)
});

/// A token that passes its check, joined here so that this file is no leak.
pub(super) fn token() -> String {
    ["ls-", "fAKeToKe-1111-1111-1111-", "eXamPle1", "4fbe"].concat()
}

/// Findings lie in the text, by span and apart.
fn hold(findings: &[Finding], length: usize) {
    for finding in findings {
        assert!(finding.span.start < finding.span.end && finding.span.end <= length);
    }
    for pair in findings.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{:?} {:?}", pair[0], pair[1]);
    }
}

/// Any bytes, scanned whole and in two ranges: far from where they meet the findings are the same.
pub fn engine(data: &[u8]) {
    hold(&ENGINE.scan(data), data.len());
    let middle = data.len() / 2;
    let mut whole = ENGINE.detect(data, std::slice::from_ref(&(0..data.len())));
    let mut apart = ENGINE.detect(data, &[0..middle, middle..data.len()]);
    for findings in [&mut whole, &mut apart] {
        // What is encoded is read from its run's start, wherever that is.
        findings.retain(|finding| {
            finding.encoding == Encoding::PLAIN && finding.trigger.abs_diff(middle) > MARGIN
        });
        findings.sort_by_key(|finding| (finding.trigger, finding.rule, finding.span));
    }
    assert_eq!(apart, whole);
}

/// A token in the ways in which texts are encoded, with any bytes beside it.
pub fn decoders(data: &[u8]) {
    let token = token();
    let middle = data.len() / 2;
    let escaped: String = token.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    let percent: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    for encoded in [token, escaped, percent, hex] {
        let text = [&data[..middle], encoded.as_bytes(), &data[middle..]].concat();
        hold(&ENGINE.scan(&text), text.len());
    }
}
