"""The bank desk: lines that wait on the left, who they may come from on the right, one key to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from crm.assembly import bank_counter
from crm.banking import bringing, meaning, rules, words
from crm.banking import service as banking
from crm.banking.errors import (
    DayToCome,
    FileRefused,
    GiftHasMoved,
    LineDecided,
    LineSettles,
    MoneyCameBack,
    MoneyLeft,
    NothingToUndo,
)
from crm.banking.kept import Aside, Candidate, Confirmed, KeptLine, LineState, Rule
from crm.banking.meaning import Meant
from crm.banking.references import written
from crm.donations import service as donations
from crm.donations import words as gift_words
from crm.donations.errors import CodeUnknown, GiftMissing, MoreThanReceived
from crm.donations.model import GENERAL, EntryKind, GiftKind
from crm.people import rules as people_rules
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import GiftId, PersonId
from crm.web.office import bank_days, bank_offers, guard, person_search, shell
from crm.web.office.gifts import fund_choices
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("bank", __name__, url_prefix="/office/bank")

SIZE = 40
MOST_BYTES = 100 * 1024 * 1024
LONGEST = 60
DECIDED = N_("Quelqu’un vient de décider de ce mouvement : rien n’a été changé.")
MOVED = N_("Le don de ce mouvement a été rendu ou corrigé depuis : il ne se rouvre plus ici.")
SETTLED = {
    Rule.COLLECTION: N_(
        "Ce mouvement a réglé des prélèvements, ou en a repris. Rouvert, ils sont attendus de nouveau ; "
        "une attestation qui les compte sera à corriger."
    ),
    Rule.REFUND: N_("Ce mouvement a payé un ou plusieurs remboursements. Rouvert, ils sont à payer de nouveau."),
    Rule.DEPOSIT: N_("Ce mouvement est le dépôt de chèques ou d’espèces. Rouvert, leur dépôt est attendu de nouveau."),
    Rule.PAYOUT: N_("Ce mouvement est le versement d’un prestataire. Rouvert, son crédit est attendu de nouveau."),
}
SETTLES = N_("Ce que ce mouvement a réglé est revenu ou a été corrigé depuis : il ne se rouvre plus.")
AGAIN = N_("Demandé de nouveau")
NAMED = 20
"""So many gifts that moved since are named; the others are counted."""
HAPPENED = frozenset(EntryKind) - {EntryKind.RECEIPT, EntryKind.FEE}
TO_COME = N_("Ce mouvement est d’un jour à venir : attendez ce jour pour le donner à quelqu’un.")
LEFT = N_("C’est de l’argent sorti : dites quel remboursement il a payé, ou mettez-le de côté.")
CAME_BACK = N_("C’est de l’argent qui nous revient : dites quel remboursement, ou mettez-le de côté.")
NOBODYS: dict[type[Exception], str] = {DayToCome: TO_COME, MoneyLeft: LEFT, MoneyCameBack: CAME_BACK}
BROUGHT_BACK = N_(
    "Ce mouvement nous a ramené un ou plusieurs remboursements : ils sont à payer de nouveau. "
    "Rouvert, ils comptent de nouveau comme payés."
)
WHY_ASIDE = N_("Dites pourquoi vous le mettez de côté.")
WHICH = N_("C’est un retour : dites quel don il reprend.")
NO_GIFT = N_("C’est un retour, et aucun don de cette personne ne vaut autant : choisissez quelqu’un d’autre.")
TOO_MUCH = N_("Ce don ne vaut plus autant, une part en a été rendue depuis : regardez encore une fois.")
WRONG_CODE = N_("Ce code n’est celui d’aucun appel.")
WRONG_WHO = N_("Choisissez une personne de la liste.")
NAMELESS = N_("Un nom au moins est nécessaire pour ouvrir une fiche.")


@blueprint.before_request
def _let_a_file_through() -> None:
    """A file may be large; whoever sends one is asked who they are before any of it is read."""
    if request.endpoint == "bank.bring":
        request.max_content_length = MOST_BYTES + 1024 * 1024


@guard.page(blueprint, "", permission=Permission.BANKING_READ)
def index() -> ResponseReturnValue:
    """The oldest line that waits, or the one asked for, and who it may come from."""
    return desk(request.args.get("line", type=int))


@guard.page(blueprint, "/new", permission=Permission.BANKING_ACT)
def new() -> ResponseReturnValue:
    """The form that takes a file."""
    return shell.show("office/bank/new.html", errors={})


@guard.page(blueprint, "/new", permission=Permission.BANKING_ACT, methods=("POST",))
def bring() -> ResponseReturnValue:
    """Keeps its lines; a file that is wrong anywhere is refused whole."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _refused(shell.say(N_("Choisissez un fichier.")))
    made, by = shell.assembly(), guard.signed_in().account.id
    try:
        report = bringing.bring(bank_counter(made), file.stream, name=file.filename, by=by)
    except FileRefused as refused:
        return _refused(words.refusal(refused, shell.language()))
    with made.database.transaction() as session:
        facts = {"new": report.new, "known": report.known, "matched": report.matched}
        note(session, "bank.import", None, facts, subject="bank")
    return shell.back(url_for("bank.index"), words.report(report, shell.language()).partition("\n")[0])


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return _refused(shell.say(N_("Ce fichier dépasse 100 Mo : partagez-le en plusieurs.")), status=413)


