//! Selectors: they select series by their class, labels and attributes.
//!
//! Text (`~temp.*{site=north,room~4.}`) becomes a [`Selector`]; the restrictions of a READ token
//! become [`LabelSelectors`] ([`of_token`]). Both can be matched directly against a series;
//! `grants` turns the same into a policy.
//!
//! Refused are text that is not a selector, and regular expressions that cannot be translated (see
//! [`regex`](super::regex)).

use std::fmt;

use super::java_compat::uuid_to_text;
use super::percent_encoding;
use super::regex::{Expression, RegexError, Shortcut, quote};
use super::token::{Pairs, ReadToken};

/// Labels that identify the owner of a series; a token's own fields decide about them.
pub const OWN_LABELS: [&str; 3] = [".owner", ".producer", ".app"];

/// The requirement on one value.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// `=north`, `north`: exactly this text.
    Exact(String),
    /// `~nor.*`: the whole value matches.
    Regex(Expression, String),
}

impl Wanted {
    /// Reads `=text`, `~regex` or `text`, as they are in a token.
    ///
    /// # Errors
    /// The regular expression cannot be translated.
    pub fn parse(text: &str) -> Result<Self, RegexError> {
        match (text.strip_prefix('~'), text.strip_prefix('=')) {
            (Some(java), _) => Ok(Self::Regex(Expression::from_java(java)?, java.to_owned())),
            (None, Some(exact)) => Ok(Self::Exact(exact.to_owned())),
            (None, None) => Ok(Self::Exact(text.to_owned())),
        }
    }

    /// Whether the value matches.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == value,
            Self::Regex(expression, _) => expression.matches(value),
        }
    }

    /// Its sign, and the text after it.
    fn parts(&self) -> (char, &str) {
        match self {
            Self::Exact(exact) => ('=', exact),
            Self::Regex(_, java) => ('~', java),
        }
    }

    fn is_empty_text(&self) -> bool {
        matches!(self, Self::Exact(exact) if exact.is_empty())
    }

    /// As a directory of series matches, in `find`, `fetch` and deletions: the [`Shortcut`] comes
    /// before the expression. So `nort?h` does not match `norh` there.
    #[must_use]
    pub fn matches_in_directory(&self, value: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == value,
            // An expression without an automaton contains its own longest run.
            Self::Regex(expression, java) => {
                Shortcut::is_all(java)
                    || expression.matches(value) && (expression.is_plain() || Shortcut::of(java).lets_through(value))
            }
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, text) = self.parts();
        write!(f, "{sign}{text}")
    }
}

/// The meaning of an empty selector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyMeans {
    /// A present, empty value.
    #[default]
    EmptyValue,
    /// No value: `warp10.absent.label.support = true`.
    Absent,
}

/// How a platform joins several applications of a READ token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Applications {
    /// Each is literal text: 2.4.0 and later.
    #[default]
    Quoted,
    /// Each is a regular expression, so that `a.b` reads `aXb` too: before 2.4.0.
    Unquoted,
}

/// The settings and the version of a platform, which affect the meaning of a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Platform {
    /// The meaning of an empty selector.
    pub empty: EmptyMeans,
    /// How several applications are joined.
    pub applications: Applications,
}

impl From<EmptyMeans> for Platform {
    fn from(empty: EmptyMeans) -> Self {
        Self { empty, ..Self::default() }
    }
}

/// A series, as selectors see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Series<'s> {
    /// Its class.
    pub class: &'s str,
    /// Its labels.
    pub labels: &'s [(String, String)],
    /// Its attributes.
    pub attributes: &'s [(String, String)],
}

impl<'s> Series<'s> {
    /// The label with this name; otherwise the attribute.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'s str> {
        named(self.labels, name).or_else(|| named(self.attributes, name))
    }
}

fn named<'s>(pairs: &'s [(String, String)], name: &str) -> Option<&'s str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Names and the requirements on them; all must hold.
#[derive(Clone, Debug, Default)]
pub struct LabelSelectors(pub Vec<(String, Wanted)>);

