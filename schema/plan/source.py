"""Source: the text of the functions of one operation, as it is written, and what the names in it stand for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from schema.plan.called import Rows
from schema.selection import stored_value

Lines = list[str]


class Source:
    """What has been written, and what of it has been compiled. `names` are known to all of it from the beginning."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names, self._text, self._last = dict(names), Lines(), 0
        self._known: dict[int, str] = {}

    def number(self) -> int:
        """One that stands in no name yet."""
        self._last += 1
        return self._last

    def named(self, stem: str, value: object) -> str:
        """The name of a value in the text; one value has one name."""
        if id(value) not in self._known:
            self._known[id(value)] = name = f"{stem}_{self.number()}"
            self._names[name] = value
        return self._known[id(value)]

    def function(self, name: str, head: Lines, body: Lines) -> None:
        """One that answers, for each `v` of a list, what `body` turns it into; `head` stands before the loop."""
        loop = ["out = []", "for v in found:", *indented([*body, "out.append(v)"]), "return out"]
        self._text += [f"def {name}(found, run):", *indented([*head, *loop])]

    def compiled(self) -> Mapping[str, Rows]:
        """All functions by name, those written since the last time compiled."""
        exec(compile("\n".join(self._text), "<plan>", "exec"), self._names)  # noqa: S102  the text is ours
        self._text.clear()
        return self._names


def indented(lines: Lines) -> Lines:
    return [f"    {line}" for line in lines]


def singly(names: Sequence[str]) -> Callable[[Any], list[Any]]:
    """What reads the stored values of these names one by one, as a key may be absent or the source no document."""
    return lambda source: [stored_value(source, name) for name in names]
