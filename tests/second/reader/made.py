"""Texts that consist of pieces and values of the request."""

import uuid

from . import matching
from .constants import LITERAL, ONE, STAR
from .paths import is_canonical
from .wire import NotCanonical

FILLED, VALUE, SEGMENT, DEEP = range(3, 7)
_KINDS = (STAR, ONE, FILLED, VALUE, SEGMENT, DEEP)
MOST_VALUES = 8


def read(cursor):
    """Pieces: pairs of a kind and the bytes of a literal."""
    pieces = []
    while cursor.left():
        number = cursor.varint()
        if number > 5 and pieces and pieces[-1][0] == LITERAL:
            raise NotCanonical
        pieces.append((_KINDS[number], b"") if number <= 5 else (LITERAL, cursor.take(number - 5)))
    return pieces


def values(pieces):
    return sum(kind in (FILLED, VALUE) for kind, _ in pieces)


def is_sound(pieces, is_path):
    """Whether every piece is where it may be."""
    parts = split(pieces) if is_path else [pieces]
    if is_path and (not pieces or pieces[0][0] != SEGMENT or not all(parts) or _count(pieces, ONE, VALUE)):
        return False
    deep = [part for part in parts if _count(part, DEEP)]
    if not is_path and _count(pieces, SEGMENT, DEEP):
        return False
    return len(deep) <= 1 and all(len(part) == 1 for part in deep) and all(_count(part, STAR) <= 1 for part in parts)


def _count(pieces, *kinds):
    return sum(kind in kinds for kind, _ in pieces)


def split(pieces):
    """The pieces of each segment."""
    parts = []
    for piece in pieces:
        if piece[0] == SEGMENT:
            parts.append([])
        elif parts:
            parts[-1].append(piece)
    return parts


def spelled(value, ty):
    """The text of a value."""
    return str(value).encode() if ty == "int" else str(uuid.UUID(bytes=value)).encode() if ty == "uuid" else value


def matches(pieces, texts, value, ty):
    """Whether the pieces with these texts in them are the whole value."""
    texts = iter(texts)
    filled = [(LITERAL, next(texts), kind) if kind in (FILLED, VALUE) else (kind, literal, kind) for kind, literal in pieces]
    if any(kind == FILLED and not text for _, text, kind in filled):
        return False
    if ty != "path":
        return matching.glob(filled, value, ty == "string")
    if any(kind == FILLED and not _is_whole(text) for _, text, kind in filled):
        return False
    return matching.path([_segment(part) for part in split(filled)], value)


def _segment(part):
    return "**" if part[0][0] == DEEP else part


def _is_whole(text):
    """Whether no escape begins in a value and ends in the text beside it."""
    try:
        return b"%" not in text or is_canonical("/" + text.decode())
    except UnicodeDecodeError:
        return False
