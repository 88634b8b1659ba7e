"""What a bank says of a file of ours before any money moves (pain.002): which collections it did not take, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from lxml import etree

from crm.collections.errors import ReportUnreadable
from crm.collections.model import Rejection

REJECTED = "RJCT"
LARGEST = 100 * 1024 * 1024
_LONGEST = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Single collections that were turned away, and whole files or blocks of ours by name, each with the reason.

    A collection without a reason of its own, in a file or block that was turned away, is told by that alone.
    """

    rejections: tuple[Rejection, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def read(stream: IO[bytes]) -> Report:
    """The report in a file, of whichever version. Raises ReportUnreadable for anything else, and nothing else."""
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ReportUnreadable
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as wrong:
        raise ReportUnreadable(getattr(wrong, "lineno", 0) or 0) from wrong
    if root.getroottree().docinfo.doctype:
        raise ReportUnreadable(1)
    report = next((one for one in root.iter("{*}CstmrPmtStsRpt")), None)
    if report is None:
        raise ReportUnreadable(root.sourceline or 0)
    is_whole = any(_said(one, "{*}GrpSts") == REJECTED for one in report.iter("{*}OrgnlGrpInfAndSts"))
    found = [
        Rejection(end_to_end_id=name, reason=reason)
        for one in report.iter("{*}TxInfAndSts")
        if _said(one, "{*}TxSts") == REJECTED and (name := _said(one, "{*}OrgnlEndToEndId"))
        if (reason := _reason(one)) or not (is_whole or _is_of_a_block_turned_away(one))
    ]
    files = []
    for tag, name, status in (
        ("{*}OrgnlGrpInfAndSts", "{*}OrgnlMsgId", "{*}GrpSts"),
        ("{*}OrgnlPmtInfAndSts", "{*}OrgnlPmtInfId", "{*}PmtInfSts"),
    ):
        files += [
            (called, _reason(one))
            for one in report.iter(tag)
            if _said(one, status) == REJECTED and (called := _said(one, name))
        ]
    return Report(rejections=tuple(found), files=tuple(files))


def _is_of_a_block_turned_away(element: etree._Element) -> bool:
    block = element.getparent()
    return block is not None and _said(block, "{*}PmtInfSts") == REJECTED


def _reason(element: etree._Element) -> str:
    for path in ("{*}StsRsnInf/{*}Rsn/{*}Cd", "{*}StsRsnInf/{*}Rsn/{*}Prtry"):
        if text := _said(element, path):
            return text
    return ""


def _said(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()[:_LONGEST]
