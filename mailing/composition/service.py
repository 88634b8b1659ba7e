"""The door of composition: newsletters, proposals, editing, approval, and what is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.database import hold as hold_name
from crm.foundation.settings import Organisation
from crm.values.identifiers import AccountId, BlockId, ContentId, EditionId, NewsletterId
from mailing.composition import blocks, editing, planning, rules, settings, store
from mailing.composition.errors import EditionElsewhere, EditionMissing, EditionNotReady, NewsletterMissing
from mailing.composition.model import (
    Among,
    Because,
    Block,
    Edition,
    EditionState,
    Finding,
    LeftOut,
    Newsletter,
    Reason,
    Section,
)
from mailing.composition.proposing import Facts, objection
from mailing.composition.rules import Step, digest_of
from mailing.composition.settings import NewsletterWords
from mailing.content.model import ContentItem

__all__ = ["NewsletterWords", "digest_of"]


def newsletters(session: Session) -> tuple[Newsletter, ...]:
    """All newsletters, by name."""
    return store.newsletters(session)


def newsletter(session: Session, newsletter_id: NewsletterId) -> Newsletter:
    """One newsletter; raises `NewsletterMissing`."""
    found = store.find_newsletter(session, newsletter_id)
    if found is None:
        raise NewsletterMissing
    return found


def newsletter_by_code(session: Session, code: str) -> Newsletter:
    """One newsletter by its short name; raises `NewsletterMissing`."""
    found = store.find_newsletter_by_code(session, code)
    if found is None:
        raise NewsletterMissing
    return found


def add_newsletter(session: Session, new: NewsletterWords, *, at: datetime) -> Newsletter:
    """Starts a newsletter; its first slot is the first after `at`. Raises `NewsletterInvalid`, `NewsletterExists`."""
    return settings.add(session, new, at=at)


def edit_newsletter(session: Session, newsletter_id: NewsletterId, new: NewsletterWords, *, at: datetime) -> Newsletter:
    """Changes a newsletter's settings. A changed cadence, or a newsletter woken up, counts its slots from `at`."""
    return settings.edit(session, newsletter(session, newsletter_id), new, at=at)


def propose_due(
    session: Session, now: datetime, *, organisation: Organisation, only: NewsletterId | None = None
) -> tuple[Edition, ...]:
    """Makes up the editions whose time to be proposed has come; those it skips (nothing new) are returned as well.

    Only the newest slot of a newsletter is proposed: older ones are written down as skipped, because they were missed.
    Two schedulers at once propose once. A slot skipped for want of news is looked at again until its hour.
    """
    return planning.propose_due(session, now, organisation=organisation, only=only)


def propose(
    session: Session, newsletter_id: NewsletterId, due_at: datetime, now: datetime, *, organisation: Organisation
) -> Edition:
    """The edition of a slot, made up now if there is none yet."""
    return planning.propose(session, newsletter(session, newsletter_id), due_at, now, organisation=organisation)


def next_slot(session: Session, newsletter_id: NewsletterId, now: datetime) -> datetime:
    """The next hour of a newsletter for which there is no edition yet."""
    return planning.next_free_slot(session, newsletter(session, newsletter_id), now)


def edition(session: Session, edition_id: EditionId) -> Edition:
    """One edition with its blocks; raises `EditionMissing`."""
    found = store.find_edition(session, edition_id)
    if found is None:
        raise EditionMissing
    return found


def editions(
    session: Session,
    *,
    newsletter_id: NewsletterId | None = None,
    states: Collection[EditionState] | None = None,
    before: tuple[datetime, EditionId] | None = None,
    limit: int = 50,
) -> tuple[Edition, ...]:
    """Editions with their blocks, the latest hour first; a fixed number of queries. `before`: the last one's place."""
    return store.editions(session, newsletter_id=newsletter_id, states=states, before=before, limit=limit)


def count_editions(
    session: Session,
    *,
    newsletter_id: NewsletterId | None = None,
    states: Collection[EditionState] | None = None,
) -> int:
    """How many editions there are in those states."""
    return store.count_editions(session, newsletter_id=newsletter_id, states=states)


def removed_blocks(session: Session, edition_id: EditionId) -> tuple[Block, ...]:
    """What was taken out of an edition and can be put back."""
    return editing.removed(session, edition(session, edition_id))


def set_words(session: Session, edition_id: EditionId, *, revision: int, **words: str) -> Edition:
    """Writes any of subject, preheader, greeting, opening. Like every edit it names the `revision` it was read at.

    Raises `EditionChanged` where somebody else was faster, `EditionElsewhere` where it is no draft any more.
    """
    editing.set_words(session, edition_id, revision=revision, words=words)
    return edition(session, edition_id)


