import pytest
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from staff.models import User
from staff.passwords import KNOWN, KnownPasswordValidator

GOOD = "violin-harbor-eleven-moss"


def refusals(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [one.code for one in error.error_list]
    return []


def test_four_unrelated_words_pass():
    assert refusals(GOOD, User(username="rae", first_name="Rae", last_name="Lindqvist")) == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-password", "password_too_short"),
        ("correct horse battery staple", "known"),
        ("Qwertyuiop123456", "known"),
        ("the-IOP-portal-is-mine", "portal"),
        ("demo-Portal-2026", "demo"),
        ("moss-violin-lindqvist-r", "name"),
        ("abcabcabcabcabcabc", "repeats"),
    ],
)
def test_a_password_that_gives_itself_away_is_refused(password, code, settings):
    settings.DEMO = False
    assert code in refusals(password, User(username="lindqvist-r"))


def test_the_demo_password_passes_in_the_demo(settings):
    settings.DEMO = True
    KnownPasswordValidator().validate("demo-Portal-2026", User(username="rae"))


def test_every_refusal_says_what_to_do():
    with pytest.raises(ValidationError, match="Choose another"):
        KnownPasswordValidator().validate("correct horse battery staple")


def test_the_shipped_list_holds_long_passwords_only():
    lines = KNOWN.read_text().splitlines()
    assert len(lines) == len(set(lines))
    assert len(lines) > 100
    assert [line for line in lines if len(line) < 13] == []


def test_passwords_are_kept_as_argon2id():
    user = User()
    user.set_password(GOOD)
    assert identify_hasher(user.password).algorithm == "argon2"
    assert user.password.startswith("argon2$argon2id$")
