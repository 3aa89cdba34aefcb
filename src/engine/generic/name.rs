//! The name around a fragment: its words, and the kind of secret that they name. The word that
//! names it is the keyword: `token` in `api_token_2`.

use std::cmp::Ordering;
use std::ops::Range;

use super::contains::contains_part;
use super::quick_check::{LONGEST_MISSPELLED, may_name_credential};
use super::words::{Words, words};
use crate::engine::structure::assignment::may_be_assigned;
use crate::rules::NameKind;
use crate::rules::is_word_byte;
use crate::rules::lexicon::{Lexicon, built_in};
use crate::rules::word_list::WordList;

/// Bytes that a name may have on either side of a fragment.
const REACH: usize = 64;
/// Letters of the longest word before a name that counts.
const LONGEST_PROSE_WORD: usize = 16;

/// A name whose last keyword contains the fragment.
pub struct Name<'l> {
    pub span: Range<usize>,
    pub kind: NameKind,
    /// Its words in order; the keyword is at index `keyword`.
    words: Vec<Range<usize>>,
    keyword: usize,
    /// The word before the name in prose: `public key: …`, `the client secret is …`.
    prose_word: Option<Range<usize>>,
    /// Offset of the fragment by which the name was found.
    pub fragment: usize,
    pub lexicon: &'l Lexicon,
}

impl<'l> Name<'l> {
    /// The name around `fragment`, if its last keyword contains it.
    pub fn around(bytes: &[u8], fragment: Range<usize>, lexicon: &'l Lexicon) -> Option<Self> {
        let text = &bytes[fragment.clone()];
        if !text.is_ascii() || lexicon.has(WordList::UnsplitFragments, text) {
            return Name::foreign(bytes, fragment, lexicon);
        }
        let span = identifier(bytes, &fragment)?;
        // In most names the word with the fragment is not a keyword.
        if !lexicon.has(WordList::JoinedFragments, text) {
            let keyword = Words { bytes, span: span.clone() }.find(|w| fragment.start < w.end)?;
            kind(lexicon, &bytes[keyword.clone()]).filter(|_| keyword.start <= fragment.start)?;
        }
        let mut words = words(bytes, &span);
        let span = without_option(bytes, span, &mut words, lexicon);
        // PowerShell's `ConvertTo-SecureString`: two words that are one keyword.
        if let Some(two) = words.windows(2).position(|two| {
            bytes[two[0].clone()].eq_ignore_ascii_case(b"secure")
                && bytes[two[1].clone()].eq_ignore_ascii_case(b"string")
        }) {
            words[two].end = words.remove(two + 1).end;
        }
        let found = words.iter().position(|word| fragment.start < word.end)?;
        let is_keyword = |word: &Range<usize>| kind(lexicon, &bytes[word.clone()]).is_some();
        let keyword = found + words[found..].iter().rposition(is_keyword)?;
        let kind = kind(lexicon, &bytes[words[keyword].clone()])?;
        // Of several keywords the last one counts, which is found by itself or, as in
        // `apiKeyProd`, by a word before it.
        let is_match = match found.cmp(&keyword) {
            Ordering::Less => is_hump(bytes, &words[keyword]),
            Ordering::Equal => true,
            Ordering::Greater => false,
        };
        (is_match && words[found].start <= fragment.start).then_some(Name {
            prose_word: prose_word(bytes, span.start),
            span,
            kind,
            words,
            keyword,
            fragment: fragment.start,
            lexicon,
        })
    }

    /// The name of a call that takes a secret of that kind.
    pub fn of_call(
        span: Range<usize>,
        kind: NameKind,
        fragment: usize,
        lexicon: &'l Lexicon,
    ) -> Self {
        Name {
            words: vec![span.clone()],
            keyword: 0,
            kind,
            prose_word: None,
            fragment,
            span,
            lexicon,
        }
    }

