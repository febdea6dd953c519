"""The store as actions see it: load, create, save, and the records that an action refers to.

One aggregate is one document, and a write is one atomic write of it: the new state, and its revision pushed into the
document's own outbox. Never a transaction, never a replacement (architecture.md, *The trail*).
"""

import asyncio
import contextlib
import datetime as dt
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from service.acts import Act
from service.ancestry import DEEPEST
from service.errors import Code, Path, Problem, Refusal, Unavailable, not_found, refuse_any
from service.integrity.knowing import Knowing
from service.permission import may_read
from service.records import ORGANIZATIONS, Document, Filter, Record, document_of, record_of
from service.store.acknowledged import acknowledged
from service.store.database import Database, Duplicate
from service.store.feed import Feeds
from service.store.history import earlier_state, find_by_key
from service.store.kinds import KINDS, NAMED_INDEX, index_name, index_of, unique_keys
from service.store.leases import held
from service.store.roles import StandingRoles
from service.store.sealing import erase, same_arguments, sealed
from service.store.tallied import Tallied
from service.store.wholes import readable
from service.trail.revisions import revision_of
from service.trail.sealing import of_record

R = TypeVar("R", bound=Record)
MOST_CHILDREN = 1_000  # of one parent, or of what else they name
EXTERNAL_KEY = "external_key"  # what a record with a number in another system is found by
PATIENCE = 3.0  # seconds to wait for others who are at what is done alone
OUT_OF_USE = frozenset({"ARCHIVED", "DISCARDED", "CANCELLED", "MERGED", "FORGOTTEN"})
BATCH = 100  # records looked up in one command where all are to be seen


