//! The table of diagnostic codes: number, name, severity, what it means, the policy that triggers
//! it and the way out. `docs/diagnostics.md` is printed from it, and each example is run as a test.

use super::Severity;

/// Lists every code once. Codes are never used again for something else.
macro_rules! codes {
    ($( $id:literal $name:ident $severity:ident $title:literal $example:literal $remedy:literal )*) => {
        /// A kind of mistake. Each variant's doc is a policy that triggers it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $( #[doc = $title] #[doc = "\n```text\n"] #[doc = $example] #[doc = "\n```"] $name, )*
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// `E0201`
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity),* }
            }

            /// The mistake in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// A source that triggers it.
            #[must_use]
            pub const fn example(self) -> &'static str {
                match self { $(Self::$name => $example),* }
            }

            /// The way out, in general.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy),* }
            }
        }
    };
}

codes! {
    "E0101" Syntax Error "the text is not in the language"
        "token t { ttl 5m }"
        "Write what the message says was expected there."
    "E0102" TooDeep Error "patterns or conditions nest too deeply"
        "let deep = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
        "Write nested lists as one."
    "E0103" TooLarge Error "a file, a name or a text is larger than its bound"
        "use a_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on"
        "Split a file into several; choose a shorter name or text."
    "E0104" Unclosed Error "a bracket or a string is not closed, or closes nothing"
        "token t { ttl: 5m"
        "Add the bracket or quote that is missing, or remove the one too many."
    "E0105" Hidden Error "the text contains an invisible character"
        "use momento\u{202e}"
        "Remove it; in a string, write it as an escape such as `\\u{200b}`."
    "E0106" BadLiteral Error "a literal is malformed"
        "token t { ttl: 30days }"
        "Write the value as the message shows: integers of 64 bits, durations as `1h30m`, times as `2027-01-01T00:00:00Z`."
    "E0107" LostDoc Error "a doc comment documents nothing"
        "token t { /// how long\n ttl: 5m }"
        "Write `//`, or put it above an item or a member of a vocabulary."
    "E0108" Chained Error "comparisons are chained"
        "policy p { allow {} when 1 < 2 < 3 }"
        "Join two comparisons with `&&`: `a < b && b < c`."
    "E0109" UnknownType Error "unknown type"
        "token t(user: sting) {}"
        "The types are `bool`, `int`, `string`, `bytes`, `uuid`, `time`, `duration`, `ip`, `path`, sets of them, and `labels`; for a parameter also `network`."
    "E0110" Map Error "a map is not a valid policy"
        "{ \"token\": \"t\", \"owners\": [{ \"$prefx\": \"a\" }] }"
        "Write what the message says; strings, numbers, lists and `$` keys are described in the map form's manual."
    "E0111" Null Error "a `null` in a map"
        "{ \"policy\": \"p\", \"allow\": { \"path\": \"/a/**\", \"subject\": null } }"
        "Leave the key out if that is what you mean; a rule with fewer keys allows more. In a token, the keys of Warp 10's TOKENGEN may be `null`, which means absent, except for the only end (`ttl` or `expiry`) of a token without `type`."
    "E0120" EmptySection Error "a section of a case file has no case"
        r#"// Cases.
token session(user: "42")
at 2026-11-21T10:00:00Z

token session(user: "43")
at 2026-11-21T10:00:00Z
allow get { cache: "profiles" }"#
        "Write a case below the section, or remove it: a section without cases shows nothing."
    "E0121" NoCases Error "a case file has no case"
        "// Cases."
        "Write a section and cases below it, or remove the file: what tests nothing must not pass."
    "E0122" NoTime Error "a section of a case file has no time, and an earlier one has"
        r#"// Cases.
token session(user: "42")
at 2026-11-21T10:00:00Z
allow get { cache: "profiles" }

token session(user: "43")
allow get { cache: "profiles" }"#
        "Write `at` in each section, or once above the first section for the whole file."
    "E0201" NoVocabulary Error "the file names no vocabulary"
        r#"policy read_all {
    allow { action: any }
}"#
        "Begin the file with `use` and the name of a vocabulary, or declare a `vocabulary` in it."
    "E0202" UnknownVocabulary Error "there is no vocabulary of this name"
        r#"use htp

