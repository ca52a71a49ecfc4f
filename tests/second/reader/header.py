"""The header of a token."""

from .keys import LOCAL, PUBLIC
from .wire import Refused

TIME_MOST = 2**63 - 1
LIFE_MOST = 2**40 - 2


def time(cursor):
    return int.from_bytes(cursor.take(6), "big")


class Header:
    def __init__(self, cursor):
        begin = cursor.at
        self.purpose = cursor.byte()
        if self.purpose not in (LOCAL, PUBLIC):
            raise Refused("unknown_version")
        self.key_id = cursor.take(4)
        self.hint = cursor.take(4)
        self.issuance = time(cursor)
        lifetime = int.from_bytes(cursor.take(5), "big")
        self.expiry = None if lifetime > LIFE_MOST else self.issuance + lifetime
        self.id = cursor.take(8)
        self.bytes = cursor.data[begin : cursor.at]
