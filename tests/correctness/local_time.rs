//! Local time: office hours across changes of summer time to the millisecond, the ends of what a block knows, and what is printed
//! of a table that lies.

use placet::authorize::Authorizer;
use placet::bytecode::zone::ZoneDraft;
use placet::check::library::Library;
use placet::compile::Compiled;
use placet::compile::arguments::Arguments;
use placet::compile::expressions::Expressions;
use placet::document::Document;
use placet::document::mint::{MintTemplateError, MisfitError, Wrapping, mint, policy};
use placet::model::request::Request;
use placet::model::time::Time;
use placet::program::source::ToSource;
use placet::program::{self, Condition, Pattern, Value};
use placet::syntax::ast::BlockKind;
use placet::token::keyring::{Keyring, MintingKey};
use placet::token::keys::{LocalKey, SystemRandom};

const VOCABULARY: &str = "vocabulary desk 1 { action open }";

/// Everything here is compiled in the middle of 2026.
const NOW: &str = "2026-07-01T12:00:00Z";

fn at(text: &str) -> Time {
    text.parse::<jiff::Timestamp>().map(|at| Time::from_millis(at.as_millisecond())).unwrap()
}

fn document(block: &str) -> Document {
    let text = format!("{VOCABULARY}\n{block}");
    Document::from_text("desk.placet", &text, Library::built_in()).unwrap_or_else(|report| panic!("{report}"))
}

fn compiled(document: &Document, kind: BlockKind, now: &str) -> Compiled {
    document.compile_with(kind, None, &Arguments::none(), &document.expressions().at(at(now))).unwrap()
}

/// Whether the condition holds at each of the times.
fn says(condition: &str, times: &[(&str, bool)]) {
    let document = document(&format!("policy p {{ allow {{ action: open }} when {condition} }}"));
    let policies = [policy("p", &compiled(&document, BlockKind::Policy, NOW), document.vocabulary()).unwrap()];
    let keyring = Keyring::new();
    let authorizer = Authorizer::new(&keyring, document.vocabulary()).with_policies(&policies);
    for (time, expected) in times {
        let request = Request::named(document.vocabulary(), "open", at(time)).unwrap();
        assert_eq!(authorizer.decide_alone(&request).is_allow(), *expected, "{condition} at {time}");
    }
}

#[test]
fn office_hours_follow_the_clocks_of_the_office_to_the_millisecond() {
    let office = "weekday(time, \"Europe/Zurich\") in 1..6 && hour(time, \"Europe/Zurich\") in 8..18";
    says(
        office,
        &[
            // The last Friday of winter time, and the first Monday of summer time.
            ("2026-03-27T06:59:59.999Z", false),
            ("2026-03-27T07:00:00Z", true),
            ("2026-03-27T16:59:59.999Z", true),
            ("2026-03-27T17:00:00Z", false),
            ("2026-03-30T05:59:59.999Z", false),
            ("2026-03-30T06:00:00Z", true),
            ("2026-03-30T15:59:59.999Z", true),
            ("2026-03-30T16:00:00Z", false),
            // The last Friday of summer time, and the first Monday of winter time.
            ("2026-10-23T05:59:59.999Z", false),
            ("2026-10-23T06:00:00Z", true),
            ("2026-10-23T16:00:00Z", false),
            ("2026-10-26T06:59:59.999Z", false),
            ("2026-10-26T07:00:00Z", true),
            ("2026-10-26T17:00:00Z", false),
            // Monday begins in Zurich while it is Sunday in UTC.
            ("2026-06-07T22:00:00Z", false),
        ],
    );
    says(
        "weekday(time, \"Europe/Zurich\") == 1",
        &[("2026-06-07T21:59:59.999Z", false), ("2026-06-07T22:00:00Z", true), ("2026-06-08T22:00:00Z", false)],
    );
}