    /// A name with letters beyond ASCII, which is not split into words.
    fn foreign(bytes: &[u8], fragment: Range<usize>, lexicon: &'l Lexicon) -> Option<Self> {
        let letter = |b: &u8| b.is_ascii_alphabetic() || matches!(b, 0xc3..=0xc5 | 0x80..=0xbf);
        let latin = bytes[fragment.start].is_ascii();
        let rest = bytes[fragment.end..].iter().take_while(|b| latin && letter(b)).count();
        let span = fragment.start..fragment.end + rest;
        let assigned = bytes[span.end..].starts_with("：".as_bytes());
        (assigned || may_be_assigned(bytes, span.end)).then(|| Name {
            words: vec![span.clone()],
            keyword: 0,
            kind: NameKind::Password,
            prose_word: None,
            fragment: fragment.start,
            span,
            lexicon,
        })
    }

    /// Whether the name is in prose, with a word before it.
    pub fn is_in_prose(&self) -> bool {
        self.prose_word.is_some()
    }

    /// Whether a word after the keyword makes the value one about the credential.
    pub fn is_about(&self, bytes: &[u8]) -> bool {
        self.has_after(bytes, WordList::AboutWords)
    }

    /// Whether the value is not a secret, whatever it looks like: the id of a key, a position in a
    /// list, a column of a database, a public value.
    pub fn is_not_secret(&self, bytes: &[u8]) -> bool {
        // `(?<secret>…)` names a group of a regex.
        if bytes[..self.span.start].ends_with(b"?<") || bytes[..self.span.start].ends_with(b"P<") {
            return true;
        }
        if self.has_after(bytes, WordList::HarmlessWords) {
            return true;
        }
        let is_in =
            |list, word: Option<&[u8]>| word.is_some_and(|word| self.lexicon.has(list, word));
        match self.kind {
            NameKind::Key => {
                is_in(WordList::KeyAttributes, self.after(bytes).next())
                    || self.has_before(bytes, WordList::TableKeyWords)
                    || self.has_own_before(bytes, WordList::PublicKeyWords)
            }
            NameKind::Token => {
                self.has_after(bytes, WordList::TokenAttributes)
                    || is_in(WordList::FormTokenNames, Some(self.keyword(bytes)))
                    || self.has_before(bytes, WordList::FormTokenNames)
                    || self.identifies_request(bytes)
                    || self.has_before(bytes, WordList::PaginationWords)
            }
            NameKind::Auth | NameKind::Credential => {
                is_in(WordList::LoginAttributes, self.after(bytes).last())
            }
            NameKind::Secret => {
                is_in(WordList::SecretDigestEndings, self.after(bytes).last())
                    || self.has_before(bytes, WordList::SecretDigestWords)
            }
            _ => false,
        }
    }

    /// Whether all of [`WordList::RequestTokenWords`] are before the keyword.
    fn identifies_request(&self, bytes: &[u8]) -> bool {
        let has = |known: &str| {
            self.before(bytes).any(|word| word.eq_ignore_ascii_case(known.as_bytes()))
        };
        !self.lexicon.any(WordList::RequestTokenWords, |known| !has(known))
    }

    /// Whether it is a salt that is stored with a hash, not one that signs cookies.
    pub fn is_stored_salt(&self, bytes: &[u8]) -> bool {
        self.kind == NameKind::Salt && !self.has_before(bytes, WordList::SecretSaltWords)
    }

    /// Words after the keyword, without numbers.
    pub fn words_after(&self, bytes: &[u8]) -> usize {
        self.after(bytes).filter(|word| !word[0].is_ascii_digit()).count()
    }

    /// Whether the value is a digest or a ciphertext of the secret.
    pub fn is_digest(&self, bytes: &[u8]) -> bool {
        self.has_after(bytes, WordList::DigestWords)
            || self.has_before(bytes, WordList::DigestWords)
    }

    /// Whether the value is a ciphertext of the credential: `encrypted_password`, `tokenEnc`.
    pub fn is_of_ciphertext(&self, bytes: &[u8]) -> bool {
        let keyword = self.keyword(bytes);
        let begins = |word: &str| begins_with(keyword, word);
        self.has_word(bytes, WordList::EncryptedWords)
            || self.lexicon.any(WordList::EncryptedWords, begins)
            || self.has_after(bytes, WordList::EncryptedEndings)
            || matches!(self.kind, NameKind::Password | NameKind::Token)
                && self.has_before(bytes, WordList::EncryptedBeginnings)
    }

