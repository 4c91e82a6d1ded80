"""Who of the cast is away in the weeks to come, and who stands in for the director."""

import datetime as dt

from programs.models import Posting, Program
from staff.choices import AwayKind
from staff.models import TimeAway, User

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


def send_away(people: dict[str, User], evening: Program, *, today: dt.date) -> None:
    """omar leads alone and has no cover; kim's group has a co-lead; kim is the deputy while dana is on vacation."""
    monday = today - today.weekday() * DAY
    next_week, week_after, vacation = (monday + weeks * WEEK for weeks in (1, 2, 3))
    TimeAway.objects.bulk_create(
        TimeAway(user=people[name], starts_on=first, ends_on=last, kind=kind)
        for name, first, last, kind in [
            ("omar", next_week + 3 * DAY, next_week + 4 * DAY, AwayKind.TRAINING),
            ("kim", week_after + 2 * DAY, week_after + 2 * DAY, AwayKind.VACATION),
            ("dana", vacation, vacation + 13 * DAY, AwayKind.VACATION),
        ]
    )
    Posting.objects.create(
        user=people["kim"], program=evening, is_deputy=True, starts_on=vacation, ends_on=vacation + 13 * DAY
    )
