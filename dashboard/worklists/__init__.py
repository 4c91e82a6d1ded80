"""What is due and why: each worklist a name, a question and the sentence that says why a row is there."""

from staff.models import User
from web.lists import Empty

from . import licenses, sessions
from .frame import Row, Worklist, count_in_words, programs_of

LEADS_OR_MANAGES = ("scheduling.lead_session", sessions.MANAGE)

WORKLISTS = [
    Worklist(
        name="not-logged",
        title="Not logged",
        lede="Past sessions of the last two weeks whose attendance nobody has saved.",
        nothing=Empty("Every session of the last two weeks is logged.", "A session appears here once it is over."),
        rows=sessions.not_logged,
        permissions=LEADS_OR_MANAGES,
    ),
    Worklist(
        name="needs-cover",
        title="Needs cover",
        lede="Sessions of the next twelve weeks with nobody set to lead them who may.",
        nothing=Empty(
            "Every session of the next twelve weeks has a leader who may lead it.",
            "A session appears here when a license ends before it, or nobody is set to lead it.",
        ),
        rows=sessions.needs_cover,
        permissions=LEADS_OR_MANAGES,
    ),
    Worklist(
        name="time-away",
        title="Time away",
        lede="Sessions of the next twelve weeks whose leader is away, with nobody else set for them.",
        nothing=Empty(
            "Nobody is away without cover in the next twelve weeks.",
            "A session appears here when its leader is away and nobody else who may lead it is set.",
        ),
        rows=sessions.time_away,
        permissions=LEADS_OR_MANAGES,
    ),
    Worklist(
        name="clashes",
        title="Clashes",
        lede="Sessions of the next twelve weeks whose room, leader or member another session has.",
        nothing=Empty(
            "No session of the next twelve weeks clashes with another.",
            "Publishing keeps a session that clashes, and it waits here until somebody settles it.",
        ),
        rows=sessions.standing_clashes,
        permissions=LEADS_OR_MANAGES,
    ),
    Worklist(
        name="licenses",
        title="Licenses",
        lede="Your own, those of the people you supervise, and those of the people you direct.",
        nothing=Empty("Every license is in order.", "A license appears here 90 days before it ends."),
        rows=licenses.due,
    ),
]

__all__ = ["WORKLISTS", "Row", "Worklist", "count_in_words", "named", "open_to", "programs_of"]


def open_to(user: User) -> list[Worklist]:
    """The lists somebody may open, in the order of the page."""
    return [worklist for worklist in WORKLISTS if worklist.is_open_to(user)]


def named(name: str) -> Worklist | None:
    return next((worklist for worklist in WORKLISTS if worklist.name == name), None)
