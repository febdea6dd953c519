"""How many fields of one name validation has to compare with each other, before it does.

Fields that answer under one name are compared pair by pair, with all that they select, through every fragment: 75
fragments that each say `viewer { subject }` keep validation busy for half a second. Types are not looked at, as pairs
of different types are compared too. Each pair of braces is summed up once.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from schema.limits import Limits, too_much
from service.errors import Refusal


class Said(NamedTuple):
    """How often a name is said at one place, and how many fields those select in all, themselves included."""

    times: int = 0
    fields: int = 0


def crowded(document: DocumentNode, limits: Limits) -> None:
    """Raises `Refusal` LIMIT_EXCEEDED where validation would compare more than it may."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    walk = _Pass(fragments)
    definitions = (OperationDefinitionNode, FragmentDefinitionNode)
    found = sum(walk.pairs(each.selection_set) for each in document.definitions if isinstance(each, definitions))
    if found > limits.overlaps:
        raise Refusal(too_much("overlaps", found, limits.overlaps))


class _Pass:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, dict[str, Said]] = {}
        self._within: dict[int, dict[str, Said]] = {}

    def pairs(self, chosen: SelectionSetNode | None) -> int:
        """What is compared here and in the braces below, those of fragments aside."""
        if chosen is None:
            return 0
        inner = (each for each in chosen.selections if isinstance(each, FieldNode | InlineFragmentNode))
        below = sum(self.pairs(each.selection_set) for each in inner)
        return below + sum((said.times - 1) * said.fields for said in self._names(chosen).values())

    def _names(self, chosen: SelectionSetNode | None) -> dict[str, Said]:
        """The names said between one pair of braces, through every fragment."""
        if id(chosen) not in self._within:
            self._within[id(chosen)] = self._counted(chosen)
        return self._within[id(chosen)]

    def _counted(self, chosen: SelectionSetNode | None) -> dict[str, Said]:
        found: dict[str, Said] = defaultdict(Said)
        for each in chosen.selections if chosen else ():
            if isinstance(each, FieldNode):
                size = 1 + sum(said.fields for said in self._names(each.selection_set).values())
                said = {(each.alias or each.name).value: Said(1, size)}
            elif isinstance(each, InlineFragmentNode):
                said = self._names(each.selection_set)
            else:
                assert isinstance(each, FragmentSpreadNode)
                said = self._of_fragment(each.name.value)
            for name, (times, fields) in said.items():
                found[name] = Said(found[name].times + times, found[name].fields + fields)
        return found

    def _of_fragment(self, name: str) -> dict[str, Said]:
        if name not in self._known:
            self._known[name] = {}  # for whoever comes back here, which the depth refuses
            fragment = self._fragments.get(name)
            self._known[name] = self._names(fragment.selection_set if fragment else None)
        return self._known[name]
