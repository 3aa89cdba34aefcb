//! The reader of assignments: from a name to the value assigned to it.
//!
//! One reader for the many ways to write that a name has a value: `NAME=value` and
//! `export`, `setx`, `$env:NAME = "v"`, YAML and JSON members, name/value pairs (Helm, Kubernetes),
//! the default in a block below the name (CloudFormation, Terraform), XML attributes and elements,
//! calls (`withEnv("NAME", "v")`,
//! `define('NAME', 'v')`, `.name("v")`), typed declarations, accessors, HTTP headers, shell
//! defaults (`${NAME:-v}`), Dockerfile's `ENV NAME value`. Rules list the names; no rule
//! repeats the grammar.
//!
//! ```text
//! name ─▶ what closes it (`cursor`) ─▶ what is between (`operator`) ─▶ the value (`value`)
//! ```
//!
//! The result depends on at most `LONGEST + AFTER` bytes from the start of the name, and on
//! `command::BEFORE_NAME` bytes before it.

use std::ops::Range;

use crate::rules::{AFTER, LONGEST, is_word_byte};

mod command;
mod cursor;
mod data_line;
mod fallback;
mod markup;
mod members;
mod operator;
mod value;
mod wrapper;

pub use command::takes_argument;
use cursor::Cursor;

/// The span of the value assigned to the name at `name`, without quotes. `None` if the name is part
/// of a longer word or has no literal value.
pub fn value_of(bytes: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    AssignmentReader::default().value_of(bytes, name)
}

/// Reads the values of a text's names, from the first to the last. What it remembers only avoids
/// reading bytes twice; the results are the same as with a new reader for each name.
#[derive(Default)]
pub struct AssignmentReader {
    /// Bytes that are known not to end an unquoted value.
    unquoted: Range<usize>,
}

impl AssignmentReader {
    /// As [`value_of`]; `bytes` must be the same each time.
    pub fn value_of(&mut self, bytes: &[u8], name: Range<usize>) -> Option<Range<usize>> {
        if !begins_name_word(bytes, name.start)
            || bytes.get(name.end).is_some_and(|&b| is_word_byte(b))
        {
            return None;
        }
        let end = bytes.len().min(name.start + LONGEST + AFTER);
        let mut cursor = Cursor { bytes, offset: name.end, end, unquoted: self.unquoted.clone() };
        let value = operator::read_operator(&mut cursor, &name)
            .and_then(|operator| value::read_value(&mut cursor, operator));
        self.unquoted = cursor.unquoted;
        value
    }
}

/// Whether [`value_of`] may find a value for a name that ends at `end`: rejects most names by the
/// one or two bytes after them. A space may be followed by a command's argument; what ends a
/// statement after a quote, by nothing, but the value may come before the name.
pub fn may_be_assigned(bytes: &[u8], end: usize) -> bool {
    let closes = |b: &u8| b"\"'`\\])}?!&*".contains(b);
    let after = &bytes[end..bytes.len().min(end + 8)];
    let open = after.iter().position(|b| !closes(b)).map_or(&[][..], |offset| &after[offset..]);
    let next = |next_bytes: &[u8]| open.get(1).is_some_and(|b| next_bytes.contains(b));
    match open.first() {
        Some(b'=' | b':' | b',' | b'>' | b'|' | b'?' | b'q' | b' ' | b'\t' | b'\n' | b'\r') => true,
        Some(b'(') => next(b"\"'`\\)@rbuR \t\r\nn"),
        Some(b'{') => next(b"\"'` "),
        Some(b'<') => next(b"-/"),
        Some(b'-') => next(b">"),
        Some(b'/') => next(b">") && open.len() < after.len(),
        Some(b'[') => next(b"]0123456789"),
        Some(b';') => matches!(after[0], b'"' | b'\''),
        Some(b'.') => open.len() < after.len() && next(b"adfgiostuv"),
        Some(b) => open.len() < after.len() && b.is_ascii_alphabetic(),
        None => !after.is_empty(),
    }
}

