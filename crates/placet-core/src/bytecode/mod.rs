//! Programs: the [table of opcodes](op), the [container](program) that holds code and constants,
//! and the [verifier](verify) that proves a program once.
//!
//! A program is a list of rules. A rule is a frame with a length: its tests run in order, and the
//! first one that fails leaves the frame. Inside, patterns and conditions are small trees in prefix
//! form, each node an opcode, its operands and its children. Lengths are unsigned and reach
//! forward, so a loop cannot be written down; nodes nest to a fixed depth, so the VM needs neither
//! a heap nor a stack of its own. Each constant appears once, in a pool after the code, and an
//! operand is the offset in that pool.
//!
//! The [verifier](verify::verify) refuses everything that it cannot prove: an unknown opcode, a
//! node of the wrong sort, a constant of the wrong type, a length that does not end where its last
//! child ends, a rule out of order, too much depth or cost. Only the verifier makes a
//! [`Proved`](verify::Proved).

pub mod automaton;
pub mod constant;
pub mod cursor;
pub mod fuel;
pub mod index;
pub mod made;
pub mod matching;
pub mod op;
pub mod prices;
pub mod program;
pub mod search;
pub mod table;
pub mod url;
pub mod verify;
pub mod wildcard;
pub mod zone;
