//! A checked block as its author would have written it. `None` where the language has no words for it: the checker never
//! makes such a tree, only the generator does.

use std::cell::RefCell;
use std::net::IpAddr;

use placet::check::table::Table;
use placet::check::tree::{
    Actions, Bound, ClaimPath, Condition, Constant, Effect, Network, Operand, Pattern, Piece, PromiseKind, Rule, Term,
    Text, UrlPattern,
};
use placet::model::matcher::Matcher;
use placet::model::types::{Accepts, Scalar, Type};
use placet::model::vocabulary::{FieldNo, Vocabulary};
use placet::syntax::ast::{
    self, At, BlockKind, Comparison, ConditionKind, ItemKind, Literal, MemberKind, Name, OperandKind, PatternKind,
    Quantifier, TokenField,
};

use super::generate::Made;
use super::reference::uuid_text;

/// A file of the vocabulary and the block.
pub fn file(made: &Made, vocabulary: &Vocabulary) -> Option<ast::File> {
    let speaker = Speaker { made, vocabulary, tables: RefCell::default() };
    let block = speaker.block()?;
    let tables: Vec<ast::Item> =
        speaker.tables.into_inner().iter().map(|table| table_item(table).map(item)).collect::<Option<_>>()?;
    let items = [item(vocabulary_item(vocabulary))].into_iter().chain(tables).chain([item(ItemKind::Block(block))]);
    Some(ast::File { items: items.collect() })
}

/// A file of the vocabulary alone.
pub fn vocabulary_file(vocabulary: &Vocabulary) -> ast::File {
    ast::File { items: vec![item(vocabulary_item(vocabulary))] }
}

fn item(kind: ItemKind) -> ast::Item {
    ast::Item { doc: Vec::new(), kind, at: At::default() }
}

fn name(text: &str) -> Name {
    Name { text: text.to_owned(), at: At::default() }
}

fn pattern(kind: PatternKind) -> ast::Pattern {
    ast::Pattern { kind, at: At::default() }
}

fn condition(kind: ConditionKind) -> ast::Condition {
    ast::Condition { kind, at: At::default() }
}

fn vocabulary_item(vocabulary: &Vocabulary) -> ItemKind {
    let member = |kind| ast::Member { doc: Vec::new(), kind, at: At::default() };
    let attributes = vocabulary.attributes()[1..].iter().map(|attribute| {
        let (ty, lowercase, optional) = (attribute.ty, attribute.lowercase, attribute.optional);
        member(MemberKind::Attribute { name: name(&attribute.name), ty, lowercase, optional })
    });
    let actions = MemberKind::Actions(vocabulary.actions().iter().map(|action| name(action)).collect());
    ItemKind::Vocabulary(ast::VocabularyItem {
        name: name(vocabulary.name()),
        version: vocabulary.version(),
        members: attributes.chain([member(actions)]).collect(),
    })
}

/// A table with its rows in place.
fn table_item(table: &Table) -> Option<ItemKind> {
    let value = |row: Vec<Constant>| {
        let mut literals: Vec<_> =
            row.iter().map(|one| Some(pattern(PatternKind::Literal(literal(one)?)))).collect::<Option<_>>()?;
        Some(if table.is_of_sets() { pattern(PatternKind::List(literals)) } else { literals.remove(0) })
    };
    let row = |(key, row): (Constant, Vec<Constant>)| {
        let key = match key {
            Constant::String(text) => text,
            Constant::Int(number) => number.to_string(),
            Constant::Uuid(uuid) => uuid_text(uuid),
            other => panic!("{other:?} is no key"),
        };
        Some(ast::Entry { key: name(&key), value: value(row)? })
    };
    let read = table.read();
    Some(ItemKind::Table(ast::TableItem {
        name: name(table.name()),
        key: Type::One(read.key()),
        value: read.value(),
        rows: ast::TableRows::Here(table.rows().map(row).collect::<Option<_>>()?),
    }))
}

