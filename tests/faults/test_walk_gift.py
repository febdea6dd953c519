"""The ointment of the source (issue 4, *Shown by* 4): given by the hospital to journalists of the broadcaster on
Journalists' Day, beside a clause that forbids gifts; its draft finding comes though the service is killed before it.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from service.dates import now
from service.store.leases import LEASES
from service.viewer import Grant, Role, Viewer
from tests.api.walking import Served
from tests.conftest import LEAD, LEAD_RECORDER, NETWORK, OFFICER
from tests.faults.running import eventually
from tests.faults.test_walk_merge import leases, name, serving

__all__ = ["leases", "name"]  # fixtures
GZBN = "org_gzbn"
BROADCASTER = Viewer("broadcaster-recorder", (Grant(Role.RECORDER, NETWORK, GZBN),))
SECOND = Viewer("second-officer", (Grant(Role.INTEGRITY_OFFICER, NETWORK),))
ADMIN_AND_OFFICE = Viewer(
    "both", (Grant(Role.NETWORK_ADMIN, NETWORK), Grant(Role.INTEGRITY_OFFICER, NETWORK))
)
SIGNED = "2023-05-01"
GIVEN = "2023-11-08"  # a Journalists' Day; the source does not say of which year
TOLD = "...Told ...Refused"
AGREE = f"mutation($input: AgreementFacts!) {{ draftAgreement(input: $input) {{ {TOLD} }} }}"
RECORD = f"mutation($input: GiftFacts!) {{ recordGift(input: $input) {{ {TOLD} ... on Gift {{ findingPending }} }} }}"
DECIDE = f"""mutation($id: ID!, $version: Int!, $reason: String!) {{
  decideGift(id: $id, version: $version, decision: RETURNED, reason: $reason) {{ {TOLD} }}
}}"""
REVIEW = f"""mutation($id: ID!, $version: Int!, $reason: String!) {{
  reviewGift(id: $id, version: $version, reason: $reason) {{ {TOLD} }}
}}"""
LOOK = """query($id: ID!) { node(id: $id) { ... on Gift { status findingPending findings {
  totalCount nodes { id status title description organization { id } commitment { id } timeline { nodes { by } } }
} } } }"""
