//! Words of names, and what they say of the value.

/// Words that say what a word in front of them is not: the secret itself.
#[rustfmt::skip]
pub const ABOUT: &[&str] = &[
    "accessor", "action", "alg", "algorithm", "alias", "area", "arn", "attr", "attribute", "box",
    "button", "callback", "change", "changed", "char", "chars", "check", "class", "cleared", "code",
    "codes", "col", "column", "command", "config", "confirm", "count", "create", "created",
    "date", "def", "description", "dialog", "dir", "directory", "enabled", "encoder",
    "endpoint", "env", "error", "errors", "event", "exists", "expiration", "expired",
    "expires", "expiry", "factory", "feature", "field", "fields", "file", "filename",
    "flow", "form", "format", "func", "function", "generator", "group", "guid", "handler", "header",
    "headers", "help", "hint", "host", "icon", "id", "ids", "idx", "index", "info", "input",
    "invalid", "is", "item", "label", "len", "length", "level", "lifetime", "link", "list",
    "location", "manager", "map", "max", "message", "method", "min", "missing", "mode",
    "model", "msg", "name", "names", "needed", "option", "options", "page", "param",
    "parameter", "params", "path", "pattern", "pending", "permission", "placeholder", "policy",
    "prefix", "prompt", "prop", "property", "props", "provider", "reason", "ref", "regex",
    "required", "reset", "role", "rule", "scheme", "scope", "size", "source", "state",
    "status", "store", "strength", "style", "suffix", "table", "tag", "tags", "template",
    "text", "time", "timeout", "title", "ttl", "type", "types", "uri", "url", "urls",
    "usage", "used", "username", "uuid", "validation", "validator", "var", "verify", "version",
    "view", "warning", "width", "window",
];

/// Words that make a key one of a table's.
#[rustfmt::skip]
pub const OF_TABLES: &[&str] = &[
    "cache", "composite", "foreign", "partition", "primary", "routing", "row", "sort",
    "sorting",
];

/// Words that make a token the place where a list goes on, or the mark by which a request that
/// is sent twice is told (`CreationToken` of AWS).
#[rustfmt::skip]
pub const OF_LISTS: &[&str] = &[
    "continuation", "creation", "idempotency", "next", "page", "pagination", "paging", "sync",
];

/// Words behind a login's name that say what about it is told, and is no secret.
#[rustfmt::skip]
pub const OF_LOGINS: &[&str] = &[
    "configuration", "endpoint", "guid", "id", "ids", "method", "mode", "name", "provider",
    "scheme", "tag", "type", "uri", "url", "uuid",
];

/// Words in front that say of which secret the name speaks.
#[rustfmt::skip]
pub const OF_KEYS: &[&str] = &[
    "access", "account", "aes", "api", "app", "auth", "client", "consumer", "crypt",
    "crypto", "customer", "decryption", "deploy", "encrypt", "encryption", "hmac", "ingest",
    "integration", "jwt", "licence", "license", "master", "priv", "private", "project",
    "rsa", "secret", "server", "service", "session", "shared", "sign", "signing", "storage",
    "subscription", "symmetric", "token",
];

/// Words that say that everybody may know it.
#[rustfmt::skip]
pub const PUBLIC: &[&str] = &[
    "cache", "cancellation", "column", "continuation", "csrf", "cursor", "dict", "eof",
    "first", "foreign", "hot", "i18n", "idempotency", "index", "json", "lang", "last", "left", "locale", "lookup",
    "map", "marker", "message", "meta", "next", "object", "page", "pagination", "paging",
    "parser", "partition", "position", "primary", "pub", "public", "publickey",
    "publishable", "registry", "request", "resume", "right", "row", "s3", "second", "shortcut", "site", "skip",
    "sort", "sync", "syntax", "task", "third", "timeout", "translation", "xsrf",
];

/// Words that are a password's name only as a whole.
#[rustfmt::skip]
pub const PASSWORDS: &[&str] = &[
    "adminpass", "adgangskode", "authpass", "basicpass", "bindpass", "clave", "dbpass", "emailpass",
    "ftppass", "geslo", "haslo", "hasło", "heslo", "identified", "jelszo", "kennwort", "keypass", "ldappass",
    "loginpass", "losenord", "lozinka", "lösenord", "mailpass", "masterauth", "matkhau", "motdepasse", "mypass", "mysqlpass",
    "newpass", "oldpass", "parola", "pass", "passe", "passord", "passw", "pasword", "proxypass", "psk", "pssword",
    "psswd", "psswrd", "pswd", "pswrd", "psword", "pw", "pwd", "requirepass", "rootpass", "salasana",
    "securestring", "senha", "sifre", "şifre", "smtppass", "sqlpass", "sshpass", "storepass",
    "userpass", "wachtwoord", "webpass", "wifipass", "wpapsk",
];

/// Where the word begins so and goes on for a letter or two it is `password`, mistyped or not.
pub const PASSWORDS_BEGINNING: &str = "passw";
/// Letters of the longest such word.
pub const PASSWORDS_LONGEST: usize = 9;

/// Words that end as a password's name does and are none.
pub const NO_PASSWORDS: &[&str] = &["chpwd", "oldpwd", "popd_pwd"];

/// Words of other kinds of secrets that are one as a whole.
pub const CREDENTIALS: &[&str] = &["credential", "cred"];
/// See [`CREDENTIALS`].
#[rustfmt::skip]
pub const AUTHS: &[&str] = &[
    "auth", "basic", "bearer", "authorization", "authorisation", "authdata", "oauth",
    "authentication",
];
/// See [`CREDENTIALS`].
pub const SALTS: &[&str] = &["salt", "nonce"];

/// Whether the word may be one of those that promise a secret as a whole, by its first byte and
/// its length: of the words that are asked most are not.
pub fn may_promise(word: &[u8]) -> bool {
    word.first().is_some_and(|first| {
        let lengths = PROMISING[usize::from(first.to_ascii_lowercase())];
        word.len() < 32 && lengths >> word.len() & 1 == 1
    })
}

/// For each first byte in lower case the lengths of such words, in the plural too, a bit each.
static PROMISING: [u32; 256] = {
    let mut lengths = [0; 256];
    let lists = [PASSWORDS, CREDENTIALS, AUTHS, SALTS];
    let mut list = 0;
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            let word = lists[list][at].as_bytes();
            lengths[word[0] as usize] |= 0b11 << word.len();
            at += 1;
        }
        list += 1;
    }
    let mut length = PASSWORDS_BEGINNING.len();
    while length <= PASSWORDS_LONGEST {
        lengths[PASSWORDS_BEGINNING.as_bytes()[0] as usize] |= 1 << length;
        length += 1;
    }
    lengths
};

/// Whether the word is one of the list's, in any letter case.
pub fn among(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quick question turns no word down that the slow one would find.
    #[test]
    fn every_word_that_promises_may_promise() {
        for word in [PASSWORDS, CREDENTIALS, AUTHS, SALTS].concat() {
            for word in [word.to_owned(), word.to_ascii_uppercase(), format!("{word}s")] {
                assert!(may_promise(word.as_bytes()), "{word}");
            }
        }
        for word in ["passw", "passworsd", "Passwo"] {
            assert!(may_promise(word.as_bytes()), "{word}");
        }
        for word in ["", "x", "table", "connector"] {
            assert!(!may_promise(word.as_bytes()), "{word}");
        }
    }
}
