"""What constants hold: globs, path patterns, networks, automata, time zones, sets of actions."""

from .paths import is_canonical
from .wire import Cursor, Cut, NotCanonical
from .zones import Zone

STAR, ONE, LITERAL = range(3)


class BadConstant(Exception):
    """A constant that is not in its one form."""


def reading(read):
    """A reader of a whole constant."""

    def whole(data):
        cursor = Cursor(data)
        try:
            value = read(cursor)
        except (Cut, NotCanonical, UnicodeDecodeError, ValueError):
            raise BadConstant from None
        if cursor.left():
            raise BadConstant
        return value

    return whole


def _glob(cursor):
    pieces = []
    while cursor.left():
        number = cursor.varint()
        piece = (STAR,) if number == 0 else (ONE,) if number == 1 else (LITERAL, cursor.take(number - 1))
        if piece[0] != ONE and pieces and pieces[-1][0] == piece[0]:
            raise NotCanonical
        pieces.append(piece)
    return pieces


def path_pieces(cursor, is_segment):
    """Segments: `**`, `*`, a literal or a list of pieces."""
    segments = []
    while cursor.left():
        number = cursor.varint()
        if number == 2:
            segments.append(glob(cursor.counted()))
            if not segments[-1]:
                raise NotCanonical
        elif number < 2:
            if number == 0 and segments and segments[-1] == "**":
                raise NotCanonical
            segments.append(("**", "*")[number])
        else:
            segments.append(cursor.take(number - 2))
            if not is_segment(segments[-1].decode()):
                raise NotCanonical
    return segments


def _is_segment(text):
    return bool(text) and "/" not in text and is_canonical("/" + text)


def _network(cursor):
    """Sixteen bytes of which the first bits count, how many, and whether it is one of IPv4."""
    bits = cursor.byte()
    is_v4 = bits >= 192
    bits -= 192 if is_v4 else 0
    if bits > (32 if is_v4 else 128):
        raise ValueError
    first = cursor.take(-(-bits // 8))
    if int.from_bytes(first, "big") & (1 << 8 * len(first) - bits) - 1:
        raise ValueError
    front = bytes(10) + b"\xff\xff" if is_v4 else b""
    return (front + first).ljust(16, b"\0"), bits + 8 * len(front), is_v4


class Automaton:
    def __init__(self, cursor):
        cursor.counted().decode()
        self.states, self.classes = cursor.byte(), cursor.byte()
        if self.states < 2 or self.classes < 1:
            raise ValueError
        self.of_byte, begin = [], 0
        self.runs = cursor.byte()
        for _ in range(self.runs):
            last, kind = cursor.take(2)
            if last < begin or kind >= self.classes:
                raise ValueError
            self.of_byte += [kind] * (last + 1 - begin)
            begin = last + 1
        self.next = cursor.take(self.states * self.classes)
        # State 0 is dead: nothing leads out of it, and it does not accept.
        if begin != 256 or max(self.next) >= self.states or any(self.next[: self.classes]):
            raise ValueError
        self.accepting = int.from_bytes(cursor.take(-(-self.states // 8)), "little")
        if self.accepting & 1 or self.accepting >> self.states:
            raise ValueError

    def accepts(self, data):
        state = 1
        for byte in data:
            state = self.next[state * self.classes + self.of_byte[byte]]
        return self.accepting >> state & 1 == 1


def _actions(cursor):
    data = cursor.rest()
    if data and data[-1] == 0:
        raise ValueError
    return int.from_bytes(data, "little")


def _quorum(cursor):
    """How many keys, and the keys."""
    least, keys = cursor.byte(), []
    while cursor.left():
        keys.append(cursor.take(32))
    if keys != sorted(set(keys)) or not 1 <= least <= len(keys) <= 32:
        raise ValueError
    return least, keys


def _sized(count):
    return reading(lambda cursor: cursor.take(count))


def _canonical(cursor):
    text = cursor.rest().decode()
    if not is_canonical(text):
        raise ValueError
    return text.encode()


glob, network, zone = reading(_glob), reading(_network), reading(Zone)
path = reading(lambda cursor: path_pieces(cursor, _is_segment))
automaton, actions, quorum = reading(Automaton), reading(_actions), reading(_quorum)
key, address, uuid = _sized(32), _sized(16), _sized(16)
string = reading(lambda cursor: cursor.rest().decode().encode())
blob = reading(lambda cursor: cursor.rest())
canonical_path = reading(_canonical)
