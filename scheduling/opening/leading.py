"""Lines about who leads where: leaders, rooms, licenses, clashes, and the sessions themselves."""

from collections import defaultdict
from datetime import date

from programs.choices import LeaderRole
from scheduling.choices import LEADING
from scheduling.conflicts import day_in_words
from scheduling.cover import NOBODY

from .lines import Line, State, address, count, some
from .setup import Setup

CLASHES_SHOWN = 3


def leaders(facts: Setup) -> Line:
    """Every group that needs a leader has one for each of its sessions."""
    url, label = _staffing(facts)
    meeting = [item for item in facts.planned if item.group.service.needs_leader and not item.closure]
    without: dict[str, date] = {}
    for item in meeting:
        if not any(role == LeaderRole.LEAD for _, role in item.leaders):
            without.setdefault(item.group.name, item.meeting.day)
    for one in facts.uncovered:
        if NOBODY in one.reasons and one.session.group_id:
            without.setdefault(one.session.title, one.session.day)
    if without:
        from_the_start = [name for name, day in without.items() if day <= _first_of(facts, name)]
        later = [f"{name} (from {day_in_words(day)})" for name, day in without.items() if name not in from_the_start]
        said = (
            f"Nobody is set to lead {some(from_the_start)}." if from_the_start else "",
            f"Nobody leads for the whole time: {some(later)}." if later else "",
        )
        return Line(
            state=State.STOP,
            title=f"{count(len(without), 'group')} without a leader",
            reasons=tuple(filter(None, said)),
            url=url,
            label=label,
            rule="R-30",
        )
    if not meeting:
        return Line(state=State.INFO, title="Leaders", reasons=("No group that needs a leader meets yet.",))
    return Line(state=State.OK, title="Every group has a leader", reasons=(f"Through {day_in_words(facts.last)}.",))


def rooms(facts: Setup) -> Line:
    """Every group has a room, of its own or at each of its weekly times."""
    roomless = {item.group.pk for item in facts.planned if item.room_id is None}
    meeting = {item.group.pk for item in facts.planned}
    without = [
        group.name
        for group in facts.groups
        if group.pk in roomless or (group.room_id is None and group.pk not in meeting)
    ]
    if not without:
        return Line(state=State.OK if facts.groups else State.INFO, title="Every group has a room")
    url, label = _staffing(facts)
    return Line(
        state=State.DUE,
        title=f"{count(len(without), 'group')} without a room",
        reasons=(f"{some(without)}. A group that meets by telehealth needs none.",),
        url=url,
        label=label,
    )


def licenses(facts: Setup) -> Line:
    """Whoever leads may, on each of the days (R-30, R-31): for each group the first session that needs cover."""
    first: dict[tuple[str, str], date] = {}
    for one in facts.uncovered:
        for reason in one.reasons:
            if reason != NOBODY:
                first.setdefault((one.session.title, reason), one.session.day)
    if not first:
        return _carried(facts)
    by_reason: dict[str, list[str]] = defaultdict(list)
    for (group, reason), day in first.items():
        by_reason[reason].append(f"{group} from {day_in_words(day)}")
    url, label = _staffing(facts)
    return Line(
        state=State.STOP if any(one.session.day == facts.first for one in facts.uncovered) else State.DUE,
        title=f"{count(len({group for group, _ in first}), 'group')} with sessions their leader may not lead",
        reasons=tuple(f"{reason} {some(groups)}." for reason, groups in by_reason.items()),
        url=url,
        label=label,
        rule="R-30",
    )


def _carried(facts: Setup) -> Line:
    """No session needs cover; which says nothing where nobody is set to lead one."""
    if any(part.role in LEADING for session in facts.sessions for part in session.staff.all()):
        said = f"Of everyone set to lead, through {day_in_words(facts.last)}."
        return Line(state=State.OK, title="Licenses carry every session", reasons=(said,), rule="R-30")
    when = "somebody is set to lead" if facts.sessions else "sessions are published"
    return Line(state=State.INFO, title="Licenses", reasons=(f"They are judged once {when}.",), rule="R-30")


def verified(facts: Setup) -> Line:
    """Somebody here has looked up the credentials of those who lead."""
    if not facts.unverified:
        return Line(state=State.OK, title="Credentials of leaders are verified")
    return Line(
        state=State.DUE,
        title=f"{count(len(facts.unverified), 'credential')} not verified",
        reasons=(f"Look up at the board that issued it: {some(str(one) for one in facts.unverified)}.",),
        url=address("admin:staff_credential_changelist", query="standing=unverified"),
        label="Verify credentials",
        rule="R-30",
    )


def clashes(facts: Setup) -> Line:
    """Nothing waits for a room, a leader or a member that another session has. Members are counted and not named."""
    if not facts.clashes:
        return Line(state=State.OK, title="No clashes")
    days: dict[str, list[date]] = defaultdict(list)
    for one in facts.clashes:
        if not one.patients:
            days[one.sentence].append(one.session.day)
    reasons = [f"{_on(when)}: {sentence}" for sentence, when in days.items()][:CLASHES_SHOWN]
    if len(days) > CLASHES_SHOWN:
        reasons.append(f"And {len(days) - CLASHES_SHOWN} more of rooms and leaders.")
    members = sum(bool(one.patients) for one in facts.clashes)
    if members:
        reasons.append(f"In {count(members, 'session')} a member is expected elsewhere at the same time.")
    return Line(
        state=State.DUE,
        title=f"{count(len(facts.clashes), 'clash', 'clashes')} to settle",
        reasons=tuple(reasons),
        url=address("worklist", "clashes"),
        label="Settle clashes",
        rule="R-29",
    )


def published(facts: Setup) -> Line:
    """Each meeting of the weekly times is a session in the calendar."""
    known = {(session.slot_id, session.slot_day) for session in facts.sessions}
    missing = [item for item in facts.planned if item.key not in known]
    url = address("admin:programs_group_changelist", query=f"program__id__exact={facts.program.pk}")
    if not facts.planned:
        reasons = ("No group has weekly times yet, so nothing can be published.",)
        return Line(state=State.STOP, title="No sessions", reasons=reasons, url=url, label="Set up groups")
    if not missing:
        title = f"{count(len(facts.sessions), 'session')} published"
        return Line(state=State.OK, title=title, reasons=(f"Through {day_in_words(facts.last)}.",))
    return Line(
        state=State.DUE if facts.first <= facts.day else State.INFO,
        title=f"{count(len(missing), 'session')} not published yet",
        reasons=(
            f"The first is on {day_in_words(missing[0].meeting.day)}.",
            "Saving a group publishes twelve weeks ahead. Whoever runs the portal publishes later ones daily.",
        ),
        url=url,
        label="Open the groups",
    )


def _on(days: list[date]) -> str:
    """“Wed Jan 6”, or “Wed Jan 6 and 5 more days”."""
    more = len(days) - 1
    return day_in_words(days[0]) + (f" and {count(more, 'more day')}" if more else "")


def _first_of(facts: Setup, name: str) -> date:
    days = (item.meeting.day for item in facts.planned if item.group.name == name and not item.closure)
    return min(days, default=facts.first)


def _staffing(facts: Setup) -> tuple[str, str]:
    """Where leaders and rooms are set for all groups at once."""
    return address("program_staffing", facts.program.pk), "Set leaders and rooms"
