"""Plan: what there is to do for each field, decided once: read what is stored, call a resolver, follow a link.

field ─┬─ no resolver ── the stored value           ┐ at once, in the function of its shape
       ├─ plain resolver ── a pure function of it   ┘
       ├─ link ── one command for all of the wave that name the same kind of record
       └─ async resolver ── called for each; they share commands through the request's reader
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from graphql import FragmentDefinitionNode, GraphQLResolveInfo, OperationDefinitionNode, OperationType
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.links import Following, following
from schema.permissions import Guard, check
from schema.plan.arguments import Calling, Declared
from schema.plan.called import Rows
from schema.plan.collect import Chosen, NotCompiled
from service.store.accesses import LOGGED
from service.viewer import Right, Viewer


@dataclass(frozen=True)
class Step:
    """A field, and how its value is had.

    `sources` and `told` are the names under which its resolver takes the object and the `Info`.
    """

    number: int
    chosen: Chosen
    name: str  # in the code
    raw: GraphQLResolveInfo[Any]
    resolver: Callable[..., Any] | None = None
    sources: tuple[str, ...] = ()
    told: str | None = None
    calling: Calling | None = None
    link: Following | None = None
    waits: bool = False
    right: Right | None = None
    known: dict[object, Any] = field(default_factory=dict)  # what resolvers derive from the selection alone

    @property
    def check(self) -> Callable[[Viewer, Any], None] | None:
        """What raises `Refusal` when the viewer may not read the field of a source; None where everybody may."""
        if self.right is None or self.right is Right.READ_PUBLIC:
            return None
        return partial(_checked, self.right)

    @property
    def several(self) -> bool:
        """Whether it leads to a list of records, by a list of ids."""
        return self.link is not None and self.link.several

    def held_by(self, source: str) -> str:
        """The expression for what stands in a row until it is looked up: of a link, the id, or ids, that lead to it."""
        if self.link is None:
            return "None"
        if self.link.target is None:
            return f"run.arguments({self.number})[{self.link.key!r}]"
        return f"{source}[{self.link.key!r}]" if self.link.several else f"{source}.get({self.link.key!r})"

    @property
    def noted(self) -> bool:
        return self.right in LOGGED


def _checked(right: Right, viewer: Viewer, source: Any) -> None:
    check(viewer, right, source)


@dataclass
class Operation:
    """One operation, and the steps that its fields are, as far as they are known by now."""

    schema: Schema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    declared: dict[str, Declared]
    steps: list[Step] = field(default_factory=list)
    shapes: int = 0  # that have a function, were nothing selected but __typename

    @property
    def size(self) -> int:
        """What it takes in memory, in compiled fields."""
        return len(self.steps) + self.shapes

    def step(self, chosen: Chosen) -> Step:
        """The step that a field is. Raises `NotCompiled` for one that is resolved in a way that is not known here."""
        assert chosen.declared is not None
        own: StrawberryField = chosen.declared.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        name, raw, right = own.python_name, self._raw(chosen), self._right(own, chosen)
        if (resolver := own.base_resolver) is None:
            step = Step(len(self.steps), chosen, name, raw, right=right)
        else:
            function = cast(Callable[..., Any], resolver.wrapped_func)
            asked = [resolver.self_parameter, resolver.parent_parameter]
            step = Step(
                len(self.steps),
                chosen,
                name,
                raw,
                function,
                tuple(each.name for each in asked if each),
                resolver.info_parameter.name if resolver.info_parameter else None,
                Calling(self.schema, self.declared, chosen.declared, own, chosen.nodes[0]) if own.arguments else None,
                following(function),
                own.is_async,
                right,
            )
        self.steps.append(step)
        return step

    def _right(self, own: StrawberryField, chosen: Chosen) -> Right | None:
        guards = [each for each in own.extensions if isinstance(each, Guard)]
        if len(guards) != len(own.extensions) or len(guards) > 1:
            raise NotCompiled(f"{chosen.parent.name}.{chosen.name} is guarded in another way")
        return guards[0].right if guards else None

    def _raw(self, chosen: Chosen) -> GraphQLResolveInfo[Any]:
        """What a resolver may ask of the selection. Its path is the root field's, by which a moment is found."""
        assert chosen.declared is not None
        nothing: Any = None
        return GraphQLResolveInfo(
            chosen.name,
            chosen.nodes,
            chosen.declared.type,
            chosen.parent,
            Path(None, chosen.root, None),
            self.schema._schema,
            self.fragments,
            *([nothing] * (len(GraphQLResolveInfo._fields) - 7)),
        )


@dataclass(frozen=True)
class Plan:
    """A compiled operation: the function of its root, and by step those that complete what was found.

    Where an object may be of several types, what is selected of each is compiled when one of it is met first.
    """

    operation: Operation
    rows: Rows
    completing: Mapping[int, Rows]

    @property
    def serial(self) -> bool:
        """Whether its root fields are run one after the other."""
        return self.operation.node.operation is OperationType.MUTATION
