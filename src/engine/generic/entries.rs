//! Runs the example of every entry of `patterns/generic/` through the engine: it must show what
//! the words do, and no longer once another word is in their place.

use super::downgrade::must_downgrade;
use super::features::{F, Features};
use super::{Name, described, name};
use crate::engine::checks::placeholder::is_placeholder;
use crate::engine::checks::shapes::is_integrity;
use crate::engine::checks::structure;
use crate::engine::checks::words::is_made_of_words;
use crate::engine::secret_entry::is_public_entry;
use crate::engine::structure::assignment::AssignmentReader;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;
use crate::rules::{NameKind, Structure};

/// An entry of a built-in list.
struct BuiltIn {
    file: &'static str,
    list: WordList,
    words: &'static [&'static str],
    example: &'static str,
    non_example: Option<&'static str>,
}

include!(concat!(env!("OUT_DIR"), "/lexicon_entries.rs"));

/// A word of no list.
const OTHER: &str = "zq";

/// The values that examples of assignments have.
const EXAMPLE_VALUES: [&str; 2] = ["tR7xq9Lw2m", "q7Rz0Pk3LmX9vTn2WbYs5Hc8"];

#[test]
fn every_entry_has_an_example_that_shows_it() {
    let lexicon = Lexicon::default();
    let mut wrong = Vec::new();
    let mut expect = |entry: &BuiltIn, text: &str, shown: bool| {
        let text = text.replace("<>", "");
        if shows(&lexicon, entry.list, &text) != shown {
            let list = entry.list.as_str();
            wrong.push(format!("{}, {list}: expected {shown} for {text:?}", entry.file));
        }
    };
    for entry in ENTRIES {
        if entry.example.contains("{}") {
            entry
                .words
                .iter()
                .for_each(|word| expect(entry, &entry.example.replace("{}", word), true));
            expect(entry, &entry.example.replace("{}", OTHER), false);
        } else {
            expect(entry, entry.example, true);
        }
        entry.non_example.iter().for_each(|text| expect(entry, text, false));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a word of the list does in the text what the list is for.
fn shows(lexicon: &Lexicon, list: WordList, text: &str) -> bool {
    let bytes = text.as_bytes();
    let names = names(lexicon, text);
    let any = |test: &dyn Fn(&Name) -> bool| names.iter().any(test);
    let values = values(lexicon, text);
    let feature =
        |feature: F| features(lexicon, text).iter().any(|it| it.0[feature as usize] > 0.0);
    let kind = |expected: NameKind| {
        let words = text.split(|c: char| !c.is_alphabetic());
        any(&|name| name.kind == expected)
            || words.clone().any(|word| name::kind(lexicon, word.as_bytes()) == Some(expected))
    };
    match list {
        WordList::NameFragments
        | WordList::JoinedFragments
        | WordList::UnsplitFragments
        | WordList::Calls
        | WordList::BasicEncoders
        | WordList::PasswordReaders
        | WordList::PairReaders
        | WordList::PrintingCommands
        | WordList::NameMembers
        | WordList::ValueMembers
        | WordList::PrivatePrefixParts
        | WordList::AuthorizationValueWords => !values.is_empty(),
        WordList::PasswordNames | WordList::PasswordEndings | WordList::PasswordBeginnings => {
            kind(NameKind::Password)
        }
        WordList::NotPasswordNames => names.is_empty(),
        WordList::CredentialNames => kind(NameKind::Credential),
        WordList::AuthorizationNames => kind(NameKind::Auth),
        WordList::SaltNames => kind(NameKind::Salt),
        WordList::KeyQualifiers => any(&|name| name.qualifiers(bytes) > 0),
        WordList::UserWords => any(&|name| name.may_be_pair(bytes)),
        WordList::LoneCredentialNames => any(&|name| !name.may_be_pair(bytes)),
        WordList::AboutWords => any(&|name| name.is_about(bytes)),
        WordList::DigestWords => any(&|name| name.is_digest(bytes)),
        WordList::PublicWords => any(&|name| name.is_public(bytes)),
        WordList::HarmlessWords
        | WordList::KeyAttributes
        | WordList::PublicKeyWords
        | WordList::TableKeyWords
        | WordList::TokenAttributes
        | WordList::PaginationWords
        | WordList::RequestTokenWords
        | WordList::FormTokenNames
        | WordList::LoginAttributes
        | WordList::SecretDigestEndings
        | WordList::SecretDigestWords => any(&|name| name.is_not_secret(bytes)),
        WordList::SecretEntryWords => is_public_entry(lexicon, bytes),
        WordList::SecretSaltWords => any(&|name| !name.is_stored_salt(bytes)),
        WordList::OpenpgpWords
        | WordList::DeviceWords
        | WordList::BucketKeyParts
        | WordList::PublicTokenWords
        | WordList::SubscriptionWords
        | WordList::StandardInputEndings
        | WordList::EmptyDigests
        | WordList::PublicPrefixes
        | WordList::PublicParts
        | WordList::FingerprintPrefixes
        | WordList::SessionTokenPrefixes
        | WordList::DeviceAddressParts
        | WordList::EllipsisParts
        | WordList::EscapedZeros
        | WordList::RegexParts
        | WordList::IdentifierParts
        | WordList::BadgeBeginnings
        | WordList::BadgeEndings
        | WordList::SnsPartsBefore
        | WordList::SnsPartsAfter
        | WordList::PublicKeyNeighbors
        | WordList::PublicTokenNeighbors
        | WordList::PublicSecretNeighbors
        | WordList::BadgeUrlParts
        | WordList::ClientKeyWords
        | WordList::PageKeyWords
        | WordList::PublishablePrefixes
        | WordList::EncryptionWords
        | WordList::EncryptedHeaders
        | WordList::EncryptedPrefixes
        | WordList::EncryptedParts
        | WordList::EncryptedWords
        | WordList::EncryptedEndings
        | WordList::EncryptedBeginnings
        | WordList::EncryptedChildren
        | WordList::EncryptedAttributes
        | WordList::EncryptedMembers
        | WordList::DigestParameters
        | WordList::FileEndings
        | WordList::RevisionFolders
        | WordList::ReferenceBeginnings
        | WordList::DomainEndings
        | WordList::PathBeginnings
        | WordList::DigestEndings
        | WordList::DigestBeginnings
        | WordList::IdentifierEndings
        | WordList::LookupKeyWords
        | WordList::PushWords
        | WordList::RegistrationWords
        | WordList::IdParts
        | WordList::NoisePrefixes
        | WordList::AddressWords
        | WordList::AddressCalls
        | WordList::DeclarationWords
        | WordList::SigningSchemes
        | WordList::SignedParameters => !names.is_empty() && values.is_empty(),
        WordList::VectorMembers | WordList::PublishedExamples => is_doubtful(lexicon, text),
        WordList::StoredHashPrefixes => values.is_empty() || is_doubtful(lexicon, text),
        WordList::ObscuredParts => !values.is_empty(),
        WordList::EventKeyWords
        | WordList::BundlerPrefixes
        | WordList::WriteKeyWords
        | WordList::SearchKeyWords
        | WordList::SearchNeighbors => is_shipped(lexicon, text),
        WordList::PlaceholderParts | WordList::TypedSequences => is_placeholder(lexicon, bytes),
        WordList::TypedTokenParts => must_downgrade(lexicon, NameKind::Token, bytes),
        WordList::TestPasswordParts | WordList::PasswordHashPrefixes => {
            must_downgrade(lexicon, NameKind::Password, bytes)
        }
        WordList::NameWords => is_made_of_words(lexicon, bytes),
        WordList::DigestAlgorithms => is_integrity(lexicon, bytes),
        WordList::ExampleAwsAccounts => {
            let account = text.split(|c: char| !c.is_ascii_digit()).find_map(|it| it.parse().ok());
            account.is_some_and(|account| {
                !structure::is_valid(lexicon, Structure::AwsKeyId, key_id(account).as_bytes())
            })
        }
        WordList::FillerWords
        | WordList::AuthorizationSchemes
        | WordList::TemplateDefaults
        | WordList::EncodedPasswordNames
        | WordList::PasswordOptionCommands => {
            values.iter().any(|value| EXAMPLE_VALUES.contains(&value.as_str()))
        }
        WordList::FakeWords => feature(F::near_fake_word),
        WordList::SecretKindWords => feature(F::contains_secret_kind),
        WordList::LoginWords => feature(F::near_login),
        WordList::TestWords => feature(F::near_test),
        WordList::UserEndings => feature(F::after_user),
        WordList::CommentMarks => feature(F::comment),
        WordList::ConditionParts => feature(F::condition),
        WordList::AssertionParts => feature(F::asserts),
        WordList::ReadingWords => feature(F::gap_call),
        WordList::ExpectedNames => feature(F::name_fake),
        WordList::FallbackParts => feature(F::gap_fallback),
    }
}

/// Where the engine would look for a name.
fn fragments(lexicon: &Lexicon, text: &str) -> Vec<std::ops::Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let counts = |start: usize, fragment: &str| {
        let ends_word = lower[start + fragment.len()..].starts_with(|c: char| !c.is_alphanumeric());
        let at_end = ends_word || start + fragment.len() == lower.len();
        at_end || fragment.len() > 3 || !fragment.ends_with(char::is_alphabetic)
    };
    let mut found = Vec::new();
    for (start, _) in lower.char_indices() {
        for fragment in lexicon.fragments() {
            if lower[start..].starts_with(&fragment) && counts(start, &fragment) {
                found.push(start..start + fragment.len());
            }
        }
    }
    found
}

fn names<'l>(lexicon: &'l Lexicon, text: &str) -> Vec<Name<'l>> {
    let fragments = fragments(lexicon, text).into_iter();
    fragments.filter_map(|fragment| Name::around(text.as_bytes(), fragment, lexicon)).collect()
}

