//! The reference page `docs/bytecode.md`, printed from the table of opcodes.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::automaton::{AUTOMATON, FEW_RUNS, PASSED, STATE};
use super::constant::write_actions;
use super::index::{FACET, FACET_SIZE, TABLE};
use super::listing::listing;
use super::op::{Length, Op, Shape};
use super::program::{Pool, Program};
use super::verify::allowance;
use super::verify::condition::{self, MEMBER, NEEDLE, READ_AGAIN, SEARCH, SORTED, SORTED_BYTES};
use super::verify::pattern::{LABEL, LABEL_COMPARED};
use super::wildcard::{self, GLOB, LITERAL, PATH, PLACE, Piece};
use crate::limits::{
    LABELS, POLICY_COST, POLICY_PROGRAM_BYTES, POLICY_PROOF_BYTES, PROGRAM_NESTING, RULES, SET_BYTES, SET_ELEMENTS,
    TOKEN_COST, TOKEN_PROGRAM_BYTES, TOKEN_PROOF_BYTES, VALUE_BYTES,
};
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

/// The whole page.
///
/// # Panics
/// If the example's vocabulary is not one; a test prints the page.
#[must_use]
pub fn page() -> String {
    let mut out = String::from(CONTAINER);
    let _ = writeln!(
        out,
        "A program in a token has at most {TOKEN_PROGRAM_BYTES} bytes, a policy that a service holds at most \
         {POLICY_PROGRAM_BYTES}; either has at most {RULES} rules, whose nodes nest at most {PROGRAM_NESTING} deep.\n"
    );
    out.push_str(&costs());
    out.push_str(CONSTANTS);
    out.push_str(INSTRUCTIONS);
    out.push_str("| code | text | operands | is a | children | cost | meaning |\n|---|---|---|---|---|--:|---|\n");
    for row in Op::TABLE {
        let _ = writeln!(
            out,
            "| `{:02x}` | `{}` | {} | {} | {} | {} | {} |",
            row.code,
            row.text,
            if row.operands.is_empty() { String::new() } else { format!("`{}`", row.operands.replace(" :", ":")) },
            row.sort.word(),
            children(row.shape),
            row.cost,
            row.meaning
        );
    }
    out.push_str(&example());
    out
}

/// What is paid for, and how much of it there is.
fn costs() -> String {
    format!(
        "## Cost\n\n\
         All programs of a token together cost at most {TOKEN_COST} steps, and a policy at most {POLICY_COST}. A step is at most \
         sixteen instructions of a processor; `benches/instructions` counts the worst programs of every row and fails where one \
         takes more. The cost is the sum over all instructions, whatever a request would leave out, of what the table below \
         says, once for each value that the instruction looks at: one, or {SET_ELEMENTS} where it is in a pattern on a set. What \
         looks through values byte by byte costs more, at most as many bytes as a value may have ({VALUE_BYTES}), or all \
         elements of a set together ({SET_BYTES}):\n\n\
         | what | costs besides |\n|---|---|\n\
         | comparing with a text | a step for every {} bytes of the shorter one |\n\
         {}\
         | a label | for each of {LABELS} labels {LABEL} steps, and one for every {LABEL_COMPARED} bytes of the name |\n\
         | `member` | for each element {MEMBER} steps, and the comparison |\n\
         | `size` of a set | for each element {SORTED} steps, and one for every {SORTED_BYTES} bytes of all: they are sorted |\n\
         | `contains` | {SEARCH} steps, {} for each byte that is looked through and {NEEDLE} for each that is sought |\n\
         | `string`, `path.of` | {READ_AGAIN} steps for each byte: the text is read again each time |\n\
         | `deny.index`, `allow.index` | {TABLE} steps for each table, {FACET} for each facet and one for every {FACET_SIZE} \
         of its size |\n\n\
         Proving looks at a constant as often as it is named. All programs of a token together may have {TOKEN_PROOF_BYTES} bytes \
         looked at, a policy {POLICY_PROOF_BYTES}.\n\n\
         While a program runs, what is not constant time is counted once more. A run that took more than its cost would be \
         refused (`out_of_fuel`), neither allowed nor denied: a price that is too low is a mistake of ours.\n\n",
        allowance::COMPARED,
        patterns(),
        condition::SOUGHT,
    )
}

