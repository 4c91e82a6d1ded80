"""The policy profile: its keys with type, unit, bounds and default, and the book of values in force on a day.

A value belongs to a program or to the whole provider and is dated. A program's value wins over the provider's, and that
over the default here; an empty value falls back.
"""

from django.core.exceptions import ValidationError

from .books import Book, book
from .keys import NONE, Key, Value
from .profile import KEYS, SECTIONS
from .sheets import Line, Sheet, Standing, sheet, standing

LONGEST_KEPT = 60

__all__ = [
    "KEYS",
    "NONE",
    "SECTIONS",
    "Book",
    "Key",
    "Line",
    "Sheet",
    "Standing",
    "Value",
    "book",
    "sheet",
    "standing",
    "tidy",
]


def tidy(key: str, value: str) -> str:
    """The value as it is kept; an empty one falls back.

    Raises a ValidationError at the field when the key is unknown or the value not in its grammar.
    """
    if key not in KEYS:
        raise ValidationError({"key": f"“{key}” is not a policy key. Choose one of the list."})
    try:
        kept = KEYS[key].tidy(value) if value.strip() else ""
    except ValueError as error:
        raise ValidationError({"value": str(error)}) from error
    if len(kept) > LONGEST_KEPT:
        raise ValidationError({"value": f"“{kept}” is longer than {LONGEST_KEPT} letters. Leave out one part."})
    return kept
