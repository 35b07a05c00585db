"""A2: which revision of what another system pushes stands."""

from typing import Generic, Literal, NamedTuple, TypeVar

MAX_REVISION = 2_147_483_647
"""The last number a revision can have."""

Content = TypeVar("Content")

PushOutcome = Literal["created", "updated", "unchanged", "cancelled", "conflict"]


class Version(NamedTuple, Generic[Content]):
    """Something pushed as it stands after some of its revisions.

    `cancelled` holds for good once any revision has said so; `revision_cancels` is what the highest one says itself.
    """

    revision: int
    content: Content
    cancelled: bool
    revision_cancels: bool


def build_version(revision: int, content: Content, cancelled: bool) -> Version[Content]:
    """A revision as a system sends it."""
    return Version(revision, content, cancelled, cancelled)


def merge_revision(known: Version[Content] | None, new: Version[Content]) -> tuple[PushOutcome, Version[Content]]:
    """A2: what stands after one more revision, and what that changed.

    The highest revision's content wins, and what is cancelled stays cancelled whichever revision cancelled it. Both
    are the same in any order, so revisions may come in any order and any number of times. `conflict` (an equal
    revision with other content) leaves what was known.
    """
    if known is None:
        return ("cancelled" if new.cancelled else "created"), new
    if new.revision > known.revision:
        cancelled = known.cancelled or new.cancelled
        return ("cancelled" if cancelled else "updated"), new._replace(cancelled=cancelled)
    if new.revision == known.revision:
        same = new.content == known.content and new.revision_cancels == known.revision_cancels
        return ("unchanged" if same else "conflict"), known
    if new.cancelled and not known.cancelled:
        return "cancelled", known._replace(cancelled=True)
    return "unchanged", known
