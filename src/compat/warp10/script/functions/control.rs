//! Conditions, loops, ends.

use super::super::error::{Failure, ScriptCode, Stop};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::super::value::Macro;
use super::{bad, collections, wrong};

type Done = Result<(), Stop>;

/// A condition: a truth, or a macro that gives one.
fn holds(m: &mut Machine<'_>, name: &str, condition: Item) -> Result<bool, Stop> {
    match condition {
        Item::Bool(truth) => Ok(truth),
        Item::Macro(body) => {
            m.run_macro(&body)?;
            Ok(m.boolean(name)?)
        }
        found => Err(wrong(name, "a BOOLEAN or a MACRO as the condition", &found).into()),
    }
}

/// Runs what a condition chose; a value that is no macro is left on the stack.
fn chosen(m: &mut Machine<'_>, item: Item) -> Done {
    match item {
        Item::Macro(body) => m.run_macro(&body),
        other => m.give(other),
    }
}

pub(super) fn ift(m: &mut Machine<'_>) -> Done {
    let then = m.pop()?;
    let condition = m.pop()?;
    if holds(m, "IFT", condition)? { chosen(m, then) } else { Ok(()) }
}

pub(super) fn ifte(m: &mut Machine<'_>) -> Done {
    let otherwise = m.pop()?;
    let then = m.pop()?;
    let condition = m.pop()?;
    let branch = if holds(m, "IFTE", condition)? { then } else { otherwise };
    chosen(m, branch)
}

pub(super) fn switch(m: &mut Machine<'_>) -> Done {
    let cases = m.long("SWITCH", "a LONG number of cases")?;
    let needed = usize::try_from(cases).ok().and_then(|cases| cases.checked_mul(2)?.checked_add(1));
    let start = needed.and_then(|needed| m.stack.len().checked_sub(needed));
    let start = start.ok_or_else(super::super::machine::too_short)?;
    let mut items = m.stack.split_off(start);
    let default = items.pop().unwrap_or(Item::Null);
    let mut items = items.into_iter();
    while let (Some(condition), Some(then)) = (items.next(), items.next()) {
        m.heap.step()?;
        if holds(m, "SWITCH", condition)? {
            return chosen(m, then);
        }
    }
    chosen(m, default)
}

/// One turn of a loop; says whether to go on.
fn turn(m: &mut Machine<'_>, body: &Macro) -> Result<bool, Stop> {
    m.heap.step()?;
    match m.run_macro(body) {
        Ok(()) | Err(Stop::Continue) => Ok(true),
        Err(Stop::Break) => Ok(false),
        Err(stop) => Err(stop),
    }
}

pub(super) fn for_range(m: &mut Machine<'_>) -> Done {
    let body = m.code("FOR")?;
    let to = m.pop()?;
    let from = m.pop()?;
    let (Item::Long(from), Item::Long(to)) = (&from, &to) else {
        let found = if matches!(from, Item::Long(_)) { to } else { from };
        return Err(wrong("FOR", "two LONGs and a macro", &found).into());
    };
    for number in *from..=*to {
        m.give(Item::Long(number))?;
        if !turn(m, &body)? {
            break;
        }
    }
    Ok(())
}

pub(super) fn for_step(m: &mut Machine<'_>) -> Done {
    let body = m.code("FORSTEP")?;
    let step = m.code("FORSTEP")?;
    let to = m.long("FORSTEP", "two LONGs and two macros")?;
    let mut number = m.long("FORSTEP", "two LONGs and two macros")?;
    while number <= to {
        m.give(Item::Long(number))?;
        if !turn(m, &body)? {
            break;
        }
        m.give(Item::Long(number))?;
        m.run_macro(&step)?;
        number = m.long("FORSTEP", "a LONG from its step")?;
    }
    Ok(())
}

