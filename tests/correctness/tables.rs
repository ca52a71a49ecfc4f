//! Tables: what is decided with them, and the programs that lie about them.

use std::collections::BTreeMap;

use placet::bytecode::cursor::put_prefixed;
use placet::bytecode::op::{Const, Length, Op};
use placet::bytecode::program::{Pool, Program};
use placet::bytecode::table::Rows;
use placet::bytecode::verify::{Budget, Fault, Scope, verify};
use placet::check::library::Library;
use placet::check::table::Table;
use placet::check::table_files::TableFiles;
use placet::compile::arguments::Arguments;
use placet::diag::code::Code;
use placet::document::{Document, Report};
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::{FieldNo, Vocabulary};
use placet::program::source::ToSource;
use placet::syntax::ast::BlockKind;

const VOCABULARY: &str = "vocabulary v 1 { user: string, id: int, groups: set of string optional, action get }\n";

fn document(text: &str, library: &Library) -> Result<Document, Report> {
    Document::from_text("p.placet", &format!("{VOCABULARY}{text}"), library)
}

fn codes(text: &str) -> Vec<Code> {
    match document(text, Library::built_in()) {
        Ok(document) => document.warnings().iter().map(|found| found.code).collect(),
        Err(report) => report.diagnostics.iter().map(|found| found.code).collect(),
    }
}

