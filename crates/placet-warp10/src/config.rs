//! The configuration of a Warp 10: files of `name = value`, later ones overriding earlier ones.
//!
//! The input is the files as text, from the weakest to the strongest, and the overrides
//! (environment, then system properties, as in Warp 10). A line is skipped if it is blank, begins
//! with `//`, `#` or `--`, or has no `=`; name and value are trimmed and then percent decoded; an
//! empty value removes the setting. At the end `${name}` is replaced; a setting that refers to a
//! missing one is not set, as in Warp 10; the value `''` is the empty text.
//!
//! A setting that bounds what tokens may do is read with [`Config::setting`], which fails where
//! Warp 10 would drop the setting and continue without it.
//!
//! Refused are a line with more than one inner `=`, a broken percent escape, and a text that grows
//! without end.

use std::collections::BTreeMap;

use thiserror::Error;
use zeroize::Zeroizing;

use super::java_compat::lines;
use super::percent_encoding;
use crate::limits::{WARP10_CONFIG_ROUNDS, WARP10_CONFIG_VALUE};

/// The effective settings. Some values are keys: they are wiped when dropped, and none is printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Config {
    settings: BTreeMap<String, Zeroizing<String>>,
    /// The line that set each setting last; overrides have none.
    places: BTreeMap<String, At>,
    /// Missing settings to which other settings refer.
    unresolved: BTreeMap<String, String>,
    skipped: Vec<At>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The name under which the file was given.
    pub file: String,
    /// From 1.
    pub line: usize,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Why the configuration cannot be read. Values are not repeated: some of them are keys.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// `a = b = c`
    #[error("{}:{}: malformed line: one `=` separates a name and a value; write any other as `%3D`", at.file, at.line)]
    Malformed {
        /// The line.
        at: At,
    },
    /// `a = 100%`
    #[error("{}:{}: malformed percent escape: a `%` must be followed by two hexadecimal digits, and the result must be UTF-8", at.file, at.line)]
    Escape {
        /// The line.
        at: At,
    },
    /// `a = ${a}`
    #[error("the setting `{name}` refers to itself, or grows without end")]
    Endless {
        /// The setting.
        name: String,
    },
    /// `warp.trl.dir = ${nothing}/trl`
    #[error("{}`{name}` refers to `${{{reference}}}`, which is not set", place(at.as_ref()))]
    Unresolved {
        /// The setting.
        name: String,
        /// The missing setting.
        reference: String,
        /// Where it is set.
        at: Option<At>,
    },
}

/// `warp10.conf:3: `
pub(super) fn place(at: Option<&At>) -> String {
    at.map(|at| format!("{at}: ")).unwrap_or_default()
}

