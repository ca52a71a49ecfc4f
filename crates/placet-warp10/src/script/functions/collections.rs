//! Lists and maps. They are references: a change to one is visible everywhere.

use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::{Entries, Item, ListId, MapId};
use super::super::machine::Machine;
use super::{bad, counted, wrong};

type Done = Result<(), Stop>;

pub(super) fn mark(m: &mut Machine<'_>) -> Done {
    m.give(Item::Mark)
}

pub(super) fn empty_map(m: &mut Machine<'_>) -> Done {
    let map = m.heap.new_map(Entries::new())?;
    m.give(map)
}

pub(super) fn empty_list(m: &mut Machine<'_>) -> Done {
    m.give_list(Vec::new())
}

/// The values above the last mark, which is removed too.
fn above_mark(m: &mut Machine<'_>, what: &str) -> Result<Vec<Item>, UnplacedError> {
    let Some(at) = m.stack.iter().rposition(|item| matches!(item, Item::Mark)) else {
        return Err(bad(format!("Cannot find a matching start of {what}.")).because("Invalid level."));
    };
    let items = m.stack.split_off(at + 1);
    m.stack.pop();
    Ok(items)
}

pub(super) fn to_list(m: &mut Machine<'_>) -> Done {
    let items = above_mark(m, "list")?;
    m.give_list(items)
}

pub(super) fn to_map(m: &mut Machine<'_>) -> Done {
    let items = above_mark(m, "map")?;
    pairs(m, items)
}

fn pairs(m: &mut Machine<'_>, items: Vec<Item>) -> Done {
    if items.len() % 2 == 1 {
        return Err(bad("Odd number of elements, cannot create map.").into());
    }
    let map = m.heap.new_map(Entries::new())?;
    let Item::Map(id) = map else { return m.give(map) };
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        if !m.heap.insert(id, key.clone(), value)? {
            let key = m.heap.tree(&key)?.java_text();
            return Err(bad(format!("Duplicate map key '{key}'")).into());
        }
    }
    m.give(map)
}

pub(super) fn list_of(m: &mut Machine<'_>) -> Done {
    let count = m.count("->LIST")?;
    let items = m.stack.split_off(m.stack.len() - count);
    m.give_list(items)
}

pub(super) fn list_to(m: &mut Machine<'_>) -> Done {
    let list = m.list("LIST->")?;
    let elements = m.elements(list)?;
    let count = elements.len();
    elements.into_iter().try_for_each(|element| m.give(element))?;
    m.give(counted(count))
}

pub(super) fn map_of(m: &mut Machine<'_>) -> Done {
    let count = m.count("->MAP")?;
    let items = m.stack.split_off(m.stack.len() - count);
    pairs(m, items)
}

pub(super) fn map_to(m: &mut Machine<'_>) -> Done {
    let map = m.map("MAP->")?;
    let entries = entries(m, map)?;
    let count = 2 * entries.len();
    for (key, value) in entries {
        m.give(key)?;
        m.give(value)?;
    }
    m.give(counted(count))
}

/// The entries of a map. Visiting them is charged.
pub(super) fn entries(m: &mut Machine<'_>, map: MapId) -> Result<Vec<(Item, Item)>, UnplacedError> {
    m.heap.work(2 * size_of::<Item>() * m.heap.map(map).len())?;
    Ok(m.heap.map(map).values().cloned().collect())
}

/// The position that an index means: a negative one counts from the end.
pub(super) fn place(function: &str, index: i64, length: usize) -> Result<usize, UnplacedError> {
    let failed = |why: String| UnplacedError::new(ScriptCode::BadValue, format!("{function} failed.")).because(why);
    let size = i64::try_from(length).unwrap_or(i64::MAX);
    if index >= size {
        return Err(failed(format!("Index out of bound, {index} >= {length}")));
    }
    let from_start = if index < 0 { index.saturating_add(size) } else { index };
    usize::try_from(from_start).map_err(|_| failed(format!("Index out of bound, {index} < -{length}")))
}

