//! What Worf remembers from one run to the next, in `.FILE.worf` beside the configuration `FILE`.

use std::path::{Path, PathBuf};

use super::order::Order;
use super::{plain, uuid};
use crate::compat::warp10::java::uuid_to_text;

/// `option.default.a`, `.puid` and `.ouid`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The application.
    pub application: Option<String>,
    /// The producer.
    pub producer: Option<[u8; 16]>,
    /// The owner.
    pub owner: Option<[u8; 16]>,
}

impl Defaults {
    /// Where those of a configuration are.
    #[must_use]
    pub fn path(config: &Path) -> Option<PathBuf> {
        let name = config.file_name()?.to_str()?;
        Some(config.with_file_name(format!(".{name}.worf")))
    }

    /// Reads the file. What is not understood is as if it were not there.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let value = |name: &str| {
            let mut lines = text.lines().rev().filter_map(|line| line.split_once('='));
            lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
        };
        Self {
            application: value("option.default.a").and_then(|text| plain(text).ok()),
            producer: value("option.default.puid").and_then(|text| uuid(text).ok()),
            owner: value("option.default.ouid").and_then(|text| uuid(text).ok()),
        }
    }

    /// What an order leaves to later ones.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        Self { application: Some(order.application.clone()), producer: Some(order.producer), owner: Some(order.owner) }
    }

    /// The text of the file.
    #[must_use]
    pub fn write(&self) -> String {
        let escaped =
            |text: &str| text.replace('%', "%25").replace('=', "%3D").replace('\n', "%0A").replace('\r', "%0D");
        let lines = [
            ("a", self.application.as_deref().map(escaped)),
            ("puid", self.producer.as_ref().map(uuid_to_text)),
            ("ouid", self.owner.as_ref().map(uuid_to_text)),
        ];
        let line = |(name, value): (&str, Option<String>)| Some(format!("option.default.{name} = {}\n", value?));
        lines.into_iter().filter_map(line).collect()
    }
}
