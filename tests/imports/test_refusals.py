"""Who wants no more of something: by letter, by phone, at all; a no enters, a yes never without its proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.consent import gate
from crm.consent import service as consent
from crm.consent.model import APPEALS, MAGAZINE, Act, Channel, Purpose, Refusal
from crm.consent.policy import EVERYWHERE
from crm.imports.kinds.channels import channels_of
from crm.people import service as people
from crm.people.contacts import phone_key
from crm.values.identifiers import PersonId
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on

PEOPLE = (
    "id;prénom;nom;email;gsm;rue;code postal;localité\n"
    "7;Marie;Dupont;marie@exemple.be;;rue Haute 1;1000;Bruxelles\n"
    "8;Jean;Petit;;0470123456;rue Basse 2;5000;Namur\n"
    "9;Noël;Lambert;;;rue Neuve 3;4000;Liège\n"
)


@pytest.fixture
def house(desk: Desk) -> Desk:
    with desk.assembly.database.transaction() as session:
        for place, code in enumerate((APPEALS, MAGAZINE), 8):
            if code not in {one.code for one in consent.purposes(session)}:
                consent.put_purpose(session, Purpose(code=code, names={"fr": code}, promises={}, position=place))
    desk.apply(desk.bring("people", PEOPLE, choices={"system": "vieux"}))
    return desk


def spoken(desk: Desk, number: str) -> set[tuple[str, Channel, Act]]:
    """What somebody of the old system said, of every address of a channel."""
    with desk.assembly.database.reading() as session:
        person = people.find_external(session, "vieux", number)
        assert person is not None
        told = consent.standings(session, person.id)
    return {(one.purpose, one.channel, one.act) for one in told if one.address_key == EVERYWHERE}


def refused(desk: Desk, number: str, purpose: str, channel: Channel) -> Refusal | None:
    with desk.assembly.database.reading() as session:
        person = people.find_external(session, "vieux", number)
        assert person is not None
        return gate.verdict_of(session, PersonId(person.id), purpose, channel, NOW).refusal


def test_whoever_asked_for_no_appeals_moves_in_with_that_and_nothing_else(house: Desk) -> None:
    before = house.held()
    rows = (
        "contact id;prénom;nom;gsm;rue;code postal;localité;canal;finalité;ne pas solliciter\n"
        "7;;;;;;;;;oui\n"
        ";Jean;Petit;0470 12 34 56;;;;courrier;;1\n"
        ";Noel;LAMBERT;;rue neuve 3;4000;Liège;brief en telefoon;magazine;x\n"
        "8;Jean;Petit;;;;;;;non\n"
        ";Zoé;;;;;;;;oui\n"
        ";;;0471000000;;;;;;oui\n"
        "9;;;;;;;pigeon voyageur;;oui\n"
        "9;;;;;;;;;peut-être\n"
    )
    run = house.bring("refusals", rows, choices={"purpose": APPEALS, "system": "vieux"})
    assert house.held() == before
    run = house.apply(run)
    assert house.said(run) == {
        2: ("update", *(f"objection:appeals/{one}" for one in Channel)),
        3: ("update", "objection:appeals/post"),
        4: ("update", "objection:magazine/post", "objection:magazine/phone"),
        5: ("same", "nothing-said"),
        6: ("error", "no-key"),
        7: ("error", "nobody-known"),
        8: ("error", "not-channel:channel"),
        9: ("error", "not-flag:flag"),
    }
    assert spoken(house, "7") == {(APPEALS, channel, Act.OBJECTED) for channel in Channel}
    assert spoken(house, "8") == {(APPEALS, Channel.POST, Act.OBJECTED)}
    assert spoken(house, "9") == {(MAGAZINE, Channel.POST, Act.OBJECTED), (MAGAZINE, Channel.PHONE, Act.OBJECTED)}
    assert refused(house, "7", APPEALS, Channel.POST) is Refusal.OBJECTED
    assert refused(house, "8", APPEALS, Channel.PHONE) is not Refusal.OBJECTED
    again = house.bring("refusals", rows, choices={"purpose": APPEALS, "system": "vieux"})
    assert {said[0] for said in house.said(again).values()} == {"same", "error"}
    assert house.undo(run).counts["kept"] == 0
    assert spoken(house, "7") == set()


def test_a_no_to_everything_and_a_phone_that_several_share(house: Desk) -> None:
    house.apply(house.bring("people", "id;prénom;gsm\n10;Luc;0470123456\n", choices={"system": "vieux"}))
    rows = "gsm;canal\n0470123456;tout\n"
    run = house.apply(house.bring("refusals", rows, choices={"purpose": "*"}))
    assert house.said(run)[2][0] == "update"
    for number in ("8", "10"):
        told = spoken(house, number)
        assert {purpose for purpose, _, _ in told} >= {APPEALS, MAGAZINE, "news", "urgent"}
        assert {channel for _, channel, _ in told} == set(Channel)


def test_a_yes_by_letter_or_by_phone_needs_its_proof_and_never_lifts_a_no(house: Desk) -> None:
    head = "contact id;consentement;date;voie;preuve;canal;finalité\n"
    rows = head + (
        "7;oui;2024-05-01;papier;formulaire 12;courrier;magazine\n"
        "8;ja;;;;post;magazine\n"
        "9;yes;2024-05-01;papier;formulaire 13;;magazine\n"
        "9;non;;;;sms;urgent\n"
        "9;oui;2024-05-01;site;texte;tout;news\n"
        "9;oui;2024-05-01;site;texte;mail;news\n"
    )
    chosen = {"purpose": "news", "system": "vieux"}
    run = house.apply(house.bring("consents", rows, choices=chosen))
    assert house.said(run) == {
        2: ("update", "consent:magazine/post"),
        3: ("update", "legacy:magazine/post"),
        4: ("error", "not-channel:channel"),
        5: ("update", "objection:urgent/sms"),
        6: ("error", "not-channel:channel"),
        7: ("error", "lacking:email"),
    }
    assert spoken(house, "7") == {(MAGAZINE, Channel.POST, Act.GIVEN)}
    assert spoken(house, "8") == {(MAGAZINE, Channel.POST, Act.IMPORTED)}
    house.apply(house.bring("refusals", "contact id;canal\n7;courrier\n", choices=chosen | {"purpose": MAGAZINE}))
    assert spoken(house, "7") == {(MAGAZINE, Channel.POST, Act.OBJECTED)}
    later = head + "7;oui;2026-11-20;papier;formulaire 14;courrier;magazine\n"
    run = house.apply(house.bring("consents", later, choices=chosen))
    assert house.said(run) == {2: ("same",)}
    assert spoken(house, "7") == {(MAGAZINE, Channel.POST, Act.OBJECTED)}


def test_a_list_silences_phones_too(house: Desk, tmp_path: Path) -> None:
    run = house.apply(house.bring("suppressions", "téléphone\n0470 12 34 56\n+32 2 345 67 89\n123\n"))
    assert [said[0] for said in house.said(run).values()] == ["create", "create", "error"]
    key = phone_key(house.assembly.addresses, PhoneNumber.parse("0470123456"))
    with house.assembly.database.reading() as session:
        assert len(consent.suppressions(session, key)) == 1
    assert desk_on(house.assembly, tmp_path / "files", minutes=2).undo(run).counts["kept"] == 0
    with house.assembly.database.reading() as session:
        assert consent.suppressions(session, key) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Courrier", (Channel.POST,)),
        ("brief", (Channel.POST,)),
        ("E-mail", (Channel.EMAIL,)),
        ("Tél.", (Channel.PHONE,)),
        ("telefoon / sms", (Channel.PHONE, Channel.SMS)),
        ("post, phone and email", (Channel.POST, Channel.PHONE, Channel.EMAIL)),
        ("tout", tuple(Channel)),
        ("alles", tuple(Channel)),
        ("pigeon", None),
    ],
)
def test_channels_as_files_name_them(text: str, found: tuple[Channel, ...] | None) -> None:
    assert channels_of(text) == found
