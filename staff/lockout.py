"""The answer while a user name is locked for an address, after five wrong passwords (R-65)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MINUTES = 15


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """The same calm page for every name, known here or not."""
    answer = render(request, "account/locked_out.html", {"minutes": MINUTES}, status=429)
    answer["Retry-After"] = str(MINUTES * 60)
    return answer
