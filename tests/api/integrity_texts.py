"""What the office and both sides of a commitment send: GraphQL text, which `test_walk_integrity` walks through."""


def writing(mutation: str, arguments: str, kind: str = "Recorded", told: str = "id") -> str:
    """A mutation of these arguments, whose variables are called alike; the answer tells `told` of `kind` too."""
    names = [each.partition(":")[0].strip() for each in arguments.split(",")]
    given = ", ".join(f"{name}: ${name}" for name in names)
    declared = ", ".join(f"${each.strip()}" for each in arguments.split(","))
    return f"mutation Write({declared}) {{ {mutation}({given}) {{ ...Told ...Refused ... on {kind} {{ {told} }} }} }}"


STEP = "id: ID!, version: Int!"
WHY = f"{STEP}, reason: String!"
SIDE = f"{STEP}, organization: ID!"

CREATE_CLAUSES = writing("createClauseSet", "input: ClauseSetFacts!", "ClauseSet", "status current { number }")
REVISE_CLAUSES = writing("reviseClauseSet", f"{WHY}, clauses: [ClauseInput!]!", "ClauseSet", "draft { number }")
PUBLISH_CLAUSES = writing("publishClauseSet", STEP, "ClauseSet", "current { number publishedOn textHash }")

COUNT_STAFF = writing("recordHeadcount", "input: HeadcountFacts!")
DRAFT_AGREEMENT = writing("draftAgreement", "input: AgreementFacts!", "Agreement", "status publicityDays knownPercent")
OPEN_AGREEMENT = writing("openAgreementForSigning", STEP, "Agreement", "status")
SIGN_AGREEMENT = writing(
    "signAgreement", f"{SIDE}, textVersion: Int!, signedOn: Date!, signer: String", "Agreement", "status"
)

DRAW_UP = writing("drawUpCommitment", "input: CommitmentFacts!", "Commitment", "status clauseVersion")
CORRECT = writing(
    "correctCommitment", f"{WHY}, input: CommitmentCorrection!", "Commitment", "status clauseVersion clauseHash"
)
SIGN = writing(
    "signCommitment",
    f"{SIDE}, clauseVersion: Int!, signedOn: Date!, headcount: ID!, signer: String",
    "Commitment",
    "status",
)
PUBLICISE = writing(
    "publiciseCommitment",
    f"{SIDE}, channel: String!, begins: Date!, ends: Date, place: String, evidence: [ID!]",
    "Commitment",
    "status",
)
ACKNOWLEDGE = writing("recordAcknowledgements", "input: AcknowledgementFacts!", "Acknowledgement", "status people")
WITHDRAW_BATCH = writing("withdrawAcknowledgement", WHY, "Acknowledgement", "status")
HOLD = writing("recordActivity", "input: ActivityFacts!")
CORRECT_ORGANIZATION = writing("correctOrganization", f"{WHY}, input: OrganizationCorrection!")

GIVE = writing("recordGift", "input: GiftFacts!", "Gift", "status recordedBy")
DECIDE = writing("decideGift", f"{WHY}, decision: GiftDecision!", "Gift", "status decision")
REVIEW = writing("reviewGift", WHY, "Gift", "status decision review")
REPORT_BREACH = writing("reportBreach", "input: BreachFacts!", "Breach", "status")
CONFIRM_BREACH = writing("confirmBreach", WHY, "Breach", "status")
RESOLVE_BREACH = writing("resolveBreach", WHY, "Breach", "status resolution")

OPEN_AUDIT = writing("openAudit", "input: AuditFacts!", "Audit", "status officer refersTo { id }")
CORRECT_AUDIT = writing("correctAudit", f"{WHY}, input: AuditCorrection!")
RUN_CHECKS = writing("runAuditChecks", f"{STEP}, asOf: DateTime", "Audit", "status asOf")
REPORT_AUDIT = writing("reportAudit", f"{STEP}, conclusion: String!", "Audit", "status")
CLOSE_AUDIT = writing("closeAudit", STEP, "Audit", "status")
DISCARD_AUDIT = writing("discardAudit", WHY, "Audit", "status")
RAISE = writing("raiseFindingFromCheck", "input: CheckFindingFacts!", "Finding", "status check evidence { id }")
OPEN_FINDING = writing("openFinding", STEP, "Finding", "status")
ASSIGN = writing("assignFinding", f"{STEP}, input: AssignmentFacts!", "Finding", "status grade due")
RECTIFY = writing("rectifyFinding", f"{STEP}, input: RectificationFacts!", "Finding", "status")
VERIFY = writing("verifyFinding", f"{STEP}, effective: Boolean!, note: String", "Finding", "status closedOn")
DISCARD_FINDING = writing("discardFinding", WHY, "Finding", "status")

