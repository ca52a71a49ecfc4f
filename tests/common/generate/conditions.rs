//! Conditions and what they compare.

use placet::check::tree::{Actions, Approver, ClaimPath, Condition, Constant, Operand, Quorum};
use placet::model::arithmetic::Arithmetic;
use placet::model::claim::{Claim, ClaimMap};
use placet::model::function::Function;
use placet::model::predicate::{Notation, Predicate};
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::{ActionNo, Attribute, FieldNo};
use placet::syntax::ast::{Comparison, Quantifier};

use super::values::LABELS;
use super::{Maker, Place};

const ZONES: [&str; 5] = ["Europe/Zurich", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "+05:45"];

impl Maker<'_, '_, '_> {
    pub(super) fn condition(&mut self, depth: usize) -> Condition {
        match self.choices.below(if depth == 0 { 14 } else { 19 }) {
            0 => self.comparison(depth),
            1 => Condition::Constant(!self.choices.chance(100)),
            2 => self.has(),
            3 | 4 => self.comparison(depth),
            5 | 6 => self.membership(depth),
            7 | 8 => self.quantified(),
            9 => self.looking(depth),
            10 => match self.some_operand(Scalar::Bool, depth) {
                (operand, place) => {
                    self.note(&place, Some(Constant::Bool(true)));
                    Condition::Truth(operand)
                }
            },
            11 if self.choices.chance(128) => self.approved(),
            11 => match self.choices.below(3) {
                0 => Condition::Vouched(*self.choices.pick(&[[7; 32], [8; 32]])),
                1 => self.asks(),
                _ => self.shared(),
            },
            12 => self.member(depth),
            13 => self.row_condition(depth),
            14 | 15 => {
                self.turned = !self.turned;
                let inner = self.condition(depth - 1);
                self.turned = !self.turned;
                Condition::Not(Box::new(inner))
            }
            16 | 17 => {
                let count = 1 + self.choices.below(3);
                Condition::All((0..count).map(|_| self.condition(depth - 1)).collect())
            }
            _ => {
                let count = 1 + self.choices.below(3);
                Condition::AnyOf((0..count).map(|_| self.condition(depth - 1)).collect())
            }
        }
    }

    fn approved(&mut self) -> Condition {
        let keys = [[8; 32], [7; 32], [9; 32]].map(Approver::Key);
        let keys = keys[..1 + self.choices.below(keys.len())].to_vec();
        Condition::Approved(Quorum { needed: 1 + self.choices.below(keys.len()), keys })
    }

    fn fields(&self, fits: impl Fn(Type) -> bool) -> Vec<FieldNo> {
        let numbered = (0..).map(FieldNo).zip(self.vocabulary.attributes());
        numbered.filter(|(_, attribute)| fits(attribute.ty)).map(|(field, _)| field).collect()
    }

    /// A claim of the token, which it may lack.
    pub(super) fn claim(&mut self) -> ClaimPath {
        match self.choices.below(3) {
            0 => {
                ClaimPath::Entry(*self.choices.pick(&ClaimMap::ALL), (*self.choices.pick(&["dc", "", "x"])).to_owned())
            }
            _ => ClaimPath::One(*self.choices.pick(&Claim::ALL)),
        }
    }

    fn has(&mut self) -> Condition {
        if self.choices.chance(30) {
            return Condition::HasClaim(self.claim());
        }
        let maps = self.fields(|ty| ty == Type::Labels);
        if !maps.is_empty() && self.choices.chance(100) {
            let name = (*self.choices.pick(&LABELS)).to_owned();
            return Condition::HasLabel(*self.choices.pick(&maps), name);
        }
        let all = self.fields(|_| true);
        let field = *self.choices.pick(&all);
        if self.choices.chance(80) {
            self.note(&Place::Field(field), None);
        }
        Condition::Has(field)
    }

    fn comparison(&mut self, depth: usize) -> Condition {
        let scalar = self.some_scalar();
        let (left, place) = self.some_operand(scalar, depth);
        let (right, _) = if self.choices.chance(180) {
            self.constant_operand(scalar, &place)
        } else {
            self.some_operand(scalar, depth)
        };
        let ordered = [
            Comparison::Equal,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
            Comparison::NotEqual,
        ];
        let equal = [Comparison::Equal, Comparison::NotEqual];
        let comparison = *self.choices.pick(if scalar.is_ordered() { &ordered[..] } else { &equal });
        if self.choices.chance(60) {
            return Condition::Compare(comparison, right, left);
        }
        Condition::Compare(comparison, left, right)
    }

    /// A type, mostly one that an attribute has.
    pub(super) fn some_scalar(&mut self) -> Scalar {
        if self.choices.chance(40) {
            return *self.choices.pick(&Scalar::ALL);
        }
        match self.choices.pick(self.vocabulary.attributes()).ty {
            Type::One(scalar) => scalar,
            Type::Set(_) => Scalar::Int,
            Type::Labels => Scalar::String,
        }
    }

    fn membership(&mut self, depth: usize) -> Condition {
        let scalar = self.some_scalar();
        let (operand, place) = self.some_operand(scalar, depth);
        Condition::Matches(operand, self.pattern(scalar, &place, depth.min(1)))
    }

    /// An attribute of several values, and their type.
    pub(super) fn some_set(&mut self) -> Option<(FieldNo, Scalar)> {
        let numbered = (0..).map(FieldNo).zip(self.vocabulary.attributes());
        let set = |(field, attribute): (FieldNo, &Attribute)| match attribute.ty {
            Type::Set(scalar) => Some((field, scalar)),
            _ => None,
        };
        let sets: Vec<_> = numbered.filter_map(set).collect();
        if sets.is_empty() { None } else { Some(*self.choices.pick(&sets)) }
    }

    fn quantified(&mut self) -> Condition {
        let Some((field, scalar)) = self.some_set() else { return self.membership(1) };
        let pattern = self.pattern(scalar, &Place::Field(field), 1);
        if self.choices.chance(128) { Condition::Every(field, pattern) } else { Condition::Some(field, pattern) }
    }

    /// In a rule that allows, as the checker leaves it: false of actions that are declared later.
    fn asks(&mut self) -> Condition {
        let count = self.vocabulary.actions().len();
        let (first, wanted) = (self.choices.below(count), 1 + self.choices.below(3));
        let mut listed: Vec<ActionNo> =
            (0..wanted).map(|place| ActionNo(u16::try_from((first + place) % count).unwrap())).collect();
        listed.sort_unstable();
        listed.dedup();
        let negated = if self.denies { self.choices.chance(128) } else { self.turned };
        Condition::Action(Actions { listed, negated })
    }

    /// Two sets of one type, perhaps the same.
    fn shared(&mut self) -> Condition {
        let Some((field, scalar)) = self.some_set() else { return self.membership(1) };
        let sets = self.fields(|ty| ty == Type::Set(scalar));
        let set = *self.choices.pick(&sets);
        let value = self.term(scalar).1;
        self.note(&Place::Field(field), Some(value.clone()));
        self.note(&Place::Field(set), Some(value));
        Condition::ElementsIn(*self.choices.pick(&Quantifier::ALL), field, set)
    }

    fn member(&mut self, depth: usize) -> Condition {
        let Some((field, scalar)) = self.some_set() else { return self.comparison(depth) };
        let (operand, _) = if self.choices.chance(128) {
            self.some_operand(scalar, depth)
        } else {
            self.constant_operand(scalar, &Place::Field(field))
        };
        Condition::Member(operand, field)
    }

    fn looking(&mut self, depth: usize) -> Condition {
        let scalar = *self.choices.pick(&[Scalar::String, Scalar::Bytes]);
        let (text, place) = self.some_operand(scalar, depth);
        let (part, _) = if self.choices.chance(60) {
            self.some_operand(scalar, depth)
        } else {
            self.constant_operand(scalar, &place)
        };
        let calls: Vec<Predicate> = Predicate::ALL
            .iter()
            .copied()
            .filter(|one| one.row().notation != Notation::Infix && one.row().accepts.admits(scalar))
            .collect();
        Condition::Call(*self.choices.pick(&calls), text, part)
    }

    fn constant_operand(&mut self, scalar: Scalar, place: &Place) -> (Operand, Place) {
        let (term, value) = self.term(scalar);
        self.note(place, Some(value));
        (Operand::Term(term, scalar), Place::Nowhere)
    }

    /// An operand, and the place it is read from if it is read from one.
    pub(super) fn some_operand(&mut self, scalar: Scalar, depth: usize) -> (Operand, Place) {
        let fields = self.fields(|ty| ty == Type::One(scalar));
        let way = self.choices.below(if depth == 0 { 4 } else { 8 });
        if way < 6 && !fields.is_empty() {
            let field = *self.choices.pick(&fields);
            return (Operand::Field(field), Place::Field(field));
        }
        if depth > 0 && self.choices.chance(24) {
            return (self.row_operand(scalar), Place::Nowhere);
        }
        let operand = match scalar {
            Scalar::Int if depth > 0 => self.number(depth - 1),
            Scalar::Time => match self.choices.below(if depth == 0 { 2 } else { 4 }) {
                0 => Operand::Issuance,
                1 => Operand::Expiry,
                2 => {
                    let (left, right) = (self.inner(Scalar::Time, depth), self.inner(Scalar::Duration, depth));
                    Operand::Compute(Arithmetic::Add, left, right)
                }
                _ => {
                    let (left, right) = (self.inner(Scalar::Time, depth), self.inner(Scalar::Duration, depth));
                    Operand::Compute(Arithmetic::Subtract, left, right)
                }
            },
            Scalar::Duration if depth > 0 => match self.choices.below(3) {
                0 => {
                    let (left, right) = (self.inner(Scalar::Time, depth), self.inner(Scalar::Time, depth));
                    Operand::Compute(Arithmetic::Subtract, left, right)
                }
                1 => {
                    let (left, right) = (self.inner(Scalar::Duration, depth), self.inner(Scalar::Duration, depth));
                    Operand::Compute(Arithmetic::Subtract, left, right)
                }
                _ => {
                    let (left, right) = (self.inner(Scalar::Duration, depth), self.inner(Scalar::Duration, depth));
                    Operand::Compute(Arithmetic::Add, left, right)
                }
            },
            Scalar::String if self.choices.chance(40) => Operand::Claim(self.claim()),
            Scalar::String => {
                let maps = self.fields(|ty| ty == Type::Labels);
                if maps.is_empty() {
                    return self.constant_operand(scalar, &Place::Nowhere);
                }
                let (field, name) = (*self.choices.pick(&maps), (*self.choices.pick(&LABELS)).to_owned());
                return (Operand::Label(field, name.clone()), Place::Label(field, name));
            }
            _ => return self.constant_operand(scalar, &Place::Nowhere),
        };
        (operand, Place::Nowhere)
    }

    fn inner(&mut self, scalar: Scalar, depth: usize) -> Box<Operand> {
        Box::new(self.some_operand(scalar, depth - 1).0)
    }

    fn number(&mut self, depth: usize) -> Operand {
        let countable = self.fields(|ty| matches!(ty, Type::Set(_) | Type::Labels));
        match self.choices.below(7) {
            0 if !countable.is_empty() => Operand::Size(*self.choices.pick(&countable)),
            1 => {
                let (left, right) = (self.some_operand(Scalar::Int, depth).0, self.some_operand(Scalar::Int, depth).0);
                Operand::Compute(Arithmetic::Add, Box::new(left), Box::new(right))
            }
            2 => {
                let (left, right) = (self.some_operand(Scalar::Int, depth).0, self.some_operand(Scalar::Int, depth).0);
                Operand::Compute(Arithmetic::Subtract, Box::new(left), Box::new(right))
            }
            _ => {
                let function = *self.choices.pick(Function::ALL);
                let taken: Vec<Scalar> =
                    Scalar::ALL.into_iter().filter(|scalar| function.row().accepts.admits(*scalar)).collect();
                let scalar = *self.choices.pick(&taken);
                let operand = Box::new(self.some_operand(scalar, depth).0);
                if !function.row().takes_zone() || self.choices.chance(128) {
                    return Operand::Call(function, operand);
                }
                let zone = (*self.choices.pick(&ZONES)).to_owned();
                Operand::Call(function, Box::new(Operand::Local(zone, operand)))
            }
        }
    }
}
