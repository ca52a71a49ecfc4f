//! The instruction set: one table, from which come the enum, reading, writing, the listing, the verifier's shapes, the cost
//! and the reference page `docs/bytecode.md`.
//!
//! Codes are written down and never used again for something else. A reader that meets a code it does not know refuses
//! the program, so a new instruction needs no new version. Codes from 0x80 on say where to look among the rules.

use alloc::vec::Vec;

use super::cursor::{Cursor, put_varint, put_zigzag};
use crate::model::vocabulary::{ActionNo, FieldNo};

/// What a node is, and so where it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// On the top level of a program.
    Rule,
    /// In a rule; all must hold.
    Test,
    /// What is wanted of a value.
    Pattern,
    /// True or false.
    Truth,
    /// A value in a condition.
    Value,
}

impl Sort {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Test => "test",
            Self::Pattern => "pattern",
            Self::Truth => "truth",
            Self::Value => "value",
        }
    }
}

/// What follows the operands of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Leaf,
    /// One node.
    One(Sort),
    /// Two nodes.
    Two(Sort, Sort),
    /// Nodes of one sort, as many bytes of them as the `Length` operand says.
    Body(Sort),
}

/// The distance of a constant from the start of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Const(pub u32);

/// How many bytes of children follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(pub u32);

/// A number written in the code itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int(pub i64);

type Field = FieldNo;
type Action = ActionNo;

/// An operand knows its width and its spelling.
trait Operand: Sized {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self>;
    fn write(self, out: &mut Vec<u8>);
    fn sample() -> Self;
    fn shown(self) -> Shown;
}

/// An operand in a form that a listing can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `f3`: an attribute.
    Field(FieldNo),
    /// `a7`: an action.
    Action(ActionNo),
    /// `c12`: a constant.
    Const(Const),
    /// `-5`
    Int(i64),
    /// `+9`: bytes of children.
    Length(u32),
}

impl Operand for Field {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.byte().map(FieldNo)
    }
    fn write(self, out: &mut Vec<u8>) {
        out.push(self.0);
    }
    fn sample() -> Self {
        FieldNo(3)
    }
    fn shown(self) -> Shown {
        Shown::Field(self)
    }
}

impl Operand for Action {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.varint().map(ActionNo)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.0));
    }
    fn sample() -> Self {
        ActionNo(200)
    }
    fn shown(self) -> Shown {
        Shown::Action(self)
    }
}

impl Operand for Const {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.varint().map(Const)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.0));
    }
    fn sample() -> Self {
        Const(300)
    }
    fn shown(self) -> Shown {
        Shown::Const(self)
    }
}

impl Operand for Length {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.varint().map(Length)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.0));
    }
    fn sample() -> Self {
        Length(9)
    }
    fn shown(self) -> Shown {
        Shown::Length(self.0)
    }
}

impl Operand for Int {
    #[inline(always)]
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.zigzag().map(Int)
    }
    fn write(self, out: &mut Vec<u8>) {
        put_zigzag(out, self.0);
    }
    fn sample() -> Self {
        Int(-1_000)
    }
    fn shown(self) -> Shown {
        Shown::Int(self.0)
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The first byte of the node.
    pub code: u8,
    /// What a listing calls it.
    pub text: &'static str,
    /// Names and kinds of the operands, as the reference page prints them.
    pub operands: &'static str,
    /// Where it may stand.
    pub sort: Sort,
    /// What follows it.
    pub shape: Shape,
    /// Steps it costs at most, without its children and without what it looks through byte by byte. A step is what
    /// sixteen instructions of a processor do.
    pub cost: u64,
    /// What it does.
    pub meaning: &'static str,
}

