//! Regular expressions as automata: determinised, reduced to the fewest states, numbered in the
//! order in which they are first reached, so that one expression always gives the same bytes.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::iter;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

use super::error::TemplateError;
use crate::check::effort::Effort;
use crate::limits::{AUTOMATON_BUILD_BYTES, AUTOMATON_BYTES};
use placet_core::bytecode::automaton::Draft;

/// The constant of the automaton for `expression`; `None` if nothing matches it.
pub fn build(expression: &Hir, source: &str, bytes: bool, effort: &Effort) -> Result<Option<Vec<u8>>, TemplateError> {
    let too_large = || TemplateError::RegexTooLarge { source: source.to_owned() };
    let dense = determinise(expression, bytes, effort).map_err(|error| match error {
        DfaError::Size => too_large(),
        DfaError::Other(why) => TemplateError::BadRegex { source: source.to_owned(), why },
    })?;
    let full = Table::explore(&dense).map_err(|why| TemplateError::BadRegex { source: source.to_owned(), why })?;
    let Some(draft) = full.reduced(effort).ok_or_else(too_large)?.map(|small| small.draft(source)) else {
        return Ok(None);
    };
    let constant = draft.write().filter(|constant| constant.len() <= AUTOMATON_BYTES);
    constant.map(Some).ok_or_else(too_large)
}

enum DfaError {
    Size,
    Other(String),
}

/// Work is charged after it is done, so the last expression may use as much as a single one may.
fn determinise(expression: &Hir, bytes: bool, effort: &Effort) -> Result<dense::DFA<Vec<u32>>, DfaError> {
    let made = try_determinise(expression, bytes);
    let units = made.as_ref().map_or(GIVEN_UP, |(dense, places)| {
        let row = size_of::<u32>() << dense.stride2();
        let states = dense.memory_usage() / row;
        // Each state is a set of positions in the expression, and each of its classes leads to
        // another state.
        (states * places + dense.memory_usage()) as u64
    });
    effort.spend(units).ok_or(DfaError::Size)?;
    made.map(|(dense, _)| dense)
}

/// Units charged for an expression that is given up, for any reason.
const GIVEN_UP: u64 = 1 << 24;

/// The automaton, and the number of positions in the expression that its states are sets of.
fn try_determinise(expression: &Hir, bytes: bool) -> Result<(dense::DFA<Vec<u32>>, usize), DfaError> {
    let limit = Some(AUTOMATON_BUILD_BYTES);
    let config = thompson::Config::new().utf8(!bytes).nfa_size_limit(limit).which_captures(WhichCaptures::None);
    let nfa = thompson::Compiler::new().configure(config).build_from_hir(expression).map_err(|error| {
        match error.size_limit() {
            Some(_) => DfaError::Size,
            None => DfaError::Other(error.to_string()),
        }
    })?;
    // All matches are followed, since the first may not match the whole value.
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(limit)
        .determinize_size_limit(limit);
    let dense = dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|error| {
        if error.is_size_limit_exceeded() { DfaError::Size } else { DfaError::Other(error.to_string()) }
    })?;
    Ok((dense, nfa.states().len()))
}

/// An automaton of any size: rows of next states by class; state 0 is the start.
struct Table {
    /// The class of each byte.
    classes: [usize; 256],
    next: Vec<Vec<usize>>,
    accepting: Vec<bool>,
}

