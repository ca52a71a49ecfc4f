//! The files of tables, in the folder of the policy that a command reads.

use std::path::{Path, PathBuf};

use crate::inputs;
use placet::check::table_files::TableFiles;

/// The folder of a policy. A policy on standard input has none.
#[derive(Debug)]
pub struct Beside(PathBuf);

impl Beside {
    /// The folder of a policy file.
    #[must_use]
    pub fn of(policy: &Path) -> Option<Self> {
        (policy != Path::new("-")).then(|| Self(policy.parent().map(Path::to_owned).unwrap_or_default()))
    }
}

impl TableFiles for Beside {
    fn read(&self, name: &str) -> Result<String, String> {
        inputs::table(&self.0.join(name)).map_err(|failure| failure.to_string())
    }
}
