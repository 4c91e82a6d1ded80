"""One line of the checklist, and the links it offers."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.urls import NoReverseMatch, reverse

NAMED = 5


class State(StrEnum):
    """How a line stands, as people read it. None of them blocks anything."""

    STOP = "missing"
    DUE = "to do"
    INFO = "to know"
    OK = "ready"


CHIPS = {State.STOP: "stop", State.DUE: "due", State.INFO: "info", State.OK: "ok"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """What was looked at, how it stands, why, and where it is put right."""

    state: State
    title: str
    reasons: tuple[str, ...] = ()
    url: str = ""
    label: str = ""
    rule: str = ""

    @property
    def chip(self) -> str:
        """The kind of its chip."""
        return CHIPS[self.state]

    @property
    def is_open(self) -> bool:
        """Whether it is a thing to do."""
        return self.state in {State.STOP, State.DUE}


def address(route: str, *args: Any, query: str = "") -> str:
    """The address of a page of any room; empty where the portal has no such page."""
    try:
        return reverse(route, args=args) + (f"?{query}" if query else "")
    except NoReverseMatch:
        return ""


def some(names: Iterable[str], *, of: str = "more") -> str:
    """Names for a sentence: all of a few, or the first five and how many more."""
    known = list(dict.fromkeys(names))
    if len(known) <= NAMED:
        return ", ".join(known)
    return f"{', '.join(known[:NAMED])} and {len(known) - NAMED} {of}"


def count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
