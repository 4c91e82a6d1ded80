from typing import Any

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("staff/_session_script.html")
def session_script() -> dict[str, Any]:
    """The script that locks the page after idle time; for pages of signed-in people only."""
    return {"idle": settings.PORTAL_IDLE_SECONDS}
