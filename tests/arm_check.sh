#!/usr/bin/env bash
# Runs the program on aarch64, emulated by qemu-user: make arm-check
#
# - sampling, and a training of one epoch
# - the digests of seeds: the same names as on x86
# - a quick part of the suite
# - with the emulator's default processor, whose kernel of OpenBLAS computes nonsense there, that the
#   program says so instead of writing names
#
# Needs Debian's qemu-user-static and apt-get; Debian's Python for arm64 and NumPy's wheel are
# unpacked into build/arm, and nothing is installed. On an aarch64 machine, run the suite instead.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly folder=build/arm packages="python3.13 python3.13-minimal libpython3.13-minimal
    libpython3.13-stdlib libc6 libexpat1 zlib1g libssl3t64 libffi8 libbz2-1.0 liblzma5 libsqlite3-0
    libgcc-s1 libstdc++6 libuuid1 libncursesw6 libtinfo6 libreadline8t64 libzstd1"
readonly fast="tests/network tests/ngram tests/corpus tests/sampling/test_best.py
    tests/conditions/test_case_and_edits.py tests/conditions/test_clean.py
    tests/model/test_blending.py tests/model/test_model_file.py"

command -v qemu-aarch64-static >/dev/null || { echo "apt-get install qemu-user-static" >&2; exit 1; }
mkdir -p $folder/debs $folder/debian/usr/lib $folder/debian/usr/bin $folder/site
if [ ! -e $folder/debian/usr/bin/python3.13 ]; then
    dpkg --print-foreign-architectures | grep --quiet arm64 ||
        { dpkg --add-architecture arm64 && apt-get update -qq; }
    # shellcheck disable=SC2086
    (cd $folder/debs && apt-get download -qq $(printf '%s:arm64 ' $packages))
    ln -sfn usr/lib $folder/debian/lib
    for each in "$folder"/debs/*.deb; do dpkg-deb -x "$each" $folder/debian; done
fi
if [ ! -e $folder/site/numpy ]; then
    python3 -m venv $folder/pip
    $folder/pip/bin/pip download --quiet --only-binary :all: --python-version 3.13 \
        --implementation cp --abi cp313 --dest $folder/wheels --platform manylinux_2_28_aarch64 \
        --platform manylinux_2_27_aarch64 --platform manylinux2014_aarch64 \
        numpy click tqdm threadpoolctl pytest hypothesis
    for each in "$folder"/wheels/*.whl; do python3 -m zipfile -e "$each" $folder/site; done
fi

export PYTHONPATH=$PWD/$folder/site:$PWD PYTHONDONTWRITEBYTECODE=1
emulated() { # PROCESSOR ARGUMENT...: Python on that processor
    local processor=$1
    shift
    qemu-aarch64-static -cpu "$processor" -L "$folder/debian" "$folder/debian/usr/bin/python3.13" "$@"
}
arm() { emulated neoverse-n1 "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

arm -m rnn_names info --system
arm -m rnn_names sample -n 6 --seed 1 -m dinosaurs
head -n 60 data/elvish.txt >"$work/names.txt"
arm -m rnn_names train "$work/names.txt" --epochs 1 --distil-epochs 0 --init none \
    --hidden-size 16 --output "$work/names.npz" --quiet
arm -m rnn_names sample -n 3 -m "$work/names.npz"
arm tests/support/seeds.py 100 >"$work/arm.json"
# shellcheck disable=SC2086
arm -m pytest -q -x -p no:cacheprovider $fast
if emulated max -m rnn_names sample -n 3 -m dinosaurs 2>"$work/told" &&
    ! emulated max -m rnn_names info --system | grep --quiet WRONG; then
    echo "the emulator's default processor computes right here"
else
    grep "matrix products come out wrong here" "$work/told"
fi
unset PYTHONPATH
"${PYTHON:-.venv/bin/python}" tests/support/seeds.py 100 | cmp - "$work/arm.json"
echo "aarch64: the same names as here"
