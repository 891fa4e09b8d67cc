// embed_model MODEL.onnx OUT.cpp: writes the weights of a network of YuNet-n's form as C++ (built_in.h). Run
// by the build, on the machine that builds. Exit code 1: the file cannot be used, or written.
#include <fmt/format.h>

#include <bit>
#include <cstdio>
#include <string>

#include "base/file.h"
#include "detect/flat_weights.h"

namespace {

using namespace vigia;

constexpr int kInLine = 10;

std::string as_source(const std::vector<float>& numbers) {
  std::string text =
      "// Made by embed_model; do not edit.\n#include \"detect/built_in.h\"\n\nnamespace vigia::detect {\n"
      "namespace {\n\nconstexpr std::uint32_t kWords[] = {";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text +=
        fmt::format("{}{:#x},", i % kInLine == 0 ? "\n    " : " ", std::bit_cast<std::uint32_t>(numbers[i]));
  }
  return text +
         "};\n\n}  // namespace\n\nstd::span<const std::uint32_t> built_in_words() {\n  return kWords;\n}\n\n"
         "}  // namespace vigia::detect\n";
}

Status embed(const char* model, const char* out) {
  const auto weights = detect::read_yunet(model);
  if (!weights) return weights.error();
  if (weights->variant != detect::YunetVariant::n || !weights->is_vigia_n) {
    return Error{ErrorCode::invalid, fmt::format("{}: it is not vigia_n, by its graph's name", model)};
  }
  const std::vector<float> numbers = detect::flatten(*weights);
  if (const auto back = detect::unflatten(numbers); !back) return back.error();
  return write_file_atomically(out, as_source(numbers));
}

}  // namespace

int main(int argc, char** argv) {
  const Status done =
      argc == 3 ? embed(argv[1], argv[2]) : Error{ErrorCode::invalid, "two arguments: MODEL.onnx OUT.cpp"};
  if (!done) std::fprintf(stderr, "embed_model: %s\n", done.error().text.c_str());
  return done ? 0 : 1;
}
