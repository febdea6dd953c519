"""What a mutation answers: the record, or a `Refusal` with every problem at once, in the caller's language.

`write` is the one way from a mutation to an action: it makes the act, recognises a retry, and turns a refusal into
an answer.
"""

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from strawberry.utils.str_converters import to_camel_case

from schema.context import Info, Language
from schema.describing import both, field
from schema.enums import Code
from service import errors
from service.acts import Act, idempotency_key, reason_of
from service.records import Document, Record

OUTSIDE_INPUT = frozenset({"id", "version", "reason"})  # arguments of their own beside `input`


@strawberry.type(name="Problem", description=both("One thing that is wrong.", "一处问题。"))
class ProblemType:
    code: Code = field("For programs.", "问题代码。")
    message: str = field("For people, in the language asked for.", "说明,按请求语言给出。")
    path: list[str] = field(
        "The argument it is about, from the outside in; empty when it is about the whole.",
        "相关参数的路径,由外到内;涉及整体时为空。",
    )
    record: strawberry.ID | None = field("The record that stands in the way.", "造成冲突的记录。")
    version: int | None = field("The version of it that stands.", "该记录的现行版本。")


@dataclass(frozen=True)
class Refused:
    """The value under the type Refusal. A returned exception would be raised, so it is not one."""

    problems: list[dict[str, Any]]


@strawberry.type(
    name="Refusal",
    description=both(
        "The request was understood and declined; nothing was written.", "请求已被理解但拒绝执行,未写入任何内容。"
    ),
)
class RefusalType:
    problems: list[ProblemType] = field("Everything that is wrong.", "全部问题。")

    @classmethod
    def is_type_of(cls, value: object, _: object) -> bool:
        return isinstance(value, Refused)


def message(problem: errors.Problem, language: Language) -> str:
    return problem.chinese if language == "zh" else problem.english


def outer_path(path: errors.Path) -> list[str]:
    """A path in the names of this schema."""
    return [to_camel_case(part) if isinstance(part, str) else str(part) for part in path]


def refused(refusal: errors.Refusal, language: Language, *prefix: str) -> Refused:
    return Refused(told(refusal.problems, language, *prefix))


def told(problems: Iterable[errors.Problem], language: Language, *prefix: str) -> list[dict[str, Any]]:
    """Problems as the type Problem tells them, with `prefix` before the path of what stands inside an input."""
    return [
        {
            "code": problem.code,
            "message": message(problem, language),
            "path": outer_path(
                (*prefix, *problem.path) if problem.path and problem.path[0] not in OUTSIDE_INPUT else problem.path
            ),
            "record": problem.record,
            "version": problem.version,
        }
        for problem in problems
    ]


def given(value: Any) -> Any:
    """An input as plain facts: what was not given is not there, which differs from being given as null."""
    if dataclasses.is_dataclass(value):
        pairs = ((one.name, getattr(value, one.name)) for one in dataclasses.fields(value))
        return {name: given(item) for name, item in pairs if item is not strawberry.UNSET}
    return [given(item) for item in value] if isinstance(value, list) else value


def fingerprint(name: str, arguments: dict[str, Any]) -> str:
    """A hash of what was asked for, by which a retry is told from another request under the same key."""
    return hashlib.sha256(orjson.dumps([name, arguments], default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def write(
    info: Info,
    kind: type[Record],
    action: Callable[..., Awaitable[Document]],
    reason: str | None = None,
    **arguments: Any,
) -> Any:
    """Run `action` as this viewer's act; the answer is the record's document or `Refused`."""
    context, arguments = info.context, given_all(arguments)
    act = act_for(info, reason, arguments)
    try:
        if reason is not None:
            reason_of(act)  # where one is given it says something
        document = await context.store.once(kind, act, lambda: action(context.store, act, **arguments))
    except errors.Refusal as refusal:
        context.attempts.refused(f"Mutation.{info.field_name}", refusal.problems, getattr(refusal, "network", None))
        return refused(refusal, context.language, *(("input",) if "facts" in arguments else ()))
    context.accesses.made(kind, document)
    return document


def act_for(info: Info, reason: str | None, arguments: dict[str, Any]) -> Act:
    """The act of this viewer that the current root field is, with its plain `arguments`."""
    context, key = info.context, info.context.idempotency_key
    return Act(
        context.viewer,
        context.at,
        info.field_name,
        reason,
        idempotency_key(context.viewer, key, f"{info.path.key}:{info.field_name}") if key else None,
        fingerprint(info.field_name, {**arguments, "reason": reason}),
    )


def given_all(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: given(value) for name, value in arguments.items() if value is not strawberry.UNSET}
