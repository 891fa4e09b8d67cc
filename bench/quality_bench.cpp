// Measures what speed costs in faces: on labelled photographs and on clips, the faces that each of Vigia's
// ways finds (model, precision, input) against OpenCV's DNN part in f32 at 640x640 with the same model, frame
// by frame. The built-in vigia_n is compared with YuNet-n: the faces that a user misses who has only that.
//
//   VIGIA_DATA=... ./dev bench quality
//   ./dev bench quality -- --models FOLDER --clip a.mp4 --clip b.mp4 --every 10 --json quality.json
//
// VIGIA_DATA names a folder with models/, photos/faces.csv (file,left,top,width,height) and clips/. The
// frames of a clip are what a camera of Vigia's hands on, and each way prepares its own input from their
// planes. Two boxes are one face when they overlap by half (intersection over union); photographs' labels are
// drawn tighter than YuNet's boxes, so a label counts as found from 0.3 on. Ends within a minute.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "detect/detect_faces.h"
#include "face_tally.h"
#include "face_trial.h"
#include "opencv_yunet.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

namespace fs = std::filesystem;

constexpr double kMinScore = 0.6;
constexpr domain::Size kReferenceInput{640, 640};
const std::vector<domain::Size> kInputs{{320, 192}, {640, 384}, {640, 640}};
const std::vector<std::pair<std::string, std::string>> kModels{
    {"yunet_n", "yunet_n_640_640.onnx"}, {"yunet_s", "face_detection_yunet_2023mar.onnx"}};
constexpr const char* kBuiltIn = "vigia_n";  // compared with the first of them

// The ways to search a frame, and their results in the photographs and in the clips.
class Comparison {
 public:
  Comparison(const fs::path& models, memory::MemoryManager& memory) {
    for (const auto& [name, file] : kModels) {
      const fs::path model = models / file;
      if (!fs::exists(model)) continue;
      references_.push_back({name, OpencvYunet(model, kReferenceInput, kMinScore)});
      for (const std::string precision : {"f32", "bf16"}) {
        if (precision == "bf16" && !cpu_has_bf16()) continue;
        add_ways({.model = model.string(), .min_detection_score = kMinScore, .precision = precision}, memory);
      }
    }
    if (references_.empty()) return;
    add_ways({.model = kBuiltIn, .min_detection_score = kMinScore, .precision = "f32"}, memory);
  }

  // marked: nullptr: it has no labels.
  void look(const std::string& source, const domain::Frame& frame, const cv::Mat& bgr,
            const std::vector<domain::Box>* marked) {
    Source& at = sources_[source];
    ++at.frames;
    for (Reference& reference : references_) {
      const Faces theirs = reference.opencv.find(bgr);
      Tally& own = at.tallies[reference.name + " 640x640 OpenCV"];
      own.add(theirs, theirs);
      if (marked != nullptr) own.add_labels(theirs, *marked);
      for (const auto& way : ways_) {
        if (!is_compared(*way, reference)) continue;
        trial::must(detect_fully(*way, frame, {}, found_));
        Tally& tally = at.tallies[way->name()];
        tally.add(found_, theirs);
        if (marked != nullptr) tally.add_labels(found_, *marked);
      }
    }
  }

  [[nodiscard]] bool empty() const { return ways_.empty(); }
  void print() const;
  [[nodiscard]] nlohmann::json json() const;

 private:
  struct Reference {
    std::string name;
    OpencvYunet opencv;
  };
  struct Source {
    int frames = 0;
    std::map<std::string, Tally> tallies;  // by way
  };

  // Each with the same model's, and the built-in one with that of the best.
  [[nodiscard]] bool is_compared(const Detector& way, const Reference& reference) const {
    return way.name().starts_with(reference.name) ||
           (way.name().starts_with(kBuiltIn) && &reference == &references_.front());
  }

  void add_ways(const DetectorOptions& options, memory::MemoryManager& memory) {
    const auto stage = trial::must(DetectFaces::create(options, {}, memory.budget()));
    for (const domain::Size input : kInputs) ways_.push_back(trial::must(stage.make(input)));
  }

  std::vector<Reference> references_;
  std::vector<std::unique_ptr<Detector>> ways_;
  std::map<std::string, Source> sources_;
  Faces found_;
};

void Comparison::print() const {
  for (const auto& [name, source] : sources_) {
    fmt::print("\n{}: {} frames\n{:<24}{:>8}{:>11}{:>13}{:>9}{:>10}{:>13}{:>9}\n", name, source.frames, "",
               "by both", "only ours", "only theirs", ">= 0.7", "mean IoU", "score +-max", "labels");
    for (const auto& [way, tally] : source.tallies) {
      fmt::print("{:<24}{:>8}{:>11}{:>13}{:>9}{:>10.3f}{:>13.3f}{:>9}\n", way, tally.both, tally.only_ours,
                 tally.only_theirs, tally.missed_sure, tally.overlaps / std::max(1, tally.both),
                 tally.score_difference,
                 tally.labels > 0 ? fmt::format("{}/{}", tally.labels_found, tally.labels) : "");
    }
  }
}

