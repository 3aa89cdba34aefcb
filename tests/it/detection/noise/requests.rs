//! Signatures of one request.

use super::{quiet, reported};

#[test]
fn signatures_of_one_request_are_quiet() {
    quiet(&[
        "Authorization: Hawk id=\"{lower:12}\", ts=\"1353832234\", nonce=\"{alnum:6}\", mac=\"{base64:32}\"\n",
        "'server-authorization': 'Hawk mac=\"{base64:32}\", hash=\"{base64:32}\"'\n",
        "Authorization: OAuth oauth_consumer_key=\"{alnum:20}\", oauth_nonce=\"{alnum:32}\", oauth_signature=\"{base64:20}\"\n",
        "\"oauth_verifier\": \"{alnum:43}\"\noauth_signature={base64:20}\n",
        "Authorization: AWS4-HMAC-SHA256 Credential={upper:20}/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-security-token, Signature={hex:64}\n",
        "Authorization: AWS {upper:20}:{base64:20}\n",
        "Authorization: Digest username=\"me\", realm=\"x@host\", nonce=\"{hex:34}\", response=\"{hex:32}\"\n",
        "\"Authorization\": \"Signature keyId=\\\"rsa-key-1\\\",algorithm=\\\"hs2019\\\",signature=\\\"{base64:64}\\\"\"\n",
        "Authorization: SharedKey account:{base64:32}\n",
        "Authorization: TC3-HMAC-SHA256 Credential=AKIDz/2019-02-25/cvm/tc3_request, SignedHeaders=host, Signature={hex:64}\n",
        "Authorization: MAC id=\"{lower:12}\", nonce=\"1:{lower:8}\", mac=\"{base64:20}\"\n",
        "Authorization: hmac username=\"me\", algorithm=\"hmac-sha256\", signature=\"{base64:32}\"\n",
    ]);
}

#[test]
fn headers_with_a_credential_are_reported() {
    reported(&[
        "Authorization: Bearer {alnum:40}\n",
        "Authorization: Token {hex:40}\n",
        "\"Authorization\": \"Token token={alnum:32}\"\n",
        "Authorization: {alnum:40}\n",
        "oauth_token: \"{alnum:40}\"\n",
        "auth_token = \"{alnum:32}\"\n",
        "auth = \"{alnum:40}\"\n",
    ]);
}
