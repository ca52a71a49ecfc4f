//! Findings: a broken promise, or a request on which two policies or another program disagree; with
//! the smallest request that shows it, the explanation of the verdict, and a case to paste.

use serde::Serialize;
use serde_json::Value as Json;

use super::oracle::Answer;
use super::target::Target;
use placet::check::tree::{ArgumentNo, Parameter, PromiseKind};
use placet::compile::arguments::{Argument, Arguments};
use placet::explain::Explanation;
use placet::model::owned::TimedRequest;
use placet::model::time::Time;
use placet::program::literal::{self, quoted};
use placet::syntax::ast::BlockKind;
use placet::visible::{self, escaped};

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The kind of finding.
    #[serde(flatten)]
    pub kind: FindingKind,
    /// The smallest request that shows it, with its time.
    pub request: Json,
    /// Its time.
    #[serde(skip)]
    pub time: Time,
    /// The actual verdict.
    pub verdict: &'static str,
    /// The expected verdict: the promise's word, the other policy's verdict, or the other
    /// program's.
    pub expected: &'static str,
    /// The explanation of the verdict; none if the request does not fit the vocabulary.
    pub explanation: Option<Explanation>,
    /// The other policy's explanation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Explanation>,
    /// A case for a `.cases` file. It fails as long as the finding exists.
    pub case: String,
}

/// The kind of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum FindingKind {
    /// The block breaks one of its promises.
    Promise {
        /// `never { path: "/**/.admin/**" }`
        promise: String,
        /// Its line, if it has one.
        line: Option<usize>,
    },
    /// The policy allows a request that the other one does not.
    Wider,
    /// The policy does not allow a request that the other one does.
    Narrower,
    /// The verdict differs from that of the block's own program: a defect of Placet.
    Disagreement,
    /// The other program answers differently.
    Oracle {
        /// Its word.
        answer: &'static str,
    },
}

impl FindingKind {
    /// Its place in a report.
    pub(super) fn rank(&self) -> (u8, usize) {
        match self {
            Self::Promise { line, .. } => (0, line.unwrap_or_default()),
            Self::Wider => (1, 0),
            Self::Narrower => (2, 0),
            Self::Oracle { .. } => (3, 0),
            Self::Disagreement => (4, 0),
        }
    }
}

/// The identity of a finding, to recognise duplicates: its kind, and the deciding rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Promise { number: usize, rule: Option<u16> },
    Differs { wider: bool, rule: Option<u16>, other: Option<u16> },
    Disagreement,
    Oracle { answer: Answer, word: &'static str, rule: Option<u16> },
}

impl Key {
    /// The finding in the words of the target's source.
    pub(super) fn kind(&self, target: &Target) -> FindingKind {
        match self {
            Self::Promise { number, .. } => {
                let (line, promise) = target.block().promise(*number);
                FindingKind::Promise { promise, line }
            }
            Self::Differs { wider: true, .. } => FindingKind::Wider,
            Self::Differs { wider: false, .. } => FindingKind::Narrower,
            Self::Disagreement => FindingKind::Disagreement,
            Self::Oracle { answer, .. } => FindingKind::Oracle { answer: answer.word() },
        }
    }

    /// The expected verdict; `other` is the other policy's.
    pub(super) fn expected(&self, target: &Target, other: Option<&'static str>) -> &'static str {
        match self {
            Self::Promise { number, .. } => match target.block().promises().all().get(*number).map(|it| it.kind) {
                Some(PromiseKind::Always) => "allow",
                // The repair determines which kind of no it will be; a case with the other kind
                // says so when it fails.
                Some(PromiseKind::Never) | None => "not_permitted",
            },
            Self::Differs { wider, .. } => other.unwrap_or(if *wider { "not_permitted" } else { "allow" }),
            Self::Oracle { answer: Answer::Deny, .. } | Self::Disagreement => "not_permitted",
            Self::Oracle { answer, .. } => answer.word(),
        }
    }

    /// The text after `because`.
    fn because(&self, target: &Target) -> String {
        match self {
            Self::Promise { number, .. } => target.block().promise(*number).1,
            Self::Differs { wider: true, .. } => "allowed here, and not by the other policy".to_owned(),
            Self::Differs { wider: false, .. } => "allowed by the other policy, and not here".to_owned(),
            Self::Disagreement => "the block's own program decides otherwise".to_owned(),
            Self::Oracle { answer, .. } => format!("the other program says {}", answer.word()),
        }
    }

    /// The case, with the section that contains it.
    pub(super) fn case(&self, target: &Target, expected: &str, request: &str, time: Time) -> String {
        let because = quoted(&self.because(target));
        format!(
            "{}\n\nat {}\n{expected}  {request} because {because}\n",
            section(target),
            literal::time_or_number(time.as_millis())
        )
    }
}

/// `GET { path: "/a" }`
pub(super) fn request(target: &Target, sample: &TimedRequest) -> String {
    literal::request(&sample.request, target.vocabulary())
}

/// `GET { path: "/a/../b" }`, from JSON that is not a request.
#[must_use]
pub fn unread(json: &Json) -> String {
    let (Some(object), Some(action)) = (json.as_object(), json["action"].as_str()) else {
        return visible::json(&json.to_string()).into_owned();
    };
    let entries = object.iter().filter(|(name, _)| !matches!(name.as_str(), "action" | "time"));
    let entries: Vec<_> =
        entries.map(|(name, value)| format!("{}: {}", escaped(name), visible::json(&value.to_string()))).collect();
    format!("{} {{ {} }}", escaped(action), entries.join(", "))
}

/// `token session(user: "42")`. A restriction is shown below the token to which it is added.
fn section(target: &Target) -> String {
    let block = target.block();
    let template = block.template();
    let arguments = block.arguments().map(|arguments| call(&template.parameters, arguments)).unwrap_or_default();
    match template.kind {
        BlockKind::Token | BlockKind::Policy => format!("{} {}{arguments}", template.kind.word(), template.name),
        BlockKind::Restriction => {
            format!("// below the token to which it is added\nrestrict {}{arguments}", template.name)
        }
    }
}

/// `(user: "42")`
fn call(parameters: &[Parameter], arguments: &Arguments) -> String {
    let shown = parameters.iter().enumerate().filter_map(|(number, parameter)| {
        let value = match arguments.get(ArgumentNo(number))? {
            Argument::One(constant) => literal::value(constant),
            Argument::Network(network) => literal::network_text(*network),
            Argument::Set(elements) => {
                format!("[{}]", elements.iter().map(literal::value).collect::<Vec<_>>().join(", "))
            }
        };
        Some(format!("{}: {value}", parameter.name))
    });
    format!("({})", shown.collect::<Vec<_>>().join(", "))
}
