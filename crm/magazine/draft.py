"""The draft of a run: passing tables of one connection, filled set by set, from which the roll is read in one stream.

As a single statement it was quadratic: neither database knows how many rows a part of a statement will have, and both
looped over everybody inside a loop over everybody. Tables with a key and counted rows are joined as they should be.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable

from crm.consent import selects as consent
from crm.consent.model import MAGAZINE, Channel
from crm.foundation.bulk import make_room, settle
from crm.foundation.columns import BigId
from crm.magazine.model import Basis, Claim, Format, Reason
from crm.magazine.selects import MEMBER, SAID, Question, granted_runs, paused, rights
from crm.magazine.tables import ClaimRow, CopyRow, SubscriptionRow
from crm.people import selects as people

NEW, STAYED, MOVED = "new", "stayed", "moved"
"""Beside the issue before: they had no copy of it, had one at this letter box, or had one elsewhere."""
Plain = String(300).with_variant(String(300, collation="C"), "postgresql")
"""Keys in the order of their signs on both databases."""
HAD = {one.value: 10 + place for place, one in enumerate(Basis)}
"""The grounds on which somebody had their copy of an issue: where it did not come, it is still owed to them."""
_DRAFT = MetaData()


class Row(NamedTuple):
    """A line of the roll, in the order of its columns; what is printed only where all of it was asked for."""

    person_id: int
    basis: str
    reason: str | None
    copies: int
    own_copy: bool
    kind: str
    last_name: str
    language: str
    household_id: int | None
    box_key: str | None
    number: str
    box: str
    country: str
    seen: str
    title: str = ""
    first_name: str = ""
    organisation_name: str = ""
    member_number: str | None = None
    envelope_name: str | None = None
    home_language: str | None = None
    named: str | None = None
    by_hand: bool = False
    postal_address_id: int | None = None
    address_language: str | None = None
    organisation: str = ""
    department: str = ""
    complement: str = ""
    street: str = ""
    postcode: str = ""
    locality: str = ""
    notes: str = ""


def _passing(name: str, *columns: Column[Any]) -> Table:
    """A table of this connection alone, which PostgreSQL drops with the transaction and `draw` before the next."""
    whose: Column[int] = Column("person_id", BigId, primary_key=True, autoincrement=False)
    return Table(name, _DRAFT, whose, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


RIGHT = _passing("draft_right", Column("ground", Integer))
PLACE = _passing("draft_place", Column("postal_address_id", BigId), Column("box_key", String))
REFUSAL = _passing("draft_refusal", Column("refusal", String))
HOME = _passing("draft_home", Column("household_id", BigId))


def draw(session: Session, asked: Question) -> None:
    """Fills the draft: who has a right, where their copy would go, why the gate says no, with whom they live."""
    make_room(session)
    _fill(session, RIGHT, _entitled(asked))
    _fill(session, PLACE, _places(asked))
    nowhere = select(RIGHT.c.person_id).outerjoin(PLACE, PLACE.c.person_id == RIGHT.c.person_id)
    nowhere = nowhere.where(PLACE.c.person_id.is_(None))
    _fill(session, REFUSAL, consent.refused(MAGAZINE, Channel.POST, moment=asked.moment, among=nowhere))
    home = people.living_together().subquery("home")
    _fill(session, HOME, select(*home.c).join(RIGHT, RIGHT.c.person_id == home.c.person_id))


def size(session: Session) -> int:
    """How many people have a right."""
    return session.scalar(select(func.count()).select_from(RIGHT)) or 0


def more_homes(session: Session) -> dict[int, frozenset[int]]:
    """Every household of each in the draft who belongs to several: a few, as children of two homes are."""
    every = people.living_in_several().subquery("several")
    query = select(every.c.person_id, every.c.household_id).join(RIGHT, RIGHT.c.person_id == every.c.person_id)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for person_id, household_id in session.execute(query):
        found[person_id].add(household_id)
    return {person_id: frozenset(homes) for person_id, homes in found.items()}


def pdf_readers(session: Session, asked: Question) -> int:
    """How many of those with a right read it as PDF, alone or besides paper, and are not paused."""
    said = SubscriptionRow
    query = select(func.count()).select_from(RIGHT).join(said, said.person_id == RIGHT.c.person_id)
    query = query.where(said.format.in_((Format.PDF, Format.BOTH)), ~paused(asked.drop_on))
    return session.scalar(query) or 0


def roll(asked: Question, *, whole: bool, shared: bool = False) -> Select[*tuple[Any, ...]]:
    """Everybody in the draft: why they get no copy, or where it goes, in the order of letter boxes.

    Words as plain texts, for millions of them are read. `whole` adds what is printed; `shared` leaves those out who
    have a letter box to themselves, or none.
    """
    who = people.everybody().subquery("who")
    at = people.letter_parts().subquery("at")
    names = people.household_names(select(HOME.c.household_id)).subquery("names")
    said = SubscriptionRow
    one, before = _copies_of(asked.issue_id, "one"), _copies_of(asked.before_id, "before")
    reasons: list[tuple[ColumnElement[bool], Any]] = [
        (who.c.is_merged, Reason.MERGED.value),
        (or_(who.c.is_deceased, who.c.person_id.in_(people.reported_dead())), Reason.DECEASED.value),
        (said.format == Format.NONE, Reason.UNWANTED.value),
        (paused(asked.drop_on), Reason.SUSPENDED.value),
        (said.format == Format.PDF, Reason.PDF_ONLY.value),
        (REFUSAL.c.refusal.is_not(None), REFUSAL.c.refusal),
        (PLACE.c.person_id.is_(None), Reason.NO_ADDRESS.value),
        (one.c.person_id.is_not(None), Reason.HAS_ONE.value),
        (_incomplete(at), Reason.INCOMPLETE.value),
    ]
    ground = RIGHT.c.ground
    grounds: list[tuple[ColumnElement[bool], Any]] = [
        (ground == SAID, said.basis),
        (ground == MEMBER, Basis.MEMBER.value),
        *((ground == place, name) for name, place in HAD.items()),
    ]
    basis = case(*grounds, else_=Basis.REGULAR.value)
    seen = case((before.c.person_id.is_(None), NEW), (before.c.box_key == PLACE.c.box_key, STAYED), else_=MOVED)
    columns: list[Any] = [
        RIGHT.c.person_id,
        cast(basis, String).label("basis"),
        case(*reasons, else_=null()).label("reason"),
        func.coalesce(said.copies, 1).label("copies"),
        func.coalesce(said.own_copy, False).label("own_copy"),
        cast(who.c.kind, String).label("kind"),
        who.c.last_name,
        cast(who.c.language, String).label("language"),
        HOME.c.household_id,
        PLACE.c.box_key,
        at.c.number,
        at.c.box,
        at.c.country,
        seen.label("seen"),
    ]
    if whole:
        columns += [
            cast(who.c.title, String).label("title"),
            who.c.first_name,
            who.c.organisation_name,
            who.c.member_number,
            names.c.envelope_name,
            names.c.language.label("home_language"),
            names.c.named,
            func.coalesce(said.by_hand, False).label("by_hand"),
            PLACE.c.postal_address_id,
            cast(at.c.language, String).label("address_language"),
            *(at.c[name] for name in ("organisation", "department", "complement", "street", "postcode", "locality")),
            func.coalesce(said.notes, "").label("notes"),
        ]
    found = (
        select(*columns)
        .select_from(RIGHT)
        .join(who, who.c.person_id == RIGHT.c.person_id)
        .outerjoin(said, said.person_id == RIGHT.c.person_id)
        .outerjoin(PLACE, PLACE.c.person_id == RIGHT.c.person_id)
        .outerjoin(at, at.c.postal_address_id == PLACE.c.postal_address_id)
        .outerjoin(REFUSAL, REFUSAL.c.person_id == RIGHT.c.person_id)
        .outerjoin(HOME, HOME.c.person_id == RIGHT.c.person_id)
        .outerjoin(one, one.c.person_id == RIGHT.c.person_id)
        .outerjoin(before, before.c.person_id == RIGHT.c.person_id)
    )
    if whole:
        found = found.outerjoin(names, names.c.household_id == HOME.c.household_id)
    if shared:
        several = select(PLACE.c.box_key).group_by(PLACE.c.box_key).having(func.count() > 1)
        found = found.where(PLACE.c.box_key.in_(several))
    return found.order_by(cast(PLACE.c.box_key, Plain), RIGHT.c.person_id)


def _fill(session: Session, table: Table, rows: Select[*tuple[Any, ...]]) -> None:
    connection = session.connection()
    connection.execute(DropTable(table, if_exists=True))
    connection.execute(CreateTable(table))
    connection.execute(insert(table).from_select([column.name for column in table.columns], rows))
    settle(session, table)


def _entitled(asked: Question) -> Select[*tuple[Any, ...]]:
    several = rights(asked.rule, asked.number, asked.on)
    if asked.claimed_id is None:
        return several
    row = CopyRow
    had = select(row.person_id, case(HAD, value=cast(row.basis, String)).label("ground")).where(
        row.issue_id == asked.claimed_id, row.removal.is_(None)
    )
    every = union_all(several, had).subquery("several")
    claims = select(ClaimRow.person_id).where(ClaimRow.issue_id == asked.claimed_id, ClaimRow.state == Claim.OPEN)
    ground = func.min(every.c.ground).label("ground")
    return select(every.c.person_id, ground).where(every.c.person_id.in_(claims)).group_by(every.c.person_id)


def _places(asked: Question) -> Select[*tuple[Any, ...]]:
    """The letter box of each whom the gate lets us reach: the one they named, a season's own, else the main one."""
    among = select(RIGHT.c.person_id)
    places = consent.allowed_places(MAGAZINE, Channel.POST, moment=asked.moment, among=among).subquery("places")
    said = SubscriptionRow
    named = case((said.address_id == places.c.contact_point_id, 0), else_=1)
    season = case((places.c.is_seasonal, 0), else_=1)
    choice = func.row_number().over(
        partition_by=places.c.person_id,
        order_by=(named, season, places.c.is_primary.desc(), places.c.contact_point_id),
    )
    each = (
        select(
            places.c.person_id,
            places.c.contact_point_id.label("postal_address_id"),
            places.c.address.label("box_key"),
            choice.label("choice"),
        )
        .select_from(places)
        .outerjoin(said, said.person_id == places.c.person_id)
        .subquery("each")
    )
    return select(each.c.person_id, each.c.postal_address_id, each.c.box_key).where(each.c.choice == 1)


def _copies_of(issue_id: int | None, name: str) -> Any:
    """(person_id, box_key) of each who has a copy of an issue."""
    row = CopyRow
    if issue_id is None:
        none = select(RIGHT.c.person_id, literal("").label("box_key")).where(literal(False))
        return none.subquery(name)
    found = select(row.person_id, row.box_key).where(row.issue_id == issue_id, row.removal.is_(None))
    return found.where(row.run_id.in_(granted_runs(issue_id))).subquery(name)


def _incomplete(at: Any) -> ColumnElement[bool]:
    """Whether the post could not find the door: no street nor number nor line before it, or no locality."""
    nowhere = and_(at.c.street == "", at.c.number == "", at.c.complement == "")
    return or_(nowhere, at.c.locality == "")
