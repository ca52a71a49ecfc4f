//! The tree that all spellings become: the text, the map form, the stack form.
//!
//! Each node's doc is its syntax. Two trees are equal when they say the same; places do not count
//! (see [`At`]).

use std::fmt;

use crate::span::Span;
use placet_core::model::arithmetic::Arithmetic;
use placet_core::model::matcher::Matcher;
use placet_core::model::types::Type;

/// The place of a node in its source: bytes of a text, or the number of a node of a map (see
/// `map`). All places are equal, so that a tree equals the tree of its own print.
#[derive(Clone, Copy, Debug, Default)]
pub struct At(pub Span);

impl PartialEq for At {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for At {}

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// In the order of the source.
    pub items: Vec<Item>,
}

/// One item and the `///` lines above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The lines of the doc comment, without `///` and the one space after it.
    pub doc: Vec<String>,
    /// The declaration.
    pub kind: ItemKind,
    /// From the keyword to the closing brace.
    pub at: At,
}

/// The declaration of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `use momento`
    Use(Name),
    /// `let office = ["10.0.0.0/8", "192.168.0.0/16"]`
    Let(Let),
    /// `role Reader = [GET, HEAD]`
    Role(RoleItem),
    /// `table managers: string -> string from "managers.json"`
    Table(TableItem),
    /// `vocabulary momento 1 { … }`
    Vocabulary(VocabularyItem),
    /// `token session(user: string) { … }`, `policy …`, `restriction …`
    Block(Block),
}

/// A word and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Its place.
    pub at: At,
}

impl File {
    /// The text of a `let` that is one literal without splices.
    #[must_use]
    pub fn plain_let(&self, name: &str) -> Option<&str> {
        self.plain_lets().find(|(other, _)| *other == name).map(|(_, text)| text)
    }

    /// The names and texts of such `let`s.
    pub fn plain_lets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Let(Let { name, value }) => match &value.kind {
                PatternKind::Literal(Literal::Text(text)) => Some((name.text.as_str(), text.as_plain()?)),
                _ => None,
            },
            _ => None,
        })
    }
}

/// `let office = ["10.0.0.0/8"]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// `office`
    pub name: Name,
    /// The pattern that it names.
    pub value: Pattern,
}

/// `role Reader = [GET, HEAD]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleItem {
    /// `Reader`
    pub name: Name,
    /// Names of actions and other roles, alone or in lists, with `not`.
    pub actions: Pattern,
}

/// `table teams: string -> set of string = { ann: ["red"] }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableItem {
    /// `teams`
    pub name: Name,
    /// `string`
    pub key: Type,
    /// `set of string`
    pub value: Type,
    /// After `=` or `from`.
    pub rows: TableRows,
}

/// Where the rows of a table are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableRows {
    /// `= { ann: ["red"] }`: literals and lists of literals, each with its key.
    Here(Vec<Entry>),
    /// `from "teams.json"`: a file beside the policy.
    File(Name),
}

/// `vocabulary momento 1 { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyItem {
    /// `momento`
    pub name: Name,
    /// `1`
    pub version: u32,
    /// In order: the order is the meaning.
    pub members: Vec<Member>,
}

/// One declaration of a vocabulary and the `///` lines above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The lines of the doc comment.
    pub doc: Vec<String>,
    /// The declaration.
    pub kind: MemberKind,
    /// All of it.
    pub at: At,
}

/// The declaration of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// `item: set of bytes optional`
    Attribute {
        /// `item`
        name: Name,
        /// `set of bytes`
        ty: Type,
        /// Whether `lowercase` comes after it.
        lowercase: bool,
        /// Whether `optional` comes after it.
        optional: bool,
    },
    /// `action get, getBatch`
    Actions(Vec<Name>),
    /// `role ReadOnly = [get, getBatch]`
    Role(RoleItem),
}

/// The kind of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// `token`: can be minted.
    Token,
    /// `policy`: a service holds it and evaluates it beside the token.
    Policy,
    /// `restriction`: attenuates a token.
    Restriction,
}

impl BlockKind {
    /// The keyword.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Policy => "policy",
            Self::Restriction => "restriction",
        }
    }
}

/// `token session(user: string) { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its keyword.
    pub kind: BlockKind,
    /// `session`
    pub name: Name,
    /// `user: string`
    pub parameters: Vec<Parameter>,
    /// `ttl: 30m`, in order.
    pub fields: Vec<Field>,
    /// `allow { … }`, `never { … }`, in order.
    pub rules: Vec<Rule>,
}

/// `user: string`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `user`
    pub name: Name,
    /// `string`
    pub ty: ParameterType,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterType {
    /// `string`, `set of string`: a value, as an attribute has one.
    Value(Type),
    /// `network`: which addresses; it is used where a pattern on an address may be.
    Network,
}

impl ParameterType {
    /// The word of the type that only parameters have.
    pub const NETWORK: &str = "network";
}

impl From<Type> for ParameterType {
    fn from(ty: Type) -> Self {
        Self::Value(ty)
    }
}

impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(ty) => ty.fmt(f),
            Self::Network => f.write_str(Self::NETWORK),
        }
    }
}

