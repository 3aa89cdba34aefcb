//! Pointer files: the texts that Git LFS and git-annex commit in place of a file's content.
//!
//! A pointer is scanned as the text that it is, and the source then follows it: what it refers to
//! is scanned as well if it is on this machine ([`ContentStorage`]).

mod contents;
mod follow;

use bstr::ByteSlice;

pub use contents::ContentStorage;

/// What a pointer file refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer {
    pub store: PointerStore,
    /// The oid of Git LFS in hexadecimal, or the key of git-annex; `None` if it is malformed.
    pub name: Option<String>,
    /// Bytes of the content, if the pointer states it.
    pub size: Option<u64>,
    /// The content's SHA-256 in hexadecimal, if the pointer states it.
    pub sha256: Option<String>,
}

/// The program that stores what a pointer refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointerStore {
    GitLfs,
    GitAnnex,
}

/// Pointer files are short (git-lfs's specification, "The Pointer": less than 1,024 bytes).
const LONGEST: usize = 1024;

/// How a pointer of Git LFS begins: its specification, and the two earlier names of the format
/// that git-lfs still reads.
const LFS_VERSIONS: [&[u8]; 3] = [
    b"version https://git-lfs.github.com/spec/v1",
    b"version https://hawser.github.com/spec/v1",
    b"version http://git-media.io/v/2",
];

/// Digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

impl Pointer {
    /// The pointer that a blob is, if it is one.
    pub fn detect(bytes: &[u8]) -> Option<Pointer> {
        if bytes.len() > LONGEST {
            return None;
        }
        let has = |part: &[u8]| memchr::memmem::find(bytes, part).is_some();
        // git-lfs ignores white space around a pointer.
        let text = bytes.trim_ascii_start();
        if LFS_VERSIONS.iter().any(|version| text.starts_with(version)) && has(b"\noid sha256:") {
            return Some(Pointer::git_lfs(bytes));
        }
        // The text of an unlocked file (git-annex's "pointer file format"), or the target of a
        // link, which is one line without an end.
        let is_annexed = match bytes.strip_prefix(b"/annex/objects/") {
            Some(_) => !has(b"\n\n"),
            None => has(b".git/annex/objects/") && !has(b"\n"),
        };
        is_annexed.then(|| Pointer::git_annex(bytes))
    }

    fn git_lfs(bytes: &[u8]) -> Pointer {
        let value = |key: &[u8]| bytes.lines().find_map(|line| line.strip_prefix(key));
        let oid = value(b"oid sha256:").and_then(|oid| sha256(oid.trim_ascii_end()));
        let size = value(b"size ").and_then(|size| number(size.trim_ascii_end()));
        Pointer { store: PointerStore::GitLfs, name: oid.clone(), size, sha256: oid }
    }

    /// The key is the last part of the path. Of its fields before `--`, the first is the backend
    /// and `s…` is the size ("key format" in git-annex's internals).
    fn git_annex(bytes: &[u8]) -> Pointer {
        let path = bytes.lines().next().unwrap_or_default();
        let key = path.rsplit_str("/").next().unwrap_or_default();
        let (fields, name) = key.split_once_str("--").unwrap_or((key, b""));
        let mut fields = fields.split_str("-");
        let backend = fields.next().unwrap_or_default();
        let size = fields.find_map(|field| number(field.strip_prefix(b"s")?));
        let hash = name.split_once_str(".").map_or(name, |(hash, _)| hash);
        let is_hash = backend == b"SHA256" || backend == b"SHA256E";
        Pointer {
            store: PointerStore::GitAnnex,
            name: key.to_str().ok().filter(|key| !key.is_empty()).map(str::to_owned),
            size,
            sha256: is_hash.then(|| sha256(hash)).flatten(),
        }
    }
}

