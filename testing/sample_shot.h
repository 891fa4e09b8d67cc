// Sample shots for tests of code that stores or sends them.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "domain/shot.h"
#include "testing/jpeg_header.h"

namespace vigia::testing {

// 2026-11-23T13:00:00.123456Z
inline UtcTime sample_time() {
  return from_unix_us(1795438800123456);
}

inline std::shared_ptr<const domain::Jpeg> sample_jpeg(domain::Size size,
                                                       const std::string& payload = "image") {
  const std::string file = tiny_jpeg(size, payload);
  domain::Jpeg jpeg;
  jpeg.bytes.assign(reinterpret_cast<const std::byte*>(file.data()),
                    reinterpret_cast<const std::byte*>(file.data()) + file.size());
  jpeg.size = size;
  return std::make_shared<const domain::Jpeg>(std::move(jpeg));
}

// A face at 100,80 in a picture of 640x360, of camera "gate", FindFace's number 7.
inline domain::Shot sample_shot(std::uint64_t track = 1) {
  domain::Shot shot;
  shot.camera = "gate";
  shot.camera_id = 7;
  shot.track = track;
  shot.captured = sample_time() + std::chrono::seconds(track);
  shot.stream_time = std::chrono::milliseconds(1500);
  shot.face = {.left = 100.25F, .top = 80.5F, .width = 60, .height = 75};
  shot.roi = {.left = 90, .top = 70, .width = 80, .height = 96};
  shot.score = 0.875F;
  shot.quality = {.total = 0.75F,
                  .rank = 0.375F,
                  .confidence = 0.875F,
                  .size = 0.125F,
                  .frontality = 0.5F,
                  .level = 0.625F,
                  .proportion = 0.25F,
                  .eyes = 0.6875F,
                  .sharpness = 1,
                  .exposure = 0.9375F,
                  .inside = 0.8125F};
  shot.jpeg = sample_jpeg({.width = 640, .height = 360}, "image " + std::to_string(track));
  return shot;
}

}  // namespace vigia::testing
