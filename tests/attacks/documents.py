"""Attacks by what a document says: deep, wide, repeated, cyclic, dear, curious."""

from typing import Any

from tests.attacks.serving import post
from tests.attacks.striking import Attack, catalogue, sends

LIMIT, INVALID, FORBIDDEN = "LIMIT_EXCEEDED", "GRAPHQL_INVALID", "FORBIDDEN"
NETWORK = "net_002_derma"


def nested(times: int, opening: str, inner: str = "", closing: str = "}") -> str:
    return opening * times + inner + closing * times


def several(most: int, text: str, gap: str = " ") -> str:
    """`text` with each number below `most` for #."""
    return gap.join(text.replace("#", str(number)) for number in range(most))


def chain(links: int, told: str = "...f{next} ...f{next}") -> str:
    """Fragments that each spread the next one, as often as `told` says."""
    return " ".join(f"fragment f{each} on Query {{ {told.format(next=each + 1)} }}" for each in range(links))


PAGES = "activities(first: 100) { nodes { partners: participations { organization { agreements(first: 100) { nodes { id"

# What a document says, and the code with which it is refused: with status 400, and nothing of it runs.
DOCUMENTS: dict[str, tuple[str, str]] = {
    # Deep
    "5,000 levels": (nested(5_000, "{a"), INVALID),
    "150 levels": (nested(150, "{a", ""), LIMIT),
    "13 levels of what there is": (f'{{node(id:"x"){nested(12, "{...on Organization{parent", "{id}", "}}")}}}', LIMIT),
    "a list in 450 lists": (f"{{nodes(ids:{nested(450, '[', '', ']')}){{id}}}}", INVALID),
    "an object in 240 objects": (f"{{nodes(ids:{nested(240, '{a:', '1')}){{id}}}}", INVALID),
    "a type of 450 lists": (f"query($a:{nested(450, '[', 'Int', ']')}){{__typename}}", INVALID),
    "lists that are not closed": ("{nodes(ids:" + "[" * 900, INVALID),
    "300 inline fragments": (f"{{{nested(300, '...{', '__typename')}}}", INVALID),
    # Wide
    "12,000 aliases": (f"{{{several(12_000, 'a#:__typename')}}}", LIMIT),
    "31 aliases": (f"{{{several(31, 'a#:__typename')}}}", LIMIT),
    "31 times the same": ("{" + "__typename " * 32 + "}", LIMIT),
    "7,000 unknown fields": (f"{{{several(7_000, 'f#')}}}", LIMIT),
    "as many as tokens allow": (f"{{{several(900, 'f#')}}}", INVALID),
    "1,001 tokens": ("{" + "a " * 999 + "}", LIMIT),
    "overlapping fields": ("{" + ("viewer{" + "subject " * 100 + "}") * 200 + "}", LIMIT),
    "overlap within the tokens": ("{" + ("viewer{" + "subject " * 40 + "}") * 22 + "}", LIMIT),
    "overlap that nobody asks for": ("{__typename} fragment f on Viewer{" + "subject " * 900 + "}", LIMIT),
    "conflicts in an operation that is not run": (
        "query A{__typename} query B{" + several(90, 'node(id:"#"){id}') + "}",
        LIMIT,
    ),
    "one field in 75 fragments": (
        "{" + several(75, "...f#") + "}" + several(75, "fragment f# on Query{viewer{subject}}"),
        LIMIT,
    ),
    "undefined variables": (f"{{{several(120, 'f#(a:$b#)')}}}", INVALID),
    "undefined fragments": (f"{{{several(300, '...f#')}}}", INVALID),
    "variables that nobody uses": (f"query({several(200, '$a#:Int')}){{__typename}}", INVALID),
    # Fragments
    "fan-out of 2^30": ("{...f0}" + chain(30) + "fragment f30 on Query{a:__typename}", LIMIT),
    "fan-out of 2^70 fields": ("{...f0}" + chain(70) + "fragment f70 on Query{networks{nodes{id}}}", LIMIT),
    "a cycle of two": ("{...a} fragment a on Query{...b} fragment b on Query{...a}", LIMIT),
    "a cycle of itself": ("{...a} fragment a on Query{viewer{subject} ...a}", LIMIT),
    "a cycle that nobody asks for": ("{__typename} fragment a on Query{...b} fragment b on Query{...a}", LIMIT),
    "twenty that spread all twenty": (
        "{__typename}" + several(20, "fragment f# on Query{" + several(20, "...f%").replace("%", "#") + "}"),
        LIMIT,
    ),
    "a fragment of another type": ("{...a} fragment a on Organization{id}", INVALID),
    "a fragment twice": ("{...a} fragment a on Query{__typename} fragment a on Query{__typename}", INVALID),
    "a fragment on a scalar": ("{viewer{subject{...a}}} fragment a on String{x}", INVALID),
    "a fragment on nothing": ("{...a} fragment a on __proto__{x}", INVALID),
    # Directives
    "a flood of directives": ("{__typename " + "@a" * 400 + "}", LIMIT),
    "51 directives": ("{__typename " + "@include(if:true)" * 51 + "}", LIMIT),
    "@include twice": ("{__typename " + "@include(if:true)" * 2 + "}", INVALID),
    "directives of a fragment": ("{...a} fragment a on Query " + "@a" * 400 + "{__typename}", LIMIT),
    "directives of a variable": ("query($a:Int " + "@a" * 400 + "){__typename}", LIMIT),
    "@skip of what is missing": ("{viewer @skip(if:$nothing){subject}}", INVALID),
    "@skip without if": ("{viewer @skip{subject}}", INVALID),
    "@defer": ("{...@defer{__typename}}", INVALID),
    "@stream": ("{networks{nodes @stream(initialCount:0){id}}}", INVALID),
    "@access, which is ours": ("{__typename @access(right:READ_PUBLIC)}", INVALID),
    # Dear
    "pages of pages": (f"{{organizations(first:100){{nodes{{{PAGES}}}}}}}}}}}}}}}}}}}", LIMIT),
    "a hundred nodes of a hundred": (
        "{nodes(ids:[" + '"org_boc" ' * 100 + "]){...on Organization{activities(first:100){nodes{id}}}}}",
        LIMIT,
    ),
    "thirty sums": ("{" + several(30, f'a#:activityCounts(network:"{NETWORK}"){{total}}') + "}", LIMIT),
    "thirty searches": ("{" + several(30, f'a#:search(text:"#",network:"{NETWORK}"){{totalCount}}') + "}", LIMIT),
    "thirty guesses of an id": ("{" + several(31, 'a#:node(id:"act_#"){id}') + "}", LIMIT),
    # Long
    "2 MB of comments, or as many as a body holds": ("#" * 200_000 + "\n{__typename}", LIMIT),
    "commas": ("{__typename" + "," * 200_000 + "}", LIMIT),
    "a name of 200,000": ("{" + "a" * 200_000 + "}", LIMIT),
    "a name of 40,000": ("{" + "a" * 40_000 + "}", INVALID),
    "an integer of 200,000 digits": ("{networks(first:" + "9" * 200_000 + "){totalCount}}", LIMIT),
    "an integer of 40,000 digits": ("{networks(first:" + "9" * 40_000 + "){totalCount}}", INVALID),
    "an exponent of 20,000 digits": ("{networks(first:1e" + "9" * 20_000 + "){totalCount}}", INVALID),
    "a block of 40,000 lines": ('{node(id:"""' + "\n" * 40_000 + '""" x:1){id}}', INVALID),
    # Curious
    "the schema": ("{__schema{types{name}}}", FORBIDDEN),
    "a type of the schema": ('{__type(name:"Query"){name}}', FORBIDDEN),
    "the schema in a fragment": ("{...a} fragment a on Query{s:__schema{types{name}}}", FORBIDDEN),
    "the schema where it is skipped": ("{__schema @skip(if:true){types{name}}}", FORBIDDEN),
    "the schema in an operation that is not run": ("query A{__typename} query B{__schema{types{name}}}", FORBIDDEN),
    "a name that is nearly right": ("{networs{totalCount}}", INVALID),
    "an argument that is nearly right": ("{networks(frist:1){totalCount}}", INVALID),
    "an enum's value that is nearly right": (
        f'{{activities(network:"{NETWORK}",where:{{pillar:LERNING}}){{totalCount}}}}',
        INVALID,
    ),
    "a type that is nearly right": ("query($a:Strin){__typename}", INVALID),
    "_service and _entities": ("{_service{sdl} _entities(representations:[]){__typename}}", INVALID),
    "__proto__": ("{__proto__{x} constructor{x}}", INVALID),
    # Ill-formed
    "nothing but white space": ("{", INVALID),
    "half a surrogate": ('{node(id:"\\ud800"){id}}', INVALID),
    "no character": ('{node(id:"\\u{110000}"){id}}', INVALID),
    "a string that is not closed": ('{node(id:"', INVALID),
    "a type system": ("type Query{a:Int} {__typename}", INVALID),
    "an extension of a type": ("extend type Query{a:Int}", INVALID),
    "two operations and no name": ("query A{__typename} query B{__typename}", INVALID),
    "a subscription by POST": (f'subscription{{networkFeed(network:"{NETWORK}"){{sequence}}}}', INVALID),
    "mass assignment": (
        'mutation{createOrganization(input:{network:"x",name:"x",version:9,createdBy:"x"}){__typename}}',
        INVALID,
    ),
}


