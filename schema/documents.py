"""Trusted documents: operations known beforehand, asked for by their id; an installation may answer no others.

Clients name one as Apollo and urql do, `extensions.persistedQuery.sha256Hash`, or by `documentId` (GraphQL over HTTP,
appendix on persisted documents). The file that lists them is what their build tools write: a JSON object of texts by
id, as of Relay's and GraphQL Code Generator's, or Apollo's persisted query manifest.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLSchema, parse, validate

from schema.answers import Rejected
from service.errors import Code

MANIFEST = "apollo-persisted-query-manifest"
NEITHER = "it is neither an object of texts nor a manifest"


class DocumentsInvalid(Exception):
    """The file of trusted documents cannot be used; the text says why, naming the document."""


@dataclass(frozen=True)
class Documents:
    """Texts by id; with `only`, nothing else is answered; `bound` are those of a token, which has no others."""

    texts: Mapping[str, str]
    only: bool = False
    bound: bool = False

    def bound_to(self, ids: Collection[str] | None) -> "Documents":
        """Those of `ids`, or all, and nothing else."""
        own = {own_id: text for own_id, text in self.texts.items() if own_id in ids} if ids is not None else self.texts
        return Documents(own, only=True, bound=True)

    def text_of(self, query: str | None, own_id: str | None) -> str:
        """What is to be executed. Raises `Rejected` for what is not known, or is not what its id says."""
        if own_id is None:
            if query is None or self.only:
                raise self._untrusted()
            return query
        if own_id in self.texts:
            return self.texts[own_id]
        if self.bound:
            raise self._untrusted()
        if query is None:
            word = "PersistedQueryNotFound"  # in every language: urql goes by it, not by the code
            raise Rejected(404, word, word, Code.PERSISTED_QUERY_NOT_FOUND)
        if self.only:
            raise self._untrusted()
        if hashlib.sha256(query.encode()).hexdigest() != own_id.removeprefix("sha256:"):
            english, chinese = "The id is not the SHA-256 of the query.", "编号与查询文本的 SHA-256 不符。"
            raise Rejected(400, english, chinese)
        return query

    def _untrusted(self) -> Rejected:
        english = "Only documents known beforehand are answered here: name one by its id."
        return Rejected(403, english, "此处只执行预先登记的查询文档,请以编号指明。", Code.FORBIDDEN)


ANY = Documents({})


def documents_in(path: Path, schema: GraphQLSchema, only: bool) -> Documents:
    """The documents that a file lists. Raises `DocumentsInvalid` unless the schema takes every one of them."""
    try:
        texts, wrong = _texts(orjson.loads(path.read_bytes()))
    except (OSError, orjson.JSONDecodeError) as error:
        texts, wrong = {}, str(error)
    for own_id, text in texts.items():
        try:
            errors = validate(schema, parse(text))
        except GraphQLError as error:
            errors = [error]
        if errors:
            wrong = f"{own_id}: {errors[0].message}"
            break
    if wrong:
        raise DocumentsInvalid(f"{path} holds no usable documents: {wrong}. 查询文档文件不可用。")
    return Documents(texts, only)


def _texts(told: Any) -> tuple[dict[str, str], str]:
    if isinstance(told, dict) and told.get("format") == MANIFEST:
        told = {each["id"]: each["body"] for each in told.get("operations", ())}
    if isinstance(told, dict) and all(isinstance(text, str) for text in told.values()):
        return told, ""
    return {}, NEITHER
