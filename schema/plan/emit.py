"""Emit: the functions that turn what was found into the answer, written out field by field.

    def completed_2(found, run):              what a step found in, what stands in the answer out
        w1 = run.waiting[1]                   what step 1, a link, has to look up at the end of this wave
        out = []
        for v in found:
            d3 = v
            get3 = d3.get
            v = get3('title')
            if v is None: refuse(…)           the request is deoptimized
            if type(v) is not str: …          graphql-core's own function
            f3_0 = v
            v = row3 = {'title': f3_0, 'network': None}
            w1.append((row3, d3.get('network')))
            out.append(v)
        return out

What stands below is written out in place, so that a page of a hundred objects is one call.

Names of the schema and of the request stand in the text as literals alone; all else is passed in by number.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from strawberry import Schema

from schema.nodes import ENTITIES
from schema.plan.called import attributes, items, one_of, refuse
from schema.plan.collect import Chosen, NotCompiled, Shape
from schema.plan.leaves import MOMENT, names_of, usual_test, written
from schema.plan.plan import Operation, Plan, Step

Lines = list[str]


class Emitter:
    """The functions of one operation. `names` is what their text refers to, `shared` the shapes reached in two ways."""

    def __init__(self, schema: Schema, operation: Operation, uses: Mapping[int, int]) -> None:
        self._schema, self._operation, self._uses = schema, operation, uses
        self._numbers, self._text = count(), Lines()
        self._shapes: dict[int, str] = {}
        self.names: dict[str, Any] = {"items": items, "attributes": attributes, "refuse": refuse, "datetime": datetime}

    def plan(self, root: Shape) -> Plan:
        """Raises `NotCompiled` for what is left to Strawberry."""
        entry = self._rows(root)
        completing = {step.number: self._completing(step) for step in self._operation.waiting_as_they_come()}
        exec(compile("\n".join(self._text), "<plan>", "exec"), self.names)  # noqa: S102  the text is ours
        functions = {number: self.names[name] for number, name in completing.items()}
        return Plan(self._operation, self.names[entry], functions)

    def _named(self, stem: str, value: Any = None) -> str:
        name = f"{stem}_{next(self._numbers)}"
        self.names[name] = value
        return name

    def _function(self, name: str, head: Lines, body: Lines) -> None:
        """One that answers, for each `v` of a list, what `body` turns it into; `head` stands before the loop."""
        loop = ["out = []", "for v in found:", *indented([*body, "out.append(v)"]), "return out"]
        self._text += [f"def {name}(found, run):", *indented([*head, *loop])]

    def _completing(self, step: Step) -> str:
        name, head = self._named("completed"), Lines()
        assert step.chosen.declared is not None
        self._function(name, head, self._complete(step.chosen.declared.type, step.chosen, head))
        return name

    def _rows(self, shape: Shape) -> str:
        """The function of a shape."""
        if id(shape) not in self._shapes:
            name, head = self._named("rows"), Lines()
            self._shapes[id(shape)] = name
            self._function(name, head, ["if v is not None:", *indented(self._row(shape, head))])
        return self._shapes[id(shape)]

    def _row(self, shape: Shape, head: Lines) -> Lines:
        """What turns `v`, an object, into its row."""
        own = next(self._numbers)
        source, row = f"d{own}", f"row{own}"
        body, parts, after = [f"{source} = v", *self._checked(shape, own)], Lines(), Lines()
        for place, chosen in enumerate(shape.chosen):
            if chosen.declared is None:
                parts.append(f"{chosen.key!r}: {shape.own_type.name!r}")
                continue
            step = self._operation.step(chosen)
            if step.check:
                body.append(f"{self._named('check', step.check)}(run.viewer, {source})")
            if step.waits:
                head.append(f"w{step.number} = run.waiting[{step.number}]")
                after.append(f"w{step.number}.append(({row}, {held_by(step, source)}))")
                parts.append(f"{chosen.key!r}: None")
            else:
                body += [*self._read(step, own, head), *self._complete(chosen.declared.type, chosen, head)]
                body.append(f"f{own}_{place} = v")
                parts.append(f"{chosen.key!r}: f{own}_{place}")
        return [*body, f"v = {row} = {{{', '.join(parts)}}}", *after]

    def _checked(self, shape: Shape, own: int) -> Lines:
        """That a source is of the shape's type, and how its stored fields are read."""
        own_type, source = shape.own_type, f"d{own}"
        entity = ENTITIES.get(own_type.name)
        if entity is not None and not entity.drafted:
            prefix = f"{entity.kind.PREFIX}_"
            test = f"type({source}) is not dict or {source}['_id'][:{len(prefix)}] != {prefix!r}"
            return [f"if {test}: refuse('not of its type')", f"get{own} = {source}.get"]
        lines = [f"get{own} = {source}.get if type({source}) is dict else attributes({source})"]
        if own_type.is_type_of is not None:
            is_of = self._named("is_of", own_type.is_type_of)
            lines.append(f"if not {is_of}({source}, run): refuse('not of its type')")
        return lines

    def _read(self, step: Step, own: int, head: Lines) -> Lines:
        """The value of a field that needs no look-up, as `v`."""
        number, source = step.number, f"d{own}"
        noting = [f"run.note({number}, {source}, v)"] if step.noted else []
        if step.resolver is None:
            return [f"v = get{own}({step.stored!r})", *noting]
        given = [f"{name}={source}" for name in step.sources]
        if step.told is not None:
            head.append(f"i{number} = run.info({number})")
            given.append(f"{step.told}=i{number}")
        if step.calling is not None:
            head.append(f"a{number} = run.arguments({number})")
            given.append(f"**a{number}")
        return [f"v = {self._named('resolve', step.resolver)}({', '.join(given)})", *noting]

    def _complete(self, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        """What turns `v` into its place in the answer."""
        if isinstance(kind, GraphQLNonNull):
            return ["if v is None: refuse('null where none may be')", *self._present(kind.of_type, chosen, head)]
        return ["if v is not None:", *indented(self._present(kind, chosen, head))]

    def _present(self, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        if isinstance(kind, GraphQLList):
            return self._list(kind.of_type, chosen, head)
        if is_leaf_type(kind):
            return self._leaf(kind)
        return self._object(kind, chosen, head)

    def _list(self, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        if isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList):
            raise NotCompiled(f"{chosen.parent.name}.{chosen.name} is a list of lists")
        out = f"out{next(self._numbers)}"
        each = [*self._complete(kind, chosen, head), f"{out}.append(v)"]
        return [f"{out} = []", "for v in v if type(v) is list else items(v):", *indented(each), f"v = {out}"]

    def _leaf(self, kind: GraphQLLeafType) -> Lines:
        if isinstance(kind, GraphQLEnumType):
            return [f"v = {self._named('names', names_of(kind))}[v]"]
        if kind.name == "DateTime":
            return [f"v = {MOMENT.format(self._named('write', written(kind)))}"]
        write, usual = f"v = {self._named('write', written(kind))}(v)", usual_test(kind)
        return [f"if not ({usual}): {write}" if usual else write]

    def _object(self, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        """That of one object type is written out in place, unless it is reached in another way too."""
        if is_abstract_type(kind):
            rows = {name: self._rows(shape) for name, shape in chosen.shapes.items()}
            return [f"v = {self._named('one_of', one_of(kind, rows, self.names))}(v, run)"]
        shape = chosen.shapes[get_named_type(kind).name]
        return self._row(shape, head) if self._uses[id(shape)] == 1 else [f"v = {self._rows(shape)}((v,), run)[0]"]


def held_by(step: Step, source: str) -> str:
    """What a step that waits is told of a source: all of it or, where it is a link, what that holds."""
    if step.link is None:
        return source
    return f"{source}[{step.link.key!r}]" if step.link.several else f"{source}.get({step.link.key!r})"


def indented(lines: Lines, times: int = 1) -> Lines:
    return [f"{'    ' * times}{line}" for line in lines]
