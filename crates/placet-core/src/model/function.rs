//! Functions of one value in conditions: one table from which the checker, the compiler, the
//! verifier, the VM and the printers take the word, the types and the result.

use crate::model::types::{Accepts, Scalar};
use crate::model::value::Value;

/// Which numbers a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// A count: 0 or more.
    Count,
    /// A part of a date or of the time of day, which starts again after its last.
    Cycle {
        /// The smallest number.
        first: i64,
        /// The greatest number.
        last: i64,
        /// How messages name such a number: `an hour`.
        noun: &'static str,
        /// A hint about the usual mistake.
        hint: &'static str,
    },
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct FunctionRow {
    /// The word in the language.
    pub word: &'static str,
    /// The name of its argument: `time` of `hour(time)`.
    pub argument: &'static str,
    /// Which values it takes.
    pub accepts: Accepts,
    /// The type of its result.
    pub gives: Scalar,
    /// Which numbers it returns.
    pub results: Results,
}

impl FunctionRow {
    /// Whether it may be asked of the clocks of a time zone: `hour(time, "Europe/Zurich")`.
    #[must_use]
    pub const fn takes_zone(&self) -> bool {
        matches!((self.accepts, self.results), (Accepts::Only(Scalar::Time), Results::Cycle { .. }))
    }
}

macro_rules! functions {
    ($( $name:ident $word:literal ($argument:literal) $accepts:expr, $gives:ident $results:expr, $apply:expr; $meaning:literal )*) => {
        /// A function of one value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Function {
            $( #[doc = $meaning] $name, )*
        }

        impl Function {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$name ),*];

            /// Its row.
            #[must_use]
            pub const fn row(self) -> &'static FunctionRow {
                match self {
                    $( Self::$name => &FunctionRow {
                        word: $word,
                        argument: $argument,
                        accepts: $accepts,
                        gives: Scalar::$gives,
                        results: $results,
                    }, )*
                }
            }

            /// The result for a value; `None` for a type that it does not accept.
            #[must_use]
            #[inline(always)]
            pub fn apply(self, value: &Value<'_>) -> Option<Value<'static>> {
                match self {
                    $( Self::$name => {
                        let apply: fn(&Value<'_>) -> Option<i64> = $apply;
                        apply(value).map(Value::$gives)
                    } )*
                }
            }
        }
    };
}

functions! {
//  name    word      argument accepts                gives results
    Hour    "hour"    ("time") Accepts::Only(Scalar::Time), Int HOURS,    |value| Some(value.number()?.rem_euclid(DAY) / HOUR); "`hour(time)`: the hour of the day, 0 to 23, UTC."
    Minute  "minute"  ("time") Accepts::Only(Scalar::Time), Int MINUTES,  |value| Some(value.number()?.rem_euclid(HOUR) / MINUTE); "`minute(time)`: the minute of the hour, 0 to 59."
    Weekday "weekday" ("time") Accepts::Only(Scalar::Time), Int WEEKDAYS, |value| Some(weekday(value.number()?)); "`weekday(time)`: the day of the week, 1 (Monday) to 7 (Sunday), UTC (ISO 8601)."
    Length  "length"  ("text") Accepts::TextOrPath,         Int Results::Count, |value| i64::try_from(value.bytes()?.len()).ok(); "`length(text)`: how many bytes a string, bytes or a path have."
}

impl Function {
    /// The function with this word.
    #[must_use]
    pub fn called(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.row().word == word)
    }
}

const HOURS: Results = Results::Cycle {
    first: 0,
    last: 23,
    noun: "an hour",
    hint: "midnight is hour 0; `18..24` ends before its second number",
};

const MINUTES: Results = Results::Cycle {
    first: 0,
    last: 59,
    noun: "a minute",
    hint: "a full hour is minute 0; `30..60` ends before its second number",
};

const WEEKDAYS: Results = Results::Cycle {
    first: 1,
    last: 7,
    noun: "a day of the week",
    hint: "Monday is 1 and Sunday is 7; `1..6` is from Monday to Friday",
};

/// 1970-01-01 was a Thursday, day 4.
const fn weekday(time: i64) -> i64 {
    (time.div_euclid(DAY) + 3).rem_euclid(7) + 1
}

/// All in milliseconds, as times are.
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Time;

    #[test]
    fn every_word_is_of_one_function() {
        for &one in Function::ALL {
            assert_eq!(Function::called(one.row().word), Some(one));
        }
    }

    #[test]
    fn results_lie_where_the_table_says() {
        let times = (-40..40).map(|step| step * 29 * MINUTE * 13).chain([i64::MIN, -1, 0, 1, i64::MAX]);
        for time in times {
            for &function in Function::ALL {
                let given = function.apply(&Value::Time(Time::from_millis(time))).and_then(|value| value.number());
                match (function.row().results, given) {
                    (Results::Cycle { first, last, .. }, Some(number)) => {
                        assert!((first..=last).contains(&number), "{function:?} of {time} is {number}");
                    }
                    (Results::Count, None) => {}
                    (results, given) => panic!("{function:?} of {time}: {given:?}, and {results:?}"),
                }
            }
        }
    }

    #[test]
    fn a_function_takes_the_types_that_its_row_accepts_and_no_other() {
        let values = [Value::Bool(true), Value::String("a"), Value::Bytes(b"a"), Value::Time(Time::from_millis(0))];
        for &function in Function::ALL {
            for value in values {
                let accepts = value.scalar().is_some_and(|scalar| function.row().accepts.admits(scalar));
                assert_eq!(function.apply(&value).is_some(), accepts, "{function:?} of {value:?}");
            }
        }
    }
}
