import { describe, expect, it } from 'vitest'
import { anAlert } from './fixtures'
import { titleOf } from './title'

describe('titleOf', () => {
  const out = (by: string, value: string, title = value) => anAlert({ kind: 'outage', title, outage: { by, value, people: 4, unchecked: 4, well: 0, help: 0, back: 0 } })
  it.each([
    [titleOf(anAlert(), 'zh'), '张秀英'],
    [titleOf(anAlert({ title: '' }), 'en'), 'Unidentified'],
    [titleOf(out('carrier', '46000'), 'zh'), '运营商 46000'],
    [titleOf(out('gateway', 'mqtt'), 'en'), 'Gateway: network (MQTT)'],
    [titleOf(out('area', '310101', '上海市黄浦区'), 'en'), '上海市黄浦区'],
    [titleOf(out('area', '310101', ''), 'zh'), '310101'],
  ])('%s', (got, want) => expect(got).toBe(want))
})
