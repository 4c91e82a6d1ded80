"""Opening a program below its weekly minimum: said once, with reason, person and day (R-25, R-42)."""

from datetime import date

from django.db import transaction

from audit.actions import record
from programs import policy, rules
from programs.models import Program
from programs.previews import hours_of
from staff.models import User
from web.refusals import Refusal, require

SHORTEST_REASON = 10  # characters


def open_below_minimum(program: Program, *, reason: str, by: User, day: date) -> Program:
    """Record why the program runs with fewer weekly hours than the minimum. A second press changes nothing."""
    with transaction.atomic():
        row = _locked(program)
        reason = reason.strip()
        require(rules.directs(by, row, day), _reason_is_given(reason))
        if row.below_minimum_by_id == by.pk and row.below_minimum_reason == reason:
            return row
        require(_is_not_recorded(row), _is_below(row, day))
        row.below_minimum_reason, row.below_minimum_by, row.below_minimum_on = reason, by, day
        row.save(update_fields=["below_minimum_reason", "below_minimum_by", "below_minimum_on"])
        record(action="program.opened_below_minimum", by=by, about=row, reason=reason)
    return row


def withdraw_below_minimum(program: Program, *, by: User, day: date) -> Program:
    """Take the record back: the hours reach the minimum, or the director decides again. The trail keeps what it was."""
    with transaction.atomic():
        row = _locked(program)
        require(rules.directs(by, row, day))
        if row.below_minimum_on is None:
            return row
        content = {"recorded_by": str(row.below_minimum_by), "recorded_on": str(row.below_minimum_on)}
        reason = row.below_minimum_reason
        row.below_minimum_reason, row.below_minimum_by, row.below_minimum_on = "", None, None
        row.save(update_fields=["below_minimum_reason", "below_minimum_by", "below_minimum_on"])
        record(action="program.below_minimum_withdrawn", by=by, about=row, reason=reason, content=content)
    return row


def _locked(program: Program) -> Program:
    rows = Program.objects.select_for_update(of=("self",), no_key=True).select_related("location")
    return rows.with_timetable().get(pk=program.pk)


def _reason_is_given(reason: str) -> Refusal | None:
    if len(reason) >= SHORTEST_REASON:
        return None
    return Refusal(
        f"Say why in at least {SHORTEST_REASON} characters. A surveyor will read it.",
        code="reason_too_short",
        rule="R-25",
        field="reason",
    )


def _is_not_recorded(program: Program) -> Refusal | None:
    if program.below_minimum_on is None:
        return None
    return Refusal(
        f"{program.below_minimum_by} has recorded a reason already. Withdraw that one first.",
        code="recorded_already",
        rule="R-25",
        about=program,
    )


def _is_below(program: Program, day: date) -> Refusal | None:
    opening = max(day, program.opens_on)
    if hours_of(program, book=policy.book(program, opening), day=opening).is_below:
        return None
    return Refusal(
        "The weekly hours reach the minimum, so there is nothing to record.",
        code="not_below_minimum",
        rule="R-25",
        about=program,
    )
