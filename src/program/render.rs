//! A program as rules in Placet's own language, with the names of its vocabulary: what its holder, who has no source, reads.
//!
//! What is printed as text says exactly what the program does: read back, checked and compiled, it is the same program. A rule
//! that the language can not say exactly (no compiler writes one, but a stranger may) is printed as a comment, with the
//! reason and its instructions. So is one that quotes a regular expression which is not the one it runs.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::fmt::Write as _;

mod forbidden;

use super::automaton::Automaton;
use super::constant::actions_of;
use super::listing::{list_node, value_type};
use super::op::{Const, Op};
use super::outline::{Node, Outline, outline};
use super::program::constant;
use super::spell;
use crate::model::types::{Scalar, Type};
use crate::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

/// Knows which automaton a regular expression stands for.
pub trait Automata: fmt::Debug {
    /// Whether the expression `source` on values of this type is the automaton `constant`; `None` where that would take too
    /// long to find out.
    fn is_that(&self, source: &str, scalar: Scalar, constant: &[u8]) -> Option<bool>;
}

/// How to print a program.
#[derive(Clone, Copy, Debug)]
pub struct Style<'s> {
    /// What a rule that allows is called: `allow`, or `only` in a restriction.
    pub allow: &'static str,
    /// A program brings the text of its expression along, and nobody says that it is true; with this it is found out. That
    /// is work which the program's author chooses, so of a token that nobody has verified it is not found out, and such
    /// rules are comments that say so.
    pub automata: Option<&'s dyn Automata>,
    /// Spells a public key; without it, rules that ask for one are comments.
    pub key_text: Option<fn(&[u8; 32]) -> String>,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Self { allow: "allow", automata: None, key_text: None }
    }
}

/// Prints a program as rules, one a line.
#[must_use]
pub fn render(program: &[u8], vocabulary: &Vocabulary, style: Style<'_>) -> String {
    let outline = outline(program);
    let printer = Printer { vocabulary, pool: outline.pool, style, is_compared: Cell::new(true) };
    printer.program(&outline)
}

/// Stands before a rule whose expression may be another one than it runs.
const UNCOMPARED: &str = "// What it says of a regular expression has not been compared with what it runs:";

/// Why a node can not be said in the language.
type Said = Result<String, &'static str>;

/// What a pattern looks at.
#[derive(Clone, Copy)]
enum Subject {
    One(Scalar),
    Labels,
}

struct Printer<'a> {
    vocabulary: &'a Vocabulary,
    pool: &'a [u8],
    style: Style<'a>,
    /// Whether every expression of the rule that is being printed has been compared with its automaton.
    is_compared: Cell<bool>,
}

