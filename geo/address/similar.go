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
	case letters < 4:
		return 0
	case letters < 9:
		return 1
	}
	return 2
}

// misspelt finds the keys that a text of ASCII letters is the beginning of but for some errors: a letter too much, too few, wrong, or
// two that changed places (optimal string alignment). It walks the order of spots as a tree and leaves a branch when it has too many errors.
func (x *Index) misspelt(text string) []found {
	w := walk{x: x, text: []byte(text), most: allowed(len(text))}
	if w.most == 0 {
		return nil
	}
	row := make([]int, len(text)+1)
	for i := range row {
		row[i] = i
	}
	w.down(branch{spots: x.spots, row: row, best: len(text)})
	return w.all
}

// walk is a search for a text with errors under way.
type walk struct {
	x    *Index
	text []byte
	most int
	all  []found
}

// branch is a stretch of spots that begin alike.
type branch struct {
	spots  []spot
	depth  int   // how many letters they have alike
	last   byte  // the last of them
	row    []int // row[i]: the errors between the first i letters of the text and those that are alike
	before []int // the same for one letter less
	best   int   // the fewest errors between the whole text and a beginning of what is alike
}

func (w *walk) down(b branch) {
	b.best = min(b.best, b.row[len(w.text)])
	if b.best <= slices.Min(b.row) { // what follows makes it no better
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
		if letter := tail[b.depth]; letter >= utf8.RuneSelf {
			w.keep(spots[:n], b.best)
		} else if row := w.nextRow(b, letter); slices.Min(row) > w.most {
			w.keep(spots[:n], b.best)
		} else {
			w.down(branch{spots: spots[:n], depth: b.depth + 1, last: letter, row: row, before: b.row, best: b.best})
		}
		spots = spots[n:]
	}
}

// keep takes in what stands at spots, unless it has too many errors. Initials are like too much.
func (w *walk) keep(spots []spot, errors int) {
	if errors > w.most {
		return
	}
	for _, s := range spots {
		if w.x.keys[s.key].form != initials {
			w.all = w.x.appendFound(w.all, s.key, errors)
		}
	}
}

// alike is how many spots have the same letter at a depth as the first.
func (x *Index) alike(spots []spot, depth int) int {
	letter := x.tail(spots[0])[depth]
	n, _ := slices.BinarySearchFunc(spots, letter, func(s spot, letter byte) int {
		if x.tail(s)[depth] > letter {
			return 1
		}
		return -1
	})
	return n
}

// nextRow counts the errors with one letter more.
func (w *walk) nextRow(b branch, letter byte) []int {
	row := make([]int, len(w.text)+1)
	row[0] = b.row[0] + 1
	for i := 1; i <= len(w.text); i++ {
		wrong := 0
		if w.text[i-1] != letter {
			wrong = 1
		}
		row[i] = min(b.row[i]+1, row[i-1]+1, b.row[i-1]+wrong)
		if b.before != nil && i > 1 && w.text[i-1] == b.last && w.text[i-2] == letter {
			row[i] = min(row[i], b.before[i-2]+1)
		}
	}
	return row
}

// oneSignOff finds names in which a Chinese text of three signs and more stands but for one sign. One half of the text is right then, so
// the names in which a half stands are looked at.
func (x *Index) oneSignOff(text string) (all []found) {
	if !hasHan(text) {
		return nil
	}
	signs := []rune(strings.ReplaceAll(text, " ", ""))
	if len(signs) < 3 {
		return nil
	}
	first, second := string(signs[:len(signs)/2]), string(signs[len(signs)/2:])
	for _, s := range x.stretch(first) {
		if offByOne([]rune(second), []rune(string(x.tail(s)[len(first):]))) {
			all = x.appendFound(all, s.key, 1)
		}
	}
	for _, s := range x.stretch(second) {
		head := []rune(string(x.keys[s.key].text[:s.at]))
		slices.Reverse(head)
		want := []rune(first)
		slices.Reverse(want)
		if offByOne(want, head) {
			all = x.appendFound(all, s.key, 1)
		}
	}
	return all
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
