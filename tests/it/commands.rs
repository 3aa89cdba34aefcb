//! Passwords that commands take as arguments: found in each way of writing the option, with
//! nothing between option and value where the tool wants it so.

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;

/// Fake, and joined here so that this file is not a leak.
fn password() -> String {
    ["tR7x", "q9Lw2m"].concat()
}

#[test]
fn options_that_take_a_password_are_read() {
    let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    for (command, rule) in [
        ("mysql -u root -pV app < dump.sql", "command-database-password"),
        ("mysqldump -h db -ubackup -p'V' --all-databases", "command-database-password"),
        ("docker exec db mariadb -uroot -pV -e 'show tables'", "command-database-password"),
        ("sqlcmd -S db -U sa -PV -Q x", "command-database-password"),
        ("redis-cli -a V ping", "command-database-password"),
        ("rabbitmqctl change_password deploy V", "command-database-password"),
        ("ldapsearch -x -D cn=admin,dc=acme -wV -b dc=acme", "command-login-password"),
        ("smbclient -U 'deploy%V' host", "command-login-password"),
        ("podman login -u deploy -p V registry.acme.test", "command-registry-password"),
        ("net user deploy V /domain /add", "command-windows-password"),
        ("htpasswd -bc /etc/nginx/.htpasswd deploy V", "command-htpasswd-password"),
        ("sqlplus app/V@db.acme.test", "command-oracle-password"),
    ] {
        let text = command.replace('V', &password());
        let findings = engine.scan(text.as_bytes());
        let found_rules: Vec<_> = findings.iter().map(|it| &*engine.rules()[it.rule].id).collect();
        assert_eq!(found_rules, [rule], "{command}");
        let span = findings[0].span;
        assert_eq!(&text[span.start..span.end], password(), "{command}");
    }
}
