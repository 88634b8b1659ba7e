"""The desk of the printed magazine: the calendar of its issues with what it warns of, and what the magazine is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.magazine import printing, returning, rules, words
from crm.magazine import service as magazine
from crm.magazine.errors import IssueFrozen
from crm.magazine.model import Issue, NewIssue, Publication, Tariff
from crm.privacy.rules import months_later
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import IssueId
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("magazine", __name__, url_prefix="/office/magazine")

DAYS = ("cover_on", "file_due_on", "drop_on", "home_on")
AMOUNTS = {"copy": "copy_cents", "postage": "postage_cents", "postage_abroad": "postage_abroad_cents"}
FIELDS = ("number", "title", *DAYS, *AMOUNTS, "pdf_url")
FACTS = ("name", "approval_number", "deposit_office", "customer_number", "account_number", "printer", "keep_days")
WRONG = {
    "number": N_("Un numéro entre 1 et 99 999 que nul autre ne porte."),
    "drop_on": N_("Le dépôt à la poste vient après la remise du fichier."),
    "home_on": N_("L’arrivée dans les boîtes vient après le dépôt."),
    "pdf_url": N_("Une adresse qui commence par https://."),
    "name": N_("Donnez un nom au magazine."),
    "keep_days": N_("Entre 1 et 365 jours."),
}
GENERAL = N_("Relisez cette valeur.")


@guard.page(blueprint, "", permission=Permission.MAGAZINE_READ)
def index() -> ResponseReturnValue:
    """The issues in the order of their days, each with where it stands."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        publication = magazine.publication(session)
        issues = magazine.issues(session)
        runs = {one.id: magazine.runs(session, one.id) for one in issues if one.frozen_at}
        waiting = returning.waiting(session)
        overdue = printing.overdue(session, today=today)
    coming = magazine.next_issue(issues)
    last = max(issues, key=lambda one: one.plan.drop_on, default=None)
    return shell.show(
        "office/magazine/index.html",
        publication=publication,
        issues=issues,
        runs=runs,
        coming=coming,
        warnings=magazine.warnings(issues, today=today),
        latest_drop=rules.latest_drop(last.plan) if last else None,
        waiting=sum(waiting.values()),
        overdue=overdue,
        today=today,
        words=words,
    )


@guard.page(blueprint, "/about", permission=Permission.MAGAZINE_ACT)
def about() -> ResponseReturnValue:
    """What the magazine is, in a form."""
    with shell.assembly().database.reading() as session:
        found = magazine.publication(session) or Publication(name="Le Fil")
    return _about({name: str(getattr(found, name)) for name in FACTS} | {"tariff": found.tariff.value})


