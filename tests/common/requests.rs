//! Requests at the borders of what the rules of a world are about: the value itself, one unit longer and shorter, in other
//! case, the neighbours of a number and of an address, nothing, an empty set, a set of which one element differs.

use placet::check::tree::Constant;
use placet::limits::ATTRIBUTES;
use placet::model::path::ResourcePath;
use placet::model::request::{Request, View};
use placet::model::types::{Scalar, Type};
use placet::model::url::Url;
use placet::model::value::{Address, Value};
use placet::model::vocabulary::{ActionNo, FieldNo, TIME, Vocabulary};

use super::choices::Choices;
use super::generate::{LABELS, Place, World, constant};
use super::reference::{Asked, Held};
use placet::model::time::Time;

/// A request that is aimed at one of the rules of the world.
pub fn request(choices: &mut Choices<'_>, world: &World) -> Asked {
    let block = if choices.chance(64) { choices.below(world.blocks.len()) } else { 0 };
    let rules = &world.blocks[block].template.rules;
    let rule = choices.below(rules.len() + 1).checked_sub(1).or_else(|| rules.len().checked_sub(1));
    let mut aim = Aim { choices, world, block, rule };
    let action = aim.action();
    let time = match aim.held(TIME, Type::One(Scalar::Time)) {
        Some(Held::One(Constant::Time(time))) => time,
        _ => 1_767_225_600_000,
    };
    let mut values = Vec::new();
    for (field, attribute) in (0..).map(FieldNo).zip(world.vocabulary.attributes()).skip(1) {
        let may_lack = attribute.optional && aim.choices.chance(40);
        let held = if may_lack || attribute.name == "later" { None } else { aim.held(field, attribute.ty) };
        match held {
            Some(Held::Several(elements)) if elements.is_empty() && !attribute.optional => {
                values.push((field, aim.anything(attribute.ty)));
            }
            Some(Held::Labels(labels)) if labels.is_empty() && !attribute.optional => {
                values.push((field, aim.anything(attribute.ty)));
            }
            Some(held) => values.push((field, held)),
            None if attribute.optional => {}
            None => values.push((field, aim.anything(attribute.ty))),
        }
    }
    Asked { action, time, values }
}

struct Aim<'c, 'b, 'w> {
    choices: &'c mut Choices<'b>,
    world: &'w World,
    block: usize,
    rule: Option<usize>,
}

impl Aim<'_, '_, '_> {
    fn action(&mut self) -> ActionNo {
        let rule = self.rule.map(|rule| &self.world.blocks[self.block].template.rules[rule]);
        match rule.and_then(|rule| rule.actions.as_ref()) {
            Some(actions) if !actions.listed.is_empty() && !actions.negated && !self.choices.chance(40) => {
                *self.choices.pick(&actions.listed)
            }
            _ => {
                let count = self.world.vocabulary.actions().len();
                let from_the_end = self.choices.chance(40);
                let number = self.choices.below(count);
                ActionNo(u16::try_from(if from_the_end { count - 1 } else { number }).unwrap())
            }
        }
    }

    /// What a rule is about at this place, mostly the rule that is aimed at; `None` where that is absence.
    fn hint(&mut self, place: &Place) -> Option<Option<Constant>> {
        let here = |aimed: bool| {
            let (block, rule) = (self.block, self.rule);
            let hints = self.world.hints.iter().filter(|hint| hint.place == *place);
            hints.filter(|hint| !aimed || hint.block == block && hint.rule == rule).collect::<Vec<_>>()
        };
        let mut hints = here(!self.choices.chance(40));
        if hints.is_empty() {
            hints = here(false);
        }
        if hints.is_empty() { None } else { Some(self.choices.pick(&hints).value.clone()) }
    }

    fn held(&mut self, field: FieldNo, ty: Type) -> Option<Held> {
        match ty {
            Type::One(scalar) => self.value(&Place::Field(field), scalar).map(Held::One),
            Type::Set(scalar) => {
                let count = *self.choices.pick(&[1, 2, 3, 0, 5]);
                let elements: Option<Vec<Constant>> =
                    (0..count).map(|_| self.value(&Place::Field(field), scalar)).collect();
                match elements?.as_slice() {
                    [one] if self.choices.chance(128) => Some(Held::One(one.clone())),
                    elements => Some(Held::Several(elements.to_vec())),
                }
            }
            Type::Labels => {
                let mut labels = Vec::new();
                for name in LABELS {
                    let place = Place::Label(field, name.to_owned());
                    let is_wanted = self.world.hints.iter().any(|hint| hint.place == place);
                    if !self.choices.chance(if is_wanted { 220 } else { 60 }) {
                        continue;
                    }
                    if let Some(Constant::String(value)) = self.value(&place, Scalar::String) {
                        labels.push((name.to_owned(), value));
                    }
                }
                match self.hint(&Place::Field(field)) {
                    Some(None) => None,
                    _ => Some(Held::Labels(labels)),
                }
            }
        }
    }

    /// `None` is absence.
    fn value(&mut self, place: &Place, scalar: Scalar) -> Option<Constant> {
        let wanted = match self.hint(place) {
            Some(value) if !self.choices.chance(16) => value?,
            _ => constant(self.choices, scalar),
        };
        let value = if self.choices.chance(70) { nearby(self.choices, wanted) } else { wanted };
        match &value {
            Constant::Path(path) if ResourcePath::new(path).is_err() => Some(Constant::Path("/".to_owned())),
            _ => Some(value),
        }
    }

    fn anything(&mut self, ty: Type) -> Held {
        match ty {
            Type::One(scalar) => Held::One(constant(self.choices, scalar)),
            Type::Set(scalar) => Held::Several(vec![constant(self.choices, scalar)]),
            Type::Labels => Held::Labels(vec![("other".to_owned(), "any".to_owned())]),
        }
    }
}

