//! Patterns that read another attribute of the request.

use placet::check::tree::{Constant, Operand, Pattern, Piece, Term, Text};
use placet::model::matcher::Matcher;
use placet::model::path::ResourcePath;
use placet::model::types::{Scalar, Type};
use placet::model::vocabulary::{FieldNo, TIME};

use super::super::reference::spliced;
use super::values::{constant, text_as};
use super::{Maker, Place};

impl Maker<'_, '_, '_> {
    /// A pattern on a value of this type that reads another attribute, if one fits.
    pub(super) fn of_another(&mut self, scalar: Scalar, place: &Place) -> Option<Pattern> {
        match scalar {
            Scalar::String | Scalar::Bytes if self.choices.chance(160) => self.made_text(scalar, place),
            Scalar::Path if self.choices.chance(200) => self.made_path(place),
            Scalar::String if self.choices.chance(60) => Some(Pattern::Is(Box::new(Operand::Claim(self.claim())))),
            Scalar::Time if self.choices.chance(60) => Some(Pattern::Is(Box::new(Operand::Expiry))),
            _ => {
                let (field, value) = self.another(|other| other == scalar)?;
                self.note(place, Some(value));
                Some(Pattern::Is(Box::new(Operand::Field(field))))
            }
        }
    }

    /// An attribute of one value, and a value for it.
    fn another(&mut self, fits: impl Fn(Scalar) -> bool) -> Option<(FieldNo, Constant)> {
        let attributes = self.vocabulary.attributes().iter().zip(0..);
        let fitting: Vec<(FieldNo, Scalar)> = attributes
            .filter_map(|(attribute, number)| match attribute.ty {
                Type::One(scalar) if fits(scalar) && FieldNo(number) != TIME => Some((FieldNo(number), scalar)),
                _ => None,
            })
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let (field, scalar) = *self.choices.pick(&fitting);
        let value = constant(self.choices, scalar);
        self.note(&Place::Field(field), Some(value.clone()));
        Some((field, value))
    }

    fn made_text(&mut self, scalar: Scalar, place: &Place) -> Option<Pattern> {
        let fits = |other: Scalar| other.has_text() || (other, scalar) == (Scalar::Bytes, Scalar::Bytes);
        let (field, value) = self.another(fits)?;
        let value = spliced(&value);
        let (matcher, before, after) = *self.choices.pick(&[
            (None, "", ""),
            (None, "a", "/b"),
            (Some(Matcher::Prefix), "a/", "/"),
            (Some(Matcher::Prefix), "", ""),
            (Some(Matcher::Suffix), "/", ".x"),
            (Some(Matcher::Glob), "a*", ""),
            (Some(Matcher::Glob), "?", "*b"),
            (Some(Matcher::Glob), "*", "?"),
        ]);
        let filled = |text: &str| text.replace('*', "qq").replace('?', "q").into_bytes();
        let rest = |end| if matcher == Some(end) { &b"x"[..] } else { b"" };
        let sample = [rest(Matcher::Suffix), &filled(before), &value, &filled(after), rest(Matcher::Prefix)].concat();
        self.note(place, Some(text_as(scalar, sample)));
        let text = text(before, field, after);
        Some(matcher.map_or_else(|| Pattern::Equal(Term::Text(text.clone())), |how| Pattern::Text(how, text.clone())))
    }

    fn made_path(&mut self, place: &Place) -> Option<Pattern> {
        let (field, value) = self.another(Scalar::has_text)?;
        let (before, after) = *self.choices.pick(&[
            ("/", ""),
            ("/a/", "/**"),
            ("/**/", ""),
            ("/x-", "/b"),
            ("/", "/*"),
            ("/**/*-", "/c"),
            ("/%2A", "/**/b"),
        ]);
        let filled = |text: &str| text.replace("%2A", "+").replace("**", "k/l").replace('*', "q").replace('+', "*");
        let sample = format!("{}{}{}", filled(before), String::from_utf8(spliced(&value)).ok()?, filled(after));
        if ResourcePath::new(&sample).is_ok() {
            self.note(place, Some(Constant::Path(sample)));
        }
        let text = text(before, field, after);
        let is_exact = before == "/" && after.is_empty() || before == "/x-";
        Some(if is_exact { Pattern::Equal(Term::Text(text)) } else { Pattern::Text(Matcher::Path, text) })
    }
}

fn text(before: &str, field: FieldNo, after: &str) -> Text {
    let literal = |text: &str| (!text.is_empty()).then(|| Piece::Literal(text.as_bytes().to_vec()));
    let pieces = [literal(before), Some(Piece::Field(field)), literal(after)];
    Text { pieces: pieces.into_iter().flatten().collect() }
}
