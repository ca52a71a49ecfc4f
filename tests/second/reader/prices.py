"""The price of an instruction, from the table and from the section about cost of `docs/bytecode.md`."""

VALUE_BYTES, SET_BYTES = 16 * 1024, 128 * 1024
TOKEN_COST = 1 << 24


def price(node, ty, values):
    """`values` is one, or 1,024 for a pattern on a set; `ty` is the type of what a pattern looks at."""
    return values * node.row.cost + _ADDITIONAL.get(node.name, lambda *_: 0)(node, ty, values)


def _all(values):
    """Bytes of all values that a pattern looks at."""
    return VALUE_BYTES if values == 1 else SET_BYTES


def _text(node, ty, values):
    return values * -(-min(len(node.text), VALUE_BYTES) // 32)


_RUN, _LITERAL = 0, 2


def _glob(node, ty, values):
    return _pieces(node.value, values, each=8, literal=5, more=3)


def _path(node, ty, values):
    """A segment is a piece: `**` is a run, and what is neither a literal nor a glob is like `?`."""
    pieces = [(_RUN,) if it == "**" else (_LITERAL, it) if isinstance(it, bytes) else (1,) for it in node.value]
    globs = sum(_pieces(it, values, each=8, literal=5, more=3) for it in node.value if isinstance(it, list))
    return _pieces(pieces, values, each=16, literal=7, more=5) + globs


def _pieces(pieces, values, each, literal, more):
    fixed = sum(each + (2 * len(piece[1]) if piece[0] == _LITERAL else 0) for piece in pieces)
    runs = [place for place, piece in enumerate(pieces) if piece[0] == _RUN]
    dearest = 0
    # What is before the first run or after the last one is looked for at one place.
    for first, last in zip(runs, runs[1:]):
        group = pieces[first + 1 : last]
        if group:
            is_literal = len(group) == 1 and group[0][0] == _LITERAL
            dearest = max(dearest, literal if is_literal else 8 + more * len(group))
    return values * fixed + _all(values) * dearest


def _automaton(node, ty, values):
    runs = sum(a != b for a, b in zip(node.value.of_byte, node.value.of_byte[1:])) + 1
    return values * 16 + _all(values) * (2 + min(8, runs // 2))


def _label(node, ty, values):
    return values * 64 * (4 + -(-len(node.value) // 32))


def _member(node, ty, values):
    return 1024 * 3 + SET_BYTES // 32


def _size(node, ty, values):
    return 1024 * 48 + SET_BYTES // 2


def _contains(node, ty, values):
    return 64 + 7 * VALUE_BYTES


def _read_again(node, ty, values):
    return 2 * len(node.value)


_ADDITIONAL = {
    "eq": _text,
    "prefix": _text,
    "suffix": _text,
    "equals": _text,
    "begins": _text,
    "within": lambda node, ty, values: values * -(-len(node.path) // 32),
    "glob": _glob,
    "path": _path,
    "regex": _automaton,
    "label": _label,
    "label.of": lambda node, *_: 64 * 4,
    "has.label": _label,
    "member": _member,
    "size": _size,
    "contains": _contains,
    "string": _read_again,
    "path.of": _read_again,
}
