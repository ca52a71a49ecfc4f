//! What `when` says of values that are there, one sentence each, as the VM decides it.

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

const VOCABULARY: &str = "vocabulary bank 1 {
    amount: int
    wait:   duration
    since:  time
    groups: set of string optional
    none:   set of string optional
    tags:   labels optional
    bare:   labels optional
    action pay
}";

/// Monday, 2024-01-01T10:30:00Z.
const MORNING: i64 = 1_704_105_000_000;
const MINUTE: i64 = 60_000;

fn holds(condition: &str) -> bool {
    let text = format!("{VOCABULARY}\npolicy p {{ allow {{ action: pay }} when {condition} }}");
    let document = Document::from_text("bank.placet", &text, Library::built_in());
    let document = document.unwrap_or_else(|report| panic!("{condition}: {:?}", report.diagnostics));
    let vocabulary = document.vocabulary();
    let compiled = document.compile(BlockKind::Policy, None, &Arguments::none()).unwrap();
    let policies = [policy("p", &compiled, vocabulary).unwrap()];
    let (groups, tags) = ([Value::String("a"), Value::String("b"), Value::String("c")], [("x", "1"), ("y", "22")]);
    let mut request = Request::named(vocabulary, "pay", Time::from_millis(MORNING)).unwrap();
    request.set_named("amount", 7_i64).unwrap();
    request.set_named("wait", Value::Duration(5 * MINUTE)).unwrap();
    request.set_named("since", Value::Time(Time::from_millis(MORNING - 90 * MINUTE))).unwrap();
    request.set_named("groups", &groups[..]).unwrap();
    request.set_named("tags", &tags[..]).unwrap();
    let keyring = Keyring::new();
    Authorizer::new(&keyring, vocabulary).with_policies(&policies).decide_alone(&request).is_allow()
}

fn says(all: &[(&str, bool)]) {
    for (condition, expected) in all {
        assert_eq!(holds(condition), *expected, "{condition}");
    }
}

#[test]
fn a_sum_has_the_type_of_its_parts_and_compares_as_one_of_them() {
    says(&[
        ("amount + 5 == 12", true),
        ("amount + 5 == 11", false),
        ("amount + 5 != 12", false),
        ("12 == amount + 5", true),
        ("amount - 8 == 0 - 1", true),
        ("wait + wait == 10m", true),
        ("wait - 6m < 0s", true),
        ("wait + wait == 9m", false),
        ("since + 90m == time", true),
        ("90m + since == time", true),
        ("since + 91m == time", false),
        ("time - 90m == since", true),
        ("time - since == 90m", true),
        ("time - since == 91m", false),
        ("since + 90m != time", false),
        ("hour(since + 1h) == 10", true),
    ]);
}

#[test]
fn a_size_counts_elements_and_labels() {
    says(&[
        ("size(groups) == 3", true),
        ("size(groups) == 1", false),
        ("size(none) == 0", true),
        ("size(tags) == 2", true),
        ("size(tags) == 1", false),
        ("size(bare) == 0", true),
        ("size(tags) + size(groups) == 5", true),
    ]);
}
