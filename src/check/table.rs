//! A table that a file declares, as the constant of a program.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use placet_core::bytecode::fuel::Fuel;
use placet_core::bytecode::table::{self, Rows};
use placet_core::model::owned::Constant;
use placet_core::model::types::{Scalar, Type};

/// A table. Rules share it, so it is cheap to copy.
#[derive(Clone)]
pub struct Table {
    bytes: Arc<[u8]>,
}

impl Table {
    /// A table of these rows, which are within their limits and of their types.
    #[must_use]
    pub fn of(name: &str, key: Scalar, value: Type, rows: &Rows) -> Self {
        Self { bytes: table::write(name, key, value, rows).into() }
    }

    /// A table of a program; `None` if the constant is not one.
    #[must_use]
    pub fn of_constant(constant: &[u8]) -> Option<Self> {
        table::Table::prove(constant)?;
        Some(Self { bytes: constant.into() })
    }

    /// The constant.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The constant, read.
    ///
    /// # Panics
    /// Never: only tables are kept.
    #[must_use]
    pub fn read(&self) -> table::Table<'_> {
        table::Table::read(&self.bytes).expect("only tables are kept")
    }

    /// `teams`
    #[must_use]
    pub fn name(&self) -> &str {
        self.read().name()
    }

    /// The type of the keys.
    #[must_use]
    pub fn key(&self) -> Scalar {
        self.read().key()
    }

    /// The type of the values, or of their elements if they are sets.
    #[must_use]
    pub fn element(&self) -> Scalar {
        self.read().element()
    }

    /// Whether the values are sets.
    #[must_use]
    pub fn is_of_sets(&self) -> bool {
        matches!(self.read().value(), Type::Set(_))
    }

    /// The elements of a row, or its one value; nothing if there is no such row.
    #[must_use]
    pub fn row(&self, key: &Constant) -> Option<Vec<Constant>> {
        let read = self.read();
        let found = table::held(&key.as_value(), |key| read.find(key, &Fuel::plenty()))???;
        Some(read.elements(found).filter_map(|element| constant(read.element(), element)).collect())
    }

    /// The rows, in the order of the constant.
    pub fn rows(&self) -> impl Iterator<Item = (Constant, Vec<Constant>)> {
        let read = self.read();
        let values = move |row| read.elements(row).filter_map(|it| constant(read.element(), it)).collect();
        read.rows().filter_map(move |(key, row)| Some((constant(read.key(), key)?, values(row))))
    }
}

/// A value of a table as a constant.
fn constant(scalar: Scalar, bytes: &[u8]) -> Option<Constant> {
    Constant::of(&table::value(scalar, bytes)?)
}

// Ten thousand rules may share a table of megabytes, and are compared with each other.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.bytes, &other.bytes) || self.bytes == other.bytes
    }
}

impl Eq for Table {}

impl PartialOrd for Table {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Table {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.bytes, &other.bytes) { Ordering::Equal } else { self.bytes.cmp(&other.bytes) }
    }
}

/// By its name, since a table may be long.
impl Hash for Table {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({}, {} rows)", self.name(), self.read().len())
    }
}
