import type { Device, Lang, Safety } from '../data/types'
import { code, say } from './words'

/** What is wrong with the devices of somebody on the safety plan, in a few words: battery low (pendant), not heard from (hub). */
export function safetyReasons(lang: Lang, s: Safety, devices: readonly Device[] = []): string {
  const all = (s.why ?? []).map((t) => {
    if (t.kind === 'none') return say(lang, 'ui.safety.none')
    const what = code(lang, 'kind', t.kind)
    const device = devices.find((d) => d.id === t.device)
    return device ? say(lang, 'ui.safety.of', { what, device: code(lang, 'device', device.kind || device.protocol) }) : what
  })
  return [...new Set(all)].join(say(lang, 'ui.list.comma'))
}
