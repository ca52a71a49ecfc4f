"""The price of an instruction, from the table and from the section about cost of `docs/bytecode.md`."""

from . import made
from .constants import LITERAL

VALUE_BYTES, SET_BYTES, SET_ELEMENTS = 16 * 1024, 128 * 1024, 1024
TOKEN_BYTES, TOKEN_COST, TOKEN_PROOF = 6144, 1 << 24, 1 << 20
_LABELS, _CLAIMS = 64, 69


def price(node, values, sizes):
    """`values` is one, or 1,024 for a pattern on a set; `sizes` has the greatest size of each value in the node."""
    return values * node.row.cost + _ADDITIONAL.get(node.name, lambda *_: 0)(node, values, sizes)


def _all(values):
    """Bytes of all values that a pattern looks at."""
    return VALUE_BYTES if values == 1 else SET_BYTES


def _bytes(length, values):
    """Bytes that are compared with a text of this length."""
    return min(values * length, _all(values))


def _text(node, values, sizes):
    return _bytes(len(node.value), values) // 32


def _nocase(node, values, sizes):
    return _bytes(len(node.value), values)


def _same(node, values, sizes):
    return _bytes(sizes[0], values) // 32


def _made(node, values, sizes):
    once = sum(12 + len(literal) for _, literal in node.value)
    return values * (once + 128 * made.values(node.value)) + 2 * _all(values)


def _scanned(once, each):
    return lambda node, values, sizes: values * once(node.value) + _all(values) * each(node.value)


class _Wildcards:
    """The price of a glob or of the segments of a path: once for each value, and for each of its bytes."""

    def __init__(self, once, tried):
        self.once_of_piece, self.tried_of_piece = once, tried

    def once(self, pieces):
        return sum(self.once_of_piece + 2 * _length(it) + (_GLOB.once(it) if _is_glob(it) else 0) for it in pieces)

    def each(self, pieces):
        runs = [place for place, it in enumerate(pieces) if _is_run(it)]
        if not runs:
            return self._anchored(pieces)
        ends = self._anchored(pieces[: runs[0]]) + self._anchored(pieces[runs[-1] + 1 :])
        return ends + max((self._sought(pieces[a + 1 : b]) for a, b in zip(runs, runs[1:])), default=0)

    def _anchored(self, group):
        return max((_GLOB.each(it) for it in group if _is_glob(it)), default=0)

    def _sought(self, group):
        tried = sum(map(self._tried, group))
        if not group:
            return 0
        return tried + (2 if len(group) == 1 and tried < 8 else 8)

    def _tried(self, it):
        inner = -(-_GLOB.once(it) // 2) + _GLOB.each(it) if _is_glob(it) else 0
        return self.tried_of_piece + _length(it) // 64 + inner


_GLOB, _PATH = _Wildcards(8, 3), _Wildcards(16, 5)


def _is_glob(it):
    return isinstance(it, list)


def _is_run(it):
    return it == "**" or it == (0,)


def _length(it):
    """Bytes of a literal, or of the glob of a segment."""
    if _is_glob(it):
        return sum(1 if piece[0] != LITERAL else len(piece[1]) + _digits(len(piece[1]) + 1) for piece in it)
    return len(it) if isinstance(it, bytes) else len(it[1]) if it[0] == LITERAL else 0


def _digits(number):
    """Bytes of a varint."""
    return max(1, -(-number.bit_length() // 7))


def _label(node, *_):
    return _LABELS * (4 + len(node.name_operand) // 32)


def _member(node, values, sizes):
    return SET_ELEMENTS * 3 + _bytes(sizes[0], SET_ELEMENTS) // 32


def _sorted(*_):
    return SET_ELEMENTS * 48 + SET_BYTES // 2


def _size(node, *_):
    return _sorted() if node.is_set else 0


def _contains(node, values, sizes):
    return 64 + 3 * sizes[0] + 4 * sizes[1]


def _shorter(node, values, sizes):
    return min(min(sizes), VALUE_BYTES) // 32


def _read_again(node, *_):
    return 2 * len(node.value)


def _read_url(node, *_):
    return 6 * len(node.value)


def _claim(*_):
    return _CLAIMS * 4 + 2 * TOKEN_BYTES


def _entry(node, *_):
    return _claim() + _CLAIMS * (1 + len(node.name_operand) // 32)


def _zone(node, *_):
    return 2 * len(node.value.turns).bit_length() if node.value.end is not None else 0


def _look_up(node, values, sizes):
    """The key is the last one of the values."""
    return node.table.look_up(sizes[-1])


def _row(node, values, sizes):
    """The value that is found is read again."""
    return _look_up(node, values, sizes) + _READ_AGAIN.get(node.table.element, 0) * node.table.value_bytes


def _set_in_row(node, values, sizes):
    return _look_up(node, values, sizes) + node.table.members(SET_ELEMENTS)


_READ_AGAIN = {"string": 2, "path": 2, "url": 6}
_ADDITIONAL = {
    **dict.fromkeys(("eq", "prefix", "suffix", "equals", "begins", "within"), _text),
    **dict.fromkeys(("nocase", "nocase.prefix", "nocase.suffix", "nocase.within"), _nocase),
    **dict.fromkeys(("label", "label.of", "has.label"), _label),
    **dict.fromkeys(("any.in", "every.in"), lambda *_: 2 * _sorted()),
    **dict.fromkeys(("claim.of", "has.claim"), _claim),
    **dict.fromkeys(("entry.of", "has.entry"), _entry),
    **dict.fromkeys(("string", "path.of"), _read_again),
    "url.of": _read_url,
    **dict.fromkeys(("equal", "unequal", "starts", "ends"), _shorter),
    "is": _same,
    "made": _made,
    "glob": _scanned(_GLOB.once, _GLOB.each),
    "path": _scanned(_PATH.once, _PATH.each),
    "url": _scanned(lambda url: _PATH.once(url.path) + 192, lambda url: _PATH.each(url.path) + 1),
    "regex": _scanned(lambda automaton: 16, lambda automaton: 2 + min(8, automaton.runs) // 2),
    "member": _member,
    "size": _size,
    "contains": _contains,
    "local": _zone,
    "approved": lambda node, *_: 16 * len(node.value[1]),
    "has.row": _look_up,
    "row.of": _row,
    "in.row": lambda node, values, sizes: _look_up(node, values, sizes) + node.table.members(1),
    **dict.fromkeys(("any.in.row", "every.in.row"), _set_in_row),
}
