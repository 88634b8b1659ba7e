"""Tags find their country and theme; what is on no list waits for a person, and is never lost."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from crm.foundation.database import Database
from crm.values.identifiers import TermId
from mailing.content import service
from mailing.content.errors import TermMissing
from mailing.content.folding import fold
from mailing.content.model import NewTerm, TermKind, UnknownTag
from tests.conftest import NOW
from tests.content.feeding import bring, item, library, only

DAY = timedelta(days=1)
SEED = Path(__file__).parents[3] / "shared" / "data" / "seed_content.json"


def load(database: Database) -> dict[str, TermId]:
    with database.transaction() as session:
        service.load_taxonomy(session)
        return {term.label: term.id for term in service.terms(session)}


def worn(database: Database) -> list[tuple[str, bool]]:
    return [(term.label, term.derived) for term in only(database).terms]


def unknown(database: Database) -> list[tuple[str, int]]:
    with database.reading() as session:
        return [(tag.sample, tag.seen) for tag in service.unknown_tags(session)]


def test_the_taxonomy_loads_once_however_often(database: Database) -> None:
    first = load(database)
    assert load(database) == first
    with database.reading() as session:
        kinds = [term.kind for term in service.terms(session)]
    # The site lists the Solomon Islands twice; both names lead to one term.
    assert (kinds.count(TermKind.COUNTRY), kinds.count(TermKind.THEME)) == (191, 44)
    assert {"États-Unis", "Égypte", "Liberté d’expression", "Israël/Territoire occupé", "Palestine"} <= set(first)


def test_every_spelling_of_the_taxonomy_means_one_thing() -> None:
    found = json.loads((Path(service.__file__).parent / "taxonomy.json").read_text())
    spellings = [
        fold(text) for name in found for term in found[name] for text in (term["label"], *term.get("aliases", ()))
    ]
    assert len(spellings) == len(set(spellings))


def test_every_tag_of_the_site_is_known(database: Database) -> None:
    if not SEED.exists():
        pytest.skip("no shared data beside this checkout: the site's own lists were not compared")
    lists = json.loads(SEED.read_text())["taxonomies"]
    tags = tuple(term["raw"].strip().replace("’", "'") for term in (*lists["countries"], *lists["themes"]))
    load(database)
    for start in range(0, len(tags), 50):
        bring(database, item("Tout", f"s{start}", tags=tags[start : start + 50]))
    assert unknown(database) == []


@pytest.mark.parametrize(
    ("tag", "label"),
    [
        ("RDC", "République démocratique du Congo"),
        ("USA", "États-Unis"),
        ("Etats-Unis", "États-Unis"),
        ("Liberte d'expression", "Liberté d’expression"),
        ("Crimes de guerre - Contre l'humanité - Génocide", "Crimes de guerre - Contre l’humanité - Génocide"),
        ("Salomon", "Îles Salomon"),
        ("droits des ainés", "Droits des aîné·e·s"),
        ("Birmanie", "Myanmar"),
    ],
)
def test_a_tag_is_found_under_its_spellings(database: Database, tag: str, label: str) -> None:
    load(database)
    bring(database, item(tags=(tag,)))
    assert worn(database) == [(label, False)]


def test_a_country_at_the_head_of_a_title_is_a_guess_that_a_tag_replaces(database: Database) -> None:
    load(database)
    bring(database, item("RDC, Les parties au conflit", tags=("Impunité",)))
    assert worn(database) == [("Impunité", False), ("République démocratique du Congo", True)]
    bring(database, item("RDC, Les parties au conflit", tags=("Impunité", "Rwanda")), at=NOW + DAY)
    assert worn(database) == [("Rwanda", False), ("Impunité", False)]


def test_a_country_where_the_head_of_a_title_ends_is_a_guess_too(database: Database) -> None:
    load(database)
    bring(database, item("Gangs à Haïti, Les enfants victimes d'attaques"))
    assert worn(database) == [("Haïti", True)]


def test_a_theme_at_the_head_of_a_title_is_no_guess(database: Database) -> None:
    load(database)
    bring(database, item("Climat, il faut agir"))
    assert worn(database) == []


def test_the_tags_of_all_sources_are_worn(database: Database) -> None:
    load(database)
    bring(database, item("Une même chose", tags=("Chili",)))
    bring(database, item("Une même chose", "b", tags=("Torture", "Chili")), feed="Fil")
    assert worn(database) == [("Chili", False), ("Torture ou mauvais traitements", False)]
    bring(database, item("Une même chose", tags=()), at=NOW + DAY)
    bring(database, item("Une même chose", "b", tags=("Torture",)), feed="Fil", at=NOW + DAY)
    assert worn(database) == [("Torture ou mauvais traitements", False)]


def test_an_unknown_tag_waits_with_the_things_that_wear_it(database: Database) -> None:
    load(database)
    bring(database, item("Un", "a", tags=("Groenland", "Chili")), item("Deux", "b", tags=("groënland", "Mystère")))
    with database.reading() as session:
        assert service.unknown_tags(session) == (
            UnknownTag(folded="groenland", sample="groënland", seen=2, first_seen_at=NOW),
            UnknownTag(folded="mystere", sample="Mystère", seen=1, first_seen_at=NOW),
        )
        assert {thing.title for thing in service.wearers(session, "groenland")} == {"Un", "Deux"}


def test_naming_a_tag_tags_what_wears_it_now_and_later(database: Database) -> None:
    terms = load(database)
    bring(database, item("Danemark, Une chose", tags=("Groenland",)))
    assert worn(database) == [("Danemark", True)]
    with database.transaction() as session:
        service.name_tag(session, "groenland", terms["Danemark"])
    assert worn(database) == [("Danemark", False)]
    assert unknown(database) == []
    bring(database, item("Autre chose", "b", tags=("GROENLAND",)))
    assert all([term.label for term in thing.terms] == ["Danemark"] for thing in library(database))


def test_an_ignored_tag_does_not_come_back(database: Database) -> None:
    bring(database, item(tags=("À la une",)))
    with database.transaction() as session:
        service.ignore_tag(session, "a la une")
    bring(database, item("Autre", "b", tags=("À la une",)), at=NOW + DAY)
    assert unknown(database) == []


def test_a_tag_that_the_site_takes_back_leaves_the_list(database: Database) -> None:
    bring(database, item(tags=("Faute de frape",)))
    assert unknown(database) == [("Faute de frape", 1)]
    bring(database, item(tags=()), at=NOW + DAY)
    assert unknown(database) == []


def test_a_term_put_on_the_list_later_tags_what_waited_for_it(database: Database) -> None:
    bring(database, item(tags=("Groenland", "!!!")))
    with database.transaction() as session:
        service.load_terms(
            session,
            [NewTerm(kind=TermKind.COUNTRY, code="groenland", label="Groenland", aliases=("Kalaallit Nunaat",))],
        )
    assert worn(database) == [("Groenland", False)]
    assert unknown(database) == []


def test_naming_what_is_not_there_says_so(database: Database) -> None:
    terms = load(database)
    for folded, term_id in (("absent", terms["Chili"]), ("absent", TermId(9999))):
        with pytest.raises(TermMissing), database.transaction() as session:
            service.name_tag(session, folded, term_id)
    with pytest.raises(TermMissing), database.transaction() as session:
        service.ignore_tag(session, "absent")
