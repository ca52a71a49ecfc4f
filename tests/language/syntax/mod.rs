//! Texts and trees that the tests of the syntax share.
#![allow(dead_code, reason = "each test uses its part")]

use placet::model::arithmetic::Arithmetic;
use placet::model::matcher::Matcher;
use placet::model::types::{Scalar, Type};
use placet::syntax::ast::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub const FACE: &[&str] = &[
    include_str!("dashboard.placet"),
    include_str!("session.placet"),
    include_str!("tenant_objects.placet"),
    include_str!("momento.placet"),
];

pub const COMMENTS: &str = include_str!("comments.placet");
pub const COMMENTS_FORMATTED: &str = include_str!("comments.formatted.placet");

/// Where tokens of a printed text end, outside of strings and doc comments.
pub fn gaps(text: &str) -> Vec<usize> {
    let mut gaps = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_doc = line.trim_start().starts_with("///");
        let mut in_string = false;
        let mut escaped = false;
        for (offset, character) in line.char_indices() {
            match character {
                '"' if !escaped => in_string = !in_string,
                ' ' | '\n' if !in_string && !is_doc => gaps.push(at + offset),
                _ => {}
            }
            escaped = character == '\\' && !escaped;
        }
        at += line.len();
    }
    gaps
}

pub fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "user",
            "ReadWrite",
            "x",
            "_",
            "token",
            "role",
            "when",
            "use",
            "optional",
            "lowercase",
            "action",
            "allow",
            "int"
        ])
        .prop_map(str::to_owned),
        "[a-z_][a-zA-Z0-9_]{0,6}",
    ]
}

/// Words that may name an action.
fn action() -> impl Strategy<Value = String> {
    word().prop_filter("a keyword", |word| !["action", "role"].contains(&word.as_str()))
}

/// Words that mean themselves where a pattern or a condition stands.
pub fn reference() -> impl Strategy<Value = String> {
    word().prop_filter("a keyword", |word| {
        ![
            "any", "all", "absent", "not", "prefix", "suffix", "glob", "some", "every", "true", "false", "has", "in",
            "token",
        ]
        .contains(&word.as_str())
    })
}

pub fn name(word: impl Strategy<Value = String>) -> impl Strategy<Value = Name> {
    word.prop_map(|text| Name { text, at: At::default() })
}

fn doc() -> impl Strategy<Value = Vec<String>> {
    vec(prop_oneof![Just(String::new()), "[ /a-zé`\"{}\\\\]{0,12}[a-z]"], 0..3)
}

/// Any characters, and many of those that texts treat in a way of their own.
fn characters() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z/{}\"\\\\*.]{1,8}",
        any::<String>(),
        select(vec![
            "{user}",
            "{",
            "}",
            "\\{user}",
            "{{user}}",
            "\n\t\r",
            "\u{202e}",
            "\\u{41}",
            "\\",
            "{2}",
            "//",
            "\\p{Greek}"
        ])
        .prop_map(str::to_owned),
    ]
    .prop_filter("empty text is left out", |text| !text.is_empty())
}

/// Pieces of a pattern: what a text can say of them.
fn pattern_characters() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z/{}*.?+-]{1,8}",
        select(vec!["{user}", "\\d+", "\\\\", "\\p{Greek}", "\\{user\\}", "[{user}]", "\"", "\\x{ff}", "a{2,3}", "é"])
            .prop_map(str::to_owned),
    ]
}

fn joined(pieces: Vec<Piece>) -> Text {
    let mut text = Text::default();
    for piece in pieces {
        match (text.pieces.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
            (_, piece) => text.pieces.push(piece),
        }
    }
    text
}

fn pieces(characters: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Text> {
    let piece = prop_oneof![
        3 => characters.prop_map(Piece::Text),
        1 => name(word()).prop_map(Piece::Splice),
    ];
    vec(piece, 0..4).prop_map(joined)
}

pub fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        (-9..100_i64).prop_map(Literal::Int),
        pieces(characters()).prop_map(Literal::Text),
        vec(any::<u8>(), 0..6).prop_map(Literal::Bytes),
        any::<i64>().prop_map(Literal::Duration),
        (0..100_000_000_i64).prop_map(Literal::Duration),
        (-62_167_219_200_000..253_402_207_200_000_i64).prop_map(Literal::Time),
    ]
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![literal().prop_map(OperandKind::Literal), reference().prop_map(OperandKind::Name)]
        .prop_map(|kind| Operand { kind, at: At::default() })
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::*;
    select(vec![Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual])
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![3 => word(), 1 => any::<String>(), 1 => select(vec!["$any", "$", "$$", "", "{user}", "any"]).prop_map(str::to_owned)]
}

