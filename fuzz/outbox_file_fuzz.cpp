// An outbox file that something has damaged: an outbox with six faces for two receivers, of which the input
// overwrites some bytes, cuts some off, or adds some. Whatever it is, the outbox opens or says why not, gives
// out what it can, and takes a new face: into the file, or into memory where it says that the file takes
// none.
//
// The input is a list of: what to do, where (3 bytes), how many bytes (1), the bytes.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "base/log.h"
#include "outbox/outbox.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace {

using vigia::outbox::Outbox;

constexpr int kShots = 6;
const std::vector<std::string> kRoutes{"findface", "mqtt"};

void require(bool holds) {
  if (!holds) std::abort();
}

class Damage {
 public:
  Damage() {
    spdlog::set_level(spdlog::level::off);
    auto outbox = open();
    require(outbox.ok());
    for (int i = 0; i < kShots; ++i) require((*outbox)->add(sample(i)).ok());
    *outbox = nullptr;
    std::ifstream in(path_, std::ios::binary);
    whole_.assign(std::istreambuf_iterator<char>(in), {});
    require(!whole_.empty());
  }

  void try_one(std::span<const std::uint8_t> input) {
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directory(folder_.path());
    write(path_, damaged(input));
    auto outbox = open();
    if (!outbox) return require(!outbox.error().text.empty());
    require((*outbox)->add(sample(kShots)).ok() || (*outbox)->trouble());
    require((*outbox)->pending().shots >= 1);
    (*outbox)->drain();
    for (const std::string& route : kRoutes) empty(**outbox, route);
  }

 private:
  static vigia::domain::Shot sample(int track) {
    vigia::domain::Shot shot = vigia::testing::sample_shot(static_cast<std::uint64_t>(track));
    shot.captured = vigia::system_clock().utc_now();
    return shot;
  }
  static void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  vigia::Result<std::unique_ptr<Outbox>> open() {
    return Outbox::open({.path = path_, .durability = "process"}, kRoutes, memory_, vigia::system_clock());
  }

  [[nodiscard]] std::string damaged(std::span<const std::uint8_t> input) const {
    constexpr std::size_t kHead = 5;
    std::string bytes = whole_;
    while (input.size() >= kHead) {
      const std::size_t at =
          (std::size_t{input[1]} << 16 | std::size_t{input[2]} << 8 | input[3]) % (bytes.size() + 1);
      const auto piece = input.subspan(kHead, std::min<std::size_t>(input[4], input.size() - kHead));
      const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
      switch (input[0] % 4) {
        case 0:
        case 1:
          bytes.replace(at, std::min(text.size(), bytes.size() - at), text);
          break;
        case 2:
          bytes.resize(at);
          break;
        default:
          bytes.insert(at, text);
      }
      input = input.subspan(kHead + piece.size());
    }
    return bytes;
  }

  // Until nothing is due; a row that cannot be read waits for a minute, so this ends.
  static void empty(Outbox& outbox, const std::string& route) {
    for (int i = 0; i < 100 * kShots; ++i) {
      const auto shot = outbox.take(route, vigia::SteadyTime::min(), {});
      if (shot.ok() && !*shot) return;
      if (shot.ok()) static_cast<void>(outbox.finished(**shot));
    }
    std::abort();  // it gives out more than it ever had
  }

  vigia::testing::TempDir folder_;
  const std::string path_ = folder_ / "vigia.db";
  vigia::memory::MemoryManager memory_{vigia::memory::MemoryOptions{}};
  std::string whole_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Damage damage;
  damage.try_one({data, size});
  return 0;
}
