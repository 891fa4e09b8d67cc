// People on photographs: each is compared with themselves, photographed anew, and with all others of the
// photograph.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "appearance/difference.h"
#include "memory/memory_manager.h"
#include "testing/data.h"
#include "testing/frame_maker.h"

namespace vigia::appearance {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::vector<domain::Detection>> read_faces(const fs::path& file) {
  std::map<std::string, std::vector<domain::Detection>> faces;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream fields(line);
    std::string name;
    domain::Detection face;
    face.score = 1;
    if (fields >> name >> face.box.left >> face.box.top >> face.box.width >> face.box.height)
      faces[name].push_back(face);
  }
  return faces;
}

std::vector<Views> views_of(const domain::Frame& frame, const std::vector<domain::Detection>& faces) {
  std::vector<Views> all(faces.size());
  View view;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    EXPECT_TRUE(describe(frame, faces, i, view));
    all[i].add(view);
  }
  return all;
}

// Darker, smaller, and the boxes a little beside, as a detector's are from frame to frame.
std::vector<Views> anew(memory::MemoryManager& memory, const cv::Mat& photo,
                        std::vector<domain::Detection> faces) {
  constexpr float kScale = 0.83F;
  cv::Mat smaller;
  cv::resize(photo, smaller, {}, kScale, kScale, cv::INTER_AREA);
  smaller.convertTo(smaller, -1, 0.92, 3);
  for (domain::Detection& face : faces) {
    const domain::Box box = face.box;
    face.box = {kScale * (box.left + 0.03F * box.width), kScale * (box.top - 0.02F * box.height),
                kScale * box.width * 1.04F, kScale * box.height};
  }
  return views_of(vigia::testing::make_frame(memory, smaller), faces);
}

TEST(Photographs, EverybodyIsLikeThemselvesAndUnlikeAllOthers) {
  NEED_DATA();
  const std::string data = testing::data_folder();
  memory::MemoryManager memory{memory::MemoryOptions{}};
  const fs::path folder = fs::path(data) / "photos";
  int people = 0, others = 0, joined = 0;
  for (const auto& [name, faces] : read_faces(folder / "faces.csv")) {
    const cv::Mat photo = cv::imread((folder / name).string());
    ASSERT_FALSE(photo.empty()) << name;
    const auto before = views_of(vigia::testing::make_frame(memory, photo), faces);
    const auto after = anew(memory, photo, faces);
    for (std::size_t i = 0; i < faces.size(); ++i) {
      const auto same = difference(before[i], after[i]);
      if (!same) continue;
      ++people;
      EXPECT_LT(same->value, kSamePerson) << name << ' ' << i;
      for (std::size_t j = 0; j < faces.size(); ++j) {
        const auto other = i == j ? std::nullopt : difference(before[i], after[j]);
        if (!other) continue;
        ++others;
        EXPECT_GT(other->value, same->value) << name << ' ' << i << " and " << j;
        joined += other->value < kSamePerson ? 1 : 0;
      }
    }
  }
  EXPECT_GT(people, 8);
  EXPECT_GT(others, 20);
  EXPECT_LE(joined, others / 50);
}

}  // namespace
}  // namespace vigia::appearance
