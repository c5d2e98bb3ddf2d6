import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, nextDiagnostic, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'

// The editor for the text of a plan. Fetched only when somebody writes one: the desk does not carry it.

export interface Fault { line: number; column: number; text: string }
export interface Written { text: (now: string) => void; save: () => void; leave: () => void; at: (line: number) => void }
export interface YamlView { set: (text: string) => void; mark: (faults: readonly Fault[]) => void; goTo: (line: number, column: number) => void; label: (text: string) => void; focus: () => void; destroy: () => void }

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: '#10151a', color: '#e6ebf0', fontSize: '14px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'ui-monospace, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace', lineHeight: '1.55' },
  '.cm-content': { padding: '10px 0', caretColor: '#ffd60a' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-cursor': { borderLeftColor: '#ffd60a', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: '#141a20', color: '#93a2b0', border: 'none', borderRight: '1px solid #2c353f' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '40px', padding: '0 8px 0 4px' },
  '.cm-activeLine': { backgroundColor: '#1f262e80' },
  '.cm-activeLineGutter': { backgroundColor: '#1f262e', color: '#e6ebf0' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: '#2a62b8a0' },
  '.cm-tooltip': { backgroundColor: '#1f262e', color: '#e6ebf0', border: '1px solid #465462', borderRadius: '6px', fontSize: '14px', maxWidth: '520px' },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'inherit' },
  '.cm-diagnostic-error': { borderLeft: '4px solid #ff5c4d' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy #ff9a8f', textUnderlineOffset: '4px' },
  '.cm-lint-marker': { width: '12px', height: '12px' },
}, { dark: true })

const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: '#8cc4ff' },
  { tag: [tags.string, tags.content, tags.attributeValue], color: '#d5dde5' },
  { tag: [tags.lineComment, tags.comment], color: '#93a2b0', fontStyle: 'italic' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: '#a3b3c2' },
  { tag: [tags.keyword, tags.meta], color: '#f5c67a' },
]))

/** root: a shadow tree, whose styles need no exception from the page's rule that styles come from files. */
export function writeYaml(root: ShadowRoot, parent: HTMLElement, text: string, on: Written): YamlView {
  const named = new Compartment()
  const view = new EditorView({
    root, parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), lintGutter(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(), EditorView.lineWrapping,
        yaml(), indentUnit.of('  '), theme, colours, EditorState.tabSize.of(2), named.of([]),
        keymap.of([
          { key: 'Mod-s', preventDefault: true, run: () => (on.save(), true) },
          { key: 'Mod-Enter', run: () => (on.save(), true) },
          { key: 'Escape', run: () => (on.leave(), true) },
          { key: 'F8', run: nextDiagnostic },
          indentWithTab, ...historyKeymap, ...defaultKeymap,
        ]),
        EditorView.updateListener.of((u) => {
          if (u.docChanged) on.text(u.state.doc.toString())
          if (u.selectionSet || u.docChanged) on.at(u.state.doc.lineAt(u.state.selection.main.head).number)
        }),
      ],
    }),
  })
  const place = (line: number, column: number) => {
    const l = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines))
    return { line: l, from: Math.min(l.to, l.from + Math.max(0, column - 1)) }
  }
  const diagnostic = (f: Fault): Diagnostic => {
    const { line, from } = place(f.line, f.column)
    // From the word to the end of its line: the value is wrong more often than its name.
    return { from: Math.min(from, line.to), to: Math.max(from, line.to), severity: 'error', message: f.text }
  }
  return {
    set: (now) => now !== view.state.doc.toString() && view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: now } }),
    mark: (faults) => view.dispatch(setDiagnostics(view.state, faults.map(diagnostic).sort((a, b) => a.from - b.from))),
    goTo: (line, column) => {
      const { from } = place(line, column)
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
      view.focus()
    },
    label: (name) => view.dispatch({ effects: named.reconfigure(EditorView.contentAttributes.of({ 'aria-label': name, 'aria-multiline': 'true', spellcheck: 'false', tabindex: '0' })) }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}
