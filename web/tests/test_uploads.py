import io

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile

from web.uploads import BoundedUploadHandler, Limits, UploadError, read_table

COLUMNS = ["Name", "Birth date", "Room"]


def read(text, **options):
    data = text.encode() if isinstance(text, str) else text
    return read_table(io.BytesIO(data), columns=COLUMNS, required=["Name"], **options)


def problems_of(text, **options):
    with pytest.raises(UploadError) as caught:
        read(text, **options)
    return caught.value.shown


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_of_every_office_program_are_read(mark, encoding, end):
    text = end.join([mark.join(["name", "ROOM", "birth_date"]), mark.join(["Zoë Müller", "2", "1990-01-02"]), ""])
    rows = read(text.encode(encoding))
    assert [(row.line, row.cells) for row in rows] == [
        (2, {"Name": "Zoë Müller", "Room": "2", "Birth date": "1990-01-02"})
    ]


def test_lines_are_counted_as_an_editor_does():
    rows = read('Name,Room\n\n"Maya\nEllison",1\nTheo Brandt,2\n')
    assert [(row.line, row["Name"], row["Birth date"]) for row in rows] == [
        (3, "Maya\nEllison", ""),
        (5, "Theo Brandt", ""),
    ]


def test_an_open_text_file_is_read_too(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("Name\nTheo Brandt\n")
    with path.open(newline="") as file:
        assert [row["Name"] for row in read_table(file, columns=COLUMNS)] == ["Theo Brandt"]


def test_every_mistake_is_named_by_line_and_column():
    assert problems_of(f"Name,Room\nA,1\n,2\nB\nC,3,4\n{'D' * 50},5\n", limits=Limits(cell=40)) == [
        "Line 3, Name: This cell is empty.",
        "Line 4: There are 1 cells where the header has 2.",
        "Line 5: There are 3 cells where the header has 2.",
        "Line 6, Name: The text is longer than 40 characters.",
    ]


def test_every_mistake_of_the_header_is_named():
    assert problems_of("Room,Room,Shoe size\n1,2,3\n") == [
        "Line 1, Shoe size: This column is not known.",
        "Line 1, Room: This column is there twice.",
        "Line 1, Name: This column is missing.",
    ]


def test_empty_cells_after_the_last_column_are_no_mistake():
    assert [row.cells for row in read("Name,Room,,\nA,1,,\n")] == [{"Name": "A", "Room": "1"}]


def test_fifty_mistakes_are_shown_and_the_rest_is_counted():
    shown = problems_of("Name,Room\n" + ",1\n" * 60)
    assert (len(shown), shown[-1]) == (51, "And 10 more.")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \n", "The file is empty."),
        (b"Name\nA\x00B\n", "Line 2: There is a NUL character."),
        (b"PK\x03\x04rest", "This is a workbook"),
        (b"Name\n\x81\x8d\n", "letters cannot be read"),
        (b"\xff\xfeN", "letters cannot be read"),
        (b'Name\n"A\n', "Line 2: The quotation marks do not match."),
        (b'Name\n"A"B\n', "Line 2: The quotation marks do not match."),
        (b"Name\n" + b"x" * 200_000, "Line 2: A cell is longer than 4,000 characters."),
        (b"x" * 30_000_000, "The file is larger than 5,120 KB."),
        (b"Name\n" + b"A\n" * 5001, "Line 5002: Only 5,000 rows are read."),
        (b"Name," + b"x," * 80, "The header has 81 columns; 60 are read."),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(data, words):
    shown = problems_of(data)
    assert words in shown[0] or f"{words}" in shown[0]
    assert len(shown) == 1


def test_an_upload_larger_than_the_portal_takes_is_413(inside, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    assert inside.post("/lookup/", {"file": SimpleUploadedFile("a.csv", b"x" * 900)}).status_code == 200
    assert inside.post("/lookup/", {"file": SimpleUploadedFile("a.csv", b"x" * 1100)}).status_code == 413


def test_several_uploads_count_together(inside, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    both = {name: SimpleUploadedFile(name, b"x" * 600) for name in ("a.csv", "b.csv")}
    assert inside.post("/lookup/", both).status_code == 413


def test_a_declared_size_far_over_the_limit_is_refused_before_anything_is_read(settings):
    settings.UPLOAD_MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000, 500
    BoundedUploadHandler().handle_raw_input(None, {}, 1500, b"")
    with pytest.raises(RequestDataTooBig):
        BoundedUploadHandler().handle_raw_input(None, {}, 1501, b"")
