//! Reads `placet.toml`: six keys, and nothing else.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::time_args::read_duration;
use crate::ui::Failure;
use placet::diag::Source;
use placet::span::Span;
use placet::token::audience::Audience;
use placet::visible::excerpt;

/// The settings of a project.
#[derive(Debug)]
pub struct Manifest {
    /// Files that declare vocabularies, and folders of such files.
    pub vocabularies: Vec<Named>,
    /// Policy files, and folders of policy files with their cases.
    pub policies: Vec<Named>,
    /// The keys that mint and verify.
    pub keyring: Option<Named>,
    /// The revocation list that tokens are checked against.
    pub revocations: Option<Named>,
    /// The service that tokens are for.
    pub audience: Option<Audience>,
    /// How far ahead the clock of a minter may be, in ms.
    pub clock_skew: Option<Duration>,
    source: Source,
}

/// A file or folder of the project.
#[derive(Clone, Debug)]
pub struct Named {
    /// Relative to the project's folder, and below it as far as its text tells.
    pub path: PathBuf,
    at: Span,
}

const KEYS: [&str; 6] = ["vocabularies", "policies", "keyring", "revocations", "audience", "clock_skew"];

impl Manifest {
    /// Reads the text of a manifest that messages call `name`.
    ///
    /// # Errors
    /// It is not TOML, has an unknown key, or the value of a key is not what it should be.
    pub fn read(name: &str, text: &str) -> Result<Self, Failure> {
        let source = Source::text(name, text);
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(Span::new(0, 0), |span| Span::new(span.start, span.end));
            failure(&source, at, error.message())
        })?;
        let mut manifest = Self {
            vocabularies: Vec::new(),
            policies: Vec::new(),
            keyring: None,
            revocations: None,
            audience: None,
            clock_skew: None,
            source,
        };
        for (key, value) in table.get_ref() {
            manifest.take(key, value)?;
        }
        Ok(manifest)
    }

    fn take(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) -> Result<(), Failure> {
        match key.get_ref().as_ref() {
            "vocabularies" => self.vocabularies = self.paths(value)?,
            "policies" => self.policies = self.paths(value)?,
            "keyring" => self.keyring = Some(self.path(value)?),
            "revocations" => self.revocations = Some(self.path(value)?),
            "audience" => {
                let audience = Audience::new(self.text(value)?);
                self.audience = Some(audience.map_err(|error| self.failure(value, &error.to_string()))?);
            }
            "clock_skew" => {
                let skew = read_duration(self.text(value)?);
                self.clock_skew = Some(skew.map_err(|error| self.failure(value, &error))?);
            }
            unknown => {
                let found = failure(&self.source, span(key), &format!("unknown key `{}`", excerpt(unknown)));
                return Err(match KEYS.into_iter().find(|known| is_like(unknown, known)) {
                    Some(known) => found.help(format!("did you mean `{known}`?")),
                    None => found.help(format!("the keys are `{}`", KEYS.join("`, `"))),
                });
            }
        }
        Ok(())
    }

    fn text<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, Failure> {
        value.get_ref().as_str().ok_or_else(|| self.failure(value, "expected a string in quotes"))
    }

    fn paths(&self, value: &Value<'_>) -> Result<Vec<Named>, Failure> {
        let list = value.get_ref().as_array();
        let list =
            list.ok_or_else(|| self.failure(value, "expected a list of files and folders, such as `[\"policies\"]`"))?;
        list.iter().map(|value| self.path(value)).collect()
    }

    /// A path whose text does not lead out of the project. Links are checked when it is used.
    fn path(&self, value: &Value<'_>) -> Result<Named, Failure> {
        let path = Path::new(self.text(value)?);
        let is_below = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if path.as_os_str().is_empty() || !path.components().all(is_below) {
            return Err(self.outside(span(value), path));
        }
        Ok(Named { path: path.to_owned(), at: span(value) })
    }

    /// The error that a path leads out of the project through a link.
    #[must_use]
    pub fn leads_outside(&self, named: &Named) -> Failure {
        self.outside(named.at, &named.path)
    }

    /// That a path is one of a pipe or a device, which a command would wait for.
    #[must_use]
    pub fn names_no_file(&self, named: &Named) -> Failure {
        let path = named.path.display().to_string();
        failure(&self.source, named.at, &format!("`{}` is neither a file nor a folder", excerpt(&path)))
    }

    fn outside(&self, at: Span, path: &Path) -> Failure {
        let path = path.display().to_string();
        failure(&self.source, at, &format!("`{}` is not below the project's folder", excerpt(&path)))
            .help("a project can name only files below its own folder; name others on the command line")
    }

    fn failure(&self, value: &Value<'_>, message: &str) -> Failure {
        failure(&self.source, span(value), message)
    }
}

type Value<'v> = Spanned<DeValue<'v>>;

/// Whether a word may be meant as a key: `vocabulary`, `clock-skew`.
fn is_like(word: &str, key: &str) -> bool {
    word.len() < 40 && strsim::damerau_levenshtein(&word.to_lowercase(), key) <= 3
}

fn span<T>(value: &Spanned<T>) -> Span {
    Span::new(value.span().start, value.span().end)
}

/// `placet.toml:3:1: unknown key …`
fn failure(source: &Source, at: Span, message: &str) -> Failure {
    let Source::Text { name, .. } = source else { return Failure::new(message) };
    let (line, column) = source.line_and_column(at).unwrap_or((1, 1));
    Failure::new(format!("{name}:{line}:{column}: {message}"))
}
