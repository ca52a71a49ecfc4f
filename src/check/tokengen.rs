//! The rules that TOKENGEN's keys stand for: those of a token of `type: READ` and of one of
//! `type: WRITE`.

use super::actions::ActionSet;
use super::fields::Fields;
use super::known::Known;
use super::patterns::Absence;
use super::report::one_of;
use super::scope::Scope;
use super::tree::{Claims, Effect, Pattern, Rule, Term, Test};
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::span::Span;
use crate::syntax::ast::{self, Block, PatternKind};
use placet_core::model::types::Type;
use placet_core::model::vocabulary::FieldNo;

/// Labels that say who owns a series; the token's own keys control them.
const OWN_LABELS: [&str; 3] = [".owner", ".producer", ".app"];

/// Keys that only a READ token has, each with its attribute.
const LISTS: [(&str, &str); 3] = [("owners", "owner"), ("producers", "producer"), ("applications", "application")];

/// One token with a `type`, while its keys are turned into rules.
pub(super) struct Typed<'t, 's, 'a> {
    scope: &'t Scope<'s, 'a>,
    fields: &'t Fields<'t>,
    known: &'t Known,
    kind: &'t str,
    at: Span,
}

impl Scope<'_, '_> {
    /// Adds the meaning of a token's keys: labels and attributes to the claims, and the rules of
    /// its type.
    pub(super) fn tokengen(
        &self,
        block: &Block,
        fields: &Fields<'_>,
        known: &Known,
        claims: &mut Claims,
    ) -> Option<Vec<Rule>> {
        let attributes = fields.pattern("attributes").map(|pattern| self.stamps(pattern, "attributes"));
        let attributes = match attributes {
            None => Some(Vec::new()),
            Some(read) => read,
        };
        claims.attributes = attributes.clone().unwrap_or_default();
        let rules = match known.kind() {
            Some(kind) => {
                let at = fields.place("type").unwrap_or_default();
                let whole = fields.pattern("type").map_or(at, |pattern| at.join(pattern.at.0));
                let token = Typed { scope: self, fields, known, kind, at: whole };
                token.require(block);
                if kind == "READ" { token.read(claims).map(|rule| vec![rule]) } else { token.write(claims) }
            }
            None => {
                self.refuse_untyped(fields);
                fields.pattern("type").is_none().then(Vec::new)
            }
        };
        attributes.and(rules)
    }

    /// Keys that mean nothing, or too little, without `type`.
    fn refuse_untyped(&self, fields: &Fields<'_>) {
        if fields.pattern("type").is_some() {
            return;
        }
        for (key, attribute) in LISTS {
            if let Some(at) = fields.place(key) {
                let found = Diagnostic::new(Code::NeedsType, at, format!("`{key}` is for a token of `type: READ`"));
                self.report.add(found.help(format!("add `type: READ`, or write `{attribute}: […]` into a rule")));
            }
        }
        if let Some(at) = fields.place("labels") {
            let found = Diagnostic::new(Code::NeedsType, at, "`labels` has no meaning in a token without `type`");
            let help =
                "with `type: READ` they are patterns, with `type: WRITE` stamps; without, write `attributes` or a rule";
            self.report.add(found.help(help));
        }
    }
}

