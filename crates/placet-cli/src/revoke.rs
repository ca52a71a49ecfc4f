//! `placet revoke`: keeps a revocation list, by token, by id, or by key and age.

use core::time::Duration;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::inputs;
use super::outputs::{Existing, LockedFile, Output, Secrecy};
use super::project::Project;
use super::project::vocabularies::library;
use super::time_args::{amount, read_duration, read_time, show};
use super::tokens::{self, UNKNOWN_VOCABULARY};
use super::trust::read_audience;
use super::ui::{Exit, Failure, Outcome, Ui, plural};
use placet::check::library::Library;
use placet::model::time::{Time, millis};
use placet::model::verdict::Refusal;
use placet::token::audience::Audience;
use placet::token::envelope::Token;
use placet::token::header::{KeyId, KeyName, RevocationId};
use placet::token::keyring::Keyring;
use placet::token::revocation::{RevocationList, Revocations};
use placet::token::signer::Minter;
use placet::token::verify::{Scratch, Verifier};

/// Adds to a revocation list.
///
/// The list is a text file that you can read, comment and edit; services read its binary snapshot.
/// Each change marks the list as issued now: services refuse a list that is older than its max-age,
/// so renew it before then, with `--renew` if nothing else changes. The first revocation begins a
/// list that does not exist, and so does `--new`; renewing or copying a missing list is an error,
/// since that would lift all revocations.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  placet revoke token.txt --keyring service.keys --list revoked.txt
  placet revoke --id 00112233445566778899aabbccddeeff --list revoked.txt
  placet revoke --key 0a1b2c3d --keyring service.keys --before 2026-11-21T10:00:00Z --list revoked.txt
  placet revoke --new --list revoked.txt
  placet revoke --renew --list revoked.txt --snapshot revoked.bin
  placet revoke --renew --list revoked.txt --snapshot revoked.bin --sign --keyring service.keys")]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub struct Args {
    /// The token to revoke, with all tokens attenuated from it: a file that holds it, or `-`
    #[arg(group = "what")]
    token: Option<String>,

    /// The keyring that verifies the token, names `--key` and signs, instead of the project's
    #[arg(long, value_name = "FILE")]
    keyring: Option<PathBuf>,

    /// The audience that the token and a signed list are for, as `mint --audience` names it
    #[arg(long, value_name = "NAME", value_parser = read_audience)]
    audience: Option<Audience>,

    /// Revoke from this restriction of the token on, not the whole token; 1 is the first
    #[arg(long, value_name = "NUMBER", requires = "token", default_value_t = 0)]
    block: usize,

    /// A file that declares the vocabulary of the token, if it is neither built in nor the
    /// project's; may be given several times
    #[arg(long = "vocabulary", value_name = "FILE", requires = "token")]
    vocabularies: Vec<PathBuf>,

    /// A revocation id, as `inspect` shows it; may be given several times
    #[arg(long, value_name = "ID", group = "what", value_parser = read_id)]
    id: Vec<RevocationId>,

    /// Revoke all tokens of this key that are older than `--before`: its name as `keygen` shows it,
    /// or its id with `--keyring`. Remove a stolen key from the keyrings instead: a thief can write
    /// any date into a token
    #[arg(long, value_name = "KEY", group = "what", requires = "before", value_parser = read_key)]
    key: Option<GivenKey>,

    /// The time before which tokens of `--key` are revoked
    #[arg(long, value_name = "TIME", requires = "key", value_parser = read_time)]
    before: Option<Time>,

    /// Begin an empty list; the file must not exist yet
    #[arg(long, group = "what")]
    new: bool,

    /// Mark the list as issued now and change nothing else
    #[arg(long, group = "what")]
    renew: bool,

    /// Write the list in the binary form that services read; `-` is standard output
    #[arg(long, value_name = "FILE", group = "what")]
    snapshot: Option<PathBuf>,

    /// Sign the snapshot with the `mint` key of the keyring, for verifiers that require it
    #[arg(long, requires = "snapshot")]
    sign: bool,

    /// The list, instead of the project's; a revocation begins it if it does not exist
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,

    /// How long after it was issued the list may be used; a new list gets one day
    #[arg(long, value_name = "DURATION", value_parser = read_duration)]
    max_age: Option<Duration>,

    /// The time to write into the list, instead of now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    now: Option<Time>,
}

