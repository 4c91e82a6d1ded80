"""Which licenses to warn about, by the provider's policy (R-31). Derived when read; a renewal clears it by itself."""

from collections.abc import Iterable
from datetime import date
from typing import cast

from staff.licenses import License, in_use
from staff.models import Credential

from .policy import Book

REPLACED = "A later one has taken its place."


def licenses(users: Iterable[int], *, day: date, book: Book) -> list[License]:
    """Every license in use of these people, by id, as it stands on `day`; those of people who left are not asked.

    What ends first comes first, what never expires last. One query. Days of warning and of grace are the provider's.
    """
    return standing(Credential.objects.of(users).filter(user__is_active=True).select_related("user"), day, book)


def warnings(users: Iterable[int], *, day: date, book: Book) -> list[License]:
    """The licenses of these people to warn about on `day`, the most urgent first: ended, or within a warning step."""
    return [one for one in licenses(users, day=day, book=book) if one.is_due]


def standing(rows: Iterable[Credential], day: date, book: Book) -> list[License]:
    """Those of these credentials, fetched with their types, that are in use; what ends first comes first."""
    steps = cast("tuple[int, ...]", book.value(None, "license_warn_days"))
    grace = book.number(None, "renewal_grace_days")
    found = [License(row, day, steps, grace) for row in in_use(rows, day)]
    return sorted(found, key=lambda one: (one.credential.expires_on or date.max, one.credential.pk))


def sentences(rows: Iterable[Credential], *, day: date, book: Book) -> dict[int, str]:
    """How each of these credentials stands, in words, by id: one query for any number."""
    rows = list(rows)
    known = standing(Credential.objects.of({row.user_id for row in rows}), day, book)
    said = {one.credential.pk: one.sentence for one in known}
    return {row.pk: said.get(row.pk, REPLACED) for row in rows}
