"""The prescribed dose: what the interventions of a plan add up to in a week. Minutes, without models."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from programs.timetable import Level, level


@dataclass(frozen=True)
class Dose:
    """One intervention: `minutes` net of breaks, so many times a week; `countable` minutes make up the weekly hours."""

    label: str
    times_a_week: int
    minutes: int
    countable: bool = True

    @property
    def weekly_minutes(self) -> int:
        return self.times_a_week * self.minutes


@dataclass(frozen=True)
class Finding:
    """What R-24 says about a week: the prescribed countable minutes against the minimum and the PHP line."""

    minutes: int
    minimum: int
    partial_hospitalization: int

    @property
    def level(self) -> Level:
        return level(self.minutes, minimum=self.minimum, partial_hospitalization=self.partial_hospitalization)

    @property
    def short(self) -> int:
        """Minutes below the minimum, 0 where it is reached."""
        return max(self.minimum - self.minutes, 0)

    @property
    def is_partial_hospitalization(self) -> bool:
        return self.level is Level.PARTIAL_HOSPITALIZATION


@dataclass(frozen=True)
class Piece:
    """A stretch of the picture: where it starts and how wide it is, in per cent of the scale."""

    label: str
    minutes: int
    start: float
    width: float


@dataclass(frozen=True)
class Tape:
    """The week as a picture: the countable doses end to end, what is short, and the line of the minimum."""

    pieces: Sequence[Piece]
    gap: Piece | None
    line: float


def weekly_minutes(doses: Iterable[Dose]) -> int:
    """The prescribed countable minutes of a week."""
    return sum(dose.weekly_minutes for dose in doses if dose.countable)


def tape(doses: Iterable[Dose], finding: Finding) -> Tape:
    """Draw the doses on a scale up to the largest of 600, the minimum and the minutes, and a tenth more."""
    scale = max(600, round(1.1 * max(finding.minutes, finding.minimum)))

    def piece(label: str, minutes: int, at: int) -> Piece:
        return Piece(label, minutes, start=at * 100 / scale, width=minutes * 100 / scale)

    pieces, at = [], 0
    for dose in doses:
        if dose.countable:
            pieces.append(piece(dose.label, dose.weekly_minutes, at))
            at += dose.weekly_minutes
    gap = piece("short", finding.short, at) if finding.short else None
    return Tape(pieces, gap, line=finding.minimum * 100 / scale)
