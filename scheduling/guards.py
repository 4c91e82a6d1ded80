from dataclasses import dataclass

from audit.installed import Piece, Trigger


@dataclass(frozen=True)
class NeverDeleted:
    """Rows may change and stay for good: no delete, no truncate."""

    def pieces(self, table: str, vendor: str) -> list[Piece]:
        message = f"{table} rows are never deleted"
        deleted = Trigger(f"{table}_never_deleted", table, "BEFORE DELETE", message, each="ROW")
        if vendor != "postgresql":
            return [deleted]
        return [deleted, Trigger(f"{table}_never_truncated", table, "BEFORE TRUNCATE", message, each="STATEMENT")]
