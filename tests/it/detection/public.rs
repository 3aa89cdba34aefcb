//! Values that are public by design do not stop a commit; the secrets beside them do.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keysieve::rules::Confidence;

use super::drawn::{bytes, digits, letters, lower, uuid};
use super::notations::written;
use super::rate::Rate;
use super::{engine, highest_confidence};
use crate::support::random::Random;

/// Values of each kind.
const VALUES: usize = 30;

type Kind = (&'static str, fn(&mut Random) -> String);

/// Values whose form shows that everybody may know them.
const FORMS: &[Kind] = &[
    ("supabase anon", |r| jwt(r, "anon")),
    ("supabase publishable", |r| format!("sb_publishable_{}_{}", letters(r, 22), letters(r, 8))),
    ("posthog project", |r| format!("phc_{}", letters(r, 43))),
    ("mapbox public", |r| {
        let claims = format!(r#"{{"u":"{}","a":"cl{}"}}"#, lower(r, 8), lower(r, 23));
        format!("pk.{}.{}", URL_SAFE_NO_PAD.encode(claims), url(r, 16))
    }),
    ("stripe publishable", |r| {
        let (mode, length) = (*r.one(&["live", "test"]), *r.one(&[24, 99]));
        format!("pk_{mode}_{}", letters(r, length))
    }),
    ("datadog client token", |r| format!("pub{}", digits(r, 32))),
    ("vapid public", |r| URL_SAFE_NO_PAD.encode([&[4][..], &bytes(r, 64)].concat())),
    ("minisign public", |r| STANDARD.encode([&b"Ed"[..], &bytes(r, 40)].concat())),
    ("ssh public", |r| {
        let head = b"\0\0\0\x0bssh-ed25519\0\0\0 ";
        STANDARD.encode([&head[..], &bytes(r, 32)].concat())
    }),
    ("ec public", |r| {
        let head = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08";
        STANDARD.encode([&head[..], &bytes(r, 76)].concat())
    }),
    ("certificate", |r| {
        STANDARD.encode(format!("-----BEGIN CERTIFICATE-----\n{}", base64(r, 120)))
    }),
    ("age recipient", |r| format!("age1{}", lower(r, 58))),
    ("langfuse public", |r| format!("pk-lf-{}", uuid(r))),
    ("cloud kms name", |r| {
        format!("projects/{}/locations/global/keyRings/{}/cryptoKeys/k", lower(r, 8), lower(r, 6))
    }),
];

fn base64(random: &mut Random, count: usize) -> String {
    STANDARD.encode(bytes(random, count))
}

fn url(random: &mut Random, count: usize) -> String {
    URL_SAFE_NO_PAD.encode(bytes(random, count))
}

/// A key of Supabase with a role.
fn jwt(random: &mut Random, role: &str) -> String {
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let reference = lower(random, 20);
    let claims = format!(
        r#"{{"iss":"supabase","ref":"{reference}","role":"{role}","iat":1725500000,"exp":2041070000}}"#
    );
    let [header, claims] = [header, &claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{claims}.{}", url(random, 32))
}

fn google_key(random: &mut Random) -> String {
    format!("AIza{}", &url(random, 27)[..35])
}

#[test]
fn public_forms_are_quiet_under_any_name() {
    let (engine, mut random) = (engine(), Random(0x5eed_0011));
    for (kind, draw) in FORMS {
        let mut rate = Rate::new(kind);
        for _ in 0..VALUES {
            let name = *random.one(&["API_KEY", "accessToken", "clientToken", "app_key", "token"]);
            for text in written(name, &draw(&mut random)) {
                rate.add(highest_confidence(&engine, &text), &text);
            }
        }
        rate.expect_quiet();
    }
}

#[test]
fn names_of_public_keys_are_quiet_or_low() {
    let (engine, mut random) = (engine(), Random(0x5eed_0012));
    let kinds: &[Kind] = &[
        ("RECAPTCHA_SITE_KEY", |r| format!("6L{}", letters(r, 38))),
        ("siteKey", |r| format!("6L{}", letters(r, 38))),
        ("TURNSTILE_SITE_KEY", |r| format!("0x4AAAAAAA{}", letters(r, 14))),
        ("hcaptcha_site_key", uuid),
        ("ACME_PUBLISHABLE_KEY", |r| letters(r, 32)),
        ("publishableToken", |r| letters(r, 32)),
        ("SUPABASE_ANON_KEY", |r| letters(r, 40)),
        ("anonKey", |r| letters(r, 40)),
        ("PUBLIC_API_KEY", |r| digits(r, 32)),
        ("NEXT_PUBLIC_ACME_API_KEY", |r| letters(r, 32)),
        ("VITE_API_KEY", |r| letters(r, 32)),
        ("REACT_APP_ACME_KEY", |r| digits(r, 32)),
        ("EXPO_PUBLIC_API_TOKEN", |r| letters(r, 40)),
        ("PUSHER_APP_KEY", |r| digits(r, 20)),
        ("MIX_PUSHER_APP_KEY", |r| digits(r, 20)),
        ("REVERB_APP_KEY", |r| lower(r, 20)),
        ("ALGOLIA_SEARCH_KEY", |r| digits(r, 32)),
        ("searchOnlyApiKey", |r| digits(r, 32)),
        ("SEGMENT_WRITE_KEY", |r| letters(r, 32)),
        ("AMPLITUDE_API_KEY", |r| digits(r, 32)),
        ("MIXPANEL_TOKEN", |r| digits(r, 32)),
        ("VAPID_PUBLIC_KEY", |r| url(r, 65)),
        ("BRAINTREE_TOKENIZATION_KEY", |r| format!("sandbox_{}_{}", lower(r, 8), lower(r, 16))),
        ("cosignPublicKey", |r| base64(r, 91)),
    ];
    for (name, draw) in kinds {
        let mut rate = Rate::new(name);
        for _ in 0..VALUES {
            for text in written(name, &draw(&mut random)) {
                rate.add(highest_confidence(&engine, &text), &text);
            }
        }
        rate.expect_quiet();
    }
}

#[test]
fn what_is_near_shows_that_a_key_is_public() {
    let (engine, mut random) = (engine(), Random(0x5eed_0013));
    for form in [
        "const firebaseConfig = {\n  apiKey: \"{g}\",\n  authDomain: \"acme.firebaseapp.com\",\n};\n",
        "{\"projectId\":\"acme\",\"storageBucket\":\"acme.appspot.com\",\"apiKey\":\"{g}\",\"authDomain\":\"acme\"}\n",
        "FirebaseOptions(\n    apiKey: '{g}',\n    appId: '1:4815162342:web:f00d',\n",
        "NEXT_PUBLIC_FIREBASE_API_KEY={g}\n",
        "<script src=\"https://maps.googleapis.com/maps/api/js?libraries=places&key={g}&v=3\"></script>\n",
        "<iframe src=\"https://www.google.com/maps/embed/v1/place?key={g}&q=x\"></iframe>\n",
        "<meta-data\n  android:name=\"com.google.android.geo.API_KEY\"\n  android:value=\"{g}\"/>\n",
        "<string name=\"google_maps_key\" translatable=\"false\">{g}</string>\n",
        "  \"api_key\": [ { \"current_key\": \"{g}\" } ],\n",
        "<key>API_KEY</key>\n<string>{g}</string>\n<key>GCM_SENDER_ID</key>\n",
        "GMSServices.provideAPIKey(\"{g}\")\n",
        "<LoadScript googleMapsApiKey=\"{g}\">\n",
        "docsearch({ appId: '{A}', apiKey: '{h}', container: '#s' })\n",
        "algolia: {\n  appId: '{A}',\n  apiKey: '{h}',\n  indexName: 'docs',\n}\n",
        "AnalyticsBrowser.load({ writeKey: '{w}' })\n",
        "![q](https://sonarcloud.io/api/project_badges/measure?project=a&token={h}{H})\n",
        "https://circleci.com/gh/a/b.svg?style=shield&circle-token={h}{H}\n",
        "\"nxCloudAccessToken\": \"{nx}\",\n",
        "\"client_id\": \"764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com\",\n\"client_secret\": \"{w}\",\n",
        "encryption_key = \"{z}\"; # public\n",
        "<script src='x' data-cf-beacon='{\"token\": \"{h}\"}'></script>\n",
        "const rollbar = { accessToken: \"{h}\", captureUncaught: true };\n",
        "NREUM.info={beacon:\"bam.nr-data.net\",licenseKey:\"NRJS-{H}{H}\"}\n",
        "SENTRY_DSN=https://{h}@o4815.ingest.sentry.io/1623\n",
        "mapboxgl.accessToken = 'pk.eyJ1IjoiYWNtZSIsImEi{w}.{H}Q7RzPk3Lm';\n",
    ] {
        let mut rate = Rate::new(form);
        for _ in 0..VALUES {
            let read = STANDARD.encode(format!("{}|read", uuid(&mut random)));
            let base32 = b"ybndrfg8ejkmcpqxot1uwisza345h769";
            let text = form
                .replace("{g}", &google_key(&mut random))
                .replace("{A}", &lower(&mut random, 10).to_uppercase())
                .replace("{h}", &digits(&mut random, 32))
                .replace("{H}", &digits(&mut random, 8))
                .replace("{w}", &letters(&mut random, 32))
                .replace("{nx}", &read)
                .replace(
                    "{z}",
                    &(0..52).map(|_| char::from(*random.one(base32))).collect::<String>(),
                );
            rate.add(highest_confidence(&engine, &text), &text);
        }
        rate.expect_quiet();
    }
}

#[test]
fn the_secrets_beside_public_values_are_found() {
    let (engine, mut random) = (engine(), Random(0x5eed_0014));
    let forms: &[Kind] = &[
        ("SUPABASE_SERVICE_ROLE_KEY={}\n", |r| jwt(r, "service_role")),
        ("VITE_CLIENT_SECRET={}\n", |r| letters(r, 32)),
        ("REACT_APP_DB_PASSWORD={}\n", |r| letters(r, 20)),
        ("VITE_STRIPE_KEY={}\n", |r| format!("sk_live_{}", letters(r, 24))),
        ("NEXT_PUBLIC_SECRET_KEY={}\n", |r| letters(r, 32)),
        ("PUSHER_APP_SECRET={}\n", |r| digits(r, 20)),
        ("RECAPTCHA_SITE_SECRET_KEY={}\n", |r| format!("6L{}", letters(r, 38))),
        ("SITE_SECRET={}\n", |r| letters(r, 32)),
        ("ALGOLIA_ADMIN_KEY={}\n", |r| digits(r, 32)),
        ("AZURE_SEARCH_KEY={}\n", |r| letters(r, 52)),
        ("MIXPANEL_API_SECRET={}\n", |r| digits(r, 32)),
        ("VAPID_PRIVATE_KEY={}\n", |r| url(r, 32)),
        ("privkey = \"{}\";\n", |r| lower(r, 52)),
        ("GEMINI_API_KEY={}\n", google_key),
        ("NEXT_PUBLIC_GEMINI_API_KEY={}\n", google_key),
        ("curl https://maps.googleapis.com/maps/api/geocode/json?key={}\n", google_key),
        ("{\n\"nxCloudAccessToken\": \"{}\"\n}\n", |r| {
            STANDARD.encode(format!("{}|read-write", uuid(r)))
        }),
    ];
    for (form, draw) in forms {
        for _ in 0..VALUES {
            let text = form.replace("{}", &draw(&mut random));
            assert!(highest_confidence(&engine, &text) >= Some(Confidence::Medium), "{text}");
        }
    }
}
