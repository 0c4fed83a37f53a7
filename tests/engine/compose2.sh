#!/bin/bash
# compose2.sh FOLDER: compose 2 for the tests. Says nothing where the docker command has it already, else puts a plugin below
# FOLDER and says where. Nothing is installed: for the tests of compose 1, that one must stay the only one.
set -euo pipefail
folder=$1

say() { echo "compose2.sh: $*" >&2; }

# Debian 12 has compose 1 alone. This is Debian 13's, which runs there too: from the machine's own mirror, by its digest.
DEB=pool/main/d/docker-compose/docker-compose_2.26.1-4_amd64.deb
SHA256=47681197cb2b1ab88206b42a1a92fc75f50d9530a6322d03494a473eed0408ea

unpack() {
    dpkg-deb -x "$1" "$folder/compose2"
    find "$folder/compose2" -path '*/cli-plugins/docker-compose' -print -quit | grep .
}

# Out of the machine's own packages: their names differ, and docker-compose may be the first.
packaged() {
    local package version
    for package in docker-compose-v2 docker-compose-plugin docker-compose; do
        version=$(apt-cache policy "$package" 2>/dev/null | sed -n 's/^ *Candidate: *//p')
        case $version in '' | '(none)' | 1.*) continue ;; esac
        (cd "$folder" && apt-get download -qq "$package" >&2) && unpack "$folder/$package"_*.deb && return
    done
    return 1
}

pinned() {
    [ "$(dpkg --print-architecture)" = amd64 ] || return
    local mirror
    for mirror in $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u); do
        case $mirror in */debian/) ;; *) continue ;; esac
        /usr/lib/apt/apt-helper download-file "$mirror$DEB" "$folder/compose2.deb" "SHA256:$SHA256" >&2 &&
            unpack "$folder/compose2.deb" && return
    done
    return 1
}

if docker compose version >/dev/null 2>&1; then
    exit 0
fi
command -v apt-get >/dev/null || { say "no compose 2, and no apt-get to have it by"; exit 1; }
packaged || pinned || { say "no compose 2: no package of this machine has it, and its mirror does not give it"; exit 1; }
