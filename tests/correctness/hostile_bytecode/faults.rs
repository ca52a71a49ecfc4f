//! A program for each fault that the verifier names.

use placet::bytecode::op::{Const, Int, Length, Op};
use placet::bytecode::program::Pool;
use placet::bytecode::verify::Fault;
use placet::bytecode::zone::ZoneDraft;
use placet::limits::PROGRAM_NESTING;
use placet::model::claim::{Claim, ClaimMap};
use placet::model::vocabulary::{ActionNo, FieldNo};

use super::common::programs::{every_type, nested, one, rule, with_length, words_of_a};
use super::{allow, fault, field, pattern, pool_of, when};

/// For each fault code, constants, and what they are.
#[derive(Default)]
struct Cases(Vec<(Fault, Vec<u8>, Pool, &'static str)>);

impl Cases {
    fn add(&mut self, fault: Fault, what: &'static str, (code, pool): (Vec<u8>, Pool)) {
        self.0.push((fault, code, pool, what));
    }
}

/// Code without constants.
fn plain(code: Vec<u8>) -> (Vec<u8>, Pool) {
    (code, Pool::default())
}

/// Code with one constant.
fn with(constant: &[u8], code: fn(Const) -> Vec<u8>) -> (Vec<u8>, Pool) {
    let (pool, place) = pool_of(constant);
    (code(place), pool)
}

/// The same with the constant of a time zone.
fn with_zone(code: impl Fn(Const) -> Vec<u8>) -> (Vec<u8>, Pool) {
    let (pool, place) = pool_of(&ZoneDraft::Always { name: "+02:00", offset: 120 }.write());
    (code(place), pool)
}

fn faulty() -> Cases {
    let mut cases = Cases::default();
    for part in [
        shapes,
        names,
        types_of_patterns,
        types_of_conditions,
        claims_and_zones,
        types_of_computed_values,
        constants_of_the_pool,
        constants_of_patterns,
        constants_of_urls,
        budgets,
    ] {
        part(&mut cases);
    }
    cases
}

/// Instructions cut, in the wrong place, of the wrong length, in the wrong order.
fn shapes(cases: &mut Cases) {
    cases.add(Fault::Cut, "a rule longer than the code", plain(one(Op::Allow { body: Length(1) })));
    cases.add(Fault::Cut, "a test without its pattern", plain(allow(&one(Op::Test { field: field("a_int") }))));
    cases.add(
        Fault::Cut,
        "a comparison without its second side",
        plain(when(&[one(Op::Equal {}), one(Op::Yes {})].concat())),
    );
    cases.add(Fault::UnknownInstruction, "a code of no instruction", plain(vec![0x06]));
    cases.add(Fault::UnknownInstruction, "a code kept for later", plain(vec![0x90]));
    cases.add(Fault::UnknownInstruction, "a number spelt long", plain(vec![0x03, 0x80, 0x00]));
    cases.add(Fault::UnknownInstruction, "an instruction without its operand", plain(allow(&[0x10])));
    cases.add(Fault::WrongSort, "a pattern where a rule should be", plain(one(Op::Any {})));
    cases.add(Fault::WrongSort, "a truth where a test should be", plain(allow(&one(Op::True {}))));
    cases.add(Fault::WrongSort, "a rule inside a rule", plain(allow(&allow(&[]))));
    cases.add(Fault::WrongSort, "a value where a truth should be", plain(when(&one(Op::Yes {}))));
    cases.add(Fault::WrongSort, "a truth where a pattern should be", plain(pattern("a_int", &one(Op::True {}))));
    cases.add(
        Fault::WrongSort,
        "a pattern where a value should be",
        plain(when(&[one(Op::Truth {}), one(Op::Any {})].concat())),
    );
    let mut overlong = with_length(0x23, &one(Op::Any {}));
    overlong[1] += 1;
    overlong.extend(one(Op::Not {}));
    overlong.extend(one(Op::Any {}));
    cases.add(Fault::WrongLength, "a list that ends inside its last child", plain(pattern("a_int", &overlong)));
    let mut short = allow(&[one(Op::When {}), one(Op::True {})].concat());
    short[1] = 1;
    cases.add(Fault::WrongLength, "a rule that ends inside its test", plain(short));
    cases.add(
        Fault::OutOfOrder,
        "a deny behind an allow",
        plain([allow(&[]), rule(|body| Op::Deny { body }, &[])].concat()),
    );
    cases.add(
        Fault::OutOfOrder,
        "a require behind an allow",
        plain([allow(&[]), rule(|body| Op::Require { body }, &[])].concat()),
    );
    let deny_last = [rule(|body| Op::Require { body }, &[]), rule(|body| Op::Deny { body }, &[])].concat();
    cases.add(Fault::OutOfOrder, "a deny behind a require", plain(deny_last));
}

/// Attributes and actions that the vocabulary does not have, and tests in one instruction.
fn names(cases: &mut Cases) {
    let unknown = FieldNo(u8::try_from(every_type().attributes().len()).unwrap());
    cases.add(
        Fault::UnknownAttribute,
        "a test",
        plain(allow(&[one(Op::Test { field: unknown }), one(Op::Any {})].concat())),
    );
    cases.add(Fault::UnknownAttribute, "has", plain(when(&one(Op::Has { field: unknown }))));
    cases.add(
        Fault::UnknownAttribute,
        "a value",
        plain(when(&[one(Op::Truth {}), one(Op::Field { field: FieldNo(255) })].concat())),
    );
    cases.add(
        Fault::UnknownAttribute,
        "a size",
        plain(when(&[Op::Equal {}, Op::Size { field: unknown }, Op::Number { number: Int(0) }].map(one).concat())),
    );
    cases.add(Fault::UnknownAction, "the next one", plain(allow(&one(Op::ActionIs { action: ActionNo(20) }))));
    cases.add(
        Fault::UnknownAction,
        "the end of a run",
        plain(allow(&one(Op::ActionIn { first: ActionNo(1), last: ActionNo(20) }))),
    );
    cases.add(Fault::UnknownAction, "a rule for it", plain(one(Op::AllowIs { action: ActionNo(20), body: Length(0) })));
    let run = |first, last| plain(one(Op::AllowIn { first: ActionNo(first), last: ActionNo(last), body: Length(0) }));
    cases.add(Fault::UnknownAction, "the end of a rule's run", run(1, 20));
    cases.add(Fault::BadConstant, "a rule's run that ends before it begins", run(3, 2));
    cases.add(Fault::UnknownAttribute, "presence", plain(allow(&one(Op::Present { field: unknown }))));
    cases.add(
        Fault::UnknownAttribute,
        "equality",
        with(b"a", |text| allow(&one(Op::Equals { field: FieldNo(255), text }))),
    );
    cases.add(
        Fault::WrongType,
        "equality of labels",
        with(b"a", |text| allow(&one(Op::Equals { field: field("labels"), text }))),
    );
    cases.add(
        Fault::WrongType,
        "the beginning of a uuid",
        with(b"a", |text| allow(&one(Op::Begins { field: field("a_uuid"), text }))),
    );
    cases.add(
        Fault::BadConstant,
        "text that is none",
        with(&[0xff], |text| allow(&one(Op::Equals { field: field("s_string"), text }))),
    );
    cases.add(Fault::UnknownAction, "a bit of a set", with(&[0, 0, 0x10], |set| allow(&one(Op::ActionSet { set }))));
    cases.add(
        Fault::UnknownAction,
        "a bit of what is left out",
        with(&[1; 200], |set| allow(&one(Op::ActionNot { set }))),
    );
}

/// Patterns on what they can not be asked of.
fn types_of_patterns(cases: &mut Cases) {
    cases.add(
        Fault::WrongType,
        "a range on a string",
        plain(pattern("a_string", &one(Op::Range { first: Int(0), last: Int(1) }))),
    );
    cases.add(Fault::WrongType, "a bool pattern on an int", plain(pattern("a_int", &one(Op::IsTrue {}))));
    cases.add(
        Fault::WrongType,
        "a network on a uuid",
        with(&[0], |network| pattern("a_uuid", &one(Op::Net { network }))),
    );
    cases.add(
        Fault::WrongType,
        "a path pattern on a string",
        with(&[0], |path| pattern("a_string", &one(Op::Path { constant: path }))),
    );
    cases.add(
        Fault::WrongType,
        "a path on bytes",
        with(b"/a", |path| pattern("a_bytes", &one(Op::Within { constant: path }))),
    );
    cases.add(Fault::WrongType, "a text on labels", with(b"a", |text| pattern("labels", &one(Op::Eq { text }))));
    cases.add(Fault::WrongType, "a text on an int", with(b"a", |text| pattern("a_int", &one(Op::Eq { text }))));
    cases.add(
        Fault::WrongType,
        "a prefix on a path",
        with(b"/a", |text| pattern("a_path", &one(Op::Prefix { constant: text }))),
    );
    cases.add(
        Fault::WrongType,
        "a suffix on a uuid",
        with(b"a", |text| pattern("a_uuid", &one(Op::Suffix { constant: text }))),
    );
    cases.add(
        Fault::WrongType,
        "a glob on a path",
        with(&[0], |glob| pattern("a_path", &one(Op::Glob { constant: glob }))),
    );
    cases.add(
        Fault::WrongType,
        "a regex on an address",
        with(&words_of_a(), |automaton| pattern("a_ip", &one(Op::Regex { constant: automaton }))),
    );
    cases.add(
        Fault::WrongType,
        "a label of a string",
        with(b"a", |name| pattern("a_string", &[one(Op::Label { name }), one(Op::Any {})].concat())),
    );
    cases.add(
        Fault::WrongType,
        "a label of a label",
        with(b"a", |name| pattern("labels", &[Op::Label { name }, Op::Label { name }, Op::Any {}].map(one).concat())),
    );
}

/// Comparisons, elements and sums of types that do not fit.
fn types_of_conditions(cases: &mut Cases) {
    let less = |left: Op, right: Op| plain(when(&[Op::Less {}, left, right].map(one).concat()));
    cases.add(Fault::WrongType, "an order of bools", less(Op::Yes {}, Op::No {}));
    cases.add(
        Fault::WrongType,
        "a time less than a duration",
        less(Op::Time { number: Int(0) }, Op::Duration { number: Int(0) }),
    );
    cases.add(Fault::WrongType, "an int less than a time", less(Op::Number { number: Int(0) }, Op::Issuance {}));
    cases.add(
        Fault::WrongType,
        "a set as one value",
        less(Op::Field { field: field("s_int") }, Op::Number { number: Int(0) }),
    );
    cases.add(
        Fault::WrongType,
        "labels as one value",
        less(Op::Field { field: field("labels") }, Op::Number { number: Int(0) }),
    );
    cases.add(
        Fault::WrongType,
        "the size of one value",
        less(Op::Size { field: field("a_string") }, Op::Number { number: Int(0) }),
    );
    cases.add(
        Fault::WrongType,
        "an int that is true",
        plain(when(&[Op::Truth {}, Op::Number { number: Int(1) }].map(one).concat())),
    );
    cases.add(
        Fault::WrongType,
        "an element of labels",
        plain(when(&[Op::AnyElement { field: field("labels") }, Op::Any {}].map(one).concat())),
    );
    cases.add(
        Fault::WrongType,
        "every element of one value",
        plain(when(&[Op::EveryElement { field: field("a_int") }, Op::Any {}].map(one).concat())),
    );
    cases.add(
        Fault::WrongType,
        "an int in a set of bytes",
        plain(when(&[Op::Member { field: field("s_bytes") }, Op::Number { number: Int(1) }].map(one).concat())),
    );
    cases.add(
        Fault::WrongType,
        "a label of a set",
        with(b"a", |name| when(&one(Op::HasLabel { field: field("s_string"), name }))),
    );
}

/// Claims and time zones, of wrong types and of no form.
fn claims_and_zones(cases: &mut Cases) {
    let local =
        |op: Op| with_zone(|zone| when(&[Op::Equal {}, Op::Local { zone }, op, Op::Issuance {}].map(one).concat()));
    cases.add(Fault::WrongType, "the local time of an int", local(Op::Number { number: Int(0) }));
    cases.add(Fault::WrongType, "the local time of a duration", local(Op::Duration { number: Int(0) }));
    cases.add(
        Fault::WrongType,
        "a claim compared with an int",
        plain(when(
            &[Op::Equal {}, Op::ClaimOf { claim: Claim::Owner }, Op::Number { number: Int(0) }].map(one).concat(),
        )),
    );
    cases.add(Fault::UnknownInstruction, "a claim of no token", plain(when(&[0x54, 8])));
    cases.add(Fault::UnknownInstruction, "a map where a claim should be", plain(when(&[0x54, 6])));
    cases.add(Fault::UnknownInstruction, "a claim where a map should be", plain(when(&[0x55, 3, 0])));
    cases.add(
        Fault::BadConstant,
        "a claim's name that is not UTF-8",
        with(&[0xff], |name| when(&one(Op::HasEntry { map: ClaimMap::Labels, name }))),
    );
    cases.add(
        Fault::BadConstant,
        "a time zone without a name",
        with(&[0, 0, 0], |zone| {
            when(&[Op::Equal {}, Op::Local { zone }, Op::Expiry {}, Op::Expiry {}].map(one).concat())
        }),
    );
}

/// Sums, functions and predicates of values that they do not take.
fn types_of_computed_values(cases: &mut Cases) {
    cases.add(
        Fault::WrongType,
        "the sum of two times",
        plain(when(&[Op::Less {}, Op::Add {}, Op::Issuance {}, Op::Expiry {}, Op::Issuance {}].map(one).concat())),
    );
    cases.add(
        Fault::WrongType,
        "a duration less a time",
        plain(when(
            &[Op::Less {}, Op::Subtract {}, Op::Duration { number: Int(0) }, Op::Issuance {}, Op::Issuance {}]
                .map(one)
                .concat(),
        )),
    );
    cases.add(
        Fault::WrongType,
        "the hour of an int",
        plain(when(
            &[Op::Less {}, Op::Hour {}, Op::Number { number: Int(0) }, Op::Number { number: Int(0) }].map(one).concat(),
        )),
    );
    cases.add(
        Fault::WrongType,
        "the length of an int",
        plain(when(
            &[Op::Less {}, Op::LengthOf {}, Op::Number { number: Int(0) }, Op::Number { number: Int(0) }]
                .map(one)
                .concat(),
        )),
    );
    cases.add(
        Fault::WrongType,
        "a part of two bools",
        plain(when(&[Op::Contains {}, Op::Yes {}, Op::Yes {}].map(one).concat())),
    );
}

/// Constants outside of the pool, or not of the form that their instruction asks for.
fn constants_of_the_pool(cases: &mut Cases) {
    cases.add(
        Fault::BadConstant,
        "behind the pool",
        (pattern("a_string", &one(Op::Eq { text: Const(9) })), pool_of(b"a").0),
    );
    cases.add(
        Fault::BadConstant,
        "far behind the pool",
        (pattern("a_string", &one(Op::Eq { text: Const(u32::MAX) })), pool_of(b"a").0),
    );
    cases.add(
        Fault::BadConstant,
        "longer than the pool",
        (pattern("a_string", &one(Op::Eq { text: Const(1) })), pool_of(b"z").0),
    );
    cases.add(
        Fault::BadConstant,
        "a run from behind its end",
        plain(allow(&one(Op::ActionIn { first: ActionNo(3), last: ActionNo(2) }))),
    );
    cases.add(
        Fault::BadConstant,
        "a set with a byte too many",
        with(&[1, 0], |set| allow(&one(Op::ActionSet { set }))),
    );
    cases.add(
        Fault::BadConstant,
        "a string that is no UTF-8",
        with(&[0xff], |text| pattern("a_string", &one(Op::Eq { text }))),
    );
    cases.add(
        Fault::BadConstant,
        "a name that is no UTF-8",
        with(&[0xff], |name| pattern("labels", &[one(Op::Label { name }), one(Op::Any {})].concat())),
    );
    cases.add(
        Fault::BadConstant,
        "a path that is not canonical",
        with(b"/a/../b", |path| pattern("a_path", &one(Op::Within { constant: path }))),
    );
    cases.add(
        Fault::BadConstant,
        "a uuid of fifteen bytes",
        with(&[7; 15], |text| pattern("a_uuid", &one(Op::Eq { text }))),
    );
    cases.add(
        Fault::BadConstant,
        "an address of four bytes",
        with(&[10, 0, 0, 1], |address| {
            when(&[Op::Equal {}, Op::Ip { constant: address }, Op::Ip { constant: address }].map(one).concat())
        }),
    );
}

/// URLs and patterns of URLs that are not canonical, or that the language cannot say.
fn constants_of_urls(cases: &mut Cases) {
    for url in ["https://A.de/", "https://a.de", "https://a@b.de/", "https://127.1/", "https://a.de:443/", "/a", ""] {
        cases.add(
            Fault::BadConstant,
            "a url that is not canonical",
            with(url.as_bytes(), |url| {
                when(&[Op::Equal {}, Op::UrlOf { constant: url }, Op::UrlOf { constant: url }].map(one).concat())
            }),
        );
    }
    for (name, constant) in [
        ("a pattern of urls that is cut", &[0, 0][..]),
        ("a scheme that there is not", &[3, 0, 0, 0]),
        ("a port that is the default", &[2, 2, 187, 1, 0, 0]),
        ("a host that is not canonical", &[0, 0, 3, 1, b'A', 0]),
        ("names below an address", &[0, 0, 2, 5, b'[', b':', b':', b'1', b']', 0]),
        ("a pattern without a wildcard", &[2, 1, 1, 1, b'a', 3, b'a']),
        ("a public host with a scheme", &[2, 0, 4, 0]),
        ("a segment that is not canonical", &[0, 0, 0, 4, b'.', b'.']),
        ("a segment that is not of a url", &[0, 0, 0, 4, 0xc3, 0xa9]),
    ] {
        cases.add(Fault::BadConstant, name, with(constant, |url| pattern("a_url", &one(Op::Url { constant: url }))));
    }
    cases.add(
        Fault::WrongType,
        "a pattern of urls on a string",
        with(&[0, 0, 4, 0], |url| pattern("a_string", &one(Op::Url { constant: url }))),
    );
}

/// Constants of patterns that their layout does not allow, and unused constants.
fn constants_of_patterns(cases: &mut Cases) {
    cases.add(
        Fault::BadConstant,
        "a network with bits behind its end",
        with(&[200, 10, 1], |network| pattern("a_ip", &one(Op::Net { network }))),
    );
    cases.add(
        Fault::BadConstant,
        "a glob of two runs",
        with(&[0, 0], |glob| pattern("a_string", &one(Op::Glob { constant: glob }))),
    );
    cases.add(
        Fault::BadConstant,
        "a glob that is cut",
        with(&[9, b'a'], |glob| pattern("a_string", &one(Op::Glob { constant: glob }))),
    );
    cases.add(
        Fault::BadConstant,
        "a path pattern with a dot segment",
        with(&[4, b'.', b'.'], |path| pattern("a_path", &one(Op::Path { constant: path }))),
    );
    cases.add(
        Fault::BadConstant,
        "a path pattern with a slash in a segment",
        with(&[5, b'a', b'/', b'b'], |path| pattern("a_path", &one(Op::Path { constant: path }))),
    );
    cases.add(
        Fault::BadConstant,
        "an automaton of nothing",
        with(&[], |automaton| pattern("a_string", &one(Op::Regex { constant: automaton }))),
    );
    cases.add(Fault::BadConstant, "a key of thirty-one bytes", with(&[7; 31], |key| when(&one(Op::Vouched { key }))));
    cases.add(Fault::Leftover, "unused constants", (Vec::new(), pool_of(b"a").0));
    cases.add(Fault::Leftover, "a constant too many", {
        let (mut pool, text) = pool_of(b"a");
        pool.intern(b"b");
        (pattern("a_string", &one(Op::Eq { text })), pool)
    });
}

/// Programs that nest too deep or cost too much.
fn budgets(cases: &mut Cases) {
    let deep = PROGRAM_NESTING;
    cases.add(
        Fault::TooDeep,
        "patterns",
        plain(pattern("a_int", &nested(deep, |out| Op::Not {}.write(out), &one(Op::Any {})))),
    );
    cases.add(Fault::TooDeep, "truths", plain(when(&nested(deep, |out| Op::Negate {}.write(out), &one(Op::True {})))));
    cases.add(Fault::TooDeep, "values", {
        let sum = (0..deep).fold(one(Op::Number { number: Int(1) }), |inner, _| {
            [one(Op::Add {}), inner, one(Op::Number { number: Int(1) })].concat()
        });
        plain(when(&[one(Op::Less {}), sum, one(Op::Number { number: Int(1) })].concat()))
    });
    cases.add(
        Fault::TooDeep,
        "lists",
        plain(pattern("a_int", &(0..deep).fold(one(Op::Any {}), |inner, _| with_length(0x23, &inner)))),
    );
    cases.add(Fault::TooCostly, "a thousand expressions on each element of a set", {
        let (pool, automaton) = pool_of(&words_of_a());
        let many = one(Op::Regex { constant: automaton }).repeat(2_000);
        (pattern("s_string", &with_length(0x24, &many)), pool)
    });
    cases.add(Fault::TooCostly, "many lists of elements in one condition", {
        let part =
            [Op::EveryElement { field: field("s_int") }, Op::Range { first: Int(0), last: Int(1) }].map(one).concat();
        let (pool, glob) = pool_of(&[0, 2, b'a', 1, 0]);
        let globs =
            [one(Op::AnyElement { field: field("s_bytes") }), one(Op::Glob { constant: glob })].concat().repeat(1_100);
        (when(&with_length(0x42, &[part, globs].concat())), pool)
    });
    cases.add(Fault::TooLongToProve, "a long constant that every instruction names", {
        let (pool, text) = pool_of(&vec![b'a'; 3_000]);
        (pattern("a_string", &with_length(0x23, &one(Op::Eq { text }).repeat(400))), pool)
    });
}

#[test]
fn each_fault_is_named_exactly() {
    for (wanted, code, pool, what) in faulty().0 {
        assert_eq!(fault(&code, &pool), Some(wanted), "{what}");
    }
}

#[test]
fn every_fault_has_a_case() {
    let faults: Vec<Fault> = faulty().0.into_iter().map(|(fault, ..)| fault).collect();
    let mut next = Some(Fault::Cut);
    while let Some(fault) = next {
        let elsewhere = matches!(
            fault,
            Fault::TooManyRules | Fault::TooManyTables | Fault::TooLarge | Fault::BadIndex | Fault::IndexInToken
        );
        assert!(elsewhere || faults.contains(&fault), "{fault:?} has no case");
        // A new fault does not compile before it has a place here.
        next = match fault {
            Fault::Cut => Some(Fault::UnknownInstruction),
            Fault::UnknownInstruction => Some(Fault::WrongSort),
            Fault::WrongSort => Some(Fault::WrongLength),
            Fault::WrongLength => Some(Fault::OutOfOrder),
            Fault::OutOfOrder => Some(Fault::UnknownAttribute),
            Fault::UnknownAttribute => Some(Fault::UnknownAction),
            Fault::UnknownAction => Some(Fault::WrongType),
            Fault::WrongType => Some(Fault::BadConstant),
            Fault::BadConstant => Some(Fault::BadIndex),
            Fault::BadIndex => Some(Fault::IndexInToken),
            Fault::IndexInToken => Some(Fault::Leftover),
            Fault::Leftover => Some(Fault::TooDeep),
            Fault::TooDeep => Some(Fault::TooCostly),
            Fault::TooCostly => Some(Fault::TooLongToProve),
            Fault::TooLongToProve => Some(Fault::TooManyRules),
            Fault::TooManyRules => Some(Fault::TooManyTables),
            Fault::TooManyTables => Some(Fault::TooLarge),
            Fault::TooLarge => None,
        };
    }
}
