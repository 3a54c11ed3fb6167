from datetime import date, datetime

from django.test import TestCase
from django.urls import reverse

from billing.balances import with_balances
from billing.models import Invoice
from desk import figures, today
from desk.demo.cast import COMPTA, LOU
from lib.money import cents, euros, total
from people.models import Membership, User
from quotes import answering
from quotes.models import Question
from tests import make

TODAY = date(2026, 12, 1)
NOW = datetime.fromisoformat("2026-12-01T09:00:00+00:00")


class TodayOnTheDemonstration(TestCase):
    """The demonstration is played once; each test leaves it as it was."""

    @classmethod
    def setUpTestData(cls):
        make.demonstration()

    def membership(self, email=LOU):
        return Membership.objects.select_related("business").get(user__email=email, business__slug="lou-marchal")

    def sentences(self):
        return [todo.sentence for todo in today.todos(self.membership(), TODAY)]

    def test_a_question_comes_first_and_goes_away_once_answered(self):
        assert "Samir Haddad" in self.sentences()[0]
        answering.answer(question=Question.objects.get(), text="Oui.", by=User.objects.get(email=LOU), at=NOW)
        assert not any("Samir Haddad" in sentence for sentence in self.sentences())

    def test_a_planned_basket_waits_for_a_word(self):
        assert any("Ferme du Ried Vert" in sentence and "Panier" in sentence for sentence in self.sentences())

    def test_an_overdue_invoice_says_what_is_left(self):
        assert any("Saint-Ulrich" in sentence and "518,40" in sentence for sentence in self.sentences())

    def test_an_accepted_quote_without_final_invoice_asks_for_it(self):
        assert any("Menuiserie" in sentence and "accepté" in sentence for sentence in self.sentences())

    def test_a_quote_invoiced_as_the_work_goes_on_says_what_is_left(self):
        assert any("à l’avancement" in sentence and "720,00" in sentence for sentence in self.sentences())

    def test_a_month_in_kind_is_proposed_for_the_accountant_to_confirm(self):
        assert any("acompte en nature" in sentence and "comptable" in sentence for sentence in self.sentences())

    def test_every_thing_to_do_leads_to_a_page_that_opens(self):
        self.client.force_login(User.objects.get(email=LOU))
        for todo in today.todos(self.membership(), TODAY):
            assert self.client.get(todo.url).status_code == 200, todo

    def test_the_year_counts_every_kind_once(self):
        year = figures.year(self.membership(), TODAY)
        assert year.received == total(amount for _month, _kinds, amount in year.by_month)
        assert all(year.by_kind[kind] > euros(0) for kind in ("money", "goods", "time", "local_currency"))

    def test_what_is_owed_is_what_the_invoices_still_claim(self):
        year = figures.year(self.membership(), TODAY)
        rows = list(with_balances(Invoice.objects.filter(business__slug="lou-marchal"), TODAY))
        assert year.owed_in_kind == cents(euros(sum(row.in_kind_left for row in rows))) > euros(0)
        assert year.owed_in_euros == cents(euros(sum(max(row.euros_left, 0) for row in rows))) > euros(0)

    def test_the_accountant_is_led_to_her_own_page(self):
        self.client.force_login(User.objects.get(email=COMPTA))
        answer = self.client.get(reverse("today", args=["lou-marchal"]))
        assert answer["Location"] == reverse("accounting", args=["lou-marchal"])


def test_a_new_business_is_taught_to_begin(as_freelancer, freelancer):
    business = freelancer.memberships.get().business
    page = as_freelancer.get(reverse("today", args=[business.slug])).content.decode()
    assert reverse("offer_new", args=[business.slug]) in page
