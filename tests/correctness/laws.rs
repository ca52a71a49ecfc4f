//! What holds for every policy, whoever wrote it.

use crate::common;

use std::cell::Cell;

use common::choices::Choices;
use common::generate::{Made, place_of, world};
use common::reference::{self, Answer, Asked, Block};
use common::requests::request;
use common::{compiled, decide, for_all, kind_of, speak};
use placet::bytecode::cursor::Cursor;
use placet::bytecode::op::Op;
use placet::bytecode::program::{Pool, Program, constant, sections};
use placet::bytecode::verify::{Budget, Scope, verify};
use placet::check::check;
use placet::check::library::Library;
use placet::check::tree::{
    ArgumentNo, Claims, Constant, Effect, Parameter, Pattern, Piece, Rule, Template, Term, Test, Text, Times,
};
use placet::compile::arguments::Argument;
use placet::compile::expressions::Expressions;
use placet::diag::code::Code;
use placet::model::matcher::Matcher;
use placet::model::path::ResourcePath;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::types::{Scalar, Type};
use placet::model::value::Value;
use placet::model::vocabulary::{ActionNo, FieldNo, Vocabulary};
use placet::program::read::rules;
use placet::program::source::ToSource;
use placet::program::{self, write};
use placet::span::Span;
use placet::syntax::ast::BlockKind;
use placet::syntax::{map, parse, print};
use placet::vm::{self, Context, run};
use proptest::prelude::{prop_assert, prop_assert_eq};

const CONTEXT: Context<'static> = Context {
    issuance: Time::from_millis(1_767_225_600_000),
    expiry: Time::MAX,
    bearer: None,
    vouchers: &[],
    approvers: &[],
};

/// The word for an answer, whichever rule gave it.
fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Allow(_) => "allow",
        Answer::Forbid(_) => "forbidden",
        Answer::Abstain(_) => "not_permitted",
    }
}

#[test]
fn what_is_compiled_is_proved_and_the_same_source_is_the_same_bytes() {
    for_all(1_500, 700, |choices| {
        let world = world(choices, 1);
        for made in &world.blocks {
            let Ok(once) = compiled(made, &world.old) else { continue };
            let again = compiled(&made.clone(), &world.old.clone()).unwrap();
            prop_assert_eq!(&once, &again);
            let budget = if made.template.kind == BlockKind::Policy { Budget::Policy } else { Budget::Token };
            let scope = Scope { vocabulary: &world.vocabulary, state: world.old.present(), budget };
            let proved = verify(once.program.bytes(), &scope);
            prop_assert!(proved.is_ok(), "{proved:?}");
            prop_assert_eq!(proved.unwrap().cost(), once.cost);
        }
        Ok(())
    });
}

#[test]
fn the_order_of_rules_never_changes_the_outcome() {
    for_all(1_500, 700, |choices| {
        let mut world = world(choices, 1);
        let number = world.blocks.len() - 1;
        let (made, kind) = (world.blocks[number].clone(), kind_of(world.blocks[number].template.kind));
        let asked: Vec<Asked> = (0..6).map(|_| request(choices, &world)).collect();
        shuffle(choices, &mut world.blocks[number].template.rules);
        let Ok(before) = compiled(&made, &world.old) else { return Ok(()) };
        let after = compiled(&world.blocks[number], &world.old).unwrap();
        for asked in asked {
            let words = asked.with(&world.vocabulary, |request| {
                [&before, &after].map(|program| word(decide(program, kind, world.old.present(), request, &CONTEXT)))
            });
            prop_assert_eq!(words[0], words[1], "{:?}\n{:?}", made, asked);
        }
        Ok(())
    });
}

fn shuffle<T>(choices: &mut Choices<'_>, items: &mut [T]) {
    for place in (1..items.len()).rev() {
        items.swap(place, choices.below(place + 1));
    }
}

