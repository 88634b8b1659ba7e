"""A segment as a file: a purpose and a channel are chosen, the gate leaves out whom it must, and the trail keeps it."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from crm.consent import do_not_call
from crm.consent import service as consent
from crm.consent.errors import BlockListStale
from crm.consent.model import SERVICE, Channel
from crm.foundation.csv_out import csv_lines
from crm.segments import exporting, service
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.web.office import guard, segment_view, shell
from crm.web.office.do_not_call import stale
from crm.web.office.noting import note
from crm.web.office.segment_words import CHANNELS
from crm.web.words import N_

blueprint = Blueprint("segment_export", __name__, url_prefix="/office/segments")

PIECE = 64 * 1024
LONGEST = 200
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
        segment = segment_view.may_see(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        definition = segment_view.definition_of(session, segment)
        outlook = exporting.outlook(definition, question, purpose, channel)
    return _form(segment_id, outlook)


@guard.page(blueprint, "/<int:segment_id>/export.csv", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def file(segment_id: int) -> ResponseReturnValue:
    """The file; what left is written to the trail first: how many, for what, and the file's fingerprint."""
    (purpose, channel), recipient = _asked(), _recipient()
    made, kept, digest = shell.assembly(), TemporaryFile(), hashlib.sha256()  # noqa: SIM115 - streamed below
    people = array("q")
    if unfit := _unfit(channel):
        return _form(segment_id, None, errors={"channel": unfit})

    def told(several: Iterator[tuple[PersonId, list[str]]]) -> Iterator[list[str]]:
        for person_id, line in several:
            people.append(person_id)
            yield line

    with made.database.reading() as session:
        segment = segment_view.may_see(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        definition = segment_view.definition_of(session, segment)
        lines = exporting.rows(definition, question, purpose, channel, shell.language())
        for piece in csv_lines(_with_head(exporting.head(channel, shell.language()), told(lines))):
            written = piece.encode()
            digest.update(written)
            kept.write(written)
    facts = {"rows": len(people), "purpose": purpose, "channel": channel.value, "sha256": digest.hexdigest()}
    with made.database.transaction() as session:
        exporting.left(
            session,
            segment.id,
            people,
            purpose=purpose,
            channel=channel,
            recipient=recipient,
            sha256=digest.hexdigest(),
            at=shell.now(),
            by=guard.signed_in().account.id,
        )
        note(session, "segment.export", segment.id, facts, subject="segment")
    answer = Response(_pieces(kept), mimetype="text/csv; charset=utf-8")
    name = f"segment-{segment.id}-{brussels_day(shell.now()):%Y-%m-%d}-{channel.value}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Rows"] = str(len(people))
    return answer


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


def _form(segment_id: int, outlook: exporting.Outlook | None, *, errors: Mapping[str, str] | None = None) -> Response:
    with shell.assembly().database.reading() as session:
        segment = segment_view.may_see(session, segment_id)
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
        excluded=[(segment_view.refusal_word(word), number) for word, number in excluded],
        typed={name: request.form.get(name, "") for name in ("purpose", "channel", "recipient")},
    )
