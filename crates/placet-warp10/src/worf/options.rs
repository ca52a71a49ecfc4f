//! Worf's command line: options with a short and a long name, after one dash or two.

use std::collections::BTreeMap;

use super::{WorfError, plain, uuid};
use crate::selectors::parse_labels;
use crate::token::Pairs;

/// The options of a run.
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

/// An option, by its two names: either comes after one dash or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Named {
    short: &'static str,
    long: &'static str,
    takes: bool,
}

/// All options. `f` never had an effect.
const OPTIONS: [Named; 17] = [
    Named { short: "a", long: "app-name", takes: true },
    Named { short: "puid", long: "producer-uuid", takes: true },
    Named { short: "ouid", long: "owner-uuid", takes: true },
    Named { short: "tt", long: "tt", takes: true },
    Named { short: "ttl", long: "ttl", takes: true },
    Named { short: "l", long: "labels", takes: true },
    Named { short: "ks", long: "keystore", takes: true },
    Named { short: "o", long: "output", takes: true },
    Named { short: "t", long: "tokens", takes: false },
    Named { short: "puidg", long: "producer-uuid-gen", takes: false },
    Named { short: "ouidg", long: "owner-uuid-gen", takes: false },
    Named { short: "i", long: "interactive", takes: false },
    Named { short: "q", long: "quiet", takes: false },
    Named { short: "v", long: "verbose", takes: false },
    Named { short: "h", long: "help", takes: false },
    Named { short: "version", long: "version", takes: false },
    Named { short: "f", long: "format", takes: false },
];

/// The option of a word; none if the word is not an option.
fn option(word: &str) -> Result<Option<Named>, WorfError> {
    let Some(name) = word.strip_prefix('-').filter(|name| !name.is_empty()) else { return Ok(None) };
    let name = name.strip_prefix('-').unwrap_or(name);
    let named = OPTIONS.into_iter().find(|option| option.short == name || option.long == name);
    named.map(Some).ok_or_else(|| WorfError::new(format!("Unrecognized option: {word}")))
}

impl Options {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// An option is unknown, lacks its value, has two, or has an invalid one; or two options
    /// exclude each other.
    pub fn parse(words: &[String]) -> Result<Self, WorfError> {
        let mut options = Self::default();
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match option(word)? {
                None if options.config.is_some() => {
                    return Err(WorfError::new("Too many arguments, only one config or template file expected."));
                }
                None => options.config = Some(word.to_owned()),
                Some(Named { short, takes: false, .. }) => options.switch(short),
                Some(Named { short, takes: true, .. }) => {
                    let is_value = |next: &&str| !matches!(option(next), Ok(Some(_)));
                    let missing = || WorfError::new(format!("Missing argument for option: {short}"));
                    let value = words.next().filter(is_value).ok_or_else(missing)?;
                    if values.insert(short, value).is_some_and(|before| before != value) {
                        return Err(WorfError::new(format!("The option '{short}' has two values")));
                    }
                    options.value(short, value)?;
                }
            }
        }
        exclude("puid", options.producer.is_some(), "puidg", options.new_producer)?;
        exclude("ouid", options.owner.is_some(), "ouidg", options.new_owner)?;
        Ok(options)
    }

    /// Sets an option without a value.
    fn switch(&mut self, short: &str) {
        match short {
            "t" => self.mint = true,
            "puidg" => self.new_producer = true,
            "ouidg" => self.new_owner = true,
            "i" => self.interactive = true,
            "q" => self.quiet = true,
            "v" => self.verbose = true,
            "h" => self.help = true,
            "version" => self.version = true,
            _ => {}
        }
    }

    fn value(&mut self, short: &str, value: &str) -> Result<(), WorfError> {
        match short {
            "tt" => self.kinds = kinds(value)?,
            "a" => (self.application, self.applications) = applications(value)?,
            "puid" => (self.producer, self.producers) = ids(value)?,
            "ouid" => (self.owner, self.owners) = ids(value)?,
            "ttl" => {
                let ttl = value.parse().map_err(|_| WorfError::new(format!("For input string: \"{value}\"")))?;
                self.ttl = Some(ttl);
            }
            "l" => self.labels = labels(value)?,
            "ks" => self.keys = Some(value.to_owned()),
            "o" => self.output = Some(value.to_owned()),
            _ => {}
        }
        Ok(())
    }
}

/// One of a group of options excludes the other.
fn exclude(one: &str, has_one: bool, other: &str, has_other: bool) -> Result<(), WorfError> {
    if !(has_one && has_other) {
        return Ok(());
    }
    let message = "was specified but an option from this group has already been selected";
    Err(WorfError::new(format!("The option '{other}' {message}: '{one}'")))
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

/// `shop`, or `shop{a,b}`: the application, and the applications that a READ token reads. Percent
/// escapes exist only with a list, as in Warp 10.
fn applications(text: &str) -> Result<(Option<String>, Option<Vec<String>>), WorfError> {
    let Some((one, list)) = braced(text) else { return Ok((Some(text.to_owned()), None)) };
    // As in Java's `split`: empty parts at the end are dropped. Without any part, the list is the
    // application itself.
    let list = list.trim_end_matches(',');
    let names = (!list.is_empty()).then(|| list.split(',').map(plain).collect()).transpose()?;
    Ok((Some(plain(one)?), names))
}

type Ids = (Option<[u8; 16]>, Option<Vec<[u8; 16]>>);

/// `UUID`, or `UUID{U,V}`.
fn ids(text: &str) -> Result<Ids, WorfError> {
    let Some((one, list)) = braced(text) else { return Ok((Some(uuid(text)?), None)) };
    // An empty list would mean all of them, and no one writes braces for that.
    if list.trim_matches(',').is_empty() {
        return Err(WorfError::new(format!("`{text}` has no UUID between its braces")));
    }
    let list = list.trim_end_matches(',').split(',').map(uuid).collect::<Result<_, _>>()?;
    Ok((Some(uuid(one)?), Some(list)))
}

/// `one{a,b}`, with text before the braces and in them, and no other braces. Everything else is a
/// plain text.
fn braced(text: &str) -> Option<(&str, &str)> {
    let (one, list) = text.strip_suffix('}')?.split_once('{')?;
    let is_plain = |part: &str| !part.is_empty() && !part.contains(['{', '}']);
    (is_plain(one) && is_plain(list)).then_some((one, list))
}

/// The output of `-h`.
pub const HELP: &str = "\
usage: worf [options] CONFIG
 -t, --tokens                mint tokens
 -tt KIND                    r, w or rw (default)
 -a, --app-name APP          application, or APP{APP1,APP2} with those that a READ token reads
 -puid, --producer-uuid UUID producer, or UUID{UUID1,UUID2} with those that a READ token reads
 -puidg, --producer-uuid-gen make a new producer
 -ouid, --owner-uuid UUID    owner, or UUID{UUID1,UUID2} with those that a READ token reads; the producer by default
 -ouidg, --owner-uuid-gen    make a new owner
 -ttl, --ttl MS              how long the tokens live, in milliseconds
 -l, --labels LABELS         labels, as key1=value1,key2=value2
 -ks, --keystore FILE        keys for tokens inside of a template
 -o, --output FILE           where the configuration made from a template goes; it must not exist
 -i, --interactive           ask
 -q, --quiet                 say nothing but tokens
 -v, --verbose               say more
 -h, --help                  this text
 -version                    the version";
