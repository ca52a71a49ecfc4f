//! Builds case files.

use super::build::{Builder, next};
use super::grammar::{Pair, Pairs, Rule};
use super::{Entries, Entry, Node, explain, mistake, nearest, read_alone};
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{At, BlockKind, Literal, Name, Pattern, PatternKind, Text};
use crate::syntax::cases::{Approver, Call, Case, Cases, Expected, Request, Said, Section, Value, ValueKind};
use crate::syntax::text::Spelling;
use placet_core::model::verdict::Refusal;

/// Reads a case file.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn parse_cases(text: &str) -> Result<Cases, Vec<Diagnostic>> {
    let mut reader = Reader::default();
    // Cases are short: none is read in parts.
    let entries = Entries { rule: Rule::case_entry, words: &explain::CASE_WORDS, stride: text.len() };
    let diagnostics = entries.read(text, |entry| {
        match entry {
            Entry::Read(Node::Whole(pair), builder) => reader.entry(build_part(pair), builder),
            Entry::Read(Node::Parts(_), _) => {}
            // It may have been a section.
            Entry::Broken(_) | Entry::TakenBack => reader.is_broken = true,
        }
    });
    if diagnostics.is_empty() { Ok(reader.cases) } else { Err(diagnostics) }
}

/// Reads one request and nothing else: `get { cache: "profiles" }`.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn parse_request(text: &str) -> Result<Request, Vec<Diagnostic>> {
    read_alone(text, Rule::lone_request, |builder, mut parts| {
        let action = builder.name(&next(&mut parts));
        let attributes = builder.values(parts);
        builder.refuse_keys(&attributes, "write it as JSON, with a key `time`");
        Request { action, attributes }
    })
}

/// Reads the name of one block with its arguments and nothing else: `session(user: "42")`.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn parse_call(text: &str) -> Result<Call, Vec<Diagnostic>> {
    read_alone(text, Rule::lone_call, |builder, mut parts| builder.call(0, &mut parts))
}

