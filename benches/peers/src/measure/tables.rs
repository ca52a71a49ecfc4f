//! The tables of the report: what is measured of whom.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Cell, Measure, Plan, TOO_LONG, in_turns, threads};
use crate::apps::App;
use crate::contender::{ATTENUATIONS, Contender, Service};
use crate::question::Question;

/// One table: a row for each contender.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    pub title: String,
    /// What the numbers are.
    pub unit: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// Why a cell is empty.
    pub notes: Vec<String>,
}

/// A contender's row.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub contender: &'static str,
    pub cells: Vec<Option<Shown>>,
}

/// One number of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Shown {
    Time(Measure),
    Number(f64),
}

impl Shown {
    /// The number that is printed.
    pub fn number(&self) -> f64 {
        match self {
            Self::Time(measure) => measure.median,
            Self::Number(number) => *number,
        }
    }
}

/// All tables.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    pub tables: Vec<Table>,
}

/// Who takes longer to load so many rules is not given ten times as many.
const LOADS_TOO_LONG: Duration = Duration::from_secs(5);

/// Requests of one application that are timed; the others are for the agreement.
const TIMED: usize = 16;

/// What can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// S1, S2, S2p, S3.
    Tokens,
    Attenuation,
    Rules,
    Applications,
    Threads,
}

/// Measures the parts, or all when none is named; `say` is told what comes next.
pub fn all(contenders: &[&dyn Contender], parts: &[Part], plan: Plan, say: &dyn Fn(&str)) -> Results {
    let is_wanted = |part| parts.is_empty() || parts.contains(&part);
    let mut tables = Vec::new();
    if is_wanted(Part::Tokens) {
        for question in Question::TOKENS {
            say(&format!("{}: tokens", question.name()));
            tables.push(token(contenders, question, plan));
        }
    }
    if is_wanted(Part::Attenuation) {
        say("attenuation");
        tables.extend(attenuation(contenders, plan));
    }
    if is_wanted(Part::Rules) {
        tables.push(rules(contenders, plan, say));
    }
    if is_wanted(Part::Applications) {
        say("applications");
        tables.push(applications(contenders, plan));
    }
    if is_wanted(Part::Threads) {
        say("threads");
        tables.push(two_threads(contenders, plan));
    }
    Results { tables }
}

