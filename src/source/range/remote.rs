//! What a remote has, as far as this clone knows: its tracking refs.
//!
//! What another remote has does not count: a push to a public remote sends what so far only a
//! private one has. A configured remote counts if it is fetched from the URL that is pushed to.
//! What cannot be assigned to this remote counts as new.

mod refspec;
mod url;

use std::collections::{BTreeSet, HashMap};

use bstr::{BStr, BString, ByteSlice};

use super::RefUpdate;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError};
use refspec::Refspec;
use url::same_repository;

/// Where a push goes, as git names it to its pre-push hook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushTarget {
    /// The remote's name; the URL, if no remote is named.
    pub name: Option<String>,
    /// After `insteadOf` and `pushInsteadOf`.
    pub url: Option<String>,
}

/// The remotes of this clone that are fetched from where a push goes to.
#[derive(Debug, Default)]
pub struct PushRemote {
    names: BTreeSet<String>,
    tracking: Vec<TrackingRef>,
    promisors: BTreeSet<String>,
    /// The remote that git names is fetched from another URL.
    is_elsewhere: bool,
}

/// A tracking ref and the remote's ref that it mirrors.
#[derive(Debug)]
struct TrackingRef {
    source: BString,
    id: ObjectId,
}

/// A remote of the configuration, with its URLs after `insteadOf`.
struct ConfiguredRemote {
    name: String,
    fetch: String,
    push: Vec<String>,
}

/// A value of `remote.NAME.fetch`, of all remotes.
struct RemoteRefspec {
    remote: String,
    refspec: Refspec,
}

impl PushTarget {
    /// From the arguments that git passes: `REMOTE URL`.
    pub fn from_arguments(arguments: &[String]) -> PushTarget {
        let given = |index: usize| arguments.get(index).filter(|text| !text.is_empty()).cloned();
        PushTarget { name: given(0), url: given(1) }
    }

    /// Whether nobody named the remote.
    pub fn is_unknown(&self) -> bool {
        self.name.is_none() && self.url.is_none()
    }

    /// For messages: its name or URL, without a user and password.
    pub fn shown(&self) -> String {
        let shown = self.name.as_deref().or(self.url.as_deref()).unwrap_or("the remote");
        match shown.split_once("://") {
            Some((scheme, rest)) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                format!("{scheme}://{host}{path}")
            }
            None => shown.to_owned(),
        }
    }

    fn is_fetched_by(&self, remote: &ConfiguredRemote) -> bool {
        match (&self.url, &self.name) {
            (Some(url), _) => same_repository(url, &remote.fetch),
            (None, Some(name)) => {
                *name == remote.name
                    && remote.push.iter().all(|url| same_repository(url, &remote.fetch))
            }
            (None, None) => false,
        }
    }
}

impl PushRemote {
    /// The remotes that are fetched from the target.
    pub fn find(git: &Git, target: &PushTarget) -> Result<PushRemote, GitError> {
        let settings = settings(git)?;
        let promisors = promisors(&settings);
        let configured = if target.is_unknown() { Vec::new() } else { configured(git)? };
        let is_target = |remote: &&ConfiguredRemote| target.is_fetched_by(remote);
        let names: BTreeSet<String> =
            configured.iter().filter(is_target).map(|remote| remote.name.clone()).collect();
        let tracking = tracking(git, &names, &refspecs(&settings))?;
        let mut named = configured.iter().filter(|one| target.name.as_ref() == Some(&one.name));
        let is_elsewhere = named.any(|remote| !names.contains(&remote.name));
        Ok(PushRemote { names, tracking, promisors, is_elsewhere })
    }

    /// Every configured remote.
    pub fn all(git: &Git) -> Result<Vec<PushRemote>, GitError> {
        let settings = settings(git)?;
        let refspecs = refspecs(&settings);
        let remote = |remote: ConfiguredRemote| {
            let names = BTreeSet::from([remote.name]);
            let tracking = tracking(git, &names, &refspecs)?;
            Ok(PushRemote { names, tracking, ..PushRemote::default() })
        };
        configured(git)?.into_iter().map(remote).collect()
    }

    /// The objects that the remote has, apart from refs for which git's own lines name another id:
    /// there the tracking ref is out of date.
    pub fn known(&self, updates: &[RefUpdate]) -> BTreeSet<ObjectId> {
        let named: HashMap<&BString, Option<ObjectId>> =
            updates.iter().map(|update| (&update.name, update.old)).collect();
        let is_current = |tracking: &&TrackingRef| {
            named.get(&tracking.source).is_none_or(|remote| *remote == Some(tracking.id))
        };
        self.tracking.iter().filter(is_current).map(|tracking| tracking.id).collect()
    }

    /// The promisor remote that this is, if it is one: it has what this clone did not fetch.
    pub fn promisor(&self) -> Option<&str> {
        self.names.intersection(&self.promisors).next().map(String::as_str)
    }

    /// Whether git names a remote that is fetched from another URL than it is pushed to: then its
    /// tracking refs, and what a framework derives from them, show nothing.
    pub fn is_elsewhere(&self) -> bool {
        self.is_elsewhere
    }

