"""The words of letters that the house prints itself: by package and by language, and whose words each letter gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.fundraising import store
from crm.fundraising.errors import PlanWrong
from crm.fundraising.model import Arm, WholeAppeal
from crm.fundraising.rules import LONGEST_LETTER
from crm.fundraising.tables import LetterRow, RecipientRow
from crm.values.identifiers import AppealId
from crm.values.languages import Language

EVERY = ""
"""The package of words that hold for all of them."""
COMMON = (EVERY, Language.FR)
"""The words that stand with the plan itself: whoever has no others gets these."""
Key = tuple[str, Language]
Written = Mapping[Key, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A package in a language: how many letters there are of it, and whose words they get (None: nobody wrote any)."""

    package: str
    language: Language
    letters: int | None
    """None of an appeal that is not frozen: nobody knows yet."""
    words_of: Key | None

    @property
    def is_foreign(self) -> bool:
        """Whether its readers get words in another language than theirs."""
        return self.words_of is not None and self.words_of[1] is not self.language


def written(session: Session, appeal: WholeAppeal) -> Written:
    """All words of an appeal."""
    rows = session.scalars(select(LetterRow).where(LetterRow.appeal_id == appeal.id).order_by(LetterRow.id))
    found = {COMMON: appeal.plan.letter} if appeal.plan.letter else {}
    return found | {(row.package, row.language): row.words for row in rows}


def put(session: Session, appeal_id: AppealId, package: str, language: Language, text: str) -> None:
    """Writes those words, or takes them away where nothing is left of them. Raises PlanWrong, AppealMissing."""
    appeal, words = store.held(session, appeal_id), text.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_LETTER:
        raise PlanWrong("letter")
    if package not in (EVERY, *packages(session, appeal)):
        raise PlanWrong("package")
    if (package, language) == COMMON:
        store.plan_row(session, appeal_id).letter = words
        session.flush()
        return
    here = (LetterRow.appeal_id == appeal_id, LetterRow.package == package, LetterRow.language == language)
    row = session.scalar(select(LetterRow).where(*here))
    if row is None and words:
        session.add(LetterRow(appeal_id=appeal_id, package=package, language=language, words=words))
    elif row is not None and words:
        row.words = words
    elif row is not None:
        session.delete(row)
    session.flush()


def words_of(known: Written, package: str, language: Language) -> Key | None:
    """Whose words a letter gets: its own, else those of its language, else of its package, else those of all."""
    every = ((package, language), (EVERY, language), (package, Language.FR), COMMON)
    return next((key for key in every if key in known), None)


def packages(session: Session, appeal: WholeAppeal) -> tuple[str, ...]:
    """The packages of its cells, in order."""
    cells = store.cells(session, appeal.id)
    return tuple(sorted({code for cell in cells for code in (cell.plan.package, cell.plan.rival) if code}))


def versions(session: Session, appeal: WholeAppeal) -> tuple[Version, ...]:
    """Each package in each language: those that have letters once the appeal is frozen, all of them before."""
    known, row = written(session, appeal), RecipientRow
    if appeal.frozen_at is None:
        several: list[tuple[str, Language, int | None]] = [
            (package, language, None) for package in packages(session, appeal) for language in Language
        ]
    else:
        here = (row.appeal_id == appeal.id, row.arm == Arm.MAILED, row.removal.is_(None))
        query = select(row.package, row.language, func.count()).where(*here).group_by(row.package, row.language)
        several = sorted((package, language, int(count)) for package, language, count in session.execute(query))
    return tuple(
        Version(package=package, language=language, letters=count, words_of=words_of(known, package, language))
        for package, language, count in several
    )


def are_written(session: Session, appeal: WholeAppeal) -> bool:
    """Whether each letter of a frozen appeal has words."""
    several = versions(session, appeal)
    return bool(several) and all(one.words_of is not None for one in several)
