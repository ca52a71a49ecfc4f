//! Runs the real `placet` in a directory of its own.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// A directory that lives as long as a test.
pub struct Place {
    directory: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("cli-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).unwrap();
        Self { directory }
    }

    /// With a local keyring `keys`, a policy `policy.placet`, and a token of it in `token`.
    pub fn with_token() -> Self {
        let place = Self::new();
        place.write("policy.placet", POLICY);
        place.placet("keygen --local --keyring keys").yes();
        let token = place.placet("mint policy.placet --template reader --keyring keys --with user=42").yes().out;
        place.write("token", &token);
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Runs `placet` with words between blanks.
    pub fn placet(&self, words: &str) -> Ran {
        self.placet_reading(words, "")
    }

    /// The same, with something on standard input.
    pub fn placet_reading(&self, words: &str, input: &str) -> Ran {
        self.words_reading(&words.split_whitespace().collect::<Vec<_>>(), input)
    }

    /// Runs `placet` with words that may be empty or hold blanks.
    pub fn words(&self, words: &[&str]) -> Ran {
        self.words_reading(words, "")
    }

    fn words_reading(&self, words: &[&str], input: &str) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_placet"))
            .args(words)
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read what it is given may have ended by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            words: words.join(" "),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs `placet --format json`, which prints one JSON value whatever becomes of the command.
    pub fn json(&self, words: &str) -> Value {
        let ran = self.placet(&format!("--format json {words}"));
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{words}: {error}\n{}\n{}", ran.out, ran.err))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// What became of a command.
#[derive(Debug)]
pub struct Ran {
    words: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Exit code 0.
    #[track_caller]
    pub fn yes(self) -> Self {
        self.ended(0)
    }

    /// Exit code 1.
    #[track_caller]
    pub fn no(self) -> Self {
        self.ended(1)
    }

    /// Exit code 2.
    #[track_caller]
    pub fn could_not(self) -> Self {
        self.ended(2)
    }

    /// On standard output or standard error.
    #[track_caller]
    pub fn says(self, what: &str) -> Self {
        assert!(
            self.out.contains(what) || self.err.contains(what),
            "`{}` does not say {what:?}\n{self:#?}",
            self.words
        );
        self
    }

    #[track_caller]
    pub fn prints_nothing(self) -> Self {
        assert_eq!(self.out, "", "{self:#?}");
        self
    }
}

pub const POLICY: &str = r#"use momento

token reader(user: string) {
    permissions: [{ role: ReadOnly, cache: "profiles", item: prefix "user/{user}/" }]
    ttl: 30m
}

restriction one_item(item: string) {
    only { item: item }
    ttl: 5m
}

token whole {
    permissions: [{ role: ReadWrite, cache: any }]
    ttl: 1h
}

policy no_chat {
    allow { action: any }
    deny { role: PublishSubscribe }
}
"#;
