#!/usr/bin/env bash
# How vigia_n.onnx was made, in 63 minutes on two cores:
#
#   HELD_OUT='test/*.jpg' tools/train/recipe.sh PICTURES.tsv YUNET_N.onnx OUT_FOLDER
#
# HELD_OUT: pictures that must not be trained on; may be empty. Leaves OUT_FOLDER/vigia_n.onnx.
# The bits are others each time: two threads take turns as they come, and the schedule follows the clock.
# (As it was: the first phase was broken off after 10 minutes and resumed for 29 more.)
set -euo pipefail

(($# == 3)) || { sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,8p >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pictures=$1 teacher=$2 out=$3
sets=(--teacher "$teacher" --pictures "$pictures" --hold-out "${HELD_OUT:-}")
weights=crowd=8,maskwearing=5,heads=2,asl=1,walk=1.5,noface=1.5

train() { nice -n 10 "$here/train.py" "${sets[@]}" "$@"; }

mkdir -p "$out"
train --out "$out/run1" --minutes 39 --weights "$weights"
train --out "$out/run2" --minutes 7 --weights "$weights" --resume "$out/run1/last.npz" --lr 0.0012 --big 0.2 \
  --sizes 256=0.25,320=0.35,448=0.25,640=0.15
train --out "$out/run3" --minutes 17 --weights "${weights/noface=1.5/noface=2}" --resume "$out/run2/last.npz" --lr 0.0015 \
  --big 0.15 --sizes 256=0.2,320=0.35,448=0.25,640=0.2
nice -n 10 "$here/stats.py" --checkpoint "$out/run3/last.npz" --out "$out/run3/final.npz" "${sets[@]}" --weights "$weights"
nice -n 10 "$here/export.py" "$out/run3/final.npz" "$out/vigia_n.onnx"
