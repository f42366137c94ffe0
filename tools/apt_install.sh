#!/bin/bash
# Install Debian packages that are missing, where this user may: as root, or by sudo without a
# password. Usage: tools/apt_install.sh WHAT-FOR PACKAGE...
set -euo pipefail

purpose=$1
shift

if ! command -v apt-get >/dev/null; then
    echo "$purpose: this is no Debian machine; install the like of: $*" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo)
else
    echo "$purpose: not installed, and this user may not install it." >&2
    echo "Run as root: apt-get install $*" >&2
    exit 1
fi

echo "$purpose: installing $* from Debian" >&2
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --quiet --no-install-recommends "$@")
# A fresh machine has no package lists, and an old one has stale ones.
if ! "${install[@]}" >&2; then
    "${as_root[@]}" apt-get update --quiet >&2
    "${install[@]}" >&2
fi
