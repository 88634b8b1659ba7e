"""Plans in the office: signed, changed, paused, ended on somebody's word; each wrong field is told at its place."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.audit.model import Wanted as WantedEntries
from crm.people import service as people
from crm.people.model import NewPerson
from crm.plans import mandates, papers, scans
from crm.plans import service as plans
from crm.plans.model import Plan, PlanState, Wanted
from crm.plans.rules import state_on
from crm.staff.model import Role
from crm.values.identifiers import PersonId, PlanId
from crm.values.languages import Language
from crm.web.office import mandate_papers
from tests.conftest import NOW
from tests.plans.scanned import JPEG, pdf, png
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
TODAY = NOW.date()
FORM = {
    "amount": "15", "every": "1", "day": "31", "started_on": "2026-11-23", "way": "direct-debit", "fee": "",
    "iban": "be71 0961 2345 6769", "holder": "Ana Gamma", "signed_on": "2026-11-23", "reference": "", "proof": "C-12",
    "channel": "street", "fund": "general", "source_code": "",
}  # fmt: skip


@pytest.fixture
def ana(assembly: Assembly) -> PersonId:
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Ana", last_name="Gamma")
        return people.add(session, assembly.addresses, new, at=NOW).id


def plan_of(assembly: Assembly, person_id: PersonId) -> Plan:
    with assembly.database.reading() as session:
        return plans.of_person(session, person_id, on=TODAY)[0]


def test_a_plan_is_signed_once_every_field_is_right(assembly: Assembly, browser: Open, ana: PersonId) -> None:
    care = browser(Role.CARE)
    form = care.get(f"/office/plans/of/{ana}/new")
    assert form.status_code == 200
    for wrong, said in (
        ({"amount": "beaucoup"}, "Écrivez un montant"),
        ({"day": "32"}, "Écrivez un jour du mois"),
        ({"fee": "16"}, "La cotisation est une part du montant"),
        ({"iban": "BE00"}, "Ce n’est pas un numéro de compte"),
        ({"holder": " "}, "Écrivez le nom du titulaire"),
        ({"signed_on": "2027-01-01"}, "Écrivez un jour passé"),
        ({"reference": "deux mots"}, "Une référence a 35 caractères"),
        ({"source_code": "NULLE"}, "Ce code n’est celui d’aucun appel"),
        ({"started_on": ""}, "Écrivez un jour, par exemple"),
    ):
        refused = care.post(f"/office/plans/of/{ana}/new", FORM | wrong)
        assert (refused.status_code, said in words_of(refused.text)) == (422, True)
    with assembly.database.reading() as session:
        assert plans.totals(session, Wanted(on=TODAY)).plans == 0
    assert care.post(f"/office/plans/of/{ana}/new", FORM).status_code == 303
    shown = words_of(care.get(f"/office/plans/{plan_of(assembly, ana).id}").text)
    assert "… 6769" in shown
    assert "0961" not in shown
    assert "lun. 30 nov. 2026" in shown
    assert "15,00 € par mois" in words_of(care.get(f"/office/supporters/{ana}").text)


def test_what_somebody_asks_for_is_done_once_and_written_down(assembly: Assembly, browser: Open, ana: PersonId) -> None:
    care = browser(Role.CARE)
    care.post(f"/office/plans/of/{ana}/new", FORM)
    plan = plan_of(assembly, ana)
    page = f"/office/plans/{plan.id}"

    def does(act: str, **typed: str) -> int:
        seen = re.search(r'name="seen" value="(\d+)"', care.get(page).text)
        assert seen is not None
        return care.post(f"{page}/{act}", {"seen": seen[1], "channel": "phone", **typed}).status_code

    def stands() -> tuple[int, PlanState]:
        found = plan_of(assembly, ana)
        return found.terms.cents, state_on(found.standing, TODAY)

    terms = {"every": "1", "day": "31", "fee": "", "effective_on": "2026-11-23"}
    for wrong in ({"amount": "0"}, {"day": "x"}, {"effective_on": "hier"}, {"fee": "99"}, {"every": "5"}):
        assert does("change", **{"amount": "20", **terms, **wrong}) == 422
    assert (does("change", amount="20", **terms), stands()) == (303, (2000, PlanState.ACTIVE))
    assert does("account", iban="rien") == 422
    assert does("account", iban="BE68 5390 0754 7034") == 303
    assert does("pause", pause_on="2026-11-23", until_on="2026-11-22") == 422
    assert (does("pause", pause_on="2026-11-23", until_on=""), stands()[1]) == (303, PlanState.PAUSED)
    assert (does("resume"), stands()[1]) == (303, PlanState.ACTIVE)
    fresh = {
        "new_iban": "BE71 0961 2345 6769", "holder": "Ana Gamma", "signed_on": "2026-11-23", "source": "website",
        "proof": "SIGN-77", "reference": "",
    }  # fmt: skip
    for wrong in ({"new_iban": "rien"}, {"proof": ""}, {"source": "x"}, {"signed_on": "2027-01-01"}, {"holder": ""},
                  {"reference": "deux mots"}):  # fmt: skip
        assert does("mandate", **fresh | wrong) == 422
    before = plan_of(assembly, ana).mandate_id
    assert does("mandate", **fresh) == 303
    with assembly.database.reading() as session:
        now, then = (mandates.mandate(session, one) for one in (plan_of(assembly, ana).mandate_id, before) if one)
    assert ((now.source, now.proof, now.ended_on), then.ended_on) == (("website", "SIGN-77", None), TODAY)
    assert f"{then.reference} · signé le" in words_of(care.get(page).text)
    assert does("cancel", end_on="2026-11-23", reason="") == 422
    assert (does("cancel", end_on="2026-11-23", reason="money"), stands()[1]) == (303, PlanState.ENDED)
    assert (does("revive"), stands()[1]) == (303, PlanState.ACTIVE)
    stale = care.post(f"{page}/pause", {"seen": "1", "channel": "phone", "pause_on": "2026-11-23", "until_on": ""})
    assert (stale.status_code, stands()[1]) == (303, PlanState.ACTIVE)
    with assembly.database.reading() as session:
        told = [event.kind.value for event in plans.whole(session, PlanId(plan.id)).events]
    assert told == ["sign", "upgrade", "account", "pause", "resume", "mandate", "cancel", "revive"]


def test_the_list_shows_what_its_filters_leave(browser: Open, ana: PersonId) -> None:
    care = browser(Role.CARE)
    assert "Aucun don régulier pour l’instant" in words_of(care.get("/office/plans").text)
    care.post(f"/office/plans/of/{ana}/new", FORM)
    for query, found in (
        ("", True), ("state=active&way=direct-debit&least=15", True), ("state=paused", False),
        ("least=x&after=999", True),
    ):  # fmt: skip
        shown = words_of(care.get(f"/office/plans?{query}").text)
        assert ("180,00 €" in shown, "Aucun don régulier ne répond" in shown) == (found, not found)


def test_at_the_desk_a_plan_is_paused_or_ended_on_their_word_and_taken_back(
    assembly: Assembly, browser: Open, ana: PersonId
) -> None:
    care, desk = browser(Role.CARE), f"/office/care/{ana}"
    care.post(f"/office/plans/of/{ana}/new", FORM)
    plan, asked = plan_of(assembly, ana), f"/office/plans/of/{ana}/desk"
    assert asked in care.get(desk).text
    assert "15,00 € par mois" in words_of(care.get(asked).text)

    def act(name: str, **typed: object) -> str:
        seen = {"seen": str(plan_of(assembly, ana).version)}
        return care.post(f"/office/plans/{plan.id}/{name}?at=desk", {**seen, **typed}, follow_redirects=True).text

    def state() -> PlanState:
        return state_on(plan_of(assembly, ana).standing, TODAY)

    for name, field in (("pause", "pause_on"), ("cancel", "end_on")):
        assert f'name="{field}"' in care.get(f"{asked}?plan={plan.id}&act={name}").text
    assert "Choisissez pourquoi" in act("cancel", end_on=TODAY.isoformat(), reason="")
    assert "Une pause finit après" in act("pause", pause_on=TODAY.isoformat(), until_on="2020-01-01")
    for name, back, typed, then in (
        ("pause", "resume", {"pause_on": TODAY.isoformat()}, PlanState.PAUSED),
        ("cancel", "revive", {"end_on": TODAY.isoformat(), "reason": "money"}, PlanState.ENDED),
    ):
        said = act(name, **typed)
        assert "L’échange" in said
        assert f"/office/plans/{plan.id}/{back}?at=desk" in said
        assert state() is then
        assert "Le don régulier reprend" in act(back)
        assert state() is PlanState.ACTIVE


def test_a_scan_of_the_mandate_is_kept_handed_over_as_a_file_and_destroyed_each_time_noted(
    assembly: Assembly, browser: Open, ana: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    care, scan = browser(Role.CARE), pdf()
    torn = {**FORM, "proof": "", "paper": (io.BytesIO(scan[:40]), "mandat.pdf")}
    refused = care.post(f"/office/plans/of/{ana}/new", torn)
    assert (refused.status_code, "n’est pas entier" in words_of(refused.text)) == (422, True)
    with assembly.database.reading() as session:
        assert mandates.of_person(session, ana) == ()
    assert care.post(f"/office/plans/of/{ana}/new", FORM | {"paper": (io.BytesIO(scan), "x.exe")}).status_code == 303
    plan = plan_of(assembly, ana)
    page = f"/office/plans/{plan.id}"
    (kept,) = _scans(assembly, ana)
    taken = care.post(f"{page}/papers/{kept}")
    assert (taken.data, taken.content_type) == (scan, "application/pdf")
    assert taken.headers["Content-Disposition"].startswith("attachment; ")
    assert (taken.headers["X-Content-Type-Options"], taken.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert "Scan du 23 novembre 2026" in words_of(care.get(page).text)
    fundraiser = browser(Role.FUNDRAISER)
    assert "Scan du" not in words_of(fundraiser.get(page).text)
    assert fundraiser.post(f"{page}/papers/{kept}").status_code == 403
    html = care.post(f"{page}/papers", {"paper": (io.BytesIO(b"<script>"), "scan.png")})
    assert (html.status_code, "d’une autre sorte" in words_of(html.text)) == (422, True)
    monkeypatch.setattr(scans, "MOST_BYTES", 5000)
    monkeypatch.setattr(mandate_papers, "MOST_BYTES", 20_000)
    large = care.post(f"{page}/papers", {"paper": (io.BytesIO(png() + b"0" * 5000), "scan.png")})
    assert (large.status_code, "dépasse 8 Mo" in words_of(large.text)) == (422, True)
    huge = care.post(f"{page}/papers", {"paper": (io.BytesIO(b"0" * 20_000), "scan.png")})
    assert huge.status_code == 303
    assert care.post(f"{page}/papers", {"paper": (io.BytesIO(JPEG), "photo")}).status_code == 303
    new = {"seen": str(plan.version), "new_iban": "BE68 5390 0754 7034", "holder": "Ana Gamma", "proof": "",
           "signed_on": "2026-11-23", "source": "paper"}  # fmt: skip
    assert care.post(f"{page}/mandate", new).status_code == 422
    assert care.post(f"{page}/mandate", new | {"paper": (io.BytesIO(png()), "scan.png")}).status_code == 303
    assert words_of(care.get(page).text).count("Emporter son scan") == 2  # those of the mandate before
    elsewhere = care.post("/office/plans/999/papers/1")
    assert elsewhere.status_code == 404
    assert care.post(f"{page}/papers/{kept}/remove").status_code == 303
    assert care.post(f"{page}/papers/{kept}/remove").status_code == 303
    assert len(_scans(assembly, ana)) == len(list(assembly.drawer.shelf.folder.iterdir())) == 2
    with assembly.database.reading() as session:
        done = [one.action for one in audit.entries(session, WantedEntries(), limit=50) if "paper" in one.action]
    assert done == [f"mandate.paper-{act}" for act in ("remove", "add", "add", "read", "add")]


def test_the_pack_of_their_data_holds_the_scans(assembly: Assembly, browser: Open, ana: PersonId) -> None:
    browser(Role.CARE).post(f"/office/plans/of/{ana}/new", FORM | {"paper": (io.BytesIO(pdf()), "x.pdf")})
    taken = browser(Role.ADMINISTRATOR).post(f"/office/privacy/of/{ana}/pack")
    with zipfile.ZipFile(io.BytesIO(taken.data)) as whole:
        (scan,) = [name for name in whole.namelist() if name.startswith("mandat-")]
        assert whole.read(scan) == pdf()


def _scans(assembly: Assembly, person_id: PersonId) -> list[int]:
    with assembly.database.reading() as session:
        theirs = [one.id for one in mandates.of_person(session, person_id)]
        return [one.id for several in papers.of_mandates(session, theirs).values() for one in several]
