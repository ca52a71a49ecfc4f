//! Another program that decides the same requests: it reads them from its standard input, one line
//! of JSON each, and answers each with a line.
//!
//! ```text
//! {"action":"GET","path":"/v1/a","time":"2026-11-21T10:00:00Z"}      asked
//! {"verdict":"allow"}                                               answered, or the word alone: `allow`
//! ```
//!
//! Refused is a program that does not start, ends, gives an invalid answer, or does not answer
//! within [`ORACLE_ANSWER`]. It must not buffer its answers.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value as Json;

use crate::limits::ORACLE_LINE;

/// How long an answer may take: far more than a decision, far less than a user's patience.
pub const ORACLE_ANSWER: Duration = Duration::from_secs(10);

/// A running program.
#[derive(Debug)]
pub struct Oracle {
    command: String,
    child: Child,
    /// None after it was closed.
    questions: Option<Sender<String>>,
    answers: Receiver<Option<String>>,
}

/// Its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// `allow`
    Allow,
    /// `deny`: any kind of no.
    Deny,
    /// Exactly this kind of no: `forbidden`, `not_permitted` or `refused`.
    Exactly(&'static str),
}

impl Answer {
    /// Whether it agrees with the verdict of this name.
    #[must_use]
    pub fn agrees(self, word: &str) -> bool {
        match self {
            Self::Allow => word == "allow",
            Self::Deny => word != "allow",
            Self::Exactly(wanted) => word == wanted,
        }
    }

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Exactly(word) => word,
        }
    }

    /// Reads a line: JSON with a `verdict`, or a word that may be followed by anything.
    fn read(line: &str) -> Option<Self> {
        let json: Option<Json> = serde_json::from_str(line).ok();
        let said = match &json {
            Some(Json::Object(object)) => object.get("verdict")?.as_str()?,
            Some(Json::String(word)) => word,
            _ => line.split_whitespace().next()?,
        };
        match said {
            "allow" | "true" => Some(Self::Allow),
            "deny" | "false" => Some(Self::Deny),
            other => ["forbidden", "not_permitted", "refused"].into_iter().find(|w| *w == other).map(Self::Exactly),
        }
    }
}

impl Oracle {
    /// Starts a program from a command line for the shell.
    ///
    /// # Errors
    /// There is no shell.
    pub fn start(command: &str) -> Result<Self, OracleError> {
        let failed = |why: String| OracleError { command: command.to_owned(), why };
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let started = Command::new(shell).arg(flag).arg(command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.map_err(|error| failed(format!("cannot be started: {error}")))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("has no standard input and output".to_owned()));
        };
        let (questions, asked) = channel();
        let (answer, answers) = channel();
        // Each pipe has a thread of its own, so that a program that does not read cannot block this
        // one.
        thread::spawn(move || ask_all(stdin, &asked));
        thread::spawn(move || read_all(stdout, &answer));
        Ok(Self { command: command.to_owned(), child, questions: Some(questions), answers })
    }

    /// Asks for the verdict on one request.
    ///
    /// # Errors
    /// The program has ended, is late, or gives an invalid answer.
    pub fn ask(&mut self, request: &Json) -> Result<Answer, OracleError> {
        let failed = |why: String| OracleError { command: self.command.clone(), why };
        let sent = self.questions.as_ref().is_some_and(|questions| questions.send(format!("{request}\n")).is_ok());
        let answer = self.answers.recv_timeout(ORACLE_ANSWER);
        match answer {
            Ok(Some(line)) => Answer::read(&line).ok_or_else(|| {
                let shown: String = line.trim_end().chars().take(80).collect();
                failed(format!("answered `{shown}` to {request}"))
            }),
            Ok(None) | Err(RecvTimeoutError::Disconnected) => {
                Err(failed(format!("ended without an answer to {request}")))
            }
            Err(RecvTimeoutError::Timeout) if sent => {
                Err(failed(format!("did not answer within {} s: {request}", ORACLE_ANSWER.as_secs())))
            }
            Err(RecvTimeoutError::Timeout) => Err(failed("no longer reads requests".to_owned())),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.questions = None;
        // It may have ended by itself, and then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask_all(mut stdin: ChildStdin, questions: &Receiver<String>) {
    for question in questions {
        if stdin.write_all(question.as_bytes()).and_then(|()| stdin.flush()).is_err() {
            return; // The other side has closed it; the missing answer tells.
        }
    }
}

/// Yields the lines, and then nothing.
fn read_all(stdout: ChildStdout, answers: &Sender<Option<String>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = stdout.by_ref().take(ORACLE_LINE as u64).read_until(b'\n', &mut line);
        let more = read.is_ok_and(|bytes| bytes > 0);
        let line = more.then(|| String::from_utf8_lossy(&line).into_owned());
        if answers.send(line).is_err() || !more {
            return;
        }
    }
}

/// Why a program cannot serve as an oracle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OracleError {
    command: String,
    why: String,
}

impl OracleError {
    /// How to fix it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        "read one request per line and answer each at once with a line: `{\"verdict\":\"allow\"}`, or one of the words \
         `allow`, `deny`, `forbidden`, `not_permitted`, `refused`"
    }
}

impl fmt::Display for OracleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.command, self.why)
    }
}

impl std::error::Error for OracleError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_json_or_a_word() {
        assert_eq!(Answer::read("{\"verdict\":\"allow\"}\n"), Some(Answer::Allow));
        assert_eq!(Answer::read("not_permitted  policy p\n"), Some(Answer::Exactly("not_permitted")));
        assert_eq!(Answer::read("true"), Some(Answer::Allow));
        assert_eq!(Answer::read("\"deny\""), Some(Answer::Deny));
        for nothing in ["", "maybe", "{}", "{\"verdict\":1}", "ALLOW", "1"] {
            assert_eq!(Answer::read(nothing), None, "{nothing}");
        }
        assert!(Answer::Deny.agrees("refused") && !Answer::Exactly("forbidden").agrees("refused"));
    }
}
