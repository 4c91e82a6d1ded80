"""The page of two versions: what it shows, and what it sends again."""

import re
from typing import Any

from django.http import HttpRequest

from .diffs import compare
from .refusals import Stale

NEVER_REPEATED = re.compile(r"^csrfmiddlewaretoken$|passw", re.IGNORECASE)


def both_texts(request: HttpRequest, stale: Stale) -> dict[str, Any]:
    """For the template: each field in pieces, and the sent form with the newer version in it.

    `again` is empty where the form cannot be sent a second time: it held files, or the row has no version to name.
    """
    texts = [(side.label, *compare(side.mine, side.theirs)) for side in stale.sides]
    return {
        "stale": stale,
        "mine": [(label, pieces) for label, pieces, _ in texts],
        "theirs": [(label, pieces) for label, _, pieces in texts],
        "again": [] if request.FILES or stale.version is None else list(_sent(request, stale.version)),
        "address": request.get_full_path(),
    }


def _sent(request: HttpRequest, version: int) -> list[tuple[str, str]]:
    return [
        (name, str(version) if name.rpartition("-")[2] == "version" else value)
        for name, values in request.POST.lists()
        if not NEVER_REPEATED.search(name)
        for value in values
    ]
