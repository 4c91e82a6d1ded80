"""Two people edit one row: the second save is stale, and shows both texts."""

from collections.abc import Mapping

from audit.models import Event

from .models import Versioned
from .refusals import Side, Stale


def require_version(
    row: Versioned, submitted: int | None, *, mine: Mapping[str, str], theirs: Mapping[str, str], url: str
) -> None:
    """Raise Stale when the locked `row` is not at the `submitted` version.

    `mine` and `theirs` are the fields as people read them, by label: what was typed, and what is saved.
    `url` leads back to the row as it is now.
    """
    if row.version == submitted:
        return
    last = Event.objects.filter(object_type=row._meta.label_lower, object_id=row.pk).order_by("-sequence").first()
    sides = [Side(label, mine.get(label, ""), theirs.get(label, "")) for label in {**theirs, **mine}]
    raise Stale(sides, by=last.actor_name if last else "", at=last.at if last else None, url=url, version=row.version)


def count_up(row: Versioned) -> None:
    """Give the locked row its next version; save it with the change."""
    row.version += 1