class Store:
    """`written` is set after each write, so that the relay need not wait for its next round.

    `roles` adds to a viewer what its subject was given here; `tallied` counts for the public; `feeds` tells what was
    relayed to who follows it.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.written = asyncio.Event()
        self.roles = StandingRoles(database)
        self.tallied = Tallied()
        self.feeds = Feeds(database)

    async def load(self, kind: type[R], own_id: str, version: int, act: Act) -> R:
        """The record to change. Raises `Refusal` NOT_FOUND (missing or not to be known), CONFLICT (other version)."""
        found = (await self.known(kind.PREFIX, [own_id])).get(own_id)
        if found is None or own_id not in await self.readable(kind, [found], act):
            raise not_found(("id",), own_id)
        if found["version"] != version:
            raise conflict(own_id, version, found["version"])
        return record_of(kind, found)

    async def once(self, kind: type[Record], act: Act, action: Callable[[], Awaitable[Document]]) -> Document:
        """What `action` answers; to a retry, what the first try left behind, and nothing is written.

        Raises `Refusal` as `action` does, and IDEMPOTENCY_KEY_REUSED when the first try had other arguments.
        """
        if (earlier := await self.replayed(kind, act)) is not None:
            return earlier
        try:
            return await action()
        except Refusal:  # perhaps because the same request won a race against this one
            if (earlier := await self.replayed(kind, act)) is not None:
                return earlier
            raise

    async def replayed(self, kind: type[Record], act: Act) -> Document | None:
        """What an earlier act with the same key left behind, under the viewer's present rights; None without one.

        Who made a record whose maker is confidential hears of that again, though perhaps it may never read it.
        """
        if act.key is None or (revision := await find_by_key(self.database, kind, act.key)) is None:
            return None
        if not same_arguments(self.database, revision, act):
            raise key_reused(revision["record"])
        document = await earlier_state(self.database, kind, revision["record"], revision["version"])
        told = kind.MAKER is not None and revision["version"] == 1  # a key is its subject's own
        if document is None or not (told or await self.readable(kind, [document], act)):
            raise not_found((), revision["record"])
        return document

    async def create(self, record: Record, act: Act) -> Document:
        """Write a new record. Raises `Refusal` ALREADY_EXISTS naming the first one."""
        new = replace(record, version=1, created_at=act.at)
        revision = await sealed(self.database, type(record), revision_of(None, new, act))
        document = document_of(replace(new, head=revision["hash"]))
        document |= {"updated_at": act.at, "outbox": [revision]}
        try:
            await self.database.insert(record.COLLECTION, document)
        except Duplicate as duplicate:
            raise await self._duplicate(type(record), document, duplicate.field, act) from duplicate
        finally:
            self.forget(record)
        self.written.set()
        return without_outbox(document)

    async def save(self, before: R, after: R, act: Act) -> Document:
        """Write a change. Raises `Refusal` CONFLICT when somebody else wrote first, ALREADY_EXISTS as `create`."""
        new = replace(after, version=before.version + 1)
        revision = revision_of(before, new, act)
        if not revision["changes"]:
            raise Refusal(Problem(Code.INVALID, (), "Nothing would change.", "没有任何改动。"))
        revision = await sealed(self.database, type(before), revision)
        document = document_of(replace(new, head=revision["hash"])) | {"updated_at": act.at}
        state = {name: value for name, value in document.items() if name not in ("_id", "version")}
        change = {"$set": state, "$inc": {"version": 1}, "$push": {"outbox": revision}}
        try:
            if not await self.database.update(before.COLLECTION, {"_id": before.id, "version": before.version}, change):
                current = await self.database.find(before.COLLECTION, {"_id": before.id}, 1, ("version",))
                raise conflict(before.id, before.version, current[0]["version"])
        except Duplicate as duplicate:
            raise await self._duplicate(type(before), document, duplicate.field, act) from duplicate
        finally:
            self.forget(before, after)
        self.written.set()
        return document

    def forget(self, *written: Record) -> None:
        """Keep nothing here that was read before `written`, whether or not the write was confirmed."""
        self.roles.forget(*written)
        self.tallied.forget(*written)

    async def erase_key(self, own_id: str) -> None:
        """Make what the trail tells of the person whose record this is unreadable for good. Twice is harmless."""
        await erase(self.database, of_record(own_id))

    async def known(
        self, prefix: str, ids: Iterable[str], fields: tuple[str, ...] | None = None
    ) -> dict[str, Document]:
        """The documents of type `prefix` among `ids`, by id, whoever asks."""
        wanted = sorted({own_id for own_id in ids if own_id.startswith(f"{prefix}_")})
        if not wanted:
            return {}
        found = await self.database.find(KINDS[prefix].COLLECTION, {"_id": {"$in": wanted}}, len(wanted), fields)
        return {document["_id"]: document for document in found}

    async def refer(self, references: Mapping[Path, str], prefix: str, act: Act) -> dict[str, Document]:
        """The whole documents behind `references` (path of the input field → id), by id.

        Raises `Refusal` REFERENCE_INVALID at each path whose id is not that of a live record of type `prefix`
        that the viewer may know of.
        """
        kind = KINDS[prefix]
        known = await self.known(prefix, references.values())
        found = {
            own_id: document
            for own_id, document in (await self.readable(kind, known.values(), act)).items()
            if kind.state(document, act.day) not in OUT_OF_USE
        }
        english, chinese = kind.TITLE
        refuse_any(
            Problem(
                Code.REFERENCE_INVALID,
                path,
                f"There is no {english} {own_id} to refer to.",
                f"没有可引用的{chinese} {own_id}。",
            )
            for path, own_id in references.items()
            if own_id not in found
        )
        return found

    async def readable(self, kind: type[Record], documents: Iterable[Document], act: Act) -> dict[str, Document]:
        """Those of `documents`, all of `kind`, that the viewer may know of, by id."""
        return await readable(kind, documents, act.viewer, act.day, self.known)

    async def children(self, prefix: str, parent: str) -> dict[str, Document]:
        """The documents of type `prefix` directly below `parent`, by id, whoever asks."""
        return {document["_id"]: document for document in await self.naming(prefix, "parent", parent)}

    async def naming(self, prefix: str, key: str, own_id: str, also: Filter | None = None) -> list[Document]:
        """The documents of type `prefix` whose `key`, an index's first, names `own_id`: MOST_CHILDREN at most."""
        kind = KINDS[prefix]
        where = {key: own_id, **(also or {})}
        return [*await self.database.find(kind.COLLECTION, where, MOST_CHILDREN, index=index_of(kind, key))]

    async def acknowledged(self, commitment: str) -> dict[str, Knowing]:
        """By organisation, what the acknowledgements of `commitment` come to now."""
        return await acknowledged(self.database, commitment)

    @contextlib.asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """What the body reads and then writes, nobody else does under the same `name` meanwhile.

        For rules that compare records, which no unique index can keep. Raises `Unavailable` when others take too
        long. Two keep out of each other's way as long as neither stands still for the term of a lease (10 s).
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(held(self.database, name, secrets.token_hex(8), PATIENCE))
            except TimeoutError as error:
                raise Unavailable(f"others are at {name}") from error
            yield

    async def all_naming(self, organization: str, day: dt.date | None = None) -> AsyncIterator[list[Record]]:
        """All records, of any kind, that name `organization`, some at a time; with a `day`, those in use on it."""
        for kind in KINDS.values():
            last = ""
            while found := await self.database.find(
                kind.COLLECTION,
                {ORGANIZATIONS: organization, "_id": {"$gt": last}},
                BATCH,
                sort=(("_id", 1),),
                index=index_name(NAMED_INDEX),
            ):
                last = found[-1]["_id"]
                wanted = [each for each in found if day is None or kind.state(each, day) not in OUT_OF_USE]
                yield [record_of(kind, document) for document in wanted]

    async def twins(self, records: Sequence[Record]) -> dict[str, Document]:
        """What stands in the way of writing `records`, of one kind: by their ids, another with the same unique key."""
        if not records:
            return {}
        kind, found = type(records[0]), dict[str, Document]()
        wanted = {record.id: document_of(record) for record in records}
        for key in unique_keys(kind):
            by_key = {document[key]: own_id for own_id, document in wanted.items()}
            for twin in await self.database.find(kind.COLLECTION, {key: {"$in": sorted(by_key)}}, len(by_key)):
                if twin["_id"] != by_key[twin[key]]:
                    found[by_key[twin[key]]] = twin
        return found

    async def lines(self, prefix: str, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """For each id: itself, its parent, its parent's parent and so on, upward."""
        lines: dict[str, tuple[str, ...]] = {own_id: (own_id,) for own_id in ids}
        parents: dict[str, str | None] = {}
        for _ in range(DEEPEST):
            tops = {line[-1] for line in lines.values()}
            unknown = tops - parents.keys()
            known = await self.known(prefix, unknown, ("parent",))
            parents |= {own_id: known.get(own_id, {}).get("parent") for own_id in unknown}
            lines = {
                own_id: (*line, parent) if (parent := parents[line[-1]]) and parent not in line else line
                for own_id, line in lines.items()
            }
        return lines

    async def _duplicate(self, kind: type[Record], document: Document, field: str, act: Act) -> Refusal:
        """The refusal that names the first record, if the viewer may know of it."""
        first = await self.database.find(kind.COLLECTION, {field: document[field]}, limit=1)
        return stands_already(kind, field, first[0] if first else None, act)


