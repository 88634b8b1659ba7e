"""The clock: what happens by itself, how it went, and what was missed and waits for a word."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.staff.model import Permission
from crm.web.office import edition_view, guard, shell
from crm.web.words import N_
from jobs import service as jobs
from jobs import turns
from jobs.errors import RunSettled
from jobs.model import Daily, Job, JobStatus, Run, RunState
from jobs.timetable import TIMETABLE

blueprint = Blueprint("clock", __name__, url_prefix="/office/clock")

SILENT_AFTER = timedelta(minutes=2)
"""Nothing ran for so long, though there are jobs each minute: the clock itself has stopped."""

STATES: dict[RunState, tuple[str, str]] = {
    RunState.DUE: (N_("Demandé"), "wait"),
    RunState.RUNNING: (N_("En cours"), "live"),
    RunState.DONE: (N_("Fait"), "done"),
    RunState.FAILED: (N_("Échec"), "stop"),
    RunState.ASKING: (N_("À décider"), "warn"),
    RunState.DROPPED: (N_("Laissé de côté"), "note"),
}
NEW = (N_("Pas encore fait"), "draft")
FIGURES = {
    "proposed": N_("éditions proposées"),
    "skipped": N_("éditions passées"),
    "launched": N_("éditions parties"),
    "held": N_("éditions retenues"),
    "finished": N_("envois clos"),
    "cancelled": N_("mails annulés"),
    "given_back": N_("mails rendus à l’envoi"),
    "uncertain": N_("mails incertains"),
    "forgotten": N_("tours oubliés"),
    "changes_forgotten": N_("corrections oubliées"),
    "missed": N_("tours manqués, rattrapés par celui-ci"),
    "done": N_("étapes d’importation"),
    "strays": N_("fichiers sans importation oubliés"),
    "sealed": N_("lignes chaînées"),
    "verified": N_("lignes vérifiées"),
    "tidied": N_("lignes oubliées"),
    "visited": N_("flux lus"),
    "failed": N_("flux en échec"),
    "content_new": N_("nouveaux contenus"),
    "content_changed": N_("contenus modifiés"),
}
SECONDS = (N_("Chaque seconde"), N_("Toutes les %(n)s secondes"))
MINUTES = (N_("Chaque minute"), N_("Toutes les %(n)s minutes"))
DAILY = N_("Chaque jour à %(hour)s")


@guard.page(blueprint, "", permission=Permission.JOBS_READ)
def index() -> ResponseReturnValue:
    """Every job, what waits for a word, and what happened lately."""
    chosen = request.args.get("job", "")
    quiet, now = request.args.get("quiet") == "yes", shell.now()
    with shell.assembly().database.reading() as session:
        found = jobs.status(session, TIMETABLE, now)
        known = chosen if chosen in {job.name for job in TIMETABLE} else None
        history = jobs.history(session, known, quiet=quiet, limit=40)
    labels = {job.name: shell.say(job.label) for job in TIMETABLE}
    moments = [run.started_at for status in found for run in (status.last, *status.pending) if run and run.started_at]
    return shell.show(
        "office/clock/index.html",
        jobs=[(status, labels[status.job.name], when(status.job), state(status)) for status in found],
        asking=[(run, labels[run.job]) for status in found for run in status.asking],
        history=[(run, labels.get(run.job, run.job), figures(run)) for run in history],
        states=STATES,
        chosen=known or "",
        quiet=quiet,
        labels=labels,
        last_sign=max(moments, default=None),
        is_silent=not moments or now - max(moments) > SILENT_AFTER,
    )


@guard.page(blueprint, "/jobs/<name>/run", permission=Permission.JOBS_ACT, methods=("POST",))
def run_now(name: str) -> ResponseReturnValue:
    """Orders a run; the clock carries it out at its next beat."""
    job = turns.find(TIMETABLE, name)
    with shell.assembly().database.transaction() as session:
        jobs.order(session, job, now=shell.now())
        _note(session, "run", facts={"job": name})
    return shell.back(
        url_for("clock.index"),
        shell.say(N_("« %(job)s » : demandé, l’horloge s’en charge dans la seconde."), job=shell.say(job.label)),
    )


@guard.page(blueprint, "/runs/<int:run_id>/run", permission=Permission.JOBS_ACT, methods=("POST",))
def run_asked(run_id: int) -> ResponseReturnValue:
    """A missed run still matters."""
    return _answer(run_id, is_wanted=True, said=N_("Le tour manqué est rattrapé dans un instant."))


@guard.page(blueprint, "/runs/<int:run_id>/drop", permission=Permission.JOBS_ACT, methods=("POST",))
def drop_asked(run_id: int) -> ResponseReturnValue:
    """A missed run does not matter any more."""
    return _answer(run_id, is_wanted=False, said=N_("Le tour manqué est laissé de côté."))


def _answer(run_id: int, *, is_wanted: bool, said: str) -> ResponseReturnValue:
    try:
        with shell.assembly().database.transaction() as session:
            run = jobs.find_run(session, run_id)
            (jobs.run_asked if is_wanted else jobs.drop_asked)(session, run_id, now=shell.now())
            _note(session, "run-missed" if is_wanted else "drop-missed", facts={"job": run.job})
    except RunSettled:
        return shell.back(
            url_for("clock.index"), shell.say(N_("Quelqu’un a déjà répondu : rien n’a été fait.")), kind="refused"
        )
    return shell.back(url_for("clock.index"), shell.say(said))


def when(job: Job) -> str:
    """A cadence in words."""
    if isinstance(job.when, Daily):
        return shell.say(DAILY, hour=edition_view.clock(job.when.at))
    seconds = int(job.when.period.total_seconds())
    if seconds % 60 == 0:
        return shell.say_count(*MINUTES, seconds // 60)
    return shell.say_count(*SECONDS, seconds)


def state(status: JobStatus) -> tuple[str, str]:
    """The word and shape of how a job stands."""
    if status.asking:
        return STATES[RunState.ASKING]
    if status.pending:
        return STATES[status.pending[0].state]
    return STATES[status.last.state] if status.last else NEW


def figures(run: Run) -> str:
    """What a run brought, in words; the figures that are nought are left out."""
    told = []
    for name, value in run.outcome.items():
        count = len(value) if isinstance(value, list) else value
        if isinstance(count, int) and count and name in FIGURES:
            told.append(f"{shell.number(count)} {shell.say(FIGURES[name])}")
    return ", ".join(told)


def _note(session: Session, action: str, facts: dict[str, str]) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=f"clock.{action}",
        subject="clock",
        facts=facts,
    )
