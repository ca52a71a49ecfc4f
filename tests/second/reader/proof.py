"""Proves a program before it runs: its types, its constants, its numbers, its price."""

from . import constants, made, urls
from .constants import BadConstant
from .prices import SET_ELEMENTS, TOKEN_BYTES, VALUE_BYTES, price
from .program import BadProgram
from .tables import MOST_TABLES, Table
from .vocabulary import LABELS, ONE, SET

_NUMBERS = ("int", "time", "duration")


def _url(cursor):
    text = cursor.rest()
    if not urls.is_canonical(text.decode()):
        raise ValueError
    return text


_CONSTANT_OF = {
    "string": constants.string,
    "bytes": constants.blob,
    "path": constants.canonical_path,
    "uuid": constants.uuid,
    "url": constants.reading(_url),
}
_TEXTS, _TEXTS_AND_PATHS = ("string", "bytes"), ("string", "bytes", "path")
_BY_TYPE = "the reader for the type of the value"
_BYTES_OR_PATH = "any bytes, or a canonical path"
# Patterns: the types of a value that they take, and the reader of their constant.
_PATTERNS = {
    "is.true": (("bool",), None),
    "is.false": (("bool",), None),
    "eq": (tuple(_CONSTANT_OF), _BY_TYPE),
    "prefix": (_TEXTS, constants.blob),
    "suffix": (_TEXTS, constants.blob),
    "glob": (_TEXTS, constants.glob),
    "regex": (_TEXTS, constants.automaton),
    "range": (_NUMBERS, None),
    "net": (("ip",), constants.network),
    "path": (("path",), constants.path),
    "within": (("path",), constants.canonical_path),
    "label": (("labels",), constants.string),
    "nocase": (_TEXTS_AND_PATHS, _BYTES_OR_PATH),
    "nocase.prefix": (_TEXTS, constants.blob),
    "nocase.suffix": (_TEXTS, constants.blob),
    "nocase.within": (("path",), constants.canonical_path),
    "url": (("url",), constants.reading(urls.Pattern)),
}
# Values that are constants: their type and the reader of the constant.
_LITERALS = {
    "int": ("int", None),
    "time": ("time", None),
    "duration": ("duration", None),
    "string": ("string", constants.string),
    "bytes": ("bytes", constants.blob),
    "uuid": ("uuid", constants.uuid),
    "ip": ("ip", constants.address),
    "path.of": ("path", constants.canonical_path),
    "url.of": ("url", _CONSTANT_OF["url"]),
    "yes": ("bool", None),
    "no": ("bool", None),
    "issuance": ("time", None),
    "expiry": ("time", None),
}
_CALLS = {"hour": ("time",), "minute": ("time",), "weekday": ("time",), "length": _TEXTS_AND_PATHS}
_SUMS = {
    ("add", "int", "int"): "int",
    ("add", "duration", "duration"): "duration",
    ("add", "time", "duration"): "time",
    ("subtract", "int", "int"): "int",
    ("subtract", "duration", "duration"): "duration",
    ("subtract", "time", "time"): "duration",
    ("subtract", "time", "duration"): "time",
}
# The most bytes of a value.
_SIZES = {**dict.fromkeys(("string", "bytes", "path", "url"), VALUE_BYTES), "uuid": 16, "ip": 16}
_MADE_OF = ("string", "int", "uuid")
_IN_TABLES = ("in.row", "any.in.row", "every.in.row", "has.row")


def _need(truth, what=""):
    if not truth:
        raise BadProgram(what)