def set_among(session: Session, edition_id: EditionId, among: Among | None, *, revision: int) -> Edition:
    """Sends it to a segment (a version of it), to those whom an appeal asks, or to everybody (None).

    Whoever gets it has said yes to the newsletter all the same. Raises as `set_words` does.
    """
    editing.set_among(session, edition_id, among, revision=revision)
    return edition(session, edition_id)


def edit_block(session: Session, edition_id: EditionId, block_id: BlockId, *, revision: int, **words: str) -> Edition:
    """Writes any of title, intro, button, url of a block, over the library's words. Raises `Invalid` for a bad link."""
    editing.edit_block(session, edition_id, block_id, revision=revision, words=words)
    return edition(session, edition_id)


def use_library_words(session: Session, edition_id: EditionId, block_id: BlockId, *, revision: int) -> Edition:
    """Lets go of the editor's words of a block: the library's are shown again."""
    editing.use_library_words(session, edition(session, edition_id), block_id, revision=revision)
    return edition(session, edition_id)


def reorder(session: Session, edition_id: EditionId, block_ids: Sequence[BlockId], revision: int) -> Edition:
    """Puts all blocks in that order, each staying in its section."""
    editing.reorder(session, edition(session, edition_id), block_ids, revision=revision)
    return edition(session, edition_id)


def arrange(
    session: Session, edition_id: EditionId, places: Mapping[Section, Sequence[BlockId]], *, revision: int
) -> Edition:
    """Puts all blocks in that order and into those sections. Raises `BlockMisplaced`."""
    editing.arrange(session, edition(session, edition_id), places, revision=revision)
    return edition(session, edition_id)


def shift_block(session: Session, edition_id: EditionId, block_id: BlockId, by: int, *, revision: int) -> Edition:
    """Moves a block one place up (-1) or down (+1) within its section; at the edge it stays."""
    editing.shift(session, edition(session, edition_id), block_id, by, revision=revision)
    return edition(session, edition_id)


def move_block(
    session: Session, edition_id: EditionId, block_id: BlockId, section: Section, *, revision: int
) -> Edition:
    """Moves a block to the end of another section. Raises `BlockMisplaced`."""
    editing.move(session, edition(session, edition_id), block_id, section, revision=revision)
    return edition(session, edition_id)


def remove_block(session: Session, edition_id: EditionId, block_id: BlockId, *, revision: int) -> Edition:
    """Takes a block out; it can be put back as it was."""
    editing.set_removed(session, edition_id, block_id, removed=True, revision=revision)
    return edition(session, edition_id)


def restore_block(session: Session, edition_id: EditionId, block_id: BlockId, *, revision: int) -> Edition:
    """Puts a removed block back where it was."""
    editing.set_removed(session, edition_id, block_id, removed=False, revision=revision)
    return edition(session, edition_id)


def add_block(
    session: Session,
    edition_id: EditionId,
    section: Section,
    *,
    revision: int,
    content_id: ContentId | None = None,
    **words: str,
) -> Edition:
    """Adds a thing from the library, or a block of one's own words, at the end of a section."""
    editing.add(session, edition_id, section, revision=revision, content_id=content_id, words=words)
    return edition(session, edition_id)


def approve(
    session: Session, edition_id: EditionId, *, by: AccountId, revision: int, now: datetime, digest: str = ""
) -> Edition:
    """Fixes what will leave: words are kept as they are shown, `digest_of` is written down.

    Raises `EditionNotReady` with the findings, `EditionChanged` where it is no longer what the approver saw (by
    revision, and by `digest` where it is given), `EditionElsewhere` where it is no draft.
    """
    hold_name(session, f"edition {edition_id}")
    found = edition(session, edition_id)
    series = newsletter(session, found.newsletter_id)
    editing.check(found, Step.APPROVE, revision=revision)
    fixed = digest_of(found, series)
    if digest and digest != fixed:
        raise editing.changed(session, edition_id, read=revision)
    errors = rules.urgent(look_over(session, found, now=now))
    if errors:
        raise EditionNotReady(errors)
    blocks.pin(session, found.blocks)
    values = {"approved_by": by, "approved_at": now, "digest": fixed, "reason": ""}
    editing.step(session, edition_id, Step.APPROVE, EditionState.APPROVED, values, revision=revision)
    return edition(session, edition_id)


def look_over(session: Session, shown: Edition, *, now: datetime) -> tuple[Finding, ...]:
    """What speaks against sending an edition at its hour (now, if that is past); errors first."""
    sent = store.sent(session, shown.newsletter_id, apart_from=shown.id)
    return rules.findings(shown, send_at=rules.leaves_at(shown, now), sent=sent)


