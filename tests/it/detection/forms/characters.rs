//! Passwords with characters that mean something in code.

use super::{Alphabet, Random, assert_passwords_found, assert_quiet};

/// Files of data in which a value has quotes, or ends with its element.
const QUOTED: [&str; 6] = [
    "db_password: 'VALUE'\n",
    "{\"db_password\": \"VALUE\"}",
    "DB_PASSWORD='VALUE'\n",
    "password = \"VALUE\"\n",
    "<password>VALUE</password>",
    "<user name=\"me\" password=\"VALUE\"/>",
];

/// Files of data in which a value is what is left of the line.
const UNQUOTED: [&str; 5] = [
    "db_password: VALUE\n",
    "DB_PASSWORD=VALUE\n",
    "export DB_PASSWORD=VALUE\n",
    "spring.datasource.password=VALUE\n",
    "password = VALUE\n",
];

fn first(characters: &'static [u8]) -> impl Fn(&mut Random) -> String {
    move |random| {
        let first = char::from(*random.one(characters));
        first.to_string() + &Alphabet::Alphanumeric.draw(random, 16)
    }
}

fn inside(characters: &'static [u8]) -> impl Fn(&mut Random) -> String {
    move |random| {
        let mut value = Alphabet::Alphanumeric.draw(random, 18);
        value.insert(3 + random.below(12), char::from(*random.one(characters)));
        value
    }
}

#[test]
fn passwords_that_begin_like_a_variable_are_found() {
    assert_passwords_found(&QUOTED, first(b"$%-"));
    assert_passwords_found(&UNQUOTED, first(b"$%-"));
    assert_passwords_found(&QUOTED[..4], first(b"([<{"));
}

#[test]
fn passwords_with_brackets_are_found() {
    assert_passwords_found(&QUOTED[..4], inside(b"()[]{}<>&;|"));
    assert_passwords_found(&QUOTED[4..5], inside(b"()[]{};|"));
    assert_passwords_found(&UNQUOTED, inside(b"()[]{}<>&;|"));
}

#[test]
fn variables_formats_and_options_are_quiet() {
    assert_quiet(&[
        "DB_PASSWORD=$PROD_DB_PASSWORD2",
        "password: '$HOME/.k3y2x9Qz'",
        "{\"password\": \"${DB_PASSWORD2}\"}",
        "{\"password\": \"$(cat /run/k9x2q7)\"}",
        "password = \"%(db_password2)s\"",
        "set DB_PASSWORD=%PROD_PASSWORD2%",
        "password = \"%s:%s2\"",
        "PASSWORD=-1",
        "password: '--from-file2'",
        "mysql --password -uroot2 app",
        "password: '$6$Qm3vT8xKd2Zp$JNP9yGfGjj.nZ1ExJpVqyPpaA4a4ZnNIqGVVpL'",
        "{\"password\": \"<your-k3y-h3re-2>\"}",
        "{\"password\": \"{password2Value}\"}",
        "{\"password\": \"(unchanged2)\"}",
    ]);
}

#[test]
fn expressions_are_quiet() {
    assert_quiet(&[
        "password = getpass2(prompt)\n",
        "password = getpass2(\n    prompt)\n",
        "token = args2[0]\n",
        "token = request.headers2[\"x\"]\n",
        "password = config2[section][\"password\"]\n",
        "  password: decryptAes256(payload, iv)\n",
        "  apiToken: this.config2.get('token'),\n",
        "secret = base64.b64decode(value2)\n",
        "let token = Vec2::<String>::new();\n",
        "token=$(vault read -field=k9x2 secret/app)\n",
        "password=letmein&user=me",
        "a.password=b2[c],d.e=f(g)\n",
        "if(r.password=e2(t)){return\n",
    ]);
}
