//! Chooses an index for a large set of rules, and writes it.
//!
//! The input is encoded rules and the constants they use. The result is the constant that
//! [`bytecode::index`](placet_core::bytecode::index) describes, or none if evaluating every rule is
//! as fast. Every rule is put into one table: that of the facet for which the fewest other rules
//! require the same value, or of two or three facets together if many do. A rule that no facet
//! separates from others stays open. The same rules always get the same index.

use std::collections::{BTreeMap, BTreeSet};

use arrayvec::ArrayVec;

use placet_core::bytecode::cursor::Cursor;
use placet_core::bytecode::index::facet::{END_BYTES, FACETS, Facet, FacetKind, Facets, Hash, Part, SEGMENTS};
use placet_core::bytecode::index::literal::{KEYS, Literal, Rule};
use placet_core::bytecode::index::{OPEN, TABLES};
use placet_core::model::types::{BytesType, Scalar, Type, Written};
use placet_core::model::vocabulary::{FieldNo, Vocabulary};

/// Rules that may share a key before their table gets another facet: evaluating these few costs
/// less than another facet.
const CROWD: usize = 4;

/// Sizes of one facet that get tables of their own; rules of other sizes use the next smaller one.
const SIZES: usize = 6;

/// Keys that the range of one rule may have: the rule is in as many buckets.
const SPREAD: u128 = 4;

/// An index of the `count` rules in `code`, if at least `from` of them can be separated. `None` if
/// it would not pay, or if there are more rules than an index can number.
pub(super) fn index(code: &[u8], count: usize, pool: &[u8], vocabulary: &Vocabulary, from: usize) -> Option<Vec<u8>> {
    if count < from || u16::try_from(count).is_err() || code.len() >= 1 << 24 {
        return None;
    }
    let mut rules = read(code, count, pool)?;
    for placed in &mut rules {
        placed.options = options(&placed.rule, vocabulary);
    }
    settle_sizes(&mut rules);
    choose_one(&mut rules);
    for _ in 1..FACETS {
        choose_more(&mut rules);
    }
    let tables = tables(&mut rules, from);
    let found = rules.iter().filter(|placed| placed.table != OPEN).count();
    (found >= from).then(|| write(&rules, &tables, code.len()))
}

/// A rule on its way into a table.
struct Placed<'p> {
    rule: Rule<'p>,
    begins: usize,
    /// Facets that it constrains, as precisely as it does.
    options: Vec<Facet<'p>>,
    /// The facets of its table.
    facets: Facets<'p>,
    /// The number of rules that require the same of these.
    crowd: usize,
    /// The number of its keys in its table.
    keys: usize,
    table: u8,
}

impl Placed<'_> {
    /// Its keys for the facets of its table. They are computed again for the table: stored, they
    /// would take more memory than the rules.
    fn wanted(&self) -> ArrayVec<Hash, KEYS> {
        self.rule.keys(&self.facets).unwrap_or_default()
    }
}

fn read<'p>(code: &'p [u8], count: usize, pool: &'p [u8]) -> Option<Vec<Placed<'p>>> {
    let mut cursor = Cursor::new(code);
    let mut rules = Vec::with_capacity(count);
    while !cursor.is_empty() {
        let begins = code.len() - cursor.rest().len();
        let rule = Rule::read(&mut cursor, pool)?;
        let (options, facets) = (Vec::new(), Facets::new());
        rules.push(Placed { rule, begins, options, facets, crowd: usize::MAX, keys: 0, table: OPEN });
    }
    Some(rules)
}

/// The facets that the rule constrains: for each attribute the most precise one.
fn options<'p>(rule: &Rule<'p>, vocabulary: &Vocabulary) -> Vec<Facet<'p>> {
    let mut options = Vec::new();
    let mut before = None;
    for field in rule.fields() {
        if before.replace(field) == Some(field) {
            continue;
        }
        match vocabulary.attribute(field).map(|attribute| attribute.ty) {
            Some(Type::One(scalar) | Type::Set(scalar)) => options_on(rule, field, scalar, &mut options),
            Some(Type::Labels) => options_of_labels(rule, field, &mut options),
            None => {}
        }
    }
    options.extend(fit(rule, Facet::new(FacetKind::Action, FieldNo(0), 0)));
    options
}

