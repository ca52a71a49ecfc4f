//! The values that Worf keeps from one run to the next, in `.FILE.worf` beside the configuration
//! `FILE`.

use std::path::{Path, PathBuf};

use super::{properties, uuid};
use crate::java_compat::uuid_to_text;

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
    /// The path of a configuration's defaults.
    #[must_use]
    pub fn path(config: &Path) -> Option<PathBuf> {
        let name = config.file_name()?.to_str()?;
        Some(config.with_file_name(format!(".{name}.worf")))
    }

    /// Reads the file, which is a Java properties file. Unknown lines are ignored.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let pairs = properties::read(bytes);
        let value = |name: &str| {
            let found = pairs.iter().rev().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
        };
        Self {
            application: value(APPLICATION).map(str::to_owned),
            producer: value(PRODUCER).and_then(|text| uuid(text).ok()),
            owner: value(OWNER).and_then(|text| uuid(text).ok()),
        }
    }

    /// The text of the file.
    #[must_use]
    pub fn write(&self) -> String {
        let pairs = [
            (APPLICATION, self.application.clone()),
            (PRODUCER, self.producer.as_ref().map(uuid_to_text)),
            (OWNER, self.owner.as_ref().map(uuid_to_text)),
        ];
        let pairs: Vec<_> = pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        properties::write(&pairs)
    }
}

const APPLICATION: &str = "option.default.a";
const PRODUCER: &str = "option.default.puid";
const OWNER: &str = "option.default.ouid";
