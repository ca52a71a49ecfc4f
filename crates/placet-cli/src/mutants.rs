//! `placet test --mutate`: finds small mistakes in a policy that its cases do not notice.

use std::path::Path;

use serde_json::{Value as Json, json};
use similar::TextDiff;

use super::inputs;
use super::ui::{BOLD, DIM, Failure, GREEN, RED, Ui, YELLOW, paint, plural, progress};
use placet::check::library::Library;
use placet::diag::Source;
use placet::model::time::Time;
use placet::span::Span;
use placet_tools::testing::Keys;
use placet_tools::testing::mutate::{Mutant, Score, ScoreError, Trial};

/// Whether mutants are wanted, and how many must be noticed.
#[derive(clap::Args, Debug)]
pub struct MutantArgs {
    /// Make small mistakes in the policies, one at a time, and show those that no case notices
    #[arg(long)]
    mutate: bool,

    /// Fail if less than this share of them is noticed
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    mutants_min: Option<u8>,
}

/// The scores of all files.
#[derive(Debug, Default)]
pub struct Scores {
    all: Score,
    files: Vec<Json>,
}

impl MutantArgs {
    /// Whether mutants are wanted.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.mutate || self.mutants_min.is_some()
    }

    /// Whether enough of them are noticed.
    #[must_use]
    pub fn suffices(&self, scores: &Scores) -> bool {
        let wanted = self.mutants_min.map_or(0, |percent| usize::from(percent) * 10);
        wanted == 0 || scores.all.permille().is_some_and(|permille| permille >= wanted)
    }

    /// Shows the score of all files.
    pub fn close(&self, ui: &Ui, scores: &Scores) {
        ui.line(format_args!("\n{}", summary(ui, &scores.all)));
        if let Some(wanted) = self.mutants_min.filter(|_| !self.suffices(scores)) {
            ui.line(paint(ui.colour, RED, format_args!("less than the required {wanted} %")));
        }
    }
}

impl Scores {
    /// Tries the mutants of the policy beside a case file, and shows those that survive. Lines of
    /// maps have no mutants.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn run(&mut self, ui: &Ui, path: &Path, library: &Library, now: Time, keys: &Keys) -> Result<(), Failure> {
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            return Ok(());
        }
        let policy = inputs::beside(path)?;
        let name = policy.display().to_string();
        if inputs::is_map(&policy) {
            ui.warning(format_args!("`{name}` is a map, and mutants need text: `placet fmt --to text` writes it"));
            return Ok(());
        }
        let (text, cases) = (inputs::text(&policy)?, inputs::text(path)?);
        let cases = (&*path.display().to_string(), &*cases);
        let trial = Trial { policy: (&name, &text), cases, library, now, keys };
        let bar = progress(Some(0), "{pos} of {len} mutants");
        let score = trial.score(|done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        });
        bar.finish_and_clear();
        match score {
            Ok(score) => self.scored(ui, &name, &text, &score),
            // Mistakes in the files were shown when the cases were run.
            Err(ScoreError::Broken(_)) => {}
            Err(failing @ ScoreError::Failing(_)) => ui.note(format_args!("{name}: {failing}")),
        }
        Ok(())
    }

    fn scored(&mut self, ui: &Ui, name: &str, text: &str, score: &Score) {
        self.all.add(score);
        self.files.push(of_file(name, text, score));
        if ui.is_json() {
            return;
        }
        ui.line(format_args!("\n{}  {}", paint(ui.colour, BOLD, name), summary(ui, score)));
        for mutant in score.survivors.iter().take(SHOWN) {
            let (line, column) = place(text, mutant);
            let place = format!("{line}:{column}");
            ui.line(format_args!("  {place:<7} {}", paint(ui.colour, YELLOW, mutant.kind.words())));
            let diff = diff(name, text, mutant, 0);
            for line in diff.lines().filter(|line| !line.starts_with("---") && !line.starts_with("+++")) {
                let colour = match line.as_bytes().first() {
                    Some(b'-') => RED,
                    Some(b'+') => GREEN,
                    _ => DIM,
                };
                ui.line(format_args!("    {}", paint(ui.colour, colour, line)));
            }
        }
        let more = score.survivors.len().saturating_sub(SHOWN);
        if more > 0 {
            ui.line(format_args!("  … and {more} more; `--format json` shows all"));
        }
    }

    /// The scores as JSON.
    #[must_use]
    pub fn as_json(&self) -> Json {
        json!({ "totals": numbers(&self.all), "files": self.files })
    }
}

/// How many survivors of a file are shown to people.
const SHOWN: usize = 50;

/// `41 of 45 mutants noticed: 91.1 %  (3 refused by the checker, 1 the same as before)`
fn summary(ui: &Ui, score: &Score) -> String {
    let share = score.permille().map(|permille| format!(": {}.{} %", permille / 10, permille % 10));
    let (killed, counted) = (score.killed, score.counted());
    let mut line = format!("{killed} of {} noticed{}", plural(counted, "mutant"), share.unwrap_or_default());
    if score.left_out > 0 {
        line.push_str(&format!("; {} more were not tried", score.left_out));
    }
    let colour = if score.survivors.is_empty() && counted > 0 { GREEN } else { YELLOW };
    let besides = format!("  ({} refused by the checker, {} the same as before)", score.refused, score.same);
    format!("{}{}", paint(ui.colour, colour, line), paint(ui.colour, DIM, besides))
}

/// Where it begins, after the blanks that a dropped rule takes along.
fn place(text: &str, mutant: &Mutant) -> (usize, usize) {
    let whole = mutant.at.of(text);
    let start = mutant.at.start + whole.len() - whole.trim_start().len();
    Source::text("", text).line_and_column(Span::new(start, mutant.at.end)).unwrap_or((1, 1))
}

/// The change of a mutant, as `diff -u` writes it.
fn diff(name: &str, text: &str, mutant: &Mutant, context: usize) -> String {
    let changed = mutant.of(text);
    let diff = TextDiff::from_lines(text, &changed);
    diff.unified_diff().context_radius(context).missing_newline_hint(false).header(name, name).to_string()
}

#[expect(clippy::cast_precision_loss, reason = "no more than a thousand")]
fn numbers(score: &Score) -> Json {
    let percent = score.permille().map(|permille| permille as f64 / 10.0);
    let Score { killed, survivors, refused, same, left_out } = score;
    json!({
        "killed": killed, "survived": survivors.len(), "percent": percent,
        "refused": refused, "same": same, "left_out": left_out,
    })
}

fn of_file(name: &str, text: &str, score: &Score) -> Json {
    let survivors = score.survivors.iter().map(|mutant| {
        let (line, column) = place(text, mutant);
        json!({ "line": line, "column": column, "kind": mutant.kind.name(), "diff": diff(name, text, mutant, 3) })
    });
    json!({ "file": name, "totals": numbers(score), "survivors": survivors.collect::<Vec<_>>() })
}
