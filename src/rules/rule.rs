//! A rule, checked and ready to be matched, and the words that pattern files use.

use std::borrow::Cow;
use std::fmt;

use super::opening::Opening;

/// Text of a rule: borrowed from the binary for built-in rules, owned for a user's.
pub type Text = Cow<'static, str>;
/// A list of such texts.
pub type Texts = Cow<'static, [Text]>;

/// Reach of the engine, in bytes. A verdict depends on the bytes from `BEFORE` before an
/// anchor to `LONGEST + AFTER` after its start, and on nothing else (the contract of
/// locality); a delta's margin is therefore [`MARGIN`].
pub const BEFORE: usize = 96;
/// Longest span that a verdict may look at, in bytes.
pub const LONGEST: usize = 336;
/// Bytes that may be looked at behind the longest span.
pub const AFTER: usize = 80;
/// Bytes round a change within which a verdict could differ.
pub const MARGIN: usize = BEFORE + LONGEST + AFTER;

/// Groups that a regex may have, the match itself among them.
pub const MOST_GROUPS: usize = 8;

/// A kind of credential: how it is recognised, what it can do, how it is rotated.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stable id, kebab-case, beginning with the provider's file stem.
    pub id: Text,
    /// Version of keysieve that brought the rule.
    pub since: Text,
    /// The provider's name.
    pub provider: Text,
    /// What leaks, e.g. "LocalStack auth token".
    pub name: Text,
    /// What the credential can do, one sentence.
    pub description: Text,
    pub severity: Severity,
    /// Confidence in a match that passed its checks; a valid checksum raises it to
    /// [`Confidence::Certain`].
    pub confidence: Confidence,
    /// The provider no longer issues this form; leaked ones often still work.
    pub legacy: bool,
    pub trigger: Trigger,
    /// Byte regex (no Unicode classes) with a group `secret`.
    pub regex: Text,
    /// What every match of the regex begins with.
    pub opening: Opening,
    /// Byte regex of what must stand right in front of the match; tried only where the match
    /// was found, so that a rare beginning may precede a frequent anchor.
    pub before: Option<Text>,
    /// Byte regex of what makes a match none: looked for in the match, and in front of a name
    /// that gave the value.
    pub unless: Option<Text>,
    /// How far the secret goes on behind what the verdict looked at.
    pub extends: Option<Extension>,
    pub checks: Checks,
    /// Set on a rule whose value names a credential and is no secret itself: what it is called
    /// where it is shown, e.g. `key_id`.
    pub public: Option<Text>,
    /// Groups of the regex besides `secret`: public facts of that name, e.g. `host`.
    pub facts: Texts,
    /// The public half that this secret has beside it.
    pub pair: Option<Pair>,
    /// Page where the credential is rotated.
    pub rotate: Text,
    pub link_checked: LinkChecked,
    /// Steps of the rotation, in order.
    pub runbook: Texts,
    /// Pages where the format or the rotation is described.
    pub references: Texts,
    /// Texts with exactly one finding of this rule; `<>` is a seam and is taken out.
    pub examples: Texts,
    /// Texts without a finding.
    pub non_examples: Texts,
}

impl Rule {
    /// Whether the rule comes with keysieve: a user's own has texts that it owns.
    pub fn is_built_in(&self) -> bool {
        matches!(self.id, Cow::Borrowed(_))
    }

    /// The anchors of a rule that has some.
    pub fn anchors(&self) -> &[Text] {
        match &self.trigger {
            Trigger::Anchors { literals, .. } => literals,
            Trigger::Names(_) | Trigger::Kind(_) => &[],
        }
    }

    /// How much its trigger tells of a secret, from 0: nothing but that it may be one, or a JWT of
    /// nobody knows whom; whose name it has; a form; a form that begins with its own mark.
    pub fn specificity(&self) -> u8 {
        match &self.trigger {
            Trigger::Kind(_) => 0,
            Trigger::Anchors { literals, .. }
                if self.checks.structure == Some(Structure::Jwt)
                    && literals.iter().all(|text| text == "eyJ") =>
            {
                0
            }
            Trigger::Names(_) => 1,
            Trigger::Anchors { seat: Seat::TokenStart | Seat::InRun, .. } => 3,
            Trigger::Anchors { .. } => 2,
        }
    }
}

/// The index of the rule with that id, or of the rule that had it before. `rules` are sorted by id.
pub fn resolve(rules: &[Rule], id: &str) -> Option<usize> {
    rules.binary_search_by(|rule| rule.id.as_ref().cmp(id)).ok()
}

/// What makes a pair with a rule's secret: a value of one of the public rules near by, or one
/// that has a certain name. The two are one finding; one
/// of the former, which has a form of its own, makes it surer, too.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Ids of rules that are [`Rule::public`].
    pub with: Texts,
    /// Facts, and the names of which each is the value, spelled as [`Trigger::Names`] are.
    pub names: Cow<'static, [(Text, Texts)]>,
    /// Bytes that may stand between the two, [`MARGIN`] at most.
    pub within: usize,
}

