"""Rights on fields: a field with a right answers null and an error to whoever lacks it for that record.

What is answered under a right whose use is logged is noted here, for the access log.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types import Info

from service.records import RIGHTS_KEYS, Document
from service.viewer import Denial, Right, Viewer, forbidden


def check(viewer: Viewer, right: Right, source: Any) -> None:
    """Raises `Refusal` FORBIDDEN. A root field has no record: there, holding the right for some scope lets one ask."""
    held = (
        viewer.may(right, source["network"], source["concerns"])
        if isinstance(source, dict)
        else viewer.may_somewhere(right)
    )
    if not held:
        raise forbidden(right, network=source["network"] if isinstance(source, dict) else None)


def within(value: Document, root: Document) -> Document:
    """A value inside the record `root` with what a right on its fields depends on, and whose it is."""
    return {**value, **{key: root[key] for key in RIGHTS_KEYS}, "record": root["_id"]}


def noted(info: Any, right: Right, source: Any, value: Any) -> Any:
    """`value`, which is answered of the record that `source` is or stands in; a root field has none."""
    if isinstance(source, dict) and value not in (None, "", []):
        info.context.accesses.note(right, source["network"], source["_id"] if "_id" in source else source["record"])
    return value


@dataclass(frozen=True)
class Answered:
    """A root value that tells what mutations came to, by their keys in the answer: they are not run again."""

    outcomes: Mapping[str | int, Any]


class Guard(FieldExtension):
    def __init__(self, right: Right) -> None:
        self.right = right

    def _check(self, source: Any, info: Info[Any, Any], arguments: Mapping[str, Any]) -> None:
        """As `check`, and what is denied is noted: at the root, for the network that the arguments name."""
        try:
            check(info.context.viewer, self.right, source)
        except Denial as denial:
            named = arguments.get("network") or getattr(arguments.get("input"), "network", None)
            name = f"{info._raw_info.parent_type.name}.{info.field_name}"
            info.context.attempts.note(name, denial.network or named)
            raise

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        self._check(source, info, kwargs)
        return noted(info, self.right, source, next_(source, info, **kwargs))

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info[Any, Any], **kwargs: Any
    ) -> Any:
        if isinstance(source, Answered) and info.path.key in source.outcomes:
            return source.outcomes[info.path.key]
        self._check(source, info, kwargs)
        return noted(info, self.right, source, await next_(source, info, **kwargs))