fn options_on<'p>(rule: &Rule<'p>, field: FieldNo, scalar: Scalar, options: &mut Vec<Facet<'p>>) {
    let fits = |kind, size| fit(rule, Facet::new(kind, field, size));
    match scalar.written() {
        Written::Number(_) | Written::Bytes(BytesType::Ip) => options.extend(fits(FacetKind::Bits, 128)),
        Written::Bool | Written::Bytes(_) => {
            let whole = fits(FacetKind::Whole, u16::MAX);
            if whole.is_some() {
                options.extend(whole);
            } else if scalar.written() == Written::Bytes(BytesType::Path) {
                options.extend(fits(FacetKind::First, u16::MAX));
                options.extend((0..=SEGMENTS).filter_map(|size| fits(FacetKind::Segment, size)));
                options.extend(fits(FacetKind::SomeSegment, 0));
            } else {
                options.extend(fits(FacetKind::First, u16::MAX));
                options.extend(fits(FacetKind::Last, u16::MAX));
            }
        }
    }
}

fn options_of_labels<'p>(rule: &Rule<'p>, field: FieldNo, options: &mut Vec<Facet<'p>>) {
    let mut labels = BTreeSet::new();
    rule.labels(field, &mut |label| {
        labels.insert(label);
    });
    for label in labels {
        let fits = |kind| fit(rule, Facet { kind, field, size: u16::MAX, label });
        let whole = fits(FacetKind::LabelWhole);
        if whole.is_some() {
            options.extend(whole);
        } else {
            options.extend(fits(FacetKind::LabelFirst));
            options.extend(fits(FacetKind::LabelLast));
        }
    }
}

/// The facet in the size that the rule constrains; `None` if the rule does not constrain it.
fn fit<'p>(rule: &Rule<'p>, facet: Facet<'p>) -> Option<Facet<'p>> {
    let (mut shortest, mut longest, mut bits) = (usize::MAX, 0, u16::MAX);
    let says = rule.literals(facet, &mut |literal| match literal {
        Literal::Text(text) => {
            shortest = shortest.min(text.len());
            longest = longest.max(text.len());
        }
        Literal::Span { first, last, width } => {
            let span = last - first;
            let is_block = span.count_ones() == span.trailing_ones() && first & span == 0;
            // A block of numbers as large as the span, or a few smaller ones.
            let block = if is_block { span } else { span / SPREAD };
            bits = bits.min((block.leading_zeros() as u16 + width).saturating_sub(128));
        }
    });
    let size = match sized(facet.kind) {
        Sized::Longest => u16::try_from(longest).ok()?,
        Sized::Shortest if facet.kind == FacetKind::Bits => bits.min(128),
        Sized::Shortest => u16::try_from(shortest.min(END_BYTES)).ok()?,
        Sized::Fixed => facet.size,
    };
    (says && (size > 0 || sized(facet.kind) != Sized::Shortest)).then_some(Facet { size, ..facet })
}

/// How rules that constrain different sizes of one facet share a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sized {
    /// It looks at the longest.
    Longest,
    /// It looks at the shortest of its rules.
    Shortest,
    /// There are no other sizes.
    Fixed,
}

const fn sized(kind: FacetKind) -> Sized {
    match kind {
        FacetKind::Whole | FacetKind::LabelWhole => Sized::Longest,
        FacetKind::First | FacetKind::Last | FacetKind::Bits | FacetKind::LabelFirst | FacetKind::LabelLast => {
            Sized::Shortest
        }
        FacetKind::Segment | FacetKind::Action | FacetKind::SomeSegment => Sized::Fixed,
    }
}

/// The sizes that get tables: the smallest, so that no rule is without one, and others that split
/// the rules evenly.
fn kept(sizes: &BTreeMap<u16, usize>, kind: FacetKind) -> BTreeSet<u16> {
    match sized(kind) {
        // Values that are compared whole need one table, for the longest.
        Sized::Longest => sizes.keys().next_back().copied().into_iter().collect(),
        Sized::Fixed => BTreeSet::new(),
        Sized::Shortest => {
            let share = sizes.values().sum::<usize>().div_ceil(SIZES).max(1);
            let mut kept = BTreeSet::new();
            let mut before = 0;
            for (&size, &rules) in sizes {
                // The first size, and each that holds the first rule of another share.
                if before == 0 || (before + rules - 1) / share > (before - 1) / share {
                    kept.insert(size);
                }
                before += rules;
            }
            kept
        }
    }
}

