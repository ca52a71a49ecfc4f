//! Decides directly by a token's selectors, without a Placet policy in between.
//!
//! [`decide`] is for a token that is seen once: it accepts the text and evaluates it, and makes
//! nothing that outlives the request. A service that sees the same token again lowers it once with
//! [`Grant::of`](super::grants::Grant::of), keeps the program
//! ([`GrantCache`](super::grant_cache::GrantCache)), and decides as with any Placet token. Both
//! always give the same answer.

use std::borrow::Cow;

use super::accept::Acceptor;
use super::attributes::{present, value};
use super::rejection::{Label, Rejection};
use super::selectors::{
    Applications, EmptyMeans, OWN_LABELS, Platform, Selector, SelectorError, Series, Wanted, id_text, of_applications,
};
use super::token::{Kind, Pairs, ReadToken, Token, WriteToken};
use placet::model::time::Time;

/// The requested action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Names and labels of a series.
    Find,
    /// Its values.
    Fetch,
    /// New values.
    Update,
    /// New attributes.
    Meta,
    /// Removal.
    Delete,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Find, Self::Fetch, Self::Update, Self::Meta, Self::Delete];

    /// `find`
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Fetch => "fetch",
            Self::Update => "update",
            Self::Meta => "meta",
            Self::Delete => "delete",
        }
    }

    /// The kind of token that can grant it.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Find | Self::Fetch => Kind::Read,
            Self::Update | Self::Meta | Self::Delete => Kind::Write,
        }
    }
}

/// A question: may this be done with this series?
#[derive(Clone, Copy, Debug)]
pub struct Asked<'s> {
    /// The action.
    pub action: Action,
    /// The series.
    pub series: Series<'s>,
    /// How the platform interprets the token.
    pub platform: Platform,
}

/// An accepted token, and whether it grants the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// Including the attributes of the configuration; they bound the data that is read.
    pub token: Token,
    /// Whether the request is granted.
    pub is_granted: bool,
}

/// Accepts the text of a token at this time, and evaluates it.
///
/// # Errors
/// The token is not valid, or one of its selectors cannot be read.
pub fn decide(acceptor: &Acceptor<'_>, text: &str, asked: &Asked<'_>, now: Time) -> Result<Decided, Rejection> {
    let token = acceptor.accept(text, asked.action.kind(), now)?;
    let is_granted = is_granted(&token, asked.action, &asked.series, asked.platform)
        .map_err(|bad| Rejection::new(Label::Invalid, bad.to_string()))?;
    Ok(Decided { token, is_granted })
}

/// Evaluates the token's selectors directly. Its text, its expiry and the revocation lists are not
/// checked here.
///
/// Cheap checks come first, and expressions are read last: one that cannot be read is reported only
/// if the answer depends on it.
///
/// # Errors
/// A selector cannot be read; Warp 10 refuses the request.
pub fn is_granted(
    token: &Token,
    action: Action,
    series: &Series<'_>,
    platform: Platform,
) -> Result<bool, SelectorError> {
    let question = Question { series, platform };
    match (token, action) {
        (Token::Read(token), Action::Find | Action::Fetch) => reads(token, action, &question),
        (Token::Write(token), Action::Update) => Ok(!present(token.attributes.as_ref(), ".noupdate")),
        (Token::Write(token), Action::Meta) => Ok(!present(token.attributes.as_ref(), ".nometa")),
        (Token::Write(token), Action::Delete) => deletes(token, &question),
        _ => Ok(false),
    }
}

fn reads(token: &ReadToken, action: Action, question: &Question<'_>) -> Result<bool, SelectorError> {
    let attributes = token.attributes.as_ref();
    let is_fetch = action == Action::Fetch;
    let is_taken =
        present(attributes, ".nofind") || (is_fetch && (present(attributes, ".nofetch") || has_hooks(token)));
    let labels = token.labels.iter().flatten().filter(|(name, _)| !OWN_LABELS.contains(&name.as_str()));
    Ok(!is_taken
        && question.is_one_of(".producer", &token.producers, |id| Cow::Owned(id_text(id)))
        && question.is_application(&token.applications)?
        && question.is_one_of(".owner", &token.owners, |id| Cow::Owned(id_text(id)))
        && question.match_all(labels)?
        && question.is_in_scope(attributes)?)
}

