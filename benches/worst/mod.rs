//! For every row of the opcode table programs that make it work as hard as its price lets them: the longest constants, values
//! that only differ at their end, patterns that nearly match at every place. `instructions` counts what they take, and
//! `crates/placet-cli/tests/mistakes/cost.rs` how much fuel.

use std::collections::BTreeSet;
use std::iter;
use std::sync::LazyLock;

use placet::bytecode::automaton::Draft;
use placet::bytecode::made::MadePiece;
use placet::bytecode::op::{Const, Int, Length, Op};
use placet::bytecode::program::{Pool, Program};
use placet::bytecode::table::{Rows, write};
use placet::bytecode::url::UrlConstant;
use placet::bytecode::wildcard::{GlobPiece, PathPiece};
use placet::bytecode::zone::ZoneDraft;
use placet::limits::{APPROVERS, CLAIM_ENTRIES, LABELS, SET_BYTES, SET_ELEMENTS, TOKEN_BYTES, VALUE_BYTES};
use placet::model::claim::{self, Claim, ClaimMap};
use placet::model::path::ResourcePath;
use placet::model::request::{Request, Slot};
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::url::Url;
use placet::model::url_pattern::{HostPattern, PortPattern};
use placet::model::value::{Address, Value};
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

/// A program, named after the row that it is about and what is bad about it.
pub struct Case {
    pub name: String,
    pub program: Vec<u8>,
}

/// Attributes, in the order of [`vocabulary`]; `time` is the first of every vocabulary.
const TIME: FieldNo = FieldNo(0);
const TEXT: FieldNo = FieldNo(1);
const TEXTS: FieldNo = FieldNo(2);
const RAW: FieldNo = FieldNo(3);
const PATH: FieldNo = FieldNo(4);
const NAMED: FieldNo = FieldNo(5);
const NUMBER: FieldNo = FieldNo(6);
const ADDRESS: FieldNo = FieldNo(7);
const ID: FieldNo = FieldNo(8);
const FLAG: FieldNo = FieldNo(9);
const NOTHING: FieldNo = FieldNo(10);
const SHUFFLED: FieldNo = FieldNo(11);
const URL: FieldNo = FieldNo(12);

pub fn vocabulary() -> Vocabulary {
    let attributes = [
        ("text", Type::One(Scalar::String)),
        ("texts", Type::Set(Scalar::String)),
        ("raw", Type::One(Scalar::Bytes)),
        ("path", Type::One(Scalar::Path)),
        ("named", Type::Labels),
        ("number", Type::One(Scalar::Int)),
        ("address", Type::One(Scalar::Ip)),
        ("id", Type::One(Scalar::Uuid)),
        ("flag", Type::One(Scalar::Bool)),
        ("nothing", Type::One(Scalar::Int)),
        ("shuffled", Type::Set(Scalar::String)),
        ("url", Type::One(Scalar::Url)),
    ];
    let builder = Vocabulary::builder("worst", 1);
    let all = attributes.into_iter().fold(builder, |all, (name, ty)| all.attribute(name, ty, true).unwrap());
    (0..20).fold(all, |all, action| all.action(&format!("act{action}")).unwrap()).build()
}

/// Values as long as they may be, of which nearly every place looks alike.
struct Values {
    text: String,
    path: String,
    url: String,
    elements: Vec<Value<'static>>,
    /// In no order, and different only at their ends.
    shuffled: Vec<Value<'static>>,
    labels: Vec<(&'static str, &'static str)>,
}

static VALUES: LazyLock<Values> = LazyLock::new(|| {
    let leaked = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let element = leaked("a".repeat(SET_BYTES / SET_ELEMENTS));
    // A step that is coprime to their number meets each of them once.
    let numbers = (0..SET_ELEMENTS).map(|place| place * 619 % SET_ELEMENTS);
    let shuffled = numbers.map(|number| Value::String(leaked(format!("{}{number:04}", &element[4..]))));
    let labels = (0..LABELS).map(|number| (leaked(format!("{}{number:02}", "n".repeat(LABEL))), "v"));
    Values {
        text: "a".repeat(VALUE_BYTES),
        path: "/a".repeat(VALUE_BYTES / 2),
        url: format!("{HOST}{}", "/a".repeat((VALUE_BYTES - HOST.len()) / 2)),
        elements: vec![Value::String(element); SET_ELEMENTS],
        shuffled: shuffled.collect(),
        labels: labels.collect(),
    }
});

