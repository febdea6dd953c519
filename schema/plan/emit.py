"""Emit: the functions that turn what was found into the answer, written out field by field.

    def completed_2(found, run):              what a step found in, what stands in the answer out
        w1 = run.waiting[1]                   what step 1, a link, has to look up at the end of this wave
        out = []
        for v in found:
            d3 = v
            try: f3_0 = d3['title']
            except unlike: [f3_0] = …         one by one, as a key may be absent
            if type(f3_0) is not str: …       graphql-core's own function, or the request is deoptimized
            v = row3 = {'title': f3_0, 'network': None}
            w1.append((row3, d3.get('network')))
            out.append(v)
        return out

What stands below is written out in place, so that a page of a hundred objects is one call.

Names of the schema and of the request stand in the text as literals alone; all else is passed in by number.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
)

from schema.nodes import ENTITIES
from schema.plan.called import Rows, items, one_of, refuse
from schema.plan.collect import Chosen, Collector, NotCompiled, Shape, possible_types
from schema.plan.leaves import STORED_MOMENT, moment, names_of, unusual_test, writing
from schema.plan.plan import Operation, Plan, Step
from schema.plan.source import Lines, Source, indented, singly
from schema.selection import stored_key

CALLED = {each.__name__: each for each in (items, refuse, moment, datetime)} | {"unlike": (KeyError, TypeError)}


class Emitter:
    """The functions of one operation."""

    def __init__(self, operation: Operation, collector: Collector) -> None:
        self._operation, self._collector, self._source = operation, collector, Source(CALLED)
        self._shapes: dict[Shape, str] = {}
        self._completing: dict[int, Rows] = {}
        self._looked_at = 0  # of the steps, whether they wait

    def plan(self) -> Plan:
        """Raises `NotCompiled` for what is left to Strawberry."""
        return Plan(self._operation, self._made(self._collector.root), self._completing)

    def _made(self, shape: Callable[..., Shape], *of: Any) -> Rows:
        """The function of the shape `of` something, beside those that complete what waits in it.

        Raises `NotCompiled`.
        """
        try:
            entry, completing = self._rows(shape(*of)), dict[int, str]()
            while self._looked_at < len(self._operation.steps):
                step = self._operation.steps[self._looked_at]
                if step.waits:
                    completing[step.number] = self._completed(step)
                self._looked_at += 1
            functions = self._source.compiled()
        except NotCompiled:
            raise
        except Exception as reason:  # of a constant that an input refuses, which Strawberry tells at its field
            raise NotCompiled(repr(reason)) from reason
        self._completing |= {number: functions[name] for number, name in completing.items()}
        return functions[entry]

    def _completed(self, step: Step) -> str:
        name, head = f"completed_{step.number}", Lines()
        assert step.chosen.declared is not None
        self._source.function(name, head, self._complete("v", step.chosen.declared.type, step.chosen, head))
        return name

    def _rows(self, shape: Shape) -> str:
        """The function of a shape."""
        if shape not in self._shapes:
            name, head = f"rows_{self._source.number()}", Lines()
            self._shapes[shape] = name
            self._operation.shapes += 1
            self._source.function(name, head, ["if v is not None:", *indented(self._row("v", shape, head))])
        return self._shapes[shape]

    def _row(self, value: str, shape: Shape, head: Lines) -> Lines:
        """What turns the object called `value` into its row."""
        own = self._source.number()
        source, row = f"d{own}", f"row{own}"
        stored, body, parts, after = dict[str, str](), Lines(), Lines(), Lines()
        for place, chosen in enumerate(shape.chosen):
            if chosen.declared is None:
                parts.append(f"{chosen.key!r}: {shape.own_type.name!r}")
                continue
            step, field = self._operation.step(chosen), f"f{own}_{place}"
            if step.check:
                body.append(f"{self._source.named('check', step.check)}(run.viewer, {source})")
            if step.waits:
                head.append(f"w{step.number} = run.waiting[{step.number}]")
                after.append(f"w{step.number}.append({row if step.link else f'({row}, {source})'})")
                parts.append(f"{chosen.key!r}: {step.held_by(source)}")
                continue
            if step.resolver is None:
                stored[field] = step.name
            else:
                body.append(self._resolved(field, step, source, head))
            if step.noted:
                body.append(f"run.note({step.number}, {source}, {field})")
            body += self._complete(field, chosen.declared.type, chosen, head)
            parts.append(f"{chosen.key!r}: {field}")
        read = [*self._checked(shape, source), *self._read(source, stored)]
        names = f"{value} = {row}" if after else value
        return [f"{source} = {value}", *read, *body, f"{names} = {{{', '.join(parts)}}}", *after]

    def _read(self, source: str, stored: Mapping[str, str]) -> Lines:
        """What names the stored values of a source: of a whole document at once, else one by one."""
        if not stored:
            return []
        at_once = "; ".join(f"{field} = {source}[{stored_key(name)!r}]" for field, name in stored.items())
        others = self._source.named("singly", singly(tuple(stored.values())))
        return [f"try: {at_once}", f"except unlike: [{', '.join(stored)}] = {others}({source})"]

    def _checked(self, shape: Shape, source: str) -> Lines:
        """That a source is of the shape's type."""
        own_type, entity = shape.own_type, ENTITIES.get(shape.own_type.name)
        if entity is not None and not entity.drafted:
            prefix = f"{entity.kind.PREFIX}_"
            test = f"type({source}) is not dict or {source}['_id'][:{len(prefix)}] != {prefix!r}"
            return [f"if {test}: refuse('not of its type')"]
        own = own_type.is_type_of and self._source.named("is_of", own_type.is_type_of)
        return [f"if not {own}({source}, run): refuse('not of its type')"] if own else []

    def _resolved(self, field: str, step: Step, source: str, head: Lines) -> str:
        """The value of a field whose resolver needs no look-up."""
        number, given = step.number, [f"{name}={source}" for name in step.sources]
        if step.told is not None:
            head.append(f"i{number} = run.info({number})")
            given.append(f"{step.told}=i{number}")
        if step.calling is not None:
            head.append(f"a{number} = run.arguments({number})")
            given.append(f"**a{number}")
        return f"{field} = {self._source.named('resolve', step.resolver)}({', '.join(given)})"

    def _complete(self, value: str, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        """What turns the value called `value` into its place in the answer."""
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if is_leaf_type(inner):
            return [self._leaf(value, inner, inner is not kind)]
        lines = self._present(value, inner, chosen, head)
        if inner is not kind:
            return [f"if {value} is None: refuse('null where none may be')", *lines]
        return [f"if {value} is not None:", *indented(lines)]

    def _present(self, value: str, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        if isinstance(kind, GraphQLList):
            return self._list(value, kind.of_type, chosen, head)
        if is_abstract_type(kind):
            possible = possible_types(self._collector.schema, kind)
            own = one_of(kind, possible, partial(self._made, self._collector.below, chosen), self._operation.steps)
            return [f"{value} = {self._source.named('one_of', own)}({value}, run)"]
        assert isinstance(kind, GraphQLObjectType)
        shape = self._collector.below(chosen, kind)
        if self._collector.uses[shape] == 1:  # written out in place, unless it is reached in another way too
            return self._row(value, shape, head)
        return [f"{value} = {self._rows(shape)}(({value},), run)[0]"]

    def _list(self, value: str, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        if isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList):
            raise NotCompiled(f"{chosen.parent.name}.{chosen.name} is a list of lists")
        number = self._source.number()
        item, out = f"v{number}", f"out{number}"
        each = [*self._complete(item, kind, chosen, head), f"{out}.append({item})"]
        loop = f"for {item} in {value} if type({value}) is list else items({value}):"
        return [f"{out} = []", loop, *indented(each), f"{value} = {out}"]

    def _leaf(self, value: str, kind: GraphQLLeafType, required: bool) -> str:
        """Null fails where it may not be: by the name it has not, or in the function that writes."""
        test = "" if required else f"{value} is not None"
        write = f"{self._source.named('write', writing(kind))}({value})"
        if isinstance(kind, GraphQLEnumType):
            write = f"{self._source.named('names', names_of(kind))}[{value}]"
        elif kind.name == "DateTime":
            write = f"moment({value}) if {STORED_MOMENT.format(value)} else {write}"
        elif unusual := unusual_test(kind, value):
            test = " and ".join(filter(None, (test, unusual)))
        return f"if {test}: {value} = {write}" if test else f"{value} = {write}"
