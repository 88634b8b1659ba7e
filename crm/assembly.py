"""Settings in, Assembly out: the only place that picks concrete adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from crm.attestations.cabinet import Cabinet
from crm.attestations.file_orders import Filer
from crm.attestations.issuing import Press
from crm.attestations.keys import open_seal
from crm.attestations.locking import House
from crm.banking.bringing import Counter
from crm.collections.model import Creditor, Schema
from crm.collections.service import Office
from crm.consent.departed import Departed
from crm.consent.proof_term import ErasedProofs
from crm.consent.unconfirmed import Unconfirmed
from crm.contracts.own_space import OwnSource, WishBook
from crm.contracts.person_pointer import PersonPointer
from crm.contracts.personal_data import Section, Subject, TermKeeper
from crm.foundation import shelf
from crm.foundation.database import Database, open_database
from crm.foundation.encryption import Cipher
from crm.foundation.fetch import Fetcher
from crm.foundation.keys import WatchedKeyring, open_keyring
from crm.foundation.settings import Settings
from crm.foundation.signing import AddressHasher, ContentHasher, LinkSigner, Sealer
from crm.imports.files import Shelf
from crm.imports.worker import Worker
from crm.ledgers.anchors import AnchorBook
from crm.magazine.ordering import Workshop
from crm.payments.model import Provider
from crm.payments.mollie import Mollie
from crm.payments.service import Till
from crm.people import personal_data as people_personal_data
from crm.plans import papers
from crm.plans.mandates import Safe
from crm.plans.papers import Drawer
from crm.privacy.erasing import Holdings
from crm.rooms import HOLDERS, KEEPERS, OWN_SOURCES, POINTERS, QUESTIONS, WISHES
from crm.segments import personal_data as segments_personal_data
from crm.segments.catalogue import Catalogue
from crm.values.languages import Language
from crm.vault.keys import Vault
from mailing.correspondence.model import Desk


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembly:
    """Everything a rim needs to call the rooms."""

    settings: Settings
    database: Database
    links: LinkSigner
    sealer: Sealer
    addresses: AddressHasher
    secrets: Cipher
    vault: Vault
    fingerprints: ContentHasher
    fetcher: Fetcher
    clock: Callable[[], datetime]
    pointers: tuple[PersonPointer, ...] = POINTERS
    own_sources: tuple[OwnSource, ...] = OWN_SOURCES
    wishes: WishBook = WISHES
    questions: Catalogue = QUESTIONS

    @property
    def holdings(self) -> Holdings:
        """All the house holds of people, to be shown or forgotten."""
        return Holdings(
            find=people_personal_data.subject,
            holders=HOLDERS,
            addresses=self.addresses,
            sealer=self.sealer,
            home=self.settings.home,
            reckoned=(self._segments_now,),
        )

    @property
    def keepers(self) -> tuple[TermKeeper, ...]:
        """Who forgets by age alone, each night."""
        proofs = ErasedProofs(sealer=self.sealer, clock=self.clock)
        unconfirmed = Unconfirmed(holdings=self.holdings, clock=self.clock)
        departed = Departed(holdings=self.holdings, clock=self.clock)
        return (*KEEPERS, unconfirmed, departed, proofs)

    def _segments_now(self, session: Session, subject: Subject, language: Language) -> Section:
        return segments_personal_data.now(session, subject, language, catalogue=self.questions, at=self.clock())

    @property
    def safe(self) -> Safe:
        """Where the accounts behind mandates are sealed."""
        return Safe(secrets=self.secrets, addresses=self.addresses)

    @property
    def drawer(self) -> Drawer:
        """Where the scans of signed mandates lie, sealed."""
        return papers.drawer(self.settings.home, self.secrets)

    @property
    def anchor_book(self) -> AnchorBook:
        """Where the heads of the ledgers are written down, outside the database."""
        return AnchorBook(self.settings.home / "anchors.jsonl")

    @property
    def desk(self) -> Desk:
        """Where letters of this house are written."""
        return Desk(
            organisation=self.settings.organisation,
            mail=self.settings.mail,
            public_url=self.settings.public_url,
            links=self.links,
            sealer=self.sealer,
            addresses=self.addresses,
        )


def assemble(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Assembly:
    """Opens the database and the keys of `settings.home`. Nothing is connected to before it is used."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = settings.keys_folder
    addresses = AddressHasher(WatchedKeyring(keys, "addresses"))
    return Assembly(
        settings=settings,
        database=open_database(settings.database),
        links=LinkSigner(open_keyring(keys, "links")),
        sealer=Sealer(open_keyring(keys, "ledgers"), addresses),
        addresses=addresses,
        secrets=Cipher(open_keyring(keys, "secrets")),
        vault=Vault(keys),
        fingerprints=ContentHasher(open_keyring(keys, "fingerprints")),
        fetcher=Fetcher(settings.egress),
        clock=clock or (lambda: datetime.now(UTC)),
    )


