#include "camera/source_factory.h"

#include "camera/av_setup.h"
#include "camera/av_source.h"
#include "camera/sim/sim_source.h"
#include "camera/source_url.h"

namespace vigia::camera {

Result<std::unique_ptr<PacketSource>> open_source(const std::string& url, const CameraOptions& options,
                                                  const std::stop_token& stop) {
  set_up_ffmpeg();
  Result<SourceUrl> source = parse_source_url(url);
  if (!source) return source.error();
  if (source->kind == SourceKind::sim) return open_sim(url);
  return AvSource::open(*source, options, stop);
}

}  // namespace vigia::camera
