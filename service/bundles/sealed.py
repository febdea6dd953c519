"""A bundle whole: the paper as PDF and workbook, the data it is made from, and the manifest that seals them."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from service.bundles import audit, commitment, partner
from service.bundles.archive import archive
from service.bundles.document import Language, Paper
from service.bundles.manifest import canonical, manifest, proofs
from service.bundles.material import Material, Telling, Words
from service.integrity.audits import Audit
from service.integrity.commitments import Commitment
from service.network.organizations import Organization
from service.records import Document

PAPERS: Mapping[str, Callable[[Telling], Paper]] = {
    Organization.PREFIX: partner.paper,
    Commitment.PREFIX: commitment.paper,
    Audit.PREFIX: audit.paper,
}  # by the prefix of what a bundle is about


def sealed(
    material: Material,
    words: Words,
    language: Language,
    as_of: dt.datetime,
    request: Mapping[str, Any],
    checkpoints: Mapping[str, str],
) -> bytes:
    """The ZIP. It takes seconds where there are many records: call it beside the event loop."""
    # Reading fonts and writing files takes libraries that cost a worker at start more than all others together.
    from service.bundles.pdf import rendered
    from service.bundles.workbook import workbook

    own_id = str(material.subject["_id"])
    paper = PAPERS[own_id.partition("_")[0]](Telling(material, words, language, as_of))
    files = {
        f"{own_id}.pdf": rendered(paper),
        f"{own_id}.xlsx": workbook(paper),
        "data.json": data(material, request),
    }
    chain = proofs(material.all(), checkpoints)
    return archive({**files, "manifest.json": manifest(request, files, chain, material.withheld)}, as_of)


def data(material: Material, request: Mapping[str, Any]) -> bytes:
    """All documents of the bundle by kind, in canonical JSON."""
    records = {prefix: [_named(document) for document in found] for prefix, found in material.documents.items()}
    open_points = [dict(point) for point in material.open_points]
    return canonical({"request": request, "records": records, "openPoints": open_points})


def _named(document: Document) -> dict[str, Any]:
    return {"id" if name == "_id" else name: value for name, value in document.items()}
