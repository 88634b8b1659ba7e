"""Before a file is tried: how it is read, and what its columns mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import import_worker
from crm.consent import service as consent
from crm.donations import words as gift_words
from crm.donations.model import Method
from crm.imports import service as imports
from crm.imports import words
from crm.imports.errors import FileRefused, MappingIncomplete
from crm.imports.kinds.binding import BOTH, PERSON
from crm.imports.kinds.channels import ALL
from crm.imports.kinds.every import OF_CONSENT, PROMISING, kind_of
from crm.imports.kinds.model import Choice, ChoiceSort, Field, Kind, Sort
from crm.imports.layout import Encoding, FileFormat, Layout, Look, Quote, Separator
from crm.imports.model import Matching, Run, RunId, RunState
from crm.people import words as people_words
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, import_words, shell
from crm.web.office.imports import may_bring, note, work
from crm.web.words import N_

BROUGHT = frozenset(Method) - {Method.NONE}

blueprint = Blueprint("import_preparing", __name__, url_prefix="/office/imports")

MISSING = {
    "column": N_("Choisissez la colonne : %(what)s."),
    "format": N_("Choisissez comment c’est écrit : %(what)s."),
    "choice": N_("Ce choix est nécessaire : %(what)s."),
}
NOT_YOURS = N_("Cette colonne signe des dons réguliers, ce que votre rôle ne permet pas : ne la choisissez pas.")
TWO_THINGS = N_("Cette colonne peut se lire de plusieurs façons : choisissez la bonne.")
EVERYTHING = N_("Tout : lettres, appels, magazine (pour un refus)")
OF_PERSON = N_("Celle de la personne")
OF_BOTH = N_("Celle des deux")
BY_ALL = N_("Tous les canaux (pour un refus)")
FITS_NOTHING = N_("Aucun format connu ne lit cette colonne entière : choisissez le plus proche.")


@guard.page(blueprint, "/<int:run_id>/prepare", permission=Permission.IMPORTS_ACT)
def show(run_id: int) -> ResponseReturnValue:
    """How the file is read, and the columns as far as they can be told."""
    return _page(run_id, None, {})


@guard.page(blueprint, "/<int:run_id>/reading", permission=Permission.IMPORTS_ACT, methods=("POST",))
def reread(run_id: int) -> ResponseReturnValue:
    """Reads it another way."""
    made = shell.assembly()
    with made.database.reading() as session:
        run = imports.get(session, RunId(run_id))
    try:
        seen = imports.look(import_worker(made).shelf, run.file_token, _layout(run))
    except FileRefused as refused:
        return _page(run_id, None, {"encoding": import_words.refusal(refused)})
    with made.database.transaction() as session:
        imports.reread(session, run.id, seen, at=shell.now())
    return shell.back(url_for("import_preparing.show", run_id=run.id), shell.say(N_("Le fichier est relu.")))


@guard.page(blueprint, "/<int:run_id>/check", permission=Permission.IMPORTS_ACT, methods=("POST",))
def check(run_id: int) -> ResponseReturnValue:
    """Tries it without writing anything."""
    matching = _matching()
    try:
        with shell.assembly().database.transaction() as session:
            run = imports.get(session, RunId(run_id))
            if not may_bring(run.kind):
                abort(403)
            if not may_bring(run.kind, matching.columns):
                barred = sorted(PROMISING & matching.columns.keys())
                return _page(run_id, matching, {f"column-{name}": shell.say(NOT_YOURS) for name in barred})
            run = imports.check(session, run.id, matching, at=shell.now())
            note(session, "check", run)
    except MappingIncomplete as incomplete:
        with shell.assembly().database.reading() as session:
            kind = kind_of(imports.get(session, RunId(run_id)).kind)
        return _page(run_id, matching, {name: _missing(kind, name) for name in incomplete.missing})
    return work(run, N_("L’essai est fait. Rien n’a été écrit."))


def _layout(run: Run) -> Layout:
    """The layout as the form says it; what it does not say, or says wrongly, stays."""
    given = request.form
    is_csv = run.layout.format is FileFormat.CSV

    def one_of(words: Any, name: str, otherwise: Any) -> Any:
        return words(given[name]) if given.get(name) in {word.value for word in words} else otherwise

    header_row = given.get("header_row", type=int)
    sheet = given.get("sheet", type=int)
    return replace(
        run.layout,
        encoding=one_of(Encoding, "encoding", run.layout.encoding) if is_csv else run.layout.encoding,
        separator=one_of(Separator, "separator", run.layout.separator) if is_csv else run.layout.separator,
        quote=one_of(Quote, "quote", run.layout.quote) if is_csv else run.layout.quote,
        sheet=sheet if sheet is not None and 0 <= sheet < len(run.sheets) else run.layout.sheet,
        header_row=header_row if header_row is not None and 0 <= header_row <= 20 else run.layout.header_row,
    )


def _matching() -> Matching:
    columns = {
        name.removeprefix("column-"): int(value)
        for name, value in request.form.items()
        if name.startswith("column-") and value.isascii() and value.isdigit() and len(value) < 5
    }
    known = set(words.FORMATS)
    return Matching(
        columns=columns,
        formats={
            name.removeprefix("format-"): value
            for name, value in request.form.items()
            if name.startswith("format-") and value in known
        },
        choices={
            name.removeprefix("choice-"): value for name, value in request.form.items() if name.startswith("choice-")
        },
    )


def _page(run_id: int, typed: Matching | None, errors: dict[str, str]) -> ResponseReturnValue:
    made = shell.assembly()
    with made.database.reading() as session:
        run = imports.get(session, RunId(run_id))
        is_wide = run.kind in OF_CONSENT
        every = consent.addressed(session) if is_wide else consent.letters(session)
        purposes = [(one.code, one.name(shell.language())) for one in every]
        lacks_letter = not consent.letters(session)
        purposes += [(ALL, shell.say(EVERYTHING))] if is_wide else []
        team = [(str(one.id), one.name) for one in staff.accounts(session) if one.is_active]
    if run.state not in (RunState.READ, RunState.CHECKED):
        return shell.back(url_for("imports.show", run_id=run.id))
    seen = imports.look(import_worker(made).shelf, run.file_token, run.layout)
    with made.database.reading() as session:
        matching = typed or imports.proposed(session, run, seen, today=brussels_day(shell.now()))
    kind = kind_of(run.kind)
    return shell.show(
        "office/imports/prepare.html",
        status=422 if errors else 200,
        here="imports",
        run=run,
        kind=kind,
        how=_how(run),
        is_csv=run.layout.format is FileFormat.CSV,
        seen=seen,
        errors=errors,
        encodings=[(one.value, shell.say(word)) for one, word in words.ENCODINGS.items()],
        separators=[(one.value, shell.say(word)) for one, word in words.SEPARATORS.items()],
        quotes=[(one.value, shell.say(word)) for one, word in words.QUOTES.items()],
        sheets=list(enumerate(run.sheets)),
        first_rows=imports.sample(seen, run, 4),
        fields=[_field(run, seen, matching, field) for field in kind.fields],
        columns=[("", "—"), *((str(i), name) for i, name in enumerate(run.headers))],
        choices=[_choice(choice, matching, purposes, team) for choice in kind.choices],
        lacks_letter=lacks_letter and any(one.sort is ChoiceSort.PURPOSE for one in kind.choices),
        unused=[name for i, name in enumerate(run.headers) if i not in matching.columns.values()],
    )


def _how(run: Run) -> list[str]:
    """How the file is read, in a few words."""
    layout = run.layout
    if layout.format is FileFormat.CSV:
        said = ["CSV", shell.say(words.ENCODINGS[layout.encoding]), shell.say(words.SEPARATORS[layout.separator])]
    else:
        name = run.sheets[layout.sheet] if layout.sheet < len(run.sheets) else ""
        said = [layout.format.value.upper(), shell.say(N_("feuille « %(name)s »"), name=name)]
    row = layout.header_row
    return [*said, shell.say(N_("titres à la ligne %(row)s"), row=row) if row else shell.say(N_("sans titres"))]


def _field(run: Run, seen: Look, matching: Matching, field: Field) -> dict[str, Any]:
    place = matching.columns.get(field.name)
    found: dict[str, Any] = {
        "field": field,
        "place": "" if place is None else str(place),
        "examples": [],
        "formats": [],
    }
    if place is None or place >= len(run.headers):
        return found
    today = brussels_day(shell.now())
    cells = [row.cells[place] for row in imports.sample(seen, run, 5) if place < len(row.cells)]
    found["examples"] = [cell for cell in cells if cell][:2]
    if field.sort in {Sort.DAY, Sort.AMOUNT}:
        how = matching.formats.get(field.name, "")
        possible = imports.formats_of(seen, run, field, place, today=today)
        found["how"] = how
        found["formats"] = [
            ("", "—"),
            *((name, shell.say(word)) for name, word in words.FORMATS.items() if _of(field, name)),
        ]
        found["warning"] = "" if how else shell.say(TWO_THINGS if len(possible) > 1 else FITS_NOTHING)
        found["read"] = [
            (cell, _meant(field, text)) for cell, text in imports.examples(seen, run, field, place, how, today=today)
        ]
    return found


def _of(field: Field, how: str) -> bool:
    return (how in {"comma", "point"}) is (field.sort is Sort.AMOUNT)


def _meant(field: Field, text: str) -> str:
    """What an example is taken to mean, as one reads it: a day in words, an amount in euros."""
    if not text:
        return ""
    if field.sort is Sort.DAY:
        from datetime import date

        return shell.day(date.fromisoformat(text), "long")
    return shell.money(int(text))


def _choice(
    choice: Choice, matching: Matching, purposes: list[tuple[str, str]], team: list[tuple[str, str]]
) -> dict[str, Any]:
    options = {
        ChoiceSort.TEXT: [],
        ChoiceSort.PURPOSE: purposes,
        ChoiceSort.COLLEAGUE: team,
        ChoiceSort.LANGUAGE: [(code, shell.say(word)) for code, word in people_words.LANGUAGES.items()],
        ChoiceSort.CHANNEL: [
            *((one.value, shell.say(word)) for one, word in words.CHANNELS.items()),
            (ALL, shell.say(BY_ALL)),
        ],
        ChoiceSort.OWNER: [(PERSON, shell.say(OF_PERSON)), (BOTH, shell.say(OF_BOTH))],
        ChoiceSort.WAY: [(code, shell.say(word)) for code, word in words.WAYS.items()],
        ChoiceSort.METHOD: [(one.value, shell.say(word)) for one, word in gift_words.METHODS.items() if one in BROUGHT],
        ChoiceSort.GIFT_KIND: [(one.value, shell.say(word)) for one, word in gift_words.KINDS.items()],
    }[choice.sort]
    value = matching.choices.get(choice.name, "")
    if choice.sort is ChoiceSort.PURPOSE and not value and len(purposes) == 1 and purposes[0][0] != ALL:
        value = purposes[0][0]
    return {"choice": choice, "options": [("", "—"), *options] if options else [], "value": value}


def _missing(kind: Kind, name: str) -> str:
    what, _, rest = name.partition("-")
    if what == "choice":
        found = next(choice.label for choice in kind.choices if choice.name == rest)
        return shell.say(MISSING[what], what=shell.say(found).lower())
    return shell.say(MISSING[what], what=import_words.label(kind.code, rest))