    /// Whether the value may be a user and a password: `userpwd`, `basic_auth`, `credentials`.
    pub fn may_be_pair(&self, bytes: &[u8]) -> bool {
        let keyword = self.keyword(bytes);
        match self.kind {
            NameKind::Auth | NameKind::Credential => {
                !self.lexicon.has(WordList::LoneCredentialNames, keyword)
            }
            NameKind::Password => {
                let lower = keyword.to_ascii_lowercase();
                let is_in = |word: &str| contains_part(&lower, word.as_bytes());
                let before = self.words[..self.keyword].last();
                self.lexicon.any(WordList::UserWords, is_in)
                    || before.is_some_and(|word| {
                        self.lexicon.has(WordList::UserWords, &bytes[word.clone()])
                    })
            }
            _ => false,
        }
    }

    /// Bytes of a prefix with which a bundler copies the variable into what browsers get.
    pub fn bundler_prefix(&self, bytes: &[u8]) -> usize {
        let name = &bytes[self.span.clone()];
        let own = name.iter().rposition(|&b| b == b'.').map_or(0, |dot| dot + 1);
        let is_prefix = |prefix: &str| name[own..].starts_with(prefix.as_bytes());
        let prefix = self.lexicon.find(WordList::BundlerPrefixes, is_prefix);
        prefix.map_or(0, |prefix| own + prefix.len())
    }

    /// Whether a word before the keyword says that the value is a secret one.
    pub fn says_secret(&self, bytes: &[u8]) -> bool {
        let is_secret = |word: &[u8]| {
            let word = word.to_ascii_lowercase();
            [&b"secret"[..], b"private", b"server", b"admin"].contains(&&word[..])
        };
        self.before(bytes).any(is_secret)
    }

    /// Whether a word of the list is right before the keyword.
    pub fn follows(&self, bytes: &[u8], list: WordList) -> bool {
        let before = self.words[..self.keyword].last();
        before.is_some_and(|word| self.lexicon.has(list, &bytes[word.clone()]))
    }

    /// Words before the keyword that make a key a secret one.
    pub fn qualifiers(&self, bytes: &[u8]) -> usize {
        self.before(bytes).filter(|word| self.lexicon.has(WordList::KeyQualifiers, word)).count()
            + usize::from(self.is_compound(bytes))
    }

    /// Whether the name leaves no doubt what its value is: not a property of the credential, its
    /// digest, a public value, the key of a table or an example.
    pub fn is_qualified(&self, bytes: &[u8]) -> bool {
        let names_secret = match self.kind {
            NameKind::Password | NameKind::Secret | NameKind::Token | NameKind::Credential => true,
            NameKind::Key => self.qualifiers(bytes) > 0,
            NameKind::Auth => self.words_after(bytes) == 0,
            NameKind::Salt => false,
        };
        let is_fake = |word: &[u8]| {
            self.lexicon.has(WordList::FakeWords, word)
                || self.lexicon.has(WordList::ExpectedNames, word)
        };
        names_secret
            && !self.is_about(bytes)
            && !self.is_digest(bytes)
            && !self.is_public(bytes)
            && !self.each_word(bytes).any(is_fake)
    }

    /// Whether the value is the digest of a secret, the key of a table or the token of a request.
    pub fn is_public_or_digest(&self, bytes: &[u8]) -> bool {
        self.is_digest(bytes)
            || matches!(self.kind, NameKind::Key | NameKind::Token)
                && self.is_public(bytes)
                && self.has_own_before(bytes, WordList::PublicWords)
                && !self.each_word(bytes).any(|word| word.eq_ignore_ascii_case(b"secret"))
    }

    /// Whether a word before the keyword makes the value public. Where `=` follows the name, what is
    /// before it is another word: `request token=v`.
    pub fn is_public(&self, bytes: &[u8]) -> bool {
        if bytes.get(self.span.end) == Some(&b'=') {
            let mut words = self.words[..self.keyword].iter();
            return words.any(|it| self.lexicon.has(WordList::PublicWords, &bytes[it.clone()]));
        }
        self.has_before(bytes, WordList::PublicWords)
    }

