//! The instruction set: one table that generates the enums, reading, writing, the listing, the
//! verifier's shapes, the cost and the reference page `docs/bytecode.md`.
//!
//! Each sort of instruction is an enum of its own. Code that runs or proves a program therefore
//! handles every instruction that can appear at its place, and the compiler finds the place that
//! forgot a new one. [`Op`] is any of them.
//!
//! Codes are written in the table and never reused with another meaning. A reader refuses a program
//! with an unknown code, so a new instruction needs no new version. Codes from 0x80 on are indexes
//! and tables, not rules.

mod define;
mod operand;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use super::cursor::Cursor;
use crate::model::arithmetic::Arithmetic;
use crate::model::claim::{Claim, ClaimMap};
use crate::model::function::Function;
use crate::model::matcher::Matcher;
use crate::model::predicate::Predicate;
use crate::model::types::{BytesType, NumberType};
use crate::model::vocabulary::{ActionNo, FieldNo};
use define::{length_of, ops};
use operand::{Action, Field, Operand};

pub use operand::{Const, Int, Length, Shown};

/// The sort of a node, which determines where it may appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// On the top level of a program.
    Rule,
    /// In a rule; all must hold.
    Test,
    /// A requirement on a value.
    Pattern,
    /// True or false.
    Condition,
    /// A value in a condition.
    Value,
}

impl Sort {
    /// The word for the sort.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Test => "test",
            Self::Pattern => "pattern",
            Self::Condition => "condition",
            Self::Value => "value",
        }
    }
}

/// The children after the operands of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Leaf,
    /// One node.
    One(Sort),
    /// Two nodes.
    Two(Sort, Sort),
    /// Nodes of one sort; the `Length` operand gives their bytes.
    Body(Sort),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The first byte of the node.
    pub code: u8,
    /// Its name in a listing.
    pub text: &'static str,
    /// Names and kinds of the operands, as the reference page prints them.
    pub operands: &'static str,
    /// Where it may appear.
    pub sort: Sort,
    /// Its children.
    pub shape: Shape,
    /// The most steps it costs, without its children and without the bytes that it searches. A step
    /// is the work of sixteen processor instructions.
    pub cost: u64,
    /// Its meaning.
    pub meaning: &'static str,
}

/// An instruction of one sort.
pub trait Instruction: Copy + Into<Op> {
    /// The sort.
    const SORT: Sort;

    /// Reads one; `None` for an unknown code, a code of another sort, or an operand that is cut
    /// short or not in its shortest form.
    fn read(cursor: &mut Cursor<'_>) -> Option<Self>;

    /// This instruction, if it is of the sort.
    fn of(op: Op) -> Option<Self>;

    /// The most steps it costs, without its children: [`Row::cost`].
    fn cost(self) -> u64;

    /// Its children.
    fn shape(self) -> Shape;

    /// The bytes of its children, if it says so.
    fn body(self) -> Option<Length>;

    /// Moves past its children.
    #[inline]
    fn skip(self, cursor: &mut Cursor<'_>) -> Option<()> {
        if self.shape() == Shape::Leaf { Some(()) } else { skip_children(self.shape(), self.body(), cursor) }
    }
}

/// Children nest as deep as the verifier lets them; each iteration passes one instruction, without
/// recursion.
fn skip_children(shape: Shape, body: Option<Length>, cursor: &mut Cursor<'_>) -> Option<()> {
    let (mut shape, mut body) = (shape, body);
    let mut open = 0usize;
    loop {
        match shape {
            Shape::Leaf => {}
            Shape::One(_) => open += 1,
            Shape::Two(..) => open += 2,
            Shape::Body(_) => {
                cursor.take(usize::try_from(body?.0).ok()?)?;
            }
        }
        let Some(left) = open.checked_sub(1) else { return Some(()) };
        open = left;
        let next = Op::read(cursor)?;
        (shape, body) = (next.row().shape, next.body());
    }
}

/// The rows by their codes.
const fn ascending<const N: usize>(rows: [Row; N]) -> [Row; N] {
    let mut rows = rows;
    let mut end = 1;
    while end < N {
        let mut place = end;
        while place > 0 && rows[place - 1].code > rows[place].code {
            rows.swap(place - 1, place);
            place -= 1;
        }
        end += 1;
    }
    rows
}

/// The row of a code that is in the table.
const fn row_of(code: u8) -> &'static Row {
    let mut place = 0;
    while Op::TABLE[place].code != code {
        place += 1;
    }
    &Op::TABLE[place]
}

