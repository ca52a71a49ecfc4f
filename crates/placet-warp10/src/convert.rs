//! Converts between the two kinds of tokens: a Warp 10 token becomes a policy file that mints an
//! equivalent token, and a Placet template becomes a Warp 10 token if that format can express it.
//!
//! [`import`] is [`grants::lower`], printed. [`export`] reads the keys that TOKENGEN has;
//! everything else in a template (conditions, rules of its own, `not_before`, patterns that are not
//! selectors) has no place in the format, and every such item is [named](ExportError). A token's
//! `.scope` and hooks become rules of an imported file: the rule for `.scope` is recognised on the
//! way back, by generating it again.
//!
//! A Warp 10 token is still valid at the very moment of its expiry, a Placet token is not: so a
//! file has one ms more.

use std::fmt;

use super::grants::{self, LowerError, Note};
use super::regex::{quote, to_java};
use super::selectors::{OWN_LABELS, Platform};
use super::token::{Pairs, ReadToken, Token, WriteToken};
use placet::check::tree::{Constant, Pattern, Piece, Template, Term, Text};
use placet::compile::Compiled;
use placet::compile::arguments::{Argument, Arguments};
use placet::document::Document;
use placet::model::matcher::{Matcher, Syntax};
use placet::model::predicate::Anchor;
use placet::model::time::Time;
use placet::model::vocabulary::Vocabulary;
use placet::syntax::ast::{self, Block, ItemKind};
use placet::syntax::print::print;

/// A policy file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its text, with one `token`.
    pub text: String,
    /// Notes for the reader.
    pub notes: Vec<Note>,
}

/// Writes the file whose token grants the same as a Warp 10 token.
///
/// # Errors
/// It would not grant the same.
pub fn import(token: &Token, platform: Platform) -> Result<Imported, ImportError> {
    let lowered = grants::lower(token, platform)?;
    if lowered.notes.contains(&Note::LabelsAreSelectors) {
        return Err(ImportError::LabelsAreSelectors);
    }
    Ok(Imported { text: print(&lowered.file), notes: lowered.notes })
}

/// Why a token cannot be imported.
#[derive(Clone, Debug)]
pub enum ImportError {
    /// The token would not grant the same.
    NotLowered(LowerError),
    /// A label's value begins with `=` or `~`: on deletion it is a selector, and here it would be a
    /// literal.
    LabelsAreSelectors,
}

impl From<LowerError> for ImportError {
    fn from(why: LowerError) -> Self {
        Self::NotLowered(why)
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLowered(why) => why.fmt(f),
            Self::LabelsAreSelectors => f.write_str(
                "a label of this WRITE token begins with `=` or `~`, which makes it a selector on deletion; with `.nodelete` \
                 it can be imported",
            ),
        }
    }
}

impl std::error::Error for ImportError {}

/// Makes the Warp 10 token that grants the same as a template, minted at `now`.
///
/// # Errors
/// Everything that a Warp 10 token cannot express.
pub fn export(
    document: &Document,
    template: &Template,
    compiled: &Compiled,
    arguments: &Arguments,
    now: Time,
) -> Result<Token, Vec<ExportError>> {
    let rules = block(document, template).map_or_else(Vec::new, |block| block.rules.clone());
    let mut export = Export { arguments, vocabulary: document.vocabulary(), rules, obstacles: Vec::new() };
    if document.vocabulary().name() != "warp10" {
        return Err(vec![ExportError::Vocabulary(document.vocabulary().name().to_owned())]);
    }
    let token = match compiled.claims.kind.as_deref() {
        Some("READ") => Token::Read(export.read(template, compiled, now)),
        Some("WRITE") => Token::Write(export.write(compiled, now)),
        _ => return Err(vec![ExportError::NoType]),
    };
    export.refuse_others(document, template, &token);
    if export.obstacles.is_empty() { Ok(token) } else { Err(export.obstacles) }
}

struct Export<'e> {
    arguments: &'e Arguments,
    vocabulary: &'e Vocabulary,
    /// The rules of the block, as they are written.
    rules: Vec<ast::Rule>,
    obstacles: Vec<ExportError>,
}

