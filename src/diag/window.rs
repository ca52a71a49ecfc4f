//! A window into long lines: a snippet shows the part around a place, not a line of a megabyte.
//!
//! Generated policies and minified JSON are one line, and a snippet is made for each diagnostic:
//! with whole lines, the size of the messages would be the square of the size of the text.

use std::borrow::Cow;
use std::ops::Range;

use crate::span::Span;

/// A text whose long lines are cut to the parts around some places.
#[derive(Debug)]
pub(super) struct Window<'t> {
    /// The shortened text, with `…` for each part that is cut out.
    pub(super) text: Cow<'t, str>,
    cuts: Vec<Cut>,
}

/// A part cut out of the text, and the place of its `…` in the rest.
#[derive(Debug)]
struct Cut {
    out: Range<usize>,
    mark: usize,
}

const MARK: &str = "…";

/// How much of a line is shown, in characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Lines of at most this many characters are shown as they are.
    whole: usize,
    /// Of a longer one, so much before each end of a place, and after it.
    before: usize,
    after: usize,
}

impl Room {
    /// For pages that are as wide as their lines.
    pub(super) const WIDE: Self = Self { whole: 200, before: 60, after: 100 };

    /// For a terminal: what a line with these places in it fits. A line that the terminal breaks is shown above an
    /// underline that points nowhere.
    pub(super) fn of(columns: usize, text: &str, places: &[Span]) -> Self {
        let whole = columns.saturating_sub(MARGIN).clamp(24, Self::WIDE.whole);
        let marks = 4;
        let around = match places {
            [place] => whole.saturating_sub(marks + place.of(text).chars().count()) / 2,
            _ => 0,
        };
        // Both ends of a long place are shown with what is around them.
        let around = around.max((whole - marks) / 4);
        Self { whole, before: around, after: around }
    }
}

/// Columns beside a line: its number and a frame.
const MARGIN: usize = 9;
/// A window has at most this many parts: a diagnostic can name many places.
const PARTS: usize = 16;

impl<'t> Window<'t> {
    /// Keeps what is around these places.
    pub(super) fn around(text: &'t str, places: &[Span], room: Room) -> Self {
        let is_long = |line: &str| is_longer(line, room.whole);
        if !text.lines().any(is_long) {
            return Self { text: text.into(), cuts: Vec::new() };
        }
        let places: Vec<usize> = places.iter().flat_map(|at| [at.start, at.end]).take(PARTS).collect();
        let mut window = Self { text: String::with_capacity(text.len().min(1 << 16)).into(), cuts: Vec::new() };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches(['\n', '\r']).len();
            let next = start + line.len();
            if is_long(&text[start..end]) {
                window.keep_parts(text, start..end, &places, room);
                window.text.to_mut().push_str(&text[end..next]);
            } else {
                window.text.to_mut().push_str(line);
            }
            start = next;
        }
        window
    }

    /// Whether something is cut out.
    pub(super) fn is_cut(&self) -> bool {
        !self.cuts.is_empty()
    }

    /// A span of the whole text as a span of the window.
    pub(super) fn span(&self, at: Span) -> Span {
        Span::new(self.place(at.start), self.place(at.end))
    }

    fn place(&self, at: usize) -> usize {
        let after = self.cuts.partition_point(|cut| cut.out.start <= at);
        match after.checked_sub(1).and_then(|last| self.cuts.get(last)) {
            None => at,
            Some(cut) if cut.out.contains(&at) => cut.mark,
            Some(cut) => at - cut.out.end + cut.mark + MARK.len(),
        }
    }

    fn keep_parts(&mut self, text: &str, line: Range<usize>, places: &[usize], room: Room) {
        let mut shown = line.start;
        for part in parts(text, &line, places, room) {
            self.cut(shown..part.start);
            self.text.to_mut().push_str(&text[part.clone()]);
            shown = part.end;
        }
        self.cut(shown..line.end);
    }

    fn cut(&mut self, out: Range<usize>) {
        if !out.is_empty() {
            self.cuts.push(Cut { out, mark: self.text.len() });
            self.text.to_mut().push_str(MARK);
        }
    }
}

fn is_longer(line: &str, most: usize) -> bool {
    line.len() > most && line.chars().nth(most).is_some()
}