/// What sends the engine to a rule.
#[derive(Clone, Debug)]
pub enum Trigger {
    /// Case-sensitive literals, one of which every match of the regex contains.
    Anchors {
        literals: Texts,
        seat: Seat,
        /// Shortest match of the regex, in bytes.
        shortest: usize,
        /// Longest match of the regex, in bytes.
        longest: usize,
        /// Bytes of a match before its anchor, at most.
        in_front: usize,
        /// Whether every match begins at `\b`.
        at_word: bool,
    },
    /// Names whose assigned value the regex must match as a whole. Letter case and the
    /// separators `_`, `-` and `.` of a name do not matter.
    Names(Texts),
    /// Names of a kind, whose value is judged by what it looks like (`engine/generic`).
    Kind(NameKind),
}

/// Where in its matches a rule's anchors stand; decides how they are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// At the start of the match, which is the start of a word and of [`TOKEN_RUN`] token
    /// characters at least: looked for only where such a run begins a word.
    TokenStart,
    /// At the start of the match, whatever that is: looked for everywhere.
    MatchStart,
    /// Somewhere in the match, and there in a row of [`LONG_RUN`] characters of base64 at
    /// least: looked for in such rows.
    InRun,
    /// Somewhere in the match: looked for everywhere, tried round it.
    Inside,
}

/// Characters of base64, `[A-Za-z0-9+/_-]`, from which on a run is searched for the anchors
/// that stand within one.
pub const LONG_RUN: usize = 32;

/// Token characters, `[A-Za-z0-9_+/=.~-]`, from which on a run is looked into.
pub const TOKEN_RUN: usize = 16;

/// Checks beyond the shape, from cheap to dear.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// Bits a character, at least.
    pub min_entropy: Option<f32>,
    /// Kinds of characters of which the secret holds at least one each.
    pub needs: Cow<'static, [CharKind]>,
    /// Shapes of public values that the secret does not have.
    pub not: Cow<'static, [PublicShape]>,
    pub checksum: Option<Checksum>,
    pub structure: Option<Structure>,
    /// Values that are never reported, in whatever letter case.
    pub never: Texts,
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
    Severity { Low = "low", Medium = "medium", High = "high", Critical = "critical", }
}

named! {
    /// How sure a finding is. Ordered, surest last. `Low` ones are shown on request only.
    Confidence { Low = "low", Medium = "medium", High = "high", Certain = "certain", }
}

named! {
    /// Kinds of names that promise a secret, told apart in `engine/generic/name.rs`.
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
    /// How a rotation link was checked. Ordered, surest last.
    LinkChecked {
        /// Nobody has looked: written from memory.
        Memory = "memory",
        /// Other pages of the same host were seen, not this one.
        Host = "host",
        /// The page was seen, or pages of others that link to exactly it.
        Seen = "seen",
    }
}

named! {
    /// Kinds of characters, told apart in `engine/checks/characters.rs`.
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
    /// Offline checksums, called from `engine/checks/checksum.rs`.
    Checksum {
        /// First 4 hex digits of the MD5 of the body before them (LocalStack).
        Md5Hex4 = "md5-hex4",
        /// CRC-32 of the body in base 62, 6 digits, behind the last `_` (GitHub, npm, NetBird, Polar).
        Crc32Base62 = "crc32-base62",
        /// GitLab routable tokens: length field and CRC-32 in base 36, 7 digits.
        GitlabRoutable = "gitlab-routable",
        /// CRC-32 of all before it, prefix included, 8 hex digits (Atlassian).
        Atlassian = "atlassian",
        /// CRC-32 of the body behind the prefix, 8 hex digits (Cloudflare).
        Cloudflare = "cloudflare",
        /// CRC-32 of all before the last `_`, little-endian, 8 hex digits (Grafana).
        Grafana = "grafana",
        /// Marvin32 behind a signature of 4 characters (Azure).
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
    /// Shapes that public values have, in `engine/checks/shapes.rs`.
    PublicShape {
        /// Hexadecimal digits of one case, as long as a digest or a git object's name.
        HexDigest = "hex-digest",
        Uuid = "uuid",
        /// Words of which names, hints and sentences are made.
        Words = "words",
    }
}

named! {
    /// Structures that a secret's decoded bytes must have, in `engine/checks/structure.rs`.
    Structure {
        /// Base64url JSON header with `alg`, then a JSON payload.
        Jwt = "jwt",
        /// `SG.` and two parts of 16 and 32 bytes in base64url.
        SendGrid = "sendgrid",
        /// A macaroon, version 2, in base64url behind `pypi-`.
        PypiMacaroon = "pypi-macaroon",
        /// Base64 of `user:password`, both printable.
        BasicAuth = "basic-auth",
        /// An access key id whose 16 characters are base32, of an account that is not one of
        /// the documentation's nor LocalStack's.
        AwsKeyId = "aws-key-id",
        /// A first part that is base64 of a number, Discord's id of the bot.
        DiscordBot = "discord-bot",
        /// Base58 of 54 bytes (JFrog).
        JfrogApiKey = "jfrog-api-key",
        /// Base64 of `reftkn:`, two digits and an expiry (JFrog).
        JfrogReference = "jfrog-reference",
        /// Base64 of a JSON object that names the organisation (Sentry).
        SentryOrg = "sentry-org",
        /// Base64 of a JSON object with a name and a key (Grafana).
        GrafanaKey = "grafana-key",
        /// A JWT whose payload is of Kubernetes.
        ServiceAccountJwt = "service-account-jwt",
        /// The first bytes of a private key's body are what the header says.
        PrivateKey = "private-key",
    }
}

named! {
    /// How far a secret goes on behind its judged part.
    Extension {
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
