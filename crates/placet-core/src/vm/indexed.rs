//! Evaluates only the rules that an index leaves. The first rule that matches is the one that would
//! have matched without it.

use super::{BlockVerdict, Machine, Quantifier, Rules, take};
use crate::bytecode::cursor::Cursor;
use crate::bytecode::index::facet::Several;
use crate::bytecode::index::{Index, Numbers};
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
        let found = if index.tables().flatten().any(|table| table.is_blind(self.request)) {
            self.first_of_all(rules)?
        } else {
            self.first_of(&index, rules, Quantifier::Some)?
        };
        Some(match found {
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
        for table in index.tables() {
            first = self.earlier(index, rules, table?.find(self.request, several)?, first, quantifier)?;
        }
        self.earlier(index, rules, index.open(), first, quantifier)
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
            let (begins, _) = index.rule(number)?;
            if self.matches(&mut Cursor::new(rules.get(begins..)?), quantifier)? {
                return Some(Some(number));
            }
        }
        Some(known)
    }

    /// The first rule that forbids, evaluating all of them.
    fn first_of_all(&self, rules: &'p [u8]) -> Option<Option<u16>> {
        let mut rules = Rules { code: Cursor::new(rules), number: 0 };
        Some(match self.objection(&mut rules)? {
            Some(BlockVerdict::Forbid(number)) => Some(number),
            Some(BlockVerdict::Allow(_) | BlockVerdict::Abstain(_)) | None => None,
        })
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
