"""Makes the demo provider. Deterministic: the same arguments give the same rows."""

import base64
import datetime as dt
import hashlib
import random

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from audit.actions import record
from programs.models import Program
from scheduling.actions import publish
from scheduling.actions.calendar import the_calendar
from staff.models import User

from . import places
from .absences import send_away
from .cast import CAST, PASSWORD
from .curricula import write_curricula
from .licenses import give_licenses
from .opening import plan_day_program
from .people import Stay, admit, stays
from .places import Site
from .plans import draft_plans
from .weeks import live_through

PATIENTS, WEEKS = 64, 8


class DatabaseNotEmpty(Exception):
    """The demo refuses a database that holds other data."""


def fill(
    *, today: dt.date, patients: int = PATIENTS, weeks: int = WEEKS, seed: int = 1, mfa: bool = False
) -> dict[str, str]:
    """Make the whole demo as of noon of `today`: `patients` people over the past `weeks` and twelve weeks to come.

    The same arguments give the same rows. With `mfa` each of the cast has a TOTP secret; returns the secrets by sign-in
    name (empty without). Raises DatabaseNotEmpty where there are accounts already. All or nothing.
    """
    with the_calendar():
        if User.objects.exists():
            raise DatabaseNotEmpty(
                "This database holds accounts already. Load the demo into an empty one; nothing was changed."
            )
        make_cast()
        secrets = give_second_factors() if mfa else {}
        provide(today=today, patients=patients, weeks=weeks, rng=random.Random(seed))  # noqa: S311  a demo
        record(action="demo.loaded", by=None, content={"today": today.isoformat(), "patients": patients, "seed": seed})
    return secrets


def provide(*, today: dt.date, patients: int, weeks: int, rng: random.Random) -> None:
    """Places, people and what happened, site by site, until there are as many patients as asked for."""
    start = today - dt.timedelta(days=today.weekday(), weeks=weeks)
    end = today + dt.timedelta(weeks=12)
    people = {user.username: user for user in User.objects.all()}
    programs: dict[str, Program] = {}
    everyone: dict[Site, list[Stay]] = {}
    for site in places.sites():
        left = patients - sum(map(len, everyone.values()))
        if left <= 0 and len(everyone) > 1:
            break
        programs[site.name] = places.open_site(site, start=start, today=today)
        everyone[site] = stays(today=today, weeks=weeks, rng=rng)[:left]
    set_up(programs, people, start=start, end=end, today=today)
    for site, here in everyone.items():
        program = programs[site.name]
        at = dt.datetime.combine(today, dt.time(12), program.location.zone)
        treated = admit(site, program, here, people, today=today, rng=rng)
        live_through(site, program, treated, people, at=at, rng=rng)
        draft_plans(site, program, treated, people, at=at)


def set_up(
    programs: dict[str, Program], people: dict[str, User], *, start: dt.date, end: dt.date, today: dt.date
) -> None:
    """What a director sets up around the timetables, and the sessions that follow from it."""
    evening = programs["Northside"]
    places.post_staff(programs, people, start=start)
    places.set_policy(programs, start=start)
    places.accredit(programs, start=start, today=today)
    places.close_holidays(start=start, end=end, today=today)
    give_licenses(people, start=start, today=today)
    send_away(people, evening, today=today)
    write_curricula(evening)
    publish(first=start, last=end, by=None, at=dt.datetime.combine(start, dt.time(0), dt.UTC))
    plan_day_program(evening.location, people, today=today)
    places.label_groups()


def make_cast() -> None:
    """The accounts, each in the group of its role."""
    groups = {group.name: group for group in Group.objects.all()}
    hashed = User(username="demo")
    hashed.set_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=member.username,
            first_name=member.first_name,
            last_name=member.last_name,
            email=f"{member.username}@demo.invalid",
            password=hashed.password,
            is_superuser=member.role is None,
            full_time_equivalent=member.full_time_equivalent,
        )
        for member in CAST
    )
    membership = User.groups.through
    membership.objects.bulk_create(
        membership(user=user, group=groups[member.role])
        for user, member in zip(users, CAST, strict=True)
        if member.role
    )


def give_second_factors() -> dict[str, str]:
    """A fixed TOTP secret for each of the cast, derived from the sign-in name."""
    secrets = {}
    for user in User.objects.order_by("pk"):
        secret = base64.b32encode(hashlib.sha256(f"demo-{user.username}".encode()).digest()[:20]).decode()
        data = {"secret": get_adapter().encrypt(secret)}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
        secrets[user.username] = secret
    return secrets
