// Whether a packet can be left out without harm to others: its picture is not referred to. H.264 and H.265;
// with other codecs no packet is.
//
// Guarantee: any bytes are accepted; nothing beyond them is read. Cost: it reads as far as the first slice,
// some hundred bytes. Threads: a pure function.
#pragma once

struct AVCodecParameters;
struct AVPacket;

namespace vigia::camera {

bool is_disposable(const AVPacket& packet, const AVCodecParameters& codec);

}  // namespace vigia::camera
