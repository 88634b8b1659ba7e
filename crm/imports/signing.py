"""Signatures of a file, weighed beside those that stand: who signs, and who wants their name handed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actions import taking_over as actions
from crm.imports.model import Change, ChangeKind, Reason, Told
from crm.imports.wish import Signed, Wish
from crm.values.calendar import brussels_day
from crm.values.identifiers import CallId

Signature = tuple[CallId, int]
"""(petition, person)."""

Handing = tuple[CallId, int, datetime]
"""(petition, person, when) of a word about having one's name handed over with a signature that stands; a yes where the
row has its words."""


class Signing:
    """The signatures of one block on its way; rows see what earlier ones bring. `known`: who of those rows is known."""

    def __init__(self, session: Session, wishes: Sequence[Wish], known: Collection[int]) -> None:
        self.petitions = actions.petitions(session, {one.signed.petition for one in wishes if one.signed})
        self._signed = actions.signed(session, known, self.petitions.values())
        speaks = any(one.signed is not None and (one.signed.declines or one.signed.delivery_words) for one in wishes)
        self._yes = actions.yeses(session, known, self.petitions.values()) if speaks else {}
        self._no = actions.noes(session, known, self.petitions.values()) if speaks else {}

    def weigh(self, wish: Wish, who: Sequence[int], reasons: list[Told]) -> tuple[Signature | None, Handing | None]:
        """A signature that does not stand yet; of one that does, what is said of handing it over: the last word stands.

        A file often knows the day alone: of one day a no is heard, as between two words of one instant.
        """
        if wish.signed is None or not who:
            return None, None
        one = wish.signed
        petition = self.petitions[one.petition]
        signature = petition, who[0]
        if signature not in self._signed:
            self._bring(wish, signature)
            reasons.append((Reason.SIGNS, one.petition))
            return signature, None
        if one.declines:
            return None, self._declined(one, signature, reasons)
        return None, self._agreed(one, signature, reasons) if one.delivery_words else None

    def _declined(self, one: Signed, signature: Signature, reasons: list[Told]) -> Handing | None:
        day, yes_at, no_at = brussels_day(one.signed_at), self._yes.get(signature), self._no.get(signature)
        if yes_at is None and no_at is not None and day <= brussels_day(no_at):
            return None
        if yes_at is not None and day < brussels_day(yes_at):
            reasons.append((Reason.HANDS_SINCE, one.petition))
            return None
        said_at = one.signed_at if yes_at is None else max(one.signed_at, yes_at)
        self._yes.pop(signature, None)
        self._no[signature] = said_at
        reasons.append((Reason.KEEPS_NAME, one.petition))
        return (*signature, said_at)

    def _agreed(self, one: Signed, signature: Signature, reasons: list[Told]) -> Handing | None:
        """A yes with its words is their own, unless they said no since."""
        no_at = self._no.get(signature)
        if signature in self._yes:
            return None
        if no_at is not None and brussels_day(one.signed_at) <= brussels_day(no_at):
            reasons.append((Reason.KEEPS_SINCE, one.petition))
            return None
        self._yes[signature] = one.signed_at
        reasons.append((Reason.HANDS_NAME, one.petition))
        return (*signature, one.signed_at)

    def imagine(self, person_id: int, wish: Wish) -> None:
        """What stands once that row is written."""
        if wish.signed is None or wish.signed.petition not in self.petitions:
            return
        signature = self.petitions[wish.signed.petition], person_id
        if signature not in self._signed:
            self._bring(wish, signature)
        elif wish.signed.declines:
            self._declined(wish.signed, signature, [])
        elif wish.signed.delivery_words:
            self._agreed(wish.signed, signature, [])

    def _bring(self, wish: Wish, signature: Signature) -> None:
        one = wish.signed
        assert one is not None
        self._signed.add(signature)
        if one.declines:
            self._no[signature] = one.signed_at
        elif one.delivery_words:
            self._yes[signature] = one.signed_at


def tell(session: Session, told: Sequence[tuple[int, actions.Told]], *, source: str, at: datetime) -> list[Change]:
    """Writes each word of row so and so about having one's name handed over."""
    written = actions.tell(session, [one for _, one in told], source=source, at=at)
    return [
        Change(
            number=number,
            kind=ChangeKind.DELIVERY_WORD,
            target_id=word_id,
            person_id=one.person_id,
            before={},
            after={"petition": one.petition_id},
        )
        for (number, one), words in zip(told, written, strict=True)
        for word_id in words
    ]
