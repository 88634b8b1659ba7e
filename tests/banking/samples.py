"""The sample files kept beside this module, and what they are made of: `python -m tests.banking.samples` writes them.

Every rule of the two formats stands in one of them; no name, number or account in them is anybody's.
"""

from __future__ import annotations

from pathlib import Path

from tests.banking import camt_files as camt
from tests.banking import coda_files as coda
from tests.banking.camt_files import Entry, Tx
from tests.banking.coda_files import Move, direct_debit

FOLDER = Path(__file__).parent / "files"
DONOR = "BE71096123456769"
OTHER = "BE43068999999501"
DUTCH = "NL91ABNA0417164300"


def _exchange() -> tuple[str, str]:
    return "105", f"{5000:015d}{5000:015d}{1:012d}EUR090933755493BE{5000:015d}"


def _coda_day() -> list[str]:
    return coda.statement(
        [
            Move(cents=3000, structured=("101", "090933755493"), name="PEETERS ÉLOÏSE", account=DONOR, bic="NICABEBB"),
            Move(cents=2500, structured=("102", "010806817183"), name="NOËL JEAN", account=OTHER),
            Move(
                cents=4050,
                text="DON POUR LA CAMPAGNE BOUGIES, MERCI POUR TOUT CE QUE VOUS FAITES POUR LES DROITS HUMAINS",
                name="DUPONT-LEFEVRE MARIE-CHRISTINE ET J",
                account=DONOR,
                reference="E2E-2026-0042",
                infos=(
                    (
                        "001",
                        "DUPONT-LEFEVRE MARIE-CHRISTINE ET JACQUES".ljust(70)
                        + f"{'RUE DES BOUGIES 12':<35}{'5000 NAMUR':<35}",
                    ),
                    ("", "VIREMENT INSTANTANE"),
                ),
            ),
            Move(cents=4000, text="numero national 85.07.30-033.28 merci", name="JANSSENS LOTTE", account=OTHER),
            Move(
                cents=7500,
                code="10550000",
                text="REMISE PRELEVEMENTS NOVEMBRE",
                bank_reference="BATCH00000001",
                details=[
                    Move(cents=2000, code="50550000", structured=direct_debit(mandate="AIBF-000001", text="plan 1")),
                    Move(cents=2500, code="50550000", structured=direct_debit(mandate="AIBF-000002", text="plan 2")),
                    Move(cents=3000, code="50550000", structured=direct_debit(mandate="AIBF-000003", text="plan 3")),
                ],
            ),
            Move(
                cents=-2000,
                code="00503000",
                structured=direct_debit(mandate="AIBF-000001", text="plan 1", paid="4", kind="2", reason="AM04"),
                reference="AIBF-2026-11-000001",
                name="PEETERS ELOISE",
                account=DONOR,
                returned="2",
                reason="AM04",
            ),
            Move(
                cents=5000,
                code="34150000",
                name="DE VRIES ANNA",
                account=DUTCH,
                details=[Move(cents=5000, code="80150100", structured=_exchange(), account=DUTCH)],
            ),
            Move(cents=-125, code="03537000", text="FRAIS DE GESTION"),
        ],
        messages=("LE NOUVEAU TARIF S'APPLIQUE AU 1ER JANVIER",),
        last=False,
    )


def _coda_second() -> list[str]:
    return coda.statement(
        [Move(cents=1000, structured=("100", "RF18539007547034"), name="SILVA ANA", account=DUTCH)],
        account="BE62510007547061",
        opening=-500,
        number=12,
    )


def _camt_entries() -> list[Entry]:
    return [
        Entry(cents=3000, txs=[Tx(cents=3000, name="Peeters Éloïse", iban=DONOR, structured="090933755493")]),
        Entry(cents=1000, txs=[Tx(cents=1000, name="Silva Ana", iban=DUTCH, structured="RF18539007547034")]),
        Entry(cents=4000, txs=[Tx(cents=4000, name="Janssens Lotte", iban=OTHER, text="850730-033-28 don")]),
        Entry(
            cents=7500,
            code=("PMNT", "RDDT", "ESDD"),
            batch="AIBF-2026-11",
            reference="2026112500004",
            txs=[
                Tx(cents=2000, name="Peeters Éloïse", iban=DONOR, mandate="AIBF-000001", end_to_end="AIBF-2026-11-1"),
                Tx(cents=2500, name="Noël Jean", iban=OTHER, mandate="AIBF-000002", end_to_end="AIBF-2026-11-2"),
                Tx(cents=3000, name="De Vries Anna", iban=DUTCH, mandate="AIBF-000003", end_to_end="AIBF-2026-11-3"),
            ],
        ),
        Entry(
            cents=-2000,
            code=("PMNT", "RDDT", "UPDD"),
            reversal=True,
            txs=[
                Tx(
                    cents=2000,
                    name="Peeters Éloïse",
                    iban=DONOR,
                    mandate="AIBF-000001",
                    end_to_end="AIBF-2026-11-1",
                    reason="AM04",
                )
            ],
        ),
        Entry(
            cents=9700,
            reference="2026112500006",
            txs=[
                Tx(cents=5000, name="Payeur Un", text="paiement 1", end_to_end="tr_1", charged=150),
                Tx(cents=5000, name="Payeur Deux", text="paiement 2", end_to_end="tr_2", charged=150),
            ],
        ),
        Entry(cents=9999, status="PDNG", txs=[Tx(cents=9999, name="Pas encore là")]),
        Entry(cents=-125, code=("ACMT", "MDOP", "CHRG")),
    ]


def files() -> dict[str, bytes]:
    """Each sample, by its name."""
    return {
        "day.cod": coda.file(_coda_day(), _coda_second()),
        "old_version.cod": coda.file(
            coda.statement(
                [Move(cents=2500, text="DON", name="LEFÈVRE NOÉ", account="096123456769")],
                account="539007547034",
                version=1,
            ),
            encoding="cp850",
            ends="\n",
        ),
        "separate.cod": coda.file(
            coda.statement(
                [Move(cents=1500, structured=("101", "090933755493"))], opening=0, closing=0, application="00003"
            )
        ),
        "no_movement.cod": coda.file(coda.statement([])),
        "dollars.cod": coda.file(coda.statement([Move(cents=1500)], currency="USD")),
        "statement_02.xml": camt.document(camt.statement(_camt_entries())),
        "statement_08.xml": camt.document(camt.statement(_camt_entries(), version=8), version=8),
        "notification_02.xml": camt.document(
            camt.statement(_camt_entries()[:1], opening=None), message="054", encoding="ISO-8859-1"
        ),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
