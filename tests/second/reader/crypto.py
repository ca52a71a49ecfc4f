"""The cryptography of the format page: its two hashes, Ed25519, XChaCha20-Poly1305."""

import struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from . import blake3

keyed = blake3.keyed


def derive(name, data):
    """`hash(context, data)`; every context begins and ends alike."""
    return blake3.derive(f"placet 2026-11 {name} v1", data)


# Ed25519. `cryptography` checks the equation without cofactor and a reduced scalar; that a key is a point,
# and one that is not of small order, is checked here.

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


def _point(key):
    """The affine point of 32 bytes, or `None`."""
    y = int.from_bytes(key, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if x * x % _P != square or (x == 0 and sign == 1):
        return None
    return (_P - x if x & 1 != sign else x), y % _P


def _double(point):
    x, y = point
    cross = _D * x * x * y * y % _P
    return 2 * x * y * pow(1 + cross, -1, _P) % _P, (y * y + x * x) * pow(1 - cross, -1, _P) % _P


_good = {}


def is_good_key(key):
    """Whether it is a point of the curve that is not of small order."""
    if key not in _good:
        point = _point(key)
        _good[key] = point is not None and _double(_double(_double(point))) != (0, 1)
    return _good[key]


def is_signature(key, signature, message):
    if not is_good_key(key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def public_key_of(seed):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


# XChaCha20-Poly1305 is ChaCha20-Poly1305 with a key that HChaCha20 makes of the first 16 bytes of the nonce.


def _quarter(s, a, b, c, d):
    for x, y, z, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xFFFFFFFF
        mixed = s[z] ^ s[x]
        s[z] = (mixed << by | mixed >> 32 - by) & 0xFFFFFFFF


def _hchacha20(key, nonce):
    s = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))
    for _ in range(10):
        for column in range(4):
            _quarter(s, column, 4 + column, 8 + column, 12 + column)
        for row in range(4):
            _quarter(s, row, 4 + (row + 1) % 4, 8 + (row + 2) % 4, 12 + (row + 3) % 4)
    return struct.pack("<8I", *s[:4], *s[12:])


def decrypt(key, nonce, data, associated):
    """The plaintext, or `None` if the tag is wrong."""
    cipher = ChaCha20Poly1305(_hchacha20(key, nonce[:16]))
    try:
        return cipher.decrypt(bytes(4) + nonce[16:], data, associated)
    except InvalidTag:
        return None
