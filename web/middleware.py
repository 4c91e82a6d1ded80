import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

from audit.context import entered

from . import addresses, answers
from .doors import mark_of

logger = logging.getLogger(__name__)

type Next = Callable[[HttpRequest], HttpResponseBase]


class RequestContextMiddleware:
    """Gives the request a number, finds the client, and believes forwarding headers of trusted proxies only."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not addresses.trusted(request.META.get("REMOTE_ADDR", "")):
            for header in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"):
                request.META.pop(header, None)
        with entered(uuid.uuid4().hex[:12], addresses.of(request)) as context:
            response = self.get_response(request)
        response["X-Request-Id"] = context.request_id
        return response


class NoStoreMiddleware:
    """No page is kept by a browser or a proxy; static files carry their own headers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Cache-Control"] = "private, no-store"
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
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
        if mark.public:
            return None
        if not request.user.is_authenticated:
            return answers.signed_out(request)
        if not mark.admits(request.user):
            raise PermissionDenied
        return None


class AnswersMiddleware:
    """Turns what a view raises into its answer: a refusal, two versions, a second submit, a database that cannot write."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answers.to(request, exception)
