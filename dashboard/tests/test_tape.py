import pytest

from dashboard.tape import DayMinutes, tape


def kinds(drawn) -> list[tuple[str, int]]:
    return [(piece.kind, piece.minutes) for piece in drawn.pieces]


def test_the_days_lie_end_to_end_and_the_rest_is_short():
    drawn = tape([DayMinutes("Mon", counted=140), DayMinutes("Tue"), DayMinutes("Fri", planned=325)], 540)
    assert kinds(drawn) == [("counted", 140), ("planned", 325), ("short", 75)]
    assert [(piece.x, piece.width) for piece in drawn.pieces] == [
        ("0.00%", "23.33%"),
        ("23.33%", "54.17%"),
        ("77.50%", "12.50%"),
    ]
    assert [(mark.x, mark.text) for mark in drawn.days] == [("0.00%", "Mon"), ("23.33%", "Fri")]
    assert (drawn.minimum.x, drawn.minimum.text) == ("90.00%", "540 min")


@pytest.mark.parametrize(
    ("days", "short", "title"),
    [
        ([], 540, "0 minutes counted, 540 missing to the minimum of 540 min"),
        ([DayMinutes("Mon", counted=540)], 0, "540 minutes counted, the minimum of 540 min reached"),
        (
            [DayMinutes("Mon", counted=500), DayMinutes("Tue", planned=40)],
            0,
            "500 minutes counted, 40 planned, on course for the minimum of 540 min",
        ),
        ([DayMinutes("Mon", counted=539)], 1, "539 minutes counted, 1 missing to the minimum of 540 min"),
        (
            [DayMinutes("Mon", counted=90, not_logged=50, planned=30)],
            370,
            "90 minutes counted, 30 planned, 50 not logged, 370 missing to the minimum of 540 min",
        ),
    ],
)
def test_the_title_says_the_picture(days, short, title):
    drawn = tape(days, 540)
    assert (drawn.short, drawn.title) == (short, title)


def test_a_long_week_stays_inside_the_picture():
    drawn = tape([DayMinutes("Mon", counted=900), DayMinutes("Tue", planned=300)], 360)
    assert drawn.short == 0
    assert max(float(p.x[:-1]) + float(p.width[:-1]) for p in drawn.pieces) <= 100
    assert drawn.minimum.x == "27.27%"


def test_a_day_without_room_for_its_name_goes_without():
    drawn = tape([DayMinutes("Mon", counted=10), DayMinutes("Tue", counted=10), DayMinutes("Wed", counted=50)], 540)
    assert [mark.text for mark in drawn.days] == ["Mon", "Tue", "Wed"]
    assert [mark.text for mark in drawn.labels] == ["Mon"]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (DayMinutes("Mon", counted=540), "540 reached"),
        (DayMinutes("Mon", counted=539, planned=1), "on course for 540"),
        (DayMinutes("Mon", counted=400, planned=65), "75 short of 540"),
    ],
)
def test_the_chip_says_reached_only_of_what_is_counted(day, words):
    assert tape([day], 540).chip == words
