"""Invented names, enough for any size: no two of the first 2,500 people share both parts."""

GIVEN = [
    "Maya", "Theo", "Priya", "Walter", "Lena", "Dominic", "Ruth", "Jonah", "Celia", "Andre", "Sofia", "Graham",
    "Nadia", "Marcus", "Ingrid", "Felix", "Amara", "Owen", "Tessa", "Ravi", "Bianca", "Hugo", "Selma", "Victor",
    "Wanda", "Elias", "Farah", "Gustav", "Hazel", "Ivan", "Jade", "Kofi", "Luz", "Milo", "Nora", "Otis", "Petra",
    "Quinn", "Rosa", "Silas", "Talia", "Uma", "Vera", "Wes", "Xenia", "Yusuf", "Zora", "Abel", "Britt", "Cyrus",
]  # fmt: skip
FAMILY = [
    "Ellison", "Brandt", "Raman", "Kosinski", "Abara", "Vance", "Hallam", "Pike", "Montrose", "Baptiste",
    "Lindqvist", "Oyelaran", "Castellan", "Duvall", "Eastgate", "Farrow", "Gallant", "Hendry", "Iverson", "Jessop",
    "Kettering", "Lockhart", "Marlowe", "Norwood", "Okonjo", "Pemberton", "Quist", "Ravenel", "Sorensen", "Tilden",
    "Underhill", "Valdane", "Westbrook", "Yardley", "Zabriskie", "Ashdown", "Birchall", "Corliss", "Delacourt",
    "Emberly", "Fairfax", "Greaves", "Holloway", "Ingram", "Juniper", "Kingsley", "Larkspur", "Merriman",
    "Nightingale", "Orchard",
]  # fmt: skip
RELATIVES = ["Anna", "Paul", "June", "Carl", "Edith", "Noel", "Irene", "Saul"]


def person(number: int) -> tuple[str, str]:
    """Given and family name of the person of this number, counted from 0."""
    return GIVEN[number % len(GIVEN)], FAMILY[(number * 7 + number // len(GIVEN)) % len(FAMILY)]
