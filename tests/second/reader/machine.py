"""Runs a proved program on a request."""

from . import made, matching
from .vocabulary import SET

_LEAST, _MOST = -(2**63), 2**63 - 1
ALLOW, FORBIDDEN, NOT_PERMITTED = "allow", "forbidden", "not_permitted"


class Context:
    """What a program can ask of its token."""

    def __init__(self, issuance, expiry, vouchers, approvers, claims):
        self.issuance, self.expiry, self.claims = issuance, expiry, claims
        self.vouchers, self.approvers = vouchers, approvers

    def entry(self, node):
        return _text(self.claims.get(node.map, {}).get(node.name_operand.decode()))

    def claim(self, node):
        return _text(self.claims.get(node.claim))


def _text(claim):
    return None if claim is None else claim.encode()


class Machine:
    def __init__(self, vocabulary, request, context):
        self.attributes, self.request, self.context = vocabulary.attributes, request, context

    def run(self, program, is_restriction):
        """The verdict, and the number of the rule that decided."""
        allows = False
        for number, rule in enumerate(program.rules):
            kind = rule.name.split(".")[0]
            allows |= kind == "allow"
            holds = self._is_for_action(rule) and all(self._test(test, kind == "deny") for test in rule.children)
            if kind == "deny" and holds:
                return FORBIDDEN, number
            if kind == "require" and not holds:
                return NOT_PERMITTED, number
            if kind == "allow" and holds:
                return ALLOW, number
        return (ALLOW if is_restriction and not allows else NOT_PERMITTED), None

    def _is_for_action(self, node):
        action = self.request.action
        if node.name in ("allow.is", "action.is"):
            return action == node.action
        if node.name in ("allow.in", "action.in"):
            return node.first <= action <= node.last
        return True

    def _test(self, test, is_deny):
        if test.name == "when":
            return self._condition(test.children[0])
        if test.name in ("action.set", "action.not"):
            return (test.value >> self.request.action & 1 == 1) == (test.name == "action.set")
        if test.name.startswith("action."):
            return self._is_for_action(test)
        value = self.request.values.get(test.field)
        attribute = self.attributes[test.field]
        if test.name in ("test", "some.of", "every.of"):
            holds = lambda one: self._pattern(test.children[0], one, attribute.scalar)
        elif test.name == "equals":
            holds = lambda one: one == test.value
        elif test.name == "begins":
            holds = lambda one: one is not None and one.startswith(test.value)
        else:
            holds = lambda one: one is not None
        if attribute.shape == SET and value is not None:
            is_one = test.name == "some.of" or (is_deny and test.name != "every.of")
            return any(map(holds, value)) if is_one else all(map(holds, value))
        return holds(value)

    def _pattern(self, node, value, scalar):
        name, children = node.name, node.children
        if name == "absent":
            return value is None
        if name == "any.of":
            return any(self._pattern(child, value, scalar) for child in children)
        if name == "all.of":
            return all(self._pattern(child, value, scalar) for child in children)
        if name == "label":
            return self._pattern(children[0], (value or {}).get(node.value), "string")
        if value is None:
            return False
        if name == "not":
            return not self._pattern(children[0], value, scalar)
        if name == "is":
            return self._operand(children[0])[0] == value
        if name == "made":
            return self._is_made(node, value, scalar)
        return _VALUES[name](node, value, scalar == "string")

    def _row(self, node):
        """The values of the row; none without such a row, or without a key."""
        key, _ = self._operand(node.children[-1])
        return node.table.rows.get(key, [])

    def _in_row(self, node):
        row = self._row(node)
        if node.name == "has.row":
            return bool(row)
        if node.name == "in.row":
            return self._operand(node.children[0])[0] in row
        values = self.request.values.get(node.field, [])
        return bool(values) and (any if node.name == "any.in.row" else all)(one in row for one in values)

    def _is_made(self, node, value, scalar):
        values = [self._operand(child) for child in node.children]
        if any(one is None for one, _ in values):
            return False
        return made.matches(node.value, [made.spelled(*one) for one in values], value, scalar)

    def _condition(self, node):
        name, children = node.name, node.children
        if name in ("all", "some"):
            return (all if name == "all" else any)(self._condition(child) for child in children)
        if name == "negate":
            return not self._condition(children[0])
        if name == "matches":
            value, ty = self._operand(children[0])
            return value is not None and self._pattern(children[1], value, ty)
        if name in ("any.el", "every.el"):
            values = self.request.values.get(node.field, [])
            holds = [self._pattern(children[0], value, self.attributes[node.field].scalar) for value in values]
            return bool(values) and (any if name == "any.el" else all)(holds)
        if name == "member":
            value, _ = self._operand(children[0])
            return value is not None and value in self.request.values.get(node.field, [])
        if name == "has":
            return node.field in self.request.values
        if name == "has.label":
            return node.value in self.request.values.get(node.field, {})
        if name in ("any.in", "every.in"):
            values, others = (self.request.values.get(field, []) for field in (node.field, node.set))
            return bool(values) and (any if name == "any.in" else all)(one in others for one in values)
        if name in ("in.row", "any.in.row", "every.in.row", "has.row"):
            return self._in_row(node)
        if name == "asks":
            return node.value >> self.request.action & 1 == 1
        if name in ("has.claim", "has.entry"):
            return (self.context.claim if name == "has.claim" else self.context.entry)(node) is not None
        if name == "vouched":
            return node.value in self.context.vouchers
        if name == "approved":
            least, keys = node.value
            return sum(key in self.context.approvers for key in keys) >= least
        if name in ("true", "false"):
            return name == "true"
        values = [self._operand(child)[0] for child in children]
        return None not in values and _COMPARISONS[name](*values)

    def _operand(self, node):
        """A value and its type; the whole of a sum is cut to 64 bits."""
        value, ty = self._value(node)
        return (max(_LEAST, min(_MOST, value)) if type(value) is int else value), ty

    def _value(self, node):
        name = node.name
        if name in ("add", "subtract"):
            (first, a), (second, b) = map(self._value, node.children)
            if first is None or second is None:
                return None, None
            if name == "add":
                return first + second, a
            return first - second, "duration" if (a, b) == ("time", "time") else a
        if name == "field":
            return self.request.values.get(node.field), self.attributes[node.field].scalar
        if name == "label.of":
            return self.request.values.get(node.field, {}).get(node.value), "string"
        if name == "size":
            return len(set(self.request.values.get(node.field, ()))), "int"
        if name in ("issuance", "expiry"):
            return getattr(self.context, name), "time"
        if name in ("yes", "no"):
            return name == "yes", "bool"
        if name in ("claim.of", "entry.of"):
            return (self.context.claim if name == "claim.of" else self.context.entry)(node), "string"
        if name == "row.of":
            return next(iter(self._row(node)), None), node.table.element
        if not node.children:
            return node.value, _TYPES.get(name, name)
        value, _ = self._operand(node.children[0])
        if name == "local":
            return (None if value is None else node.value.local(value)), "time"
        return (None if value is None else _FUNCTIONS[name](value)), "int"


