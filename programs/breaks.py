"""Breaks of a meeting as people and files write them: “5:45–5:55 PM” or “17:45-17:55”, several after a comma. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime, time

from django.utils.formats import time_format

type Break = tuple[time, time]

CLOCK = r"(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\.?)?"
BREAK = re.compile(rf"{CLOCK}\s*(?:[-–—]|to)\s*{CLOCK}", re.IGNORECASE)
BETWEEN = re.compile(r"[\s,;]+|$")
NOON = 12
MOST_SHOWN = 40


def read_breaks(text: str) -> list[Break]:
    """The breaks that a text names. Raises ValueError with a sentence for anything else."""
    found, place = [], 0
    text = text.strip()
    while place < len(text):
        match = BREAK.match(text, place)
        gap = match and BETWEEN.match(text, match.end())
        if not match or not gap:
            raise _unreadable(text[place:])
        found.append(_break(match))
        place = gap.end()
    return found


def write_breaks(breaks: Iterable[Break]) -> str:
    """As files and the database hold them."""
    return " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in breaks)


def say_breaks(breaks: Iterable[Break]) -> str:
    """As people read them."""
    return ", ".join(span(start, end) for start, end in breaks)


def span(start: datetime | time, end: datetime | time) -> str:
    """Two local times as people read them: “6:00–6:50 PM”, “9:00 AM–12:15 PM”."""
    same_half = (start.hour < NOON) == (end.hour < NOON)
    return f"{time_format(start, 'g:i' if same_half else 'g:i A')}–{time_format(end, 'g:i A')}"


def check_breaks(start: time, end: time, breaks: Iterable[Break]) -> None:
    """Raise ValueError with a sentence when a break lies outside `start` to `end` or two of them overlap."""
    before = start
    for begins, ends in sorted(breaks):
        if begins < before or ends > end:
            raise ValueError(f"The break {span(begins, ends)} must lie within {span(start, end)} and overlap no other.")
        before = ends


def _break(match: re.Match[str]) -> Break:
    """One break. A start that says neither AM nor PM is in the half of the day that ends last before the end."""
    hour, minute, half, end_hour, end_minute, end_half = match.groups()
    end = _clock(end_hour, end_minute, end_half or half)
    starts = [_clock(hour, minute, one) for one in ([half] if half or not end_half else ["a", "p"])]
    before = [start for start in starts if start and end and start < end]
    if end is None or None in starts:
        raise _unreadable(match[0])
    if not before:
        raise ValueError(f"The break “{match[0]}” must end after it starts.")
    return max(before), end


def _clock(hour: str, minute: str, half: str | None) -> time | None:
    """A time of day; None for what no clock shows."""
    number = int(hour)
    if half:
        number = number % NOON + NOON * (half.lower() == "p") if 1 <= number <= NOON else -1
    try:
        return time(number, int(minute))
    except ValueError:
        return None


def _unreadable(text: str) -> ValueError:
    shown = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
    return ValueError(
        f"“{shown}” is not a break. Write it as 7:15–7:30 PM or 19:15-19:30; several are separated by a comma."
    )
