"""The canonical spelling of paths, from `docs/paths.md`."""

import re

_ESCAPE = re.compile(r"%(?!25|3F|23)")
_TWICE = re.compile(r"%25[0-9A-Fa-f]{2}")
_BAD = re.compile("[\\\\;?#\x00-\x1f\x7f-\x9f]")


def is_canonical(path):
    if not path.startswith("/") or _ESCAPE.search(path) or _TWICE.search(path) or _BAD.search(path):
        return False
    return path == "/" or all(segment.strip() not in ("", ".", "..") for segment in path[1:].split("/"))


def segments(path):
    return [] if path == b"/" else path[1:].split(b"/")
