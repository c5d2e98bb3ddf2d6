package address

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// allowed is how many errors a text of some letters may have. A shorter one is like too much.
func allowed(letters int) int {
	switch {
	case letters < 5:
		return 0
	case letters < 9:
		return 1
	}
	return 2
}

// misspelt finds the keys that a text of ASCII letters is the beginning of but for some errors: a letter too much, too few, wrong, or
// two that changed places (optimal string alignment). It walks the order of spots as a tree and leaves a branch when it has too many errors.
func (x *Index) misspelt(text string, take taker) {
	w := walk{x: x, text: text, most: allowed(len(text)), take: take}
	if w.most == 0 {
		return
	}
	row := w.row(0)
	for i := range row {
		row[i] = uint8(min(i, w.most+1))
	}
	w.down(branch{spots: x.spots, best: w.most + 1, least: 0})
}

// walk is a search for a text with errors under way.
type walk struct {
	x    *Index
	text string
	most int
	take taker
	rows [][]uint8 // rows[d][i]: the errors between the first i letters of the text and the d letters that are alike; most+1 for more
}

// branch is a stretch of spots that begin alike.
type branch struct {
	spots []spot
	depth int  // how many letters they have alike
	last  byte // the last of them
	best  int  // the fewest errors between the whole text and a beginning of what is alike
	least int  // the fewest errors between any beginning of the text and what is alike
}

// row gives the row of a depth.
func (w *walk) row(depth int) []uint8 {
	for len(w.rows) <= depth {
		w.rows = append(w.rows, make([]uint8, len(w.text)+1))
	}
	return w.rows[depth]
}

func (w *walk) down(b branch) {
	b.best = min(b.best, int(w.row(b.depth)[len(w.text)]))
	if b.best <= b.least { // what follows makes it no better
		w.keep(b.spots, b.best)
		return
	}
	spots := b.spots
	for len(spots) > 0 {
		tail := w.x.tail(spots[0])
		if len(tail) <= b.depth {
			w.keep(spots[:1], b.best)
			spots = spots[1:]
			continue
		}
		n := w.x.alike(spots, b.depth)
		next := branch{spots: spots[:n], depth: b.depth + 1, last: tail[b.depth], best: b.best, least: w.most + 1}
		if next.last < utf8.RuneSelf {
			next.least = w.nextRow(b, next.last)
		}
		if next.least > w.most {
			w.keep(next.spots, b.best)
		} else {
			w.down(next)
		}
		spots = spots[n:]
	}
}

// keep takes in what stands at spots, unless it has too many errors. Initials, and pinyin from the middle of a name, are like too much.
func (w *walk) keep(spots []spot, errors int) {
	if errors > w.most {
		return
	}
	for _, s := range spots {
		if form := w.x.keys[s.key].form; form == written || form == spelt && s.at == 0 {
			w.take(s.key, errors)
		}
	}
}

// alike is how many spots have the same letter at a depth as the first. Most have few, so it looks near first.
func (x *Index) alike(spots []spot, depth int) int {
	letter := x.tail(spots[0])[depth]
	from, to := 0, 1
	for to < len(spots) && x.tail(spots[to])[depth] == letter {
		from, to = to, 2*to
	}
	to = min(to, len(spots))
	n, _ := slices.BinarySearchFunc(spots[from:to], letter, func(s spot, letter byte) int {
		if x.tail(s)[depth] > letter {
			return 1
		}
		return -1
	})
	return from + n
}

// nextRow counts the errors with one letter more, and gives the fewest. Only what can still have few enough is worked out: the letters of
// the text that are no farther from the depth than the errors that are allowed.
func (w *walk) nextRow(b branch, letter byte) (least int) {
	depth := b.depth + 1
	row, above, over := w.row(depth), w.row(b.depth), uint8(w.most+1)
	from, to := max(0, depth-w.most), min(len(w.text), depth+w.most)
	for i := range row {
		row[i] = over
	}
	least = int(over)
	for i := from; i <= to; i++ {
		errors := above[i] + 1
		if i > 0 {
			changed := above[i-1]
			if w.text[i-1] != letter {
				changed++
			}
			errors = min(errors, row[i-1]+1, changed)
		}
		if b.depth > 0 && i > 1 && w.text[i-1] == b.last && w.text[i-2] == letter {
			errors = min(errors, w.row(b.depth - 1)[i-2]+1)
		}
		row[i] = min(errors, over)
		least = min(least, int(row[i]))
	}
	return least
}

// oneSignOff finds names in which a Chinese text of three signs and more stands but for one sign. One half of the text is right then, so
// the names in which a half stands are looked at.
func (x *Index) oneSignOff(text string, take taker) {
	signs := []rune(strings.ReplaceAll(text, " ", ""))
	if !hasHan(text) || len(signs) < 3 {
		return
	}
	first, second := string(signs[:len(signs)/2]), string(signs[len(signs)/2:])
	for _, s := range x.stretch(first) {
		if offByOne([]rune(second), []rune(string(x.tail(s)[len(first):]))) {
			take(s.key, 1)
		}
	}
	for _, s := range x.stretch(second) {
		head := []rune(string(x.keys[s.key].text[:s.at]))
		slices.Reverse(head)
		want := []rune(first)
		slices.Reverse(want)
		if offByOne(want, head) {
			take(s.key, 1)
		}
	}
}

// offByOne tells whether a text begins with the signs wanted but for one that is wrong, too much or too few.
func offByOne(want, text []rune) bool {
	same := 0
	for same < len(want) && same < len(text) && want[same] == text[same] {
		same++
	}
	w, t := want[same:], text[same:]
	if len(w) == 0 {
		return true
	}
	return begins(t, w[1:]) || len(t) > 0 && begins(t[1:], w[1:]) || len(t) > 0 && begins(t[1:], w)
}

func begins(text, with []rune) bool {
	return len(text) >= len(with) && bytes.Equal([]byte(string(text[:len(with)])), []byte(string(with)))
}