struct Speaker<'a> {
    made: &'a Made,
    vocabulary: &'a Vocabulary,
    /// The tables that were named, each once.
    tables: RefCell<Vec<Table>>,
}

impl Speaker<'_> {
    fn block(&self) -> Option<ast::Block> {
        let template = &self.made.template;
        let parameters = template
            .parameters
            .iter()
            .map(|parameter| ast::Parameter { name: name(&parameter.name), ty: parameter.ty });
        let guard = match &template.guard {
            Some(guard) => {
                Some(ast::Field { key: name("when"), value: ast::FieldValue::Condition(self.condition(guard)?) })
            }
            None => None,
        };
        let rules = template.rules.iter().map(|rule| self.rule(rule, self.effect(rule.effect)));
        let promises = template.promises.iter().map(|promise| {
            let effect = match promise.kind {
                PromiseKind::Never => ast::Effect::Never,
                PromiseKind::Always => ast::Effect::Always,
            };
            self.rule(&promise.requests, effect)
        });
        Some(ast::Block {
            kind: template.kind,
            name: name(&template.name),
            parameters: parameters.collect(),
            fields: guard.into_iter().collect(),
            rules: rules.chain(promises).collect::<Option<_>>()?,
        })
    }

    const fn effect(&self, effect: Effect) -> ast::Effect {
        match (effect, self.made.template.kind) {
            (Effect::Deny, _) => ast::Effect::Deny,
            (Effect::Allow, BlockKind::Restriction) => ast::Effect::Only,
            (Effect::Allow, BlockKind::Token | BlockKind::Policy) => ast::Effect::Allow,
        }
    }

    fn rule(&self, rule: &Rule, effect: ast::Effect) -> Option<ast::Rule> {
        // `not []` is every action, also those that come later, and not just every one that there is.
        if rule.actions.as_ref().is_some_and(|actions| actions.negated && actions.listed.is_empty()) {
            return None;
        }
        let mut entries: Vec<ast::Entry> = rule.actions.iter().map(|actions| self.actions(actions)).collect();
        for test in &rule.tests {
            let value = self.pattern(&test.pattern, self.scalar(test.field))?;
            let forbids = rule.effect == Effect::Deny;
            let value = if forbids { absence_said(value, self.is_optional(test.field)) } else { value };
            let value = match test.quantifier {
                Some(quantifier) => pattern(PatternKind::Elements(quantifier, Box::new(value))),
                None => value,
            };
            entries.push(ast::Entry { key: self.field(test.field), value });
        }
        let when = match &rule.condition {
            Some(when) => Some(Box::new(self.condition(when)?)),
            None => None,
        };
        Some(ast::Rule { effect, entries, when, unless: None, at: At::default() })
    }

    fn actions(&self, actions: &Actions) -> ast::Entry {
        let named = |action| pattern(PatternKind::Name(self.vocabulary.action_name(action).unwrap().to_owned()));
        let list = pattern(PatternKind::List(actions.listed.iter().copied().map(named).collect()));
        let value = if actions.negated { pattern(PatternKind::Not(Box::new(list))) } else { list };
        ast::Entry { key: name("action"), value }
    }

    fn field(&self, field: FieldNo) -> Name {
        name(&self.vocabulary.attribute(field).unwrap().name)
    }

    /// The type of its values; of labels, that of each.
    fn scalar(&self, field: FieldNo) -> Scalar {
        match self.vocabulary.attribute(field).unwrap().ty {
            Type::One(scalar) | Type::Set(scalar) => scalar,
            Type::Labels => Scalar::String,
        }
    }

    fn is_optional(&self, field: FieldNo) -> bool {
        self.vocabulary.attribute(field).unwrap().optional
    }

    fn parameter(&self, number: usize) -> String {
        self.made.template.parameters[number].name.clone()
    }

    fn pattern(&self, wanted: &Pattern, scalar: Scalar) -> Option<ast::Pattern> {
        let inside = |list: &[Pattern]| list.iter().map(|one| self.pattern(one, scalar)).collect::<Option<Vec<_>>>();
        Some(pattern(match wanted {
            Pattern::Any => PatternKind::Any,
            Pattern::Absent => PatternKind::Absent,
            Pattern::Equal(Term::Parameter(number)) => PatternKind::Name(self.parameter(number.0)),
            Pattern::Equal(Term::Constant(constant)) => PatternKind::Literal(literal(constant)?),
            Pattern::Equal(Term::Text(text)) => PatternKind::Literal(Literal::Text(self.text(text)?)),
            Pattern::Is(value) => self.same(value)?,
            Pattern::InParameter(number) => PatternKind::Name(self.parameter(number.0)),
            Pattern::OneOf(list) => PatternKind::List(inside(list)?),
            Pattern::Not(inner) => PatternKind::Not(Box::new(self.pattern(inner, scalar)?)),
            Pattern::Text(matcher @ (Matcher::Glob | Matcher::Regex), text) => {
                PatternKind::text(*matcher, self.raw_text(text)?)
            }
            Pattern::Text(Matcher::Nocase, text) if scalar == Scalar::Path => {
                PatternKind::text(Matcher::Nocase, self.text(text)?)
            }
            Pattern::Text(Matcher::Path, path) => PatternKind::Literal(Literal::Text(self.text(path)?)),
            Pattern::Text(matcher, text) => {
                let literal = match (text.pieces.as_slice(), self.text(text)) {
                    (_, Some(text)) => Literal::Text(text),
                    ([Piece::Literal(bytes)], None) => Literal::Bytes(bytes.clone()),
                    _ => return None,
                };
                PatternKind::Text(*matcher, ast::Operand { kind: OperandKind::Literal(literal), at: At::default() })
            }
            Pattern::Url(url) if *url == UrlPattern::public() => PatternKind::Name("public".to_owned()),
            Pattern::Url(url) => PatternKind::Literal(Literal::Text(ast::Text::plain(&url.to_string()))),
            Pattern::Network(network) => PatternKind::Literal(Literal::Text(ast::Text::plain(&network_text(network)))),
            Pattern::Range(first, last) => match (first, last) {
                (Some(first), Some(last)) if first.included && !last.included => {
                    PatternKind::Range(Box::new([self.bound(first)?, self.bound(last)?]))
                }
                (Some(first), None) => {
                    let comparison = if first.included { Comparison::GreaterOrEqual } else { Comparison::Greater };
                    PatternKind::Compare(comparison, self.bound(first)?)
                }
                (None, Some(last)) => {
                    let comparison = if last.included { Comparison::LessOrEqual } else { Comparison::Less };
                    PatternKind::Compare(comparison, self.bound(last)?)
                }
                _ => return None,
            },
            Pattern::Labels(labels) => {
                let entry = |(key, value): &(String, Pattern)| {
                    Some(ast::Entry { key: name(key), value: self.pattern(value, Scalar::String)? })
                };
                PatternKind::Map(labels.iter().map(entry).collect::<Option<_>>()?)
            }
        }))
    }

    fn bound(&self, bound: &Bound) -> Option<ast::Operand> {
        let kind = match &bound.term {
            Term::Constant(constant) => OperandKind::Literal(literal(constant)?),
            Term::Parameter(number) => OperandKind::Name(self.parameter(number.0)),
            Term::Text(_) => return None,
        };
        Some(ast::Operand { kind, at: At::default() })
    }

    /// A text in which a backslash means something else, so that there is no way to spell what can not be seen.
    fn raw_text(&self, text: &Text) -> Option<ast::Text> {
        let is_hidden = |piece: &ast::Piece| matches!(piece, ast::Piece::Text(text) if text.contains('\0'));
        self.text(text).filter(|text| !text.pieces.iter().any(is_hidden))
    }

    fn text(&self, text: &Text) -> Option<ast::Text> {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(bytes) => Some(ast::Piece::Text(String::from_utf8(bytes.clone()).ok()?)),
            Piece::Parameter(number) => Some(ast::Piece::Splice(name(&self.parameter(number.0)))),
            Piece::Field(field) => {
                let attribute = self.vocabulary.attribute(*field).unwrap();
                Some(ast::Piece::Splice(name(&attribute.name)))
            }
        };
        let pieces: Option<Vec<ast::Piece>> = text.pieces.iter().map(piece).collect();
        let kept = pieces?.into_iter().filter(|piece| *piece != ast::Piece::Text(String::new()));
        Some(ast::Text { pieces: kept.collect() })
    }
}