/// Public, which is known last: it is not one of any special network.
const HOST: &str = "https://[2606:4700:1:2:3:4:5:6]:8443";

/// Bytes of a label's name, without its two last.
const LABEL: usize = 1_000;

/// A request with room for what the worst vocabulary has.
pub type Wide<'a> = Request<'a, [Slot<'a>; 16]>;

/// The request that all cases are asked.
pub fn request(vocabulary: &Vocabulary) -> Wide<'_> {
    let values: &'static Values = &VALUES;
    let mut request = Request::with_room(vocabulary, ActionNo(7), Time::from_millis(1_767_225_600_000));
    request.set(TEXT, values.text.as_str()).unwrap();
    request.set(TEXTS, values.elements.as_slice()).unwrap();
    request.set(SHUFFLED, values.shuffled.as_slice()).unwrap();
    request.set(RAW, values.text.as_bytes()).unwrap();
    request.set(PATH, Value::Path(ResourcePath::new(&values.path).unwrap())).unwrap();
    request.set(URL, Value::Url(Url::new(&values.url).unwrap())).unwrap();
    request.set(NAMED, values.labels.as_slice()).unwrap();
    request.set(NUMBER, 7_i64).unwrap();
    request.set(ADDRESS, Value::Ip(Address::from_octets([0xfe; 16]))).unwrap();
    request.set(ID, Value::Uuid([7; 16])).unwrap();
    request.set(FLAG, true).unwrap();
    request
}

/// The bearer of a token that consists of claims: sixty-four entries, each passed over, and a claim as long as the token.
#[derive(Debug)]
pub struct Bearer;

static CLAIM: LazyLock<String> = LazyLock::new(|| "\u{e9}".repeat(TOKEN_BYTES / 2));

impl claim::Bearer for Bearer {
    fn claim(&self, claim: Claim) -> Option<&str> {
        (claim != Claim::Producer).then(|| str::from_utf8(CLAIM.as_bytes()).unwrap())
    }

    fn entry(&self, _: ClaimMap, name: &[u8]) -> Option<&str> {
        let names = (0..CLAIM_ENTRIES).map(|number| VALUES.text.as_bytes().get(number..number + name.len()));
        names.filter(|other| *other == Some(name)).last().map(|_| str::from_utf8(CLAIM.as_bytes()).unwrap())
    }
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = Cases::default();
    rules(&mut cases);
    tests(&mut cases);
    small_patterns(&mut cases);
    text_patterns(&mut cases);
    made(&mut cases);
    globs(&mut cases);
    paths(&mut cases);
    automata(&mut cases);
    truths(&mut cases);
    searches(&mut cases);
    values(&mut cases);
    rows_of_tables(&mut cases);
    cases.0
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, name: &str, code: &[u8], pool: &Pool) {
        self.0.push(Case { name: name.to_owned(), program: Program::new(code, pool).into_bytes() });
    }

    /// So many times a pattern that does not match.
    fn pattern(&mut self, name: &str, times: usize, field: FieldNo, pattern: &[u8], pool: &Pool) {
        let body = [one(Op::Test { field }), body(|body| Op::AnyOf { body }, &pattern.repeat(times))].concat();
        self.add(name, &deny(&body), pool);
    }

    /// The same of a pattern with one constant.
    fn constant(&mut self, name: &str, times: usize, field: FieldNo, constant: &[u8], op: fn(Const) -> Op) {
        let mut pool = Pool::default();
        let op = op(pool.intern(constant));
        self.pattern(name, times, field, &one(op), &pool);
    }

    /// So many times a condition that is false.
    fn truth(&mut self, name: &str, times: usize, truth: &[u8], pool: &Pool) {
        let truths = body(|body| Op::Some { body }, &truth.repeat(times));
        self.add(name, &deny(&[one(Op::When {}), truths].concat()), pool);
    }

    /// So many times a value that is unequal to itself.
    fn value(&mut self, name: &str, value: &[u8], pool: &Pool) {
        self.truth(name, MANY, &[&one(Op::Unequal {}), value, value].concat(), pool);
    }
}

