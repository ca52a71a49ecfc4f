//! Proves patterns: that each can be asked of what it is asked of.

use super::operand::need_constant;
use super::{Checked, Fault, SCAN, Verifier, deeper, need};
use crate::bytecode::automaton::Automaton;
use crate::bytecode::constant::NetworkBits;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Op, Sort};
use crate::bytecode::wildcard::{glob_pieces, path_pieces};
use crate::limits::SET_ELEMENTS;
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::FieldNo;

/// What a pattern looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    One(Scalar),
    Labels,
}

impl<'a> Verifier<'_, 'a> {
    /// A pattern on an attribute; on a set, it costs as often as the set can have elements.
    #[inline(always)]
    pub(super) fn elements(
        &mut self,
        field: FieldNo,
        fits: impl Fn(Type) -> bool,
        pattern: impl FnOnce(&mut Self, Subject) -> Checked,
    ) -> Checked {
        let ty = self.field(field)?;
        if !fits(ty) {
            return Err(Fault::WrongType);
        }
        let before = self.left;
        let (subject, repeats) = match ty {
            Type::One(scalar) => (Subject::One(scalar), 0),
            Type::Labels => (Subject::Labels, 0),
            Type::Set(scalar) => (Subject::One(scalar), SET_ELEMENTS as u64 - 1),
        };
        pattern(self, subject)?;
        self.charge((before - self.left).saturating_mul(repeats))
    }

    pub(super) fn piece(&mut self, text: Const, subject: Subject) -> Checked {
        self.text(text)?;
        need_textual(subject)
    }

    pub(super) fn pattern(&mut self, cursor: &mut Cursor<'a>, subject: Subject, depth: usize) -> Checked {
        let depth = deeper(depth)?;
        match self.op(cursor, Sort::Pattern)? {
            Op::Any {} | Op::Absent {} => Ok(()),
            Op::Not {} => self.pattern(cursor, subject, depth),
            Op::AnyOf { body } | Op::AllOf { body } => {
                self.body(cursor, body, |this, inner| this.pattern(inner, subject, depth))
            }
            Op::IsTrue {} | Op::IsFalse {} => need(subject == Subject::One(Scalar::Bool)),
            Op::Eq { text } => self.equal_text(text, subject),
            Op::Prefix { text } | Op::Suffix { text } => self.piece(text, subject),
            Op::Glob { glob } => {
                need_textual(subject)?;
                let glob = self.text(glob)?;
                self.charge(glob_pieces(glob).ok_or(Fault::BadConstant)?.saturating_mul(SCAN))
            }
            Op::Regex { automaton } => {
                need_textual(subject)?;
                let automaton = Automaton::read(self.constant(automaton)?).ok_or(Fault::BadConstant)?;
                need_constant(automaton.is_sound())
            }
            Op::Range { .. } => need(matches!(subject, Subject::One(scalar) if scalar.is_ordered())),
            Op::Net { network } => {
                need(subject == Subject::One(Scalar::Ip))?;
                need_constant(NetworkBits::read(self.constant(network)?).is_some())
            }
            Op::Path { path } => {
                need(subject == Subject::One(Scalar::Path))?;
                let path = self.text(path)?;
                self.charge(path_pieces(path).ok_or(Fault::BadConstant)?.saturating_mul(SCAN))
            }
            Op::Within { path } => {
                need(subject == Subject::One(Scalar::Path))?;
                self.path(path)
            }
            Op::Label { name } => {
                need(subject == Subject::Labels)?;
                self.utf8(name)?;
                self.pattern(cursor, Subject::One(Scalar::String), depth)
            }
            _ => Err(Fault::WrongSort),
        }
    }

    pub(super) fn equal_text(&mut self, text: Const, subject: Subject) -> Checked {
        match subject {
            Subject::One(Scalar::String) => self.utf8(text),
            Subject::One(Scalar::Bytes) => self.text(text).map(|_| ()),
            Subject::One(Scalar::Path) => self.path(text),
            Subject::One(Scalar::Uuid) => self.sixteen(text),
            Subject::One(_) | Subject::Labels => Err(Fault::WrongType),
        }
    }
}

fn need_textual(subject: Subject) -> Checked {
    need(matches!(subject, Subject::One(scalar) if scalar.is_textual()))
}
