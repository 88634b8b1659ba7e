"""Why the house writes, written down: a purpose and the words that stand beside its box, by language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy.orm import Session

from crm.consent import service
from crm.consent.model import NO_LETTER, Purpose
from crm.values.errors import Invalid
from crm.values.languages import Language

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
LONGEST_NAME = 80
LONGEST_PROMISE = 400


def find(session: Session, code: str) -> Purpose | None:
    """One purpose that people may say yes to, or None."""
    return next((one for one in service.letters(session) if one.code == code), None)


def write(
    session: Session,
    code: str,
    *,
    names: Mapping[str, str],
    promises: Mapping[str, str],
    position: int | None = None,
) -> Purpose:
    """Adds a purpose, or changes its words; what people were shown stays as it was in the ledger.

    What is not said of a language stays; an empty text takes one away. Raises `Invalid` with the field to mend: every
    purpose has a name and a promise in French.
    """
    if not CODE.fullmatch(code) or code in NO_LETTER:
        raise Invalid("a code has small letters, figures and dashes", field="code")
    known = service.purposes(session)
    held = next((one for one in known if one.code == code), None)
    last = max((one.position for one in known), default=0)
    said = {
        "name": _said(held.names if held else {}, names, LONGEST_NAME, "name"),
        "promise": _said(held.promises if held else {}, promises, LONGEST_PROMISE, "promise"),
    }
    for field, texts in said.items():
        if Language.FR.value not in texts:
            raise Invalid("a name and a promise in French at least", field=f"{field}-fr")
    place = position if position is not None else held.position if held else last + 1
    wanted = Purpose(code=code, names=said["name"], promises=said["promise"], position=place)
    service.put_purpose(session, wanted)
    return wanted


def _said(held: Mapping[str, str], new: Mapping[str, str], longest: int, field: str) -> dict[str, str]:
    found = dict(held)
    for language, text in new.items():
        if language not in set(Language):
            raise Invalid("a language of the house", field=field)
        tidy = " ".join(text.split())
        if len(tidy) > longest or not tidy.isprintable():
            raise Invalid("a short text that can be printed", field=f"{field}-{language}")
        found[language] = tidy
    return {language: text for language, text in found.items() if text}
