"""What is agreed: offers, quotes and their versions, how each is to be paid, links, and the yes."""

from quotes.models.acceptance import Acceptance, Evidence, Refusal
from quotes.models.lines import PricedLine
from quotes.models.links import Question, QuoteLink, Sending, Visit
from quotes.models.offers import Nature, Offer, Unit
from quotes.models.quotes import Quote, QuoteLine, QuoteVersion
from quotes.models.remuneration import ON_A_DATE, IfMissed, Kind, MoneyDue, RemunerationTerm, Rhythm

__all__ = [
    "ON_A_DATE",
    "Acceptance",
    "Evidence",
    "IfMissed",
    "Kind",
    "MoneyDue",
    "Nature",
    "Offer",
    "PricedLine",
    "Question",
    "Quote",
    "QuoteLine",
    "QuoteLink",
    "QuoteVersion",
    "Refusal",
    "RemunerationTerm",
    "Rhythm",
    "Sending",
    "Unit",
    "Visit",
]
