//! The claims of a JSON Web Token (RFC 7519), as far as a verdict depends on them.

use base64::Engine as _;

use super::structure::{BASE64URL, jwt_start};

/// The payload as JSON text.
pub fn payload(token: &[u8]) -> Option<Vec<u8>> {
    let payload = token[jwt_start(token)?..].split(|&b| b == b'.').nth(1)?;
    BASE64URL.decode(payload).ok()
}

/// Whether it is issued to everybody: the role `anon` of Supabase and PostgREST.
pub fn is_anonymous(token: &[u8]) -> bool {
    let role = || {
        let claims: serde_json::Value = serde_json::from_slice(&payload(token)?).ok()?;
        Some(matches!(claims.get("role")?.as_str()?, "anon" | "anonymous"))
    };
    role().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_role_anon_is_for_everybody() {
        let token = |claims: &str| {
            format!("{}.{}.c2ln", BASE64URL.encode(r#"{"alg":"HS256"}"#), BASE64URL.encode(claims))
        };
        assert!(is_anonymous(token(r#"{"iss": "supabase", "role": "anon"}"#).as_bytes()));
        for claims in [r#"{"role":"service_role"}"#, r#"{"sub":"anon"}"#, "{", r#"{"role":1}"#] {
            assert!(!is_anonymous(token(claims).as_bytes()), "{claims}");
        }
        assert!(!is_anonymous(b"eyJhbGciOiJub25lIn0"));
    }
}
