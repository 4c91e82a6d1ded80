"""Times the main requests and verbs in one run and prints each median as a ratio to a bare request.

Ratios of one run can be compared between machines and days; single times cannot.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS, WARM_UP = 60, 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ |= {"DEMO": "on", "STATIC_ROOT": str(Path(folder) / "static"), "ALLOWED_HOSTS": "localhost"}
        import django

        django.setup()
        measure(prepare())


def prepare() -> dict[str, Callable[[], object]]:
    """A filled demo and what is measured on it; the first is the bare request."""
    from django.core.management import call_command
    from django.db import transaction
    from django.test import Client

    from audit.actions import Entry, record, record_many
    from patients.models import Episode
    from programs.models import Program
    from scheduling.models import Session
    from staff.models import User

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_demo", stdout=open(os.devnull, "w"))  # noqa: SIM115  lives as long as the process
    rae, dana = User.objects.get(username="rae"), User.objects.get(username="dana")
    program = Program.objects.get(code="matrix")
    episode = Episode.objects.filter(program__code="matrix", status="admitted").order_by("pk").first()
    session = Session.objects.filter(group__name="Relapse Prevention", logged_at__isnull=False).order_by("-day").first()
    signed_out, signed_in, director = (Client(headers={"host": "localhost"}) for _ in range(3))
    signed_in.force_login(rae)
    director.force_login(dana)

    def one_event() -> None:
        with transaction.atomic():
            record(action="bench.one", by=rae)

    def twelve_events() -> None:
        with transaction.atomic():
            record_many([Entry(action="bench.many", by=rae) for _ in range(12)])

    return {
        "bare request (/healthz)": lambda: signed_out.get("/healthz"),
        "sign-in page": lambda: signed_out.get("/account/login/"),
        "today": lambda: signed_in.get("/"),
        "list of patients": lambda: signed_in.get("/patients/"),
        "chart": lambda: signed_in.get(f"/patients/{episode.patient_id}/"),
        "attendance of a group": lambda: signed_in.get(f"/sessions/{session.pk}/attendance/"),
        "worklist: needs cover": lambda: director.get("/worklists/needs-cover/"),
        "leaders and rooms": lambda: director.get(f"/programs/{program.pk}/staffing/"),
        "fit to open": lambda: director.get(f"/programs/{program.pk}/opening/"),
        "policy in force": lambda: director.get(f"/programs/{program.pk}/policy/"),
        "weekly template": lambda: director.get(f"/admin/programs/program/{program.pk}/template/"),
        "one audit event": one_event,
        "twelve audit events": twelve_events,
    }


def measure(subjects: dict[str, Callable[[], object]]) -> None:
    """Run every subject in turn, so that noise falls on all of them, and print medians."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for round_number in range(ROUNDS + WARM_UP):
        for name, subject in subjects.items():
            start = time.perf_counter()
            subject()
            if round_number >= WARM_UP:
                times[name].append(time.perf_counter() - start)
    bare = statistics.median(next(iter(times.values())))
    print(f"{'':<30} median ms   ratio to the bare request")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:<30} {median * 1000:9.2f}   {median / bare:.1f}")


if __name__ == "__main__":
    main()
