//! Patterns.

use serde_json::{Map, Value};

use super::{Reader, kind};
use crate::diag::code::Code;
use crate::limits;
use crate::syntax::ast::{ConditionKind, Entry, Name, Operand, OperandKind, Pattern, PatternKind, Quantifier};
use crate::syntax::map::{COMPARISONS, Plain, matcher_of, operators};
use crate::syntax::parse::literal::short;
use crate::syntax::text::Spelling;

impl Reader {
    pub(super) fn entries(&mut self, map: &Map<String, Value>, plain: Plain) -> Vec<Entry> {
        let entry = |reader: &mut Self, key: &str, value: &Value| {
            let at = reader.here();
            let value = reader.pattern(value, plain.below(key))?;
            Some(Entry { key: Name { text: key.to_owned(), at }, value })
        };
        let mut entries = Vec::new();
        for (key, value) in map {
            match key.strip_prefix('$') {
                Some(plain) if plain.starts_with('$') => {
                    entries.extend(self.below(key, |reader| entry(reader, plain, value)));
                }
                Some(_) => {
                    let known: Vec<String> = operators().collect();
                    self.unknown_key(key, &known.iter().map(String::as_str).collect::<Vec<_>>());
                }
                None => entries.extend(self.below(key, |reader| entry(reader, key, value))),
            }
        }
        entries
    }

    pub(super) fn pattern(&mut self, value: &Value, plain: Plain) -> Option<Pattern> {
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
                None if map.keys().any(|key| is_operator(key)) => self.mixed(map),
                None => Some(PatternKind::Map(self.entries(map, plain))),
            },
            other => self.literal(other).map(PatternKind::Literal),
        }
    }

    /// A map with a `$` key that is not its only key.
    fn mixed(&mut self, map: &Map<String, Value>) -> Option<PatternKind> {
        let ticked = |key: &String| format!("`{}`", short(key));
        let operators: Vec<String> = map.keys().filter(|key| is_operator(key)).take(2).map(ticked).collect();
        let (message, help) = match map.keys().find(|key| !is_operator(key)) {
            None => (
                format!("{} are several patterns in one map", operators.join(" and ")),
                "write a list of maps with one `$` key each for one of them, or a condition under `when` for all of them"
                    .to_owned(),
            ),
            Some(label) => (
                format!("{} appears beside the key `{}`", operators.join(" and "), short(label)),
                format!("a pattern is a map with one `$` key; a label whose name begins with `$` is written `${}`",
                    operators.first().map_or("$", |key| key.trim_matches('`'))),
            ),
        };
        self.report(Code::Map, message, help);
        None
    }

    fn operator(&mut self, key: &str, value: &Value, plain: Plain) -> Option<PatternKind> {
        if let Some((_, sign)) = COMPARISONS.iter().find(|(known, _)| *known == key) {
            return Some(PatternKind::Compare(*sign, self.operand(value)?));
        }
        if let Some(matcher) = matcher_of(key) {
            return Some(match Spelling::of(matcher) {
                Some(_) => PatternKind::text(matcher, self.pattern_text(value)?),
                None => PatternKind::Text(matcher, self.operand(value)?),
            });
        }
        let kind = match key {
            "$any" | "$absent" => match value {
                Value::Bool(true) if key == "$any" => PatternKind::Any,
                Value::Bool(true) => PatternKind::Absent,
                Value::Bool(false) => {
                    let help = match key {
                        "$any" => "`{\"$any\": true}` means any value; for no value, write `{\"$absent\": true}`",
                        _ => "`{\"$absent\": true}` means no value; for any value, write `{\"$any\": true}`",
                    };
                    self.report(Code::Map, format!("`{{\"{key}\": false}}` is not a pattern"), help);
                    return None;
                }
                other => return self.expected("`true`", other),
            },
            "$not" => PatternKind::Not(Box::new(self.pattern(value, plain)?)),
            "$some" => PatternKind::Elements(Quantifier::Some, Box::new(self.pattern(value, plain)?)),
            "$every" => PatternKind::Elements(Quantifier::Every, Box::new(self.pattern(value, plain)?)),
            "$range" => match value {
                Value::Array(ends) if ends.len() == 2 => {
                    let first = self.at_index(0, |reader| reader.operand(&ends[0]));
                    let last = self.at_index(1, |reader| reader.operand(&ends[1]));
                    PatternKind::Range(Box::new([first?, last?]))
                }
                other => return self.expected("a list of the two ends", other),
            },
            "$row" => return self.row(value),
            "$is" => return self.token_field(value),
            "$name" => PatternKind::Name(self.reference_of(value)?.text),
            _ => PatternKind::Literal(self.literal_operator(key, value)?),
        };
        Some(kind)
    }

    /// `["teams", "subject"]`: a table and the key of a row, as in a condition.
    fn row(&mut self, value: &Value) -> Option<PatternKind> {
        let Value::Array(parts) = value else { return self.expected("a table and a key", value) };
        let [table, key] = parts.as_slice() else { return self.expected("a table and a key", value) };
        let table = self.at_index(0, |reader| reader.reference_of(table));
        let key = self.at_index(1, |reader| reader.condition(key));
        Some(PatternKind::Row(table?, Box::new(key?)))
    }

    /// `"token.owner"`, as in a condition.
    fn token_field(&mut self, value: &Value) -> Option<PatternKind> {
        match self.condition(value)?.kind {
            ConditionKind::TokenField(field) => Some(PatternKind::TokenField(field)),
            _ => {
                let message = format!("expected a field of the token, such as `token.owner`, found {}", kind(value));
                self.report(Code::Map, message, "write `$eq`, or the value alone");
                None
            }
        }
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
}

/// The one `$` key of an object and what is below it.
pub(super) fn operator(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, value) = map.iter().next().filter(|_| map.len() == 1)?;
    is_operator(key).then_some((key.as_str(), value))
}

/// Whether a key is not the name of a label.
fn is_operator(key: &str) -> bool {
    key.starts_with('$') && !key.starts_with("$$")
}