fn read_id(text: &str) -> Result<RevocationId, String> {
    RevocationId::parse(&text.to_ascii_lowercase())
        .ok_or_else(|| "a revocation id has 32 hexadecimal digits".to_owned())
}

/// A key as it was given.
#[derive(Clone, Copy, Debug)]
enum GivenKey {
    Name(KeyName),
    Id(KeyId),
}

fn read_key(text: &str) -> Result<GivenKey, String> {
    let text = text.to_ascii_lowercase();
    let given = KeyName::parse(&text).map(GivenKey::Name).or_else(|| KeyId::parse(&text).map(GivenKey::Id));
    given.ok_or_else(|| {
        "write the name that `keygen` shows, such as `local:` and 32 hexadecimal digits, or an id of 8 digits"
            .to_owned()
    })
}

/// # Errors
/// A file cannot be read or written, or is not what it should be.
pub fn run(args: Args, ui: &Ui) -> Outcome {
    let args = args.or_of(Project::of(None)?.as_ref())?;
    let path = args.list()?;
    let now = inputs::clock(args.now)?;
    let keyring = args.keyring.as_deref().map(|path| inputs::keyring(ui, path)).transpose()?;
    // Before the lock is taken: standard input may take its time.
    let token = args.token.as_deref().map(|given| tokens::read(ui, given)).transpose()?;
    if token.as_ref().is_some_and(Option::is_none) {
        return Ok(Exit::No);
    }
    // Held until the snapshot is written too: an older list must not overwrite a newer snapshot.
    let file = LockedFile::open(path)?;
    let snapshot = args.snapshot.as_deref().map(Output::open).transpose()?;
    let mut draft = Draft::read(&file, &args, now)?;
    let mut said = Vec::new();
    if let Some(token) = token.flatten() {
        let keyring = wanted(keyring.as_ref(), "revoking a token")?;
        let Some(library) = library(ui, &args.vocabularies, None)? else { return Ok(Exit::CouldNot) };
        // A forged token would revoke something else. The content and the age of a genuine one do
        // not matter.
        match authenticated_ids(&token, keyring, args.audience.unwrap_or_default(), &library) {
            Ok(ids) => {
                let what = describe(&token, args.block);
                let id = id_of(&ids, args.block)?;
                draft.revoke(id, Some(&format!("{what}, revoked at {}", show(now))), &mut said);
            }
            Err(refusal) => {
                let exit = ui.refused(refusal);
                if refusal == Refusal::UnknownVocabulary && !ui.is_json() {
                    ui.note(format_args!("  help: {UNKNOWN_VOCABULARY}"));
                }
                return Ok(exit);
            }
        }
    }
    args.id.iter().for_each(|id| draft.revoke(*id, None, &mut said));
    if let (Some(key), Some(before)) = (args.key, args.before) {
        draft.revoke_key(named(key, keyring.as_ref())?, before, &mut said);
    }
    let changed = args.renew || args.max_age.is_some() || !said.is_empty() || draft.is_new;
    let list = draft.finish(&file, &args, now, changed)?;
    if let (Some(path), Some(output)) = (&args.snapshot, snapshot) {
        let mut snapshot = Revocations::write(&list);
        if args.sign {
            snapshot = signed(&snapshot, wanted(keyring.as_ref(), "signing a list")?, &args)?;
        }
        output.write(ui, &snapshot)?;
        said.push(format!("snapshot written to `{}`", path.display()));
    }
    tell(ui, &args, path, &list, &said);
    Ok(Exit::Yes)
}

