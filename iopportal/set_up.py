"""The first page of the admin: the way through a program's set-up, in the order in which a director takes it."""

from staff.site import Section, Step

SET_UP: list[Section] = [
    Section(
        "Places and programs",
        "Where people meet, and what is offered there.",
        [
            Step("programs.location", "A place and its clock."),
            Step("programs.room", "Where groups meet; one group at a time."),
            Step("programs.program", "What it treats, for whom, from when; its weekly template is made from here."),
            Step("programs.accreditation", "What a program or place is licensed and accredited for, and until when."),
        ],
    ),
    Section(
        "Services and rules",
        "What follows from each kind of service, and which values hold.",
        [
            Step("programs.servicetype", "What counts toward hours, needs a leader, and needs a note."),
            Step("programs.leadrule", "Whose license may lead which service (R-30)."),
            Step("scheduling.attendancestatus", "What attendance is recorded as, and what each counts for."),
            Step("programs.policyvalue", "Minimums, caps and deadlines, each from a day on and with its source."),
        ],
    ),
    Section(
        "People",
        "Who works here, where, and with which license.",
        [
            Step("staff.user", "Accounts and roles; invitations are one-time links."),
            Step("programs.posting", "Who works in which program, and who is its director's deputy."),
            Step("staff.credential", "Licenses with their last day, verified and renewed."),
            Step("staff.credentialtype", "The kinds of license, and the column of the lead matrix each gives."),
            Step("staff.supervision", "Who supervises whom, from when to when."),
            Step("staff.timeaway", "Days on which someone's sessions need cover."),
        ],
    ),
    Section(
        "Groups and calendar",
        "What meets when, what it teaches, and when nothing meets.",
        [
            Step("programs.curriculum", "Topics in the order in which a group teaches them."),
            Step("programs.group", "Weekly times, leaders and rooms; saving one publishes its sessions."),
            Step("programs.track", "Which groups a patient attends in which of their weeks."),
            Step("programs.closure", "Days on which a program, a place or everybody is closed."),
        ],
    ),
]
