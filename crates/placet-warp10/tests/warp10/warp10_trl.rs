//! Revocation lists of Warp 10: the golden vectors of the original's loader, and what a broken list
//! must not do.

use crate::warp10;
use placet::model::time::{Time, length};

use placet_warp10::trl_directory::{Directory, Files, Folder, ListFileError};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use placet_warp10::accept::{Acceptor, AttributeRules};
use placet_warp10::envelope::Ident;
use placet_warp10::token::Kind;
use placet_warp10::trl::{ListName, RevocationList, Scope};
use serde_json::Value;
use warp10::{differences_are, keys, part, section, text};

/// Where more is revoked than in the original, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("alias-of-trl-read-one", "another spelling of a token is refused"),
    ("trl-badline", NOT_HIDDEN),
    ("trl-oddline", NOT_HIDDEN),
    ("trl-shortline", NOT_HIDDEN),
];
const NOT_HIDDEN: &str = "a line that cannot be read does not hide those below it";

/// A folder in memory, which is scanned as the original does it, every `period` ms.
struct Service {
    files: BTreeMap<String, Vec<u8>>,
    directory: Directory,
    now: i64,
    period: i64,
}

impl Service {
    fn start(config: &Value) -> Self {
        let number = |name: &str| config.get(name).map(|value| text(value).parse::<i64>().unwrap());
        let directory = Directory::new(number("warp.trl.startup.delay").map(length), Time::EPOCH);
        Self { files: BTreeMap::new(), directory, now: 0, period: number("warp.trl.scan.period").unwrap() }
    }

    fn live(&mut self, phase: &Value) {
        for name in phase["delete"].as_array().into_iter().flatten() {
            self.files.remove(text(name));
        }
        for (name, content) in phase["write"].as_object().into_iter().flatten() {
            self.files.insert(name.clone(), text(content).as_bytes().to_vec());
        }
        let until = self.now + phase["sleep_ms"].as_i64().unwrap();
        while self.now < until {
            self.directory.scan(&self.files).unwrap();
            self.now += self.period;
        }
    }

    fn outcome(&self, token: &Value) -> String {
        let keys = keys("K1");
        let rules = AttributeRules::default();
        let acceptor = Acceptor { keys: &keys, revocations: &self.directory, attributes: &rules };
        let kind = if token["kind"] == "READ" { Kind::Read } else { Kind::Write };
        match acceptor.accept(text(&token["token"]), kind, Time::from_millis(self.now)) {
            Ok(_) => "OK".to_owned(),
            Err(rejection) => format!("{}: {rejection}", rejection.label),
        }
    }
}

#[test]
fn lists_have_the_outcome_of_the_original_but_for_what_differs_on_purpose() {
    let mut found = BTreeSet::new();
    for vector in section("trl_cases") {
        let mut service = Service::start(&vector["config"]);
        let phases = vector["phases"].as_array().unwrap().iter();
        for (phase, recorded) in phases.zip(vector["outcome_per_phase"].as_array().unwrap()) {
            service.live(phase);
            for (name, recorded) in recorded.as_object().unwrap() {
                let (outcome, recorded) = (service.outcome(&part("trl_tokens")[name]), text(recorded));
                if outcome == recorded {
                    continue;
                }
                assert_eq!(recorded, "OK", "never is less revoked than in the original: {}", vector["id"]);
                found.insert(if name.starts_with("alias") { name.clone() } else { text(&vector["id"]).to_owned() });
            }
        }
    }
    differences_are(DIFFERENCES, &found);
}

#[test]
fn the_idents_of_the_lists_are_those_of_the_tokens() {
    for (name, token) in part("trl_tokens").as_object().unwrap() {
        if let Some(ident) = token["ident"].as_str() {
            assert_eq!(keys("K1").ident(text(&token["token"])).to_string(), ident, "{name}");
        }
    }
}

const A: &str = "0123456789abcdef0123456789abcdef";
const B: &str = "fedcba9876543210fedcba9876543210";