class Proof:
    """The types of one program; `cost` is its price."""

    def __init__(self, program, vocabulary, state):
        self.attributes, self.actions = vocabulary.attributes[: state[0]], state[1]
        self.cost, self.tables, self.used = 0, {}, set()
        try:
            self._tables(program.tables)
            for rule in program.rules:
                self._actions(rule)
                self._charge(rule)
                for test in rule.children:
                    self._test(test)
        except BadConstant:
            raise BadProgram("a bad constant") from None
        _need(len(self.used) == len(self.tables), "an unused table")

    def _tables(self, nodes):
        for node in nodes:
            self._charge(node)
            self.tables[node.constant_at] = Table(node.constant_operand, _fits)
        names = [table.name for table in self.tables.values()]
        _need(len(names) == len(nodes) <= MOST_TABLES, "a table declared twice, or too many")
        _need(all(a < b for a, b in zip(names, names[1:])), "tables out of order")

    def _row(self, node):
        """The sizes of the values in a node whose last one is the key of a row."""
        _need(node.constant_at in self.tables, "no such table")
        self.used.add(node.constant_at)
        node.table = self.tables[node.constant_at]
        found = [self._value(child) for child in node.children]
        _need(found[-1][0] == node.table.key, "wrong type")
        if node.name == "in.row":
            _need(found[0][0] == node.table.element, "wrong type")
        elif node.name in ("any.in.row", "every.in.row"):
            _need(self._set(node.field).scalar == node.table.element, "wrong type")
        return [size for _, size in found]

    def _charge(self, node, values=1, sizes=()):
        self.cost += price(node, values, sizes)

    def _attribute(self, number):
        _need(number < len(self.attributes), "unknown attribute")
        return self.attributes[number]

    def _set(self, number):
        attribute = self._attribute(number)
        _need(attribute.shape == SET, "wrong type")
        return attribute

    def _actions(self, node):
        operands = dict(node.row.operands)
        for name in ("action", "first", "last"):
            if operands.get(name) == "Action":
                _need(getattr(node, name) < self.actions, "unknown action")
        if node.name in ("allow.in", "action.in"):
            _need(node.first <= node.last, "actions in the wrong order")
        if operands.get("set") == "Const":
            node.value = constants.actions(node.set)
            _need(node.value.bit_length() <= self.actions, "unknown action")

    def _test(self, test):
        if test.name.startswith("action."):
            self._actions(test)
            self._charge(test)
        elif test.name == "when":
            self._charge(test)
            self._condition(test.children[0])
        else:
            self._attribute_test(test)

    def _attribute_test(self, test):
        attribute = self._attribute(test.field)
        ty, values = _type_of(attribute), SET_ELEMENTS if attribute.shape == SET else 1
        if test.name in ("equals", "begins"):
            self._constant(test, "eq" if test.name == "equals" else "prefix", ty)
            # It is a test and a pattern in one.
            self._charge(test, values)
            self.cost += test.row.cost
            return
        self._charge(test)
        if test.name in ("test", "some.of", "every.of"):
            _need(test.name == "test" or attribute.shape == SET, "wrong type")
            self._pattern(test.children[0], ty, values)
        else:
            _need(test.name == "present", test.name)

    def _constant(self, node, name, ty):
        types, read = _PATTERNS[name]
        _need(ty in types, "wrong type")
        if read == _BY_TYPE:
            read = _CONSTANT_OF[ty]
        elif read == _BYTES_OR_PATH:
            read = constants.canonical_path if ty == "path" else constants.blob
        if read:
            node.value = read(node.constant_operand)

    def _pattern(self, node, ty, values=1):
        sizes = ()
        if node.name in ("any", "absent", "not", "any.of", "all.of"):
            for child in node.children:
                self._pattern(child, ty, values)
        elif node.name == "is":
            other, size = self._for_each(node.children[0], values)
            _need(other == ty, "wrong type")
            sizes = (size,)
        elif node.name == "made":
            self._made(node, ty, values)
        else:
            self._constant(node, node.name, ty)
            for child in node.children:
                self._pattern(child, "string", values)
        self._charge(node, values, sizes)

    def _for_each(self, node, values):
        """A value that is read again for each of the subject's."""
        before = self.cost
        found = self._value(node)
        self.cost += (self.cost - before) * (values - 1)
        return found

    def _made(self, node, ty, values):
        _need(ty in _TEXTS_AND_PATHS, "wrong type")
        node.value = constants.reading(made.read)(node.shape)
        _need(made.is_sound(node.value, ty == "path"), "pieces in the wrong place")
        types = [self._for_each(child, values)[0] for child in node.children]
        allowed = (*_MADE_OF, "bytes") if ty == "bytes" else _MADE_OF
        _need(all(it in allowed for it in types), "wrong type")
        _need(1 <= len(types) == made.values(node.value) <= made.MOST_VALUES, "more or fewer values than their places")

    def _condition(self, node):
        name, sizes = node.name, ()
        if name in ("all", "some", "negate"):
            for child in node.children:
                self._condition(child)
        elif name == "vouched":
            constants.key(node.key)
            node.value = node.key
        elif name == "approved":
            node.value = constants.quorum(node.quorum)
        elif name in ("has", "has.label"):
            attribute = self._attribute(node.field)
            if name == "has.label":
                _need(attribute.shape == LABELS, "wrong type")
                node.value = constants.string(node.name_operand)
        elif name == "has.entry":
            constants.string(node.name_operand)
        elif name == "asks":
            self._actions(node)
        elif name in ("any.in", "every.in"):
            _need(self._set(node.field).scalar == self._set(node.set).scalar, "wrong type")
        elif name == "matches":
            self._pattern(node.children[1], self._value(node.children[0])[0])
        elif name in ("any.el", "every.el"):
            self._pattern(node.children[0], self._set(node.field).scalar, SET_ELEMENTS)
        elif name == "member":
            ty, size = self._value(node.children[0])
            _need(ty == self._set(node.field).scalar, "wrong type")
            sizes = (size,)
        elif name in _IN_TABLES:
            sizes = self._row(node)
        elif node.children:
            sizes = self._comparison(node)
        self._charge(node, 1, sizes)

    def _comparison(self, node):
        types, sizes = zip(*map(self._value, node.children))
        _need(len(set(types)) == 1, "wrong type")
        if node.name in ("less", "less.eq"):
            _need(types[0] in _NUMBERS, "wrong type")
        elif node.name in ("starts", "ends", "contains"):
            _need(types[0] in _TEXTS, "wrong type")
        elif node.name == "truth":
            _need(types[0] == "bool", "wrong type")
        else:
            _need(node.name in ("equal", "unequal"), node.name)
        return sizes

    def _value(self, node):
        """The type of a value, and its most bytes."""
        if node.name == "row.of":
            self._charge(node, 1, self._row(node))
            _need(not node.table.is_set, "wrong type")
            return node.table.element, node.table.value_bytes
        ty = self._type(node)
        self._charge(node)
        if node.name in ("claim.of", "entry.of"):
            return ty, TOKEN_BYTES
        is_constant = node.name in _LITERALS and isinstance(node.value, bytes)
        return ty, len(node.value) if is_constant else _SIZES.get(ty, 8)

    def _type(self, node):
        if node.name in _LITERALS:
            ty, read = _LITERALS[node.name]
            node.value = node.constant_operand if read else getattr(node, "number", None)
            if read:
                read(node.value)
            return ty
        if node.name in ("claim.of", "entry.of"):
            if node.name == "entry.of":
                constants.string(node.name_operand)
            return "string"
        if node.name in ("field", "label.of", "size"):
            attribute = self._attribute(node.field)
            wanted = {"field": (ONE,), "label.of": (LABELS,), "size": (SET, LABELS)}[node.name]
            _need(attribute.shape in wanted, "wrong type")
            node.is_set = attribute.shape == SET
            if node.name == "label.of":
                node.value = constants.string(node.name_operand)
            return "int" if node.name == "size" else attribute.scalar
        types = [self._value(child)[0] for child in node.children]
        if node.name == "local":
            node.value = constants.zone(node.zone)
            _need(types == ["time"], "wrong type")
            return "time"
        if node.name in _CALLS:
            _need(types[0] in _CALLS[node.name], "wrong type")
            return "int"
        _need((node.name, *types) in _SUMS, "wrong type")
        return _SUMS[(node.name, *types)]


def _fits(ty, data):
    """Refuses bytes that are not a value of the type in a table."""
    fits = data in (b"\0", b"\1") if ty == "bool" else len(data) == 8 if ty in _NUMBERS else len(data) <= VALUE_BYTES
    if not fits:
        raise BadConstant
    if ty == "ip":
        constants.address(data)
    elif ty in _CONSTANT_OF:
        _CONSTANT_OF[ty](data)


def _type_of(attribute):
    return "labels" if attribute.shape == LABELS else attribute.scalar
