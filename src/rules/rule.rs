//! A rule, checked and ready to be matched, and the values that pattern files use.

use std::borrow::Cow;
use std::fmt;

use super::prefix_pattern::PrefixPattern;

/// A string of a rule: borrowed from the binary for built-in rules, owned for custom ones.
pub type RuleString = Cow<'static, str>;
/// A list of such strings.
pub type RuleStrings = Cow<'static, [RuleString]>;

/// Reach of the engine, in bytes. A verdict depends on the bytes from `BEFORE` before an
/// anchor to `LONGEST + AFTER` after its start, and on nothing else (the contract of
/// locality); a delta's margin is therefore [`MARGIN`].
pub const BEFORE: usize = 96;
/// Longest span that a verdict may depend on, in bytes.
pub const LONGEST: usize = 336;
/// Bytes after the longest span that a verdict may depend on.
pub const AFTER: usize = 80;
/// Bytes before and after a change within which a verdict could differ.
pub const MARGIN: usize = BEFORE + LONGEST + AFTER;

/// Groups that a regex may have, including the match itself.
pub const MAX_GROUPS: usize = 8;

/// A kind of credential: how it is detected, what it grants, how it is rotated. Its strings are
/// `Cow<'static, str>`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Stable id, kebab-case, beginning with the provider's file stem.
    pub id: RuleString,
    /// Ids that the rule had before, which keep working.
    pub aliases: RuleStrings,
    /// Version of keysieve that added the rule.
    pub since: RuleString,
    /// The provider's name.
    pub provider: RuleString,
    /// What leaks, e.g. "LocalStack auth token".
    pub name: RuleString,
    /// What the credential can do, one sentence.
    pub description: RuleString,
    pub severity: Severity,
    /// Confidence in a match that passed its checks; a valid checksum raises it to
    /// [`Confidence::Certain`].
    pub confidence: Confidence,
    /// The provider no longer issues this format; leaked credentials often still work.
    pub legacy: bool,
    #[doc(hidden)]
    pub trigger: Trigger,
    /// Byte regex (no Unicode classes) with a group `secret`.
    #[doc(hidden)]
    pub regex: RuleString,
    /// The prefix of every match of the regex.
    #[doc(hidden)]
    pub prefix: PrefixPattern,
    /// Byte regex that must match directly before the match. Tried only after the match was found,
    /// so that the anchor may follow a variable prefix.
    #[doc(hidden)]
    pub before: Option<RuleString>,
    /// Byte regex that discards a match: searched for in the match and, for a rule with names, from
    /// before the name to the end of the value.
    #[doc(hidden)]
    pub unless: Option<RuleString>,
    /// Byte regex that must be found near a match that begins with its anchor, or in it: up to
    /// `BEFORE` bytes before it and `AFTER` bytes after it.
    #[doc(hidden)]
    pub near: Option<RuleString>,
    /// Byte regex that discards a match if it is found there.
    #[doc(hidden)]
    pub unless_near: Option<RuleString>,
    /// How far the secret continues after the judged part.
    #[doc(hidden)]
    pub extends: Option<TailRule>,
    #[doc(hidden)]
    pub checks: Checks,
    /// Set on a rule whose value identifies a credential but is not secret: the value's name in
    /// reports, e.g. `key_id`.
    #[doc(hidden)]
    pub public: Option<RuleString>,
    /// Groups of the regex besides `secret`: public facts of that name, e.g. `host`.
    #[doc(hidden)]
    pub facts: RuleStrings,
    /// The public half that belongs to this secret.
    #[doc(hidden)]
    pub pair: Option<Pair>,
    /// Page where the credential is rotated.
    pub rotate: RuleString,
    #[doc(hidden)]
    pub link_checked: LinkChecked,
    /// Steps of the rotation, in order.
    pub runbook: RuleStrings,
    /// Pages that describe the format or the rotation.
    pub references: RuleStrings,
    /// Texts with exactly one finding of this rule, each with a split marker `<>`, which is removed
    /// first.
    #[doc(hidden)]
    pub examples: RuleStrings,
    /// Texts without a finding.
    #[doc(hidden)]
    pub non_examples: RuleStrings,
}

impl Rule {
    /// Whether the rule is built in: only custom rules own their strings.
    pub fn is_built_in(&self) -> bool {
        matches!(self.id, Cow::Borrowed(_))
    }

    /// The rule's anchors; empty for a rule without.
    #[doc(hidden)]
    pub fn anchors(&self) -> &[RuleString] {
        match &self.trigger {
            Trigger::Anchors { literals, .. } => literals,
            Trigger::Names(_) | Trigger::Kind(_) | Trigger::Reader(_) => &[],
        }
    }

