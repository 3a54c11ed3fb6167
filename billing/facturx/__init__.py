"""The XML inside an invoice: UN/CEFACT CII D22B, Factur-X 1.09 profile EN 16931, with the French rules (BR-FR).

Pure: facts in, bytes out, the same bytes for the same facts. Elements follow the order of the schema.
"""

from django.utils.translation import override
from lxml import etree

from billing.facts import InvoiceFacts
from billing.facturx.document import GUIDELINE as GUIDELINE
from billing.facturx.document import add_context, add_document
from billing.facturx.document import frame as frame
from billing.facturx.document import notes as notes
from billing.facturx.lines import add_line
from billing.facturx.parties import add_agreement, add_delivery
from billing.facturx.parties import electronic_address as electronic_address
from billing.facturx.parties import treatment as treatment
from billing.facturx.settlement import Means as Means
from billing.facturx.settlement import add_settlement
from billing.facturx.settlement import payment_means as payment_means
from billing.facturx.writing import NAMESPACES as NAMESPACES
from billing.facturx.writing import add, name_of

FILE_NAME = "factur-x.xml"


def xml(facts: InvoiceFacts) -> bytes:
    """Return `factur-x.xml` for an invoice, in the language of its document."""
    with override(facts.language):
        root = etree.Element(name_of("rsm:CrossIndustryInvoice"), nsmap=NAMESPACES)
        add_context(root, facts)
        add_document(root, facts)
        trade = add(root, "rsm:SupplyChainTradeTransaction")
        for line in facts.lines:
            add_line(trade, line, facts)
        add_agreement(trade, facts)
        add_delivery(trade, facts)
        add_settlement(trade, facts)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
