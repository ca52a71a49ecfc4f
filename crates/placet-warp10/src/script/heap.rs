//! The values of a running script. Lists and maps are references, as in Warp 10: a `PUT` on a list
//! in a variable is visible everywhere. They are kept in one place until the run ends, so a list
//! that contains itself does no harm; the limit on memory of a run bounds this place.

use std::rc::Rc;

use indexmap::IndexMap;

use super::error::{ScriptCode, UnplacedError};
use super::value::{Macro, Value};
use crate::limits;

/// A value of a running script.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Null,
    Bool(bool),
    Long(i64),
    Double(f64),
    Text(Rc<str>),
    Bytes(Rc<[u8]>),
    List(ListId),
    Map(MapId),
    Macro(Macro),
    Mark,
}

/// The place of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListId(usize);

/// The place of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MapId(usize);

/// Entries by the common part of equal keys, with the key that came first.
pub(super) type Entries = IndexMap<Box<[u8]>, (Item, Item)>;

impl Item {
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Its type, as `TYPEOF` names it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "BOOLEAN",
            Self::Long(_) => "LONG",
            Self::Double(_) => "DOUBLE",
            Self::Text(_) => "STRING",
            Self::Bytes(_) => "BYTES",
            Self::List(_) => "LIST",
            Self::Map(_) => "MAP",
            Self::Macro(_) => "MACRO",
            Self::Mark => "MARK",
        }
    }
}

/// The lists and maps, and the remaining budget of a run.
#[derive(Debug)]
pub(super) struct Heap {
    lists: Vec<Vec<Item>>,
    maps: Vec<Entries>,
    steps: u64,
    work: u64,
}

impl Heap {
    pub fn new() -> Self {
        Self { lists: Vec::new(), maps: Vec::new(), steps: limits::SCRIPT_STEPS, work: limits::SCRIPT_WORK }
    }

    /// One word, or one element that a function visits.
    pub fn step(&mut self) -> Result<(), UnplacedError> {
        self.steps = self.steps.checked_sub(1).ok_or_else(|| {
            let message = format!("the script takes more than {} steps", limits::SCRIPT_STEPS);
            UnplacedError::new(ScriptCode::TooMuch, message).help("does a loop never end?")
        })?;
        Ok(())
    }

    /// Bytes that are created or visited.
    pub fn work(&mut self, bytes: usize) -> Result<(), UnplacedError> {
        self.work = self.work.checked_sub(bytes as u64).ok_or_else(|| {
            UnplacedError::new(
                ScriptCode::TooMuch,
                format!("the script makes more than {} bytes of values", limits::SCRIPT_WORK),
            )
        })?;
        Ok(())
    }

    pub fn new_list(&mut self, list: Vec<Item>) -> Result<Item, UnplacedError> {
        self.work((list.len() + 1) * size_of::<Item>())?;
        self.lists.push(list);
        Ok(Item::List(ListId(self.lists.len() - 1)))
    }

    pub fn new_map(&mut self, map: Entries) -> Result<Item, UnplacedError> {
        self.work((map.len() + 1) * ENTRY)?;
        self.maps.push(map);
        Ok(Item::Map(MapId(self.maps.len() - 1)))
    }

    pub fn new_text(&mut self, text: impl Into<Rc<str>>) -> Result<Item, UnplacedError> {
        let text = text.into();
        self.work(text.len())?;
        Ok(Item::Text(text))
    }

    pub fn new_bytes(&mut self, bytes: impl Into<Rc<[u8]>>) -> Result<Item, UnplacedError> {
        let bytes = bytes.into();
        self.work(bytes.len())?;
        Ok(Item::Bytes(bytes))
    }

    pub fn list(&self, id: ListId) -> &[Item] {
        self.lists.get(id.0).map_or(&[], Vec::as_slice)
    }

    pub fn list_mut(&mut self, id: ListId) -> &mut Vec<Item> {
        self.lists.get_mut(id.0).expect("places come from `new_list`, and none is ever freed")
    }

    pub fn map(&self, id: MapId) -> &Entries {
        self.maps.get(id.0).expect("places come from `new_map`, and none is ever freed")
    }

    /// Puts an entry into a map; returns whether the key is new.
    pub fn insert(&mut self, map: MapId, key: Item, value: Item) -> Result<bool, UnplacedError> {
        let found = self.key(&key)?;
        self.work(ENTRY)?;
        let map = self.maps.get_mut(map.0).expect("places come from `new_map`, and none is ever freed");
        match map.get_mut(&found) {
            Some(entry) => entry.1 = value,
            None => return Ok(map.insert(found, (key, value)).is_none()),
        }
        Ok(false)
    }

    pub fn remove(&mut self, map: MapId, key: &Item) -> Result<Option<Item>, UnplacedError> {
        let found = self.key(key)?;
        self.work(self.map(map).len())?;
        let map = self.maps.get_mut(map.0).expect("places come from `new_map`, and none is ever freed");
        Ok(map.shift_remove(&found).map(|(_, value)| value))
    }

    pub fn lookup(&mut self, map: MapId, key: &Item) -> Result<Option<Item>, UnplacedError> {
        let found = self.key(key)?;
        Ok(self.map(map).get(&found).map(|(_, value)| value.clone()))
    }

