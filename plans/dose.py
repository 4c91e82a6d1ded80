"""The prescribed dose: what the interventions of a plan add up to in a week. Minutes, without models."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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


class Level(StrEnum):
    BELOW = "below the weekly minimum"
    WITHIN = "within the level of care"
    PARTIAL_HOSPITALIZATION = "partial hospitalization level"


@dataclass(frozen=True)
class Finding:
    """What R-24 says about a week: the level, the prescribed countable minutes, and the line they were held against."""

    level: Level
    minutes: int
    line: int

    @property
    def distance(self) -> int:
        """Minutes from the line."""
        return abs(self.minutes - self.line)


def weekly_minutes(doses: Iterable[Dose]) -> int:
    """The prescribed countable minutes of a week."""
    return sum(dose.weekly_minutes for dose in doses if dose.countable)


def judge(minutes: int, *, minimum: int, php: int) -> Finding:
    """R-24: below the minimum for the patient's age, or as much as partial hospitalization, is worth a warning."""
    if minutes < minimum:
        return Finding(Level.BELOW, minutes, minimum)
    if minutes >= php:
        return Finding(Level.PARTIAL_HOSPITALIZATION, minutes, php)
    return Finding(Level.WITHIN, minutes, minimum)


@dataclass(frozen=True)
class Piece:
    """One stretch of the picture, as shares of its width in per cent."""

    label: str
    minutes: int
    start: float
    width: float


def pieces(doses: Iterable[Dose], *, scale: int) -> list[Piece]:
    """The countable doses end to end on a scale of `scale` minutes."""
    placed, at = [], 0
    for dose in doses:
        if dose.countable:
            placed.append(Piece(dose.label, dose.weekly_minutes, at * 100 / scale, dose.weekly_minutes * 100 / scale))
            at += dose.weekly_minutes
    return placed
