//! Programs that nobody's compiler wrote. A restriction comes from whoever held the token last, so whatever bytes it has, the verifier
//! answers, and whatever the verifier lets through, the VM decides.

use crate::common;
#[path = "hostile_bytecode/faults.rs"]
mod faults;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use common::choices::Choices;
use common::for_all;
use common::programs::{every_type, nested, one, program, rule, scope, with_length, words_of_a};
use placet::bytecode::constant::NetworkBits;
use placet::bytecode::cursor::Cursor;
use placet::bytecode::op::{Const, Int, Length, Op};
use placet::bytecode::program::{Pool, Program, sections};
use placet::bytecode::verify::{Budget, Fault, Proved, Scope, verify};
use placet::bytecode::wildcard::GlobPiece;
use placet::limits::{NESTING, PROGRAM_NESTING, RULES, SET_BYTES, SET_ELEMENTS, TOKEN_PROGRAM_BYTES, VALUE_BYTES};
use placet::model::path::ResourcePath;
use placet::model::request::{Request, WideRequest};
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::url::Url;
use placet::model::value::{Address, Value};
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::vm::{BlockVerdict, Context, ProgramKind, run};

const CONTEXT: Context<'static> =
    Context { issuance: Time::MIN, expiry: Time::MAX, bearer: None, vouchers: &[&[7; 32]], approvers: &[[7; 32]] };

/// Requests between nothing and everything: all attributes absent, even those that are required; all there; all sets large.
fn requests(vocabulary: &Vocabulary) -> Vec<WideRequest<'_>> {
    const ELEMENTS: [[Value<'static>; 3]; 9] = [
        [Value::Bool(true), Value::Bool(false), Value::Bool(true)],
        [Value::Int(i64::MAX), Value::Int(0), Value::Int(i64::MIN)],
        [Value::String("a"), Value::String(""), Value::String("\u{e9}\u{0}")],
        [Value::Bytes(b"aa"), Value::Bytes(b""), Value::Bytes(&[0xc3, 0xff, 0x80])],
        [Value::Uuid([7; 16]), Value::Uuid([0; 16]), Value::Uuid([0xff; 16])],
        [
            Value::Time(Time::from_millis(i64::MIN)),
            Value::Time(Time::from_millis(-1)),
            Value::Time(Time::from_millis(i64::MAX)),
        ],
        [Value::Duration(i64::MAX), Value::Duration(i64::MIN), Value::Duration(0)],
        [
            Value::Ip(Address::from_octets([0; 16])),
            Value::Ip(Address::from_octets([0xff; 16])),
            Value::Ip(Address::from_octets([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1])),
        ],
        [Value::Bool(false); 3],
    ];
    const LABELS: [(&str, &str); 3] = [("", ""), ("a", "a"), ("dc", "\u{e9}")];
    let absent = Request::with_room(vocabulary, ActionNo(3), Time::from_millis(i64::MIN));
    let beyond = Request::with_room(vocabulary, ActionNo(u16::MAX), Time::from_millis(i64::MAX));
    let mut all = vec![absent, beyond];
    for place in 0..3 {
        let mut request = Request::with_room(vocabulary, ActionNo(7), Time::from_millis([0, -1, i64::MAX][place]));
        for (field, attribute) in (0..).map(FieldNo).zip(vocabulary.attributes()).skip(1) {
            let (scalar, is_set) = match attribute.ty {
                Type::One(scalar) => (scalar, false),
                Type::Set(scalar) => (scalar, true),
                Type::Labels => {
                    request.set(field, &LABELS[..place]).unwrap();
                    continue;
                }
            };
            let value = match scalar {
                Scalar::Path => Value::Path(ResourcePath::new(["/", "/a", "/a/b/a"][place]).unwrap()),
                Scalar::Url => Value::Url(
                    Url::new(["https://a.de/", "http://b.a.de:8080/a/?a", "https://[::1]/a/b"][place]).unwrap(),
                ),
                scalar => ELEMENTS[scalar as usize][place],
            };
            if let Some(set) = ELEMENTS.get(scalar as usize).filter(|_| is_set && scalar != Scalar::Path && place > 0) {
                request.set(field, set.as_slice()).unwrap();
            } else {
                request.set(field, value).unwrap();
            }
        }
        all.push(request);
    }
    all
}

