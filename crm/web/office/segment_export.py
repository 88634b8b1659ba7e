"""A segment as a file: a purpose and a channel are chosen, the gate leaves out whom it must, and the trail keeps it."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.consent import do_not_call
from crm.consent import service as consent
from crm.consent.errors import BlockListStale
from crm.consent.model import SERVICE, Channel
from crm.foundation.csv_out import csv_lines
from crm.privacy import limits
from crm.privacy.errors import AgreementOver
from crm.segments import exporting, leaving, more_columns, service
from crm.segments.errors import ExportUndecided, OwnExport, SegmentChanged, SegmentUnshared, TooLarge
from crm.segments.model import ExportState, Segment
from crm.segments.more_columns import More
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid, PortevoixError
from crm.values.identifiers import PersonId
from crm.web.office import guard, segment_view, shell
from crm.web.office.do_not_call import stale
from crm.web.office.noting import note
from crm.web.office.segment_words import CHANNELS
from crm.web.words import N_

blueprint = Blueprint("segment_export", __name__, url_prefix="/office/segments")

PIECE = 64 * 1024
LONGEST = 200
STATES: dict[ExportState, tuple[str, str]] = {
    ExportState.ASKED: (N_("attend un second regard"), "wait"),
    ExportState.APPROVED: (N_("prêt à emporter"), "live"),
    ExportState.REFUSED: (N_("refusé"), "stop"),
    ExportState.MADE: (N_("emporté"), "done"),
}
REFUSALS: dict[type[PortevoixError], str] = {
    ExportUndecided: N_("Ce fichier a déjà été emporté, ou n’est pas encore accordé : demandez-en un autre."),
    OwnExport: N_("C’est vous qui avez demandé ce fichier : une autre personne doit l’accorder."),
    AgreementOver: N_(
        "L’accord vaut quatorze jours, et pour le nombre de personnes pour lequel il a été donné. Ce fichier en compte "
        "trop de plus, ou l’accord est trop vieux : demandez-le à nouveau."
    ),
    SegmentChanged: N_("Le segment a changé depuis l’accord : demandez ce fichier à nouveau."),
    SegmentUnshared: N_("Personne d’autre ne voit ce segment : partagez-le, puis demandez le fichier."),
    TooLarge: N_("Un fichier si grand demande l’accord d’une autre personne."),
}
MORE: dict[More, str] = {
    More.ADDRESS: N_("si l’adresse postale est en ordre, ou si des envois en reviennent"),
    More.ATTESTATION: N_("la dernière attestation fiscale : année, numéro, montant"),
    More.MEASURES: N_("ce que le segment mesure : totaux, nombres, dates"),
}
TO_WHOM = N_("Dites à qui ce fichier sera remis : les personnes peuvent nous le demander.")


@guard.page(blueprint, "/<int:segment_id>/export", permission=Permission.SUPPORTERS_EXPORT)
def form(segment_id: int) -> ResponseReturnValue:
    """For what, and by which channel."""
    return _form(segment_id, None)


@guard.page(blueprint, "/<int:segment_id>/export", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def look(segment_id: int) -> ResponseReturnValue:
    """How many would leave, and why the others stay."""
    purpose, channel = _asked()
    if not _recipient_typed():
        return _form(segment_id, None, errors={"recipient": shell.say(TO_WHOM)})
    made = shell.assembly()
    if unfit := _unfit(channel):
        return _form(segment_id, None, errors={"channel": unfit})
    with made.database.reading() as session:
        segment = segment_view.may_open(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        definition = segment_view.definition_of(session, segment)
        outlook = exporting.outlook(definition, question, purpose, channel)
    return _form(segment_id, outlook)


@guard.page(blueprint, "/<int:segment_id>/export.csv", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def file(segment_id: int) -> ResponseReturnValue:
    """The file; what left is written to the trail first: how many, for what, and the file's fingerprint."""
    made, export_id = shell.assembly(), request.form.get("export_id", type=int)
    try:
        purpose, channel, recipient, more = _wanted(segment_id, export_id)
    except tuple(REFUSALS) as refused:
        return _refused(segment_id, refused)
    people, digest = array("q"), hashlib.sha256()
    if unfit := _unfit(channel):
        return _form(segment_id, None, errors={"channel": unfit})

    def told(several: Iterator[tuple[PersonId, list[str]]]) -> Iterator[list[str]]:
        for person_id, line in several:
            people.append(person_id)
            yield line

    with made.database.reading() as session:
        segment = segment_view.may_open(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        definition = segment_view.definition_of(session, segment)
        reads = segment_view.reader(session)
        lines = exporting.rows(definition, question, purpose, channel, shell.language(), more=more)
        head = exporting.head(channel, shell.language(), more_columns.head(more, segment.tree, reads))
        kept = TemporaryFile()  # noqa: SIM115 - streamed below
        for piece in csv_lines(_with_head(head, told(lines))):
            written = piece.encode()
            digest.update(written)
            kept.write(written)
    by, sha256 = guard.signed_in().account.id, digest.hexdigest()
    facts = {"rows": len(people), "purpose": purpose, "channel": channel.value, "sha256": sha256}
    facts |= {"more": [one.value for one in more]} if more else {}
    try:
        with made.database.transaction() as session:
            leaving.left(
                session,
                segment,
                people,
                purpose=purpose,
                channel=channel,
                recipient=recipient,
                definition=service.fingerprint(definition, question),
                more=more,
                sha256=sha256,
                at=shell.now(),
                by=by,
                export_id=export_id,
            )
            note(session, "segment.export", segment.id, facts, subject="segment")
    except tuple(REFUSALS) as refused:
        kept.close()
        return _refused(segment_id, refused)
    answer = Response(_pieces(kept), mimetype="text/csv; charset=utf-8")
    name = f"segment-{segment.id}-{brussels_day(shell.now()):%Y-%m-%d}-{channel.value}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Rows"] = str(len(people))
    return answer


