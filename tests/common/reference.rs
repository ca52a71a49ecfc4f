//! The slow, clear twin: decides a request by walking the checked tree. Nothing is lowered, nothing is shared with the VM
//! or the bytecode; every matcher is the plainest one that can be written down.

mod conditions;

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use placet::check::table::Table;
use placet::check::tree::{
    Actions, Approver, ArgumentNo, Bound, ClaimPath, Condition, Constant, Effect, Network, Operand, Pattern, Piece,
    Rule, Template, Term, Test, Text, UrlPattern,
};
use placet::compile::arguments::Argument;
use placet::model::arithmetic::Arithmetic;
use placet::model::function::Function;
use placet::model::matcher::Matcher;
use placet::model::path::check_text;
use placet::model::predicate::Predicate;
use placet::model::types::Scalar;
use placet::model::url_pattern::{HostPattern, PortPattern};
use placet::model::vocabulary::{ActionNo, FieldNo, TIME};
use placet::span::Span;
use placet::syntax::ast::{BlockKind, Comparison, Quantifier};
use placet::vm::Context;
use regex::bytes::RegexBuilder;

/// A request that owns its values.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What is asked for.
    pub action: ActionNo,
    /// When, in ms.
    pub time: i64,
    /// Everything else; what is absent is not listed.
    pub values: Vec<(FieldNo, Held)>,
}

/// The value of an attribute.
#[derive(Clone, Debug)]
pub enum Held {
    /// One value; of a set, the set of it alone.
    One(Constant),
    /// Several; none is the same as absent.
    Several(Vec<Constant>),
    /// Names and values.
    Labels(Vec<(String, String)>),
}

/// A template with all that it leaves open.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    pub template: &'a Template,
    pub arguments: &'a [Argument],
    /// Actions that there were when it was compiled.
    pub actions: u16,
}

/// What one block says, and the place of the rule or guard that made it say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Allow(Option<Span>),
    Forbid(Span),
    Abstain(Option<Span>),
}

/// What the block says: denials first, then the guard, then what allows, each in the order of the source.
pub fn decide(block: Block<'_>, asked: &Asked, context: &Context<'_>) -> Answer {
    let walk = Walk { block, asked, context };
    let template = block.template;
    let (denies, allows): (Vec<&Rule>, Vec<&Rule>) =
        template.rules.iter().partition(|rule| rule.effect == Effect::Deny);
    if let Some(rule) = denies.into_iter().find(|rule| walk.holds(rule)) {
        return Answer::Forbid(rule.at);
    }
    if template.guard.as_ref().is_some_and(|guard| !walk.is_true(guard)) {
        return Answer::Abstain(Some(template.at));
    }
    if let Some(rule) = allows.iter().find(|rule| walk.holds(rule)) {
        return Answer::Allow(Some(rule.at));
    }
    if allows.is_empty() && template.kind == BlockKind::Restriction {
        return Answer::Allow(None);
    }
    Answer::Abstain(None)
}

struct Walk<'a> {
    block: Block<'a>,
    asked: &'a Asked,
    context: &'a Context<'a>,
}

/// What a pattern looks at.
#[derive(Clone, Debug)]
enum Subject {
    One(Constant),
    Labels(Vec<(String, String)>),
}

