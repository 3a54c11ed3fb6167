"""What every test may use: people with their logins, a browser, errands done at once, servers, and no Internet."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client as Visitor
from django.test import TransactionTestCase
from django.utils import translation

from lib import freezing
from people.models import Activity, Business, Role, User
from tests import make

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
collect_ignore = [] if connection.vendor == "sqlite" else ["test_migrations_sqlite.py"]
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


hypothesis.settings.register_profile("quick", deadline=None, max_examples=300)  # a busy machine is no bug
hypothesis.settings.register_profile("deep", deadline=None, max_examples=10_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# The run ---------------------------------------------------------------------------------------------------------
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> Any:
    """In CI, a test that is skipped because something is not installed proves nothing: it fails."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped, which CI does not allow: {report.longrepr}"
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser or servers, and begin with it: it is long, and mostly waits."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & {"browser", "page", "open_page"}:
            item.add_marker("browser")
        if names & {"postgresql_url", "redis_url"}:
            item.add_marker("services")
    items.sort(key=lambda item: not {"browser", "services"} & {mark.name for mark in item.iter_markers()})


@pytest.fixture(autouse=True)
def french() -> None:
    """Start each test in the site's first language, whatever the last page of the test before was in."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session", autouse=True)
def no_internet() -> Iterator[None]:
    """Let the tests talk to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"localhost", "127.0.0.1", "::1"}:
            raise RuntimeError(f"A test tried to reach {address}.")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers() -> Iterator[None]:
    """Our triggers refuse the flush that ends a transactional test: lift them for that moment."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def melted_flush(self: TransactionTestCase) -> None:
        with freezing.melted(connection):
            flush(self)

    TransactionTestCase._fixture_teardown = melted_flush  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]


# Who -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def business(db: None) -> Business:
    return make.business()


@pytest.fixture
def activity(business: Business) -> Activity:
    return make.activity(business=business)


@pytest.fixture
def freelancer(activity: Activity) -> User:
    """Owns the business."""
    return make.member(activity.business, Role.OWNER, email="lise@example.org", name="Lise Potager")


@pytest.fixture
def teammate(activity: Activity) -> User:
    """Has another activity in the same business: sees nothing of the first one's."""
    other = make.activity(business=activity.business, name="Graphisme")
    return make.member(activity.business, Role.FREELANCER, other, email="sami@example.org", name="Sami Pinceau")


@pytest.fixture
def accountant(activity: Activity) -> User:
    return make.member(activity.business, Role.ACCOUNTANT, email="nour@example.org", name="Nour Compte")


@pytest.fixture
def stranger(db: None) -> User:
    """Has a business of their own."""
    elsewhere = make.business(slug="elsewhere", legal_name="Alix Ailleurs EI")
    make.activity(business=elsewhere)
    return make.member(elsewhere, Role.OWNER, email="alix@example.org", name="Alix Ailleurs")


def logged_in(user: User) -> Visitor:
    visitor = Visitor()
    visitor.force_login(user)
    return visitor


@pytest.fixture
def as_freelancer(freelancer: User) -> Visitor:
    return logged_in(freelancer)


@pytest.fixture
def as_teammate(teammate: User) -> Visitor:
    return logged_in(teammate)


@pytest.fixture
def as_accountant(accountant: User) -> Visitor:
    return logged_in(accountant)


@pytest.fixture
def as_stranger(stranger: User) -> Visitor:
    return logged_in(stranger)


@pytest.fixture
def as_anonymous(db: None) -> Visitor:
    return Visitor()


# What --------------------------------------------------------------------------------------------------------------
@pytest.fixture
def run_errands(db: None) -> Callable[..., int]:
    """Return a function that does at once every errand that is due, those that they bring too, and says how many."""
    return make.run_errands


# Servers -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    from tests.services import servers

    try:
        with servers.postgresql() as url:
            yield url
    except servers.NotInstalled as missing:
        pytest.skip(f"{missing} is not installed")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    from tests.services import servers

    try:
        with servers.redis() as url:
            yield url
    except servers.NotInstalled as missing:
        pytest.skip(f"{missing} is not installed")


# Browser -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium, the system's, which finds no other machine than this one."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a browser of its own: as whom, how wide, with JavaScript or not."""
    contexts = []

    def open_one(user: User | None = None, *, width: int = 1280, height: int = 900, javascript: bool = True) -> Any:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            accept_downloads=True,
        )
        contexts.append(context)
        if user is not None:
            session = logged_in(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    return open_page()
