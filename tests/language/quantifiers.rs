//! What is said of `some` and `every`, of sets against each other, and of the action in a condition.

use super::check_support::{Found, check};

fn shelf(rules: &str) -> Found {
    check(&format!(
        "vocabulary shelf 1 {{
            groups: set of string optional
            readers: set of string optional
            sizes: set of int optional
            owner: string
            action read, write
            role Writer = [write]
        }}
        let staff = some [\"staff\", \"root\"]
        policy p {{ allow {{ groups: staff }} {rules} }}"
    ))
}

#[test]
fn a_pattern_of_a_set_states_how_many_elements_match() {
    for rules in [
        "allow { groups: some \"a\", sizes: every > 3 }",
        "deny { groups: every [not \"a\", absent] }",
        "allow { groups: every \"a\" } always { groups: \"a\" }",
        "allow { groups: [\"a\", \"b\"], sizes: 3 }",
    ] {
        shelf(rules).is_good();
    }
}

#[test]
fn a_bare_text_on_a_set_of_texts_in_an_allow_is_probably_meant_as_some() {
    let help = "write `groups: some …` if one of several is enough, or `groups: every …` if all have to match";
    let message = "a request matches only if every element of `groups` is this one";
    shelf("allow { groups: \"a\" }").says("W0150", "\"a\"", message, help);
    shelf("deny { groups: \"a\" }").is_good();
}

#[test]
fn a_quantifier_is_the_first_word_of_the_pattern_of_a_set() {
    shelf("allow { owner: some \"a\" }").finds(&[("E0408", "some \"a\"")]);
    shelf("allow { groups: [some \"a\", \"b\"] }").finds(&[("E0308", "some \"a\"")]);
    shelf("allow { groups: some every \"a\" }").finds(&[("E0308", "every \"a\"")]);
    shelf("allow {} when owner in some \"a\"").finds(&[("E0308", "some \"a\"")]);
    shelf("allow { groups: not some \"a\" }").helps("write `every not …` if no element may match");
    shelf("allow { groups: not every \"a\" }").helps("write `some not …` if one element must not match");
    shelf("allow { action: some read }").finds(&[("E0310", "some read")]);
    shelf("deny { groups: every not \"a\" }").finds(&[("E0411", "every not \"a\"")]);
}

#[test]
fn two_sets_are_of_one_type_and_so_are_a_set_and_a_value() {
    shelf("allow {} when any groups in readers && all readers in groups").is_good();
    shelf("allow {} when any groups in sizes").finds(&[("E0402", "sizes")]);
    shelf("allow {} when any groups in owner").is_good();
}

#[test]
fn the_action_is_compared_with_names_of_actions() {
    shelf("allow {} when action == read && action in [\"write\", Writer]").finds(&[]);
    shelf("allow {} when action == raed").helps("did you mean `read`?");
    shelf("allow {} when action < read").finds(&[("E0403", "action < read")]);
    shelf("allow {} when action == owner").finds(&[("E0207", "owner")]);
    shelf("allow {} when action == 7").finds(&[("E0310", "7")]);
    assert!(shelf("allow {} when action == [read]").is_refused());
    shelf("allow {} when length(action) == 4").finds(&[("E0205", "action")]);
    shelf("allow {} when action in any").finds(&[("W0121", "action in any")]);
}

#[test]
fn a_rule_covers_another_if_its_quantifier_asks_no_more() {
    let (some, every) = ("allow { groups: some \"a\" }", "allow { groups: every \"a\" }");
    let of_two = "allow { groups: every [\"a\", \"b\"] }";
    shelf(&format!("{some} {every}")).finds(&[("W0103", every)]);
    shelf(&format!("{every} {some}")).finds(&[("W0103", every)]);
    shelf(&format!("{of_two} {every}")).finds(&[("W0103", every)]);
    shelf(&format!("{of_two} {some}")).is_good();
    shelf(&format!("allow {{ groups: every any }} {some}"))
        .finds(&[("W0103", "allow { groups: staff }"), ("W0103", some)]);
}
