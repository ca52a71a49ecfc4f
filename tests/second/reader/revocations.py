"""Revocation lists: text, snapshots, signed lists."""

from . import crypto
from .keys import LOCAL, PUBLIC
from .verifier import SKEW
from .wire import Refused

_MAGIC, _SIGNED = b"placetR\x01", b"placetS\x01"
_WORDS = {"local": LOCAL, "public": PUBLIC}


def _number(data):
    return int.from_bytes(data, "big")


class Revocations:
    def __init__(self, issued, max_age, keys, ids):
        self.issued, self.max_age, self.keys, self.ids = issued, max_age, keys, ids

    def __eq__(self, other):
        return vars(self) == vars(other)

    def check(self, token, key, now):
        if now > self.issued + self.max_age:
            raise Refused("stale_revocations")
        if now < self.issued - SKEW:
            raise Refused("early_revocations")
        before = self.keys.get((key.purpose, key.hash))
        if before is not None and token.header.issuance < before:
            raise Refused("revoked")
        if any(link.revocation_id in self.ids for link in token.envelope.links):
            raise Refused("revoked")


def from_text(text):
    lines = text.split("\n")
    assert lines[0] == "# placet revocations 1"
    lines = [line for line in lines[1:] if line and not line.startswith("#")]
    assert lines.pop() == "end"
    found = Revocations(None, None, {}, set())
    for line in lines:
        if line.startswith("issued: "):
            found.issued = int(line[8:])
        elif line.startswith("max-age: "):
            found.max_age = int(line[9:])
        elif line.startswith("key "):
            _, key, word, time = line.split(" ")
            assert word == "before"
            purpose, digits = key.split(":")
            found.keys[_WORDS[purpose], bytes.fromhex(digits)] = int(time)
        else:
            found.ids.add(bytes.fromhex(line))
    return found


def from_snapshot(data):
    assert data[:8] == _MAGIC and data[-16:] == crypto.derive("revocation snapshot", data[:-16])[:16]
    keys, ids = _number(data[24:28]), _number(data[28:32])
    assert len(data) == 32 + 25 * keys + 16 * ids + 16
    ids_at = 32 + 25 * keys
    rows = [data[at : at + 25] for at in range(32, ids_at, 25)]
    found = {(row[0], row[1:17]): _number(row[17:]) for row in rows}
    names = [data[at : at + 16] for at in range(ids_at, len(data) - 16, 16)]
    assert [row[:17] for row in rows] == sorted({row[:17] for row in rows}) and names == sorted(set(names))
    return Revocations(_number(data[8:16]), _number(data[16:24]), found, set(names))


def from_signed(data, keyring):
    assert data[:8] == _SIGNED
    front = data[:25]
    key = keyring.by_hash(front[8], front[9:])
    if key.purpose == LOCAL:
        proof, snapshot = data[25:57], data[57:]
        assert crypto.keyed(key.list_key, front + snapshot) == proof
    else:
        proof, snapshot = data[25:89], data[89:]
        digest = crypto.derive("signed revocations", front + snapshot)
        assert crypto.is_signature(key.data, proof, b"placet lists v1" + digest)
    return from_snapshot(snapshot)
