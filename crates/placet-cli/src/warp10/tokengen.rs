//! `placet warp10 tokengen`: runs envelopes, and prints what they leave as Warp 10's own tool does.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::common::{Configuration, keys_of};
use crate::inputs;
use crate::time_args::read_time;
use crate::ui::{Exit, Failure, Outcome, Ui};
use placet::diag::Source;
use placet::model::time::Time;
use placet::token::keys::{Randomness, RandomnessError, SystemRandom};
use placet_warp10::config::Config;
use placet_warp10::java_compat::uuid_to_text;
use placet_warp10::keys::TokenKeys;
use placet_warp10::lints::doubts;
use placet_warp10::script::output::stack_json;
use placet_warp10::script::{Host, Machine, ScriptError, TimeUnit, Value};
use placet_warp10::worf::random_uuid;

/// Mints tokens from envelopes: WarpScript with `TOKENGEN`.
///
/// Prints the whole stack as a JSON array, with the token that was minted last first. If an
/// envelope has an error, nothing is printed at all.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  placet warp10 tokengen envelope.mc2 --config secrets.conf")]
pub struct Args {
    /// The envelopes, or `-` for standard input
    #[arg(required = true, value_name = "ENVELOPE")]
    envelopes: Vec<PathBuf>,

    #[command(flatten)]
    configuration: Configuration,

    /// The value of `NOW`, in ms since 1970 or as a date, instead of now
    #[arg(long, value_name = "MS", value_parser = read_time, allow_negative_numbers = true)]
    now: Option<Time>,

    /// The value of `UUID`, instead of a random one
    #[arg(long)]
    uuid: Option<String>,

    /// The unit of the platform, instead of the configuration's `warp.timeunits`
    #[arg(long, value_enum)]
    unit: Option<Unit>,

    /// Print errors in Warp 10's words
    #[arg(long)]
    warp10_messages: bool,
}

/// `warp.timeunits`
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Unit {
    /// Microseconds
    Us,
    /// Milliseconds
    Ms,
    /// Nanoseconds
    Ns,
}

/// # Errors
/// A file cannot be read, a key is missing, or there is no randomness.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let config = args.configuration.read(ui)?;
    let keys = keys_of(&config)?.token;
    let unit = unit(args.unit, &config)?;
    let now = inputs::clock(args.now)?.as_millis().saturating_mul(unit.in_a_millisecond());
    let mut out = String::new();
    for envelope in &args.envelopes {
        let text = inputs::text(envelope)?;
        let mut no_randomness = false;
        let result = {
            let mut host = Host::new(now, || match &args.uuid {
                Some(uuid) => uuid.clone(),
                None => new_uuid().unwrap_or_else(|RandomnessError| {
                    no_randomness = true;
                    String::new()
                }),
            });
            host.unit = unit;
            host.keys = Some(&keys);
            host.ident = config.get("warp.ident").map(str::to_owned);
            let mut machine = Machine::new(host);
            let result = machine.run(&text);
            machine.remarks().iter().for_each(|remark| ui.warning(remark));
            result.map(|stack| (stack_json(&stack, machine.json_style()), stack))
        };
        if no_randomness {
            return Err(Failure::new(RandomnessError.to_string()));
        }
        match result {
            Ok((json, stack)) => {
                out.push_str(&json);
                out.push('\n');
                stack.iter().for_each(|value| warn(ui, value, &keys));
            }
            Err(error) => return Ok(refuse(ui, &inputs::name(envelope), &text, &error, args.warp10_messages)),
        }
    }
    ui.text(out);
    Ok(Exit::Yes)
}

/// The unit that is given, or that of the configuration.
///
/// # Errors
/// The configuration names an unknown one.
pub fn unit(given: Option<Unit>, config: &Config) -> Result<TimeUnit, Failure> {
    let configured = config.setting("warp.timeunits").map_err(|error| Failure::new(error.to_string()))?;
    match (given, configured) {
        (Some(Unit::Us), _) | (None, None) => Ok(TimeUnit::Microseconds),
        (Some(Unit::Ms), _) => Ok(TimeUnit::Milliseconds),
        (Some(Unit::Ns), _) => Ok(TimeUnit::Nanoseconds),
        (None, Some(name)) => TimeUnit::from_name(name)
            .ok_or_else(|| Failure::new(format!("`warp.timeunits` is `{name}`")).help("it is `us`, `ms` or `ns`")),
    }
}

/// A random UUID.
///
/// # Errors
/// There is no randomness.
pub fn new_uuid() -> Result<String, RandomnessError> {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes)?;
    Ok(uuid_to_text(&random_uuid(bytes)))
}

/// Warns about mistakes that do not keep a token from being minted.
fn warn(ui: &Ui, value: &Value, keys: &TokenKeys) {
    let Some(Value::String(text)) = value.get("token") else { return };
    let Ok(token) = keys.open(text) else { return };
    for doubt in doubts(&token) {
        match value.get("id") {
            Some(id) => ui.warning(format_args!("`{}`: {doubt}", id.java_text())),
            None => ui.warning(doubt),
        }
    }
}

/// An envelope with an error: nothing goes to standard output but what `--format json` promises.
fn refuse(ui: &Ui, name: &str, text: &str, error: &ScriptError, as_warp10: bool) -> Exit {
    if ui.is_json() {
        ui.json(&json!({
            "verdict": "error", "cause": error.code.id(), "message": error.message, "file": name, "line": error.line,
            "help": error.help, "messages": error.messages,
        }));
    } else if as_warp10 {
        error.messages.iter().for_each(|message| ui.note(message));
    } else {
        // A script's line may end with a CR alone. The places of the text stay where they are.
        let text = text.replace("\r\n", " \n").replace('\r', "\n");
        ui.note(ui.drawn(&[error.diagnostic()], &Source::text(name, text), ui.error_colour));
    }
    Exit::No
}
