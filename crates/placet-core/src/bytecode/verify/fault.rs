//! What can be wrong with a program.

use core::fmt;

use crate::model::verdict::Refusal;

/// Why a program is not one, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramError {
    /// Bytes from the start of the program to behind the instruction that is wrong.
    pub at: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What a correct compiler never writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program ends inside a section or a node.
    Cut,
    /// A code that is not in the table, or its operand is cut or spelt long.
    UnknownInstruction,
    /// An instruction where its sort may not stand.
    WrongSort,
    /// A body ends inside its last child.
    WrongLength,
    /// A rule behind one that is decided later.
    OutOfOrder,
    /// An attribute that the vocabulary did not have.
    UnknownAttribute,
    /// An action that the vocabulary did not have.
    UnknownAction,
    /// Types that do not fit each other.
    WrongType,
    /// A constant outside the pool, or not of the form its instruction asks for.
    BadConstant,
    /// An index that is not one, or not that of the rules behind it.
    BadIndex,
    /// An index in a token.
    IndexInToken,
    /// Bytes of the pool that nothing uses.
    Leftover,
    /// Deeper than `limits` allows.
    TooDeep,
    /// Costlier than `limits` allows.
    TooCostly,
    /// Constants are named so often that proving them takes longer than `limits` allows.
    TooLongToProve,
    /// More rules than `limits` allows.
    TooManyRules,
    /// Longer than `limits` allows.
    TooLarge,
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Cut => "the program is cut short",
            Fault::UnknownInstruction => "an unknown instruction",
            Fault::WrongSort => "an instruction in a place where it may not stand",
            Fault::WrongLength => "a length that does not end with its last child",
            Fault::OutOfOrder => "a rule out of order",
            Fault::UnknownAttribute => "an attribute that the vocabulary does not have",
            Fault::UnknownAction => "an action that the vocabulary does not have",
            Fault::WrongType => "types that do not fit",
            Fault::BadConstant => "a constant that is not what its instruction asks for",
            Fault::BadIndex => "an index that is not that of its rules",
            Fault::IndexInToken => "an index, which no token may have",
            Fault::Leftover => "constants that nothing uses",
            Fault::TooDeep => "nodes nested too deep",
            Fault::TooCostly => "more work than a program may ask for",
            Fault::TooLongToProve => "the same constants named more often than a program may",
            Fault::TooManyRules => "more rules than a block may have",
            Fault::TooLarge => "more bytes than a program may have",
        };
        write!(f, "{what} (byte {})", self.at)
    }
}

impl core::error::Error for ProgramError {}

/// What a token with such a program is refused with.
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
            | Fault::TooLarge => Self::BadProgram,
        }
    }
}