impl Config {
    /// Reads files, each with its name, and then the overrides.
    pub fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        overrides: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let (mut raw, mut places) = (BTreeMap::new(), BTreeMap::new());
        let mut skipped = Vec::new();
        for (file, text) in files {
            for (line, number) in lines(text).zip(1..) {
                let at = || At { file: file.to_owned(), line: number };
                match Line::of(line, at)? {
                    Line::Nothing => {}
                    Line::NoSign => skipped.push(at()),
                    Line::Takes(name) => drop(raw.remove(&name)),
                    Line::Sets(name, value) => {
                        places.insert(name.clone(), at());
                        raw.insert(name, value);
                    }
                }
            }
        }
        for (name, value) in overrides {
            places.remove(&name);
            raw.insert(name, Zeroizing::new(value));
        }
        let (mut settings, mut unresolved) = (BTreeMap::new(), BTreeMap::new());
        for name in raw.keys() {
            match replaced(name, &raw)? {
                Ok(value) => drop(settings.insert(name.clone(), value)),
                Err(reference) => drop(unresolved.insert(name.clone(), reference)),
            }
        }
        Ok(Self { settings, places, unresolved, skipped })
    }

    /// The value of a setting that restricts tokens: a reference to a missing setting is an error
    /// here.
    ///
    /// # Errors
    /// The setting exists and refers to one that is not set.
    pub fn setting(&self, name: &str) -> Result<Option<&str>, ConfigError> {
        match self.unresolved.get(name) {
            None => Ok(self.get(name)),
            Some(reference) => Err(ConfigError::Unresolved {
                name: name.to_owned(),
                reference: reference.clone(),
                at: self.place(name).cloned(),
            }),
        }
    }

    /// The line that sets a setting; none for an override.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<&At> {
        self.places.get(name)
    }

    /// The value of a setting; none if it is not set, or refers to one that is not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|value| value.as_str())
    }

    /// The names of all settings, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.settings.keys().map(String::as_str)
    }

    /// The lines without `=`, which were skipped.
    #[must_use]
    pub fn skipped(&self) -> &[At] {
        &self.skipped
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// The effect of a line.
enum Line {
    Nothing,
    NoSign,
    Takes(String),
    Sets(String, Zeroizing<String>),
}

impl Line {
    fn of(line: &str, at: impl Fn() -> At) -> Result<Self, ConfigError> {
        let line = trimmed(line);
        if line.is_empty() || ["//", "#", "--"].iter().any(|comment| line.starts_with(comment)) {
            return Ok(Self::Nothing);
        }
        if !line.contains('=') {
            return Ok(Self::NoSign);
        }
        // As in Java's `split`: empty parts at the end are dropped.
        let mut parts = line.trim_end_matches('=').split('=');
        let (name, value) = match (parts.next(), parts.next(), parts.next()) {
            (Some(name), value, None) if !trimmed(name).is_empty() => (name, value.unwrap_or_default()),
            _ => return Err(ConfigError::Malformed { at: at() }),
        };
        let decode = |text| {
            let bytes = percent_encoding::decoded(trimmed(text)).ok_or_else(|| ConfigError::Escape { at: at() })?;
            String::from_utf8(bytes).map_err(|_| ConfigError::Escape { at: at() })
        };
        let (name, value) = (decode(name)?, decode(value)?);
        Ok(if value.is_empty() { Self::Takes(name) } else { Self::Sets(name, Zeroizing::new(value)) })
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

/// The value of a setting with its references replaced, or the name of the missing one.
fn replaced(
    name: &str,
    raw: &BTreeMap<String, Zeroizing<String>>,
) -> Result<Result<Zeroizing<String>, String>, ConfigError> {
    let endless = || ConfigError::Endless { name: name.to_owned() };
    let unquoted = |name: &str| raw.get(name).map(|value| if value.as_str() == "''" { "" } else { value });
    let mut value = Zeroizing::new(unquoted(name).unwrap_or_default().to_owned());
    for _ in 0..=WARP10_CONFIG_ROUNDS {
        let Some(reference) = last_reference(&value) else { return Ok(Ok(value)) };
        let Some(with) = unquoted(reference) else { return Ok(Err(reference.to_owned())) };
        let pattern = format!("${{{reference}}}");
        let grown = value.matches(&pattern).count().saturating_mul(with.len()).saturating_add(value.len());
        if grown > WARP10_CONFIG_VALUE {
            return Err(endless());
        }
        value = Zeroizing::new(value.replace(&pattern, with));
    }
    Err(endless())
}

/// `name`, of the last `${name}` in the text.
fn last_reference(text: &str) -> Option<&str> {
    text.rmatch_indices("${").find_map(|(at, sign)| {
        let (name, _) = text.get(at + sign.len()..)?.split_once('}')?;
        Some(name).filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        Config::read([("a.conf", text)], [])
    }

    fn value(text: &str, name: &str) -> Option<String> {
        read(text).unwrap().get(name).map(str::to_owned)
    }

    #[test]
    fn a_line_is_a_name_and_a_value() {
        let text = "// x = 1\n# x = 2\r\n-- x = 3\n\n  a.b =  v w \rb=1%3D%3d+\nc\n d = x==\n";
        let config = read(text).unwrap();
        assert_eq!(config.names().collect::<Vec<_>>(), ["a.b", "b", "d"]);
        assert_eq!((config.get("a.b"), config.get("b"), config.get("d")), (Some("v w"), Some("1==+"), Some("x")));
        assert_eq!(config.skipped(), [At { file: "a.conf".to_owned(), line: 7 }]);
    }

    #[test]
    fn a_line_with_an_inner_sign_or_half_an_escape_is_refused() {
        for malformed in ["a=b=c", "a==b", "=", "= b", "=="] {
            assert!(matches!(read(malformed), Err(ConfigError::Malformed { .. })), "{malformed}");
        }
        for escape in ["a=%", "a=%4", "a=%+1", "a=%zz", "a=%ff", "a%=1", "a=%é"] {
            assert!(matches!(read(escape), Err(ConfigError::Escape { .. })), "{escape}");
        }
        assert_eq!(read("\n\na=b=c").unwrap_err().to_string().split(':').nth(1), Some("3"));
    }

    #[test]
    fn a_later_file_and_an_override_are_stronger() {
        let files = [("1", "a=1\nb=1\nc=1\nd=1"), ("2", "b=2\nc=2\nd ="), ("3", "")];
        let config = Config::read(files, [("c".to_owned(), "3".to_owned())]).unwrap();
        assert_eq!(["a", "b", "c", "d"].map(|name| config.get(name)), [Some("1"), Some("2"), Some("3"), None]);
    }

    #[test]
    fn a_reference_is_replaced_and_what_refers_to_nothing_is_gone() {
        let text = "home=/opt\nlog=${home}/log${e}\nfile=${log}/x${home}\ne=''\nnone=${no}\nnext=a${none}\nodd=${}${";
        let config = read(text).unwrap();
        assert_eq!(config.get("file"), Some("/opt/log/x/opt"));
        assert_eq!(config.get("e"), Some(""));
        assert_eq!(config.get("odd"), Some("${}${"));
        assert_eq!((config.get("none"), config.get("next")), (None, None));
    }

    #[test]
    fn a_setting_that_bounds_tokens_and_refers_to_nothing_is_an_error_with_its_place() {
        let config = read("a = ${b}/x\nb = ${home}\n").unwrap();
        let error = config.setting("a").unwrap_err().to_string();
        assert_eq!(error, "a.conf:1: `a` refers to `${home}`, which is not set");
        assert_eq!((config.get("a"), config.setting("c").unwrap()), (None, None));
        let config = Config::read([("a.conf", "a = 1")], [("a".to_owned(), "2".to_owned())]).unwrap();
        assert_eq!((config.setting("a").unwrap(), config.place("a")), (Some("2"), None));
    }

    #[test]
    fn what_refers_to_itself_or_doubles_is_refused() {
        assert!(matches!(read("a=${b}\nb=x${a}"), Err(ConfigError::Endless { .. })));
        let doubling: Vec<String> = (0..60).map(|at| format!("a{at} = ${{a{0}}}${{a{0}}}", at + 1)).collect();
        let text = format!("{}\na60=xxxxxxxx", doubling.join("\n"));
        assert!(matches!(read(&text), Err(ConfigError::Endless { .. })));
        assert_eq!(value("a=${b}\nb=${c}\nc=1", "a"), Some("1".to_owned()));
    }

    #[test]
    fn values_are_not_printed() {
        assert_eq!(format!("{:?}", read("warp.aes.token = hex:0011").unwrap()), r#"{"warp.aes.token"}"#);
        assert!(!read("a = secret = c").unwrap_err().to_string().contains("secret"));
    }
}
