//! The vocabulary of a service: attributes with their types, and actions, numbered in the order of
//! their declaration.
//!
//! A token carries numbers, never names, and the *fingerprint* of the vocabulary that gives the
//! numbers their meaning. The declarations form a log: every prefix of it is an earlier *state*
//! with a fingerprint of its own. A vocabulary that only grows at its end therefore still knows
//! each token made with an earlier state, and a changed or reordered declaration makes old tokens
//! unknown instead of misread.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::iter;

use super::types::{Scalar, Type};
use crate::limits::{ACTIONS, ATTRIBUTES, HINTED, NAME_BYTES, ROLES};

/// The number of an attribute in its vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldNo(pub u8);

/// `time`, which every vocabulary has: the moment at which the request is decided.
pub const TIME: FieldNo = FieldNo(0);

/// The number of an action in its vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionNo(pub u16);

/// The first sixteen bytes of a BLAKE3 hash over the declarations of one state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// The part of it that tokens carry.
    #[must_use]
    #[inline]
    pub const fn hint(self) -> Hint {
        let [a, b, c, d, ..] = self.0;
        Hint([a, b, c, d])
    }
}

/// The first four bytes of a [`Fingerprint`]. A token names its state of a vocabulary with them:
/// they say which state to try. The whole fingerprint is bound into the token's proof, so a token
/// of another state with the same hint does not verify.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hint(pub [u8; 4]);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `item: bytes optional`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name in requests and policies.
    pub name: String,
    /// The type of its values.
    pub ty: Type,
    /// Whether its text (for labels, the names) has no ASCII capital letter; a request with one is
    /// refused.
    pub lowercase: bool,
    /// Whether a request may omit it.
    pub optional: bool,
}

/// `role ReadOnly = [get, getBatch]`; roles exist only while compiling and are not part of a
/// fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name in policies.
    pub name: String,
    /// Its actions, ascending.
    pub actions: Vec<ActionNo>,
}

/// How much of a vocabulary existed when a token was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The name of the state on the wire.
    pub fingerprint: Fingerprint,
    /// Attributes declared so far, `time` included.
    pub attributes: u8,
    /// Actions declared so far.
    pub actions: u16,
}

impl State {
    /// Whether the action was declared then.
    #[must_use]
    #[inline]
    pub const fn knows(&self, action: ActionNo) -> bool {
        action.0 < self.actions
    }
}

/// A complete vocabulary. Made by a [`Builder`]; never changes.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    name: String,
    version: u32,
    attributes: Vec<Attribute>,
    actions: Vec<String>,
    roles: Vec<Role>,
    /// In order of declaration; the last one is the present state.
    states: Vec<State>,
    /// The last of them: every decision needs it.
    present: State,
    /// Positions in `states`, by fingerprint.
    by_fingerprint: Vec<u16>,
    /// Action numbers, by name.
    by_name: Vec<ActionNo>,
    required: u32,
}

impl Vocabulary {
    /// Begins an empty vocabulary; `version` is part of every fingerprint.
    #[must_use]
    pub fn builder(name: &str, version: u32) -> Builder {
        Builder::new(name, version)
    }

    /// The name that `use` refers to.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number after its name.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// All attributes, `time` first; an attribute's place is its number.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// All actions; an action's place is its number.
    #[must_use]
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// All roles, in order of declaration.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The states of the vocabulary, oldest first; the last one is the present.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The fingerprint that is bound into new tokens.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.present().fingerprint
    }

    /// The newest state.
    #[must_use]
    pub fn present(&self) -> State {
        self.present
    }

    /// The state with this fingerprint, past or present.
    #[must_use]
    pub fn state(&self, fingerprint: Fingerprint) -> Option<State> {
        let present = self.present();
        if present.fingerprint == fingerprint {
            return Some(present);
        }
        let found =
            self.by_fingerprint.binary_search_by_key(&fingerprint, |&at| self.states[usize::from(at)].fingerprint);
        found.ok().map(|position| self.states[usize::from(self.by_fingerprint[position])])
    }

    /// The states, past or present, whose fingerprints begin so: the present one first, and no more
    /// than [`HINTED`]. There is nearly always one at most.
    #[inline]
    pub fn hinted(&self, hint: Hint) -> impl Iterator<Item = State> {
        let present = Some(self.present).filter(|state| state.fingerprint.hint() == hint);
        // Earlier states are only looked for if the present one is not it.
        let earlier = iter::once(()).flat_map(move |()| self.earlier(hint));
        present.into_iter().chain(earlier).take(HINTED)
    }

    /// The states before the present one whose fingerprints begin so.
    #[inline(never)]
    fn earlier(&self, hint: Hint) -> impl Iterator<Item = State> {
        let fingerprint = |at: &u16| self.states[usize::from(*at)].fingerprint;
        let first = self.by_fingerprint.partition_point(|at| fingerprint(at).hint() < hint);
        let found = self.by_fingerprint[first..].iter().map(|at| self.states[usize::from(*at)]);
        found.take_while(move |state| state.fingerprint.hint() == hint).filter(|state| *state != self.present)
    }

    /// The attribute with this number.
    #[must_use]
    pub fn attribute(&self, field: FieldNo) -> Option<&Attribute> {
        self.attributes.get(usize::from(field.0))
    }

    /// The number of the attribute with this name. Look it up once, not for every request.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldNo> {
        let position = self.attributes.iter().position(|attribute| attribute.name == name)?;
        u8::try_from(position).ok().map(FieldNo)
    }

    /// The number of the action with this name: a binary search.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<ActionNo> {
        let found = self.by_name.binary_search_by(|&action| self.actions[usize::from(action.0)].as_str().cmp(name));
        found.ok().map(|position| self.by_name[position])
    }

    /// The name of the action with this number.
    #[must_use]
    pub fn action_name(&self, action: ActionNo) -> Option<&str> {
        self.actions.get(usize::from(action.0)).map(String::as_str)
    }

    /// The role with this name.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }

    /// One bit for every attribute that a request must have.
    #[must_use]
    pub(crate) const fn required(&self) -> u32 {
        self.required
    }
}

