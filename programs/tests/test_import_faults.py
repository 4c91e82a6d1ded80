"""What people upload by mistake, or as a spreadsheet made it: a sentence for each line, or the timetable read right."""

import io
import zipfile
from datetime import date, time

import pytest

from programs import cells, files
from programs.actions import import_timetable
from programs.importing import REQUIRED, TimetableError
from programs.models import Group, GroupSlot, Program, TrackPhase
from programs.seeds import seed_service_types
from web.uploads import Limits, UploadError

pytestmark = pytest.mark.django_db
START = date(2026, 3, 2)
EVE = "eve,Evening IOP,substance use,adult,2.1,Skills,skill-building,patient,Tue Thu,16:15,18:45,17:00-17:10,,,,"
PAGE = Limits(bytes=256 * 1024, rows=600, cell=400)


@pytest.fixture(autouse=True)
def services():
    seed_service_types()


def text(*lines, mark=",", end="\n"):
    return end.join(line.replace(",", mark) for line in [",".join(REQUIRED), *lines])


def take(data, limits=None):
    """Import the bytes as the command and the page do; what is wrong as people read it."""
    try:
        header, rows = files.read(io.BytesIO(data if isinstance(data, bytes) else data.encode()), limits)
        import_timetable(header=header, rows=rows, program_start=START, location="", day=START, by=None)
    except UploadError as error:
        return [str(problem) for problem in error.problems]
    except TimetableError as error:
        return [str(line) for line in error.lines]
    return []


def workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


WHOLE = [
    ("empty", b"", ["The file is empty."]),
    ("blank lines", b"\r\n\r\n \r\n", ["The file is empty."]),
    ("workbook", workbook(), ["This is a workbook and not a table of text. Save it as CSV UTF-8."]),
    ("nul", text(EVE).encode() + b"\x00", ["Line 2: There is a NUL character. Save the file again as CSV UTF-8."]),
    ("5 MB", b"x" * (5 * 1024 * 1024), ["The file is larger than 256 KB. Split it."]),
    ("10,000 lines", ("timetable\n" + "x\n" * 10_000).encode(), ["Line 602: Only 600 rows are read. Split the file."]),
    ("no header", EVE.encode() + b"\n", None),
    ("header only", text().encode(), ["The file has no line. Add one for each group."]),
]


@pytest.mark.parametrize(("data", "said"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_a_file_that_is_no_timetable_is_answered_in_a_sentence_and_saves_nothing(data, said):
    found = take(data, PAGE)
    assert found == said if said is not None else "This column is not known." in found[0]
    assert not Program.objects.exists()


DAYS = "are no weekdays. Write them as Mon Tue, each once, separated by a blank."
WITHIN = "must lie within 4:15–6:45 PM and overlap no other."
WEEK = "is not a whole number from 1 to 520. Leave it empty where there is none."
SEATS = "is not a whole number from 1 to 500. Leave it empty where there is none."
PLAIN = "as a formula does. Begin with a letter or a number."
LINES = [
    ("Tue Thu", "Tues", f"weekdays: “Tues” {DAYS}"),
    ("Tue Thu", "Tue Fry", f"weekdays: “Tue Fry” {DAYS}"),
    ("18:45", "16:15", "end: 4:15 PM is not after the start, 4:15 PM. Change one of the two."),
    ("17:00-17:10", "18:40-18:50", f"breaks: The break 6:40–6:50 PM {WITHIN}"),
    ("17:00-17:10", "17:00-17:10 17:05-17:15", f"breaks: The break 5:05–5:15 PM {WITHIN}"),
    ("skill-building", "yoga", "service: There is no service “yoga”. Add it in the set-up, or correct the name."),
    ("16:15", "16:15:30", "start: “16:15:30” is not a time. Write it as 18:00."),
    (",,,,", ",1,521,,", f"week_to: “521” {WEEK}"),
    (",,,,", ",521,,,", f"week_from: “521” {WEEK}"),
    (",,,,", ",5,4,,", "week_to: Week 4 is before week 5. Change one of the two."),
    (",,,,", ",,,,501", f"capacity: “501” {SEATS}"),
    (",,,,", ",,,501,", f"min_size: “501” {SEATS}"),
    ("Skills", "=cmd|' /C calc'!A0", f"group: It begins with “=”, {PLAIN}"),
    ("Evening IOP", "@SUM(A1)", f"program: It begins with “@”, {PLAIN}"),
    ("Skills", "Ski\x07lls", "group: It holds a character that cannot be shown. Type it anew."),
    ("Skills", "S" * 81, "group: It has 81 characters; 80 fit. Shorten it."),
]


@pytest.mark.parametrize(("right", "wrong", "said"), LINES, ids=[said.partition(".")[0] for *_, said in LINES])
def test_a_bad_line_is_named_with_its_number_and_what_to_do(right, wrong, said):
    good = EVE.replace("eve,", "day,")
    assert take(text(good, EVE.replace(right, wrong))) == [f"Line 3, {said}"]
    assert not Program.objects.exists()


def test_a_line_that_is_there_twice_names_the_first():
    said = "weekdays: The group meets then in line 2 already. Take one out."
    assert take(text(EVE, EVE)) == [f"Line 3, {said}"]


def test_every_bad_line_of_a_long_file_is_named():
    lines = [EVE.replace("Skills", f"Group {number}").replace("16:15", "late") for number in range(500)]
    assert len(take(text(*lines), PAGE)) == 500


@pytest.mark.parametrize(
    "data",
    [
        text(EVE).encode("utf-8-sig"),
        text(EVE, end="\r\n").encode(),
        text(EVE, mark=";").encode(),
        text(EVE, mark="\t").encode("utf-16"),
        b"\r\n" + text(EVE, end="\r\n").encode("utf-8"),
        text(EVE.replace(",", ", ")).encode(),
    ],
    ids=["BOM", "CRLF", "semicolons", "UTF-16 with tabs", "an empty line first", "blanks"],
)
def test_what_spreadsheets_write_is_read(data):
    assert take(data) == []
    assert Group.objects.get().name == "Skills"


def test_letters_of_an_old_windows_file_are_read():
    assert take(text(EVE.replace("Skills", "Café “Mañana”")).encode("cp1252")) == []
    assert Group.objects.get().name == "Café “Mañana”"


@pytest.mark.parametrize("written", ["9:00 AM", "09:00", "9:00", "09:00:00", "9:00:00 am"])
def test_a_time_is_read_as_a_spreadsheet_writes_it(written):
    assert cells.clock(written) == time(9)
    assert take(text(EVE.replace("16:15", written))) == []
    assert set(GroupSlot.objects.values_list("start", flat=True)) == {time(9)}


@pytest.mark.parametrize("written", ["13:00 PM", "9", "9 AM", "25:00", "9:60", "-1:00", "", "9:00 XM", "9" * 400])
def test_what_is_no_time_is_refused(written):
    with pytest.raises(ValueError, match="is not a time"):
        cells.clock(written)


def test_the_largest_weeks_and_seats_are_taken():
    assert take(text(EVE.replace(",,,,", ",1,520,500,500"))) == []
    assert TrackPhase.objects.values_list("first_week", "last_week").get() == (1, 520)
    assert Group.objects.values_list("min_size", "capacity").get() == (500, 500)
