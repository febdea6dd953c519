"""Parents above parents: no record stands above itself, and no line is deeper than DEEPEST."""

from collections.abc import Sequence

from service.errors import Code, Problem, Refusal

DEEPEST = 10


def check_ancestry(own_id: str, line: Sequence[str]) -> None:
    """Raises `Refusal` when `line`, the new parent and all above it, holds `own_id` or is too long."""
    if own_id in line:
        english, chinese = "A record cannot stand above itself.", "记录不能成为自身的上级。"
    elif len(line) >= DEEPEST:
        english, chinese = f"At most {DEEPEST} levels, one above another.", f"上下级最多 {DEEPEST} 层。"
    else:
        return
    raise Refusal(Problem(Code.RULE_BROKEN, ("parent",), english, chinese, line[0]))
