//! The word lists of the generic rules and of the checks, as they are written in
//! `patterns/generic/` and, under the same names, in a user's pattern file.
//!
//! `build.rs` reads the built-in lists through this file; [`super::lexicon`] has the lists in use,
//! built-in and added. They are described for authors in `patterns/generic/README.md`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::NameKind;
use super::toml_error::TomlError;

macro_rules! word_lists {
    ($($(#[$doc:meta])* $list:ident = $name:literal,)+) => {
        /// A list of words, or of other literal texts, that share a meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum WordList { $($(#[$doc])* $list,)+ }

        impl WordList {
            /// Every list, in order.
            pub const ALL: &'static [WordList] = &[$(WordList::$list,)+];

            /// The table of the list in a pattern file, below `generic`.
            pub fn as_str(self) -> &'static str {
                match self { $(WordList::$list => $name,)+ }
            }
        }
    };
}

word_lists! {
    // credential-names.toml
    /// Fragments of which every credential name contains one; the engine searches for these first.
    NameFragments = "name-fragments",
    /// Fragments that extend over the end of a word of the name.
    JoinedFragments = "joined-fragments",
    /// Fragments of words that are not split at humps, like those that are not ASCII.
    UnsplitFragments = "unsplit-fragments",
    /// Words that name a password as a whole.
    PasswordNames = "password-names",
    /// Endings of words that name a password.
    PasswordEndings = "password-endings",
    /// Beginnings of misspelled words for a password.
    PasswordBeginnings = "password-beginnings",
    /// Words that end like a word for a password but do not name one.
    NotPasswordNames = "not-password-names",
    /// Words that name a credential as a whole.
    CredentialNames = "credential-names",
    /// Words that name a login or an authorization as a whole.
    AuthorizationNames = "authorization-names",
    /// Words that name a salt as a whole.
    SaltNames = "salt-names",
    /// Words before `key` that make it a secret one.
    KeyQualifiers = "key-qualifiers",
    /// Words in or before a password's name that announce a user and a password.
    UserWords = "user-words",
    /// Names of an authorization that never includes a user and a password.
    LoneCredentialNames = "lone-credential-names",

    // harmless-names.toml
    /// Words after a credential's name: the value is about the credential.
    AboutWords = "about-words",
    /// Words in a credential's name: the value is a digest or a ciphertext of it.
    DigestWords = "digest-words",
    /// Words before a credential's name: the value is public.
    PublicWords = "public-words",
    /// Words after a credential's name: the value is not a secret.
    HarmlessWords = "harmless-words",
    /// Words right after `key`: the value identifies or describes the key.
    KeyAttributes = "key-attributes",
    /// Words before `key`: the key is public, or encrypted by another one.
    PublicKeyWords = "public-key-words",
    /// Words before `key`: the key is one of a table.
    TableKeyWords = "table-key-words",
    /// Words after `token`: the value identifies or signs it.
    TokenAttributes = "token-attributes",
    /// Words before `token`: the token continues a list or identifies a request.
    PaginationWords = "pagination-words",
    /// Words that together, before `token`, identify a request.
    RequestTokenWords = "request-token-words",
    /// Words that name a token against forged requests.
    FormTokenNames = "form-token-names",
    /// Words at the end of the name of a login or a credential: the value describes it.
    LoginAttributes = "login-attributes",
    /// Words at the end of a secret's name: the value is its digest.
    SecretDigestEndings = "secret-digest-endings",
    /// Words before `secret`: the value is its digest.
    SecretDigestWords = "secret-digest-words",
    /// Words before `salt`: the salt is a secret.
    SecretSaltWords = "secret-salt-words",
    /// Words at the end of the name of an entry of a Kubernetes Secret: the value is not a secret.
    SecretEntryWords = "secret-entry-words",
    /// Words in the name of a key: the key is one of OpenPGP.
    OpenpgpWords = "openpgp-words",
    /// Words in the name of a token: the token addresses a device.
    DeviceWords = "device-words",
    /// Parts of the name of a key, in this case: the key is the path of an object in a bucket.
    BucketKeyParts = "bucket-key-parts",
    /// Words in the name of a token: the token is derived from a public key.
    PublicTokenWords = "public-token-words",
    /// Words in the name of a token, in this case: the token confirms a subscription.
    SubscriptionWords = "subscription-words",
    /// Endings of options that read a password from elsewhere.
    StandardInputEndings = "standard-input-endings",

    // placeholders.toml
    /// Parts of placeholders.
    PlaceholderParts = "placeholder-parts",
    /// Sequences of characters that are typed in place of a secret.
    TypedSequences = "typed-sequences",
    /// Short sequences that are typed in place of a token.
    TypedTokenParts = "typed-token-parts",
    /// Words that names and hints consist of.
    NameWords = "name-words",
    /// Parts of passwords in lower case that are made for tests.
    TestPasswordParts = "test-password-parts",

    // known-public.toml
    /// AWS accounts of documentation and of emulators.
    ExampleAwsAccounts = "example-aws-accounts",
    /// Digest algorithms that a value names before its digest.
    DigestAlgorithms = "digest-algorithms",
    /// Digests of empty input.
    EmptyDigests = "empty-digests",
    /// Prefixes of stored password hashes.
    PasswordHashPrefixes = "password-hash-prefixes",
    /// Prefixes of values that are not secrets.
    PublicPrefixes = "public-prefixes",
    /// Parts of values that are not secrets.
    PublicParts = "public-parts",
    /// Prefixes of key fingerprints.
    FingerprintPrefixes = "fingerprint-prefixes",
    /// Prefixes of AWS session tokens.
    SessionTokenPrefixes = "session-token-prefixes",
    /// Parts of the address of a device.
    DeviceAddressParts = "device-address-parts",
    /// Parts of a value that has been abbreviated.
    EllipsisParts = "ellipsis-parts",
    /// How a zero byte is written.
    EscapedZeros = "escaped-zeros",
    /// Parts of a regex.
    RegexParts = "regex-parts",
    /// Parts of an identifier whose last part names a secret.
    IdentifierParts = "identifier-parts",
    /// Text before the token in the link to a build status badge.
    BadgeBeginnings = "badge-beginnings",
    /// Text after the token in the link to a build status badge.
    BadgeEndings = "badge-endings",
    /// Parts of a confirmation by AWS SNS before the token.
    SnsPartsBefore = "sns-parts-before",
    /// Parts of a confirmation by AWS SNS after the token.
    SnsPartsAfter = "sns-parts-after",
    /// Text near a key that is public.
    PublicKeyNeighbors = "public-key-neighbors",
    /// Text near a token that pages contain.
    PublicTokenNeighbors = "public-token-neighbors",
    /// Parameters of HTTP digest authentication.
    DigestParameters = "digest-parameters",

    // noise.toml
    /// Folders of a repository's address whose last part is a commit.
    RevisionFolders = "revision-folders",
    /// Endings of file names, after which a digest is one of the file.
    FileEndings = "file-endings",
    /// Beginnings of the identifiers of packages.
    ReferenceBeginnings = "reference-beginnings",
    /// Endings of the names of hosts.
    DomainEndings = "domain-endings",
    /// Words after a credential's name: the value is a digest of it.
    DigestEndings = "digest-endings",
    /// Words before a credential's name: the value is a digest of it.
    DigestBeginnings = "digest-beginnings",
    /// Words after a credential's name: the value identifies it.
    IdentifierEndings = "identifier-endings",
    /// Words right before `key`: something is looked up by it.
    LookupKeyWords = "lookup-key-words",
    /// Words before `token`: a push service addresses a device by it.
    PushWords = "push-words",
    /// Words before `token`: hexadecimal digits are the address of a device.
    RegistrationWords = "registration-words",
    /// Parts of ids of objects and devices.
    IdParts = "id-parts",
    /// Prefixes of references to packages, of ids and of signatures.
    NoisePrefixes = "noise-prefixes",
    /// Prefixes of more stored password hashes.
    StoredHashPrefixes = "stored-hash-prefixes",
    /// Words in a name: the value is an address on a blockchain.
    AddressWords = "address-words",
    /// Calls that take an address on a blockchain.
    AddressCalls = "address-calls",
    /// Parts of what is before the `1` of a private key in bech32.
    PrivatePrefixParts = "private-prefix-parts",
    /// First folders of absolute paths.
    PathBeginnings = "path-beginnings",
    /// Words that declare a variable.
    DeclarationWords = "declaration-words",
    /// Schemes of an HTTP `Authorization` header that sign the request.
    SigningSchemes = "signing-schemes",
    /// Parameters of a signed request.
    SignedParameters = "signed-parameters",
    /// Words after `auth`: the value is the header or the login itself.
    AuthorizationValueWords = "authorization-value-words",
    /// Names of what is next to the key in a test vector.
    VectorMembers = "vector-members",
    /// Secrets in the documentation of well-known projects.
    PublishedExamples = "published-examples",

    /// Text in the address of a build status badge, before the token.
    BadgeUrlParts = "badge-url-parts",
    /// Text near a secret that is the same for everybody.
    PublicSecretNeighbors = "public-secret-neighbors",
    /// Words in a name of a key that only searches.
    SearchKeyWords = "search-key-words",
    /// Members next to the search key of a page, which contain the id of its application.
    SearchNeighbors = "search-neighbors",
    /// Words in a name of a key that an application shows to its users.
    ClientKeyWords = "client-key-words",
    /// Words right before `key`: a page contains the key.
    PageKeyWords = "page-key-words",
    /// Words in a name of a key or token that pages and apps contain to send events.
    EventKeyWords = "event-key-words",
    /// Words in a name of a write key that pages and apps contain.
    WriteKeyWords = "write-key-words",
    /// Prefixes of publishable keys, after which lower-case letters follow.
    PublishablePrefixes = "publishable-prefixes",
    /// Beginnings of variables that a bundler copies into what browsers get.
    BundlerPrefixes = "bundler-prefixes",

    // encrypted.toml
    /// Words that mark a ciphertext, with a bracket or a colon after them.
    EncryptionWords = "encryption-words",
    /// The first line of an encrypted text.
    EncryptedHeaders = "encrypted-headers",
    /// The first characters of a ciphertext in a known format.
    EncryptedPrefixes = "encrypted-prefixes",
    /// Parts of the first characters of a ciphertext in a known format.
    EncryptedParts = "encrypted-parts",
    /// Words in the name of a ciphertext, or of what contains it.
    EncryptedWords = "encrypted-words",
    /// Words after a credential's name: the value is a ciphertext of it.
    EncryptedEndings = "encrypted-endings",
    /// Words before the name of a password or token: the value is a ciphertext of it.
    EncryptedBeginnings = "encrypted-beginnings",
    /// Words of a key below the credential's name: its value is a ciphertext.
    EncryptedChildren = "encrypted-children",
    /// Attributes of a ciphertext.
    EncryptedAttributes = "encrypted-attributes",
    /// Members of an object whose value is a ciphertext.
    EncryptedMembers = "encrypted-members",
    /// Parts of values that anybody can reverse.
    ObscuredParts = "obscured-parts",

    // calls.toml
    /// Calls with a secret argument.
    Calls = "calls",
    /// Calls that encode a user and a password.
    BasicEncoders = "basic-encoders",
    /// Commands that read a password from a pipe.
    PasswordReaders = "password-readers",
    /// Commands that read a user and a password from a pipe.
    PairReaders = "pair-readers",
    /// Commands that print their arguments.
    PrintingCommands = "printing-commands",
    /// Commands that take a password as their option `-p`.
    PasswordOptionCommands = "password-option-commands",

    // assignments.toml
    /// Text that may be between a name and its value, in addition to blanks.
    FillerWords = "filler-words",
    /// Schemes of an HTTP `Authorization` header.
    AuthorizationSchemes = "authorization-schemes",
    /// Members that contain the name in a pair of a name and a value.
    NameMembers = "name-members",
    /// Members that contain the value in a pair of a name and a value.
    ValueMembers = "value-members",
    /// Text that introduces a default in a template.
    TemplateDefaults = "template-defaults",
    /// Names after which the configuration of network devices has a digit.
    EncodedPasswordNames = "encoded-password-names",

    // keywords.toml
    /// Words in a value, a name or nearby that indicate a fake value.
    FakeWords = "fake-words",
    /// Words in a value that name a kind of secret.
    SecretKindWords = "secret-kind-words",
    /// Words near a credential that is used to log in.
    LoginWords = "login-words",
    /// Words of tests.
    TestWords = "test-words",
    /// Endings of user and account names.
    UserEndings = "user-endings",
    /// Comment markers.
    CommentMarks = "comment-marks",
    /// Parts of lines that compare or branch.
    ConditionParts = "condition-parts",
    /// Parts of lines that assert something.
    AssertionParts = "assertion-parts",
    /// First words of the names of functions that take a credential and do not set it.
    ReadingWords = "reading-words",
    /// Names of expected values in tests.
    ExpectedNames = "expected-names",
    /// Text that introduces a fallback value.
    FallbackParts = "fallback-parts",
}

impl WordList {
    /// The list of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        WordList::ALL.iter().copied().find(|list| list.as_str() == name)
    }

    /// Whether a user's pattern file may add to the list.
    pub fn is_extensible(self) -> bool {
        // Built into tables at compile time, or found by the fragments of other words.
        !matches!(
            self,
            WordList::NameFragments
                | WordList::JoinedFragments
                | WordList::UnsplitFragments
                | WordList::TypedSequences
                | WordList::PasswordBeginnings
        )
    }

    /// Whether the engine must look for the words of the list to find them.
    pub fn names_credentials(self) -> bool {
        matches!(
            self,
            WordList::PasswordNames
                | WordList::PasswordEndings
                | WordList::CredentialNames
                | WordList::AuthorizationNames
                | WordList::SaltNames
                | WordList::Calls
                | WordList::BasicEncoders
        )
    }

    /// Whether the list distinguishes upper from lower case.
    pub fn is_case_sensitive(self) -> bool {
        matches!(
            self,
            WordList::PasswordHashPrefixes
                | WordList::PublicPrefixes
                | WordList::PublicParts
                | WordList::SessionTokenPrefixes
                | WordList::DeviceAddressParts
                | WordList::RegexParts
                | WordList::PublicKeyNeighbors
                | WordList::PublicTokenNeighbors
                | WordList::EncryptedHeaders
                | WordList::EncryptedPrefixes
                | WordList::EncryptedParts
                | WordList::ObscuredParts
                | WordList::BundlerPrefixes
                | WordList::SearchNeighbors
                | WordList::PublishablePrefixes
                | WordList::BucketKeyParts
                | WordList::IdParts
                | WordList::PublishedExamples
                | WordList::NoisePrefixes
                | WordList::StoredHashPrefixes
                | WordList::AddressCalls
                | WordList::Calls
                | WordList::BasicEncoders
                | WordList::AssertionParts
        )
    }
}

