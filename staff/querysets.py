from typing import Any

from django.contrib.auth.models import UserManager as DjangoUserManager


class UserManager(DjangoUserManager):
    def create_superuser(self, username: str, email: str | None = None, password: str | None = None, **fields: Any) -> Any:
        fields["is_superuser"] = True
        return self.create_user(username, email, password, **fields)
