"""An operation executed by its plan, or by Strawberry, and all that may be seen of it, to compare the two."""

from collections.abc import Collection
from typing import Any, NamedTuple

import orjson
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.api import schema
from schema.context import Context
from schema.execution import ALLOWED
from schema.limits import Limits, Measure
from schema.reader import Reader
from service.dates import day_of
from service.store.denials import Denials
from service.store.kinds import ACCESSES
from service.viewer import ANONYMOUS, Viewer
from tests.api.world import TODAY
from tests.conftest import ADMIN, BANK_RECORDER, FRONT_END, OBSERVER, OFFICER, OPERATOR, STRANGER, House

VIEWERS = (ADMIN, FRONT_END, OFFICER, OBSERVER, BANK_RECORDER, OPERATOR, STRANGER, ANONYMOUS)
LAX = Limits(tokens=10_000, depth=30, aliases=200, directives=200, cost=10**7)


class Executed(NamedTuple):
    """What came of an operation, and how: `compiled`, `deoptimized`, `left`, or None where Strawberry alone knew it."""

    result: ExecutionResult
    context: Context
    execution: str | None
    reason: str | None


class Told(NamedTuple):
    """What may be seen of an answer."""

    data: bytes
    errors: list[Any]
    accesses: list[Any]
    measures: list[Measure]


async def executed(
    house: House,
    query: str,
    viewer: Viewer = ADMIN,
    *,
    sight: int = 1,
    limits: Limits = LAX,
    name: str | None = None,
    key: str | None = None,
    allowed: Collection[OperationType] = ALLOWED,
    **variables: Any,
) -> Executed:
    reader = Reader(house.database, viewer, day_of(TODAY))
    house.store.denials = Denials(house.database)  # so that what was denied before leaves no less room for an entry
    context = Context(viewer, TODAY, "zh", key, house.store, reader, limits, sight=sight, explained={})
    options = {"operation_name": name, "context_value": context, "allowed_operation_types": allowed}
    result = await schema.execute(query, variable_values=variables, **options)
    told = context.explained or {}
    return Executed(result, context, told.get("execution"), told.get("reason"))


async def told(house: House, found: Executed) -> Told:
    entries = await house.database.find(ACCESSES, {}, 100)
    errors = [(one.message, one.path, one.locations, type(one.original_error)) for one in found.result.errors or ()]
    read = [(each["by"], each["operation"], each["reads"]) for each in entries]
    return Told(orjson.dumps(found.result.data), errors, read, found.context.measures)


async def compared(house: House, query: str, viewer: Viewer = ADMIN, **variables: Any) -> Executed:
    """What the plan came to, once it is seen to be what Strawberry comes to, byte for byte."""
    await house.database.delete(ACCESSES, {})
    expected = await told(house, await executed(house, query, viewer, sight=0, **variables))
    await house.database.delete(ACCESSES, {})
    found = await executed(house, query, viewer, sight=1, **variables)
    assert found.execution is not None, f"This is no valid operation: {query}"
    assert await told(house, found) == expected, (query, variables, found.execution, found.reason)
    return found


def meaningful(value: Any) -> bool:
    """Whether an answer says something beside that there is nothing."""
    if isinstance(value, dict):
        return any(meaningful(each) for key, each in value.items() if not key.endswith("typename"))
    if isinstance(value, list):
        return any(meaningful(each) for each in value)
    return value not in (None, "", 0, False)
