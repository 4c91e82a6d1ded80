"""The policy profile: every key under the heading where people look for it."""

from programs import clocks

from .keys import Key, choice, clock, days_list, number, ratio, switch

DAY = 24 * 60
WEEK = 7 * DAY

SECTIONS: dict[str, list[Key]] = {
    "Hours": [
        number("min_week_minutes_adult", "Least countable time in a week, adults", 540, "minutes",
               "R-24 R-25 R-42", 0, WEEK),
        number("min_week_minutes_adolescent", "Least countable time in a week, adolescents", 360, "minutes",
               "R-06 R-24 R-25 R-42", 0, WEEK),
        number("adolescent_under_age", "Adolescent until the age of", 18, "years", "R-06 R-24 R-25 R-42", 1, 26),
        number("max_week_minutes", "Most time in a week", 1140, "minutes", "", 1, WEEK),
        number("php_minutes", "Partial hospitalization from", 1200, "minutes", "R-24 R-25", 1, WEEK),
        number("averaging_weeks", "Weeks over which hours are averaged", 1, "weeks", "R-25 R-42", 1, 12),
        choice("week_start", "The week begins on", "Sunday", ("Sunday", "Monday"), "R-42"),
        number("min_day_minutes", "Least time for a billable day", 180, "minutes", "R-43", 0, DAY),
        number("min_days_per_week", "Least days in a week", 3, "days", "", 0, 7),
        number("max_idle_days_between", "Most days in a row without a service", 3, "days", "R-34", 0, 30),
        switch("exclude_breaks", "Breaks do not count", "true", "R-25 R-42 R-43"),
        number("grace_late_minutes", "Late when later than", 10, "minutes", "R-38", 0, 120),
        number("grace_early_minutes", "Left early when earlier than", 10, "minutes", "R-38", 0, 120),
    ],
    "Group size and caseload": [
        number("group_cap_therapy", "Most in group therapy", 12, "people", "R-26 R-27", 1, 200, or_none=True),
        number("group_cap_education", "Most in an education group", 20, "people", "R-26 R-27", 1, 200, or_none=True),
        number("group_cap_multifamily", "Most in a multi-family group", None, "people", "R-26 R-27", 1, 200,
               or_none=True),
        number("hard_cap", "Most in any group, even with an override", None, "people", "R-26", 1, 200, or_none=True),
        number("group_min", "Least for a group", 2, "people", "R-28", 1, 50),
        number("caseload_max", "Caseload of a full-time clinician", 24, "patients", "R-32", 1, 500),
    ],
    "Plans and reviews": [
        clock("plan_due", "Plan due within", "14 days", clocks.PLAN, "R-12 R-16 R-49"),
        number("plan_review_days", "Plan reviewed every", 30, "days", "R-18", 1, 366),
        number("recert_days", "Physician certifies again every", 60, "days", "R-17", 1, 366),
        number("countersign_days", "Co-signed within", 10, "days", "R-22", 1, 366),
        ratio("clone_threshold", "Goals count as copied when alike from", "0.90", "R-14"),
        number("loc_max_age_days", "Oldest level-of-care assessment", 30, "days", "R-02", 1, 366),
        number("family_interval_days", "Family session every", 30, "days", "R-36", 1, 366),
        number("individual_interval_days", "Individual session every", 7, "days", "R-36", 1, 366),
        number("instrument_cadence_days", "Questionnaires every", 14, "days", "R-75", 1, 366),
        number("discharge_summary_days", "Discharge summary within", 15, "days", "R-79", 1, 366),
    ],
    "Notes": [
        clock("note_target", "Note signed within", "24 hours", clocks.NOTE, "R-52"),
        clock("note_overdue", "Note overdue after", "72 hours", clocks.NOTE, "R-52"),
        switch("note_before_next_session", "Note before the next session of the same type", "false", "R-52"),
        ratio("similarity_threshold", "Notes count as copied when alike from", "0.80", "R-51"),
        number("attendance_close_hours", "Attendance closes, after the end", 24, "hours", "R-47", 1, 2400),
    ],
    "Absences": [
        number("cancel_notice_hours", "Canceled in time until, before the start", 24, "hours", "R-39", 0, 240),
        number("makeup_window_before_days", "Made up at the earliest, before the absence", 7, "days", "R-41", 0, 366),
        number("makeup_window_after_days", "Made up at the latest, after the absence", 14, "days", "R-41", 0, 366),
        number("absence_consecutive_days", "Absence pattern: missed days in a row", 3, "days", "R-46", 1, 60),
        number("absence_window_count", "Absence pattern: missed days in its window", 3, "days", "R-46", 1, 60),
        number("absence_window_days", "Absence pattern: its window", 14, "days", "R-46", 1, 366),
        number("absence_idle_days", "Absence pattern: days without a service", 7, "days", "R-46", 1, 366),
        number("inactive_discharge_review_days", "Discharge review without a service for", 30, "days", "R-46", 1, 366),
        number("risk_no_show_due_minutes", "Outreach with raised risk, after the start", 60, "minutes", "R-46", 1, DAY),
    ],
    "Consent, payers and courts": [
        number("minor_consent_age", "Signs consents alone from the age of", 18, "years", "R-06", 10, 21),
        number("consent_default_days", "A consent lasts, unless for treatment and payment", 365, "days", "", 1, 3660),
        number("auth_warn_units", "Warn when authorized units left are", 3, "units", "R-77", 0, 1000),
        number("auth_warn_days", "Warn before an authorization ends", 7, "days", "R-77", 0, 366),
        number("court_report_emergent_days", "Court report, emergent", 3, "working days", "R-81", 1, 60),
        number("court_report_routine_days", "Court report, routine", 10, "working days", "R-81", 1, 60),
    ],
    "Licenses and access": [
        days_list("license_warn_days", "Warn before a license ends", "90,60,30,7", "R-31"),
        number("renewal_grace_days", "Grace after “renewal filed”", 30, "days", "R-30", 0, 366),
        number("btg_hours", "Emergency access ends after", 4, "hours", "R-66", 1, 240),
    ],
}  # fmt: skip
KEYS: dict[str, Key] = {key.name: key for keys in SECTIONS.values() for key in keys}
