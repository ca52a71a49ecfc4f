//! Reads maps.

use serde_json::{Map, Value};

use super::{BLOCK_WORDS, COMPARISONS, CONDITION_KEYS, ITEM_WORDS, OPERATORS, PARTS, Plain, place};
use crate::diag::code::Code;
use crate::diag::render::{hides, turns};
use crate::diag::{Diagnostic, Source};
use crate::limits;
use crate::model::types::{Scalar, Type};
use crate::span::Span;
use crate::syntax::ast::{
    Affix, At, Block, BlockKind, Condition, Effect, Entry, Field, FieldValue, File, Item, ItemKind, Let, Literal,
    Member, MemberKind, Name, Operand, OperandKind, Parameter, Pattern, PatternKind, Piece, RoleItem, Rule, Text,
    VocabularyItem,
};
use crate::syntax::lex::is_word;
use crate::syntax::parse::{literal, nearest, parse_condition};
use crate::syntax::text::normal_pattern;

/// What a map becomes, or what is wrong with it; and where its places point.
pub type Read<T> = Result<(T, Source), (Vec<Diagnostic>, Source)>;

/// Reads a file.
///
/// # Errors
/// Everything that is wrong with the map, up to [`limits::DIAGNOSTICS`].
pub fn from_map(value: &Value) -> Read<File> {
    let mut reader = Reader::default();
    let file = reader.file(value);
    reader.finish(file)
}

/// Reads one block that needs no name: what a scripting host passes to TOKENGEN.
///
/// # Errors
/// Everything that is wrong with the map.
pub fn block_from_map(kind: BlockKind, value: &Value) -> Read<Block> {
    let mut reader = Reader::default();
    let (_, block) = reader.block(Some(kind), value);
    reader.finish(block)
}

#[derive(Default)]
struct Reader {
    paths: Vec<String>,
    /// The path of what is being read.
    path: String,
    depth: usize,
    errors: Vec<Diagnostic>,
}

impl Reader {
    fn finish<T>(self, read: T) -> Read<T> {
        let source = Source::Map { paths: self.paths };
        if self.errors.is_empty() { Ok((read, source)) } else { Err((self.errors, source)) }
    }

    /// A new node here.
    fn here(&mut self) -> At {
        let number = self.paths.len();
        if number < limits::SOURCE_NODES {
            self.paths.push(self.path.clone());
        } else if number == limits::SOURCE_NODES {
            self.paths.push(String::new());
            let message = format!("the map has more than {} parts", limits::SOURCE_NODES);
            self.errors.push(
                Diagnostic::new(Code::TooLarge, Span::new(number, number + 1), message).help("split it into several"),
            );
        }
        let number = number.min(limits::SOURCE_NODES);
        At(Span::new(number, number + 1))
    }

    fn report(&mut self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        if self.errors.len() < limits::DIAGNOSTICS {
            let at = self.here();
            self.errors.push(Diagnostic::new(code, at.0, message).help(help));
        }
    }