fn listed(one: ast::Pattern) -> ast::Pattern {
    pattern(PatternKind::List(vec![one]))
}

fn literal(constant: &Constant) -> Option<Literal> {
    let plain = |text: &str| Some(Literal::Text(ast::Text::plain(text)));
    /// From 1601 to 2400 or so.
    const YEARS: i64 = 12_000_000_000_000;
    match constant {
        Constant::Bool(truth) => Some(Literal::Bool(*truth)),
        Constant::Int(number) => Some(Literal::Int(*number)),
        Constant::String(text) => plain(text),
        Constant::Bytes(bytes) => Some(Literal::Bytes(bytes.clone())),
        Constant::Uuid(uuid) => plain(&uuid_text(*uuid)),
        Constant::Time(time) => (-YEARS..YEARS).contains(time).then_some(Literal::Time(*time)),
        Constant::Duration(duration) => (*duration >= 0).then_some(Literal::Duration(*duration)),
        Constant::Ip(address) => plain(&IpAddr::from(*address).to_string()),
        Constant::Path(path) => plain(&path.replace('*', "%2A")),
        Constant::Url(url) => plain(url),
    }
}

fn network_text(network: &Network) -> String {
    match IpAddr::from(network.first) {
        IpAddr::V4(first) if network.bits >= 96 => format!("{first}/{}", network.bits - 96),
        IpAddr::V4(first) => format!("{}/{}", first.to_ipv6_mapped(), network.bits),
        IpAddr::V6(first) => format!("{first}/{}", network.bits),
    }
}

