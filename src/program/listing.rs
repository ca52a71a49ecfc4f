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
use super::made::{self, written};
use super::outline::{Node, outline};
use crate::check::tree::Constant;
use crate::syntax::ast::Literal;
use crate::syntax::text::Spelling;
use placet_core::bytecode::automaton::Automaton;
use placet_core::bytecode::constant::{NetworkBits, actions_of};
use placet_core::bytecode::index::Index;
use placet_core::bytecode::index::facet::{Facet, FacetKind};
use placet_core::bytecode::op::{self, Const, Instruction, Op, Shown, Sort};
use placet_core::bytecode::program::constant;
use placet_core::bytecode::table::Table;
use placet_core::bytecode::zone::Zone;
use placet_core::model::matcher::{Matcher, Syntax};
use placet_core::model::types::{BytesType, NumberType, Scalar, Type, Written};
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

    /// The operands as the table has them, but for a few with a notation of their own.
    fn operands(&self, op: Op, subject: Option<Scalar>) -> String {
        if let Op::ActionIn { first, last } = op {
            return format!("{}..{}", self.action(first), self.action(last));
        }
        if let Op::AllowIn { first, last, body } = op {
            return format!("{}..{} +{}", self.action(first), self.action(last), body.0);
        }
        if let Op::Range { first, last } = op {
            let scalar = subject.unwrap_or(Scalar::Int);
            return format!("{}..={}", number(first.0, scalar), number(last.0, scalar));
        }
        if let Some(op::Value::Number(ty @ (NumberType::Time | NumberType::Duration), bare)) = op::Value::of(op) {
            return number(bare.0, ty.scalar());
        }
        let shown = op.operands().into_iter().map(|operand| self.operand(operand, op, subject));
        shown.collect::<Vec<_>>().join(" ")
    }

    fn operand(&self, operand: Shown, op: Op, subject: Option<Scalar>) -> String {
        match operand {
            Shown::Field(field) => {
                let attribute = self.vocabulary.attribute(field);
                attribute.map_or_else(|| format!("f{}", field.0), |attribute| attribute.name.clone())
            }
            Shown::Action(action) => self.action(action),
            Shown::Claim(word) => word.to_string(),
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

    /// `[get, set]`
    fn actions(&self, set: &[u8]) -> String {
        let names: Vec<String> = actions_of(set).map(|action| self.action(action)).collect();
        format!("[{}]", names.join(", "))
    }

    /// A constant in readable form, if it has the form that the instruction requires.
    fn constant(&self, constant: &[u8], op: Op, subject: Option<Scalar>) -> Option<String> {
        match op.row().sort {
            Sort::Rule => match op::Rule::of(op)? {
                op::Rule::Table { .. } => table(constant),
                rule => rule.is_index().then(|| self.index(constant)).flatten(),
            },
            Sort::Test => Some(match op::Test::of(op)?.joined() {
                Some((field, _)) => text(constant, self.element(field)),
                None => self.actions(constant),
            }),
            Sort::Pattern => of_pattern(op::Pattern::of(op)?, constant, subject),
            Sort::Condition => match op::Condition::of(op)? {
                op::Condition::Asks { .. } => Some(self.actions(constant)),
                condition => of_condition(condition, constant),
            },
            Sort::Value => {
                match op::Value::of(op)? {
                    op::Value::Constant(ty, _) => of_value(ty, constant),
                    op::Value::Local { .. } => Zone::read(constant).map(zone),
                    op::Value::RowOf { .. } => Table::read(constant).map(|table| table.name().to_owned()),
                    // The name of a label or an entry.
                    op::Value::LabelOf { .. } | op::Value::EntryOf { .. } => Some(text(constant, Some(Scalar::String))),
                    op::Value::Field { .. }
                    | op::Value::Yes {}
                    | op::Value::No {}
                    | op::Value::Issuance {}
                    | op::Value::Expiry {}
                    | op::Value::ClaimOf { .. }
                    | op::Value::Size { .. }
                    | op::Value::Number(..)
                    | op::Value::Compute(_)
                    | op::Value::Call(_) => None,
                }
            }
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

    fn facet(&self, facet: Facet<'_>) -> String {
        let name = self.operand(Shown::Field(facet.field), Op::Present { field: facet.field }, None);
        let label = || format!("{name}[{}]", text(facet.label, Some(Scalar::String)));
        match facet.kind {
            FacetKind::Action => "action".to_string(),
            FacetKind::Whole => name,
            FacetKind::First => format!("{name} {} first bytes", facet.size),
            FacetKind::Last => format!("{name} {} last bytes", facet.size),
            FacetKind::Bits => format!("{name} {} bits", facet.size),
            FacetKind::Segment => format!("{name} segment {}", facet.size),
            FacetKind::SomeSegment => format!("{name} some segment"),
            FacetKind::LabelWhole => label(),
            FacetKind::LabelFirst => format!("{} {} first bytes", label(), facet.size),
            FacetKind::LabelLast => format!("{} {} last bytes", label(), facet.size),
        }
    }

    /// The type of value that the children of a node are on.
    fn subject(&self, node: &Node, above: Option<Scalar>) -> Option<Scalar> {
        if let Op::Test { field } | Op::AnyElement { field } | Op::EveryElement { field } = node.op {
            return self.element(field);
        }
        if let Op::Matches {} = node.op {
            return node.children.first().and_then(|value| value_type(value, self.vocabulary));
        }
        if let Op::Label { .. } = node.op { Some(Scalar::String) } else { above }
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
        op::Value::Number(ty, _) => ty.scalar(),
        op::Value::Constant(ty, _) => ty.scalar(),
        op::Value::LabelOf { .. } | op::Value::ClaimOf { .. } | op::Value::EntryOf { .. } => Scalar::String,
        op::Value::Issuance {} | op::Value::Expiry {} | op::Value::Local { .. } => Scalar::Time,
        op::Value::Yes {} | op::Value::No {} => Scalar::Bool,
        op::Value::Size { .. } => Scalar::Int,
        op::Value::Compute(arithmetic) => return arithmetic.result(child(0)?, child(1)?),
        op::Value::RowOf { .. } => return None,
        op::Value::Call(function) => function.row().gives,
    })
}

/// The constant of a pattern.
fn of_pattern(pattern: op::Pattern, constant: &[u8], subject: Option<Scalar>) -> Option<String> {
    match pattern {
        op::Pattern::Text(matcher, _) => searched(matcher, constant, subject),
        op::Pattern::Net { .. } => {
            NetworkBits::read(constant).map(|network| literal::spelt(&literal::network(network)))
        }
        op::Pattern::Eq { .. } => Some(text(constant, subject)),
        op::Pattern::Made { .. } => made(constant, subject?),
        op::Pattern::Label { .. } => Some(text(constant, Some(Scalar::String))),
        op::Pattern::Any {}
        | op::Pattern::Absent {}
        | op::Pattern::Not {}
        | op::Pattern::AnyOf { .. }
        | op::Pattern::AllOf { .. }
        | op::Pattern::IsTrue {}
        | op::Pattern::IsFalse {}
        | op::Pattern::Is {}
        | op::Pattern::Range { .. } => None,
    }
}

/// The constant of a condition: keys, the name of a table, or that of a label or an entry.
fn of_condition(condition: op::Condition, constant: &[u8]) -> Option<String> {
    match condition {
        op::Condition::Vouched { .. } | op::Condition::Approved { .. } => Some(literal::hexadecimal(constant)),
        op::Condition::InRow { .. }
        | op::Condition::AnyInRow { .. }
        | op::Condition::EveryInRow { .. }
        | op::Condition::HasRow { .. } => Table::read(constant).map(|table| table.name().to_owned()),
        op::Condition::HasLabel { .. } | op::Condition::HasEntry { .. } => Some(text(constant, Some(Scalar::String))),
        op::Condition::True {}
        | op::Condition::False {}
        | op::Condition::All { .. }
        | op::Condition::Some { .. }
        | op::Condition::Negate {}
        | op::Condition::Matches {}
        | op::Condition::AnyElement { .. }
        | op::Condition::EveryElement { .. }
        | op::Condition::Member { .. }
        | op::Condition::Has { .. }
        | op::Condition::HasClaim { .. }
        | op::Condition::Truth {}
        | op::Condition::AnyIn { .. }
        | op::Condition::EveryIn { .. }
        | op::Condition::Asks { .. }
        | op::Condition::Ask(_) => None,
    }
}

/// The constant of a value, if it is one of the type.
fn of_value(ty: BytesType, constant: &[u8]) -> Option<String> {
    // Bytes that are no text are shown even where a text is required.
    let is_bad_text = ty.length().is_none() && !ty.admits(constant);
    if is_bad_text {
        return Some(text(constant, Some(Scalar::String)));
    }
    let value = Constant::of_bytes(ty.scalar(), constant.to_vec())?;
    Some(literal::value(&value))
}

/// `"Europe/Zurich" (2026-01-01T00:00:00Z..2028-01-01T00:00:00Z)`
fn zone(zone: Zone<'_>) -> String {
    let name = literal::quoted(zone.name());
    zone.range().map_or_else(
        || name.clone(),
        |(from, until)| {
            let [from, until] = [from, until].map(|time| number(time.as_millis(), Scalar::Time));
            format!("{name} ({from}..{until})")
        },
    )
}

/// `teams: string -> set of string (2 rows, 61 bytes)`
fn table(constant: &[u8]) -> Option<String> {
    let table = Table::read(constant)?;
    let rows = if table.len() == 1 { "row" } else { "rows" };
    let (name, key, value) = (table.name(), table.key(), table.value());
    Some(format!("{name}: {key} -> {value} ({} {rows}, {} bytes)", table.len(), constant.len()))
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

/// A text with `{}` in the places of the values that follow.
fn made(constant: &[u8], subject: Scalar) -> Option<String> {
    let (_, pieces) = written(constant, subject)?;
    let piece = |piece: &made::Written| match piece {
        made::Written::Text(text) => text.clone(),
        made::Written::Value => "{}".to_owned(),
    };
    Some(literal::quoted(&pieces.iter().map(piece).collect::<String>()))
}

/// The constant of a matcher.
fn searched(matcher: Matcher, constant: &[u8], subject: Option<Scalar>) -> Option<String> {
    match matcher.syntax() {
        Syntax::Text(_) => Some(text(constant, subject)),
        Syntax::Place(_) => Some(text(constant, Some(Scalar::String))),
        Syntax::Glob => literal::glob(constant).map(|glob| raw(&glob)),
        Syntax::Regex => {
            let automaton = Automaton::read(constant)?;
            let shape = format!("({} states, {} bytes)", automaton.states(), constant.len());
            Some(format!("{} {shape}", literal::quoted(automaton.source())))
        }
        Syntax::Path => literal::path(constant).map(|path| literal::quoted(&path)),
        Syntax::Url => literal::url(constant).map(|url| literal::quoted(&url.to_string())),
    }
}

/// The bytes of a whole value, a prefix or a suffix.
fn text(constant: &[u8], scalar: Option<Scalar>) -> String {
    let Some(Written::Bytes(ty)) = scalar.map(Scalar::written) else {
        return literal::spelt(&literal::bytes(constant));
    };
    if ty == BytesType::Bytes {
        return literal::spelt(&literal::bytes(constant));
    }
    match Constant::of_bytes(ty.scalar(), constant.to_vec()).filter(|_| ty.length().is_some()) {
        Some(value) => literal::value(&value),
        None => std::str::from_utf8(constant)
            .ok()
            .filter(|_| ty.length().is_none())
            .map_or_else(|| literal::hexadecimal(constant), literal::quoted),
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
