from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit import guards


def problems() -> list[str]:
    """Why the portal should not serve: unapplied migrations, guards that are not in place. Raises DatabaseError."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return (["Migrations are waiting."] if waiting else []) + guards.problems()