ops! {
    /// Instructions on the top level of a program.
    Rule {
    //  code name         text          operands                                    children              cost meaning
        0x01 Deny         "deny"        (body: Length)                              Body(Test),             8 "A rule that forbids: if all its tests hold, the verdict is forbidden. In a set, one matching element is enough.";
        0x02 Require      "require"     (body: Length)                              Body(Test),             8 "A condition of every permission: if one of its tests fails, the block does not allow.";
        0x03 Allow        "allow"       (body: Length)                              Body(Test),             8 "A rule that allows (`allow`, `only`): if all its tests hold, the block allows. In a set, every element must match.";
        0x04 AllowIs      "allow.is"    (action: Action, body: Length)              Body(Test),             8 "`allow` and `action.is` in one: for other actions the frame is skipped.";
        0x05 AllowIn      "allow.in"    (first: Action, last: Action, body: Length) Body(Test),             8 "`allow` and `action.in` in one: for other actions the frame is skipped.";
        0x80 DenyIndex    "deny.index"  (index: Const)                              Leaf,                   8 "Not a rule: an index of the `deny` rules, which follow. Changes no verdict.";
        0x81 AllowIndex   "allow.index" (index: Const)                              Leaf,                   8 "Not a rule: an index of the `allow` rules, which follow. Changes no verdict.";
        0x88 Table        "table"       (table: Const)                              Leaf,                   8 "Not a rule: a table that the rules look into. Tables come first, in the order of their names.";
    }

    /// The tests of a rule, on the action, an attribute or a condition; all must hold.
    // An enum of eight bytes is returned in a register, and the verifier and the VM would pack each test into it and take it
    // apart again: ten instructions of a processor a test, which no optimisation sees through. This one is wider, and nothing
    // of it is left where reading is inlined. Not wider still: the deepest program has to fit a stack of 64 KiB.
    #[repr(align(16))]
    Test {
    //  code name         text          operands                                    children              cost meaning
        0x10 ActionIs     "action.is"   (action: Action)                            Leaf,                   8 "Is the request's action this one?";
        0x11 ActionIn     "action.in"   (first: Action, last: Action)               Leaf,                   8 "Is the action's number between the two, inclusive?";
        0x12 ActionSet    "action.set"  (set: Const)                                Leaf,                   8 "Is the action's bit set?";
        0x13 ActionNot    "action.not"  (set: Const)                                Leaf,                   8 "Is the action's bit not set? True for actions that were declared later.";
        0x14 Test         "test"        (field: Field)                              One(Pattern),           8 "Does the attribute's value match?";
        0x15 When         "when"        ()                                          One(Condition),         8 "Is the condition true?";
        0x16 Equals       "equals"      (field: Field, text: Const)                 Leaf,                   8 "`test` and `eq` in one.";
        0x17 Begins       "begins"      (field: Field, text: Const)                 Leaf,                   8 "`test` and `prefix` in one.";
        0x18 Present      "present"     (field: Field)                              Leaf,                   8 "`test` and `any` in one.";
        0x19 SomeOf       "some.of"     (field: Field)                              One(Pattern),           8 "`test`, but one matching element of the set is enough, whatever the rule does.";
        0x1a EveryOf      "every.of"    (field: Field)                              One(Pattern),           8 "`test`, but every element of the set must match, whatever the rule does.";
    }

    /// Requirements on a value.
    Pattern {
    //  code name         text          operands                                    children              cost meaning
        0x20 Any          "any"         ()                                          Leaf,                   8 "The value is present.";
        0x21 Absent       "absent"      ()                                          Leaf,                   8 "The value is absent; no other pattern matches then.";
        0x22 Not          "not"         ()                                          One(Pattern),           8 "The value is present and does not match.";
        0x23 AnyOf        "any.of"      (body: Length)                              Body(Pattern),          8 "One of the patterns matches.";
        0x24 AllOf        "all.of"      (body: Length)                              Body(Pattern),          8 "All of the patterns match.";
        0x25 IsTrue       "is.true"     ()                                          Leaf,                   8 "A bool that is true.";
        0x26 IsFalse      "is.false"    ()                                          Leaf,                   8 "A bool that is false.";
        0x27 Eq           "eq"          (text: Const)                               Leaf,                   8 "A string, bytes, path, URL or uuid with exactly these bytes.";
        0x2c Range        "range"       (first: Int, last: Int)                     Leaf,                  24 "An int, time or duration between the two, inclusive.";
        0x2d Net          "net"         (network: Const)                            Leaf,                   8 "An address in the network.";
        0x30 Label        "label"       (name: Const)                               One(Pattern),          16 "Labels in which the value of this one matches.";
        0x35 Is           "is"          ()                                          One(Value),             8 "Equal to a value of the request; false if that is absent.";
        0x36 Made         "made"        (shape: Const, body: Length)                Body(Value),           32 "A string, bytes or path that consists of the shape's pieces and the values; false if one is absent.";

        /// A matcher on a text.
        Text(Matcher, constant: Const) Shape::Leaf => {
            0x28 Prefix       "prefix"   (constant: Const) Prefix,               8 "A string or bytes that start with the text.";
            0x29 Suffix       "suffix"   (constant: Const) Suffix,               8 "A string or bytes that end with the text.";
            0x2a Glob         "glob"     (constant: Const) Glob,                64 "A string or bytes that the glob matches as a whole.";
            0x2b Regex        "regex"    (constant: Const) Regex,               16 "A string or bytes that the automaton accepts as a whole.";
            0x2e Path         "path"     (constant: Const) Path,                64 "A path that matches, segment by segment.";
            0x2f Within       "within"   (constant: Const) Within,               8 "The path itself, or one below it.";
            0x38 Url          "url"      (constant: Const) Url,                 64 "A URL that matches, by scheme, host, port and path.";
            0x31 Nocase       "nocase"         (constant: Const) Nocase,         8 "A string, bytes or path with these bytes, where ASCII letters of both cases are equal.";
            0x32 NocasePrefix "nocase.prefix"  (constant: Const) NocasePrefix,   8 "A string or bytes that start with the text, where ASCII letters of both cases are equal.";
            0x33 NocaseSuffix "nocase.suffix"  (constant: Const) NocaseSuffix,   8 "A string or bytes that end with the text, where ASCII letters of both cases are equal.";
            0x34 NocaseWithin "nocase.within"  (constant: Const) NocaseWithin,   8 "The path itself, or one below it, where ASCII letters of both cases are equal.";
        }
    }

    /// True or false.
    Condition {
    //  code name         text          operands                                    children              cost meaning
        0x40 True         "true"        ()                                          Leaf,                   8 "True.";
        0x41 False        "false"       ()                                          Leaf,                   8 "False.";
        0x42 All          "all"         (body: Length)                              Body(Condition),        8 "Are all of them true?";
        0x43 Some         "some"        (body: Length)                              Body(Condition),        8 "Is one of them true?";
        0x44 Negate       "negate"      ()                                          One(Condition),         8 "Is it false?";
        0x49 Matches      "matches"     ()                                          Two(Value, Pattern),    8 "Is the value present, and does it match?";
        0x4a AnyElement   "any.el"      (field: Field)                              One(Pattern),           8 "Does one element of the set match?";
        0x4b EveryElement "every.el"    (field: Field)                              One(Pattern),           8 "Does the set have elements, and do all of them match?";
        0x4c Member       "member"      (field: Field)                              One(Value),             8 "Is the value present and an element of the set?";
        0x4d Has          "has"         (field: Field)                              Leaf,                   8 "Is the attribute present?";
        0x4e HasLabel     "has.label"   (field: Field, name: Const)                 Leaf,                  16 "Does the attribute have the label?";
        0x52 Truth        "truth"       ()                                          One(Value),             8 "Is the bool present and true?";
        0x54 HasClaim     "has.claim"   (claim: Claim)                              Leaf,                  16 "Does the token have the claim?";
        0x55 HasEntry     "has.entry"   (map: ClaimMap, name: Const)                Leaf,                  16 "Does the token have an entry of this name among its labels or attributes?";
        0x53 Vouched      "vouched"     (key: Const)                                Leaf,                  64 "Does the token have a third-party block signed by this key?";
        0x58 AnyIn        "any.in"      (field: Field, set: Field)                  Leaf,                   8 "Is one element of the first set in the second?";
        0x59 EveryIn      "every.in"    (field: Field, set: Field)                  Leaf,                   8 "Does the first set have elements, and are all of them in the second?";
        0x5a Asks         "asks"        (set: Const)                                Leaf,                   8 "Is the action's bit set?";
        0x5b InRow        "in.row"      (table: Const)                              Two(Value, Value),     32 "Is the first value an element of the row with the second as its key?";
        0x5c AnyInRow     "any.in.row"  (field: Field, table: Const)                One(Value),            32 "Is one element of the set also one of the row with this key?";
        0x5d EveryInRow   "every.in.row" (field: Field, table: Const)               One(Value),            32 "Does the set have elements, and are all of them in the row with this key?";
        0x5e HasRow       "has.row"     (table: Const)                              One(Value),            32 "Does the table have a row with this key?";
        0x5f Approved     "approved"    (quorum: Const)                             Leaf,                  16 "Have so many of these keys approved the request?";

        /// A predicate on two values.
        Ask(Predicate) Shape::Two(Sort::Value, Sort::Value) => {
            0x45 Equal        "equal"       Equal,               8 "Are both present and equal?";
            0x46 Unequal      "unequal"     Unequal,             8 "Are both present and different?";
            0x47 Less         "less"        Less,                8 "Are both present, and is the first less than the second?";
            0x48 LessEqual    "less.eq"     LessOrEqual,         8 "Are both present, and is the first not greater than the second?";
            0x4f StartsWith   "starts"      StartsWith,          8 "Are both present, and does the first start with the second?";
            0x50 EndsWith     "ends"        EndsWith,            8 "Are both present, and does the first end with the second?";
            0x51 Contains     "contains"    Contains,           16 "Are both present, and does the first contain the second?";
        }
    }

    /// A value in a condition.
    Value {
    //  code name         text          operands                                    children              cost meaning
        0x60 Field        "field"       (field: Field)                              Leaf,                   8 "The attribute's single value.";
        0x61 LabelOf      "label.of"    (field: Field, name: Const)                 Leaf,                  16 "The label's value.";
        0x6a Yes          "yes"         ()                                          Leaf,                   8 "The bool true.";
        0x6b No           "no"          ()                                          Leaf,                   8 "The bool false.";
        0x6c Issuance     "issuance"    ()                                          Leaf,                   8 "When the token was minted.";
        0x6d Expiry       "expiry"      ()                                          Leaf,                   8 "When the token's authority ends; the greatest time if it does not end.";
        0x75 ClaimOf      "claim.of"    (claim: Claim)                              Leaf,                  16 "The token's claim, a string.";
        0x76 EntryOf      "entry.of"    (map: ClaimMap, name: Const)                Leaf,                  16 "The value of this name among the token's labels or attributes, a string.";
        0x77 Local        "local"       (zone: Const)                               One(Value),            16 "The time that the clocks of a time zone show, as if they showed UTC; absent where the table does not know it.";
        0x74 Size         "size"        (field: Field)                              Leaf,                   8 "The number of distinct elements of a set, or of labels; 0 if absent.";
        0x78 RowOf        "row.of"      (table: Const)                              One(Value),            32 "The single value of the row with this key; absent without such a row.";

        /// A constant that is a number.
        Number(NumberType, number: Int) Shape::Leaf => {
            0x62 Number       "int"         (number: Int)        Int,      12 "An int.";
            0x63 Time         "time"        (number: Int)        Time,     12 "A time, in ms since 1970-01-01T00:00:00Z.";
            0x64 Duration     "duration"    (number: Int)        Duration, 12 "A duration, in ms.";
        }

        /// A constant that is bytes.
        Constant(BytesType, constant: Const) Shape::Leaf => {
            0x65 String       "string"      (constant: Const)    String,   8 "A string.";
            0x66 Bytes        "bytes"       (constant: Const)    Bytes,    8 "Bytes.";
            0x67 Uuid         "uuid"        (constant: Const)    Uuid,     8 "A uuid.";
            0x68 Ip           "ip"          (constant: Const)    Ip,       8 "An address.";
            0x69 PathOf       "path.of"     (constant: Const)    Path,     8 "A path.";
            0x7f UrlOf        "url.of"      (constant: Const)    Url,     64 "A URL.";
        }

        /// A sum or a difference.
        Compute(Arithmetic) Shape::Two(Sort::Value, Sort::Value) => {
            0x6e Add          "add"         Add,                12 "The sum of two ints or durations, or of a time and a duration. Exact within a sum; the whole saturates.";
            0x6f Subtract     "subtract"    Subtract,           12 "The difference of two ints, durations or times, or of a time and a duration. Exact within a sum; the whole saturates.";
        }

        /// A function of a value.
        Call(Function) Shape::One(Sort::Value) => {
            0x70 Hour         "hour"        Hour,                8 "The hour of the day of a time, 0 to 23, UTC.";
            0x71 Minute       "minute"      Minute,              8 "The minute of the hour of a time, 0 to 59.";
            0x72 Weekday      "weekday"     Weekday,             8 "The day of the week of a time, 1 (Monday) to 7 (Sunday), UTC.";
            0x73 LengthOf     "length"      Length,              8 "The number of bytes of a string, bytes or path.";
        }
    }
}

