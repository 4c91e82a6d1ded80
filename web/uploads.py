"""The one uploader: a limit on what comes in, and a table read with every mistake named by line and column."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

DELIMITERS = (",", ";", "\t")
SHOWN = 50
ZIP = b"PK\x03\x04"


class BoundedUploadHandler(FileUploadHandler):
    """Stops uploads that are together larger than UPLOAD_MAX_BYTES (413), before they fill the disk."""

    received = 0

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803
        if content_length > settings.UPLOAD_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The upload is too large.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_MAX_BYTES:
            raise StopUpload(connection_reset=True)  # closes the files; what follows is not read
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the next handler."""

    def upload_complete(self) -> None:
        if self.received > settings.UPLOAD_MAX_BYTES:
            raise RequestDataTooBig("The upload is too large.")


@dataclass(frozen=True)
class Limits:
    """How much of a table is read: bytes of the file, rows below the header, columns, characters of a cell."""

    bytes: int = 5 * 1024 * 1024
    rows: int = 5000
    columns: int = 60
    cell: int = 4000


@dataclass(frozen=True)
class Problem:
    """One mistake. `line` counts from 1 as an editor does, 0 is the file as a whole; `column` may be empty."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = ", ".join(filter(None, [f"Line {self.line}" if self.line else "", self.column]))
        return f"{where}: {self.reason}" if where else self.reason


class UploadError(Exception):
    """A table cannot be taken. `problems` are all that were found; `shown` says the first fifty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems[:SHOWN])))
        self.problems = list(problems)

    @property
    def shown(self) -> list[str]:
        more = len(self.problems) - SHOWN
        return [*map(str, self.problems[:SHOWN]), *([f"And {more} more."] if more > 0 else [])]


@dataclass(frozen=True)
class Row:
    """One row of a table: the line it begins on and its cells, trimmed, by column name."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_table(
    file: IO[Any], *, columns: Iterable[str], required: Iterable[str] = (), limits: Limits | None = None
) -> list[Row]:
    """Read a table with a header from an open file, binary or text, its delimiter one of `, ;` and tab.

    `columns` may be in the header, in any order and case; `required` must be, and a row must fill them. Rows without
    any text are left out. Raises UploadError with every mistake there is.
    """
    limits, known = limits or Limits(), list(columns)
    text = _text(file, limits)
    delimiter = _delimiter(text, known)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = _lines(reader)
    try:
        header = _header(next(lines, (1, []))[1], known, list(required), limits)
        rows, problems = _rows(lines, header, set(required), limits)
    except csv.Error as error:
        raise UploadError([Problem(reader.line_num, "", _csv_reason(error, limits))]) from None
    if problems:
        raise UploadError(problems)
    return rows


def _text(file: IO[Any], limits: Limits) -> str:
    data = file.read(limits.bytes + 1)
    if len(data) > limits.bytes:
        raise _whole(f"The file is larger than {limits.bytes // 1024:,} KB. Split it.")
    text = data if isinstance(data, str) else _decoded(data)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise UploadError([Problem(line, "", "There is a NUL character. Save the file again as CSV UTF-8.")])
    if not text.strip():
        raise _whole("The file is empty.")
    return text


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Windows writes in the United States."""
    if data.startswith(ZIP):
        raise _whole("This is a workbook and not a table of text. Save it as CSV UTF-8.")
    utf_16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if utf_16 else ["utf-8-sig", "cp1252"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _whole("The file's letters cannot be read. Save it as CSV UTF-8.")


def _delimiter(text: str, known: list[str]) -> str:
    """The one that finds the most known columns in the first line."""
    first = text.lstrip("\r\n").partition("\n")[0]
    names = set(map(_folded, known))
    return max(DELIMITERS, key=lambda mark: len({_folded(cell.strip('" \r')) for cell in first.split(mark)} & names))


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each record that says anything, with the line it begins on."""
    begins = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


def _header(cells: list[str], known: list[str], required: list[str], limits: Limits) -> list[str]:
    """The columns in the file's order, as `known` spells them. Raises UploadError for all that is wrong with them."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > limits.columns:
        raise _whole(f"The header has {len(cells)} columns; {limits.columns} are read.")
    spelled = {_folded(name): name for name in known}
    header = [spelled.get(_folded(cell), cell) for cell in cells]
    problems = [Problem(1, cell, "This column is not known.") for cell in header if cell not in known]
    problems += [
        Problem(1, name, "This column is there twice.") for name in dict.fromkeys(header) if header.count(name) > 1
    ]
    problems += [Problem(1, name, "This column is missing.") for name in required if name not in header]
    if problems:
        raise UploadError(problems)
    return header


def _rows(
    lines: Iterator[tuple[int, list[str]]], header: list[str], required: set[str], limits: Limits
) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in lines:
        if len(rows) == limits.rows:
            problems.append(Problem(line, "", f"Only {limits.rows:,} rows are read. Split the file."))
            break
        problems += _mistakes(line, cells, header, required, limits)
        rows.append(Row(line, dict(zip(header, cells, strict=False))))
    return rows, problems


def _mistakes(line: int, cells: list[str], header: list[str], required: set[str], limits: Limits) -> Iterator[Problem]:
    if len(cells) < len(header) or any(cells[len(header) :]):
        yield Problem(line, "", f"There are {len(cells)} cells where the header has {len(header)}.")
        return
    for column, cell in zip(header, cells, strict=False):
        if len(cell) > limits.cell:
            yield Problem(line, column, f"The text is longer than {limits.cell:,} characters.")
        if column in required and not cell:
            yield Problem(line, column, "This cell is empty.")


def _csv_reason(error: csv.Error, limits: Limits) -> str:
    if "field limit" in str(error):
        return f"A cell is longer than {limits.cell:,} characters. Is a quotation mark missing?"
    return "The quotation marks do not match."


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").split())


def _whole(reason: str) -> UploadError:
    return UploadError([Problem(0, "", reason)])
