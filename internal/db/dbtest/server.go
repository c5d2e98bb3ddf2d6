package dbtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// server is a PostgreSQL. It holds the lifeline of its guardian: were it forgotten, the garbage
// collector would close it and the server would end.
type server struct {
	url      string
	lifeline io.Closer
}

// theServer gives the server of this test binary.
var theServer = sync.OnceValues(func() (*server, error) {
	if u := os.Getenv("ANLING_TEST_POSTGRES"); u != "" {
		return &server{url: u}, nil
	}
	return start()
})

// script runs one PostgreSQL until its standard input ends, which happens when the test binary is gone:
// also after a panic, a timeout or kill -9. The server listens on a socket in its
// own folder only, so no two of them can ever want the same port. fsync stays on: without it our
// own check refuses the server.
const script = `
set -u
dir=$1; bin=$2
trap 'rm -rf "$dir"' EXIT
fail() { echo "failed: $1"; tail -n 5 "$dir/log"; exit 1; }
"$bin/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C -D "$dir/data" >"$dir/log" 2>&1 || fail initdb
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 -c shared_buffers=64MB -c log_min_error_statement=panic >>"$dir/log" 2>&1 &
server=$!
tries=0
until "$bin/pg_isready" -q -h "$dir" -U postgres; do
	tries=$((tries + 1))
	if [ $tries -gt 600 ] || ! kill -0 $server 2>/dev/null; then
		kill -QUIT $server 2>/dev/null
		fail postgres
	fi
	sleep 0.1
done
echo ready
cat >/dev/null
kill -QUIT $server
wait $server
`

func start() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "anling-pg-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	command, err := asPostgres(dir, "sh", "-c", script, "anling-test-postgres", dir, bin)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.SysProcAttr = apart()
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("connect to the server's guardian: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("listen to the server's guardian: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "ready\n" {
		rest, reading := io.ReadAll(lines)
		return nil, errors.Join(fmt.Errorf("PostgreSQL did not start: %s%s", line, rest), err, reading, cmd.Wait())
	}
	return &server{url: "postgres://postgres@/postgres?host=" + dir, lifeline: lifeline}, nil
}

// binaries gives the folder of the newest PostgreSQL here. Debian keeps initdb out of the PATH.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		// It may be a link without its brothers beside it.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return "", fmt.Errorf("look for PostgreSQL: %w", err)
		}
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if len(found) == 0 {
		return "", errors.New("it is not installed (apt-get install postgresql), and ANLING_TEST_POSTGRES is not set")
	}
	slices.SortFunc(found, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b) // 9 before 15
		}
		return strings.Compare(a, b)
	})
	return filepath.Dir(found[len(found)-1]), nil
}

// asPostgres gives the command that runs as the user postgres when we are root, whom the server refuses.
func asPostgres(dir string, command ...string) ([]string, error) {
	if os.Geteuid() != 0 {
		return command, nil
	}
	if err := giveTo("postgres", dir); err != nil {
		return nil, err
	}
	return append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"}, command...), nil
}
