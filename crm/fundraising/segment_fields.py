"""What one may ask about appeals: whom they asked, whom they left alone on purpose, and who answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, case, cast, null, select, union
from sqlalchemy.orm import Session, aliased

from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Options, Source
from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.foundation.columns import Word, days_between
from crm.foundation.translation import N_, say
from crm.fundraising import store, words
from crm.fundraising.model import Arm
from crm.fundraising.results import WINDOW
from crm.fundraising.tables import AppealPlanRow, CallReportRow, CallResultRow, RecipientRow
from crm.values.languages import Language

READ = "campaigns.read"
MOST_LISTED = 100


class Reply(StrEnum):
    """Whether somebody who was asked gave."""

    GAVE = "gave"
    SILENT = "silent"


ARMS = {Arm.MAILED: N_("sollicitées"), Arm.CONTROL: N_("laissées de côté exprès (groupe témoin)")}
REPLIES = {Reply.GAVE: N_("a donné"), Reply.SILENT: N_("sans réponse pour l’instant")}


def _named(said: Mapping[Any, str]) -> Options:
    def options(_session: Session, language: Language) -> Sequence[Option]:
        return [Option(value=one.value, label=say(language, word)) for one, word in said.items()]

    return options


def _frozen() -> Select[*tuple[Any, ...]]:
    """(appeal_id, code, name, campaign, campaign_code) of each appeal that was frozen, the latest first."""
    plan, named = AppealPlanRow, donations.appeals_named().subquery("named")
    found = select(*named.c).join(plan, plan.appeal_id == named.c.appeal_id).where(plan.frozen_at.is_not(None))
    return found.order_by(plan.planned_on.desc(), plan.appeal_id.desc())


def _appeals(session: Session, _language: Language, most: int | None = MOST_LISTED) -> Sequence[Option]:
    rows = session.execute(_frozen().limit(most))
    return [Option(value=row.code, label=f"{row.name} · {row.campaign} · {row.code}") for row in rows]


def _every_appeal(session: Session, language: Language) -> Sequence[Option]:
    return _appeals(session, language, None)


def _campaigns(session: Session, _language: Language) -> Sequence[Option]:
    found = {row.campaign_code: row.campaign for row in session.execute(_frozen())}
    return [Option(value=code, label=name) for code, name in found.items()]


def _codes(session: Session, _language: Language) -> Sequence[Option]:
    frozen, slips = _frozen().subquery("frozen"), donations.slips().subquery("slips")
    of_frozen = select(slips.c.code, slips.c.package).join(frozen, frozen.c.appeal_id == slips.c.appeal_id)
    rows = session.execute(of_frozen.order_by(slips.c.code))
    return [Option(value=code, label=" · ".join(part for part in (code, package) if part)) for code, package in rows]


def _known_appeals(session: Session, words: frozenset[str]) -> frozenset[str]:
    named = donations.appeals_named().subquery("named")
    return frozenset(session.scalars(select(named.c.code).where(named.c.code.in_(sorted(words)))))


def _known_campaigns(session: Session, words: frozenset[str]) -> frozenset[str]:
    named = donations.appeals_named().subquery("named")
    return frozenset(session.scalars(select(named.c.campaign_code).where(named.c.campaign_code.in_(sorted(words)))))


def _asked(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Each who was frozen, but for those taken out before any letter left."""
    row, plan = RecipientRow, AppealPlanRow
    found = (
        select(row.person_id, row.arm, row.source_code, plan.channel, plan.planned_on)
        .join(plan, plan.appeal_id == row.appeal_id)
        .where(
            plan.frozen_at.is_not(None), plan.abandoned_at.is_(None), store.written_to(), *asking.only(row.person_id)
        )
    )
    if asking.columns & {"appeal", "campaign"}:
        named = donations.appeals_named().subquery("named")
        found = found.add_columns(named.c.code.label("appeal"), named.c.campaign_code.label("campaign"))
        found = found.join(named, named.c.appeal_id == row.appeal_id)
    if "reply" in asking.columns:
        gave = _gave(asking).subquery("gave")
        said = case((gave.c.id.is_not(None), Reply.GAVE.value), else_=Reply.SILENT.value)
        reply = case((row.arm == Arm.CONTROL, null()), else_=said)
        found = found.add_columns(cast(reply, Word(Reply)).label("reply")).outerjoin(gave, gave.c.id == row.id)
    return found


