"""Understanding donors: pages of charts, each with its table, its definition, its age and the people behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.figures import rules, service
from crm.figures.model import Count, Part
from crm.staff.model import Permission
from crm.web.office import (
    figure_gains,
    figure_loyalty,
    figure_money,
    figure_peers,
    figure_regulars,
    figure_words,
    guard,
    shell,
)
from crm.web.office.figure_sections import Section, Sheets
from crm.web.words import N_
from jobs import count_figures

blueprint = Blueprint("segment_figures", __name__, url_prefix="/office/segments/figures")

Shown = tuple[tuple[Part, Callable[[Sheets], Section]], ...]
TOPICS: Mapping[str, tuple[str, Shown]] = {
    "": (
        N_("L’essentiel"),
        (
            (Part.INCOME, figure_money.income),
            (Part.LOYALTY, figure_loyalty.flows),
            (Part.LOYALTY, figure_loyalty.retention),
            (Part.LOYALTY, figure_gains.recapture),
            (Part.GAINS, figure_gains.gains),
        ),
    ),
    "loyalty": (
        N_("Avec le temps"),
        (
            (Part.COHORTS, figure_loyalty.cohorts),
            (Part.SECOND, figure_loyalty.second_gifts),
            (Part.DELAYS, figure_gains.delays),
            (Part.LIFETIME, figure_loyalty.lifetimes),
        ),
    ),
    "regular": (
        N_("Dons réguliers"),
        (
            (Part.PLANS, figure_regulars.churn),
            (Part.FAILURES, figure_regulars.failures),
            (Part.SURVIVAL, figure_regulars.survival),
        ),
    ),
    "donors": (
        N_("Qui donne combien"),
        (
            (Part.PYRAMID, figure_peers.pyramid),
            (Part.CONCENTRATION, figure_peers.concentration),
            (Part.SCORES, figure_peers.plain),
            (Part.SCORES, figure_peers.quintiles),
        ),
    ),
    "seasons": (
        N_("Saisons et appels"),
        ((Part.SEASONS, figure_money.seasons), (Part.APPEALS, figure_money.appeals)),
    ),
}
"""The pages: what each is called, and what it shows."""
BY_HOME: Mapping[Callable[[Sheets], Section], Callable[[Sheets], Section]] = {
    figure_peers.pyramid: figure_peers.home_pyramid,
    figure_peers.concentration: figure_peers.home_concentration,
}
"""What may be counted by household instead (`?by=home`)."""


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """Income by month, the flows of the year, retention."""
    return _page("")


@guard.page(blueprint, "/<topic>", permission=Permission.DONATIONS_READ)
def show(topic: str) -> ResponseReturnValue:
    """One of the other pages."""
    if topic not in TOPICS or not topic:
        abort(404)
    return _page(topic)


@guard.page(blueprint, "/definitions", permission=Permission.DONATIONS_READ)
def definitions() -> ResponseReturnValue:
    """What each figure means, and where it is shown."""
    places = {
        _key(made): url_for("segment_figures.show", topic=topic) if topic else url_for("segment_figures.index")
        for topic, (_, several) in TOPICS.items()
        for _, made in several
    }
    return shell.show(
        "office/segments/figure_definitions.html",
        defined=[
            (key, shell.say(title), [shell.say(one) for one in figure_words.DEFINITIONS[key]], places[key])
            for key, title in figure_words.TITLES.items()
        ],
        topics=_topics(),
    )


@guard.page(blueprint, "/recount", permission=Permission.DONATIONS_READ, methods=("POST",))
def recount() -> ResponseReturnValue:
    """Counts anew: here and now in a small house, by the clock in a large one."""
    made, back_to = shell.assembly(), url_for("segment_figures.index")
    with made.database.reading() as session:
        last = service.last(session)
    if last is not None and last.milliseconds > rules.AT_ONCE:
        with made.database.transaction() as session:
            service.ask(session, at=shell.now())
        return shell.back(back_to, shell.say(N_("Les chiffres sont recomptés : revenez dans une minute ou deux.")))
    count_figures.count(made, shell.now())
    return shell.back(back_to, shell.say(N_("Les chiffres sont recomptés.")))


def _page(topic: str) -> ResponseReturnValue:
    title, several = TOPICS[topic]
    with shell.assembly().database.reading() as session:
        sheets = service.sheets(session, *{part for part, _ in several})
        last = service.last(session)
    by_home = request.args.get("by") == "home"
    sections = [(BY_HOME.get(made, made) if by_home else made)(sheets) for part, made in several if part in sheets]
    oldest = min((sheet.counted_at for sheet in sheets.values()), default=None)
    return shell.show(
        "office/segments/figures.html",
        topic=topic,
        topics=_topics(),
        title=shell.say(title),
        sections=sections,
        titles=figure_words.TITLES,
        empty=figure_words.EMPTY,
        counted_at=oldest,
        is_asked=_is_asked(last, oldest),
        by_home=by_home if any(made in BY_HOME for _, made in several) else None,
    )


def _is_asked(last: Count | None, oldest: datetime | None) -> bool:
    return oldest is not None and last is not None and last.is_asked


def _topics() -> list[tuple[str, str, str]]:
    return [
        (topic, shell.say(title),
         url_for("segment_figures.show", topic=topic) if topic else url_for("segment_figures.index"))
        for topic, (title, _) in TOPICS.items()
    ]  # fmt: skip


def _key(made: Callable[[Sheets], Section]) -> str:
    return {"plain": "rfm", "second_gifts": "second", "lifetimes": "lifetime"}.get(made.__name__, made.__name__)
