import pytest

from web.diffs import LONGEST, Piece, compare


@pytest.mark.parametrize(
    ("mine", "theirs", "mine_pieces", "their_pieces"),
    [
        ("no change", "no change", [Piece("same", "no change")], [Piece("same", "no change")]),
        (
            "He named one trigger.",
            "He named two triggers.",
            [Piece("same", "He named "), Piece("old", "one"), Piece("same", " "), Piece("old", "trigger.")],
            [Piece("same", "He named "), Piece("new", "two"), Piece("same", " "), Piece("new", "triggers.")],
        ),
        (
            "He came. He left.",
            "He came.",
            [Piece("same", "He came."), Piece("new", " He left.")],
            [Piece("same", "He came.")],
        ),
        ("", "He came.", [], [Piece("new", "He came.")]),
    ],
)
def test_two_texts_are_compared_word_by_word(mine, theirs, mine_pieces, their_pieces):
    assert compare(mine, theirs) == (mine_pieces, their_pieces)


def test_texts_too_long_to_compare_stay_whole():
    long = "word " * LONGEST
    assert compare(long, "short") == ([Piece("same", long)], [Piece("same", "short")])