#[test]
fn the_hour_that_is_left_out_never_comes_and_the_repeated_one_comes_twice() {
    let two = "hour(time, \"Europe/Zurich\") == 2";
    says(
        two,
        &[
            ("2026-03-29T00:59:59.999Z", false),
            ("2026-03-29T01:00:00Z", false),
            ("2026-03-29T01:59:59.999Z", false),
            ("2026-10-24T23:59:59.999Z", false),
            ("2026-10-25T00:00:00Z", true),
            ("2026-10-25T00:59:59.999Z", true),
            ("2026-10-25T01:00:00Z", true),
            ("2026-10-25T01:59:59.999Z", true),
            ("2026-10-25T02:00:00Z", false),
        ],
    );
    says("hour(time, \"Europe/Zurich\") == 3", &[("2026-03-29T01:00:00Z", true), ("2026-03-29T00:59:59.999Z", false)]);
}

#[test]
fn summer_is_in_january_where_it_is() {
    says(
        "hour(time, \"America/Santiago\") == 9",
        &[
            ("2026-01-15T12:00:00Z", true),
            ("2026-01-15T13:00:00Z", false),
            ("2026-07-15T12:00:00Z", false),
            ("2026-07-15T13:00:00Z", true),
        ],
    );
}

#[test]
fn a_zone_may_be_off_by_half_an_hour_and_change_by_half_an_hour() {
    says(
        "hour(time, \"Asia/Kolkata\") == 9 && minute(time, \"Asia/Kolkata\") == 30",
        &[("2026-05-04T03:59:59.999Z", false), ("2026-05-04T04:00:00Z", true), ("2026-05-04T04:01:00Z", false)],
    );
    // Lord Howe Island is 11 hours ahead in summer, and 10 and a half in winter, from 15:00 UTC on the fourth of April.
    says(
        "hour(time, \"Australia/Lord_Howe\") == 1 && minute(time, \"Australia/Lord_Howe\") == 45",
        &[
            ("2026-04-04T14:45:00Z", true),
            ("2026-04-04T14:46:00Z", false),
            ("2026-04-04T15:00:00Z", false),
            ("2026-04-04T15:15:00Z", true),
            ("2026-04-04T15:16:00Z", false),
        ],
    );
}

#[test]
fn a_fixed_offset_never_changes_and_never_ends() {
    says(
        "hour(time, \"+05:45\") == 5 && minute(time, \"+05:45\") == 45",
        &[("1970-01-01T00:00:00Z", true), ("2026-07-01T00:00:59.999Z", true), ("9000-01-01T00:00:00Z", true)],
    );
    says("hour(time, \"-18:00\") == 6", &[("2026-01-01T00:00:00Z", true)]);
    says("hour(time, \"UTC\") == 0", &[("2026-01-01T00:00:00Z", true), ("9000-01-01T00:00:00Z", true)]);
}

#[test]
fn a_policy_knows_its_zones_from_2020_until_ten_full_years_after_this_one() {
    let any = "hour(time, \"Europe/Zurich\") in 0..24";
    says(
        any,
        &[
            ("2019-12-31T23:59:59.999Z", false),
            ("2020-01-01T00:00:00Z", true),
            ("2036-12-31T23:59:59.999Z", true),
            ("2037-01-01T00:00:00Z", false),
        ],
    );
}

#[test]
fn a_block_is_the_same_all_year() {
    for (kind, block) in [
        (BlockKind::Policy, "policy b { allow { action: open } when hour(time, \"Europe/Zurich\") == 1 }"),
        (BlockKind::Token, "token b { allow { action: open } when hour(time, \"Europe/Zurich\") == 1 ttl: 1h }"),
    ] {
        let document = document(block);
        let [first, last, next] = ["2026-01-01T00:00:00Z", "2026-12-31T22:00:00Z", "2027-01-01T00:00:00Z"]
            .map(|now| compiled(&document, kind, now).program.bytes().to_vec());
        assert_eq!(first, last);
        assert_ne!(first, next);
    }
}

