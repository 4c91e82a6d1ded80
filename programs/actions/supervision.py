"""Supervision changes hands on a day: the earlier one ends the day before, the next begins."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from audit.actions import Entry, record_many
from programs import policy, rules
from programs.gaps import gaps
from programs.leading import lead_book
from staff.models import Supervision, User
from web.refusals import Refusal, require

DAY = timedelta(days=1)


@dataclass
class HandedOver:
    """The supervision that changed hands, and what stays, each with why."""

    done: list[Supervision] = field(default_factory=list)
    staying: list[tuple[Supervision, Refusal]] = field(default_factory=list)


@transaction.atomic
def hand_over_supervision(
    *, rows: Collection[Supervision], to: User, from_day: date, by: User, today: date
) -> HandedOver:
    """Let `to` supervise in place of the present supervisors, from `from_day` or a later first day on.

    Both work where `by` directs `today`, and the supervisee nowhere else. `to` has a credential in force that day for
    what the supervisee leads (R-23), or that supervision stays.
    """
    locked = list(
        Supervision.objects.filter(pk__in=[row.pk for row in rows])
        .touching(from_day, None)
        .select_for_update(of=("self",), no_key=True)
        .select_related("supervisee", "supervisor")
        .order_by("pk")
    )
    leads = lead_book([to.pk, *(row.supervisee_id for row in locked)], policy.book([], from_day))
    result, entries = HandedOver(), []
    for row in locked:
        day = max(from_day, row.starts_on)
        try:
            require(
                rules.may_lead(by, row.supervisee, today),
                rules.works_here(by, row.supervisee, today, on=day),
                rules.works_here(by, to, today, on=day, field="to"),
                rules.may_supervise(to, row.supervisee, day=day, leads=leads),
            )
        except Refusal as refusal:
            result.staying.append((row, refusal))
            continue
        content = {"from": str(day), "before": row.supervisor_id, "supervisor": to.pk}
        entries.append(Entry(action="staff.supervision_handed_over", by=by, about=row.supervisee, content=content))
        _follow(row, to, day)
        result.done.append(row)
    record_many(entries)
    return result


def _follow(row: Supervision, to: User, day: date) -> None:
    """End it the day before, or take out one not begun; `to` supervises on all its days, by rows there or new ones."""
    supervisee, until = row.supervisee, row.ends_on
    held = list(Supervision.objects.filter(supervisee=supervisee, supervisor=to).touching(day, until))
    if row.starts_on < day:
        row.ends_on = day - DAY
        row.save(update_fields=["ends_on"])
    else:
        row.delete()
    for first, last in gaps(held, day, until):
        Supervision.objects.create(supervisee=supervisee, supervisor=to, starts_on=first, ends_on=last)
