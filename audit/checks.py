from typing import Any

from django.core.checks import Error, Tags, register

from . import guards


@register(Tags.database)
def guards_in_place(databases: list[str] | None = None, **kwargs: Any) -> list[Error]:
    """Every declared guard stands in the database as declared."""
    return [
        Error(problem, hint="Run manage.py migrate: it puts the guards back.", id="audit.E001")
        for using in databases or []
        for problem in guards.problems(using)
    ]
