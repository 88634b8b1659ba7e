"""Signatures of a file, weighed beside those that stand: who signs, and who does not want their name handed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actions import taking_over as actions
from crm.imports.model import Change, ChangeKind, Reason, Told
from crm.imports.wish import Wish
from crm.values.calendar import brussels_day
from crm.values.identifiers import CallId, PersonId

Declines = tuple[CallId, int, datetime]
"""(petition, person, when) of a no to having one's name handed over with a signature that stands."""


class Signing:
    """The signatures of one block on its way; rows see what earlier ones bring. `known`: who of those rows is known."""

    def __init__(self, session: Session, wishes: Sequence[Wish], known: Collection[int]) -> None:
        self.petitions = actions.petitions(session, {one.signed.petition for one in wishes if one.signed})
        self._signed = actions.signed(session, known, self.petitions.values())
        says_no = any(one.signed is not None and one.signed.declines for one in wishes)
        self._yes = actions.yeses(session, known, self.petitions.values()) if says_no else {}

    def weigh(
        self, wish: Wish, who: Sequence[int], reasons: list[Told]
    ) -> tuple[tuple[CallId, int] | None, Declines | None]:
        """A signature that does not stand yet; of one that does, a no to handing it over: the last word stands.

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
        if not one.declines or signature not in self._yes:
            return None, None
        yes_at = self._yes[signature]
        if brussels_day(one.signed_at) < brussels_day(yes_at):
            reasons.append((Reason.HANDS_SINCE, one.petition))
            return None, None
        del self._yes[signature]
        reasons.append((Reason.KEEPS_NAME, one.petition))
        return None, (petition, who[0], max(one.signed_at, yes_at))

    def imagine(self, person_id: int, wish: Wish) -> None:
        """What stands once that row is written."""
        if wish.signed is None or wish.signed.petition not in self.petitions:
            return
        signature = self.petitions[wish.signed.petition], person_id
        if signature not in self._signed:
            self._bring(wish, signature)
        elif wish.signed.declines:
            self._yes.pop(signature, None)

    def _bring(self, wish: Wish, signature: tuple[CallId, int]) -> None:
        assert wish.signed is not None
        self._signed.add(signature)
        if wish.signed.delivery_words:
            self._yes[signature] = wish.signed.signed_at


def decline(
    session: Session, noes: Sequence[tuple[int, CallId, PersonId, datetime]], *, source: str, at: datetime
) -> list[Change]:
    """Writes each no: of row so and so, to this petition, of that person, said then."""
    told = [(petition, person_id, said_at) for _, petition, person_id, said_at in noes]
    return [
        Change(
            number=number,
            kind=ChangeKind.DELIVERY_WORD,
            target_id=word_id,
            person_id=person_id,
            before={},
            after={"petition": petition},
        )
        for (number, petition, person_id, _), words in zip(
            noes, actions.decline(session, told, source=source, at=at), strict=True
        )
        for word_id in words
    ]