    /// Reads something below a key.
    fn below<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if !is_word(key) {
            self.path.push_str(&format!("[{key:?}]"));
        } else if length > 0 {
            self.path.push('.');
            self.path.push_str(key);
        } else {
            self.path.push_str(key);
        }
        let read = read(self);
        self.path.truncate(length);
        read
    }

    fn at_index<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        let read = read(self);
        self.path.truncate(length);
        read
    }

    fn each<T>(&mut self, list: &[Value], mut read: impl FnMut(&mut Self, &Value) -> Option<T>) -> Vec<T> {
        list.iter()
            .enumerate()
            .filter_map(|(index, value)| self.at_index(index, |reader| read(reader, value)))
            .collect()
    }

    fn expected<T>(&mut self, what: &str, found: &Value) -> Option<T> {
        self.report(Code::Map, format!("expected {what}, found {}", kind(found)), format!("write {what}"));
        None
    }

    fn object<'v>(&mut self, what: &str, value: &'v Value) -> Option<&'v Map<String, Value>> {
        match value {
            Value::Object(map) => Some(map),
            other => self.expected(what, other),
        }
    }

    fn unknown_key(&mut self, key: &str, known: &[&str]) {
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
        };
        self.below(key, |reader| reader.report(Code::Map, format!("`{key}` is no key here"), help));
    }

    // Items

    fn file(&mut self, value: &Value) -> File {
        let mut file = File::default();
        let Some(map) = self.object("a map", value) else { return file };
        let Some(items) = map.get("items") else {
            file.items.extend(self.item(value));
            return file;
        };
        for key in map.keys().filter(|key| *key != "items") {
            self.unknown_key(key, &["items"]);
        }
        self.below("items", |reader| match items {
            Value::Array(list) => file.items = reader.each(list, Self::item),
            other => {
                reader.expected::<()>("a list of items", other);
            }
        });
        file
    }

    fn item(&mut self, value: &Value) -> Option<Item> {
        let map = self.object("a map", value)?;
        // A block may have fields with the names of other items.
        let Some(word) = BLOCK_WORDS.into_iter().chain(ITEM_WORDS).find(|word| map.contains_key(*word)) else {
            let help = format!("an item has one of the keys {}", ITEM_WORDS.map(|word| format!("`{word}`")).join(", "));
            self.report(Code::Map, "the map says not which item it is", help);
            return None;
        };
        if BLOCK_WORDS.contains(&word) {
            let at = self.here();
            let (doc, block) = self.block(None, value);
            return Some(Item { doc, kind: ItemKind::Block(block), at });
        }
        let at = self.here();
        let doc = self.doc(map);
        let name = self.named(map, word);
        let known: &[&str] = match word {
            "use" => &["use", "doc"],
            "let" => &["let", "value", "doc"],
            "role" => &["role", "actions", "doc"],
            _ => &["vocabulary", "version", "members", "doc"],
        };
        self.only_keys(map, known);
        let kind = match word {
            "use" => ItemKind::Use(name?),
            "let" => {
                let value = self.required(map, "value", |reader, value| reader.pattern(value, Plain::Text));
                ItemKind::Let(Let { name: name?, value: value? })
            }
            "role" => {
                let actions = self.required(map, "actions", |reader, value| reader.pattern(value, Plain::Name));
                ItemKind::Role(RoleItem { name: name?, actions: actions? })
            }
            _ => {
                let version = self.required(map, "version", |reader, value| match value.as_u64().map(u32::try_from) {
                    Some(Ok(version)) => Some(version),
                    _ => reader.expected("a version, a number from 0 to 4294967295", value),
                });
                let members = self.required(map, "members", |reader, value| match value {
                    Value::Array(list) => Some(reader.each(list, Self::member)),
                    other => reader.expected("a list of members", other),
                });
                ItemKind::Vocabulary(VocabularyItem { name: name?, version: version?, members: members? })
            }
        };
        Some(Item { doc, kind, at })
    }

    fn member(&mut self, value: &Value) -> Option<Member> {
        let map = self.object("a map", value)?;
        let at = self.here();
        let doc = self.doc(map);
        let kind = if map.contains_key("attribute") {
            self.only_keys(map, &["attribute", "type", "optional", "doc"]);
            let name = self.named(map, "attribute");
            let ty = self.required(map, "type", Self::kind);
            let optional = match map.get("optional") {
                None | Some(Value::Null) => false,
                Some(Value::Bool(optional)) => *optional,
                Some(other) => self.below("optional", |reader| reader.expected("`true` or `false`", other))?,
            };
            MemberKind::Attribute { name: name?, ty: ty?, optional }
        } else if map.contains_key("role") {
            self.only_keys(map, &["role", "actions", "doc"]);
            let name = self.named(map, "role");
            let actions = self.required(map, "actions", |reader, value| reader.pattern(value, Plain::Name));
            MemberKind::Role(RoleItem { name: name?, actions: actions? })
        } else {
            self.only_keys(map, &["action", "attribute", "role", "doc"]);
            let names = self.required(map, "action", |reader, value| match value {
                Value::Array(list) if !list.is_empty() => Some(reader.each(list, Self::action_name)),
                other => reader.action_name(other).map(|name| vec![name]),
            });
            MemberKind::Actions(names?)
        };
        Some(Member { doc, kind, at })
    }

    fn only_keys(&mut self, map: &Map<String, Value>, known: &[&str]) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.unknown_key(key, known);
        }
    }

    fn required<T>(
        &mut self,
        map: &Map<String, Value>,
        key: &str,
        read: impl FnOnce(&mut Self, &Value) -> Option<T>,
    ) -> Option<T> {
        match map.get(key) {
            None | Some(Value::Null) => {
                self.report(Code::Map, format!("the key `{key}` is missing"), format!("add `{key}`"));
                None
            }
            Some(value) => self.below(key, |reader| read(reader, value)),
        }
    }

    fn doc(&mut self, map: &Map<String, Value>) -> Vec<String> {
        let lines = |reader: &mut Self, value: &Value| match value {
            Value::Null => Some(Vec::new()),
            Value::String(line) => Some(reader.doc_line(line).into_iter().collect()),
            Value::Array(list) => Some(reader.each(list, |reader, line| match line {
                Value::String(line) => reader.doc_line(line),
                other => reader.expected("a line of text", other),
            })),
            other => reader.expected("a list of lines", other),
        };
        map.get("doc").and_then(|value| self.below("doc", |reader| lines(reader, value))).unwrap_or_default()
    }

    fn doc_line(&mut self, line: &str) -> Option<String> {
        if line.chars().any(|c| c == '\n' || c == '\r' || (hides(c) && (c.is_control() || turns(c)))) {
            self.report(
                Code::Hidden,
                "a line of a doc holds a character that can not be seen",
                "write one string for each line",
            );
            return None;
        }
        Some(line.trim_end().to_owned())
    }

    // Blocks

    fn block(&mut self, wanted: Option<BlockKind>, value: &Value) -> (Vec<String>, Block) {
        let kinds = [BlockKind::Token, BlockKind::Policy, BlockKind::Restriction];
        let nothing = Map::new();
        let map = self.object("a map", value).unwrap_or(&nothing);
        let found: Vec<BlockKind> = kinds.into_iter().filter(|kind| map.contains_key(kind.word())).collect();
        let kind = wanted.or(found.first().copied()).unwrap_or(BlockKind::Token);
        for other in found.iter().filter(|found| **found != kind) {
            let help = format!("this map is a {}", kind.word());
            self.below(other.word(), |reader| {
                reader.report(Code::Map, format!("`{}` is no key here", other.word()), help);
            });
        }
        let anonymous = Name { text: kind.word().to_owned(), at: self.here() };
        let name = if found.contains(&kind) { self.named(map, kind.word()).unwrap_or(anonymous) } else { anonymous };
        let doc = self.doc(map);
        let mut block = Block { kind, name, parameters: Vec::new(), fields: Vec::new(), rules: Vec::new() };
        for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "token" | "policy" | "restriction" | "doc" => {}
                "params" => block.parameters = self.below(key, |reader| reader.parameters(value)),
                "rules" => self.below(key, |reader| match value {
                    Value::Array(list) => block.rules.extend(reader.each(list, Self::rule)),
                    other => {
                        reader.expected::<()>("a list of rules", other);
                    }
                }),
                "allow" | "deny" | "only" | "never" | "always" => {
                    self.below(key, |reader| reader.bare_rules(key, value, &mut block.rules));
                }
                "$fields" => self.below(key, |reader| {
                    if let Some(fields) = reader.object("a map of fields", value) {
                        for (key, value) in fields {
                            block.fields.extend(reader.below(key, |reader| reader.field(key, value)));
                        }
                    }
                }),
                _ if key.starts_with('$') => self.unknown_key(key, &[&PARTS[..], &["$fields"]].concat()),
                _ => block.fields.extend(self.below(key, |reader| reader.field(key, value))),
            }
        }
        (doc, block)
    }

    fn parameters(&mut self, value: &Value) -> Vec<Parameter> {
        let Some(map) = self.object("a map of types", value) else { return Vec::new() };
        let parameter = |reader: &mut Self, key: &str, value: &Value| {
            let name = reader.name(key)?;
            Some(Parameter { name, ty: reader.kind(value)? })
        };
        map.iter().filter_map(|(key, value)| self.below(key, |reader| parameter(reader, key, value))).collect()
    }

    fn field(&mut self, key: &str, value: &Value) -> Option<Field> {
        let key = self.name(key)?;
        if let Some(effect) = Effect::of_word(&key.text) {
            let what = if effect.is_promise() { "promise" } else { "rule" };
            self.report(
                Code::Map,
                format!("`{}` begins a {what}, it is no field", key.text),
                "write it outside of `$fields`",
            );
            return None;
        }
        let value = if CONDITION_KEYS.contains(&key.text.as_str()) {
            FieldValue::Condition(self.condition(value)?)
        } else {
            FieldValue::Pattern(self.pattern(value, Plain::of_field(&key.text))?)
        };
        Some(Field { key, value })
    }

    /// `"allow": {…}` or `"allow": [{…}, {…}]` in a block.
    fn bare_rules(&mut self, word: &str, value: &Value, rules: &mut Vec<Rule>) {
        let Some(effect) = Effect::of_word(word) else { return };
        let read = |reader: &mut Self, value: &Value| {
            let at = reader.here();
            let map = reader.object("a map", value)?;
            Some(Rule { effect, entries: reader.entries(map, Plain::Maps), when: None, unless: None, at })
        };
        match value {
            Value::Array(list) => rules.extend(self.each(list, read)),
            other => rules.extend(read(self, other)),
        }
    }

    fn rule(&mut self, value: &Value) -> Option<Rule> {
        let map = self.object("a rule", value)?;
        let at = self.here();
        let mut effects = Effect::ALL.into_iter().filter(|effect| map.contains_key(effect.word()));
        let (Some(effect), None) = (effects.next(), effects.next()) else {
            let message = "a rule has one of the keys `allow`, `deny` and `only`, a promise `never` or `always`";
            self.report(Code::Map, message, "write one of them");
            return None;
        };
        let word = effect.word();
        self.only_keys(map, &[word, "when", "unless"]);
        let entries = self.required(map, word, |reader, value| {
            let map = reader.object("a map", value)?;
            Some(reader.entries(map, Plain::Maps))
        });
        let mut clause = |key: &str| match map.get(key) {
            None | Some(Value::Null) => None,
            Some(value) => self.below(key, |reader| reader.condition(value)).map(Box::new),
        };
        let (when, unless) = (clause("when"), clause("unless"));
        Some(Rule { effect, entries: entries?, when, unless, at })
    }

    fn condition(&mut self, value: &Value) -> Option<Condition> {
        let Value::String(text) = value else { return self.expected("a condition as a string", value) };
        let at = self.here();
        match parse_condition(text) {
            Ok(mut condition) => {
                place::condition(&mut condition, at);
                Some(condition)
            }
            Err(errors) => {
                let room = limits::DIAGNOSTICS.saturating_sub(self.errors.len());
                self.errors.extend(errors.into_iter().take(room).map(|error| Diagnostic {
                    label: if error.label.is_empty() { format!("at `{}`", error.at.of(text)) } else { error.label },
                    at: at.0,
                    related: Vec::new(),
                    ..error
                }));
                None
            }
        }
    }

    // Names and types

    fn named(&mut self, map: &Map<String, Value>, key: &str) -> Option<Name> {
        self.required(map, key, Self::word)
    }

    fn word(&mut self, value: &Value) -> Option<Name> {
        match value {
            Value::String(text) => self.name(text),
            other => self.expected("a name", other),
        }
    }

    fn action_name(&mut self, value: &Value) -> Option<Name> {
        let name = self.word(value)?;
        if matches!(name.text.as_str(), "action" | "role") {
            let message = format!("no action is called `{}`", name.text);
            self.report(Code::Map, message, "the word begins a member of a vocabulary; choose another name");
            return None;
        }
        Some(name)
    }

    fn name(&mut self, text: &str) -> Option<Name> {
        if !is_word(text) {
            self.report(
                Code::Map,
                format!("`{text}` is no name"),
                "a name is ASCII letters, digits and `_`, not beginning with a digit",
            );
            return None;
        }
        if text.len() > limits::NAME_BYTES {
            self.report(
                Code::TooLarge,
                format!("a name has more than {} bytes", limits::NAME_BYTES),
                "choose a shorter name",
            );
            return None;
        }
        Some(Name { text: text.to_owned(), at: self.here() })
    }

    /// A name where a pattern may stand.
    fn reference(&mut self, text: &str) -> Option<Name> {
        if KEYWORDS.contains(&text) {
            self.report(
                Code::Map,
                format!("`{text}` is a word of the language, no name"),
                format!("a pattern is written like `{{\"${text}\": …}}`"),
            );
            return None;
        }
        self.name(text)
    }

    fn kind(&mut self, value: &Value) -> Option<Type> {
        let Value::String(text) = value else { return self.expected("a type", value) };
        let scalar = |word: &str| Scalar::ALL.into_iter().find(|scalar| scalar.word() == word);
        let ty = match text.strip_prefix("set of ") {
            Some(word) => scalar(word).map(Type::Set),
            None if text == "labels" => Some(Type::Labels),
            None => scalar(text).map(Type::One),
        };
        if ty.is_none() {
            let words = Scalar::ALL.into_iter().map(Scalar::word).chain(["labels"]);
            let help = nearest(text, words).map_or_else(
                || "a type is written like `string` or `set of string`".to_owned(),
                |word| format!("did you mean `{word}`?"),
            );
            self.report(Code::UnknownType, format!("`{text}` is no type"), help);
        }
        ty
    }

    // Patterns

    fn entries(&mut self, map: &Map<String, Value>, plain: Plain) -> Vec<Entry> {
        let entry = |reader: &mut Self, key: &str, value: &Value| {
            let at = reader.here();
            let value = reader.pattern(value, plain.below(key))?;
            Some(Entry { key: Name { text: key.to_owned(), at }, value })
        };
        let mut entries = Vec::new();
        for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            match key.strip_prefix('$') {
                Some(plain) if plain.starts_with('$') => {
                    entries.extend(self.below(key, |reader| entry(reader, plain, value)));
                }
                Some(_) => self.unknown_key(key, &OPERATORS),
                None => entries.extend(self.below(key, |reader| entry(reader, key, value))),
            }
        }
        entries
    }

    fn pattern(&mut self, value: &Value, plain: Plain) -> Option<Pattern> {
        if self.depth >= limits::NESTING {
            let help = "give the inner part a name with `let`, or write it as a flat list";
            self.report(Code::TooDeep, format!("a pattern nests deeper than {} levels", limits::NESTING), help);
            return None;
        }
        self.depth += 1;
        let at = self.here();
        let kind = self.pattern_kind(value, plain);
        self.depth -= 1;
        Some(Pattern { kind: kind?, at })
    }

    fn pattern_kind(&mut self, value: &Value, plain: Plain) -> Option<PatternKind> {
        match value {
            Value::String(text) if plain == Plain::Name => {
                self.reference(text).map(|name| PatternKind::Name(name.text))
            }
            Value::Array(list) => {
                Some(PatternKind::List(self.each(list, |reader, element| reader.pattern(element, plain))))
            }
            Value::Object(map) => match operator(map) {
                Some((key, inner)) => self.below(key, |reader| reader.operator(key, inner, plain)),
                None => Some(PatternKind::Map(self.entries(map, plain))),
            },
            other => self.literal(other).map(PatternKind::Literal),
        }
    }

    fn operator(&mut self, key: &str, value: &Value, plain: Plain) -> Option<PatternKind> {
        if let Some((_, sign)) = COMPARISONS.iter().find(|(known, _)| *known == key) {
            return Some(PatternKind::Compare(*sign, self.operand(value)?));
        }
        let kind = match key {
            "$any" | "$absent" => match value {
                Value::Bool(true) if key == "$any" => PatternKind::Any,
                Value::Bool(true) => PatternKind::Absent,
                other => return self.expected("`true`", other),
            },
            "$not" => PatternKind::Not(Box::new(self.pattern(value, plain)?)),
            "$prefix" => PatternKind::Affix(Affix::Prefix, self.operand(value)?),
            "$suffix" => PatternKind::Affix(Affix::Suffix, self.operand(value)?),
            "$glob" => PatternKind::Glob(self.pattern_text(value)?),
            "$regex" => PatternKind::Regex(self.pattern_text(value)?),
            "$range" => match value {
                Value::Array(ends) if ends.len() == 2 => {
                    let first = self.at_index(0, |reader| reader.operand(&ends[0]));
                    let last = self.at_index(1, |reader| reader.operand(&ends[1]));
                    PatternKind::Range(Box::new([first?, last?]))
                }
                other => return self.expected("a list of the two ends", other),
            },
            "$name" => PatternKind::Name(self.reference_of(value)?.text),
            _ => PatternKind::Literal(self.literal_operator(key, value)?),
        };
        Some(kind)
    }

    fn operand(&mut self, value: &Value) -> Option<Operand> {
        let at = self.here();
        let kind = match value.as_object().and_then(operator) {
            Some(("$name", name)) => {
                self.below("$name", |reader| reader.reference_of(name)).map(|name| OperandKind::Name(name.text))
            }
            Some((key, inner)) => {
                self.below(key, |reader| reader.literal_operator(key, inner)).map(OperandKind::Literal)
            }
            None => self.literal(value).map(OperandKind::Literal),
        };
        Some(Operand { kind: kind?, at })
    }

    fn reference_of(&mut self, value: &Value) -> Option<Name> {
        match value {
            Value::String(text) => self.reference(text),
            other => self.expected("a name", other),
        }
    }

    // Literals

    fn literal(&mut self, value: &Value) -> Option<Literal> {
        match value {
            Value::Bool(value) => Some(Literal::Bool(*value)),
            Value::Number(number) => match whole(number) {
                Some(int) => Some(Literal::Int(int)),
                None => {
                    self.report(
                        Code::BadLiteral,
                        format!("`{number}` is no integer of 64 bits"),
                        "numbers are whole; write others as strings",
                    );
                    None
                }
            },
            Value::String(text) => self.plain(text).map(|text| Literal::Text(Text::plain(text))),
            other => self.expected("a literal", other),
        }
    }

    fn literal_operator(&mut self, key: &str, value: &Value) -> Option<Literal> {
        if key == "$text" {
            return self.text_list(value).map(Literal::Text);
        }
        if !OPERATORS.contains(&key) {
            let help = match nearest(key, OPERATORS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("a key that begins with `$` is written `${key}`"),
            };
            self.report(Code::Map, format!("`{key}` is no pattern"), help);
            return None;
        }
        if !["$string", "$bytes", "$duration", "$time"].contains(&key) {
            self.report(Code::Map, format!("`{key}` is no literal"), "write a string, a number or a name");
            return None;
        }
        let Value::String(text) = value else { return self.expected("a string", value) };
        let read = match key {
            "$string" => return self.plain(text).map(|text| Literal::Text(Text::plain(text))),
            "$bytes" => literal::bytes(text).map(Literal::Bytes),
            "$duration" => literal::duration(text).map(Literal::Duration),
            _ => literal::time(text).map(Literal::Time),
        };
        match read {
            Ok(literal) => Some(literal),
            Err(bad) => {
                self.report(Code::BadLiteral, bad.message, bad.help);
                None
            }
        }
    }

    fn plain<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if text.len() > limits::TEXT_BYTES {
            let message = format!("a string has {} bytes, more than {}", text.len(), limits::TEXT_BYTES);
            self.report(Code::TooLarge, message, "no value of a request is that long");
            return None;
        }
        Some(text)
    }

    /// `["user/", {"$name": "user"}]`
    fn text_list(&mut self, value: &Value) -> Option<Text> {
        let Value::Array(list) = value else { return self.expected("a list of strings and names", value) };
        let mut text = Text::default();
        for piece in self.each(list, Self::piece) {
            match (text.pieces.last_mut(), piece) {
                (_, Piece::Text(empty)) if empty.is_empty() => {}
                (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
                (_, piece) => text.pieces.push(piece),
            }
        }
        Some(text)
    }

    fn piece(&mut self, value: &Value) -> Option<Piece> {
        match (value, value.as_object().and_then(operator)) {
            (Value::String(text), _) => self.plain(text).map(|text| Piece::Text(text.to_owned())),
            // What is spliced is a parameter, whatever its name.
            (_, Some(("$name", name))) => self.below("$name", |reader| reader.word(name)).map(Piece::Splice),
            (other, _) => self.expected("a string or a name", other),
        }
    }

    /// The text of a glob or a regular expression.
    fn pattern_text(&mut self, value: &Value) -> Option<Text> {
        let mut text = match (value, value.as_object().and_then(operator)) {
            (Value::String(text), _) => Text::plain(self.plain(text)?),
            (_, Some(("$text", list))) => self.below("$text", |reader| reader.text_list(list))?,
            (other, _) => return self.expected("a string", other),
        };
        for piece in &mut text.pieces {
            if let Piece::Text(raw) = piece {
                match normal_pattern(raw) {
                    Some(normal) => *raw = normal,
                    None => {
                        let message = "the pattern holds a character that can not be seen, or ends in a backslash";
                        self.report(
                            Code::BadLiteral,
                            message,
                            "write such characters as escapes of the regular expression, like `\\x{a0}`",
                        );
                        return None;
                    }
                }
            }
        }
        Some(text)
    }
}

/// The one `$` key of an object and what is below it.
fn operator(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, value) = map.iter().next().filter(|_| map.len() == 1)?;
    (key.starts_with('$') && !key.starts_with("$$")).then_some((key.as_str(), value))
}

/// A number that is exactly an integer.
fn whole(number: &serde_json::Number) -> Option<i64> {
    /// Up to here every integer is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT)?;
        #[expect(clippy::cast_possible_truncation, reason = "it is an integer of at most 53 bits")]
        Some(float as i64)
    })
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "`null`",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// Words that are no names where a pattern stands.
const KEYWORDS: [&str; 8] = ["any", "absent", "not", "prefix", "suffix", "glob", "true", "false"];
