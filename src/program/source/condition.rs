//! Conditions as syntax.

use super::pattern::{NO_SUCH_TIME, Subject, name, pattern};
use super::token_field::{claim, token_field};
use super::{Lifting, PrintError, Trust, UNCOMPARED_ZONE};
use crate::check::table::Table;
use crate::check::tree::Constant;
use crate::program::tree::{Actions, Condition, Pattern, Quorum, Value};
use crate::program::{Predicate, literal};
use crate::syntax::ast::{self, At, Comparison, ConditionKind, Literal, Name, PatternKind, Quantifier};
use placet_core::bytecode::zone::Zone;
use placet_core::model::predicate::Notation;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{ActionNo, FieldNo};
use placet_core::token::keys::PublicKey;

type Said = Result<ast::Condition, PrintError>;

impl Lifting<'_> {
    pub(super) fn condition(&self, wanted: &Condition) -> Said {
        match wanted {
            Condition::Constant(truth) => Ok(constant(*truth)),
            Condition::All(parts) => Ok(joined(self.conditions(parts)?, ConditionKind::And, true)),
            Condition::AnyOf(parts) => Ok(joined(self.conditions(parts)?, ConditionKind::Or, false)),
            Condition::Not(inner) => self.condition(inner).map(negated),
            Condition::Compare(predicate, left, right) => self.compare(*predicate, left, right),
            Condition::Matches(value, wanted) => self.matches(value, wanted),
            Condition::AnyElement(field, wanted) => self.quantified(ConditionKind::Some, *field, wanted),
            Condition::EveryElement(field, wanted) => self.quantified(ConditionKind::Every, *field, wanted),
            Condition::Member(value, field) => {
                let set = pattern(PatternKind::Name(self.field(*field)?.text));
                Ok(condition(ConditionKind::In(Box::new(self.value(value)?), set)))
            }
            Condition::ElementsIn(quantifier, field, set) => {
                let kind = match quantifier {
                    Quantifier::Some => ConditionKind::Some,
                    Quantifier::Every => ConditionKind::Every,
                };
                Ok(condition(kind(self.field(*field)?, pattern(PatternKind::Name(self.field(*set)?.text)))))
            }
            Condition::Action(listed) => self.asked(listed),
            Condition::InRow(value, table, key) => {
                let row = pattern(PatternKind::Row(name(table.name()), Box::new(self.value(key)?)));
                Ok(condition(ConditionKind::In(Box::new(self.value(value)?), row)))
            }
            Condition::AnyInRow(field, table, key) => self.quantified_row(ConditionKind::Some, *field, table, key),
            Condition::EveryInRow(field, table, key) => self.quantified_row(ConditionKind::Every, *field, table, key),
            Condition::HasRow(table, key) => {
                Ok(condition(ConditionKind::HasRow(name(table.name()), Box::new(self.value(key)?))))
            }
            Condition::Has(field) => Ok(condition(ConditionKind::Has(self.field(*field)?, None))),
            Condition::HasLabel(field, label) => {
                Ok(condition(ConditionKind::Has(self.field(*field)?, Some(label.clone()))))
            }
            Condition::HasClaim(path) => Ok(condition(ConditionKind::HasTokenField(claim(path)))),
            Condition::Holds(value) => self.value(value),
            Condition::Approved(quorum) => approved(quorum),
            Condition::Vouched(key) => {
                let key = PublicKey::from_bytes(key).map_err(|_| "its key is not a public key")?;
                let text = condition(ConditionKind::Literal(literal::plain(&key.to_string())));
                Ok(condition(ConditionKind::Call(name("vouched"), vec![text])))
            }
        }
    }

    /// `action == get`, `action in [get, set]`, `action in ReadOnly`
    fn asked(&self, listed: &[ActionNo]) -> Said {
        let wanted = self.actions(&Actions { listed: listed.to_vec(), negated: false })?.value;
        let action = Box::new(condition(ConditionKind::Name("action".to_owned())));
        Ok(condition(match (listed, wanted.kind) {
            ([_], PatternKind::Name(name)) if self.vocabulary.action(&name).is_some() => {
                let one = Box::new(condition(ConditionKind::Name(name)));
                ConditionKind::Compare(Comparison::Equal, action, one)
            }
            (_, kind) => ConditionKind::In(action, pattern(kind)),
        }))
    }

    fn conditions(&self, parts: &[Condition]) -> Result<Vec<ast::Condition>, PrintError> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn compare(&self, predicate: Predicate, left: &Value, right: &Value) -> Said {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let row = predicate.row();
        Ok(condition(match row.notation {
            Notation::Infix => {
                let comparison = Comparison::of_sign(row.word).ok_or("no source has this comparison")?;
                ConditionKind::Compare(comparison, Box::new(left), Box::new(right))
            }
            Notation::Call(_) => ConditionKind::Call(name(row.word), vec![left, right]),
        }))
    }

    fn matches(&self, value: &Value, wanted: &Pattern) -> Said {
        if let Pattern::Is(other) = wanted {
            return self.compare(Predicate::Equal, value, other);
        }
        let scalar = value.scalar(self.vocabulary).ok_or("a value has no type")?;
        // By itself the text of such a literal is read as a string.
        let is_told = !matches!(scalar, Scalar::Ip | Scalar::Path | Scalar::Url | Scalar::Uuid);
        if matches!(value, Value::Constant(_)) && !is_told {
            return Err("it looks for a pattern in a constant whose type cannot be written");
        }
        let wanted = self.pattern(wanted, Subject::One(scalar))?;
        Ok(condition(ConditionKind::In(Box::new(self.value(value)?), wanted)))
    }

    fn quantified(&self, kind: fn(Name, ast::Pattern) -> ConditionKind, field: FieldNo, wanted: &Pattern) -> Said {
        let Type::Set(scalar) = self.attribute(field)?.ty else {
            return Err("it looks for elements in something that is not a set");
        };
        let read = self.pattern(wanted, Subject::One(scalar))?;
        // By itself the name of an attribute after `in` is that of a set.
        let is_value = matches!(wanted, Pattern::Is(_));
        let read = if is_value { pattern(PatternKind::List(vec![read])) } else { read };
        Ok(condition(kind(self.field(field)?, read)))
    }

    fn quantified_row(
        &self,
        kind: fn(Name, ast::Pattern) -> ConditionKind,
        field: FieldNo,
        table: &Table,
        key: &Value,
    ) -> Said {
        let row = PatternKind::Row(name(table.name()), Box::new(self.value(key)?));
        Ok(condition(kind(self.field(field)?, pattern(row))))
    }

    fn value(&self, wanted: &Value) -> Said {
        let boxed = |value: &Value| self.value(value).map(Box::new);
        Ok(condition(match wanted {
            Value::Field(field) => ConditionKind::Name(self.field(*field)?.text),
            Value::Label(field, label) => ConditionKind::Label(self.field(*field)?, label.clone()),
            Value::Constant(constant) => ConditionKind::Literal(literal::literal(constant).ok_or(NO_SUCH_TIME)?),
            Value::Issuance => ConditionKind::TokenField(token_field("issuance", None)),
            Value::Expiry => ConditionKind::TokenField(token_field("expiry", None)),
            Value::Claim(path) => ConditionKind::TokenField(claim(path)),
            Value::Local(..) => return Err("it uses a local time otherwise than in `hour`, `minute` or `weekday`"),
            Value::Compute(arithmetic, left, right) => ConditionKind::Compute(*arithmetic, boxed(left)?, boxed(right)?),
            // A text in its place would be read as a string, whose `*` is one byte and not an escape.
            Value::Call(_, inner) if matches!(**inner, Value::Constant(Constant::Path(_))) => {
                return Err("it calls a function of a path that is written down");
            }
            Value::Call(function, inner) if let Value::Local(zone, time) = &**inner => {
                ConditionKind::Call(name(function.row().word), vec![self.value(time)?, self.zone(zone)?])
            }
            Value::Row(table, key) => ConditionKind::Row(name(table.name()), boxed(key)?),
            Value::Call(function, inner) => ConditionKind::Call(name(function.row().word), vec![self.value(inner)?]),
            Value::Size(field) => {
                let set = condition(ConditionKind::Name(self.field(*field)?.text));
                ConditionKind::Call(name("size"), vec![set])
            }
        }))
    }
}

