//! `EXPLAIN`: the verdict, and why.

use super::Host;
use super::error::HostError;
use super::value::Value;

impl Host {
    pub(super) fn explain(&self, who: &Value, request: &Value) -> Result<Value, HostError> {
        self.authorize(who, request)
    }
}
