//! Public keys in a policy: the holder of a token, and those who approve a request.

use super::expected::Expected;
use super::fields::Fields;
use super::functions::public_key;
use super::reading::Reading;
use super::scope::Scope;
use super::tree::{Approver, Condition, Constant, Quorum, Term};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::APPROVERS;
use crate::span::Span;
use crate::syntax::ast::{self, ConditionKind, Literal, Name, Pattern, PatternKind, Text};
use placet_core::model::types::{Scalar, Type};

const COPY: &str = "copy the whole line that begins with `placet_public_`";

impl Scope<'_, '_> {
    /// `holder: key`
    pub(super) fn holder(&self, fields: &Fields<'_>) -> Option<Term> {
        let pattern = fields.pattern("holder")?;
        let term = self.single(pattern, Expected::new(Scalar::String, &"`holder`"))?;
        match &term {
            Term::Constant(Constant::String(text)) => match public_key(text) {
                Ok(_) => Some(term),
                Err(why) => {
                    let message = format!("`holder` takes a public key: {why}");
                    self.report.fail(Diagnostic::new(Code::BadKey, pattern.at.0, message).help(COPY))
                }
            },
            Term::Constant(_) | Term::Parameter(_) | Term::Text(_) => Some(term),
        }
    }
}

/// The keys that are named so far, each with its place.
type Named = Vec<(Approver, Span)>;

impl Reading<'_, '_, '_> {
    /// `approved(2, [ann, bob, carl])`
    pub(super) fn approved(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Condition> {
        let [needed, keys] = arguments else { return self.wrong_count(name, at) };
        let mut named = Named::new();
        let (needed, whole) = (self.needed(needed), self.approvers(keys, &mut named));
        let (needed, ()) = (needed?, whole?);
        let report = self.scope.report;
        if let Some((first, again)) = twice(&named) {
            let found =
                Diagnostic::new(Code::Duplicate, again, "this key is named twice, and its approval counts once");
            return report.fail(found.related(first, "first named here").help("remove one of the two"));
        }
        let open = named.iter().any(|(approver, _)| matches!(approver, Approver::Parameter(_)));
        if named.len() > APPROVERS || (needed > named.len() && !open) {
            let message = format!("`approved` needs {needed} of {} keys", named.len());
            let found = Diagnostic::new(Code::WrongArguments, at, message);
            return report
                .fail(found.help(format!("name at least as many keys as are needed, and at most {APPROVERS}")));
        }
        if self.scope.forbids && !self.scope.is_promise {
            let message = "who makes a request can leave an approval out, so this binds nobody";
            let found = Diagnostic::new(Code::VouchedForbids, at, message).label("takes something away when present");
            return report.fail(found.help("demand it: `allow … when approved(…)`, or `deny … unless approved(…)`"));
        }
        let keys = named.into_iter().map(|(approver, _)| approver).collect();
        Some(Condition::Approved(Quorum { needed, keys }))
    }

    fn needed(&self, count: &ast::Condition) -> Option<usize> {
        let number = match &count.kind {
            ConditionKind::Literal(Literal::Int(number)) => Some(*number),
            ConditionKind::Name(name) => match self.scope.enter_let(name, count.at.0) {
                Some((Pattern { kind: PatternKind::Literal(Literal::Int(number)), .. }, _)) => Some(*number),
                Some(_) | None => None,
            },
            _ => None,
        };
        let number =
            number.and_then(|number| usize::try_from(number).ok()).filter(|number| (1..=APPROVERS).contains(number));
        number.or_else(|| {
            let message = format!("`approved` takes how many approvals are needed, a number from 1 to {APPROVERS}");
            let found = Diagnostic::new(Code::WrongArguments, count.at.0, message);
            self.scope.report.fail(found.help("write it first: `approved(2, [ann, bob, carl])`"))
        })
    }

    /// A list of keys, or the name of one.
    fn approvers(&self, keys: &ast::Condition, named: &mut Named) -> Option<()> {
        match &keys.kind {
            ConditionKind::List(list) => {
                let read: Vec<_> = list.iter().map(|key| self.approvers(key, named)).collect();
                read.into_iter().collect()
            }
            ConditionKind::Literal(Literal::Text(text)) => self.scope.approver(text, keys.at.0, named),
            ConditionKind::Name(name) => self.scope.approvers_named(name, keys.at.0, named),
            _ => self.scope.no_key(keys.at.0),
        }
    }
}

impl Scope<'_, '_> {
    fn approver(&self, text: &Text, at: Span, named: &mut Named) -> Option<()> {
        let Some(text) = text.as_plain() else { return self.no_key(at) };
        match public_key(text) {
            Ok(key) => {
                named.push((Approver::Key(key), at));
                Some(())
            }
            Err(why) => {
                let found = Diagnostic::new(Code::BadKey, at, format!("this is not a public key: {why}"));
                self.report.fail(found.help(COPY))
            }
        }
    }

    fn approvers_named(&self, name: &str, at: Span, named: &mut Named) -> Option<()> {
        match self.parameter(name) {
            Some((argument, Type::One(Scalar::String) | Type::Set(Scalar::String))) => {
                named.push((Approver::Parameter(argument), at));
                Some(())
            }
            Some(_) => {
                let message = format!("the parameter `{name}` is not the text of a key");
                let found = Diagnostic::new(Code::WrongType, at, message);
                self.report.fail(found.help("declare it as `string`, or as `set of string`"))
            }
            None => match self.enter_let(name, at) {
                Some((value, scope)) => scope.approvers_in(value, at, named),
                None if self.names.is_let(name) => None,
                None => self.unknown_value(name, at),
            },
        }
    }

    fn approvers_in(&self, value: &Pattern, at: Span, named: &mut Named) -> Option<()> {
        match &value.kind {
            PatternKind::Literal(Literal::Text(text)) => self.approver(text, at, named),
            PatternKind::Name(name) => self.approvers_named(name, at, named),
            PatternKind::List(list) => {
                let read: Vec<_> = list.iter().map(|one| self.approvers_in(one, at, named)).collect();
                read.into_iter().collect()
            }
            _ => self.no_key(at),
        }
    }

    fn no_key<T>(&self, at: Span) -> Option<T> {
        let found = Diagnostic::new(Code::BadKey, at, "`approved` takes public keys: their texts, or names of them");
        self.report
            .fail(found.help("write `approved(2, [ann, bob])`, and `let ann = \"placet_public_…\"` above the block"))
    }
}

/// The places of a key that is named twice.
fn twice(named: &Named) -> Option<(Span, Span)> {
    named.iter().enumerate().find_map(|(number, (approver, again))| {
        let first = named[..number].iter().find(|(other, _)| other == approver)?;
        Some((first.1, *again))
    })
}
