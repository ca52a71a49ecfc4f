//! The request that `eval` and `explain` are asked about, with the target of an HTTP request in it.

use serde_json::Value as Json;

use super::deciding::request;
use super::ui::Failure;
use crate::model::target::Target;

/// The request, and its target.
#[derive(clap::Args, Debug)]
pub struct Asked {
    /// The request: JSON, a file that holds it, or `-` for standard input
    #[arg(long, value_name = "JSON|FILE")]
    pub request: String,

    /// The target of an HTTP request, such as `/a%20b?x=1`: the part before `?` becomes `path`, decoded once
    ///
    /// A target that is not canonical once it is decoded is refused, as a service has to refuse it. The query is not read:
    /// give its parameters, decoded, as `query` of the request.
    #[arg(long, value_name = "TARGET")]
    pub request_target: Option<String>,
}

impl Asked {
    /// The one request; inside is why it is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn one(&self) -> Result<Result<Json, String>, Failure> {
        let request = request(&self.request)?;
        Ok(match &self.request_target {
            Some(target) => request.and_then(|request| with_target(request, target)),
            None => request,
        })
    }
}

fn with_target(mut request: Json, target: &str) -> Result<Json, String> {
    let attributes = request.as_object_mut().ok_or("a request is a map")?;
    if attributes.get("path").is_some_and(|path| !path.is_null()) {
        return Err("the request has a `path`, and `--request-target` gives another one".to_owned());
    }
    let mut buffer = vec![0; target.len()];
    let read = Target::read(target, &mut buffer).map_err(|why| format!("the request target is not a path: {why}"))?;
    attributes.insert("path".to_owned(), read.path.as_str().into());
    Ok(request)
}
