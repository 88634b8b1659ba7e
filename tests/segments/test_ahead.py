"""Windows that lie ahead, birthdays, years that are typed: their days, their words, and the builder's fields."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm.assembly import Assembly
from crm.donations.tables import FundRow
from crm.rooms import QUESTIONS
from crm.segments.catalogue import checked
from crm.segments.errors import TreeInvalid
from crm.segments.json_form import from_json
from crm.segments.model import Ahead, Between, Condition, Every, Rolling, Test, Tree, Unit, Window, Year
from crm.segments.reading import Reader
from crm.segments.windows import days_of, returning
from crm.values.languages import Language
from crm.web.office.segment_draft import drafted
from crm.web.office.segment_form import built
from tests.segments import sowing
from tests.segments.conftest import TODAY, both, person

DAYS = Unit.DAYS
SAID: dict[str, tuple[Window, date | None, date | None]] = {
    "ces 7 prochains jours": (Ahead(unit=DAYS, length=7), date(2026, 11, 23), date(2026, 11, 30)),
    "ces 3 prochains mois": (Ahead(length=3), date(2026, 11, 23), date(2027, 2, 23)),
    "dans 3 à 6 mois": (Ahead(length=3, starting=3), date(2027, 2, 24), date(2027, 5, 23)),
    "dans 8 à 30 jours": (Ahead(unit=DAYS, length=22, starting=8), date(2026, 12, 2), date(2026, 12, 23)),
    "dans plus de 12 mois": (Ahead(length=None, starting=12), date(2027, 11, 24), None),
    "dans plus de 10 jours": (Ahead(unit=DAYS, length=None, starting=10), date(2026, 12, 4), None),
    "il y a 30 à 60 jours": (Rolling(unit=DAYS, length=30, ending=30), date(2026, 9, 25), date(2026, 10, 24)),
    "il y a 90 jours ou plus": (Rolling(unit=DAYS, length=None, ending=90), None, date(2026, 8, 25)),
    "au cours du dernier mois": (Rolling(length=1), date(2026, 10, 24), date(2026, 11, 23)),
    "aujourd’hui": (Rolling(unit=DAYS, length=1), date(2026, 11, 23), date(2026, 11, 23)),
    "il y a un mois ou plus": (Rolling(length=None, ending=1), None, date(2026, 10, 23)),
    "d’ici un mois": (Ahead(length=1), date(2026, 11, 23), date(2026, 12, 23)),
    "aujourd’hui ou demain": (Ahead(unit=DAYS, length=1), date(2026, 11, 23), date(2026, 11, 24)),
    "dans plus d’un jour": (Ahead(unit=DAYS, length=None, starting=1), date(2026, 11, 25), None),
    "en 2019": (Between(first=date(2019, 1, 1), last=date(2019, 12, 31)), date(2019, 1, 1), date(2019, 12, 31)),
    "en 2017": (Year(shift=-9), date(2017, 1, 1), date(2017, 12, 31)),
    "en 2027": (Year(shift=1), date(2027, 1, 1), date(2027, 12, 31)),
    "du 1 déc. 2020 au 24 déc. 2020": (
        Year(shift=-6, from_day="12-01", to_day="12-24"), date(2020, 12, 1), date(2020, 12, 24)
    ),
    "du 1 janv. 2021 au 23 nov. 2021": (Year(shift=-5, to_date=True), date(2021, 1, 1), date(2021, 11, 23)),
}  # fmt: skip


def test_each_has_its_days_its_words_and_its_fields(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        reads = Reader(session=session, catalogue=QUESTIONS, language=Language.FR, today=TODAY)
        for words, (window, first, last) in SAID.items():
            assert days_of(window, TODAY) == (first, last), words
            tree = Every(parts=(Condition(source="registration", window=window),))
            assert reads.window(window) == words
            draft = drafted(tree, QUESTIONS)
            again = built(draft, QUESTIONS, lambda _source: True)
            assert ([node.kind for node in draft], again.tree) == (["group", "if"], tree), words


def test_windows_follow_one_another_and_none_is_of_nothing() -> None:
    for unit, starting in ((DAYS, 1), (DAYS, 40), (Unit.MONTHS, 1), (Unit.MONTHS, 13)):
        _, last = days_of(Ahead(unit=unit, length=starting), TODAY)
        first, _ = days_of(Ahead(unit=unit, length=5, starting=starting), TODAY)
        assert last is not None
        assert first == last + timedelta(days=1)
    for wrong in ({"months": None, "starting": 0}, {"days": 0, "starting": 3}, {"days": 3, "starting": -1}):
        said = {"of": "registration", "measure": "has", "window": wrong}
        with pytest.raises(TreeInvalid):
            checked(from_json({"form": 2, "tree": said}), QUESTIONS)


def test_a_birthday_returns_each_year(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        born = {"soon": date(1950, 11, 30), "today": date(2001, 11, 23), "passed": date(1980, 11, 22),
                "new year": date(1975, 1, 2), "unsaid": None}  # fmt: skip
        everyone = {name: person(session, assembly, name, birth_on=day) for name, day in born.items()}

        def asked(window: Window) -> set[str]:
            tree: Tree = Condition(source="person", where=(Test(column="birthday", asks=window),))
            return both(session, tree, everyone)

        assert asked(Ahead(unit=DAYS, length=7)) == {"soon", "today"}
        assert asked(Ahead(length=2)) == {"soon", "today", "new year"}
        assert asked(Rolling(unit=DAYS, length=7)) == {"today", "passed"}
        assert asked(Year()) == set(born) - {"unsaid"}
    assert 229 in returning((date(2027, 2, 28), date(2027, 2, 28)))
    assert 229 not in returning((date(2028, 2, 28), date(2028, 2, 28)))
    assert 229 in returning((date(2028, 2, 29), date(2028, 3, 1)))


def test_a_mandate_ends_asleep(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        session.add(FundRow(code="general", name="Général", is_open=True))
        session.flush()
        everyone = {name: person(session, assembly, name) for name in ("soon", "later")}
        for name, back in (("soon", date(2024, 1, 10)), ("later", date(2024, 6, 10))):
            sowing.promise(session, everyone[name], 1000, back)
        within = Test(column="lapses_on", asks=Ahead(length=3))
        assert both(session, Condition(source="mandate", where=(within,)), everyone) == {"soon"}
