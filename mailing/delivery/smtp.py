"""The conversation in which a relay takes one mail: what to say, what the answers mean. No socket: `lines` has those.

The whole point is to know, whatever goes wrong, on which side of the final dot it went wrong: before it the mail was
not taken and may be tried again; after it nobody can know, and the answer is "uncertain".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

from mailing.delivery import rules
from mailing.delivery.errors import UnsafeHeader
from mailing.delivery.header_text import safe_address
from mailing.delivery.model import Outcome, OutcomeKind, Reason
from mailing.delivery.replies import Reply

CLOSING = 421
GO_AHEAD = 354
PATIENCE_AFTER_DOT = 5
"""How many times the usual patience a relay gets to answer the final dot: doubt costs more than waiting."""
_DOT = b".\r\n"
_RESET = b"RSET\r\n"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail to one reader.

    `message` ends with CRLF and no line of it begins with a dot: it is written as it is (`mails` sees to that).
    `may_go_on` is asked again before the text leaves: a sender whose lease ran out stops.
    """

    sender: str
    recipient: str
    message: bytes
    may_go_on: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Say:
    """Write this; the answer to it is None."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait for a reply; the answer to it is a `Reply`. `patience` is in units of the usual timeout."""

    patience: int = 1


HEAR = Hear()