    /// How specific its trigger is. 0: a kind of names, a structure, or any JWT; 1: a provider's variable name;
    /// 2: a format; 3: a format that begins with its own prefix.
    #[doc(hidden)]
    pub fn specificity(&self) -> u8 {
        match &self.trigger {
            Trigger::Kind(_) | Trigger::Reader(_) => 0,
            Trigger::Anchors { literals, .. }
                if self.checks.structure == Some(Structure::Jwt)
                    && literals.iter().all(|text| text == "eyJ") =>
            {
                0
            }
            Trigger::Names(_) => 1,
            Trigger::Anchors {
                position: AnchorPosition::TokenStart | AnchorPosition::InRun,
                ..
            } => 3,
            Trigger::Anchors { .. } => 2,
        }
    }
}

/// The index of the rule with that id, or of the rule that had it before. `rules` are sorted by id.
pub fn resolve(rules: &[Rule], id: &str) -> Option<usize> {
    let by_id = rules.binary_search_by(|rule| rule.id.as_ref().cmp(id)).ok();
    by_id.or_else(|| rules.iter().position(|rule| rule.aliases.iter().any(|alias| alias == id)))
}

/// The public half of a rule's secret: a nearby match of a public rule, or the value of a certain
/// variable name. The two halves become one finding; a match of a public rule also raises its
/// confidence.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Ids of rules that are [`Rule::public`].
    pub with: RuleStrings,
    /// For each fact the variable names whose value it is, spelled as in [`Trigger::Names`].
    pub names: Cow<'static, [(RuleString, RuleStrings)]>,
    /// Maximum number of bytes between the two, [`MARGIN`] at most.
    pub within: usize,
}

/// What makes the engine try a rule.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// Case-sensitive literals; every match of the regex contains one.
    Anchors {
        literals: RuleStrings,
        position: AnchorPosition,
        /// Shortest match of the regex, in bytes.
        shortest: usize,
        /// Longest match of the regex, in bytes.
        longest: usize,
        /// Maximum number of bytes of a match before its anchor.
        max_before: usize,
        /// Whether every match begins at `\b`.
        at_word_start: bool,
    },
    /// Variable names whose value the regex must match completely. Letter case and the separators
    /// `_`, `-` and `.` of a name do not matter.
    Names(RuleStrings),
    /// A kind of variable names, whose values are judged by how they look (`engine/generic`).
    Kind(NameKind),
    /// A structure whose values are secrets (`engine/structure/readers`).
    Reader(StructureReader),
}

/// The position of a rule's anchors in its matches; decides how they are searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorPosition {
    /// At the start of the match, which begins a word with at least [`TOKEN_RUN`] token characters:
    /// searched for only where such a run begins a word.
    TokenStart,
    /// At the start of any other match: searched for everywhere.
    MatchStart,
    /// Inside the match, in a run of at least [`LONG_RUN`] base64 characters: searched for in such
    /// runs only.
    InRun,
    /// Anywhere in the match: searched for everywhere; the regex is tried around it.
    Inside,
}

/// Minimum length of a run of base64 characters, `[A-Za-z0-9+/_-]`, that is searched for anchors.
pub const LONG_RUN: usize = 32;

/// Minimum length of a run of token characters, `[A-Za-z0-9_+/=.~-]`, that may begin with an
/// anchor.
pub const TOKEN_RUN: usize = 16;

/// Checks of a regex's match, from cheap to expensive.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// Minimum entropy in bits per character.
    pub min_entropy: Option<f32>,
    /// Kinds of characters of which the secret contains at least one each.
    pub needs: Cow<'static, [CharKind]>,
    /// Shapes of public values that the secret does not have.
    pub not: Cow<'static, [PublicShape]>,
    pub checksum: Option<Checksum>,
    pub structure: Option<Structure>,
    /// Values that are never reported, in any letter case.
    pub never: RuleStrings,
}

/// Declares a field-less enum with the kebab-case names that pattern files use.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The name used in pattern files and reports.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

named! {
    /// How much harm the credential can do. Ordered, worst last.
    #[non_exhaustive]
    Severity { Low = "low", Medium = "medium", High = "high", Critical = "critical", }
}

named! {
    /// The confidence in a finding, in ascending order. `Low` is reported on request only.
    #[non_exhaustive]
    Confidence { Low = "low", Medium = "medium", High = "high", Certain = "certain", }
}

named! {
    /// Kinds of variable names that indicate a secret, classified in `engine/generic/name.rs`.
    NameKind {
        Password = "password",
        Secret = "secret",
        Token = "token",
        Key = "key",
        Auth = "auth",
        Credential = "credential",
        Salt = "salt",
    }
}