#[derive(Debug)]
struct Files(BTreeMap<&'static str, String>);

impl TableFiles for Files {
    fn read(&self, name: &str) -> Result<String, String> {
        self.0.get(name).cloned().ok_or_else(|| "there is no such file".to_owned())
    }
}

fn with_file(text: &str, file: &str) -> Result<Document, Report> {
    let files = Files(BTreeMap::from([("rows.json", file.to_owned())]));
    document(text, &Library::built_in().clone().with_table_files(files))
}

const MANAGERS: &str =
    "table managers: string -> string from \"rows.json\"\npolicy p { allow {} when managers[user] == user }";

#[test]
fn a_file_and_rows_in_place_make_the_same_program() {
    let from = with_file(MANAGERS, "{ \"bob\": \"ann\", \"ann\": \"eve\" }").unwrap();
    let here = MANAGERS.replace("from \"rows.json\"", "= { ann: \"eve\", bob: \"ann\" }");
    let here = document(&here, Library::built_in()).unwrap();
    let program = |document: &Document| document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap().program;
    assert_eq!(program(&from), program(&here));
}

#[test]
fn a_mistake_in_a_file_is_named_with_its_line_and_column() {
    for (file, place, what) in [
        ("{\n \"ann\": \"eve\",\n \"ann\": \"bob\" }", "rows.json:3:6: ", "the row `ann` is given twice"),
        ("{ \"ann\": [\"eve\"] }", "rows.json:1:10: ", "invalid type: sequence, expected one value of type `string`"),
        ("{ \"ann\": 7 }", "rows.json:1:10: ", "the row `ann` takes a string, found an int"),
        ("{ \"ann\": null }", "rows.json:1:13: ", "invalid type: null"),
        ("{ \"ann\": \"eve\"", "rows.json:1:14: ", "EOF"),
        ("[]", "rows.json:1:0: ", "expected an object"),
        ("{} {}", "rows.json:1:4: ", "trailing characters"),
    ] {
        let report = with_file(MANAGERS, file).unwrap_err();
        let [found] = report.diagnostics.as_slice() else { panic!("{file}: {report}") };
        assert_eq!(found.code, Code::BadTable, "{file}");
        assert!(found.message.starts_with(place) && found.message.contains(what), "{file}: {}", found.message);
    }
}

#[test]
fn a_file_is_read_only_where_files_may_be_read_and_only_below_the_policy() {
    assert_eq!(codes(MANAGERS), [Code::TableFile]);
    for name in ["/etc/passwd", "../rows.json", "a/../../rows.json", "", "a//b", "C:rows.json", "a\\\\b"] {
        let report = with_file(&MANAGERS.replace("rows.json", name), "{}").unwrap_err();
        assert_eq!(report.diagnostics[0].code, Code::TableFile, "{name}");
        assert!(report.diagnostics[0].message.contains("is not the name of a file"), "{name}");
    }
    let report = with_file(&MANAGERS.replace("rows.json", "other.json"), "{}").unwrap_err();
    assert!(report.diagnostics[0].message.contains("cannot read `other.json`: there is no such file"));
}

#[test]
fn rows_are_of_their_types_and_given_once() {
    let table = |declared: &str| codes(&format!("table t: {declared}\npolicy p {{ allow {{}} when has t[user] }}"));
    assert_eq!(table("string -> string = { ann: \"eve\" }"), []);
    assert_eq!(table("string -> set of int = { ann: [1, 2], \"b c\": [] }"), []);
    assert_eq!(table("string -> string = { ann: \"eve\", ann: \"bob\" }"), [Code::BadTable]);
    assert_eq!(table("string -> set of string = { ann: [\"a\", \"a\"] }"), [Code::BadTable]);
    assert_eq!(table("string -> set of string = { ann: \"a\" }"), [Code::BadTable]);
    assert_eq!(table("string -> string = { ann: [\"a\"] }"), [Code::BadTable]);
    assert_eq!(table("string -> string = { ann: any }"), [Code::BadTable]);
    assert_eq!(table("string -> int = { ann: \"a\" }"), [Code::WrongType]);
    assert_eq!(table("path -> int = { \"/a\": 1 }"), [Code::BadDeclaration]);
    assert_eq!(table("string -> labels = {}"), [Code::BadDeclaration]);
    assert_eq!(codes("table t: int -> int = { x: 1 }\npolicy p { allow {} when has t[id] }"), [Code::BadTable]);
    assert_eq!(codes("table t: int -> int = { \"01\": 1 }\npolicy p { allow {} when has t[id] }"), [Code::BadTable]);
}

#[test]
fn look_ups_have_the_types_of_their_table() {
    let rule = |condition: &str| {
        codes(&format!(
            "table one: string -> string = {{ ann: \"eve\" }}\ntable many: string -> set of string = {{ ann: [\"a\"] }}\n\
             policy p {{ allow {{}} when has one[user] || has many[user] || {condition} }}"
        ))
    };
    assert_eq!(rule("one[user] == user"), []);
    assert_eq!(rule("user in many[one[user]]"), []);
    assert_eq!(rule("all groups in many[\"ann\"]"), []);
    assert_eq!(rule("one[id] == user"), [Code::Mismatch]);
    assert_eq!(rule("one[user] == id"), [Code::Mismatch]);
    assert_eq!(rule("id in many[user]"), [Code::Mismatch]);
    assert_eq!(rule("many[user] == user"), [Code::NotOneValue]);
    assert_eq!(rule("user in [many[user], \"x\"]"), [Code::WrongPattern]);
    assert_eq!(rule("user in other[user]"), [Code::UnknownName]);
    assert_eq!(rule("any groups in one[user]"), []);
}

#[test]
fn a_row_in_a_map_states_how_many_elements_are_in_it() {
    const TEAMS: &str = "table teams: string -> set of string = { ann: [\"red\"] }\n";
    let program = |rule: &str| {
        let document = document(&format!("{TEAMS}policy p {{ {rule} }}"), Library::built_in()).unwrap();
        document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap().program
    };
    for (map, condition) in [
        ("allow { groups: some teams[user] }", "allow {} when any groups in teams[user]"),
        ("allow { groups: every teams[user] }", "allow {} when all groups in teams[user]"),
        ("deny { groups: some teams[user] }", "deny { groups: teams[user] }"),
        ("allow { groups: teams[user] }", "allow { groups: every teams[user] }"),
    ] {
        assert_eq!(program(map), program(condition), "{map}");
    }
    assert_eq!(codes(&format!("{TEAMS}policy p {{ allow {{ user: some teams[user] }} }}")), [Code::NotASet]);
}

#[test]
fn a_missing_row_has_to_be_asked_for_where_it_would_let_a_request_through() {
    let rule = |rule: &str| {
        codes(&format!(
            "table one: string -> string = {{ ann: \"eve\" }}\npolicy p {{ allow {{ action: get }} {rule} }}"
        ))
    };
    assert_eq!(rule("deny {} when one[user] != user"), [Code::Unguarded]);
    assert_eq!(rule("deny {} when has one[user] && one[user] != user"), []);
    assert_eq!(rule("allow { user: \"a\" } when !(one[user] == user)"), [Code::Unguarded]);
    assert_eq!(rule("deny {} unless one[user] == user"), []);
    assert_eq!(rule("deny { user: one[user] }"), []);
}

#[test]
fn what_is_printed_of_a_program_with_tables_compiles_to_it() {
    let tables = "table many: string -> set of string = { ann: [\"a\"], bob: [\"b\"] }\ntable one: int -> string = { \"7\": \"x\" }\n";
    let rules = "allow { user: many[user] }\nallow { groups: many[user] }\ndeny { groups: many[user] }\nallow {} when one[id] == user && !has many[\"ann\"]";
    let compile = |rules: &str| {
        let document = document(&format!("{tables}policy p {{\n{rules}\n}}"), Library::built_in()).unwrap();
        let program = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap().program;
        let scope =
            Scope { vocabulary: document.vocabulary(), state: document.vocabulary().present(), budget: Budget::Policy };
        let proved = verify(program.bytes(), &scope).unwrap();
        let source = ToSource::new(document.vocabulary()).of_ours();
        assert_eq!(source.tables(&proved).join("\n") + "\n", tables, "the tables are printed as they are written");
        let entries = source.entries(&proved);
        (program, entries.join("\n"))
    };
    let (program, printed) = compile(rules);
    assert_eq!(compile(&printed), (program, printed));
}

fn table(name: &str, value: Type) -> Vec<u8> {
    let rows = Rows::from([(b"ann".to_vec(), [b"red".to_vec()].into())]);
    Table::of(name, Scalar::String, value, &rows).bytes().to_vec()
}

/// A program of these tables, whose only rule is `allow when` these instructions.
fn fault(declared: &[&[u8]], ops: impl Fn(&[Const]) -> Vec<Op>) -> Option<Fault> {
    let vocabulary = Vocabulary::builder("v", 1)
        .attribute("user", Type::One(Scalar::String), false)
        .and_then(|builder| builder.attribute("id", Type::One(Scalar::Int), true))
        .and_then(|builder| builder.attribute("groups", Type::Set(Scalar::String), true))
        .unwrap()
        .build();
    let (mut pool, mut code, mut body) = (Pool::default(), Vec::new(), Vec::new());
    let places: Vec<Const> = declared.iter().map(|table| pool.intern(table)).collect();
    Op::When {}.write(&mut body);
    ops(&places)
        .into_iter()
        .for_each(|op| if let Op::Table { .. } = op { op.write(&mut code) } else { op.write(&mut body) });
    Op::Allow { body: Length(u32::try_from(body.len()).unwrap()) }.write(&mut code);
    code.extend(body);
    let program = Program::new(&code, &pool);
    let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Token };
    verify(program.bytes(), &scope).err().map(|error| error.fault)
}

