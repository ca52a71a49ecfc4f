//! Makes vocabularies, templates and arguments that the checker would have let through, and remembers for each attribute
//! the values that a rule is about, so that requests can be aimed at them.

mod conditions;
mod elsewhere;
mod patterns;
mod rows;
mod values;

use placet::check::tree::{
    Actions, ArgumentNo, Claims, Constant, Effect, Parameter, Pattern, Promise, PromiseKind, Rule, Template, Term,
    Test, Times,
};
use placet::compile::arguments::Argument;
use placet::model::matcher::Matcher;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};
use placet::span::Span;
use placet::syntax::ast::{BlockKind, ParameterType, Quantifier};

use super::choices::Choices;
use super::reference::Block;
pub use values::{LABELS, constant};
use values::{literal, text_as};

/// A vocabulary, blocks that speak it, and what their rules are about.
#[derive(Clone, Debug)]
pub struct World {
    /// As it was when the blocks were compiled.
    pub old: Vocabulary,
    /// As it is when requests are decided: the same, or grown at its end.
    pub vocabulary: Vocabulary,
    /// The first one is an authority, the others are restrictions.
    pub blocks: Vec<Made>,
    /// In no order.
    pub hints: Vec<Hint>,
}

/// A template and its arguments.
#[derive(Clone, Debug)]
pub struct Made {
    pub template: Template,
    pub arguments: Vec<Argument>,
}

impl World {
    pub fn block(&self, number: usize) -> Block<'_> {
        let Made { template, arguments } = &self.blocks[number];
        Block { template, arguments, actions: self.old.present().actions }
    }
}

/// A value that a rule is about.
#[derive(Clone, Debug)]
pub struct Hint {
    pub block: usize,
    /// `None` is the guard.
    pub rule: Option<usize>,
    pub place: Place,
    /// `None` is its absence.
    pub value: Option<Constant>,
}

/// Where a value stands in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Field(FieldNo),
    Label(FieldNo, String),
    Nowhere,
}

/// A world of an authority and up to `restrictions` restrictions.
pub fn world(choices: &mut Choices<'_>, restrictions: usize) -> World {
    let (old, vocabulary) = vocabularies(choices);
    let mut world = World { old, vocabulary, blocks: Vec::new(), hints: Vec::new() };
    let kind = *choices.pick(&[BlockKind::Token, BlockKind::Policy]);
    let restrictions = choices.below(restrictions + 1);
    for (number, kind) in std::iter::once(kind).chain((0..restrictions).map(|_| BlockKind::Restriction)).enumerate() {
        let mut maker = Maker::new(choices, &world.old, number);
        let made = maker.block(kind);
        let hints = maker.hints;
        world.blocks.push(made);
        world.hints.extend(hints);
    }
    world
}

const TYPES: [Type; 18] = [
    Type::One(Scalar::String),
    Type::One(Scalar::Int),
    Type::One(Scalar::Bytes),
    Type::One(Scalar::Path),
    Type::Labels,
    Type::One(Scalar::Ip),
    Type::Set(Scalar::String),
    Type::One(Scalar::Bool),
    Type::One(Scalar::Uuid),
    Type::One(Scalar::Time),
    Type::One(Scalar::Duration),
    Type::Set(Scalar::Bytes),
    Type::Set(Scalar::Int),
    Type::Set(Scalar::Path),
    Type::Set(Scalar::Ip),
    Type::Set(Scalar::Uuid),
    Type::One(Scalar::Url),
    Type::Set(Scalar::Url),
];

fn vocabularies(choices: &mut Choices<'_>) -> (Vocabulary, Vocabulary) {
    let mut builder = Vocabulary::builder("made", 1);
    for number in 0..=choices.below(8) {
        let ty = *choices.pick(&TYPES);
        builder = builder.attribute(&attribute_name(number), ty, choices.chance(160)).unwrap();
    }
    let actions = 1 + *choices.pick(&[1, 0, 2, 5, 11, 40, 300]);
    for number in 0..actions {
        builder = builder.action(&format!("act{number}")).unwrap();
    }
    let old = builder.build();
    if !choices.chance(64) {
        return (old.clone(), old);
    }
    let mut builder = Vocabulary::builder("made", 1);
    for attribute in &old.attributes()[1..] {
        builder = builder.attribute(&attribute.name, attribute.ty, attribute.optional).unwrap();
    }
    for action in old.actions() {
        builder = builder.action(action).unwrap();
    }
    let grown = builder.action("later").unwrap().attribute("later", Type::One(Scalar::Int), true).unwrap().build();
    (old, grown)
}