/// `[[generic.LIST]]`: some words of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntrySyntax {
    pub words: Vec<String>,
    /// Why they are in the list.
    pub reason: String,
    /// A text that shows what the words do. `{}` is replaced by each of them, `<>` is removed.
    pub example: String,
    /// A text in which they do nothing.
    #[serde(default)]
    pub non_example: Option<String>,
    /// Of a call, which argument is the secret, from 0.
    #[serde(default)]
    pub argument: Option<usize>,
    /// Of a call, the kind of the secret.
    #[serde(default)]
    pub kind: Option<String>,
}

/// The `generic` table of a pattern file.
pub type ListsSyntax = BTreeMap<String, Vec<Spanned<EntrySyntax>>>;

/// A pattern file, of which only the word lists are read.
#[derive(Deserialize)]
struct WordListFileSyntax {
    #[serde(default)]
    generic: ListsSyntax,
}

/// Checked words of a list.
#[derive(Clone, Debug)]
pub struct Entry {
    pub list: WordList,
    pub words: Vec<String>,
    pub reason: String,
    pub example: String,
    pub non_example: Option<String>,
    /// Set for [`WordList::Calls`] alone.
    pub secret: Option<Argument>,
}

/// The argument of a call that is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Which one, from 0.
    pub position: usize,
    pub kind: NameKind,
}