impl Lifting<'_> {
    /// The name of a zone, if the zone has the offsets of its table. The table is part of the
    /// program, whose author may have written any other.
    fn zone(&self, constant: &[u8]) -> Said {
        match self.trust {
            Trust::Ours => {}
            Trust::Compared(tables) if tables.is_zone(constant) => {}
            Trust::Compared(_) => {
                return Err("the time zone that it names has other offsets in the data of this version");
            }
            Trust::Nobody => self.uncompared.set(Some(UNCOMPARED_ZONE)),
        }
        let zone = Zone::read(constant).ok_or("its time zone is not valid")?;
        Ok(condition(ConditionKind::Literal(literal::plain(zone.name()))))
    }
}

fn approved(quorum: &Quorum) -> Said {
    let key = |key: &[u8; 32]| {
        let key = PublicKey::from_bytes(key).map_err(|_| "one of its keys is not a public key")?;
        Ok(condition(ConditionKind::Literal(literal::plain(&key.to_string()))))
    };
    let keys = quorum.keys.iter().map(key).collect::<Result<_, PrintError>>()?;
    let needed = i64::try_from(quorum.needed).unwrap_or(i64::MAX);
    let needed = condition(ConditionKind::Literal(Literal::Int(needed)));
    Ok(condition(ConditionKind::Call(name("approved"), vec![needed, condition(ConditionKind::List(keys))])))
}

fn condition(kind: ConditionKind) -> ast::Condition {
    ast::Condition { kind, at: At::default() }
}

fn constant(truth: bool) -> ast::Condition {
    condition(ConditionKind::Literal(Literal::Bool(truth)))
}

pub(super) fn negated(inner: ast::Condition) -> ast::Condition {
    condition(ConditionKind::Not(Box::new(inner)))
}

/// `a && b && c`; for an empty list, its constant value.
pub(super) fn joined(
    parts: Vec<ast::Condition>,
    join: fn(Box<ast::Condition>, Box<ast::Condition>) -> ConditionKind,
    of_none: bool,
) -> ast::Condition {
    let both = |left, right| condition(join(Box::new(left), Box::new(right)));
    parts.into_iter().reduce(both).unwrap_or_else(|| constant(of_none))
}