impl Rule {
    /// Reads an `allow.in` or `allow.is` whose operands are one byte each, like those of nearly
    /// every rule in a token: four bytes in one comparison. `None`, and nothing is read, for any
    /// other instruction.
    ///
    /// Deciding with a token consists mostly of skipping rules for other actions, so reading the
    /// head of a rule is the inner loop. The general reader takes the code and then each operand
    /// byte by byte, and checks each time for the end and for a longer number; one comparison of
    /// four bytes does all of that. Every program must read the same both ways, which a test checks
    /// for all operands: otherwise a rule would apply to other actions in the VM than in the
    /// verifier.
    #[inline(always)]
    pub fn short_frame(cursor: &mut Cursor<'_>) -> Option<(ActionNo, ActionNo, Length)> {
        const NO_ACTION: ActionNo = ActionNo(0);
        const ALLOW_IS: u32 = Op::AllowIs { action: NO_ACTION, body: Length(0) }.row().code as u32;
        const ALLOW_IN: u32 = Op::AllowIn { first: NO_ACTION, last: NO_ACTION, body: Length(0) }.row().code as u32;
        /// The code, and in each operand the bit that says that more bytes follow.
        const LOOK_AT_TWO: u32 = 0x0080_80ff;
        const LOOK_AT_THREE: u32 = 0x8080_80ff;
        let (bytes, _) = cursor.rest().split_first_chunk()?;
        let [_, first, second, third] = *bytes;
        let word = u32::from_le_bytes(*bytes);
        let (last, body, length) = if word & LOOK_AT_THREE == ALLOW_IN {
            (second, third, 4)
        } else if word & LOOK_AT_TWO == ALLOW_IS {
            (first, second, 3)
        } else {
            return None;
        };
        cursor.take(length)?;
        Some((ActionNo(u16::from(first)), ActionNo(u16::from(last)), Length(u32::from(body))))
    }