/// A program that is proved is decided, whatever it says.
fn decides(proved: &Proved<'_>, requests: &[WideRequest<'_>]) -> Vec<BlockVerdict> {
    let kinds = [ProgramKind::Authority, ProgramKind::Restriction];
    let runs = kinds.iter().flat_map(|kind| requests.iter().map(|request| run(proved, *kind, request, &CONTEXT)));
    runs.map(|answer| answer.expect("what is proved is decided")).collect()
}

/// Verifies, and runs what is proved. Whether it was.
fn survives(bytes: &[u8], scope: &Scope<'_>, requests: &[WideRequest<'_>]) -> bool {
    match verify(bytes, scope) {
        Ok(proved) => {
            decides(&proved, requests);
            true
        }
        Err(error) => {
            assert!(error.at <= bytes.len(), "{error:?} is behind the {} bytes of the program", bytes.len());
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// Programs that are proved, made by the writer from a few seeds.
fn proved_programs(vocabulary: &Vocabulary, count: usize) -> Vec<Vec<u8>> {
    let scope = scope(vocabulary);
    let seeds = (1_u32..).map(|seed| noise(seed, 400));
    let programs = seeds.map(|seed| program(&mut Choices::new(&seed), vocabulary));
    programs.filter(|bytes| bytes.len() > 30 && verify(bytes, &scope).is_ok()).take(count).collect()
}

/// Bytes that look random and are the same in every run.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 11) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn random_bytes_are_refused_or_decided() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    for_all(5_000, 60, |choices| {
        let bytes: Vec<u8> = std::iter::from_fn(|| (!choices.is_spent()).then(|| choices.byte())).collect();
        survives(&bytes, &scope, &requests);
        // The same as the code of a container that is well-formed.
        let mut contained = vec![];
        Program::new(&bytes, &Pool::default()).bytes().clone_into(&mut contained);
        survives(&contained, &scope, &requests);
        Ok(())
    });
}

#[test]
fn every_instruction_is_decided_on_every_request_whatever_is_absent() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    let (proved, all) = (Cell::new(0_u32), Cell::new(0_u32));
    let seen = RefCell::new(BTreeSet::new());
    for_all(5_000, 300, |choices| {
        let bytes = program(choices, &vocabulary);
        all.set(all.get() + 1);
        if let Ok(program) = verify(&bytes, &scope) {
            decides(&program, &requests);
            proved.set(proved.get() + 1);
            common::programs::codes(program.code(), &mut seen.borrow_mut());
        }
        Ok(())
    });
    assert!(proved.get() * 4 > all.get() * 3, "only {} of {} were proved", proved.get(), all.get());
    // An index is made for its rules; `rule_index.rs` is about those.
    let rows = Op::TABLE.iter().filter(|row| !row.text.ends_with(".index"));
    let missing: Vec<_> = rows.filter(|row| !seen.borrow().contains(&row.code)).map(|row| row.text).collect();
    assert!(missing.is_empty(), "no program had {missing:?}");
}

#[test]
fn a_program_with_any_bit_flipped_is_refused_or_decided() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    let (mut refused, mut proved) = (0, 0);
    for program in proved_programs(&vocabulary, 40) {
        for bit in 0..program.len() * 8 {
            let mut bytes = program.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if survives(&bytes, &scope, &requests) { proved += 1 } else { refused += 1 }
        }
    }
    assert!(refused > 1_000 && proved > 1_000, "{refused} refused and {proved} proved");
}

#[test]
fn a_program_cut_anywhere_is_refused_or_decided() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    for program in proved_programs(&vocabulary, 100) {
        for cut in 0..program.len() {
            let proved = survives(&program[..cut], &scope, &requests);
            assert!(proved || cut > 0, "no bytes are the program without rules");
            survives(&program[cut..], &scope, &requests);
        }
        let (code, pool) = sections(&program).unwrap();
        for cut in 0..code.len() {
            let mut bytes = with_length(0, &code[..cut])[1..].to_vec();
            bytes.extend_from_slice(pool);
            survives(&bytes, &scope, &requests);
        }
    }
}

#[test]
fn a_program_joined_from_two_is_refused_or_decided() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    let programs = proved_programs(&vocabulary, 120);
    let mut proved = 0;
    for (first, second) in programs.iter().zip(programs.iter().skip(1)) {
        for at in (0..first.len().min(second.len())).step_by(3) {
            survives(&[&first[..at], &second[at..]].concat(), &scope, &requests);
        }
        // The code of one with the constants of the other: every operand means something else.
        let (code, _) = sections(first).unwrap();
        let (_, pool) = sections(second).unwrap();
        let mut bytes = with_length(0, code)[1..].to_vec();
        bytes.extend_from_slice(pool);
        proved += u32::from(survives(&bytes, &scope, &requests));
    }
    assert!(proved > 0, "no code ever fitted other constants");
}

