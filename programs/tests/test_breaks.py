"""Breaks are read as people and files write them, and said as people read them."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError

from programs.breaks import check_breaks, read_breaks, say_breaks, write_breaks
from programs.fields import BreaksField

EVENING = [(time(17, 45), time(17, 55))]


@pytest.mark.parametrize(
    "text",
    ["17:45-17:55", "5:45–5:55 PM", "5:45 PM - 5:55 PM", "5:45pm-5:55pm", "5:45 p.m. to 5:55 p.m.", "5:45 PM-5:55"],
)
def test_a_break_is_read_as_files_and_people_write_it(text):
    assert read_breaks(text) == EVENING


def test_a_break_around_noon_begins_in_the_morning():
    assert read_breaks("11:50–12:05 PM") == [(time(11, 50), time(12, 5))]
    assert read_breaks("12:05-12:15 PM") == [(time(12, 5), time(12, 15))]


@pytest.mark.parametrize("text", ["9:00-9:10 10:00-10:10", "9:00–9:10 AM, 10:00–10:10 AM", "09:00-09:10;10:00-10:10"])
def test_several_breaks_are_read_after_a_comma_or_a_blank(text):
    assert write_breaks(read_breaks(text)) == "09:00-09:10 10:00-10:10"


def test_breaks_are_said_as_people_read_them_and_read_again():
    said = say_breaks(read_breaks("11:50-12:05 17:45-17:55"))
    assert said == "11:50 AM–12:05 PM, 5:45–5:55 PM"
    assert write_breaks(read_breaks(said)) == "11:50-12:05 17:45-17:55"
    assert read_breaks(" ") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("19:15", "“19:15” is not a break. Write it as 7:15–7:30 PM or 19:15-19:30; several are separated by a comma."),
        ("7pm-8pm", "“7pm-8pm” is not a break."),
        ("5:30 PM for 10 minutes", "“5:30 PM for 10 minutes” is not a break."),
        ("17:45-17:55x", "“17:45-17:55x” is not a break."),
        ("25:00-26:00", "“25:00-26:00” is not a break."),
        ("17:45-5:55 PM", "“17:45-5:55 PM” is not a break."),
        ("x" * 200, f"“{'x' * 40}…” is not a break."),
        ("19:30-19:15", "The break “19:30-19:15” must end after it starts."),
        ("19:15-19:15", "The break “19:15-19:15” must end after it starts."),
    ],
)
def test_breaks_that_cannot_be_read_are_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValueError, match="break") as refused:
        read_breaks(text)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("text", ["17:50-18:10", "19:20-19:40", "18:30-18:45 18:40-18:50"])
def test_breaks_outside_the_group_or_over_one_another_are_refused(text):
    with pytest.raises(ValueError, match="must lie within 6:00–7:30 PM"):
        check_breaks(time(18), time(19, 30), read_breaks(text))


def test_a_field_of_breaks_keeps_them_as_files_do_and_shows_them_as_people_read_them():
    field = BreaksField(required=False)
    assert (field.clean("5:45–5:55 PM"), field.clean("")) == ("17:45-17:55", "")
    assert (field.prepare_value("17:45-17:55"), field.prepare_value("soon")) == ("5:45–5:55 PM", "soon")
    assert not field.has_changed("17:45-17:55", "5:45–5:55 PM")
    with pytest.raises(ValidationError, match="“soon” is not a break"):
        field.clean("soon")
