//! The functions of the subset. One [table](TABLE) names them; `docs/warpscript.md` shows it, and a
//! test compares the page with it.

mod bytes;
mod clock;
mod collections;
mod control;
mod json;
mod lists;
mod logic;
mod math;
mod stack;
mod text;
mod tokens;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(crate) use json::from_serde;

use super::error::{ScriptCode, Stop, UnplacedError};
use super::heap::{Item, ListId, MapId};
use super::machine::Machine;
use super::value::{FunctionNo, Macro, Value};

/// A function of WarpScript.
pub struct Function {
    /// Its name: `TOKENGEN`.
    pub name: &'static str,
    /// What it takes from the stack and what it leaves there.
    pub effect: &'static str,
    pub(super) run: fn(&mut Machine<'_>) -> Result<(), Stop>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! functions {
    ($( $name:literal $module:ident::$run:ident $effect:literal )*) => {
        /// All functions, by theme.
        pub static TABLE: &[Function] = &[$(Function { name: $name, effect: $effect, run: $module::$run }),*];
    };
}

functions! {
    "TOKENGEN" tokens::tokengen "params [aes hash] → { token ident id? }: mints a token"
    "TOKENDUMP" tokens::tokendump "token [aes hash] → { token ident params }: opens one"
    "TOKENINFO" tokens::tokeninfo "token → map: the content of a valid token"
    "CAPADD" tokens::capadd "token →: adds the capabilities of a valid token; present ones keep their value"
    "CAPGET" tokens::capget "name | list | NULL → value or NULL | map of the present ones | map of all"
    "CAPCHECK" tokens::capcheck "name → is it present?"
    "CAPDEL" tokens::capdel "name | list | NULL →: removes them, or all"
    "CAPSET" tokens::capset "name value →: sets a capability of this run; in the token filter macro only"
    "CAPEXPORT" tokens::capexport "always an error: there are no guarded macros here"

    "DUP" stack::dup "a → a a"
    "DUPN" stack::dupn "a₁…aₙ n → a₁…aₙ a₁…aₙ"
    "DROP" stack::drop "a →"
    "DROPN" stack::dropn "a₁…aₙ n →"
    "SWAP" stack::swap "a b → b a"
    "ROT" stack::rot "a b c → b c a"
    "ROLL" stack::roll "a₁…aₙ n → a₂…aₙ a₁"
    "ROLLD" stack::rolld "a₁…aₙ n → aₙ a₁…aₙ₋₁"
    "PICK" stack::pick "a₁…aₙ n → a₁…aₙ a₁"
    "DEPTH" stack::depth "→ values on the stack"
    "CLEAR" stack::clear "… →: empties the stack"
    "CLEARTOMARK" stack::clear_to_mark "mark … →"
    "COUNTTOMARK" stack::count_to_mark "mark … → mark … count"
    "MARK" stack::mark "→ mark"
    "NULL" stack::null "→ NULL"
    "ISNULL" stack::is_null "a → is it NULL?"
    "TYPEOF" stack::type_of "a → `STRING`, `LONG`, …"
    "STORE" stack::store "value name | register | list of them →"
    "CSTORE" stack::cstore "value name →: only if there is no such variable"
    "LOAD" stack::load "name | register → value"
    "FORGET" stack::forget "name →: removes a variable"
    "DEFINED" stack::defined "name → is there such a variable?"

    "{" collections::mark "→ mark: begins a map"
    "}" collections::to_map "mark k v … → map"
    "{}" collections::empty_map "→ map without entries"
    "[" collections::mark "→ mark: begins a list"
    "]" collections::to_list "mark … → list"
    "[]" collections::empty_list "→ list without elements"
    "->LIST" collections::list_of "a₁…aₙ n → list"
    "LIST->" collections::list_to "list → a₁…aₙ n"
    "->MAP" collections::map_of "k v … n → map of n / 2 entries"
    "MAP->" collections::map_to "map → k v … n"
    "GET" collections::get "map key | list index | bytes index → value, NULL if a map has none"
    "PUT" collections::put "collection value key → collection, changed"
    "APPEND" collections::append "a b → a, with all of b added"
    "+!" collections::add_in_place "list value → list, changed"
    "REMOVE" collections::remove "collection key → collection, removed value"
    "SIZE" collections::size "collection | text | bytes → count"
    "CONTAINSKEY" collections::contains_key "map key → map, is it present?"
    "CONTAINSVALUE" collections::contains_value "map value → map, is it present?"
    "CONTAINS" collections::contains "list value → list, is it present?"
    "KEYLIST" collections::key_list "map → list"
    "VALUELIST" collections::value_list "map → list"
    "SUBMAP" collections::submap "map keys → map"
    "SUBLIST" lists::sublist "list [ from to ] | list from [to [step]] → list, including both ends"
    "REVERSE" lists::reverse "list | text → reversed, in place"
    "LSORT" lists::sort "list of one kind of numbers or of texts → list, in order, in place"
    "UNIQUE" lists::unique "list → list, each value once, in the order of a Java set"
    "FLATTEN" lists::flatten "list → list without lists in it"
    "CLONE" collections::clone "list | map → an independent copy"

    "+" math::add "numbers | texts | list and value | macros → sum"
    "-" math::subtract "numbers → difference"
    "*" math::multiply "numbers → product"
    "/" math::divide "numbers → quotient; of LONGs, towards zero"
    "%" math::remainder "numbers → remainder, with the sign of the first"
    "**" math::power "numbers → power"
    "&" math::bit_and "LONGs → LONG"
    "|" math::bit_or "LONGs → LONG"
    "^" math::bit_xor "LONGs → LONG"
    "~" math::bit_not "LONG → LONG"
    "<<" math::shift_left "LONG count → LONG"
    ">>" math::shift_right "LONG count → LONG"
    ">>>" math::shift_right_unsigned "LONG count → LONG"
    "ABS" math::abs "number → number"
    "MIN" math::min "numbers → the smaller one"
    "MAX" math::max "numbers → the larger one"
    "FLOOR" math::floor "number → whole DOUBLE below"
    "CEIL" math::ceil "number → whole DOUBLE above"
    "ROUND" math::round "number → nearest LONG, halves up"
    "MAXLONG" math::max_long "→ 9223372036854775807"
    "MINLONG" math::min_long "→ -9223372036854775808"
    "PI" math::pi "→ 3.14…"
    "E" math::e "→ 2.71…"
    "TOLONG" math::to_long "number | text | boolean | bytes → LONG; `0x1F` and the octal `017` too"
    "TODOUBLE" math::to_double "number | text | boolean → DOUBLE"
    "TOBOOLEAN" math::to_boolean "number | text → BOOLEAN; a text is true unless it is empty"

    "==" logic::equal "a b → are they equal? numbers by value"
    "!=" logic::not_equal "a b → are they not?"
    "<" logic::less "numbers | texts → BOOLEAN"
    "<=" logic::at_most "numbers | texts → BOOLEAN"
    ">" logic::greater "numbers | texts → BOOLEAN"
    ">=" logic::at_least "numbers | texts → BOOLEAN"
    "~=" logic::almost "number number tolerance → do they differ by at most that?"
    "&&" logic::and "BOOLEANs | list of BOOLEANs and macros → all?"
    "AND" logic::and "as `&&`"
    "||" logic::or "BOOLEANs | list of BOOLEANs and macros → any?"
    "OR" logic::or "as `||`"
    "NOT" logic::not "BOOLEAN → its opposite"
    "!" logic::not "as `NOT`"

    "IFT" control::ift "condition macro →: runs the macro if the condition holds"
    "IFTE" control::ifte "condition macro macro →: runs one of them"
    "SWITCH" control::switch "c₁ m₁ … cₙ mₙ default n →: all of them macros; runs the one of the first condition that holds"
    "FOR" control::for_range "from to macro [BOOLEAN] →: runs it with every number (unless false), including both ends"
    "FORSTEP" control::for_step "from to step macro →: runs it, up or down; `step` is a macro from number to next number"
    "FOREACH" control::for_each "list | map | text, macro [BOOLEAN] →: runs it with every element, or key and value (and index, if true)"
    "WHILE" control::while_loop "condition body →: runs the body as long as the condition macro holds"
    "UNTIL" control::until_loop "body condition →: runs the body until the condition macro holds"
    "LMAP" control::lmap "list macro [BOOLEAN] → list: element and index (unless false) to one value each"
    "EVAL" control::eval "macro | text …: runs it"
    "RUN" control::run "name …: runs the macro in a variable"
    "RETURN" control::return_from "ends a macro"
    "BREAK" control::break_loop "ends a loop"
    "CONTINUE" control::continue_loop "continues with the next iteration of a loop"
    "STOP" control::stop "ends the script"
    "SECTION" control::section "name →: names what follows, for messages"
    "MACROCONFIG" control::macro_config "always an error: there are no named macros here"
    "MACROCONFIGDEFAULT" control::macro_config_default "always an error: there are no named macros here"
    "NOOP" control::noop "nothing"
    "ASSERT" control::assert "BOOLEAN →: an error unless it is true"
    "ASSERTMSG" control::assert_message "BOOLEAN message →: an error unless it is true"
    "FAIL" control::fail "an error"
    "MSGFAIL" control::fail_with_message "message …: an error"

    "TOSTRING" text::to_text "any → text, as Java writes it"
    "TOUPPER" text::upper "text → text"
    "TOLOWER" text::lower "text → text"
    "TRIM" text::trim "text → text without blanks at its ends"
    "SUBSTRING" text::substring "text from [length] → text; a negative number counts from the end"
    "SPLIT" text::split "text character → list"
    "JOIN" text::join "list separator | a₁…aₙ separator n → text; in a list, there is no separator between empty texts at its start"
    "MATCH" text::matches "text regex → list of groups, empty if the whole does not match"
    "REPLACE" text::replace "text regex replacement → the first match replaced"
    "REPLACEALL" text::replace_all "text regex replacement → every match replaced"
    "URLENCODE" text::url_encode "text → text with `%XX`"
    "URLDECODE" text::url_decode "text → text; `+` is a blank"
    "UUID" text::uuid "→ a new UUID"
    "IDENT" text::ident "→ name of the instance, or NULL"

    "->BYTES" bytes::to_bytes "text charset → bytes"
    "BYTES->" bytes::from_bytes "bytes charset → text"
    "->HEX" bytes::to_hex "text | bytes → text"
    "HEX->" bytes::from_hex "text → bytes"
    "->B64" bytes::to_base64 "text | bytes → text"
    "B64->" bytes::from_base64 "text → bytes"
    "->B64URL" bytes::to_base64_url "text | bytes → text, padded"
    "B64URL->" bytes::from_base64_url "text → bytes"
    "->OPB64" bytes::to_opb64 "text | bytes → text"
    "OPB64->" bytes::from_opb64 "text → bytes"
    "MD5" bytes::md5 "bytes → bytes"
    "SHA1" bytes::sha1 "bytes → bytes"
    "SHA256" bytes::sha256 "bytes → bytes"

    "->JSON" json::to_json "any → text"
    "JSON->" json::from_json "text → value"
    "JSONPRETTY" json::pretty "the output is written with a line for each entry"
    "JSONSTRICT" json::strict "the output has `null` for numbers without a JSON form"
    "JSONLOOSE" json::loose "the output has a bare `NaN`"

    "NOW" clock::now "→ time, in units of the platform"
    "MSTU" clock::mstu "→ units of the platform in a millisecond"
    "STU" clock::stu "→ units of the platform in a second"
    "w" clock::weeks "number → units of the platform"
    "d" clock::days "number → units of the platform"
    "h" clock::hours "number → units of the platform"
    "m" clock::minutes "number → units of the platform"
    "s" clock::seconds "number → units of the platform"
    "ms" clock::milliseconds "number → units of the platform"
    "us" clock::microseconds "number → units of the platform"
    "ns" clock::nanoseconds "number → units of the platform"
    "ps" clock::picoseconds "number → units of the platform"
    "ADDYEARS" clock::add_years "time count → time, in UTC"
    "ADDMONTHS" clock::add_months "time count → time, in UTC"
    "ADDDAYS" clock::add_days "time count → time"
    "ADDDURATION" clock::add_duration "time `P1M` → time, in UTC"
    "DURATION" clock::duration "`P1DT0.5S` → units of the platform"
    "ISODURATION" clock::iso_duration "units of the platform → `PT1M30S`, in whole ms"
    "ISO8601" clock::iso8601 "time → `2023-11-14T22:13:20.000000Z`"
    "TOTIMESTAMP" clock::to_timestamp "`2024-01-01T00:00:00Z` → time"
    "TSELEMENTS" clock::elements "time → [ year month day hour minute second fraction day-of-year day-of-week week ]"
    "TSELEMENTS->" clock::from_elements "[ year month day hour minute second fraction ] → time"
}

static INDEX: LazyLock<BTreeMap<&'static str, usize>> =
    LazyLock::new(|| TABLE.iter().enumerate().map(|(number, function)| (function.name, number)).collect());

/// The function with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    INDEX.get(name).and_then(|&number| TABLE.get(number))
}

