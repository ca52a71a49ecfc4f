//! Conditions, loops, exits.

use std::cmp::Ordering;

use super::super::error::{ScriptCode, Stop, UnplacedError};
use super::super::heap::Item;
use super::super::machine::Machine;
use super::super::value::Macro;
use super::{bad, collections, counted, wrong};

type Done = Result<(), Stop>;

/// A condition: a boolean, or a macro that returns one.
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

pub(super) fn ift(m: &mut Machine<'_>) -> Done {
    let then = m.code("IFT")?;
    let condition = m.pop()?;
    if holds(m, "IFT", condition)? { m.run_macro(&then) } else { Ok(()) }
}

pub(super) fn ifte(m: &mut Machine<'_>) -> Done {
    let (otherwise, then) = (m.code("IFTE")?, m.code("IFTE")?);
    let condition = m.pop()?;
    let branch = if holds(m, "IFTE", condition)? { then } else { otherwise };
    m.run_macro(&branch)
}

pub(super) fn switch(m: &mut Machine<'_>) -> Done {
    let cases = m.long("SWITCH", "a LONG number of cases")?;
    let needed = usize::try_from(cases).ok().and_then(|cases| cases.checked_mul(2)?.checked_add(1));
    let start = needed.and_then(|needed| m.stack.len().checked_sub(needed));
    let start = start.ok_or_else(super::super::machine::too_short)?;
    let mut macros = Vec::new();
    for item in m.stack.split_off(start) {
        m.heap.step()?;
        match item {
            Item::Macro(body) => macros.push(body),
            found => return Err(wrong("SWITCH", "macros only", &found).into()),
        }
    }
    let default = macros.pop().ok_or_else(super::super::machine::too_short)?;
    for pair in macros.chunks_exact(2) {
        let [condition, then] = pair else { continue };
        m.heap.step()?;
        m.run_macro(condition)?;
        // Only a condition that is true runs it.
        if matches!(m.pop()?, Item::Bool(true)) {
            return m.run_macro(then);
        }
    }
    m.run_macro(&default)
}

/// One iteration of a loop; returns whether to go on.
fn turn(m: &mut Machine<'_>, body: &Macro) -> Result<bool, Stop> {
    m.heap.step()?;
    match m.run_macro(body) {
        Ok(()) | Err(Stop::Continue) => Ok(true),
        Err(Stop::Break) => Ok(false),
        Err(stop) => Err(stop),
    }
}

/// A macro, and a BOOLEAN above it if there is one.
fn body_and_flag(m: &mut Machine<'_>, name: &str, default: bool) -> Result<(Macro, bool), UnplacedError> {
    if let Some(Item::Bool(flag)) = m.stack.last() {
        let flag = *flag;
        m.pop()?;
        return Ok((m.code(name)?, flag));
    }
    Ok((m.code(name)?, default))
}

/// The ends of a range: of LONGs, or of DOUBLEs if one of them is one.
enum Ends {
    Longs(i64, i64),
    Doubles(f64, f64),
}

fn ends(m: &mut Machine<'_>, name: &str) -> Result<Ends, UnplacedError> {
    let (to, from) = (m.pop()?, m.pop()?);
    match (&from, &to) {
        (Item::Long(from), Item::Long(to)) => Ok(Ends::Longs(*from, *to)),
        (Item::Double(from), Item::Double(to)) => Ok(Ends::Doubles(*from, *to)),
        (Item::Long(from), Item::Double(to)) => Ok(Ends::Doubles(super::math::widened(*from), *to)),
        (Item::Double(from), Item::Long(to)) => Ok(Ends::Doubles(*from, super::math::widened(*to))),
        (Item::Long(_) | Item::Double(_), found) | (found, _) => Err(wrong(name, "numbers as its range", found)),
    }
}

