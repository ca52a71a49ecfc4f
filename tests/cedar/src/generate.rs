//! Makes rules that both languages can say, and says them in both.

/// What the policies speak. Numbers that are added to, and numbers up to the largest, are two attributes.
pub const VOCABULARY: &str = "vocabulary shared 1 {
    name: string optional
    count: int optional
    big: int optional
    flag: bool optional
    ip: ip optional
    groups: set of string optional
    action read, write
}
";

/// The words that texts are made of; some begin or end like others.
pub const TEXTS: [&str; 8] = ["", "a", "ab", "abc", "b", "ba", "é", "a b"];
/// All that are added to, or compared with a sum.
pub const COUNTS: [i64; 6] = [-1, 0, 1, 2, 7, 100];
/// Up to both ends.
pub const BIGS: [i64; 6] = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX];
/// First, last and next addresses of the networks.
pub const ADDRESSES: [&str; 8] =
    ["10.0.0.0", "10.255.255.255", "11.0.0.0", "192.168.1.1", "127.0.0.1", "2001:db8::1", "2001:db9::", "::1"];
pub const NETWORKS: [&str; 6] =
    ["10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", "2001:db8::/32", "10.0.0.0", "2001:db8::1"];

/// Numbers that are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// 0 to `count` - 1 (splitmix64).
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits fit") % count
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// The same thing in both languages.
pub struct Said {
    pub placet: String,
    pub cedar: String,
}

fn said(placet: impl Into<String>, cedar: impl Into<String>) -> Said {
    Said { placet: placet.into(), cedar: cedar.into() }
}

/// One to five rules, each on a line of its own.
pub fn policy(dice: &mut Dice) -> Vec<Said> {
    (0..=dice.below(5)).map(|_| rule(dice)).collect()
}

fn rule(dice: &mut Dice) -> Said {
    let deny = dice.one_in(3);
    let (ours, theirs) = if deny { ("deny", "forbid") } else { ("allow", "permit") };
    let (mut entries, mut conditions) = (Vec::new(), Vec::new());
    let scope = match dice.below(6) {
        0 => said("read", "action == Action::\"read\""),
        1 => said("write", "action == Action::\"write\""),
        2 => said("[read, write]", "action in [Action::\"read\", Action::\"write\"]"),
        3 => {
            conditions.push("action != Action::\"read\"".to_owned());
            said("not read", "action")
        }
        _ => said("", "action"),
    };
    if !scope.placet.is_empty() {
        entries.push(format!("action: {}", scope.placet));
    }
    for name in ["name", "count", "big", "flag", "ip", "groups"] {
        if dice.one_in(4) {
            let pattern = pattern(dice, name, deny);
            entries.push(format!("{name}: {}", pattern.placet));
            conditions.push(pattern.cedar);
        }
    }
    let mut placet = format!("{ours} {{ {} }}", entries.join(", "));
    if dice.one_in(3) {
        let when = condition(dice, 2);
        placet.push_str(&format!(" when {}", when.placet));
        conditions.push(when.cedar);
    }
    if dice.one_in(6) {
        let unless = condition(dice, 1);
        placet.push_str(&format!(" unless {}", unless.placet));
        conditions.push(format!("!({})", unless.cedar));
    }
    let when =
        if conditions.is_empty() { String::new() } else { format!(" when {{ ({}) }}", conditions.join(") && (")) };
    said(placet, format!("{theirs} (principal, {}, resource){when};", scope.cedar))
}

/// What is wanted of an attribute.
fn pattern(dice: &mut Dice, name: &str, deny: bool) -> Said {
    let has = format!("context has {name}");
    match dice.below(8) {
        0 => said("any", has),
        1 => said("absent", format!("!({has})")),
        2 => {
            let inner = value(dice, name, deny);
            said(format!("[absent, {}]", inner.placet), format!("!({has}) || ({})", inner.cedar))
        }
        // "Every element is not one of these" is not "not every element is one of these".
        3 if name != "groups" => {
            let inner = value(dice, name, deny);
            said(not(&inner.placet, deny), format!("!({})", inner.cedar))
        }
        4 if name != "groups" => {
            let (one, other) = (value(dice, name, deny), value(dice, name, deny));
            said(format!("[{}, {}]", one.placet, other.placet), format!("({}) || ({})", one.cedar, other.cedar))
        }
        _ => value(dice, name, deny),
    }
}

/// A `deny` says what becomes of a value that is absent. In Cedar the policy is skipped, so it forbids only who has one.
fn not(placet: &str, deny: bool) -> String {
    if deny { format!("not [{placet}, absent]") } else { format!("not {placet}") }
}

/// What is wanted of the value that an attribute has.
fn value(dice: &mut Dice, name: &str, deny: bool) -> Said {
    let it = format!("context.{name}");
    match name {
        "name" => text(dice, &it),
        "count" => number(dice, &it, &COUNTS),
        "big" => number(dice, &it, &BIGS),
        "flag" => {
            // A `deny` of `false` is written as `not [true, absent]`.
            let truth = dice.one_in(2) || deny;
            said(truth.to_string(), format!("{it} == {truth}"))
        }
        "ip" => {
            let network = dice.pick(&NETWORKS);
            said(format!("\"{network}\""), format!("{it}.isInRange(ip(\"{network}\"))"))
        }
        _ => elements(dice, &it, deny),
    }
}

