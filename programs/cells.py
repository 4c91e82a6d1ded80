"""Reads one cell each of a timetable file. What cannot be read raises ValueError with the reason and what to write."""

import unicodedata
from collections.abc import Container, Iterable
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from .choices import AttendedBy
from .models import ServiceType

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAME_LENGTH, CODE_LENGTH, PURPOSE_LENGTH = 80, 40, 200
YEARS = range(2000, 2101)
MOST_DIGITS = 9
FORMULA = "=+-@"
CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")  # as a spreadsheet may write them


def code(text: str) -> str:
    try:
        validate_slug(text)
    except ValidationError as error:
        raise ValueError("Write a short name of letters, digits and hyphens.") from error
    return fits(text, CODE_LENGTH)


def name(text: str) -> str:
    if not text:
        raise ValueError("It is empty. Write a name.")
    return fits(text, NAME_LENGTH)


def fits(text: str, length: int) -> str:
    """Plain text of at most so many characters. SECURITY: a spreadsheet runs a cell that begins as a formula."""
    if len(text) > length:
        raise ValueError(f"It has {len(text)} characters; {length} fit. Shorten it.")
    if text.startswith(tuple(FORMULA)):
        raise ValueError(f"It begins with “{text[0]}”, as a formula does. Begin with a letter or a number.")
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise ValueError("It holds a character that cannot be shown. Type it anew.")
    return text


def choice(text: str, values: Iterable[str]) -> str:
    known = {value.casefold(): value for value in values}
    if text.casefold() not in known:
        raise ValueError(f"“{short(text)}” is not one of {', '.join(known.values())}.")
    return known[text.casefold()]


def audience(text: str, service: ServiceType | None) -> str:
    return choice(text, AttendedBy.values) if text or not service else service.attended_by


def service(text: str, services: Iterable[ServiceType]) -> ServiceType:
    """The service of this name or code."""
    for one in services:
        if text.casefold() in {one.name.casefold(), one.code.casefold()}:
            return one
    raise ValueError(f"There is no service “{short(text)}”. Add it in the set-up, or correct the name.")


def program_code(text: str, retired: Container[str]) -> str:
    if text in retired:
        raise ValueError("This program is retired. Take its lines out, or end its retirement in the set-up.")
    return code(text)


def room(text: str, retired: Container[str]) -> str:
    if text.casefold() in retired:
        raise ValueError("This room is retired. Choose another, or end its retirement in the set-up.")
    return name(text) if text else ""


def person(text: str, people: Container[str]) -> str:
    """A sign-in name in lower case, or empty."""
    if text and text.lower() not in people:
        raise ValueError(f"Nobody signs in as “{short(text)}”. Invite them first, or leave it empty.")
    return text.lower()


def weekdays(text: str) -> tuple[int, ...]:
    days = text.split()
    if not days or len(set(days)) < len(days) or not set(days) <= set(WEEKDAYS):
        raise ValueError(f"“{short(text)}” are no weekdays. Write them as Mon Tue, each once, separated by a blank.")
    return tuple(sorted(WEEKDAYS.index(day) for day in days))


def clock(text: str) -> time:
    for shape in CLOCKS:
        try:
            found = datetime.strptime(text, shape).time()  # noqa: DTZ007 - a wall clock
        except ValueError:
            continue
        if not found.second:
            return found
    raise ValueError(f"“{short(text)}” is not a time. Write it as 18:00.")


def day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise ValueError(f"“{short(text)}” is not a date. Write it as 2026-06-15, or leave it empty.")
    return found


def number(text: str, most: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or not 1 <= int(text) <= most:
        raise ValueError(f"“{short(text)}” is not a whole number from 1 to {most}. Leave it empty where there is none.")
    return int(text)


def short(text: str) -> str:
    return text if len(text) <= NAME_LENGTH else f"{text[:NAME_LENGTH]}…"