/// The parts of a line that are kept, in order and without overlaps.
fn parts(text: &str, line: &Range<usize>, places: &[usize], room: Room) -> Vec<Range<usize>> {
    let within = places.iter().filter(|at| line.start <= **at && **at <= line.end);
    let mut around: Vec<_> =
        within.map(|at| before(text, line, *at, room.before)..after(text, line, *at, room.after)).collect();
    around.sort_by_key(|part| part.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for part in around {
        match merged.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => merged.push(part),
        }
    }
    if merged.is_empty() {
        merged.push(line.start..after(text, line, line.start, (room.before + room.after).min(room.whole - MARK.len())));
    }
    merged
}

fn before(text: &str, line: &Range<usize>, at: usize, count: usize) -> usize {
    let beginning = text.get(line.start..at).unwrap_or_default();
    line.start + beginning.char_indices().rev().take(count).last().map_or(0, |(place, _)| place)
}

fn after(text: &str, line: &Range<usize>, at: usize, count: usize) -> usize {
    let Some(rest) = text.get(at..line.end) else { return before(text, line, at, count) };
    rest.char_indices().nth(count).map_or(line.end, |(place, _)| at + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AROUND: usize = Room::WIDE.before + Room::WIDE.after;

    fn shown(text: &str, places: &[Span]) -> (String, Vec<String>) {
        let window = Window::around(text, places, Room::WIDE);
        let spans = places.iter().map(|at| window.span(*at).of(&window.text).to_owned());
        (window.text.to_string(), spans.collect())
    }

    #[test]
    fn a_line_of_usual_length_stays_whole() {
        let text = format!("{}\nsecond\n", "ä".repeat(Room::WIDE.whole));
        let (window, spans) = shown(&text, &[Span::new(2, 4)]);
        assert_eq!((window, spans), (text, vec!["ä".to_owned()]));
    }

    #[test]
    fn each_place_of_a_long_line_is_shown_with_what_is_around_it() {
        let text = format!("first\n{}one{}two{}\nlast", "ä".repeat(300), "-".repeat(1000), "+".repeat(500));
        let one = text.find("one").unwrap();
        let two = text.find("two").unwrap();
        let (window, spans) = shown(&text, &[Span::new(two, two + 3), Span::new(one, one + 3), Span::new(0, 5)]);
        assert_eq!(spans, ["two", "one", "first"]);
        assert!(window.starts_with("first\n…ä") && window.ends_with("+…\nlast"), "{window}");
        assert_eq!(window.matches('…').count(), 3);
        assert!(window.chars().count() < 2 * AROUND + 40);
    }

    #[test]
    fn a_long_place_is_shown_with_its_two_ends() {
        let text = format!("<{}>", "x".repeat(100_000));
        let (window, spans) = shown(&text, &[Span::new(0, text.len())]);
        assert!(window.chars().count() < 2 * AROUND, "{window}");
        assert_eq!(spans, [window]);
    }

    #[test]
    fn of_a_long_line_without_a_place_the_beginning_is_shown() {
        let (window, _) = shown(&format!("a\n{}\nb", "x".repeat(1000)), &[Span::new(0, 1)]);
        assert_eq!(window, format!("a\n{}…\nb", "x".repeat(AROUND)));
    }

    #[test]
    fn a_place_outside_of_the_text_does_no_harm() {
        let text = "ä".repeat(1000);
        for at in [Span::new(1, 3), Span::new(5000, 6000), Span::new(2000, 1)] {
            let window = Window::around(&text, &[at], Room::WIDE);
            assert!(window.text.chars().count() < 500, "{at:?}");
        }
    }

    #[test]
    fn a_line_with_a_place_fits_the_terminal() {
        let line = format!("{}{}{}", "a".repeat(150), "b".repeat(40), "c".repeat(150));
        for columns in [60, 80, 100] {
            for end in [151, 160, 190, 340] {
                let place = Span::new(150, end);
                let window = Window::around(&line, &[place], Room::of(columns, &line, &[place]));
                let shown = window.text.chars().count();
                assert!(shown + MARGIN <= columns && shown > columns / 3, "{columns} {end}: {}", window.text);
                assert!(window.span(place).of(&window.text).starts_with('b'), "{}", window.text);
            }
        }
    }
}
