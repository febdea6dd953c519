// The measured part of the schema for servers on graphql-js: resolvers over stored documents, DataLoaders for links.
import { readFileSync } from 'node:fs'
import DataLoader from 'dataloader'
import { GraphQLScalarType } from 'graphql'
import { cursorOf } from './source.js'

export const typeDefs = readFileSync(new URL('../peers/schema.graphql', import.meta.url), 'utf8')

const USUAL_ON_A_PAGE = 20
export const ORGANIZATION_FIELDS = ['name', 'sector']
export const AGREEMENT_FIELDS = ['title', 'kind']
const TYPES = { act: 'Activity', org: 'Organization', agr: 'Agreement' }
const WRAPPERS = ['nodes', 'edges', 'node']
const STORED = {
  id: '_id',
  title: 'title',
  form: 'form',
  direction: 'direction',
  startsAt: 'starts_at',
  endsAt: 'ends_at',
  place: 'place',
  participations: 'participations',
  peopleServed: 'people_served',
  summary: 'summary',
  agreement: 'agreement',
  status: 'status'
}

// The stored keys of an activity that a field's selection names; looked at once for each parsed document.
const known = new WeakMap()
function selected (info) {
  const [node] = info.fieldNodes
  let keys = known.get(node)
  if (keys === undefined) known.set(node, keys = [...new Set(named(node.selectionSet))])
  return keys
}

function named (selectionSet) {
  return selectionSet.selections.flatMap((each) => {
    const name = each.name?.value
    if (each.kind === 'Field' && name in STORED) return [STORED[name]]
    return each.kind === 'InlineFragment' || WRAPPERS.includes(name) ? named(each.selectionSet) : []
  })
}

export const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (moment) => moment.toISOString() }),
  Node: { __resolveType: ({ _id }) => TYPES[_id.slice(0, 3)] },
  Query: {
    activities: async (_, { network, first, after }, { source, viewer }, info) =>
      source.page(viewer, network, first ?? USUAL_ON_A_PAGE, after, selected(info)),
    node: async (_, { id }, { source, viewer }, info) =>
      (await source.several(viewer, 'activities', [id], selected(info)))[0]
  },
  ActivityConnection: {
    nodes: ({ documents }) => documents,
    edges: ({ documents }) => documents.map((node) => ({ node, cursor: cursorOf(node) })),
    pageInfo: ({ documents, hasNextPage, hasPreviousPage }) => ({
      hasNextPage,
      hasPreviousPage,
      startCursor: documents.length ? cursorOf(documents[0]) : null,
      endCursor: documents.length ? cursorOf(documents.at(-1)) : null
    })
  },
  Activity: {
    id: ({ _id }) => _id,
    startsAt: (document) => document.starts_at,
    endsAt: (document) => document.ends_at,
    peopleServed: (document) => document.people_served,
    agreement: ({ agreement }, _, { agreements }) => (agreement ? agreements.load(agreement) : null)
  },
  Participation: {
    headCount: (part) => part.head_count,
    organization: ({ organization }, _, { organizations }) => organizations.load(organization)
  },
  Organization: { id: ({ _id }) => _id },
  Agreement: { id: ({ _id }) => _id }
}

// What a request's resolvers share.
export function contextOf (source, viewer) {
  const loader = (collection, fields) => new DataLoader((ids) => source.several(viewer, collection, ids, fields))
  return {
    source,
    viewer,
    organizations: loader('organizations', ORGANIZATION_FIELDS),
    agreements: loader('agreements', AGREEMENT_FIELDS)
  }
}