BLOCKERS = """query Blockers($id: ID!) { node(id: $id) { ... on Commitment {
  status effectiveFrom blockers { code organization { id } since done wanted }
  sides { staff required known countPending }
} } }"""
JUDGED = """query Judged($network: ID!, $organizations: [ID!], $period: PeriodInput, $asOf: DateTime) {
  integrityChecks(network: $network, organizations: $organizations, period: $period, asOf: $asOf, first: 100) {
    nodes { check { code } verdict subject { id } since due figure evidence { id } }
  }
}"""
EXPOSED = "query($network: ID!) { exposures(network: $network, first: 100) { nodes { organization { id } verdict } } }"
OVERVIEW = """query Overview($network: ID!) { integrityOverview(network: $network, first: 100) {
  nodes { organization { id } light worst { check { code } } }
} }"""
EDUCATION = """query Education($network: ID!) { jointEducation(network: $network, first: 20) {
  nodes { organization { id } cells { year education exchange activities { id } } }
} }"""
GIFT = """query Gift($id: ID!) { node(id: $id) { ... on Gift {
  status decision findingPending findings { nodes { id status version organization { id } commitment { id } } }
} } }"""
REPORTER = "query WhoReported($id: ID!) { node(id: $id) { ... on Breach { reporter } } }"
KNOWERS = "query WhoKnows($id: ID!) { node(id: $id) { ... on Acknowledgement { persons } } }"
LOG = """query Log($network: ID!, $record: ID!) {
  accessLog(network: $network, where: {record: $record}) { nodes { by operation rights } }
}"""
STATE = "query State($id: ID!) { node(id: $id) { id ... on Finding { status version } } }"
AUDIT = """query Audit($id: ID!) { node(id: $id) { ... on Audit {
  status version asOf conclusion results(first: 100) {
    nodes { check { code } verdict subject { id } since due figure evidence { id } }
  }
} } }"""
AS_OF = """query Then($network: ID!, $id: ID!, $moment: DateTime!) {
  nodes(ids: [$id], asOf: $moment) { ... on Commitment { status sides { known } } }
  integrityChecks(network: $network, asOf: $moment, checks: [COOPERATION_WITHOUT_COMMITMENT], first: 100) {
    nodes { organization { id } verdict }
  }
}"""
TRAIL = """query Trail($network: ID!) {
  verifyTrail(network: $network) { sound complete sequence provedSequence faults { message } }
}"""
TOLD_COMMITMENT = """query Told($id: ID!, $asOf: DateTime!) { nodes(ids: [$id], asOf: $asOf) { ... on Commitment {
  id version status clauseHash clauseVersion expiresOn drawnUpOn agreement { title }
  clauseSet { title versions { number clauses { category chinese english } } }
  sides { organization { name } signedOn { from } signer staff required known knownOn publicisedOn
    publicity { channel place begins { from } ends { from } } }
  acknowledgements { nodes { id organization { name } acknowledgedOn people clauseVersion status } }
  breaches { nodes { id organization { name } happenedOn { from } category description judgement resolution status } }
} } }"""
TOLD_PARTNER = """query Told($id: ID!, $asOf: DateTime!) { nodes(ids: [$id], asOf: $asOf) { ... on Organization {
  name shortName status agreements { nodes { id title } }
  gifts { nodes { id givenOn { from } giver { name } receiver { name } item estimatedValue kind decision status } }
  findings { nodes { id raisedOn title grade responsible due status } }
} } }"""
TOLD_AUDIT = """query Told($id: ID!, $asOf: DateTime!) { nodes(ids: [$id], asOf: $asOf) { ... on Audit {
  title status version asOf conclusion officer organizations { name }
  results(first: 100) { nodes { check { code } verdict organization { name } since due figure } }
  findings { nodes { id raisedOn organization { name } title description cause grade responsible due status
    rectifications { action doneOn by } verifications { effective by note } } }
} } }"""
TOLD_ENUMS = (
    "CommitmentStatus", "AcknowledgementStatus", "ClauseCategory", "BreachStatus", "GiftKind", "GiftDecision",
    "GiftStatus", "FindingStatus", "Grade", "CheckId", "CheckVerdict", "AuditStatus",
)  # fmt: skip
DESCRIBED = [f'{name}: __type(name: "{name}") {{ enumValues {{ name description }} }}' for name in TOLD_ENUMS]
WORDS = f"query Words {{ {' '.join(DESCRIBED)} }}"
