#include "detect/cascade_detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "detect/letterbox.h"

namespace vigia::detect {
namespace {

constexpr double kSearchWidth = 480;
constexpr double kFaceMin = 60;  // pixels of the frame
constexpr int kWindowMin = 24;   // pixels of the smaller copy
constexpr double kScaleStep = 1.2;
constexpr int kNeighbours = 3;  // windows that must agree

// See the header. The last stage of haarcascade_frontalface_alt2 passes sums above 53.76.
constexpr double kSumAtZero = 53.5;
constexpr double kSumScale = 1.0;

float score_of(double sum) {
  return static_cast<float>(1 - std::exp(-std::max(sum - kSumAtZero, 0.0) / kSumScale));
}

}  // namespace

Result<std::unique_ptr<CascadeDetector>> CascadeDetector::create(const std::filesystem::path& file,
                                                                 double min_score) {
  std::string reason = "it is not a cascade";
  try {
    cv::setNumThreads(1);  // one worker a core already
    std::unique_ptr<CascadeDetector> detector(new CascadeDetector(file, min_score));  // NOLINT: private
    if (detector->classifier_.load(file.string())) return detector;
  } catch (const std::exception& problem) {
    reason = problem.what();
  }
  std::ranges::replace(reason, '\n', ' ');
  return Error{ErrorCode::invalid, fmt::format("{}: OpenCV cannot use it: {} (package opencv-data has it)",
                                               file.string(), reason)};
}

Status CascadeDetector::detect(const domain::Frame& frame, const View& view,
                               std::vector<domain::Detection>& found) {
  found.clear();
  times_ = {};
  if (Status usable = check_frame(frame); !usable) return usable;
  const domain::Region region = clip_region(view.rot, frame.size);
  if (region.whole()) return ok_status();
  const auto begin = std::chrono::steady_clock::now();
  try {
    search(frame, region, found);
    times_.infer = std::chrono::steady_clock::now() - begin;
    return ok_status();
  } catch (const std::exception& problem) {
    found.clear();
    return Error{ErrorCode::unavailable, fmt::format("OpenCV's cascade failed: {}", problem.what())};
  }
}

void CascadeDetector::search(const domain::Frame& frame, const domain::Region& region,
                             std::vector<domain::Detection>& found) {
  const auto stride = static_cast<std::size_t>(frame.planes[0].stride);
  const auto* luma =
      frame.planes[0].data + static_cast<std::ptrdiff_t>(region.top) * frame.planes[0].stride + region.left;
  // OpenCV only reads from it, but a Mat has no way to say so.
  const cv::Mat whole(region.height, region.width, CV_8UC1, const_cast<std::uint8_t*>(luma), stride);
  const double scale = std::clamp(std::max(kSearchWidth / frame.size.width, kWindowMin / kFaceMin), 0.0, 1.0);
  const Letterbox letterbox{region,
                            {std::max(1, static_cast<int>(std::lround(region.width * scale))),
                             std::max(1, static_cast<int>(std::lround(region.height * scale)))}};
  if (scale < 1) {
    cv::resize(whole, small_, {letterbox.content.width, letterbox.content.height}, 0, 0, cv::INTER_AREA);
  } else {
    small_ = whole;
  }
  classifier_.detectMultiScale(small_, boxes_, stages_, sums_, kScaleStep, kNeighbours, 0,
                               {kWindowMin, kWindowMin}, {}, true);
  if (scale >= 1) small_.release();  // it showed the frame's own buffer

  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const cv::Rect& box = boxes_[i];
    domain::Detection face;
    face.box = {static_cast<float>(box.x), static_cast<float>(box.y), static_cast<float>(box.width),
                static_cast<float>(box.height)};
    face.score = score_of(sums_[i]);
    letterbox.to_frame(face);
    if (face.score >= static_cast<float>(min_score_)) found.push_back(face);
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &domain::Detection::score);
}

}  // namespace vigia::detect
