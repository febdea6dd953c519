"""Rights on fields: a field with a right answers null and an error to whoever lacks it for that record."""

from collections.abc import Awaitable, Callable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types import Info

from service.viewer import Right, Viewer, forbidden


def check(viewer: Viewer, right: Right, source: Any) -> None:
    """Raises `Refusal` FORBIDDEN. A root field has no record: there, holding the right for some scope lets one ask."""
    held = (
        viewer.may(right, source["network"], source["concerns"])
        if isinstance(source, dict)
        else viewer.may_somewhere(right)
    )
    if not held:
        raise forbidden(right)


class Guard(FieldExtension):
    def __init__(self, right: Right) -> None:
        self.right = right

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        check(info.context.viewer, self.right, source)
        return next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info[Any, Any], **kwargs: Any
    ) -> Any:
        check(info.context.viewer, self.right, source)
        return await next_(source, info, **kwargs)