policy read_all {
    allow { action: any }
}"#
        "Name one that comes with Placet, or declare it: in the file itself, in `NAME.placet` in the same folder, in a file that `placet.toml` names, or in one that is given with `--vocabulary FILE`."
    "E0203" SeveralVocabularies Error "the file uses more than one vocabulary"
        r#"use http
use momento

policy read_all {
    allow { action: any }
}"#
        "Keep one `use`. Blocks that use another vocabulary go into a file of their own."
    "E0204" Duplicate Error "something is declared or given twice"
        r#"use http

policy pages {
    allow { path: "/a", path: "/b" }
}"#
        "Keep one. For one of several values write a list: `path: [\"/a\", \"/b\"]`."
    "E0205" UnknownName Error "unknown name"
        r#"use momento

token chat(user: string) {
    allow { topic: prefix usr }
    ttl: 5m
}"#
        "Correct the name, declare a parameter or a `let`, or put text in quotes."
    "E0206" UnknownAttribute Error "the vocabulary has no such attribute"
        r#"use momento

policy acorns {
    allow { cahce: "acorns" }
}"#
        "Correct the key. No request has a value for an unknown key, so it would never narrow anything."
    "E0207" UnknownAction Error "the vocabulary has no such action and no such role"
        r#"use http

policy read_all {
    allow { action: [GET, HAED] }
}"#
        "Correct the name, or declare a `role` of this name."
    "E0208" UnknownKey Error "a block has no such key"
        r#"use momento

token all {
    allow { action: any }
    tll: 5m
}"#
        "Correct the key."
    "E0209" UnknownFunction Error "there is no such function"
        r#"use http

policy by_day {
    allow { action: GET } when hours(time) in 8..18
}"#
        "Correct the name; if none is similar, the message lists all functions."
    "E0210" UnknownSplice Error "there is no such parameter to splice"
        r#"use http

policy own(user: string) {
    allow { path: "/users/{usr}/**" }
}"#
        "Correct the name, or declare the parameter. `\\{` is a brace."
    "E0211" UnknownTokenField Error "a token has no such field"
        r#"use http

policy fresh {
    allow { action: GET } when time < token.expires
}"#
        "Use `id`, `type`, `owner`, `producer`, `application`, `labels[\"…\"]`, `attributes[\"…\"]`, `issuance` or `expiry`."
    "E0212" NameTaken Error "a name already means something else"
        r#"use http

let office = "10.0.0.0/8"

policy local(office: ip) {
    allow { ip: office }
}"#
        "Choose another name: nothing hides anything else."
    "E0213" Ambiguous Error "a name in a condition means two things"
        r#"use http

policy own(subject: string) {
    allow { subject: any } when subject != "root"
}"#
        "Rename the parameter or `let`: in conditions, attributes are used under their own names."
    "E0214" ForwardUse Error "a `let` or role uses one declared below it"
        r#"use http

role Author = [Reader, PUT]
role Reader = [GET, HEAD]

policy write_all {
    allow { action: Author }
}"#
        "Move the one that is used above the other. Each can use only those above it, so none can use itself."
    "E0215" BadDeclaration Error "a declaration is invalid"
        r#"vocabulary shop 1 {
    token: string
    action buy
}"#
        "Choose another name, or another type."
    "E0216" UnknownZone Error "there is no such time zone"
        r#"use http

policy office {
    allow { action: GET } when hour(time, "Europe/Zürich") in 8..18
}"#
        "Use a name of the IANA time zone database, or an offset such as `\"+02:00\"`."
    "E0218" BadTable Error "the rows of a table are not of its types, or one is given twice"
        r#"use http