/// Conditions.
impl Speaker<'_> {
    fn condition(&self, wanted: &Condition) -> Option<ast::Condition> {
        let joined = |list: &[Condition], join: fn(Box<ast::Condition>, Box<ast::Condition>) -> ConditionKind| {
            let spoken: Vec<ast::Condition> = list.iter().map(|one| self.condition(one)).collect::<Option<_>>()?;
            spoken.into_iter().reduce(|left, right| condition(join(Box::new(left), Box::new(right))))
        };
        let call = |function: &str, left: &Operand, right: &Operand| {
            if !is_read(left) {
                return None;
            }
            let call = ConditionKind::Call(name(function), vec![self.operand(left)?, self.operand(right)?]);
            Some(self.where_there(&[left, right], condition(call)))
        };
        Some(match wanted {
            Condition::Constant(truth) => condition(ConditionKind::Literal(Literal::Bool(*truth))),
            Condition::Not(inner) => condition(ConditionKind::Not(Box::new(self.condition(inner)?))),
            Condition::All(list) => return joined(list, ConditionKind::And),
            Condition::AnyOf(list) => return joined(list, ConditionKind::Or),
            Condition::Compare(comparison, left, right) => return self.compared(*comparison, left, right),
            Condition::Matches(operand, pattern) => return self.matched(operand, pattern),
            Condition::Some(field, pattern) => return self.elements(ConditionKind::Some, *field, pattern),
            Condition::Every(field, pattern) => return self.elements(ConditionKind::Every, *field, pattern),
            Condition::Member(operand, field) => {
                let set = pattern(PatternKind::Name(self.field(*field).text));
                let member = condition(ConditionKind::In(Box::new(self.operand(operand)?), set));
                self.where_there(&[operand], member)
            }
            Condition::ElementsIn(quantifier, field, set) => {
                let set = pattern(PatternKind::Name(self.field(*set).text));
                condition(match quantifier {
                    Quantifier::Some => ConditionKind::Some(self.field(*field), set),
                    Quantifier::Every => ConditionKind::Every(self.field(*field), set),
                })
            }
            Condition::Action(actions) => {
                let action = Box::new(condition(ConditionKind::Name("action".to_owned())));
                condition(ConditionKind::In(action, self.actions(actions).value))
            }
            Condition::InRow(operand, table, key) => return self.in_row(operand, table, key),
            Condition::AnyInRow(field, table, key) => {
                return self.elements_in_row(ConditionKind::Some, *field, table, key);
            }
            Condition::EveryInRow(field, table, key) => {
                return self.elements_in_row(ConditionKind::Every, *field, table, key);
            }
            Condition::HasRow(table, key) => return self.has_row(table, key),
            Condition::Has(field) => condition(ConditionKind::Has(self.field(*field), None)),
            Condition::HasLabel(field, label) => condition(ConditionKind::Has(self.field(*field), Some(label.clone()))),
            Condition::HasClaim(path) => condition(ConditionKind::HasTokenField(self.claim(path)?)),
            Condition::Call(predicate, text, part) => return call(predicate.row().word, text, part),
            Condition::Truth(operand) => {
                let truth = self.operand(operand)?;
                self.where_there(&[operand], truth)
            }
            Condition::Vouched(_) | Condition::Approved(_) => return None,
        })
    }

    fn compared(&self, comparison: Comparison, left: &Operand, right: &Operand) -> Option<ast::Condition> {
        if !is_read(left) && !is_read(right) {
            return None;
        }
        let (spoken, other) = (Box::new(self.operand(left)?), Box::new(self.operand(right)?));
        let compare = condition(ConditionKind::Compare(comparison, spoken, other));
        Some(self.where_there(&[left, right], compare))
    }

    fn matched(&self, operand: &Operand, wanted: &Pattern) -> Option<ast::Condition> {
        if !is_read(operand) || has_absent(wanted) {
            return None;
        }
        let read = self.pattern(wanted, self.type_of(operand))?;
        let matches = ConditionKind::In(Box::new(self.operand(operand)?), not_a_set(wanted, read));
        Some(self.where_there(&[operand], condition(matches)))
    }

    fn elements(
        &self,
        kind: fn(Name, ast::Pattern) -> ConditionKind,
        field: FieldNo,
        wanted: &Pattern,
    ) -> Option<ast::Condition> {
        if has_absent(wanted) {
            return None;
        }
        let read = self.pattern(wanted, self.scalar(field))?;
        let elements = condition(kind(self.field(field), not_a_set(wanted, read)));
        Some(self.where_the_field_is(field, elements))
    }

    fn in_row(&self, operand: &Operand, table: &Table, key: &Operand) -> Option<ast::Condition> {
        if !is_read(operand) {
            return None;
        }
        let inside = ConditionKind::In(Box::new(self.operand(operand)?), self.row_of(table, key)?);
        Some(self.where_there(&[operand, key], condition(inside)))
    }

    fn elements_in_row(
        &self,
        kind: fn(Name, ast::Pattern) -> ConditionKind,
        field: FieldNo,
        table: &Table,
        key: &Operand,
    ) -> Option<ast::Condition> {
        let elements = condition(kind(self.field(field), self.row_of(table, key)?));
        let asked = self.where_there(&[key], elements);
        Some(self.where_the_field_is(field, asked))
    }

    fn has_row(&self, table: &Table, key: &Operand) -> Option<ast::Condition> {
        if !is_read(key) {
            return None;
        }
        let has = condition(ConditionKind::HasRow(self.table(table), Box::new(self.operand(key)?)));
        Some(self.where_there(&[key], has))
    }

    fn row_of(&self, table: &Table, key: &Operand) -> Option<ast::Pattern> {
        if !is_read(key) {
            return None;
        }
        Some(pattern(PatternKind::Row(self.table(table), Box::new(self.operand(key)?))))
    }

    /// The condition, and before it whether the attribute is there if it may be absent.
    fn where_the_field_is(&self, field: FieldNo, inner: ast::Condition) -> ast::Condition {
        if !self.is_optional(field) {
            return inner;
        }
        let has = condition(ConditionKind::Has(self.field(field), None));
        condition(ConditionKind::And(Box::new(has), Box::new(inner)))
    }

    /// The checker wants every value that may be absent to be asked for; asking changes nothing, since what reads an absent value
    /// is false anyway.
    fn where_there(&self, operands: &[&Operand], then: ast::Condition) -> ast::Condition {
        let mut wanted = Vec::new();
        operands.iter().for_each(|operand| self.reads(operand, &mut wanted));
        let asked = wanted.into_iter().map(condition).chain([then]);
        let both = |left, right| condition(ConditionKind::And(Box::new(left), Box::new(right)));
        asked.reduce(both).expect("there is `then`")
    }

    fn reads(&self, operand: &Operand, wanted: &mut Vec<ConditionKind>) {
        match operand {
            Operand::Field(field) if self.is_optional(*field) => {
                wanted.push(ConditionKind::Has(self.field(*field), None));
            }
            Operand::Label(field, label) => {
                wanted.push(ConditionKind::Has(self.field(*field), Some(label.clone())));
            }
            Operand::Claim(path) => wanted.push(ConditionKind::HasTokenField(claim(path))),
            Operand::Field(_) | Operand::Term(..) | Operand::Issuance | Operand::Expiry | Operand::Size(_) => {}
            Operand::Compute(_, left, right) => {
                self.reads(left, wanted);
                self.reads(right, wanted);
            }
            Operand::Row(table, key) => {
                self.reads(key, wanted);
                if let Some(key) = self.operand(key) {
                    wanted.push(ConditionKind::HasRow(self.table(table), Box::new(key)));
                }
            }
            Operand::Call(_, inner) | Operand::Local(_, inner) => self.reads(inner, wanted),
        }
    }

    fn operand(&self, operand: &Operand) -> Option<ast::Condition> {
        Some(condition(match operand {
            Operand::Field(field) => ConditionKind::Name(self.field(*field).text),
            Operand::Label(field, label) => ConditionKind::Label(self.field(*field), label.clone()),
            Operand::Term(Term::Constant(constant), _) => ConditionKind::Literal(literal(constant)?),
            Operand::Term(Term::Parameter(number), _) => ConditionKind::Name(self.parameter(number.0)),
            Operand::Term(Term::Text(text), _) => ConditionKind::Literal(Literal::Text(self.text(text)?)),
            Operand::Issuance => ConditionKind::TokenField(token_field("issuance", None)),
            Operand::Expiry => ConditionKind::TokenField(token_field("expiry", None)),
            Operand::Claim(path) => ConditionKind::TokenField(self.claim(path)?),
            Operand::Local(..) => return None,
            Operand::Compute(arithmetic, left, right) => {
                ConditionKind::Compute(*arithmetic, Box::new(self.operand(left)?), Box::new(self.operand(right)?))
            }
            Operand::Row(_, key) if !is_read(key) => return None,
            Operand::Row(table, key) => ConditionKind::Row(self.table(table), Box::new(self.operand(key)?)),
            Operand::Call(function, value) => {
                if !matches!(function.row().accepts, Accepts::Only(_)) && !is_read(value) {
                    return None;
                }
                let mut arguments = Vec::new();
                if let Operand::Local(zone, time) = &**value {
                    let zone = condition(ConditionKind::Literal(Literal::Text(ast::Text::plain(zone))));
                    arguments.extend([self.operand(time)?, zone]);
                } else {
                    arguments.push(self.operand(value)?);
                }
                ConditionKind::Call(name(function.row().word), arguments)
            }
            Operand::Size(field) => {
                let set = condition(ConditionKind::Name(self.field(*field).text));
                ConditionKind::Call(name("size"), vec![set])
            }
        }))
    }

    /// The name of a table, which is declared from now on.
    fn table(&self, table: &Table) -> Name {
        if !self.tables.borrow().contains(table) {
            self.tables.borrow_mut().push(table.clone());
        }
        name(table.name())
    }

    fn type_of(&self, operand: &Operand) -> Scalar {
        match operand {
            Operand::Field(field) => self.scalar(*field),
            Operand::Label(..) | Operand::Claim(_) => Scalar::String,
            Operand::Term(_, scalar) => *scalar,
            Operand::Issuance | Operand::Expiry | Operand::Local(..) => Scalar::Time,
            Operand::Row(table, _) => table.element(),
            Operand::Call(function, _) => function.row().gives,
            Operand::Compute(..) | Operand::Size(_) => Scalar::Int,
        }
    }
}

