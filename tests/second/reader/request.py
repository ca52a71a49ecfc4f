"""A request from JSON, as the values of a vocabulary."""

import datetime
import ipaddress
import uuid

from . import urls
from .paths import is_canonical
from .vocabulary import LABELS, SET
from .wire import Refused

# Of one text, of all elements of a set together; elements; labels.
VALUE_BYTES, SET_BYTES, SET_ELEMENTS, LABEL_COUNT = 16 * 1024, 128 * 1024, 1024, 64


class Request:
    """The action's number, and values by the number of their attribute. A set is a list, labels are a map; what is
    absent is not there."""

    def __init__(self, vocabulary, json, at):
        self.vocabulary = vocabulary
        self.action = vocabulary.actions.index(json["action"])
        self.values = {0: at}
        for number, attribute in enumerate(vocabulary.attributes):
            if number and attribute.name in json:
                value = _value(attribute, json[attribute.name])
                if value not in ([], {}):
                    self.values[number] = value
        missing = [it.name for number, it in enumerate(vocabulary.attributes) if not it.optional and number not in self.values]
        if missing:
            raise Refused("malformed_request", missing[0])


def _value(attribute, json):
    if attribute.shape == LABELS:
        if len(json) > LABEL_COUNT:
            raise Refused("malformed_request", attribute.name)
        for name in json:
            _check_case(attribute, name.encode())
        return {name.encode(): _one("string", text) for name, text in json.items()}
    if attribute.shape == SET:
        values = [_one(attribute.scalar, one) for one in (json if isinstance(json, list) else [json])]
        if len(values) > SET_ELEMENTS or sum(len(one) for one in values if isinstance(one, bytes)) > SET_BYTES:
            raise Refused("malformed_request", attribute.name)
    else:
        values = [_one(attribute.scalar, json)]
    for value in values:
        if attribute.scalar == "string":
            _check_case(attribute, value)
    return values if attribute.shape == SET else values[0]


def _check_case(attribute, text):
    if attribute.lowercase and text.lower() != text:
        raise Refused("malformed_request", attribute.name)


def _one(scalar, json):
    """Texts, uuids and addresses are bytes, times and durations are milliseconds."""
    value = _READERS[scalar](json)
    if isinstance(value, bytes) and len(value) > VALUE_BYTES:
        raise Refused("malformed_request")
    return value


def _bytes(json):
    return bytes.fromhex(json["$bytes"]) if isinstance(json, dict) else json.encode()


def _time(json):
    if isinstance(json, int):
        return json
    since = datetime.datetime.fromisoformat(json.replace("Z", "+00:00")) - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return since // datetime.timedelta(milliseconds=1)


def address(text):
    parsed = ipaddress.ip_address(text)
    return bytes(10) + b"\xff\xff" + parsed.packed if parsed.version == 4 else parsed.packed


def _path(json):
    if not is_canonical(json):
        raise Refused("malformed_request")
    return json.encode()


def _url(json):
    # Any spelling may be in JSON; this reader takes the canonical one only.
    if not urls.is_canonical(json):
        raise Refused("malformed_request")
    return json.encode()


_READERS = {
    "bool": bool,
    "int": int,
    "string": str.encode,
    "bytes": _bytes,
    "uuid": lambda json: uuid.UUID(json).bytes,
    "time": _time,
    "duration": int,
    "ip": address,
    "path": _path,
    "url": _url,
}
