//! A project: what `placet.toml` spares, what it may not reach, and what `placet init` begins.

use std::fs;

use crate::cli_support::{Place, Ran};

const BLOG: &str = "vocabulary blog 1 {\n    tenant: string\n    action read, write\n    role Reader = [read]\n}\n";
const POSTS: &str = "use blog\n\ntoken posts { allow { action: Reader, tenant: \"acme\" } ttl: 1h }\n";
const CASES: &str = "token posts\n\nallow read { tenant: \"acme\" }\n";

fn place() -> Place {
    let place = Place::new();
    for folder in ["vocabulary", "policies", "deep", "deep/er"] {
        fs::create_dir(place.path(folder)).unwrap();
    }
    place.write(
        "placet.toml",
        "vocabularies = [\"vocabulary\"]\npolicies = [\"policies\"]\nkeyring = \"service.keys\"\n",
    );
    place.write("vocabulary/blog.placet", BLOG);
    place.write("policies/posts.placet", POSTS);
    place.write("policies/posts.cases", CASES);
    place
}

#[test]
fn every_command_knows_the_vocabularies_and_the_keys_of_the_project() {
    let place = place();
    place.placet("check").yes().says("no errors in 2 files").says("vocabulary blog 1");
    place.placet("test").yes().says("1 passed");
    place.placet("keygen --local").yes();
    assert!(place.has("service.keys"));
    let token = place.placet("mint policies/posts.placet").yes().out;
    place.write("token", &token);
    place.placet("inspect token").yes().says("VERIFIED").says("blog 1");
    place.words(&["eval", "--token", "token", "--request", "read { tenant: \"acme\" }"]).yes();
    place.words(&["explain", "--token", "token", "--request", "write { tenant: \"acme\" }"]).no();
    for command in ["try", "compile", "bench --runs 1 --threads 0"] {
        place.placet(&format!("{command} policies/posts.placet")).yes();
    }
    place.placet("vocabulary show blog").yes().says("tenant: string");
    place.placet("vocabulary list").yes().says("blog 1");
}

#[test]
fn the_project_is_found_from_the_file_and_not_from_where_the_command_runs() {
    let place = place();
    fs::write(place.path("deep/er/more.placet"), POSTS).unwrap();
    place.placet("check deep/er/more.placet").yes();
    let other = Place::new();
    let path = place.path("policies/posts.placet");
    other.placet(&format!("check {}", path.display())).yes();
    other.write("posts.placet", POSTS);
    other.placet("check posts.placet").no().says("E0202");
}

