"""What one may ask about consent: whom we may reach today, and what they last said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from crm.consent import gate, words
from crm.consent.model import SERVICE, Act, Channel
from crm.consent.selects import Moment, allowed_places
from crm.consent.tables import ConsentStandingRow, PaceRow, PurposeRow
from crm.consent.turning import turning
from crm.contracts.segment_fields import Asking, Bound, Column, Cost, Kind, Measure, Option, Source
from crm.foundation.translation import N_, say
from crm.values.languages import Language

READ = "supporters.read"
Ways = tuple[tuple[str, Channel], ...]
"""Purposes, each with a channel."""
CHANNELS = {
    Channel.POST: N_("par courrier"),
    Channel.EMAIL: N_("par e-mail"),
    Channel.PHONE: N_("par téléphone"),
    Channel.SMS: N_("par SMS"),
}


def _purposes(session: Session, language: Language) -> Sequence[Option]:
    rows = session.scalars(select(PurposeRow).where(PurposeRow.code != SERVICE).order_by(PurposeRow.position))
    return [Option(value=row.code, label=str(row.names.get(language.value) or row.names.get("fr"))) for row in rows]


def _channels(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=channel.value, label=say(language, name)) for channel, name in CHANNELS.items()]


def _acts(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=act.value, label=say(language, words.ACTS[act][0])) for act in Act]


def _reach(asking: Asking) -> Select[*tuple[Any, ...]]:
    """The gate, for the purposes and channels that were named; an unknown channel reaches nobody."""
    return _reached(_ways(asking), gate.moment(asking.session, asking.at), asking.among)


def _bound_reach(asking: Asking) -> Bound:
    ways, book, among = _ways(asking), gate.moment(asking.session, asking.at).book, asking.among
    return Bound(
        key=(ways, book), rows=lambda: _reached(ways, Moment.bound(book), among), values=Moment.facts(asking.at)
    )


def _ways(asking: Asking) -> Ways:
    channels = [Channel(one) for one in sorted(asking.given["channel"]) if one in set(Channel)]
    return tuple(product(sorted(asking.given["purpose"]), channels))


def _reached(ways: Ways, moment: Moment, among: Any) -> Select[*tuple[Any, ...]]:
    found = []
    for purpose, channel in ways:
        places = allowed_places(purpose, channel, moment=moment, among=among).subquery()
        may = select(places.c.person_id).distinct().subquery()
        found.append(
            select(may.c.person_id, literal(purpose).label("purpose"), literal(channel.value).label("channel"))
        )
    if not found:
        row = ConsentStandingRow
        return select(row.person_id, row.purpose, row.channel).where(literal(False))
    if len(found) == 1:
        return found[0]
    either = union_all(*found).subquery("either")
    return select(*either.c)


def _turning(asking: Asking) -> Select[*tuple[Any, ...]]:
    """Whose verdict may change between the first and the last hour of that day."""
    return turning(asking.on, gate.moment(asking.session, asking.at).book, among=asking.among)


def _standings(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = ConsentStandingRow
    return select(row.person_id, row.purpose, row.channel, row.act, row.since_at)


def _rhythms(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in words.RHYTHMS.items()]


def _paces(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = PaceRow
    return select(row.person_id, row.channel, row.rhythm, row.pause_until_on, row.since_at)


SOURCES: tuple[Source, ...] = (
    Source(
        key="reach",
        label=N_("Joignables"),
        definition=N_(
            "Les personnes à qui nous pouvons écrire aujourd’hui pour cette finalité, par ce canal : consentement, "
            "oppositions, adresses qui fonctionnent et pauses demandées sont vérifiés."
        ),
        columns=(
            Column(key="channel", label=N_("canal"), kind=Kind.WORD, options=_channels, is_required=True),
            Column(
                key="purpose", label=N_("finalité"), kind=Kind.WORD, options=_purposes, is_required=True, is_kept=True
            ),
        ),
        rows=_reach,
        permission=READ,
        phrases={Measure.HAS: N_("sont joignables %(channel)s pour « %(purpose)s »")},
        denied=N_("ne sont pas joignables %(channel)s pour « %(purpose)s »"),
        cost=Cost.HEAVY,
        narrows=True,
        bound=_bound_reach,
        turning=_turning,
    ),
    Source(
        key="standing",
        label=N_("Ce qu’elles ont dit"),
        definition=N_("Le dernier mot de chacune pour une finalité et un canal, tel que le registre le garde."),
        columns=(
            Column(key="purpose", label=N_("finalité"), kind=Kind.WORD, options=_purposes, is_kept=True),
            Column(key="channel", label=N_("canal"), kind=Kind.WORD, options=_channels),
            Column(key="act", label=N_("dernier mot"), kind=Kind.WORD, options=_acts),
            Column(key="since_at", label=N_("dit"), kind=Kind.INSTANT),
        ),
        rows=_standings,
        permission=READ,
        phrases={Measure.HAS: N_("se sont prononcées %(when)s")},
        denied=N_("ne se sont pas prononcées %(when)s"),
        day="since_at",
    ),
    Source(
        key="pace",
        label=N_("Rythme et pauses demandés"),
        definition=N_("Ce que la personne a demandé par canal : moins de lettres, ou aucune jusqu’à un jour."),
        columns=(
            Column(key="channel", label=N_("canal"), kind=Kind.WORD, options=_channels),
            Column(key="rhythm", label=N_("rythme"), kind=Kind.WORD, options=_rhythms),
            Column(key="pause_until_on", label=N_("en pause jusqu’au"), kind=Kind.DAY),
            Column(key="since_at", label=N_("demandé"), kind=Kind.INSTANT),
        ),
        rows=_paces,
        permission=READ,
        phrases={Measure.HAS: N_("ont choisi leur rythme %(when)s")},
        denied=N_("n’ont choisi aucun rythme %(when)s"),
        day="since_at",
    ),
)
