// Detectors on real pictures, and which one is chosen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <thread>

#include "detect/built_in.h"
#include "detect/detect_faces.h"
#include "detect/letterbox.h"
#include "detect/prepare_input.h"
#include "detect/test_support.h"
#include "detect/yunet_network.h"
#include "testing/frame_maker.h"
#include "testing/temp_dir.h"

namespace vigia::detect {
namespace {

using ::testing::HasSubstr;

class DetectFacesTest : public ::testing::Test {
 protected:
  Result<DetectFaces> choose(const std::string& model, const ModelPlaces& places = {},
                             const std::string& precision = "f32") {
    DetectorOptions options;
    options.model = model;
    options.precision = precision;
    return DetectFaces::create(options, places, memory_.budget());
  }
  std::unique_ptr<Detector> detector(const std::string& model, domain::Size input = {640, 640},
                                     const std::string& precision = "f32") {
    const auto stage = choose(model, {}, precision);
    EXPECT_TRUE(stage) << stage.error().text;
    auto made = stage->make(input);
    EXPECT_TRUE(made) << made.error().text;
    return *std::move(made);
  }
  domain::Frame photo(const std::string& name) {
    return testing::make_frame(memory_, cv::imread((data_folder() / "photos" / name).string()));
  }
  static std::vector<domain::Detection> found_by(Detector& detector, const domain::Frame& frame,
                                                 const domain::Region& rot = {}) {
    std::vector<domain::Detection> found(3);  // what was in it must not stay
    const Status status = detect_fully(detector, frame, rot, found);
    EXPECT_TRUE(status) << status.error().text;
    return found;
  }

