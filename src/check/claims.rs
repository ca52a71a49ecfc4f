//! The claims of a token, and when it is valid.

use super::expected::Expected;
use super::fields::Fields;
use super::known::{Known, KnownField};
use super::scope::Scope;
use super::terms::as_text;
use super::tree::{Claims, Constant, Piece, Term, Text, Times};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits::CLAIM_ENTRIES;
use crate::limits::YEAR_2000;
use crate::span::Span;
use crate::syntax::ast::{self, Literal, Pattern, PatternKind};
use placet_core::model::types::{Scalar, Type};

impl Known {
    /// Reads the keys of a token.
    pub(super) fn of(scope: &Scope<'_, '_>, fields: &Fields<'_>) -> Self {
        let text = |key: &str| {
            let read = fields.pattern(key).and_then(|pattern| scope.text_form(pattern, key));
            KnownField::of(fields.pattern(key).is_some(), read.map(|term| (term, Scalar::String)))
        };
        let identity = |key: &str| match scope.identity_type(key) {
            Scalar::Uuid => {
                let what = format!("`{key}`");
                let expected = Expected::new(Scalar::Uuid, &what);
                let read = fields.pattern(key).and_then(|pattern| scope.single(pattern, expected));
                KnownField::of(fields.pattern(key).is_some(), read.map(|term| (term, Scalar::Uuid)))
            }
            _ => text(key),
        };
        let kind = fields.pattern("type").and_then(|pattern| read_kind(scope, pattern));
        let kind = kind.map(|word| (Term::Constant(Constant::String(word.to_owned())), Scalar::String));
        Self {
            id: text("id"),
            kind: KnownField::of(fields.pattern("type").is_some(), kind),
            owner: identity("owner"),
            producer: identity("producer"),
            application: text("application"),
        }
    }

    /// The claims; labels and attributes are added by the code that interprets them.
    pub(super) fn to_claims(&self) -> Claims {
        Claims {
            id: self.id.text(),
            kind: self.kind().map(str::to_owned),
            owner: self.owner.text(),
            producer: self.producer.text(),
            application: self.application.text(),
            labels: Vec::new(),
            attributes: Vec::new(),
        }
    }
}

impl Scope<'_, '_> {
    /// `issuance`, `not_before`, `expiry` and `ttl`; bare numbers are milliseconds, as in TOKENGEN.
    pub(super) fn times(&self, fields: &Fields<'_>) -> Times {
        let term = |key: &str, scalar: Scalar| {
            let what = format!("`{key}`");
            let expected = Expected { millis: true, ..Expected::new(scalar, &what) };
            fields.pattern(key).and_then(|pattern| self.single(pattern, expected))
        };
        let times = Times {
            issuance: term("issuance", Scalar::Time),
            not_before: term("not_before", Scalar::Time),
            expiry: term("expiry", Scalar::Time),
            ttl: term("ttl", Scalar::Duration),
        };
        self.warn_times(fields, &times);
        times
    }

    fn warn_times(&self, fields: &Fields<'_>, times: &Times) {
        if let (Some(ttl), Some(expiry)) = (fields.place("ttl"), fields.place("expiry")) {
            self.report.add(
                Diagnostic::new(Code::TtlAndExpiry, expiry, "`expiry` has no effect beside `ttl`")
                    .related(ttl, "`ttl` wins")
                    .help("remove one of the two"),
            );
        }
        self.warn_units(fields);
        self.warn_decades(fields, times);
        let number = |term: &Option<Term>| term.as_ref().and_then(Term::number);
        let never = |key: &str, message: &str| {
            let at = fields.pattern(key).map_or(Span::default(), |pattern| pattern.at.0);
            self.report.add(
                Diagnostic::new(Code::NeverValid, at, message)
                    .help("no time is left between its beginning and its end"),
            );
        };
        if number(&times.ttl).is_some_and(|ttl| ttl <= 0) {
            never("ttl", "this `ttl` ends when it begins");
        }
        let (issuance, not_before) = (number(&times.issuance), number(&times.not_before));
        let begins = not_before.max(issuance);
        if times.ttl.is_none() && number(&times.expiry).zip(begins).is_some_and(|(end, begin)| end <= begin) {
            never("expiry", "this `expiry` comes before the beginning");
        }
        let end = issuance.zip(number(&times.ttl)).map(|(issuance, ttl)| issuance.saturating_add(ttl));
        if end.zip(not_before).is_some_and(|(end, begin)| end <= begin) {
            never("not_before", "this `not_before` comes after the end of the `ttl`, which counts from issuance");
        }
    }