def key_reused(record: str) -> Refusal:
    english = "This idempotency key was used with other arguments; use a new one."
    chinese = "该幂等键已用于其他参数;请换一个新的。"
    return Refusal(Problem(Code.IDEMPOTENCY_KEY_REUSED, (), english, chinese, record))


def stands_already(kind: type[Record], field: str, first: Document | None, act: Act) -> Refusal:
    """The refusal of what has the same `field` as `first`, which it names if the viewer may know of it."""
    named = first["_id"] if first and may_read(kind, first, act.viewer, act.day) else None
    english, chinese = kind.TITLE
    by_english, by_chinese = (f": {named}", f":{named}") if named else ("", "")
    by_reference = field == EXTERNAL_KEY and first is not None and first[field] != first["_id"]
    path: Path = ("external_reference",) if by_reference else ()
    return Refusal(
        Problem(
            Code.ALREADY_EXISTS,
            path,
            f"The same {english} stands already{by_english}.",
            f"相同的{chinese}已存在{by_chinese}。",
            named,
        )
    )


def without_outbox(document: Mapping[str, Any]) -> Document:
    return {name: value for name, value in document.items() if name != "outbox"}


def conflict(own_id: str, seen: int, current: int) -> Refusal:
    """Somebody else wrote first: the caller saw version `seen`, and `current` stands."""
    english = f"You saw version {seen}; version {current} stands now. Read it again, then decide."
    chinese = f"您看到的是第 {seen} 版,现已是第 {current} 版。请重新读取后再决定。"
    return Refusal(Problem(Code.CONFLICT, ("version",), english, chinese, own_id, current))