fn text(dice: &mut Dice, it: &str) -> Said {
    let text = dice.pick(&TEXTS);
    match dice.below(5) {
        0 => said(format!("prefix \"{text}\""), format!("{it} like \"{text}*\"")),
        1 => said(format!("suffix \"{text}\""), format!("{it} like \"*{text}\"")),
        2 => {
            let other = dice.pick(&TEXTS);
            let glob = dice.pick(&["*", "a*", "*b*", "a*b", "*", "a**c"]);
            let glob = format!("{glob}{other}");
            said(format!("glob \"{glob}\""), format!("{it} like \"{glob}\""))
        }
        _ => said(format!("\"{text}\""), format!("{it} == \"{text}\"")),
    }
}

fn number(dice: &mut Dice, it: &str, numbers: &[i64]) -> Said {
    let number = dice.pick(numbers);
    match dice.below(6) {
        0 => {
            let other = dice.pick(numbers);
            let (low, high) = (number.min(other), number.max(other));
            if low == high {
                return said(low.to_string(), format!("{it} == {low}"));
            }
            said(format!("{low}..{high}"), format!("{it} >= {low} && {it} < {high}"))
        }
        // Nothing is beyond the ends, and a `deny` of nothing is an error.
        1 if number > i64::MIN => said(format!("< {number}"), format!("{it} < {number}")),
        2 => said(format!("<= {number}"), format!("{it} <= {number}")),
        3 if number < i64::MAX => said(format!("> {number}"), format!("{it} > {number}")),
        4 => said(format!(">= {number}"), format!("{it} >= {number}")),
        _ => said(number.to_string(), format!("{it} == {number}")),
    }
}

/// Of a set, `allow` wants every element to match, `deny` one.
fn elements(dice: &mut Dice, it: &str, deny: bool) -> Said {
    let (one, other) = (dice.pick(&TEXTS), dice.pick(&TEXTS));
    let list = format!("[\"{one}\", \"{other}\"]");
    match (dice.below(3), deny) {
        (0, false) => said(format!("\"{one}\""), format!("[\"{one}\"].containsAll({it})")),
        (0, true) => said(format!("\"{one}\""), format!("{it}.contains(\"{one}\")")),
        (1, false) => said(format!("not \"{one}\""), format!("!({it}.contains(\"{one}\"))")),
        (1, true) => said(not(&format!("\"{one}\""), true), format!("!([\"{one}\"].containsAll({it}))")),
        (_, false) => said(list.clone(), format!("{list}.containsAll({it})")),
        (_, true) => said(list.clone(), format!("{it}.containsAny({list})")),
    }
}

/// A condition that asks whether an attribute is there before it reads it.
fn condition(dice: &mut Dice, depth: usize) -> Said {
    if depth > 0 && !dice.one_in(3) {
        let one = condition(dice, depth - 1);
        if dice.one_in(3) {
            return said(format!("!{}", one.placet), format!("!{}", one.cedar));
        }
        let other = condition(dice, depth - 1);
        let sign = dice.pick(&["&&", "||"]);
        return said(
            format!("({} {sign} {})", one.placet, other.placet),
            format!("({} {sign} {})", one.cedar, other.cedar),
        );
    }
    let name = dice.pick(&["name", "count", "big", "flag", "ip", "groups"]);
    if dice.one_in(5) {
        return said(format!("(has {name})"), format!("(context has {name})"));
    }
    let asked = comparison(dice, name);
    said(format!("(has {name} && {})", asked.placet), format!("(context has {name} && {})", asked.cedar))
}

fn comparison(dice: &mut Dice, name: &str) -> Said {
    let sign = dice.pick(&["==", "!=", "<", "<=", ">", ">="]);
    let text = dice.pick(&TEXTS);
    match name {
        "name" => match dice.below(4) {
            0 => said(format!("starts_with(name, \"{text}\")"), format!("context.name like \"{text}*\"")),
            1 => said(format!("ends_with(name, \"{text}\")"), format!("context.name like \"*{text}\"")),
            2 => said(format!("contains(name, \"{text}\")"), format!("context.name like \"*{text}*\"")),
            _ => {
                let sign = dice.pick(&["==", "!="]);
                said(format!("name {sign} \"{text}\""), format!("context.name {sign} \"{text}\""))
            }
        },
        "count" => {
            let (more, number) = (dice.pick(&COUNTS[1..]), dice.pick(&COUNTS));
            let plus = dice.pick(&["+", "-"]);
            said(format!("count {plus} {more} {sign} {number}"), format!("context.count {plus} {more} {sign} {number}"))
        }
        "big" => {
            let number = dice.pick(&BIGS);
            said(format!("big {sign} {number}"), format!("context.big {sign} {number}"))
        }
        "flag" => said("flag", "context.flag"),
        "ip" => {
            let network = dice.pick(&NETWORKS);
            said(format!("ip in \"{network}\""), format!("context.ip.isInRange(ip(\"{network}\"))"))
        }
        _ => {
            let list = format!("[\"{text}\", \"{}\"]", dice.pick(&TEXTS));
            match dice.below(3) {
                0 => said(format!("\"{text}\" in groups"), format!("context.groups.contains(\"{text}\")")),
                1 => said(format!("any groups in {list}"), format!("context.groups.containsAny({list})")),
                _ => said(format!("all groups in {list}"), format!("{list}.containsAll(context.groups)")),
            }
        }
    }
}
