"""One appeal: its cells in order, who would be asked and who not, the freeze."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import do_not_call
from crm.consent.errors import BlockListStale
from crm.consent.model import Channel
from crm.figures import outcomes, rules
from crm.fundraising import exporting, freezing, late, seeds, service, words
from crm.fundraising.errors import AppealFrozen, DayPassed, NobodyToAsk, NoMoreNumbers
from crm.fundraising.model import MOST_CELLS, Basis, Cell, Ladder, NewCell, WholeAppeal
from crm.people import service as people
from crm.people.words import LANGUAGES
from crm.privacy import limits
from crm.segments import service as segments
from crm.segments.errors import SegmentMissing
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid, PortevoixError
from crm.values.identifiers import AppealId, CellId, SegmentId
from crm.web.office import appeal_view, guard, in_place, segment_uses, shell
from crm.web.office.appeals import number
from crm.web.office.do_not_call import stale
from crm.web.office.noting import note
from crm.web.words import N_
from jobs import count_appeals

blueprint = Blueprint("appeal_cells", __name__, url_prefix="/office/appeals")

TEXTS = ("name", "segment_id", "package", "rival", "rival_share", "ask_basis", "percents", "least", "most", "cap",
         "control_share")  # fmt: skip
WRONG = {
    "name": N_("Donnez un nom à cette cellule, de 80 signes au plus."),
    "segment_id": N_("Choisissez un segment."),
    "package": N_("De 1 à 8 lettres et chiffres, par exemple A."),
    "rival": N_("De 1 à 8 lettres et chiffres, autres que ceux du premier envoi."),
    "rival_share": N_("La part et le code du second envoi vont ensemble : entre 1 et 100 %."),
    "control_share": N_("Entre 0 et 99 %."),
    "cap": N_("Un nombre de personnes, ou rien."),
    "percents": N_("De un à cinq nombres, par exemple 100, 150, 200."),
    "least": N_("Un plancher et un plafond en multiples de 5 €, l’un sous l’autre."),
    "cells": N_("Un appel a douze cellules au plus."),
}
REFUSALS: dict[type[PortevoixError], str] = {
    AppealFrozen: N_("Cet appel est figé : ses cellules ne changent plus."),
    DayPassed: N_("Le jour prévu est passé : choisissez d’abord, sous « Modifier », un jour qui vient."),
    NobodyToAsk: N_("Personne ne serait sollicité : il n’y a rien à figer."),
    NoMoreNumbers: N_("Il n’y a plus de communication structurée pour tant de lettres : faites-en deux appels."),
}


@guard.page(blueprint, "/<int:appeal_id>", permission=Permission.CAMPAIGNS_READ)
def show(appeal_id: int) -> ResponseReturnValue:
    """What is planned; once frozen, what was frozen, what left, what came of it."""
    with shell.assembly().database.reading() as session:
        found = service.appeal(session, AppealId(appeal_id))
        cells = service.cells(session, found.id)
        named = _segment_names(session)
        values: dict[str, Any] = {"appeal": found, "cells": cells, "segments": named, "words": words}
        values["away"] = segment_uses.away(session, {cell.plan.segment_id for cell in cells})
        if found.frozen_at is None:
            return shell.show("office/appeals/plan.html", most_cells=MOST_CELLS, **values)
        kept = service.waterfall(session, found.id)
        assert kept is not None
        standing = service.standing(session, found.id)
        changes = late.changes(session, found.id)
        names = people.people(session, {one.person_id for one in changes})
        values |= {
            "table": appeal_view.table(cells, kept),
            "chart": appeal_view.chart(kept),
            "standing": sum(standing.values()),
            "removed": service.removed(session, found.id),
            "changes": changes,
            "people": names,
            "files": exporting.files(session, found.id),
            "odd": exporting.odd(session, found.id),
            "outcome": outcomes.find(session, found.id),
            "languages": dict(in_place.options(LANGUAGES)),
            "missed": service.missed(session, found.id),
            "names": {account.id: account.name for account in staff.accounts(session)},
            "me": guard.signed_in().account.id,
            "large": limits.value(session, limits.LARGE_FILE, brussels_day(shell.now())),
            "is_ours": exporting.are_ours(session, found, sum(standing.values())),
            "seeds": sum(1 for _ in seeds.rows(session, found)) if found.plan.channel is Channel.POST else 0,
            "waterfall": kept,
            "stale": _stale(session, found),
            "today": brussels_day(shell.now()),
        }
    return shell.show("office/appeals/frozen.html", **values)


@guard.page(blueprint, "/<int:appeal_id>/preview", permission=Permission.CAMPAIGNS_READ)
def preview(appeal_id: int) -> ResponseReturnValue:
    """Who would be asked now, and why others not; nothing is written."""
    made = shell.assembly()
    with made.database.reading() as session:
        found = service.appeal(session, AppealId(appeal_id))
        if found.frozen_at is not None:
            return shell.back(url_for("appeal_cells.show", appeal_id=appeal_id))
        cells = service.cells(session, found.id)
        waterfall = freezing.preview(session, made.questions, found.id, at=shell.now())
        stale_list = _stale(session, found)
    return shell.show(
        "office/appeals/preview.html",
        appeal=found,
        stale=stale_list,
        waterfall=waterfall,
        table=appeal_view.table(cells, waterfall),
        chart=appeal_view.chart(waterfall),
        words=words,
    )


@guard.page(blueprint, "/<int:appeal_id>/freeze", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def freeze(appeal_id: int) -> ResponseReturnValue:
    """Writes it down, once."""
    made, by = shell.assembly(), guard.signed_in().account.id
    here = url_for("appeal_cells.show", appeal_id=appeal_id)
    try:
        with made.database.transaction() as session:
            found = freezing.freeze(session, made.questions, AppealId(appeal_id), by=by, at=shell.now())
            outcomes.begin(session, AppealId(appeal_id), found, at=shell.now())
            facts = {"mailed": found.mailed, "control": found.control, "people": found.people}
            note(session, "appeal.freeze", appeal_id, facts, subject="appeal")
    except tuple(REFUSALS) as refused:
        return shell.back(here, shell.say(REFUSALS[type(refused)]), kind="refused")
    said = N_("Figé : %(people)s personnes seront sollicitées. La liste ne change plus d’elle-même.")
    return shell.back(here, shell.say(said, people=shell.number(found.mailed)))


@guard.page(blueprint, "/<int:appeal_id>/recount", permission=Permission.CAMPAIGNS_READ, methods=("POST",))
def recount(appeal_id: int) -> ResponseReturnValue:
    """Counts anew what came of it: here and now where that is quick, else by the clock."""
    made, here = shell.assembly(), url_for("appeal_cells.show", appeal_id=appeal_id, _anchor="results")
    with made.database.reading() as session:
        found = service.appeal(session, AppealId(appeal_id))
        last, kept = outcomes.find(session, found.id), service.waterfall(session, found.id)
    if kept is None:
        return shell.back(here)
    if last is None or not rules.is_counted_at_once(last.count, kept.mailed):
        with made.database.transaction() as session:
            outcomes.ask(session, found.id, at=shell.now())
        return shell.back(here, shell.say(N_("Les réponses sont recomptées : revenez dans une minute ou deux.")))
    count_appeals.count(made, found.id, shell.now())
    return shell.back(here, shell.say(N_("Les réponses sont recomptées.")))


@guard.page(blueprint, "/<int:appeal_id>/cells/new", permission=Permission.CAMPAIGNS_EDIT)
def new_cell(appeal_id: int) -> ResponseReturnValue:
    """The form of one more cell."""
    return _form(AppealId(appeal_id), None, _typed(NewCell(name="", segment_id=SegmentId(0))))


@guard.page(blueprint, "/<int:appeal_id>/cells/new", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def add_cell(appeal_id: int) -> ResponseReturnValue:
    """One more, below the others."""
    return _kept(AppealId(appeal_id), None)


@guard.page(blueprint, "/<int:appeal_id>/cells/<int:cell_id>", permission=Permission.CAMPAIGNS_EDIT)
def edit_cell(appeal_id: int, cell_id: int) -> ResponseReturnValue:
    """The form of a cell."""
    with shell.assembly().database.reading() as session:
        found = _find(session, appeal_id, cell_id)
    return _form(AppealId(appeal_id), found, _typed(found.plan))


@guard.page(blueprint, "/<int:appeal_id>/cells/<int:cell_id>", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def change_cell(appeal_id: int, cell_id: int) -> ResponseReturnValue:
    """Writes a cell anew."""
    return _kept(AppealId(appeal_id), CellId(cell_id))


@guard.page(
    blueprint, "/<int:appeal_id>/cells/<int:cell_id>/move", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",)
)
def move_cell(appeal_id: int, cell_id: int) -> ResponseReturnValue:
    """Up or down by one: who is in several cells is in the highest."""
    by = -1 if request.form.get("way") == "up" else 1
    return _act(appeal_id, lambda s: service.move_cell(s, AppealId(appeal_id), CellId(cell_id), by_places=by))


@guard.page(
    blueprint, "/<int:appeal_id>/cells/<int:cell_id>/drop", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",)
)
def drop_cell(appeal_id: int, cell_id: int) -> ResponseReturnValue:
    """Takes a cell out of the plan."""
    return _act(appeal_id, lambda s: service.drop_cell(s, AppealId(appeal_id), CellId(cell_id)))


def _stale(session: Session, found: WholeAppeal) -> str:
    if found.plan.channel is not Channel.PHONE:
        return ""
    try:
        do_not_call.require_fresh(session, brussels_day(shell.now()))
    except BlockListStale as refused:
        return stale(refused)
    return ""


def _act(appeal_id: int, deed: Any) -> Response:
    here = url_for("appeal_cells.show", appeal_id=appeal_id)
    try:
        with shell.assembly().database.transaction() as session:
            deed(session)
            note(session, "appeal.cells", appeal_id, subject="appeal")
    except AppealFrozen:
        return shell.back(here, shell.say(REFUSALS[AppealFrozen]), kind="refused")
    return shell.back(here)


def _kept(appeal_id: AppealId, cell_id: CellId | None) -> ResponseReturnValue:
    typed, by = {name: request.form.get(name, "").strip()[:120] for name in TEXTS}, guard.signed_in().account.id
    here = url_for("appeal_cells.show", appeal_id=appeal_id)
    try:
        with shell.assembly().database.transaction() as session:
            if cell_id is None:
                service.add_cell(session, appeal_id, _read(typed), by=by)
            else:
                service.change_cell(session, appeal_id, cell_id, _read(typed), by=by)
            note(session, "appeal.cells", appeal_id, subject="appeal")
    except AppealFrozen:
        return shell.back(here, shell.say(REFUSALS[AppealFrozen]), kind="refused")
    except (Invalid, SegmentMissing) as wrong:
        field = getattr(wrong, "field", None) or "segment_id"
        field = {"least_cents": "least", "most_cents": "least"}.get(field, field)
        with shell.assembly().database.reading() as session:
            found = _find(session, appeal_id, cell_id) if cell_id is not None else None
        return _form(appeal_id, found, typed, {field: shell.say(WRONG.get(field, N_("Relisez cette valeur.")))})
    return shell.back(here, shell.say(N_("La cellule est enregistrée.")))


def _form(
    appeal_id: AppealId, cell: Cell | None, typed: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    with shell.assembly().database.reading() as session:
        found = service.appeal(session, appeal_id)
        named = _segment_names(session)
        if cell is not None:
            named |= {number: one.label for number, one in segment_uses.away(session, {cell.plan.segment_id}).items()}
    return shell.show(
        "office/appeals/cell.html",
        status=422 if errors else 200,
        appeal=found,
        cell=cell,
        typed=typed,
        errors=errors or {},
        segments=[("", "—"), *((str(number), name) for number, name in named.items())],
        bases=[(one.value, shell.say(word)) for one, word in words.BASES.items()],
    )


def _find(session: Session, appeal_id: int, cell_id: int) -> Cell:
    for one in service.cells(session, AppealId(appeal_id)):
        if one.id == cell_id:
            return one
    raise SegmentMissing


def _segment_names(session: Session) -> dict[int, str]:
    return {int(one.id): one.name for one in segments.segments(session, by=guard.signed_in().account.id)}


def _typed(plan: NewCell) -> dict[str, str]:
    ladder = plan.ladder
    return {
        "name": plan.name,
        "segment_id": str(plan.segment_id or ""),
        "package": plan.package,
        "rival": plan.rival,
        "rival_share": _percent(plan.rival_share),
        "ask_basis": ladder.basis.value,
        "percents": ", ".join(str(one) for one in ladder.percents),
        "least": str(ladder.least_cents // 100),
        "most": str(ladder.most_cents // 100),
        "cap": str(plan.cap or ""),
        "control_share": _percent(plan.control_share),
    }


def _read(typed: Mapping[str, str]) -> NewCell:
    steps = [number(one, "percents") for one in typed["percents"].replace(";", ",").split(",") if one.strip()]
    return NewCell(
        name=typed["name"],
        segment_id=SegmentId(number(typed["segment_id"] or "0", "segment_id", most=10**8)),
        package=typed["package"],
        rival=typed["rival"],
        rival_share=_share(typed["rival_share"], "rival_share"),
        ladder=Ladder(
            basis=Basis(typed["ask_basis"]) if typed["ask_basis"] in set(Basis) else Basis.LAST,
            percents=tuple(steps),
            least_cents=money.typed(typed["least"], field="least"),
            most_cents=money.typed(typed["most"], field="least"),
        ),
        cap=number(typed["cap"], "cap") if typed["cap"] else None,
        control_share=_share(typed["control_share"], "control_share"),
    )


def _share(text: str, field: str) -> int:
    return 10 * number(text.removesuffix("%"), field, most=100) if text else 0


def _percent(share: int) -> str:
    return str(share // 10) if share else ""
