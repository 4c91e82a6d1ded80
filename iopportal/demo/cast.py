"""The people of the demo, the tests and the documentation. None of them exists."""

from dataclasses import dataclass
from decimal import Decimal

from staff.choices import Role

PASSWORD = "demo-Portal-2026"  # noqa: S105  known to everyone: the demo answers on this machine only


@dataclass(frozen=True)
class Member:
    username: str
    first_name: str
    last_name: str
    role: Role | None
    what: str
    full_time_equivalent: Decimal = Decimal("1.00")


CAST = [
    Member("admin", "Ada", "Ministrator", None, "superuser"),
    Member("dana", "Dana", "Okafor", Role.DIRECTOR, "clinical director, both locations"),
    Member("rae", "Rae", "Whitfield", Role.CLINICIAN, "clinician (LCSW), Evening IOP, Northside"),
    Member("kim", "Kim", "Tran", Role.CLINICIAN, "clinician (LPC), Evening IOP, Northside"),
    Member("omar", "Omar", "Haddad", Role.CLINICIAN, "clinician (LPC), Teen IOP, Harbor"),
    Member("ines", "Ines", "Duarte", Role.INTERN, "intern supervised by rae, Evening IOP, Northside", Decimal("0.50")),
    Member("mina", "Mina", "Sato", Role.MEDICAL, "psychiatrist, both locations", Decimal("0.40")),
    Member("cory", "Cory", "Blake", Role.CASE_MANAGER, "case manager, Evening IOP, Northside"),
    Member("ivy", "Ivy", "Lund", Role.FRONT_DESK, "front desk, Northside"),
    Member("bela", "Bela", "Novak", Role.BILLING, "billing and utilization review, both locations"),
    Member("axel", "Axel", "Brandt", Role.AUDITOR, "auditor"),
]
