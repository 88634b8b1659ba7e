"""The electronic seal of papers (PAdES B-B): who issued them, and that not a byte changed since.

The certificate, its key and its chain lie in a PKCS#12 file that the settings name, its passphrase in another; neither
is ever in the database. The seal is an increment at the end of the file: what typst wrote, tags and all, stands before
it untouched, and its field has no place on the page, as PDF/A and PDF/UA ask of one that shows nothing.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm.attestations.errors import SealUnavailable
from crm.attestations.model import SealFlaw
from crm.foundation.settings import SealFiles

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

FIELD = "Portevoix"
_ROOM = 16_384
"""Bytes for signature and chain; asked beforehand, the library signs once and not twice."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the certificate says of itself."""

    name: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class ElectronicSeal:
    """Sets seals under one certificate."""

    certificate: Certificate
    _signer: SimpleSigner

    def set_on(self, paper: bytes, *, at: datetime) -> bytes:
        """The same paper, sealed at that moment: the bytes it was made of, then the seal."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
        from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

        name = self.certificate.name
        wanted = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            name=name,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )
        nowhere = fields.InvisSigSettings(box_out_of_bounds=True)
        field = fields.SigFieldSpec(FIELD, readable_field_name=name, invis_sig_settings=nowhere)
        session = signers.PdfSigner(wanted, self._signer, new_field_spec=field).init_signing_session(
            IncrementalPdfFileWriter(io.BytesIO(paper))
        )
        session.system_time = at
        waiting = session.prepare_tbs_document(validation_info=None, bytes_reserved=_ROOM)
        made = io.BytesIO()
        digest, _ = waiting.digest_tbs_document(output=made)
        said = PdfCMSSignedAttributes(signing_time=at)
        asyncio.run(waiting.perform_signature(digest.document_digest, said))
        return made.getvalue()


def electronic_seal(files: SealFiles, *, at: datetime) -> ElectronicSeal:
    """The seal of those files, read anew once they change. Raises SealUnavailable, also where it is not its time."""
    try:
        changed = tuple(path.stat().st_mtime_ns for path in (files.certificate_file, files.passphrase_file) if path)
    except OSError:
        raise SealUnavailable(SealFlaw.MISSING) from None
    found = _opened(files.certificate_file, files.passphrase_file, changed)
    if at < found.certificate.from_at:
        raise SealUnavailable(SealFlaw.EARLY)
    if at >= found.certificate.until_at:
        raise SealUnavailable(SealFlaw.OVER)
    return found


@lru_cache(maxsize=4)
def _opened(certificate_file: Path, passphrase_file: Path | None, _changed: tuple[int, ...]) -> ElectronicSeal:
    try:
        packed = certificate_file.read_bytes()
        passphrase = passphrase_file.read_bytes().strip() if passphrase_file else None
    except OSError:
        raise SealUnavailable(SealFlaw.MISSING) from None
    signer = _signer(packed, passphrase)
    known = signer.signing_cert
    assert known is not None
    names = known.subject.native
    name = str(names.get("organization_name") or names.get("common_name") or known.subject.human_friendly)
    certificate = Certificate(name=name, from_at=known.not_valid_before, until_at=known.not_valid_after)
    return ElectronicSeal(certificate, signer)


def _signer(packed: bytes, passphrase: bytes | None) -> SimpleSigner:
    """The library's signer, but its key is read once: it would otherwise check the key anew at each paper."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from pyhanko.sign.signers import SimpleSigner

    try:
        read = SimpleSigner.load_pkcs12_data(packed, other_certs=[], passphrase=passphrase)
    except (ValueError, TypeError):
        read = None
    if read is None or read.signing_cert is None:
        raise SealUnavailable(SealFlaw.UNREADABLE)
    key: Any = serialization.load_der_private_key(read.signing_key.dump(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SealUnavailable(SealFlaw.UNREADABLE)

    class Signer(SimpleSigner):
        def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
            if isinstance(key, rsa.RSAPrivateKey):
                return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
            return bytes(key.sign(data, ec.ECDSA(hashes.SHA256())))

    return Signer(signing_cert=read.signing_cert, signing_key=read.signing_key, cert_registry=read.cert_registry)
