//! The time zone of `hour(time, "Europe/Zurich")`.

use super::reading::Reading;
use super::report::with_help;
use crate::diag::Diagnostic;
use crate::diag::code::Code;
use crate::syntax::ast::{self, ConditionKind, Literal};
use crate::syntax::parse::nearest;
use crate::zones;

impl Reading<'_, '_, '_> {
    /// The name of a zone: text in quotes, or a `let` of it.
    pub(super) fn zone(&self, argument: &ast::Condition) -> Option<String> {
        let (report, at) = (self.scope.report, argument.at.0);
        let name = match &argument.kind {
            ConditionKind::Literal(Literal::Text(text)) => text.as_plain(),
            ConditionKind::Name(name) => self.scope.plain_let(name),
            _ => None,
        };
        let Some(name) = name else {
            let found = Diagnostic::new(Code::UnknownZone, at, "a time zone is its name in quotes");
            return report
                .fail(found.help("write `\"Europe/Zurich\"`, an offset such as `\"+02:00\"`, or the name of a `let`"));
        };
        if zones::find(name).is_some() {
            return Some(name.to_owned());
        }
        let found = Diagnostic::new(Code::UnknownZone, at, format!("there is no time zone `{name}`"));
        let otherwise = "use a name of the IANA database, such as `Europe/Zurich`, or an offset such as `+02:00`";
        report.fail(with_help(found, Some(meant(name).unwrap_or_else(|| otherwise.to_owned()))))
    }
}

/// The zone that was probably meant: by its whole name, or by that of its city.
fn meant(name: &str) -> Option<String> {
    let names = zones::names();
    let words = names.iter().map(String::as_str).filter(|name| zones::find(name).is_some());
    let city = |zone: &&str| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name));
    let found = words.clone().find(|zone| zone.eq_ignore_ascii_case(name));
    let found = found.or_else(|| words.clone().find(city)).or_else(|| nearest(name, words));
    found.map(|name| format!("did you mean `{name}`?"))
}
