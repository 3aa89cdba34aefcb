//! Public facts: what a match contains besides its secret, and what a secret's own structure
//! reveals of its account, issuer or user.
//!
//! Facts are extracted when a candidate is judged, from its match and its secret only, so that they
//! are inherited with it. No fact contains a part of the secret.

use std::ops::Range;

use base64::Engine as _;
use bstr::ByteSlice;
use serde_json::Value;

use crate::engine::checks::base32;
use crate::engine::checks::structure::{BASE64, BASE64URL};
use crate::findings::Fact;
use crate::rules::{Rule, RuleString, Structure};

/// The facts of a judged candidate, sorted. `groups` are the ranges of the rule's facts in `bytes`.
pub fn match_facts(
    rule: &Rule,
    secret: &[u8],
    bytes: &[u8],
    groups: &[Option<Range<usize>>],
) -> Vec<Fact> {
    let group_facts = rule.facts.iter().zip(groups).filter_map(|(name, group)| {
        let value = bytes[group.clone()?].to_str().ok()?;
        if name == USER && looks_like_token(value) {
            return None;
        }
        Fact::new(name.clone(), value)
    });
    let structure = rule.checks.structure;
    let structure_facts = structure.map(|structure| structure_facts(structure, secret));
    let mut facts: Vec<Fact> = group_facts
        .chain(structure_facts.into_iter().flatten())
        .filter(|fact| rule.public.is_some() || !reveals(secret, fact.value.as_bytes()))
        .collect();
    if let Some(name) = &rule.public {
        facts.extend(secret.to_str().ok().and_then(|value| Fact::new(name.clone(), value)));
    }
    facts.sort();
    facts.dedup();
    facts
}

/// Names of the facts that findings of the rule may have, including those of its pair, sorted.
pub fn fact_names(rule: &Rule) -> Vec<&str> {
    let mut names: Vec<&str> = rule.facts.iter().chain(&rule.public).map(AsRef::as_ref).collect();
    names.extend(rule.checks.structure.map(structure_fact_names).unwrap_or_default());
    names
        .extend(rule.pair.iter().flat_map(|pair| pair.names.iter()).map(|(name, _)| name.as_ref()));
    names.sort_unstable();
    names.dedup();
    names
}

/// Names of the facts that a structure contains.
fn structure_fact_names(structure: Structure) -> &'static [&'static str] {
    match structure {
        Structure::AwsKeyId => &["account"],
        Structure::Jwt | Structure::ServiceAccountJwt => &["expires", "issuer"],
        Structure::BasicAuth => &[USER],
        Structure::DiscordBot => &["bot"],
        Structure::SentryOrg => &["host", "organization"],
        Structure::GrafanaKey => &["key_name", "organization"],
        Structure::SendGrid
        | Structure::PypiMacaroon
        | Structure::JfrogApiKey
        | Structure::JfrogReference
        | Structure::PrivateKey => &[],
    }
}

/// The fact for the name of a user.
pub const USER: &str = "user";

fn structure_facts(structure: Structure, secret: &[u8]) -> Vec<Fact> {
    let values: Vec<Option<String>> = match structure {
        Structure::AwsKeyId => vec![aws_account(secret)],
        Structure::Jwt | Structure::ServiceAccountJwt => jwt(secret).into(),
        Structure::BasicAuth => vec![basic_auth_user(secret)],
        Structure::DiscordBot => vec![discord_bot(secret)],
        Structure::SentryOrg => json(secret, b"sntrys_", [&["url"], &["org"]]).into(),
        Structure::GrafanaKey => json(secret, b"glc_", [&["n"], &["o", "id"]]).into(),
        Structure::SendGrid
        | Structure::PypiMacaroon
        | Structure::JfrogApiKey
        | Structure::JfrogReference
        | Structure::PrivateKey => Vec::new(),
    };
    let named = structure_fact_names(structure).iter().zip(values);
    named.filter_map(|(name, value)| Fact::new(RuleString::Borrowed(name), value?)).collect()
}

