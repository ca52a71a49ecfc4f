//! Builds items from the nodes of the grammar. Literals are read here, and malformed ones reported.

use super::grammar::{Pair, Pairs, Rule};
use super::literal;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits;
use crate::span::Span;
use crate::syntax::ast::{
    At, Block, BlockKind, Effect, Entry, Field, FieldValue, Item, ItemKind, Let, Literal, Member, MemberKind, Name,
    Parameter, ParameterType, Piece, RoleItem, Rule as RuleNode, Text, VocabularyItem,
};
use crate::syntax::foreign::{self, Place};
use crate::syntax::text::{self, Spelling};
use placet_core::model::types::{Scalar, Type};

/// Builds nodes and collects their mistakes.
#[derive(Debug)]
pub(super) struct Builder {
    /// Where the text that the grammar saw begins in the source.
    pub offset: usize,
    pub errors: Vec<Diagnostic>,
}

impl Builder {
    pub(super) const fn new(offset: usize) -> Self {
        Self { offset, errors: Vec::new() }
    }

    pub(super) fn item(&mut self, pair: Pair<'_>) -> Item {
        let mut parts = pair.into_inner();
        let doc = docs(&mut parts);
        let part = next(&mut parts);
        let start = self.span(&part).start;
        let (kind, end) = match part.as_rule() {
            Rule::use_item => {
                let name = self.last_name(part);
                let end = name.at.0.end;
                (ItemKind::Use(name), end)
            }
            Rule::let_item => {
                let (name, value) = self.named_pattern(part);
                let end = value.at.0.end;
                (ItemKind::Let(Let { name, value }), end)
            }
            Rule::role_item => {
                let (name, actions) = self.named_pattern(part);
                let end = actions.at.0.end;
                (ItemKind::Role(RoleItem { name, actions }), end)
            }
            Rule::table_item => {
                let end = self.span(&part).end;
                (ItemKind::Table(self.table(part)), end)
            }
            Rule::vocabulary_item => {
                let end = self.span(&part).end;
                (ItemKind::Vocabulary(self.vocabulary(part)), end)
            }
            _ => {
                let end = self.span(&part).end;
                (ItemKind::Block(self.block(&mut part.into_inner())), end)
            }
        };
        Item { doc, kind, at: At(Span::new(start, end)) }
    }

    /// `use momento`: the keyword and the name.
    fn last_name(&mut self, pair: Pair<'_>) -> Name {
        let mut parts = pair.into_inner();
        next(&mut parts);
        self.name(&next(&mut parts))
    }

    /// `let office = …`, `role Reader = …`
    fn named_pattern(&mut self, pair: Pair<'_>) -> (Name, crate::syntax::ast::Pattern) {
        let mut parts = pair.into_inner();
        next(&mut parts);
        let name = self.name(&next(&mut parts));
        next(&mut parts);
        (name, self.whole_pattern(&mut parts))
    }

    fn vocabulary(&mut self, pair: Pair<'_>) -> VocabularyItem {
        let mut parts = pair.into_inner();
        next(&mut parts);
        let name = self.name(&next(&mut parts));
        let version = next(&mut parts);
        let number = version.as_str().parse().unwrap_or_else(|_| {
            let message = format!("`{}` is not a version", version.as_str());
            let error = Diagnostic::new(Code::BadLiteral, self.span(&version), message);
            self.errors.push(error.help(format!("a version is a number from 0 to {}", u32::MAX)));
            0
        });
        let members = parts.filter(|part| part.as_rule() == Rule::member).map(|part| self.member(part)).collect();
        VocabularyItem { name, version: number, members }
    }

    /// Members of a vocabulary by themselves, to find their mistakes.
    pub(super) fn members(&mut self, pair: Pair<'_>) {
        pair.into_inner().filter(|part| part.as_rule() == Rule::member).for_each(|part| _ = self.member(part));
    }

    fn member(&mut self, pair: Pair<'_>) -> Member {
        let mut parts = pair.into_inner();
        let doc = docs(&mut parts);
        let part = next(&mut parts);
        let start = self.span(&part).start;
        let (kind, end) = match part.as_rule() {
            Rule::actions => {
                let names: Vec<Name> = part.into_inner().skip(1).map(|name| self.name(&name)).collect();
                let end = names.last().map_or(start, |name| name.at.0.end);
                (MemberKind::Actions(names), end)
            }
            Rule::role_item => {
                let (name, actions) = self.named_pattern(part);
                let end = actions.at.0.end;
                (MemberKind::Role(RoleItem { name, actions }), end)
            }
            _ => {
                let mut parts = part.into_inner();
                let name = self.name(&next(&mut parts));
                next(&mut parts);
                let (ty, kind_end) = self.type_of(&name.text, next(&mut parts));
                let (mut lowercase, mut optional, mut end) = (false, false, kind_end);
                for mark in parts.filter_map(|mark| mark.into_inner().next()) {
                    end = self.span(&mark).end;
                    match mark.as_rule() {
                        Rule::lowercase_word => lowercase = true,
                        _ => optional = true,
                    }
                }
                (MemberKind::Attribute { name, ty, lowercase, optional }, end)
            }
        };
        Member { doc, kind, at: At(Span::new(start, end)) }
    }

