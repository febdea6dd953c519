"""What the two sides of a year send: plain GraphQL text, which `test_walk_year` walks through."""

GIVE = "mutation Give($input: RoleAssignmentFacts!) { giveRole(input: $input) { ...Told ...Refused } }"
DRAFT = """mutation Draft($input: AgreementFacts!) {
  draftAgreement(input: $input) { ...Told ...Refused ... on Agreement { status gaps } }
}"""
OPEN = """mutation Open($id: ID!, $version: Int!) {
  openAgreementForSigning(id: $id, version: $version) { ...Told ...Refused ... on Agreement { status } }
}"""
SIGN = """mutation Sign($id: ID!, $version: Int!, $organization: ID!, $on: Date!) {
  signAgreement(id: $id, version: $version, organization: $organization, textVersion: 1, signedOn: $on) {
    ...Told ...Refused ... on Agreement { status }
  }
}"""
MAKE_PLAN = """mutation MakePlan($input: ActivityPlanFacts!) {
  makeActivityPlan(input: $input) { ...Told ...Refused ... on ActivityPlan { lines { number title status } } }
}"""
PLAN = "mutation Plan($input: ActivityFacts!) { planActivity(input: $input) { ...Told ...Refused } }"
HOLD = """mutation Hold($id: ID!, $version: Int!, $input: ActivityCorrection!) {
  holdActivity(id: $id, version: $version, input: $input) {
    ... on Activity { id version status planLine } ... on Refusal { problems { code path record version } }
  }
}"""
RECORD = "mutation Record($input: ActivityFacts!) { recordActivity(input: $input) { ...Told ...Refused } }"
SAID = "...Told ...Refused ... on Activity { confirmations { organization { id } verdict reason } }"
CORRECT = f"""mutation Correct($id: ID!, $version: Int!, $reason: String!, $input: ActivityCorrection!) {{
  correctActivity(id: $id, version: $version, reason: $reason, input: $input) {{ {SAID} }}
}}"""
CONFIRM = f"""mutation Confirm($id: ID!, $version: Int!, $organization: ID!) {{
  confirmActivity(id: $id, version: $version, organization: $organization) {{ {SAID} }}
}}"""
DISPUTE = f"""mutation Dispute($id: ID!, $version: Int!, $organization: ID!, $reason: String!) {{
  disputeActivity(id: $id, version: $version, organization: $organization, reason: $reason) {{ {SAID} }}
}}"""
HAND_OVER = """mutation HandOver($id: ID!, $version: Int!, $reason: String!, $subject: String!) {
  handOverRole(id: $id, version: $version, reason: $reason, subject: $subject) {
    ...Told ...Refused ... on RoleAssignment { subject status }
  }
}"""
STANDING = """query Standing($network: ID!, $plan: ID!, $lead: ID!, $bank: ID!, $period: PeriodInput!) {
  node(id: $plan) { ... on ActivityPlan {
    lines { number status activities { id } } fulfilment { lines dropped due fulfilled rate unplanned }
  } }
  network: activityCounts(network: $network, period: $period) { total disputed personTimes }
  lead: activityCounts(network: $network, period: $period, organization: $lead) { total disputed personTimes }
  bank: activityCounts(network: $network, period: $period, organization: $bank) { total disputed personTimes }
  coverage(network: $network, period: $period, first: 100) {
    nodes { organization { id } cells { pillar activities } }
  }
}"""
TIMELINE = """query Timeline($id: ID!) { node(id: $id) { ... on Recorded {
  timeline(first: 20) { nodes { version by action reason changes { field } } }
} } }"""
EVIDENCE = """query Evidence($id: ID!) { node(id: $id) { ... on Activity {
  attachments { nodes { id kind fileName mediaType size sha256 url } }
} } }"""