#[test]
fn an_instruction_reads_as_it_was_written_and_has_one_spelling() {
    for_all(5_000, 24, |choices| {
        let bytes: Vec<u8> = std::iter::from_fn(|| (!choices.is_spent()).then(|| choices.byte())).collect();
        let mut cursor = Cursor::new(&bytes);
        let Some(op) = Op::read(&mut cursor) else { return Ok(()) };
        let mut written = Vec::new();
        op.write(&mut written);
        prop_assert_eq!(&bytes[..bytes.len() - cursor.rest().len()], written.as_slice(), "{:?}", op);
        Ok(())
    });
}

#[test]
fn a_program_holds_what_was_put_into_it() {
    for_all(1_000, 200, |choices| {
        let some = |choices: &mut Choices<'_>| -> Vec<u8> { (0..choices.below(40)).map(|_| choices.byte()).collect() };
        let code = some(choices);
        let mut pool = Pool::default();
        let constants: Vec<Vec<u8>> = (0..choices.below(6)).map(|_| some(choices)).collect();
        let places: Vec<_> = constants.iter().map(|constant| pool.intern(constant)).collect();
        let program = Program::new(&code, &pool);
        let (read, constants_read) = sections(program.bytes()).unwrap();
        prop_assert_eq!(read, code.as_slice());
        for (wanted, place) in constants.iter().zip(&places) {
            prop_assert_eq!(constant(constants_read, *place), Some(wanted.as_slice()));
            prop_assert_eq!(pool.intern(wanted), *place, "a constant stands once");
        }
        Ok(())
    });
}

// What an argument brings is text.

/// Texts that mean something in each of the languages that patterns are written in.
const HOSTILE: [&str; 34] = [
    "*", "**", "?", ".", "..", ".*", ".+", "a|b", "|", "(", ")", "[", "]", "[a-z]", "{", "}", "{}", "{p}", "{{", "\\",
    "\\*", "\\d", "^", "$", "(?i)", "(?x) # ", "/", "a/b", "/**", "%2F", "%2E%2E", "\"", "\u{0}", "\u{e9}",
];

/// What the texts would let through if they were more than text.
const OTHERS: [&str; 14] = ["", "a", "b", "ab", "A", "7", "x", "z/z", "anything", "*", "p", " ", ".", "\n"];

/// Two attributes to ask about, text and path.
fn two() -> Vocabulary {
    let builder = Vocabulary::builder("two", 1).attribute("text", Type::One(Scalar::String), true).unwrap();
    let builder = builder.attribute("path", Type::One(Scalar::Path), true).unwrap();
    builder.action("get").unwrap().build()
}

/// A policy of one parameter and one rule.
fn one_rule(field: FieldNo, pattern: Pattern, argument: &str) -> Made {
    let rule = Rule {
        effect: Effect::Allow,
        actions: None,
        tests: vec![Test { field, quantifier: None, pattern }],
        condition: None,
        at: place_of(0),
    };
    let template = Template {
        kind: BlockKind::Policy,
        name: "one".to_owned(),
        doc: Vec::new(),
        at: Span::default(),
        parameters: vec![Parameter { name: "p".to_owned(), ty: Type::One(Scalar::String).into() }],
        claims: Claims::default(),
        times: Times::default(),
        holder: None,
        guard: None,
        rules: vec![rule],
        promises: Vec::new(),
    };
    Made { template, arguments: vec![Argument::One(Constant::String(argument.to_owned()))] }
}

fn around(before: &str, after: &str) -> Text {
    let literal = |text: &str| (!text.is_empty()).then(|| Piece::Literal(text.as_bytes().to_vec()));
    let pieces = [literal(before), Some(Piece::Parameter(ArgumentNo(0))), literal(after)];
    Text { pieces: pieces.into_iter().flatten().collect() }
}