#[test]
fn a_vocabulary_in_the_folder_of_the_file_is_found_by_its_name() {
    let place = Place::new();
    place.write("blog.placet", BLOG);
    place.write("posts.placet", POSTS);
    place.write("posts.cases", CASES);
    place.write("map.json", r#"{"use": "blog", "policy": "p", "allow": {"tenant": "acme"}}"#);
    for command in ["check .", "check map.json", "test posts.cases", "test posts.placet --mutate", "try posts.placet"] {
        place.placet(command).yes();
    }
    place.placet("fuzz posts.placet --against posts.placet --runs 200").yes();
}

#[test]
fn a_vocabulary_that_is_not_found_is_said_with_the_places_where_it_could_be() {
    let place = Place::new();
    place.write("posts.placet", POSTS);
    place.write("posts.json", r#"{"use": "blog", "policy": "p", "allow": {"tenant": "acme"}}"#);
    for file in ["posts.placet", "posts.json"] {
        let ran = place.placet(&format!("check {file}")).no().says("E0202").says("`blog.placet`");
        ran.says("`placet.toml`").says("`--vocabulary FILE`");
    }
    place.write("quoted.placet", "use \"blog.placet\"\n");
    place.placet("check quoted.placet").no().says("without quotes").says("`use blog`");
}

#[test]
fn a_vocabulary_with_errors_is_shown_and_not_called_unknown() {
    let place = Place::new();
    place.write("blog.placet", "vocabulary blog 1 {\n    tenant: strin\n    action read\n}\n");
    place.write("posts.placet", POSTS);
    place.placet("check posts.placet").no().says("blog.placet:2").says("E0109");
    let place = self::place();
    place.write("vocabulary/blog.placet", "vocabulary blog 1 {\n    tenant string\n}\n");
    place.placet("check policies/posts.placet").no().says("blog.placet:2");
}

#[test]
fn of_two_files_that_declare_one_name_neither_is_taken() {
    let both = |ran: Ran, one: &str, other: &str| ran.could_not().says("two files declare").says(one).says(other);
    let place = place();
    place.write("vocabulary/more.placet", BLOG);
    both(place.placet("check policies/posts.placet"), "vocabulary/blog.placet", "vocabulary/more.placet");
    fs::remove_file(place.path("vocabulary/more.placet")).unwrap();
    place.write("policies/blog.placet", BLOG);
    both(place.placet("check policies/posts.placet"), "vocabulary/blog.placet", "policies/blog.placet");
    // What is said in the command line holds.
    place.placet("check policies/posts.placet --vocabulary policies/blog.placet").yes();
    place.write("placet.toml", "vocabularies = [\"vocabulary\", \"vocabulary/blog.placet\"]\n");
    fs::remove_file(place.path("policies/blog.placet")).unwrap();
    place.placet("check policies/posts.placet").yes();
}

#[test]
fn a_built_in_name_is_not_taken_over_by_a_project() {
    let place = place();
    place.write("vocabulary/http.placet", "vocabulary http 1 {\n    path: string\n    action GET\n}\n");
    place.placet("check policies/posts.placet").no().says("there is already another vocabulary `http`");
    fs::remove_file(place.path("vocabulary/http.placet")).unwrap();
    place.write("policies/http.placet", "vocabulary http 1 {\n    path: string\n    action GET\n}\n");
    place.write("policies/pages.placet", "use http\npolicy pages { allow { host: \"a\" } }\n");
    place.placet("check policies/pages.placet").yes();
}

#[test]
fn a_project_reaches_nothing_outside_of_its_folder() {
    let outer = Place::new();
    outer.write("secret.keys", "");
    outer.write("blog.placet", BLOG);
    fs::create_dir(outer.path("inner")).unwrap();
    outer.write("inner/posts.placet", POSTS);
    let absolute = outer.path("blog.placet").display().to_string();
    for manifest in [
        "vocabularies = [\"..\"]".to_owned(),
        "vocabularies = [\"a/../../blog.placet\"]".to_owned(),
        format!("vocabularies = [\"{absolute}\"]"),
        "keyring = \"../secret.keys\"".to_owned(),
        "policies = [\"\"]".to_owned(),
        "revocations = \"../revoked\"".to_owned(),
    ] {
        outer.write("inner/placet.toml", &manifest);
        outer
            .placet("check inner/posts.placet")
            .could_not()
            .says("placet.toml:1:")
            .says("not below the project's folder");
    }
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_a_project() {
    let outer = Place::new();
    outer.write("blog.placet", BLOG);
    let place = place();
    std::os::unix::fs::symlink(outer.path(""), place.path("out")).unwrap();
    std::os::unix::fs::symlink(outer.path("blog.placet"), place.path("vocabulary/linked.placet")).unwrap();
    place.placet("check policies/posts.placet").could_not().says("not below the project's folder");
    fs::remove_file(place.path("vocabulary/linked.placet")).unwrap();
    place.write("placet.toml", "vocabularies = [\"out/blog.placet\"]");
    place.placet("check policies/posts.placet").could_not().says("not below the project's folder");
    place.write("placet.toml", "vocabularies = [\"vocabulary\"]\nkeyring = \"out/new.keys\"");
    place.placet("keygen --local").could_not().says("not below the project's folder");
    assert!(!outer.has("new.keys"));
}

/// Written through, such a link would make a file outside.
#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_not_there_yet_does_not_lead_out_of_a_project_either() {
    let outer = Place::new();
    let place = place();
    for name in ["service.keys", "revoked"] {
        std::os::unix::fs::symlink(outer.path(name), place.path(name)).unwrap();
    }
    place.write("placet.toml", "vocabularies = [\"vocabulary\"]\nkeyring = \"service.keys\"");
    for command in ["keygen --local", "keygen --local --force"] {
        place.placet(command).could_not().says("not below the project's folder");
    }
    place.placet("keygen --local --keyring own.keys").yes();
    place.write("placet.toml", "vocabularies = [\"vocabulary\"]\nkeyring = \"own.keys\"\nrevocations = \"revoked\"");
    place.placet("revoke --new 67063b91e57fbcef6b03fd3913402850").could_not().says("not below the project's folder");
    assert!(!outer.has("service.keys") && !outer.has("revoked"));
}

/// A command would wait for it until somebody writes into it.
#[cfg(unix)]
#[test]
fn a_project_names_no_pipe() {
    let place = place();
    for pipe in ["pipe", "vocabulary/pipe.placet"] {
        assert!(std::process::Command::new("mkfifo").arg(place.path(pipe)).status().unwrap().success());
    }
    place.placet("check policies/posts.placet").yes();
    place.placet("check vocabulary").yes();
    place.write("placet.toml", "vocabularies = [\"pipe\"]");
    place.placet("check policies/posts.placet").could_not().says("`pipe` is neither a file nor a folder");
}

#[cfg(unix)]
#[test]
fn a_manifest_in_a_shared_folder_is_nobodys_project() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.placet("check deep").could_not();
    fs::write(place.path("deep/er/posts.placet"), POSTS).unwrap();
    place.placet("check deep/er/posts.placet").yes();
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o1777)).unwrap();
    place.placet("check deep/er/posts.placet").no().says("E0202");
}

