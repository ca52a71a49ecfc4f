//! A program as a listing: one instruction a line, with its offset, indented by nesting, its
//! constants in readable form, each rule below its source. Any bytes can be listed; the last line
//! says where they stop being a program.
//!
//! ```text
//!       // allow { action: Reader, path: "/v1/**" }
//!    2  allow +7
//!    4    action.in GET..HEAD
//!    7    test path
//!    9      within "/v1"
//! ```

use std::fmt::Write as _;

use super::literal;
use super::outline::{Node, outline};
use crate::syntax::ast::Literal;
use crate::syntax::text::Spelling;
use placet_core::bytecode::automaton::Automaton;
use placet_core::bytecode::constant::{NetworkBits, actions_of};
use placet_core::bytecode::index::Index;
use placet_core::bytecode::index::facet::{Facet, FacetKind};
use placet_core::bytecode::op::{self, Const, Instruction, Op, Shown};
use placet_core::bytecode::program::constant;
use placet_core::model::types::{Scalar, Type};
use placet_core::model::value::Address;
use placet_core::model::vocabulary::{ActionNo, FieldNo, Vocabulary};

/// Lists a program. `sources` has for each rule the text it comes from; it may be empty or shorter
/// than the program.
#[must_use]
pub fn listing(program: &[u8], vocabulary: &Vocabulary, sources: &[&str]) -> String {
    let outline = outline(program);
    let lister = Lister { vocabulary, pool: outline.pool };
    let mut out = String::new();
    let mut sources = sources.iter();
    for node in &outline.rules {
        let source = if node.op.is_index() { None } else { sources.next() };
        for line in source.copied().unwrap_or_default().lines() {
            let _ = writeln!(out, "{:GUTTER$}  // {}", "", line.trim_end());
        }
        lister.node(node, 0, None, &mut out);
    }
    if let Some((at, stop)) = outline.stopped {
        let _ = writeln!(out, "{at:>GUTTER$}  !! {stop}");
    }
    if !outline.pool.is_empty() {
        let _ = writeln!(out, "{:>GUTTER$}  pool +{}", outline.pool_at, outline.pool.len());
    }
    out
}

/// Lists one node of a program and what is below it.
#[must_use]
pub fn list_node(node: &Node, vocabulary: &Vocabulary, pool: &[u8]) -> String {
    let mut out = String::new();
    Lister { vocabulary, pool }.node(node, 0, None, &mut out);
    out
}

const GUTTER: usize = 6;

struct Lister<'a> {
    vocabulary: &'a Vocabulary,
    pool: &'a [u8],
}

impl Lister<'_> {
    /// `subject` is the type of the value that a pattern is on, if it is known.
    fn node(&self, node: &Node, depth: usize, subject: Option<Scalar>, out: &mut String) {
        let indent = 2 * depth;
        let _ = write!(out, "{:>GUTTER$}  {:indent$}{}", node.at, "", node.op.row().text);
        let operands = self.operands(node.op, subject);
        if !operands.is_empty() {
            let _ = write!(out, " {operands}");
        }
        out.push('\n');
        let subject = self.subject(node, subject);
        node.children.iter().for_each(|child| self.node(child, depth + 1, subject, out));
    }

    fn operands(&self, op: Op, subject: Option<Scalar>) -> String {
        match op {
            Op::ActionIn { first, last } => format!("{}..{}", self.action(first), self.action(last)),
            Op::AllowIn { first, last, body } => format!("{}..{} +{}", self.action(first), self.action(last), body.0),
            Op::Range { first, last } => {
                let scalar = subject.unwrap_or(Scalar::Int);
                format!("{}..={}", number(first.0, scalar), number(last.0, scalar))
            }
            Op::Time { time } => number(time.0, Scalar::Time),
            Op::Duration { duration } => number(duration.0, Scalar::Duration),
            _ => {
                let shown = op.operands().into_iter().map(|operand| self.operand(operand, op, subject));
                shown.collect::<Vec<_>>().join(" ")
            }
        }
    }

    fn operand(&self, operand: Shown, op: Op, subject: Option<Scalar>) -> String {
        match operand {
            Shown::Field(field) => {
                let attribute = self.vocabulary.attribute(field);
                attribute.map_or_else(|| format!("f{}", field.0), |attribute| attribute.name.clone())
            }
            Shown::Action(action) => self.action(action),
            Shown::Int(number) => number.to_string(),
            Shown::Length(length) => format!("+{length}"),
            Shown::Const(place) => {
                let readable = constant(self.pool, place).and_then(|constant| self.constant(constant, op, subject));
                readable.unwrap_or_else(|| unreadable(place, self.pool))
            }
        }
    }

    fn action(&self, action: ActionNo) -> String {
        self.vocabulary.action_name(action).map_or_else(|| format!("a{}", action.0), ToString::to_string)
    }

    /// A constant in readable form, if it has the form that the instruction requires.
    fn constant(&self, constant: &[u8], op: Op, subject: Option<Scalar>) -> Option<String> {
        match op {
            Op::ActionSet { .. } | Op::ActionNot { .. } => {
                let names: Vec<String> = actions_of(constant).map(|action| self.action(action)).collect();
                Some(format!("[{}]", names.join(", ")))
            }
            Op::Glob { .. } => literal::glob(constant).map(|glob| raw(&glob)),
            Op::Path { .. } => literal::path(constant).map(|path| literal::quoted(&path)),
            Op::Net { .. } => NetworkBits::read(constant).map(|network| literal::spelt(&literal::network(network))),
            Op::Ip { .. } => {
                constant.try_into().ok().map(|octets| literal::spelt(&literal::ip(Address::from_octets(octets))))
            }
            Op::Uuid { .. } => constant.try_into().ok().map(|octets| literal::spelt(&literal::uuid(octets))),
            Op::Bytes { .. } => Some(literal::spelt(&literal::bytes(constant))),
            Op::Vouched { .. } => Some(literal::hexadecimal(constant)),
            Op::DenyIndex { .. } | Op::AllowIndex { .. } => self.index(constant),
            Op::Regex { .. } => {
                let automaton = Automaton::read(constant)?;
                let shape = format!("({} states, {} bytes)", automaton.states(), constant.len());
                Some(format!("{} {shape}", literal::quoted(automaton.source())))
            }
            Op::Eq { .. } | Op::Prefix { .. } | Op::Suffix { .. } => Some(text(constant, subject)),
            Op::Equals { field, .. } | Op::Begins { field, .. } => Some(text(constant, self.element(field))),
            _ => Some(text(constant, Some(Scalar::String))),
        }
    }

    /// `10000 rules: cache (16384 buckets); item 4 first bytes, action (64 buckets); 3 open`
    fn index(&self, constant: &[u8]) -> Option<String> {
        let index = Index::read(constant)?;
        let mut parts = Vec::new();
        for table in index.tables() {
            let table = table?;
            let facets: Vec<String> = table.facets()?.iter().map(|facet| self.facet(*facet)).collect();
            parts.push(format!("{} ({} buckets)", facets.join(", "), table.buckets()));
        }
        parts.push(format!("{} open", index.open().count()));
        Some(format!("{} rules: {}", index.rules(), parts.join("; ")))
    }

    fn facet(&self, facet: Facet) -> String {
        let name = self.operand(Shown::Field(facet.field), Op::Present { field: facet.field }, None);
        match facet.kind {
            FacetKind::Action => "action".to_string(),
            FacetKind::Whole => name,
            FacetKind::First => format!("{name} {} first bytes", facet.size),
            FacetKind::Last => format!("{name} {} last bytes", facet.size),
            FacetKind::Bits => format!("{name} {} bits", facet.size),
            FacetKind::Segment => format!("{name} segment {}", facet.size),
        }
    }

    /// The type of value that the children of a node are on.
    fn subject(&self, node: &Node, above: Option<Scalar>) -> Option<Scalar> {
        match node.op {
            Op::Test { field } | Op::AnyElement { field } | Op::EveryElement { field } => self.element(field),
            Op::Label { .. } => Some(Scalar::String),
            Op::Matches {} => node.children.first().and_then(|value| value_type(value, self.vocabulary)),
            _ => above,
        }
    }

    fn element(&self, field: FieldNo) -> Option<Scalar> {
        match self.vocabulary.attribute(field)?.ty {
            Type::One(scalar) | Type::Set(scalar) => Some(scalar),
            Type::Labels => None,
        }
    }
}

