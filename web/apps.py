from django.apps import AppConfig
from django.db.models import fields


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        """Call the empty choice of every list what it asks for; Django offers this place for it."""
        fields.BLANK_CHOICE_LABEL = "Choose"
