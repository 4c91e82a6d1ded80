"""The ways of saying no, as exceptions that middleware answers."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class NextStep:
    """What the person can do instead: the words of the button, and where it leads."""

    label: str
    url: str


class Refusal(Exception):
    """A rule says no. Answered at the form, or as a page of its own (422).

    `sentence` is for the person and says what to do; `code` is for programs; `rule` is an R-number; `field` names the
    form field it belongs to.
    """

    def __init__(
        self, sentence: str, *, code: str, rule: str = "", step: NextStep | None = None, field: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.code, self.rule, self.step, self.field = sentence, code, rule, step, field


@dataclass(frozen=True)
class Side:
    """One field of a row as each of two people have it."""

    label: str
    mine: str
    theirs: str


class Stale(Exception):
    """Someone else saved the row first. Answered as the page with both texts (409); nothing was saved."""

    def __init__(self, sides: list[Side], *, by: str = "", at: dt.datetime | None = None, url: str = "") -> None:
        super().__init__("stale")
        self.sides, self.by, self.at, self.url = sides, by, at, url


class AlreadyDone(Exception):
    """A one-time key was used before: the second submit leads to what the first made."""

    def __init__(self, url: str) -> None:
        super().__init__("already done")
        self.url = url


def require(*refusals: Refusal | None) -> None:
    """Raise the first refusal there is."""
    for refusal in refusals:
        if refusal is not None:
            raise refusal