impl LabelSelectors {
    /// Reads pairs such as `("site", "=north")`.
    ///
    /// # Errors
    /// Names the label whose regular expression cannot be translated.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Self, SelectorError> {
        let read = |(name, text): &(String, String)| match Wanted::parse(text) {
            Ok(wanted) => Ok((name.clone(), wanted)),
            Err(why) => Err(SelectorError::Regex { name: name.clone(), why }),
        };
        pairs.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the series matches.
    #[must_use]
    pub fn matches(&self, series: &Series<'_>, empty: EmptyMeans) -> bool {
        self.match_each(empty, |name| series.value(name))
    }

    fn match_each<'s>(&self, empty: EmptyMeans, value: impl Fn(&str) -> Option<&'s str>) -> bool {
        self.0.iter().all(|(name, wanted)| match value(name) {
            None => empty == EmptyMeans::Absent && wanted.is_empty_text(),
            Some(_) if empty == EmptyMeans::Absent && wanted.is_empty_text() => false,
            Some(value) => wanted.matches(value),
        })
    }
}

/// Reads `a=b,c~d` into pairs such as `("a", "=b")`, with every habit of Warp 10: an entry that has
/// a `=` anywhere is split there, the text after a second one is lost, and of entries with the same
/// name the last one counts.
///
/// # Errors
/// An entry has neither `=` nor `~`, or a bad percent escape.
pub fn parse_label_selectors(text: &str) -> Result<Pairs, SelectorError> {
    let mut pairs = Pairs::new();
    for entry in entries(text) {
        let sign = ['=', '~'].into_iter().find(|sign| entry.contains(*sign));
        let sign = sign.ok_or_else(|| SelectorError::NoSign(entry.to_owned()))?;
        let mut parts = entry.split(sign);
        let name = decoded(parts.next().unwrap_or_default())?;
        let value = decoded(parts.next().unwrap_or_default())?;
        put(&mut pairs, name, format!("{sign}{value}"));
    }
    Ok(pairs)
}

/// Reads `a=b,c=d`: labels themselves, not selectors.
///
/// # Errors
/// An entry has no `=`, or has a `~`, or a bad percent escape.
pub fn parse_labels(text: &str) -> Result<Pairs, SelectorError> {
    let mut pairs = Pairs::new();
    for entry in entries(text) {
        let (name, value) = entry.split_once('=').ok_or_else(|| SelectorError::NoSign(entry.to_owned()))?;
        let value = value.split('=').next().unwrap_or_default();
        put(&mut pairs, decoded(name)?, decoded(value)?);
    }
    Ok(pairs)
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    // Blanks and characters below them, as Java trims.
    text.split(',').map(|entry| entry.trim_matches(|c| c <= ' ')).filter(|entry| !entry.is_empty())
}

fn put(pairs: &mut Pairs, name: String, value: String) {
    match pairs.iter_mut().find(|(known, _)| *known == name) {
        Some(pair) => pair.1 = value,
        None => pairs.push((name, value)),
    }
}

/// Decodes percent escapes; `+` is not changed.
///
/// # Errors
/// An escape is not two hexadecimal digits. Invalid UTF-8 becomes U+FFFD.
pub fn decoded(text: &str) -> Result<String, SelectorError> {
    percent_encoding::decoded_text(text).ok_or_else(|| SelectorError::Escape(text.to_owned()))
}

/// `~temp.*{site=north}`, or `~temp.*{site=north}{unit=C}` where the second part is only about
/// attributes.
#[derive(Clone, Debug)]
pub struct Selector {
    /// The requirement on the class.
    pub class: Wanted,
    /// The requirements on the labels.
    pub labels: LabelSelectors,
    /// The requirements on the attributes, if they have a part of their own.
    pub attributes: Option<LabelSelectors>,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// There is no `class{…}`, or a part of it cannot be read.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let (class, rest) = text.split_once('{').ok_or(SelectorError::Syntax)?;
        let (labels, rest) = rest.split_once('}').ok_or(SelectorError::Syntax)?;
        let attributes = match rest.strip_prefix('{').map(|rest| rest.strip_suffix('}')) {
            None if rest.is_empty() => None,
            Some(Some(inside)) if !inside.contains('}') => Some(inside),
            _ => return Err(SelectorError::Syntax),
        };
        if class.is_empty() {
            return Err(SelectorError::Syntax);
        }
        let class =
            Wanted::parse(&decoded(class)?).map_err(|why| SelectorError::Regex { name: "class".to_owned(), why })?;
        let read = |text: &str| LabelSelectors::from_pairs(&parse_label_selectors(text)?);
        Ok(Self { class, labels: read(labels)?, attributes: attributes.map(read).transpose()? })
    }

    /// Whether the series matches.
    #[must_use]
    pub fn matches(&self, series: &Series<'_>, empty: EmptyMeans) -> bool {
        let others = match &self.attributes {
            None => self.labels.matches(series, empty),
            Some(attributes) => {
                self.labels.match_each(empty, |name| named(series.labels, name))
                    && attributes.match_each(empty, |name| named(series.attributes, name))
            }
        };
        others && self.class.matches(series.class)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, class) = self.class.parts();
        write!(f, "{sign}{}{}", encoded(class), self.labels)?;
        self.attributes.iter().try_for_each(|attributes| write!(f, "{attributes}"))
    }
}

