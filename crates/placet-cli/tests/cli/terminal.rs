//! What commands print on terminals of many widths, with and without colours, and what shells and `man` are told.

use crate::cli_support::Place;

/// Commands that print much, in a directory with a token.
const COMMANDS: [&str; 12] = [
    "try policy.placet",
    "check policy.placet",
    "check wrong.placet",
    "test policy.placet",
    "compile policy.placet --template reader --with user=42",
    "inspect token",
    "inspect token --keyring keys",
    "eval --token token --keyring keys --request request.json --explain",
    "explain --token token --keyring keys --request request.json",
    "fuzz policy.placet --template reader --with user=42 --runs 100",
    "vocabulary show http",
    "mint policy.placet --template nobody",
];

const PARAMETERS: &str = "first_of_all: string, second_of_all: string, third_of_all: string, fourth_of_all: string";

fn place() -> Place {
    let place = Place::with_token();
    place.write("wrong.placet", "use momento\ntoken t {\n    allow { action: getting, cache: 5 }\n    ttl: 30m\n}\n");
    place.write("request.json", r#"{"action":"get","cache":"acorns-of-the-northern-forest","item":"user/43/profile"}"#);
    place.write("policy.cases", "token reader(user: \"42\")\nallow get { cache: \"other\", item: \"user/42/name\" }\n");
    place
}

#[test]
fn every_line_fits_a_terminal_of_60_columns_unless_it_is_one_word() {
    let place = place();
    for columns in ["60", "80", "100"] {
        let width: usize = columns.parse().unwrap();
        for command in COMMANDS {
            let words: Vec<_> = command.split(' ').collect();
            let ran = place.words_where(&[("COLUMNS", columns)], &words);
            for line in ran.out.lines().chain(ran.err.lines()) {
                let is_picture = line.contains('│') || line.contains('╭') || line.contains('╰') || line.contains('·');
                let fits = line.chars().count() <= width || line.trim().split(' ').count() == 1;
                assert!(fits || is_picture, "`{command}` at {columns} columns: {line}");
            }
        }
    }
}

#[test]
fn what_a_pipe_reads_is_not_folded() {
    let place = place();
    let longest = |text: &str| text.lines().map(|line| line.chars().count()).max();
    place.write("long.placet", &format!("use momento\ntoken t({}) {{\n    ttl: 30m\n}}\n", PARAMETERS));
    let out = place.placet("check long.placet").yes().out;
    assert!(longest(&out) > Some(120), "{out}");
}

#[test]
fn colours_are_the_users_to_ask_for_and_to_forbid() {
    let place = place();
    let has_colours = |variables: &[(&str, &str)], words: &str| {
        let words: Vec<_> = words.split(' ').collect();
        place.words_where(variables, &words).out.contains('\u{1b}')
    };
    assert!(!has_colours(&[], "try policy.placet"));
    assert!(has_colours(&[("CLICOLOR_FORCE", "1")], "try policy.placet"));
    assert!(has_colours(&[], "--color always try policy.placet"));
    assert!(has_colours(&[("NO_COLOR", "1")], "try policy.placet --color always"), "the option is said last");
    assert!(!has_colours(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], "try policy.placet"));
    assert!(!has_colours(&[("CLICOLOR_FORCE", "1")], "--color never try policy.placet"));
}

#[test]
fn a_shell_completes_the_templates_of_the_file_on_the_line() {
    let place = place();
    let complete = |typed: &str| {
        let words = ["--", "placet", "mint", "policy.placet", "--template", typed];
        let variables = [("COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", "4"), ("_CLAP_IFS", "\n")];
        place.words_where(&variables, &words).yes().out
    };
    assert_eq!(complete("read"), "reader");
    assert!(complete("").contains("no_chat"), "{}", complete(""));
    assert_eq!(complete("zzz"), "");
    let commands = [("COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", "1"), ("_CLAP_IFS", "\n")];
    place.words_where(&commands, &["--", "placet", "att"]).yes().says("attenuate");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        place.placet(&format!("completions {shell}")).yes().says("COMPLETE");
    }
}

#[test]
fn every_command_below_a_command_has_a_manual_page_with_its_examples_as_typed() {
    let place = place();
    place.placet("man --out pages").yes();
    for page in ["placet", "placet-mint", "placet-warp10-eval", "placet-vouch", "placet-vocabulary-show"] {
        assert!(place.has(&format!("pages/{page}.1")), "{page}");
    }
    let page = place.placet("man warp10 eval").yes().says(".SH EXAMPLES\n.nf\n  placet warp10 eval token.txt");
    assert!(!page.out.contains(".SH EXTRA"), "{}", page.out);
    place.placet("man warp10 evil").could_not().says("`warp10 evil`").says("`placet warp10 --help`");
    place.placet("help --help").yes().says("placet");
}

#[test]
fn the_prompt_understands_help_and_exit_without_a_colon() {
    let place = place();
    place.placet_reading("repl", "help\nexit\nget {}\n").yes().says(":token NAME");
    place.placet_reading("repl", "quit\nget {}\n").yes().prints_nothing();
    place.placet_reading("repl", ":load policy.placet\n").yes().says("no_chat").says("reader");
}