const USER: Op = Op::Field { field: FieldNo(1) };
const ID: Op = Op::Field { field: FieldNo(2) };

#[test]
fn a_program_that_lies_about_its_tables_is_refused() {
    let (one, many) = (table("t", Type::One(Scalar::String)), table("t", Type::Set(Scalar::String)));
    let declare = |table: Const| Op::Table { table };
    let has = |table: Const| Op::HasRow { table };
    assert_eq!(fault(&[&one], |at| vec![declare(at[0]), has(at[0]), USER]), None);
    assert_eq!(fault(&[&one], |at| vec![has(at[0]), USER]), Some(Fault::BadConstant), "it is not declared");
    assert_eq!(fault(&[&one], |at| vec![declare(at[0]), Op::True {}]), Some(Fault::Leftover), "it is not used");
    assert_eq!(fault(&[&one], |at| vec![declare(at[0]), has(at[0]), ID]), Some(Fault::WrongType), "another key");
    assert_eq!(
        fault(&[&many], |at| vec![declare(at[0]), Op::Truth {}, Op::RowOf { table: at[0] }, USER]),
        Some(Fault::WrongType)
    );
    let in_row = |at: &[Const], value| vec![declare(at[0]), Op::InRow { table: at[0] }, value, USER];
    assert_eq!(fault(&[&many], |at| in_row(at, USER)), None);
    assert_eq!(fault(&[&many], |at| in_row(at, ID)), Some(Fault::WrongType));
    for (groups, wanted) in
        [(FieldNo(3), None), (FieldNo(1), Some(Fault::WrongType)), (FieldNo(9), Some(Fault::UnknownAttribute))]
    {
        assert_eq!(
            fault(&[&many], |at| vec![declare(at[0]), Op::AnyInRow { field: groups, table: at[0] }, USER]),
            wanted
        );
    }
    let other = table("s", Type::One(Scalar::String));
    let both = |at: &[Const], first: usize| {
        vec![
            declare(at[first]),
            declare(at[1 - first]),
            Op::Equal {},
            Op::RowOf { table: at[0] },
            USER,
            Op::RowOf { table: at[1] },
            USER,
        ]
    };
    assert_eq!(fault(&[&other, &one], |at| both(at, 0)), None);
    assert_eq!(fault(&[&other, &one], |at| both(at, 1)), Some(Fault::OutOfOrder), "their names ascend");
    assert_eq!(fault(&[&one, &many], |at| both(at, 0)), Some(Fault::OutOfOrder), "no name is there twice");
    assert_eq!(fault(&[b"no table"], |at| vec![declare(at[0]), has(at[0]), USER]), Some(Fault::BadConstant));
    let tables: Vec<Vec<u8>> =
        (0..40).map(|number| table(&format!("t{number:02}"), Type::One(Scalar::String))).collect();
    let tables: Vec<&[u8]> = tables.iter().map(Vec::as_slice).collect();
    let all = |at: &[Const]| at.iter().map(|table| declare(*table)).chain([Op::True {}]).collect();
    assert_eq!(fault(&tables, all), Some(Fault::TooManyTables));
}

#[test]
fn a_table_after_a_rule_is_refused() {
    let vocabulary = Vocabulary::builder("v", 1).attribute("user", Type::One(Scalar::String), false).unwrap().build();
    let mut pool = Pool::default();
    let table = pool.intern(&table("t", Type::One(Scalar::String)));
    let mut code = Vec::new();
    Op::Allow { body: Length(0) }.write(&mut code);
    Op::Table { table }.write(&mut code);
    let scope = Scope { vocabulary: &vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    let error = verify(Program::new(&code, &pool).bytes(), &scope).unwrap_err();
    assert_eq!(error.fault, Fault::OutOfOrder);
    let mut wide = Vec::new();
    put_prefixed(&mut wide, b"ann");
    assert!(Table::of_constant(&wide).is_none());
}
