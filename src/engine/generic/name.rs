//! The name round a fragment: its words, and what kind of secret they promise.

use std::cmp::Ordering;
use std::ops::Range;

use super::begins_within;
use super::vocabulary::{LONGEST_MISSPELLED, may_promise};
use super::words::{Words, words};
use crate::engine::structure::assignment::may_be_assigned;
use crate::rules::lexicon::{Lexicon, built_in};
use crate::rules::word_list::WordList;
use crate::rules::{NameKind, is_word_byte};

/// Bytes that a name may have on either side of a fragment.
const REACH: usize = 64;
/// Letters that a word in front of a name may have.
const FRONT: usize = 16;

/// A name whose last telling word holds the fragment.
pub struct Name<'l> {
    pub span: Range<usize>,
    pub kind: NameKind,
    /// Its words as they stand; the telling one at `telling`.
    words: Vec<Range<usize>>,
    telling: usize,
    /// The word in front of the name in prose: `public key: …`, `the client secret is …`.
    front: Option<Range<usize>>,
    /// Where the fragment begins by which the name was found.
    pub fragment: usize,
    pub lexicon: &'l Lexicon,
}

impl<'l> Name<'l> {
    /// The name round `fragment`, if its last telling word holds it and it promises a secret.
    pub fn round(bytes: &[u8], fragment: Range<usize>, lexicon: &'l Lexicon) -> Option<Self> {
        let text = &bytes[fragment.clone()];
        if !text.is_ascii() || lexicon.has(WordList::UnsplitFragments, text) {
            return Name::foreign(bytes, fragment, lexicon);
        }
        let span = identifier(bytes, &fragment)?;
        // Of most names the word with the fragment promises nothing.
        if !lexicon.has(WordList::JoinedFragments, text) {
            let telling = Words { bytes, span: span.clone() }.find(|w| fragment.start < w.end)?;
            kind(lexicon, &bytes[telling.clone()]).filter(|_| telling.start <= fragment.start)?;
        }
        let mut words = words(bytes, &span);
        // PowerShell's `ConvertTo-SecureString`: two words that promise as one.
        if let Some(two) = words.windows(2).position(|two| {
            bytes[two[0].clone()].eq_ignore_ascii_case(b"secure")
                && bytes[two[1].clone()].eq_ignore_ascii_case(b"string")
        }) {
            words[two].end = words.remove(two + 1).end;
        }
        let noticed = words.iter().position(|word| fragment.start < word.end)?;
        let is_telling = |word: &Range<usize>| kind(lexicon, &bytes[word.clone()]).is_some();
        let telling = noticed + words[noticed..].iter().rposition(is_telling)?;
        let kind = kind(lexicon, &bytes[words[telling].clone()])?;
        // Of several telling words the last one counts, which is noticed by itself or, as in
        // `apiKeyProd`, by a word in front of it.
        let here = match noticed.cmp(&telling) {
            Ordering::Less => is_hump(bytes, &words[telling]),
            Ordering::Equal => true,
            Ordering::Greater => false,
        };
        (here && words[noticed].start <= fragment.start).then_some(Name {
            front: front(bytes, span.start),
            span,
            kind,
            words,
            telling,
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
        Name { words: vec![span.clone()], telling: 0, kind, front: None, fragment, span, lexicon }
    }

    /// A name of other letters than ASCII's, which are not told apart into words.
    fn foreign(bytes: &[u8], fragment: Range<usize>, lexicon: &'l Lexicon) -> Option<Self> {
        let letter = |b: &u8| b.is_ascii_alphabetic() || matches!(b, 0xc3..=0xc5 | 0x80..=0xbf);
        let latin = bytes[fragment.start].is_ascii();
        let rest = bytes[fragment.end..].iter().take_while(|b| latin && letter(b)).count();
        let span = fragment.start..fragment.end + rest;
        let assigned = bytes[span.end..].starts_with("：".as_bytes());
        (assigned || may_be_assigned(bytes, span.end)).then(|| Name {
            words: vec![span.clone()],
            telling: 0,
            kind: NameKind::Password,
            front: None,
            fragment: fragment.start,
            span,
            lexicon,
        })
    }

    /// Whether the name stands in prose, a word in front of it.
    pub fn is_in_prose(&self) -> bool {
        self.front.is_some()
    }

    /// Whether a word behind the telling one says that the value is about the secret.
    pub fn is_about(&self, bytes: &[u8]) -> bool {
        self.has_behind(bytes, WordList::AboutWords)
    }

    /// Whether the value is no secret whatever it looks like: the id of a key, the place where a
    /// list goes on, a column of a database, what is published.
    pub fn is_no_secret(&self, bytes: &[u8]) -> bool {
        // `(?<secret>…)` names a group of a regex.
        if bytes[..self.span.start].ends_with(b"?<") || bytes[..self.span.start].ends_with(b"P<") {
            return true;
        }
        if self.has_behind(bytes, WordList::HarmlessWords) {
            return true;
        }
        let is_in =
            |list, word: Option<&[u8]>| word.is_some_and(|word| self.lexicon.has(list, word));
        match self.kind {
            NameKind::Key => {
                is_in(WordList::KeyAttributes, self.behind(bytes).next())
                    || self.has_before(bytes, WordList::TableKeyWords)
                    || self.has_before(bytes, WordList::PublicKeyWords)
            }
            NameKind::Token => {
                self.has_behind(bytes, WordList::TokenAttributes)
                    || is_in(WordList::FormTokenNames, Some(self.telling(bytes)))
                    || self.has_before(bytes, WordList::FormTokenNames)
                    || self.identifies_request(bytes)
                    || self.has_before(bytes, WordList::PaginationWords)
            }
            NameKind::Auth | NameKind::Credential => {
                is_in(WordList::LoginAttributes, self.behind(bytes).last())
            }
            NameKind::Secret => {
                is_in(WordList::SecretDigestEndings, self.behind(bytes).last())
                    || self.has_before(bytes, WordList::SecretDigestWords)
            }
            _ => false,
        }
    }

    /// Whether all of [`WordList::RequestTokenWords`] are before the telling word.
    fn identifies_request(&self, bytes: &[u8]) -> bool {
        let has = |known: &str| {
            self.before(bytes).any(|word| word.eq_ignore_ascii_case(known.as_bytes()))
        };
        !self.lexicon.any(WordList::RequestTokenWords, |known| !has(known))
    }

    /// Whether it is a salt, but for those by which WordPress signs its cookies.
    pub fn is_beside_hash(&self, bytes: &[u8]) -> bool {
        self.kind == NameKind::Salt && !self.has_before(bytes, WordList::SecretSaltWords)
    }

    /// Words behind the telling one, numbers left out.
    pub fn words_behind(&self, bytes: &[u8]) -> usize {
        self.behind(bytes).filter(|word| !word[0].is_ascii_digit()).count()
    }

    /// Whether the value is a digest or a ciphertext of the secret.
    pub fn is_digest(&self, bytes: &[u8]) -> bool {
        self.has_behind(bytes, WordList::DigestWords)
            || self.has_before(bytes, WordList::DigestWords)
    }

    /// Whether the value may be a user and a password: `userpwd`, `basic_auth`, `credentials`.
    pub fn promises_pair(&self, bytes: &[u8]) -> bool {
        let telling = self.telling(bytes);
        match self.kind {
            NameKind::Auth | NameKind::Credential => {
                !self.lexicon.has(WordList::LoneCredentialNames, telling)
            }
            NameKind::Password => {
                let lower = telling.to_ascii_lowercase();
                let is_in = |word: &str| begins_within(&lower, word.as_bytes());
                let before = self.words[..self.telling].last();
                self.lexicon.any(WordList::UserWords, is_in)
                    || before.is_some_and(|word| {
                        self.lexicon.has(WordList::UserWords, &bytes[word.clone()])
                    })
            }
            _ => false,
        }
    }

    /// Words in front that make a key one that is kept.
    pub fn qualifiers(&self, bytes: &[u8]) -> usize {
        self.before(bytes).filter(|word| self.lexicon.has(WordList::KeyQualifiers, word)).count()
            + usize::from(self.is_compound(bytes))
    }

    /// Whether a word says that everybody may know the value.
    pub fn is_public(&self, bytes: &[u8]) -> bool {
        self.has_before(bytes, WordList::PublicWords)
    }

    /// What stands between the name and a value, which may come first.
    pub fn gap(&self, value: &Range<usize>) -> Range<usize> {
        if value.start < self.span.start {
            value.end.min(self.span.start)..self.span.start
        } else {
            self.span.end.min(value.start)..value.start
        }
    }

    pub fn words_before(&self) -> usize {
        self.telling
    }

    /// The telling word as it stands.
    pub fn telling<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.words[self.telling].clone()]
    }

