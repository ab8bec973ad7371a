#!/bin/sh
# Names drawn with GNU parallel: each process draws a part of one and the same stream of names.
#
#     recipe_parallel.sh MODEL COUNT SEED > names.txt        the same lines as `rnn-names sample -m MODEL -n COUNT --seed SEED`
#
# `--keep-order` puts the parts together in the order of the stream; COUNT must be a multiple of PART. With `--sshloginfile` the same
# line runs on several machines.
set -eu
model=$1 count=$2 seed=$3
PART=${PART:-100000}
if [ $((count % PART)) -ne 0 ]; then
    echo "COUNT must be a multiple of $PART" >&2
    exit 2
fi
seq 0 "$PART" $((count - 1)) |
    parallel --keep-order --halt now,fail=1 rnn-names sample -m "$model" -n "$PART" --seed "$seed" --start {}
