"""What was tried and refused, kept in the audit trail after the verb was rolled back."""

import logging
from typing import Any

from django.db import Error, transaction

from audit.actions import record, record_read

from .refusals import Refusal

logger = logging.getLogger(__name__)


def refused(refusal: Refusal, *, by: Any) -> None:
    """Record that a rule said no to `by`: which rule, about whom, and never the sentence, which may name people."""
    logger.info("Refused: %s %s", refusal.code, refusal.rule)
    content = {"code": refusal.code, "rule": refusal.rule}
    _keep("refused", by, content, about=refusal.about, patients=refusal.patients)


def refused_at_form(refusal: Refusal, *, by: Any) -> None:
    """The same from a form of the admin, which answers inside a transaction of its own and keeps it.

    What the refusal is about is named once it is saved.
    """
    logger.info("Refused: %s %s", refusal.code, refusal.rule)
    about = refusal.about if refusal.about is not None and refusal.about.pk else None
    content = {"code": refusal.code, "rule": refusal.rule}
    record(action="refused", by=by, outcome="refused", about=about, patients=refusal.patients, content=content)


def closed_door(route: str, *, by: Any) -> None:
    """Record that `by` has not the permission of a page."""
    logger.info("Closed to this role: %s", route)
    _keep("refused", by, {"code": "closed_door", "route": route})


def out_of_reach(route: str, *, by: Any) -> None:
    """Record that `by` asked for a row that is not theirs to see, or not there; which one, its number would say."""
    logger.info("Out of reach: %s", route)
    _keep("refused", by, {"code": "out_of_reach", "route": route})


def not_offered(route: str, fields: list[str], *, by: Any) -> None:
    """Record that `by` sent a form a choice it did not offer: which fields, and never what was sent."""
    logger.info("Not offered: %s %s", route, ", ".join(fields))
    person = by if by.is_authenticated else None
    content = {"code": "not_offered", "route": route, "fields": fields}
    with transaction.atomic():
        record(action="refused", by=person, outcome="refused", content=content)


def _keep(action: str, by: Any, content: dict[str, str], **more: Any) -> None:
    """Nothing was done or shown, so the refusal stands even where it cannot be recorded."""
    person = by if by is not None and by.is_authenticated else None
    try:
        record_read(action=action, by=person, outcome="refused", content=content, **more)
    except Error:
        logger.exception("A refusal could not be recorded.")
