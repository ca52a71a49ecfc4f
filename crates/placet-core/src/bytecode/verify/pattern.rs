//! Proves patterns: that each can be asked of what it is asked of.

use super::allowance::{COMPARED, Extent};
use super::operand::{is_utf8, need_constant};
use super::{Checked, Fault, Verifier, deeper, need};
use crate::bytecode::automaton::Automaton;
use crate::bytecode::constant::NetworkBits;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{Const, Op, Sort};
use crate::bytecode::wildcard::{glob_price, path_price};
use crate::limits::LABELS;
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
        let (subject, many) = match ty {
            Type::One(scalar) => (Subject::One(scalar), false),
            Type::Labels => (Subject::Labels, false),
            Type::Set(scalar) => (Subject::One(scalar), true),
        };
        // Inside a pattern there is no other attribute, so nothing has to be kept of what was before.
        self.many = many;
        pattern(self, subject)?;
        self.many = false;
        Ok(())
    }

    /// The pattern of a test that is one instruction with it; it costs what `eq` and `prefix` do.
    #[inline(always)]
    pub(super) fn joined(&mut self, field: FieldNo, pattern: impl FnOnce(&mut Self, Subject) -> Checked) -> Checked {
        const LEAF: u64 = Op::Eq { text: Const(0) }.cost();
        self.elements(
            field,
            |_| true,
            |this, subject| {
                this.allowance.charge(LEAF * this.extent().values)?;
                pattern(this, subject)
            },
        )
    }

    pub(super) fn piece(&mut self, text: Const, subject: Subject) -> Checked {
        let length = self.text(text)?.len() as u64;
        need_textual(subject)?;
        self.compared(length)
    }

    #[inline]
    const fn extent(&self) -> Extent {
        Extent::of(self.many)
    }

    /// A comparison of each value with a text of so many bytes.
    #[inline]
    fn compared(&mut self, length: u64) -> Checked {
        // As most texts of a token are: a part of a step, which the price of the instruction pays for.
        if !self.many && length < COMPARED {
            return Ok(());
        }
        self.allowance.charge(self.extent().comparing(length))
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
            op @ (Op::Glob { .. } | Op::Regex { .. } | Op::Path { .. }) => self.scan(op, subject),
            Op::Range { .. } => need(matches!(subject, Subject::One(scalar) if scalar.is_ordered())),
            Op::Net { network } => {
                need(subject == Subject::One(Scalar::Ip))?;
                need_constant(NetworkBits::read(self.constant(network)?).is_some())
            }
            Op::Within { path } => {
                need(subject == Subject::One(Scalar::Path))?;
                let length = self.path(path)?;
                self.compared(length)
            }
            Op::Label { name } => {
                need(subject == Subject::Labels)?;
                self.label_name(name)?;
                self.pattern(cursor, Subject::One(Scalar::String), depth)
            }
            _ => Err(Fault::WrongSort),
        }
    }

    /// A pattern that looks through values byte by byte. Apart from the rest, whose frames lie on the stack as deep as patterns nest.
    #[inline(never)]
    fn scan(&mut self, op: Op, subject: Subject) -> Checked {
        let price = match op {
            Op::Glob { glob } => {
                need_textual(subject)?;
                glob_price(self.text(glob)?)
            }
            Op::Regex { automaton } => {
                need_textual(subject)?;
                let automaton = Automaton::read(self.constant(automaton)?).ok_or(Fault::BadConstant)?;
                automaton.is_sound().then(|| automaton.price())
            }
            Op::Path { path } => {
                need(subject == Subject::One(Scalar::Path))?;
                path_price(self.text(path)?)
            }
            _ => return Err(Fault::WrongSort),
        };
        self.allowance.charge(self.extent().matching(price.ok_or(Fault::BadConstant)?))
    }

    pub(super) fn equal_text(&mut self, text: Const, subject: Subject) -> Checked {
        // Most constants of a token are strings; the others are apart, so that none of their work is done for one.
        if subject != Subject::One(Scalar::String) {
            return self.equal_other(text, subject);
        }
        let bytes = self.text(text)?;
        need_constant(is_utf8(bytes))?;
        self.compared(bytes.len() as u64)
    }

    #[inline(never)]
    fn equal_other(&mut self, text: Const, subject: Subject) -> Checked {
        let length = match subject {
            Subject::One(Scalar::Bytes) => self.text(text)?.len() as u64,
            Subject::One(Scalar::Path) => self.path(text)?,
            Subject::One(Scalar::Uuid) => return self.sixteen(text),
            Subject::One(_) | Subject::Labels => return Err(Fault::WrongType),
        };
        self.compared(length)
    }

    /// The name of a label, which is compared with that of each label: all of them may be as long.
    pub(super) fn label_name(&mut self, name: Const) -> Checked {
        let length = self.utf8(name)?;
        self.allowance.charge(LABELS as u64 * (LABEL + length / LABEL_COMPARED))
    }
}

/// Steps of passing one label.
pub const LABEL: u64 = 4;

/// Bytes of a label's name that are compared in one step.
pub const LABEL_COMPARED: u64 = 32;

fn need_textual(subject: Subject) -> Checked {
    need(matches!(subject, Subject::One(scalar) if scalar.is_textual()))
}
