"""The canonical spelling of URLs, their patterns, and what is public, from `docs/urls.md`."""

import ipaddress
import re
import struct

from . import matching
from .constants import path_pieces
from .wire import NotCanonical

DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEMES = (None, "http", "https")
ANY, EXACT, CHILD, WITHIN, PUBLIC = range(5)
_WHOLE = re.compile(r"(https?)://(\[[0-9a-f:]+\]|[a-z0-9._-]+)(?::(\d+))?(/[^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.S | re.A)
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_UNRESERVED = r"A-Za-z0-9._~\-"
_ESCAPE = "%(?:[0-9A-F]{2})"
_PATH = re.compile(rf"(?:[{_UNRESERVED}!$&'()+,;=:@]|{_ESCAPE})*")
_QUERY = re.compile(rf"(?:[{_UNRESERVED}!$&()+,;=:@/?]|{_ESCAPE})*")
_FRAGMENT = re.compile(rf"(?:[{_UNRESERVED}!$&'()+,;=:@/?]|{_ESCAPE})*")
_NEEDLESS = re.compile(rf"[{_UNRESERVED}]")


class Parts:
    def __init__(self, text):
        found = _WHOLE.fullmatch(text)
        if not found:
            raise ValueError
        self.scheme, self.host, port, self.path, self.query, self.fragment = found.groups()
        self.port = None if port is None else int(port)
        if port is not None and (port != str(self.port) or self.port > 65535 or self.port == DEFAULT_PORTS[self.scheme]):
            raise ValueError


def is_canonical(text):
    try:
        parts = Parts(text)
    except ValueError:
        return False
    query, fragment = parts.query or "", parts.fragment or ""
    if not is_host(parts.host) or not _is_path(parts.path):
        return False
    return bool(_QUERY.fullmatch(query) and _FRAGMENT.fullmatch(fragment)) and _has_needed_escapes(query + fragment)


def is_host(host):
    if host.startswith("["):
        return host.endswith("]") and _is_v6(host[1:-1])
    if _is_numeric(host):
        try:
            return str(ipaddress.IPv4Address(host)) == host
        except ValueError:
            return False
    return len(host) <= 253 and all(map(_LABEL.fullmatch, host.split(".")))


def _is_numeric(host):
    last = host.rsplit(".", 1)[-1]
    return bool(re.fullmatch("[0-9]+|0x[0-9a-f]*", last, re.A | re.I))


def _is_v6(text):
    try:
        return "." not in text and _write_v6(ipaddress.IPv6Address(text)) == text
    except ValueError:
        return False


def _write_v6(address):
    pieces = ["%x" % piece for piece in struct.unpack(">8H", address.packed)]
    runs = [(end - begin, -begin) for begin in range(8) for end in range(begin + 2, 9) if set(pieces[begin:end]) == {"0"}]
    if not runs:
        return ":".join(pieces)
    length, begin = max(runs)
    return ":".join(pieces[:-begin]) + "::" + ":".join(pieces[-begin + length :])


def _is_path(path):
    inner = path[1:].removesuffix("/")
    return path == "/" or all(is_segment(segment) for segment in inner.split("/"))


def is_segment(segment):
    if not segment or segment.split(";")[0] in ("", ".", "..") or not _PATH.fullmatch(segment):
        return False
    return _has_needed_escapes(segment) and not any(_separates(byte) for byte in _escaped(segment))


def _separates(byte):
    return byte < 0x20 or byte in b"/\\\x7f"


def _escaped(text):
    return [int(digits, 16) for digits in re.findall("%(..)", text)]


def _has_needed_escapes(text):
    return not any(_NEEDLESS.fullmatch(chr(byte)) for byte in _escaped(text))


class Pattern:
    """A pattern of URLs: of the scheme, the port, the host and the path."""

    def __init__(self, cursor):
        self.scheme = _SCHEMES[_below(cursor.byte(), 3)]
        self.port = ("any", "default", None)[_below(cursor.byte(), 3)]
        if self.port is None:
            self.port = int.from_bytes(cursor.take(2), "little")
        self.host = _below(cursor.byte(), 5)
        self.name = cursor.counted().decode() if self.host in (EXACT, CHILD, WITHIN) else None
        self.path = path_pieces(cursor, is_segment)
        if not self._is_sound():
            raise NotCanonical

    def _is_sound(self):
        if self.scheme and self.port == DEFAULT_PORTS[self.scheme]:
            return False
        if self.host == PUBLIC:
            return self.scheme is None and self.port == "any" and self.path == ["**"]
        if self.host == ANY:
            return True
        if self.host == EXACT:
            has_wildcard = self.scheme is None or self.port == "any" or any(not isinstance(it, bytes) for it in self.path)
            return has_wildcard and is_host(self.name)
        return is_host(self.name) and not self.name.startswith("[") and not _is_numeric(self.name)

    def matches(self, text):
        url = Parts(text.decode())
        if self.scheme not in (None, url.scheme) or not self._is_port(url) or not self._is_host(url.host):
            return False
        path = url.path.removesuffix("/") or "/"
        return matching.path(self.path, path.encode())

    def _is_port(self, url):
        if self.port == "default":
            return url.port is None
        return self.port in ("any", DEFAULT_PORTS[url.scheme] if url.port is None else url.port)

    def _is_host(self, host):
        if self.host == PUBLIC:
            return is_public(host)
        if self.host == CHILD:
            return host.endswith("." + self.name) and 0 < host.find(".") == len(host) - len(self.name) - 1
        return self.host == ANY or host == self.name or (self.host == WITHIN and host.endswith("." + self.name))


def _below(number, most):
    if number >= most:
        raise NotCanonical
    return number


_SPECIAL_NAMES = (
    "localhost internal local localdomain lan intranet corp home private arpa test example invalid onion alt".split()
)
_SPECIAL_V4 = [
    ipaddress.IPv4Network(it)
    for it in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    ).split()
]
_ASSIGNED_V6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_V6 = [ipaddress.IPv6Network(it) for it in "2001::/23 2001:db8::/32 2002::/16 3fff::/20".split()]


def is_public(host):
    if host.startswith("["):
        address = ipaddress.IPv6Address(host[1:-1])
        if address.ipv4_mapped:
            return _is_public_v4(address.ipv4_mapped)
        return address in _ASSIGNED_V6 and not any(address in network for network in _SPECIAL_V6)
    if _is_numeric(host):
        return _is_public_v4(ipaddress.IPv4Address(host))
    return "." in host and host.rsplit(".", 1)[1] not in _SPECIAL_NAMES


def _is_public_v4(address):
    return not any(address in network for network in _SPECIAL_V4)
