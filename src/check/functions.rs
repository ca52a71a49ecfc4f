//! The functions of conditions: `hour(time)`, `starts_with(a, b)`, `vouched("placet_public_…")`.

use super::needles::Search;
use super::reading::{Reading, Typed};
use super::report::{one_of, with_help};
use super::terms::as_text;
use super::tree::{Condition, Operand};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, ConditionKind, Literal, Name};
use crate::syntax::foreign::{self, Place};
use placet_core::model::function::Function;
use placet_core::model::predicate::{Notation, Predicate};
use placet_core::model::types::{Accepts, Scalar, Type};
use placet_core::token::keys::PublicKey;

/// Something that a condition can call.
#[derive(Clone, Copy)]
enum Callable {
    /// `hour(time)`
    Function(Function),
    /// `size(set)`
    Size,
    /// `starts_with(text, beginning)`
    Predicate(Predicate),
    /// `vouched("placet_public_…")`
    Vouched,
    /// `approved(2, [ann, bob])`
    Approved,
}

impl Callable {
    fn all() -> impl Iterator<Item = Self> + Clone {
        let functions = Function::ALL.iter().map(|function| Self::Function(*function));
        let is_call = |predicate: &&Predicate| predicate.row().notation != Notation::Infix;
        let predicates = Predicate::ALL.iter().filter(is_call).map(|predicate| Self::Predicate(*predicate));
        functions.chain([Self::Size]).chain(predicates).chain([Self::Vouched, Self::Approved])
    }

    fn named(word: &str) -> Option<Self> {
        Self::all().find(|one| one.word() == word)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Function(function) => function.row().word,
            Self::Size => "size",
            Self::Predicate(predicate) => predicate.row().word,
            Self::Vouched => "vouched",
            Self::Approved => "approved",
        }
    }

    /// The arguments between the parentheses.
    const fn arguments(self) -> &'static str {
        match self {
            Self::Function(function) => function.row().argument,
            Self::Size => "set",
            Self::Predicate(predicate) => match predicate.row().notation {
                Notation::Call(arguments) => arguments,
                Notation::Infix => "",
            },
            Self::Vouched => "\"placet_public_…\"",
            Self::Approved => "2, [ann, bob]",
        }
    }
}

