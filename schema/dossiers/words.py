"""What bundles call the values of enumerations: the words by which the schema describes them."""

from enum import Enum

from schema.describing import WORDS
from service.bundles.document import Language


def words(kind: type[Enum], value: str, language: Language) -> str:
    """In one language, without the full stop; the value itself where the schema does not publish its enumeration."""
    english, chinese = WORDS.get(kind, {}).get(value, (value, value))
    return language.say(english, chinese).rstrip(".。")
