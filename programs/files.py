"""A timetable as a file: its text in, the header and numbered rows of the import out, and back."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import IO, Any

from web.uploads import Limits, Problem, UploadError, read_table

from .importing import OPTIONAL, REQUIRED, Numbered

COLUMNS = [*REQUIRED, *OPTIONAL]


def read(file: IO[Any], limits: Limits | None = None) -> tuple[list[str], list[Numbered]]:
    """Header and rows of an open file, binary or text. Raises UploadError with all that is wrong with the table."""
    rows = read_table(file, columns=COLUMNS, limits=limits)
    if not rows:
        raise UploadError([Problem(0, "", "The file has no line. Add one for each group.")])
    return list(rows[0].cells), [(row.line, row.cells) for row in rows]


def write(header: list[str], rows: Iterable[Numbered]) -> str:
    """The text of a file of these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for _, row in rows)
    return text.getvalue()


def with_dates(
    header: list[str], rows: Iterable[Numbered], dates: Mapping[int, tuple[date | None, date | None]]
) -> tuple[list[str], list[Numbered]]:
    """The same with first and last days, by line number; a line without an entry keeps its own."""

    def cells(days: tuple[date | None, date | None]) -> dict[str, str]:
        return {name: day.isoformat() if day else "" for name, day in zip(("from", "until"), days, strict=True)}

    wide = [*header, *(name for name in ("from", "until") if name not in header)]
    return wide, [(number, {**row, **cells(dates[number])} if number in dates else row) for number, row in rows]
