"""Files for the administration: what of a year is to be told, looked at first, and noted as told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.attestations import belcotax, bow, file_checks, filed_store, manual_entry, schema_checks
from crm.attestations.belcotax import Dialect
from crm.attestations.errors import FileUnsound, FormatUnknown, NothingToFile
from crm.attestations.filed_store import ToTell
from crm.attestations.locking import House
from crm.attestations.model import Filing, Format, Operation
from crm.attestations.schema_checks import Reading
from crm.audit import service as audit
from crm.foundation.settings import Bow
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId

Tell = Callable[[int], None]
"""Hears now and then how many fiches were gone through."""
OFTEN = 2000


def _quietly(_seen: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A file that passed our checks: what is in it, and which zones of which numbers had to be cut."""

    whole: tuple[ToTell, ...]
    year: int
    format: Format
    is_correction: bool
    count: int
    cents: int
    cut: Mapping[str, tuple[str, ...]]

    @property
    def numbers(self) -> int:
        """The sum of its numbers, a control total."""
        return sum(one.number for one in self.whole)

    @property
    def operations(self) -> Mapping[Operation, int]:
        """How many fiches ask what of the administration."""
        counted = Counter(one.operation for one in self.whole)
        return {one: counted[one] for one in Operation if counted[one]}


def prepare(
    session: Session,
    house: House,
    year: int,
    format: Format,  # noqa: A002 - its word
    *,
    again: int | None = None,
    tell: Tell = _quietly,
) -> Prepared:
    """Looks at everything that would be filed, or that was told by the filing `again` names.

    Raises NothingToFile, InstitutionIncomplete, FormatUnknown where the settings lack what that format of that year
    takes, FileUnsound.
    """
    _ = house.institution
    dialect = _dialect(house, year, format)
    whole = tuple(filed_store.to_tell(session, year) if again is None else filed_store.told(session, again))
    if not whole:
        raise NothingToFile
    cut: dict[str, tuple[str, ...]] = {}

    def looked_at() -> Iterator[dict[str, str]]:
        for zones in _zones(session, house, whole, tell):
            if format in XML and (short := file_checks.cut(zones, dialect.lengths)):
                cut[zones["2009"]] = short
            yield zones

    wrong = belcotax.flaws_of_sender(house.organisation) if format in XML else ()
    wrong += file_checks.flaws(looked_at())
    if format is Format.BELCOTAX_JSONL:
        wrong += bow.flaws(_bow(house), _zones(session, house, whole))
    if wrong:
        raise FileUnsound(wrong)
    return Prepared(
        whole=whole,
        year=year,
        format=format,
        is_correction=filed_store.was_filed(session, year, before=again),
        count=len(whole),
        cents=sum(one.cents for one in whole),
        cut=cut,
    )


def pieces(
    session: Session,
    house: House,
    prepared: Prepared,
    *,
    at: datetime,
    is_test: bool = False,
    answers: str = "",
    tell: Tell = _quietly,
) -> Iterator[str]:
    """The file itself, a piece at a time. `answers`: the reference that the administration gave the first file."""
    fiches = _zones(session, house, prepared.whole, tell)
    if prepared.format is Format.CSV:
        yield from manual_entry.csv(fiches)
    elif prepared.format is Format.BELCOTAX_JSONL:
        yield from bow.lines(_bow(house), fiches)
    else:
        sender = belcotax.Sender(
            organisation=house.organisation,
            enterprise_number=house.institution.enterprise_number,
            year=prepared.year,
            made_on=brussels_day(at),
            is_correction=prepared.is_correction,
            is_test=is_test,
            answers=answers,
            dialect=_dialect(house, prepared.year, prepared.format),
        )
        yield from belcotax.xml(sender, fiches)


def refused(house: House, prepared: Prepared, reading: Reading) -> tuple[str, ...]:
    """What the schema of that format, where the settings name one, refuses of the finished file: `number: its rule`."""
    if prepared.format not in XML:
        return ()
    known = house.ways.xml.get(prepared.year if prepared.format is Format.BELCOTAX_XML else belcotax.YEAR)
    if known is None:
        return ()
    found = schema_checks.flaws(reading, known.schema_file)
    return tuple(rule if place is None else f"{prepared.whole[place].number}: {rule}" for place, rule in found)


def note(
    session: Session, house: House, prepared: Prepared, *, content_print: str, at: datetime, by: AccountId | None
) -> Filing:
    """Notes that the file was made: what it told is filed, what changes later goes into a file of corrections."""
    found = filed_store.add(
        session,
        year=prepared.year,
        format=prepared.format,
        is_correction=prepared.is_correction,
        told=prepared.whole,
        content_print=house.seal.print_of(content_print),
        at=at,
        by=by,
    )
    audit.record(
        session,
        house.sealer,
        at=at,
        account_id=by,
        action="attestations.filed",
        subject="attestations",
        subject_id=prepared.year,
        facts={"format": prepared.format.value, "count": prepared.count, "correction": prepared.is_correction},
    )
    return found


def waiting(session: Session, year: int) -> int:
    """How many fiches the next file of that year would tell of."""
    return sum(1 for _ in filed_store.to_tell(session, year))


def filings(session: Session, year: int) -> tuple[Filing, ...]:
    """The files made of a year, in order."""
    return filed_store.filings(session, year)


def has_schema(house: House, year: int, format: Format) -> bool:  # noqa: A002 - its word
    """Whether a file of that year in that format is held against the administration's schema."""
    if format is Format.BELCOTAX_JSONL:
        return True
    return format in XML and (year if format is Format.BELCOTAX_XML else belcotax.YEAR) in house.ways.xml


def unchanged(session: Session, prepared: Prepared) -> bool:
    """Whether what would be told now is what was prepared."""
    return prepared.whole == tuple(filed_store.to_tell(session, prepared.year))


def _zones(
    session: Session, house: House, whole: tuple[ToTell, ...], tell: Tell = _quietly
) -> Iterator[dict[str, str]]:
    for seen, (one, sealed, uid) in enumerate(filed_store.sealed(session, whole), start=1):
        if seen % OFTEN == 0:
            tell(seen)
        yield {**house.seal.open(sealed, uid).zones, "2028": one.operation.value}


XML = (Format.BELCOTAX_XML_2024, Format.BELCOTAX_XML)


def _dialect(house: House, year: int, format: Format) -> Dialect:  # noqa: A002 - its word
    """How the XML of that year is written; that of 2024 is the house's own. Raises FormatUnknown."""
    if format is Format.BELCOTAX_JSONL:
        _bow(house)
    if format is not Format.BELCOTAX_XML:
        return belcotax.PLAIN
    known = house.ways.xml.get(year)
    if known is None or not known.schema_file.is_file():
        raise FormatUnknown
    return Dialect(test_word=known.test_word, names=known.names, lengths=known.lengths)


def _bow(house: House) -> Bow:
    known = house.ways.bow
    if known is None or not known.schema_file.is_file():
        raise FormatUnknown
    return known