/// What globs, path patterns and automata cost.
fn patterns() -> String {
    let Piece { once, tried } = GLOB;
    let literal = |piece: Piece| wildcard::SOUGHT + piece.tried;
    format!(
        "| a glob | {once} steps for each piece and {LITERAL} for each byte of a literal; and for each byte of the value what \
         the dearest group between two runs costs: {} for one literal, otherwise {PLACE}, and {tried} for each piece of \
         the group |\n\
         | a path pattern | the same with {} steps for each piece; {} for one literal, otherwise {PLACE}, and {} for each \
         piece; and what the globs in it cost |\n\
         | an automaton | {AUTOMATON} steps; {STATE} for each byte of the value, and one more for every {PASSED} runs, up to \
         {FEW_RUNS} |\n",
        literal(GLOB),
        PATH.once,
        literal(PATH),
        PATH.tried,
    )
}

fn children(shape: Shape) -> String {
    match shape {
        Shape::Leaf => String::new(),
        Shape::One(sort) => format!("a {}", sort.word()),
        Shape::Two(first, second) => format!("a {}, a {}", first.word(), second.word()),
        Shape::Body(sort) => format!("{}s", sort.word()),
    }
}

/// A small program, byte by byte and as a listing.
fn example() -> String {
    let vocabulary = Vocabulary::builder("cache", 1)
        .attribute("cache", Type::One(Scalar::String), false)
        .and_then(|builder| builder.attribute("item", Type::Set(Scalar::Bytes), true))
        .and_then(|builder| builder.action("get"))
        .and_then(|builder| builder.action("set"))
        .and_then(|builder| builder.action("flush"))
        .expect("the names are fine and different")
        .build();
    let mut pool = Pool::default();
    let mut set = Vec::new();
    write_actions(&[ActionNo(0), ActionNo(2)], &mut set);
    let denied = [Op::Begins { field: FieldNo(2), text: pool.intern(b"secret/") }];
    let allowed =
        [Op::ActionSet { set: pool.intern(&set) }, Op::Equals { field: FieldNo(1), text: pool.intern(b"acorns") }];
    let mut code = Vec::new();
    body(|body| Op::Deny { body }, &denied, &mut code);
    body(|body| Op::Allow { body }, &allowed, &mut code);
    let program = Program::new(&code, &pool);
    let sources = ["deny  { item: prefix \"secret/\" }", "allow { action: [get, flush], cache: \"acorns\" }"];
    let bytes: Vec<String> = program.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{EXAMPLE}```text\n{}\n```\n\n```text\n{}```\n",
        bytes.join(" "),
        listing(program.bytes(), &vocabulary, &sources)
    )
}

fn body(frame: fn(Length) -> Op, tests: &[Op], code: &mut Vec<u8>) {
    let mut inner = Vec::new();
    tests.iter().for_each(|op| op.write(&mut inner));
    frame(Length(u32::try_from(inner.len()).expect("the example is small"))).write(code);
    code.extend(inner);
}

const CONTAINER: &str = "\
<!-- Printed from the table of opcodes; `BLESS=1 cargo test -p placet --test language bytecode_page` writes it anew. -->

# Permission bytecode

A program decides one request. It is run as it lies in the token: nothing is decoded first, nothing is allocated. This page is
the reference; the machine that runs programs, the one that proves them and the printers all read the same table.

## The program

```text
varint  bytes of code
bytes   code: rules, one after the other
bytes   pool: the rest; a constant is a varint length and that many bytes
```

A *varint* is an unsigned LEB128 number in its shortest form; longer spellings are refused, so that one program has one text.

Code is a list of rules: first all `deny`, then all `require`, then all `allow`. A rule is a frame with a length, and in it are
tests, of which all must hold. Everything else is a tree in prefix form: an instruction, its operands, its children. Lengths are
unsigned and reach forward: a loop can not be written down. A rule's number in a verdict counts all frames from 0.

