from typing import Any

from django import template

from programs import deputies
from programs.models import Program

register = template.Library()


@register.simple_tag(takes_context=True)
def holds(context: Any, permission: str, program: Program | int | None) -> bool:
    """Whether the page's user has the permission in the program, as that program's own pages ask; `perms` cannot say.

    Use it as `{% holds "room.permission" program as may %}`; False without a program.
    """
    return deputies.holds_in(context["user"], permission, program) if program else False
