//! Patterns as they are for one request: the values of the request are put in their places.

use std::borrow::Cow;

use super::evaluate::Candidate;
use crate::compile::part::Part;
use crate::compile::{glob, path};
use crate::program::made::{Way, Written, written};
use crate::program::tree::Form;
use crate::program::{Pattern, Value};
use placet_core::bytecode::made::MadePiece;
use placet_core::model::types::Scalar;

impl Candidate<'_> {
    /// The pattern on a value of this type, without what depends on the request.
    pub fn resolved<'p>(&self, pattern: &'p Pattern, scalar: Scalar) -> Cow<'p, Pattern> {
        if !pattern.reads_request() {
            return Cow::Borrowed(pattern);
        }
        let inside = |list: &[Pattern]| list.iter().map(|one| self.resolved(one, scalar).into_owned()).collect();
        Cow::Owned(match (pattern, pattern.form()) {
            (_, Form::Not(inner)) => Pattern::negated(self.resolved(inner, scalar).into_owned()),
            (_, Form::AnyOf(list)) => Pattern::AnyOf(inside(list)),
            (_, Form::AllOf(list)) => Pattern::AllOf(inside(list)),
            (_, Form::Label(name, inner)) => {
                Pattern::Label(name.to_owned(), Box::new(self.resolved(inner, Scalar::String).into_owned()))
            }
            (Pattern::Is(value), _) => self.operand(value).map_or(Pattern::NEVER, Pattern::equal),
            (Pattern::Made(shape, values), _) => self.filled(shape, values, scalar).unwrap_or(Pattern::NEVER),
            (other, _) => other.clone(),
        })
    }

    /// A text with the values of the request in it; `None` if it matches nothing.
    fn filled(&self, shape: &[u8], values: &[Value], scalar: Scalar) -> Option<Pattern> {
        let texts = values.iter().map(|value| self.operand(value)?.spliced()).collect::<Option<Vec<_>>>()?;
        let is_filled = crate::program::made::pieces(shape)?.contains(&MadePiece::Filled);
        if is_filled && texts.iter().any(Vec::is_empty) {
            return None;
        }
        let (way, pieces) = written(shape, scalar)?;
        let open = |is_open: bool| is_open.then_some(Part::Literal(b"*"));
        let mut texts = texts.into_iter();
        let escaped: Vec<Part<'_>> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Written::Text(text) if matches!(way, Way::Glob | Way::Path) => Some(Part::Literal(text.as_bytes())),
                Written::Text(text) => Some(Part::Argument { name: "", text: text.clone().into_bytes() }),
                Written::Value => {
                    texts.next().filter(|text| !text.is_empty()).map(|text| Part::Argument { name: "", text })
                }
            })
            .collect();
        let parts: Vec<Part<'_>> =
            open(way == Way::Suffix).into_iter().chain(escaped).chain(open(way == Way::Prefix)).collect();
        if way == Way::Path { path::matcher(&parts).ok() } else { glob::matcher(&parts).ok() }
    }
}
