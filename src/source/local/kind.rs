//! The kind of a file of the git directory, by its place there (gitrepository-layout(5)).

use crate::findings::LocalKind;

/// Folders at the top of a git directory whose files are all of one kind.
const FOLDERS: [(&[u8], LocalKind); 10] = [
    (b"logs", LocalKind::Reflog),
    (b"rebase-merge", LocalKind::Rebase),
    (b"rebase-apply", LocalKind::Rebase),
    (b"sequencer", LocalKind::Rebase),
    (b"rr-cache", LocalKind::Rerere),
    (b"hooks", LocalKind::Hook),
    (b"refs", LocalKind::Refs),
    (b"reftable", LocalKind::Reflog),
    (b"lfs", LocalKind::Lfs),
    (b"annex", LocalKind::Annex),
];

/// Beginnings of names at the top of a git directory. Editors and git append to them: `config~`,
/// `config.lock`, `COMMIT_EDITMSG.save`.
const FILES: [(&[u8], LocalKind); 15] = [
    (b"config", LocalKind::Config),
    (b"FETCH_HEAD", LocalKind::FetchHead),
    (b"packed-refs", LocalKind::Refs),
    (b"BISECT_", LocalKind::Rebase),
    (b"COMMIT_EDITMSG", LocalKind::Message),
    (b"MERGE_MSG", LocalKind::Message),
    (b"SQUASH_MSG", LocalKind::Message),
    (b"TAG_EDITMSG", LocalKind::Message),
    (b"NOTES_EDITMSG", LocalKind::Message),
    (b"EDIT_DESCRIPTION", LocalKind::Message),
    (b"MERGE_RR", LocalKind::Rerere),
    (b"addp-hunk-edit.diff", LocalKind::Message),
    (b"ADD_EDIT.patch", LocalKind::Message),
    (b"PULLREQ_EDITMSG", LocalKind::Message),
    (b"GIT_COLA_MSG", LocalKind::Message),
];

/// The kind of the file at this path below its git directory.
pub fn kind(path: &[u8]) -> LocalKind {
    if let Some(slash) = memchr::memchr(b'/', path) {
        let folder = FOLDERS.iter().find(|(name, _)| *name == &path[..slash]);
        return folder.map_or(LocalKind::Other, |(_, kind)| *kind);
    }
    // Backups and swap files of editors: `.COMMIT_EDITMSG.swp`, `#config#`.
    let name = path.strip_prefix(b".").or(path.strip_prefix(b"#")).unwrap_or(path);
    match FILES.iter().find(|(start, _)| name.starts_with(start)) {
        Some((_, kind)) => *kind,
        None if name.ends_with(b"EDITMSG") => LocalKind::Message,
        None if name.ends_with(b"HEAD") => LocalKind::Refs,
        None => LocalKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_kind() {
        for (path, expected) in [
            ("config", LocalKind::Config),
            ("config.worktree", LocalKind::Config),
            (".COMMIT_EDITMSG.swp", LocalKind::Message),
            ("logs/refs/heads/main", LocalKind::Reflog),
            ("ORIG_HEAD", LocalKind::Refs),
            ("FETCH_HEAD", LocalKind::FetchHead),
            ("info/exclude", LocalKind::Other),
            ("info/config", LocalKind::Other),
        ] {
            assert_eq!(kind(path.as_bytes()), expected, "{path}");
        }
    }
}