    /// The type of an attribute. `actions: read` is not an attribute.
    fn type_of(&mut self, attribute: &str, pair: Pair<'_>) -> (Type, usize) {
        let (known, word) = (self.errors.len(), pair.as_str());
        let ty = self.kind(pair);
        if let Some(error) = self.errors.get_mut(known).filter(|_| foreign::means_actions(attribute)) {
            error.help = Some(format!("actions are not an attribute: write `action {word}`, without a colon"));
        }
        ty
    }

    pub(super) fn kind(&mut self, pair: Pair<'_>) -> (Type, usize) {
        let mut parts = pair.into_inner();
        let mut word = next(&mut parts);
        let is_set = word.as_rule() == Rule::set_word;
        if is_set {
            next(&mut parts);
            word = next(&mut parts);
        }
        let span = self.span(&word);
        let scalar = Scalar::ALL.into_iter().find(|scalar| scalar.word() == word.as_str());
        let ty = match (is_set, scalar, word.as_str()) {
            (true, Some(scalar), _) => Type::Set(scalar),
            (false, Some(scalar), _) => Type::One(scalar),
            (false, None, "labels") => Type::Labels,
            (_, None, unknown) => {
                self.errors.push(unknown_type(unknown, span, is_set));
                Type::One(Scalar::String)
            }
        };
        (ty, span.end)
    }

    /// A block, or its beginning.
    pub(super) fn block(&mut self, parts: &mut Pairs<'_>) -> Block {
        let kind = match next(parts).as_str() {
            "token" => BlockKind::Token,
            "policy" => BlockKind::Policy,
            _ => BlockKind::Restriction,
        };
        let name = self.name(&next(parts));
        let mut block = Block { kind, name, parameters: Vec::new(), fields: Vec::new(), rules: Vec::new() };
        self.block_parts(parts, &mut block);
        block
    }

    pub(super) fn block_parts(&mut self, parts: &mut Pairs<'_>, block: &mut Block) {
        for part in parts {
            match part.as_rule() {
                Rule::parameters => self.parameters(part, &mut block.parameters),
                Rule::block_rule => block.rules.push(self.rule(part)),
                Rule::guard => {
                    let mut parts = part.into_inner();
                    let key = self.name(&next(&mut parts));
                    next(&mut parts);
                    let value = FieldValue::Condition(self.whole_condition(next(&mut parts)));
                    block.fields.push(Field { key, value });
                }
                Rule::field => {
                    let field = self.field(part);
                    block.fields.push(field);
                }
                _ => {}
            }
        }
    }

    fn parameters(&mut self, pair: Pair<'_>, parameters: &mut Vec<Parameter>) {
        for part in pair.into_inner().filter(|part| part.as_rule() == Rule::parameter) {
            let mut parts = part.into_inner();
            let name = self.name(&next(&mut parts));
            next(&mut parts);
            let kind = next(&mut parts);
            let ty = match kind.as_str() {
                ParameterType::NETWORK => ParameterType::Network,
                _ => ParameterType::Value(self.kind(kind).0),
            };
            parameters.push(Parameter { name, ty });
        }
    }

    fn field(&mut self, pair: Pair<'_>) -> Field {
        let mut parts = pair.into_inner();
        let key = self.name(&next(&mut parts));
        if let Some(effect) = Effect::of_word(&key.text) {
            let what = if effect.is_promise() { "promise" } else { "rule" };
            let message = format!("`{}` begins a {what} and is not a key", key.text);
            let error = Diagnostic::new(Code::Syntax, key.at.0, message).label("no colon after it");
            self.errors.push(error.help(format!("write `{} {{ … }}`, once for each map", key.text)));
        }
        next(&mut parts);
        Field { key, value: FieldValue::Pattern(self.whole_pattern(&mut parts)) }
    }

