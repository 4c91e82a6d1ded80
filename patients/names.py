"""How names are compared: without accents and case, by how they sound, and with room for a slip of the keys."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
APOSTROPHES = re.compile(r"['’‘`´]")
NOT_LETTERS = re.compile(r"[^\w]+|_")

# Spellings first, then letters: each is written as the consonant it sounds like; h, w, y and vowels are silent.
SPELLINGS = [
    ("tch", "s"), ("sch", "s"), ("ch", "k"), ("ph", "f"), ("sh", "s"), ("th", "t"), ("ck", "k"), ("gn", "n"),
    ("kn", "n"), ("wr", "r"), ("gh", ""), ("dg", "j"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("ge", "je"),
    ("gi", "ji"), ("gy", "jy"),
]  # fmt: skip
SILENT = dict.fromkeys("aeiouyhw", "")
SOUNDS = str.maketrans({**SILENT, "c": "k", "q": "k", "x": "ks", "z": "s", "v": "f", "g": "k", "d": "t"})
REPEATS = re.compile(r"(.)\1+")

EXACT, BEGINS, SOUNDS_ALIKE, ENOUGH = 1.0, 0.92, 0.85, 0.7


def fold(text: str) -> str:
    """Lower case, without accents, marks and apostrophes; words parted by one blank: “O’Néill-Żak” → “oneill zak”."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text)).casefold().translate(LETTERS)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(NOT_LETTERS.sub(" ", plain).split())


def sound(word: str) -> str:
    """The consonants heard in a folded word, a vowel at its start as “a”: “stephen” and “steven” → “stfn”."""
    for written, heard in SPELLINGS:
        word = word.replace(written, heard)
    first = "a" if word[:1] in tuple("aeiouy") else ""
    return first + REPEATS.sub(r"\1", word.translate(SOUNDS))


def words_column(*names: str) -> str:
    """Folded words of a name, each with a blank on both sides, so that `contains " ell"` finds a beginning."""
    return f" {fold(' '.join(names))} "


def sounds_column(*names: str) -> str:
    """The sounds of a name's words, each with a blank on both sides."""
    return f" {' '.join(filter(None, map(sound, fold(' '.join(names)).split())))} "


def likeness(asked: str, name: str) -> float:
    """How well a folded question fits a folded name, 0 to 1: the mean of the best fit of each asked word."""
    words = name.split()
    if not asked.split() or not words:
        return 0.0
    return sum(max(_fit(word, other) for other in words) for word in asked.split()) / len(asked.split())


def best_fits[Key](asked: str, names: Iterable[tuple[Key, str]], *, most: int) -> list[Key]:
    """The keys whose names fit best, best first, each once; those that do not fit are left out."""
    best: dict[Key, float] = {}
    for key, name in names:
        best[key] = max(best.get(key, 0.0), likeness(fold(asked), fold(name)))
    fitting = sorted((key for key, fit in best.items() if fit >= ENOUGH), key=lambda key: -best[key])
    return fitting[:most]


def _fit(asked: str, word: str) -> float:
    if asked == word:
        return EXACT
    if word.startswith(asked):
        return BEGINS
    close = SequenceMatcher(None, asked, word).ratio() * BEGINS
    heard = sound(asked)
    return max(close, SOUNDS_ALIKE) if len(heard) > 1 and heard == sound(word) else close
