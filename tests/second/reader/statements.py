"""Proofs of a holder and approvals of a request."""

from . import crypto
from .keys import unbase64
from .vocabulary import LABELS, SET
from .wire import Refused

SKEW, PROOF_WINDOW, APPROVAL_WINDOW, MOST_APPROVALS = 60_000, 60_000, 900_000, 8
_KINDS = {
    "bool": b"\x01",
    "int": b"\x02",
    "string": b"\x03",
    "bytes": b"\x04",
    "uuid": b"\x05",
    "time": b"\x06",
    "duration": b"\x07",
    "ip": b"\x08",
    "path": b"\x09",
    "url": b"\x0c",
}
_NUMBERS, _FIXED = ("int", "time", "duration"), ("uuid", "ip")
_SET, _LABELS = b"\x0a", b"\x0b"


def digest(request):
    """Of the request, without its time."""
    data = request.action.to_bytes(2, "big")
    for number, value in sorted(request.values.items()):
        if number:
            data += bytes([number]) + _value(request.vocabulary.attributes[number], value)
    return crypto.derive("request digest", data)


def _value(attribute, value):
    if attribute.shape == LABELS:
        entries = b"".join(_one("string", name) + _one("string", text) for name, text in sorted(value.items()))
        return _LABELS + _count(value) + entries
    if attribute.shape == SET:
        elements = sorted(set(value))
        return _SET + _count(elements) + b"".join(_one(attribute.scalar, one) for one in elements)
    return _one(attribute.scalar, value)


def _one(ty, value):
    if ty == "bool":
        data = bytes([value])
    elif ty in _NUMBERS:
        data = value.to_bytes(8, "big", signed=True)
    else:
        data = value if ty in _FIXED else _count(value) + value
    return _KINDS[ty] + data


def _count(values):
    return len(values).to_bytes(4, "big")


class Statement:
    """A signature of one request, by a key that its text names if it is an approval."""

    def __init__(self, text):
        self.is_approval = text.startswith("placet_approval_")
        self.bytes = unbase64(text.removeprefix("placet_approval_" if self.is_approval else "placet_proof_"))
        assert self.bytes is not None and len(self.bytes) == (112 if self.is_approval else 80), text
        self.key, rest = (self.bytes[:32], self.bytes[32:]) if self.is_approval else (None, self.bytes)
        self.stamp, self.signature = rest[:16], rest[16:]
        self.time = int.from_bytes(rest[:8], "big")

    @property
    def id(self):
        return crypto.derive("proof id", self.bytes)[:16]

    def check_time(self, now):
        window = APPROVAL_WINDOW if self.is_approval else PROOF_WINDOW
        if not now - window <= self.time <= now + SKEW:
            raise Refused("stale_approval" if self.is_approval else "stale_proof")

    def check(self, token, request, key):
        last = token.envelope.links[-1].revocation_id
        statement = token.audience + last + token.fingerprint + digest(request) + self.stamp
        domain = b"placet agree v1" if self.is_approval else b"placet proof v1"
        if not crypto.is_signature(key, self.signature, domain + crypto.derive("request statement", statement)):
            raise Refused("wrong_approval" if self.is_approval else "wrong_proof")


def check(token, request, proof, approvals):
    """The keys that approve, in the order of the page."""
    now = request.values[0]
    if len(approvals) > MOST_APPROVALS:
        raise Refused("too_many_approvals")
    if token.holder is not None:
        if proof is None:
            raise Refused("no_proof")
        proof.check_time(now)
    for approval in approvals:
        approval.check_time(now)
    if token.holder is not None:
        proof.check(token, request, token.holder)
    for approval in approvals:
        approval.check(token, request, approval.key)
    return {approval.key for approval in approvals}
