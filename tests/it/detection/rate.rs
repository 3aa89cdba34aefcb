//! How many of the texts of a kind are reported.

use keysieve::rules::Confidence;

/// Texts of one kind, with the confidence of what was found in them.
pub struct Rate {
    kind: String,
    texts: usize,
    /// Texts with a finding that blocks.
    blocking: usize,
    /// Texts with a finding that is shown by default.
    shown: usize,
    /// One that is shown.
    example: String,
}

impl Rate {
    pub fn new(kind: &str) -> Self {
        Rate { kind: kind.to_owned(), texts: 0, blocking: 0, shown: 0, example: String::new() }
    }

    pub fn add(&mut self, found: Option<Confidence>, text: &str) {
        self.texts += 1;
        self.blocking += usize::from(found >= Some(Confidence::High));
        if found >= Some(Confidence::Medium) {
            self.shown += 1;
            text.clone_into(&mut self.example);
        }
    }

    /// At most 1 % block, and at most 3 % are shown.
    pub fn expect_quiet(&self) {
        let Rate { kind, texts, blocking, shown, example } = self;
        assert!(
            blocking * 100 <= *texts && shown * 100 <= texts * 3,
            "{kind}: of {texts}, {blocking} block and {shown} are shown, such as\n{example}"
        );
    }
}