impl fmt::Display for LabelSelectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |(name, wanted): &(String, Wanted)| {
            let (sign, text) = wanted.parts();
            format!("{}{sign}{}", encoded(name), encoded(text))
        };
        write!(f, "{{{}}}", self.0.iter().map(entry).collect::<Vec<_>>().join(","))
    }
}

/// With percent escapes for every character that a selector would interpret, so that the only signs
/// are those that stand between a name and its text.
fn encoded(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._*()|[]+?^$:/".contains(c);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if plain(c) {
            out.push(c);
        } else {
            out.extend(c.to_string().bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    out
}

/// The restrictions of a READ token's holder, as Warp 10 writes them: the token's labels, then
/// producer, application and owner. An empty list restricts nothing.
#[must_use]
pub fn of_token(token: &ReadToken, applications: Applications) -> Pairs {
    let labels = token.labels.iter().flatten().filter(|(name, _)| !OWN_LABELS.contains(&name.as_str()));
    let mut pairs: Pairs = labels.cloned().collect();
    let ids = |ids: &[Vec<u8>]| one_of(&ids.iter().map(|id| id_text(id)).collect::<Vec<_>>(), str::to_owned);
    let all = [
        (".producer", ids(&token.producers)),
        (".app", of_applications(&token.applications, applications)),
        (".owner", ids(&token.owners)),
    ];
    pairs.extend(all.into_iter().filter_map(|(name, selector)| Some((name.to_owned(), selector?))));
    pairs
}

fn one_of(values: &[String], quoted: impl Fn(&str) -> String) -> Option<String> {
    match values {
        [] => None,
        [one] => Some(format!("={one}")),
        many => Some(format!("~^({})$", many.iter().map(|value| quoted(value)).collect::<Vec<_>>().join("|"))),
    }
}

/// The selector that a platform makes of a list of applications.
pub(super) fn of_applications(names: &[String], applications: Applications) -> Option<String> {
    one_of(names, |name| match applications {
        Applications::Quoted => quote(name),
        Applications::Unquoted => name.to_owned(),
    })
}

/// An id as text, by its first 16 bytes; a shorter one is `null`.
#[must_use]
pub fn id_text(id: &[u8]) -> String {
    uuid_of(id).map_or_else(|| "null".to_owned(), |id| uuid_to_text(&id))
}

/// The UUID of an id: its first 16 bytes. A shorter id has none.
#[must_use]
pub fn uuid_of(id: &[u8]) -> Option<[u8; 16]> {
    id.first_chunk().copied()
}

/// Why text is not a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorError {
    /// `temp.out`: not `class{labels}`.
    Syntax,
    /// `{a}`: an entry without `=` or `~`.
    NoSign(String),
    /// `{a=%4}`
    Escape(String),
    /// `{a~(?=x)}`
    Regex {
        /// The name.
        name: String,
        /// The reason.
        why: RegexError,
    },
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("invalid syntax for selector."),
            Self::NoSign(entry) => write!(f, "`{entry}` has neither `=` nor `~`"),
            Self::Escape(text) => write!(f, "`{text}` has a percent escape without two hexadecimal digits"),
            Self::Regex { name, why } => write!(f, "`{name}`: {why}"),
        }
    }
}

impl std::error::Error for SelectorError {}
