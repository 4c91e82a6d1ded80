"""How long a credential holds on a day, and what to say of it (R-30, R-31). Reads rows it is given, asks nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from .models import Credential
from .states import STATES


@dataclass(frozen=True)
class License:
    """A credential as it stands on `day`. `steps` are the policy's days of warning, falling; `grace_days` its grace."""

    credential: Credential
    day: date
    steps: Sequence[int]
    grace_days: int

    @property
    def days_left(self) -> int | None:
        """Days from `day` to its own last day: 0 on it, below 0 after it; None where it does not expire."""
        ends = self.credential.expires_on
        return None if ends is None else (ends - self.day).days

    @property
    def last_day(self) -> date | None:
        """The last day it may be relied on, a filed renewal included (R-30); None: no end."""
        return self.credential.last_day(self.grace_days)

    @property
    def step(self) -> int | None:
        """The warning step that is reached, the smallest of those as large as the days left; None: none yet."""
        left = self.days_left
        return None if left is None else min((step for step in self.steps if left <= step), default=None)

    @property
    def has_ended(self) -> bool:
        """Its own last day is over."""
        return self.days_left is not None and self.days_left < 0

    @property
    def is_lapsed(self) -> bool:
        """Its last day is over, and no filed renewal carries it on."""
        return self.last_day is not None and self.last_day < self.day

    @property
    def is_carried(self) -> bool:
        """Its own last day is over, and a filed renewal carries it on."""
        return self.has_ended and not self.is_lapsed

    @property
    def is_due(self) -> bool:
        """Whether to warn: it has ended, or ends within the first step (R-31)."""
        return self.has_ended or self.step is not None

    @property
    def sentence(self) -> str:
        """“LPC of New Jersey ends on Mar 9, 2027, in 60 days.” It names no person."""
        name, ends = of_state(self.credential), self.credential.expires_on
        if ends is None:
            return f"{name} does not expire."
        return f"{name} {_ends(ends, (ends - self.day).days)}.{self._renewal()}"

    def _renewal(self) -> str:
        filed, last = self.credential.renewal_filed_on, self.last_day
        if filed is None or last is None:
            return ""
        verb = "carried" if self.is_lapsed else "carries"
        return f" The renewal filed on {in_words(filed)} {verb} it through {in_words(last)}."


def of_state(credential: Credential) -> str:
    """“LPC of New Jersey”; without a state “LPC”."""
    state = STATES.get(credential.state, credential.state)
    return f"{credential.type} of {state}" if state else str(credential.type)


def in_words(day: date) -> str:
    """A day of any year: “Mar 9, 2027”."""
    return date_format(day, "M j, Y")


def in_use(credentials: Iterable[Credential], day: date) -> list[Credential]:
    """The credentials less those that a later one of the same person, type and state has taken the place of.

    The later one ends later and begins at the latest on the day after the earlier one's last, or has begun by `day`.
    """
    rows = list(credentials)
    alike: dict[tuple[int, int, str], list[Credential]] = defaultdict(list)
    for row in rows:
        alike[row.user_id, row.type_id, row.state].append(row)
    return [row for row in rows if not any(_replaces(other, row, day) for other in alike[_kind(row)])]


def _kind(row: Credential) -> tuple[int, int, str]:
    return row.user_id, row.type_id, row.state


def _replaces(later: Credential, row: Credential, day: date) -> bool:
    if row.expires_on is None or (later.expires_on is not None and later.expires_on <= row.expires_on):
        return False
    return later.issued_on <= max(day, row.expires_on + timedelta(1))


def _ends(ends: date, left: int) -> str:
    if left == 0:
        return f"ends today, {in_words(ends)}"
    if left > 0:
        return f"ends on {in_words(ends)}, in {_days(left)}"
    return f"ended on {in_words(ends)}, {_days(-left)} ago"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
