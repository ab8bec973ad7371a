#!/usr/bin/env bash
# Builds what a release consists of into dist/, and checks it:
#
# - wheel and sdist come out the same, byte for byte, from another folder at another time
# - their metadata, description, contents, licences and sizes
# - installed in the ways that the README names, each into a clean environment, it works: wheel and
#   sdist; pip, pipx and uv; every Python that is found here, with the oldest and the newest of each
#   dependency
# - mypy and pyright find the types of an installed package
# - the suite of the sdist passes
#
# What is not to be had is skipped. Ends with a table.
#
#     make release-check        or        tests/release_check.sh [--no-suite]
#
# All but dist/ is made in a temporary folder, which is removed at the end.
set -u
cd "$(dirname "$0")/.." || exit 1
readonly pythons="3.10 3.11 3.12 3.13 3.14"
# Of the wheel, which people install; the sdist has the lists and the tests too.
readonly largest_wheel=13000000 largest_sdist=15000000
with_suite=yes
[ "${1-}" != --no-suite ] || with_suite=no
work=$(mktemp -d) root=$PWD
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIPX_HOME=$work/pipx PIPX_BIN_DIR=$work/pipx/bin
export UV_TOOL_DIR=$work/uv UV_TOOL_BIN_DIR=$work/uv/bin
export UV_PYTHON_INSTALL_DIR=$work/uv-python UV_NO_PROGRESS=1
unset PYTHONPATH
# The time of the files in an archive: that of the last commit. A build from an sdist has its own.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH-$(git log -1 --format=%ct 2>/dev/null || echo 1577836800)}
export SOURCE_DATE_EPOCH
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

# check WHAT COMMAND...: a row of the table for a command that must succeed.
check() {
    local what=$1
    shift
    if "$@" >"$work/log" 2>&1; then pass "$what" - -; else fail "$what" - -; fi
}

# Whether a program says its version, writes three names of a bundled model, trains for an epoch,
# writes three names of its own and a page, and gives the script that completes its options.
works() {
    local folder
    folder=$(mktemp -d -p "$work") &&
        head -n 100 data/dinosaurs.txt >"$folder/names.txt" &&
        cd "$folder" || return 1
    "$1" --version &&
        [ "$("$1" sample -n 3 | wc -l)" -eq 3 ] &&
        "$1" train names.txt --epochs 1 --distil-epochs 1 --hidden-size 8 &&
        [ "$("$1" sample -n 3 | wc -l)" -eq 3 ] &&
        "$1" page names.npz -o names.html &&
        grep --quiet '</html>' names.html &&
        "$1" completion bash | bash -n &&
        cp "$root/pyproject.toml" . && # a project that has the word, but sets nothing
        [ "$("$1" sample -n 3 | wc -l)" -eq 3 ]
}

# try WHAT PYTHON WITH PROGRAM COMMAND...: runs the command that installs, then the program.
try() {
    local what=$1 python=$2 with=$3 program=$4
    shift 4
    if "$@" >"$work/log" 2>&1 && (works "$program") >>"$work/log" 2>&1; then
        pass "$what" "$python" "$with"
    else
        fail "$what" "$python" "$with"
    fi
}

pip_install() { # ENVIRONMENT REQUIREMENT...
    local environment=$1
    shift
    "$environment/bin/pip" install --quiet "$@"
}

oldest_install() {
    local environment=$1
    shift
    "$uv" pip install --quiet --python "$environment" --resolution lowest "$@"
}

# --- Wheel and sdist ------------------------------------------------------------------------------

python=${PYTHON:-python3}
"$python" -m tests setup release || exit 1
tools=$PWD/.venv-release/bin uv=$PWD/.venv-release/bin/uv pipx=$PWD/.venv-release/bin/pipx

build() { # FOLDER OPTION...: builds what is in the current folder into another one
    rm -rf "$1" && "$tools/python" -m build --outdir "$@" . >"$work/build-log" 2>&1 && return
    tail "$work/build-log" >&2
    exit 1
}

build dist
wheel=$(ls "$PWD"/dist/*.whl) sdist=$(ls "$PWD"/dist/*.tar.gz)

same_again() ( # from what the sdist holds, in another folder, by a user of other habits
    umask 077
    mkdir "$work/again" && tar -xzf "$sdist" -C "$work/again" --strip-components 1 &&
        cd "$work/again" && build "$work/dist" && cmp "$wheel" "$work"/dist/*.whl &&
        cmp "$sdist" "$work"/dist/*.tar.gz
)

small_enough() {
    wc -c "$wheel" "$sdist"
    [ "$(wc -c <"$wheel")" -lt $largest_wheel ] && [ "$(wc -c <"$sdist")" -lt $largest_sdist ]
}

whole() { # whatever belongs to the package is in the wheel
    local contents file
    contents=$("$python" -m zipfile -l "$wheel")
    find rnn_names -type f ! -path '*/__pycache__/*' | while read -r file; do
        grep --quiet --fixed-strings "$file " <<<"$contents" || { echo "missing: $file" && return 1; }
    done
}

licensed() { # the licence, and whose terms the bundled models' lists come under
    local contents metadata
    contents=$("$python" -m zipfile -l "$wheel")
    metadata=$(unzip -p "$wheel" '*/METADATA') &&
        grep 'licenses/LICENSE ' <<<"$contents" && grep 'licenses/data/README.md ' <<<"$contents" &&
        grep '^License-Expression: MIT$' <<<"$metadata"
}

