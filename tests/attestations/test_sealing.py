"""The electronic seal: it holds for the very bytes that were handed over, and for papers that are old already."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from crm.assembly import Assembly, press
from crm.attestations import service
from crm.attestations.errors import SealUnavailable
from crm.attestations.model import Progress, SealFlaw
from crm.attestations.pades import electronic_seal
from crm.foundation.settings import SealFiles
from crm.values.identifiers import AttestationId
from tests.attestations.conftest import NUMBER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW

NAME = "Droits humains exemple ASBL"


def certificate(folder: Path, serial: int = 1, *, years: tuple[int, int] = (2026, 2030)) -> SealFiles:
    """A new key and a certificate that it signed itself, as an issuer would hand them out."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME), x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in years)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | {"encipher_only": False, "decipher_only": False}
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), serial, first, last)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(
        b"seal", key, made, None, serialization.BestAvailableEncryption(b"un secret")
    )
    files = SealFiles(certificate_file=folder / f"{serial}.p12", passphrase_file=folder / f"{serial}.txt")
    files.certificate_file.write_bytes(packed)
    assert files.passphrase_file is not None
    files.passphrase_file.write_text("un secret\n")
    return files


def under(house: Assembly, files: SealFiles | None) -> Assembly:
    """The house, sealing with that certificate."""
    ways = house.settings.attestations.model_copy(update={"seal": files})
    return replace(house, settings=house.settings.model_copy(update={"attestations": ways}))


def holds(paper: bytes, files: SealFiles) -> bool:
    """Whether the library finds the whole paper under a seal of that certificate, and nothing added since."""
    root = electronic_seal(files, at=NOW)._signer.signing_cert
    assert root is not None
    trusted = ValidationContext(trust_roots=[root], moment=NOW)
    seals = PdfFileReader(io.BytesIO(paper)).embedded_signatures
    if len(seals) != 1:
        return False
    found = validate_pdf_signature(seals[0], trusted, key_usage_settings=KeyUsageConstraints({"non_repudiation"}))
    return bool(found.bottom_line and found.coverage is SignatureCoverageLevel.ENTIRE_FILE)


def test_a_sealed_paper_is_whole_and_tagged_and_stays_when_the_certificate_changes(
    house: Assembly, donor: NewDonor, give: Give, tmp_path: Path
) -> None:
    old, new = certificate(tmp_path, 1), certificate(tmp_path, 2)
    with house.database.transaction() as session:
        for _ in range(2):
            give(session, donor(session, number=NUMBER if _ else ""), 5000)
    run = locked(house)
    assert press(under(house, old)).work(run.id, most=1) == Progress(made=2, waiting=0, failed=0)
    with house.database.reading() as session:
        first, second = (service.versions(session, YEAR, number)[0].id for number in (1, 2))
    paper = press(house).paper(first)
    assert (holds(paper, old), holds(paper, new), press(under(house, new)).paper(first) == paper) == (True, False, True)
    broken = [paper[:place] + bytes([paper[place] ^ 1]) + paper[place + 1 :] for place in (40, len(paper) // 3)]
    assert [_holds_at_all(one, old) for one in broken] == [False, False]
    root = PdfFileReader(io.BytesIO(paper)).root
    described = root["/Metadata"].data.decode()
    (widget,) = (one.get_object() for one in root["/Pages"]["/Kids"][0]["/Annots"])
    assert ("/StructTreeRoot" in root, bool(root["/MarkInfo"]["/Marked"]), str(root["/Lang"])) == (True, True, "fr-BE")
    assert {"pdfaid:conformance", "pdfuaid:part"} <= set(described.replace("=", " ").split())
    left, bottom, right, top = (int(side) for side in widget["/Rect"])
    assert (left == right < 0, bottom == top < 0, widget["/F"] & 0b100100111, str(widget["/TU"])) == (
        True, True, 0b100, NAME,
    )  # fmt: skip
    copy = press(under(house, new)).copy(AttestationId(second), at=NOW)
    assert (holds(copy, new), press(house).copy(second, at=NOW).count(b"/ByteRange")) == (True, 0)


def test_no_paper_is_made_without_the_seal_it_is_to_carry(
    house: Assembly, donor: NewDonor, give: Give, tmp_path: Path
) -> None:
    files = certificate(tmp_path, 3)
    wrong = files.model_copy(update={"passphrase_file": files.certificate_file})
    gone = files.model_copy(update={"certificate_file": tmp_path / "nowhere.p12"})
    cases = {
        SealFlaw.MISSING: gone,
        SealFlaw.UNREADABLE: wrong,
        SealFlaw.EARLY: certificate(tmp_path, 4, years=(2027, 2030)),
        SealFlaw.OVER: certificate(tmp_path, 5, years=(2020, 2026)),
    }
    with house.database.transaction() as session:
        give(session, donor(session), 5000)
    run = locked(house)
    for flaw, case in cases.items():
        with pytest.raises(SealUnavailable) as refused:
            press(under(house, case)).work(run.id)
        assert refused.value.flaw is flaw
    with house.database.reading() as session:
        assert service.progress(session, run.id) == Progress(made=0, waiting=1, failed=0)
    assert press(under(house, files)).work(run.id).made == 1
    with house.database.reading() as session:
        (paper,) = service.versions(session, YEAR, 1)
    assert press(under(house, gone)).copy(paper.id, at=NOW)[:5] == b"%PDF-"


def _holds_at_all(paper: bytes, files: SealFiles) -> bool:
    try:
        return holds(paper, files)
    except Exception:  # noqa: BLE001 - a byte may break the file itself; what counts is that no seal holds for it
        return False
