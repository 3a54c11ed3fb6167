"""The whole path in a real Chromium: an offer, a quote, a mail, a yes on a phone, invoices, receipts, the archive."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from people.models import Activity, Business, Role, User
from tests import make
from tests.journeys.walking import DESK, LINK, PHONE, Clock, Walker

PASSWORD = "courgette ronde de Nice"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def activity() -> Activity:
    return make.activity(business=make.business(slug="lise-potager"))


def person(business: Business, role: Role, email: str, name: str) -> User:
    someone = make.member(business, role, email=email, name=name)
    someone.set_password(PASSWORD)
    someone.save()
    EmailAddress.objects.create(user=someone, email=email, verified=True, primary=True)
    return someone


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_an_offer_to_the_accountants_archive(
    javascript: bool, activity: Activity, open_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Clock(make.NOW, monkeypatch)
    person(activity.business, Role.OWNER, "lise@example.org", "Lise Potager")
    person(activity.business, Role.ACCOUNTANT, "nour@example.org", "Nour Compte")
    lise = Walker(open_page, width=DESK["width"], javascript=javascript)
    sign_in(lise, "lise@example.org")
    write_an_offer(lise)
    write_a_client(lise)
    write_a_quote(lise)
    send_it(lise)
    link = read_the_mail()

    camille = Walker(open_page, width=PHONE["width"], javascript=javascript)
    time.wait(days=1)
    ask_and_accept(camille, link)

    issue_the_deposit(lise)
    time.wait(days=45)  # the middle of January: two Fridays have passed
    take_two_baskets(lise)
    record_a_transfer(lise)
    issue_the_final_invoice(lise)

    nour = Walker(open_page, width=DESK["width"], javascript=javascript)
    sign_in(nour, "nour@example.org")
    check(take_the_archive(nour))
    for someone in (lise, camille, nour):
        someone.has_no_complaint()


def the_worker_works() -> None:
    """Do what was promised, and what that promises in its turn, a moment later."""
    while make.run_errands():
        pass


# Lise ------------------------------------------------------------------------------------------------------------


def sign_in(walker: Walker, email: str) -> None:
    walker.go("/")
    walker.look("welcome")
    walker.click("main a.button")
    walker.look("sign in")
    walker.fill(login=email, password=PASSWORD)
    walker.click("main form button")
    assert "/b/lise-potager/" in walker.page.url


def write_an_offer(lise: Walker) -> None:
    lise.look("today")
    lise.go("/b/lise-potager/offers/new/")
    lise.look("new offer")
    lise.fill(title="Site vitrine frugal", summary="Cinq pages, sobres.", hours="24", unit_price="1 200,00")
    lise.send()
    assert "1 200,00 €" in lise.text()
    lise.look("offer")


def write_a_client(lise: Walker) -> None:
    lise.go("/b/lise-potager/clients/new/")
    lise.click("a[href$='kind=FARM']")
    lise.look("new client")
    lise.fill(name="Ferme des Trois Chênes", address="Lieu-dit Les Chênes", postal_code="67120", city="Molsheim")
    lise.fill(company_number="552 008 443")
    lise.fill(contact__name="Camille Ferrand", contact__email="camille@example.org", contact__capacity="agricultrice")
    lise.send()
    assert "Camille Ferrand" in lise.text()
    lise.look("client")


def write_a_quote(lise: Walker) -> None:
    """360 € at acceptance, fifteen baskets at 20 €, the rest on delivery."""
    lise.go("/b/lise-potager/quotes/new/")
    lise.look("new quote")
    lise.page.select_option("[name=client]", index=1)
    lise.fill(title="Le site de la ferme")
    lise.send()
    lise.look("empty editor")
    rows = Rows(lise)
    rows.press(lise.page.locator("button[value^='add-offer:']").first, "line")
    deposit = rows.add_term("money")
    rows.fill(deposit, amount="360,00")
    rows.choose(deposit, due="ACCEPTANCE")
    baskets = rows.add_term("goods")
    rows.fill(baskets, label="Panier de légumes", unit="panier", quantity="15", unit_value="20,00")
    rows.fill(baskets, valuation="prix du panier à la ferme", first_on="2027-01-08")
    rows.choose(baskets, rhythm="WEEKLY", if_missed="CARRIED_OVER")
    rest = rows.add_term("money")
    rows.choose(rest, due="DELIVERY")
    lise.page.check(f'[name=closes][value="{rest}"]')
    lise.click("button[name=action][value=preview]")
    lise.look("preview")
    assert "540,00 €" in lise.text()


class Rows:
    """The parts of the quote being written: added by buttons, known by their keys."""

    def __init__(self, walker: Walker) -> None:
        self.walker, self.page = walker, walker.page

    def add_term(self, kind: str) -> str:
        return self.press(self.page.locator(f'button[value="add-term:{kind}"]'), "term")

    def press(self, button: Any, kind: str) -> str:
        """Press a button that adds a row and return the row's key."""
        rows = self.page.locator(f'input[type=hidden][name="{kind}"]')
        before = rows.count()
        button.click()
        rows.nth(before).wait_for(state="attached")
        return str(rows.nth(before).get_attribute("value"))

    def fill(self, key: str, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f'[name="term-{key}-{name}"]', value)

    def choose(self, key: str, **fields: str) -> None:
        for name, value in fields.items():
            self.page.select_option(f'[name="term-{key}-{name}"]', value)


def send_it(lise: Walker) -> None:
    lise.click("main a[href$='/edit/']")
    lise.look("editor")
    lise.click("button[name=action][value=send]")
    lise.look("send")
    assert "Camille Ferrand" in lise.text()
    if not lise.page.is_checked("[name=contacts]"):
        lise.page.check("[name=contacts]")
    lise.send()
    the_worker_works()
    lise.page.reload()
    assert "D2026-0001" in lise.text()
    lise.look("sent quote")


