#!/usr/bin/env bash
# Installs Debian packages that the tests need and that are missing: install.sh PACKAGE…
set -euo pipefail

present() {
	case $1 in
	postgresql) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ;;
	postgresql-postgis) compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null ;;
	fonts-noto-cjk) command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family)" ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

missing=()
for package in "$@"; do
	present "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "install ${missing[*]} first: this machine has no apt-get to do it with" >&2
	exit 1
fi
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "installing ${missing[*]}"
# Another job on the machine may hold the package lock for a while.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install --no-install-recommends "${missing[@]}"
