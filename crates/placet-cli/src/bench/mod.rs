//! `placet bench`: measures what decisions cost with your own policy.

mod cedar;
mod requests;
mod show;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::block::Choice;
use super::time_args::{read_duration, read_time};
use super::ui::{Exit, Failure, Outcome, Ui, progress};
use super::{inputs, outputs};
use placet::model::time::Time;
use placet_tools::bench::{Measured, Plan, Workload, page};
use placet_tools::testing::Keys;

/// Measures decisions: how long they take, how many there are in a second, what they allocate, how
/// large everything is.
///
/// The requests are those of the `.cases` file beside the policy file. Without one, some are made
/// up, and the output says so. Times are those of this machine at this moment: compare only what
/// was measured in one run.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet bench policies/tenant.placet
  placet bench policies/tenant.placet --against simpler.placet --html bench.html
  placet bench policy.placet --requests recorded.jsonl --with user=42 --threads 4

Requests in a `.jsonl` file are JSON, one per line, as `placet eval` reads them.")]
pub struct Args {
    /// The policy file; a name that ends in `.json` is the map form
    file: PathBuf,

    /// Requests to decide: a `.cases` file, or JSON, one request per line
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,

    /// Another policy file, which decides the same requests; a `.cedar` file is run by the command
    /// `cedar`
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,

    /// Time for each route's latency, and again for its throughput
    #[arg(long = "for", value_name = "DURATION", value_parser = read_duration, default_value = "1s")]
    each: Duration,

    /// The number of rounds over all requests, instead of a time
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    runs: Option<u64>,

    /// The largest number of threads that decide at the same time, instead of one for each
    /// processor; 0 skips the throughput
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(0..=256))]
    threads: Option<u16>,

    /// Write a page with a plot
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    #[command(flatten)]
    choice: Choice,

    /// The time of requests that have none, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,
}

/// # Errors
/// A file cannot be read, or there is nothing to measure.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let keys = Keys::ephemeral().map_err(|error| Failure::new(error.to_string()))?;
    let now = inputs::now(args.now);
    let reading = requests::Reading { ui, choice: &args.choice, keys: &keys, now };
    let Some(document) = reading.document(&args.file)? else { return Ok(Exit::CouldNot) };
    let source = reading.source(&args.file, &document, args.requests.as_deref())?;
    let Some(workload) = reading.workload(&document, &source)? else { return Ok(Exit::CouldNot) };
    let mut all = vec![(args.file.display().to_string(), workload)];
    let is_cedar = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "cedar");
    let cedar = args.against.as_ref().filter(is_cedar).map(|path| cedar::decide(path, &all[0].1)).transpose()?;
    if let Some(against) = args.against.as_ref().filter(|_| cedar.is_none()) {
        let Some(document) = reading.document(against)? else { return Ok(Exit::CouldNot) };
        let Some(workload) = reading.workload(&document, &source)? else { return Ok(Exit::CouldNot) };
        all.push((against.display().to_string(), workload));
    }
    let measured = measure(&all, &args.plan())?;
    let named: Vec<_> = measured.iter().map(|(name, measured)| (*name, measured)).collect();
    let notes = show::notes(&named, &source, cedar.as_ref());
    if ui.is_json() {
        ui.json(&show::as_json(&named, &notes, cedar.as_ref()));
    } else {
        show::tables(ui, &named, &notes, cedar.as_ref());
    }
    if let Some(path) = &args.html {
        outputs::to_file_or_stdout(ui, path, page::write(&named, &notes).as_bytes())?;
    }
    Ok(Exit::Yes)
}

fn measure<'w>(all: &'w [(String, Workload)], plan: &Plan) -> Result<Vec<(&'w str, Measured)>, Failure> {
    let bar = progress(Some(1000), "{msg}");
    let mut measured = Vec::new();
    for (name, workload) in all {
        bar.set_message(name.clone());
        #[expect(clippy::cast_sign_loss, reason = "a share is between 0 and 1")]
        let found = workload.measure(plan, |share| bar.set_position((share * 1000.0) as u64));
        measured.push((name.as_str(), found.map_err(|none| Failure::new(format!("{none} with `{name}`")))?));
    }
    bar.finish_and_clear();
    Ok(measured)
}

impl Args {
    fn plan(&self) -> Plan {
        let threads = self.threads.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from);
        let each = self.each.max(Duration::from_millis(1));
        Plan { each, rounds: self.runs, threads }
    }
}
