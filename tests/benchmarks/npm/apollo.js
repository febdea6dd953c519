// Apollo Server behind Fastify as its documentation recommends for production: no introspection, its bounded caches.
import { ApolloServer } from '@apollo/server'
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify'
import { contextOf, resolvers, typeDefs } from './resolvers.js'
import { fronted } from './fronting.js'

export async function serve (source, port) {
  const app = fronted()
  const apollo = new ApolloServer({
    typeDefs,
    resolvers,
    introspection: false,
    csrfPrevention: true,
    cache: 'bounded',
    plugins: [fastifyApolloDrainPlugin(app)]
  })
  await apollo.start()
  await app.register(fastifyApollo(apollo), { context: async (request) => contextOf(source, request.viewer) })
  await app.listen({ host: '127.0.0.1', port })
}
