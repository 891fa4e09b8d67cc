#include "sim/sim_source.h"

#include <cmath>
#include <exception>

#include "sim/sim_url.h"

extern "C" {
#include <libavcodec/packet.h>
#include <libavutil/rational.h>
}

namespace vigia::sim {

AVRational SimSource::time_base() {
  return {1, kTimeBase};
}

Status SimSource::read(AVPacket& packet, const std::stop_token& stop) {
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

Status SimSource::rewind() {
  next_ = 0;
  return encoder_.restart();
}

Result<std::unique_ptr<SimSource>> open_sim(const std::string& url) {
  Result<SceneOptions> options = parse_sim_url(url);
  if (!options) return options.error();
  Result<Scene> scene = Scene::make(*options);
  if (!scene) return scene.error();
  Result<Encoder> encoder = Encoder::make(options->size, options->fps);
  if (!encoder) return encoder.error();
  try {
    return std::make_unique<SimSource>(*scene, std::move(encoder).value());
  } catch (const std::exception& error) {
    return Error{ErrorCode::io, std::string("sim: cannot paint: ") + error.what()};
  }
}

}  // namespace vigia::sim
