"""Proves a program before it runs: its types, its constants, its numbers, its price."""

from . import constants
from .constants import BadConstant
from .prices import price
from .program import BadProgram
from .vocabulary import LABELS, ONE, SET

_NUMBERS = ("int", "time", "duration")
_CONSTANT_OF = {"string": constants.string, "bytes": constants.blob, "path": constants.canonical_path, "uuid": constants.uuid}
_TEXTS = ("string", "bytes")
# Patterns: the types of a value that they take, and the reader of their constant.
_PATTERNS = {
    "is.true": (("bool",), None),
    "is.false": (("bool",), None),
    "eq": (tuple(_CONSTANT_OF), "text"),
    "prefix": (_TEXTS, constants.blob),
    "suffix": (_TEXTS, constants.blob),
    "glob": (_TEXTS, constants.glob),
    "regex": (_TEXTS, constants.automaton),
    "range": (_NUMBERS, None),
    "net": (("ip",), constants.network),
    "path": (("path",), constants.path),
    "within": (("path",), constants.canonical_path),
    "label": (("labels",), constants.string),
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
    "yes": ("bool", None),
    "no": ("bool", None),
    "issuance": ("time", None),
    "expiry": ("time", None),
}
_CALLS = {"hour": ("time",), "minute": ("time",), "weekday": ("time",), "length": ("string", "bytes", "path")}
_SUMS = {
    ("add", "int", "int"): "int",
    ("add", "duration", "duration"): "duration",
    ("add", "time", "duration"): "time",
    ("subtract", "int", "int"): "int",
    ("subtract", "duration", "duration"): "duration",
    ("subtract", "time", "time"): "duration",
    ("subtract", "time", "duration"): "time",
}


def _need(truth, what=""):
    if not truth:
        raise BadProgram(what)


class Proof:
    """The types of one program; `cost` is its price."""

    def __init__(self, program, vocabulary, state):
        self.attributes, self.actions = vocabulary.attributes[: state[0]], state[1]
        self.cost = 0
        try:
            for rule in program.rules:
                self._actions(rule)
                self._charge(rule)
                for test in rule.children:
                    self._test(test)
        except BadConstant:
            raise BadProgram("a bad constant") from None

    def _charge(self, node, ty=None, values=1):
        self.cost += price(node, ty, values)

    def _attribute(self, node):
        _need(node.field < len(self.attributes), "unknown attribute")
        return self.attributes[node.field]

    def _actions(self, node):
        for name in ("action", "first", "last"):
            if name in dict(node.row.operands) and node.name not in ("range",):
                _need(getattr(node, name) < self.actions, "unknown action")
        if node.name in ("allow.in", "action.in"):
            _need(node.first <= node.last, "actions in the wrong order")
        if "set" in dict(node.row.operands):
            node.value = constants.actions(node.set)
            _need(node.value.bit_length() <= self.actions, "unknown action")

    def _test(self, test):
        self._charge(test)
        if test.name.startswith("action."):
            self._actions(test)
        elif test.name == "when":
            self._condition(test.children[0])
        else:
            attribute = self._attribute(test)
            ty, values = _type_of(attribute), 1024 if attribute.shape == SET else 1
            if test.name == "test":
                self._pattern(test.children[0], ty, values)
            elif test.name in ("equals", "begins"):
                self._constant(test, "eq" if test.name == "equals" else "prefix", ty)
            else:
                _need(test.name == "present", test.name)

    def _constant(self, node, name, ty):
        types, read = _PATTERNS[name]
        _need(ty in types, "wrong type")
        operand = next((it for it, kind in node.row.operands if kind == "Const"), None)
        if operand:
            read = _CONSTANT_OF[ty] if read == "text" else read
            node.value = read(getattr(node, "name_operand" if operand == "name" else operand))

    def _pattern(self, node, ty, values=1):
        if node.name in ("any", "absent", "not", "any.of", "all.of"):
            for child in node.children:
                self._pattern(child, ty, values)
        else:
            self._constant(node, node.name, ty)
            for child in node.children:
                self._pattern(child, "string", values)
        self._charge(node, ty, values)

    def _condition(self, node):
        name = node.name
        if name in ("all", "some", "negate"):
            for child in node.children:
                self._condition(child)
        elif name == "vouched":
            node.value = constants.key(node.key)
        elif name in ("has", "has.label"):
            attribute = self._attribute(node)
            if name == "has.label":
                _need(attribute.shape == LABELS, "wrong type")
                node.value = constants.string(node.name_operand)
        elif name == "matches":
            self._pattern(node.children[1], self._value(node.children[0]))
        elif name in ("any.el", "every.el", "member"):
            attribute = self._attribute(node)
            _need(attribute.shape == SET, "wrong type")
            if name == "member":
                _need(self._value(node.children[0]) == attribute.scalar, "wrong type")
            else:
                self._pattern(node.children[0], attribute.scalar, 1024)
        elif node.children:
            self._comparison(node)
        self._charge(node)

    def _comparison(self, node):
        types = [self._value(child) for child in node.children]
        _need(len(set(types)) == 1, "wrong type")
        if node.name in ("less", "less.eq"):
            _need(types[0] in _NUMBERS, "wrong type")
        elif node.name in ("starts", "ends", "contains"):
            _need(types[0] in _TEXTS, "wrong type")
        elif node.name == "truth":
            _need(types[0] == "bool", "wrong type")
        else:
            _need(node.name in ("equal", "unequal"), node.name)

    def _value(self, node):
        ty = self._type(node)
        self._charge(node)
        return ty

    def _type(self, node):
        if node.name in _LITERALS:
            ty, read = _LITERALS[node.name]
            operand = next((it for it, kind in node.row.operands if kind in ("Const", "Int")), None)
            node.value = getattr(node, operand) if operand else None
            if read:
                read(node.value)
            return ty
        if node.name in ("field", "label.of", "size"):
            attribute = self._attribute(node)
            wanted = {"field": (ONE,), "label.of": (LABELS,), "size": (SET, LABELS)}[node.name]
            _need(attribute.shape in wanted, "wrong type")
            if node.name == "label.of":
                node.value = constants.string(node.name_operand)
            return "int" if node.name == "size" else attribute.scalar
        types = [self._value(child) for child in node.children]
        if node.name in _CALLS:
            _need(types[0] in _CALLS[node.name], "wrong type")
            return "int"
        _need((node.name, *types) in _SUMS, "wrong type")
        return _SUMS[(node.name, *types)]


def _type_of(attribute):
    return "labels" if attribute.shape == LABELS else attribute.scalar
