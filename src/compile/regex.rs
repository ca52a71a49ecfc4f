//! Regular expressions, decided at mint time. The text is parsed once; arguments are put into the
//! parsed expression, never into its text. Then: a few alternatives that are globs become those,
//! everything else becomes a small [automaton](super::automaton).

use std::collections::BTreeMap;

use regex_syntax::ast::{self, Ast, GroupKind, Visitor};
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition,
};

use super::error::TemplateError;
use super::expressions::Expressions;
use super::glob::{self, Wild};
use super::part::{Part, part_utf8, refuse_empty};
use crate::check::regex;
use crate::limits::NESTING;
use crate::program::Pattern;
use crate::program::source::Automata;
use placet_core::model::matcher::Matcher;
use placet_core::model::types::Scalar;

/// The cheapest matcher for the regular expression, which must match the whole value.
pub fn matcher(parts: &[Part<'_>], scalar: Scalar, expressions: &Expressions) -> Result<Pattern, TemplateError> {
    glob::check_length(parts)?;
    refuse_empty(parts)?;
    expressions.read(&source(parts))?;
    let template = Template::new(parts)?;
    let expression = without_outer_anchors(template.expression(scalar)?);
    let source = source(parts);
    if let Some(simple) = simple(&expression) {
        return Ok(simple);
    }
    let unit_is_byte = scalar == Scalar::Bytes;
    let built = expressions.automaton(&expression, &source, unit_is_byte).map_err(|cause| match cause {
        TemplateError::RegexTooLarge { .. } => TemplateError::RegexTooLarge { source: written(parts) },
        cause => cause,
    });
    match built? {
        Some(constant) => Ok(Pattern::Text(Matcher::Regex, constant)),
        None => Ok(Pattern::NEVER),
    }
}

/// The automaton of `source` as a constant of the pool; `None` if it becomes something simpler, or
/// is not a regular expression. A listing that quotes a program's expression checks with it that
/// the program quotes the right one.
#[must_use]
pub fn automaton_of(source: &str, scalar: Scalar, expressions: &Expressions) -> Option<Vec<u8>> {
    match matcher(&[Part::Literal(source.as_bytes())], scalar, expressions) {
        Ok(Pattern::Text(Matcher::Regex, constant)) => Some(constant),
        Ok(_) | Err(_) => None,
    }
}

/// A regular expression with a group in place of every argument.
struct Template<'p> {
    parts: &'p [Part<'p>],
    text: String,
    /// Where each group begins, and the argument it stands for.
    holes: Vec<(usize, &'p Part<'p>)>,
}

impl<'p> Template<'p> {
    fn new(parts: &'p [Part<'p>]) -> Result<Self, TemplateError> {
        let mut template = Self { parts, text: String::new(), holes: Vec::new() };
        for part in parts {
            let text = part_utf8_unless_argument(part)?;
            match part {
                Part::Literal(_) => template.text.push_str(text),
                Part::Argument { .. } => {
                    let start = template.text.len();
                    let name = hole_name(template.holes.len());
                    template.holes.push((start, part));
                    // Not empty, since a repeated empty group would be simplified away before it is
                    // filled. The letter is `k`, since its folded form shows how letters fold here.
                    template.text.push_str(&format!("(?P<{name}>k)"));
                }
            }
        }
        Ok(template)
    }

    /// The parsed expression with the arguments in it.
    fn expression(&self, scalar: Scalar) -> Result<Hir, TemplateError> {
        let nesting = u32::try_from(2 * NESTING).unwrap_or(u32::MAX);
        let tree = ast::parse::ParserBuilder::new().nest_limit(nesting).build().parse(&self.text);
        let tree = tree.map_err(|error| self.bad(error.kind()))?;
        self.check_holes(&tree)?;
        let expression = regex::meaning(&self.text, tree, scalar).map_err(|why| self.bad(&why))?;
        let fillings =
            self.holes.iter().enumerate().map(|(number, (_, part))| (hole_name(number), part.bytes())).collect();
        Ok(fill(expression, &fillings))
    }

    /// Every hole must be a group of the tree: in a class, a name or a comment it would not be
    /// text.
    fn check_holes(&self, tree: &Ast) -> Result<(), TemplateError> {
        let groups = ast::visit(tree, Groups::default()).unwrap_or_default();
        for (number, (start, part)) in self.holes.iter().enumerate() {
            if groups.get(&hole_name(number)) != Some(start) {
                let Part::Argument { name, .. } = part else { continue };
                return Err(TemplateError::SpliceInsideSyntax { name: (*name).to_owned() });
            }
        }
        Ok(())
    }

    fn bad(&self, why: &impl ToString) -> TemplateError {
        TemplateError::BadRegex { source: written(self.parts), why: why.to_string() }
    }
}