impl Args {
    /// Completes the arguments from the project. A missing keyring is an error only if one is
    /// needed.
    fn or_of(self, project: Option<&Project>) -> Result<Self, Failure> {
        let Some(project) = project else { return Ok(self) };
        let list = self.list.map_or_else(|| project.revocations(), |list| Ok(Some(list)))?;
        let of_project = || Ok(project.keyring()?.filter(|path| path.is_file()));
        let keyring = self.keyring.map_or_else(of_project, |keyring| Ok(Some(keyring)))?;
        let audience = self.audience.or(project.audience());
        Ok(Self { keyring, audience, list, ..self })
    }

    fn list(&self) -> Result<&Path, Failure> {
        self.list.as_deref().ok_or_else(|| {
            Failure::new("no revocation list is given")
                .help("name one with `--list FILE`, or in `placet.toml`: `revocations = \"revoked.txt\"`")
        })
    }

    /// Whether a missing list is begun. A command that only renews or copies a missing list would
    /// lift all revocations.
    const fn may_begin(&self) -> bool {
        self.new || self.token.is_some() || !self.id.is_empty() || self.key.is_some()
    }
}

fn tell(ui: &Ui, args: &Args, path: &Path, list: &RevocationList, said: &[String]) {
    let bytes = Revocations::write(list);
    let Ok(snapshot) = Revocations::open(&bytes) else { return };
    let (keys, ids) = (snapshot.keys().count(), snapshot.ids().count());
    let binary_on_stdout = args.snapshot.as_deref() == Some(Path::new("-"));
    if ui.is_json() && !binary_on_stdout {
        return ui.json(&json!({
            "list": path.display().to_string(), "said": said, "ids": ids, "keys": keys,
            "issued": snapshot.issued().as_millis(), "max_age": millis(snapshot.max_age()),
        }));
    }
    for line in said {
        ui.note(line);
    }
    let good_for = amount(millis(snapshot.max_age()).unsigned_abs());
    ui.note(format_args!(
        "`{}`: {} and {} revoked; issued {}, valid for {good_for}",
        path.display(),
        plural(ids, "id"),
        plural(keys, "key"),
        show(snapshot.issued()),
    ));
}

/// The ids of a genuine token's blocks, whose vocabulary is one of the library.
fn authenticated_ids(
    token: &Token,
    keyring: &Keyring,
    audience: Audience,
    library: &Library,
) -> Result<Vec<RevocationId>, Refusal> {
    let known = inputs::vocabularies(library);
    let (vocabulary, _) = tokens::vocabulary_of(&known, &token.header()).ok_or(Refusal::UnknownVocabulary)?;
    Verifier::new(keyring, &vocabulary).for_audience(audience).authenticated_ids(&token.text(), &mut Scratch::new())
}

fn describe(token: &Token, block: usize) -> String {
    let id = token.header().id;
    if block == 0 { format!("token {id}") } else { format!("token {id} from restriction {block} on") }
}

fn wanted<'k>(keyring: Option<&'k Keyring>, what: &str) -> Result<&'k Keyring, Failure> {
    keyring.ok_or_else(|| Failure::new(format!("{what} needs a key: --keyring FILE")))
}

fn id_of(ids: &[RevocationId], block: usize) -> Result<RevocationId, Failure> {
    ids.get(block).copied().ok_or_else(|| {
        Failure::new(format!("the token has no restriction {block}"))
            .help(format!("it has {}; 0 is the token itself", ids.len().saturating_sub(1)))
    })
}

/// The whole name of a key. An id of four bytes could be that of another key, so the keyring says
/// which one is meant.
fn named(key: GivenKey, keyring: Option<&Keyring>) -> Result<KeyName, Failure> {
    let id = match key {
        GivenKey::Name(name) => return Ok(name),
        GivenKey::Id(id) => id,
    };
    let names: Vec<_> = keyring.into_iter().flat_map(|keyring| keyring.names(id)).collect();
    match names.as_slice() {
        [name] => Ok(*name),
        [] => Err(Failure::new(format!("unknown key `{id}`"))
            .help("name the keyring that has it, `--keyring FILE`, or the whole key as `keygen` shows it")),
        _ => Err(Failure::new(format!("the keyring has a local and a public key `{id}`"))
            .help("name the whole key, which begins with `local:` or `public:`")),
    }
}

