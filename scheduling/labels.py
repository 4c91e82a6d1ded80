"""What a group is called, by who reads it: the front desk reads public labels, which hint at no diagnosis (R-68)."""

from programs.deputies import holds_in
from programs.models import Group
from programs.querysets import Person

from .models import Session

SEE_THEMES = "scheduling.see_group_themes"


def group_label(group: Group, user: Person | None) -> str:
    """The name for whoever may see what groups are about, else the public label; without a user, the name."""
    if user is None or holds_in(user, SEE_THEMES, group.program_id):
        return group.name
    return group.public_label or f"{group.program} group"


def service_label(group: Group, user: Person | None) -> str:
    """The kind of service, which may hint at a diagnosis too: nothing for whoever reads public labels."""
    return str(group.service) if user is None or holds_in(user, SEE_THEMES, group.program_id) else ""


def session_label(session: Session, user: Person | None) -> str:
    """What a session is called: its group, or its service."""
    return group_label(session.group, user) if session.group else str(session.service)