#[test]
fn a_manifest_with_mistakes_is_said_with_their_places() {
    let place = place();
    for (manifest, place_of_it, says) in [
        ("vocabularies = []\nvocabulary = []\n", "placet.toml:2:1", "did you mean `vocabularies`?"),
        ("keys = \"a\"\n", "placet.toml:1:1", "the keys are"),
        ("clock-skew = \"1m\"\n", "placet.toml:1:1", "did you mean `clock_skew`?"),
        ("clock_skew = 60\n", "placet.toml:1:14", "a string in quotes"),
        ("clock_skew = \"60\"\n", "placet.toml:1:14", "`60s`"),
        ("vocabularies = \"vocabulary\"\n", "placet.toml:1:16", "a list"),
        ("audience = \"\"\n", "placet.toml:1:12", ""),
        ("policies = [\n", "placet.toml:", ""),
        ("keyring = \"a\"\nkeyring = \"b\"\n", "placet.toml:2:1", "duplicate"),
    ] {
        place.write("placet.toml", manifest);
        place.placet("check policies/posts.placet").could_not().says(place_of_it).says(says);
    }
}

#[test]
fn tokens_of_a_project_are_for_its_audience_and_held_against_its_list() {
    let place = place();
    place.placet("keygen --local").yes();
    let manifest = place.read("placet.toml");
    place.write("placet.toml", &format!("{manifest}audience = \"blog\"\nrevocations = \"revoked.txt\"\n"));
    let token = place.placet("mint policies/posts.placet").yes().out;
    place.write("token", &token);
    place.placet("inspect token").could_not().says("which does not exist").says("placet revoke --new");
    place.placet("revoke --new").yes();
    place.placet("inspect token").yes().says("VERIFIED");
    place.placet("inspect token --audience shop").no().says("REFUSED");
    place.placet("revoke token").yes();
    place.placet("inspect token").no().says("revoked");
    place.words(&["eval", "--token", "token", "--request", "read { tenant: \"acme\" }"]).no().says("revoked");
}

#[test]
fn what_is_expected_of_a_token_is_not_said_where_none_is_verified() {
    let place = Place::with_token();
    place.placet("inspect token --audience shop").could_not().says("`--audience`").says("--keyring");
    place.placet("inspect token --revocations list").could_not().says("--keyring");
    place
        .placet("eval policy.placet --template whole --clock-skew 1m --request get")
        .could_not()
        .says("`--clock-skew`");
}