fn attribute_name(number: usize) -> String {
    format!("at{number}")
}

/// The place of every block.
const BLOCK: Span = Span { start: 0, end: 1_000_000 };

/// No two rules of a block have one.
pub fn place_of(rule: usize) -> Span {
    Span::new(rule + 1, rule + 2)
}

/// Makes one block.
struct Maker<'c, 'b, 'v> {
    choices: &'c mut Choices<'b>,
    vocabulary: &'v Vocabulary,
    block: usize,
    rule: Option<usize>,
    /// Whether the rule that is made forbids.
    denies: bool,
    /// Whether what is made is after an odd number of `!`.
    turned: bool,
    parameters: Vec<Parameter>,
    arguments: Vec<Argument>,
    hints: Vec<Hint>,
}

impl<'c, 'b, 'v> Maker<'c, 'b, 'v> {
    fn new(choices: &'c mut Choices<'b>, vocabulary: &'v Vocabulary, block: usize) -> Self {
        Self {
            choices,
            vocabulary,
            block,
            rule: None,
            denies: false,
            turned: false,
            parameters: Vec::new(),
            arguments: Vec::new(),
            hints: Vec::new(),
        }
    }

    fn block(&mut self, kind: BlockKind) -> Made {
        for number in 0..self.choices.below(4) {
            let (ty, argument) = self.parameter();
            self.parameters.push(Parameter { name: format!("par{number}"), ty });
            self.arguments.push(argument);
        }
        let rules = if self.choices.chance(16) { self.many_rules() } else { self.rules() };
        self.rule = None;
        let promises = self.promises();
        self.denies = false;
        let guard = self.choices.chance(48).then(|| self.condition(2));
        let template = Template {
            kind,
            name: "made".to_owned(),
            doc: Vec::new(),
            at: BLOCK,
            parameters: self.parameters.clone(),
            claims: Claims::default(),
            times: Times::default(),
            holder: None,
            guard,
            rules,
            promises,
        };
        Made { template, arguments: self.arguments.clone() }
    }

    fn note(&mut self, place: &Place, value: Option<Constant>) {
        let (block, rule) = (self.block, self.rule);
        self.hints.push(Hint { block, rule, place: place.clone(), value });
    }
}

/// Parameters.
impl Maker<'_, '_, '_> {
    fn parameter(&mut self) -> (ParameterType, Argument) {
        let scalar = *self.choices.pick(&[
            Scalar::String,
            Scalar::String,
            Scalar::Int,
            Scalar::Uuid,
            Scalar::Bytes,
            Scalar::Path,
            Scalar::Ip,
            Scalar::Time,
            Scalar::Duration,
            Scalar::Bool,
            Scalar::Url,
        ]);
        if scalar == Scalar::Ip && self.choices.chance(128) {
            return (ParameterType::Network, Argument::Network(self.some_network(&Place::Nowhere)));
        }
        if self.choices.chance(64) {
            let count = self.choices.below(4);
            let elements = (0..count).map(|_| constant(self.choices, scalar)).collect();
            return (Type::Set(scalar).into(), Argument::Set(elements));
        }
        (Type::One(scalar).into(), Argument::One(constant(self.choices, scalar)))
    }

    /// The number of a parameter that `fits`.
    fn some_parameter(&mut self, fits: impl Fn(Type, &Argument) -> bool) -> Option<ArgumentNo> {
        let fitting: Vec<usize> = (0..self.parameters.len())
            .filter(|&number| match self.parameters[number].ty {
                ParameterType::Value(ty) => fits(ty, &self.arguments[number]),
                ParameterType::Network => false,
            })
            .collect();
        if fitting.is_empty() { None } else { Some(ArgumentNo(*self.choices.pick(&fitting))) }
    }

    fn one(&self, number: ArgumentNo) -> Constant {
        match &self.arguments[number.0] {
            Argument::One(constant) => constant.clone(),
            Argument::Set(_) | Argument::Network(_) => panic!("a set where one value was asked for"),
        }
    }
}

