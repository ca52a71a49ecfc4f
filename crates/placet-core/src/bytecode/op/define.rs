//! The macro that turns the table of instructions into code.

/// Makes an enum of each sort, and [`Op`](super::Op) of all of them, with reading, writing, cost
/// and row.
///
/// A sort may have families: instructions that differ only in a predicate, a function or a type, and
/// share one variant. Each of a family may have one operand, all of one kind.
macro_rules! ops {
    ($(
        $( #[$doc:meta] )*
        $sort:ident {
            $( $code:literal $name:ident $text:literal ($($operand:ident: $kind:ident),*)
                $shape:ident $( ($($child:ident),+) )?, $cost:literal $meaning:literal; )*
            $( $( #[$family_doc:meta] )* $family:ident($of:ident $(, $carried:ident)?) $family_shape:expr => {
                $( $member_code:literal $flat:ident $member_text:literal $( ($part:ident: $part_kind:ident) )? $member:ident,
                    $member_cost:literal $member_meaning:literal; )*
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
                $( $( #[doc = $member_meaning] $flat { $( #[doc = stringify!($part_kind)] $part: $part_kind )? }, )* )*
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
                    operands: stringify!($($part: $part_kind)?),
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
                        $( $( $member_code => Self::$flat { $( $part: <$part_kind as Operand>::read(cursor)? )? }, )* )*
                    )*
                    _ => return None,
                })
            }

            /// Appends the instruction.
            pub fn write(self, out: &mut Vec<u8>) {
                match self { $(
                    $( Self::$name { $( $operand ),* } => { out.push($code); $( $operand.write(out); )* } )*
                    $( $( Self::$flat { $( $part )? } => { out.push($member_code); $( $part.write(out); )? } )* )*
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
                    $( $( Self::$flat { $( $part )? } => alloc::vec![$( $part.shown() )?], )* )*
                )* }
            }

            /// The bytes of its children, if it says so.
            #[must_use]
            pub fn body(self) -> Option<Length> {
                match self { $(
                    $( Self::$name { $( $operand ),* } => length_of!($( $operand ),*), )*
                    $( $( Self::$flat { $( $part )? } => length_of!($( $part )?), )* )*
                )* }
            }

            /// One instruction of every kind.
            #[must_use]
            pub fn samples() -> Vec<Self> {
                alloc::vec![$(
                    $( Self::$name { $( $operand: <$kind as Operand>::sample() ),* }, )*
                    $( $( Self::$flat { $( $part: <$part_kind as Operand>::sample() )? }, )* )*
                )*]
            }
        }

        $(
            $( #[$doc] )*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $sort {
                $( #[doc = $meaning] $name { $( #[doc = stringify!($kind)] $operand: $kind ),* }, )*
                $( $( #[$family_doc] )* $family($of $(, $carried)?), )*
            }

            impl Instruction for $sort {
                const SORT: Sort = Sort::$sort;

                #[inline(always)]
                fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
                    Some(match cursor.byte()? {
                        $( $code => Self::$name { $( $operand: <$kind as Operand>::read(cursor)? ),* }, )*
                        $( $( $member_code => Self::$family($of::$member $(, <$part_kind as Operand>::read(cursor)?)?), )* )*
                        _ => return None,
                    })
                }

                fn of(op: Op) -> Option<Self> {
                    match op {
                        $( Op::$name { $( $operand ),* } => Some(Self::$name { $( $operand ),* }), )*
                        $( $( Op::$flat { $( $part )? } => Some(Self::$family($of::$member $(, $part)?)), )* )*
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
                        $( $sort::$family(one $(, carried!($carried operand))?) => one.op($( carried!($carried operand) )?), )*
                    }
                }
            }

            $( impl $of {
                /// The instruction of this one of its family.
                #[must_use]
                pub const fn op(self $(, operand: $carried)?) -> Op {
                    match self { $( Self::$member => Op::$flat { $( $part: operand )? }, )* }
                }

                /// The one of the family with an instruction's code.
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

/// The operand of a family's instruction, where the family has one.
macro_rules! carried {
    ($kind:ident $operand:ident) => {
        $operand
    };
}

pub(super) use {carried, length_of, ops};
