"""Policies: to whom the house may write, why and how; changed by one colleague and decided by another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.consent import policies
from crm.consent import service as consent
from crm.consent.errors import OwnProposal, PolicyMissing
from crm.consent.model import Channel, LegalBasis
from crm.consent.policy import BY_DEFAULT, Need, NewPolicy, Policy, Population
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PolicyId
from crm.web.office import guard, policy_words, shell
from crm.web.words import N_

blueprint = Blueprint("policies", __name__, url_prefix="/office/policies")

FIELDS = ("purpose", "channel", "population", "need", "legal_basis", "longest_days", "from", "until", "reason")
LONGEST_REASON = 2000


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """What holds today, what waits for a second person, and what was decided before."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        known = policies.policies(session)
        purposes = consent.addressed(session)
        names = {purpose.code: purpose.name(shell.language()) for purpose in purposes}
        colleagues = {account.id: account.name for account in staff.accounts(session)}
    holding = {(p.purpose, p.channel, p.population): p for p in reversed(known) if p.holds_on(today)}
    in_force = set(holding.values())
    return shell.show(
        "office/policies/index.html",
        holding=[_line(p, names, colleagues) for p in known if p in in_force],
        waiting=[_line(p, names, colleagues) for p in known if p.decided_at is None],
        past=[_line(p, names, colleagues) for p in known if p.decided_at is not None and p not in in_force],
        by_default=shell.say(policy_words.NEEDS[BY_DEFAULT.need]),
    )


def _line(policy: Policy, names: Mapping[str, str], colleagues: Mapping[AccountId, str]) -> dict[str, Any]:
    own = policy.proposed_by is not None and policy.proposed_by == guard.signed_in().account.id
    return {
        "policy": policy,
        "purpose": names.get(policy.purpose, policy.purpose),
        "channel": shell.say(policy_words.CHANNELS[policy.channel]),
        "population": shell.say(policy_words.POPULATIONS[policy.population]),
        "need": shell.say(policy_words.NEEDS[policy.need]),
        "basis": shell.say(policy_words.BASES[policy.legal_basis]),
        "proposed_by": colleagues.get(policy.proposed_by, "") if policy.proposed_by else "",
        "decided_by": colleagues.get(policy.decided_by, "") if policy.decided_by else "",
        "is_own": own,
    }


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT)
def new() -> ResponseReturnValue:
    """The form of a proposal."""
    typed = {
        "channel": Channel.EMAIL.value,
        "population": Population.EVERYBODY.value,
        "need": Need.CONSENT.value,
        "legal_basis": LegalBasis.CONSENT.value,
        "from": brussels_day(shell.now()).isoformat(),
    }
    return _form(typed)


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT, methods=("POST",))
def propose() -> ResponseReturnValue:
    """Writes the proposal; nothing changes before a second person agrees."""
    typed = {name: request.form.get(name, "").strip()[:LONGEST_REASON] for name in FIELDS}
    wanted, errors = _read(typed)
    if wanted is None:
        return _form(typed, errors=errors, status=422)
    try:
        with shell.assembly().database.transaction() as session:
            account = guard.signed_in().account
            proposed = policies.propose(session, wanted, by=account.id, at=shell.now())
            _note(session, "policy.propose", proposed)
    except Invalid as wrong:
        field = {"valid_until_on": "until"}.get(wrong.field or "", wrong.field or "reason")
        said = shell.say(_REFUSALS.get(field, _REFUSALS["reason"]))
        return _form(typed, errors={field: said}, status=422)
    message = N_("La règle est proposée. Elle vaudra dès qu’une autre personne l’aura approuvée.")
    return shell.back(url_for("policies.index"), shell.say(message))


_REFUSALS = {
    "purpose": N_("Choisissez une finalité dans la liste."),
    "channel": N_("Choisissez dans la liste."),
    "from": N_("Écrivez un jour qui existe."),
    "until": N_("La fin vient après le début ; laissez vide si la règle vaut sans fin."),
    "longest_days": N_("Écrivez un nombre de jours, ou laissez vide si un oui ne vieillit pas."),
    "reason": N_("Dites pourquoi en une phrase : quelqu’un la relira dans dix ans."),
}


def _read(typed: Mapping[str, str]) -> tuple[NewPolicy | None, dict[str, str]]:
    wrong: set[str] = set()

    def day(name: str) -> date | None:
        try:
            return date.fromisoformat(typed[name]) if typed[name] else None
        except ValueError:
            wrong.add(name)
            return None

    begins, ends = day("from"), day("until")
    if begins is None:
        wrong.add("from")
    age = typed["longest_days"]
    if age and not (age.isascii() and age.isdigit() and 0 < int(age) <= 36_500):
        wrong.add("longest_days")
    choices = {"channel": Channel, "population": Population, "need": Need, "legal_basis": LegalBasis}
    if any(typed[name] not in [one.value for one in words] for name, words in choices.items()):
        wrong.add("channel")
    with shell.assembly().database.reading() as session:
        if typed["purpose"] not in {purpose.code for purpose in consent.addressed(session)}:
            wrong.add("purpose")
    if wrong or begins is None:
        return None, {name: shell.say(_REFUSALS[name]) for name in sorted(wrong)}
    made = NewPolicy(
        purpose=typed["purpose"],
        channel=Channel(typed["channel"]),
        population=Population(typed["population"]),
        need=Need(typed["need"]),
        legal_basis=LegalBasis(typed["legal_basis"]),
        longest_days=int(age) if age else None,
        valid_from_on=begins,
        valid_until_on=ends,
        reason=typed["reason"],
    )
    return made, {}


@guard.page(blueprint, "/<int:policy_id>/decide", permission=Permission.PRIVACY_ACT, methods=("POST",))
def decide(policy_id: int) -> ResponseReturnValue:
    """A second person agrees, or does not."""
    approve = request.form.get("decision") == "approve"
    here = url_for("policies.index")
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            decided = policies.decide(session, PolicyId(policy_id), approve=approve, by=by, at=shell.now())
            _note(session, "policy.approve" if approve else "policy.refuse", decided)
    except OwnProposal:
        said = N_("Vous l’avez proposée : une autre personne doit en décider.")
        return shell.back(here, shell.say(said), kind="refused")
    except PolicyMissing:
        return shell.back(here, shell.say(N_("Quelqu’un en a déjà décidé.")), kind="refused")
    message = N_("La règle est approuvée.") if approve else N_("La proposition est écartée.")
    return shell.back(here, shell.say(message))


def _form(
    typed: Mapping[str, str], *, errors: Mapping[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        purposes = [(purpose.code, purpose.name(shell.language())) for purpose in consent.addressed(session)]
    return shell.show(
        "office/policies/new.html",
        status=status,
        typed={name: typed.get(name, "") for name in FIELDS},
        errors=dict(errors or {}),
        purposes=purposes,
        channels=_choices(policy_words.CHANNELS),
        populations=_choices(policy_words.POPULATIONS),
        needs=_choices(policy_words.NEEDS),
        bases=_choices(policy_words.BASES),
    )


def _choices(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(code.value, shell.say(word)) for code, word in words.items()]


def _note(session: Session, action: str, policy: Policy) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=action,
        subject="policy",
        subject_id=policy.id,
        facts={"purpose": policy.purpose, "channel": policy.channel.value, "need": policy.need.value},
    )