#[test]
fn a_program_with_any_byte_changed_to_a_telling_one_is_refused_or_decided() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    for program in proved_programs(&vocabulary, 40) {
        for place in 0..program.len() {
            let byte = program[place];
            for changed in [0, 1, 0x7f, 0x80, 0xff, byte.wrapping_add(1), byte.wrapping_sub(1)] {
                let mut bytes = program.clone();
                bytes[place] = changed;
                survives(&bytes, &scope, &requests);
            }
        }
    }
}

/// The attribute of this name in [`every_type`].
fn field(name: &str) -> FieldNo {
    every_type().field(name).unwrap()
}

/// What the verifier says of this code and these constants.
fn fault(code: &[u8], pool: &Pool) -> Option<Fault> {
    let vocabulary = every_type();
    let program = Program::new(code, pool);
    verify(program.bytes(), &scope(&vocabulary)).err().map(|error| error.fault)
}

fn allow(tests: &[u8]) -> Vec<u8> {
    rule(|body| Op::Allow { body }, tests)
}

/// One `allow` that asks one attribute for one pattern.
fn pattern(name: &str, pattern: &[u8]) -> Vec<u8> {
    allow(&[one(Op::Test { field: field(name) }), pattern.to_vec()].concat())
}

/// One `allow` with one condition.
fn when(truth: &[u8]) -> Vec<u8> {
    allow(&[one(Op::When {}), truth.to_vec()].concat())
}

fn pool_of(constant: &[u8]) -> (Pool, Const) {
    let mut pool = Pool::default();
    let place = pool.intern(constant);
    (pool, place)
}

#[test]
fn a_program_with_more_rules_or_bytes_than_allowed_is_refused() {
    let vocabulary = every_type();
    let policy = Scope { budget: Budget::Policy, ..scope(&vocabulary) };
    let rules = |count| Program::new(&allow(&[]).repeat(count), &Pool::default()).into_bytes();
    assert!(verify(&rules(RULES), &policy).is_ok());
    assert_eq!(verify(&rules(RULES + 1), &policy).unwrap_err().fault, Fault::TooManyRules);
    let token = scope(&vocabulary);
    assert!(verify(&rules(TOKEN_PROGRAM_BYTES / 2 - 1), &token).is_ok());
    assert_eq!(verify(&rules(TOKEN_PROGRAM_BYTES / 2), &token).unwrap_err().fault, Fault::TooLarge);
    assert!(verify(&[], &token).is_ok(), "the program without rules");
    assert_eq!(verify(&[0], &token).unwrap_err().fault, Fault::Leftover, "it has one form");
    assert_eq!(verify(&[5, 3, 0], &token).unwrap_err().fault, Fault::Cut);
}

#[test]
fn a_program_of_an_earlier_state_cannot_name_later_declarations() {
    let vocabulary = every_type();
    let early = vocabulary.states()[3];
    let scope = Scope { state: early, ..scope(&vocabulary) };
    let later = FieldNo(early.attributes);
    let program = Program::new(&when(&one(Op::Has { field: later })), &Pool::default());
    assert_eq!(verify(program.bytes(), &scope).unwrap_err().fault, Fault::UnknownAttribute);
    let program = Program::new(&allow(&one(Op::ActionIs { action: ActionNo(0) })), &Pool::default());
    assert_eq!(verify(program.bytes(), &scope).unwrap_err().fault, Fault::UnknownAction);
}

/// The deepest program that is proved: a condition as deep as it may be, and in it, of the elements of a set, a pattern as deep as it
/// may be.
fn deepest() -> Vec<u8> {
    let patterns = nested(PROGRAM_NESTING - 1, |out| Op::Not {}.write(out), &one(Op::Any {}));
    let elements = [one(Op::AnyElement { field: field("s_string") }), patterns].concat();
    when(&nested(PROGRAM_NESTING - 1, |out| Op::Negate {}.write(out), &elements))
}

#[test]
fn the_deepest_program_runs_on_the_smallest_stack() {
    let decide = || {
        let vocabulary = every_type();
        let program = Program::new(&deepest(), &Pool::default());
        let proved = verify(program.bytes(), &scope(&vocabulary)).unwrap();
        decides(&proved, &requests(&vocabulary)).len()
    };
    let thread = std::thread::Builder::new().stack_size(64 * 1024).spawn(decide).unwrap();
    assert_eq!(thread.join().unwrap(), 10);
    assert!(PROGRAM_NESTING >= 2 * NESTING, "what the checker lets through, the verifier proves");
}

