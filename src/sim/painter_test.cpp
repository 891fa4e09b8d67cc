#include "sim/painter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "sim/look.h"
#include "sim/play.h"
#include "testing/data.h"
#include "testing/scene_truth.h"

namespace vigia::sim {
namespace {

using domain::Box;

cv::Mat to_bgr(const I420Image& image) {
  cv::Mat planes(image.size.height * 3 / 2, image.size.width, CV_8UC1);
  std::uint8_t* to = std::copy(image.y.begin(), image.y.end(), planes.data);
  to = std::copy(image.u.begin(), image.u.end(), to);
  std::copy(image.v.begin(), image.v.end(), to);
  cv::Mat bgr;
  cv::cvtColor(planes, bgr, cv::COLOR_YUV2BGR_I420);
  return bgr;
}

struct Found {
  Box box;
  float score;
};

// OpenCV's run of a file of YuNet's form, which is fixed at 640x640: a smaller copy of the picture lies in
// the upper left corner of its input.
class OpenCvYunet {
 public:
  OpenCvYunet(const std::filesystem::path& file, double scale)
      : net_(cv::dnn::readNetFromONNX(file.string())), scale_(scale) {}

  std::vector<Found> operator()(const cv::Mat& bgr) {
    cv::Mat input(640, 640, CV_8UC3, cv::Scalar()), small;
    cv::resize(bgr, small, {}, scale_, scale_, cv::INTER_AREA);
    small.copyTo(input(cv::Rect({}, small.size())));
    net_.setInput(cv::dnn::blobFromImage(input));
    std::vector<cv::Mat> out;
    std::vector<cv::String> names;
    for (const char* kind : {"cls_", "obj_", "bbox_"}) {
      for (const int stride : {8, 16, 32}) names.push_back(kind + std::to_string(stride));
    }
    net_.forward(out, names);
    std::vector<cv::Rect2d> boxes;
    std::vector<float> scores;
    for (std::size_t level = 0; level < 3; ++level) read_level(out, level, boxes, scores);
    std::vector<int> kept;
    if (!boxes.empty()) cv::dnn::NMSBoxes(boxes, scores, 0.6F, 0.3F, kept);
    std::vector<Found> found;
    for (const int i : kept) {
      const cv::Rect2d& box = boxes[static_cast<std::size_t>(i)];
      found.push_back({{static_cast<float>(box.x / scale_), static_cast<float>(box.y / scale_),
                        static_cast<float>(box.width / scale_), static_cast<float>(box.height / scale_)},
                       scores[static_cast<std::size_t>(i)]});
    }
    return found;
  }

 private:
  static void read_level(const std::vector<cv::Mat>& out, std::size_t level, std::vector<cv::Rect2d>& boxes,
                         std::vector<float>& scores) {
    const int stride = 8 << level, columns = 640 / stride;
    const auto* cls = out[level].ptr<float>();
    const auto* obj = out[3 + level].ptr<float>();
    const auto* bbox = out[6 + level].ptr<float>();
    for (int i = 0; i < columns * columns; ++i) {
      const float score = std::sqrt(std::clamp(cls[i], 0.0F, 1.0F) * std::clamp(obj[i], 0.0F, 1.0F));
      if (score < 0.6F) continue;
      const int row = i / columns, column = i % columns;
      const float* d = bbox + std::ptrdiff_t{4} * i;
      const float width = std::exp(d[2]) * static_cast<float>(stride);
      const float height = std::exp(d[3]) * static_cast<float>(stride);
      const float x = (static_cast<float>(column) + d[0]) * static_cast<float>(stride);
      const float y = (static_cast<float>(row) + d[1]) * static_cast<float>(stride);
      boxes.emplace_back(x - width / 2, y - height / 2, width, height);
      scores.push_back(score);
    }
  }

