import logging
import sys

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from . import answers, errors, health
from .doors import PUBLIC, door

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.show(request, answers.status_of(exception) or 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.show(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.show(request, 404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return errors.show(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """What no view could answer: raised by middleware, by loading the session, or by a defect (500)."""
    return errors.show(request, answers.status_of(sys.exc_info()[1]) or 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The reason is for the log; people get what they can do about it."""
    logger.warning("A form was refused: %s", reason)
    return errors.show(request, 403, words=errors.FORM_TOO_OLD)


@door(PUBLIC)
def healthz(request: HttpRequest) -> JsonResponse:
    """The process is alive; says nothing of the database."""
    return JsonResponse({"status": "ok"})


@door(PUBLIC)
def readyz(request: HttpRequest) -> JsonResponse:
    """The portal can serve: the database answers, migrations and guards are in place."""
    try:
        problems = health.problems()
    except Error:
        problems = ["The database does not answer."]
    return JsonResponse(
        {"status": "not ready" if problems else "ok", "problems": problems}, status=503 if problems else 200
    )
