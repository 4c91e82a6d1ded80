"""Reads the environment and refuses a missing or wrong value with one plain sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import environ
from cryptography.fernet import Fernet

PLACEHOLDERS = ("change-me", "changeme", "secret", "insecure")


class Environment(environ.Env):
    """`environ.Env` whose every error is the sentence an operator needs, and ends the start."""

    def value(self, name: str, kind: Callable[..., Any], default: Any) -> Any:
        """The variable `name` read by `kind` (`self.bool`, `self.list`, …); ends the start when it cannot be read."""
        try:
            return kind(name, default=default)
        except (ValueError, TypeError, environ.ImproperlyConfigured) as error:
            return stop(f"{name} cannot be read: {error}")

    def switch(self, name: str, *, default: bool) -> bool:
        """An on/off variable. Anything but on, off, yes, no, true, false, 1, 0 ends the start."""
        text = self.str(name, default="on" if default else "off").strip().lower()
        if text in {"on", "yes", "true", "1"}:
            return True
        if text in {"off", "no", "false", "0", ""}:
            return False
        return stop(f"{name} is “{text}”; it must be on or off.")

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """Django's settings of one database. Anything but SQLite and PostgreSQL ends the start."""
        url = self.str(name, default=default)
        if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
            stop(f"{name} must name SQLite (sqlite:///…) or PostgreSQL (postgres://…).")
        return self.db_url_config(url)

    def mailer(self, name: str, *, default: str) -> dict[str, Any]:
        """One entry of Django's MAILERS, from `smtp+tls://user:password@host:587`, `consolemail://` and the like."""
        config = self.email_url_config(self.str(name, default=default))
        options = {
            "host": config["EMAIL_HOST"],
            "port": config["EMAIL_PORT"],
            "username": config["EMAIL_HOST_USER"],
            "password": config["EMAIL_HOST_PASSWORD"],
            "use_tls": config.get("EMAIL_USE_TLS", False),
            "use_ssl": config.get("EMAIL_USE_SSL", False),
        }
        smtp = config["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
        return {"BACKEND": config["EMAIL_BACKEND"], "OPTIONS": options if smtp else {}}

    def secret(self, name: str, *, at_least: int = 32) -> str:
        """A secret of `at_least` characters; there is no default."""
        text = self.str(name, default="")
        if not text:
            stop(f"{name} is not set. Set it in the environment or in .env, or start the demo with `make run`.")
        if len(text) < at_least or text.lower().startswith(PLACEHOLDERS):
            stop(f"{name} is too easy to guess: it must be {at_least} random characters or more.")
        return text

    def field_keys(self, name: str) -> list[str]:
        """Fernet keys, newest first, separated by commas."""
        keys = [key.strip() for key in self.secret(name).split(",")]
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                stop(f"{name} must be Fernet keys (32 bytes, URL-safe base64) separated by commas.")
        return keys


def load(base: Path) -> Environment:
    """The environment, with what `.env` in `base` adds. ENV_FILE names another file, and empty none."""
    env = Environment()
    env_file = env.str("ENV_FILE", default=str(base / ".env"))
    if env_file and Path(env_file).is_file():
        env.read_env(env_file)
    return env


def stop(sentence: str) -> NoReturn:
    """End the start with one sentence and no traceback."""
    raise SystemExit(f"The portal does not start: {sentence}")
