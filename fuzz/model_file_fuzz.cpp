// Fuzzes the reader of .onnx files: with changes to the built-in model's file, or with the input itself. The
// file must be read, or refused with one line.
//
// If the first byte is 0, the rest is the file. Else the rest is a list of changes, each a position (3 bytes)
// and a kind (1 byte): 0 to 3 overwrites 1 to 4 bytes with those that follow, 4 cuts the file off there, 5
// repeats the 64 bytes before it.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "detect/yunet_weights.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string changed(std::string file, std::span<const std::uint8_t> input) {
  while (input.size() >= 5 && !file.empty()) {
    const std::size_t at = (input[0] | input[1] << 8U | input[2] << 16U) % file.size();
    const unsigned kind = input[3] % 6;
    input = input.subspan(4);
    if (kind == 4) {
      file.resize(at);
    } else if (kind == 5) {
      file.insert(at, file.substr(at - std::min<std::size_t>(at, 64), 64));
    } else {
      for (std::size_t i = 0; i <= kind && !input.empty(); ++i) {
        if (at + i < file.size()) file[at + i] = static_cast<char>(input.front());
        input = input.subspan(1);
      }
    }
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string whole = [] {
    std::ifstream in(VIGIA_MODEL_FILE, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  require(vigia::detect::parse_yunet(whole).ok());
  if (size == 0) return 0;
  const std::span<const std::uint8_t> input(data + 1, size - 1);
  const std::string file = data[0] == 0 ? std::string(input.begin(), input.end()) : changed(whole, input);
  const auto weights = vigia::detect::parse_yunet(file);
  if (!weights)
    require(!weights.error().text.empty() && weights.error().text.find('\n') == std::string::npos);
  return 0;
}
