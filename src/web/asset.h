// The page's files, which the build writes into the program (embed_page() in CMakeLists.txt).
// Threads: constant data; thread-safe.
#pragma once

#include <span>
#include <string_view>

namespace vigia::web {

struct Asset {
  std::string_view path;  // "/", "/assets/index-1a2b3c.js"
  std::string_view type;  // of its content
  std::string_view content;
  bool is_hashed = false;  // its name changes with its content: it may be cached for ever
};

// nullptr: there is no such file. "/" is the page.
const Asset* find_asset(std::string_view path);
std::span<const Asset> all_assets();

// src/web/openapi.json
std::string_view openapi_json();

}  // namespace vigia::web
