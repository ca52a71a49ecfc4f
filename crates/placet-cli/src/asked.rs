//! The request that `eval` and `explain` decide, with the target of an HTTP request in it.

use std::path::Path;

use super::inputs;
use super::spelled::Written;
use super::ui::Failure;
use placet::diag::Diagnostic;
use placet::model::target::Target;
use placet::syntax::map::{from_json_text, said};

/// The request, and its target.
#[derive(clap::Args, Debug)]
pub struct Asked {
    /// The request, such as `get { cache: "acorns" }` or `{"action": "get", "cache": "acorns"}`;
    /// `@FILE` reads it from a file, `-` from standard input
    #[arg(long, value_name = "REQUEST", required = true)]
    request: Option<String>,

    /// The target of an HTTP request, such as `/a%20b?x=1`: the part before `?` becomes `path`,
    /// decoded once
    ///
    /// A target that is not canonical after decoding is refused, as a service must refuse it. The
    /// query is not read: give its parameters, decoded, as `query` of the request.
    #[arg(long, value_name = "TARGET")]
    request_target: Option<String>,
}

/// Why there is no request to decide.
#[derive(Debug)]
pub struct RequestInputError {
    /// The message.
    pub message: String,
    /// The way out.
    pub help: Option<&'static str>,
    /// Whether the target of an HTTP request is wrong: a service refuses it, and the command line
    /// itself is in order.
    pub is_target: bool,
}

impl RequestInputError {
    /// With the way out.
    pub fn of(message: impl Into<String>, help: &'static str) -> Self {
        Self { message: message.into(), help: Some(help), is_target: false }
    }
}

impl Asked {
    /// The request; the inner error says why it cannot be read.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn one(&self) -> Result<Result<Written, RequestInputError>, Failure> {
        let request = request(self.given()?)?;
        Ok(match &self.request_target {
            Some(target) => request.and_then(|request| with_target(request, target)),
            None => request,
        })
    }

    /// The value of `--request`.
    ///
    /// # Errors
    /// Nothing was given.
    pub fn given(&self) -> Result<&str, Failure> {
        self.request.as_deref().ok_or_else(|| Failure::new("no request is given").help(NOTATIONS))
    }
}

const NOTATIONS: &str =
    "write `--request 'get { cache: \"acorns\" }'`, JSON, or `@FILE` for a file that holds one of the two";

/// Reads the value of `--request` in either notation; the inner error says why it cannot be read.
///
/// # Errors
/// The file cannot be read.
pub fn request(given: &str) -> Result<Result<Written, RequestInputError>, Failure> {
    Ok(read(&text(given)?, 1))
}

/// The text of a request: given as it is, in a file (`@FILE` or its name), or on standard input.
fn text(given: &str) -> Result<String, Failure> {
    match given.strip_prefix('@') {
        Some(file) => inputs::text(Path::new(file)),
        None => inputs::text_or_file(given, is_request, NOTATIONS),
    }
}

/// Whether a text is a request and not the name of a file: it has braces, or is an action alone.
fn is_request(text: &str) -> bool {
    text.contains('{') || is_word(text.trim())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|part| part.is_ascii_alphanumeric() || part == '_')
}

/// Reads a request in either notation. `line` is the number of the text's first line.
///
/// # Errors
/// It is in neither.
pub fn read(text: &str, line: usize) -> Result<Written, RequestInputError> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        let help =
            "JSON has its keys in quotes: `{\"action\": \"get\"}`; without them, begin with the action: `get { … }`";
        let json = from_json_text(text).map_err(|found| RequestInputError::of(said(text, &found, line), help))?;
        return Ok(Written::Json(json));
    }
    let help = "a request is written `get { cache: \"acorns\" }` or `{\"action\": \"get\", \"cache\": \"acorns\"}`";
    let first = |found: &[Diagnostic]| found.first().map(|found| said(text, found, line)).unwrap_or_default();
    // An action alone is a request without attributes.
    let whole = if is_word(text.trim()) { format!("{} {{}}", text.trim()) } else { text.trim_end().to_owned() };
    Written::parse(&whole).map_err(|found| RequestInputError::of(first(&found), help))
}

fn with_target(request: Written, target: &str) -> Result<Written, RequestInputError> {
    let mut request = request.into_json();
    let twice = "leave `path` or `--request-target` out";
    let attributes = request.as_object_mut().ok_or_else(|| RequestInputError::of("a request is a map", NOTATIONS))?;
    if attributes.get("path").is_some_and(|path| !path.is_null()) {
        return Err(RequestInputError::of("the request has a `path`, and `--request-target` gives another one", twice));
    }
    let mut buffer = vec![0; target.len()];
    let read = Target::read(target, &mut buffer).map_err(|why| {
        let message = format!("the request target is not a path: {why}");
        RequestInputError { message, help: None, is_target: true }
    })?;
    attributes.insert("path".to_owned(), read.path.as_str().into());
    Ok(Written::Json(request))
}