pub(super) fn get(m: &mut Machine<'_>) -> Done {
    let key = m.pop()?;
    let value = match (m.pop()?, key) {
        (Item::Map(map), key) => m.heap.lookup(map, &key)?.unwrap_or(Item::Null),
        (Item::List(list), Item::Long(index)) => {
            let at = place("GET", index, m.heap.list(list).len())?;
            m.heap.list(list)[at].clone()
        }
        (Item::Bytes(bytes), Item::Long(index)) => Item::Long(i64::from(bytes[place("GET", index, bytes.len())?])),
        (list @ Item::List(_), Item::List(path)) => follow(m, list, path)?,
        (Item::List(_) | Item::Bytes(_), key) => return Err(wrong("GET", "a LONG as the index of a list", &key).into()),
        (found, _) => return Err(wrong("GET", "a map, a list or bytes below the key", &found).into()),
    };
    m.give(value)
}

/// Follows nested lists, index by index.
fn follow(m: &mut Machine<'_>, list: Item, path: ListId) -> Result<Item, UnplacedError> {
    let mut found = list;
    for step in m.elements(path)? {
        m.heap.step()?;
        found = match (found, step) {
            (Item::List(list), Item::Long(index)) => {
                let at = place("GET", index, m.heap.list(list).len())?;
                m.heap.list(list)[at].clone()
            }
            (Item::List(_), step) => return Err(wrong("GET", "a path of LONG indices", &step)),
            (found, _) => return Err(wrong("GET", "lists along its path", &found)),
        };
    }
    Ok(found)
}

pub(super) fn put(m: &mut Machine<'_>) -> Done {
    let key = m.pop()?;
    let value = m.pop()?;
    let collection = m.stack.last().cloned().ok_or_else(super::super::machine::too_short)?;
    match (collection, key) {
        (Item::Map(map), key) => {
            m.heap.insert(map, key, value)?;
        }
        (Item::List(list), Item::Long(index)) => {
            let at = place("PUT", index, m.heap.list(list).len())?;
            m.heap.list_mut(list)[at] = value;
        }
        (Item::List(_), key) => return Err(wrong("PUT", "a LONG as the index of a list", &key).into()),
        (found, _) => return Err(wrong("PUT", "a map or a list, then a value and a key", &found).into()),
    }
    Ok(())
}

pub(super) fn append(m: &mut Machine<'_>) -> Done {
    let more = m.pop()?;
    let Some(target) = m.stack.last().cloned() else { return Err(super::super::machine::too_short().into()) };
    match (target, more) {
        (Item::List(list), Item::List(more)) => {
            let more = m.elements(more)?;
            m.heap.work(more.len() * size_of::<Item>())?;
            m.heap.list_mut(list).extend(more);
        }
        (Item::Map(map), Item::Map(more)) => {
            for (key, value) in entries(m, more)? {
                m.heap.insert(map, key, value)?;
            }
        }
        (_, found) => return Err(wrong("APPEND", "two lists or two maps", &found).into()),
    }
    Ok(())
}

pub(super) fn add_in_place(m: &mut Machine<'_>) -> Done {
    let value = m.pop()?;
    match m.stack.last().cloned() {
        Some(Item::List(list)) => {
            m.heap.work(size_of::<Item>())?;
            m.heap.list_mut(list).push(value);
            Ok(())
        }
        Some(found) => Err(wrong("+!", "a list below the value", &found).into()),
        None => Err(super::super::machine::too_short().into()),
    }
}

pub(super) fn remove(m: &mut Machine<'_>) -> Done {
    let key = m.pop()?;
    let collection = m.stack.last().cloned().ok_or_else(super::super::machine::too_short)?;
    let removed = match (collection, key) {
        (Item::Map(map), key @ Item::Text(_)) => m.heap.remove(map, &key)?.unwrap_or(Item::Null),
        (Item::Map(_), key) => return Err(wrong("REMOVE", "a STRING as the key of a map", &key).into()),
        // An index outside the list removes nothing.
        (Item::List(list), Item::Long(index)) => match place("REMOVE", index, m.heap.list(list).len()) {
            Ok(at) => {
                m.heap.work(m.heap.list(list).len())?;
                m.heap.list_mut(list).remove(at)
            }
            Err(_) => Item::Null,
        },
        (found, _) => return Err(wrong("REMOVE", "a map or a list below the key", &found).into()),
    };
    m.give(removed)
}