#[test]
fn a_bomb_is_refused_before_it_is_read() {
    let vocabulary = every_type();
    let policy = Scope { budget: Budget::Policy, ..scope(&vocabulary) };
    let million = 1_000_000;
    for code in [
        pattern("a_int", &nested(million, |out| Op::Not {}.write(out), &[])),
        when(&nested(million, |out| Op::Negate {}.write(out), &[])),
        when(&[one(Op::Less {}), nested(million, |out| Op::Add {}.write(out), &[])].concat()),
        when(&nested(million, |out| Op::All { body: Length(100) }.write(out), &[])),
    ] {
        let program = Program::new(&code, &Pool::default());
        let error = verify(program.bytes(), &policy).unwrap_err();
        assert_eq!(error.fault, Fault::TooDeep);
        assert!(error.at < 1_000, "refused only at byte {}", error.at);
    }
}

#[test]
fn two_instructions_in_one_decide_as_the_two_do() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    let mut agreed = 0;
    let mut agree = |joined: &[u8], apart: &[u8], pool: &Pool| {
        let [joined, apart] = [joined, apart].map(|code| Program::new(code, pool));
        match (verify(joined.bytes(), &scope), verify(apart.bytes(), &scope)) {
            (Ok(joined), Ok(apart)) => {
                assert_eq!(decides(&joined, &requests), decides(&apart, &requests));
                assert!(joined.cost() <= apart.cost());
                agreed += 1;
            }
            (joined, apart) => {
                assert_eq!(joined.map(|_| ()).map_err(|e| e.fault), apart.map(|_| ()).map_err(|e| e.fault))
            }
        }
    };
    for (number, text) in (0..=u8::try_from(vocabulary.attributes().len()).unwrap())
        .flat_map(|n| [&b""[..], b"a", b"aa", b"/a", &[7; 16], &[0xff]].map(|text| (n, text)))
    {
        let (pool, text) = pool_of(text);
        let field = FieldNo(number);
        for joined in [Op::Equals { field, text }, Op::Begins { field, text }] {
            let (_, pattern) = joined.as_pattern().unwrap();
            let apart = [one(Op::Test { field }), one(pattern)].concat();
            for frame in [|body| Op::Allow { body }, |body| Op::Deny { body }] {
                agree(&rule(frame, &one(joined)), &rule(frame, &apart), &pool);
            }
        }
    }
    let none = Pool::default();
    for number in 0..=u8::try_from(vocabulary.attributes().len()).unwrap() {
        let field = FieldNo(number);
        agree(&allow(&one(Op::Present { field })), &allow(&[one(Op::Test { field }), one(Op::Any {})].concat()), &none);
    }
    for (first, last) in [(0, 0), (0, 19), (1, 3), (19, 19), (3, 2), (0, 20)] {
        let (first, last, body) = (ActionNo(first), ActionNo(last), Length(0));
        agree(&one(Op::AllowIn { first, last, body }), &allow(&one(Op::ActionIn { first, last })), &none);
        agree(&one(Op::AllowIs { action: first, body }), &allow(&one(Op::ActionIs { action: first })), &none);
    }
    assert!(agreed > 100, "only {agreed} pairs were proved");
}

#[test]
fn the_cost_of_a_set_counts_every_element_it_may_have_and_no_more_bytes_than_all_of_them() {
    let vocabulary = every_type();
    let elements = SET_ELEMENTS as u64;
    let priced =
        |code: &[u8], pool: &Pool| verify(Program::new(code, pool).bytes(), &scope(&vocabulary)).unwrap().cost();
    let (frame, leaf) = (Op::Allow { body: Length(0) }.cost(), Op::Any {}.cost());
    let none = Pool::default();
    for asked in [Op::Range { first: Int(0), last: Int(1) }, Op::Any {}] {
        assert_eq!(priced(&pattern("a_int", &one(asked)), &none), frame + leaf + asked.cost());
        assert_eq!(priced(&pattern("s_int", &one(asked)), &none), frame + leaf + asked.cost() * elements);
    }
    let (pool, text) = pool_of(b"a");
    for (name, times) in [("a_string", 1), ("s_string", elements)] {
        let joined = one(Op::Equals { field: field(name), text });
        assert_eq!(priced(&allow(&joined), &pool), frame + leaf + leaf * times + times / 32, "{name}");
        assert_eq!(priced(&pattern(name, &one(Op::Eq { text })), &pool), priced(&allow(&joined), &pool), "{name}");
    }
    let text = |length: usize| {
        let (pool, text) = pool_of(&vec![b'a'; length]);
        priced(&pattern("s_string", &one(Op::Eq { text })), &pool)
    };
    assert!(text(100) > text(1));
    assert_eq!(text(SET_BYTES / SET_ELEMENTS), text(5_000), "a set has no more bytes than it may have in all");
}