impl Speaker<'_> {
    /// `subject`. Whether a rule may name a field of the token depends on what it would let through.
    fn same(&self, value: &Operand) -> Option<PatternKind> {
        match self.operand(value)?.kind {
            ConditionKind::Name(name) => Some(PatternKind::Name(name)),
            _ => None,
        }
    }

    /// A token's own rules know its claims, and the tokens of a world have none.
    fn claim(&self, path: &ClaimPath) -> Option<TokenField> {
        let is_known = self.made.template.kind == BlockKind::Token && matches!(path, ClaimPath::One(_));
        (!is_known).then(|| claim(path))
    }
}

fn claim(path: &ClaimPath) -> TokenField {
    match path {
        ClaimPath::One(claim) => token_field(claim.word(), None),
        ClaimPath::Entry(map, name) => token_field(map.word(), Some(name)),
    }
}

fn token_field(name: &str, key: Option<&str>) -> TokenField {
    TokenField { name: name.to_owned(), key: key.map(str::to_owned) }
}

/// Whether the type of the operand shows without what it is compared with.
fn is_read(operand: &Operand) -> bool {
    match operand {
        Operand::Field(_)
        | Operand::Label(..)
        | Operand::Claim(_)
        | Operand::Issuance
        | Operand::Expiry
        | Operand::Local(..)
        | Operand::Size(_) => true,
        Operand::Term(..) => false,
        Operand::Compute(_, left, right) => is_read(left) && is_read(right),
        Operand::Call(..) => true,
        Operand::Row(_, key) => is_read(key),
    }
}