    /// A token that outlives every key, or its minter, was rarely meant: `ttl: 36500d`.
    fn warn_decades(&self, fields: &Fields<'_>, times: &Times) {
        let ttl = times.ttl.as_ref().and_then(Term::number).filter(|ttl| *ttl > DECADES);
        if let (Some(ttl), Some(pattern)) = (ttl, fields.pattern("ttl")) {
            let years = ttl / (365 * DAY);
            let message = format!("this `ttl` is {years} years, and only a revocation ends such a token earlier");
            let found = Diagnostic::new(Code::LongLived, pattern.at.0, message);
            self.report.add(found.help("write a shorter one, such as `30d`, and mint a new token when it is over"));
        }
    }

    /// A number without a unit is milliseconds, as in TOKENGEN, but rarely meant so if it gives
    /// less than a minute, where it would be days in seconds, or a time before this century.
    fn warn_units(&self, fields: &Fields<'_>) {
        let bare = |key| fields.pattern(key).and_then(|pattern| Some((pattern.at.0, self.bare_number(pattern)?)));
        if let Some((at, number)) = bare("ttl").filter(|(_, number)| is_meant_as_seconds(*number)) {
            let message = format!("this `ttl` is {number} milliseconds: a number without unit is milliseconds");
            let found = Diagnostic::new(Code::NoUnit, at, message);
            self.report.add(found.help(format!("write the unit, `{number}s`, or `{number}ms` if that is meant")));
        }
        for key in ["issuance", "not_before", "expiry"] {
            if let Some((at, _)) = bare(key).filter(|(_, number)| *number < YEAR_2000) {
                let message = format!("this `{key}` is before the year 2000: a number without unit is milliseconds");
                let found = Diagnostic::new(Code::NoUnit, at, message);
                self.report.add(found.help("write a time, such as `2027-01-01T00:00:00Z`"));
            }
        }
    }

    /// The number without a unit, perhaps named by a `let`.
    fn bare_number(&self, pattern: &Pattern) -> Option<i64> {
        match &pattern.kind {
            PatternKind::Literal(Literal::Int(number)) => Some(*number),
            PatternKind::Name(name) if self.parameter(name).is_none() => {
                let (value, scope) = self.enter_let(name, pattern.at.0)?;
                scope.bare_number(value)
            }
            _ => None,
        }
    }

    /// One value after a key.
    pub(super) fn single(&self, pattern: &Pattern, expected: Expected<'_>) -> Option<Term> {
        let at = pattern.at.0;
        match &pattern.kind {
            PatternKind::Literal(literal) => self.literal_term(literal, at, expected),
            PatternKind::Name(name) => self.named_term(name, at, expected),
            _ => {
                let message = format!("{} takes one value, and this is a pattern", expected.what);
                let found = Diagnostic::new(Code::BadValue, at, message);
                self.report
                    .fail(found.help(format!("write {} or the name of a parameter", expected.scalar.with_article())))
            }
        }
    }

    /// The entries of `labels` or `attributes` that are stamped on the token, sorted by name.
    pub(super) fn stamps(&self, pattern: &Pattern, key: &str) -> Option<Vec<(String, Text)>> {
        let entries = self.entries(pattern, key)?;
        if entries.len() > CLAIM_ENTRIES {
            let message = format!("`{key}` has more than {CLAIM_ENTRIES} entries");
            return self.report.fail(Diagnostic::new(Code::TooMany, pattern.at.0, message));
        }
        let mut read: Vec<Option<(String, Text)>> = Vec::with_capacity(entries.len());
        for (number, entry) in entries.iter().enumerate() {
            if let Some(first) = entries[..number].iter().find(|other| other.key.text == entry.key.text) {
                read.push(self.report.fail(super::report::twice(
                    "key",
                    &entry.key.text,
                    entry.key.at.0,
                    first.key.at.0,
                )));
                continue;
            }
            let what = format!("`{}` in `{key}`", entry.key.text);
            let term = self.single(&entry.value, Expected::new(Scalar::String, &what));
            read.push(term.map(|term| (entry.key.text.clone(), as_text(term))));
        }
        let mut stamps = read.into_iter().collect::<Option<Vec<_>>>()?;
        stamps.sort_by(|(a, _), (b, _)| a.cmp(b));
        Some(stamps)
    }

