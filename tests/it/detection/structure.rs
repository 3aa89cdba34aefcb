//! Tables, manifests and statements, read as a whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use keysieve::engine::Engine;
use keysieve::rules::Confidence;

use super::values::Alphabet;
use super::{confidence_of, engine, highest_confidence};
use crate::support::audited::{agreed, summary};
use crate::support::random::Random;
use crate::support::repository::TempRepo;

/// Files of each layout.
const FILES: usize = 20;

/// Checks that every value is found with at least medium confidence.
fn expect_all(engine: &Engine, layout: &str, text: &str, values: &[String]) {
    let findings = engine.scan(text.as_bytes());
    for value in values {
        let confidence = confidence_of(&findings, text, value);
        assert!(confidence >= Some(Confidence::Medium), "{layout}: {confidence:?} in\n{text}");
    }
}

/// A random value with letters and several digits, as nearly all have.
fn drawn(random: &mut Random, alphabet: Alphabet, length: usize) -> String {
    loop {
        let value = alphabet.draw(random, length);
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        if (2..length - 2).contains(&digits) {
            return value;
        }
    }
}

/// Three random values; of each file other lengths and alphabets.
fn three(random: &mut Random) -> Vec<String> {
    let alphabets = [Alphabet::Alphanumeric, Alphabet::Hex, Alphabet::Base64Url];
    let one = |random: &mut Random| {
        let (alphabet, length) = (*random.one(&alphabets), *random.one(&[16, 20, 24, 32, 40, 60]));
        drawn(random, alphabet, length)
    };
    (0..3).map(|_| one(random)).collect()
}

fn encoded(values: &[String]) -> Vec<String> {
    values.iter().map(|value| BASE64.encode(value)).collect()
}

/// Members `entryN: value`, indented.
fn members(indent: usize, values: &[String]) -> String {
    let blanks = " ".repeat(indent);
    let member = |(index, value)| format!("{blanks}entry{index}: {value}\n");
    values.iter().enumerate().map(member).collect()
}

fn json_members(values: &[String], quote: &str) -> String {
    let member = |(index, value)| format!("{quote}entry{index}{quote}:{quote}{value}{quote}");
    values.iter().enumerate().map(member).collect::<Vec<_>>().join(",")
}