listed() { # what is in it, as PEP 770 and CycloneDX have it, with every model
    unzip -p "$wheel" '*.dist-info/sboms/rnn-names.cdx.json' >"$work/bill.json" &&
        [ "$(grep -c machine-learning-model "$work/bill.json")" -eq "$(find rnn_names -name '*.npz' | wc -l)" ] &&
        "$tools/python" -c "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open('$work/bill.json').read()))"
}

pack() { # a package of models, installed beside it, is found by the name of its model
    cp -r tests/example_pack "$work/pack" &&
        "$1/bin/rnn-names" train data/elvish.txt -o "$work/pack/drow_names/drow.npz" \
            --epochs 1 --distil-epochs 0 --init none --hidden-size 8 &&
        pip_install "$1" --no-deps "$work/pack" &&
        [ "$("$1/bin/rnn-names" sample -m drow -n 3 | wc -l)" -eq 3 ] &&
        "$1/bin/rnn-names" models | grep 'from drow-names'
}

manual() { # a page for each command, that man shows without a warning
    local folder=$work/manual page
    unzip -q "$wheel" '*/share/man/man1/*' -d "$folder" &&
        [ "$(find "$folder" -name '*.1' | wc -l)" -eq "$(tar -tzf "$sdist" | grep -c '/docs/man/')" ] &&
        for page in "$folder"/*/data/share/man/man1/*.1; do
            [ -z "$(groff -man -Tutf8 -ww -z "$page" 2>&1)" ] || return 1
        done
}

linked() { # with the address of a repository, no link and no installation is of a folder
    local metadata
    export REPOSITORY_URL=${REPOSITORY_URL-https://example.org/us/rnn-names}
    build "$work/linked" --wheel
    metadata=$(unzip -p "$work"/linked/*.whl '*/METADATA') &&
        grep "^Project-URL: Source, $REPOSITORY_URL$" <<<"$metadata" &&
        ! grep -E '(\]\(|(src|href)=")[a-z-]*[/.]|install \.' <<<"$metadata"
}

recipes() { # for Homebrew and conda-forge, read as far as tools here can
    REPOSITORY_URL=${REPOSITORY_URL-https://example.org/us/rnn-names} \
        "$tools/python" docs/recipes.py "$sdist" && cat build/recipes/* &&
        "$tools/python" -c "
import rattler_build
rattler_build.Stage0Recipe.from_file('build/recipes/recipe.yaml')" &&
        if command -v ruby >/dev/null; then ruby -c build/recipes/rnn-names.rb; fi
}

row WHAT PYTHON WITH RESULT
check "the same bytes again" same_again
check "sizes" small_enough
check "nothing is missing" whole
check "licences" licensed
check "links and addresses" linked
check "bill of materials" listed
if command -v groff >/dev/null; then
    check "manual pages" manual
else
    skip "manual pages" - - "no groff"
fi
check "recipes" recipes
check "twine check" "$tools/twine" check --strict "$wheel" "$sdist"
check "check-wheel-contents" "$tools/check-wheel-contents" "$wheel"

# --- Every Python, oldest and newest dependencies -------------------------------------------------

newest="" newest_python=""
for version in $pythons; do
    found=$(find_python "$version")
    if [ -z "$found" ]; then
        skip "pip install, wheel" "$version" - "no such Python here"
        continue
    fi
    newest=$version newest_python=$found
    for which in oldest newest; do
        environment=$work/venv-$version-$which
        "$found" -m venv "$environment"
        [ $which = newest ] && install=pip_install || install=oldest_install
        try "pip install, wheel" "$version" "$which" "$environment/bin/rnn-names" \
            $install "$environment" --only-binary numpy "$wheel"
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

check "a package of models" pack "$work/venv-wheel"

# --- Types, and the suite of the sdist ------------------------------------------------------------

typed=$work/typed
mkdir "$typed" && cp tests/support/public_names.py "$typed"
pip_install "$work/venv-wheel" types-tqdm >/dev/null 2>&1
for checker in mypy pyright; do
    case $checker in
    mypy) command=(mypy --strict --python-executable "$work/venv-wheel/bin/python" .) ;;
    pyright) command=(pyright --pythonpath "$work/venv-wheel/bin/python" .) ;;
    esac
    check "types, $checker" env -C "$typed" "$tools/${command[0]}" "${command[@]:1}"
done

suite() (
    cd "$work/again" && "$newest_python" -m tests setup &&
        .venv/bin/python -m pytest --numprocesses auto
)

if [ $with_suite = yes ]; then
    check "suite of the sdist" suite
else
    skip "suite of the sdist" - - "not asked for"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