pub(super) fn for_range(m: &mut Machine<'_>) -> Done {
    let (body, gives) = body_and_flag(m, "FOR", true)?;
    let run = |m: &mut Machine<'_>, number: Item| {
        if gives {
            m.give(number)?;
        }
        turn(m, &body)
    };
    match ends(m, "FOR")? {
        Ends::Longs(from, to) => {
            for number in from..=to {
                if !run(m, Item::Long(number))? {
                    break;
                }
            }
        }
        Ends::Doubles(from, to) => {
            let mut number = from;
            // With a NaN, only the limit of steps ends the loop.
            while !matches!(number.partial_cmp(&to), Some(Ordering::Greater)) && run(m, Item::Double(number))? {
                number += 1.0;
            }
        }
    }
    Ok(())
}

pub(super) fn for_step(m: &mut Machine<'_>) -> Done {
    let (body, step) = (m.code("FORSTEP")?, m.code("FORSTEP")?);
    let run = |m: &mut Machine<'_>, number: Item| {
        m.give(number.clone())?;
        if !turn(m, &body)? {
            return Ok(None);
        }
        m.give(number)?;
        m.run_macro(&step)?;
        Ok::<_, Stop>(Some(m.pop()?))
    };
    let bad_step = |found: &Item| wrong("FORSTEP", "a number from its step", found);
    match ends(m, "FORSTEP")? {
        Ends::Longs(from, to) => {
            let is_over = |number: i64| if from > to { number < to } else { number > to };
            let mut number = from;
            while !is_over(number) {
                number = match run(m, Item::Long(number))? {
                    None => break,
                    Some(Item::Long(next)) => next,
                    Some(Item::Double(next)) => super::math::saturated(next),
                    Some(found) => return Err(bad_step(&found).into()),
                };
            }
        }
        Ends::Doubles(from, to) => {
            let is_over = |number: f64| if from > to { number < to } else { number > to };
            let mut number = from;
            while !is_over(number) {
                number = match run(m, Item::Double(number))? {
                    None => break,
                    Some(Item::Double(next)) => next,
                    Some(Item::Long(next)) => super::math::widened(next),
                    Some(found) => return Err(bad_step(&found).into()),
                };
            }
        }
    }
    Ok(())
}

pub(super) fn for_each(m: &mut Machine<'_>) -> Done {
    let (body, with_index) = body_and_flag(m, "FOREACH", false)?;
    let turns: Vec<Vec<Item>> = match m.pop()? {
        Item::List(list) => m.elements(list)?.into_iter().map(|element| vec![element]).collect(),
        Item::Map(map) => collections::entries(m, map)?.into_iter().map(|(key, value)| vec![key, value]).collect(),
        Item::Text(text) if text.chars().any(|c| c.len_utf16() > 1) => {
            return Err(bad("FOREACH cannot take characters apart that Java writes as two").into());
        }
        Item::Text(text) => {
            m.heap.work(text.len() * size_of::<Item>())?;
            let texts = text.chars().map(|c| m.heap.new_text(c.to_string()));
            texts.map(|text| text.map(|text| vec![text])).collect::<Result<_, _>>()?
        }
        found => return Err(wrong("FOREACH", "a list, a map or a text, and a macro", &found).into()),
    };
    for (index, items) in turns.into_iter().enumerate() {
        items.into_iter().try_for_each(|item| m.give(item))?;
        if with_index {
            m.give(counted(index))?;
        }
        if !turn(m, &body)? {
            break;
        }
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
            m.give(counted(index))?;
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

pub(super) fn section(m: &mut Machine<'_>) -> Done {
    let name = m.text("SECTION", "a text as the name of a section")?;
    m.section = name.to_string();
    Ok(())
}

fn no_named_macro(name: &str) -> Done {
    Err(bad(format!("{name} can only be used from named macro.")).into())
}

pub(super) fn macro_config(_: &mut Machine<'_>) -> Done {
    no_named_macro("MACROCONFIG")
}

pub(super) fn macro_config_default(_: &mut Machine<'_>) -> Done {
    no_named_macro("MACROCONFIGDEFAULT")
}

#[expect(clippy::unnecessary_wraps, reason = "every function of the table may fail")]
pub(super) fn noop(_: &mut Machine<'_>) -> Done {
    Ok(())
}

fn failed(message: impl Into<String>) -> Stop {
    UnplacedError::new(ScriptCode::Failed, message).into()
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
