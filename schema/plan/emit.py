"""Emit: the functions that turn what was found into the answer, written out field by field.

    def rows_2(sources, run):                 one function for each shape: documents in, objects of the answer out
        w1 = run.waiting(1)                   what step 1, a look-up, has to do at the end of this wave
        out = []
        for d in sources:
            if d is None: …                   which the caller refuses where null may not stand
            v = d.get('title')
            if type(v) is not str: …          graphql-core's own function, or the request is deoptimised
            f0 = v
            w1.append((row := {'title': f0, 'network': None}, d))
            out.append(row)
        return out

Names of the schema and of the request stand in the text as literals alone; all else is passed in by number.
"""

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
from schema.plan.leaves import names_of, usual_test, written
from schema.plan.plan import Operation, Plan, Step

Lines = list[str]


class Emitter:
    """The functions of one operation. `names` is what their text refers to."""

    def __init__(self, schema: Schema, operation: Operation) -> None:
        self._schema, self._operation = schema, operation
        self._numbers, self._text = count(), Lines()
        self._shapes: dict[int, str] = {}
        self.names: dict[str, Any] = {"items": items, "attributes": attributes, "refuse": refuse}

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

    def _completing(self, step: Step) -> str:
        name = self._named("completed")
        assert step.chosen.declared is not None
        body = [
            "out = []",
            "for v in found:",
            *indented(self._complete(step.chosen.declared.type, step.chosen)),
            "    out.append(v)",
        ]
        self._text += [f"def {name}(found, run):", *indented(body), "    return out"]
        return name

    def _rows(self, shape: Shape) -> str:
        if id(shape) in self._shapes:
            return self._shapes[id(shape)]
        name = self._shapes[id(shape)] = self._named("rows")
        head, body, row, after = Lines(), Lines(), Lines(), Lines()
        for place, chosen in enumerate(shape.chosen):
            if chosen.declared is None:
                row.append(f"{chosen.key!r}: {shape.own_type.name!r}")
                continue
            step = self._operation.step(chosen)
            lines = self._guarded(step)
            if step.waits:
                head.append(f"w{step.number} = run.waiting({step.number})")
                after.append(f"w{step.number}.append((row, {self._held(step)}))")
                row.append(f"{chosen.key!r}: None")
            else:
                lines += [*self._read(step, head), *self._complete(chosen.declared.type, chosen), f"f{place} = v"]
                row.append(f"{chosen.key!r}: f{place}")
            body += lines
        self._text += [
            f"def {name}(sources, run):",
            *indented(head),
            "    out = []",
            "    for d in sources:",
            "        if d is None:",
            "            out.append(None)",
            "            continue",
            *indented([*self._checked(shape), *body, f"row = {{{', '.join(row)}}}", *after, "out.append(row)"], 2),
            "    return out",
        ]
        return name

    def _checked(self, shape: Shape) -> Lines:
        """That a source is of the shape's type, and how its stored fields are read."""
        own_type = shape.own_type
        entity = ENTITIES.get(own_type.name)
        if entity is not None and not entity.drafted:
            prefix = f"{entity.kind.PREFIX}_"
            return [
                f"if type(d) is not dict or d['_id'][:{len(prefix)}] != {prefix!r}: refuse('not of its type')",
                "get = d.get",
            ]
        lines = ["get = d.get if type(d) is dict else attributes(d)"]
        if own_type.is_type_of is not None:
            lines.append(f"if not {self._named('is_of', own_type.is_type_of)}(d, run): refuse('not of its type')")
        return lines

    def _held(self, step: Step) -> str:
        """What a step that waits is told of a source: all of it or, where it is a link, what that holds."""
        if step.link is None:
            return "d"
        return f"d[{step.link.key!r}]" if step.link.several else f"d.get({step.link.key!r})"

    def _guarded(self, step: Step) -> Lines:
        return [f"{self._named('check', step.check)}(run.viewer, d)"] if step.check else []

    def _read(self, step: Step, head: Lines) -> Lines:
        """The value of a field that needs no look-up, as `v`."""
        number = step.number
        noting = [f"run.note({number}, d, v)"] if step.noted else []
        if step.resolver is None:
            return [f"v = get({step.stored!r})", *noting]
        given = [f"{name}=d" for name in step.sources]
        if step.told is not None:
            head.append(f"i{number} = run.info({number})")
            given.append(f"{step.told}=i{number}")
        if step.calling is not None:
            head.append(f"a{number} = run.arguments({number})")
            given.append(f"**a{number}")
        return [f"v = {self._named('resolve', step.resolver)}({', '.join(given)})", *noting]

    def _complete(self, kind: GraphQLOutputType, chosen: Chosen) -> Lines:
        """What turns `v` into its place in the answer."""
        if isinstance(kind, GraphQLNonNull):
            return ["if v is None: refuse('null where none may be')", *self._present(kind.of_type, chosen)]
        return ["if v is not None:", *indented(self._present(kind, chosen))]

    def _present(self, kind: GraphQLOutputType, chosen: Chosen) -> Lines:
        if isinstance(kind, GraphQLList):
            return ["if type(v) is not list: v = items(v)", *self._list(kind.of_type, chosen)]
        if is_leaf_type(kind):
            return self._leaf(kind, "v")
        return [f"v = {self._objects(kind, chosen)}((v,), run)[0]"]

    def _list(self, kind: GraphQLOutputType, chosen: Chosen) -> Lines:
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(inner, GraphQLList):
            raise NotCompiled(f"{chosen.parent.name}.{chosen.name} is a list of lists")
        never_null = ["if None in v: refuse('null where none may be')"] if inner is not kind else []
        if not is_leaf_type(inner):
            return [*never_null, f"v = {self._objects(inner, chosen)}(v, run)"]
        lines = ["out_of, v = v, []", "for each in out_of:"]
        return [
            *never_null,
            *lines,
            "    if each is not None:",
            *indented(self._leaf(inner, "each"), 2),
            "    v.append(each)",
        ]

    def _leaf(self, kind: GraphQLLeafType, name: str) -> Lines:
        if isinstance(kind, GraphQLEnumType):
            return [f"{name} = {self._named('names', names_of(kind))}[{name}]"]
        write, usual = f"{name} = {self._named('write', written(kind))}({name})", usual_test(kind, name)
        return [f"if not ({usual}): {write}" if usual else write]

    def _objects(self, kind: GraphQLOutputType, chosen: Chosen) -> str:
        """The function that makes rows of values of an object type, or of whichever of its types each turns out."""
        if not is_abstract_type(kind):
            return self._rows(chosen.shapes[get_named_type(kind).name])
        rows = {name: self._rows(shape) for name, shape in chosen.shapes.items()}
        return self._named("one_of", one_of(kind, rows, self.names))


def indented(lines: Lines, times: int = 1) -> Lines:
    return [f"{'    ' * times}{line}" for line in lines]
