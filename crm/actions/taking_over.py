"""The door for many signatures at once: which petitions a file names, who signed already, adding, taking back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, true
from sqlalchemy.orm import Session, aliased

from crm.actions import delivery_store, store
from crm.actions.model import CallKind, NewSignature
from crm.actions.tables import CallRow, DeliveryWordRow, SignatureRow
from crm.foundation.database import hold
from crm.values.identifiers import CallId, PersonId
from crm.values.languages import Language


def petitions(session: Session, codes: Collection[str]) -> dict[str, CallId]:
    """The petitions of those codes."""
    query = select(CallRow.code, CallRow.id).where(CallRow.kind == CallKind.PETITION, CallRow.code.in_(codes))
    return {code: CallId(number) for code, number in session.execute(query)} if codes else {}


def signed(session: Session, person_ids: Collection[int], petition_ids: Collection[int]) -> set[tuple[int, int]]:
    """(petition, person) of the signatures that stand among those."""
    if not person_ids or not petition_ids:
        return set()
    query = select(SignatureRow.petition_id, SignatureRow.person_id).where(
        SignatureRow.person_id.in_(person_ids),
        SignatureRow.petition_id.in_(petition_ids),
        SignatureRow.folded_into_id.is_(None),
    )
    return {(petition, person) for petition, person in session.execute(query)}


def yeses(
    session: Session, person_ids: Collection[int], petition_ids: Collection[int]
) -> dict[tuple[CallId, int], datetime]:
    """(petition, person) of the signatures among those whose name may be handed over, and when that was last said."""
    if not person_ids or not petition_ids:
        return {}
    row, word, folded = SignatureRow, DeliveryWordRow, aliased(SignatureRow)
    query = select(row.id, row.petition_id, row.person_id, row.signed_at).where(
        row.person_id.in_(person_ids),
        row.petition_id.in_(petition_ids),
        row.folded_into_id.is_(None),
        delivery_store.may() == true(),
    )
    found = {one.id: one for one in session.execute(query)}
    if not found:
        return {}
    last = {number: one.signed_at for number, one in found.items()}
    stands = func.coalesce(folded.folded_into_id, folded.id)
    said = select(stands, func.max(word.said_at)).join(folded, folded.id == word.signature_id)
    signed_at = select(folded.folded_into_id, func.max(folded.signed_at)).where(folded.deliver)
    for each in (
        said.where(word.allowed, stands.in_(found)).group_by(stands),
        signed_at.where(folded.folded_into_id.in_(found)).group_by(folded.folded_into_id),
    ):
        for number, at in session.execute(each):
            last[number] = max(last[number], at)
    return {(CallId(one.petition_id), one.person_id): last[number] for number, one in found.items()}


def noes(
    session: Session, person_ids: Collection[int], petition_ids: Collection[int]
) -> dict[tuple[CallId, int], datetime]:
    """(petition, person) of the signatures among those of which a no to handing them over was said, and when last."""
    if not person_ids or not petition_ids:
        return {}
    row, word = SignatureRow, DeliveryWordRow
    query = (
        select(row.petition_id, row.person_id, func.max(word.said_at))
        .join(word, word.signature_id == row.id)
        .where(row.person_id.in_(person_ids), row.petition_id.in_(petition_ids), word.allowed.is_(False))
        .group_by(row.petition_id, row.person_id)
    )
    asked = select(row.petition_id, row.person_id, func.max(row.signed_at)).where(
        row.person_id.in_(person_ids),
        row.petition_id.in_(petition_ids),
        row.deliver.is_(False),
        row.delivery_text_id.is_not(None),
    )
    found: dict[tuple[CallId, int], datetime] = {}
    for each in (query, asked.group_by(row.petition_id, row.person_id)):
        for petition, person, at in session.execute(each):
            name = CallId(petition), person
            found[name] = max(found.get(name, at), at)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a file says of handing a name over: a yes in the words they were shown, else a no."""

    petition_id: CallId
    person_id: PersonId
    said_at: datetime
    words: str = ""
    language: Language = Language.FR


def tell(session: Session, told: Sequence[Told], *, source: str, at: datetime) -> list[list[int]]:
    """Keeps each word about handing a name over; the numbers of the words that each became.

    A no is said of every signature that was folded into the one that stands, as `delivering.say` has it.
    """
    found = []
    for petition, person_id in sorted({(one.petition_id, one.person_id) for one in told}):
        hold(session, f"act {petition} {person_id}")
    for one in told:
        row = SignatureRow
        mine = select(row.id).where(
            row.petition_id == one.petition_id, row.person_id == one.person_id, row.folded_into_id.is_(None)
        )
        group = delivery_store.group(session, session.scalar(mine) or 0)
        text_id = _text(session, one.words, one.language, at) if one.words else None
        words = [
            DeliveryWordRow(
                signature_id=each.id, allowed=bool(one.words), said_at=one.said_at, recorded_at=at,
                source=source[:100], delivery_text_id=text_id, said_by=None,
            )
            for each in (group[:1] if one.words else group)
        ]  # fmt: skip
        session.add_all(words)
        session.flush()
        if group:
            delivery_store.refold(session, [(group[0], group[1:])])
        found.append([word.id for word in words])
    return found


def unsay(session: Session, word_ids: Collection[int]) -> set[int]:
    """Takes those words of a file back, so that what was said before and since stands; the ones that are gone."""
    query = select(DeliveryWordRow.id, DeliveryWordRow.signature_id).where(DeliveryWordRow.id.in_(word_ids))
    found = {one.id: one.signature_id for one in session.execute(query)} if word_ids else {}
    if found:
        these = delete(DeliveryWordRow).where(DeliveryWordRow.id.in_(found))
        session.execute(these.execution_options(synchronize_session="fetch"))
        groups = (delivery_store.group(session, number) for number in set(found.values()))
        delivery_store.refold(session, [(group[0], group[1:]) for group in groups if group])
    return set(found)


def sign(session: Session, news: Sequence[NewSignature], *, at: datetime) -> list[int]:
    """Writes signatures of people who have not signed that petition; their ids, in the same order."""
    rows = [
        store.signature_row(new, person_id=new.person_id, text_id=text_id, at=at)
        for new, text_id in zip(news, _texts(session, news, at), strict=True)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def _texts(session: Session, news: Sequence[NewSignature], at: datetime) -> list[int | None]:
    """The numbers of the words beside « transmettez ma signature »; a file has one or two such words."""
    known: dict[str, int] = {}
    for words in {new.delivery_words: new.delivery_language for new in news if new.delivery_words}.items():
        known[words[0]] = _text(session, *words, at)
    return [known.get(new.delivery_words) for new in news]


def _text(session: Session, words: str, language: Language, at: datetime) -> int:
    return store.text_id_of(session, words) or store.add_text(session, words, language, at)


def take_back(session: Session, owners: Mapping[int, PersonId]) -> set[int]:
    """Deletes those signatures (id to who signed) where they are as they were written; the ones that are gone.

    One of which something was said since, or that is in a list, stays.
    """
    query = select(SignatureRow.id, SignatureRow.person_id).where(
        SignatureRow.id.in_(owners), SignatureRow.folded_into_id.is_(None)
    )
    same = {number for number, person in session.execute(query) if owners[number] == person} if owners else set()
    folded = set(session.scalars(select(SignatureRow.folded_into_id).where(SignatureRow.folded_into_id.in_(same))))
    gone = same - folded - delivery_store.has_history(session, same)
    if gone:
        session.execute(
            delete(SignatureRow).where(SignatureRow.id.in_(gone)).execution_options(synchronize_session=False)
        )
    return gone
