// Sets every key of the table through every source, and shows that every member of an options struct has a
// key.
#include "settings/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "settings/default_yaml.h"
#include "settings/settings_test_support.h"

namespace vigia::settings {
namespace {

// Converts to anything, so that a struct can be filled with it to count its members.
struct Anything {
  template <class T>
  operator T() const;  // NOLINT: by design implicit; never called
};
template <class T, class... Filled>
constexpr std::size_t member_count() {
  if constexpr (requires { T{Filled{}..., Anything{}}; }) {
    return member_count<T, Filled..., Anything>();
  } else {
    return sizeof...(Filled);
  }
}

TEST(SchemaTest, EveryMemberOfEveryOptionsStructHasAKey) {
  constexpr std::size_t kOwn = 6, kSecrets = 6;
  EXPECT_EQ(camera_keys().size(), member_count<camera::CameraOptions>() +
                                      member_count<track::TrackOptions>() +
                                      member_count<shot::ShotOptions>() + kOwn);
  EXPECT_EQ(program_keys().size(),
            member_count<detect::DetectorOptions>() + member_count<findface::FindfaceOptions>() +
                member_count<sinks::WebhookOptions>() + member_count<sinks::MqttOptions>() - kSecrets +
                member_count<delivery::DeliveryOptions>() + member_count<outbox::OutboxOptions>() +
                member_count<ledger::LedgerOptions>() + member_count<memory::MemoryOptions>() +
                member_count<web::WebOptions>() + member_count<log::LogOptions>());
}

template <class Owner>
void expect_distinct(std::span<const Key<Owner>> keys) {
  Owner owner;
  std::set<std::string_view> names;
  std::set<const void*> places;
  for (const Key<Owner>& key : keys) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    const void* place = std::visit([](const auto* p) -> const void* { return p; }, key.slot(owner));
    EXPECT_TRUE(places.insert(place).second) << key.name;
    EXPECT_FALSE(key.comment.empty()) << key.name;
    EXPECT_EQ(key.comment.find('\n'), std::string_view::npos) << key.name;
  }
}

TEST(SchemaTest, NamesAndPlacesAreDistinct) {
  expect_distinct(camera_keys());
  expect_distinct(identity_keys());
  expect_distinct(program_keys());
}

template <class Owner>
void expect_defaults_allowed(std::span<const Key<Owner>> keys) {
  for (const Key<Owner>& key : keys) {
    Owner owner;
    EXPECT_FALSE(check_rule(key.rule, key.slot(owner)).has_value()) << key.name;
  }
}

TEST(SchemaTest, DefaultsAreAllowed) {
  expect_defaults_allowed(camera_keys());
  expect_defaults_allowed(program_keys());
}

class RoundTripTest : public SettingsTest {
 protected:
  RoundTripTest() : file_(write("some.onnx", "")) {}

  // A value that the key allows and that is not its default, as text for flags.
  template <class Owner>
  std::string other_value(const Key<Owner>& key) {
    Owner fresh;
    const std::string before = format(key.slot(fresh));
    for (const std::string& text : {file_.string(),
                                    std::string("true"),
                                    std::string("false"),
                                    std::string("70"),
                                    std::string("7"),
                                    std::string("0.25"),
                                    std::string("64x96"),
                                    std::string("10x20+30+40"),
                                    std::string("a=b,c=\"d\\"),
                                    std::string("error"),
                                    std::string("f32"),
                                    std::string("drop"),
                                    std::string("auto"),
                                    std::string("https://x.example"),
                                    std::string("64M"),
                                    std::string("first_use"),
                                    std::string("json"),
                                    std::string("full"),
                                    std::string("oldest_first"),
                                    std::string("mqtt://x.example:1884"),
                                    std::string("rotate_90"),
                                    std::string("vaapi"),
                                    std::string("on"),
                                    std::string("off"),
                                    std::string("vigia.example")}) {
      Owner owner;
      const SettingRef slot = key.slot(owner);
      if (!parse(RawValue::text(text), slot) && !check_rule(key.rule, slot) && format(slot) != before)
        return text;
    }
    ADD_FAILURE() << "no value for " << key.name;
    return {};
  }

  template <class Owner>
  static void set(Owner& owner, const Key<Owner>& key, const std::string& text) {
    EXPECT_FALSE(parse(RawValue::text(text), key.slot(owner)).has_value()) << key.name;
  }

  // As the file has it.
  template <class Owner>
  static std::string yaml_value(const Key<Owner>& key, const std::string& text) {
    Owner owner;
    set(owner, key, text);
    return format(key.slot(owner));
  }

