//! Blocks, their fields and rules.

use serde_json::{Map, Value};

use super::Reader;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::limits;
use crate::syntax::ast::{Block, BlockKind, Condition, Effect, Field, FieldValue, Name, Parameter, Rule};
use crate::syntax::map::{CONDITION_KEYS, PARTS, Plain, null_is_absent, place};
use crate::syntax::parse::parse_condition;

impl Reader {
    /// A block; the key `spare` is not part of it, and has been read already.
    pub(super) fn block(
        &mut self,
        wanted: Option<BlockKind>,
        value: &Value,
        spare: Option<&str>,
    ) -> (Vec<String>, Block) {
        let kinds = [BlockKind::Token, BlockKind::Policy, BlockKind::Restriction];
        let nothing = Map::new();
        let map = self.object("a map", value).unwrap_or(&nothing);
        let found: Vec<BlockKind> = kinds.into_iter().filter(|kind| map.contains_key(kind.word())).collect();
        let kind = wanted.or(found.first().copied()).unwrap_or(BlockKind::Token);
        for other in found.iter().filter(|found| **found != kind) {
            let help = format!("this map is a {}", kind.word());
            self.below(other.word(), |reader| {
                reader.report(Code::Map, format!("`{}` is not a key here", other.word()), help);
            });
        }
        let anonymous = Name { text: kind.word().to_owned(), at: self.here() };
        let name = if found.contains(&kind) { self.named(map, kind.word()).unwrap_or(anonymous) } else { anonymous };
        let doc = self.doc(map);
        let mut block = Block { kind, name, parameters: Vec::new(), fields: Vec::new(), rules: Vec::new() };
        let given = |key: &str| map.get(key).is_some_and(|value| !value.is_null());
        let is_absent =
            |key: &str, value: &Value| value.is_null() && kind == BlockKind::Token && null_is_absent(key, given);
        let parts = map.iter().filter(|(key, value)| spare != Some(key.as_str()) && !is_absent(key, value));
        for (key, value) in parts {
            match key.as_str() {
                "token" | "policy" | "restriction" | "doc" => {}
                "params" => block.parameters = self.below(key, |reader| reader.parameters(value)),
                "rules" => self.below(key, |reader| match value {
                    Value::Array(list) if list.is_empty() && kind == BlockKind::Restriction => {
                        reader.restricts_nothing("`rules` has no rule");
                    }
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
            Some(Parameter { name, ty: reader.parameter_type(value)? })
        };
        map.iter().filter_map(|(key, value)| self.below(key, |reader| parameter(reader, key, value))).collect()
    }

    fn field(&mut self, key: &str, value: &Value) -> Option<Field> {
        let key = self.name(key)?;
        if let Some(effect) = Effect::of_word(&key.text) {
            let what = if effect.is_promise() { "promise" } else { "rule" };
            self.report(
                Code::Map,
                format!("`{}` begins a {what} and is not a field", key.text),
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
            Value::Array(list) if list.is_empty() && effect == Effect::Only => {
                self.restricts_nothing("`only` has no map");
            }
            Value::Array(list) => rules.extend(self.each(list, read)),
            other => rules.extend(read(self, other)),
        }
    }

    /// An empty list would become no rule, and a restriction without a rule restricts nothing.
    fn restricts_nothing(&mut self, what: &str) {
        let help = "write `\"deny\": {}` to allow nothing, or leave the key out";
        self.report(Code::Map, format!("{what}, so nothing would be restricted"), help);
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
        let mut clause = |key: &str| {
            let value = map.get(key)?;
            self.below(key, |reader| reader.condition(value)).map(Box::new)
        };
        let (when, unless) = (clause("when"), clause("unless"));
        Some(Rule { effect, entries: entries?, when, unless, at })
    }

    pub(super) fn condition(&mut self, value: &Value) -> Option<Condition> {
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
}
