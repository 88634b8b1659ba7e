"""All that a merge must never lose, room by room: a later room adds its own to one of the files that are named here."""

from __future__ import annotations

from tests.duplicates import holdings_life, holdings_money, holdings_people
from tests.duplicates.holding import Holding

HOLDINGS: tuple[Holding, ...] = (*holdings_people.HOLDINGS, *holdings_money.HOLDINGS, *holdings_life.HOLDINGS)

RECKONED = {
    "consent_standing.person_id": "folded again from the acts, and compared to them by the law",
    "pace.person_id": "folded again from the words about a pace, and compared to them by the law",
    "donor_stats.person_id": "counted again from the gifts, and compared to them by the law",
    "donor_year.person_id": "counted again from the gifts, and compared to them by the law",
    "person.merged_into_id": "the merge itself",
    "person_merge.survivor_id": "the merge itself",
    "person_merge.loser_id": "the merge itself",
    "duplicate_pair.low_id": "what is said of two records stays said of them: the law asks who they are today",
    "duplicate_pair.high_id": "what is said of two records stays said of them: the law asks who they are today",
    "erased_proof.person_id": "who was forgotten is merged with nobody: `tests/consent/test_merging_erased.py`",
}
"""What leads to people and goes over with nobody, and why."""
