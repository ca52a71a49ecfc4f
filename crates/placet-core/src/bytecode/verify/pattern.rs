//! Proves patterns: each can be applied to its value.

use super::allowance::{COMPARED, Extent};
use super::operand::{Seen, need_constant};
use super::{Checked, Fault, Verifier, deeper, need};
use crate::bytecode::automaton::Automaton;
use crate::bytecode::constant::NetworkBits;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::made::{SPELLING, made_price};
use crate::bytecode::op::{Const, Instruction, Length, Pattern};
use crate::bytecode::url::UrlConstant;
use crate::bytecode::wildcard::{Price, glob_price, path_price};
use crate::limits::{LABELS, MADE_VALUES};
use crate::model::matcher::{Matcher, Syntax};
use crate::model::types::{BytesType, Scalar, Type, Written};
use crate::model::vocabulary::FieldNo;

/// The subject of a pattern.
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
        // No pattern contains one on another attribute, so the previous state need not be saved.
        self.many = many;
        pattern(self, subject)?;
        self.many = false;
        Ok(())
    }

    /// The pattern of a test that is merged with it; it costs the same as `eq` and `prefix`.
    #[inline(always)]
    pub(super) fn joined(&mut self, field: FieldNo, pattern: impl FnOnce(&mut Self, Subject) -> Checked) -> Checked {
        self.elements(
            field,
            |_| true,
            |this, subject| {
                let leaf = Pattern::Eq { text: Const(0) }.cost();
                this.allowance.charge(leaf * this.extent().values)?;
                pattern(this, subject)
            },
        )
    }

    #[inline]
    pub(super) fn piece(&mut self, matcher: Matcher, text: Const, subject: Subject) -> Checked {
        let length = self.text(text)?.len() as u64;
        need(matches!(subject, Subject::One(scalar) if matcher.row().accepts.admits(scalar)))?;
        if !matcher.row().is_exact {
            return self.folded(text, subject, length);
        }
        self.compared(length)
    }

    #[inline]
    const fn extent(&self) -> Extent {
        Extent::of(self.many)
    }

    /// A comparison of each value with a text of `length` bytes.
    #[inline]
    fn compared(&mut self, length: u64) -> Checked {
        // Like most texts of a token: a fraction of a step, covered by the price of the
        // instruction.
        if !self.many && length < COMPARED {
            return Ok(());
        }
        self.allowance.charge(self.extent().comparing(length))
    }

    pub(super) fn pattern(&mut self, cursor: &mut Cursor<'a>, subject: Subject, depth: usize) -> Checked {
        let depth = deeper(depth)?;
        match self.op(cursor)? {
            Pattern::Any {} | Pattern::Absent {} => Ok(()),
            Pattern::Not {} => self.pattern(cursor, subject, depth),
            Pattern::AnyOf { body } | Pattern::AllOf { body } => {
                self.body(cursor, body, |this, inner| this.pattern(inner, subject, depth))
            }
            Pattern::IsTrue {} | Pattern::IsFalse {} => need(subject == Subject::One(Scalar::Bool)),
            Pattern::Eq { text } => self.equal_text(text, subject),
            Pattern::Text(matcher, constant) => self.matcher(matcher, constant, subject),
            Pattern::Range { .. } => need(matches!(subject, Subject::One(scalar) if scalar.is_ordered())),
            Pattern::Net { network } => {
                need(subject == Subject::One(Scalar::Ip))?;
                need_constant(NetworkBits::read(self.constant(network)?).is_some())
            }
            Pattern::Is {} => self.same(cursor, subject, depth),
            Pattern::Made { shape, body } => self.made(cursor, shape, body, subject, depth),
            Pattern::Label { name } => {
                need(subject == Subject::Labels)?;
                self.label_name(name)?;
                self.pattern(cursor, Subject::One(Scalar::String), depth)
            }
        }
    }

    #[inline(always)]
    fn matcher(&mut self, matcher: Matcher, constant: Const, subject: Subject) -> Checked {
        match matcher.syntax() {
            Syntax::Text(_) => self.piece(matcher, constant, subject),
            Syntax::Place(_) => {
                need(subject == Subject::One(Scalar::Path))?;
                let length = self.bytes_of(BytesType::Path, constant)?;
                if matcher.row().is_exact { self.compared(length) } else { self.folded(constant, subject, length) }
            }
            Syntax::Glob => self.glob(constant, subject),
            Syntax::Regex => self.regex(constant, subject),
            Syntax::Path => self.path_pattern(constant, subject),
            Syntax::Url => self.url_pattern(constant, subject),
        }
    }

    /// A value of the request that is read again for each value of the subject.
    fn read_for_each(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Seen> {
        let before = self.allowance.steps();
        let seen = self.value(cursor, depth)?;
        let once = before - self.allowance.steps();
        self.allowance.charge(once * (self.extent().values - 1))?;
        Ok(seen)
    }

    #[inline(never)]
    fn same(&mut self, cursor: &mut Cursor<'a>, subject: Subject, depth: usize) -> Checked {
        let seen = self.read_for_each(cursor, depth)?;
        need(subject == Subject::One(seen.ty))?;
        self.allowance.charge(self.extent().comparing(seen.bytes))
    }

    #[inline(never)]
    fn made(&mut self, cursor: &mut Cursor<'a>, shape: Const, body: Length, subject: Subject, depth: usize) -> Checked {
        let Subject::One(ty @ (Scalar::String | Scalar::Bytes | Scalar::Path)) = subject else {
            return Err(Fault::WrongType);
        };
        let (price, values) = made_price(self.text(shape)?, ty == Scalar::Path).ok_or(Fault::BadConstant)?;
        let mut count = 0;
        self.body(cursor, body, |this, inner| {
            let seen = this.read_for_each(inner, depth)?;
            count += 1;
            this.allowance.charge(SPELLING * this.extent().values)?;
            need(seen.ty.has_text() || (seen.ty, ty) == (Scalar::Bytes, Scalar::Bytes))
        })?;
        need_constant(count == values && (1..=MADE_VALUES).contains(&count))?;
        self.scanned(Some(price))
    }

    /// A comparison of each value with a text of `length` bytes, ignoring case.
    #[inline(never)]
    fn folded(&mut self, text: Const, subject: Subject, length: u64) -> Checked {
        if subject == Subject::One(Scalar::Path) {
            self.bytes_of(BytesType::Path, text)?;
        }
        self.allowance.charge(self.extent().folding(length))
    }

    // These look through values byte by byte. They are a separate function, since their caller's
    // frames are on the stack as deep as patterns nest.
    #[inline(never)]
    fn glob(&mut self, glob: Const, subject: Subject) -> Checked {
        need_textual(subject)?;
        let price = glob_price(self.text(glob)?);
        self.scanned(price)
    }

    #[inline(never)]
    fn regex(&mut self, automaton: Const, subject: Subject) -> Checked {
        need_textual(subject)?;
        let automaton = Automaton::read(self.constant(automaton)?).ok_or(Fault::BadConstant)?;
        self.scanned(automaton.is_sound().then(|| automaton.price()))
    }

    #[inline(never)]
    fn path_pattern(&mut self, path: Const, subject: Subject) -> Checked {
        need(subject == Subject::One(Scalar::Path))?;
        let price = path_price(self.text(path)?);
        self.scanned(price)
    }

    #[inline(never)]
    fn url_pattern(&mut self, url: Const, subject: Subject) -> Checked {
        need(subject == Subject::One(Scalar::Url))?;
        let price = UrlConstant::read(self.text(url)?).and_then(|url| url.price());
        self.scanned(price)
    }

    fn scanned(&mut self, price: Option<Price>) -> Checked {
        self.allowance.charge(self.extent().matching(price.ok_or(Fault::BadConstant)?))
    }

    pub(super) fn equal_text(&mut self, text: Const, subject: Subject) -> Checked {
        // Most constants of a token are strings; the others are separate, so that strings pay for
        // none of their work.
        if subject != Subject::One(Scalar::String) {
            return self.equal_other(text, subject);
        }
        let length = self.bytes_of(BytesType::String, text)?;
        self.compared(length)
    }

    #[inline(never)]
    fn equal_other(&mut self, text: Const, subject: Subject) -> Checked {
        let Subject::One(scalar) = subject else { return Err(Fault::WrongType) };
        match scalar.written() {
            Written::Bytes(ty) if ty != BytesType::Ip => {
                let length = self.bytes_of(ty, text)?;
                self.compared(length)
            }
            // An address is compared with a network.
            Written::Bytes(_) | Written::Bool | Written::Number(_) => Err(Fault::WrongType),
        }
    }

    /// The name of a label, which is compared with that of each label: all of them may be as long.
    pub(super) fn label_name(&mut self, name: Const) -> Checked {
        let length = self.bytes_of(BytesType::String, name)?;
        self.allowance.charge(finding_label(length))
    }
}

/// Steps of finding a label whose name has this length.
pub(super) const fn finding_label(length: u64) -> u64 {
    LABELS as u64 * (LABEL + length / LABEL_COMPARED)
}

/// Steps of visiting one label.
pub const LABEL: u64 = 4;

/// Bytes of a label's name that are compared in one step.
pub const LABEL_COMPARED: u64 = 32;

fn need_textual(subject: Subject) -> Checked {
    need(matches!(subject, Subject::One(scalar) if scalar.is_textual()))
}
