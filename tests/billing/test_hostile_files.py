"""Whatever a stranger's file says, it is proposed or refused in words: hundreds of invoices that were tampered with."""

import json
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from billing import facturx
from billing.partners import receiving
from billing.partners.forms import ReceivedForm
from lib.reading import child
from lib.reading.asking import REASONS, Unreadable
from quotes.models import Acceptance
from tests import farm
from tests.billing.conftest import recorder_of
from tests.billing.partners import JANUARY, brought, problems
from tests.kit.samples import SAMPLES

pytestmark = [pytest.mark.django_db]
MUTANTS = 400
SEED = 20270130
SOURCES = [farm.xml(rate=farm.VEGETABLES), *(facturx.xml(SAMPLES[name]) for name in sorted(SAMPLES))]
VALUES = [
    *("", " ", "0", "-0", "-20", "100.01", "1e9", "1E-9", "NaN", "-INF", "2_0", "٢٠", "２０", "1,5", "1 000"),
    *(
        "+1.",
        ".5",
        "999999999.99",
        "1000000000",
        "0.0000000000001",
        "0.333333333333",
        "-0.01",
        "9" * 400,
        "0" * 300 + "7",
    ),
    *("20270230", "2027013", "00010101", "２０２７０１２９", "102", "203", "380", "381", "USD", "eur", "VA", "0009"),
    *("FC\u202e-1", "\u200b", "\ufeff", "é" * 400, "🥬", "%s %(name)s {0}", "<b>&", "552008443", "0" * 14, "x" * 5000),
]


def elements(root: Any) -> list[Any]:
    return list(root.iter(etree.Element))


def other_value(chance: random.Random, root: Any) -> None:
    chance.choice([one for one in elements(root) if not len(one)]).text = chance.choice(VALUES)


def other_attribute(chance: random.Random, root: Any) -> None:
    chosen = chance.choice([one for one in elements(root) if one.attrib] or [root])
    chosen.set(chance.choice([*chosen.attrib, "currencyID"]), chance.choice(VALUES))


def no_attribute(chance: random.Random, root: Any) -> None:
    chance.choice([one for one in elements(root) if one.attrib] or [root]).attrib.clear()


def other_tag(chance: random.Random, root: Any) -> None:
    chosen, other = chance.choice(elements(root)), chance.choice(elements(root))
    chosen.tag = chance.choice([other.tag, "{urn:other}" + etree.QName(chosen).localname, "Unknown"])


def removed(chance: random.Random, root: Any) -> None:
    chosen = chance.choice(elements(root)[1:] or [root])
    if chosen.getparent() is not None:
        chosen.getparent().remove(chosen)


def moved(chance: random.Random, root: Any) -> None:
    copied = etree.fromstring(etree.tostring(chance.choice(elements(root))))
    parent = chance.choice(elements(root))
    parent.insert(chance.randint(0, len(parent)), copied)


def shuffled(chance: random.Random, root: Any) -> None:
    parent = chance.choice(elements(root))
    parent[:] = chance.sample(list(parent), len(parent))


CHANGES: list[Callable[[random.Random, Any], None]] = [
    *(other_value, other_value, other_value, other_attribute, no_attribute),
    *(other_tag, removed, moved, shuffled),
]


def in_bytes(chance: random.Random, xml: bytes) -> bytes:
    """Now and then break what is not a matter of elements: bytes flipped, cut, doubled."""
    place, end = sorted(chance.choices(range(len(xml)), k=2))
    flipped = xml[:place] + bytes([chance.randrange(256)]) + xml[place + 1 :]
    return chance.choice([flipped, xml[:place], xml[:place] + xml[end:], xml[:end] + xml[place:]])


def mutants() -> Iterator[bytes]:
    chance = random.Random(SEED)
    for number in range(MUTANTS):
        root = etree.fromstring(SOURCES[number % len(SOURCES)])
        for _time in range(chance.choice([1, 1, 2, 5])):
            chance.choice(CHANGES)(chance, root)
        xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        yield in_bytes(chance, xml) if chance.random() < 0.15 else xml


def read_here(content: bytes) -> dict[str, Any]:
    """Read as the child process does, but here: what it did not foresee is an error and not a refusal."""
    found = json.loads(json.dumps(child.answer(content)))
    if "refused" in found:
        assert found["refused"] in REASONS
        raise Unreadable(found["refused"])
    return dict(found["read"])


def confirm(deal: Acceptance, upload: Any) -> bool:
    """Record what is proposed, as a person who reads nothing would; tell whether it could be."""
    data = receiving.proposal(upload) | {"request_id": str(uuid.uuid4())}
    form = ReceivedForm(data, today=JANUARY.date(), correctable=receiving.correctable(deal.quote.client))
    if not form.is_valid():
        return False
    try:
        common = {"client": deal.quote.client, "by": recorder_of(deal), "at": JANUARY, "request_id": uuid.uuid4()}
        receiving.record(typed=form.typed(), upload=upload, **common)
    except receiving.ReceivingError:
        return False
    return True


def test_a_tampered_invoice_is_proposed_or_refused(acceptance: Acceptance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "read", read_here)
    proposed, recorded, refusals = 0, 0, set()

    for content in mutants():
        try:
            upload = brought(acceptance, content, "facture.xml")
        except receiving.ReceivingError as refusal:
            refusals.add(str(refusal))
        else:
            proposed += 1
            recorded += confirm(acceptance, upload)

    assert proposed > MUTANTS / 4
    assert recorded > 5
    assert len(refusals) > 5
    assert problems(acceptance) == []
