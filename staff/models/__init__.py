"""Who works here: accounts and invitations; licenses, supervision and time away."""

from .accounts import Invitation, User
from .licenses import Credential, CredentialType, Supervision, TimeAway

__all__ = ["Credential", "CredentialType", "Invitation", "Supervision", "TimeAway", "User"]
