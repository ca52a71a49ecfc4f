"""Verifies a token in the order of the format page, and decides requests with it."""

from . import block, crypto, statements
from .envelope import Envelope
from .header import LIFE_MOST, TIME_MOST
from .keys import audience_of
from .machine import ALLOW, FORBIDDEN, NOT_PERMITTED, Context, Machine
from .prices import TOKEN_COST
from .program import BadProgram, Program
from .proof import Proof
from .wire import Cut, NotCanonical, Refused

SKEW = 60_000
_MOST_STATES = 4
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
        hint = envelope.header.hint
        # The present state is the last one.
        states = [it for it in reversed(self.vocabulary.states) if it[:4] == hint][:_MOST_STATES]
        if not states:
            raise Refused("unknown_vocabulary")
        fingerprint = next((it for it in states if envelope.prove(key, self.audience + it)), None)
        if fingerprint is None:
            raise Refused("forged")
        try:
            token = Token(envelope, key, self.vocabulary, fingerprint, self.audience)
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

    def __init__(self, envelope, key, vocabulary, fingerprint, audience):
        self.envelope, self.header, self.vocabulary = envelope, envelope.header, vocabulary
        self.fingerprint, self.audience, self.state = fingerprint, audience, vocabulary.states[fingerprint]
        self.blocks, self.holder = [], None
        for link in envelope.links:
            self._add(block.Block(link.data))
        plain = [it.body for it in self.blocks]
        if self.blocks[0].nonce is not None:
            plain[0] = self._decrypt(key)
        parts = [block.split(data, it.flags) for data, it in zip(plain, self.blocks)]
        self.programs, self.cost = [], 0
        for claims, program in parts:
            program = Program(program)
            self.cost += Proof(program, vocabulary, self.state).cost
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

    def _add(self, it):
        """Adds a block after its bounds, its voucher and its holder are checked."""
        number = len(self.blocks)
        if number == 0 and it.expiry is not None:
            self._check_long_life(it.expiry)
        before = self.envelope.links[number - 1].revocation_id if number else None
        if it.voucher is not None:
            digest = crypto.derive("voucher digest", before + self.fingerprint + it.front + it.body)
            if not crypto.is_signature(it.voucher, it.signature, b"placet vouch v1" + digest):
                raise Refused("forged")
        if it.holder is not None:
            self._check_consent(it, before)
            self.holder = it.holder
        self.blocks.append(it)

    def _check_long_life(self, expiry):
        if self.header.expiry is not None or expiry - self.header.issuance <= LIFE_MOST:
            raise NotCanonical

    def _check_consent(self, it, before):
        if self.holder is not None and it.consent is None:
            raise Refused("rebound")
        if not crypto.is_good_key(it.holder) or (self.holder is None and it.consent is not None):
            raise NotCanonical
        if self.holder is None:
            return
        digest = crypto.derive("holder consent", before + it.holder)
        if not crypto.is_signature(self.holder, it.consent, b"placet binds v1" + digest):
            raise Refused("rebound")

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

    def decide(self, request, proof=None, approvals=()):
        """The verdict, the block and the rule that decided."""
        approvers = statements.check(self, request, proof, approvals)
        if request.action >= self.state[1]:
            return NOT_PERMITTED, 0, None
        ends = [end for end in (self.header.expiry, self.blocks[0].expiry) if end is not None]
        expiry = ends[0] if ends else TIME_MOST
        vouchers = [it.voucher for it in self.blocks if it.voucher is not None]
        machine = Machine(self.vocabulary, request, Context(self.header.issuance, expiry, vouchers, approvers, self.claims))
        answers = []
        for number, program in enumerate(self.programs):
            verdict, rule = machine.run(program, number > 0)
            answers.append((verdict, number, rule))
        return max(answers, key=lambda answer: _STRICTNESS.index(answer[0]))
