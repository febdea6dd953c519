"""What a call of a mutation is, and where in its arguments ids stand."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import GraphQLInputObjectType, GraphQLInputType, get_named_type

from service.viewer import Viewer
from tests.api.world import MUTATIONS, do
from tests.conftest import ADMIN, House

REASON = "原因写在这里"
Path = tuple[str | int, ...]


class Call(NamedTuple):
    """`told` is the selection of the answer, `answer` what it holds on success, `__typename` aside."""

    viewer: Viewer
    given: Mapping[str, Any]
    told: str
    answer: Mapping[str, Any]


def created(given: Mapping[str, Any], told: str, answer: Mapping[str, Any], viewer: Viewer = ADMIN) -> Call:
    return Call(viewer, {"input": given}, f"version {told}", {"version": 1, **answer})


def changed(
    own_id: str, version: int, told: str, answer: Mapping[str, Any], viewer: Viewer = ADMIN, **given: Any
) -> Call:
    arguments = {"id": own_id, "version": version, **given}
    return Call(viewer, arguments, f"id version {told}", {"id": own_id, "version": version + 1, **answer})


def ids_in(name: str, given: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Where in the arguments of a mutation an id stands, and which."""
    arguments = MUTATIONS[name].args
    for each, value in given.items():
        yield from _ids(arguments[each].type, value, (each,))


def _ids(kind: GraphQLInputType, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    named = get_named_type(kind)
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _ids(named, item, (*path, place))
    elif isinstance(named, GraphQLInputObjectType) and isinstance(value, dict):
        for name, item in value.items():
            yield from _ids(named.fields[name].type, item, (*path, name))
    elif named.name == "ID" and isinstance(value, str):
        yield path, value


def replaced(value: Any, path: Path, by: object) -> Any:
    """`value` with what stands at `path` replaced."""
    if not path:
        return by
    here, *rest = path
    if isinstance(value, list):
        return [replaced(item, tuple(rest), by) if place == here else item for place, item in enumerate(value)]
    return {**value, here: replaced(value[here], tuple(rest), by)}


def answer_type(name: str) -> str:
    union: Any = MUTATIONS[name].type
    return next(str(kind) for kind in union.types if str(kind) != "Refusal")


async def performed(house: House, name: str, call: Call, key: str | None = None) -> Any:
    refusal = "... on Refusal { problems { code path message } }"
    selection = f"... on {answer_type(name)} {{ {call.told} }} {refusal}"
    return await do(house, name, call.viewer, selection, key, **call.given)
