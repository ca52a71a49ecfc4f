//! An explanation as text.

use std::fmt;

use super::evaluate::{Part, label};

use super::answer::{Cause, Change, Explanation, Nearest, Quote, Ruling};
use crate::program::literal;
use crate::visible::excerpt;
use placet_core::model::owned::TimedRequest;
use placet_core::model::vocabulary::Vocabulary;

/// The name of a part of a request: `topic`, `labels.site`.
pub(super) fn name(part: &Part, vocabulary: &Vocabulary) -> String {
    let field = |field: &_| vocabulary.attribute(*field).map_or("?", |attribute| attribute.name.as_str());
    match part {
        Part::Action => "action".to_owned(),
        Part::Field(number) => field(number).to_owned(),
        Part::Label(number, name) => format!("{}.{}", field(number), excerpt(name)),
    }
}

/// The value of a part, if it has one.
pub(super) fn found(request: &TimedRequest, part: &Part, vocabulary: &Vocabulary) -> Option<String> {
    match part {
        Part::Action => vocabulary.action_name(request.action()).map(str::to_owned),
        Part::Field(field) => request.value(*field).as_ref().map(literal::owned),
        Part::Label(field, name) => {
            request.labels(*field).and_then(|labels| label(&labels, name)).as_ref().map(literal::value)
        }
    }
}

/// The value of a part, or the word for none.
pub(super) fn part(request: &TimedRequest, part: &Part, vocabulary: &Vocabulary) -> String {
    found(request, part, vocabulary).unwrap_or_else(|| "absent".to_owned())
}

/// The name of a policy in backticks; for a block of a token a fixed phrase.
fn named(block: &str) -> String {
    if block.starts_with("policy ") { format!("`{block}`") } else { block.to_owned() }
}

/// The first line names the rule that decided, the others a change that would be allowed.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(decided) = &self.decided {
            match (self.verdict, decided.number) {
                ("allow", Some(_)) => write!(f, "allowed by {decided}")?,
                ("allow", None) => write!(f, "nothing in {} objects", named(&decided.block))?,
                ("forbidden", _) => write!(f, "forbidden by {decided}")?,
                (_, Some(_)) => write!(f, "not met: {decided}")?,
                (_, None) => write!(f, "nothing in {} allows it", named(&decided.block))?,
            }
        }
        if let Some(cause) = &self.cause {
            f.write_str(if self.decided.is_some() { ": " } else { "" })?;
            cause.fmt(f)?;
        }
        self.rows.iter().try_for_each(|row| write!(f, "\n  {}", excerpt(row)))?;
        self.nearest.iter().try_for_each(|nearest| write!(f, "\n{nearest}"))
    }
}

impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.quote, self.number) {
            (Some(quote), _) if quote.line.is_some() => write!(f, "{quote}"),
            (Some(quote), _) => write!(f, "{quote}, in {}", self.block),
            (None, Some(number)) => write!(f, "rule {} of {}", u32::from(number) + 1, self.block),
            (None, None) => write!(f, "{}", self.block),
        }
    }
}

/// `policies/tenant.placet:8 allow { … }`
impl fmt::Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line} {}", self.text),
            _ => write!(f, "`{}`", self.text),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  help: {help}"))
    }
}

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = self.rules.first() {
            write!(f, "  nearest: {rule}")?;
        }
        self.changes.iter().try_for_each(|change| write!(f, "\n  {change}"))?;
        match &self.request {
            Some(_) => f.write_str("\n  with that it is allowed"),
            None => f.write_str("\n  no change to the request was found that would be allowed"),
        }
    }
}

/// `` `topic` is "den", needs "lobby" ``
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attribute, found, needs, proposal } = self;
        match found {
            Some(found) => write!(f, "`{attribute}` is {}, needs {needs}", excerpt(found))?,
            None if attribute == "when" => write!(f, "needs {needs}")?,
            None => write!(f, "`{attribute}` is absent, needs {needs}")?,
        }
        proposal.iter().try_for_each(|proposal| write!(f, ", such as {proposal}"))
    }
}
