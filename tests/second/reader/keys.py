"""Keys as text, and what identifies them."""

import base64

from . import crypto

LOCAL, PUBLIC = 0x11, 0x12
_PREFIXES = {"placet_secret_": LOCAL, "placet_public_": PUBLIC}


def unbase64(text):
    """Base64url without padding, in its one spelling, or `None`."""
    if not text.isascii() or not all(c.isalnum() or c in "-_" for c in text) or len(text) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text else None


class Key:
    """A key that a verifier accepts."""

    def __init__(self, purpose, data):
        self.purpose, self.data = purpose, data
        kind = "local" if purpose == LOCAL else "public"
        self.hash = crypto.derive(f"{kind} key id", data)[:16]
        if purpose == LOCAL:
            self.tag_key, self.list_key, self.encryption_key = (
                crypto.derive(f"local {use}", data) for use in ("mac", "revocations", "encryption")
            )

    @property
    def id(self):
        return self.hash[:4]


def parse(text):
    prefix = next(prefix for prefix in _PREFIXES if text.startswith(prefix))
    data = unbase64(text[len(prefix) :])
    assert data is not None and len(data) == 36, text
    key, checksum = data[:32], data[32:]
    assert crypto.derive("key checksum", prefix.encode() + key)[:4] == checksum, text
    purpose = _PREFIXES[prefix]
    assert purpose == LOCAL or crypto.is_good_key(key), text
    return Key(purpose, key)


class Keyring:
    """One table for each purpose: the first byte of a token says which is asked."""

    def __init__(self, keys):
        self.keys = {(key.purpose, key.id): key for key in keys}

    def find(self, purpose, id):
        return self.keys.get((purpose, id))

    def by_hash(self, purpose, hash):
        return next((key for key in self.keys.values() if (key.purpose, key.hash) == (purpose, hash)), None)


def audience_of(name):
    return bytes(16) if name is None else crypto.derive("audience", name.encode())[:16]