@guard.page(blueprint, "/<int:line_id>/confirm", permission=Permission.BANKING_ACT, methods=("POST",))
def confirm(line_id: int) -> ResponseReturnValue:
    """The line is of the chosen candidate, or of whom was searched for."""
    made, picked = shell.assembly(), request.form.get("person_id", 0, type=int)
    try:
        with made.database.transaction() as session:
            person = PersonId(picked) if picked else person_search.chosen(session)
            banking.confirm(
                session,
                bank_counter(made),
                line_id,
                person,
                seen=_seen(),
                by=guard.signed_in().account.id,
                at=shell.now(),
                meant=_meant(session),
                gift_id=GiftId(gift) if (gift := request.form.get("gift_id", 0, type=int)) else None,
                loss_cents=request.form.get(f"loss_{gift}", 0, type=int),
            )
    except LineDecided:
        return _on(DECIDED, kind="note")
    except (DayToCome, MoneyLeft, MoneyCameBack) as refused:
        return _on(NOBODYS[type(refused)], kind="refused")
    except MoreThanReceived:
        return desk(line_id, errors={"gift": shell.say(TOO_MUCH)}, of=PersonId(picked) if picked else None)
    except NothingToUndo as open_:
        return desk(line_id, errors={"gift": shell.say(WHICH)}, of=open_.person_id)
    except (Invalid, PersonMissing, GiftMissing) as wrong:
        return desk(line_id, errors=_wrong(wrong, {"who": shell.say(WRONG_WHO)}))
    return _done(line_id, N_("Le mouvement est à sa personne."))


@guard.page(blueprint, "/<int:line_id>/newcomer", permission=Permission.BANKING_ACT, methods=("POST",))
def newcomer(line_id: int) -> ResponseReturnValue:
    """Opens the record of whoever paid, and gives them the line, in one step."""
    made = shell.assembly()
    first, last = (request.form.get(name, "").strip()[:LONGEST] for name in ("first_name", "last_name"))
    if not first and not last:
        return desk(line_id, errors={"last_name": shell.say(NAMELESS)})
    try:
        with made.database.transaction() as session:
            banking.confirm_newcomer(
                session,
                bank_counter(made),
                line_id,
                first_name=first,
                last_name=last,
                language=made.settings.office_language,
                seen=_seen(),
                by=guard.signed_in().account.id,
                at=shell.now(),
                meant=_meant(session),
            )
    except LineDecided:
        return _on(DECIDED, kind="note")
    except (DayToCome, MoneyLeft, MoneyCameBack) as refused:
        return _on(NOBODYS[type(refused)], kind="refused")
    except NothingToUndo:
        return desk(line_id, errors={"gift": shell.say(NO_GIFT)})
    except Invalid as wrong:
        return desk(line_id, errors=_wrong(wrong, {"last_name": shell.say(NAMELESS)}))
    return _done(line_id, N_("La fiche est ouverte, et le mouvement est à elle."))


