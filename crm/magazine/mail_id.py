"""The postal operator's Mail ID request, in the shape that was seen of it: to be checked with them before use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import IO

from lxml import etree

from crm.magazine.model import Copy, Publication

TO_BE_CHECKED = "Forme reconstituée : à vérifier avec l’opérateur postal avant le premier dépôt."
CODES = (
    (1, "last_name"),
    (2, "first_name"),
    (3, "street"),
    (4, "number"),
    (5, "box"),
    (8, "postcode"),
    (9, "locality"),
)
"""The components of an address that were seen, by the operator's code."""
LONGEST = 70
LONGEST_REFERENCE = 20
LANGUAGES = {"fr", "nl", "de"}


def reference(name: str) -> str:
    """How the operator tells this request from every other: the name of the files, of which the magazine's is cut.

    What says which issue and which run (`-124-welcome-12`) stays whole: two runs never have the same.
    """
    if len(name) <= LONGEST_REFERENCE:
        return name
    which = re.search(r"(?:-\d+)(?:-[a-z]+-\d+)?$", name)
    tail = which[0] if which else ""
    return name[: LONGEST_REFERENCE - len(tail)] + tail


def write(file: IO[bytes], copies: Iterable[Copy], publication: Publication, *, reference: str, drop_on: date) -> int:
    """Writes the request for the copies that stay in the country, as they come by; how many items."""
    count = 0
    with etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        xml.write(etree.Comment(f" {TO_BE_CHECKED} "))
        with xml.element("MailingRequest"):
            xml.write(
                etree.Element(
                    "Context",
                    requestName="MailingRequest",
                    dataset="M037_MID",
                    sender=publication.customer_number,
                    receiver="MID",
                    version="0200",
                )
            )
            xml.write(
                etree.Element(
                    "Header", customerId=publication.customer_number, accountId=publication.account_number, mode="P"
                )
            )
            attributes = {
                "seq": "1",
                "mailingRef": reference,
                "expectedDeliveryDate": drop_on.isoformat(),
                "genMID": "7",
                "genPSC": "N",
            }
            with xml.element("MailingCreate", attributes):
                xml.write(_said("Format", "Large"))
                with xml.element("Items"):
                    for copy in copies:
                        if copy.country == "BE" and not copy.by_hand:
                            count += 1
                            xml.write(_item(copy))
                xml.write(etree.Element("ItemCount", value=str(count)))
    return count


def _item(copy: Copy) -> etree._Element:
    language = copy.language.value if copy.language.value in LANGUAGES else "fr"
    item = etree.Element("Item", seq=str(copy.seq), lang=language, priority="NP")
    comps = etree.SubElement(item, "Comps")
    for code, name in CODES:
        value = str(getattr(copy, name))
        if code == 1 and not value:
            value = copy.organisation or copy.lines[0]
        if value:
            etree.SubElement(comps, "Comp", code=str(code), value=value[:LONGEST])
    return item


def _said(name: str, text: str) -> etree._Element:
    element = etree.Element(name)
    element.text = text
    return element