/// Rules.
impl Maker<'_, '_, '_> {
    fn rules(&mut self) -> Vec<Rule> {
        let count = *self.choices.pick(&[1, 2, 3, 0, 4, 6]);
        (0..count).map(|number| self.rule(number)).collect()
    }

    /// They decide nothing, so no request has to come near to what they say.
    fn promises(&mut self) -> Vec<Promise> {
        let hints = self.hints.len();
        let count = *self.choices.pick(&[0, 0, 1, 2]);
        let rules: Vec<Rule> = (0..count).map(|number| self.rule(number)).collect();
        self.rule = None;
        self.hints.truncate(hints);
        let kind = |effect| match effect {
            Effect::Deny => PromiseKind::Never,
            Effect::Allow => PromiseKind::Always,
        };
        rules.into_iter().map(|requests| Promise { kind: kind(requests.effect), requests }).collect()
    }

    fn rule(&mut self, number: usize) -> Rule {
        self.rule = Some(number);
        let effect = if self.choices.chance(70) { Effect::Deny } else { Effect::Allow };
        self.denies = effect == Effect::Deny;
        let actions = self.actions();
        let fields = self.vocabulary.attributes().len();
        let mut tests = Vec::new();
        for field in (0..fields).map(|field| FieldNo(u8::try_from(field).unwrap())) {
            let wanted = if field == TIME { 16 } else { 256 * 2 / (fields + 1) };
            if self.choices.chance(wanted.min(220)) {
                let pattern = self.attribute_pattern(field);
                let is_set = matches!(self.vocabulary.attributes()[usize::from(field.0)].ty, Type::Set(_));
                let stated = is_set && self.choices.chance(100);
                let quantifier = stated.then(|| *self.choices.pick(&Quantifier::ALL));
                tests.push(Test { field, quantifier, pattern });
            }
        }
        let condition = self.choices.chance(80).then(|| Box::new(self.condition(2)));
        Rule { effect, actions, tests, condition, at: place_of(number) }
    }

    fn actions(&mut self) -> Option<Actions> {
        let count = self.vocabulary.actions().len();
        let way = self.choices.below(6);
        if way == 0 {
            return None;
        }
        let wanted =
            if way == 5 { self.choices.below(count + 1) } else { self.choices.below(3) + usize::from(way < 4) };
        let first = self.choices.below(count);
        let step = 1 + self.choices.below(3);
        let mut listed: Vec<ActionNo> =
            (0..wanted).map(|place| ActionNo(u16::try_from((first + place * step) % count).unwrap())).collect();
        listed.sort_unstable();
        listed.dedup();
        Some(Actions { listed, negated: way == 4 })
    }

    /// Rules that differ in one attribute only, as a table would hold them.
    fn many_rules(&mut self) -> Vec<Rule> {
        let attributes = self.vocabulary.attributes();
        let textual =
            |ty| matches!(ty, Type::One(Scalar::String | Scalar::Bytes | Scalar::Path) | Type::Set(Scalar::String));
        let Some(place) = attributes.iter().position(|attribute| textual(attribute.ty)) else { return self.rules() };
        let field = FieldNo(u8::try_from(place).unwrap());
        let (Type::One(scalar) | Type::Set(scalar)) = attributes[place].ty else { return self.rules() };
        let count = 20 + self.choices.below(100);
        let way = self.choices.below(3);
        let mut rules: Vec<Rule> = Vec::new();
        for number in 0..count {
            self.rule = Some(number);
            let odd = self.choices.chance(20);
            let text = if scalar == Scalar::Path { format!("/k/{number}") } else { format!("k{number}/") };
            let value = text_as(scalar, text.clone().into_bytes());
            let pattern = match way {
                _ if odd => Pattern::Any,
                1 if scalar != Scalar::Path => Pattern::Text(Matcher::Prefix, literal(text.as_bytes())),
                2 if scalar == Scalar::Path => Pattern::Text(Matcher::Path, literal(format!("{text}/**").as_bytes())),
                2 if number % 2 == 0 => Pattern::OneOf(vec![
                    Pattern::Equal(Term::Constant(value.clone())),
                    Pattern::Equal(Term::Constant(text_as(scalar, b"/shared".to_vec()))),
                ]),
                _ => Pattern::Equal(Term::Constant(value.clone())),
            };
            self.note(&Place::Field(field), Some(value));
            let effect = if self.choices.chance(24) { Effect::Deny } else { Effect::Allow };
            self.denies = effect == Effect::Deny;
            let actions = if odd { self.actions() } else { None };
            let condition = (odd && number % 3 == 0).then(|| Box::new(self.condition(1)));
            let stated = number % 7 == 0 && attributes[place].ty == Type::Set(scalar);
            let quantifier = stated.then(|| *self.choices.pick(&Quantifier::ALL));
            let tests = vec![Test { field, quantifier, pattern }];
            rules.push(Rule { effect, actions, tests, condition, at: place_of(number) });
        }
        rules
    }
}
