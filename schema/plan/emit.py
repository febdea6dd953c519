"""Emit: the functions that turn what was found into the answer, written out field by field.

    def completed_2(found, run):              what a step found in, what stands in the answer out
        w1 = run.waiting[1]                   what step 1, a link, has to look up at the end of this wave
        out = []
        for v in found:
            d3 = v
            try: f3_0 = d3['title']
            except (KeyError, TypeError): …   one by one, as a key may be absent
            if not (type(f3_0) is str): …     graphql-core's own function, or the request is deoptimized
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
from schema.plan.called import items, one_of, refuse
from schema.plan.collect import Chosen, NotCompiled, Shape
from schema.plan.leaves import STORED_MOMENT, moment, names_of, usual_test, writing
from schema.plan.plan import Operation, Plan, Step
from schema.selection import stored_key, stored_value

Lines = list[str]


class Emitter:
    """The functions of one operation. `names` is what their text refers to, `uses` tells which shapes are shared."""

    def __init__(self, schema: Schema, operation: Operation, uses: Mapping[int, int]) -> None:
        self._schema, self._operation, self._uses = schema, operation, uses
        self._numbers, self._text = count(), Lines()
        self._shapes: dict[int, str] = {}
        self.names: dict[str, Any] = {each.__name__: each for each in (items, refuse, stored_value, moment, datetime)}

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
        self._function(name, head, self._complete("v", step.chosen.declared.type, step.chosen, head))
        return name

    def _rows(self, shape: Shape) -> str:
        """The function of a shape."""
        if id(shape) not in self._shapes:
            name, head = self._named("rows"), Lines()
            self._shapes[id(shape)] = name
            self._function(name, head, ["if v is not None:", *indented(self._row("v", shape, head))])
        return self._shapes[id(shape)]

    def _row(self, value: str, shape: Shape, head: Lines) -> Lines:
        """What turns the object called `value` into its row."""
        own = next(self._numbers)
        source, row = f"d{own}", f"row{own}"
        stored, body, parts, after = dict[str, str](), Lines(), Lines(), Lines()
        for place, chosen in enumerate(shape.chosen):
            if chosen.declared is None:
                parts.append(f"{chosen.key!r}: {shape.own_type.name!r}")
                continue
            step, field = self._operation.step(chosen), f"f{own}_{place}"
            if step.check:
                body.append(f"{self._named('check', step.check)}(run.viewer, {source})")
            if step.waits:
                head.append(f"w{step.number} = run.waiting[{step.number}]")
                after.append(f"w{step.number}.append({row if step.link else f'({row}, {source})'})")
                parts.append(f"{chosen.key!r}: {held_by(step, source)}")
                continue
            if step.resolver is None:
                stored[field] = step.name
            else:
                body.append(self._resolved(field, step, source, head))
            if step.noted:
                body.append(f"run.note({step.number}, {source}, {field})")
            body += self._complete(field, chosen.declared.type, chosen, head)
            parts.append(f"{chosen.key!r}: {field}")
        read = [*self._checked(shape, source), *read_from(source, stored)]
        return [f"{source} = {value}", *read, *body, f"{value} = {row} = {{{', '.join(parts)}}}", *after]

    def _checked(self, shape: Shape, source: str) -> Lines:
        """That a source is of the shape's type."""
        own_type, entity = shape.own_type, ENTITIES.get(shape.own_type.name)
        if entity is not None and not entity.drafted:
            prefix = f"{entity.kind.PREFIX}_"
            test = f"type({source}) is not dict or {source}['_id'][:{len(prefix)}] != {prefix!r}"
            return [f"if {test}: refuse('not of its type')"]
        own = own_type.is_type_of and self._named("is_of", own_type.is_type_of)
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
        return f"{field} = {self._named('resolve', step.resolver)}({', '.join(given)})"

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
            rows = {name: self._rows(shape) for name, shape in chosen.shapes.items()}
            return [f"{value} = {self._named('one_of', one_of(kind, rows, self.names))}({value}, run)"]
        shape = chosen.shapes[get_named_type(kind).name]
        if self._uses[id(shape)] == 1:  # written out in place, unless it is reached in another way too
            return self._row(value, shape, head)
        return [f"{value} = {self._rows(shape)}(({value},), run)[0]"]

    def _list(self, value: str, kind: GraphQLOutputType, chosen: Chosen, head: Lines) -> Lines:
        if isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList):
            raise NotCompiled(f"{chosen.parent.name}.{chosen.name} is a list of lists")
        number = next(self._numbers)
        item, out = f"v{number}", f"out{number}"
        each = [*self._complete(item, kind, chosen, head), f"{out}.append({item})"]
        loop = f"for {item} in {value} if type({value}) is list else items({value}):"
        return [f"{out} = []", loop, *indented(each), f"{value} = {out}"]

    def _leaf(self, value: str, kind: GraphQLLeafType, required: bool) -> str:
        """Null fails where it may not be: by the name it has not, or in the function that writes."""
        test, write = "" if required else f"{value} is not None", f"{self._named('write', writing(kind))}({value})"
        if isinstance(kind, GraphQLEnumType):
            write = f"{self._named('names', names_of(kind))}[{value}]"
        elif kind.name == "DateTime":
            write = f"moment({value}) if {STORED_MOMENT.format(value)} else {write}"
        elif usual := usual_test(kind, value):
            test = " and ".join(filter(None, (test, f"not ({usual})")))
        return f"if {test}: {value} = {write}" if test else f"{value} = {write}"


def read_from(source: str, stored: Mapping[str, str]) -> Lines:
    """What names the stored values of a source: of a whole document at once, else one by one."""
    if not stored:
        return []
    at_once = "; ".join(f"{field} = {source}[{stored_key(name)!r}]" for field, name in stored.items())
    singly = "; ".join(f"{field} = stored_value({source}, {name!r})" for field, name in stored.items())
    return [f"try: {at_once}", f"except (KeyError, TypeError): {singly}"]


def held_by(step: Step, source: str) -> str:
    """What stands in a row until it is looked up: of a link, the id, or ids, that lead to it."""
    if step.link is None:
        return "None"
    if step.link.target is None:
        return f"run.arguments({step.number})[{step.link.key!r}]"
    return f"{source}[{step.link.key!r}]" if step.link.several else f"{source}.get({step.link.key!r})"


def indented(lines: Lines, times: int = 1) -> Lines:
    return [f"{'    ' * times}{line}" for line in lines]
