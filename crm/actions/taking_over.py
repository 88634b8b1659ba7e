"""The door for many signatures at once: which petitions a file names, who signed already, adding, taking back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.actions import delivery_store, store
from crm.actions.model import CallKind, NewSignature
from crm.actions.tables import CallRow, SignatureRow
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
