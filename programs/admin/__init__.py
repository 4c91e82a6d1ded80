"""Set-up of places, programs, services, postings, policy. Groups and closures are set up where sessions are known."""

from .accreditation import AccreditationAdmin
from .bases import EverybodysAdmin, InReachAdmin, PlacedAdmin, ReachAdmin, ReachForm, RelatedOnly
from .curricula import CurriculumAdmin
from .leads import LeadRuleAdmin
from .licenses import CredentialAdmin, CredentialTypeAdmin, SupervisionAdmin, TimeAwayAdmin
from .people import ColleagueAdmin, PostingAdmin
from .places import LocationAdmin, RoomAdmin
from .policy import PolicyValueAdmin
from .programs import ProgramAdmin
from .services import ServiceTypeAdmin

__all__ = [
    "AccreditationAdmin",
    "ColleagueAdmin",
    "CredentialAdmin",
    "CredentialTypeAdmin",
    "CurriculumAdmin",
    "EverybodysAdmin",
    "InReachAdmin",
    "LeadRuleAdmin",
    "LocationAdmin",
    "PlacedAdmin",
    "PolicyValueAdmin",
    "PostingAdmin",
    "ProgramAdmin",
    "ReachAdmin",
    "ReachForm",
    "RelatedOnly",
    "RoomAdmin",
    "ServiceTypeAdmin",
    "SupervisionAdmin",
    "TimeAwayAdmin",
]
