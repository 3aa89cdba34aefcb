//! What the model knows of a name and its value. Every feature can be explained, and none depends
//! on more than the engine's window.

use std::ops::Range;

use super::language;
use super::name::Name;

mod keywords;
mod line;
mod name;
mod value;
mod wording;

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A feature; its number is the index in the vector.
        #[derive(Clone, Copy)]
        #[allow(non_camel_case_types)]
        pub enum F { $($(#[$doc])* $name,)+ }

        /// The names of the features, in the order of the vector.
        pub const NAMES: &[&str] = &[$(stringify!($name),)+];
    };
}

include!("features/list.rs");

/// Number of features.
pub const COUNT: usize = NAMES.len();

/// The features of one value of a name.
pub struct Features(pub [f32; COUNT]);

impl Features {
    fn set(&mut self, feature: F, value: f32) {
        self.0[feature as usize] = value;
    }

    fn flag(&mut self, feature: F, holds: bool) {
        self.set(feature, f32::from(u8::from(holds)));
    }

    /// Describes the value at `value` of `name`.
    pub fn of(bytes: &[u8], name: &Name, value: &Range<usize>) -> Self {
        let mut features = Features([0.0; COUNT]);
        features.describe_name(bytes, name);
        features.describe_gap(bytes, name, value);
        let text = &bytes[value.clone()];
        let covered = language::covered(text);
        features.describe_value(text, covered);
        features.describe_wording(bytes, name, text, covered);
        features.describe_line(bytes, name, value);
        features
    }

    /// The same, with a part of the value in its place.
    pub fn of_part(&self, part: &[u8]) -> Self {
        let mut features = Features(self.0);
        let covered = language::covered(part);
        features.describe_value(part, covered);
        features.describe_words(part, covered);
        features
    }
}
