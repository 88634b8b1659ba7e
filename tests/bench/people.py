"""`python -m tests.bench.people`: how fast made-up supporters come in, and how fast one of them is found.

Each search is timed twice, as a page call (request to answer, rendered) and as a bare `search.find`, beside a plain
query that an index answers: fifty surnames from where the typed word begins. All in one run: figures of different
machines say nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median, quantiles
from typing import Any

from sqlalchemy import select

from crm.assembly import Assembly
from crm.demo.seeding.sow import sow
from crm.people import search
from crm.people.search_words import words
from crm.people.tables import PersonRow, SearchWordRow
from crm.staff import sessions, store
from crm.staff.model import Role
from crm.values.languages import Language
from crm.web.app import create_app
from crm.web.office import guard
from tests.bench.imports import house
from tests.web.conftest import Browser

GOALS = {"prefix": 100, "misspelt": 300, "person": 50}
"""Milliseconds that the page may take, 95 times of 100."""


def main() -> None:
    """Prints seconds and milliseconds for each database."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.people", description=main.__doc__)
    options.add_argument("--people", type=int, default=200_000)
    options.add_argument("--looks", type=int, default=200, help="so many searches of each kind")
    options.add_argument("--seed", type=int, default=1961)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = {ledger: measured(ledger, chosen.people, chosen.looks, chosen.seed) for ledger in chosen.ledgers}
    if chosen.json:
        print(json.dumps(found))
        return
    for ledger, figures in found.items():
        parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in figures["seeding"].items())
        print(
            f"{ledger}: {chosen.people:,} people sown in {figures['seconds']:.1f} s, "
            f"worked {figures['worked']:.1f} s ({parts})"
        )
        print(f"{ledger}: with addresses and e-mails alone {figures['alone']:.1f} s")
        print(f"{ledger}: peak memory {figures['peak_megabytes']:.0f} MB")
        for name, times in figures["looks"].items():
            goal = f", goal {GOALS[name.split()[0]]} ms" if name.endswith("page") else ""
            ratio = f", {times['p50'] / figures['plain_p50']:.1f} times a plain indexed query"
            print(
                f"{ledger}: {name}: p50 {times['p50']:.1f} ms, p95 {times['p95']:.1f} ms "
                f"(of which this process worked {times['cpu_p95']:.1f}){goal}{ratio}"
            )


def measured(ledger: str, people: int, looks: int, seed: int) -> dict[str, Any]:
    """All figures of one database."""
    with house(ledger) as assembly:
        began = time.perf_counter()
        sow(assembly, people, seed=seed, now=assembly.clock(), rooms=())
        alone = time.perf_counter() - began
    with house(ledger) as assembly:
        began, worked = time.perf_counter(), time.process_time()
        seeding = sow(assembly, people, seed=seed, now=assembly.clock())
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        chance = Random(seed)
        chosen = _chosen(assembly, chance, people, looks)
        browser = _browser(assembly)
        prefixes = [_beginning(chance, one) for one in chosen]
        slips = [_slip(chance, one) for one in chosen]
        plain = _times(lambda text: _plain(assembly, text), prefixes)
        found = {
            "prefix query": _times(lambda text: _find(assembly, text), prefixes),
            "misspelt query": _times(lambda text: _find(assembly, text), slips),
            "prefix page": _times(lambda text: _page(browser, text), prefixes),
            "misspelt page": _times(lambda text: _page(browser, text), slips),
            "person page": _times(lambda one: _person(browser, one), [str(one.id) for one in chosen]),
        }
    return {
        "seconds": seconds,
        "alone": alone,
        "worked": worked,
        "seeding": seeding,
        "looks": found,
        "plain_p50": plain["p50"],
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _chosen(assembly: Assembly, chance: Random, people: int, looks: int) -> Sequence[Any]:
    """People with a surname one can mistype."""
    numbers = [chance.randrange(1, people + 1) for _ in range(looks * 3)]
    row = PersonRow
    query = select(row.id, row.first_name, row.last_name).where(row.id.in_(numbers))
    with assembly.database.reading() as session:
        found = [one for one in session.execute(query) if max(map(len, words(one.last_name)), default=0) >= 6]
    return found[:looks]


def _beginning(chance: Random, one: Any) -> str:
    """What is typed of a name on the way to it: a piece of the surname, or both names in part."""
    last, first = one.last_name, one.first_name
    return chance.choice((last[:3], last[:5], last, f"{last} {first[:2]}", f"{first} {last[:4]}"))


def _slip(chance: Random, one: Any) -> str:
    word = max(words(one.last_name), key=len)
    at = chance.randrange(1, len(word) - 1)
    wrong = chance.choice((word[:at] + word[at + 1 :], word[:at] + "x" + word[at + 1 :], word[:at] + "x" + word[at:]))
    return chance.choice((wrong, f"{one.first_name} {wrong}"))


def _find(assembly: Assembly, text: str) -> None:
    with assembly.database.reading() as session:
        search.find(session, assembly.addresses, text)


def _plain(assembly: Assembly, text: str) -> None:
    """The least that a database can do: fifty rows of an index, from where the word begins."""
    word, row = (words(text) or ("a",))[0], SearchWordRow
    query = select(row.person_id).where(row.facet == "1", row.word >= word, row.word < word + "\U0010ffff")
    with assembly.database.reading() as session:
        session.execute(query.order_by(row.word, row.person_id).limit(50)).all()


def _page(browser: Browser, text: str) -> None:
    fields = {"csrf": browser.csrf, "q": text}
    answer = browser.client.post("/office/supporters/search", data=fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200


def _person(browser: Browser, person_id: str) -> None:
    assert browser.get(f"/office/supporters/{person_id}").status_code == 200


def _browser(assembly: Assembly) -> Browser:
    """An administrator's browser."""
    with assembly.database.transaction() as session:
        account = store.add_account(
            session,
            email="mesure@exemple.test",
            name="Mesure",
            roles={Role.ADMINISTRATOR},
            language=Language.FR,
            password_hash="",
            at=assembly.clock(),
        )
        opened = sessions.open_session(session, account, at=assembly.clock())
    client = create_app(assembly).test_client()
    secure = assembly.settings.secure_cookies
    client.set_cookie(guard.cookie_name(assembly), opened.token, secure=secure, path="/")
    return Browser(client=client, account=account, csrf=opened.session.csrf, token=opened.token)


def _times(act: Callable[[str], None], texts: Sequence[str]) -> dict[str, float]:
    taken, worked = [], []
    for text in [*texts[:5], *texts]:
        began, before = time.perf_counter(), time.process_time()
        act(text)
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - before) * 1000)
    real = taken[5:]
    return {"p50": median(real), "p95": quantiles(real, n=20)[-1], "cpu_p95": quantiles(worked[5:], n=20)[-1]}


if __name__ == "__main__":
    main()