macro_rules! ops {
    ($( $code:literal $name:ident $text:literal ($($operand:ident: $kind:ident),*) $sort:ident $shape:expr, $cost:literal $meaning:literal; )*) => {
        /// An instruction: the opcode and its operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Op {
            $( #[doc = $meaning] $name { $( #[doc = stringify!($kind)] $operand: $kind ),* }, )*
        }

        impl Op {
            /// The table, ascending by code.
            pub const TABLE: &'static [Row] = &[$( Row {
                code: $code,
                text: $text,
                operands: stringify!($($operand: $kind),*),
                sort: Sort::$sort,
                shape: $shape,
                cost: $cost,
                meaning: $meaning,
            } ),*];

            /// Reads one instruction; `None` for an unknown code or an operand cut short or spelt long.
            #[inline(always)]
            pub fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
                Some(match cursor.byte()? {
                    $( $code => Self::$name { $( $operand: <$kind as Operand>::read(cursor)? ),* }, )*
                    _ => return None,
                })
            }

            /// Appends the instruction.
            pub fn write(self, out: &mut Vec<u8>) {
                match self {
                    $( Self::$name { $( $operand ),* } => { out.push($code); $( $operand.write(out); )* } )*
                }
            }

            /// Reads one instruction that must be of `sort`; `None` for any other as well.
            #[inline(always)]
            pub fn read_of(cursor: &mut Cursor<'_>, sort: Sort) -> Option<Self> {
                Some(match cursor.byte()? {
                    $( $code if sort as u8 == Sort::$sort as u8 => {
                        Self::$name { $( $operand: <$kind as Operand>::read(cursor)? ),* }
                    } )*
                    _ => return None,
                })
            }

            /// Its row.
            #[must_use]
            pub const fn row(self) -> &'static Row {
                match self {
                    $( Self::$name { .. } => &Row {
                        code: $code,
                        text: $text,
                        operands: stringify!($($operand: $kind),*),
                        sort: Sort::$sort,
                        shape: $shape,
                        cost: $cost,
                        meaning: $meaning,
                    }, )*
                }
            }

            /// Steps it costs at most, without its children: [`Row::cost`], where the table is not at hand.
            #[must_use]
            #[inline(always)]
            pub const fn cost(self) -> u64 {
                match self {
                    $( Self::$name { .. } => $cost, )*
                }
            }

            /// Its operands, in order.
            #[must_use]
            pub fn operands(self) -> Vec<Shown> {
                match self { $( Self::$name { $( $operand ),* } => alloc::vec![$( $operand.shown() ),*], )* }
            }

            /// One instruction of every kind.
            #[must_use]
            pub fn samples() -> Vec<Self> {
                alloc::vec![$( Self::$name { $( $operand: <$kind as Operand>::sample() ),* } ),*]
            }
        }
    };
}

use Shape::{Body, Leaf, One, Two};
use Sort::{Pattern, Test, Truth, Value};

