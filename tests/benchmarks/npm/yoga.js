// GraphQL Yoga on Node's own server as its documentation recommends for production: its caches, no pages for people.
import { createServer } from 'node:http'
import { TokenError } from 'fast-jwt'
import { createSchema, createYoga } from 'graphql-yoga'
import { contextOf, resolvers, typeDefs } from './resolvers.js'
import { told, viewer } from './fronting.js'

export async function serve (source, port) {
  const yoga = createYoga({
    schema: createSchema({ typeDefs, resolvers }),
    context: ({ req }) => contextOf(source, req.viewer),
    graphiql: false,
    landingPage: false,
    logging: 'error'
  })
  const server = createServer((request, response) => {
    const began = performance.now()
    response.on('finish', () => told({
      viewer: request.viewer,
      method: request.method,
      path: request.url,
      status: response.statusCode,
      milliseconds: Math.round(10 * (performance.now() - began)) / 10
    }))
    try {
      request.viewer = viewer(request.headers.authorization)
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ errors: [{ message: 'The token is not valid.' }] }))
      return
    }
    yoga(request, response)
  })
  server.listen(port, '127.0.0.1')
}