/// A value one step away.
fn nearby(choices: &mut Choices<'_>, value: Constant) -> Constant {
    match value {
        Constant::Bool(truth) => Constant::Bool(!truth),
        Constant::Int(number) => Constant::Int(neighbour(choices, number)),
        Constant::Time(number) => Constant::Time(neighbour(choices, number)),
        Constant::Duration(number) => Constant::Duration(neighbour(choices, number)),
        Constant::String(text) => Constant::String(near_text(choices, text)),
        Constant::Bytes(mut bytes) => {
            match choices.below(5) {
                0 => bytes.push(b'x'),
                1 => drop(bytes.pop()),
                2 => bytes.push(0xff),
                3 => bytes.insert(0, b'x'),
                _ => bytes.clear(),
            }
            Constant::Bytes(bytes)
        }
        Constant::Uuid(mut uuid) => {
            uuid[choices.below(16)] ^= 1;
            Constant::Uuid(uuid)
        }
        Constant::Ip(address) => {
            let number = u128::from_be_bytes(address.octets());
            let near = match choices.below(4) {
                0 => number.wrapping_add(1),
                1 => number.wrapping_sub(1),
                // The same last four bytes, outside the space of IPv4.
                2 => number & 0xffff_ffff,
                _ => number ^ 1 << choices.below(128),
            };
            Constant::Ip(Address::from_octets(near.to_be_bytes()))
        }
        Constant::Path(path) => Constant::Path(near_path(choices, &path)),
        Constant::Url(_) => constant(choices, Scalar::Url),
    }
}

fn neighbour(choices: &mut Choices<'_>, number: i64) -> i64 {
    match choices.below(5) {
        0 => number.saturating_add(1),
        1 => number.saturating_sub(1),
        2 => number.saturating_add(86_400_000),
        3 => i64::MAX,
        _ => i64::MIN,
    }
}

fn near_text(choices: &mut Choices<'_>, mut text: String) -> String {
    match choices.below(8) {
        0 => text.push('x'),
        1 => drop(text.pop()),
        2 => return text.to_uppercase(),
        3 => return text.to_lowercase(),
        4 => text.push('\u{e9}'),
        5 => text.insert(0, 'x'),
        6 => text.push('\n'),
        _ => text.clear(),
    }
    text
}

fn near_path(choices: &mut Choices<'_>, path: &str) -> String {
    match choices.below(6) {
        0 => format!("{}/x", path.trim_end_matches('/')),
        1 => format!("{path}x"),
        2 => path.rsplit_once('/').map_or_else(|| "/".to_owned(), |(above, _)| above.to_owned()),
        3 => path.to_uppercase(),
        4 => format!("/x{path}"),
        _ => "/".to_owned(),
    }
}

impl Asked {
    /// The same as the VM takes it.
    pub fn with<R>(&self, vocabulary: &Vocabulary, decide: impl FnOnce(&View<'_>) -> R) -> R {
        let sets: Vec<(FieldNo, Vec<Value<'_>>)> = self
            .values
            .iter()
            .filter_map(|(field, held)| match held {
                Held::Several(values) => Some((*field, values.iter().map(value).collect())),
                _ => None,
            })
            .collect();
        let labels: Vec<(FieldNo, Vec<(&str, &str)>)> = self
            .values
            .iter()
            .filter_map(|(field, held)| match held {
                Held::Labels(labels) => {
                    Some((*field, labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()))
                }
                _ => None,
            })
            .collect();
        let mut request = Request::with_room::<ATTRIBUTES>(vocabulary, self.action, Time::from_millis(self.time));
        for (field, held) in &self.values {
            if let Held::One(one) = held {
                request.set(*field, value(one)).unwrap();
            }
        }
        for (field, values) in &sets {
            request.set(*field, values.as_slice()).unwrap();
        }
        for (field, labels) in &labels {
            request.set(*field, labels.as_slice()).unwrap();
        }
        decide(&request)
    }
}

fn value(constant: &Constant) -> Value<'_> {
    match constant {
        Constant::Bool(truth) => Value::Bool(*truth),
        Constant::Int(number) => Value::Int(*number),
        Constant::String(text) => Value::String(text),
        Constant::Bytes(bytes) => Value::Bytes(bytes),
        Constant::Uuid(uuid) => Value::Uuid(*uuid),
        Constant::Time(number) => Value::Time(Time::from_millis(*number)),
        Constant::Duration(number) => Value::Duration(*number),
        Constant::Ip(address) => Value::Ip(*address),
        Constant::Path(path) => Value::Path(ResourcePath::new(path).unwrap()),
        Constant::Url(url) => Value::Url(Url::new(url).unwrap()),
    }
}
