"""The team's log: who did what to whom and when, and whether it is whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.audit import service as audit
from crm.audit.model import Entry, Wanted
from crm.ledgers import service as ledgers
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day, day_span
from crm.values.identifiers import AccountId, PersonId
from crm.web.office import guard, shell, trail_words
from crm.web.words import N_
from jobs import service as jobs
from jobs.model import RunState
from jobs.timetable import TIMETABLE

blueprint = Blueprint("trail", __name__, url_prefix="/office/log")

SIZE = 50
HOUSE = "house"
VERIFYING = tuple(job for job in TIMETABLE if job.name == "verify_ledgers")


@guard.page(blueprint, "", permission=Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    """The newest lines first, narrowed by period, account, action and subject."""
    given = {name: request.args.get(name, "") for name in ("since", "until", "account", "action", "subject", "number")}
    before, now = request.args.get("before", type=int), shell.now()
    wanted = _wanted(given)
    with shell.assembly().database.reading() as session:
        if wanted.subject == "person" and wanted.subject_id is not None:
            wanted = replace(wanted, also=people.records_of(session, PersonId(wanted.subject_id)))
        found = audit.entries(session, wanted, before=before, limit=SIZE + 1)
        total = audit.count(session, wanted, most=audit.COUNTED + 1)
        actions, subjects = audit.seen(session)
        names = {account.id: account.name for account in staff.accounts(session)}
        state = ledgers.state(session, audit.LEDGER)
        [verifying] = jobs.status(session, VERIFYING, now)
    shown = found[:SIZE]
    following: dict[str, Any] = {name: value for name, value in given.items() if value}
    return shell.show(
        "office/log.html",
        lines=[_line(entry, names) for entry in shown],
        total=total,
        most=audit.COUNTED,
        given=given,
        chips=_chips(following, names),
        accounts=[(HOUSE, shell.say(N_("La maison elle-même"))), *((str(n), name) for n, name in names.items())],
        actions=_sorted((code, trail_words.action(code)) for code in actions),
        subjects=_sorted((code, trail_words.subject(code)) for code in subjects),
        next=url_for("trail.index", **following, before=shown[-1].id) if len(found) > SIZE else "",
        first=url_for("trail.index", **following) if before else "",
        state=state,
        has_keepers=bool(shell.assembly().settings.anchor_keepers),
        verified=verifying.last,
        is_broken=bool(verifying.last and verifying.last.state is RunState.FAILED),
    )


def _wanted(given: dict[str, str]) -> Wanted:
    since, until = _day(given["since"]), _day(given["until"])
    account, number = given["account"], given["number"]
    return Wanted(
        since=_beginning(since) if since else None,
        until=day_span(until)[1] if until else None,
        by_the_house=account == HOUSE,
        account_id=AccountId(int(account)) if _is_number(account) else None,
        action=given["action"][:80] or None,
        subject=given["subject"][:40] or None,
        subject_id=int(number) if _is_number(number) else None,
    )


def _beginning(day: date) -> datetime:
    return day_span(day)[0]


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _line(entry: Entry, names: dict[AccountId, str]) -> dict[str, Any]:
    return {
        "entry": entry,
        "day": brussels_day(entry.at),
        "who": names.get(entry.account_id) if entry.account_id is not None else shell.say(N_("La maison")),
        "account_id": entry.account_id,
        "did": trail_words.action(entry.action),
        "subject": trail_words.subject(entry.subject),
        "href": trail_words.place(entry),
        "facts": trail_words.facts(entry),
    }


def _chips(given: dict[str, str], names: dict[AccountId, str]) -> list[dict[str, str]]:
    """One chip for each condition, that takes it away."""

    def words(name: str, value: str) -> str:
        match name:
            case "since" | "until":
                day = _day(value)
                said = N_("depuis le %(day)s") if name == "since" else N_("jusqu’au %(day)s")
                return shell.say(said, day=shell.day(day)) if day else value
            case "account":
                known = names.get(AccountId(int(value))) if _is_number(value) else None
                return known or (shell.say(N_("La maison elle-même")) if value == HOUSE else value)
            case "action":
                return trail_words.action(value)
            case "subject":
                return trail_words.subject(value)
        return shell.say(N_("n° %(number)s"), number=value)

    chips = []
    for name, value in given.items():
        others: dict[str, Any] = {other: kept for other, kept in given.items() if other != name}
        chips.append({"label": words(name, value), "without": url_for("trail.index", **others)})
    return chips


def _sorted(pairs: Any) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: pair[1].casefold())
