"""Inputs that several mutations share, and how an input's fields are described."""

from typing import Annotated, Any

import strawberry

from schema.describing import argument, both
from schema.enums import Origin
from schema.scalars import Date


def optional(english: str, chinese: str, **kwargs: Any) -> Any:
    """A described input field that may be left out; left out it changes nothing."""
    return strawberry.field(description=both(english, chinese), default=strawberry.UNSET, **kwargs)


def preset(english: str, chinese: str, value: Any) -> Any:
    """A described input field that is `value` unless given."""
    return strawberry.field(description=both(english, chinese), default=value)


def required(english: str, chinese: str, **kwargs: Any) -> Any:
    """A described input field that must be given."""
    return strawberry.field(description=both(english, chinese), **kwargs)


@strawberry.input(description=both("A day, or the days between which something happened.", "某日或起止区间。"))
class PartialDateInput:
    first: Date = required("The first possible day.", "最早日期。", name="from")
    last: Date | None = optional("The last possible day, if it is another.", "最晚日期(若不同)。", name="to")


@strawberry.input(description=both("The document that a reported record rests on.", "引用记录所依据的文献。"))
class SourceInput:
    document: str = required("The document's number among the sources.", "文献编号。")
    fact: str = required("The numbered fact in it.", "事实编号。")
    quotation: str = preset("The words it rests on.", "原文。", "")


@strawberry.input(description=both("What every record may be given when it is made.", "新建记录的通用项。"))
class Made:
    origin: Origin = preset("Made here, or taken from a document.", "本系统产生或引自文献。", Origin.NATIVE)
    sources: list[SourceInput] | None = optional("For a reported record.", "引用记录的依据。")


@strawberry.input(description=both("From a day to a day, both included.", "起止日期,含首尾。"))
class PeriodInput:
    first: Date = required("The first day.", "起始日。", name="from")
    last: Date = required("The last day.", "截止日。", name="to")


Network = Annotated[strawberry.ID, argument("The network's id.", "共建网络编号。")]