    /// The action test that is merged into this rule.
    #[must_use]
    pub const fn action(self) -> Option<Test> {
        match self {
            Self::AllowIs { action, .. } => Some(Test::ActionIs { action }),
            Self::AllowIn { first, last, .. } => Some(Test::ActionIn { first, last }),
            Self::Deny { .. }
            | Self::Require { .. }
            | Self::Allow { .. }
            | Self::DenyIndex { .. }
            | Self::AllowIndex { .. }
            | Self::Table { .. } => None,
        }
    }

    /// Whether it is an index or a table of the following rules and not itself a rule.
    #[must_use]
    pub const fn is_index(self) -> bool {
        match self {
            Self::DenyIndex { .. } | Self::AllowIndex { .. } | Self::Table { .. } => true,
            Self::Deny { .. }
            | Self::Require { .. }
            | Self::Allow { .. }
            | Self::AllowIs { .. }
            | Self::AllowIn { .. } => false,
        }
    }
}

impl Test {
    /// The attribute and the pattern of a test that is merged with its pattern.
    #[must_use]
    pub const fn joined(self) -> Option<(FieldNo, Pattern)> {
        match self {
            Self::Equals { field, text } => Some((field, Pattern::Eq { text })),
            Self::Begins { field, text } => Some((field, Pattern::Text(Matcher::Prefix, text))),
            Self::Present { field } => Some((field, Pattern::Any {})),
            Self::ActionIs { .. }
            | Self::ActionIn { .. }
            | Self::ActionSet { .. }
            | Self::ActionNot { .. }
            | Self::Test { .. }
            | Self::SomeOf { .. }
            | Self::EveryOf { .. }
            | Self::When {} => None,
        }
    }
}

impl Op {
    /// The rule and the action test that a merged rule represents.
    #[must_use]
    pub fn as_rule(self) -> Option<(Self, Self)> {
        let rule = Rule::of(self)?;
        Some((Self::Allow { body: rule.body()? }, rule.action()?.into()))
    }

    /// The attribute and the pattern that a merged test represents.
    #[must_use]
    pub fn as_pattern(self) -> Option<(FieldNo, Self)> {
        Test::of(self)?.joined().map(|(field, pattern)| (field, pattern.into()))
    }

    /// Whether it is an index or a table of the following rules and not itself a rule.
    #[must_use]
    pub fn is_index(self) -> bool {
        Rule::of(self).is_some_and(Rule::is_index)
    }

    /// Moves past its children.
    pub fn skip(self, cursor: &mut Cursor<'_>) -> Option<()> {
        skip_children(self.row().shape, self.body(), cursor)
    }
}
