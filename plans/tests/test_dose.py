import pytest

from plans.dose import Dose, Finding, tape, weekly_minutes

GROUP, ALONE, MEETING = Dose("Group", 3, 180), Dose("Alone", 1, 50), Dose("12-step", 1, 60, countable=False)


@pytest.mark.parametrize(
    ("doses", "minutes"), [([], 0), ([GROUP], 540), ([GROUP, ALONE], 590), ([GROUP, MEETING], 540), ([MEETING], 0)]
)
def test_a_week_adds_up_the_countable_services(doses, minutes):
    assert weekly_minutes(doses) == minutes


@pytest.mark.parametrize(
    ("minutes", "minimum", "short", "php"),
    [
        (539, 540, 1, False),
        (540, 540, 0, False),
        (1199, 540, 0, False),
        (1200, 540, 0, True),
        (360, 360, 0, False),
        (359, 360, 1, False),
    ],
)
def test_a_week_is_held_against_the_minimum_and_the_line_of_partial_hospitalization(minutes, minimum, short, php):
    finding = Finding(minutes, minimum, 1200)
    assert (finding.short, finding.is_partial_hospitalization) == (short, php)


def test_the_picture_lays_the_countable_doses_end_to_end_and_shows_what_is_short():
    doses = [Dose("Group", 2, 150), MEETING, Dose("Alone", 1, 60)]
    drawn = tape(doses, Finding(360, 540, 1200))
    assert [(piece.label, piece.minutes, piece.start, piece.width) for piece in drawn.pieces] == [
        ("Group", 300, 0, 50),
        ("Alone", 60, 50, 10),
    ]
    assert (drawn.gap.minutes, drawn.gap.start, drawn.gap.width, drawn.line) == (180, 60, 30, 90)


def test_a_week_that_reaches_the_minimum_has_no_gap_and_fits_the_picture():
    drawn = tape([GROUP, Dose("More", 7, 120)], Finding(1380, 540, 1200))
    assert (drawn.gap, drawn.pieces[-1].start + drawn.pieces[-1].width <= 100) == (None, True)