/// Often enough that what surrounds an instruction is lost in it.
const MANY: usize = 200;

fn one(op: Op) -> Vec<u8> {
    let mut out = Vec::new();
    op.write(&mut out);
    out
}

fn body(op: impl Fn(Length) -> Op, inner: &[u8]) -> Vec<u8> {
    [&one(op(Length(u32::try_from(inner.len()).unwrap()))), inner].concat()
}

fn deny(inner: &[u8]) -> Vec<u8> {
    body(|body| Op::Deny { body }, inner)
}

fn a(times: usize) -> Vec<u8> {
    vec![b'a'; times]
}

fn rules(cases: &mut Cases) {
    let none = Pool::default();
    let (own, other) = (ActionNo(7), ActionNo(8));
    let no = one(Op::Present { field: NOTHING });
    let always = [one(Op::When {}), one(Op::True {})].concat();
    for (name, rule) in [
        ("deny", body(|body| Op::Deny { body }, &no)),
        ("require", body(|body| Op::Require { body }, &always)),
        ("allow", body(|body| Op::Allow { body }, &no)),
        ("allow.is", body(|body| Op::AllowIs { action: own, body }, &no)),
        ("allow.is another", body(|body| Op::AllowIs { action: other, body }, &no)),
        ("allow.in", body(|body| Op::AllowIn { first: own, last: other, body }, &no)),
    ] {
        cases.add(name, &rule.repeat(MANY), &none);
    }
}

/// So many tests that hold, and one that does not.
fn tests(cases: &mut Cases) {
    let mut pool = Pool::default();
    let set = pool.intern(&[0xff, 0xff, 0x0f]);
    let others = pool.intern(&[0x7f, 0xff, 0x0f]);
    let no = one(Op::Present { field: NOTHING });
    let hold = |test: &[u8]| deny(&[&test.repeat(MANY), no.as_slice()].concat());
    let own = ActionNo(7);
    let none = Pool::default();
    for (name, test) in [
        ("action.is", one(Op::ActionIs { action: own })),
        ("action.in", one(Op::ActionIn { first: ActionNo(0), last: own })),
        ("test", [one(Op::Test { field: NUMBER }), one(Op::Any {})].concat()),
        ("when", [one(Op::When {}), one(Op::True {})].concat()),
        ("present", one(Op::Present { field: TEXT })),
    ] {
        cases.add(name, &hold(&test), &none);
    }
    cases.add("action.set", &hold(&[one(Op::ActionSet { set }), one(Op::ActionNot { set: others })].concat()), &pool);
    cases.add("action.not", &hold(&[one(Op::ActionNot { set: others }), one(Op::ActionSet { set })].concat()), &pool);
    for (name, field, length) in [
        ("equals", TEXT, 5_000),
        ("equals a short one", TEXT, 1),
        ("equals of a set", TEXTS, 128),
        ("equals of a set, a short one", TEXTS, 1),
    ] {
        let mut pool = Pool::default();
        let text = pool.intern(&[a(length - 1), vec![b'b']].concat());
        cases.add(name, &deny(&one(Op::Equals { field, text })).repeat(MANY), &pool);
        let begins = name.replace("equals", "begins");
        cases.add(&begins, &deny(&one(Op::Begins { field, text })).repeat(MANY), &pool);
    }
}

