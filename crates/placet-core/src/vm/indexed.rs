//! Evaluates only the rules that an index leaves. The first rule that matches is the one that would
//! have matched without it.

use super::{BlockVerdict, Machine, Quantifier, take};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::index::facet::Several;
use crate::bytecode::index::{Found, Index, Numbers, Table};
use crate::bytecode::op::{Const, Instruction, Rule};

impl<'p> Machine<'p, '_> {
    /// Runs the rules that forbid after their index, and moves past them: `Ok` with the number of
    /// the next rule.
    #[inline(never)]
    pub(super) fn indexed_objection(
        &self,
        code: &mut Cursor<'p>,
        index: Const,
        first: u16,
    ) -> Option<Result<u16, BlockVerdict>> {
        let index = Index::read(self.constant(index)?)?;
        let rules = code.take(usize::try_from(index.code).ok()?)?;
        Some(match self.first_of(&index, rules, Quantifier::Some)? {
            Some(number) => Err(BlockVerdict::Forbid(first.saturating_add(number))),
            None => Ok(first.saturating_add(index.rules())),
        })
    }

    /// Runs the rules that allow after their index; they are the last of the program.
    #[inline(never)]
    pub(super) fn indexed_permission(&self, mut code: Cursor<'p>, index: Const, first: u16) -> Option<BlockVerdict> {
        let index = Index::read(self.constant(index)?)?;
        let rules = code.take(usize::try_from(index.code).ok()?)?;
        Some(match self.first_of(&index, rules, Quantifier::Every)? {
            Some(number) => BlockVerdict::Allow(Some(first.saturating_add(number))),
            None => BlockVerdict::Abstain(None),
        })
    }

    /// The first rule that matches, among those that the tables find and the open ones.
    #[inline]
    fn first_of(&self, index: &Index<'p>, rules: &'p [u8], quantifier: Quantifier) -> Option<Option<u16>> {
        let several = match quantifier {
            Quantifier::Every => Several::All,
            Quantifier::Some => Several::Any,
        };
        let mut first = None;
        for (number, table) in (0..).zip(index.tables()) {
            let table = table?;
            first = match table.find(self.request, several)? {
                Found::Rules(numbers) => self.earlier(index, rules, numbers, first, quantifier)?,
                Found::Several => match table.places(self.request, several) {
                    Some(places) => self.earlier_in(index, rules, (table, &places), first, quantifier)?,
                    None => self.earlier_of_all(index, rules, number, first, quantifier)?,
                },
            };
        }
        self.earlier(index, rules, index.open(), first, quantifier)
    }

    /// The same for the rules of several buckets. One that is in two of them is evaluated once, as
    /// often as the program was charged for.
    #[inline(never)]
    fn earlier_in(
        &self,
        index: &Index<'p>,
        rules: &'p [u8],
        (table, places): (Table<'p>, &[usize]),
        known: Option<u16>,
        quantifier: Quantifier,
    ) -> Option<Option<u16>> {
        self.fuel.spend(places.len())?;
        let mut first = known;
        for (nth, &place) in places.iter().enumerate() {
            let before = places.get(..nth)?;
            let is_met = |number| before.iter().any(|&place| table.nth(place).is_some_and(|rules| rules.has(number)));
            let numbers = table.nth(place)?.iter().take_while(|&number| first.is_none_or(|first| number < first));
            for number in numbers {
                if !is_met(number) && self.numbered(index, rules, number, quantifier)? {
                    first = Some(number);
                    break;
                }
            }
        }
        Some(first)
    }

    /// The same for all rules of a table, where a request has too many values.
    #[cold]
    #[inline(never)]
    fn earlier_of_all(
        &self,
        index: &Index<'p>,
        rules: &'p [u8],
        table: u8,
        known: Option<u16>,
        quantifier: Quantifier,
    ) -> Option<Option<u16>> {
        for number in (0..index.rules()).take_while(|&number| known.is_none_or(|known| number < known)) {
            let is_there = index.rule(number)?.1 == table;
            if is_there && self.numbered(index, rules, number, quantifier)? {
                return Some(Some(number));
            }
        }
        Some(known)
    }

    /// Whether the rule of this number matches.
    #[inline]
    fn numbered(&self, index: &Index<'p>, rules: &'p [u8], number: u16, quantifier: Quantifier) -> Option<bool> {
        let (begins, _) = index.rule(number)?;
        self.matches(&mut Cursor::new(rules.get(begins..)?), quantifier)
    }

    /// The first of `numbers` that matches, if it comes before `known`.
    #[inline]
    fn earlier(
        &self,
        index: &Index<'p>,
        rules: &'p [u8],
        numbers: Numbers<'p>,
        known: Option<u16>,
        quantifier: Quantifier,
    ) -> Option<Option<u16>> {
        for number in numbers.iter().take_while(|&number| known.is_none_or(|known| number < known)) {
            if self.numbered(index, rules, number, quantifier)? {
                return Some(Some(number));
            }
        }
        Some(known)
    }

    /// Whether the rule at the cursor matches.
    #[inline]
    fn matches(&self, code: &mut Cursor<'p>, quantifier: Quantifier) -> Option<bool> {
        let action = self.request.action();
        let (body, concerns) = match Rule::read(code)? {
            Rule::AllowIn { first, last, body } => (body, (first..=last).contains(&action)),
            Rule::AllowIs { action: wanted, body } => (body, action == wanted),
            Rule::Allow { body } | Rule::Deny { body } => (body, true),
            Rule::Require { .. } | Rule::DenyIndex { .. } | Rule::AllowIndex { .. } | Rule::Table { .. } => {
                return None;
            }
        };
        Some(concerns && self.holds(take(code, body)?, quantifier)?)
    }
}