impl Export<'_> {
    fn read(&mut self, template: &Template, compiled: &Compiled, now: Time) -> ReadToken {
        let claims = &compiled.claims;
        let (issuance, expiry) = self.times(compiled, now);
        let mut token = ReadToken {
            issuance,
            expiry,
            application: claims.application.clone(),
            billed: self.uuid(claims.owner.as_deref()),
            attributes: some(claims.attributes.clone()),
            ..ReadToken::default()
        };
        if claims.producer.is_some() {
            self.obstacles.push(ExportError::Key("producer"));
        }
        // The rule that these keys represent is the first.
        for test in template.rules.first().iter().flat_map(|rule| &rule.tests) {
            let name = self.vocabulary.attribute(test.field).map_or("", |attribute| attribute.name.as_str());
            match name {
                "owner" => token.owners = self.ids("owners", &test.pattern),
                "producer" => token.producers = self.ids("producers", &test.pattern),
                "application" => token.applications = self.texts("applications", &test.pattern),
                _ => token.labels = some(self.labels(&test.pattern)),
            }
        }
        token
    }

    fn write(&mut self, compiled: &Compiled, now: Time) -> WriteToken {
        let claims = &compiled.claims;
        let (issuance, expiry) = self.times(compiled, now);
        let token = WriteToken {
            issuance,
            expiry,
            producer: self.uuid(claims.producer.as_deref()),
            owner: self.uuid(claims.owner.as_deref()),
            application: claims.application.clone().unwrap_or_default(),
            labels: some(claims.labels.clone()),
            attributes: some(claims.attributes.clone()),
            ..WriteToken::default()
        };
        for (name, _) in claims.labels.iter().filter(|(name, _)| OWN_LABELS.contains(&name.as_str())) {
            self.obstacles.push(ExportError::Label(name.clone()));
        }
        token
    }

    fn times(&mut self, compiled: &Compiled, now: Time) -> (i64, i64) {
        let issuance = compiled.times.issuance.unwrap_or(now);
        if compiled.times.not_before.is_some() {
            self.obstacles.push(ExportError::Key("not_before"));
        }
        let end = compiled.times.end(issuance).unwrap_or(Time::MAX).as_millis();
        (issuance.as_millis(), if end == i64::MAX { end } else { end.saturating_sub(1) })
    }

    fn uuid(&mut self, text: Option<&str>) -> Vec<u8> {
        match text.and_then(|text| crate::java_compat::uuid_from_text(text).ok()) {
            Some(uuid) => uuid.to_vec(),
            None => {
                self.obstacles.push(ExportError::Key("owner"));
                Vec::new()
            }
        }
    }

    fn ids(&mut self, key: &'static str, pattern: &Pattern) -> Vec<Vec<u8>> {
        let texts = self.texts(key, pattern);
        texts.iter().map(|text| self.uuid(Some(text))).collect()
    }

    /// The texts of a list of exact values.
    fn texts(&mut self, key: &'static str, pattern: &Pattern) -> Vec<String> {
        let texts = self.exact(pattern);
        // An empty list would mean all of them.
        if texts.as_ref().is_none_or(Vec::is_empty) {
            self.obstacles.push(ExportError::Pattern(key.to_owned()));
        }
        texts.unwrap_or_default()
    }

    fn exact(&self, pattern: &Pattern) -> Option<Vec<String>> {
        match pattern {
            Pattern::Equal(term) => Some(vec![self.term(term)?]),
            Pattern::OneOf(list) => {
                let lists = list.iter().map(|one| self.exact(one)).collect::<Option<Vec<_>>>()?;
                Some(lists.into_iter().flatten().collect())
            }
            Pattern::InParameter(number) => match self.arguments.get(*number)? {
                Argument::Set(elements) => elements.iter().map(constant).collect(),
                Argument::One(_) | Argument::Network(_) => None,
            },
            _ => None,
        }
    }

    fn labels(&mut self, pattern: &Pattern) -> Pairs {
        let Pattern::Labels(labels) = pattern else {
            self.obstacles.push(ExportError::Pattern("labels".to_owned()));
            return Pairs::new();
        };
        let mut pairs = Pairs::new();
        for (name, pattern) in labels {
            let selector = match self.exact(pattern).as_deref() {
                Some([one]) => Some(format!("={one}")),
                _ => self.java(pattern).map(|java| self.selector(name, &java)),
            };
            match selector {
                Some(selector) => pairs.push((name.clone(), selector)),
                None => self.obstacles.push(ExportError::Pattern(format!("labels.{name}"))),
            }
        }
        pairs
    }

    /// An expression as a selector. In brackets Warp 10 has no shortcut, so it matches exactly the
    /// expression, unless a rule of the template does the same as the shortcut.
    fn selector(&self, name: &str, java: &str) -> String {
        let plain = match java {
            // To a directory of series both mean everything.
            "(?s).*" => "~.*".to_owned(),
            java => format!("~{java}"),
        };
        match grants::shortcut_of_read(name, &plain) {
            Some(rule) if !self.rules.contains(&rule) => format!("~({java})"),
            _ => plain,
        }
    }

    /// A matcher as a Java regular expression.
    fn matcher(&self, matcher: Matcher, text: &Text) -> Option<String> {
        match (matcher.syntax(), matcher.row().anchor) {
            (Syntax::Text(_), _) if !matcher.row().is_exact => None,
            (Syntax::Text(_), Some(Anchor::Start)) => Some(quote(&self.text(text)?) + ANY),
            (Syntax::Text(_), Some(Anchor::End)) => Some(format!("{ANY}{}", quote(&self.text(text)?))),
            (Syntax::Glob, _) => self.glob(text),
            (Syntax::Regex, _) => match text.pieces.as_slice() {
                [] => to_java(""),
                [Piece::Literal(bytes)] => to_java(std::str::from_utf8(bytes).ok()?),
                _ => None,
            },
            (Syntax::Text(_) | Syntax::Place(_) | Syntax::Path | Syntax::Url, _) => None,
        }
    }

    /// A pattern on text as a Java regular expression.
    fn java(&self, pattern: &Pattern) -> Option<String> {
        if let Some(texts) = self.exact(pattern).filter(|texts| !texts.is_empty()) {
            return Some(format!("^({})$", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join("|")));
        }
        match pattern {
            Pattern::Any => Some(ANY.to_owned()),
            Pattern::OneOf(list) if !list.is_empty() => {
                let parts: Vec<_> = list.iter().map(|one| self.java(one)).collect::<Option<_>>()?;
                Some(parts.iter().map(|part| format!("(?:{part})")).collect::<Vec<_>>().join("|"))
            }
            Pattern::Text(matcher, text) => self.matcher(*matcher, text),
            _ => None,
        }
    }

    fn glob(&self, text: &Text) -> Option<String> {
        let mut java = String::new();
        for piece in &text.pieces {
            let bytes = match piece {
                Piece::Literal(bytes) => bytes,
                Piece::Field(_) => return None,
                Piece::Parameter(number) => {
                    java.push_str(&quote(&one(self.arguments.get(*number)?)?));
                    continue;
                }
            };
            let mut chars = std::str::from_utf8(bytes).ok()?.chars();
            while let Some(c) = chars.next() {
                match c {
                    '*' => java.push_str("(?s:.*)"),
                    '?' => java.push_str("(?s:.)"),
                    '\\' => java.push_str(&quote(&chars.next()?.to_string())),
                    c if c.is_ascii_alphanumeric() => java.push(c),
                    c => java.push_str(&quote(&c.to_string())),
                }
            }
        }
        Some(java)
    }

    fn term(&self, term: &Term) -> Option<String> {
        match term {
            Term::Constant(value) => constant(value),
            Term::Parameter(number) => one(self.arguments.get(*number)?),
            Term::Text(text) => self.text(text),
        }
    }

    fn text(&self, text: &Text) -> Option<String> {
        let mut out = String::new();
        for piece in &text.pieces {
            match piece {
                Piece::Literal(bytes) => out.push_str(std::str::from_utf8(bytes).ok()?),
                Piece::Field(_) => return None,
                Piece::Parameter(number) => out.push_str(&one(self.arguments.get(*number)?)?),
            }
        }
        Some(out)
    }

    /// Reports everything that has no place in the format.
    fn refuse_others(&mut self, document: &Document, template: &Template, token: &Token) {
        let Some(block) = block(document, template) else { return };
        for field in &block.fields {
            match field.key.text.as_str() {
                "when" => self.obstacles.push(ExportError::Key("when")),
                "unless" => self.obstacles.push(ExportError::Key("unless")),
                "permissions" => self.obstacles.push(ExportError::Key("permissions")),
                "id" => self.obstacles.push(ExportError::Key("id")),
                _ => {}
            }
        }
        let known = own_rules(token);
        // A promise decides nothing, so nothing is lost without it.
        for rule in block.rules.iter().filter(|rule| !rule.effect.is_promise() && !known.contains(rule)) {
            let line = document.source().line_and_column(rule.at.0).map(|(line, _)| line);
            self.obstacles.push(ExportError::Rule { effect: rule.effect.word(), line });
        }
        let lowered = grants::lower(token, Platform::default());
        if lowered.as_ref().is_ok_and(|lowered| lowered.notes.contains(&Note::LabelsAreSelectors)) {
            return self.obstacles.push(ExportError::LabelsAreSelectors);
        }
        // `.scope` restricts a Warp 10 token by itself; here its rule does, if it is there.
        let alone = own_rules(token).iter().any(|rule| !block.rules.contains(rule));
        if alone || (lowered.is_err() && self.obstacles.is_empty()) {
            self.obstacles.push(ExportError::ScopeAlone);
        }
    }
}

