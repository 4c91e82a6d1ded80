"""Whom we serve: people and their names, episodes and the care team."""

from .episodes import CareTeamMember, Episode
from .people import Patient, PatientName, RelatedPerson

__all__ = ["CareTeamMember", "Episode", "Patient", "PatientName", "RelatedPerson"]
