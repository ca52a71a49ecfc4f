"""Turns the bytes of a program into a tree, and refuses what is no program."""

from .block import MAPS, WORDS
from .opcodes import TABLE
from .wire import Cursor, Cut, NotCanonical, zigzag

# Only a service's own programs have them.
INDEXES = ("deny.index", "allow.index")
MOST_BYTES, MOST_RULES, MOST_DEPTH = 6144, 50_000, 72
_CLAIMS = {"Claim": WORDS, "ClaimMap": MAPS}


class BadProgram(Exception):
    """Bytes that are not a program."""


class Node:
    """An instruction with its operands by their names, and its children."""

    def __init__(self, row):
        self.row, self.name, self.children = row, row.name, []


class Program:
    def __init__(self, data):
        try:
            if len(data) > MOST_BYTES:
                raise BadProgram("too large")
            # The program without rules has no bytes.
            cursor = Cursor(data or b"\0")
            code = Cursor(cursor.counted())
            if data and not code.left():
                raise BadProgram("a second form of the program without rules")
            self.pool, self.pool_end = cursor.rest(), 0
            self.rules, self.tables, self.names = [], [], set()
            while code.left():
                rule = self._node(code, "rule", 1)
                if rule.name == "table" and self.rules:
                    raise BadProgram("a table after a rule")
                (self.tables if rule.name == "table" else self.rules).append(rule)
            self._check_order()
        except (Cut, NotCanonical) as error:
            raise BadProgram(type(error).__name__) from None
        if self.pool_end != len(self.pool):
            raise BadProgram("bytes after the last constant")

    def _check_order(self):
        kinds = ["deny", "require", "allow"]
        order = [kinds.index(rule.name.split(".")[0]) for rule in self.rules]
        if order != sorted(order) or len(order) > MOST_RULES:
            raise BadProgram("rules out of order")

    def _node(self, code, sort, depth):
        row = TABLE.get(code.byte())
        if row is None or row.sort != sort or row.name in INDEXES or depth > MOST_DEPTH:
            raise BadProgram(f"no {sort}, or too deep")
        node, body = Node(row), None
        self.names.add(row.name)
        for name, kind in row.operands:
            if kind == "Length":
                body = code.varint()
            else:
                # An instruction has a name of its own.
                operand = self._operand(code, kind)
                if kind == "Const":
                    node.constant_at, operand = operand
                    node.constant_operand = operand
                setattr(node, "name_operand" if name == "name" else name, operand)
        if row.is_list:
            inner = Cursor(code.take(body))
            while inner.left():
                node.children.append(self._node(inner, row.children[0][:-1], depth + 1))
        else:
            node.children = [self._node(code, child[2:], depth + 1) for child in row.children]
        return node

    def _operand(self, code, kind):
        if kind == "Field":
            return code.byte()
        if kind == "Int":
            return zigzag(code.varint())
        if kind == "Action":
            return code.varint()
        if kind in _CLAIMS:
            number = code.byte()
            if number not in _CLAIMS[kind]:
                raise BadProgram("unknown claim")
            return _CLAIMS[kind][number]
        assert kind == "Const", kind
        at = code.varint()
        cursor = Cursor(self.pool, at)
        if at > len(self.pool):
            raise BadProgram("a constant outside of the pool")
        data = cursor.counted()
        self.pool_end = max(self.pool_end, cursor.at)
        return at, data
