"""Verifies a token in the order of the format page, and decides requests with it."""

from . import block, crypto
from .envelope import Envelope
from .header import TIME_MOST
from .keys import audience_of
from .machine import ALLOW, FORBIDDEN, NOT_PERMITTED, Context, Machine
from .prices import TOKEN_COST
from .program import BadProgram, Program
from .proof import Proof
from .wire import Cut, NotCanonical, Refused

SKEW = 60_000
_STRICTNESS = [ALLOW, NOT_PERMITTED, FORBIDDEN]


class Verifier:
    def __init__(self, keyring, vocabulary, audience=None, revocations=None):
        self.keyring, self.vocabulary, self.revocations = keyring, vocabulary, revocations
        self.audience = audience_of(audience)

    def verify(self, text, now):
        envelope = Envelope(text)
        key = self.keyring.find(envelope.header.purpose, envelope.header.key_id)
        if key is None:
            raise Refused("unknown_key")
        envelope.prove(key, self.audience)
        state = self.vocabulary.states.get(envelope.header.fingerprint)
        if state is None:
            raise Refused("unknown_vocabulary")
        try:
            token = Token(envelope, key, self.vocabulary, state)
        except Cut:
            raise Refused("truncated") from None
        except NotCanonical:
            raise Refused("not_canonical") from None
        except BadProgram as error:
            raise Refused("bad_program", str(error)) from None
        token.check_times(now)
        if self.revocations:
            self.revocations.check(token, key, now)
        return token


class Token:
    """A token that was proved, with its programs."""

    def __init__(self, envelope, key, vocabulary, state):
        self.envelope, self.header, self.vocabulary, self.state = envelope, envelope.header, vocabulary, state
        self.blocks = [block.Block(link.data) for link in envelope.links]
        self._check_vouchers()
        plain = [it.body for it in self.blocks]
        if self.blocks[0].nonce is not None:
            plain[0] = self._decrypt(key)
        parts = [block.split(data, it.flags) for data, it in zip(plain, self.blocks)]
        self.programs, self.cost = [], 0
        for claims, program in parts:
            program = Program(program)
            self.cost += Proof(program, vocabulary, state).cost
            if self.cost > TOKEN_COST:
                raise Refused("too_costly")
            self.programs.append(program)
        self.claims = block.claims(parts[0][0])

    @property
    def expiry(self):
        ends = [self.header.expiry, *(it.expiry for it in self.blocks)]
        return min((end for end in ends if end is not None), default=None)

    @property
    def not_before(self):
        return max((it.not_before for it in self.blocks if it.not_before is not None), default=None)

    def _check_vouchers(self):
        for number, it in enumerate(self.blocks):
            if it.voucher is not None:
                before = self.envelope.links[number - 1].revocation_id
                digest = crypto.derive("voucher digest", before + self.header.fingerprint + it.front + it.body)
                if not crypto.is_signature(it.voucher, it.signature, b"placet vouch v1" + digest):
                    raise Refused("forged")

    def _decrypt(self, key):
        it, link = self.blocks[0], self.envelope.links[0]
        before = self.envelope.bytes[: link.data_at + it.body_at]
        plain = crypto.decrypt(key.encryption_key, it.nonce, it.body, before)
        if plain is None:
            raise Refused("forged")
        return plain

    def check_times(self, now):
        if now < 0:
            raise Refused("no_clock")
        if now < self.header.issuance - SKEW:
            raise Refused("not_yet_valid")
        if self.expiry is not None and now >= self.expiry:
            raise Refused("expired")
        if self.not_before is not None and now < self.not_before:
            raise Refused("not_yet_valid")

    def decide(self, request):
        """The verdict, the block and the rule that decided."""
        if request.action >= self.state[1]:
            return NOT_PERMITTED, 0, None
        expiry = TIME_MOST if self.header.expiry is None else self.header.expiry
        vouchers = [it.voucher for it in self.blocks if it.voucher is not None]
        machine = Machine(self.vocabulary, request, Context(self.header.issuance, expiry, vouchers, self.claims))
        answers = []
        for number, program in enumerate(self.programs):
            verdict, rule = machine.run(program, number > 0)
            answers.append((verdict, number, rule))
        return max(answers, key=lambda answer: _STRICTNESS.index(answer[0]))