impl Walk<'_> {
    fn holds(&self, rule: &Rule) -> bool {
        self.names_the_action(rule)
            && rule.tests.iter().all(|test| self.passes(test, rule.effect))
            && rule.condition.as_ref().is_none_or(|condition| self.is_true(condition))
    }

    fn names_the_action(&self, rule: &Rule) -> bool {
        let action = self.asked.action;
        match &rule.actions {
            None => true,
            Some(Actions { listed, negated: false }) => listed.contains(&action),
            Some(Actions { listed, negated: true }) => {
                let came_later = action.0 >= self.block.actions;
                !listed.contains(&action) && !(came_later && rule.effect == Effect::Allow)
            }
        }
    }

    fn passes(&self, test: &Test, effect: Effect) -> bool {
        let subjects: Vec<Subject> = match self.value(test.field) {
            None => return self.matches(&test.pattern, None),
            Some(Held::One(value)) => vec![Subject::One(value)],
            Some(Held::Several(values)) => values.into_iter().map(Subject::One).collect(),
            Some(Held::Labels(labels)) => vec![Subject::Labels(labels)],
        };
        let mut answers = subjects.iter().map(|subject| self.matches(&test.pattern, Some(subject)));
        match (test.quantifier, effect) {
            (Some(Quantifier::Every), _) | (None, Effect::Allow) => answers.all(|matches| matches),
            (Some(Quantifier::Some), _) | (None, Effect::Deny) => answers.any(|matches| matches),
        }
    }

    fn value(&self, field: FieldNo) -> Option<Held> {
        if field == TIME {
            return Some(Held::One(Constant::Time(self.asked.time)));
        }
        let (_, held) = self.asked.values.iter().find(|(number, _)| *number == field)?;
        match held {
            Held::Several(values) if values.is_empty() => None,
            Held::Labels(labels) if labels.is_empty() => None,
            held => Some(held.clone()),
        }
    }

    /// The elements of a set; none where it is absent.
    fn elements(&self, field: FieldNo) -> Vec<Constant> {
        match self.value(field) {
            Some(Held::One(value)) => vec![value],
            Some(Held::Several(values)) => values,
            Some(Held::Labels(_)) | None => Vec::new(),
        }
    }

    fn label(&self, field: FieldNo, name: &str) -> Option<Constant> {
        let Some(Held::Labels(labels)) = self.value(field) else { return None };
        label(&labels, name)
    }

    fn argument(&self, number: ArgumentNo) -> &Argument {
        &self.block.arguments[number.0]
    }

    /// The value of a term that is wanted as a `scalar`.
    fn term(&self, term: &Term, scalar: Scalar) -> Constant {
        let bytes = match term {
            Term::Constant(constant) => return constant.clone(),
            Term::Parameter(number) => match self.argument(*number) {
                Argument::One(Constant::String(text)) => text.clone().into_bytes(),
                Argument::One(constant) => return constant.clone(),
                Argument::Set(_) | Argument::Network(_) => panic!("a set is no term"),
            },
            Term::Text(text) => self.text(text),
        };
        match scalar {
            Scalar::Bytes => Constant::Bytes(bytes),
            Scalar::Path => Constant::Path(String::from_utf8(bytes).unwrap()),
            _ => Constant::String(String::from_utf8(bytes).unwrap()),
        }
    }

    fn text(&self, text: &Text) -> Vec<u8> {
        text.pieces.iter().flat_map(|piece| self.piece(piece)).collect()
    }

    fn piece(&self, piece: &Piece) -> Vec<u8> {
        match piece {
            Piece::Literal(bytes) => bytes.clone(),
            Piece::Parameter(number) => match self.argument(*number) {
                Argument::One(constant) => spliced(constant),
                Argument::Set(_) | Argument::Network(_) => panic!("a set is never spliced"),
            },
            Piece::Field(field) => match self.value(*field) {
                Some(Held::One(constant)) => spliced(&constant),
                other => panic!("no text was there: {other:?}"),
            },
        }
    }

    /// Whether all attributes in a text are there, and may be where they are.
    fn is_there(&self, text: &Text, is_exact: bool, scalar: Scalar) -> bool {
        text.attributes().all(|field| {
            let Some(Held::One(constant)) = self.value(field) else { return false };
            let bytes = spliced(&constant);
            let is_segment = || {
                let text = std::str::from_utf8(&bytes).unwrap();
                !text.is_empty() && !text.contains('/') && (!text.contains('%') || check_text(text).is_ok())
            };
            if scalar == Scalar::Path { is_segment() } else { is_exact || !bytes.is_empty() }
        })
    }
}

/// An argument's text.
pub fn spliced(constant: &Constant) -> Vec<u8> {
    match constant {
        Constant::String(text) => text.clone().into_bytes(),
        Constant::Bytes(bytes) => bytes.clone(),
        Constant::Int(number) => number.to_string().into_bytes(),
        Constant::Uuid(bytes) => uuid_text(*bytes).into_bytes(),
        other => panic!("{other:?} is never spliced"),
    }
}

/// `8-4-4-4-12`
pub fn uuid_text(bytes: [u8; 16]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&digits[..4], &digits[4..6], &digits[6..8], &digits[8..10], &digits[10..]].map(<[String]>::concat).join("-")
}

fn label(labels: &[(String, String)], name: &str) -> Option<Constant> {
    labels.iter().find(|(label, _)| label == name).map(|(_, value)| Constant::String(value.clone()))
}

