// What every peer on Node does beside answering, as the service does: the check of the token, and a line in the log.
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { createVerifier, TokenError } from 'fast-jwt'
import pino from 'pino'
import { viewerOf } from './source.js'

const verify = createVerifier({
  key: process.env.COBUILD_TOKEN_KEY,
  algorithms: ['HS256'],
  allowedIss: 'cobuild',
  allowedAud: 'cobuild',
  requiredClaims: ['iss', 'aud', 'exp', 'nbf', 'sub'],
  clockTolerance: 30_000,
  cache: false
})
const log = pino({ timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }))

// Raises TokenError for anything but a valid bearer token; without one, the anonymous public.
export function viewer (authorization) {
  if (authorization === undefined) return viewerOf(null)
  const [scheme, token] = authorization.split(' ')
  if (scheme.toLowerCase() !== 'bearer' || !token) throw new TokenError(TokenError.codes.malformed, 'not a bearer token')
  return viewerOf(verify(token))
}

export function told ({ viewer, method, path, status, milliseconds }) {
  const request = randomBytes(8).toString('hex')
  log.info({ request, viewer: viewer?.subject, method, path, status, milliseconds }, 'answered')
}

// A Fastify application that knows its viewer before a route is asked.
export function fronted () {
  const app = Fastify({ logger: false })
  app.decorateRequest('viewer', null)
  app.addHook('onRequest', async (request, reply) => {
    try {
      request.viewer = viewer(request.headers.authorization)
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      return reply.code(401).send({ errors: [{ message: 'The token is not valid.' }] })
    }
  })
  app.addHook('onResponse', async (request, reply) => told({
    viewer: request.viewer,
    method: request.method,
    path: request.url,
    status: reply.statusCode,
    milliseconds: Math.round(10 * reply.elapsedTime) / 10
  }))
  return app
}
