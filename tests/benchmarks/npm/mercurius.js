// Mercurius as its documentation recommends for production: just-in-time compiled, no GraphiQL.
import mercurius from 'mercurius'
import { contextOf, resolvers, typeDefs } from './resolvers.js'
import { fronted } from './fronting.js'

export async function serve (source, port) {
  const app = fronted()
  app.register(mercurius, {
    schema: typeDefs,
    resolvers: { ...resolvers, Node: { resolveType: resolvers.Node.__resolveType } },
    context: (request) => contextOf(source, request.viewer),
    jit: 1,
    graphiql: false
  })
  await app.listen({ host: '127.0.0.1', port })
}
