"""Memberships: the list with what it comes to, one of them with the time its fees paid for, whom to remind by post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.foundation.csv_out import csv_lines
from crm.members import reminding, words
from crm.members import service as members
from crm.members.model import Due, RemindWay, State, Wanted
from crm.people import service as people
from crm.people.rules import mailbox_on
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import MembershipId
from crm.values.money import exact
from crm.web.office import guard, person_search, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("members", __name__, url_prefix="/office/members")

SIZE = 50
FILTERS = ("state", "kind", "since")
LETTERS = 500


@guard.page(blueprint, "", permission=Permission.MEMBERS_READ)
def index() -> ResponseReturnValue:
    """The newest memberships that answer the filters, and what all of them come to."""
    typed = {name: request.args.get(name, "").strip()[:40] for name in FILTERS}
    after, today = request.args.get("after", type=int), brussels_day(shell.now())
    try:
        since = read_day(typed["since"], field="since")
    except Invalid:
        since = None
    wanted = Wanted(
        on=today,
        state=State(typed["state"]) if typed["state"] in set(State) else None,
        kind=typed["kind"],
        joined_since_on=since,
    )
    with shell.assembly().database.reading() as session:
        found = members.page(session, wanted, after=MembershipId(after) if after else None, size=SIZE + 1)
        totals = members.totals(session, wanted)
        known = people.people(session, {one.holder_id for one in found})
        names = words.kind_names(members.kinds(session), shell.language())
        strays = members.fees_after_leaving(session)
        waiting = by_letter(session)
        strayed = people.people(session, {one.person_id for one in strays})
    asked: dict[str, Any] = {name: text for name, text in typed.items() if text}
    return shell.show(
        "office/members/index.html",
        memberships=[(one, known.get(one.holder_id)) for one in found[:SIZE]],
        totals=totals,
        typed=typed,
        chips=_chips(asked, names),
        states=[(one.value, shell.say(word)) for one, (word, _) in words.STATES.items()],
        kinds=list(names.items()),
        names=names,
        strays=[(one, strayed.get(one.person_id)) for one in strays],
        waiting=len(waiting),
        next_page=url_for("members.index", **asked, after=found[SIZE - 1].id) if len(found) > SIZE else "",
        first_page=url_for("members.index", **asked) if after else "",
        words=words,
    )


def _chips(asked: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, str]]:
    shown = {"state": {one.value: shell.say(word) for one, (word, _) in words.STATES.items()}, "kind": names}
    return [
        {
            "label": shell.say(N_("depuis le %(value)s"), value=text)
            if name == "since"
            else shown[name].get(text, text),
            "without": url_for("members.index", **{other: value for other, value in asked.items() if other != name}),
        }
        for name, text in asked.items()
    ]


@guard.page(blueprint, "/<int:membership_id>", permission=Permission.MEMBERS_READ)
def show(membership_id: int) -> ResponseReturnValue:
    """A membership: who is of it, the time its fees paid for, the reminders that left."""
    return page_of(MembershipId(membership_id))


def page_of(membership_id: MembershipId, *, errors: Mapping[str, str] | None = None) -> Response:
    """The page of a membership; with `errors`, as the form that was refused left it."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        whole = members.whole(session, membership_id, on=today)
        known = people.people(
            session, {*(one.person_id for one in whole.parts), *(one.fee.person_id for one in whole.periods)}
        )
        names = words.kind_names(members.kinds(session), shell.language())
        kinds = members.kinds(session)
        grace = members.rules_on(session, today).grace_months
        found = person_search.answers(session, request.form.get("who", "")[:200])
        fed = () if whole.membership.ended_on else reminding.fed_by(session, membership_id, on=today)
        known |= people.people(session, {who for who, _ in fed})
    return shell.show(
        "office/members/show.html",
        status=422 if errors else 200,
        whole=whole,
        one=whole.membership,
        holder=known.get(whole.membership.holder_id),
        known=known,
        names=names,
        kinds=[(one.code, names[one.code]) for one in kinds if one.is_open and one.code != whole.membership.kind],
        grace=grace,
        today=today,
        fed=fed,
        reasons=[("", shell.say(N_("Choisissez")))]
        + [(one.value, shell.say(words.REASONS[one])) for one in words.TOLD],
        typed=request.form,
        found=found,
        chosen=request.form.get("other_id", 0, type=int),
        errors=errors or {},
        words=words,
    )


@guard.page(blueprint, "/letters", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def letters() -> ResponseReturnValue:
    """Takes along whom to remind by a letter, as a file, and notes it: whoever has no mailbox, once."""
    made, now = shell.assembly(), shell.now()
    with made.database.transaction() as session:
        due = by_letter(session)
        known = people.people(session, {one.person_id for one in due})
        rows = [
            [
                known[one.person_id].member_number,
                known[one.person_id].full_name,
                one.until_on.isoformat(),
                exact(one.fee_cents) if one.fee_cents else "",
            ]
            for one in due
        ]
        reminding.note(session, due, RemindWay.LETTER, at=now)
        note(session, "members.letters", None, {"rows": len(rows)}, subject="membership")
    head = [shell.say(one) for one in (N_("N° de membre"), N_("Nom"), N_("Payée jusqu’au"), N_("Cotisation"))]
    answer = Response(csv_lines([head, *rows]), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="rappels-{brussels_day(now)}.csv"'
    return answer


def by_letter(session: Session) -> tuple[Due, ...]:
    """Whom to remind by post: no mailbox, or a mail that reached nobody."""
    due = reminding.due(session, at=shell.now(), size=LETTERS)
    known = people.people(session, {one.person_id for one in due})
    today = brussels_day(shell.now())
    return tuple(one for one in due if one.is_in_vain or mailbox_on(known[one.person_id], today) is None)
