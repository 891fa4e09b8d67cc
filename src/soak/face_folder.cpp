#include "soak/face_folder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>

namespace vigia::soak {

std::uint64_t FaceFolder::count() {
  std::ifstream in(folder_ / "events.jsonl", std::ios::binary);
  in.seekg(read_);
  std::array<char, 16384> block{};
  while (in) {
    in.read(block.data(), block.size());
    read_ += in.gcount();
    lines_ += static_cast<std::uint64_t>(std::count(block.begin(), block.begin() + in.gcount(), '\n'));
  }
  return lines_;
}

void FaceFolder::remove_old_pictures() const {
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1);
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator at(folder_, code), end; !code && at != end;
       at.increment(code)) {
    std::error_code ignored;
    if (at->path().extension() == ".jpg" && at->last_write_time(ignored) < old && !ignored)
      std::filesystem::remove(at->path(), ignored);
  }
}

}  // namespace vigia::soak