impl Table {
    /// Visits all reachable states.
    fn explore(dense: &dense::DFA<Vec<u32>>) -> Result<Self, String> {
        let start = Input::new("").anchored(Anchored::Yes);
        let start = dense.start_state_forward(&start).map_err(|error| error.to_string())?;
        let representatives: Vec<u8> = dense
            .byte_classes()
            .representatives(0..=u8::MAX)
            .filter_map(regex_automata::util::alphabet::Unit::as_u8)
            .collect();
        let class_of = |byte: u8| {
            let class = dense.byte_classes().get(byte);
            representatives.iter().position(|&other| dense.byte_classes().get(other) == class).unwrap_or(0)
        };
        let mut classes = [0; 256];
        for byte in 0..=u8::MAX {
            classes[usize::from(byte)] = class_of(byte);
        }
        let mut table = Self { classes, next: Vec::new(), accepting: Vec::new() };
        let mut numbers: BTreeMap<StateID, usize> = BTreeMap::from([(start, 0)]);
        let mut queue = VecDeque::from([start]);
        while let Some(state) = queue.pop_front() {
            if dense.is_quit_state(state) {
                return Err("it looks around in a way that an automaton cannot".to_owned());
            }
            let mut number = |next: StateID| {
                let fresh = numbers.len();
                *numbers.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    fresh
                })
            };
            table.next.push(representatives.iter().map(|&byte| number(dense.next_state(state, byte))).collect());
            table.accepting.push(dense.is_match_state(dense.next_eoi_state(state)));
        }
        Ok(table)
    }

    /// The smallest equivalent automaton: dead state first, start second, the rest in the order
    /// they are reached; the inner `None` accepts nothing, the outer one has too many states.
    fn reduced(&self, effort: &Effort) -> Option<Option<Self>> {
        let groups = self.groups(effort)?;
        let dead = self.dead_group(&groups);
        let start = *groups.first()?;
        if Some(start) == dead {
            return Some(None);
        }
        // Even if every state leads to acceptance, the dead state exists; nothing leads to it.
        let mut order: Vec<Option<u8>> = vec![dead, Some(start)];
        let mut small = Self { classes: self.classes, next: Vec::new(), accepting: Vec::new() };
        let mut at = 0;
        while let Some(&group) = order.get(at) {
            at += 1;
            let member = group.and_then(|group| groups.iter().position(|&other| other == group));
            let Some(member) = member.filter(|_| at > 1) else {
                small.next.push(vec![0; self.next.first()?.len()]);
                small.accepting.push(false);
                continue;
            };
            let mut row = Vec::new();
            for &next in self.next.get(member)? {
                let group = Some(*groups.get(next)?);
                let place = order.iter().position(|&other| other == group).unwrap_or_else(|| {
                    order.push(group);
                    order.len() - 1
                });
                row.push(place);
            }
            small.next.push(row);
            small.accepting.push(*self.accepting.get(member)?);
        }
        (small.next.len() <= STATES).then_some(Some(small))
    }

    /// For every state the number of its group: two states of one group accept the same. `None` for
    /// too many groups, or too much work.
    fn groups(&self, effort: &Effort) -> Option<Vec<u8>> {
        let mut groups: Vec<u8> = self.accepting.iter().map(|&accepts| u8::from(accepts)).collect();
        let mut count = 0;
        let classes = self.next.first().map_or(0, Vec::len);
        loop {
            effort.spend((groups.len() * (ROUND + classes / 4)) as u64)?;
            // By the group of a state and the groups it leads to.
            let mut numbers: BTreeMap<Vec<u8>, u8> = BTreeMap::new();
            let mut finer = Vec::with_capacity(groups.len());
            for (&group, row) in groups.iter().zip(&self.next) {
                let leads_to = row.iter().map(|&next| groups.get(next).copied());
                let key = iter::once(Some(group)).chain(leads_to).collect::<Option<Vec<_>>>()?;
                let fresh = u8::try_from(numbers.len()).ok()?;
                finer.push(*numbers.entry(key).or_insert(fresh));
                if numbers.len() > STATES {
                    return None;
                }
            }
            groups = finer;
            if numbers.len() == count {
                return Some(groups);
            }
            count = numbers.len();
        }
    }

    /// The group from which nothing is accepted, if there is one.
    fn dead_group(&self, groups: &[u8]) -> Option<u8> {
        let stays = |(state, row): (usize, &Vec<usize>)| {
            let accepts = self.accepting.get(state).copied().unwrap_or(true);
            !accepts && row.iter().all(|&next| groups.get(next) == groups.get(state))
        };
        let state = self.next.iter().enumerate().position(stays)?;
        groups.get(state).copied()
    }

    fn draft<'s>(&self, source: &'s str) -> Draft<'s> {
        let row = |row: &Vec<usize>| self.classes.map(|class| row.get(class).map_or(0, |&next| next as u8));
        Draft { source, next: self.next.iter().map(row).collect(), accepting: self.accepting.clone() }
    }
}

/// Units of one state in one round, without its row.
const ROUND: usize = 16;

/// A state is one byte, and its number must be less than their count, which is one byte too.
const STATES: usize = 255;
