//! Texts that users read contain none of the phrases that the project does not use: the documents,
//! the pattern files, and the string literals and help of the program.
//!
//! A phrase is matched as whole words, in any letter case, and across the line breaks of a
//! paragraph. There are no exceptions: rewrite the sentence.

use std::fs;
use std::path::{Path, PathBuf};

use regex::{Regex, RegexBuilder};

/// Phrases in a private sense, and the words that replace them.
const BANNED: [(&str, &str); 12] = [
    ("told", "reported, shown, printed"),
    ("stands", "is, appears, exists"),
    ("looked at", "scanned"),
    ("brought in", "introduced, added"),
    ("taken out", "removed"),
    ("passed over", "skipped"),
    ("made[ -]up", "fake, placeholder, test value"),
    ("mended", "fixed"),
    ("gives away", "indicates, identifies"),
    ("anew", "again"),
    ("does not hold", "is ignored, is invalid"),
    ("its time is over", "expired"),
];

/// Folders and files for users; a folder is read with all that it contains.
const DOCUMENTS: [&str; 12] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "Cargo.toml",
    "action.yml",
    ".pre-commit-hooks.yaml",
    "benches/README.md",
    "model/README.md",
    "examples",
    "docs",
    "patterns",
];

/// Words with the line of the file that they begin on.
#[derive(Default)]
struct Paragraph {
    text: String,
    /// Offsets in the text and the lines that begin there.
    lines: Vec<(usize, usize)>,
}

impl Paragraph {
    fn of(text: &str, line: usize) -> Self {
        let mut paragraph = Paragraph::default();
        for (number, text) in text.lines().enumerate() {
            paragraph.push(text, line + number);
        }
        paragraph
    }

    /// Adds a line; runs of blanks become one.
    fn push(&mut self, line: &str, number: usize) {
        self.lines.push((self.text.len(), number));
        for word in line.split_whitespace() {
            self.text.push_str(word);
            self.text.push(' ');
        }
    }

    fn line_of(&self, offset: usize) -> usize {
        let after = self.lines.partition_point(|(start, _)| *start <= offset);
        self.lines[after - 1].1
    }
}

struct Phrases(Vec<(Regex, &'static str)>);

impl Phrases {
    fn new() -> Self {
        let phrase = |(phrase, instead): (&str, &'static str)| {
            let mut regex = RegexBuilder::new(&format!(r"\b{phrase}\b"));
            (regex.case_insensitive(true).unicode(false).build().unwrap(), instead)
        };
        Phrases(BANNED.map(phrase).into())
    }

    /// `file:line: phrase`, one for each occurrence.
    fn find(&self, file: &str, paragraphs: &[Paragraph]) -> Vec<String> {
        let mut found = Vec::new();
        for paragraph in paragraphs {
            for (regex, instead) in &self.0 {
                found.extend(regex.find_iter(&paragraph.text).map(|phrase| {
                    let line = paragraph.line_of(phrase.start());
                    (line, format!("{file}:{line}: {} (write: {instead})", phrase.as_str()))
                }));
            }
        }
        found.sort();
        found.into_iter().map(|(_, message)| message).collect()
    }
}

#[test]
fn no_text_for_users_contains_a_banned_phrase() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let phrases = Phrases::new();
    let mut found = Vec::new();
    let mut read = 0;
    let documents = DOCUMENTS.iter().flat_map(|path| files(&root.join(path)));
    for (file, text) in documents.filter_map(|path| named(root, &path)) {
        let paragraphs = if file.ends_with(".rs") { literals(&text) } else { paragraphs(&text) };
        found.extend(phrases.find(&file, &paragraphs));
        read += 1;
    }
    assert!(read > 200, "only {read} documents");
    for (file, text) in files(&root.join("src")).iter().filter_map(|path| named(root, path)) {
        let mut paragraphs = literals(&text);
        if file.starts_with("src/cli/") || file == "src/policy/config/syntax.rs" {
            paragraphs.extend(doc_comments(&text));
        }
        found.extend(phrases.find(&file, &paragraphs));
    }
    assert!(found.is_empty(), "{} banned phrases:\n{}", found.len(), found.join("\n"));
}

/// All files in a folder, sorted; the path itself if it is a file.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.iter().flat_map(|entry| files(entry)).collect()
}

/// A text file with its path below the root; `None` for other files.
fn named(root: &Path, path: &Path) -> Option<(String, String)> {
    let text = String::from_utf8(fs::read(path).unwrap()).ok()?;
    let below = path.strip_prefix(root).unwrap().to_str().unwrap();
    Some((below.replace('\\', "/"), text))
}

/// The paragraphs of a document. The markers of comments, quotes and lists are not part of them.
fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut paragraphs = vec![Paragraph::default()];
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || "#>*".contains(c));
        if line.is_empty() {
            paragraphs.push(Paragraph::default());
        } else {
            paragraphs.last_mut().unwrap().push(line, number);
        }
    }
    paragraphs
}

/// The doc comments of a source file outside of its tests.
fn doc_comments(text: &str) -> Vec<Paragraph> {
    let mut paragraphs = vec![Paragraph::default()];
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    for (number, line) in (1..).zip(text[..end].lines()) {
        match line.trim_start().strip_prefix("///") {
            Some(comment) if !comment.trim().is_empty() => {
                paragraphs.last_mut().unwrap().push(comment, number);
            }
            _ => paragraphs.push(Paragraph::default()),
        }
    }
    paragraphs
}

