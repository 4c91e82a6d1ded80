"""Two texts, word by word: what each has that the other has not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 3000  # words and gaps of one text; comparing takes time in the product of both


@dataclass(frozen=True)
class Piece:
    """A stretch of one text: `same` in both, `new` (only here, or newer), or `old` (replaced in the other)."""

    kind: str
    text: str


def compare(mine: str, theirs: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces. Where they differ at one place theirs is newer; texts too long to compare stay whole."""
    left, right = _words(mine), _words(theirs)
    if max(len(left), len(right)) > LONGEST:
        return [Piece("same", mine)], [Piece("same", theirs)]
    mine_pieces, their_pieces = [], []
    for kind, start, end, other_start, other_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        mine_kind = {"equal": "same", "replace": "old"}.get(kind, "new")
        mine_pieces.append(Piece(mine_kind, "".join(left[start:end])))
        their_pieces.append(Piece("same" if kind == "equal" else "new", "".join(right[other_start:other_end])))
    return _filled(mine_pieces), _filled(their_pieces)


def _words(text: str) -> list[str]:
    """Words and the gaps between them, so that joining gives the text back."""
    return re.findall(r"\s+|[^\s]+", text)


def _filled(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.text]