/// Leaves each kind of facet only as many sizes as there can be tables for.
fn settle_sizes(rules: &mut [Placed<'_>]) {
    let mut seen: BTreeMap<(FacetKind, FieldNo, &[u8]), BTreeMap<u16, usize>> = BTreeMap::new();
    for facet in rules.iter().flat_map(|placed| &placed.options) {
        let sizes = seen.entry((facet.kind, facet.field, facet.label)).or_default();
        *sizes.entry(facet.size).or_default() += 1;
    }
    let settled: BTreeMap<_, _> = seen.into_iter().map(|(of, sizes)| (of, kept(&sizes, of.0))).collect();
    for placed in rules {
        for facet in &mut placed.options {
            let sizes = settled.get(&(facet.kind, facet.field, facet.label));
            let size = sizes.and_then(|sizes| match sized(facet.kind) {
                Sized::Longest => sizes.last().copied(),
                Sized::Fixed => None,
                Sized::Shortest => sizes.range(..=facet.size).next_back().copied(),
            });
            facet.size = size.unwrap_or(facet.size);
        }
    }
}

/// The requirements of rules on some facets: a number for facets and key together. If two share
/// one, a rule only gets a poorer table. They are kept from counting to comparing, since computing
/// a key takes some hundred instructions.
#[derive(Default)]
struct Wants {
    stamps: Vec<u64>,
    /// The end of the stamps for each query; `None` if the rule does not constrain that much.
    ends: Vec<Option<u32>>,
}

impl Wants {
    fn ask(&mut self, placed: &Placed<'_>, facets: &[Facet<'_>]) {
        let keys = placed.rule.keys(facets);
        let stamp = |key: Hash, facet: &Facet<'_>| {
            key.with(Part::Number(u128::from(u32::from_le_bytes(facet.bytes())))).with(Part::Bytes(facet.label))
        };
        let stamps = keys.iter().flatten().map(|&key| facets.iter().fold(key, stamp).number());
        self.stamps.extend(stamps);
        self.ends.push(keys.and_then(|_| u32::try_from(self.stamps.len()).ok()));
    }

    /// The answers, in the order of the queries.
    fn answers(&self) -> impl Iterator<Item = Option<&[u64]>> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let end = usize::try_from((*end)?).ok()?;
            self.stamps.get(std::mem::replace(&mut from, end)..end)
        })
    }

    fn census(&self) -> Census {
        let mut wants = self.stamps.clone();
        wants.sort_unstable();
        Census { wants }
    }
}

/// How many rules have each requirement.
struct Census {
    /// Ascending.
    wants: Vec<u64>,
}

impl Census {
    /// The number of rules with the most frequent of `stamps`.
    fn crowd(&self, stamps: &[u64]) -> usize {
        let count = |stamp| {
            let upto = self.wants.partition_point(|want| *want <= stamp);
            upto - self.wants.partition_point(|want| *want < stamp)
        };
        stamps.iter().map(|&stamp| count(stamp)).max().unwrap_or(0)
    }

    /// The number of different requirements.
    fn different(&self) -> usize {
        self.wants.chunk_by(|left, right| left == right).count()
    }
}

/// Gives every rule the facet that the fewest others share.
fn choose_one(rules: &mut [Placed<'_>]) {
    let mut wants = Wants::default();
    for placed in rules.iter() {
        placed.options.iter().for_each(|facet| wants.ask(placed, &[*facet]));
    }
    let census = wants.census();
    let mut answers = wants.answers();
    for placed in rules {
        let options = placed.options.iter().zip(&mut answers);
        let crowded = options.filter_map(|(facet, stamps)| Some((census.crowd(stamps?), stamps?.len(), *facet)));
        if let Some((crowd, keys, facet)) = crowded.min() {
            placed.facets = Facets::from_iter([facet]);
            (placed.crowd, placed.keys) = (crowd, keys);
        }
    }
}

/// Gives rules that share a key with too many others one more facet: of those that the rules of a
/// table constrain, the one that separates most of them.
fn choose_more(rules: &mut [Placed<'_>]) {
    let mut crowded: BTreeMap<Facets<'_>, Vec<usize>> = BTreeMap::new();
    for (number, placed) in rules.iter().enumerate() {
        if placed.crowd > CROWD && !placed.facets.is_full() && !placed.facets.is_empty() {
            crowded.entry(placed.facets.clone()).or_default().push(number);
        }
    }
    for (facets, numbers) in crowded {
        let candidates: BTreeSet<Facet<'_>> = numbers
            .iter()
            .flat_map(|&number| &rules[number].options)
            .filter(|facet| !facets.contains(facet))
            .copied()
            .collect();
        let best = candidates
            .into_iter()
            .map(|facet| divided(rules, &numbers, &facets, facet))
            // Segments that may be anywhere are looked for one by one: only if nothing else is as good.
            .max_by_key(|divided| (divided.different, divided.facet.kind != FacetKind::SomeSegment));
        let Some(best) = best else { continue };
        for (number, crowd, keys) in best.rules {
            let placed = &mut rules[number];
            if crowd < placed.crowd {
                placed.facets.push(best.facet);
                (placed.crowd, placed.keys) = (crowd, keys);
            }
        }
    }
}

/// The effect of one more facet on the rules of a table.
struct Divided<'p> {
    facet: Facet<'p>,
    /// The number of different requirements then.
    different: usize,
    /// The rules that constrain it, the number that share a requirement, and the number of their
    /// keys then.
    rules: Vec<(usize, usize, usize)>,
}

fn divided<'p>(rules: &[Placed<'p>], numbers: &[usize], facets: &Facets<'p>, facet: Facet<'p>) -> Divided<'p> {
    let mut wider = facets.clone();
    wider.push(facet);
    let asked = || numbers.iter().copied().filter(|&number| rules[number].options.contains(&facet));
    let mut wants = Wants::default();
    asked().for_each(|number| wants.ask(&rules[number], &wider));
    let census = wants.census();
    let crowded = |(number, stamps): (usize, Option<&[u64]>)| Some((number, census.crowd(stamps?), stamps?.len()));
    let rules = asked().zip(wants.answers()).filter_map(crowded).collect();
    Divided { facet, different: census.different(), rules }
}

