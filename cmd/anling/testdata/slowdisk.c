// Preloaded into a benchmark (LD_PRELOAD): each forced write of SQLite takes SLOWDISK_US microseconds longer, as on an SD card or a
// plain SSD.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void dawdle(void) {
	const char *us = getenv("SLOWDISK_US");
	if (us) usleep(atoi(us));
}

int fdatasync(int fd) {
	static int (*real)(int);
	if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
	dawdle();
	return real(fd);
}

int fsync(int fd) {
	static int (*real)(int);
	if (!real) real = dlsym(RTLD_NEXT, "fsync");
	dawdle();
	return real(fd);
}
