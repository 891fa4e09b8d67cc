#include "camera/sim/sim_source.h"

#include <cmath>
#include <exception>
#include <utility>

#include "camera/sim/encoder.h"
#include "camera/sim/painter.h"
#include "camera/sim/scene.h"
#include "camera/sim/sim_url.h"

extern "C" {
#include <libavcodec/packet.h>
#include <libavutil/rational.h>
}

namespace vigia::camera::sim {
namespace {

class SimSource final : public PacketSource {
 public:
  SimSource(const Scene& scene, Encoder encoder)
      : fps_(scene.options().fps),
        end_(scene.options().cycles * scene.options().seconds),
        painter_(scene),
        encoder_(std::move(encoder)) {}

  [[nodiscard]] const AVCodecParameters& codec() const override { return encoder_.codec(); }
  [[nodiscard]] AVRational time_base() const override { return {1, kTimeBase}; }
  [[nodiscard]] bool live() const override { return false; }

  Status read(AVPacket& packet, const std::stop_token& stop) override {
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "sim: stopped"};
    const double seconds = static_cast<double>(next_) / fps_;
    if (end_ > 0 && seconds >= end_) return Error{ErrorCode::ended, "sim: the last cycle is over"};
    const std::int64_t pts = std::llround(seconds * kTimeBase);
    try {
      const I420Image& picture = painter_.paint(from_seconds(seconds));
      if (Status status = encoder_.encode(picture, pts, packet); !status) return status;
    } catch (const std::exception& error) {  // memory
      return Error{ErrorCode::io, std::string("sim: cannot paint: ") + error.what()};
    }
    packet.duration = std::llround(kTimeBase / fps_);
    ++next_;
    return ok_status();
  }

  Status rewind() override {
    next_ = 0;
    return encoder_.restart();
  }

 private:
  // Constant after construction.
  const double fps_;
  const double end_;  // seconds; 0: never

  Painter painter_;
  Encoder encoder_;
  std::int64_t next_ = 0;  // the number of the next picture
};

}  // namespace

Result<std::unique_ptr<PacketSource>> open_sim(const std::string& url) {
  Result<SceneOptions> options = parse_sim_url(url);
  if (!options) return options.error();
  Result<Scene> scene = Scene::make(*options);
  if (!scene) return scene.error();
  Result<Encoder> encoder = Encoder::make(options->size, options->fps);
  if (!encoder) return encoder.error();
  try {
    return std::unique_ptr<PacketSource>(std::make_unique<SimSource>(*scene, std::move(encoder).value()));
  } catch (const std::exception& error) {
    return Error{ErrorCode::io, std::string("sim: cannot paint: ") + error.what()};
  }
}

}  // namespace vigia::camera::sim
