from django.test import TestCase

from desk.demo.cast import LOU
from desk.demo.performance import perform
from people.models import User
from quotes.follow_ups import said_of
from quotes.models import Quote
from tests.make import TODAY


class WhatFollowsAYes(TestCase):
    @classmethod
    def setUpTestData(cls):
        perform(TODAY)

    def quote(self, number):
        return Quote.objects.get(number=number, business__slug="lou-marchal")

    def test_an_invoiced_quote_names_its_invoice(self):
        farm = self.quote("D2026-0001")
        assert said_of([farm.pk]) == {farm.pk: "Facturé\u00a0: F2026-0005"}

    def test_of_a_quote_not_invoiced_yet_nothing_is_said(self):
        assert said_of([self.quote("D2026-0007").pk]) == {}

    def test_one_query_serves_a_whole_page(self):
        with self.assertNumQueries(1):
            said_of([1, 2, 3])

    def test_the_list_of_quotes_no_longer_asks_to_invoice_it(self):
        self.client.force_login(User.objects.get(email=LOU))
        page = self.client.get("/b/lou-marchal/quotes/").content.decode()
        assert "Facturé\u00a0: F2026-0005" in page