/// A Secret in a layout, with its three values in base64.
fn manifest(layout: &str, values: &[String]) -> String {
    let two = members(2, values);
    let [a, b, c] = values else { unreachable!("three values") };
    let json = json_members(values, "\"");
    match layout {
        "bare" => format!("apiVersion: v1\nkind: Secret\ndata:\n{two}"),
        "labels" => {
            let labels: String = (0..30).map(|n| format!("    acme.test/l{n}: web\n")).collect();
            format!("kind: Secret\nmetadata:\n  labels:\n{labels}type: Opaque\ndata:\n{two}")
        }
        "comments" => {
            format!("kind: Secret # one\n\n# two\ntype: Opaque\ndata: # three\n\n  # four\n{two}")
        }
        "kind last" => format!("apiVersion: v1\ndata:\n{two}kind: Secret\nmetadata:\n  a: b\n"),
        "windows" => format!("kind: Secret\nmetadata:\n  a: b\ndata:\n{two}").replace('\n', "\r\n"),
        "documents" => format!("kind: Service\n---\nkind: Secret\ndata:\n{two}---\nkind: Role\n"),
        "list" => {
            let item =
                |value| format!("- apiVersion: v1\n  data:\n    a: {value}\n  kind: Secret\n");
            let items: String = values.iter().map(item).collect();
            format!("apiVersion: v1\nitems:\n{items}kind: List\n")
        }
        "kind first in a list" => {
            let item = |value| {
                format!("  - kind: Secret\n    type: Opaque\n    data:\n      a: {value}\n")
            };
            ["kind: List\nitems:\n", &values.iter().map(item).collect::<String>()].concat()
        }
        "tags" => format!(
            "kind: Secret\ndata:\n  a: !!binary {a}\n  b: !!binary |\n    {b}\n  c: >-\n    {c}\n"
        ),
        "quotes" => format!(
            "\"kind\": \"Secret\"\n\"data\":\n  \"a\": \"{a}\"\n  'b': '{b}'\n  c: {c} # d\n"
        ),
        "next line" => format!("kind: Secret\ndata:\n  a:\n    {a}\n  b: {b}\n  c:\n    {c}\n"),
        "flow" => format!("kind: Secret\ndata: {{a: {a}, \"b\": \"{b}\", c: {c}}}\n"),
        "helm" => format!(
            "{{{{- if .Values.x }}}}\nkind: Secret\nmetadata:\n{{{{ include \"l\" . | indent 4 }}}}\n\
             data:\n  p: {{{{ .Values.p | b64enc }}}}\n{{{{- end }}}}\n{two}{{{{- end }}}}\n"
        ),
        "patch" => {
            let deep = members(10, values);
            format!(
                "patches:\n  - patch: |-\n      kind: Secret\n      metadata:\n        name: a\n      data:\n{deep}"
            )
        }
        "heredoc" => {
            format!("kubectl apply -f - <<EOF\nkind: Secret\ndata:\n{two}EOF\necho done\n")
        }
        "fence" => {
            format!("# Setup\n\nApply:\n\n```yaml\nkind: Secret\ndata:\n{two}```\n\nDone.\n")
        }
        "json" => {
            format!(
                "{{\n  \"apiVersion\": \"v1\",\n  \"data\": {{{json}}},\n  \"kind\": \"Secret\"\n}}\n"
            )
        }
        "json in one line" => {
            format!("{{\"kind\":\"Secret\",\"metadata\":{{\"a\":\"}}\"}},\"data\":{{{json}}}}}")
        }
        "json list" => {
            let item = |value| format!("{{\"data\":{{\"a\":\"{value}\"}},\"kind\":\"Secret\"}}");
            let items = values.iter().map(item).collect::<Vec<_>>().join(",");
            format!("{{\"items\":[{items}],\"kind\":\"List\"}}")
        }
        "applied" => format!(
            "kind: Unknown\nmetadata:\n  annotations:\n    \
             kubectl.kubernetes.io/last-applied-configuration: |\n      \
             {{\"data\":{{{json}}},\"kind\":\"Secret\"}}\n"
        ),
        "applied in json" => {
            let json = json_members(values, "\\\"");
            format!(
                "{{\"annotations\":{{\"applied\":\"{{\\\"data\\\":{{{json}}},\\\"kind\\\":\\\"Secret\\\"}}\\n\"}}}}"
            )
        }
        other => unreachable!("{other}"),
    }
}

#[test]
fn every_entry_of_a_kubernetes_secret_is_found_in_every_layout() {
    let (engine, mut random) = (engine(), Random(0x5ec2e7));
    for layout in [
        "bare",
        "labels",
        "comments",
        "kind last",
        "windows",
        "documents",
        "list",
        "kind first in a list",
        "tags",
        "quotes",
        "next line",
        "flow",
        "helm",
        "patch",
        "heredoc",
        "fence",
        "json",
        "json in one line",
        "json list",
        "applied",
        "applied in json",
    ] {
        for _ in 0..FILES {
            let values = encoded(&three(&mut random));
            expect_all(&engine, layout, &manifest(layout, &values), &values);
        }
    }
}

#[test]
fn plain_entries_and_keys_are_found() {
    let (engine, mut random) = (engine(), Random(0x57219));
    for _ in 0..FILES {
        let values = three(&mut random);
        let text = format!("kind: Secret\nstringData:\n{}", members(2, &values));
        expect_all(&engine, "stringData", &text, &values);
        let key: Vec<u8> = (0..32).map(|_| random.below(256) as u8).collect();
        let key = BASE64.encode(key);
        let text = format!("kind: Secret\ndata:\n  a: {key}\n");
        expect_all(&engine, "a binary key", &text, &[key]);
        let login = ["{\"auths\":{\"acme.test\":{\"auth\":\"", &values[0], "\"}}}"].concat();
        let login = BASE64.encode(login);
        let text = format!("kind: Secret\ndata:\n  .dockerconfigjson: >\n    {login}\n");
        expect_all(&engine, "a login", &text, &[login]);
    }
}