pub(super) fn for_each(m: &mut Machine<'_>) -> Done {
    let body = m.code("FOREACH")?;
    match m.pop()? {
        Item::List(list) => {
            for element in m.elements(list)? {
                m.give(element)?;
                if !turn(m, &body)? {
                    break;
                }
            }
        }
        Item::Map(map) => {
            for (key, value) in collections::entries(m, map)? {
                m.give(key)?;
                m.give(value)?;
                if !turn(m, &body)? {
                    break;
                }
            }
        }
        Item::Text(text) => {
            for c in text.chars() {
                m.give_text(c.to_string())?;
                if !turn(m, &body)? {
                    break;
                }
            }
        }
        found => return Err(wrong("FOREACH", "a list, a map or a text, and a macro", &found).into()),
    }
    Ok(())
}

pub(super) fn while_loop(m: &mut Machine<'_>) -> Done {
    let body = m.code("WHILE")?;
    let condition = m.code("WHILE")?;
    loop {
        m.heap.step()?;
        m.run_macro(&condition)?;
        if !m.boolean("WHILE")? || !turn(m, &body)? {
            return Ok(());
        }
    }
}

pub(super) fn until_loop(m: &mut Machine<'_>) -> Done {
    let condition = m.code("UNTIL")?;
    let body = m.code("UNTIL")?;
    loop {
        if !turn(m, &body)? {
            return Ok(());
        }
        m.run_macro(&condition)?;
        if m.boolean("UNTIL")? {
            return Ok(());
        }
    }
}

pub(super) fn lmap(m: &mut Machine<'_>) -> Done {
    let mut top = m.pop()?;
    let mut wants_index = true;
    if let Item::Bool(wants) = top {
        wants_index = wants;
        top = m.pop()?;
    }
    let Item::Macro(body) = top else { return Err(wrong("LMAP", "a list and a macro", &top).into()) };
    let list = m.list("LMAP")?;
    let mut results = Vec::new();
    for (index, element) in m.elements(list)?.into_iter().enumerate() {
        m.give(element)?;
        if wants_index {
            m.give(Item::Long(index as i64))?;
        }
        m.heap.step()?;
        m.run_macro(&body)?;
        results.push(m.pop()?);
    }
    m.give_list(results)
}

pub(super) fn eval(m: &mut Machine<'_>) -> Done {
    match m.pop()? {
        Item::Macro(body) => m.run_macro(&body),
        Item::Text(text) => m.run_text(&text),
        found => Err(wrong("EVAL", "a macro or a text", &found).into()),
    }
}

pub(super) fn run(m: &mut Machine<'_>) -> Done {
    let name = m.text("RUN", "the name of a macro")?;
    m.run_named(&name)
}

pub(super) fn return_from(_: &mut Machine<'_>) -> Done {
    Err(Stop::Return)
}

pub(super) fn break_loop(_: &mut Machine<'_>) -> Done {
    Err(Stop::Break)
}

pub(super) fn continue_loop(_: &mut Machine<'_>) -> Done {
    Err(Stop::Continue)
}

pub(super) fn stop(_: &mut Machine<'_>) -> Done {
    Err(Stop::Halt)
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table may fail")]
pub(super) fn noop(_: &mut Machine<'_>) -> Done {
    Ok(())
}

fn failed(message: impl Into<String>) -> Stop {
    Failure::new(ScriptCode::Failed, message).into()
}

pub(super) fn assert(m: &mut Machine<'_>) -> Done {
    if m.boolean("ASSERT")? { Ok(()) } else { Err(failed("Assertion failed.")) }
}

pub(super) fn assert_message(m: &mut Machine<'_>) -> Done {
    let message = m.text("ASSERTMSG", "a text as the message")?;
    if m.boolean("ASSERTMSG")? { Ok(()) } else { Err(failed(&*message)) }
}

pub(super) fn fail(_: &mut Machine<'_>) -> Done {
    Err(failed("artificial failure was triggered"))
}

pub(super) fn fail_with_message(m: &mut Machine<'_>) -> Done {
    let message = m.pop()?;
    match message {
        Item::Text(message) => Err(failed(&*message)),
        other => {
            let said = m.heap.tree(&other)?.java_text();
            Err(bad(format!("MSGFAIL expects a text as the message, found `{said}`")).into())
        }
    }
}
