"""What makes us owe a mail: the launch of an edition, a letter to one person, a test to a colleague."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.consent.model import SERVICE
from crm.foundation.database import hold
from crm.foundation.settings import Mail, Organisation
from crm.segments.catalogue import Catalogue
from crm.values.errors import Invalid
from crm.values.identifiers import ContactPointId, DeliveryId, EditionId, PersonId
from crm.values.languages import Language
from mailing.composition import ordering
from mailing.composition import service as composition
from mailing.composition.model import Edition, EditionState, Newsletter, Section
from mailing.delivery import audience_store, audiences, header_text, headers, rules, store
from mailing.delivery.errors import EditionNotReady
from mailing.delivery.model import Headers, Mailing, MailingKind, Selected
from mailing.rendering import service as rendering
from mailing.rendering.fill import SAMPLE_CODE, fill_text
from mailing.rendering.model import RenderedEmail, Slot

LETTER_PRIORITY = 10
TEST_PRIORITY = 20
EDITION_PRIORITY = 50
MOST_SELECTIONS = 12
"""Orders of blocks made for one edition: a sender keeps as many prepared, with the common one and letters beside."""
FRONT_PAGE = (Slot.UNSUBSCRIBE_URL, Slot.PREFERENCES_URL, Slot.WEB_URL, Slot.CONFIRM_URL)
TESTS = "test"
"""The code of the mailing that holds colleagues' test mails."""


def launch(
    session: Session,
    *,
    edition_id: EditionId,
    organisation: Organisation,
    mail: Mail,
    public_url: str,
    now: datetime,
    catalogue: Catalogue | None = None,
) -> Mailing:
    """Renders an approved edition, fixes who gets it, and lets it leave.

    Launching twice launches once. Raises `EditionNotReady` where the edition is not approved or was changed since, and
    `UnsafeHeader` where its headers cannot be written. Takes long for a transaction (one rendering, one row a reader).
    """
    hold(session, f"launch of edition {edition_id}")
    known = store.find_mailing(session, edition_id=edition_id)
    if known is not None:
        return known
    edition = composition.edition(session, edition_id)
    newsletter = composition.newsletter(session, edition.newsletter_id)
    if edition.state is not EditionState.APPROVED:
        raise EditionNotReady(f"the edition is not approved but {edition.state.value}")
    if composition.digest_of(edition, newsletter) != edition.digest:
        raise EditionNotReady("the edition is no longer what was approved")
    audiences.leaving(session, edition.among, at=now)
    among = audiences.people(session, edition.among, catalogue, at=now)
    edition = composition.launching(session, edition_id)
    languages = rules.languages_of(newsletter, composition.newsletters(session))
    written = headers.list_headers(edition, newsletter, organisation, mail, public_url)

    def render(one: Edition) -> RenderedEmail:
        return rendering.render_edition(one, newsletter, organisation, public_url=public_url)

    rendered = render(edition)
    headers.common_headers(written, subject=_sample(rendered), language=rendered.language)
    mailing = store.add_mailing(
        session,
        code=f"{newsletter.code}-{edition.number}",
        kind=MailingKind.EDITION,
        purpose=newsletter.purpose,
        priority=EDITION_PRIORITY,
        headers=written,
        edition_id=edition_id,
        now=now,
    )
    excluded = audience_store.exclusions(session, newsletter.purpose, languages, now=now, among=among)
    store.change_mailing(session, mailing.id, excluded=excluded)
    body_id = _keep(session, mailing, rendered)
    groups = ordering.groups(edition)
    audience_store.freeze(
        session,
        mailing=mailing,
        body_id=body_id,
        selections=_selections(session, mailing, edition, body_id, render),
        groups={bit: about for bit, (_, about) in groups.items()},
        priority=EDITION_PRIORITY,
        languages=languages,
        seed=_seed(mailing),
        domain=mail.sender_domain,
        now=now,
        among=among,
        coded=audiences.coded(session, edition.among),
    )
    audiences.left(session, edition, newsletter, audience_store.owed(session, mailing.id), languages, at=now)
    return mailing


def _selections(
    session: Session, mailing: Mailing, edition: Edition, body_id: int, render: Callable[[Edition], RenderedEmail]
) -> dict[int, Selected]:
    """The bodies whose blocks stand in readers' own order, for each sum of groups that somebody likes.

    A body is made for the orders that most readers want; the others get the one nearest to theirs.
    """
    groups = ordering.groups(edition)
    counted = audience_store.likings(session, {bit: about for bit, (_, about) in groups.items()}) if groups else {}
    made: dict[int, Selected] = {0: Selected(selection_id=0, body_id=body_id)}
    for likes in ordering.kept(counted, most=MOST_SELECTIONS):
        own = ordering.ordered(edition, {block_id for bit, (block_id, _) in groups.items() if bit & likes})
        in_place = all(own.in_section(section) == edition.in_section(section) for section in Section)
        if in_place:
            made[likes] = made[0]
            continue
        own_body = _keep(session, mailing, render(own), selection_id=likes)
        made[likes] = Selected(selection_id=likes, body_id=own_body)
    return {likes: made[ordering.nearest(likes, made)] for likes in counted}


def enqueue_letter(
    session: Session,
    *,
    code: str,
    rendered: RenderedEmail,
    headers: Headers,
    person_id: PersonId,
    contact_point_id: ContactPointId,
    address: str,
    address_key: str,
    occasion: str,
    values: Mapping[str, str],
    now: datetime,
) -> DeliveryId | None:
    """Owes one person a letter of the kind `code`; None where they already have one for that occasion.

    `values` fill the slots only this letter has (by slot name); they are forgotten once the letter has left.
    """
    return _enqueue(
        session,
        code=code,
        priority=LETTER_PRIORITY,
        rendered=rendered,
        headers=headers,
        person_id=person_id,
        contact_point_id=contact_point_id,
        address=address,
        address_key=address_key,
        occasion=occasion,
        values=values,
        now=now,
    )


