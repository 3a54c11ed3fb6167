from django.test import TestCase

from billing.models import Invoice
from desk.demo.cast import LOU
from people.models import User
from quotes.follow_ups import said_of
from quotes.models import Quote
from tests import make


class WhatFollowsAYes(TestCase):
    @classmethod
    def setUpTestData(cls):
        make.demonstration()

    def quote(self, title):
        return Quote.objects.get(versions__title=title, business__slug="lou-marchal")

    def final_of(self, quote):
        return Invoice.objects.get(acceptance__quote=quote, type="FINAL").number

    def test_an_invoiced_quote_names_its_invoice(self):
        farm = self.quote("Le site de la ferme et ses commandes de paniers")
        assert said_of([farm.pk]) == {farm.pk: f"Facturé\u00a0: {self.final_of(farm)}"}

    def test_a_quote_invoiced_as_the_work_goes_on_says_so(self):
        [said] = said_of([self.quote("Le configurateur de portes").pk]).values()
        assert said.startswith("Facturé à l’avancement")

    def test_of_a_quote_not_invoiced_yet_nothing_is_said(self):
        assert said_of([self.quote("Le site de la menuiserie").pk]) == {}

    def test_one_query_serves_a_whole_page(self):
        with self.assertNumQueries(1):
            said_of([1, 2, 3])

    def test_the_list_of_quotes_no_longer_asks_to_invoice_it(self):
        self.client.force_login(User.objects.get(email=LOU))
        page = self.client.get("/b/lou-marchal/quotes/").content.decode()
        farm = self.quote("Le site de la ferme et ses commandes de paniers")
        assert f"Facturé\u00a0: {self.final_of(farm)}" in page
