"""What a key of the policy profile is, and the grammars of its values."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import get_text_list

from programs.clocks import Clock, Grammar, NotAClock

from .purposes import PURPOSES, REMARKS

type Value = int | bool | str | Decimal | tuple[int, ...] | Clock | None
NONE, NO_LIMIT = "none", "no limit"
LONGEST = 3650  # days
MOST_DIGITS = 9
MOST_QUOTED = 60
HOUR = 60
SWITCH = {"true": True, "false": False, "yes": True, "no": False}
SHARE = re.compile(r"(?P<whole>[01]?)(?P<part>\.[0-9]{1,4})?|(?P<percent>[0-9]{1,3})%")
ONE_OF = {"people": "person"}


@dataclass(frozen=True)
class Key:
    """One key of the profile. `rules` are the R-numbers that ask for it; none: it is shown where people decide."""

    name: str
    label: str
    default: str
    read: Callable[[str], Value]
    kind: str
    unit: str = ""
    bounds: str = ""
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.label

    @property
    def remark(self) -> str:
        """What its label leaves open, in a sentence; empty where nothing is."""
        return REMARKS.get(self.name, "")

    @property
    def purposes(self) -> list[tuple[str, str]]:
        """The rules that ask for it, each with what it is about."""
        return [(rule, PURPOSES[rule]) for rule in self.rules]

    @property
    def expects(self) -> str:
        """What to write, for help texts and refusals."""
        of_unit = self.unit and f"of {self.unit}"
        return " ".join(part for part in (self.kind, of_unit, self.bounds) if part)

    def value(self, text: str) -> Value:
        """The text as its type. Raises ValueError with a sentence for anything else."""
        try:
            return self.read(text.strip())
        except NotAClock as error:
            raise ValueError(f"{self._refused(text)} {error}") from error
        except ValueError as error:
            raise ValueError(f"{self._refused(text)} It takes {self.expects}.") from error

    def _refused(self, text: str) -> str:
        return f"“{text[:MOST_QUOTED]}” cannot be the value of “{self.label}”."

    def tidy(self, text: str) -> str:
        """The text as it is kept: one way to write each value. Raises ValueError as `value` does."""
        value = self.value(text)
        if isinstance(value, tuple):
            return ",".join(str(one) for one in value)
        return NONE if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    def shown(self, text: str) -> str:
        """The value for people, with its unit: “540 minutes (9 h)”, “1 week”, “no limit”, “yes”, “90%”."""
        value = self.value(text)
        if value is None:
            return NO_LIMIT
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Decimal):
            return f"{(value * 100).normalize():f}%"
        if self.unit == "minutes" and isinstance(value, int) and value > HOUR:
            return f"{value} minutes ({round(value / HOUR, 2):g} h)"
        if isinstance(value, tuple):
            value = get_text_list([str(one) for one in value], "and")
        return f"{value} {self._unit_of(value)}".strip()

    def _unit_of(self, value: Value) -> str:
        return ONE_OF.get(self.unit, self.unit.removesuffix("s")) if value == 1 else self.unit


def number(  # noqa: PLR0917 - the table of keys reads as RULES.md's
    name: str, label: str, default: int | None, unit: str, rules: str, low: int, high: int, *, or_none: bool = False
) -> Key:
    """A whole number from `low` to `high`; `or_none` allows the word none for no limit."""

    def read(text: str) -> int | None:
        if or_none and text.lower() in {NONE, NO_LIMIT}:
            return None
        if not _is_number(text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    bounds = f"from {low} to {high}" + (f", or {NONE}" if or_none else "")
    text = NONE if default is None else str(default)
    return Key(name, label, text, read, "a whole number", unit, bounds, tuple(rules.split()))


def switch(name: str, label: str, default: str, rules: str) -> Key:
    def read(text: str) -> bool:
        return SWITCH[_one_of(text.lower(), tuple(SWITCH))]

    return Key(name, label, default, read, "yes or no", rules=tuple(rules.split()))


def choice(name: str, label: str, default: str, choices: tuple[str, ...], rules: str) -> Key:
    def read(text: str) -> str:
        return _one_of(text.capitalize(), choices)

    return Key(name, label, default, read, get_text_list(list(choices), "or"), rules=tuple(rules.split()))


def ratio(name: str, label: str, default: str, rules: str) -> Key:
    def read(text: str) -> Decimal:
        found = SHARE.fullmatch(text)
        if found is None or not text:
            raise ValueError(text)
        share = Decimal(found["percent"]) / 100 if found["percent"] else Decimal(text)
        if not 0 < share <= 1:
            raise ValueError(text)
        return share

    bounds = "above 0, at most 1, such as 0.90 or 90%"
    return Key(name, label, default, read, "a share", bounds=bounds, rules=tuple(rules.split()))


def days_list(name: str, label: str, default: str, rules: str) -> Key:
    def read(text: str) -> tuple[int, ...]:
        parts = [part.strip() for part in text.split(",")]
        days = tuple(int(part) for part in parts if _is_number(part))
        if len(days) != len(parts) or sorted(set(days), reverse=True) != list(days) or max(days) > LONGEST:
            raise ValueError(text)
        return days

    bounds = "falling, separated by commas, such as 90,60,30,7"
    return Key(name, label, default, read, "whole numbers", "days", bounds, tuple(rules.split()))


def clock(name: str, label: str, default: str, grammar: Grammar, rules: str) -> Key:
    return Key(name, label, default, grammar.read, str(grammar), rules=tuple(rules.split()))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError(text)
    return text
