"""Who plays: invented people, in a country that exists. Numbers are of a series that no real business has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress

from desk.demo.stage import Stage
from lib.money import euros
from people.models import Activity, Business, Client, Contact, LocalCurrency, Membership, Role, User

PASSWORD = "trois-paniers"  # noqa: S105  (a demonstration's, printed on the screen)
LOU, NOUR, COMPTA = "lou@example.org", "nour@example.org", "compta@example.org"
IBANS = ("FR7630006000011234567890189", "FR1420041010050500013M02606")


@dataclass(frozen=True)
class Troupe:
    """The people who log in, and their activities."""

    lou: User
    nour: User
    accountant: User
    sites: Activity
    workshop: Activity


def troupe(stage: Stage, since: int) -> Troupe:
    """Make the two businesses, who works there, and the accountant of both."""
    at = stage.moment(since)
    lou, nour = person(LOU, "Lou Marchal"), person(NOUR, "Nour Benali")
    accountant = person(COMPTA, "Claude Weber, cabinet Les Comptes Clairs")
    sole_trader, company = _sole_trader(stage, at), _company(stage, at)
    sites, workshop = _joined(sole_trader, lou, at, "Sites frugaux"), _joined(company, nour, at, "Outils mutualisés")
    for business in (sole_trader, company):
        Membership.objects.create(user=accountant, business=business, role=Role.ACCOUNTANT, joined_at=at)
    LocalCurrency.objects.create(business=sole_trader, name="Stück")
    return Troupe(lou, nour, accountant, sites, workshop)


def person(email: str, name: str) -> User:
    user = User.objects.create_user(email, PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _joined(business: Business, user: User, at: datetime, name: str) -> Activity:
    Membership.objects.create(user=user, business=business, role=Role.OWNER, joined_at=at)
    return Activity.objects.create(business=business, name=name)


def _sole_trader(stage: Stage, at: datetime) -> Business:
    return Business.objects.create(
        slug="lou-marchal",
        legal_name="Lou Marchal EI",
        trade_name="Lou Marchal, sites frugaux",
        status=Business.Status.MICRO,
        siren="999100019",
        siret="99910001900010",
        address="12 rue du Faubourg-de-Pierre",
        postal_code="67000",
        city="Strasbourg",
        email=LOU,
        phone="03 00 00 00 01",
        website="https://lou.example.org",
        iban=IBANS[0],
        bic="AGRIFRPP",
        started_on=stage.day(900),
        turnover_already=euros("0"),
        accent_colour="#7a2f5b",
        accepts_time=True,
        is_demonstration=True,
        created_at=at,
        request_id=stage.identity(),
    )


def _company(stage: Stage, at: datetime) -> Business:
    return Business.objects.create(
        slug="atelier-commun",
        legal_name="Atelier Commun SARL",
        status=Business.Status.COMPANY,
        siren="999100027",
        siret="99910002700013",
        registration="SARL coopérative au capital variable de 6 000 €, RCS Colmar",
        vat_regime=Business.VatRegime.NORMAL,
        vat_number="FR93999100027",
        address="3 quai de la Sinn",
        postal_code="68000",
        city="Colmar",
        email=NOUR,
        iban=IBANS[1],
        started_on=stage.day(1500),
        accent_colour="#1f5f7a",
        is_demonstration=True,
        created_at=at,
        request_id=stage.identity(),
    )


def client(
    stage: Stage, activity: Activity, kind: str, name: str, contact: tuple[str, str, str], days: int, **fields: Any
) -> Client:
    """Make a client with its first contact (name, e-mail, capacity)."""
    made = Client.objects.create(
        activity=activity, kind=kind, name=name, created_at=stage.moment(days), request_id=stage.identity(), **fields
    )
    Contact.objects.create(client=made, name=contact[0], email=contact[1], capacity=contact[2])
    return made


@dataclass(frozen=True)
class Clients:
    """Lou's clients, and one of the workshop's."""

    farm: Client
    orchard: Client
    amap: Client
    association: Client
    joiner: Client
    town: Client
    person: Client
    grocery: Client


def clients(stage: Stage, troupe: Troupe, days: int) -> Clients:
    sites = troupe.sites

    def make(kind: str, name: str, contact: tuple[str, str, str], **fields: Any) -> Client:
        return client(stage, fields.pop("activity", sites), kind, name, contact, days, **fields)

    return Clients(
        farm=make(
            "FARM", "Ferme du Ried Vert", ("Camille Ferrand", "camille@ried-vert.example", "agricultrice"),
            siren="999100035", siret="99910003500016",
            address="Lieu-dit Ried", postal_code="67150", city="Erstein",
        ),
        orchard=make(
            "FARM", "Verger des Hautes Haies", ("Paul Meyer", "paul@hautes-haies.example", "arboriculteur"),
            siren="999100043", address="5 chemin des Vignes", postal_code="67310", city="Westhoffen",
        ),
        amap=make(
            "AMAP", "AMAP de la Bruche", ("Inès Roth", "ines@amap-bruche.example", "présidente"),
            court_register="Tribunal de Molsheim, volume 31, folio 12",
            address="Maison des associations", postal_code="67120", city="Molsheim",
        ),
        association=make(
            "ASSOCIATION", "Les Mains dans la Terre", ("Samir Haddad", "samir@mains-terre.example", "coordinateur"),
            rna="W681000001", address="8 rue du Moulin", postal_code="68100", city="Mulhouse",
        ),
        joiner=make(
            "COMPANY", "Menuiserie Kauffmann SARL", ("Anne Kauffmann", "anne@kauffmann.example", "gérante"),
            siren="999100050", vat_number="FR65999100050",
            address="27 route de Sélestat", postal_code="67600", city="Sélestat",
        ),
        town=make(
            "PUBLIC", "Commune de Saint-Ulrich-les-Bois", ("Josiane Klein", "mairie@saint-ulrich.example", "maire"),
            siren="999100068", siret="99910006800017", service_code="COMMUNICATION",
            address="1 place de la Mairie", postal_code="67220", city="Saint-Ulrich-les-Bois",
        ),
        person=make(
            "PERSON", "Odile Kessler", ("Odile Kessler", "odile@kessler.example", "à titre personnel"),
            address="14 rue des Tonneliers", postal_code="67000", city="Strasbourg",
        ),
        grocery=make(
            "COMPANY", "Épicerie La Ruche Coop SCIC", ("Mehdi Lang", "mehdi@ruche-coop.example", "directeur"),
            activity=troupe.workshop, siren="999100076", vat_number="FR46999100076",
            address="40 avenue d’Alsace", postal_code="68000", city="Colmar",
        ),
    )  # fmt: skip