/// Entries without a key twice.
pub fn entries(value: impl Strategy<Value = Pattern>) -> impl Strategy<Value = Vec<Entry>> {
    vec((name(key()), value), 0..4).prop_map(|list| {
        let mut entries: Vec<Entry> = Vec::new();
        for (key, value) in list {
            if entries.iter().all(|entry| entry.key.text != key.text) {
                entries.push(Entry { key, value });
            }
        }
        entries
    })
}

/// What is between the brackets after the name of a table.
fn row_key() -> impl Strategy<Value = Condition> {
    let text = any::<String>().prop_map(|text| ConditionKind::Literal(Literal::Text(Text::plain(&text))));
    prop_oneof![reference().prop_map(ConditionKind::Name), text].prop_map(|kind| Condition { kind, at: At::default() })
}

pub fn pattern() -> impl Strategy<Value = Pattern> {
    let at = |kind| Pattern { kind, at: At::default() };
    let leaf = prop_oneof![
        literal().prop_map(PatternKind::Literal),
        reference().prop_map(PatternKind::Name),
        Just(PatternKind::Any),
        Just(PatternKind::Absent),
        (select(vec![Matcher::Prefix, Matcher::Suffix]), operand())
            .prop_map(|(affix, operand)| PatternKind::Text(affix, operand)),
        pieces(pattern_characters()).prop_map(|text| PatternKind::text(Matcher::Glob, text)),
        pieces(pattern_characters()).prop_map(|text| PatternKind::text(Matcher::Regex, text)),
        (operand(), operand()).prop_map(|(a, b)| PatternKind::Range(Box::new([a, b]))),
        (comparison(), operand()).prop_map(|(sign, operand)| PatternKind::Compare(sign, operand)),
        (name(reference()), row_key()).prop_map(|(table, key)| PatternKind::Row(table, Box::new(key))),
        token_field().prop_map(PatternKind::TokenField),
    ]
    .prop_map(at);
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(PatternKind::List),
            inner.clone().prop_map(|inner| PatternKind::Not(Box::new(inner))),
            (select(Quantifier::ALL.to_vec()), inner.clone())
                .prop_map(|(quantifier, inner)| PatternKind::Elements(quantifier, Box::new(inner))),
            entries(inner).prop_map(PatternKind::Map),
        ]
        .prop_map(at)
    })
}

/// Of a call: a value, or a list of values.
fn argument(inner: impl Strategy<Value = Condition> + Clone + 'static) -> impl Strategy<Value = Condition> {
    let list =
        vec(inner.clone(), 0..3).prop_map(|list| Condition { kind: ConditionKind::List(list), at: At::default() });
    prop_oneof![3 => inner, 1 => list]
}

/// Joins by halves, as reading does.
fn balance(mut list: Vec<Condition>, join: fn(Box<Condition>, Box<Condition>) -> ConditionKind) -> Condition {
    if list.len() == 1 {
        return list.remove(0);
    }
    let tail = list.split_off(list.len().div_ceil(2));
    let kind = join(Box::new(balance(list, join)), Box::new(balance(tail, join)));
    Condition { kind, at: At::default() }
}

fn token_field() -> impl Strategy<Value = TokenField> {
    (reference(), option::of(any::<String>())).prop_map(|(name, key)| TokenField { name, key })
}

fn named(key: String) -> Box<Condition> {
    Box::new(Condition { kind: ConditionKind::Name(key), at: At::default() })
}

pub fn condition() -> impl Strategy<Value = Condition> {
    let at = |kind| Condition { kind, at: At::default() };
    let leaf = prop_oneof![
        literal().prop_map(ConditionKind::Literal),
        reference().prop_map(ConditionKind::Name),
        token_field().prop_map(ConditionKind::TokenField),
        token_field().prop_map(ConditionKind::HasTokenField),
        (name(reference()), any::<String>()).prop_map(|(name, label)| ConditionKind::Label(name, label)),
        (name(reference()), option::of(any::<String>())).prop_map(|(name, label)| ConditionKind::Has(name, label)),
        (name(reference()), reference()).prop_map(|(table, key)| ConditionKind::Row(table, named(key))),
        (name(reference()), reference()).prop_map(|(table, key)| ConditionKind::HasRow(table, named(key))),
        (name(reference()), pattern()).prop_map(|(name, pattern)| ConditionKind::Some(name, pattern)),
        (name(reference()), pattern()).prop_map(|(name, pattern)| ConditionKind::Every(name, pattern)),
    ]
    .prop_map(at);
    leaf.prop_recursive(4, 12, 4, move |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed.clone().prop_map(ConditionKind::Not).prop_map(at),
            vec(inner.clone().prop_filter("flat", |c| !matches!(c.kind, ConditionKind::And(..))), 2..5)
                .prop_map(|list| balance(list, ConditionKind::And)),
            vec(inner.clone().prop_filter("flat", |c| !matches!(c.kind, ConditionKind::Or(..))), 2..5)
                .prop_map(|list| balance(list, ConditionKind::Or)),
            (comparison(), boxed.clone(), boxed.clone())
                .prop_map(|(sign, a, b)| ConditionKind::Compare(sign, a, b))
                .prop_map(at),
            (boxed.clone(), boxed.clone())
                .prop_map(|(a, b)| ConditionKind::Compute(Arithmetic::Add, a, b))
                .prop_map(at),
            (boxed.clone(), boxed.clone())
                .prop_map(|(a, b)| ConditionKind::Compute(Arithmetic::Subtract, a, b))
                .prop_map(at),
            (boxed, pattern()).prop_map(|(value, pattern)| ConditionKind::In(value, pattern)).prop_map(at),
            (name(reference()), vec(argument(inner), 0..3))
                .prop_map(|(name, list)| ConditionKind::Call(name, list))
                .prop_map(at),
        ]
    })
}