IDS = "query($a:[ID!]!){nodes(ids:$a){id}}"
PAGE = "query($n:Int){organizations(first:$n){nodes{activities(first:$n){nodes{id}}}}}"
# Whole requests whose variables, names or extensions attack; status and codes.
OPERATIONS: dict[str, tuple[Any, ...]] = {
    "cost by variables": ({"query": PAGE, "variables": {"n": 100}}, 400, LIMIT),
    "cost by a variable of 2^31": ({"query": PAGE, "variables": {"n": 2**31}}, 400, LIMIT),
    "a page of more than a page": ({"query": "{networks(first:101){totalCount}}"}, 200, LIMIT),
    "a page of less than nothing": ({"query": "{networks(last:-1){totalCount}}"}, 200, LIMIT),
    "25,000 ids": ({"query": IDS, "variables": {"a": ["x"] * 25_000}}, 400, LIMIT),
    "50,000 objects as ids": ({"query": IDS, "variables": {"a": [{}] * 50_000}}, 400, LIMIT),
    "a hundred and one ids": ({"query": IDS, "variables": {"a": ["x"] * 101}}, 200, LIMIT),
    "a list in 900 lists": (
        b'{"query":"' + IDS.encode() + b'","variables":{"a":%s}}' % (b"[" * 900 + b"]" * 900),
        400,
        INVALID,
    ),
    "too deep to be JSON": (b'{"query":"{__typename}","variables":%s}' % (b'{"a":' * 50_000), 400, "BAD_REQUEST"),
    "an operator for an id": (
        {"query": "query($a:ID!){node(id:$a){id}}", "variables": {"a": {"$ne": ""}}},
        400,
        INVALID,
    ),
    "a number of 400 digits": (
        b'{"query":"query($a:Int){networks(first:$a){totalCount}}","variables":{"a":%s}}' % (b"9" * 400),
        400,
        "BAD_REQUEST",
    ),
    "NaN": (b'{"query":"query($a:Int){networks(first:$a){totalCount}}","variables":{"a":NaN}}', 400, "BAD_REQUEST"),
    "a name of an operation of 100,000": (
        {"query": "query A{__typename}", "operationName": "A" * 100_000},
        400,
        INVALID,
    ),
    "a line break in the name": (
        {"query": "query A{__typename}", "operationName": "A\r\nSet-Cookie: a=b"},
        400,
        INVALID,
    ),
    "an id that is not the text's": (
        {"query": "{__typename}", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
        400,
        "BAD_REQUEST",
    ),
    "an id that nobody knows": (
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
        404,
        "PERSISTED_QUERY_NOT_FOUND",
    ),
    "a cursor of elsewhere": ({"query": '{networks(after:"bmFtZQp4"){totalCount}}'}, 200, "BAD_CURSOR"),
    "a cursor that says an operator": (
        {"query": '{networks(after:"eyIkbmUiOjF9"){totalCount}}'},
        200,
        "BAD_CURSOR",
    ),
    "a cursor that is none": ({"query": '{networks(after:"\\u0000"){totalCount}}'}, 200, "BAD_CURSOR"),
}


def document(name: str, text: str, code: str) -> Attack:
    named = {"operationName": "A"} if text.startswith("query A") and "two" not in name else {}
    return sends(name, post({"query": text, **named}), 400, code)


ATTACKS: dict[str, Attack] = {
    **catalogue(document, DOCUMENTS),
    **catalogue(lambda name, body, *told: sends(name, post(body), *told), OPERATIONS),
}
