"""Scans of signed mandates: what may be one, how they lie, who gets them, and that none outlives its person."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.duplicates import merges
from crm.foundation.encryption import Undecipherable
from crm.plans import mandates, papers, scans
from crm.plans.errors import MandateMissing, PaperMissing, PaperRefused
from crm.plans.model import PaperKind
from crm.privacy import erasing
from crm.values.identifiers import AccountId, MandateId
from jobs import refresh_plans
from tests.conftest import NOW
from tests.donations.conftest import donor
from tests.plans.conftest import mandate
from tests.plans.scanned import JPEG, folded, pdf, png

BY = AccountId(1)
SCAN = pdf(b"%Ana Alpha a sign\xc3\xa9")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), PaperKind.PNG),
        (JPEG, PaperKind.JPEG),
        (JPEG + b"left by a telephone", PaperKind.JPEG),
        (SCAN, PaperKind.PDF),
        (b"\xef\xbb\xbf" + SCAN, PaperKind.PDF),
        (pdf(folded(b"4 0 <</Kind/Page>>")), PaperKind.PDF),
    ],
)
def test_a_scan_is_what_stands_in_it(content: bytes, kind: PaperKind) -> None:
    assert scans.kind_of(content) is kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (png() + b"\0" * scans.MOST_BYTES, "large"),
        (b"<html><script>alert(1)</script>", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"MZ" + SCAN[6:], "kind"),
        (png()[:-1], "torn"),
        (png().replace(b"IHDR", b"IHDX"), "torn"),
        (JPEG[:-2], "torn"),
        (SCAN[:-8], "torn"),
        (pdf(b"<</Encrypt 5 0 R>>"), "locked"),
        (pdf(b"4 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"), "active"),
        (pdf(b"4 0 obj<</S/J#61vaScript>>endobj"), "active"),
        (pdf(b"4 0 obj<</S/Launch/F(cmd.exe)>>endobj"), "active"),
        (pdf(folded(b"4 0 <</S/JavaScript/JS(app.alert(1))>>")), "active"),
        (pdf(folded(b" " * (17 * 1024 * 1024))), "large"),
    ],
)
def test_what_is_not_a_whole_quiet_scan_is_refused_with_its_reason(content: bytes, why: str) -> None:
    with pytest.raises(PaperRefused) as refused:
        scans.kind_of(content)
    assert refused.value.why == why


@given(st.sampled_from([b"", png()[:30], JPEG[:6], b"%PDF-1.4", SCAN, folded(b"x")]), st.binary(max_size=80))
def test_any_bytes_are_a_scan_or_refused(start: bytes, rest: bytes) -> None:
    with suppress(PaperRefused):
        assert scans.kind_of(start + rest) in PaperKind


def test_a_scan_lies_sealed_and_goes_with_its_mandate_through_a_merge_and_an_erasure(assembly: Assembly) -> None:
    drawer = assembly.drawer
    with assembly.database.transaction() as session:
        ana, double = donor(session, assembly, "Ana"), donor(session, assembly, "Ana")
        signed = mandate(session, assembly, double, reference="STREET/1")
        kept = papers.add(session, drawer, signed.id, SCAN, at=NOW, by=BY)
        assert papers.add(session, drawer, signed.id, SCAN, at=NOW, by=BY) == kept
        with pytest.raises(MandateMissing):
            papers.add(session, drawer, MandateId(999), SCAN, at=NOW, by=BY)
        assert papers.opened(drawer, kept) == SCAN
        (lying,) = drawer.shelf.folder.iterdir()
        assert (lying.stat().st_mode & 0o777, b"Alpha" in lying.read_bytes()) == (0o600, False)
        other = papers.add(session, drawer, signed.id, png(), at=NOW, by=BY)
        (drawer.shelf.folder / other.token).write_bytes(lying.read_bytes())
        with pytest.raises(Undecipherable):  # sealed for its own place
            papers.opened(drawer, other)
        papers.remove(session, other)
        for number in range(1, papers.MOST):
            papers.add(session, drawer, signed.id, png(number + 1), at=NOW, by=BY)
        with pytest.raises(PaperRefused, match="many"):
            papers.add(session, drawer, signed.id, JPEG, at=NOW, by=BY)
        with pytest.raises(PaperMissing):
            papers.find(session, kept.id, of=ana)
        made = merges.merge(
            session, assembly.sealer, assembly.pointers, survivor_id=ana, loser_id=double, chosen={}, by=BY, at=NOW
        )
        assert papers.find(session, kept.id, of=ana) == kept
        merges.undo(session, assembly.sealer, assembly.pointers, made.id, by=BY, at=NOW)
        assert papers.find(session, kept.id, of=double) == kept
        shown = erasing.shown(session, assembly.holdings, double)
        (section,) = [one for one in shown.sections if one.key == "mandate_papers"]
        assert (len(section.rows), section.rows[0]["reference"]) == (papers.MOST, "STREET/1")
        copies = papers.copies_of(session, drawer, shown.subject.person_ids)
        assert copies[f"mandat-STREET-1-{kept.id}.pdf"] == SCAN
    with assembly.database.transaction() as session:
        done = erasing.erase(session, assembly.holdings, double, at=NOW)
        assert (done.erased["mandate_paper"], done.files) == (papers.MOST, papers.MOST)
        assert papers.of_mandates(session, [signed.id]) == {signed.id: ()}
        assert mandates.mandate(session, signed.id).reference == "STREET/1"
    assert [one.name for one in drawer.shelf.folder.iterdir()] == [other.token]


def test_a_file_that_no_row_speaks_of_goes_the_next_night(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        signed = mandate(session, assembly, donor(session, assembly))
        kept = papers.add(session, assembly.drawer, signed.id, SCAN, at=NOW, by=BY)
    folder = assembly.drawer.shelf.folder
    with assembly.drawer.shelf.laying() as (lost, file):
        file.write(b"cut")
    old = (NOW - timedelta(days=2)).timestamp()
    for token in (kept.token, lost):
        os.utime(folder / token, (old, old))
    assert refresh_plans.run(assembly, NOW)["strays"] == 1
    assert [one.name for one in folder.iterdir()] == [kept.token]
    (folder / kept.token).unlink()
    with pytest.raises(PaperMissing):
        papers.opened(assembly.drawer, kept)
