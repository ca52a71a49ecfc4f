//! Asks everyone, prints the tables, writes the page and the drawing.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, thread};

use clap::{Parser, ValueEnum};
use placet_peers::apps::App;
use placet_peers::contender::Contender;
use placet_peers::measure::{self, Part, Plan};
use placet_peers::question::Question;
use placet_peers::report::{Head, Report, html, svg, text};
use placet_peers::{agreement, contenders};

/// The same questions to Placet and to its peers.
#[derive(Parser)]
struct Arguments {
    /// In two minutes instead of twenty: fewer and shorter turns, no 10,000 rules.
    #[arg(long)]
    quick: bool,
    /// Only these, by the beginning of their names; commas between them.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only these tables; commas between them.
    #[arg(long, value_enum, value_delimiter = ',')]
    tables: Vec<Part>,
    /// Ask whether all agree, and measure nothing.
    #[arg(long)]
    check: bool,
    /// Count instructions as well, under valgrind; only of native and Placet, unless `--only` names others.
    #[arg(long)]
    instructions: bool,
    /// What runs under valgrind: contender, question, `cold` or `warm`, times.
    #[arg(long, hide = true, num_args = 4)]
    repeat: Option<Vec<String>>,
    /// Where `report.html`, `report.svg` and `report.json` go.
    #[arg(long)]
    out: Option<PathBuf>,
    /// What is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Long expressions are deep trees, and some parsers walk them by recursion.
const STACK: usize = 512 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let all = thread::Builder::new().stack_size(STACK).spawn(move || run(&arguments)).expect("a thread starts");
    match all.join() {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let everyone = contenders::all();
    if let Some(what) = &arguments.repeat {
        return repeat(&everyone, what);
    }
    let wanted = |contender: &&dyn Contender| {
        arguments.only.is_empty() || arguments.only.iter().any(|name| contender.name().starts_with(name.as_str()))
    };
    let chosen: Vec<&dyn Contender> = everyone.iter().map(|contender| &**contender).filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = everyone.iter().map(|contender| contender.name()).collect();
        return Err(format!("nobody is called so; there are {}", names.join(", ")));
    }
    let apps = App::ALL.map(Question::App);
    for question in Question::TOKENS.into_iter().chain(apps).chain([Question::Rules(10), Question::Rules(100)]) {
        eprintln!("do all agree? {}", question.name());
        agreement::check(&chosen, question)?;
    }
    if arguments.check {
        eprintln!("all agree");
        return Ok(());
    }
    let plan = if arguments.quick { Plan::QUICK } else { Plan::FULL };
    let say = |what: &str| eprintln!("{what}");
    let mut results = measure::all(&chosen, &arguments.tables, plan, &say);
    if arguments.instructions {
        let counted = |contender: &&dyn Contender| {
            !arguments.only.is_empty() || ["native", "placet local", "placet public"].contains(&contender.name())
        };
        let counted: Vec<&dyn Contender> = chosen.iter().copied().filter(counted).collect();
        results.tables.push(measure::instructions::table(&counted, &say));
    }
    let report = Report { head: Head::new(&chosen), results };
    match arguments.format {
        Format::Text => print!("{}", text(&report)),
        Format::Json => println!("{}", report.json()),
    }
    let Some(folder) = &arguments.out else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, content) in
        [("report.html", html(&report)), ("report.svg", svg(&report)), ("report.json", report.json())]
    {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}

fn repeat(everyone: &[Box<dyn Contender>], what: &[String]) -> Result<(), String> {
    let [contender, question, kind, times] = what else { return Err("contender, question, kind, times".to_owned()) };
    let contender = everyone.iter().find(|one| one.name() == contender).ok_or("nobody is called so")?;
    let question =
        Question::TOKENS.into_iter().find(|one| one.name() == *question).ok_or("there is no such question")?;
    let times = times.parse().map_err(|error| format!("{times}: {error}"))?;
    measure::instructions::repeat(&**contender, question, kind, times)
}
