"""`python -m tests.bench.consent`: how quick the gate is, that many histories fold alike, that no forged link opens.

The set-wise gate is timed beside a query of the same rule written by hand, in the same run; both must count the same
people. Histories are made up, loaded in one go in no order, folded by each database and by `rules.standing`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select, text

from crm.assembly import Assembly
from crm.consent import gate, rules, selects, taking_over_store
from crm.consent import service as consent
from crm.consent.model import Act, Channel, ConsentEvent, LegalBasis, NewAct, Way
from crm.consent.policy import BY_DEFAULT, Population
from crm.consent.tables import ConsentStandingRow
from crm.demo.seeding.sow import sow
from crm.foundation.keys import open_keyring
from crm.foundation.signing import LinkSigner, TokenPurpose
from crm.people.tables import ContactPointRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from tests.bench.imports import house

ACTS = (Act.REQUESTED, Act.GIVEN, Act.EXPIRED, Act.REFUSED, Act.WITHDRAWN, Act.OBJECTED, Act.IMPORTED)
WAYS = (Way.WEB, Way.CONFIRMATION, Way.PAPER, Way.PHONE, Way.PREFERENCES)
BY_HAND = """
SELECT count(*) FROM (
  SELECT cp.person_id, row_number() OVER (PARTITION BY cp.person_id ORDER BY cp.is_primary DESC, cp.id) AS n
  FROM contact_point cp
  JOIN person p ON p.id = cp.person_id
  LEFT JOIN consent_standing own ON own.person_id = cp.person_id AND own.purpose = :purpose
       AND own.channel = 'email' AND own.address_key = cp.address_key
  LEFT JOIN consent_standing every ON every.person_id = cp.person_id AND every.purpose = :purpose
       AND every.channel = 'email' AND every.address_key = ''
  WHERE p.merged_into_id IS NULL AND p.deceased_recorded_at IS NULL
    AND cp.kind = 'email' AND cp.ended_at IS NULL AND cp.deliverability <> 'dead'
    AND ((own.act = 'given' AND (every.act IS NULL OR every.act IN ('requested', 'imported', 'given')
          OR every.since_at < own.since_at))
      OR (every.act = 'given' AND (own.act IS NULL OR own.act IN ('requested', 'imported')
          OR own.since_at < every.since_at)))
    AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.address_key = cp.address_key AND (s.cause = 'dead-address'
        OR NOT (own.act = 'given' AND own.way = 'confirmation' AND own.since_at > s.since_at)))
    AND NOT EXISTS (SELECT 1 FROM pace WHERE pace.person_id = cp.person_id AND pace.channel = 'email'
        AND (pace.pause_until_on > :today OR EXISTS (SELECT 1 FROM last_letter l WHERE l.person_id = pace.person_id
          AND l.channel = 'email' AND l.written_at > CASE pace.rhythm WHEN 'fortnightly' THEN :fortnight
            WHEN 'monthly' THEN :month WHEN 'quarterly' THEN :quarter END)))
) chosen WHERE n = 1
"""
"""The same rule where consent is what every policy asks for, as somebody who knows the tables would write it."""


def main() -> None:
    """Prints the figures of each database, and whether they all agree."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.consent", description=main.__doc__)
    options.add_argument("--people", type=int, default=100_000, help="1000000 for the figure of the house")
    options.add_argument("--histories", type=int, default=100_000)
    options.add_argument("--forged", type=int, default=1_000_000)
    options.add_argument("--mutated", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seed", type=int, default=1961)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found: dict[str, Any] = {one: measured(one, chosen) for one in chosen.ledgers}
    folds = {figures["fold"] for figures in found.values()}
    found["folds_agree"] = len(folds) == 1
    found["accepted"] = accepted(chosen.forged, chosen.mutated, chosen.seed)
    if chosen.json:
        print(json.dumps(found))
        return
    for ledger in chosen.ledgers:
        one = found[ledger]
        print(f"{ledger}: verdict for one person: p50 {one['one_p50']:.2f} ms, p95 {one['one_p95']:.2f} ms, goal 2 ms")
        print(
            f"{ledger}: who of {chosen.people:,} may be written to ({one['allowed']:,}): {one['set_wise']:.0f} ms, "
            f"by hand {one['by_hand']:.0f} ms, {one['set_wise'] / one['by_hand']:.2f} times, goal 1.5"
        )
        print(
            f"{ledger}: {chosen.histories:,} histories ({one['acts']:,} acts) loaded in {one['load']:.1f} s, folded in "
            f"{one['folding']:.1f} s; {one['differ']} differ from the rule"
        )
    print("the folds of all databases are " + ("equal" if found["folds_agree"] else "NOT EQUAL"))
    print(f"{chosen.forged:,} forged and {chosen.mutated:,} mutated links: {found['accepted']} accepted")


def measured(ledger: str, chosen: Any) -> dict[str, Any]:
    """All figures of one database."""
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    with house(ledger) as assembly:
        sow(assembly, chosen.people, seed=chosen.seed, now=now)
        with assembly.database.reading() as session:
            purpose = consent.letters(session)[0].code
        figures = _verdicts(assembly, purpose, chosen, now) | _set_wise(assembly, purpose, chosen.rounds, now)
        return figures | _folded(assembly, chosen, now)


def _verdicts(assembly: Assembly, purpose: str, chosen: Any, now: datetime) -> dict[str, float]:
    chance, times = Random(chosen.seed), []
    with assembly.database.reading() as session:
        query = select(ContactPointRow.person_id, ContactPointRow.address_key).where(
            ContactPointRow.id.in_([chance.randrange(1, chosen.people) for _ in range(600)])
        )
        points = session.execute(query).all()
        for person_id, key in points:
            began = time.perf_counter()
            gate.verdict(session, person_id=PersonId(person_id), purpose=purpose, address_key=key, at=now)
            times.append((time.perf_counter() - began) * 1000)
    settled = times[20:]
    return {"one_p50": median(settled), "one_p95": quantiles(settled, n=20)[18]}


def _set_wise(assembly: Assembly, purpose: str, rounds: int, now: datetime) -> dict[str, Any]:
    values = {
        "purpose": purpose,
        "today": brussels_day(now).isoformat(),
        "fortnight": now - timedelta(days=13),
        "month": now - timedelta(days=27),
        "quarter": now - timedelta(days=89),
    }
    ours, hand = [], []
    with assembly.database.reading() as session:
        asked = gate.moment(session, now).book.asked(purpose, Channel.EMAIL)
        assert asked == {Population.EVERYBODY: BY_DEFAULT}, "the query by hand knows no policy"
        if session.get_bind().dialect.name == "sqlite":
            values |= {k: v.strftime("%Y-%m-%d %H:%M:%S.%f") for k, v in values.items() if isinstance(v, datetime)}
        else:
            values["today"] = brussels_day(now)
        for _ in range(rounds):
            began = time.perf_counter()
            allowed = selects.allowed(purpose, moment=gate.moment(session, now)).subquery()
            mine = session.scalar(select(func.count()).select_from(allowed))
            ours.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            theirs = session.scalar(text(BY_HAND), values)
            hand.append((time.perf_counter() - began) * 1000)
            assert mine == theirs, (mine, theirs)
    return {"allowed": mine, "set_wise": min(ours), "by_hand": min(hand)}


def _folded(assembly: Assembly, chosen: Any, now: datetime) -> dict[str, Any]:
    """Histories of a purpose of their own, shuffled, written in one transaction and folded; and what the rule says."""
    chance = Random(chosen.seed)
    with assembly.database.transaction() as session:
        purpose = consent.letters(session)[-1].code
        people = session.scalars(select(ContactPointRow.person_id).distinct().order_by("person_id")).all()
    acts = [
        NewAct(
            person_id=PersonId(people[number % len(people)]),
            purpose=purpose,
            address_key=f"bench:{number}",
            act=chance.choice(ACTS),
            way=chance.choice(WAYS),
            occurred_at=now - timedelta(days=chance.randrange(3)),
        )
        for number in range(chosen.histories)
        for _ in range(chance.randint(1, 6))
    ]
    chance.shuffle(acts)
    began = time.perf_counter()
    with assembly.database.transaction() as session:
        ids = taking_over_store.insert_acts(session, assembly.sealer, acts, at=now)
        loaded = time.perf_counter()
        consent.rebuild(session)
    folded = time.perf_counter()
    row = ConsentStandingRow
    query = select(row.address_key, row.act, row.way, row.since_at).where(row.address_key.startswith("bench:"))
    with assembly.database.reading() as session:
        stands = {key: (act.value, way.value, at.isoformat()) for key, act, way, at in session.execute(query)}
    said = _by_rule(acts, ids, now)
    fold = hashlib.sha256(json.dumps(stands, sort_keys=True).encode()).hexdigest()
    differ = sum(1 for key in stands.keys() | said.keys() if stands.get(key) != said.get(key))
    return {
        "acts": len(acts),
        "load": loaded - began,
        "folding": folded - loaded,
        "differ": differ,
        "fold": fold,
    }


def _by_rule(acts: Sequence[NewAct], ids: Sequence[int], now: datetime) -> dict[str, tuple[str, str, str]]:
    histories: dict[str, list[ConsentEvent]] = {}
    for number, act in zip(ids, acts, strict=True):
        event = ConsentEvent(
            id=number,
            person_id=act.person_id,
            purpose=act.purpose,
            channel=act.channel,
            address_key=act.address_key,
            act=act.act,
            way=act.way,
            legal_basis=LegalBasis.CONSENT,
            notice_id=None,
            occurred_at=act.occurred_at,
            recorded_at=now,
        )
        histories.setdefault(act.address_key, []).append(event)
    found = {}
    for key, history in histories.items():
        last = rules.standing(history)
        if last is not None:
            found[key] = (last.act.value, last.way.value, last.occurred_at.isoformat())
    return found


def accepted(forged: int, mutated: int, seed: int) -> int:
    """How many links that are not ours open anything: drawn, signed with another key, or changed in one place."""
    chance, purposes = Random(seed), list(TokenPurpose)
    with TemporaryDirectory(prefix="pv-bench-") as folder:
        ours = LinkSigner(open_keyring(Path(folder) / "ours", "links"))
        theirs = LinkSigner(open_keyring(Path(folder) / "theirs", "links"))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    opened = 0
    for number in range(forged):
        value = [number, number, "news", None]
        foreign = theirs.sign(chance.choice(purposes), value) if number % 2 else secrets.token_urlsafe(60)
        head = foreign if number % 4 else foreign[:40] + "." + foreign[41:]
        opened += ours.read(chance.choice(purposes), head) is not None
    for number in range(mutated):
        purpose = chance.choice(purposes)
        token = ours.sign(purpose, [number, number + 7, "news", number])
        at = chance.randrange(len(token))
        changed = chance.choice(
            (
                token[:at] + chance.choice(letters.replace(token[at], "")) + token[at + 1 :],
                token[:at] + token[at + 1 :],
                token[:at] + chance.choice(letters) + token[at:],
                token + chance.choice(letters),
            )
        )
        opened += ours.read(purpose, changed) is not None and changed != token
        other = chance.choice([one for one in purposes if one is not purpose])
        opened += ours.read(other, token) is not None
    return opened


if __name__ == "__main__":
    main()
