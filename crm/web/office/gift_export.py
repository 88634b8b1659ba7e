"""The list of gifts as a file: those that the filters leave, line by line, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.donations import service as donations
from crm.donations import words
from crm.donations.model import Gift, GiftKind, Line, Wanted
from crm.foundation.csv_out import csv_lines
from crm.foundation.print_files import Sheet
from crm.people import rules
from crm.people import service as people
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import GiftId
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
    """Takes them along, without trials, and notes it: the amounts come to the total that the list shows."""
    typed = gift_filters.read(request.form.get)
    wanted, is_book = gift_filters.wanted(typed), request.form.get("as") == "xlsx"
    kept = TemporaryFile()  # noqa: SIM115 - streamed below
    head = [shell.say(one) for one in HEAD]
    with shell.assembly().database.reading() as session:
        rows = _rows(session, wanted)
        count = _into_a_book(kept, head, rows) if is_book else _into_csv(kept, head, rows)
    with shell.assembly().database.transaction() as session:
        asked = " ".join(name for name, text in typed.items() if text)
        note(session, "gifts.export", None, {"rows": count, "fields": asked}, subject="gift")
    name = f"dons-{brussels_day(shell.now())}.{'xlsx' if is_book else 'csv'}"
    answer = Response(_pieces(kept), content_type=XLSX if is_book else "text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
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


def _rows(session: Session, wanted: Wanted) -> Iterator[Row]:
    """Each line on which money stands, and what came in kind: its cells, its cents, the value that was stated."""
    named, after = fund_names(session), None
    while found := donations.page(session, wanted, after=after, size=BLOCK):
        after = GiftId(found[-1].id)
        of_gifts = donations.lines_of(session, {one.id for one in found})
        known = people.people(session, {one.person_id for one in found})
        for gift in found:
            is_in_kind = gift.kind is GiftKind.IN_KIND
            for line in of_gifts[gift.id]:
                if not gift.is_test and (line.net_cents or (is_in_kind and line.cents)):
                    yield _cells(gift, line, known.get(gift.person_id), named), line.net_cents, line.cents * is_in_kind


def _cells(gift: Gift, line: Line, person: Person | None, named: Mapping[str, str]) -> list[str]:
    return [
        str(gift.id),
        gift.given_on.isoformat(),
        shell.say(words.BASES[gift.basis]),
        rules.shown_number(person.member_number) if person is not None else "",
        (person.full_name if person is not None else "") or shell.say(N_("Sans nom")),
        shell.say(words.KINDS[gift.kind]),
        shell.say(words.METHODS[gift.method]),
        gift.source_code,
        shell.say(words.LINES[line.kind]),
        named.get(line.fund, line.fund),
        shell.say(N_("oui") if line.is_deductible else N_("non")),
    ]


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        kept.seek(0)
        while piece := kept.read(1 << 16):
            yield piece