#[test]
fn public_entries_and_placeholders_are_quiet() {
    let engine = engine();
    for (name, value) in [
        ("username", "svcuser17"),
        ("azurestorageaccountname", "prodstore17"),
        ("tls.crt", "-----BEGIN CERTIFICATE-----\nMIIBq7Rz0Pk3LmX9vTn2WbYs5Hc8Jd\n"),
        ("host", "db-17.prod.acme.test"),
        ("foo", "https://api.acme.test/v1"),
        ("foo", "changeme"),
        ("foo", "your-password-here"),
        ("foo", "hello world"),
        ("foo", "true"),
        ("foo", "5432"),
        ("foo", "${TOKEN}"),
        ("foo", "a=b\nc=d\n"),
        ("driver", "pgsql"),
        ("foo", "pgsql"),
        ("queue", "https://sqs.eu-west-1.acme.test/17/q"),
        ("tagged", "nginx:1.25-alpine"),
        ("git-commit", "9f3c07be1d58a364e0b7cd1f42a8e5d312345678"),
        ("groups", "system:bootstrappers:kubeadm:default"),
        ("foo", "10.42.0.17"),
        ("foo", "{\"a\": 1}"),
        ("client-id", "123e4567-e89b-12d3-a456-426614174000"),
    ] {
        let text = format!("kind: Secret\ndata:\n  {name}: {}\n", BASE64.encode(value));
        let found = highest_confidence(&engine, &text);
        assert!(found < Some(Confidence::Medium), "{name}: {value}: {found:?}");
    }
}

#[test]
fn other_kinds_and_templates_are_quiet() {
    let (engine, mut random) = (engine(), Random(0x9e7));
    for _ in 0..FILES {
        let value = &encoded(&three(&mut random))[0];
        for text in [
            format!("kind: ConfigMap\ndata:\n  foo: {value}\n"),
            format!("kind: SealedSecret\nspec:\n  encryptedData:\n    foo: {value}\n"),
            format!("spec:\n  encryptedData:\n    a: {value}\n  template:\n    kind: Secret\n"),
            format!("kind: SecretStore\ndata:\n  foo: {value}\n"),
            format!("kind: SecretProviderClass\ndata:\n  foo: {value}\n"),
            format!("kind: A\nspec:\n  from:\n  - kind: Secret\n    name: a\n  data:\n    b: {value}\n"),
            format!("kind: Secret\nmetadata:\n  name: a\n---\nkind: A\ndata:\n  foo: {value}\n"),
            "kind: Secret\ndata:\n  a: {{ .Values.a }}\n  b: \"{{ randAlphaNum 20 | b64enc }}\"\n"
                .to_owned(),
            "kind: ExternalSecret\nspec:\n  data:\n    - secretKey: foo\n      remoteRef:\n        \
             key: 4f9c7a52-1d7e-4b52-9d0b-2f3c1a9e77b1\n        property: password\n"
                .to_owned(),
        ] {
            let found = highest_confidence(&engine, &text);
            assert!(found < Some(Confidence::Medium), "{found:?} in\n{text}");
        }
    }
}