impl Typed<'_, '_, '_> {
    /// The keys that TOKENGEN requires.
    fn require(&self, block: &Block) {
        let needed: &[&str] =
            if self.kind == "READ" { &["owner", "application"] } else { &["owner", "producer", "application"] };
        for key in needed.iter().filter(|key| self.fields.place(key).is_none()) {
            self.missing(block, &format!("missing `{key}`"), &format!("every {} token has one: `{key}: …`", self.kind));
        }
        if self.fields.place("ttl").is_none() && self.fields.place("expiry").is_none() {
            self.missing(block, "missing `ttl` or `expiry`", &format!("every {} token ends: `ttl: 30d`", self.kind));
        }
    }

    fn missing(&self, block: &Block, message: &str, help: &str) {
        self.scope.report.add(Diagnostic::new(Code::MissingKey, block.name.at.0, message).help(help));
    }

    /// `allow { role: READ, owner: [owners…], producer: […], application: […], labels: {…} }`
    fn read(&self, claims: &Claims) -> Option<Rule> {
        let lists: Vec<_> = LISTS.iter().map(|(key, attribute)| self.selector(key, attribute)).collect();
        let labels = self.label_selectors();
        let actions = self.actions(claims, &[(".nofetch", &["fetch"]), (".nofind", &["find", "fetch"])]);
        let lists = lists.into_iter().collect::<Option<Vec<_>>>()?;
        let tests = lists.into_iter().chain([labels?]).flatten().collect();
        Some(self.rule(actions?, tests))
    }

    /// `allow { role: WRITE }`, and, if owner and producer are the same, also
    /// `allow { role: DELETE, owner: …, … }`.
    fn write(&self, claims: &mut Claims) -> Option<Vec<Rule>> {
        for (key, _) in LISTS {
            if let Some(at) = self.fields.place(key) {
                let found = Diagnostic::new(Code::Ignored, at, format!("`{key}` has no effect on a WRITE token"));
                self.scope.report.add(found.help("remove it; a WRITE token writes as its `owner` and `producer`"));
            }
        }
        let labels = match self.fields.pattern("labels") {
            Some(pattern) => self.scope.stamps(pattern, "labels"),
            None => Some(Vec::new()),
        };
        claims.labels = labels?;
        let removed = [(".noupdate", &["update"][..]), (".nometa", &["meta"]), (".nodelete", &["delete"])];
        let actions = self.actions(claims, &removed)?;
        let mut rules = Vec::new();
        if !actions.is_empty() {
            rules.push(self.rule(actions, Vec::new()));
        }
        rules.extend(self.delete(claims)?);
        Some(rules)
    }

    /// The data that a WRITE token may delete: as in Warp 10, only if producer and owner are the
    /// same.
    fn delete(&self, claims: &Claims) -> Option<Option<Rule>> {
        let vocabulary = self.scope.names.vocabulary();
        let Some(role) = vocabulary.role("DELETE") else { return Some(None) };
        let (owner, producer) = (self.known.owner.term(), self.known.producer.term());
        let forbidden = claims.attributes.iter().any(|(name, _)| name == ".nodelete");
        let (Some(owner), Some(application)) = (owner, self.known.application.term()) else { return Some(None) };
        if forbidden || Some(owner) != producer {
            return Some(None);
        }
        let mut tests = vec![
            Test { field: self.attribute("owner")?, quantifier: None, pattern: Pattern::Equal(owner.clone()) },
            Test {
                field: self.attribute("application")?,
                quantifier: None,
                pattern: Pattern::Equal(application.clone()),
            },
        ];
        if !claims.labels.is_empty() {
            let exact = |(name, text): &(String, super::tree::Text)| {
                (name.clone(), Pattern::Equal(self.scope.shortest_string(text.clone())))
            };
            let pattern = Pattern::Labels(claims.labels.iter().map(exact).collect());
            tests.push(Test { field: self.attribute("labels")?, quantifier: None, pattern });
        }
        Some(Some(self.rule(ActionSet::of(role.actions.iter().copied()), tests)))
    }

    fn rule(&self, actions: ActionSet, mut tests: Vec<Test>) -> Rule {
        tests.sort_by_key(|test| test.field);
        Rule { effect: Effect::Allow, actions: actions.into_tree(), tests, condition: None, at: self.at }
    }

    /// The actions of the token's role without those that its attributes take away.
    fn actions(&self, claims: &Claims, removed: &[(&str, &[&str])]) -> Option<ActionSet> {
        let vocabulary = self.scope.names.vocabulary();
        let role = vocabulary.role(self.kind)?;
        let mut set = ActionSet::of(role.actions.iter().copied());
        for (attribute, actions) in removed {
            if !claims.attributes.iter().any(|(name, _)| name == attribute) {
                continue;
            }
            for name in *actions {
                let Some(action) = vocabulary.action(name) else {
                    return self.lacks(&format!("no action `{name}`, which `{attribute}` takes away"));
                };
                set = set.without(&ActionSet::of([action]));
            }
        }
        Some(set)
    }

    /// `owners: [a, b]`: a pattern on `owner`. An absent or empty list grants all.
    fn selector(&self, key: &str, attribute: &str) -> Option<Option<Test>> {
        let Some(pattern) = self.fields.pattern(key) else {
            self.grants_all(self.at, key, "is not given");
            return Some(None);
        };
        match &pattern.kind {
            PatternKind::List(list) if list.is_empty() => {
                self.grants_all(pattern.at.0, key, "is empty");
                Some(None)
            }
            PatternKind::Any => Some(None),
            _ => {
                let field = self.attribute(attribute)?;
                let attribute = self.scope.names.vocabulary().attribute(field)?;
                let what = format!("`{key}`");
                let pattern = self.scope.pattern(pattern, attribute, &what, Absence::Possible)?;
                Some(Some(Test { field, quantifier: None, pattern }))
            }
        }
    }

    fn grants_all(&self, at: Span, key: &str, how: &str) {
        let message = format!("`{key}` {how}, so this token reads the data of all {key}");
        self.scope.report.add(
            Diagnostic::new(Code::GrantsAll, at, message)
                .help(format!("name them: `{key}: […]`, or write `{key}: any` if all are meant")),
        );
    }

    /// `labels` of a READ token: a pattern for each label.
    fn label_selectors(&self) -> Option<Option<Test>> {
        let Some(pattern) = self.fields.pattern("labels") else { return Some(None) };
        let entries = self.scope.entries(pattern, "labels")?;
        let (own, others): (Vec<_>, Vec<_>) =
            entries.iter().cloned().partition(|entry| OWN_LABELS.contains(&entry.key.text.as_str()));
        for entry in own {
            let message = format!("the label `{}` has no effect here", entry.key.text);
            let found = Diagnostic::new(Code::Ignored, entry.key.at.0, message);
            let keys = LISTS.iter().map(|(key, _)| *key);
            self.scope.report.add(found.help(format!("remove it, and use {}", one_of(keys))));
        }
        if others.is_empty() {
            return Some(None);
        }
        let field = self.attribute("labels")?;
        let selected = ast::Pattern { kind: PatternKind::Map(others), at: pattern.at };
        let attribute = self.scope.names.vocabulary().attribute(field)?;
        let pattern = self.scope.pattern(&selected, attribute, &"`labels`", Absence::Possible)?;
        Some(Some(Test { field, quantifier: None, pattern }))
    }

    /// The attribute that a key is about; `labels` must be labels, the others values.
    fn attribute(&self, name: &str) -> Option<FieldNo> {
        let vocabulary = self.scope.names.vocabulary();
        let Some(field) = vocabulary.field(name) else {
            return self.lacks(&format!("no attribute `{name}`"));
        };
        let ty = vocabulary.attribute(field)?.ty;
        if (name == "labels") != (ty == Type::Labels) {
            return self.lacks(&format!("an attribute `{name}` of type `{ty}`"));
        }
        Some(field)
    }

    fn lacks<T>(&self, what: &str) -> Option<T> {
        let vocabulary = self.scope.names.vocabulary().name();
        let message = format!("`{vocabulary}` has {what}, so it cannot have `type: {}`", self.kind);
        let found = Diagnostic::new(Code::VocabularyLacks, self.at, message);
        self.scope.report.fail(found.help("leave `type` out and write `permissions` or `allow`"))
    }
}

impl Scope<'_, '_> {
    /// A text as a string; a single parameter, or plain text, stays as it is.
    fn shortest_string(&self, text: super::tree::Text) -> Term {
        use super::tree::{Constant, Piece};
        match text.pieces.as_slice() {
            [] => Term::Constant(Constant::String(String::new())),
            [Piece::Literal(bytes)] => Term::Constant(Constant::String(String::from_utf8_lossy(bytes).into_owned())),
            [Piece::Parameter(argument)]
                if self.type_of(*argument) == Some(Type::One(placet_core::model::types::Scalar::String)) =>
            {
                Term::Parameter(*argument)
            }
            _ => Term::Text(text),
        }
    }
}