fn ty() -> impl Strategy<Value = Type> {
    prop_oneof![
        select(Scalar::ALL.to_vec()).prop_map(Type::One),
        select(Scalar::ALL.to_vec()).prop_map(Type::Set),
        Just(Type::Labels),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let effect = select(Effect::ALL.to_vec());
    (effect, entries(pattern()), option::of(condition()), option::of(condition())).prop_map(
        |(effect, entries, when, unless)| {
            let [when, unless] = [when, unless].map(|condition| condition.map(Box::new));
            Rule { effect, entries, when, unless, at: At::default() }
        },
    )
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    let key = word().prop_filter("not a rule, not a condition", |key| {
        Effect::of_word(key).is_none() && !["when", "unless"].contains(&key.as_str())
    });
    let field = prop_oneof![
        4 => (name(key), pattern().prop_map(FieldValue::Pattern)),
        1 => (name(select(vec!["when", "unless"]).prop_map(str::to_owned)), condition().prop_map(FieldValue::Condition)),
    ];
    vec(field, 0..4).prop_map(|list| {
        let mut fields: Vec<Field> = Vec::new();
        for (key, value) in list {
            if fields.iter().all(|field| field.key.text != key.text) {
                fields.push(Field { key, value });
            }
        }
        fields
    })
}

fn parameters() -> impl Strategy<Value = Vec<Parameter>> {
    let ty = prop_oneof![4 => ty().prop_map(ParameterType::Value), 1 => Just(ParameterType::Network)];
    vec((name(word()), ty), 0..4).prop_map(|list| {
        let mut parameters: Vec<Parameter> = Vec::new();
        for (name, ty) in list {
            if parameters.iter().all(|parameter| parameter.name.text != name.text) {
                parameters.push(Parameter { name, ty });
            }
        }
        parameters
    })
}

pub fn block() -> impl Strategy<Value = Block> {
    let kind = select(vec![BlockKind::Token, BlockKind::Policy, BlockKind::Restriction]);
    (kind, name(word()), parameters(), fields(), vec(rule(), 0..3))
        .prop_map(|(kind, name, parameters, fields, rules)| Block { kind, name, parameters, fields, rules })
}

fn role() -> impl Strategy<Value = RoleItem> {
    (name(word()), pattern()).prop_map(|(name, actions)| RoleItem { name, actions })
}

fn table() -> impl Strategy<Value = TableItem> {
    let rows =
        prop_oneof![entries(pattern()).prop_map(TableRows::Here), name(any::<String>()).prop_map(TableRows::File),];
    (name(word()), ty(), ty(), rows).prop_map(|(name, key, value, rows)| TableItem { name, key, value, rows })
}

fn member() -> impl Strategy<Value = Member> {
    let kind =
        prop_oneof![
            (name(word()), ty(), any::<[bool; 2]>())
                .prop_map(|(name, ty, [lowercase, optional])| MemberKind::Attribute { name, ty, lowercase, optional }),
            vec(name(action()), 1..30).prop_map(MemberKind::Actions),
            role().prop_map(MemberKind::Role),
        ];
    (doc(), kind).prop_map(|(doc, kind)| Member { doc, kind, at: At::default() })
}

pub fn file() -> impl Strategy<Value = File> {
    let kind = prop_oneof![
        1 => name(word()).prop_map(ItemKind::Use),
        2 => (name(word()), pattern()).prop_map(|(name, value)| ItemKind::Let(Let { name, value })),
        1 => role().prop_map(ItemKind::Role),
        1 => table().prop_map(ItemKind::Table),
        1 => (name(word()), any::<u32>(), vec(member(), 0..4))
            .prop_map(|(name, version, members)| ItemKind::Vocabulary(VocabularyItem { name, version, members })),
        3 => block().prop_map(ItemKind::Block),
    ];
    let item = (doc(), kind).prop_map(|(doc, kind)| Item { doc, kind, at: At::default() });
    vec(item, 0..4).prop_map(|items| File { items })
}
