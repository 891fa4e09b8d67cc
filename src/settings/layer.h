// What one source (the file, the environment, the flags) sets, key by key, before it is applied. Later layers
// override earlier ones: defaults < file < environment < flags. Threads: owner thread only.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "settings/problems.h"
#include "settings/schema.h"
#include "settings/yaml_tree.h"

namespace vigia::settings {

using Environment = std::map<std::string, std::string>;

inline constexpr std::string_view kSetFlag = "--set";  // as error lines call it

template <class Owner>
struct Given {
  const Key<Owner>* key;
  RawValue value;
  std::string where;  // "vigia.yaml:12", "--set", "VIGIA_MEMORY_GC_INTERVAL"
  std::string path;   // "memory.gc_interval", "cameras.gate.url"
};

struct CameraGiven {
  std::string name;  // empty: the file gives none, or it is not a text
  std::string where;
  std::string prefix;  // of its keys' paths: "cameras.gate." or, without a name, "cameras[2]."
  std::vector<Given<CameraSettings>> values;
};

struct Layer {
  std::vector<Given<Settings>> program;
  std::vector<Given<CameraSettings>> defaults;
  std::vector<CameraGiven> cameras;
};

// file: its name in error lines.
Layer read_file_layer(const YamlNode& root, std::string_view file, Problems& problems);
// sets: "memory.gc_interval=2", "defaults.jpeg_quality=80", "cameras.gate.url=rtsp://...". If two set the
// same key the last one wins.
Layer read_set_layer(std::span<const std::string> sets, Problems& problems);
// VIGIA_MEMORY_GC_INTERVAL, VIGIA_DEFAULTS_JPEG_QUALITY, and for the cameras named here
// VIGIA_CAMERAS_GATE_URL (capitals; '_' for every character that is not a letter or digit).
Layer read_environment_layer(const Environment& environment, std::span<const std::string> cameras,
                             Problems& problems);

// "memory.gc_interval" -> "VIGIA_MEMORY_GC_INTERVAL"
std::string variable_of(std::string_view path);

// The words that may follow `prefix` ("" or "delivery."): keys and sections. Empty: `prefix` is not a
// section.
std::vector<std::string_view> words_after(std::string_view prefix);

// The camera keys of both tables.
const CameraKey* find_camera_key(std::string_view name);

// Reports an unknown key, with the best hint that can be given. `known`: the words allowed in its place;
// `prefix`: what precedes it ("delivery.findface.").
void report_unknown(Problems& problems, std::string_view where, std::string_view prefix,
                    std::string_view word, std::span<const std::string_view> known);

}  // namespace vigia::settings
