// Asks Valhalla what our travel times are compared with: referee.mjs CONFIG CASES OUT
// CASES are lines of JSON: {mode, door: [lon, lat], helpers: [[lon, lat], …], speed, ours: [seconds, …]}; for each OUT gets
// {seconds: […], metres: […], asked_again}, null where there is no way. Where ours is more than 30 % off, its matrix is not believed but
// its route between the two places: they differ at times.
import { readFileSync, writeFileSync } from 'node:fs'
import { Actor } from '@valhallajs/valhallajs'

const [config, cases, out] = process.argv.slice(2)
const actor = await Actor.fromConfigFile(config)
const place = ([lon, lat]) => ({ lat, lon, radius: 0 })

async function ask(one) {
  const costing = one.mode === 'car' ? 'auto' : 'pedestrian'
  // Ten minutes at each border and no mountain paths are its own choices, not the road's.
  const options = one.mode === 'car' ? { country_crossing_cost: 0, country_crossing_penalty: 0 } : { walking_speed: one.speed, max_hiking_difficulty: 6 }
  const costing_options = { [costing]: options }
  const answer = await actor.matrix({
    sources: one.helpers.map(place), targets: [place(one.door)], costing, costing_options, units: 'km', verbose: true
  })
  const ways = answer.sources_to_targets.map(row => row[0])
  const out = { seconds: ways.map(w => w.time), metres: ways.map(w => (w.distance === null ? null : w.distance * 1000)), asked_again: 0 }
  for (const [i, ours] of one.ours.entries()) {
    const ratio = ours / out.seconds[i]
    if (ours === 0 || out.seconds[i] === null || (ratio > 0.7 && ratio < 1.3)) continue
    const route = await actor.route({ locations: [place(one.helpers[i]), place(one.door)], costing, costing_options, units: 'km' })
    const { time, length } = route.trip.summary
    if (Math.abs(time / out.seconds[i] - 1) < 0.1) continue
    out.seconds[i] = time
    out.metres[i] = length * 1000
    out.asked_again++
  }
  return out
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
