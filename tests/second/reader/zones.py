"""Time zones: offsets from UTC, as a constant has them."""

import struct

_MINUTE = 60_000
_MOST_NAME, _MOST_OFFSET = 64, 1080
_LEAST_TIME, _MOST_TIME = -(2**63), 2**63 - 1


class Zone:
    """Pairs of a minute and the offset from then on, and the minute at which they end. A zone with one offset has
    neither beginning nor end."""

    def __init__(self, cursor):
        name = cursor.counted()
        name.decode()
        rest = cursor.rest()
        if not 1 <= len(name) <= _MOST_NAME:
            raise ValueError
        if len(rest) == 2:
            self.turns, self.end = [(None, *struct.unpack(">h", rest))], None
        elif len(rest) < 10 or len(rest) % 6 != 4:
            raise ValueError
        else:
            self.turns, (self.end,) = list(struct.iter_unpack(">Ih", rest[:-4])), struct.unpack(">I", rest[-4:])
            self._check_order()
        if any(abs(offset) > _MOST_OFFSET for _, offset in self.turns):
            raise ValueError

    def _check_order(self):
        for (early, before), (late, after) in zip(self.turns, self.turns[1:]):
            if early >= late or before == after:
                raise ValueError
        if self.turns[-1][0] >= self.end:
            raise ValueError

    def local(self, time):
        """What its clocks show; `None` where the table does not know it."""
        minute = time // _MINUTE
        if self.end is None:
            offset = self.turns[0][1]
        elif minute >= self.end:
            return None
        else:
            known = [offset for begin, offset in self.turns if begin <= minute]
            if not known:
                return None
            offset = known[-1]
        shown = time + offset * _MINUTE
        return shown if _LEAST_TIME <= shown <= _MOST_TIME else None
