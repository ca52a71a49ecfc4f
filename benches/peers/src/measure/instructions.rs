//! Instructions of one decision, counted by valgrind: they repeat where times do not.
//!
//! This program runs itself under `valgrind --tool=callgrind`, twice with different numbers of repetitions; what they differ
//! by is the repetitions alone, without the start.

use std::env;
use std::process::Command;

use super::tables::{Row, Shown, Table};
use crate::contender::Contender;
use crate::question::Question;

/// What is repeated.
const KINDS: [&str; 2] = ["cold", "warm"];

const FEW: u64 = 4;
const MANY: u64 = 24;

/// All rows of a question so often: what runs under valgrind.
///
/// # Errors
/// The contender can not express the question, or nothing is called so.
pub fn repeat(contender: &dyn Contender, question: Question, kind: &str, times: u64) -> Result<(), String> {
    let mut service = contender.open(question)?;
    let rows = service.rows();
    let text = service.mint().unwrap_or_default();
    for _ in 0..times {
        std::hint::black_box(match kind {
            "cold" => service.cold_all(&text, rows),
            "warm" => service.warm_all(rows),
            _ => return Err(format!("`{kind}` is neither cold nor warm")),
        });
    }
    Ok(())
}

/// Cold and warm instructions of each contender for each token.
pub fn table(contenders: &[&dyn Contender], say: &dyn Fn(&str)) -> Table {
    let mut notes = Vec::new();
    let mut rows = Vec::new();
    for contender in contenders {
        say(&format!("instructions: {}", contender.name()));
        let mut cells = Vec::new();
        for question in Question::TOKENS {
            for kind in KINDS {
                let counted = contender.open(question).map_err(str::to_owned).and_then(|service| {
                    let rows = service.rows() as u64;
                    let [few, many] = [FEW, MANY].map(|times| collected(contender.name(), question, kind, times));
                    Ok((many? - few?) as f64 / ((MANY - FEW) * rows) as f64)
                });
                cells.push(
                    counted.map_err(|why| notes.push(format!("{}: {why}", contender.name()))).ok().map(Shown::Number),
                );
            }
        }
        rows.push(Row { contender: contender.name(), cells });
    }
    notes.dedup();
    let columns = Question::TOKENS.iter().flat_map(|question| KINDS.map(|kind| format!("{}, {kind}", question.name())));
    Table { title: "Instructions".to_owned(), unit: "instructions", columns: columns.collect(), rows, notes }
}

/// What valgrind says that it has collected.
fn collected(contender: &str, question: Question, kind: &str, times: u64) -> Result<u64, String> {
    let this = env::current_exe().map_err(|error| error.to_string())?;
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this)
        .args(["--repeat", contender, &question.name(), kind, &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let number = said
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .and_then(|(_, number)| number.trim().parse().ok());
    number.ok_or_else(|| format!("valgrind did not count: {}", said.lines().last().unwrap_or_default()))
}
