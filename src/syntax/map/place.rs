//! Gives all nodes of a condition one place: that of its string in the map.

use crate::syntax::ast::{
    At, Condition, ConditionKind, Literal, Name, Operand, OperandKind, Pattern, PatternKind, Piece, Text,
};

/// Sets the place of a condition and all of its nodes.
pub(super) fn condition(node: &mut Condition, at: At) {
    node.at = at;
    match &mut node.kind {
        ConditionKind::Literal(value) => literal(value, at),
        ConditionKind::Name(_) | ConditionKind::TokenField(_) | ConditionKind::HasTokenField(_) => {}
        ConditionKind::Label(word, _) | ConditionKind::Has(word, _) => name(word, at),
        ConditionKind::Row(word, key) | ConditionKind::HasRow(word, key) => {
            name(word, at);
            condition(key, at);
        }
        ConditionKind::Not(inner) => condition(inner, at),
        ConditionKind::And(a, b)
        | ConditionKind::Or(a, b)
        | ConditionKind::Compare(_, a, b)
        | ConditionKind::Compute(_, a, b) => {
            condition(a, at);
            condition(b, at);
        }
        ConditionKind::In(value, wanted) => {
            condition(value, at);
            pattern(wanted, at);
        }
        ConditionKind::Some(word, wanted) | ConditionKind::Every(word, wanted) => {
            name(word, at);
            pattern(wanted, at);
        }
        ConditionKind::Call(word, arguments) => {
            name(word, at);
            arguments.iter_mut().for_each(|argument| condition(argument, at));
        }
        ConditionKind::List(list) => list.iter_mut().for_each(|one| condition(one, at)),
    }
}

fn pattern(node: &mut Pattern, at: At) {
    node.at = at;
    match &mut node.kind {
        PatternKind::Literal(value) => literal(value, at),
        PatternKind::Name(_) | PatternKind::Any | PatternKind::Absent | PatternKind::TokenField(_) => {}
        PatternKind::List(list) => list.iter_mut().for_each(|element| pattern(element, at)),
        PatternKind::Not(inner) | PatternKind::Elements(_, inner) => pattern(inner, at),
        PatternKind::Text(_, value) | PatternKind::Compare(_, value) => operand(value, at),
        PatternKind::Row(word, key) => {
            name(word, at);
            condition(key, at);
        }
        PatternKind::Range(ends) => ends.iter_mut().for_each(|end| operand(end, at)),
        PatternKind::Map(entries) => entries.iter_mut().for_each(|entry| {
            name(&mut entry.key, at);
            pattern(&mut entry.value, at);
        }),
    }
}

fn operand(operand: &mut Operand, at: At) {
    operand.at = at;
    if let OperandKind::Literal(value) = &mut operand.kind {
        literal(value, at);
    }
}

fn literal(value: &mut Literal, at: At) {
    if let Literal::Text(value) = value {
        text(value, at);
    }
}

fn text(text: &mut Text, at: At) {
    for piece in &mut text.pieces {
        if let Piece::Splice(word) = piece {
            name(word, at);
        }
    }
}

const fn name(name: &mut Name, at: At) {
    name.at = at;
}