/// A text with a column of values, one a row.
fn table(layout: &str, values: &[String]) -> String {
    let rows = |row: &dyn Fn(usize, &str) -> String, separator: &str| {
        let rows = values.iter().enumerate().map(|(index, value)| row(index, value));
        rows.collect::<Vec<_>>().join(separator)
    };
    let lines = |separator: &str| {
        rows(&|n, v| ["bob", &format!("bob{n}@acme.test"), v].join(separator), "\n")
    };
    match layout {
        "csv" => format!("username,email,password\n{}\n", lines(",")),
        "semicolons" => format!("username;email;password\r\n{}\n", lines(";")),
        "tabs" => format!("user\tmail\tpassword\n{}\n", lines("\t")),
        "quoted" => {
            let row = |n: usize, v: &str| format!("\"bob, {n}\",\"say \"\"hi\"\"\",\"{v}\"");
            format!("\"Name\",\"Note\",\"API Key\"\n{}\n", rows(&row, "\n"))
        }
        "two lines in a cell" => {
            let row = |n: usize, v: &str| format!("\"bob\n{n}\",x,{v}");
            format!("name,note,secret\n{}\n", rows(&row, "\n"))
        }
        "markdown" => {
            let row = |n: usize, v: &str| format!("| Jenkins {n} | admin | {v} |");
            format!(
                "Text\n\n| Service | User | Password |\n|---|:--|--:|\n{}\n\nMore\n",
                rows(&row, "\n")
            )
        }
        "markdown with emphasis" => {
            let row = |n: usize, v: &str| format!("x{n} | `{v}`");
            format!("Name | **Client Secret**\n---|---\n{}\n", rows(&row, "\n"))
        }
        "psql" => {
            let row = |n: usize, v: &str| format!("  {n} | bob | {v}");
            format!(" id | name | password\n----+------+-----\n{}\n(3 rows)\n", rows(&row, "\n"))
        }
        "insert" => {
            let row = |n: usize, v: &str| format!("({n}, 'it''s (a), {n}', '{v}')");
            format!("INSERT INTO users (id, note, password) VALUES {};\n", rows(&row, ", "))
        }
        "mysql" => {
            let row = |n: usize, v: &str| format!("({n},'a\\'b',NULL,'{v}')");
            format!(
                "insert into `app`.`users` (`id`,`a`,`b`,`api_token`) values\n{};\n",
                rows(&row, ",\n")
            )
        }
        "sql server" => rows(
            &|n, v| format!("INSERT [dbo].[U] ([Id], [Password]) VALUES ({n}, N'{v}')\nGO\n"),
            "",
        ),
        "columns on lines" => rows(
            &|n, v| {
                format!("INSERT INTO u (\n  id,\n  password\n) VALUES (\n  {n},\n  '{v}'\n);\n")
            },
            "",
        ),
        "mysqldump" => {
            let row = |n: usize, v: &str| format!("({n},'bob','{v}')");
            format!(
                "CREATE TABLE `users` (\n  `id` int(11) NOT NULL,\n  `name` varchar(40) DEFAULT 'a,b',\n  \
                 `password` varchar(255) NOT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n\n\
                 LOCK TABLES `users` WRITE;\nINSERT INTO `users` VALUES {};\n",
                rows(&row, ",")
            )
        }
        "copy" => {
            let row = |n: usize, v: &str| format!("{n}\t\\N\t{v}");
            format!(
                "COPY public.users (id, email, password) FROM stdin;\n{}\n\\.\n\nSELECT 1;\n",
                rows(&row, "\n")
            )
        }
        other => unreachable!("{other}"),
    }
}

#[test]
fn every_row_of_a_table_is_found() {
    let (engine, mut random) = (engine(), Random(0x7ab1e));
    for layout in [
        "csv",
        "semicolons",
        "tabs",
        "quoted",
        "two lines in a cell",
        "markdown",
        "markdown with emphasis",
        "psql",
        "insert",
        "mysql",
        "sql server",
        "columns on lines",
        "mysqldump",
        "copy",
    ] {
        for _ in 0..FILES {
            let length = *random.one(&[20, 24, 32, 40]);
            let value = |random: &mut Random| drawn(random, Alphabet::Alphanumeric, length);
            let values: Vec<String> = (0..3).map(|_| value(&mut random)).collect();
            expect_all(&engine, layout, &table(layout, &values), &values);
        }
    }
}

#[test]
fn hashes_words_and_code_are_quiet() {
    let engine = engine();
    for text in [
        "user,password\nbob,$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n",
        "user,password\nbob,5f4dcc3b5aa765d61d8327deb882cf99\n",
        "INSERT INTO t (id, password) VALUES (1, '5f4dcc3b5aa765d61d8327deb882cf99');\n",
        "COPY t (id, password_hash) FROM stdin;\n1\tda39a3ee5e6b4b0d3255bfef95601890afd80709\n\\.\n",
        "username,password\nbob,changeme\neve,********\nmal,N/A\nx,${PW}\n",
        "id,token,label\n1,running,VB\n2,Washington,NNP\n3,internationalization,NN\n",
        "key,en,de\nlogin.password,Password,Passwort\nlogin.token,Your token,Ihr Token\n",
        "name,public_key\nbob,q7Rz0Pk3LmX9vTn2WbYs5Hc8JdQ7Rz0Pk3LmX9v\n",
        "name,key,value\nfoo,3f2504e0-4f89-41d3-9a0c-0305e82c3301,1\n",
        "| Option | Default |\n|---|---|\n| password | none |\n| token | random |\n",
        "| Name | Key |\n|---|---|\n| save | Ctrl+Shift+S |\n| quit | Alt-F4 |\n",
        "def login(user, password):\n    a, b = x, y\n    return user, password\n",
        "f(\n    key, submodule_token,\n    oid_to_hex(&d->head), oid_to_hex(&d->index),\n    x);\n",
        "name, token\nlong_call(x, y), other(z)\n",
        "user, password = ask()\nfoo(\"q7Rz0Pk3Lm\"), bar(1)\n",
    ] {
        let found = highest_confidence(&engine, text);
        assert!(found < Some(Confidence::Medium), "{found:?} in\n{text}");
    }
}

