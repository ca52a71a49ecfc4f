"""Tables: rows by their keys, as a constant has them."""

import functools
import re

from .constants import BadConstant
from .vocabulary import SCALARS
from .wire import Cursor, Cut, NotCanonical

MOST_ROWS, MOST_TABLES, MOST_ELEMENTS, MOST_SET_BYTES = 1 << 20, 32, 1024, 128 * 1024
_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{0,127}")
_KEYS = ("string", "int", "uuid")
_SET = 0x80


class Table:
    def __init__(self, data, fits):
        """`fits` refuses bytes that are not a value of a type."""
        try:
            self._read(Cursor(data), fits)
        except (Cut, NotCanonical):
            raise BadConstant from None

    def _read(self, cursor, fits):
        self.name = cursor.counted()
        key, value = cursor.take(2)
        self.is_set = value >= _SET
        count = cursor.varint()
        _need(_NAME.fullmatch(self.name) and max(key, value & ~_SET) < len(SCALARS) and count <= MOST_ROWS)
        self.key, self.element = SCALARS[key], SCALARS[value & ~_SET]
        _need(self.key in _KEYS)
        hashes, ends = ([int.from_bytes(cursor.take(4), "little") for _ in range(count)] for _ in range(2))
        rest = cursor.rest()
        self.rows, self.key_bytes, self.value_bytes, self.elements = {}, 0, 0, 0
        before, begin = None, 0
        for known, end in zip(hashes, ends):
            _need(begin <= end <= len(rest))
            row = Cursor(rest[begin:end])
            key = row.counted()
            fits(self.key, key)
            _need(known == _hash(key) and (before is None or before < (known, key)))
            before, begin = (known, key), end
            self._add(key, row, fits)
        _need(begin == len(rest))
        self.count = count
        self.alike = max(map(hashes.count, set(hashes)), default=0)

    def _add(self, key, row, fits):
        length = row.left()
        values = []
        if self.is_set:
            while row.left():
                values.append(row.counted())
            ascends = all(a < b for a, b in zip(values, values[1:]))
            _need(1 <= len(values) <= MOST_ELEMENTS and length <= MOST_SET_BYTES and ascends)
        else:
            values.append(row.rest())
        for value in values:
            fits(self.element, value)
        self.rows[_value(self.key, key)] = [_value(self.element, value) for value in values]
        self.key_bytes, self.value_bytes = max(self.key_bytes, len(key)), max(self.value_bytes, length)
        self.elements = max(self.elements, len(values))

    def look_up(self, size):
        """The price of finding a row by a key of this size."""
        return self.count.bit_length() + size // 2 + (8 + min(size, self.key_bytes) // 32) * self.alike

    def members(self, values):
        """The price of looking for values among the elements of a row."""
        return values * (3 * self.elements + -(-self.value_bytes // 32))


def _need(truth):
    if not truth:
        raise BadConstant


def _value(ty, data):
    """A bool is a byte, a number eight bytes that are in the order of the numbers."""
    if ty == "bool":
        return data == b"\x01"
    return int.from_bytes(data, "big") - 2**63 if ty in ("int", "time", "duration") else data


def _hash(key):
    """The upper half of the hash of an index, of one text."""
    eights = [key[at : at + 8] for at in range(0, len(key) - 7, 8)]
    words = [len(key), *(int.from_bytes(it, "little") for it in [*eights, key[-8:]])]
    return functools.reduce(_word, words, 0x2545F4914F6CDD1D) >> 32


def _word(state, word):
    product = (state ^ word) * 0x9E3779B97F4A7C15 & (1 << 64) - 1
    return product ^ product >> 32