    /// Whether the clone has a tracking ref of the remote.
    pub fn is_tracked(&self) -> bool {
        !self.tracking.is_empty()
    }
}

/// Keys and values of the configuration of remotes.
fn settings(git: &Git) -> Result<Vec<(String, BString)>, GitError> {
    let keys = r"^(remote\..*\.(fetch|promisor)|extensions\.partialclone)$";
    // It fails if there is none.
    let output =
        git.read(&["config", "-z", "--get-regexp", keys]).or_else(|error| match error {
            GitError::Failed { message, .. } if message.is_empty() => Ok(Vec::new()),
            error => Err(error),
        })?;
    let setting = |entry: &[u8]| {
        let (key, value) = entry.split_once_str("\n")?;
        Some((key.to_str_lossy().into_owned(), BString::from(value)))
    };
    Ok(output.split_str("\0").filter_map(setting).collect())
}

/// The name of the remote in `remote.NAME.KEY`.
fn remote_of<'k>(key: &'k str, ending: &str) -> Option<&'k str> {
    key.strip_prefix("remote.")?.strip_suffix(ending)?.strip_suffix('.')
}

fn refspecs(settings: &[(String, BString)]) -> Vec<RemoteRefspec> {
    let refspec = |(key, value): &(String, BString)| {
        let remote = remote_of(key, "fetch")?.to_owned();
        Some(RemoteRefspec { remote, refspec: Refspec::parse(value)? })
    };
    settings.iter().filter_map(refspec).collect()
}

fn promisors(settings: &[(String, BString)]) -> BTreeSet<String> {
    let promisor = |(key, value): &(String, BString)| match remote_of(key, "promisor") {
        Some(remote) => (value != "false").then(|| remote.to_owned()),
        None => key.eq_ignore_ascii_case("extensions.partialclone").then(|| value.to_string()),
    };
    settings.iter().filter_map(promisor).collect()
}

/// From the lines of `git remote -v`: `NAME<TAB>URL (fetch)`, where the end may name a filter.
fn configured(git: &Git) -> Result<Vec<ConfiguredRemote>, GitError> {
    let output = git.read(&["remote", "-v"])?;
    let mut remotes: Vec<ConfiguredRemote> = Vec::new();
    for line in output.lines() {
        let line = line.to_str_lossy();
        let Some((name, rest)) = line.split_once('\t') else { continue };
        if let Some((url, _)) = rest.rsplit_once(" (fetch)") {
            let (name, fetch) = (name.to_owned(), url.to_owned());
            remotes.push(ConfiguredRemote { name, fetch, push: Vec::new() });
        } else if let Some((url, _)) = rest.rsplit_once(" (push)")
            && let Some(remote) = remotes.last_mut().filter(|remote| remote.name == name)
        {
            remote.push.push(url.to_owned());
        }
    }
    Ok(remotes)
}

/// The refs that mirror refs of these remotes, and of no other remote.
fn tracking(
    git: &Git,
    names: &BTreeSet<String>,
    refspecs: &[RemoteRefspec],
) -> Result<Vec<TrackingRef>, GitError> {
    let (own, other): (Vec<_>, Vec<_>) =
        refspecs.iter().partition(|refspec| names.contains(&refspec.remote));
    let folders = own.iter().filter_map(|one| one.refspec.folder());
    let folders: BTreeSet<String> = folders.map(|folder| folder.to_string()).collect();
    if folders.is_empty() {
        return Ok(Vec::new());
    }
    let list = ["for-each-ref", "--format=%(objectname) %(refname) %(symref)"];
    let folders = folders.iter().map(String::as_str);
    let output = git.read(&list.into_iter().chain(folders).collect::<Vec<_>>())?;
    let tracking = |line: &[u8]| {
        let mut fields = line.splitn_str(3, " ");
        let (id, name) = (ObjectId::from_hex(fields.next()?)?, fields.next()?.as_bstr());
        let is_symbolic = fields.next().is_some_and(|target| !target.is_empty());
        let is_shared = other.iter().any(|one| one.refspec.source_of(name).is_some());
        let source = source_of(name, &own).filter(|_| !is_symbolic && !is_shared)?;
        Some(TrackingRef { source, id })
    };
    Ok(output.lines().filter_map(tracking).collect())
}

/// The remote's ref that a tracking ref mirrors, unless the remote is fetched without it.
fn source_of(name: &BStr, refspecs: &[&RemoteRefspec]) -> Option<BString> {
    let mut mirrored = refspecs.iter().filter_map(|one| {
        let source = one.refspec.source_of(name)?;
        let mut of_remote = refspecs.iter().filter(|other| other.remote == one.remote);
        (!of_remote.any(|other| other.refspec.excludes(source.as_bstr()))).then_some(source)
    });
    mirrored.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        let arguments = ["https://me:word@host/a@b".to_owned()];
        assert_eq!(PushTarget::from_arguments(&arguments).shown(), "https://host/a@b");
        assert_eq!(PushTarget::from_arguments(&["origin".to_owned()]).shown(), "origin");
        assert_eq!(PushTarget::default().shown(), "the remote");
    }
}
