"""Bringing in rows of another system, and finding a record by its reference there; generic over the kinds.

A kind that can be brought in has an `Importable`, an input for its rows, and a mutation that calls `imported`.
"""

from typing import Any, Generic, NamedTuple, TypeVar

import strawberry

from schema.context import Info
from schema.describing import both, field, publish
from schema.enums import Origin
from schema.inputs import SourceInput, optional, required
from schema.results import ProblemType, act_for, given_all, refused, told
from schema.selection import stored_fields
from service import errors
from service.acts import reason_of
from service.permission import judged_by, may_read
from service.records import Document, Record, joined
from service.store import importing
from service.store.importing import MOST_ROWS, Importable, ImportOutcome, OnError
from service.store.kinds import index_of
from service.store.store import EXTERNAL_KEY

T = TypeVar("T")

publish(
    OnError,
    "What happens to the other rows when one is refused.",
    "某行被拒绝时对其余各行的处理。",
    {
        "REJECT_ALL": (
            "Every row is judged first; when one is refused, nothing is written.",
            "先审核全部各行;任一行被拒绝则全部不写入。",
        ),
        "REJECT_FAILED": ("The refused rows alone are left out.", "仅被拒绝的行不写入。"),
    },
)
publish(
    ImportOutcome,
    "What became of a row.",
    "一行的处理结果。",
    {
        "CREATED": ("A new record.", "新建。"),
        "UPDATED": ("A known record, with other facts now.", "已有记录,已更改。"),
        "UNCHANGED": ("A known record, that said the same already; nothing was written.", "已有记录,内容相同,未写入。"),
        "REFUSED": ("Nothing was written; the problems say why.", "未写入,原因见问题列表。"),
    },
)


@strawberry.type(description=both("What became of a row.", "一行的处理结果。"))
class ImportRow(Generic[T]):
    index: int = field("Its place among the rows, from 0.", "行号,自 0 起。")
    outcome: ImportOutcome = field("What became of it.", "处理结果。")
    record: T | None = field("The record as it stands then; null where refused.", "处理后的记录,被拒绝时为空。")
    problems: list[ProblemType] = field("Why it was refused; each path names the row.", "拒绝原因,路径含行号。")


class Imported(NamedTuple):
    """The value under an import: rows as the schema names them, and how many there are of each outcome."""

    rows: list[dict[str, Any]]
    created: int
    updated: int
    unchanged: int
    refused: int


@strawberry.type(description=both("What became of each row.", "各行的处理结果。"))
class Import(Generic[T]):
    rows: list[ImportRow[T]] = field("One for each row, in order.", "与各行一一对应,顺序相同。", most=MOST_ROWS)
    created: int = field("How many were created.", "新建数。")
    updated: int = field("How many were changed.", "更改数。")
    unchanged: int = field("How many said the same already.", "未变数。")
    refused: int = field("How many were refused.", "拒绝数。")

    @classmethod
    def is_type_of(cls, value: object, _: object) -> bool:
        return isinstance(value, Imported)


@strawberry.input(description=both("What every row has.", "各行通用项。"))
class Row:
    origin: Origin | None = optional("NATIVE unless given; it never changes.", "默认 NATIVE,不可更改。")
    sources: list[SourceInput] | None = optional("For a reported record.", "引用记录的依据。")


def reference() -> Any:
    """The input field of a row by which it is known again."""
    return required("Its number in the other system, by which it is known again.", "外部系统编号,据此识别同一记录。")


async def imported(info: Info, importable: Importable, reason: str, input: Any) -> Any:
    """Bring in the rows of `input` as acts of this viewer; the answer is `Imported`, or `Refused` for all of them."""
    context, given = info.context, given_all({"facts": input})["facts"]
    act = act_for(info, reason, {"facts": given})
    try:
        reason_of(act)
        rows = await importing.bring_in(
            context.store, act, importable, given["network"], given["rows"], given["on_error"]
        )
    except errors.Refusal as refusal:
        context.attempts.refused(f"Mutation.{info.field_name}", refusal.problems, given["network"])
        return refused(refusal, context.language, "input")
    problems = (problem for row in rows for problem in row.problems)
    context.attempts.refused(f"Mutation.{info.field_name}", problems, given["network"])
    shown = [
        {
            "index": row.index,
            "outcome": row.outcome,
            "record": row.record,
            "problems": told(row.problems, context.language, "input"),
        }
        for row in rows
    ]
    totals = {outcome.lower(): sum(row.outcome is outcome for row in rows) for outcome in ImportOutcome}
    return Imported(shown, **totals)


async def referred(info: Info, kind: type[Record], network: str, reference: str) -> Document | None:
    """The record that `network` knows by `reference`; None when there is none that the viewer may know of.

    Where it was merged, the one that answers for it.
    """
    tidy = importing.reference_of(kind, {"external_reference": reference})
    if not tidy:
        return None
    fields, where = (*judged_by(kind), *stored_fields(info, kind)), {EXTERNAL_KEY: joined(network, tidy)}
    found = await info.context.reader.database.find(
        kind.COLLECTION, where, 1, fields, index=index_of(kind, EXTERNAL_KEY)
    )
    if found and kind.SURVIVOR and (into := found[0][kind.SURVIVOR]):
        return await info.context.reader.one(kind.PREFIX, into, fields)
    return found[0] if found and may_read(kind, found[0], info.context.viewer, info.context.day) else None