  static std::string variable(std::string path) {
    std::transform(path.begin(), path.end(), path.begin(),
                   [](char c) { return c == '.' ? '_' : std::toupper(c); });
    return "VIGIA_" + path;
  }

  void expect_loads(const std::string& yaml, const Settings& expected) {
    const LoadOutcome outcome = load_text(yaml);
    ASSERT_TRUE(outcome.settings) << outcome.errors.front() << "\n" << yaml;
    EXPECT_EQ(*outcome.settings, expected) << yaml;
  }
  void expect_overrides(const std::string& yaml, const std::string& path, const std::string& text,
                        const Settings& expected) {
    const LoadOutcome by_flag = load_text(yaml, {}, {path + "=" + text});
    ASSERT_TRUE(by_flag.settings) << by_flag.errors.front();
    EXPECT_EQ(*by_flag.settings, expected) << path;
    const LoadOutcome by_variable = load_text(yaml, {{variable(path), text}});
    ASSERT_TRUE(by_variable.settings) << by_variable.errors.front();
    EXPECT_EQ(*by_variable.settings, expected) << variable(path);
  }

  const std::filesystem::path file_;
};

TEST_F(RoundTripTest, EveryKeyOfTheProgram) {
  for (const ProgramKey& key : program_keys()) {
    SCOPED_TRACE(key.name);
    const std::string text = other_value(key);
    Settings expected;
    set(expected, key, text);
    ASSERT_NE(expected, Settings{});
    std::string yaml, indent;
    std::string_view rest = key.name;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      yaml += indent + std::string(rest.substr(0, dot)) + ":\n";
      indent += "  ";
      rest.remove_prefix(dot + 1);
    }
    expect_loads(yaml + indent + std::string(rest) + ": " + yaml_value(key, text) + "\n", expected);
    expect_overrides("", std::string(key.name), text, expected);
  }
}

TEST_F(RoundTripTest, EveryKeyOfDefaults) {
  for (const CameraKey& key : camera_keys()) {
    SCOPED_TRACE(key.name);
    const std::string text = other_value(key);
    Settings expected;
    set(expected.defaults, key, text);
    ASSERT_NE(expected, Settings{});
    expect_loads("defaults:\n  " + std::string(key.name) + ": " + yaml_value(key, text) + "\n", expected);
    expect_overrides("", "defaults." + std::string(key.name), text, expected);
  }
}

TEST_F(RoundTripTest, EveryKeyOfACamera) {
  const std::set<std::string_view> of_servers{"username",     "password",   "ca_file",    "tls_pin",
                                              "tls_insecure", "detect_url", "hibernation"};
  for (const std::span<const CameraKey> keys : {camera_keys(), identity_keys()}) {
    for (const CameraKey& key : keys) {
      if (key.name == "name" || key.name == "url") continue;
      SCOPED_TRACE(key.name);
      const std::string url = of_servers.contains(key.name) ? "rtsps://10.0.0.6/s" : "file:a.mp4";
      const std::string yaml = "cameras:\n  - name: gate\n    url: \"" + url + "\"\n";
      Settings plain;
      plain.cameras.emplace_back();
      plain.cameras[0].spec = {"gate", url, {}, {}};
      expect_loads(yaml, plain);
      const std::string text = other_value(key);
      Settings expected = plain;
      set(expected.cameras[0], key, text);
      ASSERT_NE(expected, plain);
      expect_loads(yaml + "    " + std::string(key.name) + ": " + yaml_value(key, text) + "\n", expected);
      expect_overrides(yaml, "cameras.gate." + std::string(key.name), text, expected);
    }
  }
}

TEST(DefaultYamlTest, ShowsEveryKeyOnce) {
  std::map<std::string, int> count;  // by path
  std::vector<std::string> sections;
  std::istringstream lines(default_yaml());
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of(' ');
    const std::size_t colon = line.find(':', begin == std::string::npos ? 0 : begin);
    if (begin == std::string::npos || colon == std::string::npos || line[begin] == '#') continue;
    sections.resize(begin / 2);
    sections.push_back(line.substr(begin, colon - begin));
    std::string path;
    for (const std::string& section : sections) path += (path.empty() ? "" : ".") + section;
    ++count[path];
  }
  for (const CameraKey& key : camera_keys())
    EXPECT_EQ(count["defaults." + std::string(key.name)], 1) << key.name;
  for (const ProgramKey& key : program_keys()) EXPECT_EQ(count[std::string(key.name)], 1) << key.name;
}

}  // namespace
}  // namespace vigia::settings
