"""Lines about the place: who answers for it, its accreditation, and the days it is closed."""

from datetime import date

from django.utils.formats import date_format

from programs.holidays import federal
from programs.models import Closure

from .lines import Line, State, address, some
from .setup import Setup


def people(facts: Setup) -> Line:
    """Somebody is posted as director, and somebody may be a primary clinician (R-33)."""
    url = address("admin:programs_posting_changelist")
    missing = (
        "" if facts.directors else "Nobody is posted here as director.",
        "" if facts.primaries else "Nobody posted here may be a primary clinician, so nobody can be accepted (R-33).",
    )
    if any(missing):
        title = "Somebody is missing from the postings"
        reasons = tuple(filter(None, missing))
        return Line(state=State.STOP, title=title, reasons=reasons, url=url, label="Open the postings", rule="R-33")
    reasons = (
        f"Director: {some(map(str, facts.directors))}.",
        f"May be primary: {some(map(str, facts.primaries))}.",
    )
    return Line(state=State.OK, title="Director and primary clinicians are posted", reasons=reasons)


def accreditation(facts: Setup) -> Line:
    """A license or accreditation is in force on the first day, and through twelve weeks."""
    url, label = address("admin:programs_accreditation_changelist"), "Open the accreditations"
    valid = [row for row in facts.accreditations if row.is_valid_on(facts.first)]
    if not valid:
        known = [f"{row}: {row.state_on(facts.first)}." for row in facts.accreditations[-3:]]
        reasons = tuple(known) or ("None is entered for this program, its location or the provider.",)
        title = f"No accreditation in force on {_in_words(facts.first)}"
        return Line(state=State.STOP, title=title, reasons=reasons, url=url, label=label)
    ending = [row for row in valid if row.ends_on and row.ends_on < facts.last and not _followed(row, facts)]
    if ending:
        reasons = tuple(f"{row} ends on {_in_words(row.ends_on)}." for row in ending if row.ends_on)
        return Line(state=State.DUE, title="Accreditation ends soon", reasons=reasons, url=url, label=label)
    reasons = tuple(f"{row}: {row.state_on(facts.first)}." for row in valid)
    return Line(state=State.OK, title="Accreditation is in force", reasons=reasons)


def closures(facts: Setup) -> Line:
    """The holidays of these weeks on which a group would meet are closed, or somebody has looked at them."""
    reach = f"program-{facts.program.pk}"
    url = address("admin:programs_closure_holidays", query=f"year={facts.first.year}&reach={reach}")
    meeting = {item.meeting.day for item in facts.planned}
    years = range(facts.first.year, facts.last.year + 1)
    holidays = [(day, name) for year in years for day, name in federal(year) if day in meeting]
    open_on = [f"{name}, {date_format(day, 'D M j')}" for day, name in holidays if not _is_closed(day, facts.closures)]
    if not open_on:
        title = "Holidays are closed" if holidays else "No federal holiday falls on a meeting day"
        closed = [f"{row}, {date_format(row.starts_on, 'D M j')}" for row in facts.closures]
        reasons = (f"Closed: {some(closed)}.",) if closed else ()
        return Line(state=State.OK, title=title, reasons=reasons)
    some_closed = any(_is_closed(day, facts.closures) for day, _ in holidays)
    return Line(
        state=State.INFO if some_closed else State.DUE,
        title="Groups meet on holidays" if some_closed else "No holiday is closed yet",
        reasons=(f"Open: {some(open_on)}.",),
        url=url,
        label="Close holidays",
    )


def _is_closed(day: date, closures: list[Closure]) -> bool:
    return any(closure.starts_on <= day <= closure.ends_on for closure in closures)


def _followed(row: object, facts: Setup) -> bool:
    """Whether another of the same body goes on where this one ends."""
    others = [one for one in facts.accreditations if one is not row and str(one) == str(row)]
    ends_on = getattr(row, "ends_on", None)
    return any(one.starts_on > (ends_on or facts.last) or one.is_valid_on(facts.last) for one in others)


def _in_words(day: date) -> str:
    return date_format(day, "M j, Y")