    /// What is between the name and a value, which may come first.
    pub fn gap(&self, value: &Range<usize>) -> Range<usize> {
        if value.start < self.span.start {
            value.end.min(self.span.start)..self.span.start
        } else {
            self.span.end.min(value.start)..value.start
        }
    }

    pub fn words_before(&self) -> usize {
        self.keyword
    }

    /// The keyword as written.
    pub fn keyword<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.words[self.keyword].clone()]
    }

    /// `apikey`, `secretkey`: a keyword that contains a qualifier.
    fn is_compound(&self, bytes: &[u8]) -> bool {
        let word = self.keyword(bytes).to_ascii_lowercase();
        self.kind == NameKind::Key && word != b"key" && word != b"keys"
    }

    /// Whether a word before the keyword is in the list.
    pub fn has_before(&self, bytes: &[u8], list: WordList) -> bool {
        self.before(bytes).any(|word| self.lexicon.has(list, word))
    }

    /// The same without the words of a bundler's prefix: `NEXT_PUBLIC_` does not make the key of a
    /// service a public one.
    fn has_own_before(&self, bytes: &[u8], list: WordList) -> bool {
        self.has_before(bytes, list) && {
            let own = self.span.start + self.bundler_prefix(bytes);
            let mut words = self.prose_word.iter().chain(&self.words[..self.keyword]);
            words.any(|word| {
                (word.start >= own || word.end <= self.span.start)
                    && self.lexicon.has(list, &bytes[word.clone()])
            })
        }
    }

    /// Whether a word after the keyword is in the list.
    pub fn has_after(&self, bytes: &[u8], list: WordList) -> bool {
        self.after(bytes).any(|word| self.lexicon.has(list, word))
    }

    /// The words before the keyword, and the one before the name in prose.
    pub fn before<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.prose_word.iter().chain(&self.words[..self.keyword]).map(|word| &bytes[word.clone()])
    }

    /// The words after the keyword.
    pub fn after<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.words[self.keyword + 1..].iter().map(|word| &bytes[word.clone()])
    }

    /// Whether one of the words, or the one before the name, is in the list.
    pub fn has_word(&self, bytes: &[u8], list: WordList) -> bool {
        let mut words = self.prose_word.iter().chain(&self.words);
        words.any(|word| self.lexicon.has(list, &bytes[word.clone()]))
    }

    /// The words after a bundler's prefix.
    pub fn each_own_word<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        let own = self.span.start + self.bundler_prefix(bytes);
        let words = self.words.iter().filter(move |word| word.start >= own);
        words.map(|word| &bytes[word.clone()])
    }

    pub fn each_word<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.words.iter().map(|word| &bytes[word.clone()])
    }
}

/// The name without the letter of the option that sets it: `-DAPI_KEY=v`, `-PapiKey=v`. PowerShell
/// has options that begin like that, such as `-PrivateKey`.
fn without_option(
    bytes: &[u8],
    span: Range<usize>,
    words: &mut [Range<usize>],
    lexicon: &Lexicon,
) -> Range<usize> {
    let is_option = matches!(bytes[span.start], b'D' | b'P') && bytes[..span.start].ends_with(b"-");
    match words.first_mut() {
        Some(first)
            if is_option
                && first.start == span.start
                && lexicon.has(WordList::KeyQualifiers, &bytes[first.start + 1..first.end]) =>
        {
            first.start += 1;
            span.start + 1..span.end
        }
        _ => span,
    }
}

/// Whether the word is `Keys`, or `Key` followed by another word: no fragment finds it.
fn is_hump(bytes: &[u8], word: &Range<usize>) -> bool {
    let text = &bytes[word.clone()];
    let continues = bytes.get(word.end).is_some_and(u8::is_ascii_alphanumeric);
    text.eq_ignore_ascii_case(b"keys") || continues && text.eq_ignore_ascii_case(b"key")
}

/// The word before a name, if only a blank separates them.
fn prose_word(bytes: &[u8], name: usize) -> Option<Range<usize>> {
    let end = name.checked_sub(1).filter(|&offset| bytes[offset] == b' ')?;
    let letters = bytes[end.saturating_sub(LONGEST_PROSE_WORD)..end].iter().rev();
    let start = end - letters.take_while(|b| b.is_ascii_alphabetic()).count();
    let begins =
        start == 0 || matches!(bytes[start - 1], b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'(');
    (start < end && begins).then_some(start..end)
}