_TYPES = {"path.of": "path", "url.of": "url"}
_VALUES = {
    "any": lambda node, value, is_text: True,
    "is.true": lambda node, value, is_text: value is True,
    "is.false": lambda node, value, is_text: value is False,
    "eq": lambda node, value, is_text: value == node.value,
    "prefix": lambda node, value, is_text: value.startswith(node.value),
    "suffix": lambda node, value, is_text: value.endswith(node.value),
    "glob": lambda node, value, is_text: matching.glob(node.value, value, is_text),
    "regex": lambda node, value, is_text: node.value.accepts(value),
    "range": lambda node, value, is_text: node.first <= value <= node.last,
    "net": lambda node, value, is_text: matching.network(node.value, value),
    "path": lambda node, value, is_text: matching.path(node.value, value),
    "within": lambda node, value, is_text: matching.within(node.value, value),
    "nocase": lambda node, value, is_text: value.lower() == node.value.lower(),
    "nocase.prefix": lambda node, value, is_text: value.lower().startswith(node.value.lower()),
    "nocase.suffix": lambda node, value, is_text: value.lower().endswith(node.value.lower()),
    "nocase.within": lambda node, value, is_text: matching.within(node.value.lower(), value.lower()),
    "url": lambda node, value, is_text: node.value.matches(value),
}
_COMPARISONS = {
    "equal": lambda a, b: a == b,
    "unequal": lambda a, b: a != b,
    "less": lambda a, b: a < b,
    "less.eq": lambda a, b: a <= b,
    "starts": lambda a, b: a.startswith(b),
    "ends": lambda a, b: a.endswith(b),
    "contains": lambda a, b: b in a,
    "truth": lambda a: a,
}
_HOUR, _DAY = 3_600_000, 86_400_000
_FUNCTIONS = {
    "hour": lambda time: time % _DAY // _HOUR,
    "minute": lambda time: time % _HOUR // 60_000,
    # The first of January 1970 was a Thursday.
    "weekday": lambda time: (time // _DAY + 3) % 7 + 1,
    "length": len,
}
