// A YAML file as a tree that remembers its line numbers. Supports what settings need: maps, lists, texts, one
// document. Refuses, with the line: syntax errors, text that is not UTF-8, NUL and other control characters,
// anchors, aliases and tags (no bombs, no includes), more than kDeepest levels, more than kMostNodes.
// Guarantee: bounded time and memory for any input; no exception leaves. Threads: thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace vigia::settings {

inline constexpr Bytes kLargestFile = 512_KiB;
inline constexpr std::size_t kDeepest = 8;
inline constexpr std::size_t kMostNodes = 50'000;

struct YamlNode {
  enum class Kind { null, text, list, map };
  Kind kind = Kind::null;
  int line = 1;                    // of a map's entry: of its key
  std::string key;                 // of a map's entry
  std::string text;                // of a text
  std::vector<YamlNode> children;  // of a list or a map
};

// name: the file's name in error lines. An empty text is an empty map. The error is one whole line.
Result<YamlNode> read_yaml(std::string_view text, std::string_view name);

}  // namespace vigia::settings