/// The rules that Warp 10 applies by itself, as `import` would write them: for `.scope`, and for
/// its shortcut.
fn own_rules(token: &Token) -> Vec<ast::Rule> {
    let lowered = grants::lower(token, Platform::default()).ok();
    let items = lowered.into_iter().flat_map(|lowered| lowered.file.items);
    items
        .filter_map(|item| if let ItemKind::Block(block) = item.kind { Some(block.rules) } else { None })
        .flatten()
        .collect()
}

fn block<'d>(document: &'d Document, template: &Template) -> Option<&'d Block> {
    document.file().items.iter().find_map(|item| match &item.kind {
        ItemKind::Block(block) if block.kind == template.kind && block.name.text == template.name => Some(block),
        _ => None,
    })
}

fn one(argument: &Argument) -> Option<String> {
    match argument {
        Argument::One(value) => constant(value),
        Argument::Set(_) | Argument::Network(_) => None,
    }
}

fn constant(value: &Constant) -> Option<String> {
    match value {
        Constant::String(text) => Some(text.clone()),
        Constant::Uuid(uuid) => Some(super::selectors::id_text(uuid)),
        Constant::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

fn some(pairs: Pairs) -> Option<Pairs> {
    (!pairs.is_empty()).then_some(pairs)
}

/// Something that a Warp 10 token cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
    /// `use momento`
    Vocabulary(String),
    /// A token without `type`.
    NoType,
    /// `not_before: …`, `when: …`
    Key(&'static str),
    /// `allow { … }`, `deny { … }`
    Rule {
        /// `deny`
        effect: &'static str,
        /// Its line.
        line: Option<usize>,
    },
    /// `labels: { site: absent }`
    Pattern(String),
    /// `labels: { ".owner": … }` of a WRITE token.
    Label(String),
    /// A label of a WRITE token that may delete begins with `=` or `~`.
    LabelsAreSelectors,
    /// The attribute `.scope` without the corresponding rule: in Warp 10 it would be a restriction.
    ScopeAlone,
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vocabulary(name) => write!(f, "it uses the vocabulary `{name}`, and Warp 10 only knows `warp10`"),
            Self::NoType => f.write_str("it has no `type`: write `type: READ` or `type: WRITE`"),
            Self::Key(key) => write!(f, "a Warp 10 token cannot hold `{key}`"),
            Self::Rule { effect, line: Some(line) } => {
                write!(f, "a Warp 10 token cannot hold the `{effect}` of line {line}")
            }
            Self::Rule { effect, line: None } => write!(f, "a Warp 10 token cannot hold a rule `{effect}`"),
            Self::Pattern(key) => write!(f, "the pattern on `{key}` cannot be written as a selector"),
            Self::Label(name) => write!(f, "the label `{name}` would be replaced by the token's own keys"),
            Self::LabelsAreSelectors => {
                f.write_str("a label or the application begins with `=` or `~`, which makes it a selector on deletion")
            }
            Self::ScopeAlone => f.write_str(
                "its `.scope` or a selector would restrict it more, and no rule of the template does the same",
            ),
        }
    }
}

impl std::error::Error for ExportError {}

/// Any text.
const ANY: &str = "(?s:.*)";
