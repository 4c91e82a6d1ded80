"""What we offer: places, programs, services, groups and their weekly slots, tracks, curricula, policy, closures."""

from .curricula import Curriculum, Topic
from .groups import Group, GroupLeader, GroupSlot
from .places import Location, Room
from .programs import Accreditation, Closure, PolicyValue, Posting, Program
from .services import LeadRule, ServiceType
from .tracks import ProgramDose, Track, TrackPhase

__all__ = [
    "Accreditation",
    "Closure",
    "Curriculum",
    "Group",
    "GroupLeader",
    "GroupSlot",
    "LeadRule",
    "Location",
    "PolicyValue",
    "Posting",
    "Program",
    "ProgramDose",
    "Room",
    "ServiceType",
    "Topic",
    "Track",
    "TrackPhase",
]
