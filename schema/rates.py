"""Rate limits: what a viewer, or an address where nobody logs in, may ask for in a minute, counted in cost.

Headers tell how one stands (draft-ietf-httpapi-ratelimit-headers): the policy, and what is left of it.
"""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from starlette.requests import HTTPConnection

from schema.answers import Rejected
from service.errors import Code
from service.store.budgets import MINUTE, Budgets, Standing
from service.viewer import ANONYMOUS, Viewer

LEAST_COST = 10  # of a request, also of one that is refused


class Payer(NamedTuple):
    name: str
    budget: int


@dataclass(frozen=True)
class Rates:
    """`per_viewer` and `per_address` are cost per minute; the latter is for requests without a token that holds."""

    budgets: Budgets
    per_viewer: int
    per_address: int

    def payer(self, connection: HTTPConnection, viewer: Viewer) -> Payer:
        if viewer is not ANONYMOUS and viewer.bound is None:  # what a page shows to everybody is nobody's own
            return Payer(f"viewer:{viewer.subject}", self.per_viewer)
        return Payer(f"address:{place_of(connection)}", self.per_address)

    async def admit(self, payer: Payer, moment: dt.datetime) -> dict[str, str]:
        """The headers that tell how the payer stands. Raises `Rejected` 429 when its minute is spent."""
        standing = await self.budgets.standing(payer.name, payer.budget, moment)
        if standing.left > 0:
            return headers_of(standing)
        seconds = standing.seconds
        english = f"The cost of {standing.budget:,} for this minute is spent; try again in {seconds} s."
        chinese = f"本分钟的开销额度 {standing.budget:,} 已用尽,请 {seconds} 秒后重试。"
        headers = {**headers_of(standing), "Retry-After": str(seconds)}
        raise Rejected(429, english, chinese, Code.RATE_LIMITED, headers)

    def charge(self, payer: Payer, cost: int, moment: dt.datetime) -> None:
        self.budgets.spend(payer.name, payer.budget, max(cost, LEAST_COST), moment)


def place_of(connection: HTTPConnection) -> str:
    """The caller's address; of IPv6 the network of 64 bits, which is one customer's."""
    return _place(connection.client.host) if connection.client else "unknown"


@lru_cache(1_024)  # parsing one costs more than all else that is done here
def _place(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((host, 64), strict=False))


def headers_of(standing: Standing) -> dict[str, str]:
    return {
        "ratelimit-policy": f'"minute";q={standing.budget};w={MINUTE}',
        "ratelimit": f'"minute";r={standing.left};t={standing.seconds}',
    }
