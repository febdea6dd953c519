// Mercurius in its other style: its own loaders in place of DataLoader.
import mercurius from 'mercurius'
import { AGREEMENT_FIELDS, contextOf, ORGANIZATION_FIELDS, resolvers, typeDefs } from './resolvers.js'
import { fronted } from './fronting.js'

const { agreement: _, ...Activity } = resolvers.Activity
const { organization: __, ...Participation } = resolvers.Participation

function loader (key, collection, fields) {
  return {
    loader: async (queries, { source, viewer }) => {
      const ids = queries.map(({ obj }) => obj[key])
      const found = await source.several(viewer, collection, [...new Set(ids)].filter(Boolean), fields)
      const own = new Map(found.filter(Boolean).map((each) => [each._id, each]))
      return ids.map((id) => own.get(id) ?? null)
    },
    opts: { cache: false }
  }
}

export async function serve (source, port) {
  const app = fronted()
  app.register(mercurius, {
    schema: typeDefs,
    resolvers: { ...resolvers, Activity, Participation, Node: { resolveType: resolvers.Node.__resolveType } },
    loaders: {
      Activity: { agreement: loader('agreement', 'agreements', AGREEMENT_FIELDS) },
      Participation: { organization: loader('organization', 'organizations', ORGANIZATION_FIELDS) }
    },
    context: (request) => contextOf(source, request.viewer),
    jit: 1,
    graphiql: false
  })
  await app.listen({ host: '127.0.0.1', port })
}
