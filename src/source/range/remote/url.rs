//! Whether two URLs lead to the same repository ("GIT URLS" in git-push(1)).

/// Whether content that was fetched from one URL is what a push to the other would find there. If
/// in doubt it is not: then more counts as new.
pub fn same_repository(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim_end_matches('/'), other.trim_end_matches('/'));
    if one == other {
        return true;
    }
    match (Network::parse(one), Network::parse(other)) {
        (Some(one), Some(other)) => one.is_same(&other),
        _ => false,
    }
}

/// A URL of another machine, as far as it decides what it leads to.
#[derive(Debug)]
struct Network<'u> {
    is_ssh: bool,
    scheme: &'u str,
    user: &'u str,
    host: String,
    port: Option<&'u str>,
    /// Without `.git` and slashes at its ends.
    path: &'u str,
    /// It starts at the user's home.
    is_relative: bool,
}

impl<'u> Network<'u> {
    fn parse(url: &'u str) -> Option<Network<'u>> {
        match url.split_once("://") {
            Some(("file", _)) => None,
            Some((scheme, rest)) => {
                let (authority, path) = rest.split_once('/')?;
                let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
                let (host, port) = match host.rsplit_once(':') {
                    Some((host, port)) if !port.contains(']') => (host, Some(port)),
                    _ => (host, None),
                };
                Some(Network::new(scheme, user, host, port, path, path.starts_with('~')))
            }
            None => {
                let (authority, path) = url.split_once(':')?;
                // A path on Windows, or on this machine.
                if authority.len() < 2 || authority.contains('/') || path.starts_with(':') {
                    return None;
                }
                let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
                Some(Network::new("ssh", user, host, None, path, !path.starts_with('/')))
            }
        }
    }

    fn new(
        scheme: &'u str,
        user: &'u str,
        host: &str,
        port: Option<&'u str>,
        path: &'u str,
        is_relative: bool,
    ) -> Network<'u> {
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let user = user.split_once(':').map_or(user, |(user, _)| user);
        let is_ssh = matches!(scheme, "ssh" | "git+ssh" | "ssh+git");
        let host = host.to_ascii_lowercase();
        Network { is_ssh, scheme, user, host, port, path, is_relative }
    }

    /// Over another protocol it is the same one if a forge could have both: `owner/name`.
    fn is_same(&self, other: &Network<'_>) -> bool {
        let is_same_path = self.host == other.host && self.path == other.path;
        let has_home = self.is_ssh && other.is_ssh && self.is_relative;
        let is_same_home = !has_home || self.user == other.user;
        let is_same_start = self.is_relative == other.is_relative || self.path.contains('/');
        let is_same_port = self.scheme != other.scheme || self.port == other.port;
        let is_forge = self.scheme == other.scheme || self.path.contains('/');
        is_same_path && is_same_home && is_same_start && is_same_port && is_forge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_several_urls() {
        let here = "https://forge.example/owner/name.git";
        for url in [
            here,
            "https://forge.example/owner/name",
            "https://forge.example/owner/name/",
            "https://user:password@FORGE.example/owner/name.git",
            "git@forge.example:owner/name.git",
            "ssh://git@forge.example/owner/name.git",
            "ssh://git@forge.example:2222/owner/name",
        ] {
            assert!(same_repository(here, url), "{url}");
            assert!(same_repository(url, here), "{url}");
        }
        assert!(same_repository("../a.git", "../a.git/"));
    }

    #[test]
    fn in_doubt_it_is_another_repository() {
        for (one, other) in [
            ("https://forge.example/owner/name", "https://forge.example/owner/other"),
            ("https://forge.example/owner/name", "https://forge.example:8443/owner/name"),
            ("https://forge.example/owner/name", "https://mirror.example/owner/name"),
            ("a@forge.example:owner/name", "b@forge.example:owner/name"),
            ("forge.example:name", "ssh://forge.example/name"),
            ("../a.git", "../a"),
            ("/srv/a", "file:///srv/a"),
            ("C:/a", "C:/b"),
            ("ext::one", "ext::other"),
        ] {
            assert!(!same_repository(one, other), "{one} {other}");
        }
    }
}