/// Look-ups that are as long as they may be: in a table whose keys differ at their ends, and in rows whose elements do.
fn rows_of_tables(cases: &mut Cases) {
    let name = |number: usize, length: usize| [a(length - 4), format!("{number:04}").into_bytes()].concat();
    let row = |value: Vec<u8>| BTreeSet::from([value]);
    let long: Rows = (0..4_096).map(|number| (name(number, 200), row(b"v".to_vec()))).collect();
    let ids = (0..4_096_u128).map(|number| (number.to_be_bytes().to_vec(), row(a(5_000))));
    let ids: Rows = ids.take(100).chain([(vec![7; 16], row(a(5_000)))]).collect();
    let size = SET_BYTES / SET_ELEMENTS;
    let elements: BTreeSet<Vec<u8>> = (0..SET_ELEMENTS - 1).map(|number| name(number, size - 2)).collect();
    let mut found = elements.clone();
    found.insert(a(size - 2));
    let id = one(Op::Field { field: ID });
    let (text, string) = (one(Op::Field { field: TEXT }), Scalar::String);
    let mut add =
        |name: &str, times: usize, (key, ty, rows): (Scalar, Type, &Rows), op: &dyn Fn(Const, &mut Pool) -> Vec<u8>| {
            let mut pool = Pool::default();
            let table = pool.intern(&write("t", key, ty, rows));
            let truth = op(table, &mut pool).repeat(times);
            let truths = body(|body| Op::Some { body }, &truth);
            let rule = deny(&[one(Op::When {}), truths].concat());
            cases.add(name, &[one(Op::Table { table }), rule].concat(), &pool);
        };
    let has = |table, _: &mut Pool| [one(Op::HasRow { table }), text.clone()].concat();
    let keyed = (string, Type::One(string), &long);
    add("has.row", MANY, keyed, &has);
    add("table", 1, keyed, &has);
    add("row.of", MANY, (Scalar::Uuid, Type::One(string), &ids), &|table, _| {
        let row = [one(Op::RowOf { table }), id.clone()].concat();
        [one(Op::Unequal {}), row.clone(), row].concat()
    });
    let set = |elements: &BTreeSet<Vec<u8>>| Rows::from([(vec![7; 16], elements.clone())]);
    let (without, with) = (set(&elements), set(&found));
    add("in.row", 20, (Scalar::Uuid, Type::Set(string), &without), &|table, pool| {
        let value = one(Op::String { constant: pool.intern(&a(size - 2)) });
        [one(Op::InRow { table }), value, id.clone()].concat()
    });
    add("any.in.row", 1, (Scalar::Uuid, Type::Set(string), &without), &|table, _| {
        [one(Op::AnyInRow { field: TEXTS, table }), id.clone()].concat()
    });
    add("every.in.row", 1, (Scalar::Uuid, Type::Set(string), &with), &|table, _| {
        [one(Op::EveryInRow { field: SHUFFLED, table }), id.clone()].concat()
    });
}

fn small_patterns(cases: &mut Cases) {
    let none = Pool::default();
    let nested = |op: fn(Length) -> Op| body(op, &one(Op::Absent {}));
    for (name, field, pattern) in [
        ("any", NOTHING, one(Op::Any {})),
        ("absent", NUMBER, one(Op::Absent {})),
        ("not", NUMBER, [one(Op::Not {}), one(Op::Any {})].concat()),
        ("any.of", NUMBER, nested(|body| Op::AnyOf { body })),
        ("all.of", NUMBER, nested(|body| Op::AllOf { body })),
        ("is.true", FLAG, [one(Op::Not {}), one(Op::IsTrue {})].concat()),
        ("is.false", FLAG, one(Op::IsFalse {})),
        ("range", NUMBER, one(Op::Range { first: Int(i64::MIN), last: Int(i64::MIN + 1) })),
    ] {
        cases.pattern(name, MANY, field, &pattern, &none);
    }
    cases.pattern("absent of a set", 20, TEXTS, &one(Op::Absent {}), &none);
    cases.constant("net", MANY, ADDRESS, &[&[128], [0xfe; 15].as_slice(), &[0xff]].concat(), |network| Op::Net {
        network,
    });
}

/// The rows that ignore case and look at any text.
const NOCASE: [(&str, fn(Const) -> Op); 3] = [
    ("nocase", |constant| Op::Nocase { constant }),
    ("nocase.prefix", |constant| Op::NocasePrefix { constant }),
    ("nocase.suffix", |constant| Op::NocaseSuffix { constant }),
];