#[test]
fn where_nothing_is_named_the_way_to_a_project_is_told() {
    let place = Place::new();
    place.placet("check").could_not().says("`placet init`");
    place.placet("test").could_not().says("`placet init`");
    place.write("policy.placet", "use http\ntoken t { allow { path: \"/a\" } ttl: 5m }\n");
    place.placet("mint policy.placet").could_not().says("--keyring FILE").says("`placet.toml`");
}

/// The workflow is what runs in CI, so its commands are those that are run here.
#[test]
fn a_new_project_passes_what_its_workflow_runs() {
    let place = Place::new();
    place.placet("init my-shop").yes().says("my-shop/placet.toml");
    let place = Inside { place, folder: "my-shop" };
    let workflow = fs::read_to_string(place.place.path("my-shop/.github/workflows/placet.yml")).unwrap();
    let commands: Vec<&str> = workflow.lines().filter_map(|line| line.trim().strip_prefix("- run: placet ")).collect();
    assert!(["check", "test", "fuzz"].iter().all(|word| commands.iter().any(|command| command.starts_with(word))));
    for command in commands {
        assert_eq!(place.code(command), Some(0), "{command}");
    }
    assert_eq!(place.code("keygen --local"), Some(0));
    assert_eq!(place.code("mint policies/access.placet --with tenant=acme --with user=ann"), Some(0));
    assert!(fs::read_to_string(place.place.path("my-shop/.gitignore")).unwrap().contains("*.keys"));
    assert!(fs::read_to_string(place.place.path("my-shop/vocabulary/my_shop.placet")).unwrap().contains("my_shop 1 {"));
}

/// A folder of a place that commands run in.
struct Inside {
    place: Place,
    folder: &'static str,
}

impl Inside {
    fn code(&self, words: &str) -> Option<i32> {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_placet"));
        command.args(words.split_whitespace()).current_dir(self.place.path(self.folder));
        command.output().unwrap().status.code()
    }
}

#[test]
fn init_changes_nothing_that_is_there() {
    let place = Place::new();
    place.write(".gitignore", "target\n");
    fs::create_dir(place.path("policies")).unwrap();
    place.write("policies/access.cases", "mine");
    let ran = place.placet("init --name shop").could_not();
    ran.says("`policies/access.cases` exists already").says("nothing was written");
    assert!(!place.has("placet.toml") && !place.has("vocabulary"));
    fs::remove_file(place.path("policies/access.cases")).unwrap();
    place.placet("init --name shop").yes().says("add the line `*.keys`");
    assert_eq!(place.read(".gitignore"), "target\n");
    place.placet("init --name shop").could_not();
}

#[test]
fn a_name_that_a_vocabulary_cannot_have_is_refused_before_anything_is_written() {
    let place = Place::new();
    for name in ["http", "access", "1shop", "a-b", "../x", ""] {
        place.words(&["init", "new", "--name", name]).could_not().says("--name shop");
        assert!(!place.has("new"));
    }
    // The name of a folder is made to fit.
    place.placet("init 2026").yes();
    assert!(place.has("2026/vocabulary/service.placet"));
}

const PAGE: &str = include_str!("../../../../../docs/project.md");

/// Each block of the page runs as a script, in the folder that the block before has left.
#[test]
fn what_the_page_on_projects_shows_runs() {
    let place = Place::new();
    let blocks: Vec<&str> = PAGE.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 2);
    let request = "echo '{ \"action\": \"read\", \"tenant\": \"acme\" }' > request.json\n";
    let placet = std::path::Path::new(env!("CARGO_BIN_EXE_placet"));
    let script = format!("PATH={}:$PATH\n{}", placet.parent().unwrap().display(), blocks.join(request));
    let ran =
        std::process::Command::new("sh").args(["-e", "-c", &script]).current_dir(place.path("")).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn the_page_on_projects_has_a_row_for_each_key_and_no_other() {
    let place = place();
    place.write("placet.toml", "nothing_like_it_at_all = 1\n");
    let said = place.placet("check").could_not().err;
    let keys = said.split("the keys are ").nth(1).unwrap().lines().next().unwrap();
    let known: Vec<&str> = keys.split('`').skip(1).step_by(2).collect();
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(known, rows.collect::<Vec<_>>());
}
