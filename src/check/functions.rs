//! The functions of conditions: `hour(time)`, `starts_with(a, b)`, `vouched("placet_public_…")`.

use super::known::KnownField;
use super::needles::Search;
use super::reading::{Reading, Typed};
use super::report::{one_of, with_help};
use super::terms::as_text;
use super::tree::{Condition, Operand};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::model::types::{Scalar, Type};
use crate::span::Span;
use crate::syntax::ast::{self, Affix, ConditionKind, Literal, Name};
use crate::token::keys::PublicKey;

/// All functions, each with how it is called.
const FUNCTIONS: [(&str, &str); 9] = [
    ("hour", "hour(time)"),
    ("minute", "minute(time)"),
    ("weekday", "weekday(time)"),
    ("length", "length(text)"),
    ("size", "size(set)"),
    ("starts_with", "starts_with(text, beginning)"),
    ("ends_with", "ends_with(text, end)"),
    ("contains", "contains(text, part)"),
    ("vouched", "vouched(\"placet_public_…\")"),
];

/// What the token's own fields are called.
const TOKEN_FIELDS: [&str; 7] = ["id", "type", "owner", "producer", "application", "issuance", "expiry"];

type Wrap = fn(Box<Operand>) -> Operand;
type Test = fn(Operand, Operand) -> Condition;

