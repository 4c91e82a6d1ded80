"""A program's week as a picture: a row for each day, a bar for each meeting; in per cent of the width. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import intervals
from .findings import WEEKDAYS
from .previews import Hours, Part
from .timetable import DAY, Slot

ROW, BAR, TOP = 26, 18, 18
MORNING, EVENING = 9 * 60, 17 * 60
MOST_MARKS = 7
SATURDAY = 5
NOON = 12


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    y: float
    height: float
    counts: bool


@dataclass(frozen=True)
class Row:
    """One weekday; `text` says its countable minutes."""

    name: str
    y: int
    minutes: int
    bars: list[Bar]


@dataclass(frozen=True)
class Strip:
    """The picture. `marks` are hours of the day with their places."""

    rows: list[Row]
    marks: list[tuple[float, str]]
    height: int


def strip(parts: Sequence[Part], hours: Hours) -> Strip:
    """The meetings in force on the day of `hours`, in whatever week of the track; none on days without."""
    slots = [
        (slot, not part.why_not)
        for part in parts
        for slot in part.items
        if isinstance(slot, Slot) and slot.in_force(hours.day)
    ]
    begins = min([MORNING, *(_minutes(slot)[0] for slot, _ in slots)]) // 60 * 60
    ends = -(-max([EVENING, *(_minutes(slot)[1] for slot, _ in slots)]) // 60) * 60
    days = [day for day in range(7) if day < SATURDAY or any(slot.weekday == day for slot, _ in slots)]
    rows = [
        Row(
            WEEKDAYS[day],
            TOP + ROW * place,
            hours.days.get(day, 0),
            list(_bars(slots, day, TOP + ROW * place, begins, ends)),
        )
        for place, day in enumerate(days)
    ]
    step = 60 * -(-(ends - begins) // 60 // MOST_MARKS)
    marks = [(_place(at, begins, ends), _hour(at)) for at in range(begins, ends, step)]
    return Strip(rows, marks, TOP + ROW * len(days))


def _bars(slots: list[tuple[Slot, bool]], day: int, y: int, begins: int, ends: int) -> Iterable[Bar]:
    """The day's bars; those at the same hours share the height."""
    todays = [(slot, counts) for slot, counts in slots if slot.weekday == day]
    lanes: list[list[tuple[int, int]]] = []
    placed = []
    for slot, counts in sorted(todays, key=lambda one: _minutes(one[0])):
        span = _minutes(slot)
        lane = next((at for at, taken in enumerate(lanes) if not intervals.overlap([span], taken)), len(lanes))
        lanes[lane:] = lanes[lane:] or [[]]
        lanes[lane].append(span)
        placed.append((slot, counts, lane))
    height = BAR / max(len(lanes), 1)
    for slot, counts, lane in placed:
        for start, end in slot.spans():
            x = _place(start - day * DAY, begins, ends)
            yield Bar(
                x, _place(end - day * DAY, begins, ends) - x, y + lane * height, height - (len(lanes) > 1), counts
            )


def _minutes(slot: Slot) -> tuple[int, int]:
    return slot.start.hour * 60 + slot.start.minute, slot.end.hour * 60 + slot.end.minute


def _place(minute: int, begins: int, ends: int) -> float:
    return round(100 * (minute - begins) / (ends - begins), 2)


def _hour(minute: int) -> str:
    hour = minute // 60
    return f"{(hour - 1) % 12 + 1} {'AM' if hour < NOON else 'PM'}"
