"""A vocabulary from the bytes that `placet vocabulary export` writes, with all its states."""

from . import crypto
from .wire import Cursor

SCALARS = ("bool", "int", "string", "bytes", "uuid", "time", "duration", "ip", "path", "url")
ONE, SET, LABELS = range(3)


class Attribute:
    def __init__(self, name, shape, scalar, optional, lowercase):
        self.name, self.shape, self.optional, self.lowercase = name, shape, optional, lowercase
        self.scalar = "string" if shape == LABELS else SCALARS[scalar]


class Vocabulary:
    def __init__(self, data):
        cursor = Cursor(data)
        assert cursor.take(8) == b"placetV\x01"
        text = lambda: cursor.take(int.from_bytes(cursor.take(4), "big")).decode()
        self.name = text()
        version = cursor.take(4)
        # `time` is attribute 0 of every vocabulary.
        self.attributes, self.actions = [Attribute("time", ONE, 5, False, False)], []
        self._state = crypto.derive("vocabulary state", _text(self.name) + version)[:16]
        # The number of attributes and actions of each state, by its fingerprint.
        self.states = {self._state: (1, 0)}
        while cursor.left() > 16:
            kind = cursor.byte()
            name = text()
            if kind == 1:
                shape, scalar, flags = cursor.take(3)
                self.attributes.append(Attribute(name, shape, scalar, bool(flags & 1), bool(flags & 2)))
                self._declare(b"a", name, bytes((shape, scalar, flags)))
            elif kind == 2:
                self.actions.append(name)
                self._declare(b"x", name, b"")
            else:
                assert kind == 3
                cursor.take(2 * int.from_bytes(cursor.take(2), "big"))
        assert cursor.rest() == self._state, "the fingerprint of the present state"

    def _declare(self, kind, name, rest):
        self._state = crypto.derive("vocabulary state", self._state + kind + _text(name) + rest)[:16]
        self.states[self._state] = len(self.attributes), len(self.actions)


def _text(text):
    return len(text.encode()).to_bytes(8, "big") + text.encode()
