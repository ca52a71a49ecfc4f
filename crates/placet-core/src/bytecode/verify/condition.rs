//! Proves conditions: every comparison has two sides of one type, and every value has the required
//! type.

use super::allowance::{COMPARED, Extent};
use super::operand::{Seen, need_constant};
use super::pattern::Subject;
use super::{Checked, Fault, Verifier, deeper, need};
use crate::bytecode::constant::quorum_of;
use crate::bytecode::cursor::Cursor;
use crate::bytecode::op::{self, Const};
use crate::bytecode::zone::Zone;
use crate::limits::{APPROVERS, CLAIM_ENTRIES, SET_BYTES, SET_ELEMENTS, TOKEN_BYTES};
use crate::model::claim::Claim;
use crate::model::predicate::{Predicate, Work};
use crate::model::types::{BytesType, Scalar, Type};
use crate::model::vocabulary::FieldNo;

impl<'a> Verifier<'_, 'a> {
    pub(super) fn condition(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let depth = deeper(depth)?;
        match self.op(cursor)? {
            op::Condition::True {} | op::Condition::False {} => Ok(()),
            op::Condition::All { body } | op::Condition::Some { body } => {
                self.body(cursor, body, |this, inner| this.condition(inner, depth))
            }
            op::Condition::Negate {} => self.condition(cursor, depth),
            op::Condition::Ask(predicate) => self.comparison(predicate, cursor, depth),
            op::Condition::Matches {} => {
                let subject = self.value(cursor, depth)?;
                self.pattern(cursor, Subject::One(subject.ty), depth)
            }
            op::Condition::AnyElement { field } | op::Condition::EveryElement { field } => {
                let is_set = |ty| matches!(ty, Type::Set(_));
                self.elements(field, is_set, |this, subject| this.pattern(cursor, subject, 0))
            }
            op::Condition::Member { field } => {
                let ty = self.field(field)?;
                let value = self.value(cursor, depth)?;
                self.allowance.charge(Extent::SET.values * MEMBER + Extent::SET.comparing(value.bytes))?;
                need(ty == Type::Set(value.ty))
            }
            op::Condition::Has { field } => self.field(field).map(|_| ()),
            op::Condition::HasLabel { field, name } => self.label(field, name),
            op::Condition::HasClaim { .. } => self.claims(),
            op::Condition::HasEntry { name, .. } => self.entry(name),
            op::Condition::Truth {} => {
                let value = self.value(cursor, depth)?;
                need(value.ty == Scalar::Bool)
            }
            op::Condition::InRow { table } => self.in_row(table, cursor, depth),
            op::Condition::AnyInRow { field, table } | op::Condition::EveryInRow { field, table } => {
                self.set_in_row(field, table, cursor, depth)
            }
            op::Condition::HasRow { table } => self.row(table, cursor, depth).map(|_| ()),
            op::Condition::Vouched { key } => need_constant(self.constant(key)?.len() == 32),
            op::Condition::AnyIn { field, set } | op::Condition::EveryIn { field, set } => self.sets(field, set),
            op::Condition::Asks { set } => self.action_set(set),
            op::Condition::Approved { quorum } => self.quorum(quorum),
        }
    }

    /// Two sets of one type: one of them is sorted, and each element of the other is looked for in
    /// it, which is no more work than sorting it would be.
    #[inline(never)]
    fn sets(&mut self, field: FieldNo, set: FieldNo) -> Checked {
        let (elements, set) = (self.field(field)?, self.field(set)?);
        self.allowance.charge(2 * sorting(SET_ELEMENTS, SET_BYTES) as u64)?;
        need(matches!(elements, Type::Set(_)) && elements == set)
    }

    /// A number of approvals that the keys can reach, and keys that differ: one that were there twice
    /// would count twice.
    #[inline(never)]
    fn quorum(&mut self, quorum: Const) -> Checked {
        let (needed, keys) = quorum_of(self.constant(quorum)?).ok_or(Fault::BadConstant)?;
        need_constant((1..=keys.len().min(APPROVERS)).contains(&needed) && keys.len() <= APPROVERS)?;
        need_constant(keys.is_sorted_by(|one, next| one < next))?;
        self.allowance.charge(keys.len() as u64 * APPROVER)
    }

    /// Two values that must be of one type. A separate function, since its caller's frames are on
    /// the stack as deep as conditions nest.
    #[inline(never)]
    fn comparison(&mut self, predicate: Predicate, cursor: &mut Cursor<'a>, depth: usize) -> Checked {
        let pair = self.pair(cursor, depth)?;
        let row = predicate.row();
        self.allowance.charge(match row.work {
            Work::Constant => 0,
            Work::Shorter => pair.comparing(),
            Work::Search => pair.seeking(),
        })?;
        need(row.accepts.admits(pair.left.ty) && pair.is_of_one_type())
    }

    fn pair(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Pair> {
        Ok(Pair { left: self.value(cursor, depth)?, right: self.value(cursor, depth)? })
    }

    pub(super) fn value(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Checked<Seen> {
        let depth = deeper(depth)?;
        match self.op(cursor)? {
            op::Value::Field { field } => match self.field(field)? {
                Type::One(scalar) => Ok(Seen::any(scalar)),
                Type::Set(_) | Type::Labels => Err(Fault::WrongType),
            },
            op::Value::LabelOf { field, name } => self.label(field, name).map(|()| Seen::any(Scalar::String)),
            op::Value::ClaimOf { .. } => self.claims().map(|()| CLAIM),
            op::Value::EntryOf { name, .. } => self.entry(name).map(|()| CLAIM),
            op::Value::Local { zone } => {
                self.zone(zone)?;
                let value = self.value(cursor, depth)?;
                need(value.ty == Scalar::Time).map(|()| value)
            }
            op::Value::Number(ty, _) => Ok(Seen::any(ty.scalar())),
            op::Value::Issuance {} | op::Value::Expiry {} => Ok(Seen::any(Scalar::Time)),
            op::Value::Constant(ty, place) => {
                let bytes = self.bytes_of(ty, place)?;
                self.read_again(ty, bytes)
            }
            op::Value::Yes {} | op::Value::No {} => Ok(Seen::any(Scalar::Bool)),
            op::Value::RowOf { table } => self.row_of(table, cursor, depth),
            op::Value::Compute(arithmetic) => {
                let Pair { left, right } = self.pair(cursor, depth)?;
                arithmetic.result(left.ty, right.ty).map(Seen::any).ok_or(Fault::WrongType)
            }
            op::Value::Call(function) => {
                let row = function.row();
                let value = self.value(cursor, depth)?;
                need(row.accepts.admits(value.ty)).map(|()| Seen::any(row.gives))
            }
            op::Value::Size { field } => match self.field(field)? {
                Type::Set(_) => {
                    self.allowance.charge(sorting(SET_ELEMENTS, SET_BYTES) as u64)?;
                    Ok(Seen::any(Scalar::Int))
                }
                Type::Labels => Ok(Seen::any(Scalar::Int)),
                Type::One(_) => Err(Fault::WrongType),
            },
        }
    }

    /// Some constants the VM reads each time as the proof does: as UTF-8, or as a canonical path.
    pub(super) fn read_again(&mut self, ty: BytesType, bytes: u64) -> Checked<Seen> {
        if ty.is_read_again() {
            let each = if ty == BytesType::Url { READ_URL } else { READ_AGAIN };
            self.allowance.charge(each * bytes)?;
        }
        Ok(Seen { ty: ty.scalar(), bytes })
    }

    /// Charges for looking at the claims of a token: for each of them, and for reading the longest
    /// one as UTF-8.
    #[cold]
    #[inline(never)]
    fn claims(&mut self) -> Checked {
        self.allowance.charge(CLAIM_VISITED * CLAIMS + READ_AGAIN * TOKEN_BYTES as u64)
    }

    #[cold]
    #[inline(never)]
    fn entry(&mut self, name: Const) -> Checked {
        let length = self.bytes_of(BytesType::String, name)?;
        self.allowance.charge(CLAIMS * (1 + length / COMPARED))?;
        self.claims()
    }

    #[cold]
    #[inline(never)]
    fn zone(&mut self, zone: Const) -> Checked {
        let zone = Zone::read(self.constant(zone)?).filter(Zone::is_sound).ok_or(Fault::BadConstant)?;
        self.allowance.charge(zone.price())
    }

    fn label(&mut self, field: FieldNo, name: Const) -> Checked {
        self.label_name(name)?;
        need(self.field(field)? == Type::Labels)
    }
}

/// The two sides of a comparison.
struct Pair {
    left: Seen,
    right: Seen,
}

impl Pair {
    fn is_of_one_type(&self) -> bool {
        self.left.ty == self.right.ty
    }

    /// Steps of comparing them: as long as the shorter one.
    fn comparing(&self) -> u64 {
        Extent::ONE.comparing(self.left.bytes.min(self.right.bytes))
    }

    /// Steps of searching the second in the first.
    const fn seeking(&self) -> u64 {
        SEARCH + SOUGHT * self.left.bytes + NEEDLE * self.right.bytes
    }
}

/// A claim of a token: a string that may be as long as the token.
const CLAIM: Seen = Seen { ty: Scalar::String, bytes: TOKEN_BYTES as u64 };

/// How many claims a token has at most.
const CLAIMS: u64 = (Claim::ALL.len() + CLAIM_ENTRIES) as u64;

/// Steps for each claim of a token that is passed over.
pub const CLAIM_VISITED: u64 = 4;

/// Steps of looking for one key among the approvals of a request.
pub const APPROVER: u64 = 16;

/// Steps of visiting one element of a set.
pub const MEMBER: u64 = 3;

/// Steps of setting up a search.
pub const SEARCH: u64 = 64;

/// Steps for each byte that is searched, when the part almost matches everywhere.
pub const SOUGHT: u64 = 3;

/// Steps for each byte of the part that is looked for.
pub const NEEDLE: u64 = 4;

/// Steps for each byte of a constant that is read again.
pub const READ_AGAIN: u64 = 2;

/// Steps for each byte of a URL that is read again.
pub const READ_URL: u64 = 6;

/// Steps of sorting this many values with this many bytes together: each is compared some fifteen
/// times, and its bytes with it.
#[must_use]
pub(crate) const fn sorting(values: usize, bytes: usize) -> usize {
    SORTED * values + bytes / SORTED_BYTES
}

/// Steps of putting one value of a set in its place.
pub const SORTED: usize = 48;

/// Bytes of a set that are compared in one step while it is sorted.
pub const SORTED_BYTES: usize = 2;
