//! Writes trees as maps.

use serde_json::{Map, Value, json};

use super::{COMPARISONS, PARTS, Plain, key_of};
use crate::syntax::ast::{
    Block, Condition, ConditionKind, Entry, Field, FieldValue, File, Item, ItemKind, Literal, Member, MemberKind, Name,
    Operand, OperandKind, Pattern, PatternKind, Piece, Quantifier, Rule, TableItem, TableRows, Text,
};
use crate::syntax::parse::literal::{write_duration, write_time};
use crate::syntax::print::print_condition;

/// A file as a map.
#[must_use]
pub fn to_map(file: &File) -> Value {
    json!({ "items": file.items.iter().map(item).collect::<Vec<_>>() })
}

/// A block as a map.
#[must_use]
pub fn block_to_map(block: &Block) -> Value {
    Value::Object(block_map(block, &[]))
}

fn item(item: &Item) -> Value {
    let mut map = Map::new();
    match &item.kind {
        ItemKind::Use(name) => put(&mut map, "use", name.text.as_str()),
        ItemKind::Let(item) => {
            put(&mut map, "let", item.name.text.as_str());
            put(&mut map, "value", pattern(&item.value, Plain::Text));
        }
        ItemKind::Role(role) => {
            put(&mut map, "role", role.name.text.as_str());
            put(&mut map, "actions", pattern(&role.actions, Plain::Name));
        }
        ItemKind::Table(table) => put_table(&mut map, table),
        ItemKind::Vocabulary(vocabulary) => {
            put(&mut map, "vocabulary", vocabulary.name.text.as_str());
            put(&mut map, "version", vocabulary.version);
            put(&mut map, "members", vocabulary.members.iter().map(member).collect::<Vec<_>>());
        }
        ItemKind::Block(block) => return Value::Object(block_map(block, &item.doc)),
    }
    put_doc(&mut map, &item.doc);
    Value::Object(map)
}

fn put_table(map: &mut Map<String, Value>, table: &TableItem) {
    put(map, "table", table.name.text.as_str());
    put(map, "key", table.key.to_string());
    put(map, "value", table.value.to_string());
    match &table.rows {
        TableRows::Here(rows) => put(map, "rows", entries(rows, Plain::Text)),
        TableRows::File(file) => put(map, "file", file.text.as_str()),
    }
}

fn member(member: &Member) -> Value {
    let mut map = Map::new();
    match &member.kind {
        MemberKind::Attribute { name, ty, lowercase, optional } => {
            put(&mut map, "attribute", name.text.as_str());
            put(&mut map, "type", ty.to_string());
            if *lowercase {
                put(&mut map, "lowercase", true);
            }
            if *optional {
                put(&mut map, "optional", true);
            }
        }
        MemberKind::Actions(names) => {
            put(&mut map, "action", names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>());
        }
        MemberKind::Role(role) => {
            put(&mut map, "role", role.name.text.as_str());
            put(&mut map, "actions", pattern(&role.actions, Plain::Name));
        }
    }
    put_doc(&mut map, &member.doc);
    Value::Object(map)
}

fn block_map(block: &Block, doc: &[String]) -> Map<String, Value> {
    let mut map = Map::new();
    put(&mut map, block.kind.word(), block.name.text.as_str());
    put_doc(&mut map, doc);
    if !block.parameters.is_empty() {
        let parameters = block.parameters.iter();
        let types = parameters.map(|parameter| (parameter.name.text.clone(), Value::from(parameter.ty.to_string())));
        put(&mut map, "params", types.collect::<Map<_, _>>());
    }
    let fields = block.fields.iter().map(|field| (escaped(&field.key.text), field_value(field)));
    if block.fields.iter().any(|field| PARTS.contains(&field.key.text.as_str())) {
        put(&mut map, "$fields", fields.collect::<Map<_, _>>());
    } else {
        map.extend(fields);
    }
    if !block.rules.is_empty() {
        put(&mut map, "rules", block.rules.iter().map(rule).collect::<Vec<_>>());
    }
    map
}