/// Where the value is written, not where the name is.
#[test]
fn a_finding_is_where_the_value_is() {
    let (engine, mut random) = (engine(), Random(0x10c));
    let values = three(&mut random);
    let texts = [
        format!("kind: Secret\ndata:\n{}", members(2, &encoded(&values))),
        format!("username,password\nbob,\"{}\"\n", values[0]),
        format!("INSERT INTO t (id, password) VALUES (1, '{}');\n", values[0]),
    ];
    let expected = [&encoded(&values)[0], &values[0], &values[0]];
    for (text, value) in texts.iter().zip(expected) {
        let findings = engine.scan(text.as_bytes());
        let first = findings.first().expect("one finding at least").span;
        assert_eq!(&text[first.start..first.end], value, "{text}");
    }
}

/// Nothing in a file makes the work grow with the square of its length.
#[test]
fn repeated_beginnings_of_structures_take_no_longer() {
    let engine = engine();
    for unit in [
        "kind: Secret\n",
        "{\"kind\":\"Secret\",",
        "[{\"kind\":\"Secret\"},",
        "password,",
        "a,password\n",
        "(a, password) ",
        "INSERT INTO t (password) VALUES ('",
        "password text,\n",
        "COPY t (password) FROM stdin;\n",
        "CREATE TABLE t (password text,",
        "|password|\n",
        "- kind: Secret\n  ",
        "\"a,password\n",
    ] {
        let text = unit.repeat((1 << 17) / unit.len());
        let start = std::time::Instant::now();
        engine.scan(text.as_bytes());
        assert!(start.elapsed().as_secs() < 20, "{unit:?} took {:?}", start.elapsed());
    }
}

/// Lines that separate a header from its values by more than a verdict sees.
fn filler(row: &str) -> String {
    row.repeat(2000 / row.len())
}

/// In a history the name, the kind and the value change in different commits, far from each other
/// in the file: each commit is charged with what it completes.
#[test]
fn an_audit_finds_what_a_commit_completes() {
    let (mut random, repository) = (Random(0xa0d17), TempRepo::new());
    let value = |random: &mut Random| drawn(random, Alphabet::Alphanumeric, 24);
    let values = [value(&mut random), value(&mut random)];
    let (note, user) = (filler("  note: not much\n"), filler("bob,builder,yes\n"));
    let row = filler("(1, 'bob', 'yes'),\n");
    let versions = [
        ("ConfigMap", "nickname", "nickname", &values[0], "Add files"),
        ("Secret", "nickname", "nickname", &values[0], "Change the kind"),
        ("Secret", "password", "nickname", &values[0], "Change the header"),
        ("Secret", "password", "password", &values[0], "Change the columns"),
        ("Secret", "password", "password", &values[1], "Change the values"),
        ("ConfigMap", "nickname", "nickname", &values[1], "Change all names back"),
    ];
    for (kind, header, column, value, message) in versions {
        let last = |part: &str| format!("{part}{}", filler("# the end\n"));
        let manifest = format!("kind: {kind}\nstringData:\n{note}  entry: {value}\n");
        repository.write("manifest.yaml", last(&manifest));
        repository.write("users.csv", format!("user,{header},active\n{user}eve,{value},yes\n"));
        let insert =
            format!("INSERT INTO t (id, {column}, active) VALUES\n{row}(2, '{value}', 'yes');\n");
        repository.write("users.sql", insert);
        repository.commit(message);
    }
    repository.git(&["repack", "-adfq", "--depth=50", "--window=10"]);
    let mut found = summary(&agreed(&repository.path()));
    found.sort();
    assert_eq!(
        found,
        [
            "manifest.yaml:120 +Change the kind -Change the values",
            "manifest.yaml:120 +Change the values -Change all names back",
            "users.csv:127 +Change the header -Change the values",
            "users.csv:127 +Change the values -Change all names back",
            "users.sql:107 +Change the columns -Change the values",
            "users.sql:107 +Change the values -Change all names back",
        ]
    );
}
