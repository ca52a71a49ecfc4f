//! `placet warp10 worf`: Worf's command line, on files and a terminal.

use std::fs;
use std::io::stdin;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::common::keys_of;
use crate::bounded::next_line;
use crate::inputs;
use crate::outputs::{Existing, Secrecy, write};
use crate::ui::{Exit, Failure, Outcome, Ui};
use placet::model::time::Time;
use placet::token::keys::SystemRandom;
use placet_warp10::config::Config;
use placet_warp10::keys::TokenKeys;
use placet_warp10::limits::WARP10_TOKEN_TEXT;
use placet_warp10::worf::WorfError;
use placet_warp10::worf::defaults::Defaults;
use placet_warp10::worf::options::{HELP, Options};
use placet_warp10::worf::order::Order;
use placet_warp10::worf::session::Session;
use placet_warp10::worf::template::{Fields, fill, is_template, output_name};

/// Does what Worf did (Warp 10 1.0 to 2.11), with its options: `-t -a APP -puidg -ttl MS CONFIG`.
///
/// `-h` lists them. A template is written to a file of its own, and tokens are printed as one line
/// of JSON.
#[derive(clap::Args, Debug)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// Worf's own options, and a configuration
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    words: Vec<String>,
}

/// # Errors
/// The options are not understood, a file cannot be read or written, or keys are missing.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let options = match Options::parse(&args.words) {
        Ok(options) => options,
        Err(error) => return Err(Failure::with_page(error, HELP)),
    };
    if options.help {
        ui.line(HELP);
        return Ok(Exit::Yes);
    }
    if options.version {
        ui.line(env!("CARGO_PKG_VERSION"));
        return Ok(Exit::Yes);
    }
    let Some(config) = &options.config else {
        return Err(Failure::with_page("Config or template file missing.", HELP));
    };
    let run = Run { ui, options: &options, now: inputs::clock(None)? };
    let given = Path::new(config);
    let text = Zeroizing::new(inputs::text(given)?);
    let (config, text) = if is_template(&text) { run.fill(given, &text)? } else { (given.to_owned(), text) };
    if config != given && options.keys.is_some() {
        run.say("Warp configuration file used for tokens generation in templates");
        run.say("For generate tokens, reload Worf without 'ks' option");
        return Ok(Exit::Yes);
    }
    if options.mint {
        let order = run.order(&config)?;
        let json = order.mint(&keys(&inputs::name(&config), &text)?, run.now);
        run.remember(&config, &order.to_defaults());
        ui.json(&json);
    }
    if options.interactive {
        let keys = keys(&inputs::name(&config), &text)?;
        run.talk(&config, &keys)?;
    }
    Ok(Exit::Yes)
}

fn keys(name: &str, text: &str) -> Result<TokenKeys, Failure> {
    let config = Config::read([(name, text)], []).map_err(|error| Failure::new(error.to_string()))?;
    Ok(keys_of(&config)?.token)
}

fn remembered(config: &Path) -> Defaults {
    let bytes = Defaults::path(config).and_then(|path| fs::read(path).ok());
    bytes.map_or_else(Defaults::default, |bytes| Defaults::read(&bytes))
}

struct Run<'r> {
    ui: &'r Ui,
    options: &'r Options,
    now: Time,
}

impl Run<'_> {
    fn order(&self, config: &Path) -> Result<Order, Failure> {
        Order::of(self.options, &remembered(config), self.now, &mut SystemRandom).map_err(|error| failed(&error))
    }

    fn say(&self, line: &str) {
        if !self.options.quiet {
            self.ui.note(line);
        }
    }

    /// Fills in a template, and writes what comes of it: its path and its text.
    fn fill(&self, config: &Path, text: &str) -> Result<(PathBuf, Zeroizing<String>), Failure> {
        let out = self.options.output.as_ref().map_or_else(
            || config.with_file_name(output_name(&inputs::name(config.file_name().unwrap_or_default().as_ref()))),
            PathBuf::from,
        );
        if out == config {
            return Err(Failure::new("a template is not overwritten").help("name the output: -o FILE"));
        }
        let mut fields = Filling { run: self, template: config, order: None, keys: None };
        let filled = fill(text, &mut fields, &mut SystemRandom).map_err(|error| failed(&error))?;
        write(&out, filled.as_bytes(), Secrecy::Secret, Existing::Keep)?;
        self.say(&format!("Warp configuration saved ({})", out.display()));
        Ok((out, filled))
    }

    fn talk(&self, config: &Path, keys: &TokenKeys) -> Result<(), Failure> {
        let mut session = Session::new(keys, self.now, SystemRandom, remembered(config));
        while let Some(prompt) = session.prompt() {
            self.ui.prompt(prompt);
            let Some(line) = typed()? else { break };
            self.ui.text(session.answer(&line));
        }
        if let Some(defaults) = session.defaults() {
            self.remember(config, defaults);
        }
        Ok(())
    }

    /// An existing file stays. Failing to write one is only a warning, since the tokens exist.
    fn remember(&self, config: &Path, defaults: &Defaults) {
        let Some(path) = Defaults::path(config).filter(|path| !path.exists()) else { return };
        let written = write(&path, defaults.write().as_bytes(), Secrecy::Secret, Existing::Keep);
        if let (Err(failure), false) = (written, self.options.quiet) {
            self.ui.warning(failure);
        }
    }
}

/// Fills in fields: tokens with the keys of `-ks`, questions on the terminal.
struct Filling<'r> {
    run: &'r Run<'r>,
    template: &'r Path,
    order: Option<Order>,
    keys: Option<TokenKeys>,
}

impl Fields for Filling<'_> {
    fn token(&mut self, setting: &str, write: bool) -> Result<String, WorfError> {
        let error = |failure: Failure| WorfError(failure.to_string());
        let options = self.run.options;
        let missing = |option| WorfError(format!("Unable to generate template tokens missing -{option} option"));
        if !options.mint {
            return Err(missing("t"));
        }
        let file = options.keys.as_ref().ok_or_else(|| missing("ks"))?;
        let order = match self.order.take() {
            Some(order) => order,
            None => self.run.order(self.template).map_err(error)?,
        };
        let keys = match self.keys.take() {
            Some(keys) => keys,
            None => {
                let path = Path::new(file);
                keys(&inputs::name(path), &Zeroizing::new(inputs::text(path).map_err(error)?)).map_err(error)?
            }
        };
        let token = if write { order.write(self.run.now) } else { order.read(self.run.now) };
        let text = keys.mint(&token);
        self.run.say(&format!("Token generated key={setting}  ident={}", keys.ident(&text)));
        (self.order, self.keys) = (Some(order), Some(keys));
        Ok(text)
    }

    fn ask(&mut self, setting: &str, kind: &str, hint: &str) -> Option<String> {
        if !self.run.options.interactive {
            return None;
        }
        self.run.ui.prompt(format_args!("{setting} ({kind}:{hint})>"));
        let line = typed().ok().flatten()?;
        let answer = line.trim();
        (!answer.is_empty()).then(|| answer.to_owned())
    }
}

/// The next line of standard input.
fn typed() -> Result<Option<String>, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::new(format!("cannot read standard input: {why}"));
    let line = next_line(&mut stdin().lock(), WARP10_TOKEN_TEXT).map_err(|error| failed(&error))?;
    line.map(|line| line.text().map(str::to_owned).map_err(|why| failed(&why))).transpose()
}

fn failed(error: &WorfError) -> Failure {
    Failure::new(error.to_string())
}
