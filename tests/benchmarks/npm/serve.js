// `node serve.js NAME`: one peer, as a process of its own, set by its environment.
import { openSource } from './source.js'

const { serve } = await import(`./${process.argv[2]}.js`)
await serve(openSource(process.env), Number(process.env.PORT))
