"""Bytes that are asked for, never indexed."""


class Refused(Exception):
    """Why a token is refused: the name on the format page."""

    def __init__(self, name, detail=""):
        super().__init__(f"{name} {detail}".strip())
        self.name = name


class Cut(Exception):
    """The bytes ended too soon."""


class NotCanonical(Exception):
    """A second spelling of something."""


class Cursor:
    """Reads bytes from the front."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def left(self):
        return len(self.data) - self.at

    def take(self, count):
        if self.left() < count:
            raise Cut
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self):
        return self.take(1)[0]

    def rest(self):
        return self.take(self.left())

    def varint(self):
        """LEB128 in its shortest form, of at most 64 bits."""
        value = 0
        for place in range(10):
            byte = self.byte()
            if place == 9 and byte != 1:
                raise NotCanonical
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                if byte == 0 and place > 0:
                    raise NotCanonical
                return value
        raise NotCanonical

    def counted(self):
        return self.take(self.varint())

    def text(self):
        try:
            return self.counted().decode()
        except UnicodeDecodeError:
            raise NotCanonical from None


def zigzag(number):
    return number >> 1 ^ -(number & 1)
