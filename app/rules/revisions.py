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


def merge_revision(
    known: Version[Content] | None, revision: int, content: Content, cancels: bool
) -> tuple[PushOutcome, Version[Content]]:
    """A2: what stands after one more revision, as a system sends it, and what that changed.

    The highest revision's content wins, and what is cancelled stays cancelled whichever revision cancelled it. Both
    are the same in any order, so revisions may come in any order and any number of times. `conflict` (an equal
    revision with other content) leaves what was known.
    """
    if known is None:
        return ("cancelled" if cancels else "created"), Version(revision, content, cancels, cancels)
    if revision > known.revision:
        cancelled = known.cancelled or cancels
        return ("cancelled" if cancelled else "updated"), Version(revision, content, cancelled, cancels)
    if revision == known.revision:
        same = content == known.content and cancels == known.revision_cancels
        return ("unchanged" if same else "conflict"), known
    if cancels and not known.cancelled:
        return "cancelled", known._replace(cancelled=True)
    return "unchanged", known
