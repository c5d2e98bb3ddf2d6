// Reads what the scanners wrote and prints one line for each finding: tool, name, what it says.
import { existsSync, readFileSync } from 'node:fs'

const dir = process.argv[2]
const line = (...cells) => console.log(cells.map((c) => String(c).replace(/\s+/g, ' ').trim()).join('\t'))

function need(name) {
  const file = `${dir}/${name}`
  if (!existsSync(file)) {
    line('scan', `${name} is missing`, 'the scanner did not run to its end')
    return null
  }
  return readFileSync(file, 'utf8')
}

const testssl = need('testssl.json')
if (testssl !== null) {
  const all = JSON.parse(testssl)
  if (!all.some((f) => f.id === 'overall_grade' || f.id === 'scanTime')) line('scan', 'testssl ended early', '')
  for (const f of all) {
    if (!['OK', 'INFO', 'DEBUG'].includes(f.severity)) line('testssl', f.id.replace(/ .*/, ''), `${f.severity}: ${f.finding}`)
  }
}

const wapiti = need('wapiti.json')
if (wapiti !== null) {
  const report = JSON.parse(wapiti)
  for (const part of ['vulnerabilities', 'anomalies']) {
    for (const [kind, found] of Object.entries(report[part] ?? {})) {
      for (const f of found) line('wapiti', `${kind}: ${f.info}`.slice(0, 120), `${f.method} ${f.path}`)
    }
  }
}

const sqlmap = need('sqlmap.txt')
if (sqlmap !== null) {
  for (const text of sqlmap.split('\n')) {
    if (/(?:is vulnerable|appears to be .*injectable|identified the following injection)/.test(text)) line('sqlmap', 'injection', text)
    if (/\[CRITICAL\]/.test(text) && !/all tested parameters do not appear to be injectable|heuristic/.test(text)) line('sqlmap', 'critical', text.replace(/^\[[\d:]+\] /, ''))
  }
}