/// Two vocabularies are equal when every token means the same to both.
impl PartialEq for Vocabulary {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for Vocabulary {}

/// Collects declarations; each becomes a state.
#[derive(Debug)]
pub struct Builder {
    vocabulary: Vocabulary,
}

impl Builder {
    fn new(name: &str, version: u32) -> Self {
        let mut hasher = hasher();
        hash_text(&mut hasher, name);
        hasher.update(&version.to_be_bytes());
        let time =
            Attribute { name: "time".to_owned(), ty: Type::One(Scalar::Time), lowercase: false, optional: false };
        let first = State { fingerprint: finish(&hasher), attributes: 1, actions: 0 };
        Self {
            vocabulary: Vocabulary {
                name: name.to_owned(),
                version,
                attributes: alloc::vec![time],
                actions: Vec::new(),
                roles: Vec::new(),
                states: alloc::vec![first],
                present: first,
                by_fingerprint: Vec::new(),
                by_name: Vec::new(),
                required: 1,
            },
        }
    }

    /// Declares the next attribute.
    ///
    /// # Errors
    /// The name is taken, reserved or too long, or there are too many.
    pub fn attribute(self, name: &str, ty: Type, optional: bool) -> Result<Self, VocabularyError> {
        self.declare(Attribute { name: name.to_owned(), ty, lowercase: false, optional })
    }

    /// Declares the next attribute, in lower case: a string, a set of strings, or labels (whose
    /// names are then in lower case).
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute), and where the type has no letters.
    pub fn lowercase_attribute(self, name: &str, ty: Type, optional: bool) -> Result<Self, VocabularyError> {
        self.declare(Attribute { name: name.to_owned(), ty, lowercase: true, optional })
    }

    fn declare(mut self, attribute: Attribute) -> Result<Self, VocabularyError> {
        let Attribute { name, ty, lowercase, optional } = &attribute;
        check_name(name)?;
        if *lowercase && !may_be_lowercase(*ty) {
            return Err(VocabularyError::NoLetters(name.clone()));
        }
        let v = &mut self.vocabulary;
        if v.attributes.iter().any(|attribute| attribute.name == *name) {
            return Err(VocabularyError::Twice(name.clone()));
        }
        if v.attributes.len() >= ATTRIBUTES {
            return Err(VocabularyError::TooMany("attributes"));
        }
        if !*optional {
            v.required |= 1 << v.attributes.len();
        }
        let mut hasher = self.next_state(b'a', name);
        let (shape, scalar) = match ty {
            Type::One(scalar) => (0, *scalar as u8),
            Type::Set(scalar) => (1, *scalar as u8),
            Type::Labels => (2, 0),
        };
        hasher.update(&[shape, scalar, u8::from(*optional) | u8::from(*lowercase) << 1]);
        self.vocabulary.attributes.push(attribute);
        Ok(self.commit(&hasher))
    }

    /// Declares the next action.
    ///
    /// # Errors
    /// The name is taken by an action or a role or is too long, or there are too many.
    pub fn action(mut self, name: &str) -> Result<Self, VocabularyError> {
        check_name(name)?;
        let v = &mut self.vocabulary;
        if v.actions.len() >= ACTIONS {
            return Err(VocabularyError::TooMany("actions"));
        }
        let Err(place) = v.by_name.binary_search_by(|&action| v.actions[usize::from(action.0)].as_str().cmp(name))
        else {
            return Err(VocabularyError::Twice(name.to_owned()));
        };
        if v.roles.iter().any(|role| role.name == name) {
            return Err(VocabularyError::Twice(name.to_owned()));
        }
        let number = u16::try_from(v.actions.len()).map_err(|_| VocabularyError::TooMany("actions"))?;
        v.by_name.insert(place, ActionNo(number));
        let hasher = self.next_state(b'x', name);
        self.vocabulary.actions.push(name.to_owned());
        Ok(self.commit(&hasher))
    }

