//! The fuzz targets, as plain functions: no input may make them panic, loop forever or use
//! disproportionate memory, and what is accepted fulfils its guarantees.

mod detection;
mod git;
mod packs;
mod policy;

pub use detection::{contents, decoders, engine, report};
pub use git::{hook_script, objects, staged_index};
pub use packs::{delta, header, index, midx};
pub use policy::{agent, baseline, catalogue, config, report_import, rule_import};

/// A target and its name.
pub type Target = (&'static str, fn(&[u8]));

pub const ALL: [Target; 17] = [
    ("agent", agent),
    ("baseline", baseline),
    ("catalogue", catalogue),
    ("config", config),
    ("contents", contents),
    ("decoders", decoders),
    ("delta", delta),
    ("engine", engine),
    ("header", header),
    ("hook_script", hook_script),
    ("index", index),
    ("midx", midx),
    ("objects", objects),
    ("report", report),
    ("report_import", report_import),
    ("rule_import", rule_import),
    ("staged_index", staged_index),
];
