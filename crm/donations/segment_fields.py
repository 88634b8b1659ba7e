"""What one may ask about money: gifts, what they went to, and what was bought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from crm.actions.selects import attended
from crm.care import selects as care
from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source, kept_in
from crm.donations import donor_fields, household_fields, kept_figures, words
from crm.donations.model import GiftKind, LineKind
from crm.donations.selects import effective_gifts, months_between, months_more
from crm.donations.tables import (
    AppealReferenceRow,
    AppealRow,
    CampaignRow,
    FundRow,
    GiftLineRow,
    GiftRow,
    SourceRow,
    ThankCallRow,
    ThanksRow,
)
from crm.donations.thanking import ThankWay
from crm.foundation.columns import Word, days_between
from crm.foundation.translation import N_, say
from crm.values.languages import Language

READ = "donations.read"


def _kinds(_session: Session, language: Language) -> Sequence[Option]:
    return [
        Option(value=kind.value, label=say(language, name))
        for kind, name in words.KINDS.items()
        if kind not in {GiftKind.SALE, GiftKind.MEMBERSHIP_FEE}
    ]


def _funds(session: Session, _language: Language) -> Sequence[Option]:
    return [Option(value=row.code, label=row.name) for row in session.scalars(select(FundRow).order_by(FundRow.name))]


def _campaigns(session: Session, _language: Language) -> Sequence[Option]:
    rows = session.scalars(select(CampaignRow).order_by(CampaignRow.name))
    return [Option(value=row.code, label=row.name) for row in rows]


def _appeals(session: Session, _language: Language) -> Sequence[Option]:
    rows = session.scalars(select(AppealRow).order_by(AppealRow.starts_on.desc(), AppealRow.id.desc()))
    return [Option(value=row.code, label=row.name) for row in rows]


def _codes(session: Session, _language: Language) -> Sequence[Option]:
    rows = session.scalars(select(SourceRow).order_by(SourceRow.code))
    return [Option(value=row.code, label=" · ".join(p for p in (row.code, row.package) if p)) for row in rows]


def _thanks(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=way.value, label=say(language, name)) for way, name in words.THANKED.items()]


def _gifts(asking: Asking) -> Select[*tuple[Any, ...]]:
    found = _with_events(_with_appeals(_ranked(asking), asking), asking)
    if "thanked" not in asking.columns:
        return found
    # Whoever was called was thanked by telephone, a letter before or not.
    rows, done, call = found.subquery("thanked_rows"), care.finished_tasks().subquery("done"), ThankCallRow
    called = select(call.gift_id).join(done, done.c.id == call.task_id).subquery("called")
    way = cast(case((called.c.gift_id.is_not(None), ThankWay.PHONE.value), else_=ThanksRow.way), Word(ThankWay))
    return (
        select(*rows.c, way.label("thanked"))
        .outerjoin(ThanksRow, ThanksRow.gift_id == rows.c.id)
        .outerjoin(called, called.c.gift_id == rows.c.id)
    )


def _ranked(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Gifts without sales; their place among those of the same person only where it is asked for."""
    gifts = effective_gifts().subquery("gifts")
    found = select(
        gifts.c.id,
        gifts.c.person_id,
        gifts.c.given_on,
        gifts.c.given_on.label("anniversary"),
        gifts.c.kind,
        gifts.c.method,
        gifts.c.source_code,
        gifts.c.given_cents.label("cents"),
    ).where(gifts.c.given_cents > 0)
    order = (gifts.c.given_on, gifts.c.id)
    whose = gifts.c.person_id
    if "nth" in asking.columns:
        found = found.add_columns(func.row_number().over(partition_by=whose, order_by=order).label("nth"))
    if "nth_last" in asking.columns:
        backwards = [one.desc() for one in order]
        found = found.add_columns(func.row_number().over(partition_by=whose, order_by=backwards).label("nth_last"))
    if "nth_amount" in asking.columns:
        largest = (gifts.c.given_cents.desc(), *order)
        found = found.add_columns(func.row_number().over(partition_by=whose, order_by=largest).label("nth_amount"))
    if asking.columns & {"months_since", "months_more", "days_since"}:
        before = func.lag(gifts.c.given_on).over(partition_by=whose, order_by=order)
        ranked = found.add_columns(before.label("before_on")).subquery("ranked")
        names = [column for column in ranked.c if column.key != "before_on"]
        since = (ranked.c.before_on, ranked.c.given_on)
        return select(
            *names,
            months_between(*since).label("months_since"),
            months_more(*since).label("months_more"),
            days_between(*since).label("days_since"),
        )
    return found