/// The number of a function, for the words of a script.
pub(super) fn number(name: &str) -> Option<FunctionNo> {
    INDEX.get(name).copied().map(FunctionNo)
}

/// The function of a number.
pub(super) fn numbered(FunctionNo(number): FunctionNo) -> &'static Function {
    TABLE.get(number).expect("a number is made from a place in the table")
}

/// A name that differs only in case.
pub(super) fn alike(name: &str) -> Option<&'static str> {
    TABLE.iter().map(|function| function.name).find(|known| known.eq_ignore_ascii_case(name))
}

/// The message for values that a function does not accept.
fn wrong(function: &str, wants: &str, found: &Item) -> UnplacedError {
    let message = format!("{function} expects {wants}, found a {}", found.kind());
    match found {
        Item::Null => UnplacedError::new(ScriptCode::WrongKind, format!("{function} expects {wants}, found NULL")),
        _ => UnplacedError::new(ScriptCode::WrongKind, message),
    }
}

fn bad(message: impl Into<String>) -> UnplacedError {
    UnplacedError::new(ScriptCode::BadValue, message)
}

/// Whether it contains bytes: Java's text of them would be of no use to a script.
fn holds_bytes(value: &Value) -> bool {
    match value {
        Value::Bytes(_) => true,
        Value::List(list) => list.iter().any(holds_bytes),
        Value::Map(map) => map.iter().any(|(key, value)| holds_bytes(key) || holds_bytes(value)),
        Value::Null
        | Value::Bool(_)
        | Value::Long(_)
        | Value::Double(_)
        | Value::String(_)
        | Value::Macro(_)
        | Value::Mark => false,
    }
}

