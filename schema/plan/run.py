"""Run: a plan, wave by wave, for one request.

root fields ─> rows ─┐            a row is an object of the answer; what it waits for stands in it as null,
     ┌───────────────┘            or as the ids that lead to it
     └─> look-ups of all rows at once ─> rows ─> … until nothing waits
"""

from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from graphql import GraphQLResolveInfo
from graphql.pyutils import Path, gather_with_cancel

from schema.context import Context
from schema.permissions import noted
from schema.plan.arguments import Arguments, Variables
from schema.plan.plan import Plan, Step
from schema.reader import Reader
from schema.selection import stored_fields
from service.records import Document
from service.store.kinds import KINDS, kind_of

Row: TypeAlias = dict[str, Any]
Waiting: TypeAlias = list[Any]  # rows with the object that each is of; of a link, which holds ids there, rows alone
ROOT = ()


class Told:
    """What a resolver is told in place of Strawberry's `Info`: the same, as far as our resolvers ask."""

    __slots__ = ("_raw_info", "known", "present")

    def __init__(self, step: Step, present: Context) -> None:
        self._raw_info: GraphQLResolveInfo[Any] = step.raw
        self.known = step.known
        self.present = present

    @property
    def path(self) -> Path:
        """The root field's, by which a moment that is asked for is found."""
        return self._raw_info.path

    @property
    def field_name(self) -> str:
        return self._raw_info.field_name

    @property
    def context(self) -> Context:
        present = self.present
        return present.moments.get(self.path.key, present) if present.moments else present


class Run:
    """One execution of a plan. It stands for `info` where the type of a value is asked for."""

    field_name = ""

    def __init__(self, plan: Plan, context: Context, variables: Variables) -> None:
        self.schema, self.context, self.viewer = plan.operation.schema._schema, context, context.viewer
        self.waves = 0
        self.outcomes: dict[str | int, Any] = {}  # of the mutations that were run
        self._plan, self._steps, self._variables = plan, plan.operation.steps, variables
        self.waiting: list[Waiting] = [[] for _ in self._steps]  # by step
        self._infos: dict[int, Told] = {}

    async def answer(self) -> Row:
        """What the operation answers. Whatever is raised, nothing of it runs on when Strawberry executes it then."""
        row: Row = self._plan.rows([ROOT], self)[0]
        if not self._plan.serial:
            await self._settle()
            return row
        for step, waiting in self._wave():
            self.waiting[step.number] = waiting
            await self._settle()
        return row

    def info(self, number: int) -> Any:
        """What the resolver of a step is told."""
        if (known := self._infos.get(number)) is None:
            known = self._infos[number] = Told(self._steps[number], self.context)
        return known

    def arguments(self, number: int) -> Arguments:
        calling = self._steps[number].calling
        return calling.of(self._variables) if calling else {}

    def note(self, number: int, source: Any, value: Any) -> None:
        """For the access log, as `permissions.Guard` does."""
        right = self._steps[number].right
        assert right is not None
        noted(self.info(number), right, source, value)

    async def _settle(self) -> None:
        """Look up what waits, until nothing does."""
        while wave := self._wave():
            self.waves += 1
            links: defaultdict[tuple[Reader, str], list[tuple[Step, Waiting]]] = defaultdict(list)
            tasks = []
            for step, waiting in wave:
                if step.link is None:
                    tasks.append(self._call(step, waiting))
                elif kind := step.link.target or kind_of(waiting[0][step.chosen.key]):
                    links[self.info(step.number).context.reader, kind.PREFIX].append((step, waiting))
                else:
                    self._place_shared(step, waiting, {})
            tasks += [self._follow(reader, prefix, same) for (reader, prefix), same in links.items()]
            if len(tasks) == 1:
                await tasks[0]
            elif tasks:
                await gather_with_cancel(*tasks)

    def _wave(self) -> list[tuple[Step, Waiting]]:
        """What waits, taken over; what comes meanwhile is for the next wave."""
        wave = [(self._steps[number], waiting) for number, waiting in enumerate(self.waiting) if waiting]
        for step, _ in wave:
            self.waiting[step.number] = []
        return wave

    async def _call(self, step: Step, waiting: Waiting) -> None:
        """Call the resolver of a step for each source."""
        given: dict[str, Any] = dict(self.arguments(step.number))
        if step.told is not None:
            given[step.told] = self.info(step.number)
        assert step.resolver is not None
        calls = [step.resolver(**dict.fromkeys(step.sources, source), **given) for _, source in waiting]
        if self._plan.serial and waiting[0][1] is ROOT:
            calls = [self._kept(step.chosen.key, calls[0])]
        found = [await calls[0]] if len(calls) == 1 else await gather_with_cancel(*calls)
        if step.noted:
            for (_, source), value in zip(waiting, found, strict=True):
                self.note(step.number, source, value)
        self._place(step, waiting, found)

    async def _kept(self, key: str, call: Awaitable[Any]) -> Any:
        """The outcome of a mutation, which is never run twice."""
        try:
            self.outcomes[key] = await call
        except Exception as error:
            self.outcomes[key] = error
            raise
        return self.outcomes[key]

    async def _follow(self, reader: Reader, prefix: str, same: Sequence[tuple[Step, Waiting]]) -> None:
        """One command for all links of the wave that lead to one kind of record."""
        wanted: dict[str, None] = {}
        fields: set[str] = set()
        for step, rows in same:
            fields.update(stored_fields(self.info(step.number), KINDS[prefix]))
            held = [row[step.chosen.key] for row in rows]
            ids = chain.from_iterable(held) if step.several else [each for each in held if each is not None]
            wanted.update(dict.fromkeys(ids))
        found = await reader.records(prefix, wanted, fields) if wanted else {}
        for step, rows in same:
            if step.several:
                self._place_lists(step, rows, found)
            else:
                self._place_shared(step, rows, found)

    def _place(self, step: Step, waiting: Waiting, found: Sequence[Any]) -> None:
        """Put what was found into the rows that wait for it."""
        key = step.chosen.key
        for (row, _), value in zip(waiting, self._plan.completing[step.number](found, self), strict=True):
            row[key] = value

    def _place_lists(self, step: Step, rows: Sequence[Row], found: Mapping[str, Document]) -> None:
        """Put into each row those of its records that were found."""
        key = step.chosen.key
        records = [[found[each] for each in row[key] if each in found] for row in rows]
        for row, value in zip(rows, self._plan.completing[step.number](records, self), strict=True):
            row[key] = value

    def _place_shared(self, step: Step, rows: Sequence[Row], found: Mapping[str, Document]) -> None:
        """Put its record into each row; one that many wait for is written once."""
        key = step.chosen.key
        ids = list(dict.fromkeys([row[key] for row in rows]))
        written = dict(
            zip(ids, self._plan.completing[step.number]([found.get(each) for each in ids], self), strict=True)
        )
        for row in rows:
            row[key] = written[row[key]]
