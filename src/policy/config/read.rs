//! From the text of a file to a checked [`Layer`]. An error has the line and, for a typo, a
//! suggestion.

use bstr::BString;
use toml::Spanned;

use super::globs::Globs;
use super::layer::{Exclude, KeySource, Layer, Origin, PatternFile};
use super::selector::Selector;
use super::syntax::{
    ConfidenceName, ConfigSyntax, ExcludeSyntax, FingerprintSyntax, SeverityName, TestFindingsName,
};
use super::test_paths::TestFindings;
use crate::policy::syntax_error::{SyntaxError, line_of, suggestion};
use crate::rules::toml_error;
use crate::rules::{Confidence, Severity};

/// An error in a configuration. No message shows a value: it may be a pasted secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {file}: {why}")]
    Read { file: String, why: String },
    #[error("{file}:{line}: {what}")]
    Wrong { file: String, line: usize, what: String },
    #[error(
        "{file}: the environment variable {variable} with the fingerprint key is not set; set it \
         or KEYSIEVE_FINGERPRINT_KEY"
    )]
    NoKey { file: String, variable: String },
    #[error(
        "{fail_on} is lower than {min_confidence}: findings below the minimum confidence are not \
         reported, so they cannot fail; raise the first or lower the second"
    )]
    Thresholds { fail_on: String, min_confidence: String },
}

/// Bytes of an MB in files and on the command line.
const MB: u64 = 1 << 20;

impl Layer {
    /// Parses the text of the file that `origin` names. Its globs are relative to `folder`.
    pub fn parse(text: &str, origin: Origin, folder: BString) -> Result<Layer, ConfigError> {
        let file = origin.file().to_owned();
        let layer = syntax(text).and_then(|syntax| {
            if matches!(origin, Origin::Folder(_)) {
                refuse_repository_settings(&syntax)?;
            }
            let line = |offset: usize| line_of(text, offset);
            layer(syntax, Layer::empty(origin, folder), &line)
        });
        layer.map_err(|error| {
            let line = error.line(text);
            ConfigError::Wrong { file, line, what: error.message }
        })
    }
}

fn syntax(text: &str) -> Result<ConfigSyntax, SyntaxError> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        SyntaxError::new(offset, explained(error.message()))
    })
}

