"""What front-ends and the office draw, asked for in full; `$n` is how many items of each list."""

CELL = "activities personTimes peopleServed"
COUNTS = f"""total undated disputed unknownHeadCounts personTimes peopleServed
byPillar {{ pillar principle {CELL} }} byTheme {{ theme pillar {CELL} }} byForm {{ form {CELL} }}
bySector {{ sector {CELL} }} byMonth {{ month {CELL} }} byQuarter {{ quarter {CELL} }} byYear {{ year {CELL} }}
byPartner(first: $n) {{ totalCount nodes {{ {CELL} organization {{ id }} }} }}"""
DRAWN = {
    "activityCounts": COUNTS,
    "coverage": f"nodes {{ organization {{ id }} member cells {{ pillar principle {CELL} }} }}",
    "coverageByMonth": f"nodes {{ organization {{ id }} member cells {{ month {CELL} }} }}",
    "partnershipGraph": f"""totalNodes totalEdges truncated
    nodes {{ id role {CELL} organization {{ id }} }} edges {{ source target agreements {CELL} }}""",
    "calendar": "days { date activities { id title status } } vague { id title }",
    "partnerDossier": f"""organization {{ id name }} memberships(first: $n) {{ nodes {{ id }} }}
    agreements(first: $n) {{ nodes {{ id }} }} activities(first: $n) {{ nodes {{ id }} }} counts {{ {COUNTS} }}
    lastActivity {{ id }} awaitingConfirmation(first: $n) {{ nodes {{ id }} }} disputes(first: $n) {{ nodes {{ id }} }}
    activityPlans(first: $n) {{ nodes {{ id fulfilment {{ due fulfilled rate }} }} }}
    deliverables(first: $n) {{ nodes {{ id }} }} stations(first: $n) {{ nodes {{ id }} }}
    pairings(first: $n) {{ nodes {{ id }} }} gaps {{ kind records withGaps }}
    openPoints {{ code agreement {{ id }} plan {{ id }} line activities due }}""",
}