/// The identifier around the fragment: word characters, and `-` and `.` between them. Most are
/// rejected because of what follows them.
fn identifier(bytes: &[u8], fragment: &Range<usize>) -> Option<Range<usize>> {
    let belongs = |offset: usize| {
        let joins = |offset: usize| {
            matches!(bytes[offset], b'-' | b'.')
                && offset.checked_sub(1).is_some_and(|before| is_word_byte(bytes[before]))
                && bytes.get(offset + 1).is_some_and(|&next| is_word_byte(next))
        };
        offset < bytes.len() && (is_word_byte(bytes[offset]) || joins(offset))
    };
    let last = fragment.start + REACH;
    let end = (fragment.start..last).find(|&offset| !belongs(offset))?;
    if !may_be_assigned(bytes, end) {
        return None;
    }
    let first = fragment.start.saturating_sub(REACH);
    let start = (first..fragment.start).rev().take_while(|&offset| belongs(offset)).last();
    let start = start.unwrap_or(fragment.start);
    // A name at the limit may continue beyond it.
    (start > first || first == 0).then_some(start..end)
}

/// The kind of secret that the word names.
pub fn kind(lexicon: &Lexicon, word: &[u8]) -> Option<NameKind> {
    let last = word.len().saturating_sub(1);
    let plural = matches!(word.last(), Some(b's' | b'S')) && !ends_with(word, "ss");
    let one = if plural { &word[..last] } else { word };
    // Called for every fragment of a name: the last letter decides most of them.
    match one.last().map(u8::to_ascii_lowercase) {
        Some(b'y') if ends_with(one, "key") => {
            let qualifier = &one[..one.len() - "key".len()];
            let qualifies = qualifier.is_empty() || lexicon.has(WordList::KeyQualifiers, qualifier);
            return qualifies.then_some(NameKind::Key);
        }
        Some(b'n') if ends_with(one, "token") => return Some(NameKind::Token),
        Some(b't') if ends_with(one, "secret") => return Some(NameKind::Secret),
        Some(last) if ENDS_PASSWORD[usize::from(last)] && ends_as_password(lexicon, one) => {
            return Some(NameKind::Password);
        }
        _ => {}
    }
    if lexicon.added(WordList::PasswordEndings).any(|ending| ends_with(one, ending)) {
        return Some(NameKind::Password);
    }
    if !may_name_credential(lexicon, word) {
        return None;
    }
    let is_misspelled = || {
        word.len() <= LONGEST_MISSPELLED
            && lexicon.any(WordList::PasswordBeginnings, |beginning| begins_with(word, beginning))
    };
    if lexicon.has(WordList::PasswordNames, word) || is_misspelled() {
        return Some(NameKind::Password);
    }
    let kinds = [
        (NameKind::Credential, WordList::CredentialNames),
        (NameKind::Auth, WordList::AuthorizationNames),
        (NameKind::Salt, WordList::SaltNames),
    ];
    kinds.into_iter().find(|(_, list)| lexicon.has(*list, one)).map(|(kind, _)| kind)
}

fn ends_as_password(lexicon: &Lexicon, word: &[u8]) -> bool {
    lexicon.any(WordList::PasswordEndings, |ending| ends_with(word, ending))
        && !lexicon.has(WordList::NotPasswordNames, word)
}

/// Whether a built-in word of [`WordList::PasswordEndings`] ends with this byte.
static ENDS_PASSWORD: [bool; 256] = {
    let mut ends = [false; 256];
    let mut index = 0;
    while index < built_in::PASSWORD_ENDINGS.len() {
        let word = built_in::PASSWORD_ENDINGS[index].as_bytes();
        ends[word[word.len() - 1] as usize] = true;
        index += 1;
    }
    ends
};

fn begins_with(word: &[u8], beginning: &str) -> bool {
    word.get(..beginning.len()).is_some_and(|it| it.eq_ignore_ascii_case(beginning.as_bytes()))
}