fn text_patterns(cases: &mut Cases) {
    let almost = |length: usize| [a(length - 1), vec![b'b']].concat();
    let before = |length: usize| [vec![b'b'], a(length - 1)].concat();
    for (name, field, length) in [("", TEXT, 5_000), (" a short one", TEXT, 1), (" of a set", TEXTS, 128)] {
        let times = if field == TEXTS { 10 } else { MANY };
        cases.constant(&format!("eq{name}"), times, field, &almost(length), |text| Op::Eq { text });
        cases.constant(&format!("prefix{name}"), times, field, &almost(length), |text| Op::Prefix { constant: text });
        cases.constant(&format!("suffix{name}"), times, field, &before(length), |text| Op::Suffix { constant: text });
    }
    for (name, op) in NOCASE {
        cases.constant(name, MANY, TEXT, &a(5_000), op);
        cases.constant(&format!("{name} of a set"), 10, TEXTS, &a(128), op);
    }
    cases.constant("eq as long", MANY, TEXT, &almost(VALUE_BYTES), |text| Op::Eq { text });
    let below = [b"/a".repeat(2_000), b"/b".to_vec()].concat();
    cases.constant("nocase.within", MANY, PATH, &below, |path| Op::NocaseWithin { constant: path });
    let mut pool = Pool::default();
    let name = pool.intern(format!("{}99", "n".repeat(LABEL)).as_bytes());
    let label = [one(Op::Label { name }), one(Op::Any {})].concat();
    cases.pattern("label", 20, NAMED, &label, &pool);
    cases.constant("within", MANY, PATH, &[b"/a".repeat(2_000), b"/b".to_vec()].concat(), |path| Op::Within {
        constant: path,
    });
}

fn glob(pieces: impl IntoIterator<Item = GlobPiece<'static>>) -> Vec<u8> {
    let mut out = Vec::new();
    pieces.into_iter().for_each(|piece| piece.write(&mut out));
    out
}

/// Patterns that read other values of the request; turned around where they would match.
fn made(cases: &mut Cases) {
    use MadePiece::{Filled, Literal, One, Run, Segment, Segments, Value};
    let field = |field| one(Op::Field { field });
    let not = one(Op::Not {});
    let same = [not.clone(), one(Op::Is {}), field(TEXT)].concat();
    cases.pattern("is", MANY, TEXT, &same, &Pool::default());
    cases.pattern("is of a set", 2, TEXTS, &[one(Op::Is {}), field(TEXT)].concat(), &Pool::default());
    let begins: Vec<_> = iter::repeat_n([Segment, Run], 1_000).flatten().collect();
    let ends = [Segment, Filled].repeat(8);
    for (name, subject, other, pieces) in [
        ("made", TEXT, TEXT, vec![Value, Literal(b"b")]),
        ("made at the end", TEXT, TEXT, vec![Run, One, Value]),
        ("made of numbers", TEXT, NUMBER, [Value; 8].to_vec()),
        ("made of a uuid", TEXT, ID, vec![Literal(b"a"), Value]),
        ("made of a set", TEXTS, NUMBER, vec![Run, One, Value]),
        ("made as a path", PATH, TEXT, [begins.clone(), vec![Segment, Filled]].concat()),
        ("made as the end of a path", PATH, NUMBER, [vec![Segment, Segments], ends].concat()),
    ] {
        let mut shape = Vec::new();
        pieces.iter().for_each(|piece| piece.write(&mut shape));
        let mut pool = Pool::default();
        let shape = pool.intern(&shape);
        let values = pieces.iter().filter(|piece| matches!(piece, Value | Filled)).count();
        let values = field(other).repeat(values);
        let pattern = [not.clone(), body(|body| Op::Made { shape, body }, &values)].concat();
        let pattern = if subject == TEXTS { pattern[not.len()..].to_vec() } else { pattern };
        cases.pattern(name, 1, subject, &pattern, &pool);
    }
}