pub(super) fn size(m: &mut Machine<'_>) -> Done {
    let size = match m.pop()? {
        Item::List(list) => m.heap.list(list).len(),
        Item::Map(map) => m.heap.map(map).len(),
        Item::Bytes(bytes) => bytes.len(),
        Item::Text(text) => {
            m.heap.work(text.len())?;
            text.encode_utf16().count()
        }
        found => return Err(wrong("SIZE", "a list, a map, a text or bytes", &found).into()),
    };
    m.give(counted(size))
}

/// The queried collection stays on the stack.
fn below(m: &Machine<'_>) -> Result<Item, UnplacedError> {
    m.stack.last().cloned().ok_or_else(super::super::machine::too_short)
}

pub(super) fn contains_key(m: &mut Machine<'_>) -> Done {
    let key = m.pop()?;
    let Item::Map(map) = below(m)? else { return Err(wrong("CONTAINSKEY", "a MAP below the key", &below(m)?).into()) };
    let is_there = m.heap.lookup(map, &key)?.is_some();
    m.give(Item::Bool(is_there))
}

pub(super) fn contains_value(m: &mut Machine<'_>) -> Done {
    let value = m.pop()?;
    let found = below(m)?;
    let Item::Map(map) = found else { return Err(wrong("CONTAINSVALUE", "a MAP below the value", &found).into()) };
    let values = entries(m, map)?.into_iter().map(|(_, value)| value).collect();
    let is_there = is_among(m, &value, values)?;
    m.give(Item::Bool(is_there))
}

pub(super) fn contains(m: &mut Machine<'_>) -> Done {
    let value = m.pop()?;
    let found = below(m)?;
    let Item::List(list) = found else { return Err(wrong("CONTAINS", "a LIST below the value", &found).into()) };
    let values = m.elements(list)?;
    let is_there = is_among(m, &value, values)?;
    m.give(Item::Bool(is_there))
}

fn is_among(m: &mut Machine<'_>, value: &Item, values: Vec<Item>) -> Result<bool, UnplacedError> {
    let wanted = m.heap.key(value)?;
    for value in values {
        if m.heap.key(&value)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn key_list(m: &mut Machine<'_>) -> Done {
    let map = m.map("KEYLIST")?;
    let keys = entries(m, map)?.into_iter().map(|(key, _)| key).collect();
    m.give_list(keys)
}

pub(super) fn value_list(m: &mut Machine<'_>) -> Done {
    let map = m.map("VALUELIST")?;
    let values = entries(m, map)?.into_iter().map(|(_, value)| value).collect();
    m.give_list(values)
}

pub(super) fn submap(m: &mut Machine<'_>) -> Done {
    let keys = m.list("SUBMAP")?;
    let map = m.map("SUBMAP")?;
    let mut wanted = std::collections::BTreeSet::new();
    for key in m.elements(keys)? {
        wanted.insert(m.heap.key(&key)?);
    }
    // In the order of the map, not that of the keys.
    let part = m.heap.new_map(Entries::new())?;
    for (key, value) in entries(m, map)? {
        if let (true, Item::Map(part)) = (wanted.contains(&m.heap.key(&key)?), &part) {
            m.heap.insert(*part, key, value)?;
        }
    }
    m.give(part)
}

/// The collection stays below its copy.
pub(super) fn clone(m: &mut Machine<'_>) -> Done {
    match below(m)? {
        Item::List(list) => {
            let elements = m.elements(list)?;
            m.give_list(elements)
        }
        Item::Map(map) => {
            m.heap.work(m.heap.map(map).keys().map(|key| key.len()).sum())?;
            let copy = m.heap.map(map).clone();
            let copy = m.heap.new_map(copy)?;
            m.give(copy)
        }
        found => Err(wrong("CLONE", "a list or a map", &found).into()),
    }
}
