"""What the cast's licenses say (R-30, R-31): numbers are invented, and every date is so many days from today."""

import datetime as dt
from dataclasses import dataclass

from staff.models import Credential, CredentialType, Supervision, User

STATE = "NJ"
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class License:
    """Someone's credential: the days it still runs, who looked it up at the board (nobody: not yet), days of a term."""

    username: str
    type: str
    number: str
    days_left: int
    verified_by: str = "dana"
    renewal_filed_days_ago: int | None = None
    evidence: str = ""
    term: int = 730


LICENSES = [
    License("dana", "LCSW", "44-SC-05100", 540, verified_by="admin"),
    License("rae", "LCSW", "44-SC-05217", 410),
    License("kim", "LPC", "37-PC-00846", 45),
    License("omar", "LPC", "37-PC-00912", 300),
    License("ines", "Intern", "", 200, term=365),
    License(
        "mina", "MD", "25-MA-03388", 5, renewal_filed_days_ago=16, evidence="Board receipt 58214, in the staff file"
    ),
    License("cory", "BHT", "BH-20471", 640, verified_by=""),
]


def give_licenses(people: dict[str, User], *, start: dt.date, today: dt.date) -> None:
    """Credentials for everyone who leads, valid since the demo's first day at least; ines is supervised by rae."""
    types = {row.name: row for row in CredentialType.objects.all()}
    Credential.objects.bulk_create(
        credential(held, types[held.type], people, start=start, today=today) for held in LICENSES
    )
    Supervision.objects.create(supervisee=people["ines"], supervisor=people["rae"], starts_on=start)


def credential(
    held: License, kind: CredentialType, people: dict[str, User], *, start: dt.date, today: dt.date
) -> Credential:
    last = today + held.days_left * DAY
    row = Credential(user=people[held.username], type=kind, number=held.number, expires_on=last)
    row.issued_on = min(last - held.term * DAY, start - 30 * DAY)
    row.state = STATE if held.number else ""
    if held.verified_by:
        row.verified_on, row.verified_by = row.issued_on + 7 * DAY, people[held.verified_by]
    if held.renewal_filed_days_ago is not None:
        row.renewal_filed_on = today - held.renewal_filed_days_ago * DAY
        row.renewal_filed_by, row.renewal_evidence = people["dana"], held.evidence
    return row
