"""General assemblies: who votes on a day, who was asked to come, who represents whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.months import day_at
from crm.members import rules, selects, service
from crm.members.errors import AssemblyMissing, MembershipOver, ProxyRefused
from crm.members.model import Assembly, Proxy, RemindWay, Voter
from crm.members.tables import AssemblyRow, ConvocationRow, ProxyRow
from crm.people import selects as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, AssemblyId, MembershipId, PersonId

LONGEST = 4000
NOTICE_DAYS = 15
"""So many days before the assembly of an association every member is convoked (code of companies, art. 9:14)."""


def plan(session: Session, *, title: str, held_on: date, place: str, agenda: str, voters_on: date) -> AssemblyId:
    """A new assembly; whoever is a member on `voters_on` votes. Raises Invalid with the field that cannot be so."""
    row = AssemblyRow(**_checked(title, held_on, place, agenda, voters_on))
    session.add(row)
    session.flush()
    return AssemblyId(row.id)


def change(
    session: Session,
    assembly_id: AssemblyId,
    *,
    title: str,
    held_on: date,
    place: str,
    agenda: str,
    voters_on: date,
) -> None:
    """Changes one that nobody was asked to yet. Raises AssemblyMissing, MembershipOver once it is convoked."""
    row = _row(session, assembly_id)
    if row.convoked_at is not None:
        raise MembershipOver
    for name, value in _checked(title, held_on, place, agenda, voters_on).items():
        setattr(row, name, value)
    session.flush()


def convoke(session: Session, assembly_id: AssemblyId, *, at: datetime, by: AccountId) -> None:
    """Lets the convocation leave: the clock writes to every voter with a mailbox. Twice is once.

    Raises Invalid for an assembly whose day is over.
    """
    row = _row(session, assembly_id)
    if row.held_on < brussels_day(at):
        raise Invalid("nobody is asked to come to what is over", field="held_on")
    if row.convoked_at is None:
        row.convoked_at, row.convoked_by = at, by
        session.flush()


def find(session: Session, assembly_id: AssemblyId) -> Assembly:
    """One assembly. Raises AssemblyMissing."""
    return _assembly(_row(session, assembly_id))


def every(session: Session) -> tuple[Assembly, ...]:
    """All assemblies, the latest first."""
    rows = session.scalars(select(AssemblyRow).order_by(AssemblyRow.held_on.desc(), AssemblyRow.id.desc()))
    return tuple(_assembly(row) for row in rows)


def convoking(session: Session, *, on: date) -> tuple[Assembly, ...]:
    """Those that are convoked and still to come."""
    return tuple(one for one in every(session) if one.convoked_at is not None and one.held_on >= on)


def voters(session: Session, assembly: Assembly, *, after: int = 0, size: int | None = None) -> tuple[Voter, ...]:
    """Who votes, by their numbers; the grace counts, the dead do not."""
    several = entitled(session, assembly).subquery("voters")
    query = select(several).where(several.c.person_id > after).order_by(several.c.person_id).limit(size)
    return tuple(_voter(row) for row in session.execute(query))


def count_voters(session: Session, assembly: Assembly) -> int:
    """How many vote."""
    return session.scalar(select(func.count()).select_from(entitled(session, assembly).subquery("voters"))) or 0


def give_proxy(
    session: Session, assembly_id: AssemblyId, giver: PersonId, holder: PersonId, *, at: datetime, by: AccountId
) -> None:
    """`holder` votes for `giver`. Raises ProxyRefused with the reason."""
    hold(session, f"assembly {assembly_id}")
    assembly = find(session, assembly_id)
    both = select(entitled(session, assembly).subquery("voters").c.person_id)
    able = {PersonId(one) for one in session.scalars(both)} & {giver, holder}
    most = service.rules_on(session, assembly.held_on).proxies_most
    why = rules.why_not(giver, holder, voters=able, proxies=proxies(session, assembly_id), most=most)
    if why is not None:
        raise ProxyRefused(why)
    # A proxy of theirs that sleeps, as they were merged with whom they gave it to, gives way to their new word.
    drop_proxy(session, assembly_id, giver)
    session.add(ProxyRow(assembly_id=assembly_id, giver_id=giver, holder_id=holder, given_at=at, recorded_by=by))
    session.flush()


def drop_proxy(session: Session, assembly_id: AssemblyId, giver: PersonId) -> bool:
    """Takes a proxy back; whether there was one."""
    row = session.scalar(select(ProxyRow).where(ProxyRow.assembly_id == assembly_id, ProxyRow.giver_id == giver))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def proxies(session: Session, assembly_id: AssemblyId) -> tuple[Proxy, ...]:
    """Who represents whom, in the order in which it was said; of somebody merged nobody's."""
    row, merged = ProxyRow, _merged()
    standing = and_(row.giver_id.not_in(merged), row.holder_id.not_in(merged))
    query = select(row).where(row.assembly_id == assembly_id, standing).order_by(row.id)
    return tuple(
        Proxy(giver_id=PersonId(row.giver_id), holder_id=PersonId(row.holder_id)) for row in session.scalars(query)
    )


