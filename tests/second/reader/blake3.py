"""BLAKE3, keyed and for deriving keys, from its paper (sections 2.1 to 2.5); slow and short."""

import functools
import struct

_IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
_PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
_CHUNK_START, _CHUNK_END, _PARENT, _ROOT = 1, 2, 4, 8
_KEYED, _CONTEXT, _MATERIAL = 16, 32, 64
_MASK = 0xFFFFFFFF
_CHUNK = 1024


def _mix(v, a, b, c, d, x, y):
    va, vb, vc, vd = v[a], v[b], v[c], v[d]
    va = (va + vb + x) & _MASK
    vd ^= va
    vd = (vd >> 16 | vd << 16) & _MASK
    vc = (vc + vd) & _MASK
    vb ^= vc
    vb = (vb >> 12 | vb << 20) & _MASK
    va = (va + vb + y) & _MASK
    vd ^= va
    vd = (vd >> 8 | vd << 24) & _MASK
    vc = (vc + vd) & _MASK
    vb ^= vc
    v[a], v[b], v[c], v[d] = va, (vb >> 7 | vb << 25) & _MASK, vc, vd


def _compress(chaining, block, length, counter, flags):
    m = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*chaining, *_IV[:4], counter & _MASK, counter >> 32, length, flags]
    for turn in range(7):
        for column in range(4):
            _mix(v, column, column + 4, column + 8, column + 12, m[2 * column], m[2 * column + 1])
        for row in range(4):
            b, c, d = 4 + (row + 1) % 4, 8 + (row + 2) % 4, 12 + (row + 3) % 4
            _mix(v, row, b, c, d, m[8 + 2 * row], m[9 + 2 * row])
        if turn < 6:
            m = tuple(m[place] for place in _PERMUTATION)
    return tuple(v[place] ^ v[place + 8] for place in range(8))


def _chunk(key, data, number, flags, root):
    """The chaining value of at most 1,024 bytes."""
    chaining = key
    blocks = [data[at : at + 64] for at in range(0, len(data), 64)] or [b""]
    for place, block in enumerate(blocks):
        now = flags | (_CHUNK_START if place == 0 else 0)
        if place == len(blocks) - 1:
            now |= _CHUNK_END | (_ROOT if root else 0)
        chaining = _compress(chaining, block, len(block), number, now)
    return chaining


def _tree(key, data, first, flags, root):
    chunks = max(1, -(-len(data) // _CHUNK))
    if chunks == 1:
        return _chunk(key, data, first, flags, root)
    left = 1 << (chunks - 1).bit_length() - 1
    parts = _tree(key, data[: left * _CHUNK], first, flags, False), _tree(
        key, data[left * _CHUNK :], first + left, flags, False
    )
    block = struct.pack("<16I", *parts[0], *parts[1])
    return _compress(key, block, 64, 0, flags | _PARENT | (_ROOT if root else 0))


def _digest(key, data, flags):
    return struct.pack("<8I", *_tree(key, bytes(data), 0, flags, True))


# A token is verified more than once, and shares its first blocks with what is made of it.
_remember = functools.lru_cache(maxsize=1 << 14)


@_remember
def keyed(key, data):
    """32 bytes of the keyed mode."""
    return _digest(struct.unpack("<8I", key), data, _KEYED)


@_remember
def _of_context(context):
    return struct.unpack("<8I", _digest(_IV, context.encode(), _CONTEXT))


@_remember
def derive(context, data):
    """32 bytes of the `derive_key` mode."""
    return _digest(_of_context(context), data, _MATERIAL)