/// The bytes of a string, bytes or path.
fn bytes_of(value: &Constant) -> Option<&[u8]> {
    match value {
        Constant::String(text) | Constant::Path(text) | Constant::Url(text) => Some(text.as_bytes()),
        Constant::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn number_of(value: &Constant) -> Option<i64> {
    match value {
        Constant::Int(number) | Constant::Time(number) | Constant::Duration(number) => Some(*number),
        _ => None,
    }
}

/// Patterns.
impl Walk<'_> {
    fn matches(&self, pattern: &Pattern, subject: Option<&Subject>) -> bool {
        match (pattern, subject) {
            (Pattern::Absent, subject) => subject.is_none(),
            (Pattern::OneOf(patterns), subject) => patterns.iter().any(|one| self.matches(one, subject)),
            (Pattern::Labels(wanted), None) => wanted.iter().all(|(_, pattern)| self.matches(pattern, None)),
            (_, None) => false,
            (Pattern::Any, Some(_)) => true,
            (Pattern::Not(inner), Some(_)) => !self.matches(inner, subject),
            (Pattern::Labels(wanted), Some(Subject::Labels(labels))) => wanted.iter().all(|(name, pattern)| {
                let value = label(labels, name).map(Subject::One);
                self.matches(pattern, value.as_ref())
            }),
            (_, Some(Subject::Labels(_))) => false,
            (pattern, Some(Subject::One(value))) => self.matches_value(pattern, value),
        }
    }

    fn matches_value(&self, pattern: &Pattern, value: &Constant) -> bool {
        match pattern {
            Pattern::Equal(Term::Text(text)) if !self.is_there(text, true, value.scalar()) => false,
            Pattern::Text(_, text) if !self.is_there(text, false, value.scalar()) => false,
            Pattern::Is(other) => self.read(other).is_some_and(|other| other == *value),
            Pattern::Equal(term) => self.term(term, value.scalar()) == *value,
            Pattern::InParameter(number) => match self.argument(*number) {
                Argument::Set(elements) => elements.iter().any(|element| same(element, value)),
                Argument::Network(network) => match value {
                    Constant::Ip(address) => is_inside(network, address.octets()),
                    _ => false,
                },
                Argument::One(_) => panic!("one value is no set"),
            },
            Pattern::Text(matcher, text) => self.finds(*matcher, text, value),
            Pattern::Range(first, last) => {
                let Some(number) = number_of(value) else { return false };
                let is_past = |bound: &Bound| {
                    let end = number_of(&self.term(&bound.term, value.scalar())).unwrap();
                    (number.cmp(&end), bound.included)
                };
                let above =
                    first.as_ref().map(is_past).is_none_or(|(order, equal)| order.is_gt() || equal && order.is_eq());
                let below =
                    last.as_ref().map(is_past).is_none_or(|(order, equal)| order.is_lt() || equal && order.is_eq());
                above && below
            }
            Pattern::Network(network) => match value {
                Constant::Ip(address) => is_inside(network, address.octets()),
                _ => false,
            },
            Pattern::Url(pattern) => match value {
                Constant::Url(url) => self.matches_url(pattern, url),
                _ => false,
            },
            Pattern::Any | Pattern::Absent | Pattern::OneOf(_) | Pattern::Not(_) | Pattern::Labels(_) => {
                panic!("no pattern on one present value: {pattern:?}")
            }
        }
    }

    fn finds(&self, matcher: Matcher, text: &Text, value: &Constant) -> bool {
        let bytes = bytes_of(value).unwrap_or_default();
        match matcher {
            Matcher::Prefix => bytes.starts_with(&self.text(text)),
            Matcher::Suffix => bytes.ends_with(&self.text(text)),
            Matcher::Glob => self.matches_glob(text, value),
            Matcher::Regex => self.matches_regex(text, value),
            Matcher::Path => self.matches_path(text, std::str::from_utf8(bytes).unwrap()),
            Matcher::Nocase if matches!(value, Constant::Path(_)) => {
                self.matches_path(&self.lower(text), &std::str::from_utf8(bytes).unwrap().to_ascii_lowercase())
            }
            Matcher::Nocase => bytes.to_ascii_lowercase() == self.text(text).to_ascii_lowercase(),
            Matcher::NocasePrefix => bytes.to_ascii_lowercase().starts_with(&self.text(text).to_ascii_lowercase()),
            Matcher::NocaseSuffix => bytes.to_ascii_lowercase().ends_with(&self.text(text).to_ascii_lowercase()),
            Matcher::Within | Matcher::NocaseWithin | Matcher::Url => panic!("the checker makes none"),
        }
    }

    /// A text with its arguments, in lower case but for the escape of a star.
    fn lower(&self, text: &Text) -> Text {
        let lower = |piece: &Piece| match piece {
            Piece::Literal(bytes) => {
                let text = std::str::from_utf8(bytes).unwrap().to_ascii_lowercase();
                Piece::Literal(text.replace("%2a", "%2A").into_bytes())
            }
            Piece::Parameter(_) | Piece::Field(_) => {
                let text = String::from_utf8(self.piece(piece)).unwrap().to_ascii_lowercase();
                Piece::Literal(text.replace('*', "%2A").into_bytes())
            }
        };
        Text { pieces: text.pieces.iter().map(lower).collect() }
    }

    fn matches_glob(&self, glob: &Text, value: &Constant) -> bool {
        let is_text = matches!(value, Constant::String(_));
        let mut items = Vec::new();
        for piece in &glob.pieces {
            let units = units(&self.piece(piece), is_text);
            if !matches!(piece, Piece::Literal(_)) {
                items.extend(units.into_iter().map(Wild::Unit));
                continue;
            }
            let mut units = units.into_iter();
            while let Some(unit) = units.next() {
                items.push(match char::from_u32(unit) {
                    Some('*') => Wild::Run,
                    Some('?') => Wild::One,
                    Some('\\') => Wild::Unit(units.next().expect("a backslash takes a character")),
                    _ => Wild::Unit(unit),
                });
            }
        }
        bytes_of(value).is_some_and(|bytes| is_wild_match(&items, &units(bytes, is_text)))
    }

    fn matches_regex(&self, regex: &Text, value: &Constant) -> bool {
        let is_text = matches!(value, Constant::String(_));
        let mut source = String::new();
        for piece in &regex.pieces {
            let bytes = self.piece(piece);
            match piece {
                Piece::Literal(_) => source.push_str(&ascii_classes(std::str::from_utf8(&bytes).unwrap())),
                Piece::Parameter(_) | Piece::Field(_) => source.push_str(&literal_regex(&bytes, is_text)),
            }
        }
        let whole = RegexBuilder::new(&format!(r"\A(?:{source})\z"))
            .dot_matches_new_line(true)
            .unicode(is_text)
            .build()
            .unwrap_or_else(|error| panic!("the generator wrote {source}: {error}"));
        bytes_of(value).is_some_and(|bytes| whole.is_match(bytes))
    }

    /// Read anew, from left to right.
    fn matches_url(&self, pattern: &UrlPattern, url: &str) -> bool {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, rest) = rest.split_at(rest.find('/').unwrap());
        let path = rest.split(['?', '#']).next().unwrap();
        let colon = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
        let host = &authority[..colon.unwrap_or(authority.len())];
        let written = colon.map(|colon| authority[colon + 1..].parse::<u16>().unwrap());
        let port = match pattern.port {
            PortPattern::Any => true,
            PortPattern::Default => written.is_none(),
            PortPattern::Number(number) => written.unwrap_or(if scheme == "https" { 443 } else { 80 }) == number,
        };
        let labels: Vec<&str> = host.split('.').collect();
        let ends = |name: &str| labels.ends_with(&name.split('.').collect::<Vec<_>>());
        let more = |name: &str| labels.len() - name.split('.').count().min(labels.len());
        let host = match &pattern.host {
            HostPattern::Any => true,
            HostPattern::Exact(name) => host == name,
            HostPattern::Child(name) => ends(name) && more(name) == 1,
            HostPattern::Within(name) => ends(name),
            // Of those that requests have.
            HostPattern::Public => labels.contains(&"com"),
        };
        let path = match pattern.path.as_str() {
            "/" => path == "/",
            text => {
                let text = Text { pieces: vec![Piece::Literal(text.as_bytes().to_vec())] };
                self.matches_path(&text, path)
            }
        };
        pattern.scheme.is_none_or(|wanted| wanted.word() == scheme) && port && host && path
    }

    fn matches_path(&self, path: &Text, value: &str) -> bool {
        let mut pattern = vec![Vec::new()];
        for piece in &path.pieces {
            let bytes = self.piece(piece);
            let is_literal = matches!(piece, Piece::Literal(_));
            let last = pattern.last_mut().unwrap();
            if !is_literal {
                last.push(PathUnit::Spliced);
            }
            let text = String::from_utf8(bytes).unwrap();
            // No text has this character: a `*` that is meant as one.
            let text = if is_literal { text.replace("%2A", "\u{f8ff}") } else { text };
            for c in text.chars() {
                match c {
                    '\u{f8ff}' => pattern.last_mut().unwrap().push(PathUnit::Character('*')),
                    '/' if is_literal => pattern.push(Vec::new()),
                    '*' if is_literal => pattern.last_mut().unwrap().push(PathUnit::Star),
                    c => pattern.last_mut().unwrap().push(PathUnit::Character(c)),
                }
            }
        }
        let before_the_first_slash = pattern.remove(0);
        assert!(before_the_first_slash.is_empty(), "a path begins with a slash: {path:?}");
        let segments: Vec<&str> = value.split('/').filter(|segment| !segment.is_empty()).collect();
        are_segments_a_match(&pattern, &segments)
    }
}

