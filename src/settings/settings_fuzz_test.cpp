// Badly edited files: random changes, by seed, to a valid one. They must never cause a crash, a hang,
// settings together with errors, or a secret in a line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "settings/default_yaml.h"
#include "settings/problems.h"
#include "settings/settings_test_support.h"

namespace vigia::settings {
namespace {

class SettingsFuzzTest : public SettingsTest {
 protected:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  std::string mutated(std::string text) {
    static constexpr std::string_view kBytes = "\n\t :-[]{}\"'#&*!|>%@`,?x07.\\\x01\x7F\xC3\xFF";
    for (std::size_t n = 1 + below(6); n > 0 && !text.empty(); --n) {
      const std::size_t at = below(text.size());
      const std::size_t length = std::min(1 + below(20), text.size() - at);
      switch (below(5)) {
        case 0:
          text[at] = kBytes[below(kBytes.size())];
          break;
        case 1:
          text.insert(at, 1, kBytes[below(kBytes.size())]);
          break;
        case 2:
          text.erase(at, length);
          break;
        case 3:
          text.insert(below(text.size()), text.substr(at, length));
          break;
        default:
          text.resize(at);
      }
    }
    return text;
  }

  std::mt19937_64 random_{20261123};
};

int times_in(const std::string& text, std::string_view part) {
  int times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

constexpr std::string_view kUrl = "\n    url: \"rtsp://admin:hunter2@10.0.0.5/s\"\n";
constexpr std::string_view kToken = "\n    token: \"hunter2\"\n";

TEST_F(SettingsFuzzTest, BadlyEditedFiles) {
  std::string seed = default_yaml();
  const std::string camera =
      "cameras:\n  - name: gate" + std::string(kUrl) + "    id: 7" + std::string(kToken);
  seed.replace(seed.find("cameras:\n"), 9, camera);
  // Without comments more changes hit something that matters.
  for (std::size_t at = seed.find("  #"); at != std::string::npos; at = seed.find("  #")) {
    seed.erase(at, seed.find('\n', at) + 1 - at);
  }
  ASSERT_TRUE(load_text(seed).settings) << load_text(seed).errors.front();
  int accepted = 0, refused = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string text = mutated(seed);
    const LoadOutcome outcome = load_text(text);
    ASSERT_EQ(outcome.settings.has_value(), outcome.errors.empty()) << text;
    ASSERT_LE(outcome.errors.size(), Problems::kMostErrors + 1) << text;
    ++(outcome.settings ? accepted : refused);
    // Where the change did not touch the secrets, no line shows them.
    // Nor copied them into a key, where they cannot be recognised as secrets.
    const bool whole = text.find(kUrl) != std::string::npos && text.find(kToken) != std::string::npos &&
                       times_in(text, "hunter2") == 2;
    for (const auto& lines : {outcome.errors, outcome.warnings}) {
      for (const std::string& line : lines) {
        ASSERT_EQ(line.find('\n'), std::string::npos) << line;
        ASSERT_TRUE(!whole || line.find("hunter2") == std::string::npos) << line << "\n" << text;
      }
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 100);
}

TEST_F(SettingsFuzzTest, BadlyWrittenFlags) {
  const std::vector<std::string> seeds{"memory.gc_interval=2", "defaults.roi=10x20+30+40",
                                       "detector.input=640x384", "cameras.gate.url=rtsp://10.0.0.5/s",
                                       "memory.budget_bytes=512M"};
  int accepted = 0, refused = 0;
  for (int i = 0; i < 1500; ++i) {
    const LoadOutcome outcome = load({{}, {}, {mutated(seeds[below(seeds.size())])}});
    ASSERT_EQ(outcome.settings.has_value(), outcome.errors.empty());
    ++(outcome.settings ? accepted : refused);
  }
  EXPECT_GT(accepted, 10);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace vigia::settings
