"""Compares the second reader with what the first one wrote down: the vectors, and tokens that were just minted."""

import base64
import itertools
import json
import pathlib
import sys

from reader import keys, revocations, statements
from reader.opcodes import TABLE
from reader.program import INDEXES
from reader.request import Request
from reader.statements import Statement
from reader.verifier import Verifier
from reader.vocabulary import Vocabulary
from reader.wire import Refused

VECTORS = pathlib.Path(__file__).parents[1] / "vectors"
_differences = []
# Instructions of minted tokens.
_seen = set()


# Which of them a program is refused by that is both depends on how far a reader has come.
EITHER = {"bad_program", "too_costly"}


def agree(what, found, wanted):
    is_either = isinstance(found, tuple) and {found[1], wanted[1]} == EITHER
    if found != wanted and not is_either:
        _differences.append(f"{what}: found {found}, wanted {wanted}")


def load(name):
    return json.loads((VECTORS / name).read_text())


def refusal(verifier, text, at):
    try:
        verifier.verify(text, at)
    except Refused as refused:
        return refused.name
    return None


def verdict(verifier, text, vocabulary, entry, request):
    """As an entry has it: the verdict, and the refusal or the block and the rule."""
    try:
        token = verifier.verify(text, entry["at"])
        proof = Statement(entry["proof"]) if "proof" in entry else None
        approvals = [Statement(approval) for approval in entry.get("approvals", [])]
        word, block, rule = token.decide(Request(vocabulary, request, entry["at"]), proof, approvals)
    except Refused as refused:
        return "refused", refused.name, None, None
    return word, None, block, rule


def wanted(entry):
    return entry["verdict"], entry.get("refusal"), entry.get("block"), entry.get("rule")


class Vectors:
    def __init__(self):
        found = load("keys.json")
        self.keyring = keys.Keyring([keys.parse(found["local"]["secret"]), keys.parse(found["public"]["public"])])
        exported = load("vocabulary.json")
        self.vocabulary = Vocabulary(bytes.fromhex(exported["bytes"]))
        self.lists = {name: self.revocations(name, entry) for name, entry in load("revocations.json").items()}
        self.count = 0

    def revocations(self, name, entry):
        found = revocations.from_text(entry["text"])
        agree(name, revocations.from_snapshot(bytes.fromhex(entry["snapshot"])), found)
        for signed in entry["signed"].values():
            agree(name, revocations.from_signed(bytes.fromhex(signed), self.keyring), found)
        return found

    def verifier(self, entry):
        return Verifier(self.keyring, self.vocabulary, entry.get("audience"), self.lists.get(entry.get("revocations")))

    def good(self, entry, requests):
        name, verifier = entry["name"], self.verifier(entry)
        token = verifier.verify(entry["text"], entry.get("not_before", entry["issuance"]))
        header = token.header
        agree(name, [header.key_id.hex(), header.id.hex(), token.fingerprint.hex(), header.issuance],
              [entry[key] for key in ("key", "id", "fingerprint", "issuance")])
        agree(name, [token.not_before, token.expiry, token.claims, token.blocks[-1].is_final],
              [entry.get("not_before"), entry.get("expiry"), entry.get("claims", {}), entry["sealed"]])
        for link, block, known in zip(token.envelope.links, token.blocks, entry["blocks"], strict=True):
            voucher, holder = (keys.parse(known[it]).data if it in known else None for it in ("voucher", "holder"))
            agree(name, [link.revocation_id.hex(), block.voucher, block.holder, block.not_before, block.expiry],
                  [known["revocation"], voucher, holder, known.get("not_before"), known.get("expiry")])
        for row in entry["verdicts"]:
            found = verdict(verifier, entry["text"], self.vocabulary, row, requests[row["request"]])
            agree(f"{name}: {row['request']}", found, wanted(row))
            self.count += 1
        self.spoiled(entry, verifier, "cuts", lambda data: (data[:end] for end in range(len(data))))
        self.spoiled(entry, verifier, "flips", flips)

    def spoiled(self, entry, verifier, key, spoil):
        prefix, digits = entry["text"][:10], entry["text"][10:]
        names = (name for run in entry[key].split(" ") for name, times in [run.split("*")] for _ in range(int(times)))
        for place, (data, name) in enumerate(itertools.zip_longest(spoil(keys.unbase64(digits)), names)):
            text = prefix + base64.urlsafe_b64encode(data).rstrip(b"=").decode()
            agree(f"{entry['name']}: {key} {place}", refusal(verifier, text, entry["issuance"]), name)
            self.count += 1

    def proved(self, entry, requests):
        name, request = entry["name"], Request(self.vocabulary, requests[entry["request"]], entry["at"])
        agree(f"{name}: digest", statements.digest(request).hex(), entry["digest"])
        if "proof" in entry:
            agree(f"{name}: id", Statement(entry["proof"]).id.hex(), entry["id"])
        found = verdict(self.verifier(entry), entry["token"], self.vocabulary, entry, requests[entry["request"]])
        agree(name, found, wanted(entry))
        self.count += 1

    def run(self):
        requests = load("requests.json")
        for entry in load("proofs.json"):
            self.proved(entry, requests)
        for entry in load("tokens.json"):
            self.good(entry, requests)
        for entry in load("forged.json"):
            agree(entry["name"], refusal(self.verifier(entry), entry["text"], entry["at"]), entry["refusal"])
            self.count += 1
        return self.count


def flips(data):
    for bit in range(8 * len(data)):
        spoiled = bytearray(data)
        spoiled[bit // 8] ^= 1 << bit % 8
        yield bytes(spoiled)


def cost(what, verifier, entry):
    """Of the token itself, which is that of the first request."""
    first = entry["requests"][0] if entry["requests"] else None
    if first and first["verdict"] != "refused":
        token = verifier.verify(first["text"], first["at"])
        agree(f"{what}, cost", token.cost, entry["cost"])
        _seen.update(name for program in token.programs for name in program.names)


def minted(file):
    tokens = count = 0
    for line in open(file):
        entry = json.loads(line)
        tokens += 1
        vocabulary = Vocabulary(bytes.fromhex(entry["vocabulary"]))
        verifier = Verifier(keys.Keyring([keys.parse(entry["key"])]), vocabulary, entry["audience"])
        cost(f"{file}, line {tokens}", verifier, entry)
        for row in entry["requests"]:
            found = verdict(verifier, row["text"], vocabulary, row, row["request"])
            agree(f"{file}, line {tokens}, request {count % len(entry['requests'])}", found, wanted(row))
            count += 1
    return tokens, count


def main():
    print(f"vectors: {Vectors().run()} verdicts and refusals compared")
    for file in sys.argv[1:]:
        tokens, count = minted(file)
        print(f"minted: {count} verdicts and refusals of {tokens} tokens compared")
        if tokens == 0:
            sys.exit("no token was minted")
        # The compiler leaves out what is always true.
        unseen = {row.name for row in TABLE.values()} - _seen - {"true", *INDEXES}
        if tokens >= 2000 and unseen:
            _differences.append(f"instructions that no minted token has: {' '.join(sorted(unseen))}")
    for difference in _differences[:20]:
        print(difference)
    if _differences:
        sys.exit(f"{len(_differences)} differences")


if __name__ == "__main__":
    main()
