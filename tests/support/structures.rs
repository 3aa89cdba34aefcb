//! Random tables, statements and manifests whose names are far from their values.

use super::random::Random;

/// Letters and digits.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn text(random: &mut Random, length: usize) -> String {
    (0..length).map(|_| char::from(*random.one(LETTERS))).collect()
}

/// A structure with up to `rows` values, most of them further from their names than a verdict sees.
pub fn structure(random: &mut Random, rows: usize) -> Vec<u8> {
    let rows = 1 + random.below(rows);
    let mut values = (0..rows).map(|row| (row, text(random, 16))).collect::<Vec<_>>().into_iter();
    let values = values.by_ref();
    let joined = |separator: &str, rows: Vec<String>| rows.join(separator);
    let made = match random.below(6) {
        0 => {
            let row = |(row, value)| format!("user{row},user{row}@corp.internal,{value}\n");
            ["username,email,password\n", &joined("", values.map(row).collect())].concat()
        }
        1 => {
            let row = |(row, value)| format!("| service{row} | admin | {value} |\n");
            let rows = joined("", values.map(row).collect());
            ["| Service | User | Password |\n|---|---|---|\n", &rows].concat()
        }
        2 => {
            let row = |(row, value)| format!("({row}, 'it''s {row}', '{value}')");
            let rows = joined(",\n", values.map(row).collect());
            format!("INSERT INTO users (id, name, password) VALUES\n{rows};\n")
        }
        3 => {
            let row = |(row, value)| format!("{row}\tuser{row}\t{value}\n");
            let rows = joined("", values.map(row).collect());
            format!("COPY public.users (id, name, password) FROM stdin;\n{rows}\\.\n")
        }
        4 => {
            let row = |(row, value)| format!("  entry{row}: {value}\n");
            let rows = joined("", values.map(row).collect());
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n{rows}---\n"
            )
        }
        _ => {
            let row = |(row, value)| format!("    \"entry{row}\": \"{value}\"");
            let rows = joined(",\n", values.map(row).collect());
            format!("{{\n  \"stringData\": {{\n{rows}\n  }},\n  \"kind\": \"Secret\"\n}}\n")
        }
    };
    made.into_bytes()
}
