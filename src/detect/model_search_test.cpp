#include "detect/model_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <utility>

#include "testing/temp_dir.h"

namespace vigia::detect {
namespace {

namespace fs = std::filesystem;

class ModelSearch : public ::testing::Test {
 protected:
  void put(const fs::path& file) {
    fs::create_directories((folder_.path() / file).parent_path());
    std::ofstream(folder_.path() / file) << "x";
  }
  fs::path at(const fs::path& file) const { return folder_.path() / file; }

  testing::TempDir folder_;
  ModelPlaces places_{{folder_.path() / "a", folder_.path() / "b"}};
};

TEST_F(ModelSearch, TakesTheFirstFolderThatHasOne) {
  put("b/yunet_n_640_640.onnx");
  EXPECT_EQ(find_model("auto", places_)->file, at("b/yunet_n_640_640.onnx"));
  put("a/face_detection_yunet_2023mar.onnx");
  EXPECT_EQ(find_model("auto", places_)->file, at("a/face_detection_yunet_2023mar.onnx"));
  put("a/yunet_n_640_640.onnx");
  EXPECT_EQ(find_model("auto", places_)->file, at("a/yunet_n_640_640.onnx"));
  EXPECT_FALSE(find_model("auto", places_)->instead);
}

TEST_F(ModelSearch, TakesTheBuiltInOneWhereThereIsNoOtherAndSaysSo) {
  const auto found = find_model("auto", places_);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_built_in());
  EXPECT_TRUE(found->instead);
}

TEST_F(ModelSearch, VigiaNMeansTheBuiltInOneThoughThereIsAModel) {
  put("a/yunet_n_640_640.onnx");
  EXPECT_TRUE(find_model("vigia_n", places_)->is_built_in());
  EXPECT_FALSE(find_model("vigia_n", places_)->instead);
}

TEST_F(ModelSearch, TakesAPathAsItIs) {
  put("mine.onnx");
  EXPECT_EQ(find_model(at("mine.onnx").string(), places_)->file, at("mine.onnx"));
  put("a/yunet_n_640_640.onnx");
  EXPECT_FALSE(find_model(at("other.onnx").string(), places_));
  EXPECT_FALSE(find_model("", places_));
}

TEST_F(ModelSearch, DoesNotPassOverABrokenLink) {
  put("b/yunet_n_640_640.onnx");
  fs::create_directories(at("a"));
  fs::create_symlink(at("gone"), at("a/yunet_n_640_640.onnx"));
  EXPECT_EQ(find_model("auto", places_)->file, at("a/yunet_n_640_640.onnx"));
}

// Sets environment variables for as long as it lives.
class Environment {
 public:
  explicit Environment(const std::vector<std::pair<std::string, std::string>>& values) {
    for (const auto& [name, value] : values) {
      const char* before = std::getenv(name.c_str());
      before_.emplace_back(name, before != nullptr ? std::optional<std::string>(before) : std::nullopt);
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

TEST(ModelPlacesTest, FollowTheEnvironment) {
  {
    const Environment all({{"VIGIA_MODEL_DIR", "/m"}, {"XDG_DATA_HOME", "/data"}, {"HOME", "/h"}});
    EXPECT_THAT(ModelPlaces::from_environment().models,
                ::testing::ElementsAre("/m", "/data/vigia/models", "/usr/share/vigia/models"));
  }
  const Environment empty({{"VIGIA_MODEL_DIR", ""}, {"XDG_DATA_HOME", ""}, {"HOME", "/h"}});
  EXPECT_THAT(ModelPlaces::from_environment().models,
              ::testing::ElementsAre("/h/.local/share/vigia/models", "/usr/share/vigia/models"));
}

}  // namespace
}  // namespace vigia::detect
