"""May this be done now? Each gives a Refusal with its sentence, or None."""

from .attendance import (
    correction_has_reason,
    day_has_come,
    is_closed,
    left_after_arriving,
    may_log,
    somebody_is_marked,
    takes_place,
)
from .leading import changes_from, leader_qualifies, no_longer_there, nobody_twice, part_may_be_set, two_people
from .memberships import (
    adds_something,
    dates_ordered,
    episode_may_join,
    membership_may_end,
    not_a_member_then,
    seats_and_time_free,
    taken_back,
)
from .planning import (
    booked_apart,
    closure_may_go,
    episode_may_be_planned,
    family_is_there,
    may_lead_it,
    relatives_may_attend,
    times_make_sense,
    visitor_may_attend,
)

__all__ = [
    "adds_something",
    "booked_apart",
    "changes_from",
    "closure_may_go",
    "correction_has_reason",
    "dates_ordered",
    "day_has_come",
    "episode_may_be_planned",
    "episode_may_join",
    "family_is_there",
    "is_closed",
    "leader_qualifies",
    "left_after_arriving",
    "may_lead_it",
    "may_log",
    "membership_may_end",
    "no_longer_there",
    "nobody_twice",
    "not_a_member_then",
    "part_may_be_set",
    "relatives_may_attend",
    "seats_and_time_free",
    "somebody_is_marked",
    "taken_back",
    "takes_place",
    "times_make_sense",
    "two_people",
    "visitor_may_attend",
]
