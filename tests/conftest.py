"""What every test may ask for: an empty migrated database of each kind, an assembly on it, and a fixed hour."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import (
    URL,
    CompoundSelect,
    Engine,
    Integer,
    String,
    column,
    create_engine,
    exists,
    func,
    literal,
    select,
    table,
    union_all,
)
from werkzeug.routing import Rule

from crm.assembly import Assembly, assemble
from crm.foundation import database as opening
from crm.foundation.columns import Base
from crm.foundation.database import Database, open_database
from crm.foundation.settings import Collecting, Settings
from crm.migrations import schema
from tests import postgres
from tests.browser import chromium

_BUILDERS: dict[tuple[object, ...], object] = {}
_compiled = Rule._compile_builder


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Any:
    """What turns a route into addresses, compiled once a run: else each of a thousand tests compiles nine hundred."""
    key = (rule.rule, rule.endpoint, rule.subdomain, str(rule.defaults), append_unknown)
    if key not in _BUILDERS:
        _BUILDERS[key] = _compiled(rule, append_unknown)
    return _BUILDERS[key]


Rule._compile_builder = _compiled_once  # type: ignore[method-assign,assignment] # the pages under test are never another map

_ENGINES: dict[str, Engine] = {}


def _engine(address: URL, **options: Any) -> Engine:
    """As `create_engine`, but engines of one kind share what they compiled: each test opens its own."""
    engine = create_engine(address, query_cache_size=5_000, **options)
    first = _ENGINES.get(engine.dialect.name)
    if first is None or not hasattr(first.dialect, "default_isolation_level"):  # never connected
        first = _ENGINES[engine.dialect.name] = engine
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return engine


opening.create_engine = _engine  # type: ignore[attr-defined,assignment] # as the module calls it

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""The hour of every test that does not say otherwise: a Monday, 10:00 in Brussels."""