  memory::MemoryManager memory_{memory::MemoryOptions{}};
};

using Boxes = std::map<std::string, std::vector<domain::Box>>;

// photos/faces.csv: file,left,top,width,height
Boxes marked_faces() {
  Boxes boxes;
  std::ifstream in(data_folder() / "photos" / "faces.csv");
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream fields(line);
    std::string file;
    domain::Box box;
    fields >> file >> box.left >> box.top >> box.width >> box.height;
    boxes[file].push_back(box);
  }
  return boxes;
}

// YuNet's boxes are taller than the marked ones, so a face counts as found if a box contains the mark's
// centre.
std::size_t count_found(const std::vector<domain::Box>& marked, const std::vector<domain::Detection>& found) {
  return static_cast<std::size_t>(std::ranges::count_if(marked, [&](const domain::Box& mark) {
    return std::ranges::any_of(found,
                               [&](const domain::Detection& face) { return overlap(mark, face.box) > 0.3F; });
  }));
}

// OpenCV's inference, decoded by the formulas alone, to compare with the whole of our detector.
std::vector<domain::Detection> found_by_opencv(const std::string& model, const domain::Frame& frame,
                                               domain::Size input) {
  const Letterbox letterbox = fit_letterbox(clip_region({}, frame.size), input);
  const domain::Size size = filled_input(letterbox.content, input);
  std::vector<float> planes(3 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  InputPreparer(size).prepare(frame, letterbox, planes);
  const auto heads = opencv_heads(model_file(model), planes, size);
  std::vector<domain::Detection> all;
  std::vector<cv::Rect2d> boxes;
  std::vector<float> scores;
  for (std::size_t level = 0; level < kYunetLevels; ++level) {
    const int stride = kYunetStrides[level];
    for (std::size_t cell = 0; cell < heads[level].size() / 16; ++cell) {
      const float* at = heads[level].data() + cell * 16;
      const float score = std::sqrt(at[0] * at[1]);
      if (score < 0.6F) continue;
      const auto columns = static_cast<std::size_t>(size.width / stride);
      const auto column = static_cast<float>(cell % columns);
      const std::size_t whole_rows = cell / columns;
      const auto row = static_cast<float>(whole_rows);
      const auto s = static_cast<float>(stride);
      const float width = std::exp(at[4]) * s;
      const float height = std::exp(at[5]) * s;
      domain::Detection face;
      face.box = {(column + at[2]) * s - width / 2, (row + at[3]) * s - height / 2, width, height};
      face.score = score;
      face.landmarks = domain::Landmarks{};
      face.landmarks->right_eye = {(column + at[6]) * s, (row + at[7]) * s};
      face.landmarks->mouth_left = {(column + at[14]) * s, (row + at[15]) * s};
      boxes.emplace_back(face.box.left, face.box.top, face.box.width, face.box.height);
      scores.push_back(score);
      letterbox.to_frame(face);
      all.push_back(face);
    }
  }
  std::vector<int> kept;
  cv::dnn::NMSBoxes(boxes, scores, 0.6F, 0.3F, kept);
  std::vector<domain::Detection> found;
  found.reserve(kept.size());
  for (const int index : kept) found.push_back(all[static_cast<std::size_t>(index)]);
  return found;
}

// How well two detectors agree, over many frames.
struct Agreement {
  int both = 0;
  int only_one = 0;  // and the other should have found it: it is not at the edge of what is reported
  double overlaps = 0;
  double score_difference = 0;  // the largest

  void compare(const std::vector<domain::Detection>& a, const std::vector<domain::Detection>& b) {
    count(a, b);
    count(b, a);
  }
  // Seen on 732 frames: every such face found by both, a mean overlap of 0.993, scores within 0.0191.
  void expect_close() const {
    EXPECT_EQ(only_one, 0);
    ASSERT_GT(both, 0);
    EXPECT_GT(overlaps / both, 0.98);
    EXPECT_LT(score_difference, 0.02);
  }

 private:
  void count(const std::vector<domain::Detection>& from, const std::vector<domain::Detection>& in) {
    for (const domain::Detection& face : from) {
      const auto best = std::ranges::max_element(
          in, {}, [&](const domain::Detection& other) { return overlap(face.box, other.box); });
      if (best == in.end() || overlap(face.box, best->box) < 0.5F) {
        if (face.score > 0.62F) ++only_one;
        continue;
      }
      ++both;
      overlaps += static_cast<double>(overlap(face.box, best->box));
      score_difference = std::max(score_difference, std::abs(static_cast<double>(face.score - best->score)));
    }
  }
};

TEST_F(DetectFacesTest, AgreesWithOpencvOnPhotographs) {
  NEED_DATA();
  for (const char* model : kPublishedModels) {
    for (const domain::Size size : {domain::Size{640, 640}, {320, 192}}) {
      const auto ours = detector(model_file(model).string(), size);
      for (const auto& [file, marked] : marked_faces()) {
        SCOPED_TRACE(ours->name() + " " + file);
        const domain::Frame frame = photo(file);
        const auto found = found_by(*ours, frame);
        const auto expected = found_by_opencv(model, frame, size);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          const float scale = expected[i].box.width;
          EXPECT_NEAR(found[i].score, expected[i].score, 1e-3);
          EXPECT_NEAR(found[i].box.left, expected[i].box.left, 1e-3 * scale);
          EXPECT_NEAR(found[i].box.bottom(), expected[i].box.bottom(), 1e-3 * scale);
          EXPECT_NEAR(found[i].landmarks->right_eye.x, expected[i].landmarks->right_eye.x, 1e-3 * scale);
          EXPECT_NEAR(found[i].landmarks->mouth_left.y, expected[i].landmarks->mouth_left.y, 1e-3 * scale);
        }
      }
    }
  }
}

TEST_F(DetectFacesTest, AgreesWithOpencvOnPhotographsAlsoInBf16) {
  NEED_DATA();
  if (!cpu_has_bf16()) GTEST_SKIP() << "this CPU has no bf16";
  for (const char* model : kPublishedModels) {
    for (const domain::Size size : {domain::Size{640, 640}, {640, 384}, {320, 192}}) {
      const auto ours = detector(model_file(model).string(), size, "bf16");
      SCOPED_TRACE(ours->name());
      Agreement agreement;
      for (const auto& [file, marked] : marked_faces()) {
        const domain::Frame frame = photo(file);
        agreement.compare(found_by_opencv(model, frame, size), found_by(*ours, frame));
      }
      agreement.expect_close();
      EXPECT_GE(agreement.both, 16);  // each counts twice
    }
  }
}

TEST_F(DetectFacesTest, FindsEveryMarkedFace) {
  NEED_DATA();
  for (const char* model : kPublishedModels) {
    const auto yunet = detector(model_file(model).string());
    for (const auto& [file, marked] : marked_faces()) {
      const domain::Frame frame = photo(file);
      const auto found = found_by(*yunet, frame);
      EXPECT_EQ(count_found(marked, found), marked.size()) << yunet->name() << " " << file;
      for (const domain::Detection& face : found) {
        EXPECT_GE(face.score, 0.6F);
        EXPECT_GE(face.box.left, 0);
        EXPECT_LE(face.box.right(), static_cast<float>(frame.size.width));
        ASSERT_TRUE(face.landmarks);
        EXPECT_LT(face.landmarks->right_eye.x, face.landmarks->left_eye.x);
        EXPECT_LT(face.landmarks->right_eye.y, face.landmarks->mouth_right.y);
      }
    }
  }
}

// 43 labelled faces are few: what it finds of many stands in tools/train/README.md.
TEST_F(DetectFacesTest, TheBuiltInOneFindsNearlyEveryMarkedFace) {
  NEED_DATA();
  const auto vigia_n = detector("vigia_n");
  std::size_t marks = 0, hits = 0;
  for (const auto& [file, marked] : marked_faces()) {
    const auto found = found_by(*vigia_n, photo(file));
    marks += marked.size();
    hits += count_found(marked, found);
    for (const domain::Detection& face : found) {
      ASSERT_TRUE(face.landmarks);
      EXPECT_LT(face.landmarks->right_eye.x, face.landmarks->left_eye.x);
      EXPECT_LT(face.landmarks->right_eye.y, face.landmarks->mouth_right.y);
    }
  }
  EXPECT_GE(static_cast<double>(hits), 0.85 * static_cast<double>(marks)) << hits << " of " << marks;
}

// A clip's frames as ffmpeg decodes them, every `step`th.
std::vector<cv::Mat> clip_frames(const std::string& name, domain::Size size, int step) {
  const std::string command = "ffmpeg -nostdin -loglevel error -i '" +
                              (data_folder() / "clips" / name).string() + "' -f rawvideo -pix_fmt bgr24 -";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::vector<cv::Mat> frames;
  cv::Mat frame(size.height, size.width, CV_8UC3);
  const std::size_t bytes = frame.total() * frame.elemSize();
  for (int i = 0; std::fread(frame.data, 1, bytes, pipe.get()) == bytes; ++i) {
    if (i % step == 0) frames.push_back(frame.clone());
  }
  return frames;
}

TEST_F(DetectFacesTest, Bf16FindsWhatF32Finds) {
  NEED_DATA();
  if (!cpu_has_bf16()) GTEST_SKIP() << "this CPU has no bf16";
  std::vector<domain::Frame> frames;
  for (const auto& [file, marked] : marked_faces()) frames.push_back(photo(file));
  const auto add_clip = [&](const char* name, domain::Size size, int step) {
    const auto pictures = clip_frames(name, size, step);
    ASSERT_GE(pictures.size(), 5U) << name;
    for (const cv::Mat& picture : pictures) frames.push_back(testing::make_frame(memory_, picture));
  };
  add_clip("asl-walk.mkv", {640, 480}, 10);
  add_clip("asl-thanks.mkv", {640, 480}, 10);
  add_clip("head-pose-face-detection-female-and-male.gif", {480, 270}, 8);
  add_clip("face-demographics-walking.gif", {480, 270}, 8);
  for (const char* model : kPublishedModels) {
    for (const domain::Size size : {domain::Size{320, 192}, {640, 384}}) {
      const auto exact = detector(model_file(model).string(), size, "f32");
      const auto fast = detector(model_file(model).string(), size, "bf16");
      SCOPED_TRACE(fast->name());
      Agreement agreement;
      for (const domain::Frame& frame : frames)
        agreement.compare(found_by(*exact, frame), found_by(*fast, frame));
      agreement.expect_close();
      EXPECT_GE(agreement.both, 60);  // each counts twice
    }
  }
}

TEST_F(DetectFacesTest, FindsNobodyInAnEmptyRoom) {
  NEED_DATA();
  const auto frames = clip_frames("people-detection.gif", {480, 270}, 1);
  ASSERT_GE(frames.size(), 20U);
  for (const std::string& model : {model_file(kPublishedModels[0]).string(),
                                   model_file(kPublishedModels[1]).string(), std::string("vigia_n")}) {
    const auto any = detector(model, {640, 384});
    for (const cv::Mat& picture : frames) {
      EXPECT_THAT(found_by(*any, testing::make_frame(memory_, picture)), ::testing::IsEmpty()) << any->name();
    }
  }
}

TEST_F(DetectFacesTest, LooksOnlyInsideTheRegion) {
  NEED_DATA();
  const domain::Frame frame = photo("2008_001322.jpg");
  const domain::Box wanted = marked_faces()["2008_001322.jpg"][0];
  const domain::Region rot{-60, 120, 270, 2000};  // beyond the picture's edges: cut there
  for (const std::string& model : {model_file("yunet_n_640_640.onnx").string(), std::string("vigia_n")}) {
    const auto any = detector(model, {320, 192});
    const auto found = found_by(*any, frame, rot);
    EXPECT_EQ(count_found({wanted}, found), 1U) << any->name();
    for (const domain::Detection& face : found) {
      EXPECT_TRUE(clip_region(rot, frame.size).contains(face.box)) << any->name();
    }
    EXPECT_TRUE(found_by(*any, frame, {5000, 100, 50, 50}).empty());
    EXPECT_TRUE(found_by(*any, frame, {10, 10, 1, 1}).empty());
  }
}

TEST_F(DetectFacesTest, AnswersAFrameWithoutPixelsWithAnError) {
  const auto vigia_n = detector("vigia_n");
  std::vector<domain::Detection> found(2);
  domain::Frame frame;
  EXPECT_FALSE(vigia_n->detect(frame, {}, found));
  EXPECT_TRUE(found.empty());
  frame.size = {64, 64};
  EXPECT_FALSE(vigia_n->detect(frame, {}, found));
}

TEST_F(DetectFacesTest, TwoInTwoThreadsAgree) {
  NEED_DATA();
  const domain::Frame frame = photo("2008_002079.jpg");
  for (const std::string& model : {model_file("yunet_n_640_640.onnx").string(), std::string("vigia_n")}) {
    const auto stage = choose(model);
    ASSERT_TRUE(stage);
    std::array<std::vector<domain::Detection>, 2> found;
    {
      std::array<std::jthread, 2> workers;
      for (std::size_t i = 0; i < 2; ++i) {
        workers[i] = std::jthread([&, i] {
          const auto own = *stage->make({640, 384});
          for (int round = 0; round < 5; ++round) found[i] = found_by(*own, frame);
        });
      }
    }
    ASSERT_FALSE(found[0].empty());
    ASSERT_EQ(found[0].size(), found[1].size());
    for (std::size_t i = 0; i < found[0].size(); ++i) {
      EXPECT_EQ(found[0][i].score, found[1][i].score);
      EXPECT_EQ(found[0][i].box.left, found[1][i].box.left);
    }
  }
}

TEST_F(DetectFacesTest, ChargesItsTensors) {
  for (const Precision precision : precisions_here()) {
    const auto network = YunetNetwork::create(built_in_weights(), {640, 384}, precision);
    ASSERT_TRUE(network);
    {
      const auto one = detector("vigia_n", {640, 384}, std::string(to_string(precision)));
      const auto owners = memory_.budget().by_owner();
      ASSERT_EQ(owners.size(), 1U);
      EXPECT_EQ(owners[0].owner, "vigia");
      EXPECT_EQ(owners[0].kind, memory::Kind::tensors);
      EXPECT_EQ(owners[0].bytes, network->memory_bytes());
      EXPECT_GT(owners[0].bytes, 2_MiB);
    }
    EXPECT_EQ(memory_.budget().in_use(), 0);
  }
}

TEST_F(DetectFacesTest, TakesThePrecisionThatIsAskedForOrSaysWhyNot) {
  NEED_DATA();
  const std::string model = model_file("yunet_n_640_640.onnx").string();
  const domain::Frame frame = photo("2008_001322.jpg");
  for (const std::string precision : {"auto", "f32", "bf16"}) {
    const auto stage = choose(model, {}, precision);
    if (precision == "bf16" && !cpu_has_bf16()) {
      ASSERT_FALSE(stage);
      EXPECT_THAT(stage.error().text, HasSubstr("detector.precision bf16"));
      continue;
    }
    ASSERT_TRUE(stage) << stage.error().text;
    // auto: whichever was faster, which is no test's business.
    const std::string expected = precision != "auto" ? precision : stage->name().substr(8);
    EXPECT_EQ(stage->name(), "yunet_n " + expected);
    EXPECT_TRUE(expected == "f32" || (expected == "bf16" && cpu_has_bf16()));
    for (const auto& [size, words] :
         {std::pair{domain::Size{640, 384}, "640x384"}, {domain::Size{320, 192}, "320x192"}}) {
      const auto made = stage->make(size);
      ASSERT_TRUE(made);
      EXPECT_EQ((*made)->name(), std::string("yunet_n ") + words + " " + expected);
      EXPECT_EQ(count_found(marked_faces()["2008_001322.jpg"], found_by(**made, frame)), 3U);
    }
  }
}

TEST_F(DetectFacesTest, TheBuiltInModelIsUsedIfThereIsNoOther) {
  const testing::TempDir folder;
  const auto found = choose("auto", {{folder.path()}});
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->name(), "vigia_n f32");
  EXPECT_EQ(found->origin(), "built in");
  EXPECT_THAT(found->hint(), HasSubstr("'vigia model' gets it"));
  EXPECT_EQ((*found->make({640, 384}))->name(), "vigia_n 640x384 f32");
  EXPECT_GT(found->face_in_input(), kFaceInInput) << "it needs larger faces";
  const auto asked_for = choose("vigia_n", {{folder.path()}});
  ASSERT_TRUE(asked_for);
  EXPECT_EQ(asked_for->hint(), "");
}