fn signed(snapshot: &[u8], keyring: &Keyring, args: &Args) -> Result<Vec<u8>, Failure> {
    let key = keyring
        .minting()
        .ok_or_else(|| Failure::new("no key of the keyring can sign").help("one line of it must begin with `mint`"))?;
    let minter = Minter::from(key).audience(args.audience.unwrap_or_default());
    Revocations::sign(snapshot, minter).map_err(|error| Failure::new(error.to_string()))
}

/// The text of a list, edited so that the user's comments stay where they are.
struct Draft {
    lines: Vec<String>,
    list: RevocationList,
    is_new: bool,
}

const ONE_DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Draft {
    fn read(file: &LockedFile, args: &Args, now: Time) -> Result<Self, Failure> {
        let path = file.name();
        let (text, is_new) = match file.text()? {
            None if args.may_begin() => (RevocationList::new(now, args.max_age.unwrap_or(ONE_DAY)).to_text(), true),
            None => {
                let help = "look for the list: without it, nothing is revoked. `--new` begins an empty one";
                return Err(Failure::new(format!("there is no revocation list `{}`", path.display())).help(help));
            }
            Some(_) if args.new => {
                let message = format!("`{}` exists already", path.display());
                return Err(Failure::new(message).help("leave `--new` out to add to it"));
            }
            Some(text) => (text, false),
        };
        let list = RevocationList::from_text(&text).map_err(|error| {
            Failure::new(format!("`{}` is not a revocation list: {error}", path.display()))
                .help("nothing was changed; correct the line, or name another file to begin a list")
        })?;
        Ok(Self { lines: text.lines().map(str::to_owned).collect(), list, is_new })
    }

    fn revoke(&mut self, id: RevocationId, comment: Option<&str>, said: &mut Vec<String>) {
        let id_line = id.to_string();
        if self.lines.iter().any(|line| line.trim_end() == id_line) {
            said.push(format!("{id} is revoked already"));
            return;
        }
        self.append(comment.map(|comment| format!("# {comment}")));
        self.append(Some(id_line));
        said.push(format!("revoked {id}"));
    }

    fn revoke_key(&mut self, key: KeyName, before: Time, said: &mut Vec<String>) {
        self.list.revoke_key(key, before);
        let prefix = format!("key {key} before ");
        // The later of two times counts, and the list knows which one that is.
        let text = self.list.to_text();
        let line = text.lines().find(|line| line.starts_with(&prefix)).unwrap_or_default().to_owned();
        match self.lines.iter_mut().find(|line| line.starts_with(&prefix)) {
            Some(old) => *old = line,
            None => self.append(Some(line)),
        }
        said.push(format!("revoked all tokens of key {key} made before {}", show(before)));
    }

    /// Puts a line before `end`.
    fn append(&mut self, line: Option<String>) {
        let end = self.lines.iter().rposition(|line| line.trim_end() == "end").unwrap_or(self.lines.len());
        if let Some(line) = line {
            self.lines.insert(end, line);
        }
    }

    fn set(&mut self, name: &str, value: i64) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.starts_with(name)) {
            *line = format!("{name} {value}");
        }
    }

    /// Writes the list, if there is something to write.
    fn finish(mut self, file: &LockedFile, args: &Args, now: Time, changed: bool) -> Result<RevocationList, Failure> {
        if changed {
            self.set("issued:", now.max(Time::EPOCH).as_millis());
            args.max_age.into_iter().for_each(|age| self.set("max-age:", millis(age)));
        }
        let text = self.lines.join("\n") + "\n";
        let list = RevocationList::from_text(&text)
            .map_err(|error| Failure::new(format!("`{}` would no longer be a list: {error}", file.name().display())))?;
        if changed {
            file.write(text.as_bytes(), Secrecy::Open, Existing::Replace)?;
        }
        Ok(list)
    }
}
