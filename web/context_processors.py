from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from audit.context import current

from . import navigation


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page shows around itself. The navigation asks for the user's permissions only where it is drawn."""
    return {
        "demo": settings.DEMO,
        "request_id": current().request_id,
        "navigation": SimpleLazyObject(lambda: navigation.shown_to(request)),
    }