/// Why the word lists of a file were refused.
#[derive(Debug, thiserror::Error)]
pub enum WordListError {
    #[error("not a pattern file: {0}")]
    Syntax(TomlError),
    #[error("line {line}, [[generic.{list}]]: {why}")]
    Entry { line: usize, list: String, why: String },
    #[error("[[generic.{list}]]: {why}")]
    User { list: &'static str, why: String },
}

/// Reads and checks the word lists of one pattern file, in the order of the file within each
/// list.
pub fn check_lists(text: &str) -> Result<Vec<Entry>, WordListError> {
    let file: WordListFileSyntax = toml::from_str(text)
        .map_err(|error| WordListError::Syntax(TomlError::new(text, &error)))?;
    let mut checked: Vec<Entry> = Vec::new();
    for (name, entries) in file.generic {
        for entry in entries {
            let before = &text[..entry.span().start];
            let line = 1 + before.bytes().filter(|&b| b == b'\n').count();
            let entry = check_entry(&name, entry.into_inner(), &checked);
            let error = |why| WordListError::Entry { line, list: name.clone(), why };
            checked.push(entry.map_err(error)?);
        }
    }
    Ok(checked)
}

/// Whether a pattern file consists of word lists: it needs no provider then.
pub fn has_lists_only(text: &str) -> bool {
    let table = toml::from_str::<toml::Table>(text).unwrap_or_default();
    !table.is_empty() && table.keys().all(|key| key == "generic")
}

fn check_entry(name: &str, entry: EntrySyntax, before: &[Entry]) -> Result<Entry, String> {
    let EntrySyntax { words, reason, example, non_example, argument, kind } = entry;
    let list = WordList::from_name(name).ok_or("unknown list; see patterns/generic/README.md")?;
    if words.is_empty() {
        return Err("words is empty".into());
    }
    for (field, text) in [("reason", &reason), ("example", &example)] {
        if text.trim().is_empty() {
            return Err(format!("{field} is empty"));
        }
    }
    for (index, word) in words.iter().enumerate() {
        check_word(list, word)?;
        let mut known = before.iter().filter(|entry| entry.list == list);
        if words[..index].contains(word) || known.any(|entry| entry.words.contains(word)) {
            return Err(format!("words: {word:?} is in the list twice"));
        }
    }
    if !example.contains("{}") && !words.iter().any(|word| holds(list, &example, word)) {
        return Err("example: it contains none of the words; write {} in place of one".into());
    }
    let secret = match (list, argument, kind) {
        (WordList::Calls, Some(position), Some(kind)) => {
            let kind = NameKind::from_name(&kind).ok_or("kind: unknown kind of name")?;
            Some(Argument { position, kind })
        }
        (WordList::Calls, ..) => return Err("a call needs an argument and a kind".into()),
        (_, None, None) => None,
        _ => return Err("argument and kind are allowed only for calls".into()),
    };
    Ok(Entry { list, words, reason, example, non_example, secret })
}

fn check_word(list: WordList, word: &str) -> Result<(), String> {
    if word.trim_start().is_empty() {
        return Err("words: a word is empty".into());
    }
    if !list.is_case_sensitive() && word.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(format!("words: {word:?} must be in lower case"));
    }
    Ok(())
}

fn holds(list: WordList, text: &str, word: &str) -> bool {
    let text = text.replace("<>", "");
    if list.is_case_sensitive() {
        text.contains(word)
    } else {
        text.to_ascii_lowercase().contains(word)
    }
}