/// Equal, where a string may stand for bytes.
fn same(argument: &Constant, value: &Constant) -> bool {
    match (argument, value) {
        (Constant::String(text), Constant::Bytes(bytes)) => text.as_bytes() == bytes.as_slice(),
        _ => argument == value,
    }
}

/// Characters of a text, bytes of bytes.
fn units(bytes: &[u8], is_text: bool) -> Vec<u32> {
    if is_text {
        std::str::from_utf8(bytes).unwrap().chars().map(u32::from).collect()
    } else {
        bytes.iter().copied().map(u32::from).collect()
    }
}

enum Wild {
    Run,
    One,
    Unit(u32),
}

fn is_wild_match(items: &[Wild], units: &[u32]) -> bool {
    match items.split_first() {
        None => units.is_empty(),
        Some((Wild::Run, rest)) => (0..=units.len()).any(|skipped| is_wild_match(rest, &units[skipped..])),
        Some((Wild::One, rest)) => !units.is_empty() && is_wild_match(rest, &units[1..]),
        Some((Wild::Unit(unit), rest)) => units.first() == Some(unit) && is_wild_match(rest, &units[1..]),
    }
}

/// The expression with `\d`, `\w` and `\s` written out, which are ASCII.
fn ascii_classes(source: &str) -> String {
    let mut out = String::new();
    let mut characters = source.chars();
    while let Some(c) = characters.next() {
        let class = match (c, if c == '\\' { characters.next() } else { None }) {
            ('\\', Some('d')) => "[0-9]",
            ('\\', Some('D')) => "[^0-9]",
            ('\\', Some('w')) => "[0-9A-Za-z_]",
            ('\\', Some('W')) => "[^0-9A-Za-z_]",
            ('\\', Some('s')) => r"[\t\n\f\r ]",
            ('\\', Some('S')) => r"[^\t\n\f\r ]",
            (c, escaped) => {
                out.push(c);
                out.extend(escaped);
                continue;
            }
        };
        out.push_str(class);
    }
    out
}

