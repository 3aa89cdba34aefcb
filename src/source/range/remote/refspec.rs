//! Refspecs: which of a remote's refs a tracking ref mirrors ("refspec" in git-fetch(1)).

use bstr::{BStr, BString, ByteSlice};

/// Refs that local commands write, so that they do not show what a remote has.
const LOCAL: [&[u8]; 8] = [
    b"refs/heads/",
    b"refs/tags/",
    b"refs/notes/",
    b"refs/stash",
    b"refs/replace/",
    b"refs/bisect/",
    b"refs/rewritten/",
    b"refs/worktree/",
];

/// A value of `remote.NAME.fetch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refspec {
    /// `+refs/heads/*:refs/remotes/origin/*`
    Tracked { source: BString, destination: BString },
    /// `^refs/heads/private/*`: refs that are not fetched.
    Excluded { source: BString },
}

impl Refspec {
    /// `None` for one that keeps no tracking refs, or whose refs local commands may change too.
    pub fn parse(value: &[u8]) -> Option<Refspec> {
        if let Some(source) = value.strip_prefix(b"^") {
            return Some(Refspec::Excluded { source: source.into() });
        }
        let (source, destination) =
            value.strip_prefix(b"+").unwrap_or(value).split_once_str(":")?;
        let is_full = |name: &[u8]| name.starts_with(b"refs/");
        let is_local = LOCAL.iter().any(|local| destination.starts_with(local));
        let has_star = |name: &[u8]| name.find_byteset("*").is_some();
        (is_full(source)
            && is_full(destination)
            && source != destination
            && !is_local
            && has_star(source) == has_star(destination))
        .then(|| Refspec::Tracked { source: source.into(), destination: destination.into() })
    }

    /// The ref of the remote that a tracking ref mirrors.
    pub fn source_of(&self, tracking: &BStr) -> Option<BString> {
        let Refspec::Tracked { source, destination } = self else { return None };
        if LOCAL.iter().any(|local| tracking.starts_with(local)) {
            return None;
        }
        let star = matched(destination, tracking)?;
        let named = BString::from(source.replacen("*", star, 1));
        (named != tracking).then_some(named)
    }

    /// Whether the remote's ref is not fetched.
    pub fn excludes(&self, name: &BStr) -> bool {
        matches!(self, Refspec::Excluded { source } if matched(source, name).is_some())
    }

    /// The folder that the tracking refs are in, as git selects refs by folder.
    pub fn folder(&self) -> Option<&BStr> {
        let Refspec::Tracked { destination, .. } = self else { return None };
        let fixed = destination.split_once_str("*").map_or(destination.as_bytes(), |(fixed, _)| {
            fixed.rsplit_once_str("/").map_or(fixed, |(folder, _)| folder)
        });
        Some(fixed.as_bstr())
    }
}

/// What the star of a pattern matches; empty if it has none and is the name itself.
fn matched<'n>(pattern: &[u8], name: &'n [u8]) -> Option<&'n [u8]> {
    match pattern.split_once_str("*") {
        Some((before, after)) => {
            name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after))
        }
        None => (pattern == name).then_some(b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(refspec: &str, tracking: &str) -> Option<String> {
        let source = Refspec::parse(refspec.as_bytes())?.source_of(tracking.into());
        source.map(|name| name.to_string())
    }

    #[test]
    fn a_tracking_ref_mirrors_one_ref_of_the_remote() {
        let usual = "+refs/heads/*:refs/remotes/origin/*";
        assert_eq!(source(usual, "refs/remotes/origin/a/b"), Some("refs/heads/a/b".to_owned()));
        assert_eq!(source(usual, "refs/remotes/other/a"), None);
        let pull = "refs/pull/*/head:refs/remotes/origin/pr/*";
        assert_eq!(source(pull, "refs/remotes/origin/pr/7"), Some("refs/pull/7/head".to_owned()));
        let one = "refs/heads/main:refs/corp/main";
        assert_eq!(source(one, "refs/corp/main"), Some("refs/heads/main".to_owned()));
        assert_eq!(source(one, "refs/corp/other"), None);
    }

    #[test]
    fn refs_that_local_commands_write_do_not_count() {
        for refspec in [
            "+refs/*:refs/*",
            "refs/heads/*:refs/heads/*",
            "refs/tags/*:refs/tags/*",
            "refs/heads/main",
            "main:refs/remotes/origin/main",
            "refs/heads/*:refs/remotes/one",
        ] {
            assert_eq!(Refspec::parse(refspec.as_bytes()), None, "{refspec}");
        }
        assert_eq!(source("refs/x/*:refs/*", "refs/heads/main"), None);
    }

    #[test]
    fn negative_ones_exclude_names() {
        let private = Refspec::parse(b"^refs/heads/private/*").expect("a refspec");
        assert!(private.excludes("refs/heads/private/a".into()));
        assert!(!private.excludes("refs/heads/public".into()));
    }

    #[test]
    fn refs_are_listed_by_folder() {
        for (refspec, folder) in [
            ("refs/heads/*:refs/remotes/origin/*", "refs/remotes/origin"),
            ("refs/heads/*:refs/corp/x-*", "refs/corp"),
            ("refs/heads/main:refs/corp/main", "refs/corp/main"),
        ] {
            let refspec = Refspec::parse(refspec.as_bytes()).expect("a refspec");
            assert_eq!(refspec.folder(), Some(folder.into()));
        }
    }
}
