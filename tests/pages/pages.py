"""The pages that are held to the measures. Add a line here, and a page is read by axe, weighed and measured.

`address` is given the rows of `world()` and returns a path; `who` names one of its people, or nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from people.models import Client, Role
from tests import make

CLIENT, LIST, EDITOR = "client", "list", "editor"
LIMITS = {  # kilobytes, elements, EcoIndex
    CLIENT: (60, 380, 80),
    LIST: (100, 380, 80),
    EDITOR: (100, 600, 65),
}


@dataclass(frozen=True)
class Watched:
    """A page: its name in reports, its address, who opens it, and which limits hold."""

    name: str
    address: Callable[[dict[str, Any]], str]
    who: str = "freelancer"
    limits: str = LIST


def world() -> dict[str, Any]:
    """Return the rows that pages show: a business with people, a full page of clients, a client with a contact."""
    business = make.business(slug="lise-potager", trade_name="Sites frugaux", is_demonstration=True)
    activity = make.activity(business=business)
    farm = make.client(activity=activity)
    make.contact(client=farm)
    for number, kind in enumerate(list(Client.Kind) * 5):
        make.client(activity=activity, kind=kind, name=f"Client {number:02}", siren="")
    return {
        "business": business,
        "activity": activity,
        "client": farm,
        "freelancer": make.member(business, Role.OWNER, email="lise@example.org", name="Lise Potager"),
        "accountant": make.member(business, Role.ACCOUNTANT, email="nour@example.org", name="Nour Compte"),
        "newcomer": make.user(email="noe@example.org"),
    }


def below(path: str) -> Callable[[dict[str, Any]], str]:
    return lambda rows: f"/b/{rows['business'].slug}/{path}".format(client=rows["client"].pk)


PAGES = [
    Watched("welcome", lambda rows: "/", "nobody"),
    Watched("sign in", lambda rows: "/accounts/login/", "nobody"),
    Watched("sign in by code", lambda rows: "/accounts/login/code/", "nobody"),
    Watched("sign up", lambda rows: "/accounts/signup/", "nobody"),
    Watched("forgotten password", lambda rows: "/accounts/password/reset/", "nobody"),
    Watched("who is responsible", lambda rows: "/data/", "nobody"),
    Watched("the law, in public", lambda rows: "/law/", "nobody"),
    Watched("the law of payments", lambda rows: "/law/payment/", "nobody"),
    Watched("nothing there", lambda rows: "/nothing/", "nobody"),
    Watched("businesses", lambda rows: "/businesses/"),
    Watched("new business", lambda rows: "/businesses/new/", "newcomer"),
    Watched("new business, tax", lambda rows: "/businesses/new/tax/", "newcomer"),
    Watched("new business, look", lambda rows: "/businesses/new/look/", "newcomer"),
    Watched("account", lambda rows: "/account/"),
    Watched("e-mail addresses", lambda rows: "/accounts/email/"),
    Watched("today", below("")),
    Watched("quotes, none yet", below("quotes/")),
    Watched("offers, none yet", below("offers/")),
    Watched("accounting", below("accounting/"), "accountant"),
    Watched("settings", below("settings/")),
    Watched("settings, tax", below("settings/tax/")),
    Watched("settings, look", below("settings/look/")),
    Watched("settings, reminders", below("reminders/hours/")),
    Watched("members", below("members/")),
    Watched("clients", below("clients/")),
    Watched("clients, second page", below("clients/?page=2&sort=-city")),
    Watched("clients, as accountant", below("clients/"), "accountant"),
    Watched("kinds of clients", below("clients/new/")),
    Watched("new client", below("clients/new/?kind=ASSOCIATION")),
    Watched("client", below("clients/{client}/")),
    Watched("change client", below("clients/{client}/change/")),
    Watched("new contact", below("clients/{client}/contacts/new/")),
    Watched("self-billing, none yet", below("self-billing/")),
    Watched("new mandate", below("self-billing/clients/{client}/mandate/")),
    Watched("clients' own invoices, none yet", below("received-invoices/")),
    Watched("a client's own invoice", below("received-invoices/new/?client={client}")),
    Watched("a client's own invoice, typed", below("received-invoices/confirm/?client={client}")),
    Watched("delivery slips, none yet", below("slips/")),
    Watched("new delivery slip", below("slips/new/?client={client}")),
]
