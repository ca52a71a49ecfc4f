//! Trees built by hand, and their programs.

use crate::check::tree::{
    ArgumentNo, Bound, Condition, Constant, Effect, Operand, Parameter, Pattern, Piece, Rule, Template, Term, Test,
    Text,
};
use crate::compile::arguments::{Argument, Arguments};
use crate::compile::error::TemplateError;
use crate::compile::{Compiled, compile};
use crate::program::listing::listing;
use crate::span::Span;
use crate::syntax::ast::{BlockKind, ParameterType};
use placet_core::model::function::Function;
use placet_core::model::matcher::Matcher;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::vocabulary::{FieldNo, TIME, Vocabulary};

pub const CACHE: FieldNo = FieldNo(1);
pub const ITEM: FieldNo = FieldNo(2);
pub const PATH: FieldNo = FieldNo(3);
pub const IP: FieldNo = FieldNo(4);
pub const AMOUNT: FieldNo = FieldNo(5);
pub const ID: FieldNo = FieldNo(6);
pub const LABELS: FieldNo = FieldNo(7);
pub const FLAG: FieldNo = FieldNo(8);
pub const WAIT: FieldNo = FieldNo(9);
pub const BLOB: FieldNo = FieldNo(10);
pub const GROUPS: FieldNo = FieldNo(11);

/// An attribute of every type, five actions and two roles.
pub fn vocabulary() -> Vocabulary {
    let attributes = [
        ("cache", Type::One(Scalar::String)),
        ("item", Type::Set(Scalar::Bytes)),
        ("path", Type::One(Scalar::Path)),
        ("ip", Type::One(Scalar::Ip)),
        ("amount", Type::One(Scalar::Int)),
        ("id", Type::One(Scalar::Uuid)),
        ("labels", Type::Labels),
        ("flag", Type::One(Scalar::Bool)),
        ("wait", Type::One(Scalar::Duration)),
        ("blob", Type::One(Scalar::Bytes)),
        ("groups", Type::Set(Scalar::String)),
    ];
    let mut builder = Vocabulary::builder("test", 1);
    for (name, ty) in attributes {
        builder = builder.attribute(name, ty, true).unwrap();
    }
    for action in ["get", "head", "list", "put", "drop"] {
        builder = builder.action(action).unwrap();
    }
    builder.role("Reader", &["get", "head", "list"]).unwrap().role("Writer", &["put", "drop"]).unwrap().build()
}

pub fn template(rules: Vec<Rule>) -> Template {
    Template {
        kind: BlockKind::Policy,
        name: "t".to_owned(),
        doc: Vec::new(),
        at: Span::new(0, 1),
        parameters: Vec::new(),
        claims: Default::default(),
        times: Default::default(),
        holder: None,
        guard: None,
        rules,
        promises: Vec::new(),
    }
}

pub fn rule(effect: Effect, tests: Vec<(FieldNo, Pattern)>) -> Rule {
    let tests = tests.into_iter().map(|(field, pattern)| Test { field, quantifier: None, pattern }).collect();
    Rule { effect, actions: None, tests, condition: None, at: Span::new(10, 20) }
}

pub fn text(literal: &str) -> Text {
    Text { pieces: vec![Piece::Literal(literal.as_bytes().to_vec())] }
}

/// `a{0}b{1}`: digits in braces are parameters.
pub fn spliced(template: &str) -> Text {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.as_bytes().to_vec()));
        }
        let (number, remaining) = after.split_once('}').unwrap();
        pieces.push(Piece::Parameter(ArgumentNo(number.parse().unwrap())));
        rest = remaining;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.as_bytes().to_vec()));
    }
    Text { pieces }
}

pub fn equal(constant: Constant) -> Pattern {
    Pattern::Equal(Term::Constant(constant))
}

pub fn string(text: &str) -> Constant {
    Constant::String(text.to_owned())
}

pub fn glob(text: &str) -> Pattern {
    Pattern::Text(Matcher::Glob, spliced(text))
}

pub fn path(text: &str) -> Pattern {
    Pattern::Text(Matcher::Path, spliced(text))
}

pub fn regex(literal: &str) -> Pattern {
    Pattern::Text(Matcher::Regex, text(literal))
}

pub fn affix(affix: Matcher, literal: &str) -> Pattern {
    Pattern::Text(affix, text(literal))
}

pub fn bound(number: i64, included: bool) -> Option<Bound> {
    Some(Bound { term: Term::Constant(Constant::Int(number)), included })
}

pub fn constant(constant: Constant) -> Operand {
    let scalar = constant.scalar();
    Operand::Term(Term::Constant(constant), scalar)
}

pub fn hour() -> Operand {
    Operand::Call(Function::Hour, Box::new(Operand::Field(TIME)))
}

/// The lines of the listing without offsets, and without the pool.
pub fn lines(compiled: &Compiled) -> Vec<String> {
    let listing = listing(compiled.program.bytes(), &vocabulary(), &[]);
    listing.lines().map(|line| line[8..].to_owned()).filter(|line| !line.starts_with("pool")).collect()
}

pub fn compiled(rules: Vec<Rule>) -> Compiled {
    compile(&template(rules), &vocabulary(), &Arguments::none()).unwrap()
}

/// The listing of a pattern on an attribute, below `allow` and `test`.
pub fn lowers(field: FieldNo, pattern: Pattern) -> Vec<String> {
    tested(&compiled(vec![rule(Effect::Allow, vec![(field, pattern)])]))
}

/// The pattern of the only test, also if test and pattern are one instruction.
fn tested(compiled: &Compiled) -> Vec<String> {
    let lines = lines(compiled);
    let Some((whole, below)) = lines.get(1..).and_then(<[String]>::split_first) else { return Vec::new() };
    let test: Vec<&str> = whole.trim().splitn(3, ' ').collect();
    match test.as_slice() {
        ["equals", _, text] => vec![format!("eq {text}")],
        ["begins", _, text] => vec![format!("prefix {text}")],
        ["present", _] => vec!["any".to_owned()],
        _ => below.iter().map(|line| line[4..].to_owned()).collect(),
    }
}

/// The listing of a condition, below `allow` and `when`.
pub fn asks(condition: Condition) -> Vec<String> {
    let mut rule = rule(Effect::Allow, Vec::new());
    rule.condition = Some(Box::new(condition));
    lines(&compiled(vec![rule])).into_iter().skip(2).map(|line| line[4..].to_owned()).collect()
}

/// The same with arguments, whose names are `p0`, `p1`, …
pub fn lowers_with(field: FieldNo, pattern: Pattern, arguments: &[Argument]) -> Result<Vec<String>, TemplateError> {
    let mut template = template(vec![rule(Effect::Allow, vec![(field, pattern)])]);
    let names: Vec<String> = (0..arguments.len()).map(|number| format!("p{number}")).collect();
    template.parameters = names
        .iter()
        .zip(arguments)
        .map(|(name, argument)| Parameter { name: name.clone(), ty: type_of(argument) })
        .collect();
    let given = names.iter().map(String::as_str).zip(arguments.iter().cloned());
    let arguments = Arguments::new(&template.parameters, given).unwrap();
    let compiled = compile(&template, &vocabulary(), &arguments).map_err(|errors| errors[0].cause.clone())?;
    Ok(tested(&compiled))
}

fn type_of(argument: &Argument) -> ParameterType {
    match argument {
        Argument::One(constant) => Type::One(constant.scalar()).into(),
        Argument::Set(elements) => Type::Set(elements.first().map_or(Scalar::String, Constant::scalar)).into(),
        Argument::Network(_) => ParameterType::Network,
    }
}