table teams: string -> set of string = { ann: ["red"], bob: "blue" }

policy own_team {
    allow { host: teams[subject] }
}"#
        "Write one row for each key, with a value of the table's type, and a list if that is a set."
    "E0217" TableFile Error "the file of a table cannot be read"
        r#"use http

table managers: string -> string from "../managers.json"

policy own_team {
    allow { host: managers[subject] }
}"#
        "Name a file in the folder of the policy or below it. A host, and a policy that arrives as text, has no files: write the rows in the policy there."
    "E0301" WrongType Error "a value has the wrong type"
        r#"use http

policy one {
    allow { path: 7 }
}"#
        "Write a value of the attribute's type."
    "E0302" NotAnAddress Error "a text for an ip is not an address or a network"
        r#"use http

policy local {
    allow { ip: "10.0.0.0.1" }
}"#
        "Write an address or a network: `10.1.2.3`, `10.0.0.0/8`, `2001:db8::/32`."
    "E0303" HostBits Error "a network has bits set after its prefix"
        r#"use http

policy local {
    allow { ip: "10.1.2.3/8" }
}"#
        "Write the first address of the network, or the one address without the number of bits."
    "E0304" NotAPath Error "a text for a path is not a canonical path"
        r#"use http

policy objects {
    allow { path: "/v1/../objects" }
}"#
        "Write the path as the router sees it, with escapes or without. A path that breaks a rule is never repaired, since the router might repair it differently; `docs/paths.md` has the rules."
    "E0305" NotAUuid Error "a text for a uuid is not a uuid"
        r#"use warp10

policy own {
    allow { owner: "0d0c2f6e" }
}"#
        "Write 32 hexadecimal digits in groups of 8-4-4-4-12."
    "E0306" NotATime Error "a text is not a time or a duration"
        r#"use http

policy this_year {
    allow { time: < "2027" }
}"#
        "Write times as `2027-01-01T00:00:00Z` and durations as `1h30m`."
    "E0319" NotAUrl Error "a text for a url is not one, or a pattern of urls"
        r#"vocabulary hooks 1 {
    target: url
    action call
}

policy own {
    allow { target: "https://ann@hooks.example.com/" }
}"#
        "Write an absolute URL, as `https://hooks.example.com/in`, or a pattern: `https://*.example.com/hooks/**`. A URL with a user, or one that two programs could read differently, is refused."
    "E0307" SpliceType Error "a value cannot be spliced here"
        r#"use http

policy from(place: ip) {
    allow { path: "/from/{place}" }
}"#
        "Splice strings, ints and uuids, and bytes into bytes; use parameters of other types by their name."
    "E0308" WrongPattern Error "a pattern does not fit the type"
        r#"use http

policy objects {
    allow { path: prefix "/v1/" }
}"#
        "`prefix`, `suffix`, `glob` and regular expressions are for strings and bytes, ranges for ints, times and durations, `{ … }` for labels."
    "E0309" ActionAndRole Error "a map has both `action` and `role`"
        r#"use http

policy read_all {
    allow { action: GET, role: Read }
}"#
        "Write one list; both keys take the names of actions and of roles."
    "E0310" NotActions Error "a value of `action` or `role` is not a name"
        r#"use http

policy read_all {
    allow { action: "GET" }
}"#
        "Write names without quotes, lists of them, `not` and `any`."
    "E0311" BadRegex Error "a regular expression or a glob is invalid"
        r#"use momento

policy numbered {
    allow { cache: ~"shard-[0-9" }
}"#
        "Correct it. Elsewhere a bad expression silently matches nothing; here it is an error."
    "E0317" Capitals Error "a text for a `lowercase` attribute has a capital letter"
        r#"use http

policy no_debugging {
    allow { path: "/**" }
    deny { headers: { "X-Debug": any } }
}"#
        "Write it in lower case. The vocabulary marks the attribute `lowercase`, so requests with capitals are refused."
    "E0401" NotBoolean Error "a condition is neither true nor false"
        r#"use http