def _with_appeals(gifts: Select[*tuple[Any, ...]], asking: Asking) -> Select[*tuple[Any, ...]]:
    if not asking.columns & {"appeal", "campaign", "appeal_place", "appeal_on"}:
        return gifts
    rows = gifts.subquery("coded")
    found = select(
        *rows.c,
        AppealRow.code.label("appeal"),
        CampaignRow.code.label("campaign"),
        AppealRow.starts_on.label("appeal_on"),
    )
    found = (
        found.select_from(rows)
        .outerjoin(SourceRow, SourceRow.code == rows.c.source_code)
        .outerjoin(AppealRow, AppealRow.id == SourceRow.appeal_id)
        .outerjoin(CampaignRow, CampaignRow.id == AppealRow.campaign_id)
    )
    if "appeal_place" not in asking.columns:
        return found
    order = (AppealRow.starts_on.desc(), AppealRow.id.desc())
    begun = select(AppealRow.id, func.row_number().over(order_by=order).label("appeal_place"))
    places = begun.where(AppealRow.starts_on <= asking.on, _was_sent()).subquery("places")
    return found.add_columns(places.c.appeal_place).outerjoin(places, places.c.id == AppealRow.id)


def _was_sent() -> ColumnElement[bool]:
    """Whether an appeal is frozen or brought a gift: a draft asked nobody, whatever its day."""
    printed, code, gift = AppealReferenceRow, SourceRow, GiftRow
    frozen = select(printed.id).where(printed.appeal_id == AppealRow.id)
    given = select(gift.id).join(code, code.code == gift.source_code).where(code.appeal_id == AppealRow.id)
    return or_(frozen.correlate(AppealRow).exists(), given.correlate(AppealRow).exists())


def _with_events(gifts: Select[*tuple[Any, ...]], asking: Asking) -> Select[*tuple[Any, ...]]:
    """With the days since the last event they had come to, found for all at once: few people come to any."""
    if "event_days" not in asking.columns:
        return gifts
    rows, came = gifts.subquery("any_gifts"), attended().subquery("came")
    after, before = effective_gifts().subquery("after"), func.max(came.c.starts_on)
    latest = (
        select(after.c.id, days_between(before, after.c.given_on).label("event_days"))
        .join(came, and_(came.c.person_id == after.c.person_id, came.c.starts_on <= after.c.given_on))
        .group_by(after.c.id, after.c.given_on)
        .subquery("latest")
    )
    return select(*rows.c, latest.c.event_days).outerjoin(latest, latest.c.id == rows.c.id)


def _parts(asking: Asking) -> Select[*tuple[Any, ...]]:
    gifts = effective_gifts().subquery("gifts")
    found = (
        select(
            gifts.c.id,
            gifts.c.person_id,
            gifts.c.given_on,
            gifts.c.method,
            gifts.c.source_code,
            GiftLineRow.fund_code.label("fund"),
            GiftLineRow.net_cents.label("cents"),
        )
        .join(GiftLineRow, GiftLineRow.gift_id == gifts.c.id)
        .where(gifts.c.given_cents > 0, GiftLineRow.net_cents > 0, GiftLineRow.kind == LineKind.DONATION)
    )
    return _with_appeals(found, asking)


def _sales(_asking: Asking) -> Select[*tuple[Any, ...]]:
    gifts = effective_gifts().subquery("gifts")
    return select(gifts.c.person_id, gifts.c.given_on, gifts.c.method, gifts.c.net_cents.label("cents")).where(
        gifts.c.kind == GiftKind.SALE
    )


_APPEALS = (
    Column(key="campaign", label=N_("campagne"), kind=Kind.WORD, options=_campaigns, known=kept_in(CampaignRow.code)),
    Column(key="appeal", label=N_("appel"), kind=Kind.WORD, options=_appeals, known=kept_in(AppealRow.code)),
    Column(key="appeal_on", label=N_("jour de l’appel"), kind=Kind.DAY),
    Column(key="appeal_place", label=N_("rang de l’appel, depuis le dernier"), kind=Kind.NUMBER),
    Column(
        key="source_code", label=N_("code de l’appel"), kind=Kind.WORD, options=_codes, known=kept_in(SourceRow.code)
    ),
)

