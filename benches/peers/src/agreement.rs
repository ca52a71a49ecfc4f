//! Before anything is timed: everyone gives the verdict of the table on every row, warm, with the request at hand, and from
//! the text of a token; and again after bounds on time were added. Nobody is timed who answers another question.

use crate::contender::{ATTENUATIONS, Contender};
use crate::question::Question;

/// Asks everyone every row.
///
/// # Errors
/// Who answered what otherwise than the table says.
pub fn check(contenders: &[&dyn Contender], question: Question) -> Result<(), String> {
    contenders.iter().try_for_each(|contender| one(*contender, question))
}

fn one(contender: &dyn Contender, question: Question) -> Result<(), String> {
    let Ok(mut service) = contender.open(question) else { return Ok(()) };
    let asks = question.asks();
    if service.rows() != asks.len() {
        return Err(format!("{} has another number of rows for {}", contender.name(), question.name()));
    }
    let wrong = |row: usize, how: &str| {
        format!("{} differs on {}, row {row}, {how}: {:?}", contender.name(), question.name(), asks[row])
    };
    let mut token = service.mint();
    for (row, ask) in asks.iter().enumerate() {
        if service.warm(row) != ask.is_allowed {
            return Err(wrong(row, "warm"));
        }
        if service.at_hand(row).is_some_and(|verdict| verdict != ask.is_allowed) {
            return Err(wrong(row, "with the request at hand"));
        }
        if token.as_ref().is_some_and(|token| service.cold(token, row) != ask.is_allowed) {
            return Err(wrong(row, "cold"));
        }
    }
    if question != Question::S1 {
        return Ok(());
    }
    for nth in 0..ATTENUATIONS {
        let Some(narrower) = token.as_ref().and_then(|token| service.attenuate(token, nth)) else { return Ok(()) };
        for (row, ask) in asks.iter().enumerate() {
            if service.cold(&narrower, row) != ask.is_allowed {
                return Err(wrong(row, "narrowed"));
            }
        }
        token = Some(narrower);
    }
    Ok(())
}