policy by_day {
    allow { action: GET } when hour(time)
}"#
        "Compare the value with something."
    "E0402" Mismatch Error "the types of two values do not match"
        r#"use http

policy by_day {
    allow { action: GET } when hour(time) == 8h
}"#
        "Give both sides one type."
    "E0403" NotOrdered Error "values of a type without order are compared by size"
        r#"use http

policy early {
    allow { host: any } when host < "m"
}"#
        "Compare with `==`, `!=` or a pattern."
    "E0404" Unguarded Error "an optional attribute is read without checking that it is present"
        r#"use http

policy known {
    allow { action: GET } when subject != "guest"
}"#
        "Check first, with `has`, or require it in the rule's map: an absent value is neither equal nor unequal to anything."
    "E0405" Overflow Error "a constant is too large"
        r#"use http

policy late {
    allow { action: GET } when hour(time) < 9223372036854775807 + 1
}"#
        "Write numbers of 64 bits."
    "E0406" WrongArguments Error "a function is called with the wrong arguments"
        r#"use http

policy by_day {
    allow { action: GET } when hour(path) in 8..18
}"#
        "Give it values of the number and type that the message names."
    "E0407" NotOneValue Error "a set or labels are used where one value is expected"
        r#"use http

policy known {
    allow { headers: any } when headers == "x"
}"#
        "Read one label, or use `any`, `all`, `in` and `size` for sets."
    "E0408" NotASet Error "something that is not a set is used as one"
        r#"use http

policy hosts {
    allow { action: GET } when any host in ["a", "b"]
}"#
        "Write `host in …` for an attribute that is one value."
    "E0409" BadKey Error "a text is not a public key"
        r#"use http

restriction vouched_for {
    only { action: any } when vouched("placet_public_abc")
}"#
        "Copy the whole line that `placet keygen` prints."
    "E0410" TokenFieldHere Error "a field of the token is not known here"
        r#"use warp10

token own {
    permissions: [{ action: READ }]
    when: has token.expiry
    ttl: 1h
}"#
        "A token's own rules know its claims: give it the field. Every token has `issuance` and `expiry`."
    "E0411" UnsaidAbsence Error "a `not` or a `false` in a rule that forbids says nothing about absence"
        r#"use http

policy office_only {
    allow { path: "/**" }
    deny { ip: not "10.0.0.0/8" }
}"#
        "Say what happens to a request without a value: `[not …, absent]` forbids it too, `not […, absent]` does not."
    "E0416" EmptyNeedle Error "a text to search for comes from the request and may be empty"
        r#"vocabulary drive 1 {
    owner: string
    object: string
    action read
}

policy own {
    allow { action: read } when starts_with(object, owner)
}"#
        "Check first, with `length(…) > 0`: every text contains the empty text, so the request would choose what is allowed."
    "E0417" VouchedForbids Error "a voucher or an approval takes something away"
        r#"use http

policy unless_approved {
    allow { path: "/**" }
    deny { action: DELETE } when vouched("placet_public_oJql9HpnWYAv-VX43C0qFKXJnSO-l_hkEn_5ODRVpPCobo-4")
}"#
        "Demand it: the holder of a token can add a voucher or leave it out, so a voucher can only give something. The same holds for the approvals of a request."
    "E0418" NeverForbids Error "a rule that forbids, or a promise, can never match"
        r#"use http

policy closed_at_night {
    allow { path: "/**" }
    deny { action: any } when hour(time) in 22..6
}"#
        "Correct it. A range over midnight is two: `[22..24, 0..6]`."
    "E0501" WrongRule Error "a rule does not belong in this kind of block"
        r#"use http

restriction one_page {
    allow { path: "/page" }
}"#
        "Restrictions have `only` and `deny`; tokens and policies have `allow` and `deny`."
    "E0502" KeyNotHere Error "a key does not belong in this kind of block"
        r#"use http