@guard.page(blueprint, "/<int:line_id>/aside", permission=Permission.BANKING_ACT, methods=("POST",))
def aside(line_id: int) -> ResponseReturnValue:
    """The line is nobody's gift."""
    made, why = shell.assembly(), request.form.get("why", "")
    if why not in set(Aside):
        return desk(line_id, errors={"why": shell.say(WHY_ASIDE)})
    try:
        with made.database.transaction() as session:
            by = guard.signed_in().account.id
            counter = bank_counter(made)
            banking.set_aside(session, counter, line_id, why=Aside(why), seen=_seen(), by=by, at=shell.now())
    except LineDecided:
        return _on(DECIDED, kind="note")
    return _done(line_id, N_("Le mouvement est mis de côté."))


@guard.page(blueprint, "/<int:line_id>/reopen", permission=Permission.BANKING_ACT, methods=("POST",))
def reopen(line_id: int) -> ResponseReturnValue:
    """Takes a decision back."""
    made = shell.assembly()
    try:
        with made.database.transaction() as session:
            by, day = guard.signed_in().account.id, bank_days.of(session, line_id)
            banking.reopen(session, bank_counter(made), line_id, seen=_seen(), by=by, at=shell.now())
    except LineDecided:
        return _on(DECIDED, kind="note")
    except (GiftHasMoved, LineSettles) as refused:
        return desk(line_id, moved=refused.gifts, why=MOVED if isinstance(refused, GiftHasMoved) else SETTLES)
    message = bank_days.said(N_("Le mouvement attend de nouveau."), bank_days.KEEPS, day)
    return shell.back(url_for("bank.index", line=line_id), message)


def _meant(session: Session) -> Meant:
    """What the colleague says that the line is; a choice that is not offered is a gift to the general fund."""
    kind, fund = request.form.get("kind", ""), request.form.get("fund", "")
    offered = {one.value: one for one in meaning.OFFERED}
    return Meant(
        kind=offered.get(kind, GiftKind.ONE_OFF),
        fund=fund if fund in dict(fund_choices(session)) else GENERAL,
        source=request.form.get("source_code", "").strip()[:40],
    )


def _wrong(wrong: Exception, otherwise: dict[str, str]) -> dict[str, str]:
    is_code = isinstance(wrong, CodeUnknown) and wrong.field == "source_code"
    return {"source_code": shell.say(WRONG_CODE)} if is_code else otherwise


def _seen() -> int:
    return request.form.get("seen", 0, type=int)


def _done(line_id: int, message: str) -> Response:
    with shell.assembly().database.reading() as session:
        version, day = banking.line(session, line_id).version, bank_days.of(session, line_id)
    message = bank_days.said(message, bank_days.COUNTS, day)
    return _on(message, undo=(url_for("bank.reopen", line_id=line_id), f"seen={version}"))


def _on(message: str, *, kind: str = "done", undo: tuple[str, str] | None = None) -> Response:
    return shell.back(url_for("bank.index"), shell.say(message), kind=kind, undo=undo)


def _refused(why: str, *, status: int = 422) -> Response:
    return shell.show("office/bank/new.html", status=status, errors={"file": why})


