#!/usr/bin/env bash
# Makes a noisy variant of each clip: film grain that is new in every frame, as a camera in poor light sends
# it, so that no frame repeats the one before and none is cheap to decode. Size, frame rate and distance of
# key frames stay; H.264 without B-frames, as cameras send it.
# usage: noisy_clips.sh CLIP... OUT_DIR
# NOISE (10) is ffmpeg's strength of noise; the clip gets TIMES (2) as many bits a second as it had, since with
# as many as before the encoder would smooth the grain away again.
set -euo pipefail

fail() {
  printf 'noisy_clips: %s\n' "$*" >&2
  exit 2
}

(($# >= 2)) || fail "usage: noisy_clips.sh CLIP... OUT_DIR"
for tool in ffmpeg ffprobe; do
  command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install ffmpeg"
done
clips=("${@:1:$#-1}") out=${!#}
for clip in "${clips[@]}"; do
  [[ -f $clip ]] || fail "$clip: there is no such file"
done
mkdir -p "$out" || fail "$out: no folder can be made there"

# Frames from one key frame to the next; 60 where there is but one.
key_frame_distance() {
  ffprobe -v error -select_streams v:0 -show_entries packet=flags -of csv=p=0 "$1" |
    awk '/^K/ { if (first) { print NR - first; found = 1; exit } first = NR } END { if (!found) print 60 }'
}

bits_a_second() {
  ffprobe -v error -show_entries format=bit_rate -of csv=p=0 "$1"
}

# Sizes of its packets: where the smallest tenth ends, and the middle. A frame that repeats the one before is
# a packet of some bytes.
packet_sizes() {
  ffprobe -v error -select_streams v:0 -show_entries packet=size -of csv=p=0 "$1" | sort -n |
    awk '{ size[NR] = $1 + 0 } END { print size[int((NR + 9) / 10)], "and", size[int((NR + 1) / 2)] }'
}

for clip in "${clips[@]}"; do
  name=$(basename "$clip")
  made=$out/${name%.*}-noisy.mp4
  [[ ! $made -ef $clip ]] || fail "$made would be written over itself"
  distance=$(key_frame_distance "$clip")
  bits=$(bits_a_second "$clip")
  [[ $bits =~ ^[0-9]+$ ]] || fail "$clip does not say how many bits a second it has"
  # Written beside it first: what is cut off by Ctrl+C is not taken for a clip.
  ffmpeg -v error -nostdin -y -i "$clip" -map 0:v:0 -an \
    -vf "noise=alls=${NOISE:-10}:allf=t,format=yuv420p" \
    -c:v libx264 -preset veryfast -tune zerolatency -b:v "$((bits * ${TIMES:-2}))" \
    -g "$distance" -keyint_min "$distance" -sc_threshold 0 -bf 0 -f mp4 "$made.part"
  mv "$made.part" "$made"
  printf '%s: bytes of a packet, smallest tenth and middle: %s (before: %s); key frame every %s\n' \
    "$made" "$(packet_sizes "$made")" "$(packet_sizes "$clip")" "$distance"
done
