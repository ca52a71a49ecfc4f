"""The header of a token."""

from .keys import LOCAL, PUBLIC
from .wire import NotCanonical, Refused

TIME_MOST = 2**63 - 1


def time(cursor):
    value = cursor.varint()
    if value > TIME_MOST:
        raise NotCanonical
    return value


class Header:
    def __init__(self, cursor):
        begin = cursor.at
        self.purpose = cursor.byte()
        if self.purpose not in (LOCAL, PUBLIC):
            raise Refused("unknown_version")
        self.key_id = cursor.take(4)
        self.issuance = time(cursor)
        lifetime = cursor.varint()
        self.expiry = None if lifetime == 0 else self.issuance + lifetime - 1
        if self.expiry is not None and self.expiry > TIME_MOST:
            raise NotCanonical
        self.id = cursor.take(8)
        self.fingerprint = cursor.take(16)
        self.bytes = cursor.data[begin : cursor.at]