/// The type of a value in a condition, if it is known.
fn value_type(node: &Node, vocabulary: &Vocabulary) -> Option<Scalar> {
    let child = |place: usize| value_type(node.children.get(place)?, vocabulary);
    Some(match op::Value::of(node.op)? {
        op::Value::Field { field } => match vocabulary.attribute(field)?.ty {
            Type::One(scalar) => scalar,
            Type::Set(_) | Type::Labels => return None,
        },
        op::Value::LabelOf { .. } | op::Value::String { .. } => Scalar::String,
        op::Value::Time { .. } | op::Value::Issuance {} | op::Value::Expiry {} => Scalar::Time,
        op::Value::Duration { .. } => Scalar::Duration,
        op::Value::Bytes { .. } => Scalar::Bytes,
        op::Value::Uuid { .. } => Scalar::Uuid,
        op::Value::Ip { .. } => Scalar::Ip,
        op::Value::PathOf { .. } => Scalar::Path,
        op::Value::Yes {} | op::Value::No {} => Scalar::Bool,
        op::Value::Number { .. } | op::Value::Size { .. } => Scalar::Int,
        op::Value::Compute(arithmetic) => return arithmetic.result(child(0)?, child(1)?),
        op::Value::Call(function) => function.row().gives,
    })
}

fn number(number: i64, scalar: Scalar) -> String {
    match number {
        i64::MIN => "min".to_string(),
        i64::MAX => "max".to_string(),
        other => literal::spelt(&literal::number(other, scalar).unwrap_or(Literal::Int(other))),
    }
}

/// A glob in its own spelling, or as a text if it has none.
fn raw(glob: &str) -> String {
    literal::raw_text(glob, Spelling::Glob)
        .map_or_else(|| literal::quoted(glob), |text| literal::raw(&text, Spelling::Glob))
}

/// The bytes of a whole value, a prefix or a suffix.
fn text(constant: &[u8], scalar: Option<Scalar>) -> String {
    let text = || std::str::from_utf8(constant).map_or_else(|_| literal::hexadecimal(constant), literal::quoted);
    match scalar {
        Some(Scalar::Uuid) => constant
            .try_into()
            .map_or_else(|_| literal::hexadecimal(constant), |octets| literal::spelt(&literal::uuid(octets))),
        Some(Scalar::String | Scalar::Path) => text(),
        _ => literal::spelt(&literal::bytes(constant)),
    }
}

/// A constant of another form than its instruction requires: its place, and its bytes if it has
/// any.
fn unreadable(place: Const, pool: &[u8]) -> String {
    match constant(pool, place) {
        Some(bytes) => format!("c{} {}", place.0, literal::hexadecimal(bytes)),
        None => format!("c{} ??", place.0),
    }
}
