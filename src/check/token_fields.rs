//! The fields of the token in conditions: `token.expiry`, `token.owner`, `token.labels["dc"]`.
//!
//! A token's own rules know its claims when they are compiled. Policies and restrictions read them
//! from the token that comes with the request, which may lack any of them; without a token, all are
//! absent.

use super::expected::Expected;
use super::known::KnownField;
use super::presence::{Present, Told};
use super::reading::{Reading, Typed};
use super::report::{one_of, with_help};
use super::scope::Scope;
use super::tree::{ClaimPath, Condition, Operand, Pattern};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::TokenField;
use placet_core::model::claim::{Claim, ClaimMap};
use placet_core::model::types::Scalar;

/// What a field is.
enum Part {
    Time(Operand),
    Claim(ClaimPath),
}

/// The fields that every token has.
const TIMES: [(&str, Operand); 2] = [("issuance", Operand::Issuance), ("expiry", Operand::Expiry)];

fn words() -> impl Iterator<Item = &'static str> + Clone {
    let claims = Claim::ALL.into_iter().map(Claim::word);
    claims.chain(ClaimMap::ALL.into_iter().map(ClaimMap::word)).chain(TIMES.iter().map(|(word, _)| *word))
}

impl Reading<'_, '_, '_> {
    /// `token.expiry`
    pub(super) fn token_field(&self, field: &TokenField, at: Span) -> Option<Typed> {
        match self.token_part(field, at)? {
            Part::Time(operand) => Some(Typed::new(operand, Scalar::Time, format!("`token.{}`", field.name))),
            Part::Claim(path) => match self.known_claim(&path) {
                Some(known) => self.known(known, &path, at),
                None => Some(self.claim(path, at)),
            },
        }
    }

    /// `has token.owner`
    pub(super) fn has_token_field(&self, field: &TokenField, at: Span) -> Option<Condition> {
        match self.token_part(field, at)? {
            Part::Time(_) => {
                let message = format!("every token has `token.{}`", field.name);
                let found = Diagnostic::new(Code::TokenFieldHere, at, message);
                self.scope.report.fail(found.help("compare it with a time: one that never ends is the greatest"))
            }
            Part::Claim(path) => match self.known_claim(&path) {
                Some(KnownField::Value(..)) => Some(Condition::Constant(true)),
                Some(KnownField::Missing) => Some(Condition::Constant(false)),
                Some(KnownField::Faulty) => None,
                None => Some(Condition::HasClaim(path)),
            },
        }
    }

    fn token_part(&self, field: &TokenField, at: Span) -> Option<Part> {
        let (name, report) = (field.name.as_str(), self.scope.report);
        let map = ClaimMap::ALL.into_iter().find(|map| map.word() == name);
        let claim = Claim::ALL.into_iter().find(|claim| claim.word() == name);
        let time = TIMES.into_iter().find(|(word, _)| *word == name);
        match (map, &field.key) {
            (Some(map), Some(key)) => return Some(Part::Claim(ClaimPath::Entry(map, key.clone()))),
            (Some(_), None) => {
                let found = Diagnostic::new(Code::NotOneValue, at, format!("`token.{name}` is a map, not one value"));
                return report.fail(found.help(format!("write `token.{name}[\"…\"]`")));
            }
            (None, Some(_)) if claim.is_some() || time.is_some() => {
                let found = Diagnostic::new(Code::WrongPattern, at, format!("`token.{name}` is one value, not a map"));
                return report.fail(found.help(format!("write `token.{name}`")));
            }
            (None, _) => {}
        }
        if let Some((_, operand)) = time {
            return Some(Part::Time(operand));
        }
        if let Some(claim) = claim {
            return Some(Part::Claim(ClaimPath::One(claim)));
        }
        let unknown = Diagnostic::new(Code::UnknownTokenField, at, format!("a token has no field `{name}`"));
        let help = report.suggest(name, words()).unwrap_or_else(|| format!("it has {}", one_of(words())));
        report.fail(with_help(unknown, Some(help)))
    }

    /// A claim of the token whose rules these are. Its labels and attributes are read when it
    /// decides, like those of any other token.
    fn known_claim(&self, path: &ClaimPath) -> Option<&KnownField> {
        match path {
            ClaimPath::One(claim) => Some(self.scope.token?.field(claim.word())),
            ClaimPath::Entry(..) => None,
        }
    }

    fn known(&self, known: &KnownField, path: &ClaimPath, at: Span) -> Option<Typed> {
        match known {
            KnownField::Value(term, scalar) => {
                Some(Typed::new(Operand::Term(term.clone(), *scalar), *scalar, format!("`{path}`")))
            }
            KnownField::Faulty => None,
            KnownField::Missing => {
                let field = path.to_string();
                let field = field.trim_start_matches("token.");
                let found = Diagnostic::new(Code::TokenFieldHere, at, format!("this token has no `{field}`"));
                self.scope.report.fail(found.help(format!("give it one: `{field}: …`")))
            }
        }
    }

    /// A claim of whichever token comes with the request. Checking goes on as if it were present.
    fn claim(&self, path: ClaimPath, at: Span) -> Typed {
        let what = path.to_string();
        if !self.present.has_claim(&path) && self.told.first_claim(&path) {
            let message = format!("a token may lack `{what}`, and so does a request without a token");
            let found = Diagnostic::new(Code::Unguarded, at, message).label("perhaps absent");
            self.scope.report.add(found.help(self.way_to_ask(&what)));
        }
        Typed::new(Operand::Claim(path), Scalar::String, format!("`{what}`"))
    }
}

impl Scope<'_, '_> {
    /// `owner: token.owner` in the map of a rule.
    pub(super) fn token_pattern(&self, field: &TokenField, at: Span, expected: Expected<'_>) -> Option<Pattern> {
        // A rule that allows does not match without the field. One that forbids must say so, which
        // only its condition can.
        let (present, told) = (if self.forbids { Present::default() } else { Present::everything() }, Told::default());
        let reading = Reading { scope: *self, present: &present, told: &told, is_compared: false };
        let read = reading.token_field(field, at)?;
        if read.scalar != expected.scalar {
            return self.report.fail(expected.mismatch(at, &format!("{} of type `{}`", read.what, read.scalar)));
        }
        Some(match read.operand {
            Operand::Term(term, _) => Pattern::Equal(term),
            other => Pattern::Is(Box::new(other)),
        })
    }
}