    /// A common key of values that Java considers equal: type and content; a LONG is not equal to a
    /// DOUBLE.
    pub fn key(&mut self, item: &Item) -> Result<Box<[u8]>, UnplacedError> {
        let mut key = Vec::new();
        self.write_key(item, &mut key, 0)?;
        Ok(key.into())
    }

    fn write_key(&mut self, item: &Item, key: &mut Vec<u8>, depth: usize) -> Result<(), UnplacedError> {
        self.descend(depth)?;
        let before = key.len();
        let mut sized = |kind: u8, bytes: &[u8]| {
            key.push(kind);
            key.extend((bytes.len() as u64).to_be_bytes());
            key.extend(bytes);
        };
        match item {
            Item::Null => sized(0, &[]),
            Item::Bool(truth) => sized(1, &[u8::from(*truth)]),
            Item::Long(number) => sized(2, &number.to_be_bytes()),
            Item::Double(number) if number.is_nan() => sized(3, &[]),
            Item::Double(number) => sized(3, &number.to_bits().to_be_bytes()),
            Item::Text(text) => sized(4, text.as_bytes()),
            Item::Bytes(bytes) => sized(5, bytes),
            Item::Macro(body) => sized(6, body.text().as_bytes()),
            Item::Mark => sized(7, &[]),
            Item::List(id) => {
                sized(8, &(self.list(*id).len() as u64).to_be_bytes());
                self.work(size_of_val(self.list(*id)))?;
                for element in self.list(*id).to_vec() {
                    self.write_key(&element, key, depth + 1)?;
                }
            }
            Item::Map(id) => {
                let map = self.map(*id);
                sized(9, &(map.len() as u64).to_be_bytes());
                let mut entries: Vec<(Box<[u8]>, Item)> =
                    map.iter().map(|(key, (_, value))| (key.clone(), value.clone())).collect();
                self.work(entries.iter().map(|(key, _)| key.len() + ENTRY).sum())?;
                // Maps are equal in any order.
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
                for (entry, value) in entries {
                    key.extend(&entry);
                    self.write_key(&value, key, depth + 1)?;
                }
            }
        }
        self.work(key.len() - before)
    }

    /// Turns an item into a tree.
    pub fn tree(&mut self, item: &Item) -> Result<Value, UnplacedError> {
        self.tree_at(item, 0)
    }

    fn tree_at(&mut self, item: &Item, depth: usize) -> Result<Value, UnplacedError> {
        self.descend(depth)?;
        Ok(match item {
            Item::Null => Value::Null,
            Item::Bool(truth) => Value::Bool(*truth),
            Item::Long(number) => Value::Long(*number),
            Item::Double(number) => Value::Double(*number),
            Item::Text(text) => {
                self.work(text.len())?;
                Value::text(&**text)
            }
            Item::Bytes(bytes) => {
                self.work(bytes.len())?;
                Value::Bytes(bytes.to_vec())
            }
            Item::Macro(body) => {
                self.work(body.text().len())?;
                Value::Macro(body.clone())
            }
            Item::Mark => Value::Mark,
            Item::List(id) => {
                self.work((self.list(*id).len() + 1) * size_of::<Value>())?;
                let elements = self.list(*id).to_vec();
                Value::List(elements.iter().map(|element| self.tree_at(element, depth + 1)).collect::<Result<_, _>>()?)
            }
            Item::Map(id) => {
                self.work((self.map(*id).len() + 1) * ENTRY)?;
                let entries: Vec<(Item, Item)> = self.map(*id).values().cloned().collect();
                let mut tree = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    tree.push((self.tree_at(&key, depth + 1)?, self.tree_at(&value, depth + 1)?));
                }
                Value::Map(tree)
            }
        })
    }

    /// Takes a tree in.
    pub fn item(&mut self, value: &Value) -> Result<Item, UnplacedError> {
        self.item_at(value, 0)
    }

    fn item_at(&mut self, value: &Value, depth: usize) -> Result<Item, UnplacedError> {
        self.descend(depth)?;
        match value {
            Value::Null => Ok(Item::Null),
            Value::Bool(truth) => Ok(Item::Bool(*truth)),
            Value::Long(number) => Ok(Item::Long(*number)),
            Value::Double(number) => Ok(Item::Double(*number)),
            Value::String(text) => self.new_text(text.as_str()),
            Value::Bytes(bytes) => self.new_bytes(bytes.as_slice()),
            Value::Macro(body) => Ok(Item::Macro(body.clone())),
            Value::Mark => Ok(Item::Mark),
            Value::List(list) => {
                let list: Result<Vec<_>, _> = list.iter().map(|element| self.item_at(element, depth + 1)).collect();
                self.new_list(list?)
            }
            Value::Map(entries) => {
                let map = self.new_map(Entries::new())?;
                for (key, value) in entries {
                    let (key, value) = (self.item_at(key, depth + 1)?, self.item_at(value, depth + 1)?);
                    if let Item::Map(id) = map {
                        self.insert(id, key, value)?;
                    }
                }
                Ok(map)
            }
        }
    }

    fn descend(&mut self, depth: usize) -> Result<(), UnplacedError> {
        if depth > limits::SCRIPT_NESTING {
            let message = format!("lists and maps nest deeper than {}", limits::SCRIPT_NESTING);
            return Err(UnplacedError::new(ScriptCode::TooMuch, message).help("does a list contain itself?"));
        }
        self.step()
    }
}

/// The size of a map entry, without its key and its value.
const ENTRY: usize = 2 * size_of::<Item>() + 32;
