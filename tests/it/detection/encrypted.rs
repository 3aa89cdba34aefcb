//! Values that are encrypted on purpose are not reported; the keys that decrypt them are.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use keysieve::rules::Confidence;

use super::drawn::{bytes, digits, letters};
use super::notations::written;
use super::rate::Rate;
use super::{engine, highest_confidence};
use crate::support::random::Random;

/// Values of each kind.
const VALUES: usize = 30;

type Kind = (&'static str, fn(&mut Random) -> String);

/// Ciphertexts that show what they are.
const CIPHERTEXTS: &[Kind] = &[
    ("sops", |r| {
        let (data, iv, tag) = (base64(r, 24), base64(r, 32), base64(r, 16));
        format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]")
    }),
    ("jasypt", |r| format!("ENC({})", base64(r, 32))),
    ("dotenvx", |r| format!("encrypted:{}", headed(r, &[4], 120))),
    ("ejson", |r| format!("EJ[1:{}:{}:{}]", base64(r, 32), base64(r, 24), base64(r, 40))),
    ("eyaml", |r| format!("ENC[PKCS7,{}]", headed(r, ENVELOPED, 300))),
    ("eyaml with gpg", |r| format!("ENC[GPG,{}]", headed(r, &[0x85, 1, 0xc, 3], 250))),
    ("jenkins", |r| format!("{{{}}}", headed(r, &[1, 0, 0, 0, 16, 0, 0, 0, 0x30], 64))),
    ("maven", |r| format!("{{{}}}", base64(r, 32))),
    ("weblogic", |r| format!("{}{}", r.one(&["{AES}", "{AES256}", "{3DES}"]), base64(r, 48))),
    ("spring", |r| format!("{{cipher}}{}", digits(r, 128))),
    ("aws kms", |r| headed(r, &[1, 2, 2, 0, 0x78], 150)),
    ("google kms", |r| headed(r, &[10, 36, 0], 90)),
    ("vault transit", |r| format!("vault:v{}:{}", 1 + r.below(9), base64(r, 44))),
    ("jwe", |r| {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#);
        format!("{header}.{}.{}.{}.{}", url(r, 256), url(r, 12), url(r, 40), url(r, 16))
    }),
    ("jwe with a direct key", |r| {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A128CBC-HS256","typ":"JWT"}"#);
        format!("{header}..{}.{}.{}", url(r, 12), url(r, 60), url(r, 16))
    }),
    ("rails", |r| format!("{}--{}--{}", base64(r, 90), base64(r, 12), base64(r, 16))),
    ("laravel", |r| {
        let (iv, value, mac) = (base64(r, 16), base64(r, 48), digits(r, 64));
        STANDARD.encode(format!(r#"{{"iv":"{iv}","value":"{value}","mac":"{mac}","tag":""}}"#))
    }),
    ("openssl", |r| headed(r, b"Salted__", 40)),
    ("fernet", |r| URL_SAFE.encode(joined(r, &[0x80, 0, 0, 0, 0, 0x67], 75))),
    ("asp.net", |r| URL_SAFE_NO_PAD.encode(joined(r, &[9, 0xf0, 0xc9, 0xf0], 100))),
    ("dpapi", |r| headed(r, DPAPI, 120)),
    ("dpapi in hexadecimal", |r| {
        format!("01000000d08c9ddf0115d1118c7a00c04fc297eb{}", digits(r, 200))
    }),
    ("sealed secret", |r| headed(r, &[2, 0], 560)),
    ("openpgp", |r| headed(r, &[0x85, 1, 0xc, 3], 200)),
    ("cms", |r| headed(r, ENVELOPED, 200)),
    ("mulesoft", |r| format!("![{}]", base64(r, 32))),
    ("a word and a colon", |r| {
        let word = *r.one(&["enc:", "enc:v1:", "encrypted:v1:", "aes:", "aes-256-gcm:", "kms:"]);
        format!("{word}{}", base64(r, 48))
    }),
    ("kubernetes", |r| format!("k8s:enc:aescbc:v1:key1:{}", base64(r, 48))),
    ("age in base64", |r| headed(r, b"age-encryption.org/v1\n-> X25519 ", 80)),
    ("node with gcm", |r| format!("{}:{}:{}", digits(r, 32), digits(r, 32), digits(r, 40))),
    ("bitwarden", |r| format!("2.{}|{}|{}", base64(r, 16), base64(r, 32), base64(r, 32))),
    ("cloak", |r| headed(r, b"\x01\x0aAES.GCM.V1", 60)),
    ("nifi", |r| format!("enc{{{}}}", digits(r, 80))),
    ("powershell with a key", |r| {
        format!("76492d1116743f0423413b16050a5345MgB8A{}", letters(r, 200))
    }),
    ("cirrus ci", |r| format!("ENCRYPTED[{}]", digits(r, 96))),
];

/// The beginning of CMS enveloped data (RFC 5652).
const ENVELOPED: &[u8] = b"\x30\x82\x01\x6d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0";

/// The beginning of what Windows encrypts for a user.
const DPAPI: &[u8] = b"\x01\0\0\0\xd0\x8c\x9d\xdf\x01\x15\xd1\x11\x8c\x7a\0\xc0\x4f\xc2\x97\xeb";

const NAMES: [&str; 8] = [
    "DB_PASSWORD",
    "api_key",
    "clientSecret",
    "access_token",
    "AWS_SECRET_ACCESS_KEY",
    "smtpPassword",
    "encryption_key",
    "authToken",
];

fn joined(random: &mut Random, head: &[u8], count: usize) -> Vec<u8> {
    [head, &bytes(random, count)].concat()
}

fn headed(random: &mut Random, head: &[u8], count: usize) -> String {
    STANDARD.encode(joined(random, head, count))
}

fn base64(random: &mut Random, count: usize) -> String {
    STANDARD.encode(bytes(random, count))
}

fn url(random: &mut Random, count: usize) -> String {
    URL_SAFE_NO_PAD.encode(bytes(random, count))
}

#[test]
fn ciphertexts_of_known_formats_are_quiet() {
    let (engine, mut random) = (engine(), Random(0x5eed_0001));
    for (kind, draw) in CIPHERTEXTS {
        let mut rate = Rate::new(kind);
        for _ in 0..VALUES {
            let (name, value) = (*random.one(&NAMES), draw(&mut random));
            for text in written(name, &value) {
                rate.add(highest_confidence(&engine, &text), &text);
            }
        }
        rate.expect_quiet();
    }
}

/// A ciphertext that nothing but its name or what contains it shows.
fn plain_ciphertext(random: &mut Random) -> String {
    match random.below(3) {
        0 => base64(random, 48),
        1 => digits(random, 96),
        _ => url(random, 60),
    }
}

#[test]
fn a_name_says_that_the_value_is_encrypted() {
    let (engine, mut random) = (engine(), Random(0x5eed_0002));
    for name in [
        "encrypted_password",
        "password_encrypted",
        "encryptedToken",
        "ENCRYPTED_API_KEY",
        "api_key_encrypted",
        "secret_ciphertext",
        "refreshTokenCiphertext",
        "sealed_secret",
        "wrapped_token",
        "dbPasswordEnc",
        "encPassword",
        "passwordCipherText",
        "encrypted_client_secret",
    ] {
        let mut rate = Rate::new(name);
        for _ in 0..VALUES {
            for text in written(name, &plain_ciphertext(&mut random)) {
                rate.add(highest_confidence(&engine, &text), &text);
            }
        }
        rate.expect_quiet();
    }
}

#[test]
fn what_contains_the_name_says_that_the_value_is_encrypted() {
    let (engine, mut random) = (engine(), Random(0x5eed_0003));
    for form in [
        "kind: SealedSecret\nspec:\n  encryptedData:\n    password: {}\n",
        "{\n  \"encrypted\": {\n    \"npmToken\": \"{}\"\n  }\n}\n",
        "{ \"encrypted\": { \"clientSecret\": \"{}\" } }\n",
        "encrypted_values:\n  user: bob\n  api_token: {}\n",
        "[encrypted]\nuser = x\npassword = {}\n",
        "<EncryptedSettings>\n  <token>{}</token>\n</EncryptedSettings>\n",
        "<password encrypted=\"true\">{}</password>\n",
        "<property name=\"password\" value=\"{}\" encrypted=\"true\"/>\n",
        "{\"name\": \"DB_PASSWORD\", \"value\": \"{}\", \"encrypted\": true}\n",
        "deploy:\n  provider: npm\n  api_key:\n    secure: \"{}\"\n",
        "environment:\n  my_token:\n    secure: {}\n",
        "config:\n  acme:apiKey:\n    secure: v1:{}\n",
        "{\"password\": {\"encrypted_data\": \"{}\", \"cipher\": \"aes-256-gcm\", \"version\": 3}}\n",
        "password: |\n  -----BEGIN AGE ENCRYPTED FILE-----\n  {}\n",
        "api_key: |\n  -----BEGIN PGP MESSAGE-----\n\n  {}\n",
        "db_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {}\n",
        "{\"encrypted_value\": \"{}\", \"key_id\": \"5641\"}\n",
    ] {
        let mut rate = Rate::new(form);
        for _ in 0..VALUES {
            let text = form.replace("{}", &plain_ciphertext(&mut random));
            rate.add(highest_confidence(&engine, &text), &text);
        }
        rate.expect_quiet();
    }
}

#[test]
fn the_key_that_decrypts_is_found() {
    let (engine, mut random) = (engine(), Random(0x5eed_0004));
    let forms: &[Kind] = &[
        ("DOTENV_PRIVATE_KEY=\"{}\"\n", |r| digits(r, 64)),
        ("DOTENV_PRIVATE_KEY_PRODUCTION={}\n", |r| digits(r, 64)),
        ("EJSON_PRIVATE_KEY={}\n", |r| digits(r, 64)),
        ("RAILS_MASTER_KEY={}\n", |r| digits(r, 32)),
        ("APP_KEY=base64:{}\n", |r| base64(r, 32)),
        ("ANSIBLE_VAULT_PASSWORD={}\n", |r| letters(r, 20)),
        ("vault_password: {}\n", |r| letters(r, 20)),
        ("JASYPT_ENCRYPTOR_PASSWORD={}\n", |r| letters(r, 16)),
        ("jasypt.encryptor.password={}\n", |r| letters(r, 16)),
        ("FERNET_KEY={}\n", |r| URL_SAFE.encode(bytes(r, 32))),
        ("encrypt:\n  key: {}\n", |r| letters(r, 32)),
        ("enc_key = \"{}\"\n", |r| letters(r, 32)),
        ("cipher_key: {}\n", |r| base64(r, 32)),
        ("DECRYPTION_KEY={}\n", |r| digits(r, 64)),
        ("encryption_password: {}\n", |r| letters(r, 20)),
        ("decrypted_password: {}\n", |r| letters(r, 20)),
        ("unencrypted_password = \"{}\"\n", |r| letters(r, 20)),
    ];
    for (form, draw) in forms {
        for _ in 0..VALUES {
            let text = form.replace("{}", &draw(&mut random));
            let found = highest_confidence(&engine, &text);
            assert!(found >= Some(Confidence::Medium), "{text}");
        }
    }
}

#[test]
fn what_is_only_hard_to_read_is_found() {
    let (engine, mut random) = (engine(), Random(0x5eed_0005));
    for form in [
        "<dataSource password=\"{xor}{x}\"/>\n",
        "db.password={xor}{x}\n",
        "<encryptedPassword>{xor}{x}</encryptedPassword>\n",
        "password: OBF:1{l}\n",
    ] {
        for _ in 0..VALUES {
            let xor: Vec<u8> = letters(&mut random, 14).bytes().map(|b| b ^ b'_').collect();
            let lower = letters(&mut random, 60).to_lowercase();
            let text = form.replace("{x}", &STANDARD.encode(xor));
            let text = text.replace("{l}", &lower);
            assert!(highest_confidence(&engine, &text) >= Some(Confidence::Medium), "{text}");
        }
    }
}

#[test]
fn other_things_that_are_called_encrypted_hide_nothing() {
    let (engine, mut random) = (engine(), Random(0x5eed_0006));
    for form in [
        "resource \"x\" \"y\" {\n  storage_encrypted = true\n  password = \"{}\"\n}\n",
        "'pusher' => ['secret' => '{}', 'options' => ['encrypted' => true]],\n",
        "smtp:\n  encrypted: true\n  password: {}\n",
        "secureJsonData:\n  password: {}\n",
        "encryptedData:\n  a: b\npassword: {}\n",
        "# The disk is encrypted: see the wiki.\npassword: {}\n",
        "{\"encrypted\": { }, \"password\": \"{}\"}\n",
    ] {
        for _ in 0..VALUES {
            let text = form.replace("{}", &letters(&mut random, 20));
            assert!(highest_confidence(&engine, &text) >= Some(Confidence::Medium), "{text}");
        }
    }
}