impl Reading<'_, '_, '_> {
    /// A call in the place of a condition.
    pub(super) fn call_condition(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Condition> {
        match Callable::named(&name.text) {
            Some(Callable::Predicate(predicate)) => self.call_predicate(predicate, name, arguments, at),
            Some(Callable::Vouched) => self.vouched(name, arguments, at),
            Some(Callable::Approved) => self.approved(name, arguments, at),
            Some(Callable::Function(_) | Callable::Size) => {
                let value = self.call_value(name, arguments, at)?;
                let message = format!("a condition is true or false, and `{}` is {}", name.text, value.describe());
                let found = Diagnostic::new(Code::NotBoolean, at, message);
                self.scope.report.fail(found.help(format!("compare it: `{}(…) == 1`", name.text)))
            }
            None => self.unknown_function(name),
        }
    }

    fn call_predicate(
        &self,
        predicate: Predicate,
        name: &Name,
        arguments: &[ast::Condition],
        at: Span,
    ) -> Option<Condition> {
        let [first, second] = arguments else { return self.wrong_count(name, at) };
        let accepts = predicate.row().accepts;
        let whole = self.argument(name, first, None, accepts);
        let wanted = whole.as_ref().map(|whole| whole.scalar);
        let anchored = Self { is_compared: predicate.row().anchor.is_some(), ..*self };
        let part = anchored.argument(name, second, wanted, accepts);
        let (whole, part) = (whole?, part?);
        if whole.scalar != part.scalar {
            let message = format!("`{}` looks for {} in {}", name.text, part.describe(), whole.describe());
            return self.scope.report.fail(Diagnostic::new(Code::WrongArguments, at, message));
        }
        if whole.scalar.is_textual() {
            self.check_case(&whole, &part, at)?;
            self.check_search(&Search { predicate, written: [first, second], whole: &whole, part: &part })?;
            let is_empty = matches!(&part.operand, Operand::Term(term, _) if as_text(term.clone()).pieces.is_empty());
            self.scope.warn_everything(second.at.0, is_empty, "an empty text");
            predicate.row().anchor.into_iter().for_each(|end| self.scope.warn_open_part(end, second));
        }
        Some(Condition::Call(predicate, whole.operand, part.operand))
    }

    /// A call in the place of a value.
    pub(super) fn call_value(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Typed> {
        match Callable::named(&name.text) {
            Some(Callable::Function(function)) => self.call_function(function, name, arguments, at),
            Some(Callable::Size) => self.size(name, arguments, at),
            Some(Callable::Predicate(_) | Callable::Vouched | Callable::Approved) => {
                let message = format!("`{}` is a condition, not a value", name.text);
                let found = Diagnostic::new(Code::Mismatch, at, message);
                self.scope.report.fail(found.help("write it by itself, or with `!` before it"))
            }
            None => self.unknown_function(name),
        }
    }

    fn call_function(&self, function: Function, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Typed> {
        let row = function.row();
        let (argument, zone) = match arguments {
            [argument] => (argument, None),
            [argument, zone] if row.takes_zone() => (argument, Some(zone)),
            _ => return self.wrong_count(name, at),
        };
        let wanted = match row.accepts {
            Accepts::Only(scalar) => Some(scalar),
            Accepts::Any | Accepts::Ordered | Accepts::Textual | Accepts::TextOrPath => None,
        };
        let (value, zone) = (self.argument(name, argument, wanted, row.accepts), zone.map(|zone| self.zone(zone)));
        let value = match zone {
            Some(zone) => Operand::Local(zone?, Box::new(value?.operand)),
            None => value?.operand,
        };
        Some(Typed::new(Operand::Call(function, Box::new(value)), row.gives, format!("`{}(…)`", row.word)))
    }

    /// An argument of a function or predicate that accepts some types.
    fn argument(
        &self,
        name: &Name,
        argument: &ast::Condition,
        wanted: Option<Scalar>,
        accepts: Accepts,
    ) -> Option<Typed> {
        let value = self.operand(argument, wanted)?;
        if accepts.admits(value.scalar) {
            return Some(value);
        }
        let message = format!("`{}` takes {}, found {}", name.text, described(accepts), value.describe());
        let found = Diagnostic::new(Code::WrongArguments, argument.at.0, message);
        let is_path = accepts == Accepts::Textual && value.scalar == Scalar::Path;
        let help = "write `… in \"/v1/**\"`, which respects the segments of a path";
        self.scope.report.fail(with_help(found, is_path.then(|| help.to_owned())))
    }

    fn size(&self, name: &Name, arguments: &[ast::Condition], at: Span) -> Option<Typed> {
        let [argument] = arguments else { return self.wrong_count(name, at) };
        let report = self.scope.report;
        let ConditionKind::Name(attribute) = &argument.kind else {
            let message = "`size` takes the name of an attribute that is a set or labels";
            return report.fail(Diagnostic::new(Code::WrongArguments, argument.at.0, message));
        };
        let field = self.field(&Name { text: attribute.clone(), at: argument.at })?;
        let ty = self.scope.names.vocabulary().attribute(field)?.ty;
        if let Type::One(scalar) = ty {
            let message = format!("`size` counts elements, and `{attribute}` is one {scalar}");
            return report
                .fail(Diagnostic::new(Code::WrongArguments, argument.at.0, message).help("use `length` for text"));
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
            return report.fail(Diagnostic::new(Code::BadKey, argument.at.0, message).help(help));
        };
        match public_key(key) {
            Ok(_) if self.scope.forbids && !self.scope.is_promise => {
                let message = "the holder of a token can add a voucher or leave it out, so this binds nobody";
                let found =
                    Diagnostic::new(Code::VouchedForbids, at, message).label("takes something away when present");
                report.fail(found.help("demand it: `allow … when vouched(…)`, or `deny … unless vouched(…)`"))
            }
            Ok(bytes) => Some(Condition::Vouched(bytes)),
            Err(why) => {
                let found = Diagnostic::new(Code::BadKey, argument.at.0, format!("this is not a public key: {why}"));
                report.fail(found.help("copy the whole line that begins with `placet_public_`"))
            }
        }
    }

    pub(super) fn wrong_count<T>(&self, name: &Name, at: Span) -> Option<T> {
        let arguments = Callable::named(&name.text).map_or("", Callable::arguments);
        let message = format!("`{}` is called with the wrong number of values", name.text);
        let found = Diagnostic::new(Code::WrongArguments, at, message);
        let mut help = format!("write `{}({arguments})`", name.text);
        if Function::called(&name.text).is_some_and(|function| function.row().takes_zone()) {
            help.push_str(&format!(", or `{}({arguments}, \"Europe/Zurich\")` for local time", name.text));
        }
        self.scope.report.fail(found.help(help))
    }

    fn unknown_function<T>(&self, name: &Name) -> Option<T> {
        if name.text == "not" {
            let message = "`not` turns a pattern around, not a condition";
            let found = Diagnostic::new(Code::UnknownFunction, name.at.0, message);
            return self.scope.report.fail(found.help("write `!` before the parenthesis: `!(…)`"));
        }
        let words = Callable::all().map(Callable::word);
        let foreign = foreign::help(Place::Function, &name.text);
        let help = foreign.or_else(|| self.scope.report.suggest(&name.text, words.clone()));
        let found = Diagnostic::new(Code::UnknownFunction, name.at.0, format!("there is no function `{}`", name.text));
        let list = || format!("there are {}", one_of(words).replace(" or ", " and "));
        self.scope.report.fail(with_help(found, Some(help.unwrap_or_else(list))))
    }
}

const fn described(accepts: Accepts) -> &'static str {
    match accepts {
        Accepts::Any => "a value",
        Accepts::Ordered => "ints, times and durations",
        Accepts::Textual => "strings and bytes",
        Accepts::TextOrPath => "a string, bytes or a path",
        Accepts::Only(scalar) => scalar.with_article(),
    }
}

/// The 32 bytes of `placet_public_…`.
pub(super) fn public_key(text: &str) -> Result<[u8; 32], String> {
    PublicKey::parse(text).map(|key| *key.as_bytes()).map_err(|error| error.to_string())
}
