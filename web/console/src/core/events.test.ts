import { describe, expect, it } from 'vitest'
import { eventSentence, isDetail, nextSteps, timelineOf, toneOf } from './events'
import { anAlert, anEvent, aPerson, at } from './fixtures'

const alert = anAlert({ people: [aPerson({ id: 'h1', name: '李强' }), aPerson({ id: 'c1', part: 'contact', name: '张丽' })] })
const zh = (type: string, data = {}, o = {}) => eventSentence(anEvent(type, data, o), alert, 'zh')
const en = (type: string, data = {}, o = {}) => eventSentence(anEvent(type, data, o), alert, 'en')
const operator = { actor: { kind: 'operator', id: 'o1', name: '周晓' } }

describe('eventSentence', () => {
  it.each([
    [zh('raised', { kind: 'sos' }), '一键呼救：张秀英'],
    [zh('raised', { raised: { late_s: 1320 } }), '一键呼救：张秀英（22 分钟前按下，刚收到）'],
    [zh('told', { person: 'c1', channel: 'sms' }), '向张丽发出短信'],
    [en('told', { person: 'c1', channel: 'voice' }), 'Calling 张丽'],
    [zh('answered', { person: 'h1', answer: 'coming' }), '李强说：马上到'],
    [en('answered', {}, { actor: { kind: 'contact', id: 'c1' } }), '张丽 answered'],
    [zh('offered', { who: { name: '孙磊' }, travel: { duration_s: 240 } }), '请孙磊前往（约 4 分钟）'],
    [zh('accepted', {}, operator), '周晓接警'],
    [zh('resolved', { outcome: 'helped', note: '扶起' }, operator), '周晓处置完毕：现场已帮助 – 扶起'],
    [en('receipt', { person: 'c1', channel: 'voice', status: 'no_answer' }), '张丽: Call no answer'],
    [zh('escalated', { level: 2 }), '席位铃声升到 2 级'],
    [en('escalated', { to: 'supervisor', reason: 'x' }), 'Escalated to the supervisor'],
    [zh('followed_up', { satisfaction: 'satisfied', reached: true }, operator), '周晓已回访：满意'],
    [zh('followed_up', { satisfaction: 'unconfirmed' }, operator), '周晓回访未接通'],
    [zh('returned', { reason: 'idle' }), '接警后没有动作，警情退回队列'],
    [en('progress', { person: 'c1', travel: { duration_s: 130 } }), '张丽 is on the way, about 2 min left'],
    [zh('progress', { person: 'c1', code: 'unknown' }), '不知道张丽现在的位置'],
    [zh('path', { channel: 'sms', late_s: 14 }), '同一次求助又从短信到达，晚 14 秒'],
    [en('path', { channel: 'mqtt' }), 'The same press came by another way, too: MQTT'],
    [en('turn', { to: 'op2', name: '周晓' }), 'The alert stands at the seat of 周晓'],
    [en('turn', { to: 'op2' }), 'The alert stands at one seat'],
    [zh('continued', { plan: 'emergency@3' }), '改按紧急预案处置'],
    [en('step_due', { step: 'rule/ask/h1' }), 'Plan step: No sign of coming nearer: ask'],
    [zh('gathered', { elders: ['e1', 'e2'] }), '2 人的设备失联，列入核实名单'],
    [en('back', { elders: ['e1'] }), 'The devices of 1 people are heard again'],
    [zh('checked', { outcome: 'help' }, operator), '核实一人：需要帮助，已报警'],
    [en('back', { elders: ['e1'] }, { names: ['张秀英'] }), 'Heard again: 张秀英'],
    [zh('gathered', { elders: ['e1', 'e2'] }, { names: ['张秀英', '李强'] }), '设备失联，列入核实名单：张秀英、李强'],
    [zh('located', { place: { why: 'fresh_fix', away: true, home_m: 2298, position: { source: 'device' } } }), '位置：以设备定位为准，离家 2.3 公里（最新精确定位）'],
    [en('located', { place: { why: 'by_hand', position: { source: 'home' } }, text: 'says the caller' }, operator), 'Place: registered home (chosen at the centre) – says the caller'],
    [zh('something_new'), 'something_new'],
  ])('%s', (got, want) => expect(got).toBe(want))

  it('never leaves a hole or a placeholder', () => {
    for (const type of ['raised', 'told', 'receipt', 'answered', 'offered', 'assigned', 'departed', 'arrived', 'escalated', 'prompted', 'step_due', 'degraded', 'returned', 'progress', 'no_speech', 'path', 'turn', 'continued', 'shared', 'gathered', 'checked', 'back', 'left', 'located', 'zone_back']) {
      for (const s of [zh(type, { person: 'h1' }), en(type, { person: 'h1' })]) expect(s).not.toMatch(/[{}]|undefined/)
    }
  })
})

