"""How long a session lives (R-64): when it began, when it was last used, whether it is locked.

All times are seconds since the epoch. The three values stand in the session itself, on the server.
"""

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

BEGAN, SEEN, LOCKED = "began_at", "last_seen_at", "locked"
WRITE_EVERY = 60


def begin(session: SessionBase, now: int) -> None:
    """Start the clocks of a session that was just signed in."""
    session[BEGAN] = session[SEEN] = now
    session.pop(LOCKED, None)


def has_begun(session: SessionBase) -> bool:
    return BEGAN in session and SEEN in session


def is_over(session: SessionBase, now: int) -> bool:
    """Whether the session has reached its absolute end, `PORTAL_SESSION_SECONDS` after sign-in."""
    return bool(now - session[BEGAN] >= settings.PORTAL_SESSION_SECONDS)


def is_locked(session: SessionBase, now: int) -> bool:
    """Whether the session was locked, or nobody has used it for `PORTAL_IDLE_SECONDS`."""
    return bool(session.get(LOCKED) or now - session[SEEN] >= settings.PORTAL_IDLE_SECONDS)


def touch(session: SessionBase, now: int) -> None:
    """Note that the session is in use. Written at most once a minute, so a lock may come up to a minute early."""
    if now - session[SEEN] >= WRITE_EVERY:
        session[SEEN] = now


def lock(session: SessionBase) -> bool:
    """Lock the session; whether it was open before."""
    was_open = not session.get(LOCKED)
    session[LOCKED] = True
    return was_open


def unlock(session: SessionBase, now: int) -> None:
    """Open the same session again; its absolute end stays."""
    session.pop(LOCKED, None)
    session[SEEN] = now
