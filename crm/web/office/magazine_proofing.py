"""Addresses that the postal operator checks: the file that goes there, and what it says when it comes back."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.foundation.csv_out import csv_lines
from crm.magazine import proofing
from crm.magazine import service as magazine
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import IssueId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("magazine_proofing", __name__, url_prefix="/office/magazine")


@blueprint.before_request
def _let_a_file_through() -> None:
    if request.endpoint == "magazine_proofing.answers":
        request.max_content_length = 64 * 1024 * 1024


@guard.page(
    blueprint, "/issues/<int:issue_id>/addresses/file.csv", permission=Permission.MAGAZINE_ACT, methods=("POST",)
)
def file(issue_id: int) -> ResponseReturnValue:
    """The Belgian addresses of the issue without a name, for the operator."""
    with shell.assembly().database.transaction() as session:
        issue = magazine.issue(session, IssueId(issue_id))
        rule = magazine.rule_of(session, issue).rule
        rows = [proofing.COLUMNS, *proofing.to_check(session, issue, rule, at=shell.now())]
        note(session, "magazine-issue.proofing", issue_id, {"rows": len(rows) - 1}, subject="magazine-issue")
    answer = Response("".join(csv_lines(rows)), mimetype="text/csv")
    name = f"adresses-{issue.number}-{brussels_day(shell.now()):%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@guard.page(
    blueprint, "/issues/<int:issue_id>/addresses/answers", permission=Permission.MAGAZINE_SERVE, methods=("POST",)
)
def answers(issue_id: int) -> ResponseReturnValue:
    """What the operator said: each address written otherwise waits to be looked at."""
    here, sent = url_for("magazine_runs.addresses", issue_id=issue_id), request.files.get("answers")
    try:
        rows = proofing.read_answers(sent.stream.read() if sent is not None else b"")
    except Invalid:
        said = N_("Un fichier CSV avec les colonnes ref, rue, numero, boite, cp, localite.")
        return shell.back(here, shell.say(said), kind="refused")
    with shell.assembly().database.transaction() as session:
        found = proofing.note_answers(session, rows, at=shell.now())
        facts = {"rows": len(rows), "waiting": found.waiting, "unknown": len(found.unknown)}
        note(session, "magazine-issue.proofed", issue_id, facts, subject="magazine-issue")
    said = N_("À relire : %(waiting)s. Justes : %(right)s. Lignes inutilisables : %(aside)s.")
    aside = len(found.unknown) + len(found.unread)
    counts = {"waiting": found.waiting, "right": found.right, "aside": aside}
    return shell.back(here, shell.say(said, **{name: shell.number(count) for name, count in counts.items()}))
