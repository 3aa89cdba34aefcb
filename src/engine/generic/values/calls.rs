//! Calls of which a known argument is a secret, whatever the variables are called:
//! `client.login("me", "v")`, `DriverManager.getConnection(url, "me", "v")`.

use std::ops::Range;

use super::arguments::Arguments;
use crate::rules::is_word_byte;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;
use crate::rules::{LONGEST, NameKind};

/// Letters that the name of a call may have.
const LONGEST_NAME: usize = 32;

/// An argument that is a secret because of the call.
pub struct Called {
    pub name: Range<usize>,
    pub kind: NameKind,
    pub value: Range<usize>,
}

/// The secret of the call whose name contains the fragment, if it is a literal.
pub fn read(bytes: &[u8], fragment: &Range<usize>, lexicon: &Lexicon) -> Option<Called> {
    let name = name(bytes, fragment)?;
    let end = bytes.len().min(name.end + LONGEST);
    let mut arguments = Arguments::of(bytes, name.end, end)?;
    let word = &bytes[name.clone()];
    if lexicon.has(WordList::BasicEncoders, word) {
        let value = arguments.nth(0)?;
        let value = password_of_pair(bytes, value)?;
        return Some(Called { name, kind: NameKind::Password, value });
    }
    let secret = lexicon.call(word)?;
    let value = arguments.nth(secret.position)?;
    Some(Called { name, kind: secret.kind, value })
}

/// The password of a text that is a user and a password, joined by the only colon.
pub fn password_of_pair(bytes: &[u8], text: Range<usize>) -> Option<Range<usize>> {
    let pair = &bytes[text.clone()];
    let colon = memchr::memchr(b':', pair)?;
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    let of_user = |b: &u8| is_word_byte(*b) || matches!(b, b'.' | b'-' | b'@' | b'+');
    (!user.is_empty()
        && user.iter().all(of_user)
        && !password.contains(&b':')
        && !password.starts_with(b"/"))
    .then_some(text.start + colon + 1..text.end)
}

/// The name of a call around the fragment, up to its bracket; with the object of a method if the
/// fragment is in that.
fn name(bytes: &[u8], fragment: &Range<usize>) -> Option<Range<usize>> {
    let belongs = |b: &u8| is_word_byte(*b) || *b == b'.';
    let rest = bytes[fragment.start..].iter().take(LONGEST_NAME);
    let end = fragment.start + rest.take_while(|b| belongs(b)).count();
    if bytes.get(end) != Some(&b'(') {
        return None;
    }
    let before = bytes[..fragment.start].iter().rev().take(LONGEST_NAME);
    let start = fragment.start - before.take_while(|b| is_word_byte(**b)).count();
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'t>(text: &'t str, fragment: &str) -> Option<&'t str> {
        let offset = text.find(fragment)?;
        let fragment = offset..offset + fragment.len();
        read(text.as_bytes(), &fragment, &Lexicon::default()).map(|called| &text[called.value])
    }

    #[test]
    fn the_argument_of_a_call_is_a_secret() {
        for (text, fragment) in [
            ("client.login(\"me\", \"v1x9\")", "ogin("),
            ("DriverManager.getConnection(url, \"me\", \"v1x9\")", "onnection("),
            ("new mysqli('localhost', 'me', 'v1x9', 'db')", "mysqli"),
            ("new PDO('mysql:host=h;dbname=d', $user, 'v1x9')", "PDO("),
            ("smtp.PlainAuth(\"\", \"me\", \"v1x9\", host)", "Auth"),
            ("jwt.sign({ id: user.id, at: now() }, 'v1x9', { expiresIn: '1h' })", "jwt."),
            ("crypto.createHmac('sha256', 'v1x9')", "Hmac"),
            ("hmac.new(b'v1x9', text, sha256)", "hmac"),
            ("new SecretKeySpec(\"v1x9\".getBytes(UTF_8), \"AES\")", "ecret"),
            ("base64.b64encode(b'me:v1x9')", "64encode("),
            ("btoa(`me:v1x9`)", "btoa("),
        ] {
            assert_eq!(value(text, fragment), Some("v1x9"), "{text}");
        }
        for (text, fragment) in [
            ("client.login(user, password)", "ogin("),
            ("client.login(\"me\")", "ogin("),
            ("jwt.decode(token, 'v1x9')", "jwt."),
            ("btoa('http://host')", "btoa("),
            ("btoa('text')", "btoa("),
            ("login = (\"me\", \"v1x9\")", "ogin"),
        ] {
            assert_eq!(value(text, fragment), None, "{text}");
        }
    }
}
