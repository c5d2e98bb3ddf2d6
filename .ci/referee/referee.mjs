// Asks Valhalla what our travel times are compared with: referee.mjs CONFIG CASES OUT
// CASES are lines of JSON: {mode, door: [lon, lat], helpers: [[lon, lat], …], speed}; for each OUT gets {seconds: […], metres: […]},
// null where there is no way.
import { readFileSync, writeFileSync } from 'node:fs'
import { Actor } from '@valhallajs/valhallajs'

const [config, cases, out] = process.argv.slice(2)
const actor = await Actor.fromConfigFile(config)
const place = ([lon, lat]) => ({ lat, lon, radius: 0 })

async function ask(one) {
  const costing = one.mode === 'car' ? 'auto' : 'pedestrian'
  const options = one.mode === 'car' ? {} : { walking_speed: one.speed }
  const answer = await actor.matrix({
    sources: one.helpers.map(place), targets: [place(one.door)], costing,
    costing_options: { [costing]: options }, units: 'km', verbose: true
  })
  const ways = answer.sources_to_targets.map(row => row[0])
  return { seconds: ways.map(w => w.time), metres: ways.map(w => (w.distance === null ? null : w.distance * 1000)) }
}

const answers = []
for (const line of readFileSync(cases, 'utf8').trim().split('\n')) {
  const one = JSON.parse(line)
  try {
    answers.push(await ask(one))
  } catch (e) {
    answers.push({ seconds: one.helpers.map(() => null), metres: one.helpers.map(() => null), error: String(e) })
  }
}
writeFileSync(out, answers.map(a => JSON.stringify(a)).join('\n') + '\n')
