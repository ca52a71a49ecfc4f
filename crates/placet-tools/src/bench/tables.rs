//! The measurements as tables of words; the terminal and the page show the same ones.

use super::latency::SHARES;
use super::sizes::{FixtureSize, Hot};
use super::{Measured, Route, Timed};

/// A measured policy and its name.
pub type Named<'m> = (&'m str, &'m Measured);

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The column titles; the first one names the rows.
    pub head: Vec<String>,
    /// As wide as the head.
    pub rows: Vec<Vec<String>>,
}

/// All tables of one policy, or of two side by side: then every row says how many times as much the
/// second one takes.
#[must_use]
pub fn tables(all: &[Named<'_>]) -> Vec<Table> {
    let mut tables = vec![latencies(all), throughputs(all), costs(all), sizes(all)];
    tables.extend(all.iter().map(|named| rules(*named, all.len() > 1)));
    tables.retain(|table| !table.rows.is_empty());
    tables
}

fn latencies(all: &[Named<'_>]) -> Table {
    let shares = SHARES.map(|share| format!("p{share}"));
    let head = std::iter::once("time of a decision".to_owned()).chain(shares);
    let head = head.chain(["max".to_owned(), "mean".to_owned()]);
    let numbers = |timed: &Timed| {
        let latency = &timed.latency;
        latency.shares.into_iter().chain([latency.most, latency.mean]).collect()
    };
    Table { head: head.collect(), rows: by_lane(all, numbers, time) }
}

fn throughputs(all: &[Named<'_>]) -> Table {
    let of = |measured: &Measured| measured.routes.first().map(|timed| timed.throughput.clone()).unwrap_or_default();
    let threads = all.first().map(|(_, measured)| of(measured)).unwrap_or_default();
    if threads.is_empty() {
        return Table { head: Vec::new(), rows: Vec::new() };
    }
    let threads = threads.into_iter().map(|(count, _)| format!("{count} thread{}", if count == 1 { "" } else { "s" }));
    let head = std::iter::once("decisions in a second".to_owned()).chain(threads).collect();
    let numbers = |timed: &Timed| timed.throughput.iter().map(|(_, rate)| *rate).collect();
    Table { head, rows: by_lane(all, numbers, count) }
}

/// For each route a row for each policy, and one with the second divided by the first.
fn by_lane(all: &[Named<'_>], numbers: impl Fn(&Timed) -> Vec<f64>, show: fn(f64) -> String) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for route in Route::ALL {
        let found: Vec<_> = all
            .iter()
            .filter_map(|(name, measured)| {
                let timed = measured.routes.iter().find(|timed| timed.route == route)?;
                Some((*name, numbers(timed)))
            })
            .collect();
        for (name, numbers) in &found {
            let title = if all.len() > 1 { format!("{}: {name}", route.words()) } else { route.words().to_owned() };
            rows.push(std::iter::once(title).chain(numbers.iter().map(|number| show(*number))).collect());
        }
        if let [(_, first), (_, second)] = found.as_slice() {
            let ratios = first.iter().zip(second).map(|(first, second)| ratio(*first, *second));
            rows.push(std::iter::once("… times as much".to_owned()).chain(ratios).collect());
        }
    }
    rows
}

/// The size of each token and policy.
fn sizes(all: &[Named<'_>]) -> Table {
    let head = ["bytes", "program", "local token", "public token"].map(str::to_owned).to_vec();
    let most = all.iter().map(|(_, measured)| measured.sizes.fixtures.len()).max().unwrap_or(0);
    let mut rows = Vec::new();
    for place in 0..most.min(STAGES) {
        let fixtures = all.iter().filter_map(|(name, it)| Some((*name, it.sizes.fixtures.get(place)?)));
        let fixtures: Vec<_> = fixtures.map(|(name, fixture)| (name, fixture, fixture.bytes())).collect();
        for (name, fixture, bytes) in &fixtures {
            let title = if all.len() > 1 { format!("{}: {name}", fixture.title) } else { fixture.title.clone() };
            let bytes = bytes.map(|bytes| bytes.map_or_else(|| "–".to_owned(), |bytes| format!("{bytes:.0}")));
            rows.push(std::iter::once(title).chain(bytes).collect());
        }
        if let [(.., first), (.., second)] = fixtures.as_slice() {
            let ratios = first.iter().zip(second).map(|(first, second)| {
                first.zip(*second).map_or_else(String::new, |(first, second)| ratio(first, second))
            });
            rows.push(std::iter::once("… times as much".to_owned()).chain(ratios).collect());
        }
    }
    Table { head, rows }
}

/// The number of tokens and policies whose sizes are shown.
const STAGES: usize = 8;

impl FixtureSize {
    #[expect(clippy::cast_precision_loss, reason = "sizes that a cap has bounded")]
    fn bytes(&self) -> [Option<f64>; 3] {
        let token = |token: Option<(usize, usize)>| token.map(|(bytes, _)| bytes as f64);
        [Some(self.program as f64), token(self.local), token(self.public)]
    }
}

/// The cost of a decision, independent of the clock.
fn costs(all: &[Named<'_>]) -> Table {
    let mut head = vec!["cost of a decision".to_owned()];
    head.extend(all.iter().map(|(name, _)| if all.len() > 1 { (*name).to_owned() } else { "count".to_owned() }));
    head.extend((all.len() > 1).then(|| "times as much".to_owned()));
    #[expect(clippy::cast_precision_loss, reason = "steps that are shown to three digits")]
    let steps = |steps: u64| Some(steps as f64);
    let mut rows = vec![
        cost(all, "steps, at most by the program", &|it| steps(it.sizes.worst)),
        cost(all, "steps, at most by a request here", &|it| steps(it.sizes.reached)),
        cost(all, "steps, on average", &|it| Some(it.sizes.reached_mean)),
    ];
    rows.extend(Route::ALL.map(|route| {
        let title = format!("allocations, {}", route.words());
        cost(all, &title, &|it| {
            it.routes.iter().find(|timed| timed.route == route)?.allocations.map(|(count, _)| count)
        })
    }));
    Table { head, rows: rows.into_iter().flatten().collect() }
}

/// A row with a number for each policy; none if no policy has one.
fn cost(all: &[Named<'_>], title: &str, of: &dyn Fn(&Measured) -> Option<f64>) -> Option<Vec<String>> {
    let numbers: Vec<_> = all.iter().map(|(_, measured)| of(measured)).collect();
    numbers.iter().any(Option::is_some).then(|| {
        let shown = numbers.iter().map(|number| number.map_or_else(|| "–".to_owned(), count));
        let ratio = match numbers.as_slice() {
            [Some(first), Some(second)] => Some(ratio(*first, *second)),
            [_, _] => Some(String::new()),
            _ => None,
        };
        std::iter::once(title.to_owned()).chain(shown).chain(ratio).collect()
    })
}

fn rules((name, measured): Named<'_>, several: bool) -> Table {
    let title = if several { format!("deciding rules: {name}") } else { "deciding rules".to_owned() };
    let row = |hot: &Hot| {
        let place = hot.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        vec![format!("{place}{}", hot.text), hot.decided.to_string(), share(hot.decided, measured.requests)]
    };
    let rows = measured.sizes.rules.iter().take(RULES).map(row).collect();
    Table { head: vec![title, "requests".to_owned(), "share".to_owned()], rows }
}

/// The number of rules that are shown.
const RULES: usize = 20;

/// `98.2 ns`, `1.83 µs`, `45.1 ms`
#[must_use]
pub fn time(ns: f64) -> String {
    let (number, unit) = match ns {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    format!("{} {unit}", digits(number))
}

/// `812`, `9.81 M`
#[must_use]
pub fn count(number: f64) -> String {
    match number {
        number if number < 1e4 => digits(number),
        number if number < 1e6 => format!("{} k", digits(number / 1e3)),
        number if number < 1e9 => format!("{} M", digits(number / 1e6)),
        number => format!("{} G", digits(number / 1e9)),
    }
}

/// Three digits, without trailing zeros after the point.
fn digits(number: f64) -> String {
    match number {
        number if number.fract() == 0.0 => format!("{number:.0}"),
        number if number < 10.0 => format!("{number:.2}"),
        number if number < 100.0 => format!("{number:.1}"),
        number => format!("{number:.0}"),
    }
}

fn ratio(first: f64, second: f64) -> String {
    if first > 0.0 { format!("{:.2}", second / first) } else { "–".to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "a share that is shown to three digits")]
fn share(part: usize, all: usize) -> String {
    format!("{:.1} %", part as f64 * 100.0 / all.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_to_three_digits_with_their_unit() {
        let shown = [98.24, 1834.0, 45_100.0, 2_000_000.0, 3.2e9].map(time);
        assert_eq!(shown, ["98.2 ns", "1.83 µs", "45.1 µs", "2 ms", "3.20 s"]);
        assert_eq!([0.0, 812.0, 9_810_000.0].map(count), ["0", "812", "9.81 M"]);
        assert_eq!((ratio(2.0, 5.0), ratio(0.0, 1.0)), ("2.50".to_owned(), "–".to_owned()));
    }
}