/// A count as a value.
fn counted(count: usize) -> Item {
    Item::Long(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Operands that functions take off the stack.
impl Machine<'_> {
    fn long(&mut self, function: &str, wants: &str) -> Result<i64, UnplacedError> {
        match self.pop()? {
            Item::Long(number) => Ok(number),
            found => Err(wrong(function, wants, &found)),
        }
    }

    fn boolean(&mut self, function: &str) -> Result<bool, UnplacedError> {
        match self.pop()? {
            Item::Bool(truth) => Ok(truth),
            found => Err(wrong(function, "a BOOLEAN", &found)),
        }
    }

    fn text(&mut self, function: &str, wants: &str) -> Result<std::rc::Rc<str>, UnplacedError> {
        match self.pop()? {
            Item::Text(text) => Ok(text),
            found => Err(wrong(function, wants, &found)),
        }
    }

    fn list(&mut self, function: &str) -> Result<ListId, UnplacedError> {
        match self.pop()? {
            Item::List(list) => Ok(list),
            found => Err(wrong(function, "a LIST", &found)),
        }
    }

    fn map(&mut self, function: &str) -> Result<MapId, UnplacedError> {
        match self.pop()? {
            Item::Map(map) => Ok(map),
            found => Err(wrong(function, "a MAP", &found)),
        }
    }

    fn code(&mut self, function: &str) -> Result<Macro, UnplacedError> {
        match self.pop()? {
            Item::Macro(body) => Ok(body),
            found => Err(wrong(function, "a MACRO", &found)),
        }
    }

    /// A count of values on the stack.
    fn count(&mut self, function: &str) -> Result<usize, UnplacedError> {
        let count = self.long(function, "a LONG count")?;
        let count = usize::try_from(count).map_err(|_| bad(format!("{function} cannot count {count} values")))?;
        if count > self.stack.len() { Err(super::machine::too_short()) } else { Ok(count) }
    }

    /// The values of a list. Visiting them is charged.
    fn elements(&mut self, list: ListId) -> Result<Vec<Item>, UnplacedError> {
        self.heap.work(size_of_val(self.heap.list(list)))?;
        Ok(self.heap.list(list).to_vec())
    }

    fn give(&mut self, item: Item) -> Result<(), Stop> {
        Ok(self.push(item)?)
    }

    fn give_text(&mut self, text: impl Into<std::rc::Rc<str>>) -> Result<(), Stop> {
        let text = self.heap.new_text(text)?;
        self.give(text)
    }

    fn give_list(&mut self, list: Vec<Item>) -> Result<(), Stop> {
        let list = self.heap.new_list(list)?;
        self.give(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_listed_once() {
        assert_eq!(INDEX.len(), TABLE.len());
    }
}
