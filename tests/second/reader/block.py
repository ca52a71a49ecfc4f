"""A block's own bytes: flags, and the parts that they announce."""

from .header import time
from .wire import Cursor, NotCanonical

FINAL, NOT_BEFORE, EXPIRY, CLAIMS, VOUCHED, ENCRYPTED, HOLDER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40
_IN_RESTRICTIONS = FINAL | NOT_BEFORE | EXPIRY | VOUCHED | HOLDER
_IN_AUTHORITY = FINAL | NOT_BEFORE | EXPIRY | CLAIMS | HOLDER
WORDS = {1: "id", 2: "type", 3: "owner", 4: "producer", 5: "application"}
MAPS = {6: "labels", 7: "attributes"}
_ENTRIES = 64


def check_flags(flags, number, is_local):
    """Refuses the flags of another sort of block; this is part of a token's structure."""
    allowed = _IN_RESTRICTIONS if number else _IN_AUTHORITY | (ENCRYPTED if is_local else 0)
    if flags & ~allowed or flags & (VOUCHED | HOLDER) == VOUCHED | HOLDER:
        raise NotCanonical


class Block:
    """What is found before anything is decrypted."""

    def __init__(self, data):
        cursor = Cursor(data)
        self.flags = cursor.byte()
        self.not_before = time(cursor) if self.flags & NOT_BEFORE else None
        self.expiry = time(cursor) if self.flags & EXPIRY else None
        self.voucher = cursor.take(32) if self.flags & VOUCHED else None
        self.front = data[: cursor.at]
        self.signature = cursor.take(64) if self.flags & VOUCHED else None
        self.holder = self.consent = None
        if self.flags & HOLDER:
            self._read_holder(cursor)
        # Where the nonce begins, counted from the block's first byte.
        self.body_at = cursor.at
        self.nonce = cursor.take(24) if self.flags & ENCRYPTED else None
        self.body = cursor.rest()
        if self.flags & ENCRYPTED and len(self.body) < 16:
            cursor.take(16)

    def _read_holder(self, cursor):
        has_consent = cursor.byte()
        if has_consent > 1:
            raise NotCanonical
        self.holder = cursor.take(32)
        self.consent = cursor.take(64) if has_consent else None

    @property
    def is_final(self):
        return bool(self.flags & FINAL)


def split(plain, flags):
    """The bytes of the claims, and the program."""
    cursor = Cursor(plain)
    claims = b""
    if flags & CLAIMS:
        claims = cursor.counted()
        if not claims:
            raise NotCanonical
    return claims, cursor.rest()


def claims(data):
    found, last, entries = {}, 0, 0
    cursor = Cursor(data)
    while cursor.left():
        tag = cursor.byte()
        if tag < last or (tag == last and tag in WORDS):
            raise NotCanonical
        inner = Cursor(cursor.counted())
        if tag in WORDS:
            found[WORDS[tag]] = _utf8(inner.rest())
        elif tag in MAPS:
            entries += 1
            key = inner.text()
            members = found.setdefault(MAPS[tag], {})
            if entries > _ENTRIES or (members and key.encode() <= max(name.encode() for name in members)):
                raise NotCanonical
            members[key] = _utf8(inner.rest())
        else:
            raise NotCanonical
        last = tag
    return found


def _utf8(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise NotCanonical from None
