//! Entities, their parents, and a small generator of random numbers that is the same everywhere.

use std::collections::{HashMap, HashSet};

use crate::question::{Ask, Value, text};

/// A kind and a name: `User::"u7"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    pub kind: &'static str,
    pub name: String,
}

/// Something in an application's world.
#[derive(Clone, Debug)]
pub struct Entity {
    pub id: Id,
    pub parents: Vec<Id>,
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// What an entity says of itself.
#[derive(Clone, Debug)]
pub enum Attribute {
    One(Id),
    Many(Vec<Id>),
    Flag(bool),
}

/// A request on the graph, and the same flattened.
#[derive(Clone, Debug)]
pub struct Request {
    pub principal: Id,
    pub action: &'static str,
    pub resource: Id,
    pub ask: Ask,
}

/// Entities and requests.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub entities: Vec<Entity>,
    pub requests: Vec<Request>,
}

/// How many requests of each verdict a world has.
const EACH: usize = 128;

impl Id {
    /// Number `n` of its kind.
    pub fn new(kind: &'static str, n: usize) -> Self {
        Self { kind, name: format!("{}{n}", kind.to_lowercase()) }
    }

    /// Of a kind, by name.
    pub fn named(kind: &'static str, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl World {
    /// Adds an entity.
    pub fn add(&mut self, id: Id, parents: Vec<Id>, attributes: Vec<(&'static str, Attribute)>) {
        self.entities.push(Entity { id, parents, attributes });
    }

    /// All that an entity is in, itself included.
    pub fn closure(&self, id: &Id) -> HashSet<Id> {
        let parents: HashMap<&Id, &Vec<Id>> =
            self.entities.iter().map(|entity| (&entity.id, &entity.parents)).collect();
        let (mut seen, mut open) = (HashSet::new(), vec![id.clone()]);
        while let Some(next) = open.pop() {
            open.extend(parents.get(&next).into_iter().flat_map(|parents| parents.iter().cloned()));
            seen.insert(next);
        }
        seen
    }

    /// Draws requests until there are as many that are allowed as not, and puts them in turns.
    ///
    /// `draw` names the two sides and the action, what the principal is to the resource, and the verdict.
    pub fn ask(&mut self, mut draw: impl FnMut(&Self) -> (Id, &'static str, Id, Vec<&'static str>, bool)) {
        let mut sides = [Vec::new(), Vec::new()];
        while sides.iter().any(|side| side.len() < EACH) {
            let (principal, action, resource, relations, is_allowed) = draw(self);
            let relations = relations.into_iter().map(str::to_owned).collect();
            let fields = vec![
                ("user", text(&principal.name)),
                ("action", text(action)),
                ("resource", text(&resource.name)),
                ("relations", Value::Set(relations)),
            ];
            let side = &mut sides[usize::from(is_allowed)];
            if side.len() < EACH {
                side.push(Request { principal, action, resource, ask: Ask { fields, is_allowed } });
            }
        }
        let [denied, allowed] = sides;
        self.requests = allowed.into_iter().zip(denied).flat_map(|(yes, no)| [yes, no]).collect();
    }
}

/// Numbers that look random: xorshift64*.
pub struct Dice(u64);

impl Dice {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).expect("31 bits") % n
    }

    /// One of them.
    pub fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Whether something of `n` in a hundred happens.
    pub fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }
}
