// The parts of the quality (src/shot/grade.h) of all faces in pictures and videos, as a CSV file: what
// tools/quality/fit.py fits the weights to.
//
//   ./dev build face_parts && build/bench/face_parts --model yunet_n_640_640.onnx --input 640x384 --out
//   parts.csv a.mp4 b.jpg
//
// A line for each detection: file (its name), frame (from 0), detector, left, top, width, height, score, the
// parts, total, rank, pixels between the eyes. --pictures FOLDER writes each frame that has a face too,
// FILE-FRAME.png, to be looked at.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <sstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "base/file.h"
#include "detect/detect_faces.h"
#include "face_trial.h"
#include "shot/grade.h"
#include "testing/frame_maker.h"

namespace vigia::shot {
namespace {

namespace fs = std::filesystem;

struct Flags {
  std::string model = "auto", input = "640x384";
  double min_score = 0.2;
  int every = 1;
  fs::path out = "parts.csv", pictures, labels;
  std::vector<fs::path> files;
};

cv::Mat grey(const domain::Frame& frame) {
  const auto& luma = frame.planes[0];
  return cv::Mat(frame.size.height, frame.size.width, CV_8UC1,
                 const_cast<std::uint8_t*>(luma.data),  // NOLINT: only read
                 static_cast<std::size_t>(luma.stride));
}

// Which frames of which videos; none: all.
using Wanted = std::set<std::pair<std::string, int>>;
Wanted read_wanted(const fs::path& labels) {
  Wanted wanted;
  if (labels.empty()) return wanted;
  std::ifstream in(labels);
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be read", labels.string()));
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string file, frame, made;
    if (std::getline(fields, file, ',') && std::getline(fields, frame, ',') &&
        std::getline(fields, made, ',') && made.empty())
      wanted.emplace(file, std::atoi(frame.c_str()));  // NOLINT: the line of names is no frame of any file
  }
  return wanted;
}

class Table {
 public:
  Table(const Flags& flags, detect::Detector& detector)
      : detector_(detector), wanted_(read_wanted(flags.labels)), pictures_(flags.pictures), out_(flags.out) {
    if (!out_) throw std::runtime_error(fmt::format("{}: cannot be written", flags.out.string()));
    out_ << "file,frame,detector,left,top,width,height,score";
    for (const auto& part : domain::kQualityParts) out_ << ',' << part.name;
    out_ << ",total,rank,eye_pixels\n";
    if (const auto failed = make_private_folders(pictures_))
      throw std::runtime_error(fmt::format("{}: {}", pictures_.string(), failed.message()));
  }

  [[nodiscard]] bool wants(const std::string& file, int number) const {
    return wanted_.empty() || wanted_.contains({file, number});
  }

  void look(const std::string& file, int number, const domain::Frame& frame) {
    trial::must(detect_fully(detector_, frame, {}, found_));
    for (const domain::Detection& face : found_) {
      const domain::FaceQuality quality = measure_quality(face, frame);
      const domain::Box& box = face.box;
      out_ << fmt::format("{},{},{},{:.2f},{:.2f},{:.2f},{:.2f},{:.4f}", file, number, detector_.name(),
                          box.left, box.top, box.width, box.height, face.score);
      for (const auto& part : domain::kQualityParts) out_ << fmt::format(",{:.4f}", quality.*part.value);
      const float eyes = face.landmarks ? distance(face.landmarks->right_eye, face.landmarks->left_eye) : 0;
      out_ << fmt::format(",{:.4f},{:.4f},{:.2f}\n", quality.total, quality.rank, eyes);
    }
    if (!found_.empty() && !pictures_.empty())
      cv::imwrite((pictures_ / fmt::format("{}-{}.png", file, number)).string(), grey(frame));
  }

 private:
  detect::Detector& detector_;
  Wanted wanted_;
  fs::path pictures_;
  std::ofstream out_;
  std::vector<domain::Detection> found_;
};

class EveryNth final : public camera::FrameSink {
 public:
  EveryNth(Table& table, std::string file, int every)
      : table_(table), file_(std::move(file)), every_(every) {}
  void deliver(domain::Frame frame, const std::stop_token& /*stop*/) override {
    if (count_ % every_ == 0 && table_.wants(file_, count_)) table_.look(file_, count_, frame);
    ++count_;
  }
  [[nodiscard]] int count() const { return count_; }

 private:
  Table& table_;
  std::string file_;
  int every_;
  int count_ = 0;
};

void look_at(const fs::path& file, int every, Table& table, memory::MemoryManager& memory) {
  const bool simulated = file.string().starts_with("sim:");
  const std::string name = file.filename().string();
  if (const cv::Mat picture = simulated ? cv::Mat() : cv::imread(file.string()); !picture.empty()) {
    table.look(name, 0, testing::make_frame(memory, picture));
    return;
  }
  EveryNth sink(table, name, every);
  trial::play(file, sink, memory);
  if (sink.count() == 0) throw std::runtime_error(fmt::format("{}: no frames", file.string()));
}

void write_table(const Flags& flags, memory::MemoryManager& memory) {
  const auto detector =
      trial::make_detector({.model = flags.model, .min_detection_score = flags.min_score},
                           detect::ModelPlaces::from_environment(), trial::size_of(flags.input), memory);
  Table table(flags, *detector);
  for (const fs::path& file : flags.files) look_at(file, flags.every, table, memory);
}

}  // namespace
}  // namespace vigia::shot

int main(int argc, char** argv) {
  vigia::shot::Flags flags;
  CLI::App app("The parts of the quality of all faces in pictures and videos, as CSV.");
  app.add_option("--model", flags.model, "a YuNet .onnx file, auto, or vigia_n");
  app.add_option("--input", flags.input, "what the model sees, WxH");
  app.add_option("--min-score", flags.min_score, "0..1");
  app.add_option("--every", flags.every, "looks at each Nth frame of a video")->check(CLI::PositiveNumber);
  app.add_option("--labels", flags.labels,
                 "looks only at the frames of videos that this CSV file names: file,frame,...");
  app.add_option("--out", flags.out, "the CSV file");
  app.add_option("--pictures", flags.pictures, "a folder for the frames that have faces");
  app.add_option("files", flags.files, "pictures and videos; sim:... for the synthetic camera")->required();
  if (const auto ended = vigia::trial::begin(app, argc, argv)) return *ended;
  return vigia::trial::run(
      app, [&](vigia::memory::MemoryManager& memory) { vigia::shot::write_table(flags, memory); });
}
