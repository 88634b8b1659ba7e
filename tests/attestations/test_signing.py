"""A signature on papers: two decide, pictures are safe, and what was numbered keeps the one of its day."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import drawings, service, signing
from crm.attestations.errors import FourEyes
from crm.attestations.model import Run
from crm.attestations.signing import Signature
from crm.values.errors import Invalid
from crm.values.languages import Language
from tests.attestations.conftest import DECIDER, NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW

ROLES = {Language.FR: "Directrice", Language.NL: "Directeur"}


def png(width: int = 300, height: int = 100) -> bytes:
    """A whole picture of one colour."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    dots = zlib.compress((b"\0" + b"\x10\x20\x60\xff" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", dots) + part(b"IEND", b"")


def svg(inside: str = '<path d="M0 9 L29 1" stroke="#124" fill="none"/>', *, box: str = "0 0 30 10") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://x" viewBox="{box}">{inside}</svg>'.encode()


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0 a photo",
        png()[:-20],
        png()[:60] + b"\0" + png()[61:],
        png(20, 20),
        png(100, 300),
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"x" * (drawings.MOST_BYTES + 1),
        svg(box=""),
        svg(box="0 0 10 30"),
        svg(box="0 0 900 10"),
        svg(box="0 0 nan nan"),
        svg("<script>alert(1)</script>"),
        svg("<foreignObject/>"),
        svg('<image href="http://exemple.be/a.png" width="9" height="9"/>'),
        svg('<path d="M0 0" onclick="x()"/>'),
        svg('<path d="M0 0" style="fill: url(http://exemple.be/x)"/>'),
        svg("<style>@import 'http://exemple.be'</style>"),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg("<title>&a;</title>"),
        b"<svg viewBox='0 0 3 1'/>",
        b"<html/>",
    ],
)
def test_a_picture_that_is_no_signature_is_refused(picture: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        drawings.drawing(picture)
    assert refused.value.field == "picture"


def test_what_drawing_programs_leave_of_their_own_is_taken_out() -> None:
    drawn = drawings.drawing(svg('<x:grid/><!-- o --><metadata/><path d="M0 9 L29 1" x:label="y"/>'))
    assert (drawn.count("<path"), any(word in drawn for word in ("grid", "label", "metadata", "<!--"))) == (1, False)


def test_two_decide_who_signs_and_a_numbered_paper_keeps_the_signature_of_its_day(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    seal = attesting_house(house).seal
    with house.database.transaction() as session:
        give(session, donor(session, number=NUMBER), 5000)
        give(session, donor(session, language=Language.NL), 6000)
        first = _proposed(house, session, png(), "Claire  Delvaux ")
        assert (signing.in_force(session), [one.signer for one in signing.waiting(session)]) == (
            None,
            ["Claire Delvaux"],
        )
        with pytest.raises(FourEyes):
            signing.decide(session, first.id, accepts=True, at=NOW, by=PROPOSER)
        signing.decide(session, first.id, accepts=True, at=NOW, by=DECIDER)
        refused = _proposed(house, session, svg(), "Un autre")
        signing.decide(session, refused.id, accepts=False, at=NOW, by=DECIDER)
        assert signing.in_force(session) == signing.find(session, first.id)
    run = locked(house)
    with house.database.transaction() as session:
        none = signing.propose_none(session, seal, at=NOW, by=PROPOSER)
        signing.decide(session, none.id, accepts=True, at=NOW, by=DECIDER)
        assert signing.in_force(session) is None
    said = [page["signature"] for page in _pages(house, run)]
    alts, roles = ("Signature de Claire Delvaux", "Handtekening van Claire Delvaux"), ("Directrice", "Directeur")
    assert said == [
        {"id": str(first.id), "signer": "Claire Delvaux", "role": role, "alt": alt}
        for alt, role in zip(alts, roles, strict=True)
    ]
    assert press(house).work(run.id).made == 2
    with house.database.reading() as session:
        (paper,) = service.versions(session, YEAR, 1)
        drawn = signing.drawn(session, seal)
    content = press(house).paper(paper.id)
    assert (b"Delvaux" in content, base64.b64encode(png()).decode() in drawn[str(first.id)]) == (True, True)
    with house.database.transaction() as session:
        give(session, donor(session), 7000)
    assert [page["signature"] for page in _pages(house, locked(house))] == [{}]


def _proposed(house: Assembly, session: Session, picture: bytes, signer: str) -> Signature:

    return signing.propose(
        session,
        attesting_house(house).seal,
        picture,
        signer=signer,
        roles=ROLES,
        proof=len,
        at=NOW,
        by=PROPOSER,
    )


def _pages(house: Assembly, run: Run) -> list[dict[str, object]]:
    at_work = press(house)
    with house.database.reading() as session:
        last = service.totals(session, YEAR)[2]
        ids = [service.versions(session, YEAR, number)[0].id for number in range(last - run.count + 1, last + 1)]
    return [dict(at_work.said(one).page) for one in ids]
