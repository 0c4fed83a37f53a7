#!/bin/bash
# Runs a command against an engine that is not this machine's own: podman, or dockerd of Debian trixie (26.1).
#   sudo tests/engine/other.sh podman cargo test --test contract
#   sudo tests/engine/other.sh docker26 cargo run
# For developers; the gate does not need it. Debian on amd64 with docker.io, iproute2 and busybox-static. Nothing is
# installed: packages are fetched with apt into a cache and unpacked there. The engine has its own data, socket and network
# namespace, and ends with the command.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
say() { echo "other.sh: $*" >&2; }
[ "$(id -u)" = 0 ] || { say "only root can start an engine"; exit 1; }
which=${1:-}
[ $# -ge 2 ] || { say "usage: $0 podman|docker26 COMMAND…"; exit 1; }
shift

cache=${XDG_CACHE_HOME:-$HOME/.cache}/stacktui-test/$which
tree=$cache/tree
work=$(mktemp -d)
engine=

finish() {
    local code=$?
    trap - EXIT
    if [ -n "$engine" ]; then
        [ ! -S "$work/sock" ] || docker ps --all --quiet 2>/dev/null | xargs -r docker rm --force >/dev/null 2>&1 || true
        kill "$engine" 2>/dev/null || true
        wait "$engine" 2>/dev/null || true
    fi
    # What an engine leaves mounted.
    awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts | sort -r | xargs -r umount -l || true
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# fetch SUITE PACKAGE…: of Debian's SUITE, or of this machine's own sources for `-`.
fetch() {
    local suite=$1 options=()
    shift
    [ ! -e "$tree/whole" ] || return 0
    rm -rf "$cache"
    mkdir -p "$tree" "$cache/lists/partial" "$cache/debs"
    if [ "$suite" != - ]; then
        local key=/usr/share/keyrings/debian-archive-keyring.gpg
        echo "deb [signed-by=$key] http://deb.debian.org/debian $suite main" >"$cache/sources.list"
        options=(-o "Dir::Etc::sourcelist=$cache/sources.list" -o Dir::Etc::sourceparts=-
            -o "Dir::State::lists=$cache/lists" -o "Dir::Cache=$cache")
    fi
    apt-get "${options[@]}" -qq update
    (cd "$cache/debs" && apt-get "${options[@]}" -qq -o APT::Sandbox::User=root download "$@")
    for package in "$cache"/debs/*.deb; do dpkg -x "$package" "$tree"; done
    touch "$tree/whole"
}

# In a network namespace of its own, which ends with it: a second engine would fight over the first one's bridge and rules.
start() {
    unshare --net -- sh -c 'ip link set lo up; exec "$@"' sh "$@" >"$work/log" 2>&1 </dev/null &
    engine=$!
}

docker26() {
    fetch trixie docker.io
    export PATH="$tree/usr/sbin:$PATH"
    start dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" --host "unix://$work/sock" \
        --bip 10.235.0.1/16 --userland-proxy=false
}

podman() {
    fetch - podman conmon libgpgme11 libsubid4 containernetworking-plugins golang-github-containers-common \
        golang-github-containers-image
    local files processes pids
    files=$(ulimit -Hn)
    processes=$(ulimit -Hu)
    pids=$(cat /proc/sys/kernel/pid_max)
    # Its defaults are more than a machine may allow; podman lowers its own processes to pid_max.
    [ "$processes" != unlimited ] && [ "$processes" -lt "$pids" ] || processes=$pids
    [ "$files" != unlimited ] || files=65535
    mkdir -p "$work/home/.config/containers" "$work/cni"
    cp "$tree/etc/containers/policy.json" "$work/home/.config/containers/"
    cp "$tree"/etc/cni/net.d/* "$work/cni/"
    cat >"$work/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=$processes:$processes"]
seccomp_profile = "$tree/usr/share/containers/seccomp.json"
[network]
network_backend = "cni"
cni_plugin_dirs = ["$tree/usr/lib/cni"]
network_config_dir = "$work/cni"
[engine]
runtime = "runc"
conmon_path = ["$tree/usr/bin/conmon"]
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
    start env HOME="$work/home" CONTAINERS_CONF="$work/containers.conf" \
        CONTAINERS_REGISTRIES_CONF="$tree/etc/containers/registries.conf" \
        LD_LIBRARY_PATH="$tree/usr/lib/x86_64-linux-gnu" \
        "$tree/usr/bin/podman" --root "$work/data" --runroot "$work/run" system service --time 0 "unix://$work/sock"
}

case $which in
podman | docker26) "$which" ;;
*) say "no such engine: $which (podman, docker26)"; exit 1 ;;
esac
export DOCKER_HOST=unix://$work/sock STACKTUI_TEST_ENGINE=unix://$work/sock STACKTUI_REQUIRE_ENGINE=1
for _ in $(seq 100); do
    if timeout 5 docker version >/dev/null 2>&1; then
        bash "$here/images.sh"
        "$@"
        exit
    fi
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.2
done
tail -20 "$work/log" >&2
say "$which does not answer: its last words are above"
exit 1