    /// `apikey`, `secretkey`: a telling word with a qualifier in it.
    fn is_compound(&self, bytes: &[u8]) -> bool {
        let word = self.telling(bytes).to_ascii_lowercase();
        self.kind == NameKind::Key && word != b"key" && word != b"keys"
    }

    fn has_before(&self, bytes: &[u8], list: WordList) -> bool {
        self.before(bytes).any(|word| self.lexicon.has(list, word))
    }

    fn has_behind(&self, bytes: &[u8], list: WordList) -> bool {
        self.behind(bytes).any(|word| self.lexicon.has(list, word))
    }

    fn before<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.front.iter().chain(&self.words[..self.telling]).map(|word| &bytes[word.clone()])
    }

    fn behind<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.words[self.telling + 1..].iter().map(|word| &bytes[word.clone()])
    }

    /// Whether one of the words, or the one in front of the name, is among these.
    pub fn speaks_of(&self, bytes: &[u8], list: WordList) -> bool {
        let mut words = self.front.iter().chain(&self.words);
        words.any(|word| self.lexicon.has(list, &bytes[word.clone()]))
    }

    pub fn each_word<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.words.iter().map(|word| &bytes[word.clone()])
    }
}

/// Whether the word is `Keys`, or `Key` with another word right behind it: no fragment is
/// noticed there.
fn is_hump(bytes: &[u8], word: &Range<usize>) -> bool {
    let text = &bytes[word.clone()];
    let goes_on = bytes.get(word.end).is_some_and(u8::is_ascii_alphanumeric);
    text.eq_ignore_ascii_case(b"keys") || goes_on && text.eq_ignore_ascii_case(b"key")
}