def enqueue_test(
    session: Session,
    *,
    edition: Edition,
    newsletter: Newsletter,
    organisation: Organisation,
    mail: Mail,
    public_url: str,
    address: str,
    occasion: str,
    now: datetime,
) -> DeliveryId | None:
    """Sends a colleague the edition as it stands, whatever its state; None where that `occasion` was sent before.

    It takes the way of every other mail, but belongs to no supporter: its links lead to the front page.
    """
    rendered = rendering.render_edition(edition, newsletter, organisation, public_url=public_url, is_test=True)
    written = headers.list_headers(edition, newsletter, organisation, mail, public_url)
    return _enqueue(
        session,
        code=TESTS,
        priority=TEST_PRIORITY,
        rendered=rendered,
        headers=Headers(
            from_name=written.from_name,
            from_address=written.from_address,
            reply_to=written.reply_to,
            auto_submitted=True,
        ),
        address=address,
        occasion=occasion,
        values=dict.fromkeys(map(str, FRONT_PAGE), f"{public_url}/") | {Slot.SOURCE_CODE.value: SAMPLE_CODE},
        now=now,
    )


def enqueue_to_colleague(
    session: Session,
    *,
    code: str,
    rendered: RenderedEmail,
    headers: Headers,
    address: str,
    occasion: str,
    link: str,
    public_url: str,
    now: datetime,
) -> DeliveryId | None:
    """Owes somebody of the staff a letter with one link; None where they already have one for that occasion.

    It belongs to no supporter: no consent is looked at, and every other link leads to the front page.
    """
    return _enqueue(
        session,
        code=code,
        priority=LETTER_PRIORITY,
        rendered=rendered,
        headers=headers,
        address=address,
        occasion=occasion,
        values=dict.fromkeys(map(str, FRONT_PAGE), f"{public_url}/") | {Slot.CONFIRM_URL.value: link},
        now=now,
    )


def enqueue_letters(
    session: Session,
    *,
    code: str,
    rendered: Mapping[Language, RenderedEmail],
    headers: Headers,
    readers: Select[*tuple[Any, ...]],
    now: datetime,
    purpose: str = SERVICE,
    priority: int = EDITION_PRIORITY,
) -> Mailing:
    """Owes each of `readers` the letter of that code in their language, in one statement; nobody gets it twice.

    `readers` has the columns person_id, contact_point_id, address, address_key and language. The gate is asked for
    `purpose` once more when each leaves. Every language of a reader has to be among `rendered`.
    """
    mailing = _letters(session, code=code, priority=priority, headers=headers, purpose=purpose, now=now)
    audience_store.owe(
        session,
        mailing=mailing,
        bodies={language: _keep(session, mailing, one) for language, one in rendered.items()},
        readers=readers,
        priority=priority,
        seed=_seed(mailing),
        domain=headers.from_address.rpartition("@")[2],
        now=now,
    )
    return mailing


def _letters(
    session: Session, *, code: str, priority: int, headers: Headers, now: datetime, purpose: str = SERVICE
) -> Mailing:
    """The mailing that holds all letters of a kind."""
    hold(session, f"letters {code}")
    mailing = store.find_mailing(session, code=code)
    if mailing is None:
        return store.add_mailing(
            session,
            code=code,
            kind=MailingKind.LETTER,
            purpose=purpose,
            priority=priority,
            headers=headers,
            edition_id=None,
            now=now,
        )
    if mailing.kind is not MailingKind.LETTER:
        raise Invalid("that name belongs to an edition", field="code")
    if mailing.headers != headers:
        store.change_mailing(session, mailing.id, headers=asdict(headers))
    return mailing


def _enqueue(
    session: Session,
    *,
    code: str,
    priority: int,
    rendered: RenderedEmail,
    headers: Headers,
    occasion: str,
    address: str,
    values: Mapping[str, str],
    now: datetime,
    person_id: PersonId | None = None,
    contact_point_id: ContactPointId | None = None,
    address_key: str = "",
) -> DeliveryId | None:
    """Owes one letter; without a person it is for somebody of the house."""
    header_text.safe_address(address)
    mailing = _letters(session, code=code, priority=priority, headers=headers, now=now)
    domain = headers.from_address.rpartition("@")[2]
    return store.add_letter(
        session,
        mailing_id=mailing.id,
        body_id=_keep(session, mailing, rendered),
        recorded_person_id=person_id or 0,
        person_id=person_id,
        contact_point_id=contact_point_id,
        address_key=address_key,
        occasion=occasion,
        address=address,
        values=dict(values),
        priority=priority,
        next_attempt_at=now,
        created_at=now,
        message_id=rules.message_id(_seed(mailing), person_id or 0, occasion, domain),
    )


def _keep(session: Session, mailing: Mailing, rendered: RenderedEmail, *, selection_id: int = 0) -> int:
    content = "\0".join((rendered.subject, rendered.html, rendered.text))
    return store.add_body(
        session,
        mailing_id=mailing.id,
        language=rendered.language,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        selection_id=selection_id,
    )


def _seed(mailing: Mailing) -> str:
    """The part of a Message-ID that all mails of a mailing share."""
    return hashlib.sha256(f"{mailing.code} {mailing.created_at.isoformat()}".encode()).hexdigest()[:20]


def _sample(rendered: RenderedEmail) -> str:
    return fill_text(rendered.subject, dict.fromkeys(Slot, ""))