class LineLost(OSError):
    """Thrown into a conversation: nothing can be said or heard any more.

    `all_said` is False where the last thing to say certainly did not leave this machine whole.
    """

    def __init__(self, why: str, *, all_said: bool) -> None:
        super().__init__(why)
        self.all_said = all_said


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a conversation ended. `usable`: the line can have another; `reset`: that one begins with RSET."""

    outcome: Outcome
    usable: bool = True
    reset: bool = False


Conversation = Generator[Say | Hear, Reply | None, Verdict]


def conversation(envelope: Envelope, features: Mapping[str, str], *, resetting: bool) -> Conversation:
    """Hands one mail over. Every way it can go ends in a `Verdict`; it raises nothing."""
    try:
        commands = _commands(envelope, features)
    except UnsafeHeader:
        return Verdict(Outcome(kind=OutcomeKind.REFUSED, reason=Reason.ADDRESS_UNSUPPORTED), reset=resetting)
    if not envelope.may_go_on():
        return Verdict(Outcome(kind=OutcomeKind.UNTRIED, reason=Reason.SENDER_STOPPED), reset=resetting)
    heard: list[Reply] = []
    try:
        yield from _ask(commands, heard, pipelining="pipelining" in features, resetting=resetting)
        refusal = yield from _judged(heard)
    except LineLost as error:
        kind = OutcomeKind.DEFERRED if heard else OutcomeKind.UNTRIED
        return Verdict(Outcome(kind=kind, reason=Reason.CONNECTION_LOST, reply=str(error)), usable=False)
    if refusal is not None:
        return refusal
    if not envelope.may_go_on():
        # The relay waits for a text that must not come: only hanging up says so.
        return Verdict(Outcome(kind=OutcomeKind.UNTRIED, reason=Reason.SENDER_STOPPED), usable=False)
    return (yield from _hand_over(envelope.message))


def _commands(envelope: Envelope, features: Mapping[str, str]) -> list[bytes]:
    sender, recipient = _on_the_wire(envelope.sender), _on_the_wire(envelope.recipient)
    mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"
    if not (sender.isascii() and recipient.isascii()):
        if "smtputf8" not in features:
            raise UnsafeHeader("the relay takes no address beyond ASCII")
        mail += " SMTPUTF8"
    if "size" in features:
        mail += f" SIZE={len(envelope.message)}"
    if "dsn" in features:
        mail, rcpt = f"{mail} RET=HDRS", f"{rcpt} NOTIFY=FAILURE"
    return [f"{command}\r\n".encode() for command in (mail, rcpt, "DATA")]


def _ask(
    commands: list[bytes], heard: list[Reply], *, pipelining: bool, resetting: bool
) -> Generator[Say | Hear, Reply | None, None]:
    """MAIL, RCPT, DATA in one write where the relay takes that (RFC 2920: DATA comes last), else one by one."""
    if pipelining:
        yield Say(b"".join([_RESET, *commands] if resetting else commands))
        if resetting:
            yield HEAR
        for _ in commands:
            heard.append(_reply((yield HEAR)))
            if heard[-1].code == CLOSING:
                return
        return
    if resetting:
        yield Say(_RESET)
        yield HEAR
    for command in commands:
        yield Say(command)
        heard.append(_reply((yield HEAR)))
        if heard[-1].code // 100 not in {2, 3}:
            return


def _judged(heard: list[Reply]) -> Generator[Say | Hear, Reply | None, Verdict | None]:
    """None where the relay now waits for the text."""
    reasons = (Reason.SENDER_REFUSED, Reason.RECIPIENT_REFUSED, Reason.CONTENT_REFUSED)
    wanted = (2, 2, GO_AHEAD // 100)
    wrong = next((place for place, reply in enumerate(heard) if reply.code // 100 != wanted[place]), None)
    if wrong is None:
        return None
    reply = heard[wrong]
    usable = reply.code != CLOSING and reply.code // 100 in {4, 5}
    if len(heard) == len(wanted) and heard[-1].code == GO_AHEAD:
        # The relay waits for a text. Where it took no recipient an empty one ends the matter; where it did (although it
        # took no sender) only hanging up makes sure that nobody gets an empty mail.
        if heard[1].code // 100 == 2:
            usable = False
        else:
            yield Say(_DOT)
            yield HEAR
    if reply.code == CLOSING and wrong == 0:
        untried = Outcome(kind=OutcomeKind.UNTRIED, reason=Reason.CONNECTION_LOST, reply=reply.said)
        return Verdict(untried, usable=False)
    if rules.reply_kind(reply.code) is OutcomeKind.REFUSED:
        refused = Outcome(kind=OutcomeKind.REFUSED, reason=reasons[wrong], reply=reply.said)
        return Verdict(refused, usable=usable, reset=True)
    deferred = Outcome(kind=OutcomeKind.DEFERRED, reason=Reason.RELAY_BUSY, reply=reply.said)
    return Verdict(deferred, usable=usable, reset=True)


def _hand_over(message: bytes) -> Generator[Say | Hear, Reply | None, Verdict]:
    try:
        yield Say(message + _DOT)
        reply = _reply((yield Hear(PATIENCE_AFTER_DOT)))
    except LineLost as error:
        if error.all_said:
            doubt = Outcome(kind=OutcomeKind.UNCERTAIN, reason=Reason.NO_ANSWER, reply=str(error))
            return Verdict(doubt, usable=False)
        return Verdict(
            Outcome(kind=OutcomeKind.DEFERRED, reason=Reason.CONNECTION_LOST, reply=str(error)), usable=False
        )
    if reply.code == CLOSING or reply.code // 100 == 3:
        doubt = Outcome(kind=OutcomeKind.UNCERTAIN, reason=Reason.NO_ANSWER, reply=reply.said)
        return Verdict(doubt, usable=False)
    kind = rules.reply_kind(reply.code)
    if kind is OutcomeKind.ACCEPTED:
        return Verdict(Outcome(kind=kind, reply=reply.said, queue_id=reply.queue_id))
    reason = Reason.CONTENT_REFUSED if kind is OutcomeKind.REFUSED else Reason.RELAY_BUSY
    return Verdict(Outcome(kind=kind, reason=reason, reply=reply.said))


def _reply(heard: Reply | None) -> Reply:
    assert heard is not None
    return heard


def _on_the_wire(address: str) -> str:
    """An address as SMTP writes it: a foreign domain under an ASCII name becomes its `xn--` form."""
    local, _, domain = safe_address(address).rpartition("@")
    if local.isascii() and not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError as error:
            raise UnsafeHeader("not a domain that can be written to", field="address") from error
    return f"{local}@{domain}"
