"""A token's text, its structure, and its proof."""

import hmac

from . import crypto
from .block import FINAL, check_flags
from .header import Header
from .keys import LOCAL, unbase64
from .wire import Cursor, Cut, NotCanonical, Refused

MOST_BYTES, MOST_BLOCKS = 6144, 32
_PREFIX = 10


class Link:
    """One block in its chain."""

    def __init__(self):
        self.counted = self.data = self.signature = None
        self.next_key = self.key_hash = self.commitment = self.seed = None
        # The tag or digest that identifies the block once the proof was checked.
        self.identity = None

    @property
    def is_final(self):
        return bool(self.data[0] & FINAL)

    @property
    def revocation_id(self):
        return crypto.keyed(self.identity, b"\x02")[:16]


class Envelope:
    """A well-formed token of which nothing is proved."""

    def __init__(self, text):
        self.bytes = _bytes_of(text)
        cursor = Cursor(self.bytes)
        try:
            self.header = Header(cursor)
            if text[7] != ("l" if self.is_local else "p"):
                raise NotCanonical
            self.links = []
            while self._read_link(cursor):
                pass
            if cursor.left():
                raise NotCanonical
        except Cut:
            raise Refused("truncated") from None
        except NotCanonical:
            raise Refused("not_canonical") from None

    @property
    def is_local(self):
        return self.header.purpose == LOCAL

    def _read_link(self, cursor):
        """Reads a block and what its link announces. Returns whether another one follows."""
        if len(self.links) == MOST_BLOCKS:
            raise Refused("too_many_blocks")
        link = Link()
        begin = cursor.at
        link.data = cursor.counted()
        if not link.data:
            raise NotCanonical
        check_flags(link.data[0], len(self.links), self.is_local)
        link.data_at = cursor.at - len(link.data)
        link.counted = cursor.data[begin : cursor.at]
        if not self.is_local:
            link.signature = cursor.take(64)
        self.links.append(link)
        more = cursor.byte()
        if more not in (0, 1):
            raise NotCanonical
        if more and link.is_final:
            raise Refused("sealed")
        if self.is_local:
            if not more:
                self.tag = cursor.take(32)
        elif more:
            link.next_key, link.commitment = cursor.take(32), cursor.take(16)
        elif not link.is_final:
            link.key_hash, link.seed = cursor.take(16), cursor.take(16)
        return more == 1

    def prove(self, key, bound):
        """Checks the chain and gives each block its identity. `bound` is the audience and the fingerprint."""
        return self._prove_local(key, bound) if self.is_local else self._prove_public(key, bound)

    def _prove_local(self, key, bound):
        chain = crypto.keyed(key.tag_key, bound)
        before = self.header.bytes
        for link in self.links:
            chain = link.identity = crypto.keyed(chain, before + link.counted)
            before = b"\x01"
        return hmac.compare_digest(chain, self.tag)

    def _prove_public(self, key, bound):
        signer, start = key.data, self.header.bytes
        for number, link in enumerate(self.links):
            link.identity = crypto.derive("public block digest", start + link.counted + _promise(link, start))
            signed = link.identity
            if number == 0:
                signed = crypto.derive("public binding", signed + bound)
            if not crypto.is_signature(signer, link.signature, b"placet block v1" + signed):
                return False
            signer, start = link.next_key, b"\x01" + link.signature
        return True


def _promise(link, start):
    if link.next_key is not None:
        return crypto.derive("public next key hash", link.next_key)[:16] + link.commitment
    if link.is_final:
        return b""
    return link.key_hash + crypto.derive("public seed commitment", start + link.seed)[:16]


def _bytes_of(text):
    if len(text.encode()) > _PREFIX + -(-MOST_BYTES * 4 // 3):
        raise Refused("too_large")
    prefix = text[:_PREFIX]
    if len(prefix) < _PREFIX or not prefix.startswith("placet_") or prefix[7] not in "lp" or prefix[9] != "_":
        raise Refused("not_a_token")
    if prefix[8] != "1":
        raise Refused("unknown_version")
    data = unbase64(text[_PREFIX:])
    if data is None:
        raise Refused("not_a_token")
    return data
