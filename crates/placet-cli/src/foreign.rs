//! Command names of other tools, and the commands that do the same here.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::ui::Failure;
use placet::visible::excerpt;

/// What people type, and the command for it.
const WORDS: [(&[&str], &str); 19] = [
    (&["verify", "authenticate"], "`placet inspect TOKEN --keyring FILE` verifies a token and shows it"),
    (
        &["decode", "introspect", "parse", "dump", "view", "cat", "show"],
        "`placet inspect TOKEN` shows what a token says, unverified without a key",
    ),
    (
        &["validate", "lint", "vet", "analyze", "analyse"],
        "`placet check FILE` finds the errors and warnings of policy files",
    ),
    (&["format", "pretty"], "`placet fmt FILE` writes policy files in their canonical form"),
    (
        &["new", "create", "scaffold"],
        "`placet init DIRECTORY` begins a project, `placet mint FILE` makes a token, `placet keygen` a key",
    ),
    (
        &["diff", "compare"],
        "`placet fuzz NEW --against OLD` finds requests on which two policies decide differently; `placet vocabulary check OLD NEW` compares vocabularies",
    ),
    (
        &["sign", "issue", "token", "encode", "generate"],
        "`placet mint FILE --keyring FILE` makes a token from a policy file",
    ),
    (
        &["allow", "decide", "authorize", "authorise", "enforce", "query", "can"],
        "`placet eval FILE --request REQUEST` decides a request",
    ),
    (&["why", "trace", "debug"], "`placet explain FILE --request REQUEST` says why a request is decided as it is"),
    (
        &["run", "play", "demo"],
        "`placet try FILE` shows what a policy file does with its cases, `placet test` runs the cases",
    ),
    (
        &["restrict", "narrow", "delegate", "append", "add"],
        "`placet attenuate TOKEN FILE` adds a restriction to a token",
    ),
    (
        &["key", "keys", "genkey", "rotate", "keypair"],
        "`placet keygen --local` or `--public` makes a key; `--rotate` adds it to a keyring",
    ),
    (&["ban", "block", "blacklist", "denylist", "invalidate"], "`placet revoke TOKEN --list FILE` revokes a token"),
    (
        &["schema", "schemas", "vocab", "vocabularies", "model"],
        "`placet vocabulary list` shows the vocabularies, `placet vocabulary show NAME` one of them",
    ),
    (&["shell", "console", "interactive", "playground"], "`placet repl` decides what you type"),
    (
        &["serve", "server", "daemon", "start", "listen"],
        "placet has no server of its own: a service decides in its own process, `docs/book/embedding.md` shows how",
    ),
    (
        &["lsp", "language-server", "editor"],
        "`placet check FILE --format json` tells an editor what is wrong, and where",
    ),
    (&["version"], "`placet --version` shows it"),
    (&["build", "disassemble", "disasm", "bytecode"], "`placet compile FILE` shows the program of a block"),
];

/// The message about a command that other tools have and Placet has not. A misspelled command of
/// ours is left to clap.
pub fn failure(said: &clap::Error) -> Option<Failure> {
    if said.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(word)) = said.get(ContextKind::InvalidSubcommand) else { return None };
    let typed = word.to_lowercase();
    let (_, way) = WORDS.iter().find(|(words, _)| words.contains(&typed.as_str()))?;
    Some(Failure::new(format!("there is no command `{}`", excerpt(word))).help(*way))
}

#[cfg(test)]
mod tests {
    use super::WORDS;

    /// The second row of a word would never be found, nor would a word that is a command of ours.
    #[test]
    fn each_word_has_one_way_and_none_is_a_command() {
        let all: Vec<&str> = WORDS.iter().flat_map(|(words, _)| *words).copied().collect();
        for (number, word) in all.iter().enumerate() {
            assert!(!all[..number].contains(word), "{word}");
            assert!(super::super::definition().find_subcommand(word).is_none(), "{word}");
        }
    }

    /// Each row names existing commands.
    #[test]
    fn each_way_names_commands_that_there_are() {
        for (_, way) in WORDS {
            let commands = way.split("`placet ").skip(1).map(|rest| rest.split([' ', '`']).next().unwrap());
            for command in commands {
                let is_option = command.starts_with("--");
                assert!(is_option || super::super::definition().find_subcommand(command).is_some(), "{way}");
            }
        }
    }
}
