// `vigia events` of the built program shows how each face ended: during a run and after it.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <turbojpeg.h>

#include <filesystem>
#include <memory>
#include <sstream>

#include "base/file.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// Size of a JPEG file that decodes whole; 0x0: it is not one.
domain::Size decoded_size(const std::filesystem::path& path) {
  const auto file = read_file(path, 8192);
  if (!file) return {};
  const std::unique_ptr<void, int (*)(void*)> decoder(tjInitDecompress(), tjDestroy);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(file->data());
  domain::Size size;
  int subsampling = 0, colorspace = 0;
  if (tjDecompressHeader3(decoder.get(), bytes, file->size(), &size.width, &size.height, &subsampling,
                          &colorspace) != 0) {
    return {};
  }
  std::vector<unsigned char> pixels(static_cast<std::size_t>(size.width) *
                                    static_cast<std::size_t>(size.height) * 3);
  const int failed = tjDecompress2(decoder.get(), bytes, file->size(), pixels.data(), size.width, 0,
                                   size.height, TJPF_BGR, 0);
  return failed == 0 ? size : domain::Size{};
}

class EventsTest : public VigiaProgram {
 protected:
  // The same people in front of each: too small for one camera, not moving enough for the other.
  void run_two_cameras() {
    const std::string url = "sim:faces=2&size=1280x720&fps=10&seed=3&seconds=10&cycles=1";
    write("vigia.yaml", "cameras:\n  - {name: small, url: \"" + url +
                            "\", filter_min_size: 700}\n  - {name: still, url: \"" + url +
                            "\", filter_min_movement: 99}\n  - {name: gate, url: \"" + url +
                            "\"}\ndefaults: {single_pass: true, play_speed: -1}\n");
    const auto finished = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
    ASSERT_EQ(finished.exit_status, 0) << finished.err;
  }
  std::vector<Json> ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"events", "-c", "vigia.yaml", "--json"});
    const auto finished = run(arguments);
    EXPECT_EQ(finished.exit_status, 0) << finished.err;
    std::vector<Json> ends;
    std::istringstream lines(finished.out);
    for (std::string line; std::getline(lines, line);) ends.push_back(Json::parse(line));
    return ends;
  }
  [[nodiscard]] std::size_t count_of(const std::string& camera, const std::string& reason) const {
    const Json figures = summary();
    for (const auto& each : figures.at("cameras")) {
      if (each.at("name") == camera) return each.at("faces_not_posted").value(reason, 0U);
    }
    return 0;
  }
};

TEST_F(EventsTest, EveryTrackOfARunIsToldWithItsReasonAndItsFace) {
  run_two_cameras();
  const auto small = ask({"--camera", "small", "--reason", "too_small", "--thumbnails", "pictures"});
  EXPECT_GE(small.size(), 2U);
  EXPECT_EQ(small.size(), count_of("small", "too_small"));
  for (const Json& end : small) {
    EXPECT_EQ(end.at("camera"), "small");
    EXPECT_THAT(end.at("text").get<std::string>(), HasSubstr("filter_min_size 700"));
    EXPECT_LT(end.at("face").at("width"), 700);
    EXPECT_GT(end.at("sightings"), 0);
    const std::filesystem::path picture = folder() / end.at("thumbnail").get<std::string>();
    const domain::Size size = decoded_size(picture);
    EXPECT_GE(std::max(size.width, size.height), 40) << picture;
    EXPECT_LE(std::max(size.width, size.height), 96) << picture;
    struct stat info {};
    ASSERT_EQ(::stat(picture.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
  }
  const auto still = ask({"--camera", "still", "--reason", "no_movement"});
  EXPECT_EQ(still.size(), count_of("still", "no_movement"));
  EXPECT_GE(still.size(), 2U);
  EXPECT_EQ(ask({"--reason", "posted"}).size(), events().size()) << "all that went to the directory";
  EXPECT_EQ(ask({}).size(), summary().at("tracks_closed").get<std::size_t>());
  EXPECT_EQ(ask({"--limit", "1"}).size(), 1U);
  EXPECT_TRUE(ask({"--since", "2000-01-01"}).size() > ask({"--since", "2199-01-01"}).size());
  EXPECT_FALSE(summary().contains("ledger_lost"));

  const auto table = run({"events", "-c", "vigia.yaml", "--camera", "still"});
  EXPECT_EQ(table.exit_status, 0);
  EXPECT_THAT(table.out, HasSubstr("moved "));
}

TEST_F(EventsTest, WordsThatNobodyKnowsAreRefusedWithThoseThatAre) {
  write("vigia.yaml", "cameras: [{name: gate, url: \"sim:faces=0&size=640x360&fps=10\"}]\n");
  EXPECT_EQ(run({"run", "-c", "vigia.yaml", "--seconds", "0.2"}).exit_status, 0);
  auto refused = run({"events", "-c", "vigia.yaml", "--reason", "to_small"});
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_THAT(refused.err,
              HasSubstr("--reason: 'to_small' is unknown; allowed: posted, pending, failed, too_small"));
  EXPECT_THAT(refused.err, HasSubstr("did you mean 'too_small'?"));
  refused = run({"events", "-c", "vigia.yaml", "--camera", "gat"});
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--camera: 'gat' is unknown; allowed: gate; did you mean 'gate'?"));
  refused = run({"events", "-c", "vigia.yaml", "--since", "yesterday"});
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--since: 'yesterday' is no time; allowed: "));
  const auto none = run({"events", "-c", "vigia.yaml", "--camera", "gate"});
  EXPECT_EQ(none.exit_status, 0) << none.err;
  EXPECT_EQ(none.out, "no ends of tracks are kept that fit\n");
}

TEST_F(EventsTest, ItAnswersWhileVigiaRuns) {
  write("vigia.yaml",
        "cameras: [{name: gate, url: \"sim:faces=4&size=640x360&fps=10&seed=5\", play_speed: 4, "
        "filter_min_size: 20}]\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  ASSERT_TRUE(program.wait_for_text("face posted")) << program.err();
  std::vector<Json> ends;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (ends.empty() && std::chrono::steady_clock::now() < give_up) ends = ask({"--camera", "gate"});
  EXPECT_FALSE(ends.empty()) << "it is written once a second";
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_status, 0);
}

TEST_F(EventsTest, SwitchedOffNothingIsKeptAndThatIsSaid) {
  write("vigia.yaml",
        "cameras: [{name: gate, url: \"sim:faces=0&size=640x360&fps=10\"}]\nledger: {keep: 0}\n");
  EXPECT_EQ(run({"run", "-c", "vigia.yaml", "--seconds", "0.2"}).exit_status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder() / "vigia-events.db"));
  const auto none = run({"events", "-c", "vigia.yaml"});
  EXPECT_EQ(none.exit_status, 1);
  EXPECT_THAT(none.err, HasSubstr("unless ledger.keep is 0"));
}

}  // namespace
}  // namespace vigia::tests
