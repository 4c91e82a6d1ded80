"""What a worklist is: a name, a question, and for every row the sentence that says why it is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from programs.models import Program
from staff.models import User
from web.lists import Empty

MOST_COUNTED = 50


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing to do. `why` says the rule's reason with its dates and source; `rule` is the R-number.

    `chip` is a word or a date, in the kind of `components/_chip.html`. `url` and `label` are the one button.
    `patients` are the ids of those the row names.
    """

    what: str
    why: str
    chip: str
    kind: str = "due"
    where: str = ""
    rule: str = ""
    url: str = ""
    label: str = ""
    program: Program | None = None
    patients: tuple[int, ...] = ()


type Question = Callable[[User, datetime], Sequence[Row]]


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """A list as data. `rows` gives what is due for a user at a moment, in scope already and the most urgent first.

    `permissions`: whoever has one of them may open it; none: everybody.
    """

    name: str
    title: str
    lede: str
    nothing: Empty
    rows: Question
    permissions: tuple[str, ...] = ()

    def is_open_to(self, user: User) -> bool:
        return not self.permissions or any(user.has_perm(name) for name in self.permissions)

    def get_absolute_url(self) -> str:
        return reverse("worklist", args=[self.name])


def count_in_words(rows: Sequence[Row]) -> str:
    """“nothing due”, “14 due”, and from fifty on “50+ due”."""
    number = len(rows)
    if number > MOST_COUNTED:
        return f"{MOST_COUNTED}+ due"
    return f"{number or 'nothing'} due"


def programs_of(rows: Sequence[Row]) -> list[Program]:
    """The programs that rows name, by name."""
    found = {row.program.pk: row.program for row in rows if row.program}
    return sorted(found.values(), key=lambda program: (program.name, program.pk))
