//! A finding about a file, for CI: a line that GitHub turns into an annotation, or a result in
//! [SARIF](super::sarif).

use std::fmt::Write as _;

use placet::diag::{Diagnostic, Severity, Source};

/// A finding about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its kind: the code of a diagnostic, or [`CASE`].
    pub rule: &'static str,
    /// The title of the kind.
    pub title: &'static str,
    /// An error, or a warning.
    pub severity: Severity,
    /// The message.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// `None` for standard input, and for findings outside of files.
    pub file: Option<String>,
    /// Where it begins and ends, as line and column from 1, columns in characters; `None` if only
    /// the file is known.
    pub region: Option<[(usize, usize); 2]>,
}

/// The kind of a case that failed.
pub const CASE: &str = "case";

impl Finding {
    /// A diagnostic about a source; `file` is the file of a map, which does not know its own.
    #[must_use]
    pub fn of(diagnostic: &Diagnostic, source: &Source, file: Option<&str>) -> Self {
        let (file, message) = match source {
            Source::Text { name, .. } => (Some(name.as_str()), diagnostic.message.clone()),
            Source::Map { .. } => match source.path(diagnostic.at).filter(|path| !path.is_empty()) {
                Some(path) => (file, format!("{path}: {}", diagnostic.message)),
                None => (file, diagnostic.message.clone()),
            },
        };
        Self {
            rule: diagnostic.code.id(),
            title: diagnostic.code.title(),
            severity: diagnostic.severity(),
            message,
            help: diagnostic.help.clone(),
            file: file.filter(|name| *name != "standard input").map(str::to_owned),
            region: source.region(diagnostic.at),
        }
    }

    /// A line that GitHub turns into an annotation.
    #[must_use]
    pub fn command(&self) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut line = format!("::{word} title={}", property(&format!("{} {}", self.rule, self.title)));
        if let Some(file) = &self.file {
            let _ = write!(line, ",file={}", property(file));
        }
        if let Some([(first, column), (last, end)]) = self.region {
            let _ = write!(line, ",line={first},endLine={last}");
            // Columns are only taken within one line.
            if first == last {
                let _ = write!(line, ",col={column},endColumn={}", end.max(column));
            }
        }
        let help = self.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        let _ = write!(line, "::{}", data(&format!("{}{help}", self.message)));
        line
    }
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in which GitHub's runner finds no command, wherever it comes from: it looks at the
/// beginning of each line, and after `##[` too.
#[must_use]
pub fn without_commands(text: &str) -> String {
    let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    let line =
        |line: &str| if is_command(line) { format!("| {}", line.replace("##[", "## [")) } else { line.to_owned() };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(message: &str, file: &str) -> Finding {
        Finding {
            rule: "E0101",
            title: "a title",
            severity: Severity::Error,
            message: message.to_owned(),
            help: Some("the way\nout".to_owned()),
            file: Some(file.to_owned()),
            region: Some([(3, 5), (3, 9)]),
        }
    }

    #[test]
    fn an_annotation_is_one_line_whatever_it_quotes() {
        let line = finding("100 %\r\n::error::no", "a,b:c.placet").command();
        assert_eq!(
            line,
            "::error title=E0101 a title,file=a%2Cb%3Ac.placet,line=3,endLine=3,col=5,endColumn=9::\
             100 %25%0D%0A::error::no%0Ahelp: the way%0Aout"
        );
    }

    #[test]
    fn text_for_people_holds_no_command() {
        for text in ["::error::x", "  ::add-mask::x", "a\n::stop-commands::x", "##[error]x"] {
            let safe = without_commands(text);
            assert!(safe.lines().all(|line| !line.trim_start().starts_with("::") && !line.contains("##[")), "{safe}");
        }
        assert_eq!(without_commands("a :: b\nc"), "a :: b\nc");
    }
}
