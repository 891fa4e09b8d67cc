// `vigia model`, and what the program prints about the model that it has.
#include <gmock/gmock.h>
#include <httplib.h>

#include "testing/http_loop.h"
#include "vigia_program.h"

namespace vigia::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLarge = "yunet_n_640_640.onnx";
constexpr const char* kSmall = "face_detection_yunet_2023mar.onnx";

class ModelTest : public VigiaProgram {
 protected:
  ModelTest() {
    environment_["no_proxy"] = "*";
    server_.set_mount_point("/models", folder().string());
    EXPECT_TRUE(mirror_.open().ok());
    environment_["VIGIA_MODEL_URL"] = mirror_url() + "/models/";
  }
  [[nodiscard]] std::string mirror_url() const {
    return "http://127.0.0.1:" + std::to_string(mirror_.port());
  }
  [[nodiscard]] bool is_kept(const char* file) const {
    return std::filesystem::exists(folder() / ".local/share/vigia/models" / file);
  }
  testing::Finished check(const std::string& model = "auto") {
    return run({"check", "--set", "cameras.gate.url=sim:faces=0&size=640x360&seconds=10", "--set",
                "detector.model=" + model, "--set", "detector.input=640x384"});
  }
  // With the published files.
  [[nodiscard]] bool mirror_has_models() {
    mirror_.close();  // its threads read the mount points
    return server_.set_mount_point("/models", data("models")) && mirror_.open().ok();
  }

  httplib::Server server_;
  testing::HttpLoop mirror_{server_};
};

TEST_F(ModelTest, WhatIsNotThePublishedFileIsNotKept) {
  write(kLarge, "not found, with status 200");
  for (const std::string& from :
       {std::string(), (folder() / kLarge).string(), mirror_url() + "/models/" + kLarge}) {
    const auto done = from.empty() ? run({"model"}) : run({"model", "--from", from});
    EXPECT_EQ(done.exit_status, 1);
    EXPECT_THAT(done.err, HasSubstr(std::string("is not the published ") + kLarge));
    EXPECT_THAT(done.err, HasSubstr("sha256 found    "));
    EXPECT_FALSE(is_kept(kLarge));
  }
}

TEST_F(ModelTest, WithoutNetworkItSaysWhatWorksAndWhatToDo) {
  const auto missing = run({"model", "s"});
  EXPECT_EQ(missing.exit_status, 1);
  EXPECT_THAT(missing.err, HasSubstr("404"));
  mirror_.close();
  const auto refused = run({"model", "--within", "5"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, HasSubstr("vigia_n, which is built in"));
  EXPECT_THAT(refused.err, HasSubstr("vigia model n --from FILE"));
  EXPECT_EQ(run({"model", "--from", "none.onnx"}).exit_status, 1);
  EXPECT_FALSE(std::filesystem::exists(folder() / ".local"));
}

TEST_F(ModelTest, ThePublishedFilesFromAMirrorAndByHand) {
  NEED_DATA();
  ASSERT_TRUE(mirror_has_models());
  const auto small = run({"model", "s"});
  EXPECT_EQ(small.exit_status, 0) << small.err;
  EXPECT_TRUE(is_kept(kSmall));
  const auto large = run({"model", "--from", data(std::string("models/") + kLarge)});
  EXPECT_EQ(large.exit_status, 0) << large.err;
  EXPECT_TRUE(is_kept(kLarge));
  mirror_.close();
  const auto again = run({"model"});
  EXPECT_EQ(again.exit_status, 0);
  EXPECT_THAT(again.err, HasSubstr("there already"));
  const auto checked = check();
  EXPECT_THAT(checked.out, HasSubstr("ok    detector: yunet_n 640x384 "));
  EXPECT_THAT(checked.out, HasSubstr(std::string("/.local/share/vigia/models/") + kLarge));
  EXPECT_THAT(checked.out, Not(HasSubstr("note  detector: ")));
}

// './dev run' must neither replace nor override the user's choice of model.
TEST_F(ModelTest, WithIfNoneAModelThatIsThereIsLeftAlone) {
  std::filesystem::create_directories(folder() / ".local/share/vigia/models");
  const std::string own = std::string(".local/share/vigia/models/") + kSmall;
  write(own, "trained by the user");
  mirror_.close();
  const auto done = run({"model", "--if-none"});
  EXPECT_EQ(done.exit_status, 0) << done.err;
  EXPECT_EQ(done.err, "");
  EXPECT_TRUE(is_kept(kSmall));
  EXPECT_FALSE(is_kept(kLarge));
  std::filesystem::remove(folder() / own);
  EXPECT_EQ(run({"model", "--if-none"}).exit_status, 1) << "none is there, and no network";
}

TEST_F(ModelTest, APasswordInAUrlIsNotShown) {
  for (const char* url : {"http://me:secret@127.0.0.1:1/x.onnx", "ftp://me:secret@127.0.0.1/x.onnx"}) {
    const auto done = run({"model", "--from", url});
    EXPECT_EQ(done.exit_status, 1);
    EXPECT_THAT(done.err, Not(HasSubstr("secret")));
    EXPECT_THAT(done.err, Not(HasSubstr("No such file")));
  }
}

TEST_F(ModelTest, HalfAFileIsNotKept) {
  NEED_DATA();
  ASSERT_TRUE(mirror_has_models());
  std::ifstream in(data(std::string("models/") + kLarge), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  write("half.onnx", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(run({"model", "--from", "half.onnx"}).exit_status, 1);
  EXPECT_FALSE(is_kept(kLarge));
}

TEST_F(ModelTest, CheckAndTheStartSayWhichModelItIs) {
  const auto checked = check();
  EXPECT_THAT(checked.out, HasSubstr("ok    detector: vigia_n 640x384 "));
  EXPECT_THAT(checked.out, HasSubstr(", built in\nnote  detector: YuNet-n would find "));
  const auto demo = run({"demo", "--seconds", "1", "--cameras", "1"});
  EXPECT_EQ(demo.exit_status, 0) << demo.err;
  EXPECT_THAT(demo.err, HasSubstr("detector.model: vigia_n, built in: YuNet-n would find "));
  EXPECT_THAT(demo.err, HasSubstr("'vigia model' gets it"));
  const auto asked_for = check("vigia_n");
  EXPECT_THAT(asked_for.out, Not(HasSubstr("note  detector: ")));
}

TEST_F(ModelTest, AFileThatIsNoModelIsRefusedAndTheBuiltInOneDoesNotTakeItsPlace) {
  std::filesystem::create_directories(folder() / ".local/share/vigia/models");
  write(std::string(".local/share/vigia/models/") + kLarge, "cut off");
  const auto checked = check();
  EXPECT_EQ(checked.exit_status, 2);
  EXPECT_THAT(checked.out, HasSubstr("WRONG detector: "));
  EXPECT_THAT(checked.out, HasSubstr("not a usable YuNet model"));
  EXPECT_NE(run({"demo", "--seconds", "1"}).exit_status, 0);
}

}  // namespace
}  // namespace vigia::tests
