"""What a driver sent, and by which stages the engine says it would answer."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from service.store.database import Database
from service.store.kinds import MOMENT_INDEX, index_name, indexes
from tests.conftest import Commands

KEYS = {name: {index_name(index): index.keys for index in own} for name, own in indexes().items()}
READS = ("find", "aggregate", "count", "distinct")
THEN = index_name(MOMENT_INDEX)  # what stood at a moment is read as a whole, and then ordered
BY_ID = frozenset({"IDHACK", "EXPRESS_IXSCAN", "CLUSTERED_IXSCAN", "EXPRESS_CLUSTERED_IXSCAN"})


def plain(command: Mapping[str, Any]) -> dict[str, Any]:
    """A command without what the driver adds to it."""
    added = ("lsid", "$db", "$clusterTime", "txnNumber", "maxTimeMS", "$readPreference", "readConcern", "apiVersion")
    return {name: value for name, value in command.items() if name not in added}


def stages(plan: Any) -> Iterator[str]:
    """The names of all stages of a plan, wherever they are nested."""
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for name, inside in plan.items():
            if name != "rejectedPlans":
                yield from stages(inside)
    elif isinstance(plan, list):
        for inside in plan:
            yield from stages(inside)


def joined(command: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The look-up of a pipeline as the find that its join is for one parent."""
    for stage in command.get("pipeline", ()):
        if lookup := stage.get("$lookup"):
            yield {"find": lookup["from"], "filter": {lookup["foreignField"]: "org_1"}, "limit": 1}


def bounded(command: Mapping[str, Any]) -> bool:
    """Whether no more documents are answered, or looked up for one that is, than the command says."""
    if "find" in command:
        return command.get("limit", 0) > 0
    if "count" in command:
        return bool(command.get("limit", 0) > 0)
    pipeline = list(command["pipeline"])
    inner = [stage["$lookup"]["pipeline"] for stage in pipeline if "$lookup" in stage]
    inner += [each for stage in pipeline if "$facet" in stage for each in stage["$facet"].values()]
    while set(pipeline[-1]) == {"$group"} and not isinstance(pipeline[-1]["$group"]["_id"], str | dict):
        pipeline.pop()  # one group in all: a count
    return "$limit" in pipeline[-1] and all(any("$limit" in stage for stage in each) for each in inner)


def served(command: Mapping[str, Any]) -> bool:
    """Whether the index that a find names is of its equalities, then its order, then its ranges: nothing is sorted."""
    left = ["_id"] if command["hint"] == "_id_" else list(KEYS[command["find"]][command["hint"]])
    order = list(command.get("sort", ()))
    where = dict(sorted(conditions(command.get("filter", {})), key=lambda each: each[1]))  # an equality decides
    begun = left[0] in where
    while left and left[0] not in order and where.get(left[0]):
        left.pop(0)
    return left[: len(order)] == order and (begun or bool(order))


def hinted(command: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The find as it names its index; with each index that there is, where it names none."""
    if "hint" in command:
        return [command]
    return [{**command, "hint": name} for name in ("_id_", *KEYS.get(command["find"], ()))]


def conditions(where: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The fields of a filter, and whether each is to be equal to one value or one of some."""
    for name, value in where.items():
        if name == "$and":
            for each in value:
                yield from conditions(each)
        elif not name.startswith("$"):
            yield name, not (isinstance(value, dict) and value.keys() & {"$gt", "$gte", "$lt", "$lte", "$ne", "$nin"})


class Ledger:
    """What a house sends, each different read once, and what the server says of it."""

    def __init__(self, database: Database, commands: Commands) -> None:
        self._database, self._commands = database, commands

    def reads(self) -> list[dict[str, Any]]:
        sent = [plain(command) for name, command in self._commands.sent if name in READS]
        self._commands.sent.clear()
        return list({repr(command): command for command in sent}.values())

    async def check(self, least: int) -> None:
        """Every read since the last check has a limit and uses an index; there were at least so many kinds of it."""
        sent = self.reads()
        assert len(sent) >= least, sent
        assert [each for each in sent if not bounded(each)] == []
        for command in [*sent, *itertools.chain.from_iterable(map(joined, sent))]:
            assert command.get("hint") == THEN or "find" not in command or any(map(served, hinted(command))), command
            if "_id" in command.get("filter", {}) and not isinstance(command["filter"]["_id"], dict):
                continue  # by one id, whatever else: SecantusDB calls that a scan, though it is none
            answer = await self._database.command({"explain": command, "verbosity": "queryPlanner"})
            found = set(stages(answer))
            assert "COLLSCAN" not in found, command
            assert found & (BY_ID | {"IXSCAN", "COUNT_SCAN", "DISTINCT_SCAN"}), (command, answer)
        self._commands.sent.clear()
