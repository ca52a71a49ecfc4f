//! The macro that turns the table of instructions into code.

/// Makes an enum of each sort, and [`Op`](super::Op) of all of them, with reading, writing, cost
/// and row.
///
/// A sort may have families: instructions that differ only in a predicate, a function or a matcher,
/// and share one variant. The operands that they share are named in the head of the family and in
/// each row, by the same names.
macro_rules! ops {
    ($(
        $( #[$doc:meta] )*
        $sort:ident {
            $( $code:literal $name:ident $text:literal ($($operand:ident: $kind:ident),*)
                $shape:ident $( ($($child:ident),+) )?, $cost:literal $meaning:literal; )*
            $( $( #[$family_doc:meta] )* $family:ident($of:ident $(, $shared:ident: $shared_kind:ident)*) $family_shape:expr => {
                $( $member_code:literal $flat:ident $member_text:literal $( ($held:ident: $held_kind:ident) )* $member:ident, $member_cost:literal $member_meaning:literal; )*
            } )*
        }
    )*) => {
        /// Any instruction: the opcode and its operands. It is for code that writes or lists
        /// programs; code that runs or proves a program reads an instruction of the sort required
        /// at its place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Op {
            $(
                $( #[doc = $meaning] $name { $( #[doc = stringify!($kind)] $operand: $kind ),* }, )*
                $( $( #[doc = $member_meaning] $flat { $( #[doc = stringify!($held_kind)] $held: $held_kind ),* }, )* )*
            )*
        }

        impl Op {
            /// The table, ascending by code.
            pub const TABLE: &'static [Row] = &ascending([$(
                $( Row {
                    code: $code,
                    text: $text,
                    operands: stringify!($($operand: $kind),*),
                    sort: Sort::$sort,
                    shape: Shape::$shape $( ($(Sort::$child),+) )?,
                    cost: $cost,
                    meaning: $meaning,
                }, )*
                $( $( Row {
                    code: $member_code,
                    text: $member_text,
                    operands: stringify!($($held: $held_kind),*),
                    sort: Sort::$sort,
                    shape: $family_shape,
                    cost: $member_cost,
                    meaning: $member_meaning,
                }, )* )*
            )*]);

            /// Reads one instruction; `None` for an unknown code or an operand that is cut short or
            /// not in its shortest form.
            #[must_use]
            pub fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
                Some(match cursor.byte()? {
                    $(
                        $( $code => Self::$name { $( $operand: <$kind as Operand>::read(cursor)? ),* }, )*
                        $( $( $member_code => Self::$flat { $( $held: <$held_kind as Operand>::read(cursor)? ),* }, )* )*
                    )*
                    _ => return None,
                })
            }

            /// Appends the instruction.
            pub fn write(self, out: &mut Vec<u8>) {
                match self { $(
                    $( Self::$name { $( $operand ),* } => { out.push($code); $( $operand.write(out); )* } )*
                    $( $( Self::$flat { $( $held ),* } => { out.push($member_code); $( $held.write(out); )* } )* )*
                )* }
            }

            /// Its row.
            #[must_use]
            pub const fn row(self) -> &'static Row {
                match self { $(
                    $( Self::$name { .. } => const { row_of($code) }, )*
                    $( $( Self::$flat { .. } => const { row_of($member_code) }, )* )*
                )* }
            }

            /// The most steps it costs, without its children: [`Row::cost`].
            #[must_use]
            pub const fn cost(self) -> u64 {
                self.row().cost
            }

            /// Its operands, in order.
            #[must_use]
            pub fn operands(self) -> Vec<Shown> {
                match self { $(
                    $( Self::$name { $( $operand ),* } => alloc::vec![$( $operand.shown() ),*], )*
                    $( $( Self::$flat { $( $held ),* } => alloc::vec![$( $held.shown() ),*], )* )*
                )* }
            }

            /// The bytes of its children, if it says so.
            #[must_use]
            pub fn body(self) -> Option<Length> {
                match self { $(
                    $( Self::$name { $( $operand ),* } => length_of!($( $operand ),*), )*
                    $( $( Self::$flat { $( $held ),* } => length_of!($( $held ),*), )* )*
                )* }
            }

            /// One instruction of every kind.
            #[must_use]
            pub fn samples() -> Vec<Self> {
                alloc::vec![$(
                    $( Self::$name { $( $operand: <$kind as Operand>::sample() ),* }, )*
                    $( $( Self::$flat { $( $held: <$held_kind as Operand>::sample() ),* }, )* )*
                )*]
            }
        }

        $(
            $( #[$doc] )*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $sort {
                $( #[doc = $meaning] $name { $( #[doc = stringify!($kind)] $operand: $kind ),* }, )*
                $( $( #[$family_doc] )* $family($of $(, $shared_kind)*), )*
            }

            impl Instruction for $sort {
                const SORT: Sort = Sort::$sort;

                #[inline(always)]
                fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
                    Some(match cursor.byte()? {
                        $( $code => Self::$name { $( $operand: <$kind as Operand>::read(cursor)? ),* }, )*
                        $( $( $member_code => Self::$family($of::$member $(, <$held_kind as Operand>::read(cursor)?)*), )* )*
                        _ => return None,
                    })
                }

                fn of(op: Op) -> Option<Self> {
                    match op {
                        $( Op::$name { $( $operand ),* } => Some(Self::$name { $( $operand ),* }), )*
                        $( $( Op::$flat { $( $held ),* } => Some(Self::$family($of::$member $(, $held)*)), )* )*
                        _ => None,
                    }
                }

                #[inline(always)]
                fn cost(self) -> u64 {
                    match self {
                        $( Self::$name { .. } => $cost, )*
                        $( Self::$family(one, ..) => match one { $( $of::$member => $member_cost, )* }, )*
                    }
                }

                #[inline(always)]
                fn shape(self) -> Shape {
                    match self {
                        $( Self::$name { .. } => Shape::$shape $( ($(Sort::$child),+) )?, )*
                        $( Self::$family(..) => $family_shape, )*
                    }
                }

                #[inline(always)]
                fn body(self) -> Option<Length> {
                    match self {
                        $( Self::$name { $( $operand ),* } => length_of!($( $operand ),*), )*
                        $( Self::$family(..) => None, )*
                    }
                }
            }

            impl From<$sort> for Op {
                fn from(op: $sort) -> Self {
                    match op {
                        $( $sort::$name { $( $operand ),* } => Self::$name { $( $operand ),* }, )*
                        $( $sort::$family(one $(, $shared)*) => one.op($( $shared ),*), )*
                    }
                }
            }

            $( impl $of {
                /// Its instruction.
                #[must_use]
                pub const fn op(self $(, $shared: $shared_kind)*) -> Op {
                    match self { $( Self::$member => Op::$flat { $( $held ),* }, )* }
                }

                /// The one that an instruction's code is of.
                #[must_use]
                #[inline]
                pub const fn of_code(code: u8) -> Option<Self> {
                    match code {
                        $( $member_code => Some(Self::$member), )*
                        _ => None,
                    }
                }
            } )*
        )*
    };
}

/// The operand that is a length, among all operands of an instruction.
macro_rules! length_of {
    ($( $operand:ident ),*) => {
        None$( .or(Operand::length($operand)) )*
    };
}

pub(super) use {length_of, ops};