policy read_all {
    allow { action: any }
    ttl: 5m
}"#
        "Policies have `when` and `unless`; restrictions also have `ttl`, `expiry` and `not_before`."
    "E0503" MissingKey Error "a token lacks a key that its type requires"
        r#"use warp10

token dashboard {
    type: READ
    owner: "0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f"
    owners: any
    producers: any
    applications: any
    ttl: 30d
}"#
        "A READ token has `owner`, `application` and `ttl` or `expiry`; a WRITE token has `producer` too."
    "E0504" BadKind Error "unknown type of token"
        r#"use warp10

token dashboard {
    type: READWRITE
    owner: "0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f"
    ttl: 30d
    allow { action: any }
}"#
        "Write `READ` or `WRITE`, or leave `type` out."
    "E0505" VocabularyLacks Error "the vocabulary lacks what a token's type needs"
        r#"use momento

token dashboard {
    type: READ
    owner: "me"
    application: "grafana"
    ttl: 30d
}"#
        "Leave `type` out, or use a vocabulary with the role and the attributes."
    "E0506" BadValue Error "a key has the wrong kind of value"
        r#"use momento

token acorns {
    permissions: "acorns"
    ttl: 30d
}"#
        "Write what the message says."
    "E0507" NeedsType Error "a key has no meaning in a token without `type`"
        r#"use warp10

token dashboard {
    owners: any
    allow { action: find }
    ttl: 30d
}"#
        "Add `type: READ` or `type: WRITE`, or write a rule."
    "E0508" UnknownArgument Error "a block is given an argument that it has no parameter for"
        r#"// placet compile example.placet --with user=ann --with usr=bob
use http

policy own(user: string) {
    allow { path: "/users/{user}/**" }
}"#
        "Correct the name: the message lists the parameters."
    "E0509" MissingArgument Error "a parameter of a block is given no value"
        r#"// placet compile example.placet
use http

policy own(user: string) {
    allow { path: "/users/{user}/**" }
}"#
        "Give each parameter a value: `--with NAME=VALUE` on a command line, `name(user: \"ann\")` in a case file."
    "E0510" BadArgument Error "an argument is not a value of its parameter's type"
        r#"// placet compile example.placet --with limit=ten
use http

policy until(limit: int) {
    allow { action: GET } when hour(time) < limit
}"#
        "Write a value of the type that the parameter has."
    "E0511" BadSegment Error "an argument does not fit into a path"
        r#"// placet compile example.placet --with user=ann/admin
use http

policy own(user: string) {
    allow { path: "/users/{user}/**" }
}"#
        "Give one segment: not empty, without `/`, and neither `.` nor `..`. A parameter of type `path` takes a whole path."
    "E0512" BadSplice Error "an argument cannot become part of a text"
        r#"// placet compile example.placet --with name=Secret
use http

policy of_host(name: string) {
    allow { host: "{name}.example.com" }
}"#
        "Give a text that fits there: UTF-8, in lower case where the vocabulary says so, and in a regular expression only where a text may appear."
    "E0513" EmptyArgument Error "an argument leaves a pattern open or a range empty"
        r#"// placet compile example.placet --with tenant=
use momento

policy own(tenant: string) {
    allow { item: prefix "{tenant}/" }
}"#
        "Give a text that is not empty, and a range whose end is after its beginning."
    "E0514" TooLongFilled Error "a text or pattern is too long once the arguments are in it"
        r#"// placet compile example.placet --with name=0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789
use momento

