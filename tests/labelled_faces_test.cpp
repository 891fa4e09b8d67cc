// Compares quality with a person's judgement of each face: the labels in tools/quality/labels.csv to which
// the weights were not fitted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <sstream>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "camera/stream_camera.h"
#include "detect/detect_faces.h"
#include "domain/boxes.h"
#include "shot/grade.h"
#include "testing/data.h"
#include "testing/frame_maker.h"

namespace vigia::shot {
namespace {

namespace fs = std::filesystem;

struct Marked {
  domain::Box box;
  std::string label;
};
using Labels = std::map<std::pair<std::string, int>, std::vector<Marked>>;  // by file and frame

// Labels of the original pictures and clips only: the generated ones are not available here.
Labels read_held_out() {
  Labels labels;
  std::ifstream in(VIGIA_FACE_LABELS);
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> fields;
    std::istringstream words(line);
    for (std::string word; std::getline(words, word, ',');) fields.push_back(word);
    if (fields.size() != 10 || fields[9] != "held-out" || !fields[2].empty()) continue;
    const auto number = [&](std::size_t i) { return std::stof(fields[i]); };
    labels[{fields[0], std::stoi(fields[1])}].push_back(
        {{number(3), number(4), number(5), number(6)}, fields[7]});
  }
  return labels;
}

class Tally {
 public:
  Tally(Labels labels, detect::Detector& detector) : labels_(std::move(labels)), detector_(detector) {}

  [[nodiscard]] bool wants(const std::string& file) const {
    const auto first = labels_.lower_bound({file, 0});
    return first != labels_.end() && first->first.first == file;
  }
  void look(const std::string& file, int number, const domain::Frame& frame) {
    const auto marked = labels_.find({file, number});
    if (marked == labels_.end()) return;
    ASSERT_TRUE(detector_.detect(frame, {}, found_).ok());
    for (const domain::Detection& face : found_) {
      const auto best = std::ranges::max_element(marked->second, {},
                                                 [&](const Marked& m) { return overlap(m.box, face.box); });
      if (overlap(best->box, face.box) < 0.5F || best->label == "unsure") continue;
      const float total = measure_quality(face, frame).total;
      const bool usable = best->label == "usable";
      ++(usable ? usable_ : unusable_);
      const bool passes = total >= 0.5F;
      if (passes) ++(usable ? usable_that_pass_ : unusable_that_pass_);
      if (passes != usable)
        wrong_ += fmt::format("{} {} at {:.0f}, {:.0f}: {} but {:.2f}\n", file, number, face.box.left,
                              face.box.top, best->label, total);
    }
  }
  int usable_ = 0, usable_that_pass_ = 0, unusable_ = 0, unusable_that_pass_ = 0;
  std::string wrong_;

 private:
  Labels labels_;
  detect::Detector& detector_;
  std::vector<domain::Detection> found_;
};

class Looker final : public camera::FrameSink {
 public:
  Looker(Tally& tally, std::string file) : tally_(tally), file_(std::move(file)) {}
  void deliver(domain::Frame frame, const std::stop_token& /*stop*/) override {
    tally_.look(file_, count_++, frame);
  }

 private:
  Tally& tally_;
  std::string file_;
  int count_ = 0;
};

void look_at_all(const fs::path& data, Tally& tally, memory::MemoryManager& memory) {
  for (const char* folder : {"photos", "clips"}) {
    for (const auto& entry : fs::directory_iterator(data / folder)) {
      const std::string name = entry.path().filename().string();
      if (!tally.wants(name)) continue;
      if (const cv::Mat photo = cv::imread(entry.path().string()); !photo.empty()) {
        tally.look(name, 0, testing::make_frame(memory, photo));
        continue;
      }
      camera::StreamCamera camera({name, "file:" + entry.path().string(), {}, ""},
                                  {.single_pass = true, .play_speed = -1, .disable_drops = true}, memory,
                                  system_clock());
      Looker looker(tally, name);
      camera.run({}, looker);
    }
  }
}

TEST(LabelledFaces, UsableOnesPassAtOneHalfAndOthersDoNot) {
  NEED_DATA();
  const std::string data = testing::data_folder();
  memory::MemoryManager memory{memory::MemoryOptions{}};
  memory.start();
  {
    const fs::path model = fs::path(data) / "models" / "yunet_n_640_640.onnx";
    const auto stage = detect::DetectFaces::create(
        {.model = model.string(), .min_detection_score = 0.2, .precision = "f32"}, {}, memory.budget());
    ASSERT_TRUE(stage.ok()) << stage.error().text;
    const auto detector = stage->make({640, 384});
    ASSERT_TRUE(detector.ok()) << detector.error().text;
    Tally tally(read_held_out(), **detector);
    look_at_all(data, tally, memory);
    EXPECT_GT(tally.usable_, 50);
    EXPECT_GT(tally.unusable_, 50);
    EXPECT_GE(tally.usable_that_pass_, 0.95 * tally.usable_) << tally.wrong_;
    EXPECT_LE(tally.unusable_that_pass_, 0.03 * tally.unusable_) << tally.wrong_;
  }
  memory.stop();
}

}  // namespace
}  // namespace vigia::shot
