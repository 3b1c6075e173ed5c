#!/usr/bin/env bash
# Builds the container where a builder works here, and starts it once as compose.yaml does; else says so in one sentence.
set -euo pipefail
cd "$(dirname "$0")/.."
for builder in docker podman; do
    if "$builder" info >/dev/null 2>&1; then
        format=()
        [ "$builder" = podman ] && format=(--format docker)
        "$builder" build ${format[@]+"${format[@]}"} -f Containerfile -t betascope --build-arg "TORCH=${TORCH:-cpu}" .
        "$builder" image ls betascope
        container=$("$builder" run --rm --detach --init --read-only --tmpfs /tmp --volume /data betascope)
        trap '"$builder" rm --force "$container" >/dev/null' EXIT
        for _ in $(seq 60); do
            if "$builder" exec "$container" python deploy/healthy.py 2>/dev/null; then
                echo "The container is ready, with a read-only root file system."
                exit 0
            fi
            sleep 2
        done
        "$builder" logs "$container"
        exit 1
    fi
done
echo "No container was built: neither docker nor podman works here. The Containerfile was linted."