policy own(name: string) {
    allow { item: glob "{name}/{name}/{name}/{name}/{name}/{name}/{name}/{name}/{name}/{name}/{name}/*" }
}"#
        "Give a shorter argument, or splice it less often."
    "E0601" TooMany Error "there is more of something than is allowed"
        r#"vocabulary wide 1 {
    a1: bool, b1: bool, c1: bool, d1: bool, e1: bool, f1: bool, g1: bool, h1: bool,
    i1: bool, j1: bool, k1: bool, l1: bool, m1: bool, n1: bool, o1: bool, p1: bool,
    a2: bool, b2: bool, c2: bool, d2: bool, e2: bool, f2: bool, g2: bool, h2: bool,
    i2: bool, j2: bool, k2: bool, l2: bool, m2: bool, n2: bool, o2: bool, p2: bool
    action look
}"#
        "Write it with fewer of them: the message says how many there may be. Rules that differ in one value can be one, since a pattern may be a list. `deny` rules can move to another policy; `allow` rules cannot, since every policy must allow."
    "E0602" Unfit Error "a block is too large or too costly"
        r#"vocabulary shelf 1 { name: string action get }

policy coded {
    allow { name: ~"(a|b)*a(a|b){20}" }
}"#
        "Make it smaller: the message says what is too large, and the help how to shrink it."
    "W0101" GrantsAll Warning "something absent or empty grants everything"
        r#"use http

policy all {
    allow {}
}"#
        "Say what is granted, or say `any`, which is not warned about."
    "W0102" NeverMatches Warning "a pattern can never match"
        r#"use http

policy by_night {
    allow { action: GET } when hour(time) in 18..8
}"#
        "Correct or remove it. A span over midnight is two ranges: `[18..24, 0..8]`."
    "W0103" Shadowed Warning "another rule covers this one"
        r#"use http

policy objects {
    allow { action: GET, path: "/v1/objects" }
    allow { path: "/v1/**" }
}"#
        "Remove the narrower rule, or narrow the wider one."
    "W0104" DeniedEntirely Warning "a `deny` forbids everything that an `allow` permits"
        r#"use http

policy objects {
    allow { action: GET, path: "/v1/objects" }
    deny { path: "/v1/**" }
}"#
        "Remove one of the two, or narrow the `deny`: it always wins."
    "W0105" NoAllow Warning "a policy permits nothing"
        r#"use http

policy no_admin {
    deny { path: "/**/.admin/**" }
}"#
        "Add an `allow`: what no `allow` matches is not permitted."
    "W0106" GrantsNothing Warning "a token grants nothing"
        r#"use momento

token nothing {
    ttl: 5m
}"#
        "Add `permissions`, an `allow` or a `type`."
    "W0107" NeverExpires Warning "a token never expires"
        r#"use momento

token acorns {
    allow { cache: "acorns" }
}"#
        "Add `ttl` or `expiry`; a leaked token that never expires must stay revoked for ever."
    "W0108" TtlAndExpiry Warning "a token has both `ttl` and `expiry`"
        r#"use momento

token acorns {
    allow { cache: "acorns" }
    ttl: 30d
    expiry: 2027-01-01T00:00:00Z
}"#
        "Remove one of them; `ttl` wins, as it does in TOKENGEN."
    "W0109" NeverValid Warning "the end comes before the beginning"
        r#"use momento

token acorns {
    allow { cache: "acorns" }
    ttl: 0s
}"#
        "Give it some time."
    "W0110" Ignored Warning "a key or label has no effect"
        r#"use warp10

token dashboard(team: uuid) {
    type: READ
    owner: team
    application: "grafana"
    owners: [team]
    producers: any
    applications: any
    labels: { ".app": "metrics" }
    ttl: 30d
}"#
        "Remove it; TOKENGEN ignores it as well."
    "W0111" Unused Warning "something is declared and never used"
        r#"use http

policy own(user: string) {
    allow { path: "/users/me" }
}"#
        "Use it or remove it."
    "W0115" NoBoundary Warning "a pattern is open where an argument or an attribute ends"
        r#"use momento

token keys(user: string) {
    allow { cache: "shared", item: prefix "user/{user}" }
    ttl: 1h
}"#
        "End the argument with a character that it cannot have, such as `{user}/`: with `prefix \"user/{user}\"`, user 4 can reach the items of user 42."
    "W0118" NoUnit Warning "a number without unit is probably not meant as milliseconds"
        r#"use http