def bank_counter(assembly: Assembly) -> Counter:
    """Where files of the bank are brought in."""
    return Counter(
        database=assembly.database,
        fingerprints=assembly.fingerprints,
        addresses=assembly.addresses,
        secrets=assembly.secrets,
        vault=assembly.vault,
        sealer=assembly.sealer,
        clock=assembly.clock,
        language=assembly.settings.office_language,
    )


def collecting_office(assembly: Assembly) -> Office:
    """By what the house asks people's banks for money."""
    wanted, house = assembly.settings.collecting, assembly.settings.organisation
    return Office(
        creditor=Creditor(
            name=house.legal_name or house.name,
            creditor_id=wanted.creditor_id,
            account=wanted.account.replace(" ", ""),
            bic=wanted.bic,
        ),
        safe=assembly.safe,
        schema=Schema(wanted.file_schema),
        notice_days=wanted.notice_days,
    )


def payment_providers(assembly: Assembly) -> Mapping[str, Provider]:
    """The houses that take payments for us: those whose key we were given."""
    mollie = assembly.settings.payments.mollie
    return {"mollie": Mollie(settings=mollie, fetcher=assembly.fetcher)} if mollie.key_file else {}


def till(assembly: Assembly) -> Till:
    """Where payments online are taken."""
    return Till(sealer=assembly.sealer, addresses=assembly.addresses, language=assembly.settings.office_language)


def import_worker(assembly: Assembly) -> Worker:
    """Who works through imported files: they are kept below the home folder."""
    return Worker(
        database=assembly.database,
        addresses=assembly.addresses,
        sealer=assembly.sealer,
        safe=assembly.safe,
        shelf=Shelf(assembly.settings.home / "imports"),
        clock=assembly.clock,
        language=assembly.settings.office_language,
    )


def workshop(assembly: Assembly) -> Workshop:
    """Where issues of the magazine are frozen beside the office, and files for the printer lie until they are taken."""
    return Workshop(
        database=assembly.database,
        sealer=assembly.sealer,
        clock=assembly.clock,
        shelf=shelf.Shelf(assembly.settings.home / "magazine"),
    )


def attesting_house(assembly: Assembly) -> House:
    """Who attests, and with which keys."""
    return House(
        organisation=assembly.settings.organisation,
        verify_url=f"{assembly.settings.public_url}/attestation",
        ways=assembly.settings.attestations,
        seal=open_seal(assembly.settings.keys_folder),
        cabinet=Cabinet(assembly.settings.home / "attestations"),
        vault=assembly.vault.lock(),
        sealer=assembly.sealer,
    )


def filer(assembly: Assembly) -> Filer:
    """Where files for the administration are made; they wait sealed below the home folder."""
    return Filer(
        database=assembly.database,
        house=attesting_house(assembly),
        clock=assembly.clock,
        shelf=shelf.Shelf(assembly.settings.home / "attestation-files"),
    )


def press(assembly: Assembly) -> Press:
    """Where the papers of attestations are made, and lie: below the home folder, sealed."""
    return Press(
        database=assembly.database,
        seal=open_seal(assembly.settings.keys_folder),
        cabinet=Cabinet(assembly.settings.home / "attestations"),
        clock=assembly.clock,
        seal_files=assembly.settings.attestations.seal,
    )
