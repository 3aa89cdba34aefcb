//! Credentials of less use to an attacker, which get a lower confidence: expired tokens, tokens for
//! everybody and encrypted keys. Decided on the whole secret, after the verdict.

use super::claims;
use super::pgp;
use crate::rules::{Confidence, Rule, Structure};

/// The confidence of a finding, given its whole secret and `now` in seconds since 1970.
pub fn confidence(rule: &Rule, secret: &[u8], now: i64, before: Confidence) -> Confidence {
    if rule.checks.structure == Some(Structure::Jwt) && claims::is_anonymous(secret) {
        return Confidence::Low;
    }
    let lowered = match rule.checks.structure {
        Some(Structure::Jwt | Structure::ServiceAccountJwt) => has_expired(secret, now),
        Some(Structure::PrivateKey) => pgp::is_encrypted(secret),
        _ => false,
    };
    match before {
        Confidence::Certain if lowered => Confidence::High,
        Confidence::High if lowered => Confidence::Medium,
        _ if lowered => Confidence::Low,
        _ => before,
    }
}

/// RFC 7519, section 4.1.4: `exp` is the second after which the token must not be accepted.
fn has_expired(secret: &[u8], now: i64) -> bool {
    let expiry = || {
        let claims: serde_json::Value = serde_json::from_slice(&claims::payload(secret)?).ok()?;
        let seconds = claims.get("exp")?;
        seconds.as_i64().or_else(|| seconds.as_f64().map(|seconds| seconds as i64))
    };
    expiry().is_some_and(|expiry: i64| expiry < now)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::super::structure::BASE64URL;
    use super::*;

    #[test]
    fn a_token_expires_after_its_second() {
        let token = |claims: &str| {
            format!("{}.{}.c2ln", BASE64URL.encode(r#"{"alg":"none"}"#), BASE64URL.encode(claims))
        };
        assert!(has_expired(token(r#"{"exp":1300819380}"#).as_bytes(), 1_300_819_381));
        assert!(!has_expired(token(r#"{"exp":1300819380}"#).as_bytes(), 1_300_819_380));
        assert!(has_expired(token(r#"{"exp":1300819380.5}"#).as_bytes(), 1_300_819_399));
        assert!(!has_expired(token(r#"{"sub":"joe"}"#).as_bytes(), i64::MAX));
        assert!(!has_expired(b"eyJhbGciOiJub25lIn0.eyJ", i64::MAX));
    }
}
