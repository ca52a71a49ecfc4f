//! The instructions of any bytes, verified or not, as a tree. It reads as far as they are valid,
//! and says where they stop being so. [Listings](super::listing) show it.

use crate::limits::PROGRAM_NESTING;
use placet_core::bytecode::cursor::Cursor;
use placet_core::bytecode::op::{Op, Shape, Sort};
use placet_core::bytecode::program::sections;

/// An instruction and its children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Bytes from the start of the program.
    pub at: usize,
    /// The instruction.
    pub op: Op,
    /// In order.
    pub children: Vec<Node>,
}

/// Rules as far as they could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline<'a> {
    /// The top-level nodes.
    pub rules: Vec<Node>,
    /// Constants.
    pub pool: &'a [u8],
    /// Where the pool begins.
    pub pool_at: usize,
    /// Why reading stopped before the end of the code, and at which byte.
    pub stopped: Option<(usize, OutlineError)>,
}

/// Why the rest of a program cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutlineError {
    /// The sections do not fit the bytes, or a node is cut short.
    Cut,
    /// No instruction has this code, or its operands are cut short or not in their shortest form.
    Unknown(u8),
    /// An instruction of the wrong sort for its place.
    WrongSort(Op, Sort),
    /// A body that is longer than its parent, or ends inside its last child.
    WrongLength,
    /// Nested deeper than any verified program.
    TooDeep,
}

impl std::fmt::Display for OutlineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cut => f.write_str("the program is cut short"),
            Self::Unknown(code) => write!(f, "no instruction can be read here: 0x{code:02x}"),
            Self::WrongSort(op, sort) => {
                write!(f, "`{}` appears where a {} is expected", op.row().text, sort.word())
            }
            Self::WrongLength => f.write_str("a length that does not end with its last child"),
            Self::TooDeep => f.write_str("nodes nested too deep"),
        }
    }
}

impl std::error::Error for OutlineError {}

/// Reads as much as possible.
#[must_use]
pub fn outline(program: &[u8]) -> Outline<'_> {
    let Some((code, pool)) = sections(program) else {
        return Outline { rules: Vec::new(), pool: &[], pool_at: program.len(), stopped: Some((0, OutlineError::Cut)) };
    };
    let pool_at = program.len() - pool.len();
    let mut reader = Reader { cursor: Cursor::new(code), end_of_code: pool_at };
    let mut rules = Vec::new();
    let stopped = reader.fill(Sort::Rule, 0, 0, &mut rules).err();
    Outline { rules, pool, pool_at, stopped: stopped.map(|stop| (reader.at(), stop)) }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    end_of_code: usize,
}

impl Reader<'_> {
    fn at(&self) -> usize {
        self.end_of_code - self.cursor.rest().len()
    }

    /// Nodes until only `rest` bytes are left. Nodes before an error are kept.
    fn fill(&mut self, sort: Sort, rest: usize, depth: usize, into: &mut Vec<Node>) -> Result<(), OutlineError> {
        while self.cursor.rest().len() > rest {
            self.node(sort, depth, into)?;
        }
        if self.cursor.rest().len() == rest { Ok(()) } else { Err(OutlineError::WrongLength) }
    }

    fn node(&mut self, sort: Sort, depth: usize, into: &mut Vec<Node>) -> Result<(), OutlineError> {
        if depth > PROGRAM_NESTING + 3 {
            return Err(OutlineError::TooDeep);
        }
        let at = self.at();
        let before = self.cursor.clone();
        let code = *before.rest().first().ok_or(OutlineError::Cut)?;
        let stop = match Op::read(&mut self.cursor) {
            Some(op) if op.row().sort == sort => {
                let mut children = Vec::new();
                let outcome = self.children(op, depth + 1, &mut children);
                into.push(Node { at, op, children });
                return outcome;
            }
            Some(op) => OutlineError::WrongSort(op, sort),
            None => OutlineError::Unknown(code),
        };
        self.cursor = before;
        Err(stop)
    }

    fn children(&mut self, op: Op, depth: usize, into: &mut Vec<Node>) -> Result<(), OutlineError> {
        match op.row().shape {
            Shape::Leaf => Ok(()),
            Shape::One(sort) => self.node(sort, depth, into),
            Shape::Two(first, second) => {
                self.node(first, depth, into)?;
                self.node(second, depth, into)
            }
            Shape::Body(sort) => {
                let length =
                    op.body().and_then(|length| usize::try_from(length.0).ok()).ok_or(OutlineError::WrongLength)?;
                let rest = self.cursor.rest().len().checked_sub(length).ok_or(OutlineError::WrongLength)?;
                self.fill(sort, rest, depth, into)
            }
        }
    }
}
