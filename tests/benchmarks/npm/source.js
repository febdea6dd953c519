// What the peers on Node read, with the calls and the rights of the service: a page of a network, and records by id.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BSON, MongoClient } from 'mongodb'

const ORDER = 'date_key'
const INDEX = 'network_date_key'
const READERS = ['FRONT_END', 'RECORDER', 'NETWORK_ADMIN', 'INTEGRITY_OFFICER', 'OBSERVER']
const INSIDERS = READERS.slice(1)
const DRAFTS = ['DRAFT', 'DISCARDED']
const HOURS_OF_SHANGHAI = 8

// Keys that a right to read depends on, by collection.
const STATE_KEYS = {
  activities: ['network', 'concerns', 'status', 'counted_for', 'unconfirmed'],
  agreements: [
    'network', 'concerns', 'stage', 'active_from', 'active_to', 'terminated_from', 'renewal_from', 'unsigned',
    'amending', 'renewed_by'
  ],
  organizations: ['network', 'concerns', 'status', 'merged_into']
}

// Which networks' records the claims of a token let read.
export function viewerOf (claims) {
  const networks = (roles) =>
    new Set((claims?.roles ?? []).filter(({ role }) => roles.includes(role)).map(({ network }) => network))
  return { subject: claims?.sub ?? 'anonymous', reads: networks(READERS), readsDrafts: networks(INSIDERS) }
}

export function today () {
  return new Date(Date.now() + HOURS_OF_SHANGHAI * 3_600_000).toISOString().slice(0, 10)
}

const READABLE = {
  activities: (document, viewer) => document.status === 'PUBLISHED' || viewer.reads.has(document.network),
  agreements: (document, viewer, day) => {
    if (DRAFTS.includes(document.stage)) return viewer.readsDrafts.has(document.network)
    const active = document.stage === 'SIGNED' && document.terminated_from > day && document.renewal_from > day &&
      document.active_from <= day && document.active_to >= day
    return active || viewer.reads.has(document.network)
  },
  organizations: () => true
}

export function cursorOf (document) {
  return Buffer.from(`${ORDER}\n${document[ORDER]}`).toString('base64url')
}

function keyOf (cursor) {
  const [name, key] = Buffer.from(cursor, 'base64url').toString().split('\n')
  if (name !== ORDER || !key) throw new Error('not a cursor of this list')
  return key
}

export class Source {
  constructor (store) {
    this.store = store
  }

  // A page of the network's activities, the latest first: those that the viewer may know of.
  async page (viewer, network, first, after, fields) {
    const where = { network }
    if (!viewer.reads.has(network)) where.status = 'PUBLISHED'
    if (after != null) where[ORDER] = { $lt: keyOf(after) }
    const found = await this.store.page('activities', where, first + 1, [...fields, ORDER])
    return { documents: found.slice(0, first), hasNextPage: found.length > first, hasPreviousPage: after != null }
  }

  // For each id its record, or null: what a loader answers.
  async several (viewer, collection, ids, fields) {
    const found = await this.store.byIds(collection, [...new Set(ids)].sort(), [...fields, ...STATE_KEYS[collection]])
    const day = today()
    const readable = new Map()
    for (const each of found) if (READABLE[collection](each, viewer, day)) readable.set(each._id, each)
    return ids.map((id) => readable.get(id) ?? null)
  }
}

// Decoded documents in memory. They are shared and answered whole: nobody changes them.
class Memory {
  constructor (folder) {
    this.kept = Object.fromEntries(Object.keys(STATE_KEYS).map((name) => [name, new Map()]))
    for (const [name, own] of Object.entries(this.kept)) {
      for (const document of decodeAll(readFileSync(join(folder, `${name}.bson`)))) own.set(document._id, document)
    }
    this.ordered = [...this.kept.activities.values()].sort((one, other) => (one[ORDER] < other[ORDER] ? 1 : -1))
    this.places = new Map(this.ordered.map((each, place) => [each[ORDER], place]))
  }

  async byIds (collection, ids) {
    return ids.map((id) => this.kept[collection].get(id)).filter((each) => each !== undefined)
  }

  async page (_, where, limit) {
    const found = []
    const bound = where[ORDER]?.$lt
    for (let place = bound ? this.places.get(bound) + 1 : 0; place < this.ordered.length; place++) {
      const each = this.ordered[place]
      if (each.network === where.network && (!where.status || each.status === where.status)) found.push(each)
      if (found.length === limit) break
    }
    return found
  }
}

class Wire {
  constructor (uri, name) {
    const options = { appName: 'benchmark', serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000, timeoutMS: 3000 }
    this.database = new MongoClient(uri, options).db(name)
  }

  async byIds (collection, ids, fields) {
    const options = { projection: projection(fields), limit: ids.length, batchSize: ids.length }
    return this.database.collection(collection).find({ _id: { $in: ids } }, options).toArray()
  }

  async page (collection, where, limit, fields) {
    const sort = { [ORDER]: -1 }
    const options = { projection: projection(fields), sort, limit, batchSize: limit, hint: INDEX }
    return this.database.collection(collection).find(where, options).toArray()
  }
}

function projection (fields) {
  return Object.fromEntries(fields.map((name) => [name, 1]))
}

function * decodeAll (bytes) {
  for (let start = 0; start < bytes.length; start += bytes.readInt32LE(start)) {
    yield BSON.deserialize(bytes.subarray(start, start + bytes.readInt32LE(start)))
  }
}

export function openSource ({ BENCHMARK_DOCUMENTS: folder, MONGODB_URI: uri, COBUILD_DATABASE: name }) {
  return new Source(folder ? new Memory(folder) : new Wire(uri, name))
}