impl Printer<'_> {
    fn program(&self, outline: &Outline<'_>) -> String {
        let mut out = String::new();
        // A program that can not be read to its end has a last rule that is not all there.
        let whole = outline.rules.len() - usize::from(outline.stopped.is_some() && !outline.rules.is_empty());
        let (rules, torn) = outline.rules.split_at(whole);
        self.guard(rules, &mut out);
        for rule in rules.iter().filter(|rule| !matches!(rule.op, Op::Require { .. }) && !rule.op.is_index()) {
            self.is_compared.set(true);
            match self.rule(rule) {
                Ok(text) if self.is_compared.get() => {
                    let _ = writeln!(out, "{text}");
                }
                Ok(text) => {
                    let _ = writeln!(out, "{UNCOMPARED}\n// {text}");
                }
                Err(why) => self.comment(rule, why, &mut out),
            }
        }
        torn.iter().for_each(|rule| self.comment(rule, "it is cut short", &mut out));
        if let Some((at, stop)) = outline.stopped {
            let _ = writeln!(out, "// The rest can not be read (byte {at}): {stop}");
        }
        out
    }

    /// `when: hour(time) in 8..18`: a block has one, so all that is required is joined.
    fn guard(&self, rules: &[Node], out: &mut String) {
        let frames: Vec<&Node> = rules.iter().filter(|rule| matches!(rule.op, Op::Require { .. })).collect();
        let tests: Vec<&Node> = frames.iter().flat_map(|frame| &frame.children).collect();
        let are_conditions = tests.iter().all(|test| matches!(test.op, Op::When {}));
        let condition = if are_conditions { self.whens(&tests) } else { Err("what a block requires is a condition") };
        match condition {
            Ok(None) => {}
            Ok(Some(condition)) => {
                let before = if self.is_compared.get() { String::new() } else { format!("{UNCOMPARED}\n// ") };
                let _ = writeln!(out, "{before}when: {condition}");
            }
            Err(why) => frames.iter().for_each(|frame| self.comment(frame, why, out)),
        }
    }

    /// The conditions of several tests, joined.
    fn whens(&self, tests: &[&Node]) -> Result<Option<String>, &'static str> {
        let level = if tests.len() == 1 { Level::Disjunction } else { Level::Conjunction };
        let conditions = tests.iter().map(|test| self.truth(child(test, 0)?, level)).collect::<Result<Vec<_>, _>>()?;
        Ok((!conditions.is_empty()).then(|| conditions.join(" && ")))
    }

    fn comment(&self, rule: &Node, why: &str, out: &mut String) {
        let _ = writeln!(out, "// A rule that the language can not say: {why}.");
        for line in list_node(rule, self.vocabulary, self.pool).lines() {
            let _ = writeln!(out, "// {line}");
        }
    }

    /// `allow { action: [get, set], cache: "acorns" } when hour(time) in 8..18`
    fn rule(&self, rule: &Node) -> Said {
        let (effect, allows) = match rule.op {
            Op::Deny { .. } => ("deny", false),
            _ => (self.style.allow, true),
        };
        let mut actions: Option<String> = None;
        let mut fields: Vec<(FieldNo, String)> = Vec::new();
        let mut whens = Vec::new();
        if let Some((_, action)) = rule.op.as_rule() {
            actions = Some(self.actions(action, allows)?);
        }
        for test in &rule.children {
            if let Some((field, text)) = self.test(test, !allows)? {
                if fields.iter().any(|(known, _)| *known == field) {
                    return Err("it has two patterns on one attribute");
                }
                fields.push((field, text));
                continue;
            }
            match test.op {
                Op::When {} => whens.push(test),
                _ if actions.is_some() => return Err("it asks for the action twice"),
                action => actions = Some(self.actions(action, allows)?),
            }
        }
        fields.sort_by_key(|(field, _)| *field);
        let entries: Vec<String> = actions.into_iter().chain(fields.into_iter().map(|(_, text)| text)).collect();
        let body = if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) };
        let when = self.whens(&whens)?.map_or_else(String::new, |condition| format!(" when {condition}"));
        Ok(format!("{effect} {body}{when}"))
    }

    /// A test of an attribute; none where something else is tested.
    fn test(&self, test: &Node, forbids: bool) -> Result<Option<(FieldNo, String)>, &'static str> {
        let (field, pattern) = match (test.op, test.op.as_pattern()) {
            (Op::Test { field }, _) => (field, child(test, 0)?),
            (_, Some((field, op))) => (field, &Node { at: test.at, op, children: Vec::new() }),
            _ => return Ok(None),
        };
        let attribute = self.vocabulary.attribute(field).ok_or("the vocabulary has no such attribute")?;
        let subject = match attribute.ty {
            Type::One(scalar) | Type::Set(scalar) => Subject::One(scalar),
            Type::Labels => Subject::Labels,
        };
        let text = if forbids {
            self.forbidden(pattern, subject, attribute.optional)?
        } else {
            self.pattern(pattern, subject)?
        };
        Ok(Some((field, format!("{}: {text}", attribute.name))))
    }

    fn actions(&self, op: Op, allows: bool) -> Said {
        let (listed, negated) = match op {
            Op::ActionIs { action } => (alloc::vec![action], false),
            Op::ActionIn { first, last } => ((first.0..=last.0).map(ActionNo).collect(), false),
            Op::ActionSet { set } => (actions_of(self.constant(set)?).collect(), false),
            Op::ActionNot { set } => (actions_of(self.constant(set)?).collect(), true),
            _ => return Err("it tests what no rule tests"),
        };
        if negated && allows {
            return Err("it allows actions that do not exist yet");
        }
        if listed.is_empty() {
            return Err("it names no action");
        }
        let unknown = "the vocabulary has no such action";
        let names = listed.iter().map(|action| self.vocabulary.action_name(*action).ok_or(unknown));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        let roles = self.roles(&listed);
        let (key, words) = if roles.is_empty() { ("action", names) } else { ("role", roles) };
        let list = match words.as_slice() {
            [one] => (*one).to_owned(),
            several => format!("[{}]", several.join(", ")),
        };
        Ok(format!("{key}: {}{list}", if negated { "not " } else { "" }))
    }

    /// The roles that are together exactly these actions, if that is shorter than listing them.
    fn roles(&self, listed: &[ActionNo]) -> Vec<&str> {
        let mut open = listed.to_vec();
        let mut roles = Vec::new();
        let fits = |actions: &[ActionNo]| actions.iter().all(|action| listed.contains(action));
        while !open.is_empty() {
            let new = |actions: &[ActionNo]| actions.iter().filter(|action| open.contains(action)).count();
            let candidates = self.vocabulary.roles().iter().filter(|role| fits(&role.actions));
            // Of two that add as much, the first one that was declared.
            let Some(best) =
                candidates.rev().max_by_key(|role| new(&role.actions)).filter(|role| new(&role.actions) > 0)
            else {
                return Vec::new();
            };
            roles.push(best.name.as_str());
            open.retain(|action| !best.actions.contains(action));
        }
        if roles.len() == 1 || roles.len() * 2 <= listed.len() { roles } else { Vec::new() }
    }

    fn pattern(&self, node: &Node, subject: Subject) -> Said {
        match (node.op, subject) {
            (Op::Any {}, _) => Ok("any".to_owned()),
            (Op::Absent {}, _) => Ok("absent".to_owned()),
            (Op::Not {}, _) => Ok(format!("not {}", self.pattern(child(node, 0)?, subject)?)),
            (Op::AnyOf { .. }, _) if node.children.is_empty() => Ok("not any".to_owned()),
            (Op::AnyOf { .. }, _) => {
                let choices = node.children.iter().map(|choice| self.pattern(choice, subject));
                Ok(format!("[{}]", choices.collect::<Result<Vec<_>, _>>()?.join(", ")))
            }
            (Op::AllOf { .. }, Subject::Labels) if !node.children.is_empty() => self.labels(&node.children, false),
            (Op::Label { .. }, Subject::Labels) => self.labels(core::slice::from_ref(node), false),
            (_, Subject::One(scalar)) => self.scalar_pattern(node, scalar),
            (_, Subject::Labels) => Err("it asks of labels what can not be asked of them"),
        }
    }

    /// `{ dc: "eu-1", "web host": any }`
    fn labels(&self, labels: &[Node], forbids: bool) -> Said {
        let mut names = Vec::new();
        let mut entries = Vec::new();
        for label in labels {
            let Op::Label { name } = label.op else { return Err("it joins patterns that are not of one label each") };
            let name = self.string(name)?;
            if names.contains(&name) {
                return Err("it has two patterns on one label");
            }
            let key = if spell::is_word(name) { name.to_owned() } else { spell::quoted(name) };
            let (value, subject) = (child(label, 0)?, Subject::One(Scalar::String));
            let text = if forbids { self.forbidden(value, subject, true)? } else { self.pattern(value, subject)? };
            entries.push(format!("{key}: {text}"));
            names.push(name);
        }
        Ok(format!("{{ {} }}", entries.join(", ")))
    }

    fn scalar_pattern(&self, node: &Node, scalar: Scalar) -> Said {
        match node.op {
            Op::IsTrue {} => Ok("true".to_owned()),
            Op::IsFalse {} => Ok("false".to_owned()),
            Op::Eq { text } => self.equal(text, scalar),
            Op::Prefix { text } => Ok(format!("prefix {}", self.affix(text, scalar)?)),
            Op::Suffix { text } => Ok(format!("suffix {}", self.affix(text, scalar)?)),
            Op::Glob { glob } => {
                let glob = spell::glob(self.constant(glob)?).and_then(|glob| spell::quoted_pattern(&glob));
                glob.map(|glob| format!("glob {glob}")).ok_or("its glob has bytes that are no text")
            }
            Op::Regex { automaton } => self.regex(automaton, scalar),
            Op::Range { first, last } => range(first.0, last.0, scalar),
            Op::Net { network } => spell::network(self.constant(network)?).ok_or("its network is none"),
            Op::Path { path } => {
                let path = spell::path(self.constant(path)?).ok_or(NO_PATH)?;
                Ok(spell::quoted(&path))
            }
            Op::Within { path } => {
                let path = spell::path_text(self.constant(path)?).ok_or(NO_PATH)?;
                Ok(spell::quoted(&format!("{}/**", path.strip_suffix('/').unwrap_or(&path))))
            }
            _ => Err("it joins patterns in a way that has no words"),
        }
    }

    fn equal(&self, text: Const, scalar: Scalar) -> Said {
        let constant = self.constant(text)?;
        match scalar {
            Scalar::Uuid => spell::uuid(constant).ok_or("its uuid is none"),
            Scalar::Path => spell::path_text(constant).map(|path| spell::quoted(&path)).ok_or(NO_PATH),
            Scalar::String => self.string(text).map(spell::quoted),
            _ => Ok(spell::bytes(constant)),
        }
    }

    fn affix(&self, text: Const, scalar: Scalar) -> Said {
        match scalar {
            Scalar::String => self.string(text).map(spell::quoted),
            _ => Ok(spell::bytes(self.constant(text)?)),
        }
    }

    fn regex(&self, place: Const, scalar: Scalar) -> Said {
        let automaton = self.constant(place)?;
        let source = Automaton::read(automaton).ok_or("its automaton is none")?.source();
        match self.style.automata.and_then(|automata| automata.is_that(source, scalar, automaton)) {
            Some(true) => {}
            Some(false) => return Err("the regular expression that it quotes is not the one that it runs"),
            None => self.is_compared.set(false),
        }
        let quoted = spell::quoted_pattern(source).ok_or("its regular expression can not be quoted")?;
        Ok(format!("~{quoted}"))
    }

    fn truth(&self, node: &Node, level: Level) -> Said {
        let value = |place| self.value(child(node, place)?);
        let relation = |sign| -> Said { Ok(format!("{} {sign} {}", value(0)?, value(1)?)) };
        let call = |name| -> Said { Ok(format!("{name}({}, {})", value(0)?, value(1)?)) };
        let (own, text) = match node.op {
            Op::True {} => (Level::Primary, "true".to_owned()),
            Op::False {} => (Level::Primary, "false".to_owned()),
            Op::All { .. } => (Level::Conjunction, self.joined(node, " && ", "true", Level::Conjunction)?),
            Op::Some { .. } => (Level::Disjunction, self.joined(node, " || ", "false", Level::Disjunction)?),
            Op::Negate {} => (Level::Relation, format!("!{}", self.truth(child(node, 0)?, Level::Primary)?)),
            Op::Equal {} => (Level::Relation, relation("==")?),
            Op::Unequal {} => (Level::Relation, relation("!=")?),
            Op::Less {} => (Level::Relation, relation("<")?),
            Op::LessEqual {} => (Level::Relation, relation("<=")?),
            Op::Matches {} => {
                let subject = value_type(child(node, 0)?, self.vocabulary).ok_or("a value has no type")?;
                let pattern = self.pattern(child(node, 1)?, Subject::One(subject))?;
                (Level::Relation, format!("{} in {pattern}", value(0)?))
            }
            Op::AnyElement { field } => (Level::Relation, self.quantified("any", field, node)?),
            Op::EveryElement { field } => (Level::Relation, self.quantified("all", field, node)?),
            Op::Member { field } => (Level::Relation, format!("{} in {}", value(0)?, self.field(field)?)),
            Op::Has { field } => (Level::Primary, format!("has {}", self.field(field)?)),
            Op::HasLabel { field, name } => {
                (Level::Primary, format!("has {}[{}]", self.field(field)?, spell::quoted(self.string(name)?)))
            }
            Op::StartsWith {} => (Level::Primary, call("starts_with")?),
            Op::EndsWith {} => (Level::Primary, call("ends_with")?),
            Op::Contains {} => (Level::Primary, call("contains")?),
            Op::Truth {} => (Level::Primary, value(0)?),
            Op::Vouched { key } => {
                let spell = self.style.key_text.ok_or("nobody has said how a key is spelt")?;
                let key = self.constant(key)?.try_into().map_err(|_| "its key is none")?;
                (Level::Primary, format!("vouched({})", spell::quoted(&spell(key))))
            }
            _ => return Err("it is no condition"),
        };
        Ok(if own < level { format!("({text})") } else { text })
    }

    fn joined(&self, node: &Node, sign: &str, none: &str, level: Level) -> Said {
        if node.children.is_empty() {
            return Ok(none.to_owned());
        }
        let parts = node.children.iter().map(|part| self.truth(part, level));
        Ok(parts.collect::<Result<Vec<_>, _>>()?.join(sign))
    }

    fn quantified(&self, word: &str, field: FieldNo, node: &Node) -> Said {
        let attribute = self.vocabulary.attribute(field).ok_or("the vocabulary has no such attribute")?;
        let Type::Set(scalar) = attribute.ty else { return Err("it looks for elements of what is no set") };
        Ok(format!("{word} {} in {}", attribute.name, self.pattern(child(node, 0)?, Subject::One(scalar))?))
    }

    fn value(&self, node: &Node) -> Said {
        let inner = |place| self.value(child(node, place)?);
        let call = |name| -> Said { Ok(format!("{name}({})", inner(0)?)) };
        match node.op {
            Op::Field { field } => self.field(field).map(ToOwned::to_owned),
            Op::LabelOf { field, name } => Ok(format!("{}[{}]", self.field(field)?, spell::quoted(self.string(name)?))),
            Op::Number { number } => Ok(number.0.to_string()),
            Op::Time { time } => spell::time(time.0).ok_or(NO_SUCH_TIME),
            Op::Duration { duration } => Ok(spell::duration(duration.0)),
            Op::String { text } => self.string(text).map(spell::quoted),
            Op::Bytes { bytes } => Ok(spell::hexadecimal(self.constant(bytes)?)),
            Op::Uuid { uuid } => spell::uuid(self.constant(uuid)?).ok_or("its uuid is none"),
            Op::Ip { address } => spell::address(self.constant(address)?).ok_or("its address is none"),
            Op::PathOf { path } => {
                spell::path_text(self.constant(path)?).map(|path| spell::quoted(&path)).ok_or(NO_PATH)
            }
            Op::Yes {} => Ok("true".to_owned()),
            Op::No {} => Ok("false".to_owned()),
            Op::Issuance {} => Ok("token.issuance".to_owned()),
            Op::Expiry {} => Ok("token.expiry".to_owned()),
            Op::Add {} => Ok(format!("{} + {}", inner(0)?, self.right_operand(node)?)),
            Op::Subtract {} => Ok(format!("{} - {}", inner(0)?, self.right_operand(node)?)),
            Op::Hour {} => call("hour"),
            Op::Minute {} => call("minute"),
            Op::Weekday {} => call("weekday"),
            Op::LengthOf {} => call("length"),
            Op::Size { field } => Ok(format!("size({})", self.field(field)?)),
            _ => Err("it is no value"),
        }
    }

    /// `a - (b + c)`: sums are read from left to right.
    fn right_operand(&self, node: &Node) -> Said {
        let right = child(node, 1)?;
        let text = self.value(right)?;
        Ok(if matches!(right.op, Op::Add {} | Op::Subtract {}) { format!("({text})") } else { text })
    }

    fn field(&self, field: FieldNo) -> Result<&str, &'static str> {
        let attribute = self.vocabulary.attribute(field);
        attribute.map(|attribute| attribute.name.as_str()).ok_or("the vocabulary has no such attribute")
    }

    fn constant(&self, place: Const) -> Result<&[u8], &'static str> {
        constant(self.pool, place).ok_or("a constant of it is not there")
    }

    fn string(&self, place: Const) -> Result<&str, &'static str> {
        core::str::from_utf8(self.constant(place)?).map_err(|_| "its text is none")
    }
}

/// How tight a condition holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// `a || b`
    Disjunction,
    /// `a && b`
    Conjunction,
    /// `a < b`, `!a`
    Relation,
    /// `has a`, `f(a)`
    Primary,
}

fn child(node: &Node, place: usize) -> Result<&Node, &'static str> {
    node.children.get(place).ok_or("it is cut short")
}

/// `1..10`, `>= 5`, `7`
fn range(first: i64, last: i64, scalar: Scalar) -> Said {
    let spelt = |number| spell::number(number, scalar).ok_or(NO_SUCH_TIME);
    match (first, last) {
        (i64::MIN, i64::MAX) => Ok("any".to_owned()),
        (first, last) if first == last => spelt(first),
        (first, last) if first > last => Ok("not any".to_owned()),
        (first, i64::MAX) => Ok(format!(">= {}", spelt(first)?)),
        (i64::MIN, last) => Ok(format!("<= {}", spelt(last)?)),
        (first, last) => Ok(format!("{}..{}", spelt(first)?, spelt(last + 1)?)),
    }
}

const NO_PATH: &str = "its path has no words";
const NO_SUCH_TIME: &str = "it speaks of a time that has no date";
