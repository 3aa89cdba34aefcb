//! Connection strings, commands and files in which a password has no name of its own.

use super::{Alphabet, Random, assert_passwords_found, assert_quiet};

const FORMS: [&str; 29] = [
    "dsn := \"root:VALUE@tcp(127.0.0.1:3306)/app?charset=utf8mb4\"",
    "db, err := sql.Open(\"mysql\", \"app:VALUE@tcp(db.corp.internal:3306)/app\")",
    "MYSQL_DSN=app:VALUE@tcp(db:3306)/app\n",
    "dsn: app:VALUE@unix(/var/run/mysqld/mysqld.sock)/app\n",
    "dsn := \"app:VALUE@/app?charset=utf8\"",
    "conn = \"app/VALUE@db.corp.internal:1521/ORCLPDB1\"",
    "ORACLE_DSN=app/VALUE@//10.0.0.3:1521/svc\n",
    "app/VALUE@(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1521)))",
    "DRIVER={ODBC Driver 18 for SQL Server};SERVER=db;UID=app;PWD={VALUE};Encrypt=yes",
    "DRIVER={ODBC Driver 18 for SQL Server};SERVER=db;UID=app;PWD=VALUE;Encrypt=yes",
    "connectionString=\"Data Source=db;Initial Catalog=app;User ID=sa;Password=VALUE\"",
    "lftp -u bob,VALUE sftp://host.corp.internal\n",
    "lftp -e \"mirror\" -u \"bob,VALUE\" ftp.corp.internal\n",
    "binddn cn=admin,dc=corp\nbindpw VALUE\n",
    "conn.simple_bind_s(\"cn=admin,dc=corp,dc=internal\", \"VALUE\")",
    "ldap_bind($ds, \"cn=admin,dc=corp,dc=internal\", \"VALUE\")",
    "err = l.Bind(\"cn=reader,dc=corp\", \"VALUE\")",
    "lang en_US\nrootpw --plaintext VALUE\nuser --name=a\n",
    "rootdn \"cn=admin,dc=corp\"\nrootpw VALUE\n",
    "d-i passwd/root-password password VALUE\n",
    "mysql-server mysql-server/root_password_again password VALUE\n",
    "silent\nuser = \"deploy:VALUE\"\n",
    "[smtp.corp.internal]:587 mailer:VALUE\n",
    "K 8\npassword\nV 12\nVALUE\nK 15\nsvn:realmstring\n",
    "\"bob\" * \"VALUE\" *\n",
    "bob : EAP \"VALUE\"\n",
    "user cache on >VALUE ~* +@all\n",
    "CREATE ROLE app LOGIN PASSWORD $$VALUE$$;",
    "remotepass = VALUE\n",
];

const URLS: [&str; 5] = [
    "DATABASE_URL=postgres://app:VALUE@db.corp.internal:5432/app\n",
    "url: mysql://app:VALUE@10.0.0.7/app\n",
    "REDIS_URL=\"redis://:VALUE@cache.corp.internal:6379/0\"",
    "mongodb+srv://app:VALUE@cluster0.ab1cd.mongodb.net/app",
    "\"https://deploy:VALUE@git.corp.internal/acme.git\"",
];

const STATES: [&str; 2] = [
    "            \"numeric\": true,\n            \"override_special\": null,\n            \
     \"result\": \"VALUE\",\n            \"special\": true,\n",
    "{\"type\":\"random_password\",\"attributes\":{\"override_special\":\"!#\\u003c\",\
     \"result\":\"VALUE\"}}",
];

#[test]
fn passwords_of_connections_are_found() {
    // In most connection strings `@` ends the password.
    let password =
        |random: &mut Random| Alphabet::Password.draw(random, 12).replace(['@', '*', '#'], "x");
    assert_passwords_found(&FORMS, password);
}

#[test]
fn passwords_with_the_characters_that_end_one_are_found_in_urls() {
    let password = |random: &mut Random| {
        let ending = *random.one(&["#", "/", "?", "^"]);
        let half = |random: &mut Random| Alphabet::Alphanumeric.draw(random, 8);
        [half(random), half(random)].join(ending)
    };
    assert_passwords_found(&URLS, password);
}

#[test]
fn passwords_in_terraform_states_are_found() {
    assert_passwords_found(&STATES, |random| Alphabet::Password.draw(random, 24));
}

#[test]
fn ports_paths_and_variables_are_quiet() {
    assert_quiet(&[
        "dsn := user + \":\" + password + \"@tcp(db:3306)/app\"",
        "root:root@tcp(127.0.0.1:3306)/test",
        "http://localhost:8080/k9x2Q7rz0P@me",
        "https://cdn.acme.test/npm/k9x2Q7rz0P@4.17.21/index.js",
        "git+ssh://git@github.com:acme/k9x2Q7rz0P.git@v1",
        "image: registry:5000/team/k9x2Q7rz0P@sha256:48d9183e",
        "f\"DRIVER={driver};PWD={settings.db2_value}\"",
        "lftp -u bob,$FTP_PASSWORD2 ftp.corp.internal",
        "rootpw --iscrypted $6$Qm3vT8xKd2Zp$JNP9yGfGjj\n",
        "\"override_special\": null,\n  \"result\": \"k9x2q7rz\",\n",
        "scott/tiger@localhost:1521/XE",
    ]);
}