/// Why cells are empty; who has the same reason stands together.
#[derive(Default)]
struct Notes(Vec<(String, Vec<&'static str>)>);

impl Notes {
    fn add(&mut self, who: &'static str, why: impl Into<String>) {
        let why = why.into();
        match self.0.iter_mut().find(|(known, _)| *known == why) {
            Some((_, all)) if all.contains(&who) => {}
            Some((_, all)) => all.push(who),
            None => self.0.push((why, vec![who])),
        }
    }

    fn lines(self) -> Vec<String> {
        self.0.into_iter().map(|(why, who)| format!("{}: {why}", who.join(", "))).collect()
    }
}

type Opened = Vec<(&'static str, RefCell<Box<dyn Service>>)>;

/// Services of all who can, and a note about each who can not.
fn open(contenders: &[&dyn Contender], question: Question, notes: &mut Notes) -> Opened {
    let mut opened = Vec::new();
    for contender in contenders {
        match contender.open(question) {
            Ok(service) => opened.push((contender.name(), RefCell::new(service))),
            Err(why) => notes.add(contender.name(), why),
        }
    }
    opened
}

/// A contender, its service, and its token with 0, 1, 2, … bounds added.
type Narrowing<'a> = (&'static str, &'a RefCell<Box<dyn Service>>, Vec<String>);

/// Mint, cold, warm, request at hand, characters, allocations.
fn token(contenders: &[&dyn Contender], question: Question, plan: Plan) -> Table {
    let mut notes = Notes::default();
    let opened = open(contenders, question, &mut notes);
    let (mut measured, mut texts) = (Vec::new(), Vec::new());
    for (_, service) in &opened {
        texts.push(service.borrow_mut().mint().expect("a service of tokens mints"));
    }
    let rows = question.asks().len();
    let cells = |kind: fn(&mut dyn Service, &str, usize) -> u64, of| {
        let mut all = Vec::new();
        for ((_, service), text) in opened.iter().zip(&texts) {
            all.push(Cell::new(of, move || kind(&mut **service.borrow_mut(), text, rows)));
        }
        in_turns(plan, all)
    };
    measured.push(cells(|service, _, _| service.mint().map_or(0, |text| text.len() as u64), 1));
    measured.push(cells(|service, text, rows| service.cold_all(text, rows), rows));
    measured.push(cells(|service, _, rows| service.warm_all(rows), rows));
    measured.push(cells(|service, _, rows| service.at_hand_all(rows).unwrap_or(0), rows));
    let row = |(place, (name, service)): (usize, &(&'static str, RefCell<Box<dyn Service>>))| {
        let has = service.borrow_mut().at_hand(0).is_some();
        let time = |kind: usize| Shown::Time(measured[kind][place].clone());
        let count = |kind: usize| Some(Shown::Number(measured[kind][place].allocations));
        let characters = Some(Shown::Number(texts[place].len() as f64));
        let at_hand = has.then(|| time(3));
        Row {
            contender: name,
            cells: vec![Some(time(0)), Some(time(1)), Some(time(2)), at_hand, characters, count(1), count(2)],
        }
    };
    Table {
        title: format!("{}: a token", question.name()),
        unit: "ns",
        columns: [
            "mint",
            "cold",
            "warm",
            "warm, request at hand",
            "characters",
            "allocations, cold",
            "allocations, warm",
        ]
        .map(str::to_owned)
        .into(),
        rows: opened.iter().enumerate().map(row).collect(),
        notes: notes.lines(),
    }
}

/// The S1 token with 0, 1, 4, 16 bounds on time: verify and decide, add one, characters.
fn attenuation(contenders: &[&dyn Contender], plan: Plan) -> [Table; 2] {
    const STEPS: [usize; 4] = [0, 1, 4, ATTENUATIONS];
    let mut notes = Notes::default();
    let opened = open(contenders, Question::S1, &mut notes);
    let mut can: Vec<Narrowing<'_>> = Vec::new();
    for (name, service) in &opened {
        let mut text = service.borrow_mut().mint().expect("a service of tokens mints");
        if service.borrow_mut().attenuate(&text, 0).is_none() {
            notes.add(name, "a holder can not narrow its token");
            continue;
        }
        let mut texts = Vec::new();
        for nth in 0..=ATTENUATIONS {
            texts.push(text.clone());
            if nth < ATTENUATIONS {
                text = service.borrow_mut().attenuate(&text, nth).expect("it could before");
            }
        }
        can.push((*name, service, texts));
    }
    let rows = Question::S1.asks().len();
    let cold = STEPS.map(|step| {
        let mut all = Vec::new();
        for (_, service, texts) in &can {
            all.push(Cell::new(rows, move || service.borrow_mut().cold_all(&texts[step], rows)));
        }
        in_turns(plan, all)
    });
    let mut adding = Vec::new();
    for (_, service, texts) in &can {
        let add = || service.borrow_mut().attenuate(&texts[0], 0).map_or(0, |text| text.len() as u64);
        adding.push(Cell::new(1, add));
    }
    let added = in_turns(plan, adding);
    let mut times = Vec::new();
    let mut bytes = Vec::new();
    for (place, (name, _, texts)) in can.iter().enumerate() {
        let time = |measure: &Measure| Some(Shown::Time(measure.clone()));
        let mut cells: Vec<_> = cold.iter().map(|measures| time(&measures[place])).collect();
        cells.push(time(&added[place]));
        times.push(Row { contender: name, cells });
        let lengths = STEPS.map(|step| Some(Shown::Number(texts[step].len() as f64)));
        bytes.push(Row { contender: name, cells: lengths.into() });
    }
    let columns =
        |last: Option<&str>| STEPS.iter().map(|n| format!("{n} added")).chain(last.map(str::to_owned)).collect();
    [
        Table {
            title: "Attenuation: verify and decide".to_owned(),
            unit: "ns",
            columns: columns(Some("adding one")),
            rows: times,
            notes: notes.lines(),
        },
        Table {
            title: "Attenuation: characters".to_owned(),
            unit: "characters",
            columns: columns(None),
            rows: bytes,
            notes: Vec::new(),
        },
    ]
}

/// Warm decisions among more and more rules, of which the last one matches or none.
fn rules(contenders: &[&dyn Contender], plan: Plan, say: &dyn Fn(&str)) -> Table {
    let mut notes = Notes::default();
    let mut rows: Vec<Row> =
        contenders.iter().map(|contender| Row { contender: contender.name(), cells: Vec::new() }).collect();
    let mut gone = vec![false; contenders.len()];
    for &n in plan.rules {
        say(&format!("{n} rules"));
        let question = Question::Rules(n);
        let still: Vec<usize> = (0..contenders.len()).filter(|&place| !gone[place]).collect();
        let mut opened = Vec::new();
        for &place in &still {
            let start = Instant::now();
            match contenders[place].open(question) {
                Ok(mut service) => {
                    if start.elapsed() > LOADS_TOO_LONG {
                        let took = start.elapsed().as_secs();
                        notes.add(
                            contenders[place].name(),
                            format!("loading {n} rules takes {took} s, more are not tried"),
                        );
                        gone[place] = true;
                    }
                    let start = Instant::now();
                    service.warm(0);
                    if start.elapsed() > TOO_LONG {
                        let took = start.elapsed().as_millis();
                        notes.add(contenders[place].name(), format!("one decision among {n} rules takes {took} ms"));
                        gone[place] = true;
                        continue;
                    }
                    opened.push((place, RefCell::new(service)));
                }
                Err(why) => {
                    notes.add(contenders[place].name(), why);
                    gone[place] = true;
                }
            }
        }
        let asked = question.asks().len();
        let cells = opened.iter().map(|(_, service)| Cell::new(asked, || service.borrow_mut().warm_all(asked)));
        let measures = in_turns(plan, cells.collect());
        let mut by_place: Vec<Option<Shown>> = vec![None; contenders.len()];
        for ((place, _), measure) in opened.iter().zip(measures) {
            by_place[*place] = Some(Shown::Time(measure));
        }
        rows.iter_mut().zip(by_place).for_each(|(row, shown)| row.cells.push(shown));
    }
    rows.retain(|row| row.cells.iter().any(Option::is_some));
    let columns = plan.rules.iter().map(|n| format!("{n} rules")).collect();
    Table { title: "Growth with rules: warm".to_owned(), unit: "ns", columns, rows, notes: notes.lines() }
}

/// Warm decisions of the published applications.
fn applications(contenders: &[&dyn Contender], plan: Plan) -> Table {
    let mut notes = Notes::default();
    let mut rows: Vec<Row> =
        contenders.iter().map(|contender| Row { contender: contender.name(), cells: Vec::new() }).collect();
    for app in App::ALL {
        let opened = open(contenders, Question::App(app), &mut notes);
        let measures = in_turns(
            plan,
            opened.iter().map(|(_, service)| Cell::new(TIMED, || service.borrow_mut().warm_all(TIMED))).collect(),
        );
        for row in &mut rows {
            let place = opened.iter().position(|(name, _)| *name == row.contender);
            row.cells.push(place.map(|place| Shown::Time(measures[place].clone())));
        }
    }
    rows.retain(|row| row.cells.iter().any(Option::is_some));
    let columns = App::ALL.map(|app| app.name().to_owned()).into();
    Table { title: "Published applications: warm".to_owned(), unit: "ns", columns, rows, notes: notes.lines() }
}

/// S1, warm, with one thread and with two.
fn two_threads(contenders: &[&dyn Contender], plan: Plan) -> Table {
    let time = plan.slice * u32::try_from(plan.rounds * 2).unwrap_or(u32::MAX).min(40);
    let row = |contender: &&dyn Contender| {
        let rate = |threads| threads::decisions(*contender, Question::S1, threads, time.max(Duration::from_millis(30)));
        let (one, two) = (rate(1), rate(2));
        let cells = [one, two, two / one.max(1.0)].map(|number| Some(Shown::Number(number)));
        Row { contender: contender.name(), cells: cells.into() }
    };
    Table {
        title: "Threads: S1, warm".to_owned(),
        unit: "decisions a second, by the wall clock",
        columns: ["1 thread", "2 threads", "ratio"].map(str::to_owned).into(),
        rows: contenders.iter().map(row).collect(),
        notes: Vec::new(),
    }
}