def read_the_mail() -> str:
    """Return the address in the mail that the client got with the PDF."""
    letter = mail.outbox[-1]
    assert letter.to == ["camille@example.org"]
    assert pdf_inside(letter)
    found = LINK.search(str(letter.body))
    assert found
    return found.group(1)


def pdf_inside(letter: Any) -> bool:
    contents = [getattr(part, "content", None) or part[1] for part in letter.attachments]
    return any(bytes(content).startswith(b"%PDF") for content in contents if not isinstance(content, str))


def issue_the_deposit(lise: Walker) -> None:
    """The yes drafted it: it only has to be read and issued."""
    lise.go("/b/lise-potager/invoices/")
    lise.look("invoices")
    lise.click("main tbody a")
    lise.look("draft")
    issue(lise)
    text = lise.text()
    assert "F2026-0001" in text
    assert "360,00 €" in text
    assert lise.download("a[href$='/pdf/']").startswith(b"%PDF")
    mail.outbox.clear()
    lise.send("[aria-labelledby=mail]")
    the_worker_works()
    assert [letter.to for letter in mail.outbox] == [["camille@example.org"]]
    assert pdf_inside(mail.outbox[0])


def issue(lise: Walker) -> None:
    lise.click("a[href$='/issue/']")
    lise.look("issue")
    lise.send()
    the_worker_works()
    lise.page.reload()
    lise.look("invoice")


def take_two_baskets(lise: Walker) -> None:
    """Today says so; two taps each."""
    lise.go("/b/lise-potager/")
    lise.look("today, baskets to confirm")
    lise.go("/b/lise-potager/receipts/")
    lise.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    lise.click("a[href*='/terms/'].button")
    lise.look("baskets")
    days = lise.page.locator("input[type=radio][value=came]")
    assert days.count() == 2
    for day in range(2):
        days.nth(day).check()
    lise.send()
    assert "40,00 €" not in lise.text() or "260,00 €" in lise.text()
    assert "260,00 €" in lise.text()


def record_a_transfer(lise: Walker) -> None:
    lise.go("/b/lise-potager/receipts/new/")
    assert "acompte à l’accord, 360 €" in lise.text()
    lise.look("what came?")
    lise.go("/b/lise-potager/invoices/?sort=number")
    lise.page.get_by_role("link", name="F2026-0001").first.click()
    lise.page.wait_for_url("**/invoices/*/")
    lise.click("a[href*='/receipts/new/?invoice=']")
    lise.look("new receipt")
    assert lise.page.input_value("[name=value]") == "360"
    lise.fill(received_on="2026-12-10", reference="VIR FERME")
    lise.choose("means", "TRANSFER")
    lise.send()
    assert "F2026-0001" in lise.text()
    lise.look("receipt")


def issue_the_final_invoice(lise: Walker) -> None:
    lise.go("/b/lise-potager/invoices/new/")
    lise.look("new invoice")
    lise.click("form[action*='/of-quote/'] button")
    lise.look("draft of the final invoice")
    issue(lise)
    text = lise.text()
    assert "F2027-0001" in text
    for amount in ("1 200,00 €", "40,00 €", "260,00 €", "540,00 €"):
        assert amount in text, amount
    assert lise.download("a[href$='/pdf/']").startswith(b"%PDF")


# Camille, on a phone ---------------------------------------------------------------------------------------------


def ask_and_accept(camille: Walker, link: str) -> None:
    camille.go(link)
    text = camille.text()
    for words in ("Le site de la ferme", "1 200,00 €", "360,00 €", "540,00 €", "300,00 €"):
        assert words in text, words
    camille.look("client's page")
    camille.fill(text="Peut-on changer de jour ?")
    camille.click("form[action*='/ask/'] button")
    assert "Peut-on changer de jour ?" in camille.text()
    camille.click("a[href$='/accept/']")
    camille.look("agreement")
    assert camille.page.input_value("[name=name]") == "Camille Ferrand"
    camille.page.check("[name=power]")
    camille.page.check("[name=consent]")
    camille.send()
    the_worker_works()
    camille.page.reload()
    camille.look("client's page, accepted")
    assert camille.download("a[href$='/pdf/']").startswith(b"%PDF")


# Nour ------------------------------------------------------------------------------------------------------------


def take_the_archive(nour: Walker) -> bytes:
    nour.look("accounting")
    nour.page.check("[name=period][value=custom]")
    nour.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    nour.fill(since="2026-12-01", until="2027-01-31")
    nour.send()
    the_worker_works()
    nour.page.reload()
    nour.look("archive")
    return nour.download("a[href$='/archive.zip']")


def check(archive: bytes) -> None:
    """Verify the archive as somebody would who has nothing but it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        assert zipped.testzip() is None
        files = {name.partition("/")[2]: zipped.read(name) for name in zipped.namelist()}
    rows = [row.split("  ", 1) for row in files.pop("SHA256SUMS").decode().splitlines()]
    sums = {name: digest for digest, name in rows}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == sums
    assert sum(content.startswith(b"%PDF") for name, content in files.items() if name.startswith("factures/")) == 2
    manifest = json.loads(files["manifest.json"])
    assert manifest["controls"]["invoices"] == 2
    assert manifest["controls"]["problems"] == []
    assert manifest["controls"]["received"] == {"goods": "40.00", "money": "360.00"}
    book = list(csv.DictReader(io.StringIO(files["livre-des-recettes.csv"].decode("utf-8-sig")), delimiter=";"))
    assert len(book) == 3