/// `ttl: 30m`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `ttl`
    pub key: Name,
    /// `30m`
    pub value: FieldValue,
}

/// The value of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// After every key except `when` and `unless`.
    Pattern(Pattern),
    /// `when: hour(time) in 8..18`
    Condition(Condition),
}

/// The effect of a rule when it matches, or the assertion of a promise about the requests that it
/// matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// `allow`, in tokens and policies.
    Allow,
    /// `deny`
    Deny,
    /// `only`, in restrictions.
    Only,
    /// `never`: a promise that none of them is allowed.
    Never,
    /// `always`: a promise that all of them are allowed.
    Always,
}

impl Effect {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Allow, Self::Deny, Self::Only, Self::Never, Self::Always];

    /// The effect of a keyword.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.word() == word)
    }

    /// Whether it begins a promise, which decides nothing, rather than a rule.
    #[must_use]
    pub const fn is_promise(self) -> bool {
        matches!(self, Self::Never | Self::Always)
    }

    /// The keyword.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Only => "only",
            Self::Never => "never",
            Self::Always => "always",
        }
    }
}

/// `allow { action: GET, path: "/a/**" } when hour(time) in 8..18 unless has subject`, and
/// promises, which are spelt alike: `never { path: "/**/.admin/**" }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its keyword.
    pub effect: Effect,
    /// The map.
    pub entries: Vec<Entry>,
    /// After `when`.
    pub when: Option<Box<Condition>>,
    /// After `unless`.
    pub unless: Option<Box<Condition>>,
    /// All of it.
    pub at: At,
}

/// `cache: "acorns"`, `"my-label": any`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key; quoted if it is not an identifier.
    pub key: Name,
    /// The pattern for its value.
    pub value: Pattern,
}

/// A pattern on a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The kind, with its parts.
    pub kind: PatternKind,
    /// All of it.
    pub at: At,
}

/// The kinds of patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// `"lobby"`, `7`, `30m`, `true`: equal to it, as the attribute's type reads it.
    Literal(Literal),
    /// `team`, `ReadWrite`: a parameter, a `let`, a role or an action.
    Name(String),
    /// `any`: present.
    Any,
    /// `absent`
    Absent,
    /// `[p, q]`: any of them.
    List(Vec<Pattern>),
    /// `not p`
    Not(Box<Pattern>),
    /// `prefix "user/"`, `suffix name`, `glob "*.png"`, `~"eu-.*"`: never one that is written as
    /// its text alone.
    Text(Matcher, Operand),
    /// `1..10`: from the first up to, not including, the second.
    Range(Box<[Operand; 2]>),
    /// `>= 5`, `< 2027-01-01T00:00:00Z`, `== 5`, `!= 5`
    Compare(Comparison, Operand),
    /// `{ dc: ~"eu-.*" }`: on labels.
    Map(Vec<Entry>),
    /// `some "staff"`, `every "staff"`: on the elements of a set.
    Elements(Quantifier, Box<Pattern>),
    /// `teams[subject]`: the value of a table's row, or one of its elements.
    Row(Name, Box<Condition>),
    /// `token.owner`: equal to it.
    TokenField(TokenField),
}

/// How many elements of a set have to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// `some`: at least one.
    Some,
    /// `every`: all of them.
    Every,
}

impl Quantifier {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Some, Self::Every];

    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Some => "some",
            Self::Every => "every",
        }
    }

    /// The one that is written with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Some => Self::Every,
            Self::Every => Self::Some,
        }
    }
}

