"""Who may be the same person, and which records have become this one, on a person's page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineSource
from crm.duplicates import store
from crm.people import service as people
from crm.staff import service as staff

SOME_PAIRS = 5


@dataclass(frozen=True, slots=True)
class DuplicatesPanel:
    """Records that look alike and wait for somebody; merges, the undone ones too."""

    key: str = "duplicates"
    order: int = 90
    place: Place = Place.SIDE
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The likeliest and the newest first."""
        pairs = store.open_pairs_of(session, look.person_id, size=SOME_PAIRS)
        merges = store.merges_of(session, look.person_id)
        alike = {pair.id: pair.high_id if pair.low_id == look.person_id else pair.low_id for pair in pairs}
        known = people.people(session, {*alike.values(), *(merge.loser_id for merge in merges)})
        names = {account.id: account.name for account in staff.accounts(session)} if merges else {}

        def called(person_id: int) -> str:
            return next((one.full_name for one in known.values() if one.id == person_id), "")

        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "alike": [
                    {"id": alike[pair.id], "name": called(alike[pair.id]), "certainty": pair.certainty}
                    for pair in pairs
                ],
                "merges": [
                    {
                        "id": merge.id,
                        "name": called(merge.loser_id),
                        "loser_id": merge.loser_id,
                        "is_direct": merge.survivor_id == look.person_id,
                        "merged_at": merge.merged_at,
                        "by": names.get(merge.merged_by, "") if merge.merged_by else "",
                        "undone_at": merge.undone_at,
                        "undone_by": names.get(merge.undone_by, "") if merge.undone_by else "",
                    }
                    for merge in merges
                ],
            },
        )


PANELS: tuple[PersonPanel, ...] = (DuplicatesPanel(),)
TIMELINE: tuple[TimelineSource, ...] = ()