impl PointerStore {
    /// As a report names it.
    pub fn name(self) -> &'static str {
        match self {
            PointerStore::GitLfs => "Git LFS",
            PointerStore::GitAnnex => "git-annex",
        }
    }

    /// The command that checks the contents on this machine.
    pub fn check_command(self) -> &'static str {
        match self {
            PointerStore::GitLfs => "git lfs fsck",
            PointerStore::GitAnnex => "git annex fsck",
        }
    }

    /// The command that fetches contents.
    pub fn fetch_command(self, scope: FetchScope) -> &'static str {
        match (self, scope) {
            (PointerStore::GitLfs, FetchScope::Current) => "git lfs fetch",
            (PointerStore::GitLfs, FetchScope::History) => "git lfs fetch --all",
            (PointerStore::GitAnnex, FetchScope::Current) => "git annex get",
            (PointerStore::GitAnnex, FetchScope::History) => "git annex get --all",
        }
    }
}

/// The versions whose contents are to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchScope {
    /// Those that are checked out.
    Current,
    /// Those of all commits.
    History,
}

/// A SHA-256 in hexadecimal.
fn sha256(digits: &[u8]) -> Option<String> {
    let is_hash = digits.len() == SHA256_DIGITS && digits.iter().all(u8::is_ascii_hexdigit);
    is_hash.then(|| String::from_utf8_lossy(digits).to_ascii_lowercase())
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_lfs_pointer_states_oid_and_size() {
        let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        for version in LFS_VERSIONS {
            let version = version.to_str().unwrap();
            let ext = "ext-0-case-inverter sha256:00\n";
            for text in [
                format!("{version}\noid sha256:{oid}\nsize 12345\n"),
                format!("{version}\n{ext}oid sha256:{oid}\nsize 12345\n"),
                format!("{version}\r\noid sha256:{oid}\r\nsize 12345\r\n"),
            ] {
                let pointer = Pointer::detect(text.as_bytes()).expect("a pointer");
                assert_eq!(pointer.store, PointerStore::GitLfs);
                assert_eq!((pointer.name.as_deref(), pointer.size), (Some(oid), Some(12345)));
                assert_eq!(pointer.sha256.as_deref(), Some(oid));
            }
        }
        let head = "version https://git-lfs.github.com/spec/v1";
        assert_eq!(Pointer::detect(format!("{head}\n").as_bytes()), None);
        for oid in ["4d7a21", "../../../../etc/passwd", &"z".repeat(64)] {
            let pointer = Pointer::detect(format!("{head}\noid sha256:{oid}\nsize 1\n").as_bytes());
            assert_eq!(pointer.expect("a pointer").name, None, "{oid}");
        }
    }

    #[test]
    fn a_git_annex_pointer_is_a_text_or_the_target_of_a_link() {
        let hash = "a".repeat(64);
        let key = format!("SHA256E-s3--{hash}.tar.gz");
        for text in [
            format!("/annex/objects/{key}\n"),
            format!("/annex/objects/{key}\nmore\n"),
            format!(".git/annex/objects/Xx/Yy/{key}/{key}"),
            format!("../../.git/annex/objects/Xx/Yy/{key}/{key}"),
        ] {
            let pointer = Pointer::detect(text.as_bytes()).expect("a pointer");
            assert_eq!(pointer.store, PointerStore::GitAnnex);
            assert_eq!((pointer.name, pointer.size), (Some(key.clone()), Some(3)));
            assert_eq!(pointer.sha256.as_ref(), Some(&hash));
        }
        let unsized_key = Pointer::detect(b"/annex/objects/WORM-m12--a-s5--b.bin").expect("one");
        assert_eq!((unsized_key.size, unsized_key.sha256), (None, None));
        assert_eq!(unsized_key.name.as_deref(), Some("WORM-m12--a-s5--b.bin"));
        assert_eq!(Pointer::detect(b"see .git/annex/objects/ for details\n"), None);
        assert_eq!(Pointer::detect(b"/annex/objects/a\n\na text\n"), None);
    }
}
