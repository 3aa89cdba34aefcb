//! Digests of credentials, stored hashes and test vectors.

use super::{low, quiet, reported};

#[test]
fn digests_under_names_that_say_so_are_quiet() {
    quiet(&[
        "\"passwordHash\": \"{hex:32}\",\n\"tokenHash\": \"{base64:20}\",\n",
        "password_sha256 = \"{hex:64}\"\napi_key_hash: {alnum:32}\n",
        "hashed_password = \"{base64:32}\"\nhashedToken: {hex:40}\n",
        "reset_token_digest: \"{hex:40}\"\nsecret_sha512 = \"{hex:128}\"\n",
        "X-Goog-Encryption-Key-Sha256: {base64:32}\nkey_fingerprint = \"{hex:40}\"\n",
        "\"password_hash\": \"{base64:36}\",\n\"hashed_password\": \"argon2:$argon2id$v=19$m=10240,t=10,p=8${alnum:22}${alnum:43}\",\n",
    ]);
}

#[test]
fn stored_hashes_of_passwords_are_not_reported() {
    low(&[
        "password: \"argon2:$argon2id$v=19$m=10240,t=10,p=8${alnum:22}${alnum:43}\"\n",
        "CREATE USER 'a'@'%' IDENTIFIED BY PASSWORD '*{HEX:40}';\n",
        "HashedControlPassword 16:{HEX:58}\n",
        "olcRootPW:: e1NTSEF9{alnum:36}\n",
        "CREATE ROLE a PASSWORD 'md5{hex:32}';\n",
        "password = 'scrypt:32768:8:1${alnum:16}${hex:128}'\n",
        "password = 'pbkdf2:sha256:260000${alnum:16}${hex:64}'\n",
        "db_password = 'SCRAM-SHA-256$4096:{base64:16}${base64:32}:{base64:32}'\n",
        "passwd: 'bcrypt$$2b$12${alnum:53}'\n",
        "passwd: 'md5:{hex:32}'\n",
    ]);
}

#[test]
fn keys_of_test_vectors_are_not_reported() {
    low(&[
        "{\"tcId\": 1, \"key\": \"{hex:32}\", \"iv\": \"{hex:24}\", \"msg\": \"{hex:32}\", \"ct\": \"{hex:32}\", \"tag\": \"{hex:32}\"}\n",
        "          \"key\" : \"{hex:64}\",\n          \"msg\" : \"{hex:32}\",\n          \"tag\" : \"{hex:32}\",\n",
        "COUNT = 0\nKEY = {hex:48}\nIV = {hex:32}\nPLAINTEXT = {hex:32}\nCIPHERTEXT = {hex:32}\n",
        "Klen = 40\nTlen = 32\nKey = {hex:80}\nMsg = {hex:128}\nMac = {hex:64}\n",
        "\t\tkey: \"{hex:64}\",\n\t\tnonce: \"{hex:24}\",\n\t\tplaintext: \"{hex:40}\",\n",
        "key = unhexlify(\"{hex:32}\"); pt = unhexlify(\"{hex:32}\"); ct = unhexlify(\"{hex:32}\")\n",
    ]);
}

#[test]
fn secrets_of_the_same_form_are_reported() {
    reported(&[
        "password: {alnum:24}\n",
        "encryption_key = \"{hex:64}\"\niv = \"{hex:32}\"\n",
        "const encryptionKey = \"{hex:64}\";\nconst salt = \"{hex:32}\";\n",
    ]);
}