ops! {
//  code name         text         operands                     sort     children             cost meaning
    0x01 Deny         "deny"       (body: Length)               Rule     Body(Test),          8 "A rule that forbids: where all its tests hold, the verdict is forbidden. Of a set, one matching element is enough.";
    0x02 Require      "require"    (body: Length)               Rule     Body(Test),          8 "A rule without which nothing is allowed: where one of its tests fails, the block does not allow.";
    0x03 Allow        "allow"      (body: Length)               Rule     Body(Test),          8 "A rule that allows (`allow`, `only`): where all its tests hold, the block allows. Of a set, every element must match.";

    0x04 AllowIs      "allow.is"   (action: Action, body: Length) Rule   Body(Test),          8 "`allow` and `action.is`: the frame of another action is not entered.";
    0x05 AllowIn      "allow.in"   (first: Action, last: Action, body: Length) Rule Body(Test), 8 "`allow` and `action.in`: the frame of another action is not entered.";

    0x10 ActionIs     "action.is"  (action: Action)             Test     Leaf,                8 "Is it this action?";
    0x11 ActionIn     "action.in"  (first: Action, last: Action) Test    Leaf,                8 "Is the action's number between the two, both included?";
    0x12 ActionSet    "action.set" (set: Const)                 Test     Leaf,                8 "Is the action's bit set?";
    0x13 ActionNot    "action.not" (set: Const)                 Test     Leaf,                8 "Is the action's bit not set? True of actions that came later.";
    0x14 Test         "test"       (field: Field)               Test     One(Pattern),        8 "Does the attribute's value match?";
    0x15 When         "when"       ()                           Test     One(Truth),          8 "Is the condition true?";

    0x16 Equals       "equals"     (field: Field, text: Const)  Test     Leaf,                8 "`test` and `eq` in one.";
    0x17 Begins       "begins"     (field: Field, text: Const)  Test     Leaf,                8 "`test` and `prefix` in one.";
    0x18 Present      "present"    (field: Field)               Test     Leaf,                8 "`test` and `any` in one.";

    0x20 Any          "any"        ()                           Pattern  Leaf,                8 "There is a value.";
    0x21 Absent       "absent"     ()                           Pattern  Leaf,                8 "There is no value; nothing else matches then.";
    0x22 Not          "not"        ()                           Pattern  One(Pattern),        8 "There is a value, and it does not match.";
    0x23 AnyOf        "any.of"     (body: Length)               Pattern  Body(Pattern),       8 "One of the patterns matches.";
    0x24 AllOf        "all.of"     (body: Length)               Pattern  Body(Pattern),       8 "All of the patterns match.";
    0x25 IsTrue       "is.true"    ()                           Pattern  Leaf,                8 "A bool that is true.";
    0x26 IsFalse      "is.false"   ()                           Pattern  Leaf,                8 "A bool that is false.";
    0x27 Eq           "eq"         (text: Const)                Pattern  Leaf,                8 "The same bytes: of a string, bytes, path or uuid.";
    0x28 Prefix       "prefix"     (text: Const)                Pattern  Leaf,                8 "A string or bytes that begin so.";
    0x29 Suffix       "suffix"     (text: Const)                Pattern  Leaf,                8 "A string or bytes that end so.";
    0x2a Glob         "glob"       (glob: Const)                Pattern  Leaf,               64 "A string or bytes that match the glob, the whole of it.";
    0x2b Regex        "regex"      (automaton: Const)           Pattern  Leaf,               16 "A string or bytes that the automaton accepts, the whole of it.";
    0x2c Range        "range"      (first: Int, last: Int)      Pattern  Leaf,               24 "An int, time or duration between the two, both included.";
    0x2d Net          "net"        (network: Const)             Pattern  Leaf,                8 "An address of the network.";
    0x2e Path         "path"       (path: Const)                Pattern  Leaf,               64 "A path that matches, segment by segment.";
    0x2f Within       "within"     (path: Const)                Pattern  Leaf,                8 "The path itself, or one below it.";
    0x30 Label        "label"      (name: Const)                Pattern  One(Pattern),       16 "Labels of which this one's value matches.";

    0x40 True         "true"       ()                           Truth    Leaf,                8 "True.";
    0x41 False        "false"      ()                           Truth    Leaf,                8 "False.";
    0x42 All          "all"        (body: Length)               Truth    Body(Truth),         8 "Are all of them true?";
    0x43 Some         "some"       (body: Length)               Truth    Body(Truth),         8 "Is one of them true?";
    0x44 Negate       "negate"     ()                           Truth    One(Truth),          8 "Is it false?";
    0x45 Equal        "equal"      ()                           Truth    Two(Value, Value),   8 "Are both there and equal?";
    0x46 Unequal      "unequal"    ()                           Truth    Two(Value, Value),   8 "Are both there and different?";
    0x47 Less         "less"       ()                           Truth    Two(Value, Value),   8 "Are both there, and the first less than the second?";
    0x48 LessEqual    "less.eq"    ()                           Truth    Two(Value, Value),   8 "Are both there, and the first not greater than the second?";
    0x49 Matches      "matches"    ()                           Truth    Two(Value, Pattern), 8 "Is the value there, and does it match?";
    0x4a AnyElement   "any.el"     (field: Field)               Truth    One(Pattern),        8 "Does one element of the set match?";
    0x4b EveryElement "every.el"   (field: Field)               Truth    One(Pattern),        8 "Has the set elements, and do all of them match?";
    0x4c Member       "member"     (field: Field)               Truth    One(Value),          8 "Is the value there and an element of the set?";
    0x4d Has          "has"        (field: Field)               Truth    Leaf,                8 "Has the request the attribute?";
    0x4e HasLabel     "has.label"  (field: Field, name: Const)  Truth    Leaf,               16 "Has the attribute the label?";
    0x4f StartsWith   "starts"     ()                           Truth    Two(Value, Value),   8 "Are both there, and begins the first with the second?";
    0x50 EndsWith     "ends"       ()                           Truth    Two(Value, Value),   8 "Are both there, and ends the first with the second?";
    0x51 Contains     "contains"   ()                           Truth    Two(Value, Value),  16 "Are both there, and is the second somewhere in the first?";
    0x52 Truth        "truth"      ()                           Truth    One(Value),          8 "Is the bool there and true?";
    0x53 Vouched      "vouched"    (key: Const)                 Truth    Leaf,               64 "Has the token a third-party block of this key?";

    0x60 Field        "field"      (field: Field)               Value    Leaf,                8 "The attribute's one value.";
    0x61 LabelOf      "label.of"   (field: Field, name: Const)  Value    Leaf,               16 "The label's value.";
    0x62 Number       "int"        (number: Int)                Value    Leaf,               12 "An int.";
    0x63 Time         "time"       (time: Int)                  Value    Leaf,               12 "A time, in ms since 1970-01-01T00:00:00Z.";
    0x64 Duration     "duration"   (duration: Int)              Value    Leaf,               12 "A duration, in ms.";
    0x65 String       "string"     (text: Const)                Value    Leaf,                8 "A string.";
    0x66 Bytes        "bytes"      (bytes: Const)               Value    Leaf,                8 "Bytes.";
    0x67 Uuid         "uuid"       (uuid: Const)                Value    Leaf,                8 "A uuid.";
    0x68 Ip           "ip"         (address: Const)             Value    Leaf,                8 "An address.";
    0x69 PathOf       "path.of"    (path: Const)                Value    Leaf,                8 "A path.";
    0x6a Yes          "yes"        ()                           Value    Leaf,                8 "The bool true.";
    0x6b No           "no"         ()                           Value    Leaf,                8 "The bool false.";
    0x6c Issuance     "issuance"   ()                           Value    Leaf,                8 "When the token was minted.";
    0x6d Expiry       "expiry"     ()                           Value    Leaf,                8 "When the token's authority ends; the greatest time where it does not.";
    0x6e Add          "add"        ()                           Value    Two(Value, Value),  12 "The sum of two ints or durations, or of a time and a duration. Exact where it is a part of a sum; the whole saturates.";
    0x6f Subtract     "subtract"   ()                           Value    Two(Value, Value),  12 "The difference of two ints, durations or times, or of a time and a duration. Exact where it is a part of a sum; the whole saturates.";
    0x70 Hour         "hour"       ()                           Value    One(Value),          8 "The hour of the day of a time, 0 to 23, UTC.";
    0x71 Minute       "minute"     ()                           Value    One(Value),          8 "The minute of the hour of a time, 0 to 59.";
    0x72 Weekday      "weekday"    ()                           Value    One(Value),          8 "The day of the week of a time, 1 (Monday) to 7 (Sunday), UTC.";
    0x73 LengthOf     "length"     ()                           Value    One(Value),          8 "The bytes of a string, bytes or path, counted.";
    0x74 Size         "size"       (field: Field)               Value    Leaf,                8 "The different elements of a set or the labels of labels, counted; 0 where there is none.";

    0x80 DenyIndex    "deny.index" (index: Const)               Rule     Leaf,                8 "Not a rule: where to look among the rules that forbid, which follow. Changes no verdict.";
    0x81 AllowIndex   "allow.index" (index: Const)              Rule     Leaf,                8 "Not a rule: where to look among the rules that allow, which follow. Changes no verdict.";
}

