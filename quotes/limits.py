"""How often one link, from one place, may be used to write: a person never notices, a loop is stopped."""

import ipaddress
import logging

from django.core.cache import cache
from django.utils.translation import gettext as _

MOST = 12
SECONDS = 300
PREFIXES = {4: 24, 6: 56}  # what one subscriber or one office usually holds

logger = logging.getLogger(__name__)


class TooMany(Exception):
    """Too many answers in a short time (HTTP 429); the message is for the page."""


def count_answer(link_id: int | str, address: str) -> None:
    """Count one POST on a link from an address. Raises TooMany past 12 in 5 minutes for both together."""
    key = f"answers:{link_id}:{prefix_of(address)}"
    if _counted(key) > MOST:
        raise TooMany(_("Too many attempts in a short time: wait five minutes, then try again."))


def prefix_of(address: str) -> str:
    """Return the network of an address, as text fit for a cache key; "unknown" when it is no address."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    network = ipaddress.ip_network(f"{parsed}/{PREFIXES[parsed.version]}", strict=False)
    return str(network).replace(":", ".")


def _counted(key: str) -> int:
    """Return how many times this is asked within the window; 0 when the cache is down: it is no reason to refuse."""
    try:
        cache.add(key, 0, SECONDS)
        return cache.incr(key)
    except ValueError:  # it ran out between the two
        return 1
    except Exception:  # whatever a cache may raise
        logger.warning("The cache does not answer: answers by link are not counted.")
        return 0
