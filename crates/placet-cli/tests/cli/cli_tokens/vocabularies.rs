//! A token names its vocabulary, and commands take that one.

use std::fs;

use crate::cli_support::Place;

/// A token of a vocabulary that is in `shelf`, where commands do not look by themselves.
fn place() -> Place {
    let place = Place::new();
    fs::create_dir(place.path("shelf")).unwrap();
    let policy = |word: &str| {
        format!(
            "vocabulary shop 1 {{\n    customer: string\n    action buy, sell{word}\n}}\n\npolicy none {{ deny {{ action: any }} }}\n"
        )
    };
    place.write("shelf/shop.placet", &policy(""));
    place.write("shelf/grown.placet", &policy(", {}").replace(", {}", ", give"));
    place.write(
        "shelf/ann.placet",
        "use shop\ntoken ann { allow { customer: \"ann\" } ttl: 1h }\nrestriction buys { only { action: buy } }\n",
    );
    place.write("pages.placet", "use http\nrestriction pages { only { path: \"/a\" } }\n");
    place.placet("keygen --local --keyring keys").yes();
    let token = place.placet("mint shelf/ann.placet --keyring keys").yes().out;
    place.write("token", &token);
    place
}

const BUY: &str = "buy { customer: \"ann\" }";

#[test]
fn a_token_of_an_unknown_vocabulary_is_said_to_be_one_with_the_way_out() {
    let place = place();
    for command in ["eval", "explain"] {
        let ran = place.words(&[command, "--token", "token", "--keyring", "keys", "--request", BUY]).no();
        let ran = ran.says("a vocabulary that is not known here").says("--vocabulary FILE");
        assert!(!ran.out.contains("gateway"), "{}", ran.out);
        let known = ["--vocabulary", "shelf/shop.placet"];
        place
            .words(&[&[command, "--token", "token", "--keyring", "keys", "--request", BUY], &known[..]].concat())
            .yes();
    }
    let ran = place.placet("attenuate token pages.placet").no().says("another vocabulary").says("--vocabulary FILE");
    assert!(ran.out.is_empty());
}

#[test]
fn a_vocabulary_that_has_grown_still_knows_the_token() {
    let place = place();
    let eval = ["eval", "--token", "token", "--keyring", "keys", "--request", BUY];
    place.words(&[&eval[..], &["--vocabulary", "shelf/grown.placet"]].concat()).yes();
    place.placet("inspect token --keyring keys --vocabulary shelf/grown.placet").yes().says("an earlier state");
}

#[test]
fn a_restriction_of_another_vocabulary_is_told_which_one_the_token_speaks() {
    let place = place();
    let ran = place.placet("attenuate token pages.placet --vocabulary shelf/shop.placet").no();
    ran.says("the token uses the vocabulary `shop`").says("`use shop`");
    place.placet("attenuate token shelf/ann.placet").yes();
}

#[test]
fn revoking_needs_the_vocabulary_as_verifying_does_and_sealing_needs_none() {
    let place = place();
    place.placet("revoke token --keyring keys --list revoked").no().says("--vocabulary FILE");
    assert!(!place.path("revoked").exists(), "nothing is begun for a token that is not known to be genuine");
    place.placet("revoke token --keyring keys --vocabulary shelf/shop.placet --list revoked").yes();
    place
        .placet("inspect token --keyring keys --revocations revoked --vocabulary shelf/shop.placet")
        .no()
        .says("revoked");
    place.placet("seal token").yes();
}