impl Reading<'_, '_, '_> {
    /// A call where a condition is wanted.
    pub(super) fn call_condition(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Condition> {
        let test: Test = match name.text.as_str() {
            "starts_with" => Condition::StartsWith,
            "ends_with" => Condition::EndsWith,
            "contains" => Condition::Contains,
            "vouched" => return self.vouched(name, arguments, at),
            _ => {
                let value = self.call_value(name, arguments, at)?;
                let message = format!("a condition is true or false, and `{}` is {}", name.text, value.describe());
                let found = Diagnostic::new(Code::NotBoolean, at, message);
                return self.scope.report.poison(found.help(format!("compare it: `{}(…) == 1`", name.text)));
            }
        };
        let [first, second] = arguments else { return self.wrong_count(name, at) };
        let whole = self.textual(name, first, None);
        let wanted = whole.as_ref().map(|whole| whole.scalar);
        let part = self.textual(name, second, wanted);
        let (whole, part) = (whole?, part?);
        if whole.scalar != part.scalar {
            let message = format!("`{}` looks for {} in {}", name.text, part.describe(), whole.describe());
            return self.scope.report.poison(Diagnostic::new(Code::WrongArguments, at, message));
        }
        self.check_case(&whole, &part, at)?;
        self.check_search(&Search { name, written: [first, second], whole: &whole, part: &part })?;
        let is_empty = matches!(&part.operand, Operand::Term(term, _) if as_text(term.clone()).pieces.is_empty());
        self.scope.warn_everything(second.at.0, is_empty, "an empty text");
        match name.text.as_str() {
            "starts_with" => self.scope.warn_open_part(Affix::Prefix, second),
            "ends_with" => self.scope.warn_open_part(Affix::Suffix, second),
            _ => {}
        }
        Some(test(whole.operand, part.operand))
    }

    /// A call where a value is wanted.
    pub(super) fn call_value(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Typed> {
        let wrap: Wrap = match name.text.as_str() {
            "hour" => Operand::Hour,
            "minute" => Operand::Minute,
            "weekday" => Operand::Weekday,
            "length" => return self.length(name, arguments, at),
            "size" => return self.size(name, arguments, at),
            "starts_with" | "ends_with" | "contains" | "vouched" => {
                let message = format!("`{}` is a condition and no value", name.text);
                let found = Diagnostic::new(Code::Mismatch, at, message);
                return self.scope.report.poison(found.help("write it by itself, or with `!` before it"));
            }
            _ => return self.unknown_function(name),
        };
        let [argument] = arguments else { return self.wrong_count(name, at) };
        let value = self.operand(argument, Some(Scalar::Time))?;
        if value.scalar != Scalar::Time {
            return self.wrong_type(name, argument.at.0, &value, "a time");
        }
        Some(Typed::new(wrap(Box::new(value.operand)), Scalar::Int, format!("`{}(…)`", name.text)))
    }

    /// `token.expiry`
    pub(super) fn token_field(&self, field: &str, at: Span) -> Option<Typed> {
        let what = format!("`token.{field}`");
        let report = self.scope.report;
        match field {
            "issuance" => return Some(Typed::new(Operand::Issuance, Scalar::Time, what)),
            "expiry" => return Some(Typed::new(Operand::Expiry, Scalar::Time, what)),
            _ if !TOKEN_FIELDS.contains(&field) => {
                let unknown = Diagnostic::new(Code::UnknownTokenField, at, format!("a token has no field `{field}`"));
                let help = report.suggest(field, TOKEN_FIELDS);
                return report
                    .poison(with_help(unknown, help.or_else(|| Some(format!("it has {}", one_of(TOKEN_FIELDS))))));
            }
            _ => {}
        }
        let Some(token) = self.scope.token else {
            let found = Diagnostic::new(Code::TokenFieldHere, at, format!("`token.{field}` is not known here"));
            let help =
                "policies and restrictions know `token.issuance` and `token.expiry`; write this rule into the token";
            return report.poison(found.help(help));
        };
        match token.field(field) {
            KnownField::Value(term, scalar) => Some(Typed::new(Operand::Term(term.clone(), *scalar), *scalar, what)),
            KnownField::Faulty => None,
            KnownField::Missing => {
                let found = Diagnostic::new(Code::TokenFieldHere, at, format!("this token has no `{field}`"));
                report.poison(found.help(format!("give it one: `{field}: …`")))
            }
        }
    }

    fn textual(&self, name: &Name, argument: &ast::Condition, wanted: Option<Scalar>) -> Option<Typed> {
        let value = self.operand(argument, wanted)?;
        if value.scalar.is_textual() {
            return Some(value);
        }
        if value.scalar == Scalar::Path {
            let message = format!("`{}` takes strings and bytes, found a path", name.text);
            let found = Diagnostic::new(Code::WrongArguments, argument.at.0, message);
            return self
                .scope
                .report
                .poison(found.help("write `… in \"/v1/**\"`, which respects the segments of a path"));
        }
        self.wrong_type(name, argument.at.0, &value, "strings and bytes")
    }

    fn length(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Typed> {
        let [argument] = arguments else { return self.wrong_count(name, at) };
        let value = self.operand(argument, None)?;
        if !value.scalar.is_textual() && value.scalar != Scalar::Path {
            return self.wrong_type(name, argument.at.0, &value, "a string, bytes or a path");
        }
        Some(Typed::new(Operand::Length(Box::new(value.operand)), Scalar::Int, "`length(…)`"))
    }

    fn size(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Typed> {
        let [argument] = arguments else { return self.wrong_count(name, at) };
        let report = self.scope.report;
        let ConditionKind::Name(attribute) = &argument.kind else {
            let message = "`size` takes the name of an attribute that is a set or labels";
            return report.poison(Diagnostic::new(Code::WrongArguments, argument.at.0, message));
        };
        let field = self.field(&Name { text: attribute.clone(), at: argument.at })?;
        let ty = self.scope.names.vocabulary().attribute(field)?.ty;
        if let Type::One(scalar) = ty {
            let message = format!("`size` counts elements, and `{attribute}` is one {scalar}");
            return report
                .poison(Diagnostic::new(Code::WrongArguments, argument.at.0, message).help("use `length` for text"));
        }
        Some(Typed::new(Operand::Size(field), Scalar::Int, "`size(…)`"))
    }

    fn vouched(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Condition> {
        let [argument] = arguments else { return self.wrong_count(name, at) };
        let report = self.scope.report;
        let key = match &argument.kind {
            ConditionKind::Literal(Literal::Text(text)) => text.as_plain(),
            ConditionKind::Name(name) => self.scope.plain_let(name),
            _ => None,
        };
        let Some(key) = key else {
            let message = "`vouched` takes the text of a public key";
            let help = "write it in quotes, or the name of a `let`: a token must not choose who vouches for it";
            return report.poison(Diagnostic::new(Code::BadKey, argument.at.0, message).help(help));
        };
        match public_key(key) {
            Ok(_) if self.scope.forbids && !self.scope.is_promise => {
                let message = "the holder of a token adds a voucher or leaves it out, so this binds nobody";
                let found = Diagnostic::new(Code::VouchedForbids, at, message).label("takes away where it is there");
                report.poison(found.help("demand it: `allow … when vouched(…)`, or `deny … unless vouched(…)`"))
            }
            Ok(bytes) => Some(Condition::Vouched(bytes)),
            Err(why) => {
                let found = Diagnostic::new(Code::BadKey, argument.at.0, format!("this is not a public key: {why}"));
                report.poison(found.help("copy the whole line that begins with `placet_public_`"))
            }
        }
    }

    fn wrong_count<T>(&self, name: &Name, at: Span) -> Option<T> {
        let usage = FUNCTIONS.iter().find(|(word, _)| *word == name.text).map_or("", |(_, usage)| usage);
        let message = format!("`{}` is called with another number of values than it takes", name.text);
        self.scope.report.poison(Diagnostic::new(Code::WrongArguments, at, message).help(format!("write `{usage}`")))
    }

    fn wrong_type<T>(&self, name: &Name, at: Span, value: &Typed, wanted: &str) -> Option<T> {
        let message = format!("`{}` takes {wanted}, found {}", name.text, value.describe());
        self.scope.report.poison(Diagnostic::new(Code::WrongArguments, at, message))
    }

    fn unknown_function<T>(&self, name: &Name) -> Option<T> {
        if name.text == "not" {
            let message = "`not` turns a pattern around, not a condition";
            let found = Diagnostic::new(Code::UnknownFunction, name.at.0, message);
            return self.scope.report.poison(found.help("write `!` before the parenthesis: `!(…)`"));
        }
        let words = FUNCTIONS.iter().map(|(word, _)| *word);
        let help = self.scope.report.suggest(&name.text, words.clone());
        let found = Diagnostic::new(Code::UnknownFunction, name.at.0, format!("there is no function `{}`", name.text));
        let list = || format!("there are {}", one_of(words).replace(" or ", " and "));
        self.scope.report.poison(with_help(found, Some(help.unwrap_or_else(list))))
    }
}

/// The 32 bytes of `placet_public_…`.
fn public_key(text: &str) -> Result<[u8; 32], String> {
    PublicKey::parse(text).map(|key| *key.as_bytes()).map_err(|error| error.to_string())
}
