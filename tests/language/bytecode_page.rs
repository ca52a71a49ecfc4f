//! `docs/bytecode.md` is printed from the table of opcodes.

use std::fmt::Write as _;

use placet::bytecode::constant::write_actions;
use placet::bytecode::op::{Length, Op, Shape};
use placet::bytecode::prices::{PRICES, Prices};
use placet::bytecode::program::{Pool, Program};
use placet::bytecode::url::{HOST as URL_HOST, PARTS as URL_PARTS};
use placet::limits::{
    CLAIM_ENTRIES, LABELS, POLICY_COST, POLICY_PROGRAM_BYTES, POLICY_PROOF_BYTES, PROGRAM_NESTING, RULES, SET_BYTES,
    SET_ELEMENTS, TOKEN_BYTES, TOKEN_COST, TOKEN_PROGRAM_BYTES, TOKEN_PROOF_BYTES, VALUE_BYTES,
};
use placet::model::claim::Claim;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::program::listing::listing;

#[test]
fn the_reference_page_is_printed_from_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bytecode.md");
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).expect("docs can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, page, "run this test with BLESS=1");
}

/// The whole page.
fn page() -> String {
    let mut out = String::from(CONTAINER);
    let _ = writeln!(
        out,
        "A program in a token has at most {TOKEN_PROGRAM_BYTES} bytes, a policy that a service holds at\nmost \
         {POLICY_PROGRAM_BYTES}. Either has at most {RULES} rules, whose nodes nest at most {PROGRAM_NESTING} deep.\n"
    );
    out.push_str(&costs());
    out.push_str(MEANING);
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

/// The prices and the limits.
fn costs() -> String {
    let Prices { compared, folded, label, label_compared, approver, member, sorted, sorted_bytes, .. } = PRICES;
    let Prices { search, searched, needle, read_again, read_url, claim, halved, table, facet, facet_size, .. } = PRICES;
    let Prices { probe, hashed, looks, seen, met, .. } = PRICES;
    let (patterns, claims) = (patterns(), Claim::ALL.len() + CLAIM_ENTRIES);
    format!(
        "## Cost\n\n\
         All programs of a token together cost at most {TOKEN_COST} steps, and a policy at most\n{POLICY_COST}. A step is at \
         most sixteen processor instructions; `benches/instructions`\ncounts the worst programs of every row and fails if one \
         takes more. The cost of a program is the\nsum of the costs below over all its instructions, even those that a request \
         would skip. Each\ninstruction is charged once for each value that it looks at: one, or {SET_ELEMENTS} in a pattern on a \
         set.\nInstructions that look through values byte by byte cost more, for at most as many bytes as a\nvalue may have \
         ({VALUE_BYTES}), or all elements of a set together ({SET_BYTES}):\n\n\
         | instruction | additional cost |\n|---|---|\n\
         | a comparison with a text, `is` | a step for every {compared} bytes of the shorter one |\n\
         | `equals`, `begins` | the price of the pattern, since their own is that of a test |\n\
         | one that ignores case (`nocase`) | for each byte of the text {folded} step |\n\
         {patterns}\
         | a label | for each of {LABELS} labels {label} steps, and one for every {label_compared} bytes of the name |\n\
         | `approved` | for each key {approver} steps |\n\
         | `member` | for each element {member} steps, and the comparison |\n\
         | `size` of a set | for each element {sorted} steps, and one for every {sorted_bytes} bytes of all: they are sorted |\n\
         | `any.in`, `every.in` | twice the price of `size` of a set: the second set is sorted, and each element of the first is looked for in it |\n\
         | `contains` | {search} steps, {searched} for each byte of the text and {needle} for each byte of the part |\n\
         | `string`, `path.of`, `url.of` | {read_again} steps for each byte, {read_url} of a URL: the text is read again each time |\n\
         | `claim.of`, `has.claim` | {claim} steps for each of {claims} claims, and {read_again} for each byte that a token may have \
         ({TOKEN_BYTES}) |\n\
         | `entry.of`, `has.entry` | the same; for each claim a step more, and one for every {compared} bytes of the name |\n\
         | `local` | {halved} steps for each time that the table is halved |\n\
         | a look-up in a table | a step for each halving and every {hashed} bytes of the key; {probe} for each row with one hash, and the \
         comparison of the keys |\n\
         | `in.row`, `any.in.row`, `every.in.row` | and, once or for each element of the set, {member} for each element of the row with \
         most of them, and one for every {compared} bytes of the longest row |\n\
         | `row.of` | and for each byte of the longest one {read_again} if it is a string or a path, {read_url} if it is a URL |\n\
         | `deny.index`, `allow.index` | {table} steps for each table, {facet} for each facet and one for every {facet_size} \
         of its size, and twice the price of finding the label of a facet; where a request may have several values, {looks} \
         times that, one for every {seen} rules and every {seen} bytes that a set may have ({SET_BYTES}), and for a rule {met} for \
         each of at most {looks} buckets |\n\n\
         A value in a pattern (`is`, `made`) is paid for each time that the pattern looks at a value. Where a\nvalue is compared, a \
         uuid and an address have 16 bytes, a claim as many as a token, a constant its own.\nAn instruction that looks at two \
         constants or values of this kind pays for the shorter one.\n\n\
         The proof of a program looks at a constant as often as it is named: at most {TOKEN_PROOF_BYTES} bytes in all\nprograms \
         of a token together, and {POLICY_PROOF_BYTES} in a policy.\n\n\
         While a program runs, all work that is not constant time is counted again. A run that exceeds its\ncost is refused \
         (`out_of_fuel`), neither allowed nor denied: a price that is too low is a defect of\nPlacet.\n\n",
    )
}

/// The prices of globs, path patterns and automata.
fn patterns() -> String {
    let Prices { glob_piece, glob_tried, path_piece, path_tried, literal, place, literal_sought, .. } = PRICES;
    let Prices { automaton, state, passed, few_runs, made_piece, made_passed, made_spelling, .. } = PRICES;
    format!(
        "| a glob | {glob_piece} steps for each piece and {literal} for each byte of a literal; and for each byte of the value \
         the cost of the most expensive group between two runs (not at the ends): {glob_tried} for each piece, one for every \
         64 bytes of a literal, and {place}, or {literal_sought} if there is one piece and it costs less than {place} |\n\
         | a path pattern | the same with {path_piece} and {path_tried} steps for each piece. A glob in it is a piece like a literal \
         of its constant's length, and costs its own price once; in a group between two runs also half of that, rounded up, and its \
         price for each byte; at the ends, for each byte, the most expensive glob does |\n\
         | a URL pattern | a path pattern, {URL_HOST} steps, and {URL_PARTS} for each byte |\n\
         | a made text | {made_piece} steps for each piece and 1 for each byte of a literal; {made_passed} for each byte of the \
         value; and {made_spelling} for each value of the request in it |\n\
         | an automaton | {automaton} steps; {state} for each byte of the value, and one more for every {passed} of its first \
         {few_runs} runs |\n",
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
<!-- Printed from the table of opcodes by `BLESS=1 cargo test --all-features -p placet --test language`. -->

# Permission bytecode

A program decides one request. It is run in place in the token: nothing is decoded first, and nothing
is allocated. This page is the reference; the VM, the verifier and the printers all read the same
table.

## The program

```text
varint  bytes of code
bytes   code: rules, one after the other
bytes   pool: the rest; a constant is a varint length and that many bytes
```

A *varint* is an unsigned LEB128 number in its shortest form; longer encodings are refused, so that
each program has exactly one encoding.

Code is a list of rules: first all `deny`, then all `require`, then all `allow`. A rule is a frame
with a length that contains tests, all of which must hold. Everything else is a tree in prefix form:
an instruction, its operands, its children. Lengths are unsigned and reach forward, so a loop cannot
be written down. A rule's number in a verdict counts all frames from 0. Where an instruction has a
first and a last action, the first is not above the last.

Before the rules are the tables that they look into, at most 32. A look-up names a table by the
offset with which it was declared; a table that is not used is refused.

The pool ends with the last constant that an instruction uses. Constants may be shared.

";

/// What a reader of the table could not guess.
const MEANING: &str = "\
## Absent values and sets

An attribute that the request lacks is absent, and so are an empty set and labels of which there is
none. On an absent value `absent` matches, `any.of` and `all.of` ask their patterns, and `label` asks
its pattern about an absent value, as it does where only that label is missing. Everything else does
not match, `not` among it. A condition that reads an absent value is false, so `negate` of it is true.

A test on a set asks its whole pattern about each element: in a `deny` one of them has to match, in
`require` and `allow` all of them. `some.of` and `every.of` are tests on sets only. An empty set is
one absent value.

## Values

Where two values are compared, both are of one type, and so are the two sets of `any.in` and
`every.in`. Texts are compared byte by byte, addresses as their sixteen bytes.

A sum inside of a sum is exact; the whole of it is cut to 64 bits before anything else is done with
it. `local` is absent where its result has more than 64 bits.

A made text has one to eight values, as many as its shape has places for them. Each is a string, an
int, in decimal, or a uuid, as 36 characters in lower case; in a pattern on bytes also bytes. What is
before a `*` begins the value that is matched, what is after it ends it, and the two do not overlap.
In a path a value is (a part of) one segment. One in which a `%` is not a whole escape of a canonical
path matches nothing: the text beside it must not complete the escape.

All blocks see the claims of the token's authority block, and so does a policy that a service holds;
without a token it sees none.

A key that is absent has no row. A row without this key has no elements, so every condition on it is
false.

";

const CONSTANTS: &str = "\
## Constants

| of | layout |
|---|---|
| text | the bytes: UTF-8 for a whole string (a beginning, an end and what ignores case may be any bytes), a canonical path for a path, a canonical URL for a URL, sixteen bytes for a uuid |
| set of actions | one bit for each action, by its number, lowest bit first; the last byte is not zero, so that the empty set has no bytes |
| network | a byte with its bits, 0 to 128; or 192 and its bits, 0 to 32, for IPv4; then as many bytes as the bits need, spare bits zero. An IPv6 network contains no mapped address |
| address | sixteen bytes; IPv4 is mapped to `::ffff:0:0/96` |
| glob | pieces, each a varint: 0 is `*`, 1 is `?` (one character; of bytes, one byte), n + 1 is a literal of n bytes, which follow; no literal follows another one, and no `*` another `*` |
| made text | pieces, each a varint: 0 is `*`, 1 is `?`, 2 is the next value of the request, which must not be empty, 3 is the next value, 4 begins a segment of a path, 5 is `**` in the place of a segment, n + 5 is a literal of n bytes, which follow. No literal follows another one. At most one `*` in a text or a segment, at most one `**`, alone in its segment. 4 and 5 are only in paths, which begin with 4, have no empty segment, no `?` and no 3 |
| path pattern | segments, each a varint: 0 is `**`, 1 is `*`, 2 is a length and a glob, n + 2 is a literal of n bytes, which follow: a segment of a canonical path. No `**` follows another one, and a glob has pieces |
| URL pattern | a byte for the scheme: 0 any, 1 `http`, 2 `https`; one for the port: 0 any, 1 the scheme's, 2 the one that follows in two bytes, low byte first; one for the host: 0 any, 1 this one, 2 one label below, 3 this one or below, 4 `public`; after 1 to 3 a length and the host; then the segments of a path pattern, with those of a canonical URL (none is `/`) |
| table | see below |
| key | the 32 bytes of an Ed25519 public key |
| quorum | a byte, how many keys; then 1 to 32 keys, ascending, none twice, and as many as the byte says or more |
| automaton | see below |
| time zone | see below |

An automaton is a compiled regular expression. State 0 is dead (all of its next states are 0,
and it does not accept), state 1 is the start.

```text
varint, bytes  the expression it was made from, for people; the VM does not read it
byte           states, 2 to 255
byte           classes of bytes, 1 to 255
byte           runs, and for each: its last byte, its class; ascending, the last one ends at 255
bytes          states x classes next states, row by row
bytes          one bit for every state, lowest bit first: does it accept? Spare bits are zero
```

A time zone is its offsets from UTC, for as long as the compiler knew them. Its numbers are
big-endian. A zone that always has one offset has the name and that offset:

```text
varint, bytes  the name of the zone, UTF-8, 1 to 64 bytes, for people; the VM does not read it
i16            the offset in minutes, -1,080 to 1,080
```

Any other zone, whose table has at least one offset:

```text
varint, bytes  the name, as above
offsets        for each: u32 the minute since 1970-01-01T00:00:00Z from which it holds, ascending; i16 the offset, which
               is not the one before it
u32            the minute at which the table ends, after the last of these
```

The host of a URL pattern is canonical; below an address there is none. A port is not the default of
its scheme. A pattern of one host has a `*` somewhere, and `public` is of any scheme, any port and the
path `**`: every pattern can be written in a policy.

A table has its rows in the order of the hashes of their keys, and of the keys where these are equal:

```text
varint, bytes  the name: letters, digits and `_`, no digit first, 1 to 128 bytes
byte           the type of the keys: `string`, `int` or `uuid`, by their numbers in a vocabulary
byte           the type of the values; 128 more for sets of it
varint         rows, at most 1,048,576
u32 each       the upper half of the hash of the key, as an index hashes bytes; low byte first
u32 each       where the row ends, from the end of these numbers on; low byte first
rows           for each: varint, bytes: the key; then the value, or for a set its elements, each a varint and bytes,
               ascending, each once, 1 to 1,024, at most 131,072 bytes together
```

A bool is a byte, 0 or 1. A number has eight bytes, high byte first and the sign inverted. Everything
else is as in a constant.

An index says which of the rules after it a request can match. It is placed before all rules of its
effect, only in programs that a service holds, and changes no verdict: an implementation that ignores
it decides the same. Its numbers have a fixed width, low byte first.

```text
u16            rules, 1 to 65,535
u32            bytes of their code
byte           tables, at most 24
rules          for each: u24 where it begins in that code, byte its table, or 255 for an open rule, which is
               always evaluated
u16            open rules, and for each: u16 its number, ascending
tables         for each:
  byte         facets, 1 to 3
  byte         the logarithm of its buckets, 0 to 16
  facets       byte kind, byte attribute, u16 size
  labels       for each facet of a label: u16 the length of its name, the name
  u16          for each bucket, and once more for their end: where its rules begin among the entries
  u16          entries: numbers of rules, ascending in each bucket
```

| facet | the part of a request |
|---|---|
| 0 | the whole of a string, bytes, path or uuid, if it has at most *size* bytes |
| 1 | its first *size* bytes, 1 to 64 |
| 2 | its last *size* bytes, 1 to 64 |
| 3 | the first *size* bits of a number (64 bits, the sign inverted) or an address (128 bits) |
| 4 | segment *size* of a path, 0 to 7 |
| 5 | the action; attribute and size are 0 |
| 6 | the whole value of a label, if it has at most *size* bytes |
| 7 | its first *size* bytes, 1 to 64 |
| 8 | its last *size* bytes, 1 to 64 |
| 9 | any segment of a path; *size* is 0. A pattern requires its longest literal segment, the first of them |

The bucket is the highest bits of a hash of the facets, in order. The hash begins with
`2545f4914f6cdd1d`. A word of 64 bits is added by exclusive or, multiplication with
`9e3779b97f4a7c15`, and exclusive or with the result's own upper half. Bytes add their number, then
each eight of them as a word with the low byte first, then the last eight once more; fewer than eight
are one word, padded with zeros. Numbers, addresses and actions add the exclusive or of their two
halves of 64 bits. A rule appears in every bucket in which a request that it matches can look. If an
`allow` tests a set, its first element is looked up. If a `deny` tests a set, each of its elements is
looked up, and facet 9 looks up each segment of the path: with two such facets, each pair. If a
request has more than 16 combinations for a table, every rule of that table is evaluated. `some.of`
and `every.of` have no facet.

";

const INSTRUCTIONS: &str = "\
## Instructions

A reader refuses a program with a code that is not in this table. Codes from `80` on
are not rules: indexes, which a token does not have, and tables.

| operand | on the wire | in a listing |
|---|---|---|
| `Field` | a byte: the number of an attribute | its name |
| `Action` | a varint: the number of an action | its name |
| `Claim` | a byte: 1 id, 2 type, 3 owner, 4 producer, 5 application | its name |
| `ClaimMap` | a byte: 6 labels, 7 attributes | its name |
| `Const` | a varint: the offset of a constant in the pool | the constant |
| `Length` | a varint: bytes of children that follow | `+9` |
| `Int` | a varint in zigzag form: 0, -1, 1, -2, … | the number |

";

const EXAMPLE: &str = "
## An example

Two rules over a vocabulary with the attributes `time`, `cache` and `item` and the actions `get`, `set` and `flush`.

";
