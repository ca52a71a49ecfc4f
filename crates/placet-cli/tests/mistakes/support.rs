//! What the tests here share: a document from text, and a service that holds a policy.

use crate::token_workshop::NOW;
use placet::authorize::{Authorizer, Policy};
use placet::check::library::Library;
use placet::compile::Compiled;
use placet::compile::arguments::{Argument, Arguments};
use placet::compile::error::TemplateError;
use placet::diag::code::Code;
use placet::document::mint::policy;
use placet::document::{Document, Report};
use placet::model::path::ResourcePath;
use placet::model::request::Request;
use placet::model::types::{Scalar, Type};
use placet::model::value::Value;
use placet::model::vocabulary::Vocabulary;
use placet::token::keyring::Keyring;

pub fn read(text: &str) -> Result<Document, Report> {
    Document::from_text("test.placet", text, Library::built_in())
}

pub fn document(text: &str) -> Document {
    read(text).unwrap_or_else(|report| panic!("{:?}", report.diagnostics))
}

/// The codes of what is wrong with a text.
pub fn codes(text: &str) -> Vec<Code> {
    read(text).err().map_or_else(Vec::new, |report| report.diagnostics.iter().map(|found| found.code).collect())
}

pub fn compiled<'a>(document: &Document, arguments: impl IntoIterator<Item = (&'a str, Argument)>) -> Compiled {
    let template = &document.templates()[0];
    let arguments = Arguments::new(&template.parameters, arguments).unwrap();
    document.compile(template.kind, None, &arguments).unwrap_or_else(|error| panic!("{error:?}"))
}

/// A service that holds the first block of the text, a policy.
pub struct Service {
    pub document: Document,
    pub policies: Vec<Policy>,
}

impl Service {
    pub fn new(text: &str) -> Self {
        Self::with(text, [])
    }

    pub fn with<'a>(text: &str, arguments: impl IntoIterator<Item = (&'a str, Argument)>) -> Self {
        let document = document(text);
        let compiled = compiled(&document, arguments);
        let policies = vec![policy("test", &compiled, document.vocabulary()).unwrap()];
        Self { document, policies }
    }

    pub fn decides(&self, action: &str, values: &[(&str, Value<'_>)]) -> &'static str {
        let keyring = Keyring::new();
        let mut request = Request::named(self.document.vocabulary(), action, NOW).unwrap();
        for (name, value) in values {
            request.set_named(name, *value).unwrap();
        }
        let authorizer = Authorizer::new(&keyring, self.document.vocabulary()).with_policies(&self.policies);
        authorizer.decide_alone(&request).word()
    }
}

pub fn path(text: &str) -> Value<'_> {
    Value::Path(ResourcePath::new(text).unwrap())
}

pub fn ip(text: &str) -> Value<'_> {
    Value::from(text.parse::<std::net::IpAddr>().unwrap())
}

/// A vocabulary whose attributes have these names, in this order.
pub fn vocabulary(attributes: [&str; 2]) -> Vocabulary {
    let builder = Vocabulary::builder("order", 1);
    let add = |builder: placet::model::vocabulary::Builder, name: &str| {
        builder.attribute(name, Type::One(Scalar::String), true).unwrap()
    };
    attributes.into_iter().fold(builder, add).action("get").unwrap().build()
}

pub const SHELF: &str =
    "vocabulary shelf 1 { name: string optional, blob: bytes optional, folder: path optional action get }";

/// What keeps a policy with these arguments from being compiled.
pub fn refusals(text: &str, arguments: &[(&str, Argument)]) -> Vec<TemplateError> {
    let document = document(text);
    let template = &document.templates()[0];
    let arguments = Arguments::new(&template.parameters, arguments.iter().cloned()).unwrap();
    let compiled = placet::compile::compile(template, document.vocabulary(), &arguments);
    compiled.err().unwrap_or_default().into_iter().map(|error| error.cause).collect()
}
