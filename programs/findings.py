"""What a program's weekly hours amount to, in sentences for people who decide. Pure."""

from collections.abc import Iterable

from .timetable import Level, Weeks, level


def hours_in_words(weeks: Iterable[Weeks], *, minimum: int, partial_hospitalization: int) -> list[str]:
    """One sentence for each span of weeks with its countable minutes, judged by the policy (R-25)."""
    judged = [
        (span, level(span.minutes, minimum=minimum, partial_hospitalization=partial_hospitalization)) for span in weeks
    ]
    sentences = [
        f"{_capital(str(span))}: {_hours(span.minutes)}{_judgment(found, span.minutes, minimum)}."
        for span, found in judged
    ]
    return sentences or [f"No countable minutes yet; the minimum is {minimum}."]


def _judgment(found: Level, minutes: int, minimum: int) -> str:
    if found is Level.PARTIAL_HOSPITALIZATION:
        return ", at partial-hospitalization level"
    return f", {minimum - minutes} below the minimum of {minimum}" if found is Level.BELOW else ""


def _hours(minutes: int) -> str:
    return f"{minutes} countable minutes ({round(minutes / 60, 2):g} h)"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
