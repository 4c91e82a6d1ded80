"""What stands around every view: the request's number, the headers, the doors, and the answers to exceptions."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import resolve

from audit.context import entered

from . import addresses, answers, trail
from .doors import mark_of

METHODS = ["GET", "HEAD", "POST", "OPTIONS"]

logger = logging.getLogger(__name__)

type Next = Callable[[HttpRequest], HttpResponseBase]


class RequestContextMiddleware:
    """Gives the request a number, finds the client, and believes forwarding headers of trusted proxies only."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        addresses.forget_claims(request)
        with entered(secrets.token_hex(6), addresses.of(request)) as context:
            response = self.get_response(request)
        response["X-Request-Id"] = context.request_id
        return response


class NoStoreMiddleware:
    """No page is kept by a browser or a proxy. Static files are answered before this and carry their own headers."""

    HEADERS = {
        "Cache-Control": "private, no-store",
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for header, value in self.HEADERS.items():
            response[header] = value
        return response


class DoorMiddleware:
    """Deny by default: a view opens only to those its mark admits."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match or resolve(request.path_info)
        mark = mark_of(match)
        if mark is None:
            logger.error("The view of route %s has no mark and is refused.", match.view_name)
            raise PermissionDenied
        if not mark.public and not request.user.is_authenticated:
            return answers.signed_out(request)
        if not mark.admits(request.user):
            trail.closed_door(match.view_name, by=request.user)
            raise PermissionDenied
        return _answer_to_method(request)


class AnswersMiddleware:
    """Turns what a view raises into its answer: a refusal, two versions, a second submit, a database that is away."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answers.to(request, exception)


def _answer_to_method(request: HttpRequest) -> HttpResponse | None:
    """A view of ours shows on GET and changes on POST: no other method may reach it and be taken for one of them."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
    return None if request.method in METHODS else HttpResponseNotAllowed(METHODS)