fn field_value(field: &Field) -> Value {
    match &field.value {
        FieldValue::Pattern(value) => pattern(value, Plain::of_field(&field.key.text)),
        FieldValue::Condition(condition) => print_condition(condition).into(),
    }
}

fn rule(rule: &Rule) -> Value {
    let mut map = Map::new();
    put(&mut map, rule.effect.word(), entries(&rule.entries, Plain::Maps));
    for (word, clause) in [("when", &rule.when), ("unless", &rule.unless)] {
        if let Some(clause) = clause {
            put(&mut map, word, print_condition(clause));
        }
    }
    Value::Object(map)
}

fn entries(entries: &[Entry], plain: Plain) -> Map<String, Value> {
    entries
        .iter()
        .map(|entry| (escaped(&entry.key.text), pattern(&entry.value, plain.below(&entry.key.text))))
        .collect()
}

fn pattern(node: &Pattern, plain: Plain) -> Value {
    match &node.kind {
        PatternKind::Literal(value) => literal(value, plain),
        PatternKind::Name(name) if plain == Plain::Name => name.as_str().into(),
        PatternKind::Name(name) => json!({ "$name": name }),
        PatternKind::Any => json!({ "$any": true }),
        PatternKind::Absent => json!({ "$absent": true }),
        PatternKind::List(list) => list.iter().map(|element| pattern(element, plain)).collect(),
        PatternKind::Not(inner) => json!({ "$not": pattern(inner, plain) }),
        PatternKind::Elements(Quantifier::Some, inner) => json!({ "$some": pattern(inner, plain) }),
        PatternKind::Elements(Quantifier::Every, inner) => json!({ "$every": pattern(inner, plain) }),
        PatternKind::Text(matcher, value) => json!({ key_of(*matcher): operand(value) }),
        PatternKind::Range(ends) => json!({ "$range": ends.each_ref().map(operand) }),
        PatternKind::Compare(sign, value) => {
            let key = COMPARISONS.iter().find(|(_, known)| known == sign).map_or("$eq", |(key, _)| key);
            json!({ key: operand(value) })
        }
        PatternKind::Map(map) => Value::Object(entries(map, plain)),
        PatternKind::Row(table, key) => json!({ "$row": [table.text, print_condition(key)] }),
        PatternKind::TokenField(field) => {
            let kind = ConditionKind::TokenField(field.clone());
            json!({ "$is": print_condition(&Condition { kind, at: node.at }) })
        }
    }
}

fn operand(operand: &Operand) -> Value {
    match &operand.kind {
        OperandKind::Literal(value) => literal(value, Plain::Text),
        OperandKind::Name(name) => json!({ "$name": name }),
    }
}

fn literal(value: &Literal, plain: Plain) -> Value {
    match value {
        Literal::Bool(value) => (*value).into(),
        Literal::Int(value) => (*value).into(),
        Literal::Text(value) => match (value.as_plain(), plain) {
            (Some(value), Plain::Name) => json!({ "$string": value }),
            _ => text(value),
        },
        Literal::Bytes(value) => json!({ "$bytes": data_encoding::HEXLOWER.encode(value) }),
        Literal::Duration(value) => json!({ "$duration": write_duration(*value) }),
        Literal::Time(value) => json!({ "$time": write_time(*value) }),
    }
}

fn text(text: &Text) -> Value {
    let piece = |piece: &Piece| match piece {
        Piece::Text(plain) => Value::from(plain.as_str()),
        Piece::Splice(Name { text, .. }) => json!({ "$name": text }),
    };
    match text.as_plain() {
        Some(plain) => plain.into(),
        None => json!({ "$text": text.pieces.iter().map(piece).collect::<Vec<_>>() }),
    }
}

/// A key of an entry: one that begins with `$` gets another.
fn escaped(key: &str) -> String {
    if key.starts_with('$') { format!("${key}") } else { key.to_owned() }
}

fn put(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    map.insert(key.to_owned(), value.into());
}

fn put_doc(map: &mut Map<String, Value>, doc: &[String]) {
    if !doc.is_empty() {
        put(map, "doc", doc.to_vec());
    }
}
