// Measures how large a face must be to be found: the share of labelled faces that a detector finds, by their
// size in pixels of its input. The constants of src/detect/smallest_face.h come from here.
//
//   VIGIA_DATA=... ./dev bench face_size
//   ./dev bench face_size -- --models FOLDER --photos FOLDER --frame 3840x2160 --input 640x384 --places 3
//
// A photograph is scaled until one of its labelled faces has the size to be measured, and laid into a
// frame of the camera's size with that face somewhere in the frame's inner part; what is left over is the
// photograph mirrored. --worn makes of it what a poor camera sends: unsharp (a Gaussian of 1.5 pixels of the
// frame), noisy (6 levels) and compressed (JPEG of quality 40). A frame goes the whole way: planes, the small
// picture, the network. A face's size
// is the shorter side of the box that the same model draws where the face is 80 pixels large, so it is what
// filter_min_size compares; faces that are not found even there are left out, and their number is printed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "detect/built_in.h"
#include "detect/detect_faces.h"
#include "detect/yunet_network.h"
#include "face_tally.h"
#include "face_trial.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

namespace fs = std::filesystem;

constexpr double kMinScore = 0.6;
constexpr float kSureSize = 80;  // pixels, at which a face is found or never
const std::vector<std::string> kModels{"yunet_n_640_640.onnx", "face_detection_yunet_2023mar.onnx",
                                       kBuiltInModel};

struct Face {
  const cv::Mat* photo = nullptr;
  domain::Box box;  // in the photograph
};

struct Flags {
  fs::path models, photos;
  std::string precision = "f32";
  domain::Size frame{1920, 1080};
  std::vector<std::string> inputs{"640x384"};
  std::string frame_text = "1920x1080";
  int places = 3;
  bool worn = false;
  std::vector<int> sizes{8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 24, 32, 40};
};

// Of these, the one that is this face; nothing: none.
std::optional<domain::Detection> same(const Faces& found, const domain::Box& face) {
  std::optional<domain::Detection> best;
  for (const domain::Detection& one : found) {
    if (overlap(one.box, face) < kSameAsLabel) continue;
    if (!best || overlap(one.box, face) > overlap(best->box, face)) best = one;
  }
  return best;
}

domain::Box scaled(const domain::Box& box, float by) {
  return {box.left * by, box.top * by, box.width * by, box.height * by};
}

void wear(cv::Mat& frame) {
  cv::GaussianBlur(frame, frame, {}, 1.5);
  cv::Mat noise(frame.size(), CV_16SC3);
  cv::theRNG().state = 7;
  cv::randn(noise, 0, 6);
  cv::add(frame, noise, frame, {}, CV_8U);
  std::vector<std::uint8_t> jpeg;
  cv::imencode(".jpg", frame, jpeg, {cv::IMWRITE_JPEG_QUALITY, 40});
  frame = cv::imdecode(jpeg, cv::IMREAD_COLOR);
}

class Sizes {
 public:
  Sizes(const DetectFaces& stage, memory::MemoryManager& memory, const Flags& flags)
      : stage_(stage), memory_(memory), flags_(flags) {}

