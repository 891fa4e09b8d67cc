#include "camera/source_factory.h"

#include <utility>

#include "camera/av_setup.h"
#include "camera/av_source.h"
#include "camera/picture_folder.h"
#include "camera/source_url.h"
#include "sim/sim_source.h"

extern "C" {
#include <libavutil/rational.h>
}

namespace vigia::camera {
namespace {

// A painted scene, read as a file is.
class SimPackets final : public PacketSource {
 public:
  explicit SimPackets(std::unique_ptr<sim::SimSource> scene) : scene_(std::move(scene)) {}

  [[nodiscard]] const AVCodecParameters& codec() const override { return scene_->codec(); }
  [[nodiscard]] AVRational time_base() const override { return sim::SimSource::time_base(); }
  [[nodiscard]] bool live() const override { return false; }
  Status read(AVPacket& packet, const std::stop_token& stop) override { return scene_->read(packet, stop); }
  Status rewind() override { return scene_->rewind(); }

 private:
  const std::unique_ptr<sim::SimSource> scene_;
};

Result<std::unique_ptr<PacketSource>> open_scene(const std::string& url) {
  auto scene = sim::open_sim(url);
  if (!scene) return scene.error();
  return std::unique_ptr<PacketSource>(std::make_unique<SimPackets>(*std::move(scene)));
}

}  // namespace

Result<std::unique_ptr<PacketSource>> open_source(const std::string& url, const CameraOptions& options,
                                                  const std::stop_token& stop, const KeptKeys& keys,
                                                  ServerNotes* notes) {
  set_up_ffmpeg();
  const Result<std::string> whole = url_with_login(url, options);
  if (!whole) return whole.error();
  Result<SourceUrl> source = parse_source_url(*whole);
  if (!source) return source.error();
  if (source->kind == SourceKind::sim) return open_scene(url);
  if (PictureFolder::is_one(*source)) return PictureFolder::open(*source, options, stop);
  return AvSource::open(*source, options, keys, notes, stop);
}

}  // namespace vigia::camera