def _gave(asking: Asking) -> CompoundSelect[int]:
    """The `id` of each who answered, once; joined, so that it is found for all at once however many they are.

    A gift that bears a code of the appeal, or a one-off gift of theirs without any within the window, whichever appeal
    reached them last.
    """
    asked, its = aliased(RecipientRow), aliased(AppealPlanRow)
    coded = donations.answers().subquery("coded")
    gifts = donations.effective_gifts().subquery("gifts")
    by_code = (
        select(asked.id)
        .join(coded, and_(coded.c.person_id == asked.person_id, coded.c.appeal_id == asked.appeal_id))
        .where(*asking.only(asked.person_id))
    )
    in_window = (
        select(asked.id)
        .join(its, its.appeal_id == asked.appeal_id)
        .join(gifts, gifts.c.person_id == asked.person_id)
        .where(
            gifts.c.source_code.is_(None),
            gifts.c.kind == GiftKind.ONE_OFF,
            gifts.c.given_cents > 0,
            days_between(store.begins_on(its), gifts.c.given_on).between(0, WINDOW),
            *asking.only(asked.person_id),
        )
    )
    return union(by_code, in_window)


def _calls(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Each call that an agency reported and that was taken in."""
    row, report = CallResultRow, CallReportRow
    found = (
        select(row.person_id, row.outcome, row.called_on, row.cents)
        .join(report, report.id == row.report_id)
        .where(row.person_id.is_not(None), row.outcome.is_not(None), row.done_at.is_not(None))
    )
    if "appeal" not in asking.columns:
        return found
    named = donations.appeals_named().subquery("named")
    return found.add_columns(named.c.code.label("appeal")).join(named, named.c.appeal_id == report.appeal_id)


SOURCES: tuple[Source, ...] = (
    Source(
        key="asked",
        label=N_("Appels et groupes témoins"),
        definition=N_(
            "Chaque personne qu’un appel figé sollicite, comptée au jour prévu de l’appel ; qui en a été retirée avant "
            "le départ de sa lettre ne l’a pas été. A donné : un don avec un code de cet appel, ou un don ponctuel "
            "sans code dans les 90 jours, comme dans les résultats. Le groupe témoin n’a rien reçu et n’a pas de "
            "réponse."
        ),
        columns=(
            Column(key="arm", label=N_("sollicitées ou non"), kind=Kind.WORD, options=_named(ARMS), is_required=True),
            Column(
                key="appeal",
                label=N_("appel"),
                kind=Kind.WORD,
                options=_appeals,
                every=_every_appeal,
                known=_known_appeals,
            ),
            Column(key="campaign", label=N_("campagne"), kind=Kind.WORD, options=_campaigns, known=_known_campaigns),
            Column(key="source_code", label=N_("code de l’appel"), kind=Kind.WORD, options=_codes, is_kept=True),
            Column(key="channel", label=N_("canal"), kind=Kind.WORD, options=_named(words.CHANNELS)),
            Column(key="reply", label=N_("réponse"), kind=Kind.WORD, options=_named(REPLIES)),
            Column(key="planned_on", label=N_("jour de l’appel"), kind=Kind.DAY),
        ),
        rows=_asked,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont été %(arm)s par un appel %(when)s"),
            Measure.COUNT: N_("ont été %(arm)s par %(how)s appels %(when)s"),
            Measure.FIRST: N_("ont été %(arm)s par un premier appel %(how)s"),
            Measure.LAST: N_("ont été %(arm)s par un dernier appel %(how)s"),
        },
        denied=N_("n’ont pas été %(arm)s par un appel %(when)s"),
        day="planned_on",
        cost=Cost.MEDIUM,
    ),
    Source(
        key="call",
        label=N_("Appels d’une agence"),
        definition=N_("Chaque appel téléphonique qu’une agence a rapporté et qui est repris ici."),
        columns=(
            Column(key="outcome", label=N_("issue de l’appel"), kind=Kind.WORD, options=_named(words.OUTCOMES)),
            Column(
                key="appeal",
                label=N_("appel"),
                kind=Kind.WORD,
                options=_appeals,
                every=_every_appeal,
                known=_known_appeals,
            ),
            Column(key="cents", label=N_("montant promis"), kind=Kind.CENTS),
            Column(key="called_on", label=N_("jour de l’appel"), kind=Kind.DAY),
        ),
        rows=_calls,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont été appelées par une agence %(when)s"),
            Measure.COUNT: N_("ont été appelées %(how)s fois par une agence %(when)s"),
            Measure.LAST: N_("ont été appelées par une agence pour la dernière fois %(how)s"),
        },
        denied=N_("n’ont pas été appelées par une agence %(when)s"),
        day="called_on",
    ),
)
