"""What a request for a bundle asks: its query, judged; and the address at which exactly the same is answered."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from starlette.requests import Request

from schema.answers import Rejected
from schema.context import language_of
from service.bundles.document import Language
from service.dates import day_of
from service.errors import Code

PATH = "/dossiers"
PARAMETERS = ("asOf", "language", "network")


class Asking:
    """`as_of` and `language` are part of what is asked, so that one address always gives the same bytes."""

    def __init__(self, request: Request, moment: dt.datetime) -> None:
        """Raises `Rejected` 400 for what is no parameter, stands twice, or is no moment, language or past."""
        given = request.query_params
        if len(given.multi_items()) > len(given) or not set(given) <= set(PARAMETERS):
            listed = ", ".join(PARAMETERS)
            english = f"The query holds each of these at most once: {listed}."
            raise Rejected(400, english, f"查询参数只能是以下各项,每项至多一次:{listed}。")
        self.own_id: str = request.path_params["own_id"]
        self.network = given.get("network")
        self.as_of = _moment(given["asOf"], moment) if "asOf" in given else moment
        usual = language_of(request.headers.get("accept-language"))
        self.language = _language(given.get("language", usual))
        self.address = _address(self.own_id, self._canonical())
        self.is_exact = given.get("asOf") == self._canonical()["asOf"] and "language" in given

    def _canonical(self) -> Mapping[str, str]:
        utc = self.as_of.astimezone(dt.UTC).replace(tzinfo=None)
        network = {} if self.network is None else {"network": self.network}
        return {"asOf": f"{utc.isoformat(timespec='milliseconds')}Z", "language": self.language.value, **network}


def _address(own_id: str, query: Mapping[str, str]) -> str:
    return f"{PATH}/{quote(own_id, safe='')}?{urlencode(query, safe=':')}"


def _moment(text: str, present: dt.datetime) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
        day_of(moment)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        english = "asOf is a moment with its offset, as 2024-02-29T01:30:00.000Z; write + as %2B."
        raise Rejected(400, english, "asOf 须为带时区的时刻,如 2024-02-29T01:30:00.000Z;加号写作 %2B。", Code.INVALID)
    utc = moment.astimezone(dt.UTC)
    if utc > present:
        english = "asOf lies in the future; nothing stands then yet."
        raise Rejected(400, english, "asOf 不得晚于当前时刻。", Code.INVALID)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _language(text: str) -> Language:
    try:
        return Language(text)
    except ValueError:
        raise Rejected(400, "The language is zh or en.", "language 须为 zh 或 en。", Code.INVALID) from None