/// Each constant that the VM reads in place, with each byte of it changed to anything.
#[test]
fn a_constant_with_any_byte_changed_is_refused_or_decided() {
    let vocabulary = every_type();
    let (scope, requests) = (scope(&vocabulary), requests(&vocabulary));
    let mut glob = Vec::new();
    for piece in [GlobPiece::Run, GlobPiece::Literal(b"ab"), GlobPiece::One, GlobPiece::Run] {
        piece.write(&mut glob);
    }
    let mut network = Vec::new();
    NetworkBits { first: Address::from_octets([0x20; 16]), bits: 30 }.truncated().write(&mut network);
    let cases: [(Vec<u8>, fn(Const) -> Vec<u8>); 5] = [
        (words_of_a(), |automaton| pattern("a_string", &one(Op::Regex { constant: automaton }))),
        (glob, |glob| pattern("s_bytes", &one(Op::Glob { constant: glob }))),
        (network, |network| pattern("s_ip", &one(Op::Net { network }))),
        (vec![0, 3, b'a', 2, 2, 0, 2, 1], |path| pattern("a_path", &one(Op::Path { constant: path }))),
        (vec![0x55, 0xaa, 0x03], |set| allow(&one(Op::ActionSet { set }))),
    ];
    for (constant, code) in cases {
        for place in 0..constant.len() {
            for byte in 0..=u8::MAX {
                let mut changed = constant.clone();
                changed[place] = byte;
                let (pool, place) = pool_of(&changed);
                survives(Program::new(&code(place), &pool).bytes(), &scope, &requests);
            }
        }
        for cut in 0..constant.len() {
            let (pool, place) = pool_of(&constant[..cut]);
            survives(Program::new(&code(place), &pool).bytes(), &scope, &requests);
        }
    }
}

#[test]
fn a_length_cannot_reach_back() {
    // Lengths are unsigned and count what follows; the largest one ends behind the code and is refused.
    let mut code = vec![0x03];
    code.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
    assert_eq!(fault(&code, &Pool::default()), Some(Fault::Cut));
    let mut cursor = Cursor::new(&code);
    assert_eq!(Op::read(&mut cursor), Some(Op::Allow { body: Length(u32::MAX) }));
}

/// A group of a glob or path pattern between two runs may be tried at every place of a value; the others are tried once.
#[test]
fn a_pattern_costs_the_pieces_of_its_most_expensive_group_at_every_place() {
    let vocabulary = every_type();
    let cost = |name: &str, constant: &[u8], op: fn(Const) -> Op| {
        let (pool, place) = pool_of(constant);
        let program = Program::new(&pattern(name, &one(op(place))), &pool);
        verify(program.bytes(), &scope(&vocabulary)).map(|proved| proved.cost()).map_err(|error| error.fault)
    };
    let many = |length: usize, ends: &[u8]| [[0].as_slice(), &vec![1; length], ends].concat();
    let (glob, path): (fn(Const) -> Op, fn(Const) -> Op) =
        (|glob| Op::Glob { constant: glob }, |path| Op::Path { constant: path });
    let places = VALUE_BYTES as u64;
    for (name, op) in [("a_bytes", glob), ("a_string", glob), ("a_path", path)] {
        assert!(cost(name, &many(5_000, &[]), op).unwrap() < 20 * 5_000, "{name}: the last group is tried once");
        assert!(cost(name, &many(150, &[0]), op).unwrap() > 150 * places, "{name}");
        assert_eq!(cost(name, &many(5_000, &[0]), op), Err(Fault::TooCostly), "{name}");
    }
    assert_eq!(cost("s_bytes", &many(200, &[0]), glob), Err(Fault::TooCostly));
    let segment = with_length(2, &many(1_000, &[0]));
    assert_eq!(cost("a_path", &segment, path), Err(Fault::TooCostly));
}
