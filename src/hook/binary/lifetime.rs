//! Binaries that are deleted soon: those in the cache of `uvx` or `npx`, in a build folder, in the
//! environment of a hook manager. A hook that names one blocks every commit once it is gone, or
//! runs whatever `keysieve` is then on PATH.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// How long a binary remains at its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    Permanent,
    /// It may be deleted without anybody uninstalling it; the place, for messages.
    Uncertain(&'static str),
    /// It is deleted when the cache, the build or the environment is; the place, for messages.
    Ephemeral(&'static str),
}

/// A folder's name within a path: whole, or as it begins.
enum Name {
    Is(&'static str),
    Begins(&'static str),
    /// A prefix followed by a number.
    Numbered(&'static str),
    /// A prefix followed by the random characters of a temporary folder.
    Temporary(&'static str),
    Any,
}

use Name::{Any, Begins, Is, Numbered, Temporary};

const UV: &str = "the cache of uv (uvx, uv tool run)";
const PIPX: &str = "the cache of `pipx run`";
const PIP: &str = "a temporary folder of pip";
const PRE_COMMIT: &str = "the cache of pre-commit";
const PREK: &str = "the cache of prek";
const NPX: &str = "the cache of npx";
const DLX: &str = "the cache of `pnpm dlx`, `yarn dlx` or bunx";
const CARGO: &str = "a temporary folder of `cargo install`";
const IMAGE: &str = "a mounted AppImage";

/// Consecutive folders of a path, and whose they are.
const EPHEMERAL: [(&[Name], &str); 26] = [
    (&[Numbered("archive-v"), Any, Is("bin")], UV),
    (&[Numbered("environments-v"), Any, Is("bin")], UV),
    (&[Is("uv"), Numbered("builds-v")], UV),
    (&[Is(".cache"), Is("uv")], UV),
    (&[Is("uv"), Is("cache")], UV),
    (&[Is("pipx"), Is(".cache")], PIPX),
    (&[Is(".cache"), Is("pipx")], PIPX),
    (&[Is("Caches"), Is("pipx")], PIPX),
    (&[Begins("pip-build-env-")], PIP),
    (&[Is("tmp"), Begins("build-env-")], PIP),
    (&[Begins("pip-ephem-wheel-cache-")], PIP),
    (&[Begins("pip-install-")], PIP),
    (&[Begins("pip-req-build-")], PIP),
    (&[Begins("pip-wheel-")], PIP),
    (&[Begins("pip-target-")], PIP),
    (&[Is("pre-commit"), Begins("repo")], PRE_COMMIT),
    (&[Is("prek"), Is("hooks")], PREK),
    (&[Is("prek"), Is("repos")], PREK),
    (&[Is(".cache"), Is("prek")], PREK),
    (&[Is("_npx")], NPX),
    (&[Is("pnpm"), Is("dlx")], DLX),
    (&[Begins("xfs-"), Begins("dlx-")], DLX),
    (&[Begins("bunx-")], DLX),
    (&[Temporary("cargo-install")], CARGO),
    (&[Is("tmp"), Begins(".mount_")], IMAGE),
    (&[Is("dev"), Is("shm")], "memory (/dev/shm)"),
];

/// Variables that move a cache elsewhere.
const VARIABLES: [(&str, &str); 5] = [
    ("UV_CACHE_DIR", UV),
    ("PRE_COMMIT_HOME", PRE_COMMIT),
    ("PREK_HOME", PREK),
    ("npm_config_cache", NPX),
    ("PIP_CACHE_DIR", PIP),
];

/// Folders that something else than the user may empty.
const UNCERTAIN: [(&str, &str); 4] = [
    ("/tmp", "/tmp, which may be emptied"),
    ("/private/tmp", "/tmp, which may be emptied"),
    ("/var/tmp", "/var/tmp, which may be emptied"),
    ("/nix/store", "the Nix store, whose garbage collector deletes what no profile contains"),
];

impl Lifetime {
    /// Of the binary at an absolute path, in this process's environment.
    pub fn of(binary: &Path) -> Lifetime {
        Lifetime::with_variables(binary, |name| std::env::var_os(name))
    }

    fn with_variables(binary: &Path, variable: impl Fn(&str) -> Option<OsString>) -> Lifetime {
        let folders: Vec<_> = binary.parent().into_iter().flat_map(Path::iter).collect();
        let names: Vec<_> = folders.iter().map(|name| name.to_string_lossy()).collect();
        let has = |wanted: &[Name]| {
            names
                .windows(wanted.len())
                .any(|names| wanted.iter().zip(names).all(|(wanted, name)| wanted.matches(name)))
        };
        let folder = |name: &str| variable(name).filter(|at| !at.is_empty()).map(PathBuf::from);
        let is_below = |name: &str| folder(name).is_some_and(|cache| binary.starts_with(cache));
        let by_name = EPHEMERAL.iter().find(|(names, _)| has(names)).map(|(_, place)| place);
        let by_variable =
            || VARIABLES.iter().find(|(name, _)| is_below(name)).map(|(_, place)| place);
        if let Some(place) = by_name.or_else(by_variable) {
            return Lifetime::Ephemeral(place);
        }
        let uncertain = UNCERTAIN.iter().find(|(folder, _)| binary.starts_with(folder));
        uncertain.map_or(Lifetime::Permanent, |(_, place)| Lifetime::Uncertain(place))
    }
}

impl Name {
    fn matches(&self, name: &str) -> bool {
        match self {
            Is(whole) => name == *whole,
            Any => true,
            Begins(prefix) => name.starts_with(prefix),
            Numbered(prefix) => name.strip_prefix(prefix).is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            }),
            Temporary(prefix) => name.strip_prefix(prefix).is_some_and(|random| {
                random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifetime(binary: &str, variables: &[(&str, &str)]) -> Lifetime {
        Lifetime::with_variables(Path::new(binary), |name| {
            variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn caches_and_build_folders_are_ephemeral() {
        for (binary, place) in [
            ("/home/a/.cache/uv/archive-v0/zOmCyBsK1ZJ4xMZ3cTzPf/bin/keysieve", UV),
            ("/data/uv-cache/archive-v1/x/bin/keysieve", UV),
            ("/home/a/.cache/uv/environments-v2/script-1/bin/keysieve", UV),
            ("/home/a/.cache/pipx/0123abc/bin/keysieve", PIPX),
            ("/home/a/.local/pipx/.cache/0123abc/bin/keysieve", PIPX),
            ("/tmp/pip-build-env-ab12/overlay/bin/keysieve", PIP),
            ("/home/a/.cache/pre-commit/repo8x_1/rustenv-default/bin/keysieve", PRE_COMMIT),
            ("/home/a/.cache/prek/hooks/rust-AbC/bin/keysieve", PREK),
            ("/home/a/.npm/_npx/1f2e/node_modules/keysieve/bin/keysieve", NPX),
            ("/home/a/.cache/pnpm/dlx/x/node_modules/.bin/keysieve", DLX),
            ("/tmp/xfs-1a2b/dlx-77/node_modules/keysieve/keysieve", DLX),
            ("/tmp/bunx-1000-keysieve@latest/node_modules/keysieve/keysieve", DLX),
            ("/tmp/cargo-installAb3Xy9/release/keysieve", CARGO),
        ] {
            assert_eq!(lifetime(binary, &[]), Lifetime::Ephemeral(place), "{binary}");
        }
        let moved = [("UV_CACHE_DIR", "/c"), ("PRE_COMMIT_HOME", "/p"), ("PREK_HOME", "")];
        assert_eq!(lifetime("/c/x/keysieve", &moved), Lifetime::Ephemeral(UV));
        assert_eq!(lifetime("/p/x/keysieve", &moved), Lifetime::Ephemeral(PRE_COMMIT));
    }

    #[test]
    fn an_installation_is_permanent_and_a_container_may_use_tmp() {
        for binary in [
            "/home/a/.cargo/bin/keysieve",
            "/home/a/.local/bin/keysieve",
            "/home/a/.local/share/uv/tools/keysieve/bin/keysieve",
            "/home/a/.local/share/pipx/venvs/keysieve/bin/keysieve",
            "/usr/lib/node_modules/keysieve/bin/keysieve",
            "/opt/homebrew/Cellar/keysieve/0.1.0/bin/keysieve",
            "/home/a/src/cargo-install-update/target/release/keysieve",
            "/home/a/src/pre-commit/target/debug/keysieve",
            "/c2/keysieve",
            "/home/a/archive-v2/keysieve",
        ] {
            let moved = [("UV_CACHE_DIR", "/c"), ("npm_config_cache", "")];
            assert_eq!(lifetime(binary, &moved), Lifetime::Permanent, "{binary}");
        }
        for binary in ["/tmp/x/keysieve", "/nix/store/abc-keysieve-0.1.0/bin/keysieve"] {
            assert!(matches!(lifetime(binary, &[]), Lifetime::Uncertain(_)), "{binary}");
        }
    }
}
