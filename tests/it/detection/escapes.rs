//! Tokens behind escapes, colors and joins are found; what only looks like a token in base64 is not.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use keysieve::engine::Engine;
use keysieve::rules::Confidence;

use super::values::Alphabet;
use super::{confidence_of, engine, highest_confidence};
use crate::support::random::Random;

/// Rules whose tokens are tried in every form.
const RULES: [&str; 20] = [
    "github-personal-access-token",
    "npm-access-token",
    "aws-access-key-id",
    "slack-bot-token",
    "stripe-secret-key",
    "google-api-key",
    "sendgrid-api-key",
    "anthropic-api-key",
    "jwt",
    "gitlab-access-token",
    "huggingface-access-token",
    "digitalocean-personal-access-token",
    "pypi-upload-token",
    "vault-service-token",
    "groq-api-key",
    "linear-api-key",
    "pulumi-access-token",
    "adafruit-io-key",
    "lichess-personal-token",
    "replicate-api-token",
];

/// The tokens of the catalogue's examples.
fn tokens(engine: &Engine) -> Vec<(&'static str, String)> {
    let token = |id: &'static str| {
        let rule = engine.rules().iter().position(|rule| rule.id == id).expect(id);
        let example = engine.rules()[rule].examples[0].replace("<>", "");
        let finding = engine.scan(example.as_bytes()).into_iter().find(|one| one.rule == rule);
        let span = finding.expect(id).span;
        (id, example[span.start..span.end].to_owned())
    };
    RULES.into_iter().map(token).collect()
}

/// Whether the rule finds the token, and no other finding has another secret of it.
fn finds(engine: &Engine, id: &str, token: &str, text: &str) -> bool {
    let expected = engine.fingerprint(token.as_bytes());
    let findings = engine.scan(text.as_bytes());
    findings.iter().any(|one| engine.rules()[one.rule].id == id && one.fingerprint == expected)
}

/// How ESC is written in logs, recordings and source code.
const ESCAPES: [&str; 10] = [
    "\x1b", r"\e", r"\033", r"\x1b", r"\x1B", r"\u001b", r"\u001B", r"\u{1b}", r"\\u001b", "&#27;",
];

