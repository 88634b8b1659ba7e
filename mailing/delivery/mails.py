"""From a stored body and a claim to the bytes of one reader's mail; what readers share is made once per body."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from crm.foundation.signing import LinkSigner
from mailing.delivery import headers, links
from mailing.delivery.header_text import text
from mailing.delivery.model import Body, Claim, Mailing
from mailing.delivery.smtp import Envelope
from mailing.rendering.errors import UnfilledSlot
from mailing.rendering.fill import fill_text
from mailing.rendering.model import Slot
from mailing.rendering.prepared import PreparedBody, prepare

MOST_BODIES = 16
"""Prepared bodies kept in memory; a letter's takes some 50 kB, an edition's 200."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What every mail needs to know about the house: who signs links, where pages and reports live."""

    links: LinkSigner
    public_url: str
    bounce_domain: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedMail:
    """A body and its shared headers, already bytes."""

    mailing: Mailing
    subject: str
    subject_differs: bool
    common: headers.SafeHeaders
    body: PreparedBody


def prepare_mail(mailing: Mailing, body: Body) -> PreparedMail:
    """Encodes what all readers share. Raises `UnsafeHeader` where a header cannot be written."""
    try:
        subject, differs = fill_text(body.subject, {}), False
    except UnfilledSlot:
        subject, differs = body.subject, True
    return PreparedMail(
        mailing=mailing,
        subject=subject,
        subject_differs=differs,
        common=headers.common_headers(mailing.headers, subject=None if differs else subject, language=body.language),
        body=prepare(body.html, body.text, boundary_seed=f"{mailing.code} {body.id}"),
    )


def reader_values(post: Post, mailing: Mailing, claim: Claim) -> dict[Slot, str]:
    """What stands in the slots of this reader's mail. A letter's own links come with the claim."""
    token = links.token_value(claim, mailing.purpose)
    values = {
        Slot.FIRST_NAME: claim.first_name,
        Slot.ADDRESS: claim.address,
        Slot.UNSUBSCRIBE_URL: links.unsubscribe_url(post.links, post.public_url, token),
        Slot.PREFERENCES_URL: links.preferences_url(post.links, post.public_url, token),
        Slot.WEB_URL: links.web_url(post.links, post.public_url, token),
    }
    for name, value in claim.values.items():
        values[Slot(name)] = value
    return values


def envelope(post: Post, mail: PreparedMail, claim: Claim, *, at: datetime, may_go_on: Callable[[], bool]) -> Envelope:
    """One reader's mail, ready for the wire. Raises `UnsafeHeader` where its headers are not exactly those meant."""
    mailing = mail.mailing
    values = reader_values(post, mailing, claim)
    places: tuple[str, ...] = ()
    if mailing.headers.is_list:
        address = links.unsubscribe_address(post.links, claim.id, post.bounce_domain)
        places = (values[Slot.UNSUBSCRIBE_URL], f"mailto:{address}?subject=unsubscribe")
    head = (
        headers.reader_headers(to=claim.address, message_id=claim.message_id, at=at, unsubscribe=places) + mail.common
    )
    if mail.subject_differs:
        head += headers.safe_headers([("Subject", text(fill_text(mail.subject, values)))])
    message = head.block + mail.body.assemble(values)
    headers.check(message, head.names + headers.CONTENT)
    return Envelope(
        sender=links.return_path(post.links, claim.id, post.bounce_domain),
        recipient=claim.address,
        message=message,
        may_go_on=may_go_on,
    )


class PreparedMails:
    """The prepared bodies of late; the one not used for the longest time makes room."""

    def __init__(self, most: int = MOST_BODIES) -> None:
        self._most = most
        self._kept: OrderedDict[int, PreparedMail] = OrderedDict()

    def find(self, body_id: int) -> PreparedMail | None:
        """The prepared body, if it is here."""
        found = self._kept.get(body_id)
        if found is not None:
            self._kept.move_to_end(body_id)
        return found

    def keep(self, body_id: int, prepared: PreparedMail) -> None:
        """Adds a body."""
        self._kept[body_id] = prepared
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
