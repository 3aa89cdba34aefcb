//! References to packages, as lock files and manifests have them: versions, digests, revisions.

use super::Place;
use crate::engine::checks::shapes::{is_hex_digest, is_integrity};
use crate::rules::word_list::WordList;

/// Digits of the id of a commit.
const COMMIT: usize = 40;

/// Numbers of a version.
const VERSION_NUMBERS: usize = 3;

/// Whether the value is the version, the digest or the revision of a package.
pub fn is_reference(place: &Place) -> bool {
    is_version(place.whole)
        || is_package_with_version(place.text)
        || is_artifact(place.whole)
        || is_integrity(place.lexicon(), place.whole)
        || is_part_of_reference(place)
        || is_host(place)
        || ends_with_revision(place)
}

/// `js-tokens@4.0.0`.
fn is_package_with_version(text: &[u8]) -> bool {
    let Some(at) = text.iter().rposition(|&b| b == b'@') else { return false };
    let of_package = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_./@".contains(b);
    at > 0 && text[..at].iter().all(of_package) && is_version(&text[at + 1..])
}

/// Three numbers and what may follow them: `0.1.6_<hash>`, `v0.0.0-<date>-<hash>`,
/// `^2.0.1(react@18.2.0)`.
fn is_version(text: &[u8]) -> bool {
    let prefix = text.iter().take_while(|b| b"^~=<> v".contains(b)).count();
    if prefix > 3 || !text.get(prefix).is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let mut rest = &text[prefix..];
    for number in 1..=VERSION_NUMBERS {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 6 {
            return false;
        }
        rest = &rest[digits..];
        if number < VERSION_NUMBERS {
            let Some(after) = rest.strip_prefix(b".") else { return false };
            rest = after;
        }
    }
    rest.first().is_none_or(|b| b"_-+( \"'\n".contains(b))
}

/// An image, an action, an archive or a repository with its digest, commit or version:
/// `acme/auth@sha256:<digest>`, `acme/auth@<commit>`, `dev-master#<commit>`, `acme/auth:v1.2.3-4`,
/// `artifact::sha256:<digest>`, `acme/auth/tar.gz/<commit>`.
fn ends_with_revision(place: &Place) -> bool {
    let text = place.whole;
    let Some(at) = text.iter().rposition(|b| b"@#:/".contains(b)) else { return false };
    let (head, revision) = (&text[..at], &text[at + 1..]);
    let is_path = head.contains(&b'/') && !head.contains(&b' ');
    let is_commit = revision.len() == COMMIT && is_hex_digest(revision);
    let named = |head: &[u8]| {
        let from = head.iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |it| it + 1);
        place.lexicon().has(WordList::DigestAlgorithms, &head[from..])
    };
    let archived = |head: &[u8]| {
        let folder = head.rsplit(|&b| b == b'/').next().unwrap_or_default();
        place.lexicon().has(WordList::RevisionFolders, folder)
    };
    match text[at] {
        b'#' => !head.is_empty() && is_commit,
        b'/' => is_commit && archived(head),
        b':' if is_hex_digest(revision) => is_path || named(head),
        _ => is_path && (is_hex_digest(revision) || is_version(revision)),
    }
}

/// A part of an identifier that the name is also a part of: `cpe:2.3:a:auth0:jsonwebtoken:8.5.1`.
fn is_part_of_reference(place: &Place) -> bool {
    let token = place.token_before();
    place
        .lexicon()
        .any(WordList::ReferenceBeginnings, |beginning| token.starts_with(beginning.as_bytes()))
}

/// The name of a host with at least three parts, and perhaps a port.
fn is_host(place: &Place) -> bool {
    let port = |rest: &[u8]| rest.len() <= 5 && rest.iter().all(u8::is_ascii_digit);
    let host = match place.text.iter().position(|&b| b == b':') {
        Some(colon) if port(&place.text[colon + 1..]) => &place.text[..colon],
        Some(_) => return false,
        None => place.text,
    };
    let is_label = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(b);
    let last = host.rsplit(|&b| b == b'.').next().unwrap_or_default();
    host.iter().filter(|&&b| b == b'.').count() >= 2
        && host.iter().all(is_label)
        && place.lexicon().has(WordList::DomainEndings, last)
}

/// The name of an artifact that ends with its version: `jjwt-jackson-0.11.2`.
fn is_artifact(text: &[u8]) -> bool {
    let Some(at) = text.iter().rposition(|&b| b == b'-') else { return false };
    let (name, version) = (&text[..at], &text[at + 1..]);
    name.len() > 2
        && name.iter().all(|b| b.is_ascii_lowercase() || b"-._:/0123456789".contains(b))
        && version.iter().all(|b| b.is_ascii_digit() || *b == b'.')
        && is_version(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers() {
        for version in [
            "0.1.6_a4eec777",
            "v0.0.0-20190226205417-e64efc72b421",
            "^2.0.1",
            "7.0.0(react@18.2.0)",
            "1.2.3+build.7",
            ">= 1.2.3",
        ] {
            assert!(is_version(version.as_bytes()), "{version}");
        }
        for other in ["1.2", "10.0.0.1", "v1.2.3x", "1.2.x", "a1.2.3", "1.2.3:q7Rz"] {
            assert!(!is_version(other.as_bytes()), "{other}");
        }
    }
}