fn allows(made: &Made, vocabulary: &Vocabulary, field: FieldNo, value: Value<'_>) -> Option<bool> {
    let compiled = compiled(made, vocabulary).ok()?;
    let mut request = Request::new(vocabulary, ActionNo(0), Time::from_millis(0));
    request.set(field, value).unwrap();
    let answer = decide(&compiled, kind_of(BlockKind::Policy), vocabulary.present(), &request, &CONTEXT);
    Some(word(answer) == "allow")
}

#[test]
fn what_is_spliced_into_a_text_matches_itself_and_nothing_else() {
    let vocabulary = two();
    let field = vocabulary.field("text").unwrap();
    for argument in HOSTILE {
        for (before, after) in [("", ""), ("a-", "-z"), ("a", "")] {
            let itself = format!("{before}{argument}{after}");
            let text = around(before, after);
            let patterns = [
                Pattern::Equal(Term::Text(text.clone())),
                Pattern::Text(Matcher::Glob, text.clone()),
                Pattern::Text(Matcher::Regex, text.clone()),
                Pattern::Text(Matcher::Regex, around(&format!("(?x){before} "), &format!(" {after}"))),
                Pattern::OneOf(vec![Pattern::Text(Matcher::Glob, text)]),
            ];
            for pattern in patterns {
                let made = one_rule(field, pattern, argument);
                assert_eq!(
                    allows(&made, &vocabulary, field, Value::String(&itself)),
                    Some(true),
                    "{made:?}: {itself:?}"
                );
                for other in HOSTILE.iter().chain(&OTHERS).filter(|other| **other != argument) {
                    let other = format!("{before}{other}{after}");
                    assert_eq!(
                        allows(&made, &vocabulary, field, Value::String(&other)),
                        Some(false),
                        "{made:?}: {other:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_spliced_into_a_prefix_is_a_prefix_of_it_as_text() {
    let vocabulary = two();
    let field = vocabulary.field("text").unwrap();
    for argument in HOSTILE {
        let prefix = format!("user/{argument}/");
        let made = one_rule(field, Pattern::Text(Matcher::Prefix, around("user/", "/")), argument);
        for other in HOSTILE.iter().chain(&OTHERS) {
            for value in [format!("user/{other}/x"), format!("user/{other}"), format!("user/{argument}/{other}")] {
                let allowed = allows(&made, &vocabulary, field, Value::String(&value));
                assert_eq!(allowed, Some(value.starts_with(&prefix)), "{argument:?}: {value:?}");
            }
        }
    }
}

#[test]
fn what_is_spliced_into_a_path_is_one_segment_or_refused() {
    let vocabulary = two();
    let field = vocabulary.field("path").unwrap();
    let mut refused = 0;
    for argument in HOSTILE {
        for (before, after, whole) in
            [("/t/", "/**", true), ("/t/", "/*", true), ("/t/*", "*/**", false), ("/**/", "", true)]
        {
            let made = one_rule(field, Pattern::Text(Matcher::Path, around(before, after)), argument);
            if compiled(&made, &vocabulary).is_err() {
                refused += 1;
                continue;
            }
            assert!(!argument.contains('/') && !(whole && argument == ".."), "{argument:?} was taken for a segment");
            for other in HOSTILE.iter().chain(&OTHERS) {
                for value in
                    [format!("/t/{other}"), format!("/t/{other}/x"), format!("/t/{other}/x/y"), format!("/{other}")]
                {
                    let Ok(path) = ResourcePath::new(&value) else { continue };
                    let allowed = allows(&made, &vocabulary, field, Value::Path(path)).unwrap();
                    let is_there = path
                        .segments()
                        .any(|segment| if whole { segment == argument } else { segment.contains(argument) });
                    assert!(is_there || !allowed, "{before}{{{argument}}}{after} lets {value} through");
                }
            }
        }
    }
    assert!(refused > 10, "only {refused} were refused");
}

// The three spellings and the one tree.

/// Whether the generator said what the checker keeps people from saying: a rule that cannot do what
/// it is there for.
const fn is_slip(code: Code) -> bool {
    matches!(code, Code::NeverForbids | Code::EmptyNeedle | Code::VouchedForbids | Code::UnsaidAbsence)
}

#[test]
fn a_policy_means_the_same_in_each_spelling() {
    let (spoken, silent, refused) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    for_all(1_500, 500, |choices| {
        let world = world(choices, 0);
        let made = &world.blocks[0];
        let Some(file) = speak::file(made, &world.old) else {
            silent.set(silent.get() + 1);
            return Ok(());
        };
        let text = print::print(&file);
        let parsed = parse::parse(&text);
        prop_assert!(parsed.is_ok(), "{text}\n{parsed:?}");
        let parsed = parsed.unwrap();
        prop_assert_eq!(&print::print(&parsed), &text);
        let formatted = print::format(&text);
        prop_assert_eq!(formatted.as_ref(), Ok(&text));
        let mapped = map::from_map(&map::to_map(&file));
        prop_assert!(mapped.is_ok(), "{text}\n{mapped:?}");
        let mapped = mapped.unwrap().0;
        prop_assert_eq!(&mapped, &parsed, "{}", text);

        let outcomes = [&parsed, &mapped].map(|file| check(file, Library::built_in()));
        let slips = outcomes.each_ref().map(|outcome| outcome.diagnostics.iter().any(|found| is_slip(found.code)));
        prop_assert_eq!(slips[0], slips[1], "{}", text);
        if slips[0] {
            silent.set(silent.get() + 1);
            return Ok(());
        }
        let [from_text, from_map] =
            outcomes.map(|outcome| outcome.checked.ok_or_else(|| format!("{:?}", outcome.diagnostics)));
        prop_assert!(from_text.is_ok(), "{text}\n{from_text:?}");
        let (checked, from_map) = (from_text.unwrap(), from_map.unwrap());
        prop_assert_eq!(&*checked.vocabulary, &world.old);
        let read = Made { template: checked.templates[0].clone(), arguments: made.arguments.clone() };
        let mapped = Made { template: from_map.templates[0].clone(), arguments: made.arguments.clone() };
        let of = |made| compiled(made, &world.old).ok().map(|compiled| compiled.program);
        prop_assert_eq!(of(&read), of(&mapped), "{}", text);
        let (Ok(program), Ok(_)) = (compiled(&read, &world.old), compiled(made, &world.old)) else {
            refused.set(refused.get() + 1);
            return Ok(());
        };
        spoken.set(spoken.get() + 1);
        for _ in 0..4 {
            let asked = request(choices, &world);
            let (state, kind) = (world.old.present(), kind_of(made.template.kind));
            let found = asked.with(&world.vocabulary, |request| decide(&program, kind, state, request, &CONTEXT));
            let wanted = reference::decide(world.block(0), &asked, &CONTEXT);
            prop_assert_eq!(word(found), word(wanted), "{}\n{:?}", text, asked);
            let actions = world.old.present().actions;
            let again = Block { template: &read.template, arguments: &read.arguments, actions };
            prop_assert_eq!(found, reference::decide(again, &asked, &CONTEXT), "{}\n{:?}", text, asked);
        }
        Ok(())
    });
    let [spoken, silent, refused] = [spoken, silent, refused].map(Cell::into_inner);
    assert!(
        2 * spoken > silent && spoken > 20 * refused,
        "{spoken} compared, {silent} without words, {refused} refused"
    );
}

/// The rules of a program that is proved.
fn read_back(program: &Program, vocabulary: &Vocabulary) -> Vec<program::Rule> {
    let scope = Scope { vocabulary, state: vocabulary.present(), budget: Budget::Policy };
    rules(&verify(program.bytes(), &scope).unwrap()).unwrap()
}

#[test]
fn what_is_read_of_a_program_is_what_was_written() {
    let (ours, foreign) = (Cell::new(0_u32), Cell::new(0_u32));
    for_all(1_500, 700, |choices| {
        let world = world(choices, 1);
        for made in &world.blocks {
            let Ok(compiled) = compiled(made, &world.old) else { continue };
            let tree = read_back(&compiled.program, &world.old);
            let again = write(&tree);
            prop_assert_eq!(&read_back(&again, &world.old), &tree);
            // An index is not a rule, and the compiler adds it.
            if tree.len() < 24 {
                prop_assert_eq!(&again, &compiled.program, "{:?}", tree);
                ours.set(ours.get() + 1);
            }
            // What a stranger makes of it, and a verifier takes.
            let scope = Scope { vocabulary: &world.old, state: world.old.present(), budget: Budget::Policy };
            for _ in 0..8 {
                let Some(bytes) = of_a_stranger(choices, &compiled.program, &scope) else { continue };
                let proved = verify(&bytes, &scope).unwrap();
                let tree = rules(&proved).unwrap();
                prop_assert_eq!(&read_back(&write(&tree), &world.old), &tree);
                foreign.set(foreign.get() + 1);
            }
        }
        Ok(())
    });
    let (ours, foreign) = (ours.into_inner(), foreign.into_inner());
    assert!(ours > 1_000 && foreign > 1_000, "{ours} compiled programs, {foreign} of strangers");
}

/// The same numbers, with every attribute required: programs may read what is absent, and text may not.
fn without_optional(vocabulary: &Vocabulary) -> Vocabulary {
    let mut builder = Vocabulary::builder(vocabulary.name(), vocabulary.version());
    for attribute in vocabulary.attributes().iter().skip(1) {
        builder = builder.attribute(&attribute.name, attribute.ty, false).unwrap();
    }
    for action in vocabulary.actions() {
        builder = builder.action(action).unwrap();
    }
    builder.build()
}

/// What its holder reads of a token, read back, decides as the token does. Comments are what the language cannot say.
#[test]
fn a_program_printed_as_rules_decides_as_before() {
    let (whole, left_out) = (Cell::new(0_u32), Cell::new(0_u32));
    for_all(1_000, 500, |choices| {
        let world = world(choices, 1);
        let number = world.blocks.len() - 1;
        let kind = world.blocks[number].template.kind;
        let Ok(before) = compiled(&world.blocks[number], &world.old) else { return Ok(()) };
        let expressions = Expressions::default();
        let source = ToSource::new(&world.old).comparing(&expressions).of_restriction(kind == BlockKind::Restriction);
        let entries = source.entries_of(before.program.bytes());
        let quoted = read_back(&before.program, &world.old).iter().map(|rule| source.rule(rule)).collect::<Vec<_>>();
        let tables = source.tables_of(before.program.bytes());
        if entries.iter().chain(&tables).any(|entry| entry.starts_with("//")) {
            left_out.set(left_out.get() + 1);
            return Ok(());
        }
        prop_assert!(quoted.iter().all(|quote| entries.contains(quote)), "{quoted:?} {entries:?}");
        let vocabulary = print::print(&speak::vocabulary_file(&without_optional(&world.old)));
        let (rules, tables) = (entries.join("\n"), tables.join("\n"));
        let text = format!("{vocabulary}\n{tables}\n{} again {{\n{rules}\n}}\n", kind.word());
        let parsed = parse::parse(&text);
        prop_assert!(parsed.is_ok(), "{text}\n{parsed:?}");
        let outcome = check(&parsed.unwrap(), Library::built_in());
        // The generator asks `in [absent]`, reads labels that may be absent, and reads claims that its
        // own token lacks, and text may do none of these.
        let beyond_text =
            |code| matches!(code, Code::Unguarded | Code::WrongPattern | Code::TokenFieldHere) || is_slip(code);
        if outcome.diagnostics.iter().any(|diagnostic| beyond_text(diagnostic.code)) {
            return Ok(());
        }
        prop_assert!(outcome.checked.is_some(), "{text}\n{:?}", outcome.diagnostics);
        whole.set(whole.get() + 1);
        let template = outcome.checked.unwrap().templates.remove(0);
        let after = compiled(&Made { template, arguments: Vec::new() }, &world.old);
        prop_assert!(after.is_ok(), "{text}\n{after:?}");
        let after = after.unwrap();
        for _ in 0..4 {
            let asked = request(choices, &world);
            let words = asked.with(&world.vocabulary, |request| {
                [&before, &after]
                    .map(|program| word(decide(program, kind_of(kind), world.old.present(), request, &CONTEXT)))
            });
            prop_assert_eq!(words[0], words[1], "{}\n{:?}", text, asked);
        }
        Ok(())
    });
    let (whole, left_out) = (whole.into_inner(), left_out.into_inner());
    assert!(whole > 2 * left_out, "{whole} printed as a whole, {left_out} not");
}

const fn said_by_vm(answer: vm::BlockVerdict) -> &'static str {
    match answer {
        vm::BlockVerdict::Allow(_) => "allow",
        vm::BlockVerdict::Forbid(_) => "forbidden",
        vm::BlockVerdict::Abstain(_) => "not_permitted",
    }
}

/// The same program with one bit of it turned round, where a verifier still takes it.
fn of_a_stranger(choices: &mut Choices<'_>, program: &Program, scope: &Scope<'_>) -> Option<Vec<u8>> {
    let mut bytes = program.bytes().to_vec();
    let place = choices.below(bytes.len().max(1));
    // The program without rules has no bytes.
    *bytes.get_mut(place)? ^= 1 << choices.below(8);
    verify(&bytes, scope).is_ok().then_some(bytes)
}

#[test]
fn what_is_printed_of_a_strangers_program_is_never_a_rule_that_means_something_else() {
    let (compared, comments) = (Cell::new(0_u32), Cell::new(0_u32));
    for_all(1_000, 700, |choices| {
        let world = world(choices, 1);
        let (number, state) = (world.blocks.len() - 1, world.old.present());
        let kind = world.blocks[number].template.kind;
        let Ok(ours) = compiled(&world.blocks[number], &world.old) else { return Ok(()) };
        let scope = Scope { vocabulary: &world.old, state, budget: Budget::Policy };
        let vocabulary = print::print(&speak::vocabulary_file(&without_optional(&world.old)));
        for _ in 0..8 {
            let Some(bytes) = of_a_stranger(choices, &ours.program, &scope) else { continue };
            let expressions = Expressions::default();
            let source = ToSource::new(&world.old).comparing(&expressions);
            let entries = source.of_restriction(kind == BlockKind::Restriction).entries_of(&bytes);
            if entries.iter().any(|entry| entry.starts_with("//")) {
                comments.set(comments.get() + 1);
                continue;
            }
            let text = format!("{vocabulary}\n{} again {{\n{}\n}}\n", kind.word(), entries.join("\n"));
            let parsed = parse::parse(&text);
            prop_assert!(parsed.is_ok(), "{text}\n{parsed:?}");
            // What the checker or the compiler refuses says nothing else.
            let Some(mut checked) = check(&parsed.unwrap(), Library::built_in()).checked else { continue };
            let made = Made { template: checked.templates.remove(0), arguments: Vec::new() };
            let Ok(after) = compiled(&made, &world.old) else { continue };
            compared.set(compared.get() + 1);
            for _ in 0..4 {
                let asked = request(choices, &world);
                let (said, meant) = asked.with(&world.vocabulary, |request| {
                    let proved = verify(&bytes, &scope).unwrap();
                    let meant = run(&proved, kind_of(kind), request, &CONTEXT).unwrap();
                    (word(decide(&after, kind_of(kind), state, request, &CONTEXT)), said_by_vm(meant))
                });
                prop_assert_eq!(said, meant, "{}\n{:?}", text, asked);
            }
        }
        Ok(())
    });
    let (compared, comments) = (compared.into_inner(), comments.into_inner());
    assert!(compared > 300 && comments > 10, "{compared} compared, {comments} with comments");
}
