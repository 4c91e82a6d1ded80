import pytest

from patients import names


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Maya Ellison", "maya ellison"),
        ("  José   Ñáñez ", "jose nanez"),
        ("O’Néill-Żak", "oneill zak"),
        ("Łukasz Sørensen", "lukasz sorensen"),
        ("Weiß", "weiss"),
        ("李 娜", "李 娜"),
        ("...", ""),
    ],
)
def test_a_name_is_folded_to_plain_words(written, folded):
    assert names.fold(written) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("stephen", "steven"),
        ("catherine", "kathryn"),
        ("ellison", "elyson"),
        ("philip", "fillip"),
        ("geoffrey", "jeffrey"),
        ("shawn", "sean"),
        ("schmidt", "smith"),
        ("knight", "night"),
        ("garcia", "garsia"),
    ],
)
def test_spellings_that_sound_alike_share_a_sound(one, other):
    assert names.sound(one) == names.sound(other)


@pytest.mark.parametrize(("one", "other"), [("maya", "rae"), ("ellison", "allen"), ("omar", "homer"), ("tran", "dart")])
def test_names_that_differ_sound_different(one, other):
    assert names.sound(one) != names.sound(other)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("Maya Ellison", True),
        ("ellison", True),
        ("Ell", True),
        ("maya elison", True),
        ("Ellsion", True),
        ("Mya Ellison", True),
        ("Ellison Maya", True),
        ("Maja Elison", True),
        ("Maya Brandt", False),
        ("Mo Ellison", False),
        ("Mo", False),
        ("Ellen", False),
        ("", False),
    ],
)
def test_a_slip_of_the_keys_still_fits(asked, fits):
    assert (names.likeness(names.fold(asked), "maya ellison") >= names.ENOUGH) is fits


def test_the_best_name_of_each_person_counts_and_the_best_person_comes_first():
    rows = [(1, "Maya Ellison"), (2, "Mayra Elson"), (1, "Maya Brandt"), (3, "Theo Brandt")]
    assert names.best_fits("maya ellison", rows, most=20) == [1, 2]


def test_no_more_people_are_given_than_asked_for():
    rows = [(number, "Maya Ellison") for number in range(30)]
    assert names.best_fits("maya", rows, most=20) == list(range(20))


def test_columns_have_a_blank_around_each_word_so_that_beginnings_are_found():
    assert names.words_column("Ana María", "O'Neill") == " ana maria oneill "
    assert names.sounds_column("Steven", "Knight") == " stfn nt "
