//! The files of tables, in the folder of a policy.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::check::table_files::TableFiles;
use crate::limits::TABLE_FILE_BYTES;

/// Reads the files of tables from a folder: that of the policy whose tables they are.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder of a policy file.
    #[must_use]
    pub fn of(policy: &Path) -> Self {
        Self(policy.parent().map(Path::to_owned).unwrap_or_default())
    }
}

impl TableFiles for Folder {
    fn read(&self, name: &str) -> Result<String, String> {
        let mut text = String::new();
        let end = TABLE_FILE_BYTES as u64 + 1;
        let read = File::open(self.0.join(name)).and_then(|file| file.take(end).read_to_string(&mut text));
        read.map(|_| text).map_err(|error| error.to_string())
    }
}
