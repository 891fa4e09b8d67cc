#include "detect/yunet_detector.h"

#include <fmt/format.h>

#include <utility>

#include "detect/letterbox.h"
#include "detect/yunet_decode.h"

namespace vigia::detect {

YunetDetector::YunetDetector(YunetNetwork network, const std::string& network_name, double min_score,
                             memory::Charge charge)
    : name_(fmt::format("{} {}x{} {}", network_name, network.input_size().width, network.input_size().height,
                        to_string(network.precision()))),
      min_score_(min_score),
      charge_(std::move(charge)),
      network_(std::move(network)),
      preparer_(network_.input_size()) {}

Status YunetDetector::detect(const domain::Frame& frame, const domain::Region& rot,
                             std::vector<domain::Detection>& found) {
  found.clear();
  times_ = {};
  if (Status usable = check_frame(frame); !usable) return usable;
  const domain::Region region = clip_region(rot, frame.size);
  if (region.whole()) return ok_status();  // nothing left of it: it lies beside the picture
  const Letterbox letterbox = fit_letterbox(region, network_.input_size());
  const auto begin = std::chrono::steady_clock::now();
  preparer_.prepare(frame, letterbox, network_.input());
  const auto prepared = std::chrono::steady_clock::now();
  times_.prepare = prepared - begin;
  if (Status ran = network_.run(); !ran) return ran;

  decode_yunet({network_.heads(0), network_.heads(1), network_.heads(2)}, network_.input_size(), min_score_,
               found);
  suppress_overlapping(found, kOverlapMax);
  for (domain::Detection& face : found) letterbox.to_frame(face);
  // A box in the black beside the picture has nothing left.
  std::erase_if(found,
                [](const domain::Detection& face) { return face.box.width < 1 || face.box.height < 1; });
  times_.infer = std::chrono::steady_clock::now() - prepared;
  return ok_status();
}

}  // namespace vigia::detect
