import uuid
from typing import Any

import pytest
from django.test import Client as Visitor

from lib.money import euros
from people.models import Activity
from quotes.models import Offer
from tests import make
from tests.quotes.pages import elements_of, rows, text_of

pytestmark = pytest.mark.django_db


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "title": "Site vitrine frugal",
        "unit": "FLAT",
        "unit_price": "1 200,50",
        "tags": "site, frugal, site",
        "request_id": str(uuid.uuid4()),
    } | changed


def base(activity: Activity) -> str:
    return f"/b/{activity.business.slug}/offers/"


def test_an_offer_is_written_once_however_often_the_form_is_sent(activity: Activity, as_freelancer: Visitor):
    fields = typed(activity=activity.pk, included="- maquette", left_out="hébergement", hours="20,5")
    first = as_freelancer.post(base(activity) + "new/", fields)
    again = as_freelancer.post(base(activity) + "new/", fields)
    offer = Offer.objects.get()
    assert first.url == again.url == f"{base(activity)}{offer.pk}/"
    assert (offer.unit_price, offer.tags, str(offer.hours)) == (euros("1200.50"), "site, frugal", "20.50")


def test_under_franchise_no_rate_is_asked_nor_kept(activity: Activity, as_freelancer: Visitor):
    assert "vat_rate" not in as_freelancer.get(base(activity) + "new/").content.decode()
    as_freelancer.post(base(activity) + "new/", typed(activity=activity.pk, vat_rate="20"))
    assert Offer.objects.get().vat_rate == 0


def test_who_charges_vat_says_the_rate(db: None):
    activity = make.activity(business=make.vat_business())
    visitor = Visitor()
    visitor.force_login(make.member(activity.business))
    refused = visitor.post(base(activity) + "new/", typed(activity=activity.pk))
    assert refused.status_code == 422
    visitor.post(base(activity) + "new/", typed(activity=activity.pk, vat_rate="5,5 %"))
    assert str(Offer.objects.get().vat_rate) == "5.50"


def test_a_mistake_is_said_near_the_field_and_nothing_typed_is_lost(activity: Activity, as_freelancer: Visitor):
    answer = as_freelancer.post(
        base(activity) + "new/", typed(activity=activity.pk, unit_price="cher", summary="Léger")
    )
    assert answer.status_code == 422
    assert "Ce n’est pas un nombre" in text_of(answer)
    assert 'value="cher"' in answer.content.decode()
    assert 'value="Léger"' in answer.content.decode()
    assert not Offer.objects.exists()


def test_a_change_made_elsewhere_meanwhile_shows_both_texts(activity: Activity, as_freelancer: Visitor):
    offer = make.offer(activity=activity)
    page = f"{base(activity)}{offer.pk}/edit/"
    as_freelancer.post(page, typed(title="Site léger", revision="1"))
    stale = as_freelancer.post(page, typed(title="Site lourd", revision="1"))
    assert stale.status_code == 409
    assert "Site léger" in text_of(stale)
    assert "Site lourd" in text_of(stale)
    assert Offer.objects.get().title == "Site léger"
    as_freelancer.post(page, typed(title="Site lourd", revision="2"))
    assert Offer.objects.get().title == "Site lourd"


def test_an_offer_is_copied_once(activity: Activity, as_freelancer: Visitor):
    offer = make.offer(activity=activity, included="tout")
    fields = {"request_id": str(uuid.uuid4())}
    for _ in range(2):
        as_freelancer.post(f"{base(activity)}{offer.pk}/duplicate/", fields)
    copy = Offer.objects.exclude(pk=offer.pk).get()
    assert (copy.title, copy.included) == ("Site vitrine frugal (copie)", "tout")


def test_an_offer_put_away_leaves_the_list_and_comes_back(activity: Activity, as_freelancer: Visitor):
    offer = make.offer(activity=activity)
    as_freelancer.post(f"{base(activity)}{offer.pk}/archive/", {"away": "yes"})
    assert "Site vitrine" not in text_of(as_freelancer.get(base(activity)))
    assert "Site vitrine" in text_of(as_freelancer.get(base(activity) + "?archived"))
    as_freelancer.post(f"{base(activity)}{offer.pk}/archive/", {"away": "no"})
    assert "Site vitrine" in text_of(as_freelancer.get(base(activity)))


def test_the_list_is_searched_filtered_and_sorted(activity: Activity, as_freelancer: Visitor):
    make.offer(activity=activity, title="Boutique", unit_price=euros(3000), tags="vente")
    make.offer(activity=activity, title="Atelier", unit_price=euros(300), tags="formation, vente")
    found = text_of(as_freelancer.get(base(activity) + "?q=atel"))
    assert "Atelier" in found
    assert "Boutique" not in found
    assert "Boutique" not in text_of(as_freelancer.get(base(activity) + "?tag=formation")).split("Étiquette")[-1]
    dear_first = text_of(as_freelancer.get(base(activity) + "?sort=-price"))
    assert dear_first.index("Boutique") < dear_first.index("Atelier")


def test_a_long_catalogue_is_cut_in_pages(activity: Activity, as_freelancer: Visitor):
    for number in range(40):
        make.offer(activity=activity, title=f"Offre {number:02}")
    first = as_freelancer.get(base(activity))
    assert elements_of(first) <= 380
    assert "Offre 39" in text_of(as_freelancer.get(base(activity) + "?page=3"))


def test_a_teammate_sees_nothing_of_another_activity(activity: Activity, as_teammate: Visitor):
    offer = make.offer(activity=activity)
    assert "Site vitrine" not in text_of(as_teammate.get(base(activity)))
    for page in ("", "edit/", "duplicate/", "archive/"):
        address = f"{base(activity)}{offer.pk}/{page}"
        assert as_teammate.get(address).status_code in {404, 405}
        assert as_teammate.post(address, typed()).status_code in {404, 405}


def test_a_teammate_cannot_write_into_another_activity(activity: Activity, as_teammate: Visitor):
    assert as_teammate.post(base(activity) + "new/", typed(activity=activity.pk)).status_code == 422
    assert not Offer.objects.exists()


def test_reading_the_catalogue_changes_nothing(activity: Activity, as_freelancer: Visitor):
    offer = make.offer(activity=activity)
    before = rows()
    for page in ("", "new/", f"{offer.pk}/", f"{offer.pk}/edit/"):
        assert as_freelancer.get(base(activity) + page).status_code == 200
    assert rows() == before
