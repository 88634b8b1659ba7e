"""What one may ask about the magazine: who has a right to it and how, what they were sent, what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, case, cast, func, select
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Options, Source, kept_in
from crm.foundation.columns import Word
from crm.foundation.translation import N_, say
from crm.magazine import store, words
from crm.magazine.model import Basis, Eligibility, Format
from crm.magazine.selects import MEMBER, SAID, paused, rights
from crm.magazine.tables import CopyRow, IssueRow, ReturnRow, SubscriptionRow
from crm.values.languages import Language

READ = "magazine.read"


class Pause(StrEnum):
    """Whether somebody asked for a pause that holds today."""

    ON = "paused"
    OFF = "running"


PAUSES = {Pause.ON: N_("en pause"), Pause.OFF: N_("sans pause")}


def _named(said: Mapping[Any, str]) -> Options:
    def options(_session: Session, language: Language) -> Sequence[Option]:
        return [Option(value=one.value, label=say(language, word)) for one, word in said.items()]

    return options


def _rights(asking: Asking) -> Select[*tuple[Any, ...]]:
    """By the rule in force, for the next issue; who said nothing wants one copy on paper."""
    return _entitled(store.last_rule(asking.session).rule, store.next_number(asking.session), asking.on, asking.among)


@lru_cache(maxsize=16)
def _entitled(rule: Eligibility, number: int, on: date, among: Any) -> Select[*tuple[Any, ...]]:
    """The same statement for the same rule, issue and day: writing it takes longer than asking it of one person."""
    every, said = rights(rule, number, on, among).subquery("every"), SubscriptionRow
    basis = case((every.c.ground == SAID, said.basis), (every.c.ground == MEMBER, Basis.MEMBER), else_=Basis.REGULAR)
    return (
        select(
            every.c.person_id,
            cast(basis, Word(Basis)).label("basis"),
            cast(func.coalesce(said.format, Format.PAPER), Word(Format)).label("format"),
            func.coalesce(said.copies, 1).label("copies"),
            cast(case((paused(on), Pause.ON.value), else_=Pause.OFF.value), Word(Pause)).label("pause"),
        )
        .select_from(every)
        .outerjoin(said, said.person_id == every.c.person_id)
    )


def _copies(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = CopyRow
    return (
        select(row.person_id, IssueRow.number.label("issue"), row.basis, row.copies, IssueRow.drop_on)
        .join(IssueRow, IssueRow.id == row.issue_id)
        .where(row.removal.is_(None))
    )


def _returns(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = ReturnRow
    return select(row.person_id, row.reason, row.recorded_at)


_BASIS = Column(key="basis", label=N_("à quel titre"), kind=Kind.WORD, options=_named(words.BASES))

SOURCES: tuple[Source, ...] = (
    Source(
        key="magazine",
        label=N_("Droit au magazine"),
        definition=N_(
            "Les personnes qui ont droit au prochain numéro selon la règle en vigueur, et comment. "
            "Y avoir droit n’est pas le recevoir : une opposition, une pause ou une adresse manquante peut l’empêcher."
        ),
        columns=(
            _BASIS,
            Column(key="format", label=N_("forme"), kind=Kind.WORD, options=_named(words.FORMATS)),
            Column(key="pause", label=N_("pause"), kind=Kind.WORD, options=_named(PAUSES)),
            Column(key="copies", label=N_("exemplaires"), kind=Kind.NUMBER),
        ),
        rows=_rights,
        permission=READ,
        phrases={Measure.HAS: N_("ont droit au magazine")},
        denied=N_("n’ont pas droit au magazine"),
        cost=Cost.MEDIUM,
        narrows=True,
    ),
    Source(
        key="magazine_copy",
        label=N_("Numéros envoyés"),
        definition=N_("Chaque exemplaire envoyé et resté sur la liste, compté au jour du dépôt à la poste."),
        columns=(
            Column(key="issue", label=N_("numéro"), kind=Kind.NUMBER, known=kept_in(IssueRow.number)),
            _BASIS,
            Column(key="copies", label=N_("exemplaires"), kind=Kind.NUMBER),
            Column(key="drop_on", label=N_("jour du dépôt"), kind=Kind.DAY),
        ),
        rows=_copies,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont reçu le magazine %(when)s"),
            Measure.COUNT: N_("ont reçu %(how)s numéros %(when)s"),
            Measure.FIRST: N_("ont reçu leur premier numéro %(how)s"),
            Measure.LAST: N_("ont reçu leur dernier numéro %(how)s"),
        },
        denied=N_("n’ont pas reçu le magazine %(when)s"),
        day="drop_on",
        cost=Cost.MEDIUM,
    ),
    Source(
        key="magazine_return",
        label=N_("Numéros revenus"),
        definition=N_("Chaque exemplaire que la poste a rapporté, compté au jour où nous l’avons noté."),
        columns=(
            Column(key="reason", label=N_("raison"), kind=Kind.WORD, options=_named(words.RETURNS)),
            Column(key="recorded_at", label=N_("noté"), kind=Kind.INSTANT),
        ),
        rows=_returns,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont eu un magazine qui est revenu %(when)s"),
            Measure.COUNT: N_("ont eu %(how)s magazines revenus %(when)s"),
            Measure.LAST: N_("ont eu leur dernier magazine revenu %(how)s"),
        },
        denied=N_("n’ont eu aucun magazine revenu %(when)s"),
        day="recorded_at",
    ),
)
