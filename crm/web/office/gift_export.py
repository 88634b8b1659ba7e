"""The list of gifts as a file: those that the filters leave, line by line, and whose they are.

It is a book: all money is in it, that of people whose data are frozen too, without their names. A file about so many
that two would have to agree to it (`limits.LARGE_FILE`) names nobody: names leave by a segment, which asks them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.consent import restrictions
from crm.donations import service as donations
from crm.donations import words
from crm.donations.model import Gift, GiftKind, Line, Wanted
from crm.foundation.csv_out import csv_lines
from crm.foundation.print_files import Sheet
from crm.people import rules
from crm.people import service as people
from crm.people.model import Person
from crm.privacy import limits
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import GiftId, PersonId
from crm.web.office import gift_filters, guard, person_search, shell
from crm.web.office.gift_books import XLSX
from crm.web.office.gifts import fund_names
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gift_export", __name__, url_prefix="/office/gifts")

BLOCK = 1000
HEAD = (
    N_("Don n°"), N_("Jour"), N_("Compté par"), N_("N° de membre"), N_("De"), N_("Genre"), N_("Moyen"),
    N_("Code d’appel"), N_("Part"), N_("Fonds"), N_("Déductible"), N_("Net reçu"), N_("Valeur en nature"),
)  # fmt: skip
DESTROY = N_("Détruire le fichier des dons pris le %(on)s (lignes : %(rows)s)")
Row = tuple[list[str], int, int]


@guard.page(blueprint, "/of", permission=Permission.DONATIONS_READ, methods=("POST",))
def of() -> ResponseReturnValue:
    """The list of the gifts of somebody who was looked for, beside the filters that are on."""
    told = gift_filters.read(request.form.get)
    typed: dict[str, Any] = {name: text for name, text in told.items() if text and name != "donor"}
    with shell.assembly().database.reading() as session:
        try:
            donor = person_search.chosen(session)
        except Invalid:
            return shell.back(
                url_for("gifts.index", **typed),
                shell.say(N_("Choisissez une personne ou une organisation de la liste.")),
                kind="refused",
            )
    return shell.back(url_for("gifts.index", **typed, donor=donor))


@guard.page(blueprint, "/file", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def file() -> ResponseReturnValue:
    """Takes them along, without trials, and notes it: the amounts come to the total that the list shows.

    Whoever takes it is asked to destroy it, by the day on which a segment's file would have to be.
    """
    typed = gift_filters.read(request.form.get)
    wanted, is_book = gift_filters.wanted(typed), request.form.get("as") == "xlsx"
    kept = TemporaryFile()  # noqa: SIM115 - streamed below
    head, on, by = [shell.say(one) for one in HEAD], brussels_day(shell.now()), guard.signed_in().account.id
    with shell.assembly().database.reading() as session:
        is_named = donations.totals(session, wanted).donors < limits.value(session, limits.LARGE_FILE, on)
        rows = _rows(session, wanted, is_named=is_named)
        count = _into_a_book(kept, head, rows) if is_book else _into_csv(kept, head, rows)
    with shell.assembly().database.transaction() as session:
        purge_on = on + timedelta(days=limits.value(session, limits.SEGMENT_FILE, on))
        title = shell.say(DESTROY, on=shell.day(on), rows=shell.number(count))
        care.add_task(session, title=title, by=by, at=shell.now(), due_on=purge_on, assignee=by)
        told = {"rows": count, "sha256": _digest(kept), "purge_on": purge_on.isoformat(), "named": is_named}
        asked = " ".join(name for name, text in typed.items() if text)
        note(session, "gifts.export", None, {**told, "fields": asked}, subject="gift")
    name = f"dons-{brussels_day(shell.now())}.{'xlsx' if is_book else 'csv'}"
    answer = Response(_pieces(kept), content_type=XLSX if is_book else "text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Rows"] = str(count)
    return answer


def _into_csv(kept: IO[bytes], head: list[str], rows: Iterator[Row]) -> int:
    count = 0

    def lines() -> Iterator[list[str]]:
        nonlocal count
        yield head
        for cells, net, value in rows:
            count += 1
            yield [*cells, money.exact(net), money.exact(value) if value else ""]

    for piece in csv_lines(lines()):
        kept.write(piece.encode())
    return count


def _into_a_book(kept: IO[bytes], head: list[str], rows: Iterator[Row]) -> int:
    sheet, count = Sheet(kept, head, name=shell.say(N_("Dons"))), 0
    for cells, net, value in rows:
        count += 1
        amounts: tuple[Decimal | str, ...] = (money.euros(net), money.euros(value) if value else "")
        sheet.add_with_amounts([*cells, *amounts])
    sheet.close()
    return count


def _rows(session: Session, wanted: Wanted, *, is_named: bool) -> Iterator[Row]:
    """Each line on which money stands, and what came in kind: its cells, its cents, the value that was stated."""
    named, after = fund_names(session), None
    while found := donations.page(session, wanted, after=after, size=BLOCK):
        after = GiftId(found[-1].id)
        of_gifts = donations.lines_of(session, {one.id for one in found})
        ids = {one.person_id for one in found}
        known, frozen = people.people(session, ids) if is_named else {}, restrictions.restricted(session, ids)
        for gift in found:
            is_in_kind = gift.kind is GiftKind.IN_KIND
            for line in of_gifts[gift.id]:
                if not gift.is_test and (line.net_cents or (is_in_kind and line.cents)):
                    who = _who(gift.person_id, known, frozen) if is_named else ("", "")
                    yield _cells(gift, line, who, named), line.net_cents, line.cents * is_in_kind


def _who(person_id: PersonId, known: Mapping[PersonId, Person], frozen: Collection[PersonId]) -> tuple[str, str]:
    """The member number and the name of who gave; neither while their data are frozen (GDPR art. 18)."""
    person = known.get(person_id)
    if person_id in frozen:
        return "", shell.say(N_("Données gelées"))
    if person is None:
        return "", shell.say(N_("Sans nom"))
    return rules.shown_number(person.member_number), person.full_name or shell.say(N_("Sans nom"))


def _cells(gift: Gift, line: Line, who: tuple[str, str], named: Mapping[str, str]) -> list[str]:
    return [
        str(gift.id),
        gift.given_on.isoformat(),
        shell.say(words.BASES[gift.basis]),
        *who,
        shell.say(words.KINDS[gift.kind]),
        shell.say(words.METHODS[gift.method]),
        gift.source_code,
        shell.say(words.LINES[line.kind]),
        named.get(line.fund, line.fund),
        shell.say(N_("oui") if line.is_deductible else N_("non")),
    ]


def _digest(kept: IO[bytes]) -> str:
    digest = hashlib.sha256()
    kept.seek(0)
    while piece := kept.read(1 << 16):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        kept.seek(0)
        while piece := kept.read(1 << 16):
            yield piece
