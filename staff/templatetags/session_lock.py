from typing import Any

from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("staff/_session_places.html")
def session_places() -> dict[str, Any]:
    """What portal.js needs to lock the page after idle time; for pages of signed-in people only."""
    return {"idle": settings.PORTAL_IDLE_SECONDS}
