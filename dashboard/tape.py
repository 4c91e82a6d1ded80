"""The tape: a week's minutes end to end against the minimum, as positions in per cent. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

SCALE = 600  # minutes, unless the week has more
ROOM = 7.0  # per cent that the name of a day takes


@dataclass(frozen=True)
class DayMinutes:
    """One day of a week, in whole minutes: counted already, still planned, and past but not logged."""

    label: str
    counted: int = 0
    planned: int = 0
    not_logged: int = 0


@dataclass(frozen=True)
class Piece:
    """A stretch of the tape: `kind` is counted, planned, not-logged or short; `x` and `width` are in per cent."""

    kind: str
    x: str
    width: str
    minutes: int


@dataclass(frozen=True)
class Mark:
    x: str
    text: str


@dataclass(frozen=True)
class Tape:
    """All that the picture shows; `minutes` of each kind are whole."""

    pieces: list[Piece]
    days: list[Mark]
    minimum: Mark
    line: int
    counted: int
    planned: int
    not_logged: int
    short: int

    @property
    def labels(self) -> list[Mark]:
        """The days that have room for their name, from left to right."""
        shown: list[Mark] = []
        for mark in self.days:
            if not shown or _number(mark.x) - _number(shown[-1].x) >= ROOM:
                shown.append(mark)
        return shown

    @property
    def is_reached(self) -> bool:
        """Whether what is counted already makes the minimum."""
        return self.counted >= self.line

    @property
    def chip(self) -> str:
        """The level against the line, in a few words."""
        if self.short:
            return f"{self.short} short of {self.line}"
        return f"{self.line} reached" if self.is_reached else f"on course for {self.line}"

    @property
    def title(self) -> str:
        """The picture in one sentence, for those who do not see it."""
        parts = [f"{self.counted} minutes counted"]
        parts += [f"{self.planned} planned"] if self.planned else []
        parts += [f"{self.not_logged} not logged"] if self.not_logged else []
        line = f"the minimum of {self.minimum.text}"
        reached = f"{line} reached" if self.is_reached else f"on course for {line}"
        parts.append(f"{self.short} missing to {line}" if self.short else reached)
        return ", ".join(parts)


def tape(days: Sequence[DayMinutes], minimum: int) -> Tape:
    """Lay the days end to end: what is counted, not logged and planned of each, then what is short of `minimum`."""
    totals = [sum(getattr(day, name) for day in days) for name in ("counted", "planned", "not_logged")]
    total = sum(totals)
    short = max(0, minimum - total)
    scale = max(SCALE, (max(total, minimum) * 11 + 9) // 10)
    pieces, marks, at = [], [], 0
    for day in days:
        stretches = [("counted", day.counted), ("not-logged", day.not_logged), ("planned", day.planned)]
        if any(minutes for _, minutes in stretches):
            marks.append(Mark(_percent(at, scale), day.label))
        for kind, minutes in stretches:
            if minutes:
                pieces.append(Piece(kind, _percent(at, scale), _percent(minutes, scale), minutes))
                at += minutes
    if short:
        pieces.append(Piece("short", _percent(at, scale), _percent(short, scale), short))
    line = Mark(_percent(minimum, scale), f"{minimum} min")
    return Tape(pieces, marks, line, minimum, totals[0], totals[1], totals[2], short)


def _percent(minutes: int, scale: int) -> str:
    return f"{minutes / scale * 100:.2f}%"


def _number(percent: str) -> float:
    return float(percent.removesuffix("%"))
