//! Paths that usually contain fake credentials. A finding there is only marked: tests against a
//! real service leak real credentials.

use std::sync::LazyLock;

use super::globs::Globs;

/// What happens to a finding in a test path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestFindings {
    /// It is marked and fails like any other.
    #[default]
    Mark,
    /// It is marked and reported as a warning.
    Warn,
    /// It is excluded and counted.
    Exclude,
}

impl TestFindings {
    pub fn as_str(self) -> &'static str {
        match self {
            TestFindings::Mark => "mark",
            TestFindings::Warn => "warn",
            TestFindings::Exclude => "leave-out",
        }
    }
}

/// The built-in paths of tests, fixtures, examples and documents.
pub const BUILT_IN: &[&str] = &[
    "test/",
    "tests/",
    "testing/",
    "spec/",
    "specs/",
    "e2e/",
    "__tests__/",
    "__mocks__/",
    "__fixtures__/",
    "__snapshots__/",
    "testdata/",
    "test-data/",
    "test_data/",
    "test-fixtures/",
    "fixtures/",
    "mocks/",
    "src/androidTest/",
    "src/integrationTest/",
    "*_test.*",
    "*_spec.*",
    "*.test.*",
    "*.spec.*",
    "test_*.py",
    "conftest.py",
    "*Test.java",
    "*Tests.java",
    "*Test.kt",
    "*Tests.cs",
    "example/",
    "examples/",
    "sample/",
    "samples/",
    "demo/",
    "doc/",
    "docs/",
    "*.md",
    "*.rst",
    "*.adoc",
];

/// [`BUILT_IN`] as a matcher.
pub static BUILT_IN_GLOBS: LazyLock<Globs> =
    LazyLock::new(|| Globs::new(BUILT_IN.iter().copied()).expect("the built-in paths are globs"));
