import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.db import connection
from django.utils import timezone

from web.fields import EncryptedTextField, UnreadableField, decrypt, encrypt
from web.models import ServerDraft


def make_draft(**fields):
    return ServerDraft.objects.create(user_id=1, address="/notes/1/", fields=fields, kept_at=timezone.now())


def test_the_database_holds_nothing_readable(db):
    draft = make_draft(text=["He named two triggers."])
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM web_serverdraft")
        stored = cursor.fetchone()[0]
    assert "triggers" not in stored
    assert ServerDraft.objects.get(pk=draft.pk).fields == {"text": ["He named two triggers."]}


def test_keys_rotate_without_touching_the_rows(settings):
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    before = encrypt("He named two triggers.")
    settings.FIELD_KEYS = [new, old]
    after = encrypt("He named three.")
    assert (decrypt(before), decrypt(after)) == ("He named two triggers.", "He named three.")
    settings.FIELD_KEYS = [new]
    assert decrypt(after) == "He named three."


def test_a_missing_key_is_named_as_the_reason(settings):
    before = encrypt("He named two triggers.")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UnreadableField, match="FIELD_KEYS does not hold the key"):
        decrypt(before)


def test_an_encrypted_field_cannot_be_searched(db):
    with pytest.raises(FieldError, match="fields is encrypted"):
        ServerDraft.objects.filter(fields="x").exists()
    assert ServerDraft.objects.filter(fields__isnull=True).exists() is False


def test_text_and_nothing_come_back_as_they_were():
    field = EncryptedTextField()
    assert field.from_db_value(field.get_prep_value("“Überall”\n"), None, None) == "“Überall”\n"
    assert (field.get_prep_value(None), field.from_db_value(None, None, None)) == (None, None)