@guard.page(blueprint, "/about", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def describe() -> ResponseReturnValue:
    """Says what it is."""
    typed = {name: request.form.get(name, "").strip()[:120] for name in (*FACTS, "tariff")}
    try:
        tariff = Tariff(typed["tariff"]) if typed["tariff"] in set(Tariff) else Tariff.PRO
        wanted: dict[str, Any] = {**typed, "tariff": tariff, "keep_days": _number(typed, "keep_days")}
        with shell.assembly().database.transaction() as session:
            magazine.describe(session, Publication(**wanted))
            note(session, "magazine.describe", None, subject="magazine")
    except Invalid as wrong:
        return _about(typed, _said(wrong), status=422)
    return shell.back(url_for("magazine.index"), shell.say(N_("C’est enregistré.")))


def _about(typed: Mapping[str, str], errors: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    tariffs = [(one.value, shell.say(word)) for one, word in words.TARIFFS.items()]
    return shell.show("office/magazine/about.html", status=status, typed=typed, errors=errors or {}, tariffs=tariffs)


@guard.page(blueprint, "/issues/new", permission=Permission.MAGAZINE_ACT)
def new() -> ResponseReturnValue:
    """The form of the next issue, three months after the last."""
    with shell.assembly().database.reading() as session:
        issues = magazine.issues(session)
    return _form(_proposed(issues), None)


def _proposed(issues: tuple[Issue, ...]) -> dict[str, str]:
    if not issues:
        drop = months_later(brussels_day(shell.now()), 1)
        days = {"file_due_on": drop - timedelta(days=10), "drop_on": drop, "home_on": drop + timedelta(days=3)}
        days["cover_on"] = drop.replace(day=1)
        typed = dict.fromkeys(FIELDS, "") | {"number": "1"}
        return typed | {name: day.isoformat() for name, day in days.items()}
    last = issues[0].plan
    typed = _typed(last)
    typed |= {name: months_later(getattr(last, name), rules.QUARTER_MONTHS).isoformat() for name in DAYS}
    return typed | {"number": str(last.number + 1), "title": "", "pdf_url": ""}


@guard.page(blueprint, "/issues/new", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def add() -> ResponseReturnValue:
    """Plans an issue."""
    typed = _from_form()
    try:
        with shell.assembly().database.transaction() as session:
            made = magazine.add_issue(session, _read(typed))
            note(session, "magazine-issue.add", made.id, {"number": made.number}, subject="magazine-issue")
    except Invalid as wrong:
        return _form(typed, None, _said(wrong), status=422)
    return shell.back(url_for("magazine_runs.show", issue_id=made.id), shell.say(N_("Le numéro est au calendrier.")))


@guard.page(blueprint, "/issues/<int:issue_id>/edit", permission=Permission.MAGAZINE_ACT)
def edit(issue_id: int) -> ResponseReturnValue:
    """The form of an issue."""
    with shell.assembly().database.reading() as session:
        found = magazine.issue(session, IssueId(issue_id))
    return _form(_typed(found.plan), found)


@guard.page(blueprint, "/issues/<int:issue_id>/edit", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def change(issue_id: int) -> ResponseReturnValue:
    """Plans it otherwise."""
    typed = _from_form()
    with shell.assembly().database.reading() as session:
        found = magazine.issue(session, IssueId(issue_id))
    if found.frozen_at is not None:
        typed = _typed(found.plan) | {name: typed[name] for name in ("title", "pdf_url", *AMOUNTS)}
    try:
        with shell.assembly().database.transaction() as session:
            made = magazine.change_issue(session, IssueId(issue_id), _read(typed))
            facts: dict[str, Any] = {"number": made.number}
            for cents in AMOUNTS.values():
                if (was := getattr(found.plan, cents)) != getattr(made.plan, cents):
                    facts[cents] = [was, getattr(made.plan, cents)]
            note(session, "magazine-issue.change", made.id, facts, subject="magazine-issue")
    except IssueFrozen:
        said = N_("Ce numéro est figé : ses jours ne changent plus.")
        return shell.back(url_for("magazine_runs.show", issue_id=issue_id), shell.say(said), kind="refused")
    except Invalid as wrong:
        return _form(typed, found, _said(wrong), status=422)
    return shell.back(url_for("magazine_runs.show", issue_id=issue_id), shell.say(N_("C’est enregistré.")))


@guard.page(blueprint, "/issues/<int:issue_id>/withdraw", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def withdraw(issue_id: int) -> ResponseReturnValue:
    """Takes a planned issue off the calendar."""
    try:
        with shell.assembly().database.transaction() as session:
            gone = magazine.withdraw_issue(session, IssueId(issue_id))
            note(session, "magazine-issue.withdraw", issue_id, {"number": gone.number}, subject="magazine-issue")
    except IssueFrozen:
        said = N_("Ce numéro est figé, ou va l’être : il reste au calendrier.")
        return shell.back(url_for("magazine_runs.show", issue_id=issue_id), shell.say(said), kind="refused")
    return shell.back(url_for("magazine.index"), shell.say(N_("Le numéro n’est plus au calendrier.")))


def _form(
    typed: Mapping[str, str], found: Issue | None, errors: Mapping[str, str] | None = None, *, status: int = 200
) -> Response:
    return shell.show("office/magazine/issue_form.html", status=status, typed=typed, issue=found, errors=errors or {})


def _from_form() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:500] for name in FIELDS}


def _typed(plan: NewIssue) -> dict[str, str]:
    typed = {"number": str(plan.number), "title": plan.title, "pdf_url": plan.pdf_url}
    typed |= {name: getattr(plan, name).isoformat() for name in DAYS}
    return typed | {name: money.exact(getattr(plan, field)).replace(".", ",") for name, field in AMOUNTS.items()}


def _read(typed: Mapping[str, str]) -> NewIssue:
    days: dict[str, Any] = {}
    for name in DAYS:
        day = read_day(typed[name], field=name)
        if day is None:
            raise Invalid("a day", field=name)
        days[name] = day
    cents: dict[str, Any] = {field: money.typed(typed[name] or "0", field=name) for name, field in AMOUNTS.items()}
    return NewIssue(number=_number(typed, "number"), title=typed["title"], pdf_url=typed["pdf_url"], **days, **cents)


def _number(typed: Mapping[str, str], name: str) -> int:
    text = typed[name].replace("\u202f", "").replace(" ", "")
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid("a whole number", field=name)
    return int(text)


def _said(wrong: Invalid) -> dict[str, str]:
    field = {**{cents: name for name, cents in AMOUNTS.items()}}.get(wrong.field or "", wrong.field or "number")
    return {field: shell.say(WRONG.get(field, GENERAL))}
