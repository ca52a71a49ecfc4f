//! Worf's command line: options of one dash.

use super::{WorfError, plain, texts, uuid, uuids};
use crate::compat::warp10::selectors::parse_labels;
use crate::compat::warp10::token::Pairs;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Options {
    /// The configuration, or the template of one.
    pub config: Option<String>,
    /// `-t`
    pub mint: bool,
    /// `-tt`
    pub kinds: Kinds,
    /// `-a`
    pub application: Option<String>,
    /// `-a APP{A,B}`
    pub applications: Option<Vec<String>>,
    /// `-puid`
    pub producer: Option<[u8; 16]>,
    /// `-puid UUID{U,V}`
    pub producers: Option<Vec<[u8; 16]>>,
    /// `-puidg`
    pub new_producer: bool,
    /// `-ouid`
    pub owner: Option<[u8; 16]>,
    /// `-ouid UUID{U,V}`
    pub owners: Option<Vec<[u8; 16]>>,
    /// `-ouidg`
    pub new_owner: bool,
    /// `-ttl`, in ms.
    pub ttl: Option<i64>,
    /// `-l`
    pub labels: Pairs,
    /// `-ks`: the file with the keys for tokens inside of a template.
    pub keys: Option<String>,
    /// `-o`
    pub output: Option<String>,
    /// `-i`
    pub interactive: bool,
    /// `-q`
    pub quiet: bool,
    /// `-v`
    pub verbose: bool,
    /// `-h`
    pub help: bool,
    /// `-version`
    pub version: bool,
}

/// `-tt`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    /// `r`
    Read,
    /// `w`
    Write,
    /// `rw`
    #[default]
    Both,
}

impl Options {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// An option is unknown, lacks its value, or its value is none.
    pub fn parse(words: &[String]) -> Result<Self, WorfError> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix('-').filter(|name| !name.is_empty()) else {
                if options.config.replace(word.clone()).is_some() {
                    return Err(WorfError::new("there is more than one configuration"));
                }
                continue;
            };
            let name = name.strip_prefix('-').unwrap_or(name);
            if !options.switch(name) {
                let missing = || WorfError::new(format!("Missing argument for option: {name}"));
                options.value(name, || words.next().map(String::as_str).ok_or_else(missing))?;
            }
        }
        Ok(options)
    }

    /// Sets what takes no value.
    fn switch(&mut self, name: &str) -> bool {
        let switch = match name {
            "t" | "token" => &mut self.mint,
            "puidg" => &mut self.new_producer,
            "ouidg" => &mut self.new_owner,
            "i" | "interactive" => &mut self.interactive,
            "q" | "quiet" => &mut self.quiet,
            "v" | "verbose" => &mut self.verbose,
            "h" | "help" => &mut self.help,
            "version" => &mut self.version,
            // It never had an effect.
            "f" | "format" => return true,
            _ => return false,
        };
        *switch = true;
        true
    }

    fn value<'w>(&mut self, name: &str, value: impl FnOnce() -> Result<&'w str, WorfError>) -> Result<(), WorfError> {
        match name {
            "tt" => self.kinds = kinds(value()?)?,
            "a" => {
                let (one, list) = braced(value()?)?;
                self.application = Some(plain(one)?);
                self.applications = list.map(texts).transpose()?;
            }
            "puid" => {
                let (one, list) = braced(value()?)?;
                self.producer = Some(uuid(one)?);
                self.producers = list.map(uuids).transpose()?;
            }
            "ouid" => {
                let (one, list) = braced(value()?)?;
                self.owner = Some(uuid(one)?);
                self.owners = list.map(uuids).transpose()?;
            }
            "ttl" => {
                let text = value()?;
                let ttl = text.parse().map_err(|_| WorfError::new(format!("For input string: \"{text}\"")))?;
                self.ttl = Some(ttl);
            }
            "l" => self.labels = labels(value()?)?,
            "ks" => self.keys = Some(value()?.to_owned()),
            "o" => self.output = Some(value()?.to_owned()),
            unknown => return Err(WorfError::new(format!("Unrecognized option: -{unknown}"))),
        }
        Ok(())
    }
}

fn kinds(text: &str) -> Result<Kinds, WorfError> {
    match text {
        "r" => Ok(Kinds::Read),
        "w" => Ok(Kinds::Write),
        "rw" => Ok(Kinds::Both),
        other => Err(WorfError::new(format!("Invalid token type: {other}"))),
    }
}

/// `a=b,c=d`
pub(super) fn labels(text: &str) -> Result<Pairs, WorfError> {
    parse_labels(text).map_err(|error| WorfError::new(error.to_string()))
}

/// `one{a,b}`
fn braced(text: &str) -> Result<(&str, Option<&str>), WorfError> {
    match text.split_once('{') {
        None => Ok((text, None)),
        Some((one, rest)) => match rest.strip_suffix('}') {
            Some(list) => Ok((one, Some(list))),
            None => Err(WorfError::new(format!("`{text}` has no closing `}}`"))),
        },
    }
}

/// What `-h` prints.
pub const HELP: &str = "\
usage: worf [options] CONFIG
 -t            mint tokens
 -tt KIND      r, w or rw (default)
 -a APP        application, or APP{APP1,APP2} with those that a READ token reads
 -puid UUID    producer, or UUID{UUID1,UUID2} with those that a READ token reads
 -puidg        make a new producer
 -ouid UUID    owner, or UUID{UUID1,UUID2} with those that a READ token reads; the producer by default
 -ouidg        make a new owner
 -ttl MS       how long the tokens live, in milliseconds
 -l LABELS     labels, as key1=value1,key2=value2
 -ks FILE      keys for tokens inside of a template
 -o FILE       where the configuration made from a template goes; it must not exist
 -i            ask
 -q            say nothing but tokens
 -v            say more
 -h            this text
 -version      the version";
