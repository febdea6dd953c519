"""For each mutation a call that succeeds in the world of `world.build`, and what its answer tells.

What is asked of every mutation alike is generated from these: a wrong version, a foreign id, a retry, another role.
"""

from collections.abc import Mapping

from tests.api.call import Call
from tests.api.valid_audits import AUDIT_CALLS
from tests.api.valid_commitments import COMMITMENT_CALLS
from tests.api.valid_cooperation import COOPERATION_CALLS
from tests.api.valid_network import NETWORK_CALLS
from tests.api.valid_people import PEOPLE_CALLS
from tests.api.valid_plans import PLAN_CALLS


def calls(world: Mapping[str, str]) -> dict[str, Call]:
    return {
        name: call
        for kind in (*NETWORK_CALLS, *PEOPLE_CALLS, *COOPERATION_CALLS, *PLAN_CALLS, *COMMITMENT_CALLS, *AUDIT_CALLS)
        for name, call in kind(world).items()
    }
