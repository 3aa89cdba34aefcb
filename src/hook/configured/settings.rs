//! The settings of git's section `hook`, in all scopes.

use bstr::{BString, ByteSlice};

use crate::git::{Git, GitError};

/// A setting of the section `hook`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::hook) struct HookSetting {
    pub(super) scope: BString,
    /// The whole name of the setting.
    pub(in crate::hook) key: BString,
    /// `None` if it has no `=`.
    pub(in crate::hook) value: Option<BString>,
}

impl HookSetting {
    /// The name of the hook, if the setting has this key: `hook.<name>.<key>`.
    pub(in crate::hook) fn name(&self, key: &str) -> Option<&[u8]> {
        let name = self.key.strip_prefix(b"hook.")?.strip_suffix(key.as_bytes())?;
        name.strip_suffix(b".")
    }
}

/// The value that git uses of a hook's setting: the last one.
pub(super) fn last(settings: &[HookSetting], name: &[u8], key: &str) -> Option<BString> {
    let mut values = settings.iter().rev().filter(|setting| setting.name(key) == Some(name));
    values.next()?.value.clone()
}

/// All settings of the section `hook`, of every scope, in git's order.
pub(in crate::hook) fn settings(git: &Git) -> Result<Vec<HookSetting>, GitError> {
    match git.read(&["config", "--show-scope", "-z", "--get-regexp", r"^hook\."]) {
        Ok(output) => Ok(parsed(&output)),
        // There is none.
        Err(GitError::Failed { message, .. }) if message.is_empty() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// `scope NUL key LF value NUL`.
pub(super) fn parsed(output: &[u8]) -> Vec<HookSetting> {
    let fields: Vec<&[u8]> = output.split(|&byte| byte == 0).collect();
    let parsed = fields.chunks_exact(2).map(|pair| {
        let (key, value) = match pair[1].split_once_str("\n") {
            Some((key, value)) => (key, Some(value.into())),
            None => (pair[1], None),
        };
        HookSetting { scope: pair[0].into(), key: key.into(), value }
    });
    parsed.collect()
}
