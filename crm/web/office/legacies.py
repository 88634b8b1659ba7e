"""Legacies: the list and the file, for those who look after them alone. A look is written to the trail, also by GET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.care import service as care
from crm.legacies import rules, words
from crm.legacies import service as legacies
from crm.legacies.model import Stage
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.identifiers import LegacyId
from crm.values.money import exact
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("legacies", __name__, url_prefix="/office/legacies")

SIZE = 50
TASK = N_("Reprendre contact")
"""What a task is called unless somebody says otherwise: whoever reads the person's page reads it."""


@guard.page(blueprint, "", permission=Permission.LEGACIES_READ)
def index() -> ResponseReturnValue:
    """The files that are not over, or those at a stage."""
    asked, after = request.args.get("stage", ""), request.args.get("after", type=int)
    stage = Stage(asked) if asked in set(Stage) else None
    with shell.assembly().database.transaction() as session:
        found = legacies.page(session, stage=stage, after=LegacyId(after) if after else None, size=SIZE + 1)
        totals = legacies.totals(session)
        known = people.people(session, {one.person_id for one in found})
        note(session, "legacies.list", None, {"stage": asked[:20]} if stage else {}, subject="legacy")
    kept: dict[str, Any] = {"stage": stage.value} if stage else {}
    return shell.show(
        "office/legacies/index.html",
        files=[(one, known.get(one.person_id)) for one in found[:SIZE]],
        totals=totals,
        stage=stage,
        over=rules.OVER,
        next_page=url_for("legacies.index", **kept, after=found[SIZE - 1].id) if len(found) > SIZE else "",
        first_page=url_for("legacies.index", **kept) if after else "",
        words=words,
    )


@guard.page(blueprint, "/<int:legacy_id>", permission=Permission.LEGACIES_READ)
def show(legacy_id: int) -> ResponseReturnValue:
    """A file: what is known, how far it has come, what came of it."""
    return page_of(LegacyId(legacy_id))


def page_of(legacy_id: LegacyId, *, errors: Mapping[str, str] | None = None) -> Response:
    """The page of a file; with `errors`, as the form that was refused left it."""
    today = brussels_day(shell.now())
    with shell.assembly().database.transaction() as session:
        whole = legacies.whole(session, legacy_id)
        one = whole.legacy
        person = people.find_survivor(session, one.person_id)
        tasks = care.open_tasks_of(session, one.person_id)
        accounts = staff.accounts(session)
        note(session, "legacy.read", legacy_id, subject="legacy")
    facts = one.facts
    return shell.show(
        "office/legacies/show.html",
        status=422 if errors else 200,
        whole=whole,
        one=one,
        person=person,
        tasks=tasks,
        names={account.id: account.name for account in accounts},
        team=[(str(guard.signed_in().account.id), shell.say(N_("Moi"))), ("", shell.say(N_("Qui le voudra")))],
        today=today,
        stages=[("", shell.say(N_("Choisissez")))] + [(s.value, shell.say(w)) for s, (w, _) in words.STAGES.items()],
        kinds=[(kind.value, shell.say(word)) for kind, word in words.KINDS.items()],
        task=shell.say(TASK),
        is_awaited=one.stage in (Stage.TOLD, Stage.IN_WILL),
        typed={
            "kind": facts.kind.value,
            "notary": facts.notary.name,
            "address": facts.notary.address,
            "phone": facts.notary.phone,
            "expected": "" if facts.expected_cents is None else exact(facts.expected_cents).replace(".", ","),
            "note": facts.note,
            **(request.form if errors else {}),
        },
        errors=errors or {},
        words=words,
    )