fn deletes(token: &WriteToken, question: &Question<'_>) -> Result<bool, SelectorError> {
    Ok(may_delete(token)
        && question.is_exactly(".owner", &id_text(&token.owner))
        && question.match_all(deletion(token).iter())?
        && question.is_in_scope(token.attributes.as_ref())?)
}

/// A series, and how it is matched.
struct Question<'q> {
    series: &'q Series<'q>,
    platform: Platform,
}

impl Question<'_> {
    /// `=exact`
    fn is_exactly(&self, name: &str, exact: &str) -> bool {
        let means_absent = exact.is_empty() && self.platform.empty == EmptyMeans::Absent;
        self.series.value(name).map_or(means_absent, |value| !means_absent && value == exact)
    }

    /// The result of [`of_token`](super::selectors::of_token) for a list: nothing, `=one`, or
    /// `~^(one|other)$`.
    fn is_one_of<'t, T>(&self, name: &str, list: &'t [T], text: impl Fn(&'t T) -> Cow<'t, str>) -> bool {
        match list {
            [] => true,
            [one] => self.is_exactly(name, &text(one)),
            many => self.series.value(name).is_some_and(|value| many.iter().any(|one| text(one) == value)),
        }
    }

    /// Before 2.4.0 several applications are expressions.
    fn is_application(&self, applications: &[String]) -> Result<bool, SelectorError> {
        match (self.platform.applications, applications) {
            (Applications::Unquoted, [_, _, ..]) => {
                let selector = of_applications(applications, Applications::Unquoted).unwrap_or_default();
                self.match_all([(".app".to_owned(), selector)].iter())
            }
            _ => Ok(self.is_one_of(".app", applications, |name| Cow::Borrowed(name))),
        }
    }

    fn match_all<'p>(&self, pairs: impl Iterator<Item = &'p (String, String)> + Clone) -> Result<bool, SelectorError> {
        let is_expression = |text: &str| text.starts_with('~');
        let mut exact = pairs.clone().filter(|(_, text)| !is_expression(text));
        if !exact.all(|(name, text)| self.is_exactly(name, text.strip_prefix('=').unwrap_or(text))) {
            return Ok(false);
        }
        for (name, text) in pairs.filter(|(_, text)| is_expression(text)) {
            let Some(value) = self.series.value(name) else { return Ok(false) };
            let wanted = Wanted::parse(text).map_err(|why| SelectorError::Regex { name: name.clone(), why })?;
            if !wanted.matches_in_directory(value) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_in_scope(&self, attributes: Option<&Pairs>) -> Result<bool, SelectorError> {
        let Some(scope) = value(attributes, ".scope") else { return Ok(true) };
        Ok(Selector::parse(scope)?.matches(self.series, self.platform.empty))
    }
}

/// The restrictions on a WRITE token's deletions, apart from the owner: its labels as selectors,
/// and its application.
pub(super) fn deletion(token: &WriteToken) -> Pairs {
    let forced = |name: &str| matches!(name, ".owner" | ".app");
    let labels = token.labels.iter().flatten().filter(|(name, _)| !forced(name));
    labels.cloned().chain([(".app".to_owned(), token.application.clone())]).collect()
}

/// Whether a WRITE token may delete anything.
pub(super) fn may_delete(token: &WriteToken) -> bool {
    token.owner == token.producer && !present(token.attributes.as_ref(), ".nodelete")
}

/// Whether the token has hooks: then it fetches nothing.
pub(super) fn has_hooks(token: &ReadToken) -> bool {
    token.hooks.as_ref().is_some_and(|hooks| !hooks.is_empty())
}
