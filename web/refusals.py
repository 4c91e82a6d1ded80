"""The ways of saying no, as exceptions that middleware answers."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class NextStep:
    """What the person can do instead: the words of the button, and where it leads."""

    label: str
    url: str


class Refusal(Exception):
    """A rule says no. Answered at the form, or as a page of its own (422).

    `sentence` is for the person and says what to do; `code` is for programs; `rule` is an R-number; `field` names the
    form field it belongs to. `about` and `patients` (ids) say in the audit trail what was refused; the sentence, which
    may name people, stays out of it and out of the log.
    """

    def __init__(
        self,
        sentence: str,
        *,
        code: str,
        rule: str = "",
        step: NextStep | None = None,
        field: str | None = None,
        about: Model | None = None,
        patients: Iterable[int] = (),
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.code, self.rule, self.step, self.field = sentence, code, rule, step, field
        self.about, self.patients = about, tuple(patients)


@dataclass(frozen=True)
class Side:
    """One field of a row as each of two people have it."""

    label: str
    mine: str
    theirs: str


class Stale(Exception):
    """Someone else saved the row first. Answered as the page with both texts (409); nothing was saved.

    `version` is the row's now: what was typed can be sent again over it. `url` leads to the row as it is.
    """

    def __init__(
        self,
        sides: list[Side],
        *,
        by: str = "",
        at: dt.datetime | None = None,
        url: str = "",
        version: int | None = None,
    ) -> None:
        super().__init__("stale")
        self.sides, self.by, self.at, self.url, self.version = sides, by, at, url, version


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