def _merged() -> Select[int]:
    who = people.everybody().subquery("everybody")
    return select(who.c.person_id).where(who.c.is_merged)


def _checked(title: str, held_on: date, place: str, agenda: str, voters_on: date) -> dict[str, object]:
    wrong = {
        "title": not 0 < len(title.strip()) <= 200,
        "place": len(place) > 200,
        "agenda": len(agenda) > LONGEST,
        "voters_on": voters_on > held_on,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise Invalid("an assembly cannot be so", field=field)
    return {
        "title": title.strip(),
        "held_on": held_on,
        "place": place.strip(),
        "agenda": agenda.strip(),
        "voters_on": voters_on,
    }


def _row(session: Session, assembly_id: AssemblyId) -> AssemblyRow:
    row = session.get(AssemblyRow, assembly_id)
    if row is None:
        raise AssemblyMissing
    return row


def _assembly(row: AssemblyRow) -> Assembly:
    return Assembly(
        id=AssemblyId(row.id),
        title=row.title,
        held_on=row.held_on,
        place=row.place,
        agenda=row.agenda,
        voters_on=row.voters_on,
        convoked_at=row.convoked_at,
        convoked_by=None if row.convoked_by is None else AccountId(row.convoked_by),
    )


def entitled(session: Session, assembly: Assembly) -> Select[*tuple[Any, ...]]:
    """Whoever votes at an assembly, one row each, with what they were told and who votes for them."""
    grace = service.rules_on(session, assembly.voters_on).grace_months
    carried = selects.carried(assembly.voters_on, grace_months=grace).subquery("carried")
    silent = selects.silent(assembly.voters_on)
    once = (
        select(
            carried.c.person_id,
            func.max(carried.c.membership_id).label("membership_id"),
            func.min(carried.c.first_on).label("joined_on"),
            func.max(carried.c.until).label("until"),
        )
        .where(or_(carried.c.membership_id.is_(None), carried.c.membership_id.not_in(silent)))
        .group_by(carried.c.person_id)
        .subquery("once")
    )
    who, told, proxy = people.everybody().subquery("who"), ConvocationRow, ProxyRow
    return (
        select(
            once.c.person_id,
            once.c.membership_id,
            once.c.joined_on,
            once.c.until,
            who.c.first_name,
            who.c.last_name,
            who.c.organisation_name,
            who.c.member_number,
            told.convoked_at,
            told.way.label("convoked_by_way"),
            proxy.holder_id,
        )
        .join(who, who.c.person_id == once.c.person_id)
        .outerjoin(told, and_(told.assembly_id == assembly.id, told.person_id == once.c.person_id))
        .outerjoin(
            proxy,
            and_(
                proxy.assembly_id == assembly.id,
                proxy.giver_id == once.c.person_id,
                proxy.holder_id.not_in(_merged()),
            ),
        )
        .where(~who.c.is_deceased, ~who.c.is_merged)
    )


def _voter(row: Any) -> Voter:
    name = row.organisation_name or f"{row.first_name} {row.last_name}".strip()
    return Voter(
        person_id=PersonId(row.person_id),
        membership_id=None if row.membership_id is None else MembershipId(row.membership_id),
        joined_on=row.joined_on,
        paid_until_on=None if row.until >= rules.FOREVER else day_at(int(row.until)),
        name=name,
        member_number=row.member_number or "",
        convoked_at=row.convoked_at,
        convoked_by_way=None if row.convoked_by_way is None else RemindWay(row.convoked_by_way),
        holder_id=None if row.holder_id is None else PersonId(row.holder_id),
    )
