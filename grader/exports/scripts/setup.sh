#!/usr/bin/env bash
# Gradescope runs this once, while it builds the image: a Python of our own with pinned packages.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
source="$root/source"

find_python() {
    local name
    for name in ${AUTOGRADER_PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2])' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! python="$(find_python)"; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    # The newest of these that the image's release has.
    apt-get install -y -q python3.13-venv || apt-get install -y -q python3.12-venv || apt-get install -y -q python3.11-venv
    python="$(find_python)" || {
        echo "expected Python 3.11 or newer with venv, got $(python3 --version): choose a newer base image." >&2
        exit 1
    }
fi
"$python" -m venv "$root/venv"
own="$root/venv/bin/python"
"$own" -m pip install --quiet --constraint "$source/constraints.txt" uv
backend=()
if grep -qx torch "$source/requirements.txt"; then
    backend=(--torch-backend cpu) # else gigabytes of CUDA come along
fi
"$own" -m uv pip install --quiet --python "$own" ${backend[@]+"${backend[@]}"} \
    --constraint "$source/constraints.txt" --requirement "$source/requirements.txt" "$source"/grader-*.whl
# Students' code runs as another user where root grades: it has to be able to read Python.
chmod -R a+rX "$root/venv"
"$own" -m grader --version
"$own" -m grader doctor || true