token an_hour {
    allow { path: "/a" }
    ttl: 3600
}"#
        "Write the unit: durations as `1h` or `3600s`, times as `2027-01-01T00:00:00Z`."
    "W0119" OnlyText Warning "text looks like a pattern, and matches only itself"
        r#"vocabulary store 1 {
    key: string
    action get
}

policy no_secrets {
    allow { action: get }
    deny { key: "secret/*" }
}"#
        "Write `glob`, `prefix`, a regular expression or a splice `{id}`, or `==` before the text if it is meant as it is."
    "W0120" OffClock Warning "no clock shows this number"
        r#"use http

policy closed_on_sundays {
    allow { path: "/shop/**" }
    deny { path: "/shop/buy" } when weekday(time) == 0
}"#
        "Hours are 0 to 23, minutes 0 to 59, and days 1 (Monday) to 7 (Sunday); all in UTC."
    "W0121" AlwaysTrue Warning "a condition, a list or a pattern is always true"
        r#"use http

policy known {
    allow { subject: [not "guest", not "nobody"] }
}"#
        "Remove it, or say what is meant: `not [\"guest\", \"nobody\"]` means neither of the two."
    "W0122" AlwaysFalse Warning "a condition is always false"
        r#"use http

policy hosts {
    allow { path: "/**" }
    deny { host: any } when host == "a" && host == "b"
}"#
        "Remove it, or correct it: for one of two values, write `host in [\"a\", \"b\"]`."
    "W0133" RestrictsNothing Warning "a restriction restricts nothing"
        r#"use http

restriction nothing {
}"#
        "Say what is taken away. If nothing is, as in an approval that is only signed, write `only { action: any }`."
    "W0134" UnsaidOrder Warning "a comparison in a rule that forbids says nothing about absence"
        r#"vocabulary club 1 {
    level: int optional
    action enter
}

policy members {
    allow { action: enter }
    deny { level: < 3 }
}"#
        "Say what happens to a request without a value: `[< 3, absent]` forbids it too, `when has level` does not."
    "W0135" TurnedArguments Warning "arguments are probably the wrong way round"
        r#"vocabulary drive 1 {
    object: string
    action read
}

policy own {
    allow { action: read } when length(object) > 0 && starts_with("user/42/", object)
}"#
        "Write the text to search in first, and then the text to search for: `starts_with(object, \"user/42/\")`."
    "W0136" OneLevel Warning "a `deny` of one level leaves everything below it open"
        r#"use http

policy no_admin {
    allow { path: "/**" }
    deny { path: "/admin/*" }
}"#
        "Write `/admin/**`, which matches the path and everything below it."
    "W0137" LastLeftOut Warning "the last hour, minute or day is left out"
        r#"use http

policy all_day {
    allow { path: "/**" } when hour(time) in 0..23
}"#
        "The end of `a..b` is not part of it: all hours are `0..24`, all minutes `0..60` and all days `1..8`."
    "W0138" LongLived Warning "a token lives for decades"
        r#"use http

token a_century {
    allow { path: "/a" }
    ttl: 36500d
}"#
        "Write a shorter time, and mint a new token when it is over: until then only a revocation ends it."
    "W0150" EveryIsOne Warning "a rule that allows wants every element of a set to be one value"
        r#"use gateway

policy staff {
    allow { groups: "staff" }
}"#
        "A bare pattern on a set is about every element in an `allow` or `only`. Write `some` before it if one of several is enough, as for the groups of a person; write `every` if all have to match, and the warning is gone."
    "W0141" AbsentElsewhere Warning "a rule allows because another attribute is absent"
        r#"vocabulary drive 1 {
    owner: string
    user: string optional
    action read
}

policy others {
    allow { action: read, owner: not user }
}"#
        "Nothing equals a value that is not there: write `user: any` into the map if there must be one."
}