  cv::dnn::Net net_;
  double scale_;
};

struct Score {
  int clear = 0, hits = 0, elsewhere = 0;
  double scores = 0;
  std::map<std::int64_t, int> by_person;  // hits
  [[nodiscard]] double share() const { return static_cast<double>(hits) / clear; }
  [[nodiscard]] double mean_score() const { return scores / hits; }
};

// Posters are found too, as they should be: they show faces, though not of people in the room.
bool is_poster(const std::vector<Person>& people, const Box& box) {
  return std::any_of(people.begin(), people.end(), [&](const Person& person) {
    return person.poster && domain::distance(person.face.centre(), box.centre()) < 0.5F * person.face.width;
  });
}

// Looks for everybody who is clear to be seen, every `step` seconds of the first cycle.
template <class Detector>
Score look_for_people(const SceneOptions& options, double step, Detector& detector) {
  const Scene scene = *Scene::make(options);
  Painter painter(scene);
  Score score;
  for (double seconds = 1; seconds < options.seconds - 1.5; seconds += step) {
    const Nanoseconds t = from_seconds(seconds);
    const std::vector<Found> found = detector(to_bgr(painter.paint(t)));
    const std::vector<Person> people = scene.people_at(t);
    for (const Found& face : found) {
      const bool known = scene.person_at(t, face.box).has_value() || is_poster(people, face.box);
      score.elsewhere += known ? 0 : 1;
    }
    for (const Person& person : people) {
      if (!person.clear() || person.poster || person.face.width < 50) continue;
      ++score.clear;
      for (const Found& face : found) {
        const float off = domain::distance(face.box.centre(), person.face.centre()) / person.face.width;
        if (off > 0.3F || scene.person_at(t, face.box) != person.number) continue;
        ++score.hits;
        score.scores += face.score;
        ++score.by_person[person.number];
        break;
      }
    }
  }
  return score;
}

TEST(Painter, PaintsTheSameWhateverWasPaintedBefore) {
  const Scene scene = *Scene::make({.faces = 6, .size = {640, 360}});
  Painter one(scene), two(scene);
  for (const double t : {3.0, 9.0, 4.0}) static_cast<void>(two.paint(from_seconds(t)));
  for (const double t : {6.5, 6.6}) {
    const I420Image& a = one.paint(from_seconds(t));
    const I420Image& b = two.paint(from_seconds(t));
    EXPECT_EQ(a.y, b.y);
    EXPECT_EQ(a.u, b.u);
    EXPECT_EQ(a.v, b.v);
  }
}

TEST(Painter, ShowsAnEmptyRoomWithLivingNoiseBetweenCycles) {
  Painter painter(*Scene::make({.faces = 6, .size = {640, 360}}));
  const I420Image before = painter.paint(from_seconds(0));
  const I420Image after = painter.paint(from_seconds(19));
  int changed = 0, most = 0;
  for (std::size_t i = 0; i < before.y.size(); ++i) {
    const int off = std::abs(before.y[i] - after.y[i]);
    changed += off > 0 ? 1 : 0;
    most = std::max(most, off);
  }
  EXPECT_GT(changed, static_cast<int>(before.y.size() / 2));
  EXPECT_LE(most, 12);
  EXPECT_EQ(before.u, after.u);
  EXPECT_EQ(before.v, after.v);
}

TEST(Painter, PaintsPeopleOnlyWhereTheyAre) {
  const SceneOptions options{.faces = 8, .size = {640, 360}, .seed = 4};
  const Scene scene = *Scene::make(options);
  Painter painter(scene);
  const I420Image room = painter.paint(from_seconds(0));
  int faces = 0;
  for (double t = 1; t < 18; t += 0.9) {
    const I420Image& picture = painter.paint(from_seconds(t));
    const std::vector<Person> people = scene.people_at(from_seconds(t));
    const auto mean_change = [&](const Box& box) {
      double sum = 0;
      int count = 0;
      for (int y = static_cast<int>(box.top); y < static_cast<int>(box.bottom()); ++y) {
        for (int x = static_cast<int>(box.left); x < static_cast<int>(box.right()); ++x, ++count) {
          const auto row = static_cast<std::size_t>(y), column = static_cast<std::size_t>(x);
          const std::size_t i = row * 640 + column, chroma = row / 2 * 320 + column / 2;
          sum += std::abs(picture.y[i] - room.y[i]) + std::abs(picture.u[chroma] - room.u[chroma]);
        }
      }
      return sum / count;
    };
    for (const Person& person : people) {
      if (person.visible < 0.99F) continue;
      EXPECT_GT(mean_change(person.face), 6) << "person " << person.number << " at " << t;
      ++faces;
    }
    if (people.empty()) {
      EXPECT_LT(mean_change({0, 0, 640, 360}), 4) << "at " << t;
    }
  }
  EXPECT_GT(faces, 10);
}

TEST(Painter, PaintsFacesThatTheBuiltInDetectorFinds) {
  for (const double scale : {0.5, 0.25}) {  // 640x384, 320x192
    OpenCvYunet vigia_n(VIGIA_MODEL_FILE, scale);
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      const Score score = look_for_people({.faces = 8, .seed = seed}, 0.9, vigia_n);
      SCOPED_TRACE(std::to_string(scale) + ", seed " + std::to_string(seed));
      EXPECT_EQ(score.by_person.size(), 8U);
      EXPECT_GE(score.share(), 0.95);
      EXPECT_EQ(score.elsewhere, 0);
    }
  }
}

TEST(Painter, PaintsFacesThatYunetFinds) {
  NEED_DATA();
  const std::string data = testing::data_folder();
  for (const char* file : {"face_detection_yunet_2023mar.onnx", "yunet_n_640_640.onnx"}) {
    for (const double scale : {0.5, 0.25}) {  // 640x384, 320x192
      OpenCvYunet yunet(std::filesystem::path(data) / "models" / file, scale);
      const std::uint64_t seed = scale < 0.5 ? 1 : 2;
      const Score score = look_for_people({.faces = 8, .seed = seed}, 0.9, yunet);
      SCOPED_TRACE(std::string(file) + " at " + std::to_string(scale));
      EXPECT_EQ(score.by_person.size(), 8U);
      EXPECT_GE(score.share(), 0.98);
      EXPECT_GE(score.mean_score(), 0.88);
      EXPECT_EQ(score.elsewhere, 0);
    }
  }
}

std::vector<SceneOptions> hard_scenes() {
  std::vector<SceneOptions> scenes;
  for (const auto& [name, kind] : kSceneKinds) {
    if (kind == SceneKind::plain) continue;
    SceneOptions options;
    options.kind = kind;
    options.faces = most_in_play(options);
    scenes.push_back(options);
  }
  return scenes;
}

TEST(Painter, PaintsHardScenesThatTheBuiltInDetectorFinds) {
  OpenCvYunet vigia_n(VIGIA_MODEL_FILE, 0.5);
  for (const SceneOptions& options : hard_scenes()) {
    SCOPED_TRACE(static_cast<int>(options.kind));
    const Score score = look_for_people(options, 0.9, vigia_n);
    EXPECT_EQ(score.by_person.size(), static_cast<std::size_t>(options.faces));
    EXPECT_GE(score.share(), 0.9);
  }
}

TEST(Painter, PaintsHardScenesThatYunetFinds) {
  NEED_DATA();
  const std::string data = testing::data_folder();
  OpenCvYunet yunet(std::filesystem::path(data) / "models" / "yunet_n_640_640.onnx", 0.5);
  for (const SceneOptions& options : hard_scenes()) {
    SCOPED_TRACE(static_cast<int>(options.kind));
    const Score score = look_for_people(options, 0.9, yunet);
    EXPECT_EQ(score.by_person.size(), static_cast<std::size_t>(options.faces));
    EXPECT_GE(score.share(), 0.98);
    EXPECT_GE(score.mean_score(), 0.85);
    EXPECT_EQ(score.elsewhere, 0);
  }
}

TEST(Painter, AFaceChangesWhenItBlinksOrSpeaksAndAPosterDoesNot) {
  SceneOptions options{.size = {640, 360}};
  options.kind = SceneKind::posters;
  const Scene scene = *Scene::make(options);
  Painter painter(scene);
  const auto differs = [](const I420Image& a, const I420Image& b, const Box& box) {
    double sum = 0;
    int count = 0;
    for (int y = static_cast<int>(box.top); y < static_cast<int>(box.bottom()); ++y) {
      for (int x = static_cast<int>(box.left); x < static_cast<int>(box.right()); ++x, ++count) {
        const auto i = static_cast<std::size_t>(y) * 640 + static_cast<std::size_t>(x);
        sum += std::abs(a.y[i] - b.y[i]);
      }
    }
    return sum / count;
  };
  const I420Image early = painter.paint(from_seconds(0.05));
  for (const Person& person : scene.people_at(from_seconds(0.05))) {
    ASSERT_TRUE(person.poster);
    EXPECT_LT(differs(early, painter.paint(from_seconds(0.25)), person.face), 3)
        << "the sensor's noise alone";
  }
  const PersonLayers open = paint_figure(distinct_look_of(1, 3), 100);
  for (const Appearance& look :
       {with_eyes_closed(distinct_look_of(1, 3)), with_mouth_open(distinct_look_of(1, 3))}) {
    const PersonLayers other = paint_figure(look, 100);
    int most = 0;
    for (std::size_t i = 0; i < open.head.sizes.front().values.size(); ++i) {
      most = std::max(most,
                      std::abs(open.head.sizes.front().values[i][0] - other.head.sizes.front().values[i][0]));
    }
    EXPECT_GT(most, 40);
  }
}

// Posts of a perfect tracker, and then with mistakes.
TEST(SceneTruth, CountsEveryPersonOnceAndEveryMistake) {
  const Scene scene = *Scene::make({.faces = 6, .seed = 2});
  std::map<std::int64_t, testing::PostedFace> good;
  for (double t = 0; t < 20; t += 0.1) {
    for (const Person& person : scene.people_at(from_seconds(t))) {
      if (person.clear()) good.try_emplace(person.number, testing::PostedFace{from_seconds(t), person.face});
    }
  }
  std::vector<testing::PostedFace> posts;
  posts.reserve(good.size() + 1);
  for (const auto& [number, post] : good) posts.push_back(post);
  EXPECT_TRUE(tally_posts(scene, posts, from_seconds(20)).perfect());
  EXPECT_FALSE(tally_posts(scene, posts, from_seconds(40)).perfect()) << "six more people were shown";
  posts.push_back(posts.front());
  EXPECT_EQ(tally_posts(scene, posts, from_seconds(20)).more_than_once(), 1);
  EXPECT_FALSE(tally_posts(scene, posts, from_seconds(20)).perfect());
  posts.back().face = {0, 0, 90, 100};
  EXPECT_EQ(tally_posts(scene, posts, from_seconds(20)).strangers, 1);
  posts.resize(5);
  EXPECT_FALSE(tally_posts(scene, posts, from_seconds(20)).perfect());
}

}  // namespace
}  // namespace vigia::sim
