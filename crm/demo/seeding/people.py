"""What people have beside themselves: households and tags."""

from __future__ import annotations

from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.organisation import MARK
from crm.demo.seeding import names
from crm.demo.seeding.room import Batch
from crm.people import bulk, links
from crm.people.model import PersonKind
from crm.values.identifiers import PersonId
from crm.values.languages import Language


class Households:
    """People of one surname or not who came to one address: the one before and those who live with them."""

    name = "foyers"

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """Nothing has to be there."""

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """One household for each letter box of several."""
        together: dict[str, list[PersonId]] = {}
        for one, added in zip(batch.arrivals, batch.added, strict=True):
            if one.new.kind is PersonKind.INDIVIDUAL and added.post_key:
                together.setdefault(added.post_key, []).append(added.person_id)
        groups = [several for several in together.values() if 1 < len(several) <= 6]
        return bulk.found_households(session, groups, language=Language.FR, at=batch.now)


class Tags:
    """A word of the team on one of twelve."""

    name = "étiquettes"

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """The words themselves."""
        for name in names.tags():
            links.put_tag(session, name, at=now)

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """Each tag on some."""
        known = [tag for tag in links.tags(session) if tag.name in names.tags()]
        count = 0
        for tag in known:
            chosen = [one.person_id for one in batch.added if chance.random() < 1 / (12 * len(known))]
            bulk.tag_many(session, tag.id, chosen, at=batch.now, source=MARK)
            count += len(chosen)
        return count
