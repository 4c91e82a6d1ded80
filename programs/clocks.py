"""Clocks: spans of the policy such as “14 days” or “10 treatment days or 30 days”; of several the first decides.

Pure. What a clock counts from is the key's to say (admission for a plan, the end of the session for a note); “after
assessment” moves it. “Calendar days” are days, “business” and “work days” working days, “service days” treatment days;
`str()` writes one of each.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class NotAClock(ValueError):
    """The text is no clock of the key; the message is a sentence that says what to write."""


class Unit(StrEnum):
    """What a span counts, in the plural. Hours are elapsed time; all others end with a day."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    VISITS = "visits"
    TREATMENT_DAYS = "treatment days"


class Anchor(StrEnum):
    """What a span counts from where it is not the key's own beginning."""

    BEGINNING = ""
    ASSESSMENT = "assessment"


MOST = {Unit.HOURS: 2400, Unit.DAYS: 366, Unit.WORKING_DAYS: 260, Unit.VISITS: 100, Unit.TREATMENT_DAYS: 100}
WORDS = {
    **{str(unit).removesuffix("s"): unit for unit in Unit},
    "calendar day": Unit.DAYS,
    "business day": Unit.WORKING_DAYS,
    "work day": Unit.WORKING_DAYS,
    "service day": Unit.TREATMENT_DAYS,
}
MOST_SPANS = 2
MOST_QUOTED = 60
SPAN = re.compile(r"(?P<count>[0-9]{1,6}) (?P<unit>[a-z]+(?: [a-z]+)?)(?: after (?P<after>[a-z]+))?")


@dataclass(frozen=True)
class Span:
    """So many of a unit, counted from `after`."""

    count: int
    unit: Unit
    after: Anchor = Anchor.BEGINNING

    def __str__(self) -> str:
        unit = self.unit.removesuffix("s") if self.count == 1 else self.unit
        return f"{self.count} {unit}" + (f" after {self.after}" if self.after else "")


@dataclass(frozen=True)
class Clock:
    """One span, or several of which the one that ends first decides."""

    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return " or ".join(str(span) for span in self.spans)


@dataclass(frozen=True)
class Grammar:
    """The clocks one key takes: its units, and what they may count from besides its own beginning."""

    units: tuple[Unit, ...]
    anchors: tuple[Anchor, ...] = ()
    example: str = "14 days"

    def __str__(self) -> str:
        units = [str(unit) for unit in self.units]
        listed = f"{', '.join(units[:-1])} or {units[-1]}" if len(units) > 1 else units[0]
        after = "".join(f", also “after {anchor}”" for anchor in self.anchors)
        return f"a number of {listed}{after}, or two of these with “or” between them, such as {self.example}"

    def read(self, text: str) -> Clock:
        """The clock that `text` writes. Raises NotAClock with a sentence that says what to write."""
        spans = tuple(self._span(part) for part in re.split(r" or ", " ".join(text.lower().split())))
        if len(spans) > MOST_SPANS:
            raise NotAClock("A clock has at most two spans with “or” between them. Write the two that matter.")
        if len({(span.unit, span.after) for span in spans}) < len(spans):
            raise NotAClock("The smaller of two like spans always comes first. Write only that one.")
        return Clock(spans)

    def _span(self, text: str) -> Span:
        found = SPAN.fullmatch(text)
        unit = WORDS.get(found["unit"].removesuffix("s")) if found else None
        if found is None or unit is None:
            raise NotAClock(f"“{text[:MOST_QUOTED]}” is not a span. Write {self}.")
        if unit not in self.units:
            raise NotAClock(f"This does not count {unit}. Write {self}.")
        if not 1 <= (count := int(found["count"])) <= MOST[unit]:
            raise NotAClock(f"Write from 1 to {MOST[unit]} {unit}.")
        after = found["after"] or ""
        if after and after not in self.anchors:
            raise NotAClock(f"This does not count after {after[:MOST_QUOTED]}. Write {self}.")
        return Span(count, unit, Anchor(after))


PLAN = Grammar(
    (Unit.DAYS, Unit.WORKING_DAYS, Unit.VISITS, Unit.TREATMENT_DAYS), (Anchor.ASSESSMENT,), "3 visits or 30 days"
)
NOTE = Grammar((Unit.HOURS, Unit.DAYS, Unit.WORKING_DAYS), example="24 hours or 2 working days")