/// How a pattern is built of others.
#[derive(Clone, Copy, Debug)]
pub enum Form<'p> {
    /// `any`
    Any,
    /// `absent`
    Absent,
    /// `team`
    Name(&'p str),
    /// `[p, q]`
    List(&'p [Pattern]),
    /// `not p`
    Not(&'p Pattern),
    /// `{ dc: p }`
    Map(&'p [Entry]),
    /// `some p`
    Elements(Quantifier, &'p Pattern),
    /// Everything else: a pattern on one value.
    Value(Written<'p>),
}

/// What a pattern on one value is written with.
#[derive(Clone, Copy, Debug)]
pub enum Written<'p> {
    /// `"lobby"`
    Literal(&'p Literal),
    /// `>= 5`
    Compare(Comparison, &'p Operand),
    /// `1..10`
    Range(&'p [Operand; 2]),
    /// A word or sign and one value: `prefix "user/"`, `~"eu-.*"`.
    Operand(&'p Operand),
    /// `teams[subject]`
    Row(&'p Name, &'p Condition),
    /// `token.owner`
    TokenField(&'p TokenField),
}

impl Pattern {
    /// How it is built of others, for code that treats all patterns on one value alike.
    #[must_use]
    pub fn form(&self) -> Form<'_> {
        match &self.kind {
            PatternKind::Any => Form::Any,
            PatternKind::Absent => Form::Absent,
            PatternKind::Name(name) => Form::Name(name),
            PatternKind::List(list) => Form::List(list),
            PatternKind::Not(inner) => Form::Not(inner),
            PatternKind::Map(entries) => Form::Map(entries),
            PatternKind::Elements(quantifier, inner) => Form::Elements(*quantifier, inner),
            PatternKind::Literal(literal) => Form::Value(Written::Literal(literal)),
            PatternKind::Compare(comparison, operand) => Form::Value(Written::Compare(*comparison, operand)),
            PatternKind::Range(ends) => Form::Value(Written::Range(ends)),
            PatternKind::Text(_, operand) => Form::Value(Written::Operand(operand)),
            PatternKind::Row(table, key) => Form::Value(Written::Row(table, key)),
            PatternKind::TokenField(field) => Form::Value(Written::TokenField(field)),
        }
    }
}

impl PatternKind {
    /// A matcher with its text.
    #[must_use]
    pub fn text(matcher: Matcher, text: Text) -> Self {
        Self::Text(matcher, Operand { kind: OperandKind::Literal(Literal::Text(text)), at: At::default() })
    }
}

/// The operand of `prefix`, or an end of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The kind, with its parts.
    pub kind: OperandKind,
    /// All of it.
    pub at: At,
}

/// The kinds of operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// `5`
    Literal(Literal),
    /// `limit`: a parameter or a `let` of one literal.
    Name(String),
}

/// `<`, `>=`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Equal, Self::NotEqual, Self::Less, Self::LessOrEqual, Self::Greater, Self::GreaterOrEqual];

    /// The equivalent comparison with its sides exchanged.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// The one that is written with this sign.
    #[must_use]
    pub fn of_sign(sign: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.sign() == sign)
    }

    /// The sign.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// A value as it is written; a type decides how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `true`, `false`
    Bool(bool),
    /// `-7`
    Int(i64),
    /// `"user/{user}/"`
    Text(Text),
    /// `x"00ff"`
    Bytes(Vec<u8>),
    /// `30m`, `1h30m`, `250ms`: milliseconds.
    Duration(i64),
    /// `2027-01-01T00:00:00Z`: milliseconds since 1970-01-01T00:00:00Z.
    Time(i64),
}

/// Text with splices; neighbouring pieces of text are joined, empty ones left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// In order.
    pub pieces: Vec<Piece>,
}

impl Text {
    /// Text without splices.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Text(text.to_owned())] };
        Self { pieces }
    }

    /// The text, if nothing is spliced into it.
    #[must_use]
    pub fn as_plain(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `user/`
    Text(String),
    /// `{user}`
    Splice(Name),
}

/// A boolean expression, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The kind, with its parts.
    pub kind: ConditionKind,
    /// All of it.
    pub at: At,
}

impl Condition {
    /// `a && b && …`; nothing without operands.
    #[must_use]
    pub fn all_of(operands: Vec<Self>) -> Option<Self> {
        Self::joined(operands, ConditionKind::And)
    }

    /// Joins a list by halves, so that a thousand operands nest ten levels deep.
    pub(crate) fn joined(mut list: Vec<Self>, join: fn(Box<Self>, Box<Self>) -> ConditionKind) -> Option<Self> {
        if list.len() < 2 {
            return list.pop();
        }
        let tail = list.split_off(list.len().div_ceil(2));
        let (a, b) = Self::joined(list, join).zip(Self::joined(tail, join))?;
        let at = At(a.at.0.join(b.at.0));
        Some(Self { kind: join(Box::new(a), Box::new(b)), at })
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// `8`, `"GET"`
    Literal(Literal),
    /// `subject`: an attribute, a parameter or a `let`.
    Name(String),
    /// `token.owner`
    TokenField(TokenField),
    /// `has token.owner`
    HasTokenField(TokenField),
    /// `headers["x-trace"]`: a label of an attribute, or the row of a table with this key.
    Label(Name, String),
    /// `managers[owner]`: the row of a table.
    Row(Name, Box<Condition>),
    /// `!e`
    Not(Box<Condition>),
    /// `a && b`
    And(Box<Condition>, Box<Condition>),
    /// `a || b`
    Or(Box<Condition>, Box<Condition>),
    /// `a < b`
    Compare(Comparison, Box<Condition>, Box<Condition>),
    /// `time + 2h`, `time - token.issuance`
    Compute(Arithmetic, Box<Condition>, Box<Condition>),
    /// `e in 8..18`: a pattern, or the name of an attribute that is a set.
    In(Box<Condition>, Pattern),
    /// `any groups in ["ops"]`: a pattern, or the name of another attribute that is a set.
    Some(Name, Pattern),
    /// `all item in prefix "user/"`, `all groups in readers`
    Every(Name, Pattern),
    /// `has subject`, `has headers["x-trace"]`
    Has(Name, Option<String>),
    /// `has teams[subject]`
    HasRow(Name, Box<Condition>),
    /// `hour(time)`
    Call(Name, Vec<Condition>),
    /// `[ann, bob]`: a list as an argument of a call.
    List(Vec<Condition>),
}

/// `token.owner`, `token.labels["dc"]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenField {
    /// `owner`
    pub name: String,
    /// `dc`, in a field that is a map.
    pub key: Option<String>,
}
