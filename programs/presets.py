"""What a preset is, and what it would change, before anything is saved."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from . import policy
from .policy import KEYS, Key, Standing

if TYPE_CHECKING:
    from .models import PolicyValue, Program


@dataclass(frozen=True)
class Preset:
    """What a state or a payer asks for: values with the citation to store, and `notes` for what is no key."""

    code: str
    name: str
    citation: str
    values: Mapping[str, str]
    notes: tuple[str, ...] = ()
    is_obsolete: bool = False

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Change:
    """What becomes of one key from the day on.

    `same_day` is a row that begins on that very day, which stays unless it is to be replaced; `until` the day on which
    a later row of the same scope ends the value; `kept_by` the programs whose own value stays when the whole provider's
    changes.
    """

    key: Key
    value: str
    now: Standing
    own: "PolicyValue | None" = None
    same_day: "PolicyValue | None" = None
    until: date | None = None
    kept_by: "tuple[Program, ...]" = ()

    @property
    def shown(self) -> str:
        return self.key.shown(self.value)

    @property
    def is_there(self) -> bool:
        """The scope has this value in force already, so that no row is needed."""
        return self.own is not None and self.own.value == self.value

    @property
    def is_quiet(self) -> bool:
        """Nobody will notice a difference: the value in force stays, though it may get a citation."""
        return self.now.shown == self.shown

    @property
    def is_blocked(self) -> bool:
        return self.same_day is not None and not self.is_there

    def to_write(self, replace: Collection[str]) -> bool:
        return not self.is_there and (not self.is_blocked or self.key.name in replace)


def changes(preset: Preset, *, program: int | None, rows: "Collection[PolicyValue]", day: date) -> list[Change]:
    """What the preset would change from `day` on, for a program (an id) or the whole provider.

    `rows` are all of the program's and the whole provider's; for the whole provider all there are.
    """
    scope = [] if program is None else [program]
    begun = sorted((row for row in rows if row.starts_on <= day), key=lambda row: row.starts_on)
    book = policy.Book(scope, day, begun)
    return [_change(KEYS[name], text, program, book, rows) for name, text in preset.values.items()]


def fingerprint(changes: Collection[Change]) -> str:
    """What a preview showed: differs as soon as any of it would be shown differently."""
    seen = [
        [one.key.name, one.value, one.now.shown, one.now.source, one.same_day and one.same_day.value, str(one.until)]
        for one in changes
    ]
    return sha256(json.dumps(seen).encode()).hexdigest()


def _change(key: Key, value: str, program: int | None, book: policy.Book, rows: "Collection[PolicyValue]") -> Change:
    own = sorted(
        (row for row in rows if row.program_id == program and row.key == key.name), key=lambda row: row.starts_on
    )
    begun = [row for row in own if row.starts_on <= book.day]
    ahead = [row for row in own if row.starts_on > book.day]
    latest = begun[-1] if begun else None
    return Change(
        key=key,
        value=value,
        now=policy.standing(book, program, key),
        own=latest,
        same_day=latest if latest and latest.starts_on == book.day else None,
        until=ahead[0].starts_on if ahead else None,
        kept_by=() if program else _kept_by(key, book.day, rows),
    )


def _kept_by(key: Key, day: date, rows: "Collection[PolicyValue]") -> "tuple[Program, ...]":
    """The programs with a value of their own in force, which a change for the whole provider does not reach."""
    own = sorted((row for row in rows if row.program and row.key == key.name), key=lambda row: row.starts_on)
    latest = {row.program: row.value for row in own if row.starts_on <= day}
    return tuple(program for program, value in latest.items() if program and value and program.is_active_on(day))
