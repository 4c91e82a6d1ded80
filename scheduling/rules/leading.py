"""May this person lead it, by the lead matrix and the license of that day (R-30)?"""

from collections.abc import Iterable
from datetime import date

from programs.choices import LeaderRole
from programs.leading import Verdict
from programs.models import GroupLeader, Program
from staff.models import User
from web.refusals import Refusal

NEVER = frozenset({"no_credential", "not_qualified", "co_lead_only"})
INSTEAD = {
    "expired": "or record the renewal first",
    "no_credential": "or record the credential first",
    "no_supervisor": "or record who supervises first",
}


def leader_qualifies(leader: User, verdict: Verdict, *, field: str = "leader") -> Refusal | None:
    """Nobody is planned for what their credential does not carry; the sentence says what does."""
    if verdict.may:
        return None
    instead = INSTEAD.get(verdict.code)
    return Refusal(
        f"{leader} {verdict.reason}. Choose another leader{f', {instead}' if instead else ''}.",
        code=verdict.code,
        rule="R-30",
        field=field,
    )


def part_may_be_set(person: User, verdict: Verdict, *, role: str, field: str) -> Refusal | None:
    """For a series the matrix alone refuses; what has expired may be set, and its later sessions need cover (R-30)."""
    if verdict.code not in NEVER:
        return None
    as_co_lead = verdict.code == "co_lead_only" and role == LeaderRole.LEAD
    instead = "Choose another lead, or make them the co-lead" if as_co_lead else "Choose somebody else"
    return Refusal(f"{person} {verdict.reason}. {instead}.", code=verdict.code, rule="R-30", field=field)


def no_longer_there(*, field: str) -> Refusal:
    """What was offered when the page was opened is gone meanwhile."""
    return Refusal("This is no longer there to choose. Choose again.", code="no_longer_there", field=field)


def two_people(lead: int | None, co_lead: int | None, *, field: str) -> Refusal | None:
    """Nobody has both parts of one group."""
    if lead is None or lead != co_lead:
        return None
    return Refusal(
        "The lead cannot be the co-lead as well. Choose another co-lead, or leave it empty.",
        code="leads_twice",
        field=field,
    )


def nobody_twice(rows: Iterable[GroupLeader], day: date) -> Refusal | None:
    """Nor on a later day, by rows that were set before."""
    ahead = [row for row in rows if row.ends_on is None or row.ends_on >= day]
    for row in ahead:
        for other in ahead:
            if row.role < other.role and row.user_id == other.user_id and _overlap(row, other):
                later = max(row.starts_on, other.starts_on)
                return Refusal(
                    f"{row.user} would be lead and co-lead of {row.group} on {later:%b} {later.day}, {later.year}. "
                    "Choose somebody else for one of the two.",
                    code="leads_twice",
                )
    return None


def _overlap(row: GroupLeader, other: GroupLeader) -> bool:
    return (row.ends_on is None or other.starts_on <= row.ends_on) and (
        other.ends_on is None or row.starts_on <= other.ends_on
    )


def changes_from(day: date, program: Program, today: date) -> Refusal | None:
    """Who led before today is history."""
    first = max(today, program.opens_on)
    if day >= first and (program.retired_on is None or day < program.retired_on):
        return None
    if day < first:
        why = "the program opens then" if first > today else "who led before stays on record"
        said = f"Choose a day from {first:%b} {first.day}, {first.year} on: {why}."
    else:
        said = f"{program} is retired on that day. Choose an earlier one."
    return Refusal(said, code="day_outside", field="day")