fn put(files: &mut BTreeMap<String, Vec<u8>>, name: String, ident: u64) {
    files.insert(name, Ident(ident).to_string().into_bytes());
}

fn revoked(directory: &Directory) -> Vec<u64> {
    directory.list().idents().map(|ident| ident.0).collect()
}

#[test]
fn a_list_is_read_again_when_its_mark_changes_and_not_otherwise() {
    let mut files = BTreeMap::new();
    let mut directory = Directory::new(None, Time::from_millis(0));
    put(&mut files, format!("w.full.1-{A}.trl"), 1);
    assert!(directory.scan(&files).unwrap());
    assert!(!directory.scan(&files).unwrap());
    put(&mut files, format!("w.full.1-{A}.trl"), 2);
    assert!(!directory.scan(&files).unwrap(), "edited in place");
    put(&mut files, format!("w.full.2-{A}.trl"), 3);
    assert!(!directory.scan(&files).unwrap(), "the same mark");
    assert_eq!(revoked(&directory), [1]);
    put(&mut files, format!("w.full.3-{B}.trl"), 4);
    assert!(directory.scan(&files).unwrap());
    assert_eq!(revoked(&directory), [4]);
    files.remove(&format!("w.full.3-{B}.trl"));
    assert!(directory.scan(&files).unwrap(), "the older one has another mark");
    assert_eq!(revoked(&directory), [3]);
}

#[test]
fn a_list_that_was_away_while_others_were_read_is_read_again() {
    let mut files = BTreeMap::new();
    let mut directory = Directory::new(None, Time::from_millis(0));
    put(&mut files, format!("w.full.1-{A}.trl"), 1);
    directory.scan(&files).unwrap();
    let away = files.clone();
    files.clear();
    put(&mut files, format!("x.full.1-{A}.trl"), 2);
    directory.scan(&files).unwrap();
    assert_eq!(revoked(&directory), [2]);
    files.extend(away);
    directory.scan(&files).unwrap();
    assert_eq!(revoked(&directory), [1, 2]);
}

#[test]
fn a_file_with_an_odd_timestamp_hides_nothing() {
    let mut files = BTreeMap::new();
    let mut directory = Directory::new(None, Time::from_millis(0));
    put(&mut files, format!("w.full.1-{A}.trl"), 1);
    put(&mut files, format!("w.full.-{A}.trl"), 2);
    put(&mut files, format!("w.full.99999999999999999999-{A}.trl"), 3);
    put(&mut files, format!("w.full.9-{}.trl.bak", A), 4);
    assert!(directory.scan(&files).unwrap());
    assert_eq!(revoked(&directory), [1, 2, 3]);
    assert_eq!(directory.problems().len(), 2);
    assert!(!directory.scan(&files).unwrap());
}

#[test]
fn numbers_are_compared_as_numbers() {
    let mut files = BTreeMap::new();
    let mut directory = Directory::new(None, Time::from_millis(0));
    put(&mut files, format!("w.full.9-{A}.trl"), 1);
    put(&mut files, format!("w.full.0010-{A}.trl"), 2);
    directory.scan(&files).unwrap();
    assert_eq!(revoked(&directory), [2]);
}

