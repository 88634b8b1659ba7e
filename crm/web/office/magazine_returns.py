"""Copies that came back, by the code on their wrapper or by a file, and the people who say that theirs did not come."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.magazine import moving, returning, words
from crm.magazine import service as magazine
from crm.magazine.errors import ClaimMissing, CopyMissing, NumberUnknown
from crm.magazine.model import ReturnReason
from crm.people import service as people
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import IssueId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("magazine_returns", __name__, url_prefix="/office/magazine")

SAID_LINES = 12
MOST_BYTES = 16 * 1024 * 1024


@blueprint.before_request
def _let_a_file_through() -> None:
    if request.endpoint in {"magazine_returns.changes", "magazine_returns.file"}:
        request.max_content_length = MOST_BYTES


@guard.page(blueprint, "/returns", permission=Permission.MAGAZINE_READ)
def index() -> ResponseReturnValue:
    """The field for a code, the file, and what came back lately."""
    return _page({})


@guard.page(blueprint, "/returns", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def record() -> ResponseReturnValue:
    """One copy: its code or a member number, and what the postman wrote."""
    typed = {name: request.form.get(name, "").strip()[:60] for name in ("code", "reason")}
    if typed["reason"] not in set(ReturnReason):
        return _page(typed, {"reason": shell.say(N_("Choisissez ce qui est écrit sur l’exemplaire."))}, status=422)
    try:
        message = noted(typed["code"], ReturnReason(typed["reason"]))
    except NumberUnknown:
        return _page(typed, {"code": shell.say(N_("Personne ne porte ce numéro : relisez-le."))}, status=422)
    except CopyMissing:
        said = N_("Cette personne n’a pas eu d’exemplaire de ce numéro.")
        return _page(typed, {"code": shell.say(said)}, status=422)
    return shell.back(url_for("magazine_returns.index", reason=typed["reason"]), message)


def noted(code: str, reason: ReturnReason) -> str:
    """Notes that a copy came back; what is said of it. Raises NumberUnknown, CopyMissing."""
    by = guard.signed_in().account.id
    with shell.assembly().database.transaction() as session:
        person, issue = returning.find(session, code)
        done = returning.record(
            session,
            shell.assembly().sealer,
            person.id,
            issue.id,
            reason,
            by=by,
            at=shell.now(),
            language=shell.language(),
        )
        facts = {"issue": issue.number, "reason": reason.value, "effect": done.effect.value}
        note(session, "magazine.return", person.id, facts)
    said = N_("%(name)s : %(effect)s.") if done.is_news else N_("%(name)s : c’était déjà noté.")
    effect = shell.say(words.EFFECTS[done.effect][0])
    return shell.say(said, name=person.full_name or person.member_number, effect=effect)


@guard.page(blueprint, "/returns/file", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def file() -> ResponseReturnValue:
    """A whole file: a code or a number, and a reason, line by line."""
    sent, issue_id = request.files.get("file"), request.form.get("issue", 0, type=int)
    if sent is None or not sent.filename:
        return _page({}, {"file": shell.say(N_("Choisissez un fichier."))}, status=422)
    try:
        lines = returning.read_file(sent.stream.read())
    except Invalid:
        said = N_("Un fichier de texte à deux colonnes : le numéro et la raison, 20 000 lignes au plus.")
        return _page({}, {"file": shell.say(said)}, status=422)
    with shell.assembly().database.transaction() as session:
        issue = magazine.issue(session, IssueId(issue_id))
        by = guard.signed_in().account.id
        outcome = returning.record_file(
            session,
            shell.assembly().sealer,
            lines,
            issue.id,
            by=by,
            at=shell.now(),
            language=shell.language(),
        )
        facts = {"lines": len(lines), "unknown": len(outcome.unknown), "unread": len(outcome.unread)}
        note(session, "magazine-issue.returns", issue.id, facts, subject="magazine-issue")
    return _page({}, outcome=outcome)


@guard.page(blueprint, "/changes", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def changes() -> ResponseReturnValue:
    """A file of new addresses, as the post tells them: each waits to be looked at."""
    sent = request.files.get("changes")
    try:
        rows = moving.read_changes(sent.stream.read() if sent is not None else b"")
    except Invalid:
        said = N_("Un fichier CSV avec les colonnes n_membre, rue, numero, boite, cp, localite.")
        return _page({}, {"changes": shell.say(said)}, status=422)
    with shell.assembly().database.transaction() as session:
        moves = moving.note_changes(session, rows, at=shell.now())
        facts = {"lines": len(rows), "waiting": moves.waiting, "unknown": len(moves.unknown)}
        note(session, "magazine.changes", None, facts, subject="magazine")
    return _page({}, moves=moves)


@guard.page(blueprint, "/coupon", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def coupon() -> ResponseReturnValue:
    """The coupon of a change of address: by the member number on it, to the form of the new address."""
    number = request.form.get("number", "")[:60]
    with shell.assembly().database.reading() as session:
        person = people.find_member(session, number) if number.strip() else None
    if person is None:
        return _page({}, {"number": shell.say(N_("Personne ne porte ce numéro : relisez-le."))}, status=422)
    return redirect(url_for("supporter_addresses.new", person_id=person.id), 303)


def _page(
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    *,
    outcome: returning.FileOutcome | None = None,
    moves: moving.Moves | None = None,
    status: int = 200,
) -> Response:
    with shell.assembly().database.reading() as session:
        latest = returning.latest(session)
        known = people.people(session, {one.person_id for one in latest})
        issues = [one for one in magazine.issues(session) if one.frozen_at]
    return shell.show(
        "office/magazine/returns.html",
        status=status,
        typed=typed,
        errors=errors or {},
        latest=latest,
        known=known,
        issues=[(one.id, shell.say(N_("n° %(number)s"), number=one.number)) for one in issues],
        reasons=[(one.value, shell.say(word)) for one, word in words.RETURNS.items()],
        chosen=typed.get("reason") or request.args.get("reason", ""),
        outcome=outcome,
        moves=moves,
        moves_unknown=_listed(moves.unknown) if moves else "",
        moves_unread=_listed(moves.unread) if moves else "",
        unknown=_listed(outcome.unknown) if outcome else "",
        unread=_listed(outcome.unread) if outcome else "",
        words=words,
    )


def _listed(places: tuple[int, ...]) -> str:
    several = ", ".join(str(one) for one in places[:SAID_LINES])
    return f"{several}…" if len(places) > SAID_LINES else several


@guard.page(blueprint, "/claims", permission=Permission.MAGAZINE_READ)
def claims() -> ResponseReturnValue:
    """Who says that theirs did not come, those that wait first."""
    with shell.assembly().database.reading() as session:
        found = returning.claims(session)
        known = people.people(session, {one.person_id for one in found})
        waiting = returning.waiting(session)
        numbers = {one.id: one.number for one in magazine.issues(session)}
    return shell.show(
        "office/magazine/claims.html",
        claims=found,
        known=known,
        waiting=[(issue_id, numbers[issue_id], count) for issue_id, count in waiting.items()],
        words=words,
    )


@guard.page(blueprint, "/claims/<int:claim_id>/close", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def close(claim_id: int) -> ResponseReturnValue:
    """Ends a claim without another copy."""
    here = url_for("magazine_returns.claims")
    try:
        with shell.assembly().database.transaction() as session:
            returning.close_claim(session, claim_id, at=shell.now())
            note(session, "magazine-claim.close", claim_id, subject="magazine-claim")
    except ClaimMissing:
        return shell.back(here, shell.say(N_("Cette réclamation est déjà réglée.")), kind="refused")
    return shell.back(here, shell.say(N_("Réclamation close.")))
