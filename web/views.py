import sys

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from . import errors, health
from .answers import UNAVAILABLE
from .doors import PUBLIC, door


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.show(request, 413 if type(exception).__name__ in {"RequestDataTooBig", "TooManyFilesSent", "TooManyFieldsSent"} else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.show(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.show(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect is 500; a database that does not answer outside a view (the session, say) is 503."""
    return errors.show(request, 503 if isinstance(sys.exc_info()[1], UNAVAILABLE) else 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return errors.show(request, 403)


@door(PUBLIC)
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@door(PUBLIC)
def readyz(request: HttpRequest) -> JsonResponse:
    try:
        problems = health.problems()
    except DatabaseError:
        problems = ["The database does not answer."]
    return JsonResponse({"status": "not ready" if problems else "ok", "problems": problems}, status=503 if problems else 200)
