// The lock holds names, versions and hashes: what npm adds of addresses is taken out, and none may be left.
import { readFileSync, writeFileSync } from 'node:fs'

const path = new URL('package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))
for (const held of Object.values(lock.packages)) {
  for (const told of ['funding', 'deprecated', 'resolved']) delete held[told]
}
const text = JSON.stringify(lock, null, 2) + '\n'
if (text.includes('://')) throw new Error('An address is left in package-lock.json. 锁定文件中仍有地址。')
writeFileSync(path, text)
