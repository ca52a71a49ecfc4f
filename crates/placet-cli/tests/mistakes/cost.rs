//! What a decision may cost, whoever wrote the program: prices are bounds of the work, all blocks of a token have one
//! allowance, and nobody's string makes us compile.

#[path = "../../../../benches/worst/mod.rs"]
mod worst;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use placet::bytecode::fuel::Fuel;
use placet::bytecode::op::Op;
use placet::bytecode::verify::{Allowance, Budget, Fault, Scope, verify, verify_within};
use placet::check::library::Library;
use placet::check::tree::{Constant, Template};
use placet::compile::arguments::{Argument, Arguments};
use placet::compile::error::TemplateError;
use placet::compile::expressions::Expressions;
use placet::compile::{Compiled, compile};
use placet::diag::code::Code;
use placet::document::mint::attenuate;
use placet::document::{Document, DocumentError};
use placet::limits::{TOKEN_COST, TOKEN_PROOF_BYTES};
use placet::model::path::ResourcePath;
use placet::model::request::Request;
use placet::model::types::{Scalar, Type};
use placet::model::verdict::Refusal;
use placet::model::vocabulary::Vocabulary;
use placet::program::read::rules;
use placet::program::source::ToSource;
use placet::syntax::ast::{BlockKind, ParameterType};
use placet::token::attenuate::{BlockDraft, append};
use placet::token::envelope::Token;
use placet::token::mint::mint;
use placet::token::verify::{Scratch, Verifier};
use placet::vm::{Context, ProgramKind, RunError, run, run_with};

use super::support::{codes, compiled, document, path};
use crate::token_workshop::{self, NOW};
use placet::model::time::Time;

const CONTEXT: Context<'static> =
    Context { issuance: Time::EPOCH, expiry: Time::MAX, bearer: Some(&worst::Bearer), vouchers: &[], approvers: &[] };

fn scope(vocabulary: &Vocabulary, budget: Budget) -> Scope<'_> {
    Scope { vocabulary, state: vocabulary.present(), budget }
}

/// Fuel counts what is not constant time, so it is less than the price, and would be more where a price forgot a factor.
#[test]
fn the_worst_program_of_every_row_takes_no_more_than_its_price() {
    let vocabulary = worst::vocabulary();
    let request = worst::request(&vocabulary);
    for case in worst::cases() {
        let proved = verify(&case.program, &scope(&vocabulary, Budget::Policy));
        let proved = proved.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let fuel = Fuel::plenty();
        let answer = run_with(&proved, ProgramKind::Restriction, &request, &CONTEXT, &fuel);
        assert!(answer.is_ok(), "{}: {answer:?}", case.name);
        assert!(fuel.used() <= proved.cost(), "{}: {} of {}", case.name, fuel.used(), proved.cost());
    }
}

#[test]
fn every_row_of_the_opcode_table_has_a_worst_program() {
    let cases = worst::cases();
    // An index is in no token, and costs what a service's own compiler made of it.
    for row in Op::TABLE.iter().filter(|row| !row.text.ends_with(".index")) {
        assert!(cases.iter().any(|case| case.name == row.text), "`{}` has no case", row.text);
    }
}

/// A price that is too low must not become a verdict: a `deny` that could not be asked to its end is no permission.
#[test]
fn a_run_without_fuel_is_no_answer() {
    let vocabulary = worst::vocabulary();
    let request = worst::request(&vocabulary);
    let mut halted = 0;
    for case in worst::cases() {
        let proved = verify(&case.program, &scope(&vocabulary, Budget::Policy)).unwrap();
        let plenty = Fuel::plenty();
        run_with(&proved, ProgramKind::Restriction, &request, &CONTEXT, &plenty).unwrap();
        if plenty.used() > 0 {
            let fuel = Fuel::new(plenty.used() - 1);
            let answer = run_with(&proved, ProgramKind::Restriction, &request, &CONTEXT, &fuel);
            assert_eq!(answer, Err(RunError::OutOfFuel), "{}", case.name);
            halted += 1;
        }
    }
    assert!(halted > 30, "only {halted} programs take fuel");
}

/// Two hundred and fifty patterns, each of five hundred segments, in some two kilobytes.
fn long_patterns(end: &str) -> String {
    let deny = format!("deny {{ path: \"/**/a{}/b{end}\" }}\n", "/*".repeat(480));
    format!("use http\nrestriction r {{\n{}}}", deny.repeat(250))
}

