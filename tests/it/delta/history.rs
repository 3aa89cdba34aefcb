//! Random histories, written by `git fast-import`.

use std::io::Write;
use std::process::Stdio;

use super::readers::{encoded, filler};
use super::support::random::Random;
use super::support::repository::TempRepo;

/// Files that change from commit to commit.
pub struct Writer<'r> {
    pub random: &'r mut Random,
    pub examples: &'r [Vec<u8>],
    files: Vec<Vec<u8>>,
    commits: usize,
}

impl<'r> Writer<'r> {
    pub fn new(random: &'r mut Random, examples: &'r [Vec<u8>], files: usize) -> Self {
        let files = (0..files)
            .map(|_| {
                let length = 200 + random.below(20_000);
                filler(random, length)
            })
            .collect();
        Writer { random, examples, files, commits: 0 }
    }

    /// Adds commits to the repository's branch `main`, in a pack of their own.
    pub fn commit(&mut self, repository: &TempRepo, commits: usize) {
        let mut stream = Vec::new();
        let first = self.commits;
        for _ in 0..commits {
            self.one(first, &mut stream);
        }
        let mut child = repository
            .command("git", &repository.path())
            .args(["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&stream).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// Marks of commits before `first` are forgotten.
    fn one(&mut self, first: usize, stream: &mut Vec<u8>) {
        let number = self.commits;
        self.commits += 1;
        let message = match self.random.below(10) {
            0 => self.random.one(self.examples).clone(),
            _ => format!("Change {number}").into_bytes(),
        };
        let who = format!("A U Thor <author@example.org> {} +0000", 1_000_000_000 + number);
        stream.extend(format!("commit refs/heads/main\nmark :{}\n", number + 1).bytes());
        stream.extend(format!("committer {who}\ndata {}\n", message.len()).bytes());
        stream.extend(message);
        stream.push(b'\n');
        match number {
            0 => {}
            // A merge of an earlier commit; this one's own files stay.
            n if n == first => stream.extend(b"from refs/heads/main^0\n"),
            n if n % 7 == 6 && n > first + 3 => {
                stream.extend(format!("from :{n}\nmerge :{}\n", n - 3).bytes());
            }
            n => stream.extend(format!("from :{n}\n").bytes()),
        }
        let changed = if number == 0 { self.files.len() } else { 1 + self.random.below(2) };
        for offset in 0..changed {
            let file = if number == 0 { offset } else { self.random.below(self.files.len()) };
            if number > 0 {
                self.edit(file);
            }
            // Files are moved occasionally.
            let folder = number / 40 % 3;
            let content = &self.files[file];
            stream.extend(format!("M 100644 inline d{folder}/f{file}\n").bytes());
            stream.extend(format!("data {}\n", content.len()).bytes());
            stream.extend_from_slice(content);
            stream.push(b'\n');
        }
    }

    fn edit(&mut self, file: usize) {
        let random = &mut *self.random;
        let mut text = std::mem::take(&mut self.files[file]);
        for _ in 0..1 + random.below(4) {
            let offset = random.below(text.len() + 1);
            let end = offset + random.below((text.len() - offset).min(3000) + 1);
            match random.below(14) {
                0 => drop(text.drain(offset..end)),
                1 => {
                    let moved: Vec<u8> = text.drain(offset..end).collect();
                    let to = random.below(text.len() + 1);
                    text.splice(to..to, moved);
                }
                2 => {
                    let doubled = text[offset..end].to_vec();
                    text.splice(end..end, doubled);
                }
                3 | 4 => {
                    let secret = random.one(self.examples).clone();
                    text.splice(offset..offset, secret);
                }
                5 => {
                    let secret = random.one(self.examples).clone();
                    text.splice(offset..offset, encoded(random, &secret));
                }
                6 => {
                    let cut = text.split_off(offset);
                    let secret = random.one(self.examples);
                    let half = random.below(secret.len());
                    text.extend_from_slice(&secret[half..]);
                    text.extend(cut);
                }
                7 => text.insert(offset, *random.one(b"\n =x\"")),
                8 => drop(text.drain(..end.min(100))),
                9 => text.truncate(text.len() - random.below(text.len().min(100) + 1)),
                // To binary, to UTF-16, and back.
                10 if random.below(6) == 0 || text.first() == Some(&0) => match text.first() {
                    Some(0) => drop(text.remove(0)),
                    _ => text.insert(0, 0),
                },
                11 if random.below(6) == 0 || text.first() == Some(&0xff) => {
                    text = other_width(&text)
                }
                _ => {
                    let length = random.below(200);
                    text.splice(offset..offset, filler(random, length));
                }
            }
        }
        text.truncate(60_000);
        self.files[file] = text;
    }
}

/// Converts bytes to UTF-16, or UTF-16 to bytes.
fn other_width(text: &[u8]) -> Vec<u8> {
    match text {
        [0xff, 0xfe, units @ ..] => units.iter().step_by(2).copied().collect(),
        _ => {
            let units = text.iter().flat_map(|&b| [b, 0]);
            [0xff, 0xfe].into_iter().chain(units).collect()
        }
    }
}
