//! The effective settings and where each comes from.

use std::fmt::Display;

use bstr::BStr;

use super::layer::{Layer, PatternFile};
use super::{Config, KeySource, Origin, RunMode};

/// One effective setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// As written in a file, with dots: `fail-on.hook`.
    pub key: &'static str,
    /// As text; a fingerprint key is never shown.
    pub value: String,
    /// `None` for a built-in default.
    pub origin: Option<Origin>,
}

impl Config {
    /// All effective settings for a path, or for the whole repository: one per single value and one
    /// per list entry, most specific first. `depth` of decoding and `threshold` of the generic
    /// rules are the engine's defaults.
    pub fn settings(&self, path: Option<&BStr>, depth: usize, threshold: f32) -> Vec<Setting> {
        let (check, severity) = self.threshold(path, RunMode::Check);
        let (hook, _) = self.threshold(path, RunMode::Hook);
        let findings = path.map_or_else(
            || self.most_specific(None, |layer| layer.test_findings).unwrap_or_default(),
            |path| self.test_findings(path),
        );
        let size = |bytes: Option<u64>| {
            bytes.map_or_else(|| "none".to_owned(), |bytes| format!("{} MB", bytes >> 20))
        };
        let depth = self.decode_depth().unwrap_or(depth);
        let threshold = self.generic_threshold().unwrap_or(threshold);
        let hook_of = |layer: &Layer| layer.hook.or(layer.confidence).is_some();
        let mut settings = vec![
            self.one("fail-on.confidence", check, path, |layer| layer.confidence.is_some()),
            self.one("fail-on.severity", severity, path, |layer| layer.severity.is_some()),
            self.one("fail-on.hook", hook, path, hook_of),
            self.one("min-confidence", self.min_confidence(), None, |layer| {
                layer.min_confidence.is_some()
            }),
            self.one("honor-ignore-comments", self.honors_ignore_comments(), None, |layer| {
                layer.honor_ignore_comments.is_some()
            }),
            self.one("test-paths.findings", findings.as_str(), path, |layer| {
                layer.test_findings.is_some()
            }),
            self.one("limits.max-file-size", size(self.max_file_size()), None, |layer| {
                layer.max_file_size.is_some()
            }),
            self.one("limits.max-blob-size", size(Some(self.max_blob_size())), None, |layer| {
                layer.max_blob_size.is_some()
            }),
            self.one("decode-depth", depth, None, |layer| layer.decode_depth.is_some()),
            self.one("generic-threshold", threshold, None, |layer| {
                layer.generic_threshold.is_some()
            }),
            self.one("fingerprint.key", self.key_origin(), None, |layer| layer.key.is_some()),
        ];
        for layer in self.all(path) {
            settings.extend(lists(&layer));
        }
        settings
    }

    fn one(
        &self,
        key: &'static str,
        value: impl Display,
        path: Option<&BStr>,
        sets: impl Fn(&Layer) -> bool,
    ) -> Setting {
        let origin = self.most_specific(path, |layer| sets(layer).then(|| layer.origin.clone()));
        Setting { key, value: value.to_string(), origin }
    }

    /// Where the fingerprint key comes from; the key itself is never shown.
    fn key_origin(&self) -> String {
        match self.most_specific(None, |layer| layer.key.clone()) {
            None => "public".to_owned(),
            Some(KeySource::Written(_)) => "set".to_owned(),
            Some(KeySource::Variable(name)) => format!("from the environment variable {name}"),
        }
    }
}

impl Layer {
    /// All settings of the layer with their values as text.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        let size = |bytes: &u64| format!("{} MB", bytes >> 20);
        let single = [
            ("fail-on.confidence", self.confidence.map(|value| value.to_string())),
            ("fail-on.severity", self.severity.map(|value| value.to_string())),
            ("fail-on.hook", self.hook.map(|value| value.to_string())),
            ("min-confidence", self.min_confidence.map(|value| value.to_string())),
            ("honor-ignore-comments", self.honor_ignore_comments.map(|value| value.to_string())),
            ("test-paths.findings", self.test_findings.map(|value| value.as_str().to_owned())),
            ("limits.max-file-size", self.max_file_size.as_ref().map(size)),
            ("limits.max-blob-size", self.max_blob_size.as_ref().map(size)),
            ("decode-depth", self.decode_depth.map(|value| value.to_string())),
            ("generic-threshold", self.generic_threshold.map(|value| value.to_string())),
            ("fingerprint.key", self.key.as_ref().map(|_| "(set)".to_owned())),
        ];
        let single = single.into_iter().filter_map(|(key, value)| Some((key, value?)));
        single.chain(lists(self).into_iter().map(|one| (one.key, one.value))).collect()
    }
}

/// The entries of a layer's lists.
fn lists(layer: &Layer) -> Vec<Setting> {
    let setting = |key, value| Setting { key, value, origin: Some(layer.origin.clone()) };
    let mut settings = Vec::new();
    for (key, selectors) in [("rules.disable", &layer.disable), ("rules.enable", &layer.enable)] {
        let names = selectors.iter().map(|selector| selector.as_str().to_owned());
        settings.extend(names.map(|name| setting(key, name)));
    }
    for (selector, severity) in &layer.severities {
        settings.push(setting("rules.severity", format!("{} = {severity}", selector.as_str())));
    }
    for exclude in &layer.excludes {
        for path in exclude.paths.written() {
            settings.push(setting("exclude", format!("{path} ({})", exclude.reason)));
        }
    }
    for path in layer.test_paths.iter().flat_map(|paths| paths.written()) {
        settings.push(setting("test-paths.paths", path.clone()));
    }
    for pattern in &layer.patterns {
        let path = match pattern {
            PatternFile::Disk(path) | PatternFile::Text { name: path, .. } => {
                path.display().to_string()
            }
            PatternFile::Repository(path) => path.clone(),
        };
        settings.push(setting("patterns", path));
    }
    settings
}