/// The parser's message without the value that it may show, with a suggestion if it lists what it
/// expects.
fn explained(message: &str) -> String {
    let (fault, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let quoted = |text: &str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let known = quoted(expected);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let written = quoted(fault).into_iter().next().unwrap_or_default();
    if fault.starts_with("unknown field") {
        // A key close to a known one is a typo; any other may be pasted text and is not shown.
        let near = suggestion(&written, &known);
        return match near.is_empty() {
            true => format!("unknown key; expected one of {}", known.join(", ")),
            false => format!("unknown key `{}`{near}", written.escape_debug()),
        };
    }
    if fault.starts_with("unknown variant") {
        return format!("expected one of {}{}", known.join(", "), suggestion(&written, &known));
    }
    if fault.starts_with("invalid") && !expected.is_empty() {
        let expected = match expected {
            "a sequence" => "a list",
            "struct ExcludeSyntax" => "a table ([[exclude]])",
            table if table.starts_with("struct ") || table == "a map" => "a table",
            other => other,
        };
        return format!("expected {expected}");
    }
    toml_error::redact_message(message)
}

/// Refuses in the file of a folder what applies to the whole repository: detection and fingerprints
/// do not depend on the path.
fn refuse_repository_settings(syntax: &ConfigSyntax) -> Result<(), SyntaxError> {
    let start = |value: Option<std::ops::Range<usize>>| value.map(|span| span.start);
    let fingerprint = &syntax.fingerprint;
    let severities = syntax.rules.severity.keys().next();
    let found = [
        ("min-confidence", syntax.min_confidence.map(|_| 0)),
        ("honor-ignore-comments", syntax.honor_ignore_comments.map(|_| 0)),
        ("rules.enable", start(syntax.rules.enable.first().map(Spanned::span))),
        ("rules.severity", start(severities.map(Spanned::span))),
        ("patterns", start(syntax.patterns.first().map(Spanned::span))),
        ("limits", start(syntax.limits.max_file_size.as_ref().map(Spanned::span))),
        ("limits", start(syntax.limits.max_blob_size.as_ref().map(Spanned::span))),
        ("decode-depth", start(syntax.decode_depth.as_ref().map(Spanned::span))),
        ("generic-threshold", start(syntax.generic_threshold.as_ref().map(Spanned::span))),
        ("fingerprint", start(fingerprint.key.as_ref().map(Spanned::span))),
        ("fingerprint", start(fingerprint.key_env.as_ref().map(Spanned::span))),
    ];
    match found.into_iter().find_map(|(key, offset)| Some((key, offset?))) {
        None => Ok(()),
        Some((key, offset)) => {
            let what = "applies to the whole repository; set it in the file at its root";
            Err(SyntaxError::new(offset, format!("`{key}` {what}")))
        }
    }
}

fn layer(
    syntax: ConfigSyntax,
    empty: Layer,
    line: &dyn Fn(usize) -> usize,
) -> Result<Layer, SyntaxError> {
    let in_repository = empty.origin.is_of_repository();
    let selector = |name: Spanned<String>| selector(name, line);
    let patterns = syntax.patterns.into_iter().map(|path| pattern_file(&path, in_repository));
    let severities = syntax.rules.severity.into_iter();
    Ok(Layer {
        confidence: syntax.fail_on.confidence.map(Confidence::from),
        severity: syntax.fail_on.severity.map(Severity::from),
        hook: syntax.fail_on.hook.map(Confidence::from),
        min_confidence: syntax.min_confidence.map(Confidence::from),
        honor_ignore_comments: syntax.honor_ignore_comments,
        disable: syntax.rules.disable.into_iter().map(selector).collect::<Result<_, _>>()?,
        enable: syntax.rules.enable.into_iter().map(selector).collect::<Result<_, _>>()?,
        severities: severities
            .map(|(name, severity)| Ok((selector(name)?, severity.into())))
            .collect::<Result<_, _>>()?,
        excludes: syntax.exclude.iter().map(exclude).collect::<Result<_, _>>()?,
        test_findings: syntax.test_paths.findings.map(TestFindings::from),
        test_paths: match syntax.test_paths.paths.as_slice() {
            [] => None,
            paths => Some(globs(paths)?),
        },
        patterns: patterns.collect::<Result<_, _>>()?,
        max_file_size: size("max-file-size", syntax.limits.max_file_size)?,
        max_blob_size: size("max-blob-size", syntax.limits.max_blob_size)?,
        decode_depth: match syntax.decode_depth {
            None => None,
            Some(depth) => Some(match *depth.get_ref() {
                depth @ 0..=3 => depth as usize,
                _ => {
                    return Err(SyntaxError::new(
                        depth.span().start,
                        "`decode-depth` must be between 0 and 3".to_owned(),
                    ));
                }
            }),
        },
        generic_threshold: match syntax.generic_threshold {
            None => None,
            Some(threshold) if (0.5..=1.0).contains(threshold.get_ref()) => {
                Some(*threshold.get_ref() as f32)
            }
            Some(threshold) => {
                let what = "`generic-threshold` must be between 0.5 and 1".to_owned();
                return Err(SyntaxError::new(threshold.span().start, what));
            }
        },
        key: key(syntax.fingerprint)?,
        ..empty
    })
}

fn selector(name: Spanned<String>, line: &dyn Fn(usize) -> usize) -> Result<Selector, SyntaxError> {
    let offset = name.span().start;
    if name.get_ref().is_empty() {
        return Err(SyntaxError::new(offset, "the name of a rule is empty".to_owned()));
    }
    Ok(Selector::new(name.into_inner(), line(offset)))
}

fn exclude(syntax: &Spanned<ExcludeSyntax>) -> Result<Exclude, SyntaxError> {
    let offset = syntax.span().start;
    let ExcludeSyntax { paths, reason } = syntax.get_ref();
    if paths.is_empty() {
        return Err(SyntaxError::new(offset, "this exclude has no paths".to_owned()));
    }
    if reason.get_ref().trim().is_empty() {
        return Err(SyntaxError::new(
            reason.span().start,
            "`reason` is empty; explain why these paths are excluded".to_owned(),
        ));
    }
    Ok(Exclude { paths: globs(paths)?, reason: reason.get_ref().trim().to_owned() })
}

fn globs(written: &[Spanned<String>]) -> Result<Globs, SyntaxError> {
    Globs::new(written.iter().map(|glob| glob.get_ref().as_str())).map_err(|(index, why)| {
        let offset = written.get(index).map_or(0, |glob| glob.span().start);
        SyntaxError::new(offset, format!("invalid glob: {why}; globs are those of .gitignore"))
    })
}

fn pattern_file(path: &Spanned<String>, in_repository: bool) -> Result<PatternFile, SyntaxError> {
    let written = path.get_ref();
    if !in_repository {
        return Ok(PatternFile::Disk(written.into()));
    }
    let parts: Vec<&str> = written.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if written.starts_with('/') || written.contains('\\') || parts.contains(&"..") {
        let what =
            "expected the path of a pattern file relative to the root of the repository, with `/`";
        return Err(SyntaxError::new(path.span().start, what.to_owned()));
    }
    Ok(PatternFile::Repository(parts.join("/")))
}

fn size(name: &str, written: Option<Spanned<i64>>) -> Result<Option<u64>, SyntaxError> {
    let Some(written) = written else { return Ok(None) };
    match u64::try_from(*written.get_ref()) {
        Ok(size @ 1..=MB) => Ok(Some(size * MB)),
        _ => Err(SyntaxError::new(
            written.span().start,
            format!("`{name}` must be between 1 and {MB} (MB)"),
        )),
    }
}

fn key(syntax: FingerprintSyntax) -> Result<Option<KeySource>, SyntaxError> {
    let filled = |text: Spanned<String>| match text.get_ref().is_empty() {
        true => Err(SyntaxError::new(text.span().start, "the fingerprint key is empty".to_owned())),
        false => Ok(text.into_inner()),
    };
    match (syntax.key, syntax.key_env) {
        (None, None) => Ok(None),
        (Some(key), None) => Ok(Some(KeySource::Written(filled(key)?))),
        (None, Some(variable)) => Ok(Some(KeySource::Variable(filled(variable)?))),
        (Some(_), Some(variable)) => Err(SyntaxError::new(
            variable.span().start,
            "expected `key` or `key-env`, not both".to_owned(),
        )),
    }
}

impl From<ConfidenceName> for Confidence {
    fn from(name: ConfidenceName) -> Confidence {
        match name {
            ConfidenceName::Low => Confidence::Low,
            ConfidenceName::Medium => Confidence::Medium,
            ConfidenceName::High => Confidence::High,
            ConfidenceName::Certain => Confidence::Certain,
        }
    }
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Severity {
        match name {
            SeverityName::Low => Severity::Low,
            SeverityName::Medium => Severity::Medium,
            SeverityName::High => Severity::High,
            SeverityName::Critical => Severity::Critical,
        }
    }
}

impl From<TestFindingsName> for TestFindings {
    fn from(name: TestFindingsName) -> TestFindings {
        match name {
            TestFindingsName::Mark => TestFindings::Mark,
            TestFindingsName::Warn => TestFindings::Warn,
            TestFindingsName::Exclude => TestFindings::Exclude,
        }
    }
}