#[test]
fn a_token_knows_its_zones_for_its_life_or_is_not_minted() {
    let document = document("token b { deny { action: open } when hour(time, \"Europe/Zurich\") == 1 ttl: 1h }");
    let compiled = compiled(&document, BlockKind::Token, NOW);
    let size = compiled.program.bytes().len();
    assert!(size < 70, "{size} bytes: it needs five offsets and not forty");
    let key = MintingKey::Local(LocalKey::from_secret(&[7; 32]));
    let minted = |now: &str| {
        mint(&compiled, document.vocabulary(), &key, at(now), Wrapping::default(), &mut SystemRandom).map(|_| ())
    };
    for now in ["2025-12-31T00:00:00Z", NOW, "2027-12-31T23:00:00Z"] {
        assert_eq!(minted(now), Ok(()), "{now}");
    }
    for now in ["2025-12-30T23:59:59Z", "2027-12-31T23:00:01Z", "2100-01-01T00:00:00Z"] {
        assert_eq!(minted(now), Err(MintTemplateError::Misfit(MisfitError::ZonesEnd)), "{now}");
    }
}

/// The source of a rule that asks for an hour by this table.
fn printed(table: &[u8]) -> String {
    let document = document("policy p { allow { action: open } }");
    let time = Value::Local(table.to_vec(), Box::new(Value::Field(placet::model::vocabulary::TIME)));
    let hour = Value::Call(placet::model::function::Function::Hour, Box::new(time));
    let tests = vec![program::Test::When(Condition::Matches(hour, Pattern::Range(8, 17)))];
    let written = program::write(&[program::Rule { effect: program::Effect::Allow, tests }]);
    let expressions = Expressions::default();
    ToSource::new(document.vocabulary()).comparing(&expressions).entries_of(written.bytes()).join("\n")
}

#[test]
fn a_printed_zone_is_the_one_that_runs() {
    // 2026, in minutes since 1970.
    let [first, summer, winter, end] = [29_454_240, 29_579_100, 29_881_500, 29_979_840];
    let honest = ZoneDraft::Until { name: "Europe/Zurich", turns: vec![(first, 60), (summer, 120), (winter, 60)], end };
    assert_eq!(printed(&honest.write()), "allow {} when hour(time, \"Europe/Zurich\") in 8..18");
    let lies = [
        ZoneDraft::Until { name: "Europe/Zurich", turns: vec![(first, 60), (winter, 120)], end },
        ZoneDraft::Until { name: "Europe/Zurich", turns: vec![(first, 60), (summer, 121), (winter, 60)], end },
        ZoneDraft::Until { name: "Europe/Nowhere", turns: vec![(first, 60)], end },
        ZoneDraft::Always { name: "Europe/Zurich", offset: 60 },
        ZoneDraft::Always { name: "+02:00", offset: -120 },
        ZoneDraft::Until { name: "+02:00", turns: vec![(first, 120)], end },
    ];
    for lie in lies {
        let text = printed(&lie.write());
        assert!(text.starts_with("// A rule that the language cannot express: the time zone that it names"), "{text}");
    }
    assert_eq!(
        printed(&ZoneDraft::Always { name: "+02:00", offset: 120 }.write()),
        "allow {} when hour(time, \"+02:00\") in 8..18"
    );
}

#[test]
fn what_is_printed_of_a_zone_compiles_to_the_same() {
    for condition in [
        "hour(time, \"Europe/Zurich\") in 8..18",
        "minute(time, \"+05:45\") == 3",
        "weekday(time + 1h, \"Australia/Lord_Howe\") < 3",
    ] {
        let document = document(&format!("policy p {{ allow {{ action: open }} when {condition} }}"));
        let first = compiled(&document, BlockKind::Policy, NOW);
        let expressions = Expressions::default();
        let printer = ToSource::new(document.vocabulary()).comparing(&expressions);
        let entries = printer.entries_of(first.program.bytes()).join("\n");
        assert!(entries.contains(condition), "{entries}");
        let again = self::document(&format!("policy p {{ {entries} }}"));
        assert_eq!(compiled(&again, BlockKind::Policy, NOW).program.bytes(), first.program.bytes(), "{entries}");
        // A stranger's program is not compared, and says so.
        let strange = ToSource::new(document.vocabulary()).entries_of(first.program.bytes()).join("\n");
        assert!(strange.starts_with("// The named time zone has not been compared"), "{strange}");
    }
}