fn ends_with(word: &[u8], ending: &str) -> bool {
    let from = word.len().checked_sub(ending.len());
    from.is_some_and(|from| word[from..].eq_ignore_ascii_case(ending.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str, fragment: &str) -> Option<(String, NameKind)> {
        let offset = text.to_ascii_lowercase().find(fragment).unwrap();
        let lexicon = Lexicon::default();
        let name = Name::around(text.as_bytes(), offset..offset + fragment.len(), &lexicon)?;
        Some((text[name.span.clone()].to_owned(), name.kind))
    }

    #[test]
    fn a_name_is_of_the_kind_of_its_last_keyword() {
        for (text, fragment, whole, kind) in [
            ("my.DB_PASSWORD = 1", "pass", "my.DB_PASSWORD", NameKind::Password),
            ("userPwd: 1", "pwd", "userPwd", NameKind::Password),
            ("clientSecretValue = 1", "ecret", "clientSecretValue", NameKind::Secret),
            ("--auth-token=1", "oken", "auth-token", NameKind::Token),
            ("secretAccessKey: 1", "key", "secretAccessKey", NameKind::Key),
            ("apikey = 1", "key", "apikey", NameKind::Key),
            ("Authorization: Bearer 1", "auth", "Authorization", NameKind::Auth),
            ("AUTH_SALT = 1", "salt", "AUTH_SALT", NameKind::Salt),
            ("apiKeyProd = 1", "apikey", "apiKeyProd", NameKind::Key),
            ("API_KEYS = 1", "api_keys", "API_KEYS", NameKind::Key),
            ("clientSecretKey2 = 1", "ecret", "clientSecretKey2", NameKind::Key),
            ("passworsd = 1", "pass", "passworsd", NameKind::Password),
            ("requirepass 1", "pass", "requirepass", NameKind::Password),
            ("BEARER = 1", "earer", "BEARER", NameKind::Auth),
            ("smtpPwd = 1", "pwd", "smtpPwd", NameKind::Password),
            ("wifi_psk = 1", "psk", "wifi_psk", NameKind::Password),
            (
                "ConvertTo-SecureString '1'",
                "securestr",
                "ConvertTo-SecureString",
                NameKind::Password,
            ),
            ("user_senha: 1", "senha", "user_senha", NameKind::Password),
            ("contraseña: 1", "contrase", "contraseña", NameKind::Password),
            ("密码：1", "密码", "密码", NameKind::Password),
        ] {
            assert_eq!(name(text, fragment), Some((whole.to_owned(), kind)), "{text}");
        }
    }

    #[test]
    fn other_words_are_not_keywords() {
        for (text, fragment) in [
            ("author = 1", "auth"),
            ("monkey = 1", "key"),
            ("compass = 1", "pass"),
            ("incredible = 1", "cred"),
            ("OLDPWD=1", "pwd"),
            // The last keyword is another one.
            ("auth_token = 1", "auth"),
            // Nothing is assigned.
            ("password;", "pass"),
        ] {
            assert_eq!(name(text, fragment), None, "{text}");
        }
    }

    #[test]
    fn other_words_can_make_the_value_harmless() {
        let flags = |text: &str, fragment: &str| {
            let offset = text.to_ascii_lowercase().find(fragment).unwrap();
            let lexicon = Lexicon::default();
            let name =
                Name::around(text.as_bytes(), offset..offset + fragment.len(), &lexicon).unwrap();
            (name.is_not_secret(text.as_bytes()), name.is_about(text.as_bytes()))
        };
        assert_eq!(flags("access_key_id = 1", "key"), (true, true));
        assert_eq!(flags("nextToken = 1", "oken"), (true, false));
        assert_eq!(flags("public_key = 1", "key"), (true, false));
        assert_eq!(flags("hashed_secret: 1", "ecret"), (true, false));
        assert_eq!(flags("the public key: 1", "key"), (true, false));
        assert_eq!(flags("authenticity_token = 1", "oken"), (true, false));
        assert_eq!(flags("csrfmiddlewaretoken = 1", "oken"), (true, false));
        assert_eq!(flags("password_length = 1", "pass"), (false, true));
        assert_eq!(flags("oauthClientId = 1", "auth"), (true, true));
        assert_eq!(flags("credentials-id: 1", "cred"), (true, true));
        assert_eq!(flags("api_key = 1", "key"), (false, false));
    }
}
