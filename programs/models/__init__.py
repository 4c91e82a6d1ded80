"""What we offer: places, programs, services, groups and their weekly slots, tracks, policy, closures."""

from .groups import Group, GroupLeader, GroupSlot
from .places import Location, Room
from .programs import Closure, PolicyValue, Posting, Program
from .services import ServiceType
from .tracks import ProgramDose, Track, TrackPhase

__all__ = [
    "Closure",
    "Group",
    "GroupLeader",
    "GroupSlot",
    "Location",
    "PolicyValue",
    "Posting",
    "Program",
    "ProgramDose",
    "Room",
    "ServiceType",
    "Track",
    "TrackPhase",
]
