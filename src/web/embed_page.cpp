// embed_page OPENAPI.json OUT.cpp DIST: writes every file below DIST, and the API's description, as C++
// (asset.h). index.html is also "/". Run by the build, on the machine that builds. Exit code 1: a file cannot
// be read, or there is no index.html.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"

namespace {

using namespace vigia;
namespace fs = std::filesystem;

constexpr Bytes kLargest = 4'000'000;
constexpr std::size_t kShortestHash = 8;

const std::map<std::string, std::string> kTypes{{".html", "text/html; charset=utf-8"},
                                                {".js", "text/javascript; charset=utf-8"},
                                                {".css", "text/css; charset=utf-8"},
                                                {".svg", "image/svg+xml"},
                                                {".png", "image/png"},
                                                {".ico", "image/x-icon"},
                                                {".json", "application/json"},
                                                {".txt", "text/plain; charset=utf-8"},
                                                {".webmanifest", "application/manifest+json"},
                                                {".woff2", "font/woff2"}};

// As numbers, since compilers bound the length of a text; and a 0, as no array may be empty.
std::string array(std::string_view name, std::string_view content) {
  std::string text = fmt::format("constexpr unsigned char {}[] = {{", name);
  for (const char byte : content) text += fmt::format("{},", static_cast<unsigned char>(byte));
  return text + "0};\n";
}

std::string view(std::string_view name, std::string_view content) {
  return fmt::format("{{reinterpret_cast<const char*>({}), {}}}", name, content.size());
}

// "index-1a2b3c4d.js": as bundlers name what they make.
bool is_hashed(const fs::path& file) {
  const std::string stem = file.stem().string();
  const std::size_t dash = stem.rfind('-');
  return dash != std::string::npos && stem.size() - dash - 1 >= kShortestHash &&
         std::ranges::any_of(stem.substr(dash + 1),
                             [](unsigned char c) { return std::isdigit(c) || std::isupper(c); });
}

Result<std::string> as_source(const std::string& openapi, const fs::path& dist) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(dist)) {
    if (entry.is_regular_file() && kTypes.contains(entry.path().extension().string()))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string arrays, rows;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto content = read_file(files[i], kLargest);
    if (!content) return content.error();
    const std::string name = fmt::format("kFile{}", i), path = fs::relative(files[i], dist).generic_string();
    arrays += array(name, *content);
    const std::string rest = fmt::format("\"{}\", {}, {}}},\n", kTypes.at(files[i].extension().string()),
                                         view(name, *content), is_hashed(files[i]));
    rows += fmt::format("    {{\"/{}\", {}", path, rest);
    if (path == "index.html") rows += fmt::format("    {{\"/\", {}", rest);
  }
  const auto api = read_file(openapi, kLargest);
  if (!api) return api.error();
  return fmt::format(
      "// Made by embed_page; do not edit.\n#include \"web/asset.h\"\n\nnamespace vigia::web {{\nnamespace "
      "{{\n\n{}{}\n"
      "const Asset kAssets[] = {{\n{}}};\n\n}}  // namespace\n\n"
      "std::span<const Asset> all_assets() {{\n  return kAssets;\n}}\n\n"
      "std::string_view openapi_json() {{\n  return {};\n}}\n\n}}  // namespace vigia::web\n",
      arrays, array("kOpenapi", *api), rows, view("kOpenapi", *api));
}

Status embed(const std::string& openapi, const char* out, const fs::path& dist) {
  if (!fs::is_regular_file(dist / "index.html")) {
    return Error{ErrorCode::not_found, fmt::format("{}: there is no index.html in it", dist.string())};
  }
  const auto source = as_source(openapi, dist);
  if (!source) return source.error();
  return write_file_atomically(out, *source);
}

}  // namespace

int main(int argc, char** argv) try {
  const Status done = argc == 4 ? embed(argv[1], argv[2], argv[3])
                                : Error{ErrorCode::invalid, "three arguments: OPENAPI.json OUT.cpp DIST"};
  if (!done) std::fprintf(stderr, "embed_page: %s\n", done.error().text.c_str());
  return done ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "embed_page: %s\n", error.what());
  return 1;
}