named! {
    /// Structures that are read as a whole, in `engine/structure/readers`.
    StructureReader {
        /// The entries of a Kubernetes Secret.
        KubernetesSecret = "kubernetes-secret",
    }
}

named! {
    /// How a rotation link was checked. Ordered, most reliable last.
    LinkChecked {
        /// Not checked: written from memory.
        Memory = "memory",
        /// Other pages of the same host were seen, not this one.
        Host = "host",
        /// The page itself was seen, or third-party pages that link to it.
        Seen = "seen",
    }
}

named! {
    /// Kinds of characters, classified in `engine/checks/characters.rs`.
    CharKind {
        Digit = "digit",
        Letter = "letter",
        Lower = "lower",
        Upper = "upper",
        /// A letter and a digit, or letters of both cases.
        Mixed = "mixed",
    }
}

named! {
    /// Offline checksums, implemented in `engine/checks/checksum.rs`.
    Checksum {
        /// First 4 hex digits of the MD5 of the body before them (LocalStack).
        Md5Hex4 = "md5-hex4",
        /// CRC-32 of the body in base 62, 6 digits, after the last `_` (GitHub, npm, NetBird,
        /// Polar).
        Crc32Base62 = "crc32-base62",
        /// GitLab routable tokens: length field and CRC-32 in base 36, 7 digits.
        GitlabRoutable = "gitlab-routable",
        /// CRC-32 of everything before it, including the prefix, 8 hex digits (Atlassian).
        Atlassian = "atlassian",
        /// CRC-32 of the body after the prefix, 8 hex digits (Cloudflare).
        Cloudflare = "cloudflare",
        /// CRC-32 of everything before the last `_`, little-endian, 8 hex digits (Grafana).
        Grafana = "grafana",
        /// Marvin32 after a signature of 4 characters (Azure).
        AzureKey = "azure-key",
        /// Marvin32 at the end of a common annotated key of 88 characters (Azure).
        AzureAnnotatedKey = "azure-annotated-key",
        /// CRC-32, scattered over 32 bytes in base32 (Azure DevOps).
        AzureDevopsToken = "azure-devops-token",
        /// Marvin32 in base 66, 3 digits (Microsoft Entra's `8Q~`).
        EntraSecret = "entra-secret",
        /// The checksum of Bech32 (age).
        Bech32 = "bech32",
        /// CRC-16 at the end of 36 bytes in base32 (NATS).
        NatsSeed = "nats-seed",
    }
}

named! {
    /// Shapes of public values, recognized in `engine/checks/shapes.rs`.
    PublicShape {
        /// Hexadecimal digits of one case, as long as a digest or a git object's name.
        HexDigest = "hex-digest",
        Uuid = "uuid",
        /// Words, as in names, hints and sentences.
        Words = "words",
    }
}

named! {
    /// Structures of a secret's decoded bytes, checked in `engine/checks/structure.rs`.
    Structure {
        /// Base64url JSON header with `alg`, then a JSON payload.
        Jwt = "jwt",
        /// `SG.` and two parts of 16 and 32 bytes in base64url.
        SendGrid = "sendgrid",
        /// A macaroon, version 2, in base64url after `pypi-`.
        PypiMacaroon = "pypi-macaroon",
        /// Base64 of `user:password`, both printable.
        BasicAuth = "basic-auth",
        /// An access key id whose 16 characters are base32, not of an account used in documentation
        /// or by LocalStack.
        AwsKeyId = "aws-key-id",
        /// A first part that is base64 of a number, Discord's id of the bot.
        DiscordBot = "discord-bot",
        /// Base58 of 54 bytes (JFrog).
        JfrogApiKey = "jfrog-api-key",
        /// Base64 of `reftkn:`, two digits and an expiry (JFrog).
        JfrogReference = "jfrog-reference",
        /// Base64 of a JSON object that names the organization (Sentry).
        SentryOrg = "sentry-org",
        /// Base64 of a JSON object with a name and a key (Grafana).
        GrafanaKey = "grafana-key",
        /// A JWT issued by Kubernetes.
        ServiceAccountJwt = "service-account-jwt",
        /// The first bytes of a private key's body match its header.
        PrivateKey = "private-key",
    }
}

named! {
    /// How far a secret continues after its judged part.
    TailRule {
        /// To the end of the run of `[A-Za-z0-9_-]` and `.`.
        Base64UrlDots = "base64url-dots",
        /// To the end of the run of `[A-Za-z0-9+/=_-]`.
        Base64 = "base64",
        /// To the `-----END …-----` line of a PEM block.
        Pem = "pem",
        /// To the end of the `Private-MAC:` line of a PuTTY key file.
        Putty = "putty",
    }
}
