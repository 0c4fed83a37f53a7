#!/bin/bash
# The two images that the real-engine tests run: stacktui-test/busybox (a shell, a user `app`) and
# stacktui-test/noshell (one static binary). Made from a static busybox, because no registry is needed then.
# Does nothing when both are there. `--fresh` makes them anew.
set -euo pipefail

say() { echo "images.sh: $*" >&2; }
have() { docker image inspect "$1" >/dev/null 2>&1; }

command -v docker >/dev/null || { say "the docker command is missing (Debian: apt-get install docker.io)"; exit 1; }
docker version >/dev/null 2>&1 || { say "no engine answers to the docker command"; exit 1; }
# One at a time: test binaries may find the images missing at the same moment.
exec 9>"${TMPDIR:-/tmp}/stacktui-test-images.$(id -u).lock"
if command -v flock >/dev/null; then flock 9; fi
if [ "${1:-}" != --fresh ] && have stacktui-test/busybox && have stacktui-test/noshell; then
    exit 0
fi

busybox=$(command -v busybox || true)
[ -x /usr/bin/busybox ] && busybox=/usr/bin/busybox
[ -n "$busybox" ] || { say "busybox is missing (Debian: apt-get install busybox-static)"; exit 1; }
if ldd "$busybox" >/dev/null 2>&1; then
    say "$busybox is not static (Debian: apt-get install busybox-static)"
    exit 1
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,dev,etc,proc,root,sys,tmp}
chmod 1777 "$root/tmp"
printf 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\napp:x:1000:\n' >"$root/etc/group"
cp "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
tar -C "$root" -c . | docker import -c 'ENV PATH=/bin' -c 'CMD ["sleep","1000000"]' - stacktui-test/busybox:latest >/dev/null

rm -rf "${root:?}/bin"/*
cp "$busybox" "$root/bin/sleep"
tar -C "$root" -c . | docker import -c 'ENV PATH=/bin' -c 'CMD ["/bin/sleep","1000000"]' - stacktui-test/noshell:latest >/dev/null
say "made stacktui-test/busybox and stacktui-test/noshell"