impl Op {
    /// Reads an `allow.in` or `allow.is` whose operands are a byte each, as those of nearly every rule in a token are: four
    /// bytes in one look. `None`, and nothing read, for any other instruction.
    ///
    /// A token's decision consists mostly of passing over rules for other actions, so reading the head of a rule is the inner
    /// loop. The general reader takes the code and then each operand byte by byte, with a test for the end and one for a longer
    /// number each time; one comparison of four bytes answers all of them. Every program must read the same both ways, which a
    /// test holds for all operands: else a rule would concern other actions for the VM than for the verifier.
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

    /// The rule and the action test that a rule for certain actions stands for.
    #[must_use]
    pub const fn as_rule(self) -> Option<(Self, Self)> {
        match self {
            Self::AllowIs { action, body } => Some((Self::Allow { body }, Self::ActionIs { action })),
            Self::AllowIn { first, last, body } => Some((Self::Allow { body }, Self::ActionIn { first, last })),
            _ => None,
        }
    }

    /// Whether it says where to look among the rules that follow, and is none itself.
    #[must_use]
    pub const fn is_index(self) -> bool {
        matches!(self, Self::DenyIndex { .. } | Self::AllowIndex { .. })
    }

    /// How many bytes its children take, where it says so.
    #[must_use]
    pub const fn body(self) -> Option<Length> {
        match self {
            Self::Deny { body }
            | Self::Require { body }
            | Self::Allow { body }
            | Self::AllowIs { body, .. }
            | Self::AllowIn { body, .. }
            | Self::AnyOf { body }
            | Self::AllOf { body }
            | Self::All { body }
            | Self::Some { body } => Some(body),
            _ => None,
        }
    }

    /// Moves behind its children. They nest as deep as the verifier lets them; an iteration an instruction, no recursion.
    #[inline]
    pub fn skip(self, cursor: &mut Cursor<'_>) -> Option<()> {
        if matches!(self.row().shape, Leaf) { Some(()) } else { self.skip_children(cursor) }
    }