fn values(lexicon: &Lexicon, text: &str) -> Vec<String> {
    let mut reader = AssignmentReader::default();
    let mut values = Vec::new();
    for fragment in fragments(lexicon, text) {
        let found = described(text.as_bytes(), fragment, &mut reader, lexicon, |_| true);
        values.extend(found.map(|found| text[found.value].to_owned()));
    }
    values
}

/// Whether what is next to a value makes it a doubtful one.
fn is_doubtful(lexicon: &Lexicon, text: &str) -> bool {
    let mut reader = AssignmentReader::default();
    fragments(lexicon, text).into_iter().any(|fragment| {
        described(text.as_bytes(), fragment, &mut reader, lexicon, |_| true)
            .any(|found| found.is_doubtful)
    })
}

/// Whether a value is one that browsers and apps contain.
fn is_shipped(lexicon: &Lexicon, text: &str) -> bool {
    let mut reader = AssignmentReader::default();
    fragments(lexicon, text).into_iter().any(|fragment| {
        let mut found = described(text.as_bytes(), fragment, &mut reader, lexicon, |_| true);
        found.any(|found| found.is_shipped)
    })
}

fn features(lexicon: &Lexicon, text: &str) -> Vec<Features> {
    let mut reader = AssignmentReader::default();
    let mut features = Vec::new();
    for fragment in fragments(lexicon, text) {
        let found = described(text.as_bytes(), fragment, &mut reader, lexicon, |_| true);
        features.extend(found.map(|found| found.features));
    }
    features
}

/// An access key id of that AWS account: a bit, 40 of the account and 39 others in base32.
fn key_id(account: u128) -> String {
    let bits = 1 << 79 | account << 39;
    let digit =
        |position: u32| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> (5 * position)) as usize & 31];
    let body = (0..16).rev().map(|position| char::from(digit(position)));
    ["AKIA", &body.collect::<String>()].concat()
}
