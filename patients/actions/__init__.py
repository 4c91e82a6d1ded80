"""The verbs: find under lock, refuse, change, check, record."""

from .care_teams import HandedOver, change_primary, hand_over_places, hand_over_primaries
from .episodes import (
    Person,
    accept_episode,
    add_related_person,
    begin,
    move_admission,
    refer,
    settle_admissions,
)

__all__ = [
    "HandedOver",
    "Person",
    "accept_episode",
    "add_related_person",
    "begin",
    "change_primary",
    "hand_over_places",
    "hand_over_primaries",
    "move_admission",
    "refer",
    "settle_admissions",
]