    /// The entries of a map after a key.
    pub(super) fn entries<'p>(&self, pattern: &'p Pattern, key: &str) -> Option<&'p [ast::Entry]> {
        match &pattern.kind {
            PatternKind::Map(entries) => Some(entries),
            _ => {
                let found = Diagnostic::new(Code::BadValue, pattern.at.0, format!("`{key}` is a map"));
                self.report.fail(found.help(format!("write `{key}: {{ name: \"value\" }}`")))
            }
        }
    }

    /// The type of an owner or producer: that of the vocabulary's attribute.
    fn identity_type(&self, key: &str) -> Scalar {
        let vocabulary = self.names.vocabulary();
        let attribute = vocabulary.field(key).and_then(|field| vocabulary.attribute(field));
        match attribute.map(|attribute| attribute.ty) {
            Some(Type::One(Scalar::Uuid) | Type::Set(Scalar::Uuid)) => Scalar::Uuid,
            _ => Scalar::String,
        }
    }

    /// Text, or the text of an int or uuid.
    fn text_form(&self, pattern: &Pattern, key: &str) -> Option<Term> {
        match &pattern.kind {
            PatternKind::Literal(Literal::Int(number)) => Some(Term::Constant(Constant::String(number.to_string()))),
            PatternKind::Name(name) => match self.parameter(name) {
                Some((argument, Type::One(Scalar::Int | Scalar::Uuid))) => {
                    Some(Term::Text(Text { pieces: vec![Piece::Parameter(argument)] }))
                }
                _ => self.single(pattern, Expected::new(Scalar::String, &format!("`{key}`"))),
            },
            _ => self.single(pattern, Expected::new(Scalar::String, &format!("`{key}`"))),
        }
    }
}

/// `READ` or `WRITE`, which a vocabulary must have as a role.
fn read_kind(scope: &Scope<'_, '_>, pattern: &Pattern) -> Option<&'static str> {
    let word = match &pattern.kind {
        PatternKind::Name(name) => Some(name.as_str()),
        PatternKind::Literal(Literal::Text(text)) => text.as_plain(),
        _ => None,
    };
    let Some(kind) = ["READ", "WRITE"].into_iter().find(|kind| word == Some(kind)) else {
        let found = Diagnostic::new(Code::BadKind, pattern.at.0, "`type` is `READ` or `WRITE`");
        return scope.report.fail(
            match word.filter(|word| word.eq_ignore_ascii_case("read") || word.eq_ignore_ascii_case("write")) {
                Some(word) => found.help(format!("write `{}`, in capitals", word.to_uppercase())),
                None => found.help("leave it out for a token with `permissions` or `allow` of its own"),
            },
        );
    };
    let vocabulary = scope.names.vocabulary();
    if vocabulary.role(kind).is_none() {
        let message = format!("`{}` has no role `{kind}`", vocabulary.name());
        let found = Diagnostic::new(Code::VocabularyLacks, pattern.at.0, message);
        return scope.report.fail(found.help("leave `type` out and write `permissions` or `allow`"));
    }
    Some(kind)
}

/// Less than a minute, or a whole number of half days if it counted seconds and no whole number of minutes as it is: 86400
/// and 604800 are the day and the week of everybody else's tokens.
const fn is_meant_as_seconds(millis: i64) -> bool {
    const HALF_A_DAY_OF_SECONDS: i64 = 43_200;
    matches!(millis, 1..60_000)
        || (millis > 0 && millis % HALF_A_DAY_OF_SECONDS == 0 && millis % 60_000 != 0 && millis < DECADES / 1_000)
}

const DAY: i64 = 86_400_000;

/// Twenty years, in which keys are rotated many times.
const DECADES: i64 = 20 * 365 * DAY;
