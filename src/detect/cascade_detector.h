// OpenCV's cascade for frontal faces: the detector where no YuNet model is at hand. It misses turned,
// tilted and small faces, gives no landmarks, and is slower; nothing has to be downloaded for it.
//
// It reads the luma plane in place and searches a smaller copy: 480 pixels wide, or as much wider as it
// takes for a face of 60 pixels to remain 24 (the cascade's window is 20). Smaller faces are not found.
// detector.input does not concern it. Cost at 720p: about 30 ms a frame on one core.
//
// Score: the cascade has no probability. Its last stage's sum, the highest of the windows that were joined
// to the face, grows with how face-like the face is: score = 1 - exp(-(sum - 53.5) / 1.0). Seen: clear
// frontal faces 54.4 to 57.9 (scores 0.6 to 0.99), false alarms 54.6 to 55.9 (0.67 to 0.91).
//
// Threads: owner thread only. Making the first one keeps OpenCV in this process to the calling thread.
#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/objdetect.hpp>
#include <string>
#include <vector>

#include "detect/detector.h"

namespace vigia::detect {

class CascadeDetector final : public Detector {
 public:
  // Errors: invalid, when the file is no cascade that OpenCV can read.
  static Result<std::unique_ptr<CascadeDetector>> create(const std::filesystem::path& file, double min_score);

  Status detect(const domain::Frame& frame, const View& view, std::vector<domain::Detection>& found) override;
  [[nodiscard]] std::string name() const override { return name_; }

 private:
  CascadeDetector(const std::filesystem::path& file, double min_score)
      : name_("cascade " + file.stem().string()), min_score_(min_score) {}
  void search(const domain::Frame& frame, const domain::Region& region,
              std::vector<domain::Detection>& found);

  const std::string name_;
  const double min_score_;
  cv::CascadeClassifier classifier_;
  cv::Mat small_;
  std::vector<cv::Rect> boxes_;
  std::vector<int> stages_;
  std::vector<double> sums_;
};

}  // namespace vigia::detect