The pool ends with the last constant that an instruction uses. Constants may be shared.

";

const CONSTANTS: &str = "\
## Constants

| of | layout |
|---|---|
| text | the bytes: UTF-8 for a string, a canonical path for a path, sixteen bytes for a uuid |
| set of actions | one bit for each action, by its number, lowest bit first; the last byte is not zero |
| network | a byte with its bits, 0 to 128; or 192 and its bits, 0 to 32, for IPv4; then as many bytes as the bits need, spare bits zero. One of IPv6 holds no mapped address |
| address | sixteen bytes; IPv4 is mapped to `::ffff:0:0/96` |
| glob | pieces, each a varint: 0 is `*`, 1 is `?`, n + 1 is a literal of n bytes, which follow |
| path pattern | segments, each a varint: 0 is `**`, 1 is `*`, 2 is a length and a glob, n + 2 is a literal of n bytes, which follow |
| key | the 32 bytes of an Ed25519 public key |
| automaton | see below |

An automaton is a regular expression after it has been compiled. State 0 is dead, state 1 is the start.

```text
varint, bytes  the expression it was made from, for people; the machine does not read it
byte           states, 2 to 255
byte           classes of bytes, 1 to 255
byte           runs, and for each: its last byte, its class; ascending, the last one ends at 255
bytes          states x classes next states, row by row
bytes          one bit for every state, lowest bit first: does it accept?
```

An index says which of the rules behind it a request can match. It stands in front of all rules of its effect, only in programs
that a service holds, and changes no verdict: whoever ignores it decides the same. Its numbers are fixed in width, low byte first.

```text
u16            rules, 1 to 65,535
u32            bytes of their code
byte           tables, at most 24
rules, of each u24 where it begins in that code, byte its table, or 255 of an open rule, which is always asked
u16            open rules, and of each: u16 its number, ascending
tables, of each:
  byte         facets, 1 to 3
  byte         the logarithm of its buckets, 0 to 16
  facets       byte kind, byte attribute, u16 size
  u16          for each bucket, and once more for their end: where its rules begin among the entries
  u16          entries: numbers of rules, ascending in each bucket
```

| facet | what it is of |
|---|---|
| 0 | the whole of a string, bytes, path or uuid, if it has at most *size* bytes |
| 1 | its first *size* bytes, 1 to 64 |
| 2 | its last *size* bytes, 1 to 64 |
| 3 | the first *size* bits of a number (64 bits, the sign turned round) or an address (128 bits) |
| 4 | segment *size* of a path, 0 to 7 |
| 5 | the action; attribute and size are 0 |

The bucket is the highest bits of a hash of the facets, in order. It begins with `2545f4914f6cdd1d`; a word of 64 bits is put in by
exclusive or, multiplication with `9e3779b97f4a7c15` and exclusive or with its own upper half. Bytes put in their number, then
each eight of them as a word with the low byte first, then the last eight once more; fewer than eight are one word, filled with
zeros. Numbers, addresses and actions put in the exclusive or of their two halves of 64 bits. A rule stands in every bucket where a request
that it matches can look; a set that an `allow` asks for is looked up by its first element, and where a `deny` meets a set of
several, every rule is asked.

";

const INSTRUCTIONS: &str = "\
## Instructions

A reader that meets a code that is not in this table refuses the program. Codes from `80` on say where to look among the rules.

| operand | on the wire | in a listing |
|---|---|---|
| `Field` | a byte: the number of an attribute | its name |
| `Action` | a varint: the number of an action | its name |
| `Const` | a varint: the distance of a constant from the start of the pool | the constant |
| `Length` | a varint: bytes of children that follow | `+9` |
| `Int` | a varint in zigzag form: 0, -1, 1, -2, … | the number |

";

const EXAMPLE: &str = "
## An example

Two rules over a vocabulary with the attributes `time`, `cache` and `item` and the actions `get`, `set` and `flush`.

";