fn part_utf8_unless_argument<'p>(part: &'p Part<'_>) -> Result<&'p str, TemplateError> {
    match part {
        Part::Literal(_) => part_utf8(part),
        Part::Argument { .. } => Ok(""),
    }
}

fn hole_name(number: usize) -> String {
    format!("argument{number}")
}

/// Collects named groups and where they begin.
#[derive(Default)]
struct Groups(BTreeMap<String, usize>);

impl Visitor for Groups {
    type Output = BTreeMap<String, usize>;
    type Err = ();

    fn finish(self) -> Result<Self::Output, ()> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, node: &Ast) -> Result<(), ()> {
        if let Ast::Group(group) = node
            && let GroupKind::CaptureName { name, .. } = &group.kind
        {
            self.0.insert(name.name.clone(), group.span.start.offset);
        }
        Ok(())
    }
}

/// The expression without groups, with the arguments in place of theirs.
fn fill(expression: Hir, fillings: &BTreeMap<String, &[u8]>) -> Hir {
    let fill_all = |parts: Vec<Hir>| parts.into_iter().map(|part| fill(part, fillings)).collect();
    match expression.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(Repetition { min, max, greedy, sub }) => {
            Hir::repetition(Repetition { min, max, greedy, sub: Box::new(fill(*sub, fillings)) })
        }
        HirKind::Capture(group) => match group.name.as_deref().and_then(|name| fillings.get(name)) {
            Some(text) => argument(group.sub.kind(), text),
            None => fill(*group.sub, fillings),
        },
        HirKind::Concat(parts) => Hir::concat(fill_all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(fill_all(parts)),
    }
}

/// The text of an argument, folded like the letter in its place: not at all, by the rules of
/// Unicode, or in ASCII.
fn argument(letter: &HirKind, text: &[u8]) -> Hir {
    let HirKind::Class(letter) = letter else { return Hir::literal(text.to_vec()) };
    let by_unicode = matches!(letter, Class::Unicode(class) if class.iter().any(|range| range.end() > '\u{7f}'));
    let fold = |mut class: Class| match class.try_case_fold_simple() {
        Ok(()) => Hir::class(class),
        // The Unicode tables are available: the expression around was folded with them.
        Err(_) => Hir::fail(),
    };
    match std::str::from_utf8(text) {
        Ok(text) if by_unicode => {
            let alone = |c| Class::Unicode(ClassUnicode::new([ClassUnicodeRange::new(c, c)]));
            Hir::concat(text.chars().map(|c| fold(alone(c))).collect())
        }
        _ => {
            let alone = |&byte| Class::Bytes(ClassBytes::new([ClassBytesRange::new(byte, byte)]));
            Hir::concat(text.iter().map(|byte| fold(alone(byte))).collect())
        }
    }
}

/// `^a.*$` says no more than `a.*`: the whole value must match anyway.
fn without_outer_anchors(expression: Hir) -> Hir {
    let HirKind::Concat(parts) = expression.kind() else { return expression };
    let after = parts.iter().position(|part| *part.kind() != HirKind::Look(Look::Start)).unwrap_or(parts.len());
    let inner = parts.get(after..).unwrap_or_default();
    let before = inner.iter().rposition(|part| *part.kind() != HirKind::Look(Look::End)).map_or(0, |last| last + 1);
    Hir::concat(inner.get(..before).unwrap_or_default().to_vec())
}

/// The expression as a simpler matcher than an automaton, if there is one.
fn simple(expression: &Hir) -> Option<Pattern> {
    let mut choices: Vec<Pattern> = branches(expression)?.into_iter().map(glob::simplest).collect();
    let cheap = |choice: &Pattern| !matches!(choice, Pattern::Text(Matcher::Glob, _));
    match choices.len() {
        1 => choices.pop(),
        _ if choices.iter().all(cheap) => Some(Pattern::any_of(choices)),
        _ => None,
    }
}

type Branch = Vec<Wild>;

/// The expression as an alternation of globs, if they are few.
fn branches(expression: &Hir) -> Option<Vec<Branch>> {
    match expression.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![vec![Wild::Literal(literal.0.to_vec())]]),
        HirKind::Class(class) if is_any(class) => Some(vec![vec![Wild::One]]),
        HirKind::Class(class) => members(class),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Vec::new()], |before, part| product(&before, &branches(part)?))
        }
        HirKind::Alternation(parts) => {
            few(parts.iter().map(branches).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
        }
        HirKind::Look(_) | HirKind::Capture(_) => None,
    }
}

