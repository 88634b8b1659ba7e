"""A person's tax attestations on their page: what they have, and who they are for the administration."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.attestations import elsewhere, store, words
from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineSource
from crm.foundation.translation import say

SHOWN = 6


@dataclass(frozen=True, slots=True)
class AttestationsPanel:
    """Who the paper is for, and the papers, the newest first."""

    key: str = "attestations"
    order: int = 61
    place: Place = Place.SIDE
    permission: str = "national-number.write"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """In three queries."""
        row = store.identity_row(session, look.person_id)
        papers = store.of_person(session, look.person_id)[:SHOWN]
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "name": f"{row.first_name} {row.name}".strip() if row else "",
                "kind": say(look.language, words.KINDS[row.kind]) if row else "",
                "given_to": row.given_to_id if row else None,
                "papers": [
                    {
                        "year": one.year,
                        "number": one.number,
                        "cents": one.cents,
                        "status": say(look.language, words.STATUSES[one.status]),
                        "is_valid": one.status.value == "valid",
                    }
                    for one in papers
                ],
                "elsewhere": [
                    {"year": one.year, "number": one.number, "cents": one.cents, "system": one.system}
                    for one in elsewhere.of_person(session, [look.person_id])[:SHOWN]
                ],
            },
        )


PANELS: tuple[PersonPanel, ...] = (AttestationsPanel(),)
TIMELINE: tuple[TimelineSource, ...] = ()
