"""What our files say of themselves in XMP: PDF/UA-1 (ISO 14289-1) and, for an invoice, Factur-X, each with the schema
by which PDF/A lets it be said (ISO 19005-3, 6.6.2.3)."""

# mypy: disable-error-code="no-untyped-call"
# The renderer has no annotations of its own.

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr


def finish(pdf: Any, *, facturx: bool) -> None:
    """Say PDF/UA and Factur-X inside the one rdf:RDF, and name each associated file once.

    The renderer writes one conformance only, puts other metadata in a second rdf:RDF that readers ignore, and lists
    each attachment twice in /AF.
    """
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    said = SAID_OF_INVOICES if facturx else SAID
    metadata.stream = [part.replace(b"</rdf:RDF>", said + b"</rdf:RDF>") for part in metadata.stream]
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))


PDF_UA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"
PDF_UA = (
    f'<rdf:Description rdf:about="" xmlns:pdfuaid={quoteattr(PDF_UA_NAMESPACE)}>'
    "<pdfuaid:part>1</pdfuaid:part></rdf:Description>"
)
FACTUR_X_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
FACTUR_X = (
    f'<rdf:Description rdf:about="" xmlns:fx={quoteattr(FACTUR_X_NAMESPACE)}>'
    "<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>"
    "<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"
)


def _schema(name: str, namespace: str, prefix: str, properties: Mapping[str, tuple[str, str, str]]) -> str:
    """Return one PDF/A extension schema: its properties, each with its type, its category and what it means."""
    described = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{key}</pdfaProperty:name><pdfaProperty:valueType>{kind}</pdfaProperty:valueType>"
        f"<pdfaProperty:category>{category}</pdfaProperty:category>"
        f"<pdfaProperty:description>{escape(meaning)}</pdfaProperty:description></rdf:li>"
        for key, (kind, category, meaning) in properties.items()
    )
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{name}</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


def _schemas(*schemas: str) -> str:
    """Return the one place where properties that PDF/A does not know are described (ISO 19005-3, 6.6.2.3)."""
    return (
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        f"<pdfaExtension:schemas><rdf:Bag>{''.join(schemas)}</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )


PDF_UA_SCHEMA = _schema(
    "PDF/UA Universal Accessibility Schema",
    PDF_UA_NAMESPACE,
    "pdfuaid",
    {"part": ("Integer", "internal", "Part of ISO 14289 to which the file conforms")},
)
FACTUR_X_SCHEMA = _schema(
    "Factur-X PDFA Extension Schema",
    FACTUR_X_NAMESPACE,
    "fx",
    {
        "DocumentFileName": ("Text", "external", "Name of the embedded XML invoice file"),
        "DocumentType": ("Text", "external", "INVOICE"),
        "Version": ("Text", "external", "Version of the Factur-X XML schema"),
        "ConformanceLevel": ("Text", "external", "Conformance level of the embedded Factur-X data"),
    },
)
SAID = (PDF_UA + _schemas(PDF_UA_SCHEMA)).encode()
SAID_OF_INVOICES = (PDF_UA + FACTUR_X + _schemas(PDF_UA_SCHEMA, FACTUR_X_SCHEMA)).encode()