#[test]
fn a_short_restriction_of_long_patterns_is_cheap_or_refused() {
    let document = document(&long_patterns(""));
    let program = compiled(&document, []).program;
    let proved = verify(program.bytes(), &scope(document.vocabulary(), Budget::Token)).unwrap();
    let long = "/a".repeat(4 * 1024);
    let mut request = Request::named(document.vocabulary(), "GET", NOW).unwrap();
    request.set_named("path", path(&long)).unwrap();
    let fuel = Fuel::plenty();
    assert!(run_with(&proved, ProgramKind::Restriction, &request, &CONTEXT, &fuel).is_ok());
    assert!(fuel.used() < 250 * 2_000, "its end is asked once, not at each of 4,096 places: {}", fuel.used());
    // With a `**` after it as well, the pattern has to be tried at each place.
    let document = self::document(&long_patterns("/**"));
    let refused = document.compile(BlockKind::Restriction, None, &Arguments::none());
    let Err(DocumentError::Compile(errors)) = refused else { panic!("{refused:?}") };
    assert!(matches!(errors[0].cause, TemplateError::TooCostly { .. }), "{errors:?}");
}

/// A restriction of some tenth of the allowance, in a few bytes.
fn dear_restriction(document: &Document) -> Compiled {
    compiled(document, [])
}

const DEAR: &str = "use http\nrestriction r { deny { path: [\"/**/a/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/b/**\", \
    \"/**/a/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/c/**\", \"/**/a/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/*/d/**\"] } }";

#[test]
fn all_blocks_of_a_token_have_one_allowance() {
    let document = document(DEAR);
    let vocabulary = document.vocabulary();
    let dear = dear_restriction(&document);
    assert!(dear.cost > TOKEN_COST / 20 && dear.cost < TOKEN_COST / 2, "{}", dear.cost);
    let everything: &[u8] = &[2, 0x03, 0];
    let draft =
        placet::token::mint::Draft { fingerprint: vocabulary.fingerprint(), ..token_workshop::draft(everything) };
    let mut token = mint(&token_workshop::local(), &draft, &mut token_workshop::random()).unwrap();
    let keyring = token_workshop::keyring();
    let verifier = Verifier::new(&keyring, vocabulary);
    let refusal = |token: &Token| verifier.verify(&token.text(), NOW, &mut Scratch::new()).err();
    let fit = TOKEN_COST / dear.cost;
    for number in 0..fit {
        assert_eq!(refusal(&token), None, "with {number} restrictions");
        token = attenuate(&token, &dear, vocabulary, NOW, false, &mut token_workshop::random()).unwrap();
    }
    token = attenuate(&token, &dear, vocabulary, NOW, false, &mut token_workshop::random()).unwrap();
    assert_eq!(refusal(&token), Some(Refusal::TooCostly));
    assert_eq!(Refusal::TooCostly.name(), "too_costly");
}

/// Each instruction of two bytes may name a constant of thousands, and proving looks at all of it.
#[test]
fn a_constant_is_looked_at_so_often_and_no_more() {
    let vocabulary = worst::vocabulary();
    let most = usize::try_from(TOKEN_PROOF_BYTES).unwrap();
    let names = |times: usize, length: usize| {
        let mut pool = placet::bytecode::program::Pool::default();
        let text = pool.intern(&vec![b'a'; length]);
        let mut inner = Vec::new();
        (0..times).for_each(|_| Op::Eq { text }.write(&mut inner));
        let mut test = Vec::new();
        let length = |bytes: &[u8]| placet::bytecode::op::Length(u32::try_from(bytes.len()).unwrap());
        Op::Test { field: placet::model::vocabulary::FieldNo(1) }.write(&mut test);
        Op::AnyOf { body: length(&inner) }.write(&mut test);
        test.extend(inner);
        let mut code = Vec::new();
        Op::Deny { body: length(&test) }.write(&mut code);
        code.extend(test);
        placet::bytecode::program::Program::new(&code, &pool).into_bytes()
    };
    let scope = scope(&vocabulary, Budget::Token);
    assert!(verify(&names(most / 3_000, 3_000), &scope).is_ok());
    let error = verify(&names(most / 3_000 + 1, 3_000), &scope).unwrap_err();
    assert_eq!(error.fault, Fault::TooLongToProve);
    let mut allowance = Allowance::of(Budget::Token);
    let half = names(most / 3_000 / 2 + 1, 3_000);
    assert!(verify_within(&half, &scope, &mut allowance).is_ok());
    let error = verify_within(&half, &scope, &mut allowance).unwrap_err();
    assert_eq!(error.fault, Fault::TooLongToProve, "the next block has what this one left");
    // A holder can append it; the verifier says what is wrong.
    let token = token_workshop::minted(token_workshop::local(), &token_workshop::draft(token_workshop::program()));
    let draft = BlockDraft { program: &names(1_400, 800), ..BlockDraft::default() };
    let token = append(&token, &draft, &mut token_workshop::random()).unwrap();
    assert_eq!(token_workshop::verify(&token.text()), Err(Refusal::TooCostly));
}