/// The tables that pay, and each rule's table: the largest ones, without rules that share a key
/// with so many others that a table would rarely skip them.
fn tables<'p>(rules: &mut [Placed<'p>], from: usize) -> Vec<Facets<'p>> {
    let hopeless = (rules.len() / 4).max(CROWD);
    let mut sizes: BTreeMap<Facets<'_>, usize> = BTreeMap::new();
    for placed in rules.iter().filter(|placed| placed.crowd <= hopeless) {
        *sizes.entry(placed.facets.clone()).or_default() += 1;
    }
    let mut tables: Vec<(Facets<'_>, usize)> =
        sizes.into_iter().filter(|(_, rules)| *rules >= from.min(CROWD)).collect();
    tables.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    tables.truncate(TABLES);
    let tables: Vec<Facets<'_>> = tables.into_iter().map(|(facets, _)| facets).collect();
    let mut entries = vec![0; tables.len()];
    for placed in rules.iter_mut().filter(|placed| placed.crowd <= hopeless) {
        let Some(place) = tables.iter().position(|facets| *facets == placed.facets) else { continue };
        let after = entries[place] + placed.keys;
        // An entry's place has sixteen bits.
        if u16::try_from(after).is_ok() {
            entries[place] = after;
            placed.table = u8::try_from(place).unwrap_or(OPEN);
        }
    }
    tables
}

fn write(rules: &[Placed<'_>], tables: &[Facets<'_>], code: usize) -> Vec<u8> {
    let mut out = Vec::new();
    put_short(&mut out, rules.len());
    out.extend_from_slice(&(code as u32).to_le_bytes());
    out.push(tables.len() as u8);
    for placed in rules {
        let [low, middle, high, _] = (placed.begins as u32).to_le_bytes();
        out.extend([low, middle, high, placed.table]);
    }
    let numbered = || rules.iter().enumerate();
    let open: Vec<usize> = numbered().filter(|(_, placed)| placed.table == OPEN).map(|(number, _)| number).collect();
    put_short(&mut out, open.len());
    open.iter().for_each(|&number| put_short(&mut out, number));
    for (table, facets) in tables.iter().enumerate() {
        let members: Vec<_> = numbered().filter(|(_, placed)| usize::from(placed.table) == table).collect();
        write_table(&members, facets, &mut out);
    }
    out
}

fn write_table(members: &[(usize, &Placed<'_>)], facets: &Facets<'_>, out: &mut Vec<u8>) {
    let mut keys: Vec<(Hash, usize)> = Vec::with_capacity(members.len());
    for (number, placed) in members {
        keys.extend(placed.wanted().iter().map(|&key| (key, *number)));
    }
    let log = keys.len().max(1).next_power_of_two().ilog2().min(16) as u8;
    let mut entries: Vec<(usize, usize)> = keys.into_iter().map(|(key, number)| (key.bucket(log), number)).collect();
    entries.sort_unstable();
    entries.dedup();
    out.extend([facets.len() as u8, log]);
    facets.iter().for_each(|facet| out.extend(facet.bytes()));
    for facet in facets.iter().filter(|facet| facet.kind.of_label().is_some()) {
        put_short(out, facet.label.len());
        out.extend_from_slice(facet.label);
    }
    let mut before = entries.iter().peekable();
    let mut start = 0;
    for bucket in 0..1usize << log {
        put_short(out, start);
        while before.next_if(|(of, _)| *of == bucket).is_some() {
            start += 1;
        }
    }
    put_short(out, start);
    entries.iter().for_each(|&(_, number)| put_short(out, number));
}

fn put_short(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&(number as u16).to_le_bytes());
}