def reopen(session: Session, edition_id: EditionId, *, now: datetime, organisation: Organisation) -> Edition:
    """Makes it a draft again, as long as nothing of it has left. A skipped one is filled with what there is now."""
    found = edition(session, edition_id)
    if not rules.may(Step.REOPEN, found.state, number=found.number):
        raise EditionElsewhere(found.state)
    values = {"approved_by": None, "approved_at": None, "digest": "", "reason": ""}
    editing.step(session, edition_id, Step.REOPEN, EditionState.DRAFT, values, revision=found.revision)
    if found.state is EditionState.SKIPPED and not found.blocks:
        planning.fill(session, found, newsletter(session, found.newsletter_id), now, organisation=organisation)
    store.renumber(session, found.newsletter_id)
    return edition(session, edition_id)


def cancel(session: Session, edition_id: EditionId) -> Edition:
    """Gives an edition up before it leaves; the numbers of the later ones close the gap."""
    found = edition(session, edition_id)
    values = {"reason": str(Reason(because=Because.BY_A_PERSON)), "number": 0}
    editing.step(session, edition_id, Step.CANCEL, EditionState.CANCELLED, values)
    store.renumber(session, found.newsletter_id)
    return edition(session, edition_id)


def hold(session: Session, edition_id: EditionId, *, reason: Reason) -> Edition:
    """Keeps an approved edition back until a person says what to do."""
    editing.step(session, edition_id, Step.HOLD, EditionState.HELD, {"reason": str(reason)})
    return edition(session, edition_id)


def release(session: Session, edition_id: EditionId, *, by: AccountId, now: datetime) -> Edition:
    """A person's word that a held edition leaves after all, at once; what it says is approved anew as it stands."""
    hold_name(session, f"edition {edition_id}")
    found = edition(session, edition_id)
    if not rules.may(Step.RELEASE, found.state, number=found.number):
        raise EditionElsewhere(found.state)
    errors = rules.urgent(look_over(session, found, now=now))
    if errors:
        raise EditionNotReady(errors)
    fixed = digest_of(found, newsletter(session, found.newsletter_id))
    values = {"approved_by": by, "approved_at": now, "digest": fixed, "reason": ""}
    editing.step(session, edition_id, Step.RELEASE, EditionState.APPROVED, values, revision=found.revision)
    return edition(session, edition_id)


def due(session: Session, now: datetime) -> tuple[Edition, ...]:
    """The approved editions whose hour has come, the earliest first."""
    return store.due(session, now)


def hold_unfit(session: Session, now: datetime) -> tuple[Edition, ...]:
    """Holds, of those due, each that is too far behind its hour, no longer what was approved, or lost a petition."""
    return planning.hold_unfit(session, now)


def launching(session: Session, edition_id: EditionId) -> Edition:
    """The edition as it leaves: its number is fixed and it is marked as being sent.

    Raises `EditionElsewhere` where it is not approved (it left already, or somebody reopened it).
    """
    found = edition(session, edition_id)
    hold_name(session, f"newsletter {found.newsletter_id}")
    editing.step(session, edition_id, Step.LAUNCH, EditionState.SENDING, {"reason": ""})
    store.take_number(session, found.newsletter_id, edition_id)
    store.renumber(session, found.newsletter_id)
    return edition(session, edition_id)


def mark(session: Session, edition_id: EditionId, state: EditionState, *, reason: str = "") -> None:
    """What the sending says of its edition: sending, paused, sent, cancelled. The same state again changes nothing."""
    if state is EditionState.SENDING:
        found = edition(session, edition_id)
        if found.state is EditionState.APPROVED:
            launching(session, edition_id)
            return
    now = store.state_of(session, edition_id)
    if now is None:
        raise EditionMissing
    if now[0] is state:
        return
    if not rules.may_follow(now[0], state):
        raise EditionElsewhere(now[0])
    store.change(session, edition_id, {"state": state, "reason": reason}, states={now[0]})


def objections(
    session: Session, shown: Edition, items: Sequence[ContentItem], *, now: datetime
) -> dict[ContentId, LeftOut]:
    """What speaks against each of these things in that edition; those without objection are not in it."""
    facts = Facts(
        send_at=rules.leaves_at(shown, now),
        new_since=shown.proposed_at,
        news_within=planning.news_within(newsletter(session, shown.newsletter_id)),
        sent=store.sent(session, shown.newsletter_id, apart_from=shown.id),
    )
    found: dict[ContentId, Any] = {item.id: objection(item, facts) for item in items}
    return {content_id: refusal for content_id, refusal in found.items() if refusal is not None}
