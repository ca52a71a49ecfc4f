//! What a condition and its operands mean.

use super::*;

impl Walk<'_> {
    pub(super) fn is_true(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Constant(truth) => *truth,
            Condition::Not(inner) => !self.is_true(inner),
            Condition::All(all) => all.iter().all(|one| self.is_true(one)),
            Condition::AnyOf(any) => any.iter().any(|one| self.is_true(one)),
            Condition::Compare(comparison, left, right) => {
                let (Some(left), Some(right)) = (self.read(left), self.read(right)) else { return false };
                compare(*comparison, &left, &right)
            }
            Condition::Matches(operand, pattern) => {
                let Some(value) = self.read(operand) else { return false };
                self.matches(pattern, Some(&Subject::One(value)))
            }
            Condition::Some(field, pattern) => {
                self.elements(*field).into_iter().any(|element| self.matches(pattern, Some(&Subject::One(element))))
            }
            Condition::Every(field, pattern) => {
                let elements = self.elements(*field);
                !elements.is_empty()
                    && elements.into_iter().all(|element| self.matches(pattern, Some(&Subject::One(element))))
            }
            Condition::Member(operand, field) => {
                self.read(operand).is_some_and(|value| self.elements(*field).contains(&value))
            }
            Condition::ElementsIn(quantifier, field, set) => {
                let (elements, set) = (self.elements(*field), self.elements(*set));
                let shared = elements.iter().filter(|element| set.contains(element)).count();
                match quantifier {
                    Quantifier::Some => shared > 0,
                    Quantifier::Every => shared > 0 && shared == elements.len(),
                }
            }
            Condition::Action(Actions { listed, negated }) => listed.contains(&self.asked.action) != *negated,
            Condition::InRow(operand, table, key) => {
                self.read(operand).is_some_and(|value| self.row(table, key).is_some_and(|row| row.contains(&value)))
            }
            Condition::AnyInRow(field, table, key) => {
                let row = self.row(table, key).unwrap_or_default();
                self.elements(*field).iter().any(|element| row.contains(element))
            }
            Condition::EveryInRow(field, table, key) => {
                let (row, elements) = (self.row(table, key).unwrap_or_default(), self.elements(*field));
                !elements.is_empty() && elements.iter().all(|element| row.contains(element))
            }
            Condition::HasRow(table, key) => self.row(table, key).is_some(),
            Condition::Has(field) => self.value(*field).is_some(),
            Condition::HasLabel(field, name) => self.label(*field, name).is_some(),
            Condition::HasClaim(path) => self.claim(path).is_some(),
            Condition::Call(predicate, text, part) => match predicate {
                Predicate::StartsWith => self.look(text, part, |text, part| text.starts_with(part)),
                Predicate::EndsWith => self.look(text, part, |text, part| text.ends_with(part)),
                Predicate::Contains => {
                    self.look(text, part, |text, part| (0..=text.len()).any(|start| text[start..].starts_with(part)))
                }
                Predicate::Equal | Predicate::Unequal | Predicate::Less | Predicate::LessOrEqual => {
                    panic!("{predicate:?} is not called")
                }
            },
            Condition::Truth(operand) => self.read(operand) == Some(Constant::Bool(true)),
            Condition::Vouched(key) => self.context.vouchers.contains(&key),
            Condition::Approved(quorum) => {
                let has = |key: &[u8; 32]| self.context.approvers.contains(key);
                let approved = quorum.keys.iter().filter(|approver| match approver {
                    Approver::Key(key) => has(key),
                    Approver::Parameter(number) => panic!("{number:?} is an argument, which is not generated here"),
                });
                approved.count() >= quorum.needed
            }
        }
    }

    fn look(&self, text: &Operand, part: &Operand, holds: impl Fn(&[u8], &[u8]) -> bool) -> bool {
        let (Some(text), Some(part)) = (self.read(text), self.read(part)) else { return false };
        holds(bytes_of(&text).unwrap(), bytes_of(&part).unwrap())
    }

    /// Every row is looked at, from the first to the last.
    fn row(&self, table: &Table, key: &Operand) -> Option<Vec<Constant>> {
        let key = self.read(key)?;
        table.rows().find(|(known, _)| *known == key).map(|(_, row)| row)
    }

    /// `None` where the value is absent.
    pub(super) fn read(&self, operand: &Operand) -> Option<Constant> {
        Some(match operand {
            Operand::Field(field) => match self.value(*field)? {
                Held::One(value) => value,
                other => panic!("{other:?} is not one value"),
            },
            Operand::Label(field, name) => self.label(*field, name)?,
            Operand::Term(term, scalar) => self.term(term, *scalar),
            Operand::Issuance => Constant::Time(self.context.issuance.as_millis()),
            Operand::Expiry => Constant::Time(self.context.expiry.as_millis()),
            Operand::Claim(path) => Constant::String(self.claim(path)?),
            Operand::Local(zone, time) => Constant::Time(self.local(zone, number_of(&self.read(time)?)?)?),
            Operand::Compute(..) => match self.sum(operand)? {
                (exact, Scalar::Int) => Constant::Int(saturated(exact)),
                (exact, Scalar::Time) => Constant::Time(saturated(exact)),
                (exact, Scalar::Duration) => Constant::Duration(saturated(exact)),
                other => panic!("{other:?} is no sum"),
            },
            Operand::Row(table, key) => self.row(table, key)?.remove(0),
            Operand::Call(function, value) => Constant::Int(self.call(*function, value)?),
            Operand::Size(field) => {
                let size = match self.value(*field) {
                    Some(Held::Labels(labels)) => labels.len(),
                    _ => different(&self.elements(*field)),
                };
                Constant::Int(i64::try_from(size).unwrap())
            }
        })
    }

    fn call(&self, function: Function, value: &Operand) -> Option<i64> {
        Some(match function {
            Function::Hour => self.part_of_day(value)? / (60 * 60 * 1000),
            Function::Minute => self.part_of_day(value)? / (60 * 1000) % 60,
            Function::Weekday => {
                let since = i128::from(number_of(&self.read(value)?)?) - A_MONDAY;
                i64::try_from(since.div_euclid(DAY).rem_euclid(7)).unwrap() + 1
            }
            Function::Length => i64::try_from(bytes_of(&self.read(value)?)?.len()).unwrap(),
        })
    }

    fn claim(&self, path: &ClaimPath) -> Option<String> {
        let bearer = self.context.bearer?;
        let text = match path {
            ClaimPath::One(claim) => bearer.claim(*claim),
            ClaimPath::Entry(map, name) => bearer.entry(*map, name.as_bytes()),
        };
        text.map(str::to_owned)
    }

    /// Asks the data for the offset at this time, and knows what the pages say: which years a block without an end knows that
    /// was compiled in 2026.
    fn local(&self, zone: &str, time: i64) -> Option<i64> {
        if let Some(digits) = zone.strip_prefix('+') {
            let (hours, minutes) = digits.split_once(':').unwrap();
            return time.checked_add((hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()) * 60_000);
        }
        let first = if self.block.template.kind == BlockKind::Policy { "2020-01-01" } else { "2025-12-31" };
        let known = [first, "2037-01-01"].map(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().unwrap());
        let at = Timestamp::from_millisecond(time).ok().filter(|at| (known[0]..known[1]).contains(at))?;
        let offset = TimeZoneDatabase::bundled().get(zone).unwrap().to_offset(at);
        Some(time + i64::from(offset.seconds()) * 1000)
    }

    /// A whole sum, exactly.
    fn sum(&self, operand: &Operand) -> Option<(i128, Scalar)> {
        let (left, right, sign) = match operand {
            Operand::Compute(Arithmetic::Add, left, right) => (left, right, 1),
            Operand::Compute(Arithmetic::Subtract, left, right) => (left, right, -1),
            term => {
                let value = self.read(term)?;
                return Some((i128::from(number_of(&value)?), value.scalar()));
            }
        };
        let ((left, left_type), (right, right_type)) = (self.sum(left)?, self.sum(right)?);
        let ty = match (left_type, right_type) {
            (Scalar::Int, Scalar::Int) => Scalar::Int,
            (Scalar::Time, Scalar::Time) | (Scalar::Duration, Scalar::Duration) => Scalar::Duration,
            _ => Scalar::Time,
        };
        Some((left + sign * right, ty))
    }

    fn part_of_day(&self, time: &Operand) -> Option<i64> {
        let time = i128::from(number_of(&self.read(time)?)?);
        Some(i64::try_from((time - A_MONDAY).rem_euclid(DAY)).unwrap())
    }
}

fn compare(comparison: Comparison, left: &Constant, right: &Constant) -> bool {
    assert_eq!(left.scalar(), right.scalar(), "the two sides are of one type");
    let order = number_of(left).zip(number_of(right)).map(|(left, right)| left.cmp(&right));
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => order.unwrap().is_lt(),
        Comparison::LessOrEqual => order.unwrap().is_le(),
        Comparison::Greater => order.unwrap().is_gt(),
        Comparison::GreaterOrEqual => order.unwrap().is_ge(),
    }
}

fn different(elements: &[Constant]) -> usize {
    (0..elements.len()).filter(|&place| !elements[..place].contains(&elements[place])).count()
}

fn saturated(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}
