"""Lines about hours, policy and curricula."""

from datetime import date

from django.utils.formats import date_format

from programs.choices import LeadRow
from programs.policy.sheets import DEFAULT
from programs.timetable import Level, level

from .lines import Line, State, address, count, some
from .setup import Setup


def hours(facts: Setup) -> Line:
    """The weekly hours against the policy's floor (R-25); below it is one finding, or recorded with its reason."""
    found, program = facts.hours, facts.program
    url = address("admin:programs_program_template", program.pk) or address("admin:programs_program_change", program.pk)
    label = "Open the weekly template"
    if found.is_below and program.below_minimum_on:
        recorded = (
            f"Opened below the minimum: {program.below_minimum_reason} "
            f"({program.below_minimum_by}, {_in_words(program.below_minimum_on)})"
        )
        return Line(
            state=State.INFO,
            title="Weekly hours below the minimum, recorded",
            reasons=(recorded, *found.sentences, *found.remarks),
            url=url,
            label=label,
            rule="R-25",
        )
    state, title = _judged(facts)
    stale = ("The record “opened below the minimum” is no longer needed.",) if program.below_minimum_on else ()
    return Line(
        state=state,
        title=title,
        reasons=(*found.sentences, *found.remarks, *stale),
        url=url,
        label=label,
        rule="R-25",
    )


def policy(facts: Setup) -> Line:
    """Values of a preset are confirmed against their source; how many are the default is good to know."""
    sheet = facts.sheet
    url, label = address("program_policy", facts.program.pk), "Open the policy"
    unconfirmed = [str(line.key) for line in sheet.lines if line.now.is_unconfirmed]
    if unconfirmed:
        return Line(
            state=State.DUE,
            title=f"{count(len(unconfirmed), 'policy value')} to be confirmed",
            reasons=(f"Check against the source: {some(unconfirmed)}.", sheet.counts),
            url=url,
            label=label,
        )
    if sheet.count(DEFAULT) == len(sheet.lines):
        reasons = ("Every value is the default. Check them with your state's rules and your payers' contracts.",)
        return Line(state=State.INFO, title="Policy: defaults in use", reasons=reasons, url=url, label=label)
    return Line(state=State.OK, title="Policy is confirmed", reasons=(sheet.counts,), url=url, label=label)


def curricula(facts: Setup) -> Line:
    """Groups that teach have a curriculum; good to know."""
    teaching = [group for group in facts.groups if group.service.lead_row == LeadRow.EDUCATION]
    without = [group.name for group in teaching if group.curriculum_id is None]
    if not without:
        title = "Groups that teach have a curriculum" if teaching else "No group teaches skills or education"
        return Line(state=State.OK if teaching else State.INFO, title=title)
    return Line(
        state=State.INFO,
        title=f"{count(len(without), 'group')} without a curriculum",
        reasons=(f"{some(without)}. A curriculum keeps the topics in order, and notes can name them.",),
        url=address("admin:programs_curriculum_changelist"),
        label="Open the curricula",
    )


def _judged(facts: Setup) -> tuple[State, str]:
    found = facts.hours
    if found.is_below:
        return (State.DUE, "Weekly hours below the minimum") if found.weeks else (State.STOP, "No countable hours")
    most = found.limits.partial_hospitalization
    levels = {level(span.minutes, minimum=found.floor, partial_hospitalization=most) for span in found.weeks}
    if Level.PARTIAL_HOSPITALIZATION in levels:
        return State.DUE, "Weekly hours at the level of partial hospitalization"
    return State.OK, "Weekly hours reach the minimum"


def _in_words(day: date) -> str:
    return date_format(day, "M j, Y")
