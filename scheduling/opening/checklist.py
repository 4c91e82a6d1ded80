"""The checklist of a program: plain functions, each giving its line, called in the order in which a director works."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from programs.models import Program
from programs.querysets import Person

from . import leading, place, policies
from .lines import Line, State
from .setup import Setup, setup

LINES: list[Callable[[Setup], Line]] = [
    policies.hours,
    leading.leaders,
    leading.rooms,
    leading.licenses,
    leading.clashes,
    leading.published,
    place.people,
    place.accreditation,
    place.closures,
    policies.policy,
    leading.verified,
    policies.curricula,
]
URGENCY = [State.STOP, State.DUE, State.INFO, State.OK]


@dataclass(frozen=True)
class Checklist:
    """The lines of a program looked at from `first` through `last`, both included."""

    program: Program
    first: date
    last: date
    is_below: bool
    lines: Sequence[Line]

    @property
    def to_do(self) -> list[Line]:
        """What is open, the most urgent first."""
        return sorted((line for line in self.lines if line.is_open), key=lambda line: URGENCY.index(line.state))

    @property
    def rest(self) -> list[Line]:
        """What is in order, or only good to know."""
        return [line for line in self.lines if not line.is_open]

    @property
    def next(self) -> Line | None:
        """The thing to do first that has a page."""
        return next((line for line in self.to_do if line.url), None)

    @property
    def is_fit(self) -> bool:
        return not self.to_do

    @property
    def heading(self) -> str:
        """“Fit to open”, or “Not yet: 3 things”."""
        number = len(self.to_do)
        return "Fit to open" if self.is_fit else f"Not yet: {number} {'thing' if number == 1 else 'things'}"


def checklist(program: Program, *, day: date, user: Person) -> Checklist:
    """Judge a program of `programs_to_open` as of `day`, in words `user` may read. A constant number of queries."""
    facts = setup(program, day=day, user=user)
    lines = [line(facts) for line in LINES]
    return Checklist(program, facts.first, facts.last, facts.hours.is_below, lines)