/// `.*`, `.+`, `.{3}`, `a?`
fn repeated(repetition: &Repetition) -> Option<Vec<Branch>> {
    let Repetition { min, max, sub, .. } = repetition;
    let any = matches!(sub.kind(), HirKind::Class(class) if is_any(class));
    let ones = || vec![Wild::One; usize::try_from(*min).unwrap_or(usize::MAX)];
    match max {
        None if any && *min <= WILDCARDS => Some(vec![[ones(), vec![Wild::Run]].concat()]),
        Some(max) if any && max == min && *min <= WILDCARDS => Some(vec![ones()]),
        Some(1) if *min == 0 => few([vec![Vec::new()], branches(sub)?].concat()),
        _ => None,
    }
}

fn product(before: &[Branch], after: &[Branch]) -> Option<Vec<Branch>> {
    if before.len() * after.len() > BRANCHES {
        return None;
    }
    Some(before.iter().flat_map(|head| after.iter().map(move |tail| [head.as_slice(), tail].concat())).collect())
}

fn few(branches: Vec<Branch>) -> Option<Vec<Branch>> {
    (branches.len() <= BRANCHES).then_some(branches)
}

/// `.`
fn is_any(class: &Class) -> bool {
    match class {
        Class::Unicode(class) => {
            matches!(class.ranges(), [all] if all.start() == '\0' && all.end() == char::MAX)
        }
        Class::Bytes(class) => matches!(class.ranges(), [all] if all.start() == 0 && all.end() == u8::MAX),
    }
}

/// `[CF]` is `C` and `F`.
fn members(class: &Class) -> Option<Vec<Branch>> {
    let mut members: Vec<Vec<u8>> = Vec::new();
    match class {
        Class::Unicode(class) => {
            for range in class.iter() {
                let room = BRANCHES - members.len();
                let chars = (range.start()..=range.end()).take(room + 1);
                members.extend(chars.map(|character| character.to_string().into_bytes()));
                if members.len() > BRANCHES {
                    return None;
                }
            }
        }
        Class::Bytes(class) => {
            for range in class.iter() {
                members.extend((range.start()..=range.end()).map(|byte| vec![byte]));
            }
        }
    }
    few(members.into_iter().map(|member| vec![Wild::Literal(member)]).collect())
}

/// The expression as its author wrote it.
fn written(parts: &[Part<'_>]) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Literal(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Part::Argument { name, .. } => format!("{{{name}}}"),
    };
    parts.iter().map(part).collect()
}

/// The expression as one equivalent text, which represents the automaton to people.
fn source(parts: &[Part<'_>]) -> String {
    let mut source = String::new();
    for part in parts {
        match part {
            Part::Literal(bytes) => source.push_str(&String::from_utf8_lossy(bytes)),
            Part::Argument { text, .. } => source.push_str(&quoted(text)),
        }
    }
    source
}

/// Literal text in any context. It folds if the expression around it does.
fn quoted(text: &[u8]) -> String {
    let character = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => c.to_string(),
        c if c.is_ascii() && regex_syntax::is_meta_character(c) => format!("\\{c}"),
        c if c.is_ascii_punctuation() => c.to_string(),
        c => format!("\\x{{{:x}}}", u32::from(c)),
    };
    let inner: String = match std::str::from_utf8(text) {
        Ok(text) if text.is_ascii() => text.chars().map(character).collect(),
        Ok(text) => text.chars().map(|c| if c.is_alphanumeric() { c.to_string() } else { character(c) }).collect(),
        Err(_) => text.iter().map(|byte| format!("\\x{byte:02x}")).collect(),
    };
    format!("(?-x:{inner})")
}

/// More alternatives than this are smaller and faster as an automaton.
const BRANCHES: usize = 16;

/// More wildcards in a row than this are a count, and an automaton counts faster.
const WILDCARDS: u32 = 8;

use crate::zones::is_true;

impl Automata for Expressions {
    fn is_that(&self, source: &str, scalar: Scalar, constant: &[u8]) -> Option<bool> {
        let automaton = automaton_of(source, scalar, self);
        (!self.is_spent()).then(|| automaton.as_deref() == Some(constant))
    }

    fn is_zone(&self, constant: &[u8]) -> bool {
        is_true(constant)
    }
}