describe('nextSteps', () => {
  it('leaves out looks at where somebody is', () => {
    const step = (id: string) => ({ step: id, at: at(9), action: 'x' })
    expect(nextSteps({ ...alert, next: [step('rule/look/h1'), step('rule/ask/h1'), step('wave-2')] }).map((s) => s.step)).toEqual(['rule/ask/h1', 'wave-2'])
  })
})

describe('timelineOf', () => {
  const told = (seq: number, person: string, s: number) => anEvent('told', { person, channel: 'sms' }, { seq, at: at(s) })
  it('says in one line what was done to several in one breath', () => {
    expect(timelineOf([told(1, 'c1', 0), told(2, 'h1', 1)], alert, 'zh', false).map((l) => l.text)).toEqual(['向张丽、李强发出短信'])
  })
  it('does not list a crowd', () => {
    const crowd = ['a', 'b', 'c', 'd', 'e', 'f'].map((x, i) => anEvent('told', { who: { name: x }, channel: 'sms' }, { seq: i + 1 }))
    expect(timelineOf(crowd, alert, 'en', false).map((l) => l.text)).toEqual(['SMS to a, b, c, d and 2 more'])
    expect(timelineOf(crowd, alert, 'zh', false).map((l) => l.text)).toEqual(['向a、b、c、d和另外 2 人发出短信'])
  })
  it('names those of an outage who were checked on, and folds the calls of one seat', () => {
    const check = (seq: number, name: string, s: number, outcome = 'well', id = 'o1') =>
      anEvent('checked', { person: 'e' + seq, outcome }, { seq, at: at(s), names: [name], actor: { kind: 'operator', id, name: '周晓' } })
    const list = [check(1, '甲', 0), check(2, '乙', 60), check(3, '丙', 90, 'help'), check(4, '丁', 120), check(5, '戊', 150, 'well', 'o2'), check(6, '己', 700)]
    expect(timelineOf(list, alert, 'zh', false).map((l) => l.text)).toEqual(['核实平安：甲、乙、丁', '需要帮助，已报警：丙', '核实平安：戊', '核实平安：己'])
    expect(timelineOf(list, alert, 'en', true).map((l) => l.text)).toEqual(['甲', '乙', '丙', '丁', '戊', '己'].map((n, i) => (i === 2 ? `Needs help, the alarm was raised: ${n}` : `Reached, and all is well: ${n}`)))
  })
  it('tells of unnamed ones that they were one person each', () => {
    const check = (seq: number) => anEvent('checked', { outcome: 'well' }, { seq, at: at(seq), actor: { kind: 'operator', id: 'o1' } })
    expect(timelineOf([check(1), check(2)], alert, 'zh', false).map((l) => l.text)).toEqual(['核实一人：平安', '核实一人：平安'])
  })
  it('keeps apart what happened later, and shows all when asked', () => {
    expect(timelineOf([told(1, 'c1', 0), told(2, 'h1', 30)], alert, 'zh', false)).toHaveLength(2)
    expect(timelineOf([told(1, 'c1', 0), told(2, 'h1', 1)], alert, 'zh', true)).toHaveLength(2)
  })
  it('hides receipts but for those of failures', () => {
    expect(isDetail(anEvent('receipt', { status: 'delivered' }))).toBe(true)
    expect(isDetail(anEvent('receipt', { status: 'no_answer' }))).toBe(false)
    expect(toneOf(anEvent('receipt', { status: 'busy' }))).toBe('bad')
  })
})
