/** What a new plan begins with: a small good one, in which every line shows what can stand there. */
export const planStart = `# 新预案 · A new plan. docs/plans.md explains each word.
plan: my-plan
name: {zh: 新预案, en: New plan}
about:
  zh: 用一两句话说明何时用、做什么。
  en: Say in a sentence or two when it is used and what it does.
for: [door]
when:
  hours: [{from: "22:00", to: "06:00"}]
priority: 2

steps:
  - step: listen
    after: waiting
    do: sound
    level: 1
    until: [accepted]
    what: {zh: 空闲座席响铃, en: Sound at every free seat}

  - step: ask
    do: call
    who: elder
    every: 60s
    tries: 2
    say: elder_check
    what: {zh: 给老人打电话, en: Call the elder}

  - step: on
    at: 3m
    do: continue
    with: emergency
    until: [accepted]
    what: {zh: 三分钟无人接警：转紧急预案, en: "Nobody accepted for three minutes: it is an emergency"}
`