    fn skip_children(self, cursor: &mut Cursor<'_>) -> Option<()> {
        let mut next = Some(self);
        let mut open = 0usize;
        while let Some(op) = next {
            match op.row().shape {
                Leaf => {}
                One(_) => open += 1,
                Two(..) => open += 2,
                Body(_) => {
                    cursor.take(usize::try_from(op.body()?.0).ok()?)?;
                }
            }
            next = match open.checked_sub(1) {
                Some(left) => {
                    open = left;
                    Some(Self::read(cursor)?)
                }
                None => None,
            };
        }
        Some(())
    }

    /// The attribute and the pattern that a test in one instruction stands for.
    #[must_use]
    pub const fn as_pattern(self) -> Option<(FieldNo, Self)> {
        match self {
            Self::Equals { field, text } => Some((field, Self::Eq { text })),
            Self::Begins { field, text } => Some((field, Self::Prefix { text })),
            Self::Present { field } => Some((field, Self::Any {})),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_reads_back_as_it_was_written() {
        for op in Op::samples() {
            let mut bytes = Vec::new();
            op.write(&mut bytes);
            let mut cursor = Cursor::new(&bytes);
            assert_eq!(Op::read(&mut cursor), Some(op));
            assert!(cursor.is_empty());
            for cut in 0..bytes.len() {
                assert_eq!(Op::read(&mut Cursor::new(&bytes[..cut])), None, "{op:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn a_frame_read_in_one_look_is_the_instruction_that_stands_there() {
        let (small, large) = (0x7f, 0x80);
        let mut ops = Op::samples();
        for first in [0, small, large] {
            for last in [0, small, large] {
                for length in [0, small, large] {
                    let (first, last, body) = (ActionNo(first), ActionNo(last), Length(u32::from(length)));
                    ops.extend([Op::AllowIn { first, last, body }, Op::AllowIs { action: first, body }]);
                }
            }
        }
        for op in ops {
            let mut bytes = Vec::new();
            op.write(&mut bytes);
            let operands = bytes.len() - 1;
            let is_short = bytes[1..].iter().all(|byte| *byte < 0x80);
            let expected = match op {
                Op::AllowIn { first, last, body } if is_short => Some((first, last, body)),
                Op::AllowIs { action, body } if is_short => Some((action, action, body)),
                _ => None,
            };
            bytes.extend([0xff; 3]);
            let mut cursor = Cursor::new(&bytes);
            assert_eq!(Op::short_frame(&mut cursor), expected, "{op:?}");
            let read = if expected.is_some() { 1 + operands } else { 0 };
            assert_eq!(cursor.rest().len(), bytes.len() - read, "{op:?}");
        }
    }

    #[test]
    fn what_is_skipped_lies_behind_with_all_its_children() {
        let (number, text) = (Op::Number { number: Int(5) }, Const(1));
        for nodes in [
            &[Op::Test { field: FieldNo(1) }, Op::Not {}, Op::Eq { text }][..],
            &[Op::When {}, Op::Negate {}, Op::Equal {}, number, Op::Add {}, number, number],
            &[Op::Less {}, Op::Subtract {}, number, number, number],
            &[number],
        ] {
            let mut bytes = Vec::new();
            nodes.iter().for_each(|op| op.write(&mut bytes));
            Op::True {}.write(&mut bytes);
            let mut cursor = Cursor::new(&bytes);
            let first = Op::read(&mut cursor).expect("it was written");
            assert_eq!(first.skip(&mut cursor), Some(()), "{nodes:?}");
            assert_eq!((Op::read(&mut cursor), cursor.is_empty()), (Some(Op::True {}), true), "{nodes:?}");
        }
    }

    #[test]
    fn codes_ascend_and_names_are_unique() {
        assert!(Op::TABLE.is_sorted_by(|a, b| a.code < b.code));
        assert!(Op::TABLE.iter().all(|row| (row.code < 0x80) != row.text.ends_with(".index")));
        let mut names: Vec<_> = Op::TABLE.iter().map(|row| row.text).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn the_length_operand_stands_exactly_where_a_body_follows() {
        for op in Op::samples() {
            let has_length = op.operands().iter().any(|operand| matches!(operand, Shown::Length(_)));
            assert_eq!(has_length, matches!(op.row().shape, Body(_)), "{op:?}");
            assert_eq!(has_length, op.body().is_some(), "{op:?}");
        }
    }
}
