//! Moving values on the stack; variables.

use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::Item;
use super::super::machine::{Machine, too_short};
use super::{bad, counted, wrong};
use crate::limits;

type Done = Result<(), Stop>;

pub(super) fn dup(m: &mut Machine<'_>) -> Done {
    let top = m.stack.last().cloned().ok_or_else(too_short)?;
    m.give(top)
}

pub(super) fn dupn(m: &mut Machine<'_>) -> Done {
    let count = m.count("DUPN")?;
    let values = m.stack[m.stack.len() - count..].to_vec();
    values.into_iter().try_for_each(|value| m.give(value))
}

pub(super) fn drop(m: &mut Machine<'_>) -> Done {
    m.pop()?;
    Ok(())
}

pub(super) fn dropn(m: &mut Machine<'_>) -> Done {
    let count = m.count("DROPN")?;
    m.stack.truncate(m.stack.len() - count);
    Ok(())
}

pub(super) fn swap(m: &mut Machine<'_>) -> Done {
    rotate(m, 2, 1)
}

pub(super) fn rot(m: &mut Machine<'_>) -> Done {
    rotate(m, 3, 1)
}

pub(super) fn roll(m: &mut Machine<'_>) -> Done {
    let count = m.count("ROLL")?;
    rotate(m, count, 1)
}

pub(super) fn rolld(m: &mut Machine<'_>) -> Done {
    let count = m.count("ROLLD")?;
    rotate(m, count, count.saturating_sub(1))
}

fn rotate(m: &mut Machine<'_>, count: usize, by: usize) -> Done {
    let start = m.stack.len().checked_sub(count).ok_or_else(too_short)?;
    m.heap.work(count)?;
    m.stack[start..].rotate_left(by.min(count));
    Ok(())
}

pub(super) fn pick(m: &mut Machine<'_>) -> Done {
    let count = m.count("PICK")?;
    let value = m.stack.len().checked_sub(count).and_then(|at| m.stack.get(at)).cloned().ok_or_else(too_short)?;
    m.give(value)
}

pub(super) fn depth(m: &mut Machine<'_>) -> Done {
    m.give(counted(m.stack.len()))
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table may fail")]
pub(super) fn clear(m: &mut Machine<'_>) -> Done {
    m.stack.clear();
    Ok(())
}

fn above_mark(m: &Machine<'_>) -> Result<usize, UnplacedError> {
    let at = m.stack.iter().rposition(|item| matches!(item, Item::Mark)).ok_or_else(|| bad("there is no mark"))?;
    Ok(m.stack.len() - at - 1)
}

pub(super) fn clear_to_mark(m: &mut Machine<'_>) -> Done {
    let count = above_mark(m)?;
    m.stack.truncate(m.stack.len() - count - 1);
    Ok(())
}

pub(super) fn count_to_mark(m: &mut Machine<'_>) -> Done {
    let count = above_mark(m)?;
    m.give(counted(count))
}

pub(super) fn mark(m: &mut Machine<'_>) -> Done {
    m.give(Item::Mark)
}

pub(super) fn null(m: &mut Machine<'_>) -> Done {
    m.give(Item::Null)
}

pub(super) fn is_null(m: &mut Machine<'_>) -> Done {
    let value = m.pop()?;
    m.give(Item::Bool(matches!(value, Item::Null)))
}

pub(super) fn type_of(m: &mut Machine<'_>) -> Done {
    let kind = m.pop()?.kind();
    m.give_text(kind)
}

pub(super) fn store(m: &mut Machine<'_>) -> Done {
    match m.pop()? {
        Item::List(names) => {
            // The last name is for the value on top.
            for name in m.elements(names)?.iter().rev() {
                let value = m.pop()?;
                if !matches!(name, Item::Null) {
                    store_one(m, name, value)?;
                }
            }
            Ok(())
        }
        name => {
            let value = m.pop()?;
            Ok(store_one(m, &name, value)?)
        }
    }
}

fn store_one(m: &mut Machine<'_>, name: &Item, value: Item) -> Result<(), UnplacedError> {
    match name {
        Item::Text(name) => {
            if m.variables.len() >= limits::SCRIPT_SYMBOLS && !m.variables.contains_key(&**name) {
                let message = format!("more than {} variables", limits::SCRIPT_SYMBOLS);
                return Err(UnplacedError::new(ScriptCode::TooMuch, message));
            }
            m.heap.work(name.len())?;
            m.variables.insert(name.to_string(), value);
        }
        Item::Long(number) => {
            let register =
                u8::try_from(*number).map_err(|_| bad(format!("registers go from 0 to 255, not {number}")))?;
            m.registers.insert(register, value);
        }
        found => return Err(wrong("STORE", "the name of a variable, a register or a LIST of them", found)),
    }
    Ok(())
}

pub(super) fn cstore(m: &mut Machine<'_>) -> Done {
    let name = m.pop()?;
    let value = m.pop()?;
    let is_there = match &name {
        Item::Text(name) => m.variables.contains_key(&**name),
        Item::Long(number) => u8::try_from(*number).is_ok_and(|register| {
            // A register that holds NULL counts as empty.
            m.registers.get(&register).is_some_and(|item| !matches!(item, Item::Null))
        }),
        found => return Err(wrong("CSTORE", "the name of a variable or a register", found).into()),
    };
    if !is_there {
        store_one(m, &name, value)?;
    }
    Ok(())
}

pub(super) fn load(m: &mut Machine<'_>) -> Done {
    let value = match m.pop()? {
        Item::Text(name) => m.variable(&name)?,
        Item::Long(number) => {
            let register =
                u8::try_from(number).map_err(|_| bad(format!("registers go from 0 to 255, not {number}")))?;
            m.registers.get(&register).cloned().unwrap_or(Item::Null)
        }
        found => return Err(wrong("LOAD", "the name of a variable or a register", &found).into()),
    };
    m.give(value)
}

pub(super) fn forget(m: &mut Machine<'_>) -> Done {
    let name = m.text("FORGET", "the name of a variable")?;
    m.variables.remove(&*name);
    Ok(())
}

pub(super) fn defined(m: &mut Machine<'_>) -> Done {
    let name = m.text("DEFINED", "the name of a variable")?;
    let is_there = m.variables.contains_key(&*name);
    m.give(Item::Bool(is_there))
}