/// The same pattern, where each `not` on what may be absent says that absence is not meant.
fn absence_said(wanted: ast::Pattern, optional: bool) -> ast::Pattern {
    let kind = match wanted.kind {
        PatternKind::Not(inner) if optional && !mentions_absent(&inner) => {
            let list = vec![*inner, pattern(PatternKind::Absent)];
            PatternKind::Not(Box::new(pattern(PatternKind::List(list))))
        }
        PatternKind::List(list) => {
            let optional = optional && !list.iter().any(mentions_absent);
            PatternKind::List(list.into_iter().map(|one| absence_said(one, optional)).collect())
        }
        PatternKind::Map(entries) => {
            let entry = |entry: ast::Entry| ast::Entry { value: absence_said(entry.value, true), ..entry };
            PatternKind::Map(entries.into_iter().map(entry).collect())
        }
        other => other,
    };
    ast::Pattern { kind, ..wanted }
}

fn mentions_absent(pattern: &ast::Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Absent => true,
        PatternKind::Not(inner) => mentions_absent(inner),
        PatternKind::List(list) => list.iter().any(mentions_absent),
        _ => false,
    }
}

fn has_absent(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Absent => true,
        Pattern::Not(inner) => has_absent(inner),
        Pattern::OneOf(list) => list.iter().any(has_absent),
        Pattern::Labels(labels) => labels.iter().any(|(_, pattern)| has_absent(pattern)),
        _ => false,
    }
}

/// By itself the name of an attribute after `in` is that of a set.
fn not_a_set(wanted: &Pattern, read: ast::Pattern) -> ast::Pattern {
    if matches!(wanted, Pattern::Is(_)) { listed(read) } else { read }
}