/// Ids issued since 2019 contain the account: 40 bits after the first of the ten bytes' 80 bits.
/// Older ones, which continue with `I` or `J`, do not.
fn aws_account(id: &[u8]) -> Option<String> {
    let body = id.get(4..20).filter(|body| !matches!(body[0], b'I' | b'J'))?;
    let bytes = base32::decode(body)?;
    let number = bytes.iter().take(6).fold(0u64, |number, &b| number << 8 | u64::from(b));
    let account = (number & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

/// Expiry and issuer of a token's payload (RFC 7519, 4.1).
fn jwt(token: &[u8]) -> [Option<String>; 2] {
    let claims = || -> Option<Value> {
        let start = memchr::memmem::find(token, b"eyJ")?;
        let payload = token[start..].split(|&b| b == b'.').nth(1)?;
        serde_json::from_slice(&BASE64URL.decode(payload).ok()?).ok()
    };
    let Some(claims) = claims() else { return [None, None] };
    let expires = claims.get("exp").and_then(|exp| {
        let seconds = exp.as_i64().or_else(|| exp.as_f64().map(|seconds| seconds as i64))?;
        Some(jiff::Timestamp::from_second(seconds).ok()?.to_string())
    });
    let issuer = claims.get("iss").and_then(Value::as_str).map(str::to_owned);
    [expires, issuer]
}

/// The part before the colon (RFC 7617).
fn basic_auth_user(secret: &[u8]) -> Option<String> {
    let pair = String::from_utf8(BASE64.decode(secret).ok()?).ok()?;
    let (user, _) = pair.split_once(':')?;
    (!looks_like_token(user)).then(|| user.to_owned())
}

/// The id of the bot's user.
fn discord_bot(secret: &[u8]) -> Option<String> {
    let id = BASE64URL.decode(secret.split(|&b| b == b'.').next()?).ok()?;
    String::from_utf8(id).ok()
}

/// Members of a token that is base64 of a JSON object: for each list the first that exists.
fn json<const N: usize>(
    secret: &[u8],
    prefix: &[u8],
    members: [&[&str]; N],
) -> [Option<String>; N] {
    let object = || -> Option<Value> {
        let body = secret.strip_prefix(prefix).unwrap_or(secret);
        let body = body.split(|&b| b == b'_').next()?;
        serde_json::from_slice(&BASE64.decode(body).ok()?).ok()
    };
    let object = object().unwrap_or(Value::Null);
    members.map(|names| {
        names.iter().find_map(|name| match object.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    })
}

/// Whether a user name looks like a token, which people put there, too: it has a sequence of at
/// least 20 letters and digits, with both of them.
pub fn looks_like_token(user: &str) -> bool {
    user.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        word.len() >= 20
            && word.bytes().any(|b| b.is_ascii_digit())
            && word.bytes().any(|b| b.is_ascii_alphabetic())
    })
}

/// Whether a value reveals so much of the secret that it helps to guess it: four consecutive
/// characters of one that a person may have chosen, eight of a longer, random one, where four may
/// agree by chance.
pub fn reveals(secret: &[u8], value: &[u8]) -> bool {
    let overlap = if secret.len() < 24 { 4 } else { 8 };
    let overlap = overlap.min(secret.len());
    overlap > 0 && value.windows(overlap).any(|part| secret.find(part).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of LocalStack's documentation, and the reverse of the encoding.
    #[test]
    fn an_aws_key_id_contains_its_account() {
        assert_eq!(aws_account(b"LSIAQAAAAAAVNCBMPNSG").as_deref(), Some("000000000042"));
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        for account in [1u64, 123_456_789_012, 999_999_999_999] {
            // The first bit is set since 2019; the bits after the account are random.
            let number = (1u128 << 79) | u128::from(account) << 39 | 0x5a_5a5a_5a5a;
            let digits = (0..16).rev().map(|index| alphabet[(number >> (5 * index) & 31) as usize]);
            let id: Vec<u8> = b"AKIA".iter().copied().chain(digits).collect();
            assert_eq!(aws_account(&id).as_deref(), Some(&*format!("{account:012}")));
        }
        assert_eq!(aws_account(b"AKIAIQWERTYUIOPASDF2"), None);
    }

    #[test]
    fn a_jwt_contains_its_issuer_and_expiry() {
        let part = |json: &str| BASE64URL.encode(json).replace('=', "");
        let token = |payload: &str| format!("{}.{}.c2ln", part(r#"{"alg":"none"}"#), part(payload));
        let claims = jwt(token(r#"{"iss":"https://id.acme.test","exp":1798761600}"#).as_bytes());
        assert_eq!(claims[0].as_deref(), Some("2027-01-01T00:00:00Z"));
        assert_eq!(claims[1].as_deref(), Some("https://id.acme.test"));
        assert_eq!(jwt(token(r#"{"iss":7,"exp":"soon"}"#).as_bytes()), [None, None]);
        assert_eq!(jwt(token(r#"{"exp":1e300}"#).as_bytes()), [None, None]);
        assert_eq!(jwt(b"eyJ"), [None, None]);
    }

    #[test]
    fn a_token_instead_of_a_user_is_not_a_fact() {
        assert!(!looks_like_token("deploy-bot-2024@acme.test"));
        assert!(looks_like_token("a1b2c3d4e5f6a7b8c9d0"));
        assert!(!looks_like_token("administratorofeverything"));
    }

    #[test]
    fn what_reveals_a_part_of_the_secret_is_not_a_fact() {
        assert!(reveals(b"acme-2024", b"acme"));
        assert!(!reveals(b"xkcd-2024", b"acme"));
        assert!(!reveals(b"0123456789abcdef0123456789abcdef", b"4567 apart"));
        assert!(reveals(b"0123456789abcdef0123456789abcdef", b"by 456789ab"));
    }
}