fn build_part(pair: Pair<'_>) -> Pair<'_> {
    next(&mut pair.into_inner())
}

#[derive(Default)]
struct Reader {
    cases: Cases,
    /// The `at` above the first section, which holds for the whole file.
    of_file: Option<i64>,
    /// The nearest `at` of the section.
    now: Option<i64>,
    is_broken: bool,
}

impl Reader {
    fn entry(&mut self, pair: Pair<'_>, builder: &mut Builder) {
        let span = builder.span(&pair);
        let rule = pair.as_rule();
        let mut parts = pair.into_inner();
        let word = next(&mut parts);
        match rule {
            Rule::section => {
                let kind = if word.as_str() == "token" { BlockKind::Token } else { BlockKind::Policy };
                let subject = builder.call(span.start, &mut parts);
                self.section(kind, subject);
            }
            Rule::clock => {
                if let Literal::Time(now) = builder.literal(&next(&mut parts), Spelling::Data) {
                    self.now = Some(now);
                    if self.cases.sections.is_empty() && !self.is_broken {
                        self.of_file = Some(now);
                    }
                }
            }
            Rule::proof => {
                self.above_cases(span, "a proof", builder, |section| section.is_proved = true);
            }
            Rule::approvals => {
                let keys = parts.filter(|part| part.as_rule() != Rule::by_word);
                let keys: Vec<Approver> = keys.map(|part| builder.approver(&part)).collect();
                self.above_cases(span, "an approval", builder, |section| section.approvers.extend(keys));
            }
            Rule::restrict => {
                let call = builder.call(span.start, &mut parts);
                match self.cases.sections.last_mut() {
                    Some(section) if section.kind == BlockKind::Policy => builder.errors.push(
                        mistake(call.at.0, "a policy cannot be restricted")
                            .help("restrict a token, or begin a section with `token`"),
                    ),
                    Some(section) if !section.policies.is_empty() => builder.errors.push(
                        mistake(call.at.0, "a restriction is written after a policy")
                            .help("write it below the line of the token, which it restricts"),
                    ),
                    Some(section) if section.cases.is_empty() => section.restrictions.push(call),
                    Some(_) => builder.errors.push(
                        mistake(call.at.0, "a restriction is written after a case")
                            .help("write it above the cases, or begin another section"),
                    ),
                    None if self.is_broken => {}
                    None => builder.errors.push(lost(call.at.0)),
                }
            }
            _ => {
                let case = builder.case(span.start, word.as_str(), &mut parts, self.now);
                match self.cases.sections.last_mut() {
                    Some(section) => section.cases.push(case),
                    None if self.is_broken => {}
                    None => builder.errors.push(lost(case.at.0)),
                }
            }
        }
    }
}

impl Reader {
    /// Begins a section, or adds the policy to a section that has no case yet.
    fn section(&mut self, kind: BlockKind, subject: Call) {
        match self.cases.sections.last_mut() {
            Some(section) if kind == BlockKind::Policy && section.cases.is_empty() && !self.is_broken => {
                section.policies.push(subject);
            }
            _ => {
                self.now = self.of_file;
                let (restrictions, policies, cases) = (Vec::new(), Vec::new(), Vec::new());
                let (is_proved, approvers) = (false, Vec::new());
                self.cases.sections.push(Section {
                    kind,
                    subject,
                    restrictions,
                    policies,
                    is_proved,
                    approvers,
                    cases,
                });
            }
        }
    }
}

impl Reader {
    /// Changes the section, if it has no case yet.
    fn above_cases(&mut self, at: Span, what: &str, builder: &mut Builder, change: impl FnOnce(&mut Section)) {
        match self.cases.sections.last_mut() {
            Some(section) if section.cases.is_empty() => change(section),
            Some(_) => builder.errors.push(
                mistake(at, format!("{what} is written after a case"))
                    .help("write it above the cases, or begin another section"),
            ),
            None if self.is_broken => {}
            None => builder.errors.push(lost(at)),
        }
    }
}

impl Builder {
    fn approver(&mut self, part: &Pair<'_>) -> Approver {
        let at = At(self.span(part));
        let said = match part.as_rule() {
            Rule::string => Said::Text(self.data(part)),
            _ => Said::Name(part.as_str().to_owned()),
        };
        Approver { said, at }
    }

    fn call(&mut self, start: usize, parts: &mut Pairs<'_>) -> Call {
        let name = self.name(&next(parts));
        let mut end = name.at.0.end;
        let mut arguments = Vec::new();
        if let Some(part) = parts.next().filter(|part| part.as_rule() == Rule::case_arguments) {
            end = self.span(&part).end;
            arguments = self.values(part.into_inner());
        }
        Call { name, arguments, at: At(Span::new(start, end)) }
    }

    fn case(&mut self, start: usize, verdict: &str, parts: &mut Pairs<'_>, now: Option<i64>) -> Case {
        let expected =
            Expected::ALL.into_iter().find(|expected| expected.word() == verdict).unwrap_or(Expected::Refused);
        let cause = parts.peek().filter(|part| part.as_rule() == Rule::cause);
        if cause.is_some() {
            parts.next();
        }
        let cause = cause.and_then(|part| self.cause(expected, self.name(&part)));
        let action = self.name(&next(parts));
        let mut case = Case { expected, cause, action, attributes: Vec::new(), reason: None, now, at: At::default() };
        let mut end = start;
        for part in parts {
            end = self.span(&part).end;
            match part.as_rule() {
                Rule::entry => case.attributes.extend(self.value_entry(part, "a request holds values, not patterns")),
                Rule::string => case.reason = Some(self.data(&part)),
                _ => {}
            }
        }
        self.refuse_twice(&case.attributes);
        self.refuse_keys(&case.attributes, "write `at` and the time above the case");
        case.at = At(Span::new(start, end));
        case
    }

    /// The name of a refusal, if one may be given here.
    fn cause(&mut self, expected: Expected, name: Name) -> Option<Name> {
        let known = Refusal::ALL.iter().map(|refusal| refusal.name()).collect::<Vec<_>>();
        let error = if expected != Expected::Refused {
            mistake(name.at.0, format!("only a refused request has a cause, and `{}` is not one", name.text))
                .help(format!("write one action after `{}`", expected.word()))
        } else if known.contains(&name.text.as_str()) {
            return Some(name);
        } else {
            let help = match nearest(&name.text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are `{}`", known.join("`, `")),
            };
            mistake(name.at.0, format!("unknown cause `{}`", name.text)).help(help)
        };
        self.errors.push(error);
        None
    }

    fn values(&mut self, parts: Pairs<'_>) -> Vec<(Name, Value)> {
        let entries = parts.filter(|part| part.as_rule() == Rule::entry);
        let values = entries.filter_map(|part| self.value_entry(part, "an argument is a value, not a pattern"));
        let values: Vec<(Name, Value)> = values.collect();
        self.refuse_twice(&values);
        values
    }

    /// The action and the time of a request are written elsewhere.
    fn refuse_keys(&mut self, attributes: &[(Name, Value)], time_help: &str) {
        for (key, _) in attributes {
            let (what, help) = match key.text.as_str() {
                "action" => ("the action of a request is the word before its braces", "remove the key"),
                "time" => ("the time of a request is not one of its attributes here", time_help),
                _ => continue,
            };
            self.errors.push(mistake(key.at.0, what).help(help));
        }
    }

    fn refuse_twice(&mut self, values: &[(Name, Value)]) {
        for (number, (key, _)) in values.iter().enumerate() {
            if let Some((first, _)) = values[..number].iter().find(|(other, _)| other.text == key.text) {
                let error =
                    mistake(key.at.0, format!("`{}` is given twice", key.text)).related(first.at.0, "first here");
                self.errors.push(error.help("several values are a list: `[\"a\", \"b\"]`"));
            }
        }
    }

    /// A key and its value; `wrong` is the message for a pattern.
    fn value_entry(&mut self, pair: Pair<'_>, wrong: &str) -> Option<(Name, Value)> {
        let entry = self.entry(pair, Spelling::Data);
        Some((entry.key, self.value(entry.value, wrong)?))
    }

    fn value(&mut self, pattern: Pattern, wrong: &str) -> Option<Value> {
        let at = pattern.at;
        let kind = match pattern.kind {
            PatternKind::Literal(literal) => ValueKind::One(literal),
            PatternKind::List(list) => {
                ValueKind::Set(list.into_iter().filter_map(|element| self.element(element, wrong)).collect())
            }
            PatternKind::Map(entries) => ValueKind::Labels(
                entries
                    .into_iter()
                    .filter_map(|entry| match self.element(entry.value, wrong)? {
                        (Literal::Text(text), _) => Some((entry.key, plain(&text))),
                        (_, at) => {
                            self.errors.push(
                                mistake(at.0, "the value of a label is a string").help("write it in double quotes"),
                            );
                            None
                        }
                    })
                    .collect(),
            ),
            _ => return self.no_value(at, wrong),
        };
        Some(Value { kind, at })
    }

    fn element(&mut self, pattern: Pattern, wrong: &str) -> Option<(Literal, At)> {
        match pattern.kind {
            PatternKind::Literal(literal) => Some((literal, pattern.at)),
            _ => self.no_value(pattern.at, wrong),
        }
    }

    fn no_value<T>(&mut self, at: At, wrong: &str) -> Option<T> {
        let error = mistake(at.0, wrong).label("a literal belongs here");
        self.errors.push(error.help("write a string, a number, a list of them, or a map of strings for labels"));
        None
    }
}

fn lost(at: Span) -> Diagnostic {
    mistake(at, "no section says what is tested here").help("begin a section with `token name(…)` or `policy name(…)`")
}

fn plain(text: &Text) -> String {
    text.as_plain().unwrap_or_default().to_owned()
}
