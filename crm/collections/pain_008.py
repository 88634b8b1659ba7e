"""The file by which we ask banks for money: sepaxml writes it, what it lacks is added, its schema has the last word.

sepaxml knows no amendments of mandates, and names a file and its blocks by chance: both are set here, so that one batch
is one file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

from lxml import etree
from sepaxml import SepaDD

from crm.collections.errors import FileUnsound
from crm.collections.model import Asking, Creditor, Header, Schema
from crm.collections.rules import sepa_text

CURRENCY = "EUR"
UNKNOWN_HOLDER = "NOTPROVIDED"
SAME_MANDATE_NEW_ACCOUNT = "SMNDA"
"""What stands for the account as it was: whichever it was, the mandate is the same (SEPA Core, AT-24)."""


def written(creditor: Creditor, header: Header, askings: Iterable[Asking]) -> bytes:
    """The whole file, valid. Raises FileUnsound where its schema refuses it."""
    config: dict[str, object] = {
        "name": sepa_text(creditor.name, longest=70),
        "IBAN": creditor.account,
        "batch": True,
        "creditor_id": creditor.creditor_id,
        "currency": CURRENCY,
    }
    if creditor.bic:
        config["BIC"] = creditor.bic
    sepa = SepaDD(config, schema=header.schema.value, clean=False)
    amended: dict[str, Asking] = {}
    for one in askings:
        sepa.add_payment(_payment(one, header))
        if one.was_reference or one.is_new_account or one.was_creditor_id or one.was_creditor:
            amended[one.end_to_end_id] = one
    document = etree.fromstring(sepa.export(validate=False), _parser())
    _name(document, header)
    if amended:
        _tell(document, amended)
    schema = _schema(header.schema)
    if not schema.validate(document):
        raise FileUnsound(str(schema.error_log.last_error))
    return bytes(etree.tostring(document, xml_declaration=True, encoding="UTF-8"))


def _payment(one: Asking, header: Header) -> dict[str, object]:
    payment: dict[str, object] = {
        "name": sepa_text(one.holder, longest=70) or UNKNOWN_HOLDER,
        "IBAN": one.account,
        "amount": one.cents,
        "type": one.sequence.value,
        "collection_date": header.collect_on,
        "mandate_id": one.reference,
        "mandate_date": one.signed_on,
        "description": one.period,
        "endtoend_id": one.end_to_end_id,
    }
    if one.bic:
        payment["BIC"] = one.bic
    return payment


def _name(document: etree._Element, header: Header) -> None:
    """The names of the file and of its blocks, and its hour."""
    space = f"{{{document.nsmap[None]}}}"
    head = document.find(f"{space}CstmrDrctDbtInitn/{space}GrpHdr")
    assert head is not None
    for tag, text in (("MsgId", header.message_id), ("CreDtTm", f"{header.made_at:%Y-%m-%dT%H:%M:%S}")):
        element = head.find(f"{space}{tag}")
        assert element is not None
        element.text = text
    for block in document.iterfind(f"{space}CstmrDrctDbtInitn/{space}PmtInf"):
        element, sequence = block.find(f"{space}PmtInfId"), block.find(f".//{space}SeqTp")
        assert element is not None
        assert sequence is not None
        element.text = f"{header.message_id}-{sequence.text}"


def _tell(document: etree._Element, amended: dict[str, Asking]) -> None:
    space = f"{{{document.nsmap[None]}}}"
    for transaction in document.iter(f"{space}DrctDbtTxInf"):
        one = amended.get(transaction.findtext(f"{space}PmtId/{space}EndToEndId") or "")
        if one is None:
            continue
        mandate = transaction.find(f"{space}DrctDbtTx/{space}MndtRltdInf")
        assert mandate is not None
        etree.SubElement(mandate, f"{space}AmdmntInd").text = "true"
        details = etree.SubElement(mandate, f"{space}AmdmntInfDtls")
        if one.was_reference:
            etree.SubElement(details, f"{space}OrgnlMndtId").text = one.was_reference
        if one.was_creditor_id or one.was_creditor:
            _tell_creditor(details, one, space)
        if one.is_new_account:
            _below(details, space, "OrgnlDbtrAcct", "Id", "Othr", "Id").text = SAME_MANDATE_NEW_ACCOUNT


def _tell_creditor(details: etree._Element, one: Asking, space: str) -> None:
    """Who we were when we last asked by the mandate: what of it is another now, and no more (AT-18, AT-19)."""
    was = etree.SubElement(details, f"{space}OrgnlCdtrSchmeId")
    if one.was_creditor:
        etree.SubElement(was, f"{space}Nm").text = one.was_creditor
    if one.was_creditor_id:
        other = _below(was, space, "Id", "PrvtId", "Othr")
        etree.SubElement(other, f"{space}Id").text = one.was_creditor_id
        _below(other, space, "SchmeNm", "Prtry").text = "SEPA"


def _below(place: etree._Element, space: str, *tags: str) -> etree._Element:
    for tag in tags:
        place = etree.SubElement(place, f"{space}{tag}")
    return place


@cache
def _schema(schema: Schema) -> etree.XMLSchema:
    with (resources.files("sepaxml") / "schemas" / f"{schema.value}.xsd").open("rb") as stream:
        return etree.XMLSchema(etree.parse(stream, _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
