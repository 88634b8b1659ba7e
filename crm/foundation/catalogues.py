"""The catalogues behind `crm.foundation.translation`: gathered from templates and code, compiled for gettext.

`python -m crm.foundation.catalogues update` after words changed, `… compile` when setting up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from crm.foundation.translation import FOLDER
from crm.values.languages import Language

ROOT = FOLDER.parents[1]
LANGUAGES = {"public": (Language.NL, Language.DE, Language.EN), "office": (Language.NL, Language.EN)}
"""Supporters are answered in four languages, staff in three. French is the source: it has no catalogue."""

PUBLIC = (
    "templates/public/",
    "templates/mail/",
    "crm/attestations/number_letters.py",
    "crm/attestations/post_out.py",
    "crm/collections/notice_letters.py",
    "crm/consent/certificate.py",
    "crm/donations/thank_letters.py",
    "crm/donations/words.py",
    "crm/fundraising/paper.py",
    "crm/fundraising/words.py",
    "crm/members/convocation_letters.py",
    "crm/members/reminder_letters.py",
    "crm/plans/words.py",
    "crm/members/words.py",
    "crm/consent/words.py",
    "crm/people/words.py",
    "crm/privacy/packs.py",
    "crm/privacy/words.py",
    "crm/web/public/",
    "crm/web/errors.py",
    "crm/web/address_form.py",
    "mailing/composition/words.py",
    "mailing/correspondence/",
    "mailing/origins/words.py",
    "mailing/rendering/",
)
"""Where supporters' words stand; everything else belongs to the office."""
OWN = ("own_space.py", "personal_data.py")
"""What a room shows people of their own."""

_TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}


def sources() -> Iterator[Path]:
    """Every file that may hold words, in a steady order."""
    for top in ("crm", "jobs", "mailing"):
        yield from sorted((ROOT / top).rglob("*.py"))
    for suffix in ("*.html", "*.txt"):
        yield from sorted((ROOT / "templates").rglob(suffix))


def domain_of(path: Path) -> str:
    """The catalogue the words of a file go to."""
    is_public = str(path.relative_to(ROOT)).startswith(PUBLIC) or path.name in OWN
    return "public" if is_public else "office"


def gather() -> dict[str, Catalog]:
    """All words, by domain, each with the files that say it."""
    found = {domain: Catalog(project="Portevoix", fuzzy=False, charset="utf-8") for domain in LANGUAGES}
    for path in sources():
        if "static" in path.parts or "migrations" in path.parts:
            continue
        method, options = ("python", {}) if path.suffix == ".py" else ("jinja2", _TEMPLATE_OPTIONS)
        for line, message, comments, context in extract_from_file(
            method, path, options=options, comment_tags=("NOTE:",), strip_comment_tags=True
        ):
            place = [(str(path.relative_to(ROOT)), line)]
            found[domain_of(path)].add(message, None, place, auto_comments=comments, context=context)
    return found


def catalogue_file(language: Language, domain: str) -> Path:
    """Where the words of a domain in a language are kept."""
    return FOLDER / language.value / "LC_MESSAGES" / f"{domain}.po"


def read(language: Language, domain: str) -> Catalog:
    """A kept catalogue; an empty one where there is none yet."""
    file = catalogue_file(language, domain)
    if not file.exists():
        return Catalog(locale=language.value, project="Portevoix", fuzzy=False, charset="utf-8")
    with file.open("rb") as stream:
        return read_po(stream, locale=language.value, domain=domain)


def update() -> None:
    """Brings every catalogue up to date with the sources; translations stay, words no longer said go."""
    for domain, words in gather().items():
        for language in LANGUAGES[domain]:
            catalogue = read(language, domain)
            catalogue.update(words, no_fuzzy_matching=True, update_creation_date=False)
            file = catalogue_file(language, domain)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as stream:
                write_po(stream, catalogue, width=110, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
            missing = sum(1 for message in catalogue if message.id and not message.string)
            sys.stdout.write(f"{language.value}/{domain}: {len(catalogue)} messages, {missing} to translate\n")


def compile_all() -> None:
    """Writes the `.mo` file beside every catalogue."""
    for file in sorted(FOLDER.glob("*/LC_MESSAGES/*.po")):
        catalogue = read(Language(file.parents[1].name), file.stem)
        with file.with_suffix(".mo").open("wb") as stream:
            write_mo(stream, catalogue)


if __name__ == "__main__":
    {"update": update, "compile": compile_all}[sys.argv[1]]()