KINDS = ("sqlite", "postgresql")
ONCE = frozenset(
    {
        *("api", "demo", "web"),
        *("attestations", "audit", "care", "collections", "composition", "content", "correspondence"),
        *("banking", "delivery", "feedback", "figures", "imports", "people", "vault"),
        *(
            "fundraising",
            "jobs",
            "magazine",
            "members",
            "origins",
            "payments",
            "plans",
            "privacy",
            "rounds",
            "segments",
        ),
        *("staff", "visits"),
    }
)
"""Rooms of which `make test` asks each test on one of the two databases; the demonstration is
SQLite's, and who may do what."""
TWICE = ("changes", "doubts", "golden", "kills", "law", "search", "selects", "sender")
"""In those rooms too, what a file so named holds is asked on both."""
NO_CHROMIUM = "no Chromium found (chromium, google-chrome, or playwright's own)"
RUN = pytest.StashKey[Path]()
_ALIVE = pytest.StashKey[IO[str]]()
_NUMBERS = count(1)

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """One folder per run, shared by the workers; no test sees the settings of whoever runs it."""
    worker = getattr(config, "workerinput", None)
    if worker is None:
        config.stash[RUN] = Path(tempfile.mkdtemp(prefix="pv-run-"))
        config.stash[_ALIVE] = postgres.hold_alive(config.stash[RUN])
    else:
        config.stash[RUN] = Path(worker["portevoix_run"])
    for name in [n for n in os.environ if n.startswith("PORTEVOIX_") and n != "PORTEVOIX_APPROVE"]:
        del os.environ[name]
    os.environ["PORTEVOIX_HOME"] = str(config.stash[RUN] / "nobodys-home")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tells a worker the run's folder."""
    node.workerinput["portevoix_run"] = str(node.config.stash[RUN])  # type: ignore[attr-defined] # xdist is untyped here


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the run: the guardian of a cluster sees the lock go, stops the server and tidies up."""
    alive = config.stash.get(_ALIVE, None)
    if alive is not None:
        has_guardian = (config.stash[RUN] / "postgres.ready").exists()
        alive.close()
        if not has_guardian:
            shutil.rmtree(config.stash[RUN], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make test` asks for to end in its time."""
    text = "a test of most rooms runs on one of the two databases, chosen by its name; without, on both"
    parser.addoption("--pages-once", action="store_true", help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that uses a database is marked so; a test below `browser/` is a journey, left out without a Chromium."""
    if config.getoption("--pages-once"):
        left_out = [item for item in items if _is_left_out(item)]
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)
    for item in items:
        if "database" in getattr(item, "fixturenames", ()):
            item.add_marker("database")
        if "browser" in item.path.parts:
            item.add_marker("browser")
            if chromium.found() is None:
                item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def _is_left_out(item: pytest.Item) -> bool:
    variant = getattr(item, "callspec", None)
    kind = str(variant.params.get("database", "")) if variant else ""
    if not kind or item.get_closest_marker("each_database") or not ONCE & set(item.path.parts):
        return False
    if any(word in item.path.stem for word in TWICE):
        return False
    if "demo" in item.path.parts or "permission_matrix" in item.path.stem:
        return kind != "sqlite"
    name = "".join(item.nodeid.split(kind, 1))
    return KINDS[crc32(name.encode()) % len(KINDS)] != kind


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in one line which tests were left out, and why."""
    skipped = {report.nodeid for report in terminalreporter.stats.get("skipped", ())}
    journeys = sum(1 for nodeid in skipped if nodeid.startswith("tests/browser/"))
    if journeys:
        terminalreporter.write_line(f"{NO_CHROMIUM}: {journeys} journeys of tests/browser were left out")


@pytest.fixture(scope="session")
def sqlite_template(pytestconfig: pytest.Config) -> Path:
    """A migrated SQLite file, made once per run and copied per test."""
    run = pytestconfig.stash[RUN]
    file = run / "template.sqlite3"
    with (run / "sqlite.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            _migrate(f"sqlite:///{run / 'draft.sqlite3'}")
            (run / "draft.sqlite3").rename(file)
    return file


@pytest.fixture(scope="session")
def postgresql_template(pytestconfig: pytest.Config) -> str:
    """The socket folder of the run's cluster, in which the database `template_portevoix` is migrated."""
    run = pytestconfig.stash[RUN]
    folder = postgres.cluster(run)
    with (run / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (run / "template.made").exists():
            with postgres.connect(folder) as admin:
                admin.execute("CREATE DATABASE template_portevoix")
            _migrate(postgres.database_url(folder, "template_portevoix"))
            (run / "template.made").touch()
    return folder


@pytest.fixture
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes an empty migrated database of a kind and says its address; gone after the test."""
    dropped: list[Callable[[], None]] = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            file = tmp_path / f"test-{next(_NUMBERS)}.sqlite3"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
            return f"sqlite:///{file}"
        folder: str = request.getfixturevalue("postgresql_template")
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        with postgres.connect(folder) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template_portevoix".encode())
        dropped.append(lambda: _drop(folder, name))
        return postgres.database_url(folder, name)

    yield make
    for drop in dropped:
        drop()


@pytest.fixture(scope="session")
def postgresql_own(postgresql_template: str) -> str:
    """The address of this worker's own PostgreSQL database; `database` empties it before each test."""
    name = f"worker_{os.getpid()}"
    with postgres.connect(postgresql_template) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template_portevoix".encode())
    return postgres.database_url(postgresql_template, name)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database at the present schema, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        opened = open_database(request.getfixturevalue("new_database_url")("sqlite"))
    else:
        # Emptying takes 10 ms, a new database 100 ms.
        opened = open_database(request.getfixturevalue("postgresql_own"))
        empty(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def assembly(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assembly:
    """An assembly on `database`, with a home of its own and the clock standing at NOW."""
    home = tmp_path / "home"
    monkeypatch.setenv("PORTEVOIX_HOME", str(home))
    chosen = Settings(
        home=home,
        database_url=database.engine.url.render_as_string(hide_password=False),
        public_url="https://nouvelles.exemple.test",
        collecting=Collecting(creditor_id="BE05ZZZ0418308144", account="BE71 0961 2345 6769", bic="GKCCBEBB"),
    )
    return replace(assemble(chosen, clock=lambda: NOW), database=database)


def empty(engine: Engine) -> None:
    """Takes every row out of a PostgreSQL database, and puts out whoever a test before left connected to it."""
    others = select(func.pg_terminate_backend(column("pid"))).select_from(table("pg_stat_activity", column("pid")))
    others = others.where(column("datname") == func.current_database(), column("pid") != func.pg_backend_pid())
    with engine.begin() as connection:
        connection.execute(others)
        names = connection.scalars(_full()).all()
        if names:
            connection.exec_driver_sql(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        # A number drawn by a transaction that was rolled back is gone: the next test would not begin at 1.
        name, last = column("sequencename", String), column("last_value", Integer)
        drawn = select(name).select_from(table("pg_sequences")).where(last.is_not(None))
        for sequence in connection.scalars(drawn).all():
            connection.exec_driver_sql(f"ALTER SEQUENCE {sequence} RESTART")


@cache
def _full() -> CompoundSelect[str]:
    """The names of the tables that hold a row."""
    tables = Base.metadata.sorted_tables
    return union_all(*(select(literal(t.name)).where(exists(select(literal(1)).select_from(t))) for t in tables))


def _migrate(url: str) -> None:
    opened = open_database(url)
    schema.upgrade(opened)
    opened.close()


def _drop(folder: str, name: str) -> None:
    with suppress(Exception), postgres.connect(folder) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
