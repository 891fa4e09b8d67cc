// The synthetic camera as encoded video: paints the scene of a sim: URL, encodes it, and hands it out packet
// by packet, like a file that never ends. A decoder sees no difference.
// Stream time 0 is the scene's time 0, so the URL determines who is to be seen when: scene.h.
// Threads: owner thread only. Units: time stamps in time_base().
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "base/result.h"
#include "sim/encoder.h"
#include "sim/painter.h"
#include "sim/scene.h"

struct AVCodecParameters;
struct AVPacket;
struct AVRational;

namespace vigia::sim {

class SimSource {
 public:
  SimSource(const Scene& scene, Encoder encoder)
      : fps_(scene.options().fps),
        end_(scene.options().cycles * scene.options().seconds),
        painter_(scene),
        encoder_(std::move(encoder)) {}

  // Valid while the source lives.
  [[nodiscard]] const AVCodecParameters& codec() const { return encoder_.codec(); }
  [[nodiscard]] static AVRational time_base();

  // The next packet; `packet` is blank before, and the caller's after. Paints and encodes one picture, about
  // 5 ms at 720p. Errors: ended (the last cycle is over), cancelled (stop), io.
  Status read(AVPacket& packet, const std::stop_token& stop);
  // From the first packet again.
  Status rewind();

 private:
  // Constant after construction.
  const double fps_;
  const double end_;  // seconds; 0: never

  Painter painter_;
  Encoder encoder_;
  std::int64_t next_ = 0;  // the number of the next picture
};

// url: "sim:faces=4&size=1280x720&fps=30&seed=1&seconds=20"; keys: scene_options.h. Takes some tens of
// milliseconds. Errors: invalid (the URL: which key, and what is allowed), unavailable (no H.264 encoder).
Result<std::unique_ptr<SimSource>> open_sim(const std::string& url);

}  // namespace vigia::sim
