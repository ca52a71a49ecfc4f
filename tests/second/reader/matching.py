"""Globs and path patterns on one value."""

from .constants import LITERAL, ONE, STAR
from .paths import segments


def glob(pieces, value, is_text):
    """The places that can be reached, piece by piece."""
    ends = {0}
    for piece in pieces:
        if piece[0] == STAR:
            # A run ends between two characters.
            first = min(ends, default=len(value) + 1)
            ends = {at for at in range(first, len(value) + 1) if not is_text or not _is_inside(value, at)}
        elif piece[0] == ONE:
            ends = {_after(value, at, is_text) for at in ends if at < len(value)}
        else:
            assert piece[0] == LITERAL
            ends = {at + len(piece[1]) for at in ends if value.startswith(piece[1], at)}
    return len(value) in ends


def _is_inside(value, at):
    return at < len(value) and value[at] & 0xC0 == 0x80


def _after(value, at, is_text):
    at += 1
    while is_text and _is_inside(value, at):
        at += 1
    return at


def path(pattern, value):
    found = segments(value)
    ends = {0}
    for wanted in pattern:
        if wanted == "**":
            ends = set(range(min(ends, default=len(found) + 1), len(found) + 1))
        else:
            ends = {at + 1 for at in ends if at < len(found) and _is_segment(wanted, found[at])}
    return len(found) in ends


def _is_segment(wanted, segment):
    if wanted == "*":
        return True
    return glob(wanted, segment, True) if isinstance(wanted, list) else wanted == segment


def within(prefix, value):
    return prefix == b"/" or value == prefix or value.startswith(prefix + b"/")


def network(wanted, address):
    first, bits, is_v4 = wanted
    mask = (1 << 128) - (1 << 128 - bits)
    is_mapped = address[:12] == bytes(10) + b"\xff\xff"
    same = int.from_bytes(address, "big") & mask == int.from_bytes(first, "big")
    return same and (bits >= 96 or not is_mapped)
