from datetime import time
from functools import lru_cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from .breaks import check_breaks, read_breaks


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def validate_zone(name: str) -> None:
    if name not in zones():
        raise ValidationError(f"“{name}” is not a time zone. Write one such as America/Chicago.", code="zone")


def validate_breaks(text: str) -> None:
    try:
        read_breaks(text)
    except ValueError as error:
        raise ValidationError(str(error), code="breaks") from error


def validate_breaks_within(start: time, end: time, text: str) -> None:
    """Refuse breaks outside the hours, or over one another; what cannot be read is `validate_breaks`'s to refuse."""
    try:
        breaks = read_breaks(text)
    except ValueError:
        return
    try:
        check_breaks(start, end, breaks)
    except ValueError as error:
        raise ValidationError({"breaks": str(error)}, code="breaks") from error
