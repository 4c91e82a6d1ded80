from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit import guards


def problems() -> list[str]:
    """Why the portal should not serve, without names of tables or rows. Raises DatabaseError if none can be asked."""
    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return [f"{len(waiting)} migrations are waiting."]  # their guards cannot be in place yet
    if missing := guards.problems():
        return [f"{len(missing)} database guards are not in place."]
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        return ["The throttle table is missing."]  # nobody could sign in with a second factor
    return []