#[test]
fn a_colored_token_is_found() {
    let engine = engine();
    for (id, token) in tokens(&engine) {
        let (first, second) = token.split_at(token.len() / 2);
        for escape in ESCAPES {
            for text in [
                format!("{escape}[32mINFO {escape}[0m using {escape}[1m{token}{escape}[0m for\n"),
                format!("using {escape}[1;38;2;255;100;20m{token}{escape}[m for login\n"),
                format!("{escape}[2K{escape}[1G{escape}[K{token}{escape}[K\n"),
                format!("token{escape}[0m{escape}[1m{token}{escape}[0m\n"),
                format!("token:{escape}(B{escape}[m{token}\n"),
                format!("using {first}{escape}[1m{second}{escape}[0m\n"),
                format!("[1.2, \"o\", \"using {escape}[1m{token}{escape}[0m\"]\n"),
            ] {
                assert!(finds(&engine, id, &token, &text), "{id}: {text:?}");
            }
        }
        for text in [
            format!("see \x1b]8;;https://ci.example.com/1\x1b\\{token}\x1b]8;;\x1b\\\n"),
            format!("see \x1b]8;;https://ci.example.com/1\x07{token}\x1b]8;;\x07\n"),
            format!(r#"printf "\e]8;;https://ci.example.com/1\e\\{token}\e]8;;\e\\""#),
            format!(r#"printf "\e]8;;https://ci.example.com/1\a{token}\e]8;;\a""#),
            format!("using ^[[1m{token}^[[0m\n"),
            format!("https://ci.example.com/?log=%1B[1m{token}%1B[0m\n"),
        ] {
            assert!(finds(&engine, id, &token, &text), "{id}: {text:?}");
        }
    }
}

#[test]
fn a_colored_value_is_found_by_its_colored_name() {
    let (engine, mut random) = (engine(), Random(0x1b5b_316d));
    for text in [
        "password=\x1b[1m@\x1b[0m\n",
        "\x1b[36mapi_key\x1b[0m = \x1b[1m\"@\"\x1b[0m\n",
        "\x1b[36mDB_PASSWORD\x1b[0m\x1b[2m=\x1b[0m\x1b[33m@\x1b[0m\n",
        "  \"\x1b[34mapi_key\x1b[0m\": \x1b[32m\"@\"\x1b[0m,\n",
        "\x1b[1m\x1b[32mpassword\x1b[0m\x1b[1m:\x1b[0m @\n",
        "echo -e \"password=\\033[1m@\\033[0m\"\n",
        "echo -e \"api_key: \\e[1m@\\e[0m\"\n",
        "{\"text\": [\"\\u001b[36mapi_key\\u001b[39m=\\u001b[33m@\\u001b[39m\\n\"]}\n",
    ] {
        for _ in 0..10 {
            let value = Alphabet::Alphanumeric.draw(&mut random, 30);
            let text = text.replace('@', &value);
            let found = confidence_of(&engine.scan(text.as_bytes()), &text, &value);
            assert!(found >= Some(Confidence::Medium), "{text:?}");
        }
    }
}

/// What is before, between and after the parts of a token.
const JOINS: [(&str, &str, &str); 52] = [
    ("key = \"", "\" + \"", "\"\n"),
    ("const key = \"", "\" +\n    \"", "\";\n"),
    ("String key = \"", "\"\n        + \"", "\";\n"),
    ("key = (\n    \"", "\"\n    \"", "\"\n)\n"),
    ("key = b'", "' b'", "'\n"),
    ("key = (\n    f\"", "\"  # a part\n    f\"", "\"\n)\n"),
    ("key = \"", "\" \\\n    \"", "\"\n"),
    ("key = \"\".join([\"", "\", \"", "\"])\n"),
    ("key = ''.join((\n    '", "',  # a part\n    '", "',\n))\n"),
    ("key = \"", "\"\nkey += \"", "\"\n"),
    ("const key = ['", "', '", "'].join('');\n"),
    ("const parts = [\n  \"", "\",\n  \"", "\",\n];\nconst key = parts.join(\"\");\n"),
    ("const key = \"", "\".concat(\"", "\");\n"),
    ("const key = `${\"", "\"}${\"", "\"}`;\n"),
    ("let key = \"", "\";\nkey += \"", "\";\n"),
    ("const key = \"", "\" + // a part\n  \"", "\";\n"),
    ("const key = \"", "\" + /* a part */ \"", "\";\n"),
    ("static const char *key = \"", "\" /* a part */\n    \"", "\";\n"),
    ("#define KEY \"", "\\\n", "\"\n"),
    ("String key = new StringBuilder().append(\"", "\")\n  .append(\"", "\").toString();\n"),
    ("String key = String.join(\"\", \"", "\", \"", "\");\n"),
    ("string key = @\"", "\" + @\"", "\";\n"),
    ("var key = string.Concat(\"", "\", \"", "\");\n"),
    ("key := strings.Join([]string{\"", "\", \"", "\"}, \"\")\n"),
    ("const KEY: &str = concat!(\n    \"", "\",\n    \"", "\",\n);\n"),
    ("let key = \"", "\".to_string() + \"", "\";\n"),
    ("val key = listOf(\"", "\", \"", "\").joinToString(\"\")\n"),
    ("$key = '", "' . '", "';\n"),
    ("$key = '", "'\n    . '", "';\n"),
    ("$key = implode('', ['", "', '", "']);\n"),
    ("$key = '", "';\n$key .= '", "';\n"),
    ("my $key = join('', '", "', '", "');\n"),
    ("local key = \"", "\" .. \"", "\"\n"),
    ("local key = table.concat({\"", "\", \"", "\"})\n"),
    ("Dim key As String = \"", "\" & \"", "\"\n"),
    ("key = \"", "\" & _\n      \"", "\"\n"),
    ("KEY=\"", "\"\"", "\"\n"),
    ("KEY=\"", "\"\\\n\"", "\"\n"),
    ("KEY=\"", "\"\nKEY+=\"", "\"\n"),
    ("SET key = '", "' || '", "';\n"),
    ("SELECT CONCAT('", "', '", "');\n"),
    ("key = '", "' '", "'\n"),
    ("key = '", "' \\\n  '", "'\n"),
    ("key = ['", "', '", "'].join\n"),
    ("key = \"", "\" << \"", "\"\n"),
    ("key: \"", "\\\n  ", "\"\n"),
    ("key <- paste0(\"", "\", \"", "\")\n"),
    ("key = join(\"\", [\"", "\", \"", "\"])\n"),
    ("{\"Fn::Join\": [\"\", [\"", "\", \"", "\"]]}\n"),
    ("key = \"", "\" <> \"", "\"\n"),
    ("let key = \"", "\" ^ \"", "\"\n"),
    ("std::string key = std::string(\"", "\") + \"", "\";\n"),
];

/// A token that is cut at any place into two or three string literals.
#[test]
fn a_token_in_joined_literals_is_found() {
    let (engine, mut random) = (engine(), Random(0x6a6f_696e));
    let (mut found, mut all, mut missed) = (0, 0, Vec::new());
    for (id, token) in tokens(&engine) {
        for (before, between, after) in JOINS {
            for count in [2, 3] {
                let mut cuts: Vec<usize> =
                    (1..count).map(|_| 1 + random.below(token.len() - 1)).collect();
                cuts.sort_unstable();
                cuts.dedup();
                let ends = cuts.iter().copied().chain([token.len()]);
                let starts = [0].into_iter().chain(cuts.iter().copied());
                let parts: Vec<&str> =
                    starts.zip(ends).map(|(start, end)| &token[start..end]).collect();
                let text = format!("x\n{before}{}{after}y = 1\n", parts.join(between));
                all += 1;
                match finds(&engine, id, &token, &text) {
                    true => found += 1,
                    false => missed.push(text),
                }
            }
        }
    }
    assert!(100 * found >= 97 * all, "{found} of {all}: {missed:#?}");
}

#[test]
fn a_value_in_joined_literals_is_found_by_its_name() {
    let (engine, mut random) = (engine(), Random(0x7061_7274));
    for text in [
        "api_key = \"\".join([\"@\", \"@\"])\n",
        "const apiKey = [\"@\", \"@\"].join(\"\");\n",
        "String apiKey = String.join(\"\", \"@\", \"@\");\n",
        "api_key = \"@\" \\\n  \"@\"\n",
        "SET @@api_key = CONCAT(\"@\", \"@\");\n",
        "API_KEY=\"@\"\"@\"\n",
        "api_key: >-\n  @\n  @\nx: 1\n",
        "API_KEY = @\\\n  @\n",
    ] {
        let value = Alphabet::Alphanumeric.draw(&mut random, 34);
        let (first, second) = value.split_at(15);
        let text = text.replace("@@", "\0").replacen('@', first, 1).replacen('@', second, 1);
        let text = text.replace('\0', "@");
        let findings = engine.scan(text.as_bytes());
        let expected = engine.fingerprint(value.as_bytes());
        assert!(findings.iter().any(|one| one.fingerprint == expected), "{text}");
    }
}

/// The lines of a key, each in a literal of its own.
#[test]
fn a_private_key_in_joined_literals_is_found() {
    let (engine, mut random) = (engine(), Random(0x6b65_7973));
    let lines = |kind: &str, first: &str, random: &mut Random| -> Vec<String> {
        let mut line = |length| Alphabet::Base64.draw(random, length);
        let mut lines = vec![format!("-----BEGIN {kind}-----"), format!("{first}{}", line(48))];
        lines.extend((0..8).map(|_| line(64)));
        lines.push(format!("-----END {kind}-----"));
        lines
    };
    for (kind, first) in [
        ("RSA PRIVATE KEY", "MIIEpAIBAAKCAQEA"),
        ("ENCRYPTED PRIVATE KEY", "MIIBpjBABgkqhkiG9w0BBQ0wMzAbBgkq"),
    ] {
        let lines = lines(kind, first, &mut random);
        for (before, between, after) in [
            ("k = (\n        '", "\\n'\n        '", "\\n'\n    )\n"),
            ("k = (\n    b'", "\\n'  # a part\n    b'", "\\n'\n)\n"),
            ("k = '\\n'.join([\n    '", "',\n    '", "',\n])\n"),
            ("static const char k[] =\n    \"", "\\r\\n\" /* a part */\n    \"", "\\r\\n\";\n"),
            ("String k = \"", "\\n\" +\n    \"", "\\n\";\n"),
            ("k = \"", "\" & vbCrLf & _\n    \"", "\"\n"),
            ("$k = \"", "\" . PHP_EOL .\n    \"", "\";\n"),
            ("var k = \"", "\" + Environment.NewLine +\n    \"", "\";\n"),
        ] {
            let text = format!("{before}{}{after}", lines.join(between));
            let found = highest_confidence(&engine, &text);
            assert!(found >= Some(Confidence::Medium), "{text}");
        }
    }
}

#[test]
fn what_is_not_joined_is_quiet() {
    let (engine, mut random) = (engine(), Random(0x7175_6965));
    let part = Alphabet::Alphanumeric.draw(&mut random, 17);
    for text in [
        format!("p = path.join(\"ghp\", \"_{part}\")\n"),
        format!("p = [\"ghp_{part}\", \"{part}ab\"].join(\", \")\n"),
        format!("f(\"ghp_{part}\"); g(\"{part}ab\")\n"),
        format!("\"gh\" + name + \"p_{part}\"\n"),
        "if (/^[[:alnum:]]+$/.test(word)) { print(\"\\e[1mAPI key\\e[0m: none\"); }\n".to_owned(),
        "PS1='\\[\\e[32m\\]\\u@\\h\\[\\e[0m\\]:\\w\\$ '\nRED='\\033[0;31m'\nNC='\\033[0m'\n"
            .to_owned(),
    ] {
        assert_eq!(highest_confidence(&engine, &text), None, "{text}");
    }
}

/// Base64 of a font, with and without line ends, and hashes in the alphabet of crypt.
#[test]
fn prefixes_inside_base64_and_hashes_are_quiet() {
    let (engine, mut random) = (engine(), Random(0x666f_6e74));
    let bytes: Vec<u8> = (0..200_000).flat_map(|_| random.draw().to_le_bytes()).collect();
    let font = BASE64_STANDARD.encode(&bytes);
    let lines: Vec<&str> =
        font.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    assert_eq!(highest_confidence(&engine, &lines.join("\n")), None);
    let token = |random: &mut Random, length| Alphabet::Alphanumeric.draw(random, length);
    let (mut embedded, mut found) = (0, 0);
    for _ in 0..200 {
        let start = random.below(font.len() - 100);
        let (before, after) = (&font[start..start + 40], &font[start + 40..start + 80]);
        for (prefix, length) in [("EAA", 120), ("cio", 32), ("s.", 24), ("EXO", 27)] {
            let inside = token(&mut random, length);
            for text in [
                format!("src:url(data:font/woff2;base64,{before}+{prefix}{inside}/{after})\n"),
                format!("user:$2b$12${before}/{prefix}{inside}\n"),
            ] {
                let is_hash = |id: &str| id == "htpasswd-hash";
                embedded += 1;
                found += engine
                    .scan(text.as_bytes())
                    .iter()
                    .filter(|one| !is_hash(&engine.rules()[one.rule].id))
                    .count();
            }
        }
    }
    // Sixteen characters of base64 may look like words.
    assert!(100 * found <= 2 * embedded, "{found} of {embedded}");
}
