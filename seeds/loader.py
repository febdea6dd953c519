"""The seeds: records reported by the source documents, read from the YAML files beside this page and written once.

A record is never changed by seeding: one whose id stands already is left as it is, so seeding twice writes nothing.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from service.acts import Act
from service.errors import Refusal
from service.network.networks import Network
from service.records import Origin, Record, facts_of, made
from service.store.kinds import KINDS
from service.store.store import Store
from service.viewer import Viewer

Progress: TypeAlias = Callable[[int], None]  # told how many records are dealt with so far

FOLDER = Path(__file__).parent
SEEDER = Viewer("seeds")
REASON = "seeds 种子数据"
BATCH = 200  # records looked up in one command
REFERENCES = {
    "network": "net",
    "organization": "org",
    "filed_by": "org",
    "member": "org",
    "partners": "org",
    "owner": "org",
    "branch": "bra",
    "department": "dep",
    "agreement": "agr",
    "plan": "pla",
    "clause_set": "cla",
    "headcount": "hea",
    "commitment": "com",
    "giver": "org",
    "receiver": "org",
    "activity": "act",
    "merged_into": "org",
}


class SeedInvalid(ValueError):
    """A seed file says something that cannot be a record. The text names file, record and problem."""

    def __init__(self, path: Path, own_id: object, problem: object) -> None:
        super().__init__(f"{path.name}: {own_id}: {problem}")


class UniqueKeys(yaml.SafeLoader):
    """YAML that refuses a key written twice, of which PyYAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError("a mapping", node.start_mark, "with a key written twice")
        return mapping


def read(folder: Path = FOLDER) -> list[Record]:
    """Every seed record, each after those it refers to. Raises `SeedInvalid`."""
    known: dict[str, Record] = {}
    for kind in KINDS.values():
        path = folder / f"{kind.COLLECTION}.yaml"
        for facts in _facts(path):
            record = _record(kind, facts, path)
            if record.id in known:
                raise SeedInvalid(path, record.id, "this id stands twice")
            for name, prefix, target in references(facts_of(record), kind.PREFIX):
                if not target.startswith(f"{prefix}_") or target not in known.keys() | _own_network(record):
                    problem = f"{name} names {target}, and no record of type {prefix} before it has that id"
                    raise SeedInvalid(path, record.id, problem)
            known[record.id] = record
    return list(known.values())


def references(facts: Mapping[str, Any], own_prefix: str) -> Iterator[tuple[str, str, str]]:
    """Field, prefix and id of every record that `facts` name, at any depth."""
    prefixes = {**REFERENCES, "parent": own_prefix, "supersedes": own_prefix}
    for name, value in facts.items():
        if name in prefixes and value is not None:
            yield from ((name, prefixes[name], target) for target in (value if isinstance(value, list) else [value]))
        for item in value if isinstance(value, list | tuple) else ():
            if isinstance(item, Mapping):
                yield from references(item, own_prefix)


async def load(store: Store, now: dt.datetime, progress: Progress) -> int:
    """Write the seeds that do not stand yet, as of `now`; the answer is their number. Raises `SeedInvalid`."""
    return await plant(store, read(), now, progress)


async def plant(store: Store, records: Iterable[Record], now: dt.datetime, progress: Progress) -> int:
    """Write those of `records` whose ids do not stand yet, in order, holding no more than `BATCH` of them."""
    act = Act(SEEDER, now, "seed", REASON)
    seen = written = 0
    remaining = iter(records)
    while batch := list(islice(remaining, BATCH)):
        for prefix, group in groupby(batch, key=lambda record: record.PREFIX):
            alike = list(group)
            standing = await store.known(prefix, [record.id for record in alike], ("version",))
            for record in alike:
                if record.id not in standing:
                    await store.create(record, act)
                    written += 1
        seen += len(batch)
        progress(seen)
    return written


def _facts(path: Path) -> list[dict[str, Any]]:
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), UniqueKeys)  # noqa: S506 — a SafeLoader
    except (OSError, yaml.YAMLError) as error:
        raise SeedInvalid(path, "the file", error) from error
    if not isinstance(found, list) or not all(isinstance(facts, dict) and "id" in facts for facts in found):
        raise SeedInvalid(path, "the file", "this is not a list of records, each with its id")
    return found


def _own_network(record: Record) -> set[str]:
    """A network is kept by itself: the one record that names its own id."""
    return {record.id} if isinstance(record, Network) else set()


def _record(kind: type[Record], facts: dict[str, Any], path: Path) -> Record:
    own_id = facts["id"]
    if not str(own_id).startswith(f"{kind.PREFIX}_"):
        raise SeedInvalid(path, own_id, f"its id does not begin with {kind.PREFIX}_")
    own = {"network": own_id} if kind is Network else {}
    try:
        return made(kind, {**facts, **own, "origin": Origin.REPORTED})
    except (Refusal, TypeError) as error:
        raise SeedInvalid(path, own_id, error) from error
