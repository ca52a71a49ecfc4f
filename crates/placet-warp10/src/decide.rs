//! Decides by asking a token's selectors themselves, without a policy of ours in between.
//!
//! [`decide`] is for a token that is seen once: it accepts the text and asks, and makes nothing that outlives the request.
//! Who sees the same token again lowers it once with [`Grant::of`](super::grants::Grant::of), keeps the program
//! ([`GrantCache`](super::grant_cache::GrantCache)), and decides as with any token of ours. Both always say the same.

use std::borrow::Cow;

use super::accept::Acceptor;
use super::attributes::{present, value};
use super::rejection::{Label, Rejection};
use super::selectors::{
    Applications, EmptyMeans, OWN_LABELS, Platform, Selector, SelectorError, Series, Wanted, id_text, of_applications,
};
use super::token::{Kind, Pairs, ReadToken, Token, WriteToken};
use placet::model::time::Time;

/// What is asked for.
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

/// What is asked: may this be done with this series?
#[derive(Clone, Copy, Debug)]
pub struct Asked<'s> {
    /// What is to be done.
    pub action: Action,
    /// With which series.
    pub series: Series<'s>,
    /// What the platform makes of the token.
    pub platform: Platform,
}

/// A token that was accepted, and whether it grants what was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// With the attributes of the configuration; they bound the data that is read.
    pub token: Token,
    /// Whether it may be done.
    pub is_granted: bool,
}

/// Accepts the text of a token at this time, and asks it.
///
/// # Errors
/// The token is not good, or a selector of it can not be read.
pub fn decide(acceptor: &Acceptor<'_>, text: &str, asked: &Asked<'_>, now: Time) -> Result<Decided, Rejection> {
    let token = acceptor.accept(text, asked.action.kind(), now)?;
    let is_granted = is_granted(&token, asked.action, &asked.series, asked.platform)
        .map_err(|bad| Rejection::new(Label::Invalid, bad.to_string()))?;
    Ok(Decided { token, is_granted })
}

/// Asks the token's selectors themselves. Its text, its expiry and the revocation lists are not looked at here.
///
/// What costs nothing is asked first, and expressions are read last: one that can not be read is told only where the answer
/// depends on it.
///
/// # Errors
/// A selector can not be read; the original refuses the request.
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

/// A series, and how it is asked.
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

    /// What [`of_token`](super::selectors::of_token) makes of a list: nothing, `=one`, or `~^(one|other)$`.
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

/// What a WRITE token's deletions are restricted to, apart from the owner: its labels as selectors, and its application.
pub(super) fn deletion(token: &WriteToken) -> Pairs {
    let forced = |name: &str| matches!(name, ".owner" | ".app");
    let labels = token.labels.iter().flatten().filter(|(name, _)| !forced(name));
    labels.cloned().chain([(".app".to_owned(), token.application.clone())]).collect()
}

/// Whether a WRITE token deletes anything.
pub(super) fn may_delete(token: &WriteToken) -> bool {
    token.owner == token.producer && !present(token.attributes.as_ref(), ".nodelete")
}

/// Whether the token has hooks: it fetches nothing then.
pub(super) fn has_hooks(token: &ReadToken) -> bool {
    token.hooks.as_ref().is_some_and(|hooks| !hooks.is_empty())
}
