//! Tests of the table and of the code that it generates.

use alloc::vec::Vec;

use super::operand::Shown;
use super::*;

#[test]
fn every_instruction_reads_back_as_it_was_written() {
    for op in Op::samples() {
        let mut bytes = Vec::new();
        op.write(&mut bytes);
        let mut cursor = Cursor::new(&bytes);
        assert_eq!(Op::read(&mut cursor), Some(op));
        assert!(cursor.is_empty());
        for cut in 0..bytes.len() {
            assert_eq!(Op::read(&mut Cursor::new(&bytes[..cut])), None, "{op:?} cut at {cut}");
        }
    }
}

#[test]
fn a_frame_read_in_one_look_is_the_instruction_that_stands_there() {
    let (small, large) = (0x7f, 0x80);
    let mut ops = Op::samples();
    for first in [0, small, large] {
        for last in [0, small, large] {
            for length in [0, small, large] {
                let (first, last, body) = (ActionNo(first), ActionNo(last), Length(u32::from(length)));
                ops.extend([Op::AllowIn { first, last, body }, Op::AllowIs { action: first, body }]);
            }
        }
    }
    for op in ops {
        let mut bytes = Vec::new();
        op.write(&mut bytes);
        let operands = bytes.len() - 1;
        let is_short = bytes[1..].iter().all(|byte| *byte < 0x80);
        let expected = match op {
            Op::AllowIn { first, last, body } if is_short => Some((first, last, body)),
            Op::AllowIs { action, body } if is_short => Some((action, action, body)),
            _ => None,
        };
        bytes.extend([0xff; 3]);
        let mut cursor = Cursor::new(&bytes);
        assert_eq!(Rule::short_frame(&mut cursor), expected, "{op:?}");
        let read = if expected.is_some() { 1 + operands } else { 0 };
        assert_eq!(cursor.rest().len(), bytes.len() - read, "{op:?}");
    }
}

#[test]
fn what_is_skipped_is_skipped_with_all_its_children() {
    let (number, text) = (Op::Number { number: Int(5) }, Const(1));
    for nodes in [
        &[Op::Test { field: FieldNo(1) }, Op::Not {}, Op::Eq { text }][..],
        &[Op::When {}, Op::Negate {}, Op::Equal {}, number, Op::Add {}, number, number],
        &[Op::Less {}, Op::Subtract {}, number, number, number],
        &[number],
    ] {
        let mut bytes = Vec::new();
        nodes.iter().for_each(|op| op.write(&mut bytes));
        Op::True {}.write(&mut bytes);
        let mut cursor = Cursor::new(&bytes);
        let first = Op::read(&mut cursor).expect("it was written");
        assert_eq!(first.skip(&mut cursor), Some(()), "{nodes:?}");
        assert_eq!((Op::read(&mut cursor), cursor.is_empty()), (Some(Op::True {}), true), "{nodes:?}");
    }
}

#[test]
fn codes_ascend_and_names_are_unique() {
    assert!(Op::TABLE.is_sorted_by(|a, b| a.code < b.code));
    assert!(Op::TABLE.iter().all(
        |row| (row.code < 0x80) == Op::read(&mut Cursor::new(&[row.code, 0, 0, 0])).is_none_or(|op| !op.is_index())
    ));
    let mut names: Vec<_> = Op::TABLE.iter().map(|row| row.text).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b));
}

#[test]
fn the_length_operand_stands_exactly_where_a_body_follows() {
    for op in Op::samples() {
        let has_length = op.operands().iter().any(|operand| matches!(operand, Shown::Length(_)));
        assert_eq!(has_length, matches!(op.row().shape, Shape::Body(_)), "{op:?}");
        assert_eq!(has_length, op.body().is_some(), "{op:?}");
    }
}

/// Reads one instruction as `I`, and compares it with its row of the table.
fn sorted<I: Instruction + PartialEq + core::fmt::Debug>(op: Op) {
    let mut bytes = Vec::new();
    op.write(&mut bytes);
    let read = I::read(&mut Cursor::new(&bytes));
    assert_eq!(read.map(Into::into), (op.row().sort == I::SORT).then_some(op), "{op:?}");
    assert_eq!(read, I::of(op), "{op:?}");
    if let Some(read) = read {
        assert_eq!((read.cost(), read.shape(), read.body()), (op.cost(), op.row().shape, op.body()), "{op:?}");
    }
}

#[test]
fn the_code_of_a_family_names_its_member() {
    for op in Op::samples() {
        let code = op.row().code;
        let asked = Predicate::of_code(code).map(Predicate::op);
        let computed = Arithmetic::of_code(code).map(Arithmetic::op);
        let called = Function::of_code(code).map(Function::op);
        let is_member = match (Condition::of(op), Value::of(op)) {
            (Some(Condition::Ask(_)), _) | (_, Some(Value::Compute(_) | Value::Call(_))) => true,
            _ => false,
        };
        assert_eq!(asked.or(computed).or(called), is_member.then_some(op), "{op:?}");
    }
}

#[test]
fn an_instruction_can_be_read_as_its_own_sort_and_as_no_other() {
    for op in Op::samples() {
        sorted::<Rule>(op);
        sorted::<Test>(op);
        sorted::<Pattern>(op);
        sorted::<Condition>(op);
        sorted::<Value>(op);
    }
}
