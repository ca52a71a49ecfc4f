//! Possible faults of a program.

use core::fmt;

use crate::model::verdict::Refusal;

/// Why bytes are not a valid program, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramError {
    /// The offset in the program just after the wrong instruction.
    pub at: usize,
    /// The fault.
    pub fault: Fault,
}

/// Faults that a correct compiler never writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program ends inside a section or a node.
    Cut,
    /// A code that is not in the table, or an operand that is cut or not in its shortest form.
    UnknownInstruction,
    /// An instruction where its sort may not appear.
    WrongSort,
    /// A body ends inside its last child.
    WrongLength,
    /// A rule after one that is decided later.
    OutOfOrder,
    /// An attribute that the vocabulary did not have.
    UnknownAttribute,
    /// An action that the vocabulary did not have.
    UnknownAction,
    /// Types that do not fit each other.
    WrongType,
    /// A constant outside the pool, or not of the form that its instruction requires.
    BadConstant,
    /// A malformed index, or one that does not match the rules after it.
    BadIndex,
    /// An index in a token.
    IndexInToken,
    /// Bytes of the pool that nothing uses.
    Leftover,
    /// Deeper than `limits` allows.
    TooDeep,
    /// More costly than `limits` allows.
    TooCostly,
    /// Constants are named so often that proving them takes longer than `limits` allows.
    TooLongToProve,
    /// More rules than `limits` allows.
    TooManyRules,
    /// More tables than `limits` allows.
    TooManyTables,
    /// Longer than `limits` allows.
    TooLarge,
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Cut => "the program is cut short",
            Fault::UnknownInstruction => "an unknown instruction",
            Fault::WrongSort => "an instruction where it may not appear",
            Fault::WrongLength => "a length that does not end with its last child",
            Fault::OutOfOrder => "a rule out of order",
            Fault::UnknownAttribute => "an attribute that the vocabulary does not have",
            Fault::UnknownAction => "an action that the vocabulary does not have",
            Fault::WrongType => "types that do not fit",
            Fault::BadConstant => "a constant of the wrong form for its instruction",
            Fault::BadIndex => "an index that does not match its rules",
            Fault::IndexInToken => "an index, which a token may not have",
            Fault::Leftover => "unused constants",
            Fault::TooDeep => "nodes nested too deeply",
            Fault::TooCostly => "more steps than a program may take",
            Fault::TooLongToProve => "constants named more often than a program may",
            Fault::TooManyRules => "more rules than a block may have",
            Fault::TooManyTables => "more tables than a block may have",
            Fault::TooLarge => "more bytes than a program may have",
        };
        write!(f, "{what} (byte {})", self.at)
    }
}

impl core::error::Error for ProgramError {}

/// The refusal of a token with such a program.
impl From<ProgramError> for Refusal {
    fn from(error: ProgramError) -> Self {
        match error.fault {
            Fault::TooCostly | Fault::TooLongToProve => Self::TooCostly,
            Fault::Cut
            | Fault::UnknownInstruction
            | Fault::WrongSort
            | Fault::WrongLength
            | Fault::OutOfOrder
            | Fault::UnknownAttribute
            | Fault::UnknownAction
            | Fault::WrongType
            | Fault::BadConstant
            | Fault::BadIndex
            | Fault::IndexInToken
            | Fault::Leftover
            | Fault::TooDeep
            | Fault::TooManyRules
            | Fault::TooManyTables
            | Fault::TooLarge => Self::BadProgram,
        }
    }
}
