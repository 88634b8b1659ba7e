"""`portevoix jobs`: the clock, what it did, what is due."""

from __future__ import annotations

import sys

import click

from crm.cli.helping import Orders
from crm.cli.output import assembly, json_option, show, telling
from crm.foundation import rekeying
from crm.foundation.log import write_json_lines
from jobs import service, turns
from jobs.model import Daily, JobStatus, RunState
from jobs.timetable import TIMETABLE


@click.group(name="jobs", cls=Orders, subcommand_metavar="COMMANDE …")
def command() -> None:
    """Faire tourner l’horloge, voir ce qui est dû."""


@command.command()
@json_option
@telling
def run(as_json: bool) -> None:
    """Fait tourner l’horloge jusqu’à SIGTERM ou Ctrl-C. Deux horloges sur une base font chaque tour une fois."""
    from jobs.runner import run_until_told

    write_json_lines()
    made = assembly()
    with made.database.reading() as session:
        rekeying.require_current(session, made.addresses)
    run_until_told(made, TIMETABLE)
    show({"stopped": True}, as_json=as_json, text="l’horloge est arrêtée")


@command.command(name="list")
@json_option
@telling
def list_jobs(as_json: bool) -> None:
    """Chaque tâche : quand, son dernier tour, le prochain, son état."""
    made = assembly()
    with made.database.reading() as session:
        found = [_shown(status) for status in service.status(session, TIMETABLE, made.clock())]
    lines = [f"{j['job']:<20} {j['when']:<12} {j['state']:<8} {j['label']}" for j in found]
    show(found, as_json=as_json, text="\n".join(lines))


@command.command()
@click.argument("name", required=False)
@json_option
@telling
def once(name: str | None, as_json: bool) -> None:
    """Fait ce qui est dû maintenant, ou la tâche NAME, une fois. Code de sortie 1 si une tâche a échoué."""
    made = assembly()
    now = made.clock()
    claims = [turns.claim_named(made, TIMETABLE, name, now)] if name else turns.claim_due(made, TIMETABLE, now)
    told = []
    for claim in claims:
        state = turns.carry_out(made, claim)
        with made.database.reading() as session:
            ended = service.find_run(session, claim.run.id)
        told.append({"job": claim.job.name, "state": state, "outcome": ended.outcome, "error": ended.error})
    lines = [f"{t['job']:<20} {t['state']:<8} {t['error'] or t['outcome']}" for t in told]
    show(told, as_json=as_json, text="\n".join(lines) or "rien n’est dû")
    if any(t["state"] is RunState.FAILED for t in told):
        sys.exit(1)


def _shown(status: JobStatus) -> dict[str, object]:
    job, last = status.job, status.last
    return {
        "job": job.name,
        "label": job.label,
        "when": _when(status),
        "state": _state(status),
        "last_due_at": last.due_at if last else None,
        "last_finished_at": last.finished_at if last else None,
        "last_outcome": last.outcome if last else None,
        "last_error": last.error if last else "",
        "next_due_at": status.next_due_at,
        "asking": [run.due_at for run in status.asking],
    }


def _when(status: JobStatus) -> str:
    when = status.job.when
    return f"à {when.at:%H:%M}" if isinstance(when, Daily) else f"{when.period.total_seconds():g} s"


def _state(status: JobStatus) -> str:
    if status.asking:
        return RunState.ASKING.value
    if status.pending:
        return status.pending[0].state.value
    return status.last.state.value if status.last else "new"
