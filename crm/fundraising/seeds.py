"""Control addresses: the house's own people, put in each file for a mail house to see that what was ordered arrives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.fundraising import rules, store, versions
from crm.fundraising.model import MOST_PRINTED, Cell, Recipient, WholeAppeal
from crm.fundraising.tables import SeedRow
from crm.people.model import PersonKind, Title
from crm.people.rules import opening, tidy_name
from crm.values.address_lines import lines
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

MOST = 20
PARTS = ("organisation", "complement", "street", "number", "box", "postcode", "locality", "country")
NOBODY = PersonId(0)
"""A control address is nobody's record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seed:
    """Somebody of the house, by the name and at the address that the mail house prints."""

    id: int
    first_name: str
    last_name: str
    language: Language
    address: PostalAddress

    @property
    def lines(self) -> tuple[str, ...]:
        name = f"{self.first_name} {self.last_name}".strip()
        return tuple(lines(self.address, recipient=name, language=self.language))


def seeds(session: Session) -> tuple[Seed, ...]:
    """All of them, the oldest first."""
    return tuple(_seed(row) for row in session.scalars(select(SeedRow).order_by(SeedRow.id)))


def add(
    session: Session, *, first_name: str, last_name: str, language: Language, address: PostalAddress, by: AccountId,
    at: datetime,
) -> int:  # fmt: skip
    """One more. Raises Invalid: a name, a street and a place, and no more than `MOST` of them."""
    first, last = tidy_name(first_name, field="first_name"), tidy_name(last_name, field="last_name")
    if not last:
        raise Invalid("a name", field="last_name")
    for field in ("street", "locality"):
        if not getattr(address, field):
            raise Invalid("where post arrives", field=field)
    if (session.scalar(select(func.count()).select_from(SeedRow)) or 0) >= MOST:
        raise Invalid("too many", field="seeds")
    row = SeedRow(
        first_name=first,
        last_name=last,
        language=language,
        added_at=at,
        added_by=by,
        **{name: getattr(address, name) for name in PARTS},
    )
    session.add(row)
    session.flush()
    return row.id


def drop(session: Session, seed_id: int) -> bool:
    """Takes one out of the files to come. True if it was there."""
    row = session.get(SeedRow, seed_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def rows(session: Session, appeal: WholeAppeal) -> Iterator[tuple[Recipient, Cell]]:
    """Each of them as a row of the file of an appeal by post, once for each package, after everybody else.

    Their communications are the last that the appeal may print: they are nobody's.
    """
    cells, place = store.cells(session, appeal.id), 0
    first_seq = store.plan_row(session, appeal.id).next_seq
    for package in versions.packages(session, appeal):
        cell = next(one for one in cells if package in (one.plan.package, one.plan.rival))
        for seed in seeds(session):
            yield _recipient(seed, appeal, cell, package, seq=first_seq + place, place=place), cell
            place += 1


def _recipient(seed: Seed, appeal: WholeAppeal, cell: Cell, package: str, *, seq: int, place: int) -> Recipient:
    address = seed.address
    return Recipient(
        person_id=NOBODY,
        cell_id=cell.id,
        seq=seq,
        package=package,
        source_code=rules.source_code(appeal.appeal.code, package, cell.position),
        digits=rules.communication(appeal.id, MOST_PRINTED - place).digits,
        asks=rules.asks(cell.plan.ladder, last_cents=0, largest_cents=0),
        member_number="",
        title="",
        first_name=seed.first_name,
        last_name=seed.last_name,
        organisation=address.organisation,
        complement=address.complement,
        street=address.street,
        number=address.number,
        box=address.box,
        postcode=address.postcode,
        locality=address.locality,
        country=address.country,
        language=seed.language,
        lines=seed.lines,
        phone="",
        opening=opening(
            by_hand="",
            kind=PersonKind.INDIVIDUAL,
            title=Title.NONE,
            first_name=seed.first_name,
            last_name=seed.last_name,
            language=seed.language,
        ),
    )


def _seed(row: SeedRow) -> Seed:
    return Seed(
        id=row.id,
        first_name=row.first_name,
        last_name=row.last_name,
        language=row.language,
        address=replace(PostalAddress(), **{name: getattr(row, name) for name in PARTS}),
    )