fn globs(cases: &mut Cases) {
    use GlobPiece::{Literal, One, Run};
    let leaked = |text: Vec<u8>| -> &'static [u8] { Box::leak(text.into_boxed_slice()) };
    let op = |glob| Op::Glob { constant: glob };
    let ones = |count: usize| iter::repeat_n(One, count);
    let late = |count| glob(iter::once(Run).chain(ones(count)).chain([Literal(b"b"), Run]));
    let steps = |count| {
        let pairs = iter::repeat_n([Literal(b"a"), One], count).flatten();
        glob(iter::once(Run).chain(pairs).chain([Literal(b"b"), Run]))
    };
    for (name, constant) in [
        ("glob", late(60)),
        ("glob of one place", late(1)),
        ("glob of pairs", steps(30)),
        ("glob of a pair", steps(1)),
        ("glob of a long literal", glob([Run, One, Literal(leaked([a(2_000), vec![b'b']].concat())), Run])),
        ("glob that seeks", glob([Run, Literal(leaked([a(200), vec![b'b'], a(200)].concat())), Run])),
        ("glob that seeks late", glob([Run, Literal(leaked([a(1_000), vec![b'b']].concat())), Run])),
        ("glob that seeks little", glob([Run, Literal(b"ab"), Run])),
        ("glob of many groups", glob(iter::repeat_n([Run, Literal(b"aa")], 500).flatten().chain([Run, Literal(b"b")]))),
        ("glob that ends", glob([Run, Literal(leaked([vec![b'b'], a(2_000)].concat()))])),
        ("glob that ends in pieces", glob([Run, Literal(leaked([vec![b'b'], a(2_000)].concat())), One])),
        ("glob that ends late", glob(iter::once(Run).chain(ones(2_000)).chain([Literal(b"b")]))),
    ] {
        cases.constant(name, 2, TEXT, &constant, op);
        cases.constant(&format!("{name}, bytes"), 2, RAW, &constant, op);
        if constant.len() < 200 {
            cases.constant(&format!("{name}, of a set"), 1, TEXTS, &constant, op);
        }
    }
}

fn paths(cases: &mut Cases) {
    use PathPiece::{Glob, Literal, One, Run};
    let path = |pieces: Vec<PathPiece<'_>>| {
        let mut out = Vec::new();
        pieces.into_iter().for_each(|piece| piece.write(&mut out));
        out
    };
    let any = glob([GlobPiece::Run, GlobPiece::One, GlobPiece::Literal(b"b"), GlobPiece::Run]);
    let same = glob([GlobPiece::Run, GlobPiece::Literal(b"a")]);
    let ones = |count| vec![One; count];
    for (name, constant) in [
        ("path", path([vec![Run], ones(60), vec![Literal(b"b"), Run]].concat())),
        ("path that ends late", path([vec![Run], ones(2_000), vec![Literal(b"b")]].concat())),
        ("path that begins long", path([ones(2_000), vec![Literal(b"b")]].concat())),
        ("path of literals", path([vec![Run], vec![Literal(b"a"); 60], vec![Literal(b"b"), Run]].concat())),
        ("path that seeks", path(vec![Run, Literal(b"ab"), Run])),
        ("path of a glob", path(vec![Run, Glob(&any), Run])),
        ("path of globs", path([vec![Run], vec![Glob(&same); 30], vec![Literal(b"b"), Run]].concat())),
        ("path of many groups", path([[Run, Literal(b"a")].repeat(500), vec![Run, Literal(b"b")]].concat())),
    ] {
        cases.constant(name, 2, PATH, &constant, |path| Op::Path { constant: path });
    }
    for (name, host, pieces) in [
        ("url", HostPattern::Public, vec![Run]),
        ("url that seeks", HostPattern::Any, vec![Run, Literal(b"ab"), Run]),
        ("url of a glob", HostPattern::Any, vec![Run, Glob(&any), Run]),
    ] {
        let path = path(pieces);
        let mut constant = Vec::new();
        UrlConstant { scheme: None, port: PortPattern::Any, host, path: &path }.write(&mut constant);
        cases.constant(name, 2, URL, &constant, |constant| Op::Url { constant });
    }
}

fn automata(cases: &mut Cases) {
    // Two states that never accept what ends in `a`, and as many runs as wanted before the one of `a`.
    let automaton = |runs: u8| {
        let next = |byte: u8| if byte < runs - 1 { 1 + byte % 2 } else { 1 };
        let row: [u8; 256] = std::array::from_fn(|byte| next(u8::try_from(byte).unwrap()));
        let draft = Draft { source: "", next: vec![[0; 256], row, row], accepting: vec![false, false, true] };
        draft.write().unwrap()
    };
    for (name, runs) in [("regex", 1), ("regex of few runs", 8), ("regex of more runs", 9), ("regex of many runs", 97)]
    {
        let constant = automaton(runs);
        cases.constant(name, 2, TEXT, &constant, |automaton| Op::Regex { constant: automaton });
        cases
            .constant(&format!("{name}, of a set"), 1, TEXTS, &constant, |automaton| Op::Regex { constant: automaton });
    }
}