/// The string literals of a source file outside of `#[cfg(test)]`.
fn literals(source: &str) -> Vec<Paragraph> {
    let mut found = Vec::new();
    let mut rest = Source { text: source, offset: 0 };
    while let Some(byte) = rest.byte() {
        if rest.starts_with("//") {
            rest.skip_past("\n");
        } else if rest.starts_with("/*") {
            rest.skip_past("*/");
        } else if rest.starts_with("#[cfg(test)]") {
            rest.skip_item();
        } else if let Some((text, line)) = rest.literal() {
            found.push(Paragraph::of(&text, line));
        } else if byte == b'\'' {
            rest.skip_char_or_lifetime();
        } else {
            rest.offset += 1;
        }
    }
    found
}

/// Source text from an offset on; the offset is always that of an ASCII character or a UTF-8
/// sequence's byte, so that bytes are compared.
struct Source<'t> {
    text: &'t str,
    offset: usize,
}

impl Source<'_> {
    fn bytes(&self) -> &[u8] {
        &self.text.as_bytes()[self.offset.min(self.text.len())..]
    }

    fn byte(&self) -> Option<u8> {
        self.bytes().first().copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        self.bytes().starts_with(text.as_bytes())
    }

    fn skip_past(&mut self, end: &str) {
        let bytes = self.bytes();
        let length = bytes.windows(end.len()).position(|window| window == end.as_bytes());
        self.offset += length.map_or(bytes.len(), |length| length + end.len());
    }

    /// The literal that begins here, and its line; goes past it.
    fn literal(&mut self) -> Option<(String, usize)> {
        let before = self.text.as_bytes()[..self.offset].last().copied().unwrap_or(b' ');
        let in_word = before.is_ascii_alphanumeric() || before == b'_';
        let prefix = match self.byte()? {
            b'"' => 0,
            b'r' | b'b' | b'c' if !in_word => {
                self.bytes().iter().take_while(|byte| b"rbc".contains(byte)).count()
            }
            _ => return None,
        };
        let is_raw = self.bytes()[..prefix].contains(&b'r');
        let hashes = self.bytes()[prefix..].iter().take_while(|&&byte| byte == b'#').count();
        if self.bytes().get(prefix + hashes) != Some(&b'"') || hashes > 0 && !is_raw {
            return None;
        }
        let line = 1 + self.text[..self.offset].matches('\n').count();
        let start = self.offset + prefix + hashes + 1;
        self.offset = start;
        if is_raw {
            let end = format!("\"{}", "#".repeat(hashes));
            self.skip_past(&end);
            return Some((self.text[start..self.offset - end.len()].to_owned(), line));
        }
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => break,
                b'\\' => self.offset += 2,
                _ => self.offset += 1,
            }
        }
        let written = self.text[start..self.offset.min(self.text.len())].to_owned();
        self.offset += 1;
        Some((unescaped(&written), line))
    }

    fn skip_char_or_lifetime(&mut self) {
        let mut after = self.text[self.offset + 1..].chars();
        match after.next() {
            Some('\\') => {
                self.offset += 3;
                self.skip_past("'");
            }
            Some(letter) if after.next() == Some('\'') => self.offset += 2 + letter.len_utf8(),
            _ => self.offset += 1,
        }
    }

    /// Goes past an item: to its semicolon or past its braces.
    fn skip_item(&mut self) {
        self.offset += 1;
        let mut depth = 0_usize;
        while let Some(byte) = self.byte() {
            if self.starts_with("//") {
                self.skip_past("\n");
                continue;
            }
            if self.literal().is_some() {
                continue;
            }
            match byte {
                b'\'' => {
                    self.skip_char_or_lifetime();
                    continue;
                }
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            self.offset += 1;
            if depth == 0 && matches!(byte, b'}' | b';') {
                return;
            }
        }
    }
}

/// The text of a literal: a continued line goes on after its blanks, other escapes are blanks.
fn unescaped(written: &str) -> String {
    let mut text = String::new();
    let mut letters = written.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('\n') => text.push('\n'),
                Some(quote @ ('"' | '\'' | '\\')) => text.push(quote),
                _ => text.push(' '),
            },
            letter => text.push(letter),
        }
    }
    text
}

#[test]
fn phrases_are_found_across_lines_and_only_in_texts() {
    let phrases = Phrases::new();
    let found = |paragraphs: &[Paragraph]| -> Vec<String> {
        let found = phrases.find("f", paragraphs).into_iter();
        found.map(|one| one.split(" (").next().unwrap().to_owned()).collect()
    };
    let text =
        "# A file\n# Stands\n\nwas looked\nat, it understands\n\n> made-\n> up: made\n> up\n";
    assert_eq!(found(&paragraphs(text)), ["f:2: Stands", "f:4: looked at", "f:8: made up"]);

    let source = r##"
        // told
        let told = 'a'; let quote = '"'; let other: &'static str = "it is\
            told";
        let raw = r#"anew "told" "#;
        #[cfg(test)]
        mod tests {
            const TOLD: &str = "} told";
        }
        const AFTER: &str = "passed\nover \" mended";
    "##;
    let expected = ["f:4: told", "f:5: anew", "f:5: told", "f:10: mended", "f:10: passed over"];
    assert_eq!(found(&literals(source)), expected);
    assert_eq!(found(&doc_comments("/// It is\n/// told\nfn told() {}\n// told\n")), ["f:2: told"]);
}
