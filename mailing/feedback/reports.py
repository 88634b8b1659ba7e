"""Reading what came back: delivery reports (RFC 3464), complaints (RFC 5965) and plain mails. Any bytes will do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

from mailing.feedback.model import BounceReport, Kind, Returned

MOST_PARTS = 200
MOST_RECIPIENTS = 50
_SENT_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_OURS = re.compile(r"[bu]\+\d{1,18}-[a-z2-7]{26}(?![a-z2-7])(?:@[A-Za-z0-9.-]{1,253})?", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def read(raw: bytes) -> Returned:
    """What `raw` says, as far as it says anything. Never raises."""
    try:
        return _read(message_from_bytes(raw, policy=compat32))
    except Exception:  # noqa: BLE001 - the standard parser promises little about hostile bytes; such mail says nothing
        return Returned(kind=Kind.MAIL)


def _read(message: Message) -> Returned:
    sent_to = tuple(_addresses(message))
    automatic = _text(message, "Auto-Submitted").lower().startswith("auto-replied") or any(
        _text(message, name) for name in ("List-Id", "X-Autoreply")
    )
    parts = list(_parts(message))
    if (complaint := _first(parts, "message/feedback-report")) is not None:
        fields = _fields(complaint)
        mentioned = tuple(dict.fromkeys(found[0] for part in parts for found in _OURS.finditer(_words(part))))
        return Returned(
            kind=Kind.COMPLAINT,
            sent_to=sent_to,
            mentioned=mentioned[:MOST_RECIPIENTS],
            feedback_type=_text(fields[0], "Feedback-Type").strip() if fields else "",
            is_automatic=automatic,
        )
    status = _first(parts, "message/delivery-status") or _first(parts, "message/global-delivery-status")
    if status is not None:
        recipients = [_recipient(block) for block in _fields(status) if block.get("Action")]
        return Returned(
            kind=Kind.BOUNCE, sent_to=sent_to, recipients=tuple(recipients[:MOST_RECIPIENTS]), is_automatic=automatic
        )
    return Returned(kind=Kind.MAIL, sent_to=sent_to, is_automatic=automatic)


def _addresses(message: Message) -> Iterator[str]:
    for name in _SENT_TO:
        values = [str(value)[:2000] for value in message.get_all(name, [])[:20]]
        for _, address in getaddresses(values):
            if address:
                yield address


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _first(parts: list[Message], kind: str) -> Message | None:
    return next((part for part in parts if part.get_content_type() == kind), None)


def _fields(part: Message) -> list[Message]:
    """The blocks of `Name: value` lines of a report; the parser hands them over as messages, or as one text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [block for block in payload if isinstance(block, Message)]
    text = part.get_payload(decode=True)
    blocks = re.split(rb"\r?\n\r?\n", text) if isinstance(text, bytes) else []
    return [message_from_bytes(block + b"\n\n", policy=compat32) for block in blocks[:MOST_RECIPIENTS] if block.strip()]


def _recipient(block: Message) -> BounceReport:
    return BounceReport(
        action=_text(block, "Action").split("(")[0].strip().lower()[:40],
        status=_text(block, "Status").strip()[:40],
        diagnostic=_text(block, "Diagnostic-Code").partition(";")[2].strip()[:500]
        or _text(block, "Diagnostic-Code")[:500],
    )


def _words(part: Message) -> str:
    """A part's headers and text, for looking for addresses of ours."""
    headers = "\n".join(f"{name}: {value}" for name, value in part.items())[:100_000]
    if part.is_multipart():
        return headers
    payload = part.get_payload(decode=True)
    return headers + "\n" + (payload[:100_000].decode("utf-8", "replace") if isinstance(payload, bytes) else "")


def _text(message: Message, name: str) -> str:
    return _UNSEEN.sub(" ", str(message.get(name, ""))[:4000])
