"""The numbers found for states and payers, as presets. A key left out keeps what it has; what is no key is a note.

Sources are those under which the numbers were found; none was checked for this provider, so values begin unconfirmed.
"""

from .presets import Preset

ADULT, TEEN, UNDER = "min_week_minutes_adult", "min_week_minutes_adolescent", "adolescent_under_age"
ONE_MINIMUM = "The source gives one number of weekly hours and none for adolescents: check theirs as well."
ONE_SIZE = "The preset sets the size of therapy groups only: check whether it holds for education and families too."

PRESETS: dict[str, Preset] = {
    preset.code: preset
    for preset in [
        Preset(
            "AZ", "Arizona: AHCCCS, S9480", "AHCCCS provider update PU24047",
            {ADULT: "540", "min_day_minutes": "180", "min_days_per_week": "2", "group_cap_therapy": "8",
             "caseload_max": "16"},
            ("a weekly session with a psychiatric provider",
             "one to three individual sessions and two groups of 50 minutes or more each",
             "groups led by a behavioral health professional",
             "a prescriber on site for at least 80% of the program's time", ONE_SIZE, ONE_MINIMUM),
        ),
        Preset(
            "CA-NTP", "California: narcotic treatment programs", "9 CCR 10345",
            {"group_cap_therapy": "12", "group_min": "2", "note_overdue": "14 days"},
            ("a common goal of the group in all its members' plans",
             "12-step meetings are not counseling: leave their service type as shipped", ONE_SIZE),
        ),
        Preset(
            "CA-DMC", "California: Drug Medi-Cal", "22 CCR 51341.1",
            {ADULT: "540", "max_week_minutes": "1140", "group_cap_therapy": "12", "group_min": "2",
             "week_start": "Sunday"},
            (ONE_SIZE, ONE_MINIMUM),
        ),
        Preset(
            "DC", "District of Columbia: 22-A63", "22-A DCMR 6329, 6340",
            {ADULT: "540", TEEN: "360", UNDER: "21", "max_week_minutes": "1140"},
            ("ongoing assessment within 7 days", "a length of stay of 30 to 60 days",
             "units of 15 minutes, at most 80 a week on Level 2"),
        ),
        Preset(
            "FL", "Florida: day or night treatment", "F.A.C. 65D-30.009, 65D-30.0044",
            {ADULT: "720", "min_day_minutes": "180", "group_cap_therapy": "15", "caseload_max": "50",
             "countersign_days": "10"},
            ("the plan signed by the patient and its author; co-signed where the author is no qualified professional",
             "its own list of services for intensive outpatient programs, life skills among them", ONE_SIZE,
             ONE_MINIMUM),
        ),
        Preset(
            "IN", "Indiana: 405 IAC 5-21.5-11", "405 IAC 5-21.5-11",
            {"min_day_minutes": "180", "min_days_per_week": "3"},
            ("counseling only by licensed professionals or qualified behavioral health professionals",
             "an individualized, integrated plan", "referral to 12-step meetings as a component"),
        ),
        Preset(
            "KS", "Kansas: R03-704", "Kansas standard R03-704", {ADULT: "540", TEEN: "360", UNDER: "18"},
            ("hours of scheduled counseling",),
        ),
        Preset(
            "KY", "Kentucky: 907 KAR 15", "907 KAR 15:010", {"group_cap_therapy": "12"},
            ("units of actual face-to-face time", "every service in the plan and regularly scheduled", ONE_SIZE),
        ),
        Preset(
            "MD", "Maryland: COMAR 10.47 and 10.63", "COMAR 10.63.03.03, 10.47.02.05",
            {ADULT: "540", TEEN: "360", UNDER: "18", "max_week_minutes": "1200",
             "plan_due": "7 working days after assessment"},
            ("the assessment within two weeks", "a note after each session",
             "for outpatient care a caseload of 30 adults or 25 youths, and an update of the plan every 90 days"),
        ),
        Preset(
            "MN", "Minnesota: 245G", "Minn. Stat. 245G.06",
            {"group_cap_therapy": "16", "caseload_max": "50", "plan_due": "10 treatment days or 30 days"},
            ("treatment days counted without the day of initiation",
             "changes of the plan signed by the patient and the counselor; telehealth approval by word with a reason",
             "a weekly review, in the law of 2018", ONE_SIZE),
        ),
        Preset(
            "NC", "North Carolina: SAIOP", "NC Clinical Coverage Policy 8A (SAIOP)",
            {ADULT: "540", "max_week_minutes": "1140", "min_day_minutes": "180", "min_days_per_week": "3",
             "max_idle_days_between": "2", "group_cap_therapy": "12"},
            ("twelve in a group for each member of the staff", "a group on each service day",
             ONE_SIZE, ONE_MINIMUM),
        ),
        Preset(
            "NJ", "New Jersey: 10:161B", "N.J.A.C. 10:161B-9.2, 10:161B-10.1",
            {ADULT: "540", "group_cap_therapy": "12", "caseload_max": "24", "plan_due": "3 visits or 30 days",
             "family_interval_days": "30"},
            ("a family session each month unless contraindicated or refused",
             "a caseload of 35 in outpatient care and 12 in partial care", "a primary counselor at admission", ONE_SIZE,
             ONE_MINIMUM),
        ),
        Preset(
            "NY", "New York: 14 NYCRR 822", "14 NYCRR 822.8", {"group_cap_therapy": "15"},
            ("the plan evolving in the progress notes", "the summary of 42 CFR Part 2 and consents in the record",
             ONE_SIZE),
        ),
        Preset(
            "PA", "Pennsylvania: 28 Pa. Code 704, 709", "28 Pa. Code 704.12, 709.123",
            {ADULT: "300", "max_week_minutes": "600", "caseload_max": "35"},
            ("a family unit may count as one client of the caseload",
             "for outpatient care a review every 60 days, in a hospital every 30 days", ONE_MINIMUM),
        ),
        Preset(
            "TX", "Texas: 26 TAC 564", "26 TAC 564.901, 564.804; 26 TAC 301.361",
            {"group_cap_therapy": "16", "group_cap_education": "35", "group_cap_multifamily": "none",
             "plan_due": "5 treatment days", "note_overdue": "2 working days"},
            ("notes within two business days in mental health programs; check what holds for yours",
             "for juvenile justice a plan within 7 calendar days",
             "a qualified credentialed counselor who reviews and signs interns' plans"),
        ),
        Preset(
            "VA", "Virginia: 12VAC30-130-5090", "12VAC30-130-5090; 12VAC35-105-1730",
            {ADULT: "540", TEEN: "360", "max_week_minutes": "1140", "averaging_weeks": "4", "min_day_minutes": "180",
             "group_cap_therapy": "12"},
            ("hours as an average, without its span: four weeks is our reading",
             "for youths 2 hours a day; the portal has one least time of a day for all",
             "components each week as the plan says",
             "consultation within 24 hours by phone and 72 hours in person", ONE_SIZE),
        ),
        Preset(
            "WA", "Washington: 246-341, deferred prosecution", "WAC 246-341-0740",
            {"min_days_per_week": "3", "plan_review_days": "30", "note_before_next_session": "true",
             "court_report_emergent_days": "3", "court_report_routine_days": "10"},
            ("72 hours within 12 weeks; three sessions a week on separate days in the first four weeks",
             "groups of an hour or more", "the plan before participation", "self-help on top of the hours",
             "the days for court reports are those of a draft of 2013"),
        ),
        Preset(
            "WY", "Wyoming: chapter 4, section 12", "Wyoming rules ch. 4 sec. 12",
            {ADULT: "540", TEEN: "360", "min_days_per_week": "3", "max_idle_days_between": "3"},
            ("a stay of 8 weeks or more", "care available within two weeks of the assessment"),
        ),
        Preset(
            "MT", "Montana (obsolete)", "Mont. Admin. R. 37.27.138 (repealed)",
            {ADULT: "600", "max_week_minutes": "1800"},
            ("utilization review at three weeks", "completion at 90% of the required sessions"),
            is_obsolete=True,
        ),
        Preset(
            "LCD-L33632", "Medicare: LCD L33632 (NGS)", "LCD L33632", {"group_cap_therapy": "12"},
            ("groups (90853) of 45 to 60 minutes", "the number of participants in the record"),
        ),
    ]
}  # fmt: skip