/// The word in front of a name, if nothing but a blank parts them.
fn front(bytes: &[u8], name: usize) -> Option<Range<usize>> {
    let end = name.checked_sub(1).filter(|&at| bytes[at] == b' ')?;
    let letters = bytes[end.saturating_sub(FRONT)..end].iter().rev();
    let start = end - letters.take_while(|b| b.is_ascii_alphabetic()).count();
    let begins =
        start == 0 || matches!(bytes[start - 1], b' ' | b'\t' | b'\n' | b'"' | b'\'' | b'(');
    (start < end && begins).then_some(start..end)
}

/// The identifier round the fragment: word characters, and `-` and `.` between them. Most are
/// turned down by what stands behind them.
fn identifier(bytes: &[u8], fragment: &Range<usize>) -> Option<Range<usize>> {
    let belongs = |at: usize| {
        let joins = |at: usize| {
            matches!(bytes[at], b'-' | b'.')
                && at.checked_sub(1).is_some_and(|before| is_word_byte(bytes[before]))
                && bytes.get(at + 1).is_some_and(|&next| is_word_byte(next))
        };
        at < bytes.len() && (is_word_byte(bytes[at]) || joins(at))
    };
    let last = fragment.start + REACH;
    let end = (fragment.start..last).find(|&at| !belongs(at))?;
    if !may_be_assigned(bytes, end) {
        return None;
    }
    let first = fragment.start.saturating_sub(REACH);
    let start = (first..fragment.start).rev().take_while(|&at| belongs(at)).last();
    let start = start.unwrap_or(fragment.start);
    // A name that touches the border may go on there.
    (start > first || first == 0).then_some(start..end)
}

/// What the word promises.
pub fn kind(lexicon: &Lexicon, word: &[u8]) -> Option<NameKind> {
    let last = word.len().saturating_sub(1);
    let plural = matches!(word.last(), Some(b's' | b'S')) && !ends_with(word, "ss");
    let one = if plural { &word[..last] } else { word };
    // Asked for at every fragment of a name: the last letter decides most of them.
    match one.last().map(u8::to_ascii_lowercase) {
        Some(b'y') if ends_with(one, "key") => {
            let front = &one[..one.len() - "key".len()];
            let qualifies = front.is_empty() || lexicon.has(WordList::KeyQualifiers, front);
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
    if !may_promise(lexicon, word) {
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
        let at = text.to_ascii_lowercase().find(fragment).unwrap();
        let lexicon = Lexicon::default();
        let name = Name::round(text.as_bytes(), at..at + fragment.len(), &lexicon)?;
        Some((text[name.span.clone()].to_owned(), name.kind))
    }

    #[test]
    fn names_promise_what_their_last_telling_word_says() {
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
    fn other_words_promise_nothing() {
        for (text, fragment) in [
            ("author = 1", "auth"),
            ("monkey = 1", "key"),
            ("compass = 1", "pass"),
            ("incredible = 1", "cred"),
            ("OLDPWD=1", "pwd"),
            // The last telling word is another one.
            ("auth_token = 1", "auth"),
            // Nothing is assigned.
            ("password;", "pass"),
        ] {
            assert_eq!(name(text, fragment), None, "{text}");
        }
    }

    #[test]
    fn a_name_may_take_its_promise_back() {
        let told = |text: &str, fragment: &str| {
            let at = text.to_ascii_lowercase().find(fragment).unwrap();
            let lexicon = Lexicon::default();
            let name = Name::round(text.as_bytes(), at..at + fragment.len(), &lexicon).unwrap();
            (name.is_no_secret(text.as_bytes()), name.is_about(text.as_bytes()))
        };
        assert_eq!(told("access_key_id = 1", "key"), (true, true));
        assert_eq!(told("nextToken = 1", "oken"), (true, false));
        assert_eq!(told("public_key = 1", "key"), (true, false));
        assert_eq!(told("hashed_secret: 1", "ecret"), (true, false));
        assert_eq!(told("the public key: 1", "key"), (true, false));
        assert_eq!(told("authenticity_token = 1", "oken"), (true, false));
        assert_eq!(told("csrfmiddlewaretoken = 1", "oken"), (true, false));
        assert_eq!(told("password_length = 1", "pass"), (false, true));
        assert_eq!(told("oauthClientId = 1", "auth"), (true, true));
        assert_eq!(told("credentials-id: 1", "cred"), (true, true));
        assert_eq!(told("api_key = 1", "key"), (false, false));
    }
}
