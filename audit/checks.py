from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004  Django's name

from . import guards


@register(Tags.database)
def guards_in_place(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every declared guard stands in the database as declared. A warning: an error would stop migrate."""
    return [
        Warning(problem, hint="Run manage.py migrate: it puts the guards back.", id="audit.W001")
        for using in databases or []
        for problem in guards.problems(using)
    ]
