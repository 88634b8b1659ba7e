"""The desk of tax attestations: a year's rules, its runs and what is left to do, what is left out, each number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import attesting_house
from crm.attestations import answering, correcting, filing, handing, reconciling, wording, words
from crm.attestations import service as attestations
from crm.attestations.errors import (
    AttestationEnded,
    FourEyes,
    InstitutionIncomplete,
    NotApproved,
    PapersUnknown,
    RulesInvalid,
    RulesMissing,
    RunChanged,
    RunElsewhere,
    YearOpen,
)
from crm.attestations.model import MissingNumber, Stage, YearRules
from crm.foundation import documents
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid, PortevoixError
from crm.web.office import guard, shell
from crm.web.office.attestation_rule_words import differences
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_

blueprint = Blueprint("attestations", __name__, url_prefix="/office/gifts/attestations")

FIRST = 2020
SHOWN = 200
MOST = 200
"""So many papers are corrected with one press."""


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """The year that is attested now: the last one that is over."""
    return show(brussels_day(shell.now()).year - 1)


@guard.page(blueprint, "/<int:year>", permission=Permission.DONATIONS_READ)
def show(year: int) -> ResponseReturnValue:
    """A year: what holds, how far its runs are, what is to be corrected, what is void."""
    return desk(year, {})


def desk(year: int, errors: Mapping[str, str]) -> Response:
    """The page of a year, with what is wrong in a form on it."""
    this = known_year(year)
    with shell.assembly().database.reading() as session:
        count, cents, last = attestations.totals(session, year)
        in_force, proposed = attestations.rules_of(session, year), attestations.proposals(session, year)
        waiting = [(one, differences(in_force, one.rules)) for one in proposed if one.decided_at is None]
        return shell.show(
            "office/gifts/attestations.html",
            year=year,
            years=range(this, max(FIRST, this - 6), -1),
            is_over=year < this,
            count=count,
            cents=cents,
            last=last,
            rules=in_force,
            waiting=waiting,
            colleagues={account.id: account.name for account in staff.accounts(session)},
            me=guard.signed_in().account.id,
            runs=[(one, attestations.progress(session, one.id)) for one in attestations.runs(session, year)],
            drift=correcting.drift(session, year)[:SHOWN] if count else (),
            void=attestations.void(session, year),
            filings=filing.filings(session, year),
            piles=handing.piles(session, year, at=shell.now()) if last else None,
            to_file=filing.waiting(session, year) if last else 0,
            answers=answering.of_year(session, year, size=SHOWN),
            shown=SHOWN,
            words=words,
            Stage=Stage,
            errors=errors,
            status=422 if errors else 200,
        )


@guard.page(blueprint, "/<int:year>/findings", permission=Permission.DONATIONS_READ)
def findings(year: int) -> ResponseReturnValue:
    """What would be numbered now, and every payment that is left out, with its reason. Nothing is changed."""
    known_year(year)
    with shell.assembly().database.reading() as session:
        found = attestations.look(session, year)
        balance = reconciling.balance(session, found, at=shell.now())
    return shell.show(
        "office/gifts/attestation_findings.html",
        year=year,
        balance=balance,
        most_drafts=reconciling.MOST_DRAFTS,
        found=found,
        excluded=found.excluded[:SHOWN],
        lacking=[one for one in found.owed if one.lacks_number][:SHOWN],
        words=words,
    )


@guard.page(blueprint, "/<int:year>/drafts", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def drafts(year: int) -> ResponseReturnValue:
    """The papers as they would be, marked as drafts: no number is given and none is opened, nothing is written."""
    known_year(year)
    made, here = shell.assembly(), url_for("attestations.findings", year=year)
    with made.database.transaction() as session:
        found, in_force = attestations.look(session, year), attestations.rules_of(session, year)
        note(session, "attestations.drafted", year, {"count": len(found.owed)}, subject="attestations")
    if not found.owed:
        return shell.back(here, shell.say(N_("Rien ne serait attesté.")), kind="note")
    try:
        pages = reconciling.drafts(attesting_house(made), found, in_force)
    except InstitutionIncomplete as refused:
        return shell.back(here, shell.say(REFUSALS[type(refused)]), kind="refused")
    content = documents.pdf(reconciling.DRAFTS, pages, at=shell.now())
    return download(content, f"projets-{year}.pdf", "application/pdf")


@guard.page(blueprint, "/<int:year>/check", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def check(year: int) -> ResponseReturnValue:
    """Notes what the check finds as what may be numbered."""
    known_year(year)
    with shell.assembly().database.transaction() as session:
        run, _found = attestations.check(session, year, at=shell.now(), by=guard.signed_in().account.id)
        note(session, "attestations.checked", year, {"count": run.count}, subject="attestations")
    said = N_(
        "Vérifié : %(count)s attestations, %(money)s en euros. Relisez ce qui est laissé de côté avant de numéroter."
    )
    return shell.back(
        url_for("attestations.show", year=year), shell.say(said, count=run.count, money=money.exact(run.cents))
    )


@guard.page(blueprint, "/<int:year>/lock", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def lock(year: int) -> ResponseReturnValue:
    """Gives the numbers of the checked run."""
    known_year(year)
    made, here = shell.assembly(), url_for("attestations.show", year=year)
    try:
        with made.database.transaction() as session:
            checked = [one for one in attestations.runs(session, year) if one.stage is Stage.CHECKED]
            if not checked:
                raise RunElsewhere
            by = guard.signed_in().account.id
            run = attestations.lock(session, attesting_house(made), checked[0].id, at=shell.now(), by=by)
    except tuple(REFUSALS) as refused:
        return shell.back(here, shell.say(REFUSALS[type(refused)]), kind="refused")
    return shell.back(here, shell.say(N_("%(count)s attestations ont leur numéro."), count=run.count))


REFUSALS: dict[type[PortevoixError], str] = {
    RunElsewhere: N_("Vérifiez d’abord : il n’y a rien à numéroter."),
    YearOpen: N_("L’année n’est pas finie : d’autres dons peuvent venir."),
    NotApproved: N_("La période d’agrément de l’année n’est pas connue : proposez les règles de l’année."),
    PapersUnknown: N_(
        "Des documents de cette année existent que cette base ne connaît pas : elle vient d’une sauvegarde d’avant la "
        "numérotation. Rien n’est numéroté, pour qu’aucun numéro ne serve deux fois : voir docs/attestations.md."
    ),
    InstitutionIncomplete: N_("Il manque le nom légal, l’adresse ou le numéro d’entreprise dans les réglages."),
    RunChanged: N_("Quelque chose a changé depuis la vérification : vérifiez encore, puis numérotez."),
}


@guard.page(blueprint, "/<int:year>/rules", permission=Permission.DONATIONS_EDIT)
def rules(year: int) -> ResponseReturnValue:
    """The form of a proposal, filled in with what holds."""
    known_year(year)
    with shell.assembly().database.reading() as session:
        return _form(_typed(attestations.rules_of(session, year)))


@guard.page(blueprint, "/<int:year>/rules", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def propose(year: int) -> ResponseReturnValue:
    """Proposes; nothing changes before a second person agrees."""
    known_year(year)
    typed = {name: request.form.get(name, "").strip()[:40] for name in FIELDS} | {"year": str(year)}
    typed |= {name: request.form.get(name, "").strip()[: wording.LONGEST + 1] for name in wording.SENTENCES}
    try:
        with shell.assembly().database.transaction() as session:
            wanted = _read(typed, attestations.rules_of(session, year))
            proposed = attestations.propose_rules(session, wanted, at=shell.now(), by=guard.signed_in().account.id)
            note(session, "attestation-rules.propose", proposed.id, {"year": year}, subject="attestation-rules")
    except (Invalid, ValueError) as wrong:
        field = getattr(wrong, "field", None) or "due_on"
        field = wording.SENTENCES[0] if field == "sentences" else field
        return _form(typed, wrong=field if field in (*FIELDS, *wording.SENTENCES) else "due_on", status=422)
    said = N_("Les règles sont proposées. Elles vaudront dès qu’une autre personne les aura acceptées.")
    return shell.back(url_for("attestations.show", year=year), shell.say(said))


@guard.page(blueprint, "/rules/<int:proposal_id>/decide", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def decide(proposal_id: int) -> ResponseReturnValue:
    """A second person agrees, or does not."""
    accepts = request.form.get("decision") == "accept"
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            found = attestations.decide_rules(session, proposal_id, accepts=accepts, at=shell.now(), by=by)
            action = "attestation-rules.accept" if accepts else "attestation-rules.refuse"
            note(session, action, found.id, {"year": found.rules.year}, subject="attestation-rules")
    except FourEyes:
        said = N_("Vous les avez proposées : une autre personne doit en décider.")
        return shell.back(url_for("attestations.index"), shell.say(said), kind="refused")
    except RulesMissing:
        return shell.back(url_for("attestations.index"), shell.say(N_("Quelqu’un en a déjà décidé.")), kind="refused")
    said = N_("Les règles valent dès maintenant.") if accepts else N_("Les règles proposées sont écartées.")
    return shell.back(url_for("attestations.show", year=found.rules.year), shell.say(said))


@guard.page(blueprint, "/<int:year>/number", permission=Permission.DONATIONS_READ, methods=("POST",))
def search(year: int) -> ResponseReturnValue:
    """Leads to a number."""
    number = request.form.get("number", 0, type=int)
    with shell.assembly().database.reading() as session:
        is_known = bool(attestations.versions(session, year, number))
    if not is_known:
        said = N_("Aucune attestation de cette année ne porte ce numéro.")
        return shell.back(url_for("attestations.show", year=year), shell.say(said), kind="refused")
    return redirect(url_for("attestations.paper", year=year, number=number), 303)


@guard.page(blueprint, "/<int:year>/<int:number>", permission=Permission.DONATIONS_READ)
def paper(year: int, number: int) -> ResponseReturnValue:
    """A number: its versions, and the payment behind each cent."""
    with shell.assembly().database.reading() as session:
        versions = attestations.versions(session, year, number)
        if not versions:
            abort(404)
        lines = attestations.lines(session, versions[-1].id)
        proofs = handing.proofs(session, [one.id for one in versions])
        answers = answering.of_papers(session, [one.id for one in versions])
    return shell.show(
        "office/gifts/attestation.html",
        year=year,
        number=number,
        versions=versions,
        lines=lines,
        proofs=proofs,
        answers=answers,
        words=words,
    )


@guard.page(blueprint, "/<int:year>/<int:number>/mend", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def mend(year: int, number: int) -> ResponseReturnValue:
    """Says anew what is right today, or makes it void."""
    made, here = shell.assembly(), url_for("attestations.paper", year=year, number=number)
    change = correcting.cancel if request.form.get("deed") == "cancel" else correcting.correct
    try:
        with made.database.transaction() as session:
            reason, by = request.form.get("reason", ""), guard.signed_in().account.id
            change(session, attesting_house(made), year, number, reason=reason, at=shell.now(), by=by)
    except AttestationEnded:
        said = N_("Rien à corriger : elle est annulée, ou dit déjà ce qui est juste.")
        return shell.back(here, shell.say(said), kind="refused")
    except Invalid:
        return shell.back(here, shell.say(N_("Dites pourquoi, en quelques mots.")), kind="refused")
    return shell.back(here, shell.say(N_("C’est noté. Le numéro reste le même.")))


@guard.page(blueprint, "/<int:year>/mend", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def mend_all(year: int) -> ResponseReturnValue:
    """Says anew what is right today, of every paper that differs."""
    made, here = shell.assembly(), url_for("attestations.show", year=known_year(year))
    try:
        with made.database.transaction() as session:
            reason, by = request.form.get("reason", ""), guard.signed_in().account.id
            house = attesting_house(made)
            done, left = correcting.correct_all(session, house, year, reason=reason, most=MOST, at=shell.now(), by=by)
            note(session, "attestation.correct-all", year, {"papers": done, "left": left}, subject="attestations")
    except Invalid:
        return shell.back(here, shell.say(N_("Dites pourquoi, en quelques mots.")), kind="refused")
    said = shell.say_count(N_("%(n)s attestation est corrigée."), N_("%(n)s attestations sont corrigées."), done)
    rest = N_("Il en reste : recommencez.")
    return shell.back(here, f"{said} {shell.say(rest)}" if left else said)


FIELDS = (
    "threshold",
    "rate_percent",
    "due_on",
    "missing_number",
    "approved_from_on",
    "approved_until_on",
    "nature_person",
    "nature_enterprise",
    "legal_item",
)


def _typed(known: YearRules) -> dict[str, str]:
    days = {name: getattr(known, name) for name in ("due_on", "approved_from_on", "approved_until_on")}
    return {
        "year": str(known.year),
        "threshold": money.exact(known.threshold_cents),
        "rate_percent": str(known.rate_percent),
        "missing_number": known.missing_number.value,
        "nature_person": known.nature_person,
        "nature_enterprise": known.nature_enterprise,
        "legal_item": known.legal_item,
        **{name: day.isoformat() if day else "" for name, day in days.items()},
        **{name: known.sentences.get(name, "") for name in wording.SENTENCES},
    }


def _read(typed: dict[str, str], known: YearRules) -> YearRules:
    def day(name: str) -> date | None:
        return date.fromisoformat(typed[name]) if typed[name] else None

    due = day("due_on")
    if due is None:
        raise RulesInvalid("due_on")
    return replace(
        known,
        threshold_cents=money.typed(typed["threshold"], field="threshold"),
        rate_percent=int(typed["rate_percent"]),
        due_on=due,
        missing_number=MissingNumber(typed["missing_number"]),
        approved_from_on=day("approved_from_on"),
        approved_until_on=day("approved_until_on"),
        nature_person=typed["nature_person"],
        nature_enterprise=typed["nature_enterprise"],
        legal_item=typed["legal_item"],
        sentences={name: typed[name] for name in wording.SENTENCES if typed[name]},
    )


def _form(typed: dict[str, str], *, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    said = N_("Ceci ne peut pas valoir : relisez cette valeur.")
    return shell.show(
        "office/gifts/attestation_rules.html",
        status=status,
        year=int(typed["year"]),
        typed=typed,
        errors={wrong: shell.say(said)} if wrong else {},
        missing=[(one.value, shell.say(word)) for one, word in words.MISSING.items()],
        sentences=[(name, *shown) for name, shown in zip(wording.SENTENCES, _sentences(), strict=True)],
    )


def _sentences() -> list[tuple[str, str]]:
    """What each sentence of the law is called, and what it says where nobody decided otherwise."""
    labels = {"legend": N_("Mention légale (%(language)s)"), "certified": N_("Certification (%(language)s)")}
    return [
        (shell.say(labels[part], language=words.language.upper()), getattr(words, part))
        for words in (wording.FRENCH, wording.DUTCH, wording.GERMAN)
        for part in wording.LEGAL
    ]


def known_year(year: int) -> int:
    """This year, where that one is a year of attestations; else the page is not found."""
    this = brussels_day(shell.now()).year
    if not FIRST <= year <= this:
        abort(404)
    return this