/// A folder of which some files cannot be read.
struct Locked(BTreeMap<String, Vec<u8>>, &'static str);

impl Files for Locked {
    fn names(&self) -> std::io::Result<Vec<String>> {
        self.0.names()
    }

    fn content(&self, name: &str) -> std::io::Result<Vec<u8>> {
        if name.starts_with(self.1) { Err(std::io::ErrorKind::PermissionDenied.into()) } else { self.0.content(name) }
    }
}

#[test]
fn a_file_that_cannot_be_read_lifts_nothing() {
    let mut files = BTreeMap::new();
    let mut directory = Directory::new(None, Time::from_millis(0));
    put(&mut files, format!("w.full.1-{A}.trl"), 1);
    directory.scan(&files).unwrap();
    put(&mut files, format!("w.full.2-{B}.trl"), 2);
    put(&mut files, format!("x.full.1-{A}.trl"), 3);
    assert!(directory.scan(&Locked(files.clone(), "w.")).unwrap());
    assert_eq!(revoked(&directory), [1, 3]);
    assert!(matches!(directory.problems(), [ListFileError::Unreadable { .. }]));
    assert!(directory.scan(&files).unwrap());
    assert_eq!(revoked(&directory), [2, 3]);
}

#[test]
fn a_file_with_a_slip_is_told_and_read_again_when_it_is_mended_in_place() {
    let name = format!("w.full.1-{A}.trl");
    let mut directory = Directory::new(None, Time::from_millis(0));
    let mut files = BTreeMap::from([(name.clone(), b"0000000000000001\n000000000000002\n".to_vec())]);
    directory.scan(&files).unwrap();
    assert_eq!(revoked(&directory), [1]);
    assert!(
        matches!(directory.problems(), [ListFileError::Lines { lines, .. }] if lines.first == 2 && lines.count == 1)
    );
    files.insert(name, b"0000000000000001\n0000000000000002\n".to_vec());
    assert!(directory.scan(&files).unwrap());
    assert_eq!(revoked(&directory), [1, 2]);
    assert!(directory.problems().is_empty());
}

#[test]
fn a_service_that_started_without_lists_stays_closed() {
    let none = BTreeMap::new();
    let mut some = BTreeMap::new();
    put(&mut some, format!("w.full.1-{A}.trl"), 1);

    let mut immediate = Directory::new(Some(Duration::from_millis(0)), Time::from_millis(0));
    immediate.scan(&none).unwrap();
    immediate.scan(&some).unwrap();
    assert!(!immediate.is_available(Time::from_millis(0)), "nobody asked before the list came, and yet");
    let mut immediate = Directory::new(Some(Duration::from_millis(0)), Time::from_millis(0));
    immediate.scan(&some).unwrap();
    assert!(immediate.is_available(Time::from_millis(0)));

    let mut delayed = Directory::new(Some(Duration::from_millis(100)), Time::from_millis(0));
    delayed.scan(&none).unwrap();
    assert!(delayed.is_available(Time::from_millis(99)));
    assert!(!delayed.is_available(Time::from_millis(100)));
    delayed.scan(&some).unwrap();
    assert!(!delayed.is_available(Time::from_millis(101)));
    let mut delayed = Directory::new(Some(Duration::from_millis(100)), Time::from_millis(0));
    delayed.scan(&some).unwrap();
    assert!(delayed.is_available(Time::from_millis(1000)));

    let mut broken = Directory::new(Some(Duration::from_millis(100)), Time::from_millis(0));
    broken.scan(&BTreeMap::from([(format!("w.full.1-{A}.trl"), b"zz".to_vec())])).unwrap();
    assert!(!broken.is_available(Time::from_millis(100)), "a file that says nothing is no list");
    assert!(Directory::none().is_available(Time::from_millis(i64::MAX)));
}

#[test]
fn a_list_is_put_into_a_folder_and_read_from_it() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("warp10-lists");
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(path.join("below.full.1-x.trl")).unwrap();
    let folder = Folder(path);
    let mut list = RevocationList::default();
    list.revoke(Ident(1));
    let (name, text) = list.file("w", Scope::Full, 7).unwrap();
    folder.put(&name, &text).unwrap();
    assert_eq!(ListName::parse(&name.file), Some(name.clone()));
    assert_eq!(folder.names().unwrap(), [name.file]);
    let mut directory = Directory::new(Some(Duration::from_millis(0)), Time::from_millis(0));
    assert!(directory.scan(&folder).unwrap());
    assert_eq!(directory.list(), &list);
    assert!(Directory::none().scan(&Folder("/nowhere".into())).is_err());
}
