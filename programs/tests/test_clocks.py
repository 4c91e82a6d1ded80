import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.clocks import MOST, NOTE, PLAN, Anchor, Clock, NotAClock, Span, Unit

DAYS, HOURS, WORKING, VISITS, TREATMENT = Unit.DAYS, Unit.HOURS, Unit.WORKING_DAYS, Unit.VISITS, Unit.TREATMENT_DAYS


@pytest.mark.parametrize(
    ("grammar", "text", "spans"),
    [
        (PLAN, "14 days", [Span(14, DAYS)]),
        (PLAN, "7 working days after assessment", [Span(7, WORKING, Anchor.ASSESSMENT)]),
        (PLAN, "3 visits or 30 days", [Span(3, VISITS), Span(30, DAYS)]),
        (PLAN, "10 treatment days or 30 days", [Span(10, TREATMENT), Span(30, DAYS)]),
        (PLAN, "5 service days", [Span(5, TREATMENT)]),
        (PLAN, "7 days or 7 days after assessment", [Span(7, DAYS), Span(7, DAYS, Anchor.ASSESSMENT)]),
        (PLAN, "  1  Visit ", [Span(1, VISITS)]),
        (PLAN, "14 day", [Span(14, DAYS)]),
        (PLAN, "14\u00a0days", [Span(14, DAYS)]),
        (PLAN, "7 work days", [Span(7, WORKING)]),
        (PLAN, "7 calendar days", [Span(7, DAYS)]),
        (PLAN, "3 VISITS\tOR\n30 Days", [Span(3, VISITS), Span(30, DAYS)]),
        (PLAN, "366 days", [Span(366, DAYS)]),
        (NOTE, "24 hours", [Span(24, HOURS)]),
        (NOTE, "1 hour", [Span(1, HOURS)]),
        (NOTE, "72 hours", [Span(72, HOURS)]),
        (NOTE, "2 business days", [Span(2, WORKING)]),
        (NOTE, "14 days", [Span(14, DAYS)]),
        (NOTE, "2400 hours", [Span(2400, HOURS)]),
    ],
)
def test_a_clock_is_read_into_its_spans(grammar, text, spans):
    assert grammar.read(text) == Clock(tuple(spans))


@pytest.mark.parametrize(
    ("grammar", "text", "words"),
    [
        (PLAN, "", f"Write {PLAN}."),
        (PLAN, "within 14 days", f"“within 14 days” is not a span. Write {PLAN}."),
        (PLAN, "next session", "“next session” is not a span. Write a number of days, working days, visits or treat"),
        (PLAN, "1e3 days", "is not a span"),
        (PLAN, "+14 days", "is not a span"),
        (PLAN, "1,000 days", "is not a span"),
        (PLAN, "１４ days", "is not a span"),
        (PLAN, "14\u200bdays", "is not a span"),
        (PLAN, "14 days after", "is not a span"),
        (PLAN, "14 dayss", "is not a span"),
        (PLAN, "14 working  business days", "is not a span"),
        (PLAN, "3 visits, 30 days", "is not a span"),
        (PLAN, "2 or 3 days", "“2” is not a span"),
        (PLAN, "or 3 days", "“or 3 days” is not a span"),
        (PLAN, "1" * 5000 + " days", "“" + "1" * 60 + "” is not a span"),
        (PLAN, "000000 days", "Write from 1 to 366 days"),
        (PLAN, "14 days or 14 calendar days", "Write only that one"),
        (NOTE, "before next session", "Write a number of hours, days or working days, or two of these with “or”"),
        (PLAN, "14", "is not a span"),
        (PLAN, "days", "is not a span"),
        (PLAN, "14 d", "is not a span"),
        (PLAN, "3 visits/30 d", "is not a span"),
        (PLAN, "3 visits or", "is not a span"),
        (PLAN, "-3 days", "is not a span"),
        (PLAN, "2.5 days", "is not a span"),
        (PLAN, "١٤ days", "is not a span"),
        (PLAN, "14 fortnights", "is not a span"),
        (PLAN, "9999999 days", "is not a span"),
        (PLAN, "before next session", "is not a span"),
        (PLAN, "0 days", "Write from 1 to 366 days"),
        (PLAN, "367 days", "Write from 1 to 366 days"),
        (PLAN, "261 working days", "Write from 1 to 260 working days"),
        (PLAN, "101 visits", "Write from 1 to 100 visits"),
        (PLAN, "24 hours", "This does not count hours. Write a number of days, working days, visits or treatment days"),
        (PLAN, "7 days after lunch", "This does not count after lunch"),
        (PLAN, "14 days or 30 days", "Write only that one"),
        (PLAN, "2 business days or 3 working days", "Write only that one"),
        (PLAN, "3 visits or 30 days or 2 treatment days", "at most two spans"),
        (NOTE, "3 visits", "This does not count visits"),
        (NOTE, "2 treatment days", "This does not count treatment days"),
        (NOTE, "7 days after assessment", "This does not count after assessment"),
        (NOTE, "2401 hours", "Write from 1 to 2400 hours"),
    ],
)
def test_what_is_no_clock_is_refused_with_what_to_write(grammar, text, words):
    with pytest.raises(NotAClock) as caught:
        grammar.read(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("grammar", "text", "written"),
    [
        (NOTE, "2 BUSINESS days", "2 working days"),
        (NOTE, "1 hours", "1 hour"),
        (PLAN, "1 service days or 014 day", "1 treatment day or 14 days"),
    ],
)
def test_a_clock_is_written_in_one_way(grammar, text, written):
    assert str(grammar.read(text)) == written


@st.composite
def clocks(draw):
    spans = st.builds(
        lambda unit, after, share: Span(1 + int(share * (MOST[unit] - 1)), unit, after),
        st.sampled_from(PLAN.units),
        st.sampled_from(Anchor),
        st.floats(0, 1),
    )
    return Clock(tuple(draw(st.lists(spans, min_size=1, max_size=2, unique_by=lambda span: (span.unit, span.after)))))


@given(clocks())
def test_a_written_clock_is_read_as_itself_and_fits_its_column(clock):
    assert PLAN.read(str(clock)) == clock
    assert len(str(Clock(clock.spans[:1]))) <= 60


@given(st.text(max_size=80))
def test_any_text_is_a_clock_or_refused(text):
    try:
        clock = PLAN.read(text)
    except NotAClock:
        return
    assert PLAN.read(str(clock)) == clock