/// Everything that comes with Placet, and what the benchmarks ask: far from the bound, so that nobody honest meets it.
#[test]
fn our_own_tokens_cost_a_small_part_of_what_a_token_may() {
    let root = Path::new("../..");
    let (mut tokens, mut policies) = (Vec::new(), Vec::new());
    for folder in ["policies", "benches/workloads", "tests/momento_cases"] {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        let files = entries.map(|entry| entry.unwrap().path());
        for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "placet")) {
            let document = document(&fs::read_to_string(&file).unwrap());
            for template in document.templates() {
                let cost = compile(template, document.vocabulary(), &filled(template)).unwrap().cost;
                let held = if template.kind == BlockKind::Policy { &mut policies } else { &mut tokens };
                held.push((cost, format!("{} in {}", template.name, file.display())));
            }
        }
    }
    // Policies compare whole sets, and have an allowance of their own, four thousand times as large.
    for (costs, part) in [(tokens, 100), (policies, 30)] {
        let (cost, name) = costs.into_iter().max().expect("there are some");
        println!("the largest cost is {cost}, one in {} of {TOKEN_COST}: {name}", TOKEN_COST / cost.max(1));
        assert!(cost > 0 && cost <= TOKEN_COST / part, "{name} costs {cost}, of {TOKEN_COST}");
    }
}

/// An argument of its type for each parameter.
fn filled(template: &Template) -> Arguments {
    let constant = |scalar| match scalar {
        Scalar::Bool => Constant::Bool(true),
        Scalar::Int => Constant::Int(7),
        Scalar::String => Constant::String("a".repeat(36)),
        Scalar::Bytes => Constant::Bytes(vec![b'a'; 36]),
        Scalar::Uuid => Constant::Uuid([7; 16]),
        Scalar::Time => Constant::Time(NOW.as_millis()),
        Scalar::Duration => Constant::Duration(60_000),
        Scalar::Ip => Constant::Ip(std::net::IpAddr::from([10, 0, 0, 1]).into()),
        Scalar::Path => Constant::Path(ResourcePath::new("/a/b").unwrap().to_string()),
        Scalar::Url => Constant::Url("https://example.com/a".to_owned()),
    };
    let given = template.parameters.iter().map(|parameter| {
        let argument = match parameter.ty {
            ParameterType::Value(Type::One(scalar)) => Argument::One(constant(scalar)),
            ParameterType::Value(Type::Set(scalar)) => Argument::Set(vec![constant(scalar)]),
            ParameterType::Value(Type::Labels) => unreachable!("no parameter is labels"),
            ParameterType::Network => unreachable!("no example has one"),
        };
        (parameter.name.as_str(), argument)
    });
    Arguments::new(&template.parameters, given).unwrap()
}

/// So many different expressions, each on a line of its own from the second on.
fn different(count: usize) -> String {
    let mut text = String::from("use http\npolicy p {\n");
    for number in 0..count {
        let _ = writeln!(text, "allow {{ host: ~\"(?:a?){{60}}b[c-x]*{number}\" }}");
    }
    text + "}"
}

