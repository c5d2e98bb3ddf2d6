// Preloaded into the program (LD_PRELOAD): writes down each write to SQLite's log and each forced write, with the time of day at its
// end. The result is appended to the file that WATCHDISK names, one line each: nanoseconds, "write" or "sync", result.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int is_log(int fd) {
	char link[64], path[4096];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	return n > 4 && memcmp(path + n - 4, "-wal", 4) == 0;
}

static void note(const char *what, long result) {
	static int out = -2;
	if (out == -2) {
		const char *name = getenv("WATCHDISK");
		out = name ? open(name, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
	}
	if (out < 0) return;
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	char line[96];
	int n = snprintf(line, sizeof line, "%lld %s %ld\n", (long long)t.tv_sec * 1000000000LL + t.tv_nsec, what, result);
	if (write(out, line, n) != n) abort();
}

ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at) {
	static ssize_t (*real)(int, const void *, size_t, off64_t);
	if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
	ssize_t r = real(fd, buf, n, at);
	if (is_log(fd)) note("write", r);
	return r;
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at) {
	static ssize_t (*real)(int, const void *, size_t, off_t);
	if (!real) real = dlsym(RTLD_NEXT, "pwrite");
	ssize_t r = real(fd, buf, n, at);
	if (is_log(fd)) note("write", r);
	return r;
}

int fdatasync(int fd) {
	static int (*real)(int);
	if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
	int r = real(fd);
	if (is_log(fd)) note("sync", r);
	return r;
}

int fsync(int fd) {
	static int (*real)(int);
	if (!real) real = dlsym(RTLD_NEXT, "fsync");
	int r = real(fd);
	if (is_log(fd)) note("sync", r);
	return r;
}
