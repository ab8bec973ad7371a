#!/usr/bin/env bash
# Installs rnn-names in the ways that its README names, each into a clean environment, and uses it
# there: wheel and sdist; pip, pipx and uv; every Python that is found here, with the oldest and the
# newest NumPy. What is not to be had is skipped. Ends with a table.
#
#     make install-check        or        tests/install_check.sh
#
# Everything is made in a temporary folder, which is removed at the end.
set -u
cd "$(dirname "$0")/.." || exit 1
readonly pythons="3.13" oldest_numpy="1.26.*"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIPX_HOME=$work/pipx PIPX_BIN_DIR=$work/pipx/bin
export UV_TOOL_DIR=$work/uv UV_TOOL_BIN_DIR=$work/uv/bin
export UV_PYTHON_INSTALL_DIR=$work/uv-python UV_NO_PROGRESS=1
unset PYTHONPATH
passed=0 failed=0 skipped=0

# --- Helpers --------------------------------------------------------------------------------------

row() { printf '%-23s %-7s %-7s %s\n' "$@" | tee -a "$work/table"; }
pass() { passed=$((passed + 1)); row "$@" ok; }
skip() { skipped=$((skipped + 1)); row "$1" "$2" "$3" "skipped: $4"; }
fail() {
    failed=$((failed + 1))
    row "$@" FAILED
    tail -n 15 "$work/log" | sed 's/^/    /'
}

is_python() { # VERSION PROGRAM: whether it is that Python, and can make environments
    [ -x "$2" ] && "$2" -c "
import ensurepip, sys, venv
sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null
}

# A Python of a version: from the path, from pyenv, or from uv. A pyenv shim can be there for a
# version that is not switched on.
find_python() {
    local version=$1 candidate
    for candidate in "$(command -v "python$version")" \
        "$(pyenv prefix "$(pyenv latest "$version" 2>/dev/null)" 2>/dev/null)/bin/python" \
        "$("$uv" python find "$version" 2>/dev/null)"; do
        is_python "$version" "$candidate" && echo "$candidate" && return
    done
    timeout 60 "$uv" python install --quiet "$version" >/dev/null 2>&1 &&
        "$uv" python find "$version" 2>/dev/null
}

# Whether a program says its version, writes three names of a bundled model, trains for an epoch and
# writes three names of its own.
works() {
    local folder
    folder=$(mktemp -d -p "$work") &&
        head -n 100 data/dinosaurs.txt >"$folder/names.txt" &&
        cd "$folder" || return 1
    "$1" --version &&
        [ "$("$1" sample -n 3 | wc -l)" -eq 3 ] &&
        "$1" train names.txt --epochs 1 --distil-epochs 1 --hidden-size 8 &&
        [ "$("$1" sample -n 3 | wc -l)" -eq 3 ]
}

# try WHAT PYTHON NUMPY PROGRAM COMMAND...: runs the command that installs, then the program.
try() {
    local what=$1 python=$2 numpy=$3 program=$4
    shift 4
    if "$@" >"$work/log" 2>&1 && (works "$program") >>"$work/log" 2>&1; then
        pass "$what" "$python" "$numpy"
    else
        fail "$what" "$python" "$numpy"
    fi
}

pip_install() { # ENVIRONMENT REQUIREMENT...
    local environment=$1
    shift
    "$environment/bin/pip" install --quiet "$@"
}

numpy_of() { "$1" -c 'import numpy; print(numpy.__version__)' 2>/dev/null || echo -; }

# --- Tools, wheel and sdist -----------------------------------------------------------------------

python=${PYTHON:-python3}
"$python" -m venv "$work/tools" || exit 1
for tool in build uv pipx; do
    pip_install "$work/tools" "$tool" >"$work/log" 2>&1 || echo "pip cannot install $tool here" >&2
done
uv=$work/tools/bin/uv pipx=$work/tools/bin/pipx
if ! "$work/tools/bin/python" -m build --outdir "$work/dist" . >"$work/log" 2>&1; then
    tail "$work/log"
    exit 1
fi
wheel=$(ls "$work"/dist/*.whl) sdist=$(ls "$work"/dist/*.tar.gz)
for file in "$wheel" "$sdist"; do
    echo "$(basename "$file"): $(wc -c <"$file") bytes"
done
[ "$(wc -c <"$wheel")" -lt 7000000 ] || { echo "the wheel is too large" >&2; exit 1; }
contents=$("$python" -m zipfile -l "$wheel")
missing=$(find rnn_names -type f ! -path '*/__pycache__/*' | while read -r file; do
    grep --quiet --fixed-strings "$file " <<<"$contents" || echo "$file"
done)
[ -z "$missing" ] || { echo "the wheel lacks $missing" >&2; exit 1; }

# --- Every Python, oldest and newest NumPy --------------------------------------------------------

row WHAT PYTHON NUMPY RESULT
newest="" newest_python=""
for version in $pythons; do
    found=$(find_python "$version")
    if [ -z "$found" ]; then
        skip "pip install, wheel" "$version" - "no such Python here"
        continue
    fi
    newest=$version newest_python=$found
    for numpy in "$oldest_numpy" newest; do
        environment=$work/venv-$version-${numpy%%.*}
        "$found" -m venv "$environment"
        requirement=numpy
        [ "$numpy" = newest ] || requirement="numpy==$numpy"
        if ! pip_install "$environment" --only-binary numpy "$requirement" >"$work/log" 2>&1; then
            skip "pip install, wheel" "$version" "$numpy" "no such NumPy for this Python"
            continue
        fi
        try "pip install, wheel" "$version" "$(numpy_of "$environment/bin/python")" \
            "$environment/bin/rnn-names" pip_install "$environment" "$wheel"
        rm -rf "$environment"
    done
done
[ -n "$newest" ] || { echo "no Python found" >&2; exit 1; }

# --- Every tool, wheel and sdist ------------------------------------------------------------------

for file in "$wheel" "$sdist" .; do
    case $file in *.whl) kind=wheel ;; *.tar.gz) kind=sdist ;; *) kind=folder ;; esac
    environment=$work/venv-$kind
    "$newest_python" -m venv "$environment"
    try "pip install, $kind" "$newest" newest "$environment/bin/rnn-names" \
        pip_install "$environment" "$file"
    if [ -x "$pipx" ]; then
        try "pipx install, $kind" "$newest" newest "$PIPX_BIN_DIR/rnn-names" \
            "$pipx" install --quiet --force --python "$newest_python" "$file"
    else
        skip "pipx install, $kind" "$newest" - "no pipx"
    fi
    if [ -x "$uv" ]; then
        try "uv tool install, $kind" "$newest" newest "$UV_TOOL_BIN_DIR/rnn-names" \
            "$uv" tool install --quiet --reinstall --python "$newest_python" "$file"
    else
        skip "uv tool install, $kind" "$newest" - "no uv"
    fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
