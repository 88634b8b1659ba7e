"""Letters to the staff: an invitation, a forgotten password. They belong to no supporter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.staff.model import AccountLink, LinkKind
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import service as delivery
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind

KINDS = {LinkKind.INVITATION: LetterKind.INVITATION, LinkKind.RESET: LetterKind.RESET}


def send_link(session: Session, desk: Desk, link: AccountLink, *, address: str, at: datetime) -> None:
    """Owes the owner of an account the letter with their link (`address` is the link's own). One letter a link."""
    kind = KINDS[link.kind]
    rendered = rendering.render_letter(
        kind, link.account.language, desk.organisation, public_url=desk.public_url, facts={}
    )
    delivery.enqueue_to_colleague(
        session,
        code=kind.value,
        rendered=rendered,
        headers=letters.headers(desk),
        address=link.account.email,
        occasion=f"link {link.id}",
        link=address,
        public_url=desk.public_url,
        now=at,
    )


def send_anchors(
    session: Session, desk: Desk, *, address: str, language: Language, heads: Sequence[str], at: datetime
) -> None:
    """Owes somebody who keeps the ends of the ledgers today's; one letter a day."""
    rendered = rendering.render_letter(
        LetterKind.ANCHOR, language, desk.organisation, public_url=desk.public_url, facts={"heads": heads}
    )
    delivery.enqueue_to_colleague(
        session,
        code=LetterKind.ANCHOR.value,
        rendered=rendered,
        headers=letters.headers(desk),
        address=address,
        occasion=f"anchor {brussels_day(at).isoformat()} {desk.addresses.key_of(address)[-12:]}",
        link="",
        public_url=desk.public_url,
        now=at,
    )
