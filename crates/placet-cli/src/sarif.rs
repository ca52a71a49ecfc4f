//! Findings as a SARIF document: version 2.1.0 of the static analysis results interchange format
//! (OASIS).

use serde_json::{Value as Json, json};

use super::finding::Finding;
use placet::diag::Severity;

/// The document of one run. `failure` is why the command could not do its work.
#[must_use]
pub fn document(findings: &[Finding], failure: Option<&str>) -> Json {
    let mut rules: Vec<(&str, &Finding)> = Vec::new();
    for finding in findings {
        if !rules.iter().any(|(id, _)| *id == finding.rule) {
            rules.push((finding.rule, finding));
        }
    }
    let number = |finding: &Finding| rules.iter().position(|(id, _)| *id == finding.rule);
    let results: Vec<_> = findings.iter().map(|finding| result(finding, number(finding))).collect();
    let notes: Vec<_> =
        failure.map(|message| json!({ "level": "error", "message": { "text": message } })).into_iter().collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "placet",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|(_, finding)| rule(finding)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": failure.is_none(), "toolExecutionNotifications": notes }],
            "results": results,
        }],
    })
}

fn rule(finding: &Finding) -> Json {
    json!({
        "id": finding.rule,
        "shortDescription": { "text": finding.title },
        "defaultConfiguration": { "level": level(finding.severity) },
    })
}

fn result(finding: &Finding, rule: Option<usize>) -> Json {
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let locations: Vec<_> = finding.file.iter().map(|file| location(file, finding.region)).collect();
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": format!("{}{help}", finding.message) },
        "locations": locations,
    })
}

fn location(file: &str, region: Option<[(usize, usize); 2]>) -> Json {
    let mut place = json!({ "artifactLocation": { "uri": uri(file) } });
    if let Some([(line, column), (end, end_column)]) = region {
        place["region"] = json!({ "startLine": line, "startColumn": column, "endLine": end, "endColumn": end_column });
    }
    json!({ "physicalLocation": place })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A path as a relative reference (RFC 3986), with `/` between its parts.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches("./").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_reference_that_no_reader_takes_for_another() {
        assert_eq!(uri("./policies/a b.placet"), "policies/a%20b.placet");
        assert_eq!(uri("a:b?c#d%.placet"), "a%3Ab%3Fc%23d%25.placet");
        assert_eq!(uri("/tmp/é"), "file:///tmp/%C3%A9");
    }
}
