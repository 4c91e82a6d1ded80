"""Fixtures for every room's tests; the makers are in each room's tests/factories.py."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker

from iopportal.tests import browser as real_browser
from iopportal.tests import databases, environment


@pytest.fixture(scope="session")
def database_template(django_db_setup: None, django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[str]:
    with django_db_blocker.unblock(), databases.seeded_template(worker_id) as template:
        yield template


@pytest.fixture
def own_database(database_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A committed, seeded database for this test alone, on either engine; other threads see it too."""
    with django_db_blocker.unblock(), databases.own_database(database_template) as name:
        yield name


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not real_browser.executable():
        pytest.skip(real_browser.HOW_TO_GET_IT)
    with real_browser.launched() as browser:
        yield browser


@pytest.fixture
def portal(own_database: str) -> Iterator[str]:
    """The address of the portal, served for real over the test's own database."""
    with real_browser.served() as address:
        yield address


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail when any test was skipped")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--no-skips") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    environment.close()
