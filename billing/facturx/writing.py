"""Writing CII elements: names, dates, numbers, and only the characters that XML can hold."""

import re
from datetime import date
from decimal import Decimal
from functools import cache

from lxml import etree

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2


@cache
def name_of(tag: str) -> str:
    prefix, name = tag.split(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"


def add(parent: etree._Element, tag: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, name_of(tag))
    if text:
        element.text = _clean(text)
    return element


def add_if(parent: etree._Element, tag: str, text: str) -> None:
    if text:
        add(parent, tag, text)


def add_date(parent: etree._Element, tag: str, day: date, *, kind: str = "udt") -> None:
    add(add(parent, tag), f"{kind}:DateTimeString", f"{day.year:04}{day:%m%d}").set("format", "102")


def number_written(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _clean(text: str) -> str:
    """Drop the characters that XML 1.0 cannot hold."""
    return FORBIDDEN.sub("", text)