SOURCES: tuple[Source, ...] = (
    Source(
        key="gift",
        label=N_("Dons"),
        definition=N_(
            "Ce qui a été donné et gardé, remboursements et retours déduits, sans les essais, les ventes ni les "
            "cotisations. Les dons réguliers en font partie."
        ),
        columns=(
            household_fields.CENTS,
            Column(key="kind", label=N_("genre de don"), kind=Kind.WORD, options=_kinds),
            household_fields.METHOD,
            *_APPEALS,
            household_fields.DAY,
            Column(key="nth", label=N_("rang du don, depuis le premier"), kind=Kind.NUMBER),
            Column(key="nth_last", label=N_("rang du don, depuis le dernier"), kind=Kind.NUMBER),
            Column(key="nth_amount", label=N_("rang du don, depuis le plus grand"), kind=Kind.NUMBER),
            Column(key="anniversary", label=N_("anniversaire du don"), kind=Kind.ANNIVERSARY),
            Column(key="months_since", label=N_("mois écoulés depuis le don précédent"), kind=Kind.NUMBER),
            Column(key="months_more", label=N_("plus de … mois après le don précédent"), kind=Kind.NUMBER),
            Column(key="days_since", label=N_("jours écoulés depuis le don précédent"), kind=Kind.NUMBER),
            Column(
                key="event_days",
                label=N_("jours écoulés depuis un événement où la personne est venue"),
                kind=Kind.NUMBER,
            ),
            Column(key="thanked", label=N_("remercié"), kind=Kind.WORD, options=_thanks),
        ),
        rows=_gifts,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont donné %(when)s"),
            Measure.COUNT: N_("ont donné %(how)s fois %(when)s"),
            Measure.SUM: N_("ont donné en tout %(how)s %(when)s"),
            Measure.AVERAGE: N_("ont donné en moyenne %(how)s %(when)s"),
            Measure.LARGEST: N_("ont fait, comme plus grand don %(when)s, %(how)s"),
            Measure.SMALLEST: N_("ont fait, comme plus petit don %(when)s, %(how)s"),
            Measure.FIRST: N_("ont donné pour la première fois %(how)s"),
            Measure.LAST: N_("ont donné pour la dernière fois %(how)s"),
        },
        denied=N_("n’ont pas donné %(when)s"),
        day="given_on",
        amount="cents",
        cost=Cost.MEDIUM,
        kept=kept_figures.of_person,
    ),
    *household_fields.SOURCES,
    Source(
        key="gift_part",
        label=N_("Dons affectés à un fonds"),
        definition=N_("Chaque part d’un don, avec le fonds auquel elle va ; ce qui a été rendu est déduit."),
        columns=(
            Column(key="fund", label=N_("fonds"), kind=Kind.WORD, options=_funds, known=kept_in(FundRow.code)),
            household_fields.CENTS,
            household_fields.METHOD,
            *_APPEALS,
            household_fields.DAY,
        ),
        rows=_parts,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont donné pour un fonds %(when)s"),
            Measure.COUNT: N_("ont donné %(how)s fois pour un fonds %(when)s"),
            Measure.SUM: N_("ont donné pour un fonds, en tout, %(how)s %(when)s"),
            Measure.LARGEST: N_("ont fait, comme plus grand don pour un fonds %(when)s, %(how)s"),
            Measure.FIRST: N_("ont donné pour un fonds, pour la première fois, %(how)s"),
            Measure.LAST: N_("ont donné pour un fonds, pour la dernière fois, %(how)s"),
        },
        denied=N_("n’ont pas donné pour un fonds %(when)s"),
        day="given_on",
        amount="cents",
        cost=Cost.HEAVY,
    ),
    Source(
        key="sale",
        label=N_("Achats (bougies, boutique)"),
        definition=N_("Les ventes : on y reçoit quelque chose, ce ne sont pas des dons."),
        columns=(household_fields.CENTS, household_fields.METHOD, household_fields.DAY),
        rows=_sales,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont acheté %(when)s"),
            Measure.COUNT: N_("ont acheté %(how)s fois %(when)s"),
            Measure.SUM: N_("ont acheté en tout pour %(how)s %(when)s"),
            Measure.FIRST: N_("ont acheté pour la première fois %(how)s"),
            Measure.LAST: N_("ont acheté pour la dernière fois %(how)s"),
        },
        denied=N_("n’ont rien acheté %(when)s"),
        day="given_on",
        amount="cents",
    ),
    *donor_fields.SOURCES,
)