def desk(
    line_id: int | None,
    *,
    errors: dict[str, str] | None = None,
    of: PersonId | None = None,
    moved: Sequence[GiftId] = (),
    why: str = "",
) -> Response:
    """The page of a line, or of the oldest that waits, with what was wrong."""
    made = shell.assembly()
    with made.database.reading() as session:
        waiting = banking.waiting(session, size=SIZE)
        chosen = banking.line(session, line_id) if line_id else next(iter(waiting), None)
        is_open = chosen is not None and chosen.state is LineState.OPEN
        is_spent = chosen is not None and (chosen.is_spent or chosen.is_back)
        found = banking.candidates(session, bank_counter(made), chosen) if chosen and is_open and not is_spent else ()
        offers = bank_offers.of(session, chosen)
        persons = people.people(session, [one.person_id for one in found])
        holder = people.find_survivor(session, chosen.person_id) if chosen and chosen.person_id else None
        payer = banking.confirmed(session, chosen) if chosen and chosen.rule is Rule.ALIAS else ()
        gifts = banking.gifts_to_undo(session, chosen, of) if chosen and is_open and of else ()
        if of and not gifts:
            errors = {"gift": shell.say(NO_GIFT)}
        counts, gaps = banking.counts(session), banking.gaps(session)
        known = meaning.habits(session, [one.person_id for one in found], {chosen.cents} if chosen else ())
        funds = fund_choices(session)
        since = _since(session, moved[:NAMED])
    first, _, last = (chosen.name if chosen else "").title().partition(" ")
    return shell.show(
        "office/bank/desk.html",
        status=422 if errors else 409 if why else 200,
        why=shell.say(why) if why else "",
        moved=since,
        more=len(moved) - len(since),
        waiting=[_row(line) for line in waiting],
        chosen=_row(chosen) if chosen else None,
        is_open=is_open,
        holder=holder,
        settled=_settled(chosen),
        of=of,
        **offers,
        gifts=gifts,
        is_spent=is_spent,
        is_back=chosen is not None and chosen.is_back,
        asides=[("", shell.say(N_("Choisissez")))]
        + [(one.value, shell.say(word)) for one, word in words.ASIDE.items()],
        put_aside=shell.say(words.ASIDE.get(chosen.aside, words.UNSAID)) if chosen and chosen.aside else "",
        is_clear=rules.is_clear([one.score for one in found]),
        candidates=[_candidate(one, persons[one.person_id]) for one in found],
        known_by=_known_by(chosen, holder, payer),
        kinds=[(one.value, shell.say(gift_words.KINDS[one])) for one in meaning.OFFERED],
        kind=request.form.get("kind") or (_seems(chosen, found, known) if chosen else ""),
        funds=funds if len(funds) > 1 else [],
        fund=request.form.get("fund", GENERAL),
        counts=counts,
        gaps=[words.gap(one, shell.language()) for one in gaps],
        typed={
            "first_name": request.form.get("first_name", last),
            "last_name": request.form.get("last_name", first),
            "who": request.form.get("who", "")[: person_search.LONGEST],
        },
        errors=errors or {},
    )


def _since(session: Session, moved: Sequence[GiftId]) -> list[dict[str, Any]]:
    """What happened to each of those gifts after its money came."""
    found = [donations.whole(session, gift_id) for gift_id in moved]
    givers = people.people(session, {one.gift.person_id for one in found})
    rows = []
    for one in found:
        last = next((entry for entry in reversed(one.entries) if entry.kind in HAPPENED), None)
        giver = givers.get(one.gift.person_id)
        word = shell.say(gift_words.moved(last.kind, last.provider)[0]) if last else shell.say(AGAIN)
        name = giver.full_name if giver else ""
        row = {"id": one.gift.id, "name": name, "cents": one.gift.cents, "on": one.gift.given_on, "word": word}
        rows.append(row | {"since": last.booked_on if last else None})
    return rows


def _known_by(line: KeptLine | None, holder: Person | None, payer: Sequence[Confirmed]) -> str:
    """By what a line that nobody decided about found its person, or the empty text."""
    if line is None or line.rule is None or holder is None or line.decided_by is not None:
        return ""
    on = next((one.on for one in payer if one.person_id == line.person_id), None)
    return words.reason(line.rule.value, _called(holder), on, shell.language())


def _settled(line: KeptLine | None) -> str:
    """What a line settled that is no gift, and what opening it again does."""
    if line is None or line.rule not in SETTLED:
        return ""
    is_back = line.rule is Rule.REFUND and line.is_back
    return shell.say(BROUGHT_BACK if is_back else SETTLED[line.rule])


def _called(person: Person) -> str:
    return person.full_name or shell.say(N_("Sans nom"))


def _seems(line: KeptLine, found: Sequence[Candidate], known: meaning.Habits) -> str:
    return meaning.seems(line, found[0].person_id if found else None, known).value


def _row(line: KeptLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "version": line.version,
        "on": line.booked_on,
        "cents": line.cents,
        "name": line.name,
        "address": line.address,
        "tail": line.tail,
        "communication": line.communication,
        "structured": written(line.structured) if line.structured else "",
        "mandate": line.mandate or "",
        "reference": line.end_to_end_id or "",
        "returned": shell.say(words.RETURNED[line.return_kind]) if line.return_kind else "",
        "reason": line.return_reason or "",
        "account": line.account,
    }


def _candidate(one: Candidate, person: Person) -> dict[str, Any]:
    primary = person.primary
    return {
        "id": one.person_id,
        "name": _called(person),
        "number": people_rules.shown_number(person.member_number),
        "detail": primary.value if primary else "",
        "score": one.score,
        "why": " · ".join(words.reason(why, _called(person), one.confirmed_on, shell.language()) for why in one.why),
    }
