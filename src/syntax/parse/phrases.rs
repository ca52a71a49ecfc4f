//! The names of the grammar's rules in messages.

use super::grammar::Rule;

/// The expected tokens in words: each once, in the order of [`PHRASES`].
pub(super) fn phrases(expected: &[Rule]) -> Vec<String> {
    let has = |rule| expected.contains(&rule);
    let is_pattern = has(Rule::list) && has(Rule::string);
    let is_item = has(Rule::item) || has(Rule::use_word);
    let is_case = has(Rule::case_entry) || has(Rule::section_word);
    let is_operator = has(Rule::and_sign) || has(Rule::or_sign);
    if is_item {
        return vec!["an item".to_owned()];
    }
    if is_case {
        return vec!["a case".to_owned()];
    }
    let mut wanted: Vec<String> = Vec::new();
    let mut add = |phrase: &str| {
        if !wanted.iter().any(|known| known == phrase) {
            wanted.push(phrase.to_owned());
        }
    };
    for (rule, phrase) in PHRASES {
        if !has(*rule) {
            continue;
        }
        match rule {
            // A `when` may also be the key of a field; after a rule it is not.
            Rule::colon if is_pattern || CONDITION.iter().any(|rule| has(*rule)) => {}
            Rule::string if is_pattern => add("a pattern"),
            Rule::string if has(Rule::number) => add("a value"),
            Rule::word if has(Rule::group) => {}
            Rule::word if has(Rule::effect) => add("a field"),
            Rule::word if has(Rule::string) => add("a key"),
            Rule::word if has(Rule::action_word) => add("an attribute"),
            Rule::string if has(Rule::word) && has(Rule::colon) => {}
            _ if is_pattern && PATTERN.contains(rule) => {}
            _ if has(Rule::number) && has(Rule::string) && OPERAND.contains(rule) => {}
            _ if is_operator && OPERATORS.contains(rule) => add("an operator"),
            _ => add(phrase),
        }
    }
    // If many things may follow, the closing bracket and the most common ones are enough.
    wanted.truncate(5);
    wanted
}

const PATTERN: &[Rule] = &[
    Rule::list,
    Rule::map,
    Rule::negation,
    Rule::not_word,
    Rule::matcher,
    Rule::affix_word,
    Rule::glob_word,
    Rule::elements,
    Rule::elements_word,
    Rule::regex_sign,
    Rule::comparison,
    Rule::comparison_sign,
    Rule::time,
    Rule::number,
    Rule::bytes,
    Rule::plain_word,
];

const OPERAND: &[Rule] = &[Rule::time, Rule::number, Rule::bytes, Rule::plain_word];

pub(super) const CONDITION: &[Rule] = &[Rule::condition, Rule::conjunction, Rule::inversion, Rule::relation, Rule::sum];

const OPERATORS: &[Rule] = &[
    Rule::and_sign,
    Rule::or_sign,
    Rule::comparison_sign,
    Rule::in_word,
    Rule::plus,
    Rule::minus,
    Rule::arguments,
    Rule::subscript,
    Rule::entry_key,
];

/// The name of each rule in a message. The order is that of the message.
const PHRASES: &[(Rule, &str)] = &[
    (Rule::colon, "`:`"),
    (Rule::equals, "`=`"),
    (Rule::parameters, "parameters"),
    (Rule::open_brace, "`{`"),
    (Rule::string, "a string"),
    (Rule::list, "a list"),
    (Rule::list_argument, "a list"),
    (Rule::map, "a map"),
    (Rule::plain_word, "a name"),
    (Rule::condition, "a condition"),
    (Rule::conjunction, "a condition"),
    (Rule::inversion, "a condition"),
    (Rule::relation, "a condition"),
    (Rule::sum, "a value"),
    (Rule::time, "a time"),
    (Rule::number, "a number"),
    (Rule::bytes, "bytes"),
    (Rule::kind, "a type"),
    (Rule::parameter, "a parameter"),
    (Rule::entry, "an entry"),
    (Rule::block_rule, "a rule"),
    (Rule::member, "a member"),
    (Rule::attribute, "an attribute"),
    (Rule::word, "a name"),
    (Rule::action_name, "a name"),
    (Rule::effect, "a rule"),
    (Rule::action_word, "`action`"),
    (Rule::role_word, "`role`"),
    (Rule::of_word, "`of`"),
    (Rule::in_word, "`in`"),
    (Rule::when_word, "`when`"),
    (Rule::when_clause, "`when`"),
    (Rule::unless_word, "`unless`"),
    (Rule::unless_clause, "`unless`"),
    (Rule::and_sign, "`&&`"),
    (Rule::or_sign, "`||`"),
    (Rule::comparison_sign, "a comparison"),
    (Rule::plus, "`+`"),
    (Rule::minus, "`-`"),
    (Rule::close_brace, "`}`"),
    (Rule::close_bracket, "`]`"),
    (Rule::close_paren, "`)`"),
    (Rule::case_arguments, "arguments"),
    (Rule::because_word, "`because`"),
    (Rule::by_word, "`by`"),
    (Rule::holder_word, "`holder`"),
    (Rule::EOI, "the end"),
];