  // Keeps those labels that the model finds at kSureSize, with the box that it draws there.
  void take(const cv::Mat& photo, const std::vector<domain::Box>& labels) {
    for (const domain::Box& label : labels) {
      ++labels_;
      const float by = kSureSize / std::min(label.width, label.height);
      cv::Mat large;
      cv::resize(photo, large, {}, by, by, by < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
      const auto up = [](int side) {
        return std::min(kInputMax, (side + kInputStep - 1) / kInputStep * kInputStep);
      };
      look(*trial::must(stage_.make({up(large.cols), up(large.rows)})), large);
      if (const auto face = same(found_, scaled(label, by)))
        faces_.push_back({&photo, scaled(face->box, 1 / by)});
    }
  }

  // Prints a line: the share found, by size.
  void measure(domain::Size input) {
    const auto detector = trial::must(stage_.make(input));
    std::string line = fmt::format("{:<24}", detector->name());
    for (const int size : flags_.sizes)
      line += fmt::format("{:>7.1f}", 100 * share_found(*detector, input, size));
    fmt::print("{}\n", line);
    std::fflush(stdout);
  }

  void head() const {
    std::string line =
        fmt::format("\n{}x{} frames, {} of {} labelled faces, {} places each{}; % found\n{:<24}",
                    flags_.frame.width, flags_.frame.height, faces_.size(), labels_, flags_.places,
                    flags_.worn ? ", worn" : "", "pixels in the input");
    for (const int size : flags_.sizes) line += fmt::format("{:>7}", size);
    fmt::print("{}\n", line);
  }

 private:
  void look(Detector& detector, const cv::Mat& picture) {
    trial::must(detect_fully(detector, testing::make_frame(memory_, picture), {}, found_));
  }

  double share_found(Detector& detector, domain::Size input, int size) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> inner(0.15F, 0.85F);
    const float to_frame =
        std::max(static_cast<float>(flags_.frame.width) / static_cast<float>(input.width),
                 static_cast<float>(flags_.frame.height) / static_cast<float>(input.height));
    int found = 0;
    for (const Face& face : faces_) {
      const float by = static_cast<float>(size) * to_frame / std::min(face.box.width, face.box.height);
      cv::Mat photo;
      cv::resize(*face.photo, photo, {}, by, by, by < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
      for (int place = 0; place < flags_.places; ++place) {
        domain::Box box = scaled(face.box, by);
        const float x = inner(random) * static_cast<float>(flags_.frame.width) - box.centre().x;
        const float y = inner(random) * static_cast<float>(flags_.frame.height) - box.centre().y;
        const cv::Mat move = (cv::Mat_<float>(2, 3) << 1, 0, std::round(x), 0, 1, std::round(y));
        cv::Mat frame;
        cv::warpAffine(photo, frame, move, {flags_.frame.width, flags_.frame.height}, cv::INTER_NEAREST,
                       cv::BORDER_REFLECT);
        box.left += std::round(x);
        box.top += std::round(y);
        if (flags_.worn) wear(frame);
        look(detector, frame);
        if (same(found_, box)) ++found;
      }
    }
    return static_cast<double>(found) / static_cast<double>(faces_.size()) / flags_.places;
  }

  const DetectFaces& stage_;
  memory::MemoryManager& memory_;
  const Flags& flags_;
  std::vector<Face> faces_;
  int labels_ = 0;
  Faces found_;
};

struct Photo {
  cv::Mat picture;
  std::vector<domain::Box> labels;
};

std::vector<Photo> read_photos(const fs::path& folder) {
  std::vector<Photo> photos;
  for (auto& [name, labels] : trial::read_labels(folder)) {
    photos.push_back({cv::imread((folder / name).string()), labels});
    if (photos.back().picture.empty()) throw std::runtime_error(name + ": not a picture");
  }
  return photos;
}

void measure_all(const Flags& flags, memory::MemoryManager& memory) {
  const auto photos = read_photos(flags.photos);
  for (const std::string& name : kModels) {
    const std::string model = name == kBuiltInModel ? name : (flags.models / name).string();
    if (name != kBuiltInModel && !fs::exists(model)) continue;
    const auto stage = trial::must(
        DetectFaces::create({.model = model, .min_detection_score = kMinScore, .precision = flags.precision},
                            {}, memory.budget()));
    Sizes sizes(stage, memory, flags);
    for (const Photo& photo : photos) sizes.take(photo.picture, photo.labels);
    sizes.head();
    for (const std::string& input : flags.inputs) sizes.measure(trial::size_of(input));
  }
}

}  // namespace
}  // namespace vigia::detect

int main(int argc, char** argv) {
  vigia::detect::Flags flags;
  CLI::App app("The share of faces that is found, by their size in pixels of the detector's input.");
  app.add_option("--models", flags.models, "folder with YuNet models [VIGIA_DATA/models]");
  app.add_option("--photos", flags.photos, "folder with photographs and faces.csv [VIGIA_DATA/photos]");
  app.add_option("--frame", flags.frame_text, "the camera's frame");
  app.add_option("--input", flags.inputs, "may be given many times");
  app.add_option("--precision", flags.precision, "f32, bf16");
  app.add_option("--places", flags.places, "in the frame, for each face")->check(CLI::PositiveNumber);
  app.add_option("--size", flags.sizes, "of faces, pixels of the input; may be given many times");
  app.add_flag("--worn", flags.worn, "unsharp, noisy and compressed frames");
  if (const auto ended = vigia::trial::begin(app, argc, argv)) return *ended;
  return vigia::trial::run(app, [&](vigia::memory::MemoryManager& memory) {
    const vigia::trial::DataFiles data = vigia::trial::files_of_data();
    if (flags.models.empty()) flags.models = data.models;
    if (flags.photos.empty()) flags.photos = data.photos;
    flags.frame = vigia::trial::size_of(flags.frame_text);
    if (!flags.models.empty()) return vigia::detect::measure_all(flags, memory);
    fmt::print(stderr, "face_size_bench: left out: neither --models nor VIGIA_DATA says where models are\n");
  });
}
