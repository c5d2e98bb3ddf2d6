package registry

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"anling/internal/fault"
)

// The bounds of files. A photograph of few bytes can have very many pixels, each of which takes four bytes of memory.
const (
	MaxFile     = 10 << 20
	maxPixels   = 40_000_000
	maxSide     = 12_000
	storedSide  = 2400 // larger photographs are made smaller
	smallSide   = 160
	jpegQuality = 85
)

// file is one that may be stored.
type file struct {
	content, small []byte
	media          string
	width, height  int
}

// cleanFile looks what a file really is, whatever it is called. A photograph is drawn anew; what is not among the few kinds that
// are taken is refused.
func cleanFile(kind string, raw []byte) (file, error) {
	switch {
	case len(raw) == 0:
		return file{}, wrongFile("is empty")
	case len(raw) > MaxFile:
		return file{}, wrongFile("is larger than 10 MB")
	case bytes.HasPrefix(raw, []byte("%PDF-")) && kind != PhotoAttachment:
		return file{content: raw, media: "application/pdf"}, nil
	}
	var f file
	err := guarded(func() (err error) {
		f, err = cleanPicture(raw)
		return err
	})
	return f, err
}

func wrongFile(problem string) error {
	return fault.InvalidFields("the attachment is not valid", []fault.Field{{Name: "file", Problem: problem}})
}

// codec is a kind of photograph.
type codec struct {
	magic  string
	at     int
	config func(*bytes.Reader) (image.Config, error)
	decode func(*bytes.Reader) (image.Image, error)
}

func codecs() []codec {
	return []codec{
		{"\xff\xd8\xff", 0, func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }},
		{"\x89PNG\r\n\x1a\n", 0, func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }},
		{"WEBPVP8", 8, func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }},
	}
}

func cleanPicture(raw []byte) (file, error) {
	for _, c := range codecs() {
		if len(raw) < c.at+len(c.magic) || string(raw[c.at:c.at+len(c.magic)]) != c.magic {
			continue
		}
		size, err := c.config(bytes.NewReader(raw))
		if err != nil {
			return file{}, wrongFile("is a damaged photograph")
		}
		if size.Width > maxSide || size.Height > maxSide || size.Width*size.Height > maxPixels {
			return file{}, wrongFile("has more pixels than 40 million; make the photograph smaller first")
		}
		picture, err := c.decode(bytes.NewReader(raw))
		if err != nil {
			return file{}, wrongFile("is a damaged photograph")
		}
		return drawn(turned(picture, orientationOf(raw)))
	}
	return file{}, wrongFile("must be a photograph (JPEG, PNG, WebP) or a PDF document")
}

func drawn(picture image.Image) (file, error) {
	whole := fitted(picture, storedSide)
	f := file{media: "image/jpeg", width: whole.Bounds().Dx(), height: whole.Bounds().Dy()}
	for _, out := range []struct {
		side int
		to   *[]byte
	}{{storedSide, &f.content}, {smallSide, &f.small}} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, fitted(whole, out.side), &jpeg.Options{Quality: jpegQuality}); err != nil {
			return f, fault.Wrap(fault.Internal, err, "the photograph cannot be written")
		}
		*out.to = b.Bytes()
	}
	return f, nil
}

// fitted draws a picture on white so that neither side is longer than that.
func fitted(picture image.Image, side int) image.Image {
	w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
	if longest := max(w, h); longest > side {
		w, h = max(1, w*side/longest), max(1, h*side/longest)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	return out
}

// turned draws a picture as the camera was held: what says so in the file is not kept.
func turned(picture image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return picture
	}
	b := picture.Bounds()
	w, h := b.Dx(), b.Dy()
	to := image.Rect(0, 0, w, h)
	if orientation > 4 {
		to = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(to)
	for y := range h {
		for x := range w {
			px, py := place8(orientation, x, y, w, h)
			out.Set(px, py, picture.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// place8 is where a pixel goes for each of the eight orientations of EXIF.
//
//house:parameters a pixel and a size are two pairs
func place8(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

// orientationOf finds tag 0x0112 in the EXIF part of a JPEG; 0 when there is none.
func orientationOf(raw []byte) int {
	at := bytes.Index(raw[:min(len(raw), 64<<10)], []byte("Exif\x00\x00"))
	if at < 0 {
		return 0
	}
	tiff := raw[at+6:]
	if len(tiff) < 14 {
		return 0
	}
	two := func(i int) int {
		if i+1 >= len(tiff) {
			return 0
		}
		if tiff[0] == 'I' {
			return int(tiff[i]) | int(tiff[i+1])<<8
		}
		return int(tiff[i])<<8 | int(tiff[i+1])
	}
	first := two(4)
	if tiff[0] == 'M' {
		first = two(6)
	}
	for i := range min(two(first), 100) {
		if entry := first + 2 + 12*i; two(entry) == 0x0112 {
			return two(entry + 8)
		}
	}
	return 0
}
