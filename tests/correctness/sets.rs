//! Sets against each other and stated quantifiers, for every pair of small sets, against the words themselves.

use placet::authorize::Authorizer;
use placet::check::library::Library;
use placet::compile::arguments::Arguments;
use placet::document::Document;
use placet::document::mint::policy;
use placet::model::request::Request;
use placet::model::time::Time;
use placet::model::value::Value;
use placet::syntax::ast::BlockKind;
use placet::token::keyring::Keyring;

const VOCABULARY: &str = "vocabulary library 1 {
    groups:  set of string optional
    readers: set of string optional
    numbers: set of int optional
    others:  set of int optional
    action read
}";

/// All lists of up to three of these, with repetitions.
fn lists<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    let longer = |lists: &[Vec<T>]| -> Vec<Vec<T>> {
        let one_more =
            |list: &Vec<T>| of.iter().map(|one| [list.as_slice(), &[one.clone()]].concat()).collect::<Vec<_>>();
        lists.iter().flat_map(one_more).collect()
    };
    let (none, one) = (vec![Vec::new()], longer(&[Vec::new()]));
    let two = longer(&one);
    let three = longer(&two);
    [none, one, two, three].concat()
}

/// Decides every pair of values for two attributes by one policy.
fn decides<'v>(
    rules: &str,
    fields: [&str; 2],
    values: &'v [Vec<Value<'v>>],
    expected: impl Fn(&[Value<'_>], &[Value<'_>]) -> bool,
) {
    let text = format!("{VOCABULARY}\npolicy p {{ {rules} }}");
    let document = Document::from_text("library.placet", &text, Library::built_in());
    let document = document.unwrap_or_else(|report| panic!("{rules}: {:?}", report.diagnostics));
    let vocabulary = document.vocabulary();
    let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
    let policies = [policy("p", &compiled, vocabulary).unwrap()];
    let keyring = Keyring::new();
    for first in values {
        for second in values {
            let mut request = Request::named(vocabulary, "read", Time::from_millis(0)).unwrap();
            for (field, elements) in fields.into_iter().zip([first, second]) {
                if !elements.is_empty() {
                    request.set_named(field, elements.as_slice()).unwrap();
                }
            }
            let found = Authorizer::new(&keyring, vocabulary).with_policies(&policies).decide_alone(&request);
            assert_eq!(found.is_allow(), expected(first, second), "{rules}: {first:?} {second:?}");
        }
    }
}

fn some_in(first: &[Value<'_>], second: &[Value<'_>]) -> bool {
    first.iter().any(|one| second.contains(one))
}

fn all_in(first: &[Value<'_>], second: &[Value<'_>]) -> bool {
    !first.is_empty() && first.iter().all(|one| second.contains(one))
}

#[test]
fn some_or_every_element_of_one_set_is_in_another() {
    let texts = lists(&[Value::String("a"), Value::String("b"), Value::String("")]);
    let sets = ["groups", "readers"];
    decides("allow {} when any groups in readers", sets, &texts, some_in);
    decides("allow {} when all groups in readers", sets, &texts, all_in);
    decides("allow {} when !any groups in readers", sets, &texts, |a, b| !some_in(a, b));
    decides("allow {} deny {} when all readers in groups", sets, &texts, |a, b| !all_in(b, a));
    decides("allow {} when all groups in groups", sets, &texts, |a, _| !a.is_empty());
    let numbers = lists(&[Value::Int(i64::MIN), Value::Int(0), Value::Int(7)]);
    decides("allow {} when any numbers in others", ["numbers", "others"], &numbers, some_in);
    decides("allow {} when all numbers in others", ["numbers", "others"], &numbers, all_in);
}

#[test]
fn a_stated_quantifier_holds_whatever_the_rule_does() {
    let texts = lists(&[Value::String("a"), Value::String("b"), Value::String("")]);
    let (sets, a) = (["groups", "readers"], Value::String("a"));
    decides("allow { groups: some \"a\" }", sets, &texts, |first, _| first.contains(&a));
    decides("allow { groups: every \"a\" }", sets, &texts, |first, _| all_in(first, &[a]));
    decides("allow { groups: some not \"a\" }", sets, &texts, |first, _| !first.is_empty() && !all_in(first, &[a]));
    decides("allow { groups: every [\"a\", absent] }", sets, &texts, |first, _| first.iter().all(|one| *one == a));
    decides("allow { groups: some [\"a\", absent] }", sets, &texts, |first, _| first.is_empty() || first.contains(&a));
    decides("allow {} deny { groups: every \"a\" }", sets, &texts, |first, _| !all_in(first, &[a]));
    decides("allow {} deny { groups: some \"a\" }", sets, &texts, |first, _| !first.contains(&a));
    decides("allow {} deny { groups: every [not \"a\", absent] }", sets, &texts, |first, _| first.contains(&a));
}