fn truths(cases: &mut Cases) {
    let none = Pool::default();
    let number = one(Op::Field { field: NUMBER });
    let less = |op| [one(op), number.clone(), one(Op::Number { number: Int(i64::MIN) })].concat();
    for (name, truth) in [
        ("true", [one(Op::Negate {}), one(Op::True {})].concat()),
        ("false", one(Op::False {})),
        ("all", body(|body| Op::All { body }, &one(Op::False {}))),
        ("some", body(|body| Op::Some { body }, &one(Op::False {}))),
        ("negate", [one(Op::Negate {}), one(Op::True {})].concat()),
        ("equal", [one(Op::Equal {}), number.clone(), one(Op::Number { number: Int(0) })].concat()),
        ("unequal", [one(Op::Unequal {}), number.clone(), number.clone()].concat()),
        ("less", less(Op::Less {})),
        ("less.eq", less(Op::LessEqual {})),
        ("matches", [one(Op::Matches {}), number.clone(), one(Op::Absent {})].concat()),
        ("has", one(Op::Has { field: NOTHING })),
        ("has.claim", one(Op::HasClaim { claim: Claim::Producer })),
        ("truth", [one(Op::Negate {}), one(Op::Truth {}), one(Op::Field { field: FLAG })].concat()),
    ] {
        cases.truth(name, MANY, &truth, &none);
    }
    let mut pool = Pool::default();
    let name = pool.intern(&a(LABEL));
    cases.truth("has.entry", MANY, &one(Op::HasEntry { map: ClaimMap::Labels, name }), &pool);
    let mut pool = Pool::default();
    let key = pool.intern(&[[9; 31].as_slice(), &[8]].concat());
    cases.truth("vouched", MANY, &one(Op::Vouched { key }), &pool);
    let others = pool.intern(&[0x7f, 0xff, 0x0f]);
    cases.truth("asks", MANY, &one(Op::Asks { set: others }), &pool);
    cases.truth("any.in", 2, &one(Op::AnyIn { field: TEXTS, set: SHUFFLED }), &none);
    let every = [one(Op::Negate {}), one(Op::EveryIn { field: SHUFFLED, set: SHUFFLED })].concat();
    cases.truth("every.in", 2, &every, &none);
    let absent = body(|body| Op::AnyOf { body }, &one(Op::Absent {}).repeat(20));
    cases.add("some.of", &deny(&[one(Op::SomeOf { field: TEXTS }), absent].concat()), &none);
    let present = [one(Op::EveryOf { field: TEXTS }), one(Op::Any {})].concat().repeat(20);
    cases.add("every.of", &deny(&[present, one(Op::Present { field: NOTHING })].concat()), &none);
    // As many keys as may be named, each of which differs from every approver's in its last byte.
    let keys = (100..).take(APPROVERS).flat_map(|last| [[9; 31].as_slice(), &[last]].concat());
    let most = u8::try_from(APPROVERS).expect("so few are named");
    let quorum = pool.intern(&iter::once(most).chain(keys).collect::<Vec<_>>());
    cases.truth("approved", MANY, &one(Op::Approved { quorum }), &pool);
    let set = |op| [one(op), one(Op::Absent {})].concat();
    cases.truth("any.el", 20, &set(Op::AnyElement { field: TEXTS }), &none);
    let every = [one(Op::Negate {}), one(Op::EveryElement { field: TEXTS }), one(Op::Any {})].concat();
    cases.truth("every.el", 20, &every, &none);
}