def _wanted(segment_id: int, export_id: int | None) -> tuple[str, Channel, str, tuple[More, ...]]:
    """For what, by which channel, to whom, with what besides: as it was agreed to, or as it is typed."""
    if export_id is None:
        return (*_asked(), _recipient(), _more())
    made = shell.assembly()
    with made.database.reading() as session:
        segment = segment_view.may_open(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        stands = service.fingerprint(segment_view.definition_of(session, segment), question)
        agreed = leaving.ready(session, segment, export_id, definition=stands, at=shell.now())
    if not set(agreed.more) <= _may_add():
        abort(403)
    return agreed.purpose, agreed.channel, agreed.recipient, agreed.more


def _may_add() -> set[More]:
    """What whoever is signed in may have besides."""
    return {one for one in More if one is not More.ATTESTATION or guard.may(Permission.ATTESTATIONS_READ)}


def _more() -> tuple[More, ...]:
    asked = set(" ".join(request.form.getlist("more")).split())
    return tuple(one for one in More if one.value in asked and one in _may_add())


@guard.page(blueprint, "/<int:segment_id>/export/ask", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def ask(segment_id: int) -> ResponseReturnValue:
    """Asks a second colleague for a large file."""
    (purpose, channel), recipient, made = _asked(), _recipient(), shell.assembly()
    by = guard.signed_in().account.id
    with made.database.reading() as session:
        segment = segment_view.may_open(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        definition = segment_view.definition_of(session, segment)
        outlook = exporting.outlook(definition, question, purpose, channel)
    try:
        with made.database.transaction() as session:
            asked = leaving.ask(
                session,
                segment,
                people=outlook.rows,
                purpose=purpose,
                channel=channel,
                recipient=recipient,
                definition=service.fingerprint(definition, question),
                more=_more(),
                at=shell.now(),
                by=by,
            )
            facts = {"file": asked.id, "rows": asked.people, "purpose": purpose, "channel": channel.value}
            note(session, "segment.ask-export", segment_id, facts, subject="segment")
    except tuple(REFUSALS) as refused:
        return _refused(segment_id, refused)
    said = N_("%(rows)s personnes : une autre personne de l’équipe doit accorder ce fichier.")
    return shell.back(_here(segment_id), shell.say(said, rows=shell.number(asked.people)), kind="note")


@guard.page(
    blueprint,
    "/<int:segment_id>/exports/<int:export_id>/decide",
    permission=Permission.SUPPORTERS_EXPORT,
    methods=("POST",),
)
def decide(segment_id: int, export_id: int) -> ResponseReturnValue:
    """A second colleague agrees, or not."""
    approve, by = request.form.get("decision") == "yes", guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            segment = segment_view.may_open(session, segment_id)
            leaving.decide(session, segment.id, export_id, approve=approve, by=by, at=shell.now())
            facts = {"file": export_id, "approved": approve}
            note(session, "segment.decide-export", segment_id, facts, subject="segment")
    except tuple(REFUSALS) as refused:
        return _refused(segment_id, refused)
    said = N_("Accordé : le fichier peut partir.") if approve else N_("Refusé : rien ne part.")
    return shell.back(_here(segment_id), shell.say(said))


@guard.page(
    blueprint,
    "/<int:segment_id>/exports/<int:export_id>/purged",
    permission=Permission.SUPPORTERS_EXPORT,
    methods=("POST",),
)
def purged(segment_id: int, export_id: int) -> ResponseReturnValue:
    """Whoever had the file says that it is destroyed."""
    by = guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            segment = segment_view.may_see(session, segment_id)
            if leaving.say_purged(session, segment.id, export_id, by=by, at=shell.now()):
                note(session, "segment.purged", segment_id, {"file": export_id}, subject="segment")
    except tuple(REFUSALS) as refused:
        return _refused(segment_id, refused)
    return shell.back(_here(segment_id), shell.say(N_("C’est noté : ce fichier est détruit.")))


def _refused(segment_id: int, refused: PortevoixError) -> Response:
    return shell.back(_here(segment_id), shell.say(REFUSALS[type(refused)]), kind="refused")


def _here(segment_id: int) -> str:
    return url_for("segment_export.form", segment_id=segment_id)


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        kept.seek(0)
        while piece := kept.read(PIECE):
            yield piece


def _with_head(head: list[str], lines: Iterator[list[str]]) -> Iterator[list[str]]:
    yield head
    yield from lines


def _asked() -> tuple[str, Channel]:
    purpose, channel = request.form.get("purpose", ""), request.form.get("channel", "")
    with shell.assembly().database.reading() as session:
        known = {one.code for one in consent.purposes(session)} - {SERVICE}
    if purpose not in known or channel not in set(Channel):
        raise Invalid("for what, and by which channel", field="purpose")
    return purpose, Channel(channel)


def _unfit(channel: Channel) -> str:
    """Why nobody may be called now: no do-not-call list holds."""
    if channel is not Channel.PHONE:
        return ""
    try:
        with shell.assembly().database.reading() as session:
            do_not_call.require_fresh(session, brussels_day(shell.now()))
    except BlockListStale as refused:
        return stale(refused)
    return ""


def _recipient() -> str:
    typed = _recipient_typed()
    if not typed:
        raise Invalid("who receives the file", field="recipient")
    return typed


def _recipient_typed() -> str:
    return " ".join(request.form.get("recipient", "").split())[:LONGEST]


def _has(segment: Segment, one: More) -> bool:
    return one is not More.MEASURES or bool(more_columns.measures(segment.tree))


def _form(segment_id: int, outlook: exporting.Outlook | None, *, errors: Mapping[str, str] | None = None) -> Response:
    with shell.assembly().database.reading() as session:
        segment = segment_view.may_open(session, segment_id)
        files = leaving.files(session, segment.id)
        large = limits.value(session, limits.LARGE_FILE, brussels_day(shell.now()))
        names = {account.id: account.name for account in staff.accounts(session)}
        purposes = [(p.code, p.name(shell.language())) for p in consent.purposes(session) if p.code != SERVICE]
    excluded = sorted(outlook.excluded.items(), key=lambda pair: -pair[1]) if outlook else []
    return shell.show(
        "office/segments/export.html",
        segment=segment,
        purposes=purposes,
        channels=[(channel.value, shell.say(word)) for channel, word in CHANNELS.items()],
        status=422 if errors else 200,
        errors=errors or {},
        outlook=outlook,
        files=files,
        large=large,
        states=STATES,
        names=names,
        me=guard.signed_in().account.id,
        today=brussels_day(shell.now()),
        excluded=[(segment_view.refusal_word(word), number) for word, number in excluded],
        typed={name: request.form.get(name, "") for name in ("purpose", "channel", "recipient")},
        more=[(one.value, shell.say(word)) for one, word in MORE.items() if one in _may_add() and _has(segment, one)],
        chosen=[one.value for one in _more()],
    )
