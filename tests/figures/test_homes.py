"""The pyramid and the weight of the top by household, reckoned by hand."""

from __future__ import annotations

from datetime import timedelta

from crm.assembly import Assembly
from crm.figures import behind, homes, service
from crm.figures.model import Part
from crm.figures.peers import STEPS
from crm.people import households
from crm.people import service as people
from crm.people.model import NewPerson, PersonKind
from crm.rooms import QUESTIONS
from crm.segments import asking
from crm.segments import service as segments
from crm.segments.model import Definition
from crm.values.languages import Language
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import TODAY, give, person


def test_who_shares_a_home_is_one_step_of_the_pyramid_and_one_place_at_the_top(assembly: Assembly) -> None:
    """Two at one home give 30 and 40 together: one household between 50 and 120, though neither gave 50 alone."""
    with assembly.database.reading() as session:
        ann, bo, cy, dee = (person(session, assembly, name) for name in ("Ann", "Bo", "Cy", "Dee"))
        school = NewPerson(language=Language.FR, kind=PersonKind.ORGANISATION, organisation_name="École")
        org = people.add(session, assembly.addresses, school, at=NOW).id
        households.found(session, [ann, bo], at=NOW)
        for who, euros, days in (
            (ann, 30, 5),
            (bo, 40, 200),
            (cy, 300, 20),
            (dee, 10, 100),
            (dee, 5, 400),
            (org, 60, 1),
        ):
            give(session, assembly, who, euros * 100, TODAY - timedelta(days=days))
        sowing.count_donors(session)
        sheets = {
            part: service.reckon(session, QUESTIONS, part, at=NOW, stopwatch=lambda: 0.0)
            for part in (Part.PYRAMID, Part.CONCENTRATION)
        }
        steps = sheets[Part.PYRAMID]
        told = {start: (steps.amount(f"homes:{start}"), steps.amount(f"home-cents:{start}")) for start in STEPS}
        assert {start: what for start, what in told.items() if what != (0, 0)} == {
            0: (1, 1000), 50: (2, 13000), 250: (1, 30000),
        }  # fmt: skip
        assert steps.people(homes.step_key(50, STEPS)) == 3, "Ann, Bo and the school"

        top = sheets[Part.CONCENTRATION]
        places = sorted((int(key.partition(":")[2]), top.amount(key)) for key in top.numbers.amounts
                        if key.startswith("homes:"))  # fmt: skip
        assert sum(number for _, number in places) == 3, "Cy, Dee, and Ann with Bo; no organisation"
        assert sum(top.amount(f"home-cents:{place}") for place, _ in places) == 38_500
        assert top.amount("home-weighted") == 1 * 1500 + 2 * 7000 + 3 * 30000
        question = segments.question(session, QUESTIONS, (), at=NOW)
        for sheet in sheets.values():
            for key, number in sheet.numbers.people.items():
                if key.startswith("home"):
                    assert asking.count(Definition(tree=behind.tree(key)), question) == number, key


def test_a_home_with_an_organisation_on_it_keeps_its_place_at_the_top(assembly: Assembly) -> None:
    """An independent's company bears the lowest number of the home: its 10 € are in, and the home counts once."""
    with assembly.database.reading() as session:
        company = NewPerson(language=Language.FR, kind=PersonKind.ORGANISATION, organisation_name="SPRL Dupont")
        org, alone = (people.add(session, assembly.addresses, company, at=NOW).id for _ in range(2))
        ann, bo = person(session, assembly, "Ann"), person(session, assembly, "Bo")
        households.unite(session, [org, ann], at=NOW)
        for who, euros in ((org, 10), (ann, 900), (alone, 70), (bo, 50)):
            give(session, assembly, who, euros * 100, TODAY - timedelta(days=5))
        sowing.count_donors(session)
        top = service.reckon(session, QUESTIONS, Part.CONCENTRATION, at=NOW, stopwatch=lambda: 0.0)
        places = [int(key.partition(":")[2]) for key in top.numbers.amounts if key.startswith("homes:")]
        assert sum(top.amount(f"homes:{place}") for place in places) == 2, "Ann with her company, and Bo"
        assert sum(top.amount(f"home-cents:{place}") for place in places) == 96_000
        assert top.amount("home-weighted") == 1 * 5_000 + 2 * 91_000