fn searches(cases: &mut Cases) {
    let field = |field| one(Op::Field { field });
    let none = Pool::default();
    let long = |op: Op| [one(op), field(RAW), field(RAW)].concat();
    cases.truth("unequal of long values", 20, &long(Op::Unequal {}), &none);
    for (name, needle) in [
        ("", [a(100), vec![b'b'], a(100)].concat()),
        (" a short one", b"ab".to_vec()),
        (" that begins late", [a(1_000), vec![b'b']].concat()),
        (" that ends late", [vec![b'b'], a(1_000)].concat()),
        (" of pairs", [b"ab".repeat(200), b"b".to_vec()].concat()),
    ] {
        let mut pool = Pool::default();
        let bytes = pool.intern(&needle);
        let within = |op| [one(op), field(RAW), one(Op::Bytes { constant: bytes })].concat();
        cases.truth(&format!("contains{name}"), 5, &within(Op::Contains {}), &pool);
        cases.truth(&format!("starts{name}"), 50, &within(Op::StartsWith {}), &pool);
        let back = [one(Op::EndsWith {}), field(RAW), one(Op::Bytes { constant: bytes })].concat();
        if needle.last() == Some(&b'a') && needle.len() > 200 {
            cases.truth(&format!("ends{name}"), 50, &back, &pool);
        }
    }
    let mut pool = Pool::default();
    let text = pool.intern(&[a(SET_BYTES / SET_ELEMENTS - 1), vec![b'b']].concat());
    let member = [one(Op::Member { field: TEXTS }), one(Op::String { constant: text })].concat();
    cases.truth("member", 5, &member, &pool);
    let mut pool = Pool::default();
    let name = pool.intern(format!("{}99", "n".repeat(LABEL)).as_bytes());
    cases.truth("has.label", 20, &one(Op::HasLabel { field: NAMED, name }), &pool);
    let value = one(Op::LabelOf { field: NAMED, name });
    cases.truth("label.of", 10, &[one(Op::Equal {}), value.clone(), value].concat(), &pool);
}

fn values(cases: &mut Cases) {
    let none = Pool::default();
    let (time, number) = (one(Op::Field { field: TIME }), one(Op::Number { number: Int(i64::MIN) }));
    let pair = |op| [one(op), number.clone(), number.clone()].concat();
    let of_time = |op| [one(op), time.clone()].concat();
    for (name, value) in [
        ("field", one(Op::Field { field: NUMBER })),
        ("int", number.clone()),
        ("time", one(Op::Time { number: Int(i64::MAX) })),
        ("duration", one(Op::Duration { number: Int(i64::MAX) })),
        ("yes", one(Op::Yes {})),
        ("no", one(Op::No {})),
        ("issuance", one(Op::Issuance {})),
        ("expiry", one(Op::Expiry {})),
        ("add", pair(Op::Add {})),
        ("subtract", pair(Op::Subtract {})),
        ("hour", of_time(Op::Hour {})),
        ("minute", of_time(Op::Minute {})),
        ("weekday", of_time(Op::Weekday {})),
        ("length", [one(Op::LengthOf {}), one(Op::Field { field: RAW })].concat()),
        ("size of labels", one(Op::Size { field: NAMED })),
        ("claim.of", one(Op::ClaimOf { claim: Claim::Application })),
    ] {
        cases.value(name, &value, &none);
    }
    let mut pool = Pool::default();
    let value = one(Op::EntryOf { map: ClaimMap::Attributes, name: pool.intern(&a(LABEL)) });
    cases.value("entry.of", &value, &pool);
    let mut pool = Pool::default();
    let turns = (0..1_000).map(|turn| (turn, (turn % 2) as i16)).collect();
    let zone = pool.intern(&ZoneDraft::Until { name: "worst", turns, end: u32::MAX }.write());
    cases.value("local", &[one(Op::Local { zone }), time.clone()].concat(), &pool);
    let size = one(Op::Size { field: SHUFFLED });
    cases.truth("size", 5, &[one(Op::Unequal {}), size.clone(), size].concat(), &none);
    let constants: [(&str, Vec<u8>, fn(Const) -> Op); 7] = [
        ("string", "\u{e9}".repeat(1_000).into_bytes(), |text| Op::String { constant: text }),
        ("string of wide characters", "\u{1f980}".repeat(500).into_bytes(), |text| Op::String { constant: text }),
        ("bytes", a(2_000), |bytes| Op::Bytes { constant: bytes }),
        ("uuid", vec![7; 16], |uuid| Op::Uuid { constant: uuid }),
        ("ip", vec![7; 16], |address| Op::Ip { constant: address }),
        ("path.of", b"/a".repeat(1_000), |path| Op::PathOf { constant: path }),
        ("url.of", [HOST.as_bytes(), b"/", &b"%C3".repeat(650)].concat(), |constant| Op::UrlOf { constant }),
    ];
    for (name, constant, op) in constants {
        let mut pool = Pool::default();
        let value = one(op(pool.intern(&constant)));
        cases.value(name, &value, &pool);
    }
}
