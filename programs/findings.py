"""What a program's weekly hours amount to, in sentences for people who decide. Pure."""

from collections.abc import Iterable, Sequence

from django.utils.text import get_text_list

from .timetable import Level, Weeks, level

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG = 120  # minutes from which a difference is said in hours


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


def week_in_words(span: Weeks, *, minimum: int, partial_hospitalization: int) -> str:
    """“8.25 countable hours a week, 45 minutes below the minimum of 9 h.”, with its weeks where there are several."""
    found = level(span.minutes, minimum=minimum, partial_hospitalization=partial_hospitalization)
    always = span.first == 1 and span.last is None
    amount = f"{'' if always else f'{_capital(str(span))}: '}{in_hours(span.minutes)} countable hours a week"
    if found is Level.PARTIAL_HOSPITALIZATION:
        return f"{amount}, at the level of partial hospitalization ({in_hours(partial_hospitalization)} h or more)."
    if found is Level.BELOW:
        return f"{amount}, {length(minimum - span.minutes)} below the minimum of {in_hours(minimum)} h."
    return f"{amount}; the minimum is {in_hours(minimum)} h."


def no_hours(minimum: int) -> str:
    return f"No countable hours; the minimum is {in_hours(minimum)} h a week."


def in_hours(minutes: float) -> str:
    return f"{round(minutes / 60, 2):g}"


def length(minutes: int) -> str:
    """“1 minute”, “45 minutes”, “2 h 50 min”."""
    if minutes < LONG:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def counted(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def days_in_words(days: Iterable[int]) -> str:
    return get_text_list([WEEKDAYS[day] for day in days], "and")


def longest_gap(days: Sequence[int]) -> list[int]:
    """The longest run of weekdays without one of `days`, over the week's end too (R-34); all seven without any."""
    if not days:
        return list(range(7))
    ordered = sorted(days)
    following = [*ordered[1:], ordered[0] + 7]
    runs = [[day % 7 for day in range(first + 1, after)] for first, after in zip(ordered, following, strict=True)]
    return max(runs, key=len)


def _judgment(found: Level, minutes: int, minimum: int) -> str:
    if found is Level.PARTIAL_HOSPITALIZATION:
        return ", at partial-hospitalization level"
    return f", {minimum - minutes} below the minimum of {minimum}" if found is Level.BELOW else ""


def _hours(minutes: int) -> str:
    return f"{minutes} countable minutes ({round(minutes / 60, 2):g} h)"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