#[test]
fn the_regular_expressions_of_a_document_take_so_much_work_and_no_more() {
    let library = Library::built_in().clone().with_effort(1_000_000);
    let text = different(60);
    let document = Document::from_text("test.placet", &text, &library).unwrap();
    let refused = document.compile(BlockKind::Policy, None, &Arguments::none());
    let Err(DocumentError::Compile(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.len(), 1, "the first that is too much, and none of those that follow: {errors:?}");
    assert!(matches!(errors[0].cause, TemplateError::TooMuchToCompile { .. }), "{errors:?}");
    assert!(errors[0].cause.help().is_some());
    let line = errors[0].at.and_then(|at| document.source().line_and_column(at)).unwrap().0;
    assert!(line > 4, "some come before it: {line}");
    let generous = Document::from_text("test.placet", &text, Library::built_in()).unwrap();
    assert!(generous.compile(BlockKind::Policy, None, &Arguments::none()).is_ok());
}

#[test]
fn the_same_expression_is_made_an_automaton_once() {
    let rule = "allow { host: ~\"(?:a?){60}b[c-x]*\" }\n";
    let text = |count: usize| format!("use http\npolicy p {{\n{}}}", rule.repeat(count));
    let library = Library::built_in().clone().with_effort(1_000_000);
    let document = Document::from_text("test.placet", &text(100), &library).unwrap();
    assert!(document.compile(BlockKind::Policy, None, &Arguments::none()).is_ok());
    let expressions = document.expressions();
    for _ in 0..3 {
        let made = document.compile_with(BlockKind::Policy, None, &Arguments::none(), &expressions);
        assert!(made.is_ok(), "templates that are compiled together know each other's");
    }
}

#[test]
fn reading_regular_expressions_is_bounded_as_well() {
    let rules: String = (0..40).map(|number| format!("allow {{ host: ~\"(?iu)\\\\w{number}\" }}\n")).collect();
    let text = format!("use http\npolicy p {{\n{}}}", rules.replace("\\\\", "\\"));
    assert_eq!(codes(&text), []);
    let library = Library::built_in().clone().with_effort(100_000);
    let report = Document::from_text("test.placet", &text, &library).unwrap_err();
    let found: Vec<Code> = report.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(found.first(), Some(&Code::TooMany), "{report}");
}

/// A restriction whose program quotes a regular expression, as a stranger may have written it.
fn quoting() -> (Document, Compiled) {
    let document = document("use http\nrestriction r { only { host: ~\"(?:ab)+\" } }");
    let compiled = compiled(&document, []);
    (document, compiled)
}

#[test]
fn nothing_is_compiled_of_what_nobody_has_verified_and_it_says_so() {
    let (document, compiled) = quoting();
    let (bytes, vocabulary) = (compiled.program.bytes(), document.vocabulary());
    let source = ToSource::new(vocabulary).of_restriction(true);
    assert_eq!(
        source.entries_of(bytes),
        ["// The quoted regular expression has not been compared with the automaton that runs:\n\
          // only { host: ~\"(?:ab)+\" }"]
    );
    let expressions = Expressions::default();
    assert_eq!(source.comparing(&expressions).entries_of(bytes), ["only { host: ~\"(?:ab)+\" }"]);
    let proved = verify(bytes, &scope(vocabulary, Budget::Token)).unwrap();
    let rule = rules(&proved).unwrap().remove(0);
    assert_eq!(
        source.rule(&rule),
        "only { host: ~\"(?:ab)+\" } (the quoted regular expression has not been compared with the automaton that runs)"
    );
    assert_eq!(source.comparing(&expressions).rule(&rule), "only { host: ~\"(?:ab)+\" }");
}

#[test]
fn what_is_too_much_to_compare_is_said_not_to_be_compared() {
    let (document, compiled) = quoting();
    let spent = Expressions::within(placet::check::effort::Effort::new(10));
    let source = ToSource::new(document.vocabulary()).of_restriction(true).comparing(&spent);
    let shown = source.entries_of(compiled.program.bytes()).join("\n");
    assert!(shown.starts_with("// ") && shown.contains("has not been compared"), "{shown}");
}

#[test]
fn a_decision_within_its_price_is_the_same_with_any_more_fuel() {
    let vocabulary = worst::vocabulary();
    let request = worst::request(&vocabulary);
    for case in worst::cases().iter().filter(|case| case.name.starts_with("glob") || case.name.starts_with("path")) {
        let proved = verify(&case.program, &scope(&vocabulary, Budget::Policy)).unwrap();
        let plenty = run_with(&proved, ProgramKind::Authority, &request, &CONTEXT, &Fuel::plenty());
        assert_eq!(run(&proved, ProgramKind::Authority, &request, &CONTEXT), plenty, "{}", case.name);
    }
}
