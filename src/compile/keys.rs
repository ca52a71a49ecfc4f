//! Public keys with their arguments: the holder of a token, and those who approve a request.

use super::Lowering;
use super::arguments::Argument;
use super::error::TemplateError;
use crate::check::tree::{Approver, Constant, Quorum};
use crate::limits::APPROVERS;
use crate::program;
use placet_core::model::types::Scalar;
use placet_core::token::keys::PublicKey;

impl Lowering<'_> {
    /// The key of `holder`.
    pub(super) fn holder(&self) -> Result<Option<PublicKey>, TemplateError> {
        let holder = self.template.holder.as_ref().map(|holder| match self.term(holder, Scalar::String)? {
            Constant::String(text) => key("holder", &text),
            _ => Err(TemplateError::Mistyped { wanted: Scalar::String }),
        });
        holder.transpose()
    }

    /// Each key once, ascending: the verifier refuses any other order.
    pub(super) fn quorum(&self, quorum: &Quorum) -> Result<program::Quorum, TemplateError> {
        let mut keys = Vec::with_capacity(quorum.keys.len());
        for approver in &quorum.keys {
            match approver {
                Approver::Key(key) => keys.push(*key),
                Approver::Parameter(number) => {
                    let name = self.name(*number);
                    for text in self.texts(*number)? {
                        keys.push(*key(name, &text)?.as_bytes());
                    }
                }
            }
        }
        keys.sort_unstable();
        keys.dedup();
        if keys.len() < quorum.needed || keys.len() > APPROVERS {
            return Err(TemplateError::Quorum { needed: quorum.needed, keys: keys.len() });
        }
        Ok(program::Quorum { needed: quorum.needed, keys })
    }

    /// The texts of a parameter that is a string or a set of strings.
    fn texts(&self, number: crate::check::tree::ArgumentNo) -> Result<Vec<String>, TemplateError> {
        let constants = match self.argument(number)? {
            Argument::One(constant) => std::slice::from_ref(constant),
            Argument::Set(elements) => elements,
            Argument::Network(_) => return Err(TemplateError::Mistyped { wanted: Scalar::String }),
        };
        let text = |constant: &Constant| match constant {
            Constant::String(text) => Ok(text.clone()),
            _ => Err(TemplateError::Mistyped { wanted: Scalar::String }),
        };
        constants.iter().map(text).collect()
    }
}

fn key(name: &str, text: &str) -> Result<PublicKey, TemplateError> {
    PublicKey::parse(text).map_err(|why| TemplateError::NotAKey { name: name.to_owned(), why })
}
