"""Who is asked to an assembly by which way, once: a mail by the clock, or a letter that a colleague prints.

`rules.convocation_way` decides of one voter; the statement here says the same of all, and a test binds them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, null, or_, select, update
from sqlalchemy.orm import Session

from crm.consent import reaching
from crm.consent.model import Channel, SuppressionCause
from crm.foundation.database import hold
from crm.members.assemblies import entitled
from crm.members.model import Asked, Assembly, Batch, RemindWay
from crm.members.tables import ConvocationRow
from crm.people.selects import gone
from crm.values.calendar import brussels_day
from crm.values.identifiers import AssemblyId, PersonId

MOST = 500
"""Letters made together."""


def waiting(
    session: Session, assembly: Assembly, way: RemindWay, *, on: date, size: int, after: int = 0
) -> tuple[PersonId, ...]:
    """Voters to be asked to come by a way as things stand on a day, by their numbers."""
    several = _ways(session, assembly, on).subquery("ways")
    query = select(several.c.person_id).where(several.c.next_way == way, several.c.person_id > after)
    return tuple(PersonId(one) for one in session.scalars(query.order_by(several.c.person_id).limit(size)))


def asked(session: Session, assembly: Assembly, *, on: date) -> Asked:
    """How far the convocation is."""
    several = _ways(session, assembly, on).subquery("ways")
    told, then = several.c.told_way, several.c.next_way
    counted = (
        func.count().filter(told == RemindWay.MAIL, then.is_(None)),
        func.count().filter(told == RemindWay.LETTER),
        func.count().filter(then == RemindWay.MAIL),
        func.count().filter(then == RemindWay.LETTER),
        func.count().filter(told.is_(None), then.is_(None)),
    )
    mailed, lettered, to_mail, to_letter, unreached = session.execute(select(*counted).select_from(several)).one()
    return Asked(mailed=mailed, lettered=lettered, to_mail=to_mail, to_letter=to_letter, unreached=unreached)


def note(
    session: Session, assembly_id: AssemblyId, told: Collection[PersonId], way: RemindWay, *, at: datetime
) -> None:
    """Writes down that they were asked to come; a letter after a mail that reached nobody takes its place."""
    row = ConvocationRow
    mine = and_(row.assembly_id == assembly_id, row.person_id.in_(told))
    known = set(session.scalars(select(row.person_id).where(mine)))
    again = update(row).where(mine, row.way == RemindWay.MAIL).values(way=way, convoked_at=at)
    session.execute(again.execution_options(synchronize_session=False))
    fresh = [one for one in told if one not in known]
    session.add_all(ConvocationRow(assembly_id=assembly_id, person_id=one, way=way, convoked_at=at) for one in fresh)
    session.flush()


def write_letters(session: Session, assembly: Assembly, *, at: datetime) -> tuple[PersonId, ...]:
    """Takes the next voters who wait for a letter: from now on they count as asked, and are in no other file."""
    hold(session, f"assembly {assembly.id}")
    if assembly.convoked_at is None or assembly.held_on < brussels_day(at):
        return ()
    taken = waiting(session, assembly, RemindWay.LETTER, on=brussels_day(at), size=MOST)
    note(session, assembly.id, taken, RemindWay.LETTER, at=at)
    return taken


def batches(session: Session, assembly_id: AssemblyId) -> tuple[Batch, ...]:
    """The files of letters that were made, the newest first."""
    row = ConvocationRow
    query = select(row.convoked_at, func.count()).where(row.assembly_id == assembly_id, row.way == RemindWay.LETTER)
    made = session.execute(query.group_by(row.convoked_at).order_by(row.convoked_at.desc()))
    return tuple(Batch(made_at=made_at, letters=letters) for made_at, letters in made)


def written(session: Session, assembly_id: AssemblyId, made_at: datetime) -> tuple[PersonId, ...]:
    """Whose letters were made at that instant, to print them once more; but of whom died since, or is said to have."""
    row = ConvocationRow
    mine = and_(
        row.assembly_id == assembly_id,
        row.way == RemindWay.LETTER,
        row.convoked_at == made_at,
        ~gone(row.person_id),
    )
    return tuple(PersonId(one) for one in session.scalars(select(row.person_id).where(mine).order_by(row.person_id)))


def _ways(session: Session, assembly: Assembly, on: date) -> Select[*tuple[Any, ...]]:
    """Every voter, by which way they were asked (`told_way`) and are to be (`next_way`): `rules.convocation_way`."""
    voters = entitled(session, assembly).cte("voters")
    who, told = voters.c.person_id, voters.c.convoked_by_way
    has_mailbox = reaching.has_mailbox(who, on, heeding=(SuppressionCause.DEAD_ADDRESS,))
    has_letter_box = reaching.has_letter_box(who, on)
    is_silenced = ~reaching.has_mailbox(who, on, heeding=tuple(SuppressionCause))
    is_averse = or_(reaching.objected(who, Channel.EMAIL), is_silenced)
    then = case(
        (told == RemindWay.LETTER, null()),
        (and_(told == RemindWay.MAIL, has_mailbox), null()),
        (and_(has_letter_box, or_(is_averse, ~has_mailbox)), RemindWay.LETTER.value),
        (has_mailbox, RemindWay.MAIL.value),
    )
    return select(who, told.label("told_way"), then.label("next_way"))
