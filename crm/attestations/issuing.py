"""Papers made from what was frozen: by any number of processes, cut anywhere, past whatever cannot be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from crm.attestations import signing, store
from crm.attestations.cabinet import Cabinet
from crm.attestations.errors import AttestationMissing, RunElsewhere, RunMissing, SealUnavailable
from crm.attestations.keys import Seal
from crm.attestations.model import Fiche, Progress, Stage
from crm.attestations.paper import TEMPLATE
from crm.attestations.tables import AttestationRow, RunRow
from crm.attestations.wording import copy_word
from crm.foundation import documents
from crm.foundation.database import Database
from crm.foundation.encryption import Undecipherable
from crm.foundation.settings import SealFiles
from crm.values.errors import Unavailable
from crm.values.identifiers import AttestationId, RunId

Stamp = Callable[[bytes], bytes]
SOME = 50
LEASE = timedelta(minutes=5)
"""So long papers are one worker's: what a dead one took is free again afterwards."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """Makes papers and lays them in the cabinet."""

    database: Database
    seal: Seal
    cabinet: Cabinet
    clock: Callable[[], datetime]
    seal_files: SealFiles | None = None
    """Where the certificate of the electronic seal lies; without one papers are not sealed."""

    def work(self, run_id: RunId, *, most: int | None = None, tell: Callable[[int], None] = lambda _: None) -> Progress:
        """Makes every paper of a locked run that nobody else is making, `most` or a few more in one go.

        Raises RunMissing, RunElsewhere, and SealUnavailable before anything is made.
        """
        self._stamp()
        made = 0
        while (most is None or made < most) and (some := self._claim(run_id)):
            made += len(some)
            tell(self._make(some))
        with self.database.transaction() as session:
            progress = store.progress(session, run_id)
            row = session.get(RunRow, run_id)
            if row is not None and row.stage is Stage.LOCKED and not progress.waiting and not progress.failed:
                row.stage, row.issued_at = Stage.ISSUED, self.clock()
        return progress

    def make(self, attestation_id: AttestationId) -> bool:
        """Makes one paper; one that cannot be made is noted, with a word that says nothing of the donor."""
        return self._make([attestation_id]) == 1

    def _make(self, ids: Sequence[AttestationId]) -> int:
        """Makes several, noted in one go; how many. Cut on the way, what lies in the cabinet already is noted."""
        stamp = self._stamp()
        with self.database.reading() as session:
            several, pictures = store.to_make(session, ids), signing.drawn(session, self.seal)
        found = {one[0]: self._lay_in(one, pictures, stamp) for one in several}
        with self.database.transaction() as session:
            store.note_made(session, found, at=self.clock())
        return sum(bool(made) for made, _ in found.values())

    def _lay_in(self, one: store.ToMake, pictures: Mapping[str, str], stamp: Stamp) -> tuple[str, str]:
        """(the keyed print of a paper, or nothing; the problem, or nothing)."""
        _, uid, sealed, year, at = one
        try:
            page = signing.dressed(self.seal.open(sealed, uid).page, pictures)
            return self.cabinet.put(self.seal, year, uid, stamp(documents.pdf(TEMPLATE, page, at=at))), ""
        except (Undecipherable, RuntimeError, ValueError, KeyError) as error:
            return "", type(error).__name__

    def _stamp(self) -> Stamp:
        """What a paper goes through last: our electronic seal, or nothing. Raises SealUnavailable."""
        if self.seal_files is None:
            return bytes
        from crm.attestations.pades import electronic_seal

        now = self.clock()
        return partial(electronic_seal(self.seal_files, at=now).set_on, at=now)

    def again(self, run_id: RunId) -> None:
        """Lets what could not be made be tried once more."""
        with self.database.transaction() as session:
            store.forget_problems(session, run_id)

    def paper(self, attestation_id: AttestationId) -> bytes:
        """The paper as it was issued. Raises AttestationMissing before that, and Unavailable where it was touched."""
        with self.database.reading() as session:
            row = _row(session, attestation_id)
            uid, year, known = row.uid, row.year, row.paper_print
        if not known:
            raise AttestationMissing
        found = self.cabinet.take(self.seal, year, uid, known)
        if found is None:
            raise Unavailable("the paper of this attestation is missing, or was changed")
        return found

    def copy(self, attestation_id: AttestationId, *, at: datetime) -> bytes:
        """A second copy, stamped as one, from what was frozen. Raises AttestationMissing before the first is made.

        It is sealed as of today; it does not wait for a certificate that cannot serve.
        """
        with self.database.reading() as session:
            row = _row(session, attestation_id)
            uid, sealed, is_made = row.uid, row.sealed, row.issued_at is not None
            pictures = signing.drawn(session, self.seal)
        if not is_made:
            raise AttestationMissing
        page = signing.dressed(self.seal.open(sealed, uid).page, pictures)
        made = documents.pdf(TEMPLATE, {**page, "draft": copy_word(page["language"])}, at=at)
        try:
            return self._stamp()(made)
        except SealUnavailable:
            return made

    def throw_away(self) -> tuple[int, ...]:
        """Removes the papers of years of which every word is forgotten; which years."""
        with self.database.reading() as session:
            years = store.forgotten_years(session)
        return tuple(year for year in years if self.cabinet.empty(year))

    def pictures(self) -> dict[str, str]:
        """The signatures that pages may name, as drawings."""
        with self.database.reading() as session:
            return signing.drawn(session, self.seal)

    def said(self, attestation_id: AttestationId) -> Fiche:
        """What it says, opened. Raises AttestationMissing."""
        with self.database.reading() as session:
            row = _row(session, attestation_id)
            return self.seal.open(row.sealed, row.uid)

    def _claim(self, run_id: RunId) -> list[AttestationId]:
        now = self.clock()
        with self.database.transaction() as session:
            row = session.get(RunRow, run_id)
            if row is None:
                raise RunMissing
            if row.locked_at is None:
                raise RunElsewhere
            ids = store.claim(session, run_id, now=now, until=now + LEASE, size=SOME)
        return [AttestationId(one) for one in ids]


def _row(session: Session, attestation_id: AttestationId) -> AttestationRow:
    row = session.get(AttestationRow, attestation_id)
    if row is None:
        raise AttestationMissing
    return row
