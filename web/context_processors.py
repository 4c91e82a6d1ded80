from typing import Any

from django.conf import settings
from django.http import HttpRequest

from audit.context import current

from . import navigation


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page shows around itself. On an error page (`request.frame_is_bare`) it asks the database nothing."""
    bare = getattr(request, "frame_is_bare", False)
    user = None if bare else getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "demo": settings.DEMO,
        "request_id": current().request_id,
        "signed_in": signed_in,
        "navigation": navigation.shown_to(request) if signed_in else [],
    }
