//! What the tests of the checker share: check a text, and say what is expected of the findings.

use placet::check::tree::{Checked, Template};
use placet::check::{check_parsed, library::Library};
use placet::diag::Diagnostic;
use placet::syntax::parse;

/// A text and what was found.
pub struct Found {
    source: String,
    checked: Option<Checked>,
    diagnostics: Vec<Diagnostic>,
}

/// Checks a text with the vocabularies that come with Placet.
pub fn check(source: &str) -> Found {
    let outcome = check_parsed(&parse::parse_partly(source), Library::built_in());
    Found { source: source.to_owned(), checked: outcome.checked, diagnostics: outcome.diagnostics }
}

/// Checks the rules of a policy on requests over HTTP.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub fn http(rules: &str) -> Found {
    check(&format!("use http\npolicy p {{ {rules} }}"))
}

/// Checks a token for a cache.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub fn momento(body: &str) -> Found {
    check(&format!("use momento\ntoken t {{ {body}\n ttl: 5m }}"))
}

#[allow(dead_code, reason = "each test binary uses what it needs")]
impl Found {
    /// There is one finding, with this code, underlined text, message and help.
    #[track_caller]
    pub fn says(&self, code: &str, underlined: &str, message: &str, help: &str) {
        let found: Vec<_> = self.diagnostics.iter().map(|found| self.summary(found)).collect();
        let expected = (code.to_owned(), underlined.to_owned(), message.to_owned(), help.to_owned());
        assert_eq!(found, [expected], "\n{}", self.source);
    }

    /// There is one finding, with this help.
    #[track_caller]
    pub fn helps(&self, help: &str) {
        let found: Vec<_> = self.diagnostics.iter().map(|found| found.help.as_deref().unwrap_or_default()).collect();
        assert_eq!(found, [help], "\n{}", self.source);
    }

    /// These codes are found at these texts, in the order of the source.
    #[track_caller]
    pub fn finds(&self, expected: &[(&str, &str)]) {
        let found: Vec<_> = self.diagnostics.iter().map(|d| (d.code.id(), d.at.of(&self.source))).collect();
        assert_eq!(found, expected, "\n{}\n{:#?}", self.source, self.diagnostics);
    }

    /// This code is found with this message, beside whatever else.
    #[track_caller]
    pub fn includes(&self, code: &str, message: &str) {
        let found = self.diagnostics.iter().any(|found| found.code.id() == code && found.message == message);
        assert!(found, "\n{}\n{:#?}", self.source, self.diagnostics);
    }

    /// Nothing is found; the first block is handed out.
    #[track_caller]
    pub fn is_good(&self) -> &Template {
        self.finds(&[]);
        self.template()
    }

    /// The first block, whatever the warnings.
    #[track_caller]
    pub fn template(&self) -> &Template {
        let checked = self.checked.as_ref().unwrap_or_else(|| panic!("{}\n{:#?}", self.source, self.diagnostics));
        &checked.templates[0]
    }

    /// Whether there is a checked tree.
    pub fn is_refused(&self) -> bool {
        self.checked.is_none()
    }

    fn summary(&self, found: &Diagnostic) -> (String, String, String, String) {
        let underlined = found.at.of(&self.source).to_owned();
        (found.code.id().to_owned(), underlined, found.message.clone(), found.help.clone().unwrap_or_default())
    }
}
