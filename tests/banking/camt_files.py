"""camt files written from the published schemas, for tests, in any of their versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

ACCOUNT = "BE68539007547034"


@dataclass(kw_only=True)
class Tx:
    """One transaction of an entry. `cents` is without its sign."""

    cents: int | None = None
    name: str = ""
    iban: str = ""
    text: str = ""
    structured: str = ""
    end_to_end: str = ""
    mandate: str = ""
    reason: str = ""
    charged: int = 0


@dataclass(kw_only=True)
class Entry:
    """One entry. `cents` is signed; a negative one left the account."""

    cents: int
    txs: list[Tx] = field(default_factory=list)
    code: tuple[str, str, str] = ("PMNT", "RCDT", "ESCT")
    on: str = "2026-11-25"
    status: str = "BOOK"
    reference: str = "2026112500001"
    reversal: bool = False
    batch: str = ""
    currency: str = "EUR"


def money(cents: int, name: str = "Amt", currency: str = "EUR") -> str:
    return f'<{name} Ccy="{currency}">{abs(cents) // 100}.{abs(cents) % 100:02d}</{name}>'


def way(cents: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if cents < 0 else 'CRDT'}</CdtDbtInd>"


def document(
    *statements: str, version: int = 2, message: str = "053", encoding: str = "UTF-8", before: str = ""
) -> bytes:
    root, one = ("BkToCstmrStmt", "Stmt") if message == "053" else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    inside = "".join(f"<{one}>{body}</{one}>\n" for body in statements)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n{before}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version:02d}">\n'
        f"<{root}><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-25T20:00:00</CreDtTm></GrpHdr>\n{inside}</{root}>\n</Document>\n"
    ).encode(encoding)


def statement(
    entries: list[Entry],
    *,
    version: int = 2,
    opening: int | None = 100_000,
    closing: int | None = None,
    kinds: tuple[str, str] = ("OPBD", "CLBD"),
    account: str = ACCOUNT,
    currency: str = "EUR",
    identity: str = "S-2026-230",
) -> str:
    booked = sum(entry.cents for entry in entries if entry.status == "BOOK")
    balances = ""
    if opening is not None:
        end = opening + booked if closing is None else closing
        balances = "".join(
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{money(cents, currency=currency)}{way(cents)}"
            f"<Dt><Dt>2026-11-25</Dt></Dt></Bal>\n"
            for kind, cents in zip(kinds, (opening, end), strict=True)
        )
    body = "\n".join(_entry(entry, version) for entry in entries)
    return (
        f"<Id>{identity}</Id><ElctrncSeqNb>230</ElctrncSeqNb><CreDtTm>2026-11-25T20:00:00+01:00</CreDtTm>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy>"
        f"<Ownr><Nm>Amnesty démonstration</Nm></Ownr></Acct>\n{balances}{body}"
    )


def _entry(entry: Entry, version: int) -> str:
    status = f"<Sts><Cd>{entry.status}</Cd></Sts>" if version >= 8 else f"<Sts>{entry.status}</Sts>"
    domain, family, sub = entry.code
    inside = "".join(_tx(tx, entry, version) for tx in entry.txs)
    batch = f"<Btch><PmtInfId>{entry.batch}</PmtInfId></Btch>" if entry.batch else ""
    return (
        f"<Ntry><NtryRef>{entry.reference}</NtryRef>{money(entry.cents, currency=entry.currency)}{way(entry.cents)}"
        f"{'<RvslInd>true</RvslInd>' if entry.reversal else ''}{status}<BookgDt><Dt>{entry.on}</Dt></BookgDt>"
        f"<ValDt><Dt>{entry.on}</Dt></ValDt><AcctSvcrRef>{entry.reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"{f'<NtryDtls>{batch}{inside}</NtryDtls>' if inside or batch else ''}</Ntry>"
    )


def _tx(tx: Tx, entry: Entry, version: int) -> str:
    references = "".join(
        f"<{name}>{escape(said)}</{name}>"
        for name, said in (("EndToEndId", tx.end_to_end or "NOTPROVIDED"), ("MndtId", tx.mandate))
        if said
    )
    if tx.cents is None:
        amount = ""
    elif version == 2:
        amount = f"<AmtDtls><TxAmt>{money(tx.cents)}</TxAmt></AmtDtls>"
    else:
        amount = money(tx.cents) + way(entry.cents)
    charges = ""
    if tx.charged:
        charge = f"{money(tx.charged)}<CdtDbtInd>DBIT</CdtDbtInd>"
        charges = f"<Chrgs>{charge}</Chrgs>" if version == 2 else f"<Chrgs><Rcrd>{charge}</Rcrd></Chrgs>"
    back = entry.reversal or tx.reason
    side = "Dbtr" if (entry.cents > 0) != bool(back) else "Cdtr"
    name = f"<Nm>{escape(tx.name)}</Nm>"
    party = f"<Pty>{name}</Pty>" if version >= 8 else name
    parties = f"<RltdPties><{side}>{party}</{side}>"
    parties += f"<{side}Acct><Id><IBAN>{tx.iban}</IBAN></Id></{side}Acct></RltdPties>" if tx.iban else "</RltdPties>"
    remittance = f"<Ustrd>{escape(tx.text)}</Ustrd>" if tx.text else ""
    if tx.structured:
        issuer = "<Issr>BBA</Issr>" if tx.structured.isdigit() else "<Issr>ISO</Issr>"
        remittance += (
            f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry>{issuer}</Tp>"
            f"<Ref>{tx.structured}</Ref></CdtrRefInf></Strd>"
        )
    remittance = f"<RmtInf>{remittance}</RmtInf>" if remittance else ""
    returned = f"<RtrInf><Rsn><Cd>{tx.reason}</Cd></Rsn></RtrInf>" if tx.reason else ""
    return f"<TxDtls><Refs>{references}</Refs>{amount}{charges}{parties}{remittance}{returned}</TxDtls>"
