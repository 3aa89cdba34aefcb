//! The comment syntax of a file by its name: whether a suppression comment can be added, and how.

use bstr::ByteSlice;

/// Whether a file can contain a suppression comment, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentForm {
    /// As this line.
    Comment(String),
    /// The format has none; its name.
    NoComments(&'static str),
    /// An unknown format: this text, in whatever comments it has.
    Unknown(String),
}

/// What opens and closes a comment, by file extension (lower case).
const COMMENTS: &[(&str, &str, &[&str])] = &[
    (
        "# ",
        "",
        &[
            "sh",
            "bash",
            "zsh",
            "fish",
            "ksh",
            "py",
            "pyi",
            "pyw",
            "rb",
            "rake",
            "gemspec",
            "pl",
            "pm",
            "r",
            "jl",
            "ex",
            "exs",
            "nix",
            "ps1",
            "psm1",
            "psd1",
            "cmake",
            "awk",
            "tcl",
            "yaml",
            "yml",
            "toml",
            "env",
            "envrc",
            "conf",
            "cfg",
            "cnf",
            "ini",
            "properties",
            "tf",
            "tfvars",
            "hcl",
            "nomad",
            "graphql",
            "gql",
            "mk",
            "dockerfile",
            "containerfile",
            "service",
            "bzl",
            "star",
            "bazel",
            "coffee",
            "cr",
            "nim",
            "po",
            "feature",
            "robot",
        ],
    ),
    (
        "// ",
        "",
        &[
            "js",
            "mjs",
            "cjs",
            "jsx",
            "ts",
            "mts",
            "cts",
            "tsx",
            "java",
            "c",
            "h",
            "cc",
            "cpp",
            "cxx",
            "hpp",
            "hh",
            "cs",
            "go",
            "rs",
            "swift",
            "kt",
            "kts",
            "scala",
            "sc",
            "php",
            "dart",
            "groovy",
            "gradle",
            "proto",
            "zig",
            "sol",
            "fs",
            "fsx",
            "jsonc",
            "json5",
            "less",
            "scss",
            "sass",
            "m",
            "mm",
            "cue",
            "jsonnet",
            "libsonnet",
            "bicep",
            "prisma",
            "jenkinsfile",
            "v",
            "sv",
            "glsl",
            "pas",
        ],
    ),
    ("-- ", "", &["sql", "lua", "hs", "elm", "adb", "ads", "vhd", "vhdl", "applescript"]),
    ("; ", "", &["lisp", "cl", "clj", "cljs", "cljc", "edn", "el", "scm", "rkt", "asm", "reg"]),
    ("% ", "", &["tex", "sty", "bib", "erl", "hrl"]),
    ("REM ", "", &["bat", "cmd"]),
    ("' ", "", &["vb", "vbs", "bas"]),
    ("\" ", "", &["vim", "vimrc"]),
    (
        "<!-- ",
        " -->",
        &[
            "html", "htm", "xhtml", "xml", "xsd", "xsl", "xslt", "svg", "md", "markdown", "vue",
            "svelte", "plist", "csproj", "vbproj", "props", "targets", "config", "resx", "xaml",
        ],
    ),
    ("/* ", " */", &["css"]),
];

/// Formats without comments.
const NONE: &[(&str, &[&str])] = &[
    ("JSON", &["json", "ipynb", "geojson", "webmanifest", "har", "jsonl", "ndjson", "map"]),
    ("CSV", &["csv", "tsv"]),
    ("a key file", &["pem", "key", "asc", "crt", "ppk"]),
    ("plain text", &["txt", "log"]),
];

/// Files without an extension whose comments begin with `#`.
const NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "rakefile",
    "gemfile",
    "vagrantfile",
    "procfile",
    "brewfile",
    "justfile",
    "tiltfile",
    "fastfile",
    "podfile",
    "caddyfile",
    "build",
    "workspace",
];

/// Extensions of templates: the format is that of the extension before them.
const TEMPLATES: &[&str] =
    &["example", "sample", "template", "tmpl", "tpl", "dist", "j2", "erb", "in", "bak", "local"];

impl CommentForm {
    /// For `text` in a file of that path.
    pub fn of(path: &[u8], text: &str) -> CommentForm {
        let name = path.rsplit_str("/").next().unwrap_or_default();
        let mut name = name.to_str_lossy().to_lowercase();
        while let Some((stem, extension)) = name.rsplit_once('.') {
            if !TEMPLATES.contains(&extension) || stem.is_empty() {
                break;
            }
            name.truncate(stem.len());
        }
        let is_hash = NAMES.contains(&&*name) || name.starts_with(".env");
        let extension = match name.rsplit_once('.') {
            _ if is_hash => "sh",
            // `.bashrc`, `.npmrc` and similar files are read line by line.
            Some(("", extension)) if !is_known(extension) => "sh",
            Some((_, extension)) => extension,
            None => &*name,
        };
        if let Some((opening, closing, _)) =
            COMMENTS.iter().find(|(.., all)| all.contains(&extension))
        {
            return CommentForm::Comment(format!("{opening}{text}{closing}"));
        }
        match NONE.iter().find(|(_, all)| all.contains(&extension)) {
            Some((format, _)) => CommentForm::NoComments(format),
            None => CommentForm::Unknown(text.to_owned()),
        }
    }
}

fn is_known(extension: &str) -> bool {
    COMMENTS.iter().any(|(.., all)| all.contains(&extension))
        || NONE.iter().any(|(_, all)| all.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_that_of_the_files_language() {
        let written = |path: &str| match CommentForm::of(path.as_bytes(), "x") {
            CommentForm::Comment(line) => line,
            CommentForm::NoComments(format) => format!("no comments: {format}"),
            CommentForm::Unknown(text) => format!("unknown: {text}"),
        };
        for (path, expected) in [
            (".env", "# x"),
            ("deploy/.env.production", "# x"),
            (".env.example", "# x"),
            (".npmrc", "# x"),
            ("Dockerfile", "# x"),
            ("a.b/Makefile", "# x"),
            ("src/App.TSX", "// x"),
            ("Jenkinsfile", "// x"),
            ("values.yaml.j2", "# x"),
            ("README.md", "<!-- x -->"),
            ("site.css", "/* x */"),
            ("run.cmd", "REM x"),
            ("dump.sql", "-- x"),
            ("package.json", "no comments: JSON"),
            (".eslintrc.json", "no comments: JSON"),
            ("id.pem", "no comments: a key file"),
            ("LICENSE", "unknown: x"),
            ("data.xyz", "unknown: x"),
            ("", "unknown: x"),
        ] {
            assert_eq!(written(path), expected, "{path}");
        }
        assert_eq!(CommentForm::of(b"\xff.py", "x"), CommentForm::Comment("# x".to_owned()));
    }
}