    /// Names a set of actions, for policies only.
    ///
    /// # Errors
    /// The name is taken by a role or an action, an action is unknown, or there are too many.
    pub fn role(mut self, name: &str, actions: &[&str]) -> Result<Self, VocabularyError> {
        check_name(name)?;
        let v = &mut self.vocabulary;
        if v.role(name).is_some() || v.action(name).is_some() {
            return Err(VocabularyError::Twice(name.to_owned()));
        }
        if v.roles.len() >= ROLES {
            return Err(VocabularyError::TooMany("roles"));
        }
        let unknown = |action: &&str| VocabularyError::UnknownAction((*action).to_owned());
        let mut numbers = actions
            .iter()
            .map(|action| v.action(action).ok_or_else(|| unknown(action)))
            .collect::<Result<Vec<_>, _>>()?;
        numbers.sort_unstable();
        numbers.dedup();
        v.roles.push(Role { name: name.to_owned(), actions: numbers });
        Ok(self)
    }

    /// The finished vocabulary.
    #[must_use]
    pub fn build(mut self) -> Vocabulary {
        let states = &self.vocabulary.states;
        let mut order: Vec<u16> = (0..states.len()).filter_map(|at| u16::try_from(at).ok()).collect();
        order.sort_unstable_by_key(|&at| states[usize::from(at)].fingerprint);
        self.vocabulary.by_fingerprint = order;
        self.vocabulary
    }

    /// The actions so far.
    pub(super) fn actions(&self) -> &[String] {
        &self.vocabulary.actions
    }

    fn next_state(&self, kind: u8, name: &str) -> blake3::Hasher {
        let mut hasher = hasher();
        hasher.update(&self.vocabulary.fingerprint().0);
        hasher.update(&[kind]);
        hash_text(&mut hasher, name);
        hasher
    }

    fn commit(mut self, hasher: &blake3::Hasher) -> Self {
        let v = &mut self.vocabulary;
        let attributes = u8::try_from(v.attributes.len()).expect("ATTRIBUTES fits a byte");
        let actions = u16::try_from(v.actions.len()).expect("ACTIONS fits sixteen bits");
        v.present = State { fingerprint: finish(hasher), attributes, actions };
        v.states.push(v.present);
        self
    }
}

/// Whether values of the type are strings, or have names.
#[must_use]
pub const fn may_be_lowercase(ty: Type) -> bool {
    matches!(ty, Type::One(Scalar::String) | Type::Set(Scalar::String) | Type::Labels)
}

/// Names that have their own meaning beside attributes in a rule.
pub const RESERVED: [&str; 7] = ["action", "role", "time", "token", "when", "unless", "use"];

fn check_name(name: &str) -> Result<(), VocabularyError> {
    let fits = name.len() <= NAME_BYTES
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !fits {
        return Err(VocabularyError::BadName(name.to_owned()));
    }
    if RESERVED.contains(&name) { Err(VocabularyError::Reserved(name.to_owned())) } else { Ok(()) }
}

fn hasher() -> blake3::Hasher {
    blake3::Hasher::new_derive_key("placet 2026-11 vocabulary state v1")
}

fn hash_text(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

fn finish(hasher: &blake3::Hasher) -> Fingerprint {
    let mut fingerprint = [0; 16];
    hasher.finalize_xof().fill(&mut fingerprint);
    Fingerprint(fingerprint)
}

/// Why a declaration was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VocabularyError {
    /// Two declarations of one name.
    Twice(String),
    /// A name to which every request or rule gives its own meaning.
    Reserved(String),
    /// A name that is not an identifier, or is too long.
    BadName(String),
    /// `lowercase` after a type that is neither strings nor labels.
    NoLetters(String),
    /// A role names an action that is not declared before it.
    UnknownAction(String),
    /// More than `limits` allows.
    TooMany(&'static str),
}

impl fmt::Display for VocabularyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(name) => write!(f, "`{name}` is declared twice"),
            Self::Reserved(name) => write!(f, "`{name}` is reserved"),
            Self::BadName(name) => write!(f, "`{name}` is not a name"),
            Self::NoLetters(name) => {
                write!(f, "`{name}` holds neither strings nor labels, so it cannot be `lowercase`")
            }
            Self::UnknownAction(name) => write!(f, "there is no action `{name}`"),
            Self::TooMany(what) => write!(f, "too many {what}"),
        }
    }
}

impl core::error::Error for VocabularyError {}
