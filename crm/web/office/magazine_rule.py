"""Who gets the magazine: the rule in its versions, and what another rule would change, seen before it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.magazine import freezing, rules, words
from crm.magazine import service as magazine
from crm.magazine.model import SAID, Basis, Eligibility, Outlook
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money
from crm.values.errors import Invalid
from crm.web.office import guard, shell
from crm.web.office.magazine import GENERAL
from crm.web.office.magazine_rule_words import sentence
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("magazine_rule", __name__, url_prefix="/office/magazine/rule")

NUMBERS = ("grace_months", "plan_months", "gift_count", "gift_months")
SWITCHES = ("members", "regular_plans")


@guard.page(blueprint, "", permission=Permission.MAGAZINE_READ)
def show() -> ResponseReturnValue:
    """The rule in force, in a form, and the versions before it."""
    with shell.assembly().database.reading() as session:
        held = magazine.rule(session)
    return _page(_typed(held.rule))


@guard.page(blueprint, "/preview", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def preview() -> ResponseReturnValue:
    """What the typed rule would change for the next issue, planned or not, beside the rule of the last."""
    return _previewed(_from_form())


def _previewed(typed: Mapping[str, Any], *, is_unseen: bool = False) -> Response:
    try:
        wanted = rules.sound(_read(typed))
    except Invalid as wrong:
        return _page(typed, errors={wrong.field or "members": shell.say(GENERAL)}, status=422)
    with shell.assembly().database.reading() as session:
        last = magazine.last_frozen(session)
        issue = magazine.next_issue(magazine.issues(session)) or (last and rules.following(last))
        if issue is None:
            said = N_("Prévoyez d’abord le prochain numéro : l’aperçu se fait pour lui.")
            return _page(typed, errors={"members": shell.say(said)}, status=422)
        held = magazine.rule(session).rule if last is None else magazine.rule_of(session, last).rule
        now = freezing.outlook(session, issue, held, at=shell.now())
        then = now if wanted == held else freezing.outlook(session, issue, wanted, at=shell.now())
    against = None if last is None else last.number
    values: dict[str, Any] = {"outlooks": (now, then), "number": issue.number, "against": against}
    return _page(typed, **values, seen=_digest(wanted), is_unseen=is_unseen)


def _digest(rule: Eligibility) -> str:
    """Stands in the form for the rule that was previewed."""
    values = [str(getattr(rule, name)) for name in (*NUMBERS, *SWITCHES, "gift_cents")]
    return hashlib.sha256("|".join([*values, *sorted(rule.said)]).encode()).hexdigest()


@guard.page(blueprint, "", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def save() -> ResponseReturnValue:
    """A new version, from now on; one that was not previewed as it stands is previewed first."""
    typed = _from_form()
    try:
        if request.form.get("seen", "") != _digest(_read(typed)):
            return _previewed(typed, is_unseen=True)
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            made = magazine.save_rule(session, _read(typed), note=typed["note"], by=by, at=shell.now())
            note(session, "magazine-rule.save", made.id, subject="magazine-rule")
    except Invalid as wrong:
        return _page(typed, errors={wrong.field or "members": shell.say(GENERAL)}, status=422)
    said = N_("La règle vaut dès maintenant. Les numéros figés gardent la leur.")
    return shell.back(url_for("magazine_rule.show"), shell.say(said))


def _page(
    typed: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    outlooks: tuple[Outlook, Outlook] | None = None,
    number: int = 0,
    seen: str = "",
    against: int | None = None,
    is_unseen: bool = False,
    status: int = 200,
) -> Response:
    with shell.assembly().database.reading() as session:
        versions = magazine.versions(session)
        names = {account.id: account.name for account in staff.accounts(session)}
        issues = magazine.issues(session)
    return shell.show(
        "office/magazine/rule.html",
        status=status,
        typed=typed,
        errors=errors or {},
        versions=versions,
        used={
            one.id: [i.number for i in issues if i.frozen_at and (i.eligibility_id or 0) == one.id] for one in versions
        },
        sentences={one.id: sentence(one.rule) for one in versions},
        seen=seen,
        against=against,
        is_unseen=is_unseen,
        names=names,
        said=[(one.value, shell.say(words.BASES[one])) for one in SAID],
        now=outlooks[0] if outlooks else None,
        then=outlooks[1] if outlooks else None,
        moment_now=shell.now(),
        number=number,
        words=words,
        exact=money.exact,
    )


def _typed(rule: Eligibility) -> dict[str, Any]:
    typed: dict[str, Any] = {name: str(getattr(rule, name)) for name in NUMBERS}
    typed |= {name: getattr(rule, name) for name in SWITCHES}
    return typed | {
        "gift_sum": money.exact(rule.gift_cents).replace(".", ","),
        "said": set(map(str, rule.said)),
        "note": "",
    }


def _from_form() -> dict[str, Any]:
    typed: dict[str, Any] = {name: request.form.get(name, "").strip()[:12] for name in (*NUMBERS, "gift_sum")}
    typed |= {name: name in request.form for name in SWITCHES}
    said = {one.value for one in SAID if one.value in request.form.getlist("said")}
    return typed | {"said": said, "note": request.form.get("note", "").strip()[:1000]}


def _read(typed: Mapping[str, Any]) -> Eligibility:
    numbers: dict[str, Any] = {}
    for name in NUMBERS:
        if not (typed[name].isascii() and typed[name].isdigit()):
            raise Invalid("a whole number", field=name)
        numbers[name] = int(typed[name])
    return Eligibility(
        **numbers,
        **{name: bool(typed[name]) for name in SWITCHES},
        gift_cents=money.typed(typed["gift_sum"] or "0", field="gift_sum"),
        said=frozenset(Basis(one) for one in typed["said"]),
    )