    fn rule(&mut self, pair: Pair<'_>) -> RuleNode {
        let start = self.span(&pair).start;
        let mut end = start;
        let mut parts = pair.into_inner();
        let effect = Effect::of_word(next(&mut parts).as_str()).unwrap_or(Effect::Deny);
        // The braces, the entries, and perhaps conditions are left.
        let entries = Vec::with_capacity(parts.len().saturating_sub(2));
        let mut rule = RuleNode { effect, entries, when: None, unless: None, at: At::default() };
        for part in parts {
            match part.as_rule() {
                Rule::entry => {
                    let entry = self.entry(part, Spelling::Plain);
                    rule.entries.push(entry);
                }
                Rule::close_brace => end = self.span(&part).end,
                Rule::when_clause | Rule::unless_clause => {
                    let is_when = part.as_rule() == Rule::when_clause;
                    let mut parts = part.into_inner();
                    next(&mut parts);
                    let condition = self.whole_condition(next(&mut parts));
                    end = condition.at.0.end;
                    if is_when {
                        rule.when = Some(Box::new(condition));
                    } else {
                        rule.unless = Some(Box::new(condition));
                    }
                }
                _ => {}
            }
        }
        rule.at = At(Span::new(start, end));
        rule
    }

    pub(super) fn entry(&mut self, pair: Pair<'_>, spelling: Spelling) -> Entry {
        let mut parts = pair.into_inner();
        let key = next(&mut parts);
        let key = match key.as_rule() {
            Rule::string => Name { text: self.data(&key), at: At(self.span(&key)) },
            _ => self.name(&key),
        };
        next(&mut parts);
        Entry { key, value: self.pattern(&mut parts, spelling) }
    }

    pub(super) fn name(&self, pair: &Pair<'_>) -> Name {
        Name { text: pair.as_str().to_owned(), at: At(self.span(pair)) }
    }

    /// A string without splices: a key, the name of a label.
    pub(super) fn data(&mut self, pair: &Pair<'_>) -> String {
        match self.text(pair, 1, Spelling::Data).pieces.pop() {
            Some(Piece::Text(text)) => text,
            Some(Piece::Splice(_)) | None => String::new(),
        }
    }

    /// A string that begins after `skip` bytes.
    pub(super) fn text(&mut self, pair: &Pair<'_>, skip: usize, spelling: Spelling) -> Text {
        let span = self.span(pair);
        let inner = &pair.as_str()[skip..pair.as_str().len() - 1];
        if inner.len() > limits::TEXT_BYTES {
            let message = format!("a string has {} bytes, more than {}", inner.len(), limits::TEXT_BYTES);
            self.errors.push(Diagnostic::new(Code::TooLarge, span, message).help("no value of a request is that long"));
            return Text::default();
        }
        text::read(inner, span.start + skip, spelling).unwrap_or_else(|bad| {
            self.errors.push(Diagnostic::new(Code::BadLiteral, bad.at, bad.message).help(bad.help));
            Text::default()
        })
    }

    pub(super) fn literal(&mut self, pair: &Pair<'_>, spelling: Spelling) -> Literal {
        let text = pair.as_str();
        let read = match pair.as_rule() {
            Rule::string => return Literal::Text(self.text(pair, 1, spelling)),
            Rule::time => literal::time(text).map(Literal::Time),
            Rule::bytes => literal::bytes(&text[2..text.len() - 1]).map(Literal::Bytes),
            _ => literal::number(text).map(|number| match number {
                literal::Number::Int(int) => Literal::Int(int),
                literal::Number::Duration(duration) => Literal::Duration(duration),
            }),
        };
        read.unwrap_or_else(|bad| {
            let error = Diagnostic::new(Code::BadLiteral, self.span(pair), bad.message);
            self.errors.push(error.help(bad.help));
            Literal::Int(0)
        })
    }

    pub(super) fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        Span::new(span.start() + self.offset, span.end() + self.offset)
    }
}

/// The next part of a node.
pub(super) fn next<'t>(parts: &mut Pairs<'t>) -> Pair<'t> {
    parts.next().expect("the grammar gives a node all of its parts")
}

pub(super) fn docs(parts: &mut Pairs<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(doc) = parts.peek().filter(|part| part.as_rule() == Rule::doc) {
        let line = doc.as_str()[3..].trim_end();
        lines.push(line.strip_prefix(' ').unwrap_or(line).to_owned());
        parts.next();
    }
    lines
}

fn unknown_type(unknown: &str, at: Span, is_set: bool) -> Diagnostic {
    let error = Diagnostic::new(Code::UnknownType, at, format!("unknown type `{unknown}`"));
    if is_set && unknown == "labels" {
        return error.help("labels are a set of their own: write `labels`");
    }
    if unknown == ParameterType::NETWORK {
        let help = if is_set {
            "use one parameter for each network"
        } else {
            "an attribute is an `ip`; a `network` is a parameter"
        };
        return error.help(help);
    }
    if let Some(help) = foreign::help(Place::Type, unknown) {
        return error.help(if is_set { help.replace("write `", "write `set of ") } else { help });
    }
    let words = Scalar::ALL.into_iter().map(Scalar::word).chain((!is_set).then_some("labels"));
    match super::explain::nearest(unknown, words) {
        Some(word) => error.help(format!("did you mean `{word}`?")),
        None => error.help(Code::UnknownType.remedy().to_lowercase().trim_end_matches('.').to_owned()),
    }
}