/// Every unit spelt as its number: it is itself, and folds where what is around it does.
fn literal_regex(bytes: &[u8], is_text: bool) -> String {
    let spell = |unit: &u32| if is_text { format!(r"\x{{{unit:x}}}") } else { format!(r"\x{unit:02x}") };
    let spelt: Vec<String> = units(bytes, is_text).iter().map(spell).collect();
    format!("(?:{})", spelt.concat())
}

fn is_inside(network: &Network, address: [u8; 16]) -> bool {
    let bit = |octets: [u8; 16], place: usize| octets[place / 8] & (0x80 >> (place % 8)) != 0;
    let is_v4 = address[..10].iter().all(|byte| *byte == 0) && address[10..12] == [0xff, 0xff];
    let of_one_family = network.bits >= 96 || !is_v4;
    of_one_family
        && (0..usize::from(network.bits)).all(|place| bit(network.first.octets(), place) == bit(address, place))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PathUnit {
    Star,
    Character(char),
    /// Here an argument begins: the segment is not `**`, whatever it becomes.
    Spliced,
}

fn are_segments_a_match(pattern: &[Vec<PathUnit>], segments: &[&str]) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return segments.is_empty() };
    if *first == [PathUnit::Star, PathUnit::Star] {
        return (0..=segments.len()).any(|skipped| are_segments_a_match(rest, &segments[skipped..]));
    }
    let Some((segment, after)) = segments.split_first() else { return false };
    let items: Vec<Wild> = first
        .iter()
        .filter_map(|unit| match unit {
            PathUnit::Star => Some(Wild::Run),
            PathUnit::Character(c) => Some(Wild::Unit(u32::from(*c))),
            PathUnit::Spliced => None,
        })
        .collect();
    is_wild_match(&items, &units(segment.as_bytes(), true)) && are_segments_a_match(rest, after)
}

const DAY: i128 = 24 * 60 * 60 * 1000;

/// 2024-01-01T00:00:00Z.
const A_MONDAY: i128 = 1_704_067_200_000;