TEST_F(DetectFacesTest, AModelInAFolderGoesBeforeTheBuiltInOne) {
  NEED_DATA();
  const auto found = choose("auto", {{model_file("")}});
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->name(), "yunet_n f32");
  EXPECT_EQ(found->origin(), model_file("yunet_n_640_640.onnx"));
  EXPECT_EQ(found->hint(), "");
  EXPECT_EQ(found->face_in_input(), kFaceInInput);
}

TEST_F(DetectFacesTest, SaysWhatIsWrongWithAModel) {
  const testing::TempDir folder;
  std::ofstream(folder / "yunet_n_640_640.onnx") << "cut off";
  const auto named = choose(folder / "none.onnx");
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code, ErrorCode::not_found);
  EXPECT_THAT(named.error().text, HasSubstr("none.onnx"));
  const auto bad = choose(folder / "yunet_n_640_640.onnx");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text, HasSubstr("not a usable YuNet model"));
  // Found by auto, too: the built-in one must not quietly take its place.
  const auto found = choose("auto", {{folder.path()}});
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().text, HasSubstr(folder / "yunet_n_640_640.onnx"));
  EXPECT_THAT(found.error().text, HasSubstr("'vigia model' gets"));
}

TEST_F(DetectFacesTest, RefusesAnInputThatDoesNotFit) {
  const auto stage = choose("vigia_n");
  ASSERT_TRUE(stage);
  for (const domain::Size wrong : {domain::Size{640, 360}, {0, 384}, {32, 32}, {4096, 2048}}) {
    const auto made = stage->make(wrong);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().text, HasSubstr("multiples of 32 from 64 to 2048"));
  }
}

}  // namespace
}  // namespace vigia::detect
