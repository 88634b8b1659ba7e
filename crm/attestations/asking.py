"""Whose number is missing for the attestations of a year, what was tried to get it, and what a link brings in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from crm.attestations import rules, service, store
from crm.attestations.model import AskWay, Declared, Efforts, FiscalKind, Identity, Wanted
from crm.attestations.tables import FiscalIdentityRow
from crm.donations.selects import lines_given
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people.model import ContactKind, PersonKind
from crm.people.selects import gone, merged, named, reachable, reachable_by_post
from crm.values.calendar import brussels_day
from crm.values.enterprise_number import enterprise_number
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.national_number import NationalNumber
from crm.vault import selects as vault_selects
from crm.vault import service as vault
from crm.vault.errors import NumberElsewhere
from crm.vault.keys import Lock
from crm.vault.model import Request, Source

LASTS = 180
"""Days a link to the form opens it, while nobody has answered through it."""


class Answered(StrEnum):
    """What became of an answer. `ELSEWHERE`: another record has that number; a colleague has to look."""

    KEPT = "kept"
    ELSEWHERE = "elsewhere"
    WRONG = "wrong"
    SPENT = "spent"


def wanted(session: Session, year: int, *, at: datetime) -> tuple[Wanted, ...]:
    """Everybody alive who gave the threshold in that year and whose number is missing, who gave most first."""
    today = brussels_day(at)
    found = []
    for row in session.execute(_wanting(year, _threshold(session, year), today)):
        last_on = None if row.last_at is None else brussels_day(row.last_at)
        efforts = Efforts(mails=row.mails, letters=row.letters, calls=row.calls, last_on=last_on)
        way = rules.ask_way(
            efforts, has_mail=row.has_mail, has_letter_box=row.has_letter_box, has_phone=row.has_phone, today=today
        )
        kind = row.own_kind or (FiscalKind.ENTERPRISE if row.kind is PersonKind.ORGANISATION else FiscalKind.PERSON)
        found.append(
            Wanted(person_id=PersonId(row.person_id), kind=kind, cents=int(row.cents), efforts=efforts, way=way)
        )
    return tuple(found)


def given(session: Session, year: int) -> tuple[int, tuple[date, ...]]:
    """(how many owe us a number or gave it, the days on which those who gave it did) among the donors of a year."""
    owing = _sums(year, _threshold(session, year)).subquery()
    kept = vault_selects.kept().subquery()
    days = session.scalars(select(kept.c.kept_at).join(owing, owing.c.person_id == kept.c.person_id))
    total = session.scalar(select(func.count()).select_from(owing)) or 0
    return total, tuple(sorted(brussels_day(one) for one in days))


def opened(session: Session, request_id: object, *, at: datetime) -> tuple[Request, Identity | None] | None:
    """The request a link stands for, and of whom; None instead of them where it is spent, None where there is none."""
    request = vault.find_request(session, request_id)
    if request is None:
        return None
    if request.answered_at is not None or (at - request.asked_at).days >= LASTS:
        return request, None
    return request, service.identity(session, request.person_id)


def answer(session: Session, lock: Lock, sealer: Sealer, request: Request, typed: str, *, at: datetime) -> Answered:
    """Takes the number somebody typed into the form of their link: a national one, or that of their enterprise.

    A link serves once, whatever came of it, but for a number whose check is wrong.
    """
    who = service.identity(session, request.person_id)
    number = _read(who, typed)
    if number is None:
        return Answered.WRONG
    if not vault.close_request(session, request.id, at=at):
        return Answered.SPENT
    return _keep(session, lock, sealer, who, number, source=Source.FORM, at=at)


def lacking(session: Session, person_id: PersonId, *, at: datetime) -> Identity | None:
    """Who somebody is for the administration, where this or the last year owes them a paper that lacks their number."""
    who = service.identity(session, person_id)
    row, today = FiscalIdentityRow, brussels_day(at)
    own = store.identity_row(session, person_id)
    if who.has_number or (own is not None and own.given_to_id is not None):
        return None
    givers = [person_id, *session.scalars(select(row.person_id).where(row.given_to_id == person_id))]
    for year in (today.year - 1, today.year):
        lines = lines_given(date(year, 1, 1), date(year, 12, 31)).subquery()
        counts = (lines.c.person_id.in_(givers), lines.c.is_deductible, ~lines.c.is_test, lines.c.net_cents > 0)
        cents = session.scalar(select(func.coalesce(func.sum(lines.c.net_cents), 0)).where(*counts))
        if int(cents or 0) >= _threshold(session, year):
            return who
    return None


def give_own(session: Session, lock: Lock, sealer: Sealer, who: Identity, typed: str, *, at: datetime) -> Answered:
    """Takes the number that somebody typed in their own space, where it was `lacking`."""
    hold(session, f"number of {who.person_id}")
    if service.identity(session, who.person_id).has_number:
        return Answered.SPENT
    number = _read(who, typed)
    if number is None:
        return Answered.WRONG
    return _keep(session, lock, sealer, who, number, source=Source.SPACE, at=at)


def _keep(
    session: Session,
    lock: Lock,
    sealer: Sealer,
    who: Identity,
    number: NationalNumber | str,
    *,
    source: Source,
    at: datetime,
) -> Answered:
    if isinstance(number, NationalNumber):
        try:
            vault.write(session, lock, sealer, who.person_id, number, source=source, at=at, by=None)
        except NumberElsewhere:
            return Answered.ELSEWHERE
    else:
        said = service.declared(session, who.person_id) or Declared(kind=who.kind)
        service.identify(session, sealer, who.person_id, replace(said, enterprise_number=number), at=at, by=None)
    return Answered.KEPT


def _read(who: Identity, typed: str) -> NationalNumber | str | None:
    return enterprise_number(typed) if who.kind is FiscalKind.ENTERPRISE else _national(typed)


def _national(typed: str) -> NationalNumber | None:
    try:
        return NationalNumber.parse(typed)
    except Invalid:
        return None


def by_way(several: tuple[Wanted, ...]) -> dict[AskWay, list[Wanted]]:
    """The same, in a pile for each way."""
    piles: dict[AskWay, list[Wanted]] = {way: [] for way in AskWay}
    for one in several:
        piles[one.way].append(one)
    return piles


def _threshold(session: Session, year: int) -> int:
    return (store.rules_in_force(session, year) or rules.by_default(year)).threshold_cents


def _sums(year: int, threshold: int) -> Select[*tuple[Any, ...]]:
    """person_id, cents of each holder of a paper whose deductible gifts of the year reach the threshold."""
    lines = lines_given(date(year, 1, 1), date(year, 12, 31)).subquery()
    other = FiscalIdentityRow.__table__.alias()
    holder = func.coalesce(other.c.given_to_id, lines.c.person_id)
    cents = func.sum(lines.c.net_cents)
    return (
        select(holder.label("person_id"), cents.label("cents"))
        .outerjoin(other, other.c.person_id == lines.c.person_id)
        .where(lines.c.is_deductible, ~lines.c.is_test, lines.c.net_cents > 0)
        .group_by(holder)
        .having(cents >= threshold)
    )


def _wanting(year: int, threshold: int, today: date) -> Select[*tuple[Any, ...]]:
    """Those of `_sums` who live and whose number, or enterprise's number, is missing; what was tried and can be."""
    sums, names, tried = _sums(year, threshold).subquery(), named().subquery(), vault_selects.asked().subquery()
    own = FiscalIdentityRow.__table__.alias()
    who = sums.c.person_id
    is_body = func.coalesce(own.c.kind == FiscalKind.ENTERPRISE, names.c.kind == PersonKind.ORGANISATION)
    has_own = or_(func.coalesce(own.c.enterprise_number, "") != "", names.c.enterprise_number != "")
    reaches = {
        "has_mail": reachable(today, f"{today:%m-%d}"),
        "has_letter_box": reachable_by_post(today, f"{today:%m-%d}"),
        "has_phone": reachable(today, f"{today:%m-%d}", ContactKind.PHONE),
    }
    return (
        select(
            who,
            sums.c.cents,
            names.c.kind,
            own.c.kind.label("own_kind"),
            *(func.coalesce(tried.c[name], 0).label(name) for name in ("mails", "letters", "calls")),
            tried.c.last_at,
            *(_is_among(who, several).label(name) for name, several in reaches.items()),
        )
        .join(names, names.c.person_id == who)
        .outerjoin(own, own.c.person_id == who)
        .outerjoin(tried, tried.c.person_id == who)
        .where(
            or_(is_body & ~has_own, ~is_body & who.not_in(vault_selects.holders())),
            ~gone(who),
            ~merged(who),
        )
        .order_by(sums.c.cents.desc(), who)
    )


def _is_among(who: Any, several: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    found = several.subquery()
    return select(found.c.person_id).where(found.c.person_id == who).correlate_except(found).exists()
