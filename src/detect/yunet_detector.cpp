#include "detect/yunet_detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "detect/letterbox.h"
#include "detect/yunet_decode.h"

namespace vigia::detect {
namespace {

// close: SearchArea's.
Letterbox look_at(const domain::Region& region, const domain::Region& close, domain::Size input) {
  const Letterbox whole = fit_letterbox(region, input);
  if (close.whole()) return whole;
  const int left = std::max(close.left, region.left);
  const int top = std::max(close.top, region.top);
  const int width = std::min(close.left + close.width, region.left + region.width) - left;
  const int height = std::min(close.top + close.height, region.top + region.height) - top;
  return width > 0 && height > 0 ? close_letterbox(whole, {left, top, width, height}) : whole;
}

}  // namespace

YunetDetector::YunetDetector(Setup setup)
    : setup_(std::move(setup)),
      networks_(std::make_shared<NetworkShelf>(setup_.weights, setup_.account, setup_.precision)) {}

Result<std::unique_ptr<Detector>> YunetDetector::create(Setup setup) {
  std::unique_ptr<YunetDetector> made(new YunetDetector(std::move(setup)));  // NOLINT: private
  for (const domain::Size input : {made->setup_.inputs.most, made->setup_.inputs.least}) {
    if (Status whole = made->networks_->make(input, made->setup_.claim); !whole) return whole.error();
  }
  return std::unique_ptr<Detector>(std::move(made));
}

std::string YunetDetector::name() const {
  const auto& [least, most] = setup_.inputs;
  const std::string smaller = least == most ? "" : fmt::format("{}x{} to ", least.width, least.height);
  return fmt::format("{} {}{}x{} {}", setup_.weights->name(), smaller, most.width, most.height,
                     to_string(setup_.precision));
}

domain::Size YunetDetector::input_of(const domain::Region& region, int least_face) const noexcept {
  if (least_face <= 0) return setup_.inputs.most;
  return clamp(input_for({region.width, region.height}, least_face, setup_.weights->face_in_input()),
               setup_.inputs);
}

Status YunetDetector::detect(const domain::Frame& frame, const SearchArea& view,
                             std::vector<domain::Detection>& found) {
  found.clear();
  times_ = {};
  if (Status usable = check_frame(frame); !usable) return usable;
  const domain::Region region = clip_region(view.rot, frame.size);
  if (region.whole()) return ok_status();  // nothing left of it: it lies beside the picture
  const domain::Size input = input_of(region, view.least_face);
  const Letterbox letterbox = look_at(region, view.close, input);
  const auto fitting = networks_->find(filled_input(letterbox.content, input));
  if (fitting == nullptr) return Error{ErrorCode::unavailable, "no network holds this picture"};
  auto& [network, preparer, charge] = *fitting;
  const auto begin = std::chrono::steady_clock::now();
  preparer.prepare(frame, letterbox, network.input());
  const auto prepared = std::chrono::steady_clock::now();
  times_.prepare = prepared - begin;
  if (Status ran = network.run(); !ran) return ran;

  decode_yunet({network.heads(0), network.heads(1), network.heads(2)}, network.input_size(), setup_.min_score,
               found);
  suppress_overlapping(found, kOverlapMax);
  for (domain::Detection& face : found) letterbox.to_frame(face);
  // A box in the black bars becomes empty.
  std::erase_if(found, [&](const domain::Detection& face) {
    return face.box.width < 1 || face.box.height < 1 || is_cut(face.box, letterbox.region, region);
  });
  times_.infer = std::chrono::steady_clock::now() - prepared;
  return ok_status();
}

}  // namespace vigia::detect