/// Whether a word of a name begins here: after a separator, at a change from lower to upper case,
/// or after the option that sets a property (`-Dname=`, `-Pname=`).
pub fn begins_name_word(bytes: &[u8], offset: usize) -> bool {
    let Some(before) = offset.checked_sub(1).map(|before| bytes[before]) else { return true };
    !before.is_ascii_alphanumeric()
        || before.is_ascii_lowercase() && bytes[offset].is_ascii_uppercase()
        || matches!(before, b'D' | b'P') && offset >= 2 && bytes[offset - 2] == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<&str> {
        let offset = text.to_ascii_lowercase().find("api_key").unwrap();
        value_of(text.as_bytes(), offset..offset + "api_key".len()).map(|value| &text[value])
    }

    #[test]
    fn common_assignments_are_read() {
        for text in [
            "API_KEY=s3cr3t",
            "export API_KEY='s3cr3t'",
            "$env:API_KEY = \"s3cr3t\"",
            "[Environment]::SetEnvironmentVariable(\"API_KEY\", \"s3cr3t\", \"User\")",
            "setx API_KEY s3cr3t",
            "set API_KEY=s3cr3t",
            "docker run -e API_KEY=s3cr3t -p 80",
            "    - API_KEY=s3cr3t\n",
            "    API_KEY: s3cr3t\n",
            "  - name: API_KEY\n    value: s3cr3t\n",
            "  - name: \"API_KEY\"\n    value: \"s3cr3t\"\n",
            "{\"name\": \"API_KEY\", \"value\": \"s3cr3t\"}",
            "{ \"API_KEY\": \"s3cr3t\" }",
            "{\\\"API_KEY\\\": \\\"s3cr3t\\\"}",
            "API_KEY: >-\n  s3cr3t\n",
            "ENV API_KEY s3cr3t",
            "ENV API_KEY=s3cr3t",
            "API_KEY := s3cr3t",
            "<api_key>s3cr3t</api_key>",
            "<entry key=\"API_KEY\">s3cr3t</entry>",
            "<property name=\"API_KEY\" value=\"s3cr3t\"/>",
            "<add key='API_KEY' value='s3cr3t' />",
            "define('API_KEY', 's3cr3t');",
            "os.environ[\"API_KEY\"] = \"s3cr3t\"",
            "os.environ.setdefault(\"API_KEY\", \"s3cr3t\")",
            "getenv(\"API_KEY\") or \"s3cr3t\"",
            "ENV['API_KEY'] ||= 's3cr3t'",
            "process.env.API_KEY || 's3cr3t'",
            ".withEnv(\"API_KEY\", \"s3cr3t\")",
            "api_key: str = \"s3cr3t\"",
            "let api_key: Option<String> = Some(String::from(\"s3cr3t\"));",
            "const api_key string = \"s3cr3t\"",
            ":api_key => 's3cr3t'",
            "${API_KEY:-s3cr3t}",
            "curl --api_key s3cr3t https://",
            "https://x/?api_key=s3cr3t&y=1",
            "api_key = b\"s3cr3t\"",
            "val api_key = \"\"\"s3cr3t\"\"\"",
            "#define API_KEY \"s3cr3t\"",
            "public string API_KEY { get; set; } = \"s3cr3t\";",
            "const char api_key[] = \"s3cr3t\";",
            "std::string api_key{\"s3cr3t\"};",
            "k = env.str('API_KEY', default='s3cr3t')",
            "buildConfigField(\"String\", \"API_KEY\", \"\\\"s3cr3t\\\"\")",
            "'API_KEY': '\"s3cr3t\"',",
            "Client.builder().api_key(\"s3cr3t\")",
            "client.setApi_key(new String(\"s3cr3t\"))",
            "| `API_KEY` | `s3cr3t` |",
            "| API_KEY | s3cr3t |",
            "$ENV{API_KEY} = 's3cr3t';",
            "$ENV{'API_KEY'} = 's3cr3t';",
            "api_key <- \"s3cr3t\"",
            "Map(\"api_key\" -> \"s3cr3t\")",
            "mapOf(\"api_key\" to \"s3cr3t\")",
            "{:api_key \"s3cr3t\"}",
            "variable \"api_key\" {\n  type    = string\n  default = \"s3cr3t\"\n}",
            "set -gx API_KEY s3cr3t\n",
            "proxy_set_header X-Api_Key s3cr3t;",
            "<key>API_KEY</key>\n\t<string>s3cr3t</string>",
            "<name>api_key</name>\n  <value>s3cr3t</value>",
            "{\"name\": \"API_KEY\", \"slotSetting\": false, \"value\": \"s3cr3t\"}",
            "<input name=\"api_key\" type=\"hidden\" value=\"s3cr3t\">",
            "\"api_key\": { \"value\": \"s3cr3t\" }",
            "  API_KEY:\n    value: s3cr3t\n",
            "aws ssm put-parameter --name /app/API_KEY --value s3cr3t",
            "gh secret set API_KEY --body \"s3cr3t\"",
            "func api_key() string { return \"s3cr3t\" }",
            "String getApi_key() {\n  return \"s3cr3t\";\n}",
            "def api_key():\n    return 's3cr3t'",
            "Dim api_key As String = \"s3cr3t\"",
            "mvn -Dapi_key=s3cr3t verify",
            "api_key - 's3cr3t'",
            "api_key => q{s3cr3t},",
            "**API_KEY**: s3cr3t",
            "- **API_KEY:** `s3cr3t`",
            "API_KEY: ``s3cr3t``",
            "apiKey := api_key([]byte(\"s3cr3t\"))",
            "var api_key = []byte(\"s3cr3t\")",
            "{api_key, <<\"s3cr3t\">>}",
            "api_key = [[s3cr3t]]",
            "api_key: &shared s3cr3t",
            "api_key: !unsafe \"s3cr3t\"",
            "api_key: string | null = 's3cr3t';",
            "api_key:: s3cr3t\n",
            "CREATE LOGIN app WITH API_KEY = N's3cr3t';",
            "Optional.ofNullable(System.getenv(\"API_KEY\")).orElse(\"s3cr3t\")",
            "env::var(\"API_KEY\").unwrap_or(\"s3cr3t\".into())",
            "env::var(\"API_KEY\").unwrap_or_else(|_| \"s3cr3t\".to_string())",
            "env::var(\"API_KEY\").ok().as_deref().unwrap_or(\"s3cr3t\")",
            "Arg::new(\"api_key\").default_value(\"s3cr3t\")",
            "#[arg(long, env = \"API_KEY\", default_value = \"s3cr3t\")]",
            "@click.option(\"--api_key\", type=str, default=\"s3cr3t\")",
            "System.getenv(\"API_KEY\") ?: \"s3cr3t\"",
            "getenv('API_KEY') ?: 's3cr3t'",
            "$ENV{API_KEY} // 's3cr3t'",
            "ENV.fetch(\"API_KEY\") { \"s3cr3t\" }",
            "{{ .Values.api_key | default \"s3cr3t\" }}",
            "{{ api_key|default('s3cr3t') }}",
            "Sys.getenv(\"API_KEY\", unset = \"s3cr3t\")",
            "API_KEY: z.string().default(\"s3cr3t\"),",
            "map.insert(\"api_key\".to_string(), \"s3cr3t\".to_string());",
            "connect(\"db\", /* api_key */ \"s3cr3t\");",
            "Set-Item -Path env:API_KEY -Value \"s3cr3t\"",
            "args:\n  - --api_key\n  - s3cr3t\n",
            "${API_KEY}    s3cr3t\n",
        ] {
            assert_eq!(value(text), Some("s3cr3t"), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_assignment_has_no_value() {
        for text in [
            "API_KEY",
            "API_KEYS=1234567890",
            "API_KEY is needed",
            "API_KEY=",
            "unset API_KEY\n",
            "api_key = readKey2(vault)",
            "api_key() { return readKey(); }",
            "this.api_key->open",
            "| `api_key` | LocalStack API key | medium |",
            "variable \"api_key\" {\n  type = string\n}\n",
            "api_key::Store",
            "api_key ** 2",
            "echo ${API_KEY} done",
            "getenv(\"API_KEY\").trim()",
            "env::var(\"API_KEY\").unwrap_or_else(|_| panic!(\"none\"))",
            "x = api_key // the key",
            "echo ${API_KEY}  done",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