nlohmann::json Comparison::json() const {
  nlohmann::json all;
  for (const auto& [name, source] : sources_) {
    auto& ways = all[name]["ways"];
    all[name]["frames"] = source.frames;
    for (const auto& [way, tally] : source.tallies) {
      ways[way] = {{"found_both", tally.both},
                   {"only_ours", tally.only_ours},
                   {"only_theirs", tally.only_theirs},
                   {"only_theirs_sure", tally.missed_sure},
                   {"mean_iou", tally.overlaps / std::max(1, tally.both)},
                   {"score_difference_max", tally.score_difference},
                   {"labels", tally.labels},
                   {"labels_found", tally.labels_found}};
    }
  }
  return all;
}

// A clip's frames, every Nth of them, until the time is up.
class EveryNth final : public camera::FrameSink {
 public:
  EveryNth(Comparison& comparison, int every, std::chrono::nanoseconds at_most)
      : comparison_(comparison), every_(every), until_(std::chrono::steady_clock::now() + at_most) {}

  void deliver(domain::Frame frame, const std::stop_token& /*stop*/) override {
    if (count_++ % every_ != 0 || time_is_up()) return;
    comparison_.look("clips", frame, to_bgr(frame), nullptr);
    if (time_is_up()) stop_.request_stop();
  }
  [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }
  [[nodiscard]] bool cut() const { return stop_.stop_requested(); }
  [[nodiscard]] int count() const { return count_; }

 private:
  [[nodiscard]] bool time_is_up() const { return std::chrono::steady_clock::now() >= until_; }

  Comparison& comparison_;
  const int every_;
  const SteadyTime until_;
  std::stop_source stop_;
  int count_ = 0;
};

void look_at_clips(Comparison& comparison, const std::vector<fs::path>& clips, int every, double seconds,
                   memory::MemoryManager& memory) {
  const SteadyTime end = std::chrono::steady_clock::now() + from_seconds(seconds);
  auto left = static_cast<int>(clips.size());
  for (const fs::path& clip : clips) {
    const Nanoseconds share = (end - std::chrono::steady_clock::now()) / left--;  // what short ones left too
    EveryNth sink(comparison, every, share);
    trial::play(clip, sink, memory, sink.stop());
    if (sink.count() == 0) throw std::runtime_error(fmt::format("{}: no frames", clip.string()));
    if (sink.cut())
      fmt::print("{}: only the first {} frames, as the time was up\n", clip.string(), sink.count());
  }
}

void look_at_photos(Comparison& comparison, const fs::path& folder, memory::MemoryManager& memory) {
  for (const auto& [name, marked] : trial::read_labels(folder)) {
    const cv::Mat photo = cv::imread((folder / name).string());
    if (photo.empty()) throw std::runtime_error(fmt::format("{}: not a picture", (folder / name).string()));
    comparison.look("photographs", testing::make_frame(memory, photo), photo, &marked);
  }
}

struct Flags {
  fs::path models, photos, json;
  std::vector<fs::path> clips;
  int every = 6;
  double seconds = 45;
};

// What no flag names comes from VIGIA_DATA.
void fill_from_data(Flags& flags) {
  const trial::DataFiles data = trial::files_of_data();
  if (flags.models.empty()) flags.models = data.models;
  if (!flags.photos.empty() || !flags.clips.empty()) return;
  flags.photos = data.photos;
  flags.clips = data.clips;
}

void compare(const Flags& flags, memory::MemoryManager& memory) {
  Comparison comparison(flags.models, memory);
  if (comparison.empty()) throw std::runtime_error(flags.models.string() + ": no YuNet model is there");
  if (!flags.photos.empty()) look_at_photos(comparison, flags.photos, memory);
  look_at_clips(comparison, flags.clips, flags.every, flags.seconds, memory);
  comparison.print();
  if (!flags.json.empty()) std::ofstream(flags.json) << comparison.json().dump(1) << '\n';
}

}  // namespace
}  // namespace vigia::detect

int main(int argc, char** argv) {
  vigia::detect::Flags flags;
  CLI::App app("Faces found by Vigia's detectors against OpenCV DNN f32 at 640x640.");
  app.add_option("--models", flags.models, "folder with YuNet models [VIGIA_DATA/models]");
  app.add_option("--photos", flags.photos, "folder with photographs and faces.csv [VIGIA_DATA/photos]");
  app.add_option("--clip", flags.clips, "a video; may be given many times [all of VIGIA_DATA/clips]");
  app.add_option("--every", flags.every, "looks at each Nth frame of a clip")->check(CLI::PositiveNumber);
  app.add_option("--seconds", flags.seconds, "the clips are cut short so that they end within about this");
  app.add_option("--json", flags.json, "writes the figures into this file too");
  if (const auto ended = vigia::trial::begin(app, argc, argv)) return *ended;
  return vigia::trial::run(app, [&](vigia::memory::MemoryManager& memory) {
    vigia::detect::fill_from_data(flags);
    if (!flags.models.empty()) return vigia::detect::compare(flags, memory);
    fmt::print(stderr, "quality_bench: left out: neither --models nor VIGIA_DATA says where models are\n");
  });
}
