//! What a program is. (Being written.)

use crate::model::vocabulary::{State, Vocabulary};

/// What a program is proved against.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'v> {
    /// Gives attribute numbers their types.
    pub vocabulary: &'v Vocabulary,
    /// How much of the vocabulary existed when the program was made.
    pub state: State,
    /// How long and how costly the program may be.
    pub budget: Budget,
}

/// The caps of a program, by where it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// In a token.
    Token,
    /// In a service that compiled it itself.
    Policy,
}

/// A program that `verify` has proved; the VM takes nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Proved<'a> {
    code: &'a [u8],
    pool: &'a [u8],
}

/// Why a program is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramError;

/// Proves a program.
///
/// # Errors
/// Says what is wrong with it.
pub fn verify<'a>(bytes: &'a [u8], _scope: &Scope<'_>) -> Result<Proved<'a>, ProgramError> {
    Ok(Proved { code: bytes, pool: &[] })
}
